"""Find the strokes in a mask of ink, and put together those that surely are of one digit."""

import cv2
import numpy as np

from reading.basics import PATTERN, NoDigits
from reading.frames import LEAST_WITHIN

SPECK = 0.15  # of the tallest stroke: what is smaller, in both directions, is dirt or a comma
SOLID = 0.65  # of its size: a thing whose ink is as wide is a dot or a shape, not a stroke
HOLES = 4  # times as wide as one: many solid things that spread farther are no row of holes
LEAST_HEIGHT = 7  # pixels: nobody reads a smaller digit
ALONG = 0.8  # of its longer side: what touches the picture's edge so far lies along it
FINGER = 2  # times as thick as a stroke: what touches the edge and is thicker is none
SOMETHING_ELSE = 0.02  # of all ink: with less, what lies along the edge is what was written
MOST_STROKES = 400  # in one picture: more are a pattern, not handwriting


def find_strokes(mask):
    """Return the boxes, int (N, 4), of the strokes, and where each is: int32, 1 to N, 0 for paper.

    Left out: what lies along the edge, solid shapes and dirt. Raises NoDigits if nothing is left.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    left, top, widths, heights, areas = stats.T
    sizes = np.maximum(widths, heights)
    kept = np.arange(count) > 0  # all but the paper

    # How far the innermost pixel of each is from the paper.
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_3)
    deepest = np.zeros(count)
    np.maximum.at(deepest, labels[mask > 0], depth[mask > 0])

    # What lies along the edge is no stroke, if there is something else: the rest of a line of wide
    # squared paper. Nor is what comes in from there and is far thicker: a finger on the paper.
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    touching = np.bincount(edge, minlength=count)
    inside = kept & (touching == 0)
    if areas[inside].sum() > SOMETHING_ELSE * areas[kept].sum():
        stroke = 2 * deepest[np.argmax(heights * inside)]
        is_along = touching > ALONG * sizes
        is_thick = (touching > 0) & (2 * deepest > FINGER * stroke)
        kept &= ~is_along & ~is_thick

    solid = kept & (2 * deepest > SOLID * sizes) & (sizes > 8)
    kept &= ~solid
    if solid.sum() > 10 and areas[solid].sum() > areas[kept].sum():
        spread = min(np.ptp(left[solid]), np.ptp(top[solid]))
        if spread > HOLES * sizes[solid].max():
            raise NoDigits(PATTERN)

    if not kept.any():
        raise NoDigits("only empty boxes or solid shapes were found, no digits: write with a pen")

    tallest = heights[kept].max()
    kept &= sizes >= SPECK * tallest
    if not kept.any() or kept.sum() > MOST_STROKES:
        raise NoDigits(PATTERN)
    if tallest < LEAST_HEIGHT:
        raise NoDigits(f"no ink, only specks of {tallest} pixels: write darker, or go nearer")
    boxes = np.stack([left, top, left + widths, top + heights], axis=1)
    kept[kept] = ~surround(boxes[kept])
    numbers = np.zeros(count, np.int32)
    numbers[kept] = 1 + np.arange(kept.sum())
    return boxes[kept], numbers[labels]


def surround(boxes):
    """Return for each of the boxes, int (N, 4), whether it has another one in it that is no dirt:
    what was drawn around a digit, and did not close, does.
    """
    left, top, right, bottom = boxes.T
    heights = bottom - top
    is_within = np.less.outer(left, left) & np.less.outer(top, top)
    is_within &= np.greater.outer(right, right) & np.greater.outer(bottom, bottom)
    is_within &= np.less_equal.outer(LEAST_WITHIN * heights, heights)
    return is_within.any(axis=1)


ABOVE_EACH_OTHER = 0.4  # of the narrower one's width: two strokes share as much
ONE_ROW = 0.4  # of the lower one's height: two boxes in one row share as much
PART = 0.6  # of its neighbours' height: what is lower is no digit beside them, but a part of one
WHOLE = 1.3  # times their height: two strokes that are higher together are two digits
NEIGHBOURS = 6  # of a stroke, with which it is compared
NEAR = 0.25  # of the height: the strokes of one digit are no farther from each other
FLAT = 3  # times as wide as high: the line under a digit is, but hardly a part of one


def join_strokes(boxes, strokes):
    """Join strokes that surely are of one digit; return the same for pieces, in reading order.

    These are one above the other and close, one of them is too low for a digit beside its
    neighbours, and together they are about as high as those: the bar of a 5.
    """
    piece_of = np.arange(len(boxes))
    for one, other in find_close(boxes):
        both = enclose(boxes[[one, other]])
        heights = boxes[[one, other], 3] - boxes[[one, other], 1]
        height = both[3] - both[1]
        gap = height - heights.sum()
        others = np.delete(boxes, (one, other), axis=0)
        in_row = np.array([in_one_row(box, both) for box in others], bool)
        usual = usual_height(both, others[in_row])
        most = WHOLE * usual
        if usual == 0:  # no neighbours
            usual = heights.max()
            most = np.inf
        if gap < NEAR * usual and heights.min() < PART * usual and height <= most:
            piece_of[piece_of == piece_of[other]] = piece_of[one]
    names, piece_of = np.unique(piece_of, return_inverse=True)  # numbered from 0 without gaps
    pieces = np.array([enclose(boxes[piece_of == piece]) for piece in range(len(names))])
    order = in_reading_order(pieces)
    ranks = np.argsort(order)
    numbers = np.concatenate([[0], 1 + ranks[piece_of]])
    return pieces[order], numbers[strokes]


def find_close(boxes):
    """Return the pairs of strokes one above the other of which the lower may be a part: int (N, 2).

    A flat stroke below, and wider than what is above it, is a line under a digit.
    """
    left, top, right, bottom = boxes.T
    widths = right - left
    heights = bottom - top
    narrower = np.minimum.outer(widths, widths)
    shared = np.minimum.outer(right, right) - np.maximum.outer(left, left)
    is_line_under = np.greater.outer(top, bottom) & np.greater.outer(widths, widths)
    is_line_under &= (widths > FLAT * heights)[:, None]
    is_stacked = (shared > ABOVE_EACH_OTHER * narrower) & ~is_line_under & ~is_line_under.T
    # No neighbours are higher than the highest: most pairs need no closer look.
    highest = heights.max()
    gap = np.maximum.outer(top, top) - np.minimum.outer(bottom, bottom)
    lower = np.minimum.outer(heights, heights)
    is_close = (gap < NEAR * highest) & (lower < PART * highest)
    return np.argwhere(np.triu(is_stacked & is_close, 1))


def usual_height(box, boxes):
    """Return how high the boxes around a box are, int (N, 4): the third quartile of the nearest
    six, since some may be parts themselves, and one taller; 0 without any.
    """
    if len(boxes) == 0:
        return 0
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    far = np.abs(middles - (np.add(box[:2], box[2:]) / 2)).sum(axis=1)
    nearest = boxes[np.argsort(far, kind="stable")[:NEIGHBOURS]]
    return np.quantile(nearest[:, 3] - nearest[:, 1], 0.75)


def enclose(boxes):
    """Return the box around boxes, int (N, 4)."""
    return np.concatenate([boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)])


def in_reading_order(boxes):
    """Return the indices of `boxes`, int (N,): row by row, and left to right in each row."""
    rows = []
    for i in np.argsort(boxes[:, 0]).tolist():
        for row in rows:
            if in_one_row(boxes[row[-1]], boxes[i]):  # the row's last: a line may climb or sink
                row.append(i)
                break
        else:
            rows.append([i])
    middles = [boxes[row, 1::2].mean() for row in rows]  # of tops and bottoms
    return np.concatenate([rows[index] for index in np.argsort(middles, kind="stable")])


def in_one_row(box, other):
    """Return whether two boxes are about equally high up in the picture."""
    _, top, _, bottom = box
    _, high, _, low = other
    return min(bottom, low) - max(top, high) > ONE_ROW * min(bottom - top, low - high)
