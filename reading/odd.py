"""Find the odd one out in a row of digits: a plus or an arrow that was read as a digit."""

import numpy as np

from reading.strokes import in_one_row

LOW = 0.6  # of its neighbours' height: a lower thing is no digit beside them...
TALL = 1.6  # ...nor is a taller one
FLOATING = 0.12  # of their height: what is as far above their feet and below their heads floats


def find_odd(boxes):
    """Return for each of the boxes, in reading order, whether it is unlike its neighbours: bool.

    The neighbours are the two on its left and the two on its right, as far as they are in its row;
    without two of them nobody knows which is the odd one.
    """
    odd = []
    for index, box in enumerate(boxes):
        near = [*boxes[max(0, index - 2) : index], *boxes[index + 1 : index + 3]]
        in_row = np.array([other for other in near if in_one_row(box, other)])
        odd.append(len(in_row) >= 2 and is_odd(box, in_row))
    return odd


def is_odd(box, neighbours):
    """Return whether a box is far lower or taller than others, int (N, 4), or floats in between."""
    _, top, _, bottom = box
    _, tops, _, bottoms = neighbours.T
    usual = np.median(bottoms - tops)
    height = bottom - top
    if not LOW * usual < height < TALL * usual:
        return True
    is_below = top > np.median(tops) + FLOATING * usual
    is_above = bottom < np.median(bottoms) - FLOATING * usual
    return bool(is_below and is_above)
