"""What several steps of reading share: their error, and what all of them do with masks.

Pictures are uint8 RGB (height, width, 3). A mask is uint8 (height, width), 1 where there is ink. A
box is (left, top, right, bottom) in pixels, the right and the bottom ones just outside.
"""

import cv2
import numpy as np

ONE_COLOR = 16  # of 255: paper of one colour differs less from itself
NO_INK = "no ink was found: write darker, or take a sharper picture in better light"
PATTERN = "only a pattern was found, no digits: show the paper alone, from nearer"


class NoDigits(Exception):
    """A picture cannot be opened, or shows no digits: one line says why, and what helps."""


def shrink(picture, side):
    """Return the picture or, if it is larger, a smaller one whose longer side is `side`."""
    return fit(picture, side) if max(picture.shape[:2]) > side else picture


def fit(picture, side):
    """Return a picture enlarged or shrunk so that its longer side is `side`."""
    height, width = picture.shape[:2]
    factor = side / max(height, width)
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return cv2.resize(
        picture, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    )


def widen(mask):
    """Return a mask, bool or uint8, as uint8 and a pixel wider: with the outline's paler pixels."""
    return cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))
