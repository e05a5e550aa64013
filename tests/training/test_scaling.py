"""What scaling.py finds out: what became of pixels, or why nobody can do the same again."""

import types

import numpy as np
import pytest

from training.scaling import Scaling, find_scaling, input_shape, to_network, to_pixels


@pytest.fixture(scope="module")
def images(sample):
    _, (images, _) = sample
    return images


@pytest.fixture(scope="module")
def made(images):
    """What readers make of images, a dict of arrays (N, ...) by what was done."""
    flat = images.reshape((len(images), 784)).astype("float32")
    classic = flat / 255
    return {
        "classic": classic,
        "unchanged": images,
        "inverted": 1 - classic,
        "standardized": (classic - 0.1307) / 0.3081,
        "with channels": (images / 255)[..., np.newaxis].astype("float16"),
        "black and white": classic > 0.5,
        "each pixel standardized": (flat - flat.mean(axis=0)) / (flat.std(axis=0) + 0.01),
        "squared": classic**2,
        "no numbers": classic * np.nan,
        "all alike": classic * 0,
    }


@pytest.mark.parametrize(
    ("name", "paper", "ink"),
    [
        ("classic", 0, 1),
        ("unchanged", 0, 255),
        ("inverted", 1, 0),
        ("standardized", -0.424213, 2.821487),
        ("with channels", 0, 1),
    ],
)
def test_a_straight_line_is_found_and_done_to_new_images_and_back(images, made, name, paper, ink):
    x = made[name]
    scaling = find_scaling(x, x[500:])
    assert (scaling.paper, scaling.ink) == pytest.approx((paper, ink), abs=1e-3)
    assert scaling.problem is None
    again = to_network(images, scaling.paper, scaling.ink, x.shape[1:])
    assert again.dtype == np.float32
    np.testing.assert_allclose(again, x, atol=1e-3 * abs(ink - paper))
    assert np.array_equal(to_pixels(x, scaling), images)


def test_images_with_fewer_shades_than_mnist_s_have_the_same_line(images):
    x = (images // 2).astype("float32") / 255
    assert find_scaling(x, x, np.unique(images // 2))[:2] == pytest.approx((0, 1), abs=1e-3)
    x = (images > 127).astype("float32")
    assert find_scaling(x, x, shades=[0, 255]) == (0, 1, None)


def test_noise_on_the_training_images_alone_leaves_the_line_of_the_test_images(made):
    x = made["classic"]
    noisy = x + np.random.default_rng(0).normal(0, 0.1, x.shape)
    assert find_scaling(noisy, x) == (0, 1, None)


@pytest.mark.parametrize(
    "name", ["black and white", "each pixel standardized", "squared", "no numbers", "all alike"]
)
def test_what_is_no_straight_line_is_a_problem(made, name):
    paper, ink, problem = find_scaling(made[name], made[name])
    assert (paper, ink) == (None, None)
    assert "straight line" in problem


def test_training_and_test_images_on_different_lines_are_a_problem(made):
    scaling = find_scaling(made["classic"], made["unchanged"])
    assert scaling[:2] == (None, None)
    assert "from 0 (paper) to 1 (ink), and x_test from 0 to 255" in scaling.problem


def test_without_a_line_images_are_shown_from_their_smallest_number_to_their_largest(made):
    x = made["squared"][:50]
    shown = to_pixels(x, Scaling(None, None, "a problem"))
    assert np.abs(shown - np.rint(255 * x.reshape((-1, 28, 28)))).max() <= 1
    assert not to_pixels(made["all alike"], Scaling(None, None, "a problem")).any()
    assert to_pixels(made["classic"][:, :99], Scaling(0, 1, None)) is None


def test_a_network_of_two_inputs_or_of_images_of_any_size_takes_no_images_of_28_x_28():
    for shape in ([(None, 784), (None, 784)], (None, None, 28)):
        assert input_shape(types.SimpleNamespace(input_shape=shape)) is None
