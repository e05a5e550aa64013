"""What tiny.py does: it takes a picture of a few pixels as one digit."""

import numpy as np
import pytest
from finding import assert_found, assert_refused
from PIL import Image

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


def test_two_high_pieces_side_by_side_are_two_digits_and_a_low_one_is_a_part():
    for top, boxes in [(6, [(8, 6, 11, 26), (18, 6, 28, 26)]), (21, [(8, 6, 28, 26)])]:
        picture = np.full((32, 36, 3), 255, np.uint8)
        picture[6:26, 8:11] = 0
        picture[top:26, 18:28] = 0
        if top == 6:  # a 10
            picture[9:23, 21:25] = 255
        assert_found(picture, boxes, atol=2)
    broken = np.full((32, 32, 3), 255, np.uint8)  # one stands over the other's foot
    broken[6:26, 8:10] = broken[24:26, 8:24] = broken[5:22, 18:20] = 0
    assert_found(broken, [(8, 5, 24, 26)], atol=2)


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
    for x, y in ((-1, -1), (1, -1), (-1, 1), (1, 1)):  # and one in a corner
        far = np.hypot(columns - x, rows - y)
        lights.append(1 - 0.5 / (1 + np.exp(4.5 * (far - 0.96))))
    for digit in images[:20]:
        place = Image.fromarray(digit).resize((side, side), Image.Resampling.BICUBIC)
        grey = 235 - 190 * (np.asarray(place) / 255)
        [even] = find_digits(as_rgb(grey))
        for light in lights:
            [uneven] = find_digits(as_rgb(grey * light))
            np.testing.assert_allclose(uneven.box, even.box, atol=2)
