"""Take a picture of a few pixels as one digit: what a canvas, a paint program or MNIST exports."""

import cv2
import numpy as np

from reading.basics import NO_INK, ONE_COLOR, PATTERN, NoDigits
from reading.ink import LEAST_CONTRAST, MOST_INK, blur_ink_away, compare, compare_with_usual
from reading.normalize import normalize
from reading.proposals import Proposal

ONE_DIGIT = 40  # pixels: a picture whose sides are no longer shows one digit...
ROW = 1.2  # times as wide as high: ...unless it is wider, as a row of digits is...
TALL = 0.7  # of the ink's height: ...or two pieces that are as tall stand side by side
MNIST_BOX = (18, 19, 20)  # pixels: the longer side of MNIST's digits
LEAST_PAPER = 1 / 8  # of each quarter of a picture
PALE = 0.03  # of the strongest ink: the traces of a JPEG are paler


def propose_one_digit(picture):
    """Return a list of one Proposal, all ink of a picture; an empty list if there is room for more
    than one digit. Raises NoDigits if there is no ink.
    """
    height, width = picture.shape[:2]
    if max(height, width) > ONE_DIGIT or width > ROW * height:
        return []
    contrast = find_contrast(picture)
    strongest = contrast.max()
    if strongest < LEAST_CONTRAST:
        raise NoDigits(NO_INK)
    ink = contrast / np.float32(strongest)
    mask = (ink > 0.5).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(mask)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    starts, _, widths, heights, _ = stats[1:].T
    tall = heights > TALL * height
    if is_as_mnist(ink):
        image = (255 * ink).round().astype(np.uint8)
    elif tall.sum() > 1 and starts[tall].max() >= (starts + widths)[tall].min():
        return []  # one stands beside the other
    else:
        image = normalize(ink)
    if mask.mean() > MOST_INK:
        raise NoDigits(PATTERN)
    return [Proposal(0, 1, 0.0, (x, y, x + width, y + height), image)]


def find_contrast(picture):
    """Return how much each pixel differs from the paper, uint8 (height, width).

    In even light paper has one colour. In a photo it may not: there it is the median of a half of
    the picture around each pixel. (A digit fills more of a smaller one.)
    """
    _, contrast = compare_with_usual(picture)
    if is_lit_evenly(contrast):
        return contrast
    around = blur_ink_away(picture, 1 / 2)
    return compare(picture, around, around)


def is_lit_evenly(contrast):
    """Return whether there is paper of the usual colour in each quarter of a picture."""
    height, width = contrast.shape
    for half in (contrast[: (height + 1) // 2], contrast[height // 2 :]):
        for quarter in (half[:, : (width + 1) // 2], half[:, width // 2 :]):
            if np.quantile(quarter, LEAST_PAPER) > ONE_COLOR:
                return False
    return True


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
