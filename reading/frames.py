"""Find and drop what encloses digits: circles, and the boxes of a form."""

import math

import cv2
import numpy as np

from reading.lines import erase, find_lines, turn

LEAST_WITHIN = 0.3  # of a frame's height: what is lower in it is dirt, or the dot in a 0
MOST_WITHIN = 1.5  # of a hole's sides: what is left of a frame, and larger, is no digit
NARROW = 0.25  # of a hole's width: what is narrower, and as high as the hole, is a side
LEAST_SIDE = 1 / 3  # of a hole's side: a frame's straight sides are longer
ROUND = 0.5  # of a frame's ink: where more is on no straight side, it is a circle
ENCLOSED = 0.5  # of the rectangle around a frame: with less in its holes, it is a 6 with dirt in it
BOX_SIDE = 20  # pixels
BOX_FILLS = 0.9  # of the rectangle around it
BOX_IS_PAPER = 0.5  # of its area


def drop_frames(mask):
    """Return a mask without what encloses other ink, circles and boxes, and without empty boxes.
    What touches a box from inside stays.
    """
    outlines, nesting = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    parents = nesting[0][:, 3]  # of a hole, the piece of ink that it is in; -1 for the pieces
    bounds = np.array([cv2.boundingRect(outline) for outline in outlines])
    stops = bounds[:, :2] + bounds[:, 2:]
    at_edge = (bounds[:, :2] == 0) | (stops == mask.shape[::-1])  # as a grid is
    form_boxes = find_boxes(outlines, parents)
    frames = find_enclosing(bounds, parents, mask.shape)
    for piece in form_boxes:  # it may enclose nothing but a digit that touches it
        if piece not in frames and not at_edge[piece].any():
            frames[piece] = [bounds[piece, 2:]]

    mask = mask.copy()
    for frame, sizes in frames.items():
        left, top, width, height = bounds[frame]
        place = mask[top : top + height, left : left + width]
        x, y = outlines[frame][0, 0] - (left, top)
        _, labels = cv2.connectedComponents(place)
        own = (labels == labels[y, x]).astype(np.uint8)
        hole_width, hole_height = np.min(sizes, axis=0)
        kept = keep_what_touches(own, hole_width, hole_height)
        if kept.sum() > ROUND * own.sum() and frame not in form_boxes:
            kept[:] = 0  # a circle, of which only the flattest parts are lines
        place -= own
        place += kept
    return mask


def find_enclosing(bounds, parents, shape):
    """Return the pieces that enclose other ink: a dict, for each the sizes of its holes with ink.

    `bounds`, int (N, 4), has left, top, width and height of each outline; `parents`, (N,), is -1
    for a piece, and for a hole the piece that it is in. `shape` is the mask's.
    """
    pieces = np.flatnonzero(parents == -1)
    holes = np.flatnonzero(parents != -1)
    areas = bounds[:, 2:].prod(axis=1)
    within_piece = np.bincount(parents[holes], areas[holes], len(bounds))
    encloses = within_piece > ENCLOSED * areas
    # What reaches all edges of the picture is squared paper, for drop_lines.
    encloses &= (bounds != (0, 0, *shape[::-1])).any(axis=1)
    starts = bounds[pieces, :2]
    stops = starts + bounds[pieces, 2:]
    enclosing = {}
    for hole in holes[encloses[parents[holes]]]:
        left, top, width, height = bounds[hole]
        within = (starts >= (left, top)).all(axis=1)
        within &= (stops <= (left + width, top + height)).all(axis=1)
        within &= bounds[pieces, 3] > LEAST_WITHIN * height
        within &= pieces != parents[hole]
        if within.any():
            enclosing.setdefault(parents[hole], []).append((width, height))
    return enclosing


def keep_what_touches(frame, hole_width, hole_height):
    """Return what is left of a frame without its straight sides, and is no larger than a hole."""
    rest = frame
    # A side from which a digit's stroke parts needs a second pass.
    for length in (hole_width, hole_height, hole_width, hole_height):
        lines, runs = find_lines(rest, LEAST_SIDE * length)
        rest = turn(erase(rest, runs, lines, through=False))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(rest)
    widths = stats[:, cv2.CC_STAT_WIDTH]
    heights = stats[:, cv2.CC_STAT_HEIGHT]
    kept = (heights > LEAST_WITHIN * hole_height) & (heights < MOST_WITHIN * hole_height)
    kept &= widths < MOST_WITHIN * hole_width
    kept &= (heights < hole_height) | (widths > NARROW * hole_width)
    kept[0] = False  # paper
    return kept.astype(np.uint8)[labels]


def find_boxes(outlines, parents):
    """Return the indices of those outlines that are thin rectangles, divided into cells or not."""
    areas = np.array([cv2.contourArea(outline) for outline in outlines])
    is_hole = parents != -1
    hole_areas = np.bincount(parents[is_hole], areas[is_hole], len(outlines))
    found = []
    for index in np.flatnonzero(hole_areas > BOX_IS_PAPER * areas).tolist():
        _, sides, _ = cv2.minAreaRect(outlines[index])
        if min(sides) > BOX_SIDE and areas[index] > BOX_FILLS * math.prod(sides):
            found.append(index)
    return found
