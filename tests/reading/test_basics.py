"""What basics.py does: it shrinks pictures, and compares colours."""

import numpy as np
import pytest

from reading.basics import differ_from, shrink, stroke_width


def test_a_large_picture_is_shrunk_to_its_side_and_a_small_one_stays():
    large = np.zeros((300, 1200, 3), np.uint8)
    large[:, 600:] = 200
    small = shrink(large, 400)
    assert small.shape == (100, 400, 3)
    assert small[:, :199].max() == 0
    assert small[:, 201:].min() == 200
    assert shrink(large.transpose(1, 0, 2), 400).shape == (400, 100, 3)
    assert shrink(np.zeros((3000, 2, 3)), 300).shape == (300, 1, 3)
    assert shrink(large, 1200) is large


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
