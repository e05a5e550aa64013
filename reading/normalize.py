"""Make one digit's ink look like MNIST's: its size, its place, and the width of its strokes."""

import cv2
import numpy as np

from reading.basics import fit

MNIST_STROKE = 2.9  # pixels of MNIST: its strokes have 2.7, and a little more is read better
FEW_PIXELS = 24  # in a digit: of a smaller one, the pale pixels are more paper than ink
LARGE = 125  # pixels: the side at which strokes are measured and changed


def normalize(ink):
    """Turn one digit's ink, float (height, width) in [0, 1], into an image as MNIST has them.

    Returns uint8 (28, 28), white on black: fitted into 20x20, its strokes about as wide as MNIST's,
    its centre of mass in the middle (LeCun, Bottou, Bengio and Haffner, 1998, section III.A).
    """
    # Large first, and black and white, so that shapes can be measured and strokes changed finely.
    size_before = max(ink.shape)
    margin = 1 + size_before // 8
    ink = ink.astype(np.float32)
    ink = cv2.copyMakeBorder(ink, margin, margin, margin, margin, cv2.BORDER_CONSTANT)
    if max(ink.shape) > LARGE:  # so that a thin stroke stays whole when it is shrunk
        ink = cv2.GaussianBlur(ink, (0, 0), 0.5 * max(ink.shape) / LARGE)
    large = fit(ink, LARGE)
    # Ink is what is darker than a third of the darkest: with a half, strokes of one pixel would be
    # lost beside wider ones. For a small digit it is a half: with a third, the loop of a 9 would be
    # filled.
    least = 1 / 2 if size_before <= FEW_PIXELS else 1 / 3
    mask = (large > least * large.max()).astype(np.uint8)
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_5)
    # In a stroke the median pixel is a quarter of its width deep. (The mean would follow what a fat
    # pen has filled, and thin the rest away.)
    stroke = 4 * np.median(depth[::2][mask[::2] > 0])  # every second row is enough
    # Growing by r makes the stroke 2r wider, and the digit, which is then fitted into 20 pixels, 2r
    # larger: solve 20 (stroke + 2r) = MNIST_STROKE (size + 2r).
    size = max(cv2.boundingRect(mask)[2:])
    r = (MNIST_STROKE * size - 20 * stroke) / (40 - 2 * MNIST_STROKE)
    if r > 0:
        around = cv2.distanceTransform(1 - mask, cv2.DIST_L2, cv2.DIST_MASK_5)
        mask = (around <= r).astype(np.uint8)
    else:
        thinner = min(-r, 0.8 * depth.max())  # something of it stays, whatever r is
        mask = (depth > thinner).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(mask)
    return place(255 * mask[y : y + height, x : x + width])


def place(ink):
    """Put one digit's ink, uint8 (height, width) without a margin, where MNIST has it.

    Returns uint8 (28, 28): fitted into 20x20, its centre of mass in the middle, its strokes as wide
    as they are.
    """
    small = fit(ink, 20)
    moments = cv2.moments(small)
    middle = np.array([moments["m01"], moments["m10"]]) / moments["m00"]
    height, width = small.shape
    top, left = np.clip(np.round(14 - middle).astype(int), 0, (28 - height, 28 - width))
    image = np.zeros((28, 28), np.uint8)
    image[top : top + height, left : left + width] = small
    return image
