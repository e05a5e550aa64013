"""What scaling.py finds out: what became of raw pixels, or why nobody can do the same again."""

import numpy as np
import pytest

from training.scaling import find_scaling, to_raw


@pytest.fixture(scope="module")
def images(sample):
    _, (images, _) = sample
    return images


def flat(images):
    return images.reshape((len(images), 784)).astype("float32")


def classic(images):
    return flat(images) / 255


def unchanged(images):
    return images


def inverted(images):
    return 1 - classic(images)


def from_minus_1_to_1(images):
    return flat(images) / 127.5 - 1


def standardized(images):
    return (classic(images) - 0.1307) / 0.3081


def with_channels(images):
    return classic(images)[..., np.newaxis].astype("float16")


@pytest.mark.parametrize(
    ("preprocess", "paper", "ink"),
    [
        (classic, 0, 1),
        (unchanged, 0, 255),
        (inverted, 1, 0),
        (from_minus_1_to_1, -1, 1),
        (standardized, -0.424213, 2.821487),
        (with_channels, 0, 1),
    ],
)
def test_a_straight_line_is_found(images, preprocess, paper, ink):
    scaling = find_scaling(preprocess, images, preprocess(images))
    assert (scaling.paper, scaling.ink) == pytest.approx((paper, ink), abs=1e-3)
    assert scaling.problem is None


def test_the_classic_scaling_is_exactly_from_0_to_1(images):
    assert find_scaling(classic, images, classic(images))[:2] == (0, 1)


def test_what_is_computed_from_x_later_is_found_as_well(images):
    x = classic(images)
    mean = x.mean()
    deviation = x.std()
    scaling = find_scaling(classic, images, (x - mean) / deviation)
    line = (-mean / deviation, (1 - mean) / deviation)
    assert scaling[:2] == pytest.approx(line, abs=1e-3)
    assert scaling.problem is None


@pytest.mark.parametrize("order", [slice(0, 30), slice(500, None), slice(None, None, -1)])
def test_a_part_of_the_images_and_another_order_are_found(images, order):
    x = classic(images)[order]
    scaling = find_scaling(classic, images, x)
    assert scaling == (0, 1, None)
    assert np.array_equal(to_raw(classic, images, x, scaling), images[order])
    x = each_less_its_mean(images)[order]
    without_a_line = find_scaling(each_less_its_mean, images, x)
    assert np.array_equal(to_raw(each_less_its_mean, images, x, without_a_line), images[order])


def each_less_its_mean(images):
    x = flat(images)
    return x - x.mean(axis=1, keepdims=True)


def black_and_white(images):
    return classic(images) > 0.5


@pytest.mark.parametrize("preprocess", [each_less_its_mean, black_and_white])
def test_what_is_no_line_but_can_be_done_to_any_image_is_no_problem(images, preprocess):
    assert find_scaling(preprocess, images, preprocess(images)) == (None, None, None)


def standardize_pixels(x):
    return (x - x.mean(axis=0)) / (x.std(axis=0) + 0.01)


def pixels_standardized(images):
    return standardize_pixels(flat(images))


def less_the_mean_of_all(images):
    return classic(images) - classic(images).mean()


@pytest.mark.parametrize("preprocess", [pixels_standardized, less_the_mean_of_all])
def test_what_needs_all_other_images_is_a_problem(images, preprocess):
    assert_problem(preprocess, images, preprocess(images), "by itself")


def with_noise(x):
    return x + np.random.default_rng(0).normal(0, 0.1, x.shape)


@pytest.mark.parametrize("change", [standardize_pixels, with_noise])
def test_what_was_done_later_and_is_no_line_is_a_problem(images, change):
    assert_problem(classic, images, change(classic(images)), "straight line")


def test_what_is_no_number_is_a_problem(images):
    assert_problem(classic, images, classic(images) * np.nan, "no numbers")


def assert_problem(preprocess, images, x, word):
    paper, ink, problem = find_scaling(preprocess, images, x)
    assert (paper, ink) == (None, None)
    assert word in problem


def test_images_that_were_scaled_later_are_shown_as_they_were(images):
    x = 1 - classic(images)[:50]
    scaling = find_scaling(classic, images, x)
    assert scaling == (1, 0, None)
    assert np.array_equal(to_raw(classic, images, x, scaling), images[:50])


def test_images_that_are_not_of_the_set_are_shown_as_they_are(images):
    x = classic(images[:, ::-1])[:50]  # upside down
    shown = to_raw(classic, images, x, find_scaling(classic, images, classic(images)))
    assert np.array_equal(shown, images[:50, ::-1])


def test_without_a_line_images_are_shown_as_the_network_gets_them_in_its_order(images):
    x = (classic(images) ** 2)[60:10:-1]
    shown = to_raw(classic, images, x, find_scaling(classic, images, x))
    expected = np.rint(255 * (images[60:10:-1] / 255) ** 2)
    assert np.abs(shown - expected).max() <= 1
    features = classic(images)[:50, :99]
    shown = to_raw(classic, images, features, find_scaling(classic, images, features))
    assert np.array_equal(shown, images[:50])
