"""What basics.py does: it shrinks pictures, and measures strokes and holes."""

import cv2
import numpy as np
import pytest

from reading.basics import count_holes, differ_from, shrink, stroke_width


def test_a_large_picture_is_shrunk_to_its_side_and_a_small_one_stays():
    large = np.zeros((300, 1200, 3), np.uint8)
    large[:, 600:] = 200
    small = shrink(large, 400)
    assert small.shape == (100, 400, 3)
    assert small[:, :199].max() == 0
    assert small[:, 201:].min() == 200
    assert shrink(large.transpose(1, 0, 2), 400).shape == (400, 100, 3)
    for side in (1200, 2000):
        assert shrink(large, side) is large


def test_of_a_very_narrow_picture_a_pixel_of_width_is_left():
    strip = np.zeros((3000, 2, 3), np.uint8)
    assert shrink(strip, 300).shape == (300, 1, 3)
    assert shrink(strip.transpose(1, 0, 2), 300).shape == (1, 300, 3)


def test_a_colour_differs_by_the_channel_that_differs_most():
    picture = np.array([[(200, 190, 100), (200, 150, 130), (255, 190, 100)]], np.uint8)
    assert differ_from(picture, (200, 190, 100)).tolist() == [[0, 40, 55]]


@pytest.mark.parametrize("width", [3, 6, 12])
def test_strokes_are_as_wide_as_they_were_drawn(width):
    mask = np.zeros((300, 300), np.uint8)
    mask[20:280, 50 : 50 + width] = 1
    mask[100 : 100 + width, 100:280] = 1
    assert stroke_width(mask) == pytest.approx(width, rel=0.05)
    assert stroke_width(np.zeros((9, 9), np.uint8)) == 0


@pytest.mark.parametrize("holes", [0, 1, 2, 6])
def test_the_holes_of_all_ink_are_counted(holes):
    mask = np.zeros((100, 500), np.uint8)
    for left in (10, 20):  # an 11, without any
        cv2.line(mask, (left, 20), (left, 80), 1, 3)
    for number in range(holes):
        cv2.circle(mask, (60 + 60 * number, 50), 20, 1, 3)
    assert count_holes(mask) == holes
