"""What tiny.py does: it takes a picture of a few pixels as one digit."""

import numpy as np
import pytest
from finding import assert_found, assert_refused
from PIL import Image, ImageDraw

from reading.find import find_digits


def as_rgb(grey):
    return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)


def as_picture(image, dark_on_light):
    return as_rgb(255 - image if dark_on_light else image)


@pytest.mark.parametrize("dark_on_light", [True, False])
def test_mnist_s_own_images_reach_the_network_as_they_are(sample, dark_on_light):
    _, (images, _) = sample
    images = images[::4]
    same = 0
    for image in images:
        [found] = find_digits(as_picture(image, dark_on_light))
        same += np.allclose(found.image, image, atol=2)
    assert same > 0.99 * len(images)


def test_a_digit_of_dashes_is_one_digit_in_a_picture_of_28_pixels():
    seven = Image.new("RGB", (28, 28), "white")
    pen = ImageDraw.Draw(seven)
    for y in range(4, 24, 5):
        pen.line([(19 - y // 3, y), (18 - y // 3, y + 2)], "black", 2)
    pen.line([(8, 4), (11, 4)], "black", 2)
    [found] = find_digits(np.asarray(seven))
    np.testing.assert_allclose(found.box, (8, 4, 20, 22), atol=2)
    assert (found.image > 127).any(axis=1).sum() > 15


def test_a_digit_that_fills_a_picture_of_28_pixels_is_made_as_small_as_mnist_s():
    seven = Image.new("RGB", (28, 28), "white")
    ImageDraw.Draw(seven).line([(3, 2), (24, 2), (12, 26)], "black", 3)
    [found] = find_digits(np.asarray(seven))
    rows = np.flatnonzero(found.image.any(axis=1))
    assert (rows[0], rows[-1]) == pytest.approx((6, 25), abs=3)
    assert len(rows) == 20


def test_two_high_pieces_side_by_side_are_two_digits_and_a_low_one_is_a_part():
    for top, boxes in [(6, [(8, 6, 11, 26), (18, 6, 28, 26)]), (21, [(8, 6, 28, 26)])]:
        picture = np.full((32, 36, 3), 255, np.uint8)
        picture[6:26, 8:11] = 0
        picture[top:26, 18:28] = 0
        if top == 6:  # a 10
            picture[9:23, 21:25] = 255
        assert_found(picture, boxes, atol=2)


@pytest.mark.parametrize("corner", [(0, 0), (0, 1), (1, 0), (1, 1)])
def test_a_shadow_in_one_corner_of_a_tiny_photo_is_no_ink(typical_digits, corner):
    for digit in typical_digits:
        grey = 235 - 190 * (digit / 255)
        far = np.hypot(*(np.mgrid[0:28, 0:28] - 27 * np.reshape(corner, (2, 1, 1))))
        [even] = find_digits(as_rgb(grey))
        [uneven] = find_digits(as_rgb(grey * (1 - 0.5 / (1 + np.exp((far - 13) / 3)))))
        np.testing.assert_allclose(uneven.box, even.box, atol=2)


def test_a_soft_brush_is_taken_whole(typical_digits):
    for digit in typical_digits:
        large = Image.fromarray(255 - digit).resize((36, 36), Image.Resampling.BICUBIC)
        soft = np.asarray(large.convert("RGB")) // 2 + 127
        assert len(find_digits(soft)) == 1


def test_a_tiny_picture_without_ink_is_refused():
    assert_refused(np.full((28, 28, 3), 250, np.uint8), "no ink")


def test_a_digit_of_faint_ink_is_found_in_a_tiny_picture(typical_digits):
    for digit in typical_digits:
        faint = 255 - digit // 8
        [found] = find_digits(as_rgb(faint))
        assert found.image.max() > 200


@pytest.mark.parametrize("side", [28, 38])
def test_the_light_of_a_tiny_photo_is_no_ink(sample, side):
    _, (images, _) = sample
    rows, columns = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    lights = [
        0.7 + 0.15 * (columns + rows),  # a lamp at one side
        1 - 0.3 * (columns**2 + rows**2) / 1.5,  # dark corners
        1 - 0.35 / (1 + np.exp(-10 * (columns + 0.5 * rows - 0.4))),  # a shadow
    ]
    for digit in images[:20]:
        place = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)
        grey = 235 - 190 * (np.asarray(place) / 255)
        [even] = find_digits(as_rgb(grey))
        for light in lights:
            [uneven] = find_digits(as_rgb(grey * light))
            np.testing.assert_allclose(uneven.box, even.box, atol=2)
