"""Take a picture of a few pixels as one digit: what a canvas, a paint program or MNIST exports."""

import cv2
import numpy as np

from reading.basics import NO_INK, NoDigits
from reading.ink import LEAST_CONTRAST
from reading.normalize import normalize
from reading.paper import compare_with_usual
from reading.proposals import Proposal

ONE_DIGIT = 40  # pixels: a picture whose sides are no longer shows one digit...
ROW = 1.2  # times as wide as high: ...unless it is wider, as a row of digits is
MNIST_BOX = (18, 19, 20)  # pixels: the longer side of MNIST's digits
PALE = 0.03  # of the strongest ink: the traces of a JPEG are paler


def shows_one_digit(picture):
    """Return whether a picture is too small for more than one digit."""
    height, width = picture.shape[:2]
    return max(height, width) <= ONE_DIGIT and width <= ROW * height


def propose_all_ink(picture):
    """Return a list of one Proposal: all ink of a picture. Raises NoDigits if there is none."""
    _, contrast = compare_with_usual(picture)
    strongest = int(contrast.max())
    if strongest < LEAST_CONTRAST:
        raise NoDigits(NO_INK)
    ink = contrast / np.float32(strongest)
    if is_as_mnist(ink):
        image = (255 * ink).round().astype(np.uint8)
    else:
        image = normalize(ink)
    left, top, width, height = cv2.boundingRect((ink > 0.5).astype(np.uint8))
    return [Proposal(0, 1, 0.0, (left, top, left + width, top + height), image)]


def is_as_mnist(ink):
    """Return whether a digit's ink has the size and the place that MNIST's digits have."""
    if ink.shape != (28, 28):
        return False
    _, _, width, height = cv2.boundingRect((ink > PALE).astype(np.uint8))
    if max(width, height) not in MNIST_BOX:
        return False
    moments = cv2.moments(ink)
    x = moments["m10"] / moments["m00"]
    y = moments["m01"] / moments["m00"]
    return abs(x - 14) < 1 and abs(y - 14) < 1
