"""Find the strokes in a mask of ink, and put together those that surely are of one digit."""

import cv2
import numpy as np

from reading.basics import PATTERN, NoDigits, stroke_width
from reading.frames import find_boxes

SPECK = 0.15  # of the tallest stroke: what is smaller, in both directions, is dirt or a comma
SOLID = 0.65  # of its size: a thing whose ink is as wide is a dot or a shape, not a stroke
LEAST_HEIGHT = 7  # pixels: nobody reads a smaller digit
ALONG = 2.5  # stroke widths at the picture's edge: what touches it farther lies along it...
ALONG_SIDE = 0.8  # ...if that is also so much of its own longer side
SOMETHING_ELSE = 0.02  # of all ink: with less, what lies along the edge is what was written
MOST_STROKES = 400  # in one picture: more are a pattern, not handwriting


def find_strokes(mask):
    """Return the boxes, int (N, 4), of the strokes, and where each is: int32, 1 to N, 0 for paper.

    Left out: what lies along the picture's edge, empty boxes, solid shapes, dots and dirt. Raises
    NoDigits if nothing is left.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    left, top, widths, heights, areas = stats.T
    sizes = np.maximum(widths, heights)
    kept = np.arange(count) > 0  # all but the paper

    # What lies along the edge is no stroke, if there is something else: the rest of a line of wide
    # squared paper.
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    touching = np.bincount(edge, minlength=count)
    along = touching >= np.maximum(ALONG * stroke_width(mask), ALONG_SIDE * sizes)
    if areas[kept & ~along].sum() >= SOMETHING_ELSE * areas[kept].sum():
        kept &= ~along

    is_empty_box = find_empty_boxes(mask, labels, count)
    if is_empty_box.sum() > 1 or (kept & ~is_empty_box).any():  # a single one may be a 0
        kept &= ~is_empty_box

    # How far the innermost pixel of each is from the paper.
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_3)
    deepest = np.zeros(count)
    np.maximum.at(deepest, labels[mask > 0], depth[mask > 0])
    solid = kept & (2 * deepest > SOLID * sizes) & (sizes > 8)
    kept &= ~solid
    if solid.sum() > 10 and areas[solid].sum() > areas[kept].sum():
        raise NoDigits(PATTERN)

    if not kept.any():
        raise NoDigits("only empty boxes or solid shapes were found, no digits: write with a pen")

    tallest = heights[kept].max()
    kept &= sizes >= SPECK * tallest
    if not kept.any() or kept.sum() > MOST_STROKES:
        raise NoDigits(PATTERN)
    if tallest < LEAST_HEIGHT:
        if tallest < 3 or kept.sum() > 20:
            raise NoDigits(
                "no ink and no digits were found, only grain: write darker, or go nearer"
            )
        raise NoDigits(f"too small: what is written is {tallest} pixels high. Go nearer")
    numbers = np.zeros(count, np.int32)
    numbers[kept] = 1 + np.arange(kept.sum())
    boxes = np.stack([left, top, left + widths, top + heights], axis=1)
    return boxes[kept], numbers[labels]


def find_empty_boxes(mask, labels, count):
    """Return for each of `count` pieces, numbered in `labels`, whether it is an empty box: bool."""
    outlines, nesting = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    is_empty_box = np.zeros(count, bool)
    for index in find_boxes(outlines, nesting[0][:, 3]):
        x, y = outlines[index][0, 0]
        is_empty_box[labels[y, x]] = True
    return is_empty_box


ABOVE_EACH_OTHER = 0.4  # of the narrower one's width: two strokes share as much
ONE_ROW = 0.4  # of the lower one's height: two boxes in one row share as much
PART = 0.6  # of the tallest stroke: what is lower may belong to what is above or below it
FLAT = 3  # times as wide as high: the line under a digit is, but hardly a part of one
NEAR = 0.25  # of the height: the strokes of one digit are no farther from each other


def join_strokes(boxes, strokes):
    """Join strokes that surely are of one digit; return the same for pieces, in reading order."""
    if len(boxes) == 1:  # nothing to join, and most drawings are of a single stroke
        return boxes, strokes
    left, top, right, bottom = boxes.T
    narrower = np.minimum.outer(right - left, right - left)
    lower = np.minimum.outer(bottom - top, bottom - top)
    shared = np.minimum.outer(right, right) - np.maximum.outer(left, left)
    gap = np.maximum.outer(top, top) - np.minimum.outer(bottom, bottom)
    # One above the other, close, and at least one of them no digit by itself: the bar of a 5.
    tallest = (bottom - top).max()
    is_above = shared > ABOVE_EACH_OTHER * narrower
    joined = is_above & (gap < NEAR * tallest) & (lower < PART * tallest)
    # A flat stroke below, and wider than what is above it, is a line under a digit.
    widths = right - left
    is_flat = widths > FLAT * (bottom - top)
    is_line_under = np.greater.outer(top, bottom) & np.greater.outer(widths, widths)
    is_line_under &= is_flat[:, None]
    joined &= ~(is_line_under | is_line_under.T)
    piece_of = np.arange(len(boxes))
    for one, other in np.argwhere(joined):
        piece_of[piece_of == piece_of[other]] = piece_of[one]
    names, piece_of = np.unique(piece_of, return_inverse=True)  # numbered from 0 without gaps
    joined_boxes = []
    for piece in range(len(names)):
        members = boxes[piece_of == piece]
        joined_boxes.append([*members[:, :2].min(axis=0), *members[:, 2:].max(axis=0)])
    joined_boxes = np.array(joined_boxes)
    order = in_reading_order(joined_boxes)
    ranks = np.argsort(order)
    numbers = np.concatenate([[0], 1 + ranks[piece_of]])
    return joined_boxes[order], numbers[strokes]


def in_reading_order(boxes):
    """Return the indices of `boxes`, row by row, and left to right in each row."""
    rows = []
    for i in np.argsort(boxes[:, 0]).tolist():
        for row in rows:
            if in_one_row(boxes[row[-1]], boxes[i]):  # the row's last: a line may climb or sink
                row.append(i)
                break
        else:
            rows.append([i])
    middles = [boxes[row, 1::2].mean() for row in rows]  # of tops and bottoms
    order = []
    for index in np.argsort(middles, kind="stable"):
        order += rows[index]
    return order


def in_one_row(box, other):
    """Return whether two boxes are about equally high up in the picture."""
    _, top, _, bottom = box
    _, high, _, low = other
    return min(bottom, low) - max(top, high) > ONE_ROW * min(bottom - top, low - high)
