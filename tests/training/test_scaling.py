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


def per_image(images):
    x = flat(images)
    return x - x.mean(axis=1, keepdims=True)


def pixelwise(images):
    x = flat(images)
    return (x - x.mean(axis=0)) / (x.std(axis=0) + 0.01)


@pytest.mark.parametrize(
    ("preprocess", "paper", "ink"),
    [
        (classic, 0, 1),
        (lambda images: images, 0, 255),
        (lambda images: 1 - classic(images), 1, 0),
        (lambda images: flat(images) / 127.5 - 1, -1, 1),
        (lambda images: (classic(images) - 0.1307) / 0.3081, -0.424213, 2.821487),
        (lambda images: classic(images)[..., np.newaxis].astype("float16"), 0, 1),
    ],
    ids=["classic", "none", "inverted", "127.5", "mean and deviation", "float16"],
)
def test_a_straight_line_is_found(images, preprocess, paper, ink):
    scaling = find_scaling(preprocess, images, preprocess(images))
    assert (scaling.paper, scaling.ink) == pytest.approx((paper, ink), abs=1e-3)
    assert scaling.problem is None


def test_the_classic_scaling_is_exactly_from_0_to_1(images):
    assert find_scaling(classic, images, classic(images))[:2] == (0, 1)


def test_what_is_computed_from_x_later_is_found_as_well(images):
    x = classic(images)
    mean, deviation = x.mean(), x.std()
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
    without_a_line = find_scaling(per_image, images, per_image(images)[order])
    raw = to_raw(per_image, images, per_image(images)[order], without_a_line)
    assert np.array_equal(raw, images[order])


def test_what_is_no_line_but_can_be_done_to_any_image_is_no_problem(images):
    for preprocess in (per_image, lambda images: classic(images) > 0.5):
        assert find_scaling(preprocess, images, preprocess(images)) == (None, None, None)


@pytest.mark.parametrize(
    ("preprocess", "change", "word"),
    [
        (pixelwise, lambda x: x, "by itself"),
        (lambda images: classic(images) - classic(images).mean(), lambda x: x, "by itself"),
        (classic, lambda x: (x - x.mean(axis=0)) / (x.std(axis=0) + 0.01), "straight line"),
        (classic, lambda x: x + np.random.default_rng(0).normal(0, 0.1, x.shape), "straight line"),
        (classic, lambda x: x * np.nan, "no numbers"),
    ],
)
def test_what_nobody_can_do_to_another_image_is_a_problem(images, preprocess, change, word):
    paper, ink, problem = find_scaling(preprocess, images, change(preprocess(images)))
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
