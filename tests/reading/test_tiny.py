"""What tiny.py does: it takes a picture of a few pixels as one digit."""

import numpy as np
import pytest
from finding import assert_found, assert_refused, pieces
from PIL import Image, ImageDraw

from reading.find import find_digits


def as_rgb(grey):
    return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)


@pytest.mark.parametrize("dark_on_light", [True, False])
def test_mnist_s_own_images_reach_the_network_as_they_are(sample, dark_on_light):
    _, (images, _) = sample
    images = images[::4]
    same = 0
    for image in images:
        [found] = find_digits(as_rgb(255 - image if dark_on_light else image))
        same += np.allclose(found.image, image, atol=2)
    assert same > 0.99 * len(images)


def test_a_digit_of_dashes_is_one_digit_and_becomes_as_large_as_mnist_s():
    seven = Image.new("RGB", (28, 28), "white")
    pen = ImageDraw.Draw(seven)
    for y in range(2, 26, 5):
        pen.line([(23 - y // 2, y), (22 - y // 2, y + 2)], "black", 2)
    pen.line([(3, 2), (12, 2)], "black", 2)
    [found] = find_digits(np.asarray(seven))
    np.testing.assert_allclose(found.box, (3, 2, 24, 25), atol=2)
    rows = np.flatnonzero(found.image.any(axis=1))
    assert rows[-1] - rows[0] == 19


@pytest.mark.parametrize(("size", "count"), [((40, 40), 1), ((41, 41), 2), ((30, 38), 2)])
def test_a_picture_of_40_pixels_shows_one_digit_unless_it_is_as_wide_as_a_row(size, count):
    height, width = size
    picture = np.full((height, width, 3), 255, np.uint8)
    picture[6:26, 8:11] = picture[6:26, 22:25] = 0
    assert len(pieces(picture)) == count


def test_the_box_of_a_tiny_picture_s_digit_is_around_its_ink():
    tiny = np.full((30, 30, 3), 255, np.uint8)
    tiny[6:24, 13:16] = 0
    assert_found(tiny, [(13, 6, 16, 24)], atol=1)


def test_a_digit_of_faint_ink_is_found_in_a_tiny_picture_and_where_there_is_none_it_is_refused(
    typical_digits,
):
    for digit in typical_digits:
        [found] = find_digits(as_rgb(255 - digit // 8))
        assert found.image.max() > 200
    assert_refused(np.full((28, 28, 3), 250, np.uint8), "no ink")
