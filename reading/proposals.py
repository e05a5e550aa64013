"""Propose what may be one digit each: pieces of ink, two close neighbours, parts of wide pieces."""

import itertools
from typing import NamedTuple

import cv2
import numpy as np

from reading.basics import widen
from reading.normalize import normalize
from reading.strokes import NEAR, enclose, usual_height


class Proposal(NamedTuple):
    """What may be one digit.

    All ink of a picture is cut into parts, in reading order, at nodes 0, 1, 2... A proposal is the
    ink from the node `start` to the node `stop`; the proposals of a whole picture therefore
    compete, and the network decides. `odds` is the logarithm of how likely it is one digit by its
    shape alone. `image` is uint8 (28, 28), white on black, for the network.
    """

    start: int
    stop: int
    odds: float
    box: tuple
    image: np.ndarray


# Odds, fitted to MNIST's digits: whole, cut in two parts by a gap, and touching in pairs.
ABOVE = -2.0  # of one above the other (a broken 8); less, the higher the lower one is
TOGETHER = 2.3  # of two neighbours to be one digit
TOO_WIDE = -2.5  # of a digit, for each of its heights that it is wider than USUAL_WIDTH
USUAL_WIDTH = 1.2  # times its height: few digits are wider
CUT = -0.6  # of two digits to touch
TOO_LOW = -4.0  # of a part, for each of the whole's heights that it is lower

SMALL = 0.35  # of its neighbours' height: what is lower is no digit, but may belong to one
PART_WIDTH = 1.3  # times its height: wider parts would never be chosen, and take time
THREE = 1.5  # times its height: in a narrower piece there is no room for three digits


def propose_digits(ink, boxes, pieces):
    """Return Proposals of each piece, of two close neighbours, and of the parts of wide pieces.

    The network decides between them (LeCun et al., 1998, section V).
    """
    proposals = []
    nodes = [0]  # where each piece starts, and the last one stops
    for number, box in enumerate(boxes.tolist(), start=1):
        left, top, right, bottom = box
        start = nodes[-1]
        usual = usual_height(box, np.delete(boxes, number - 1, axis=0))
        if bottom - top <= SMALL * usual:
            nodes.append(start)  # it takes no room of its own
            continue
        own = pieces[top:bottom, left:right] == number
        cuts = find_cuts(own)
        stop = start + len(cuts) + 1
        nodes.append(stop)
        odds = judge_width(right - left, bottom - top)
        image = normalize(ink[top:bottom, left:right] * widen(own))
        proposals.append(Proposal(start, stop, odds, tuple(box), image))
        proposals += propose_parts(ink, own, cuts, start, box)
    return proposals + propose_pairs(ink, boxes, pieces, nodes)


def propose_pairs(ink, boxes, pieces, nodes):
    """Return Proposals of two neighbours each, where these may be one digit."""
    proposals = []
    for number, (one, other) in enumerate(itertools.pairwise(boxes.tolist()), start=1):
        start = nodes[number - 1]
        stop = nodes[number + 1]
        left, top, right, bottom = enclose(boxes[number - 1 : number + 1]).tolist()
        width = right - left
        height = bottom - top
        gap_x = max(one[0], other[0]) - min(one[2], other[2])
        gap_y = max(one[1], other[1]) - min(one[3], other[3])
        if start == stop or max(gap_x, gap_y) > NEAR * height:
            continue
        # Two digits side by side are about equally high, and together wider than one.
        lower = min(one[3] - one[1], other[3] - other[1])
        odds = TOGETHER - (width / 2 + 2 * lower) / height
        if gap_y > 0:
            odds = ABOVE - 4 * lower / height
        odds += judge_width(width, height)
        place = pieces[top:bottom, left:right]
        both = (place == number) | (place == number + 1)
        image = normalize(ink[top:bottom, left:right] * widen(both))
        proposals.append(Proposal(start, stop, odds, (left, top, right, bottom), image))
    return proposals


def judge_width(width, height):
    """Return the odds of what is so wide and so high to be one digit."""
    return TOO_WIDE * max(0, width / height - USUAL_WIDTH)


WIDE = 0.7  # of its height: narrower pieces are not cut, or every digit would be
LEAST_PART = 0.15  # of a piece's ink, and of its height in width, at each side of a cut
BETWEEN_CUTS = 0.12  # of the height: finer cuts find little more, and take time
WIDEST = 6  # times its height: a wider piece is a line, or a frame's rest
LOWEST = 12  # pixels: a lower piece is too small to be cut


def find_cuts(own):
    """Return where a piece, bool (height, width), may be two digits that touch: a list of columns.

    The cuts are straight: ones that go around the ink read fewer digits, since what a straight one
    leaves over of the neighbour does not hang on the part, and is dropped.
    """
    height, width = own.shape
    if not WIDE * height < width < WIDEST * height or height < LOWEST:
        return []
    margin = LEAST_PART * height
    columns = np.arange(margin, width - margin + 1, BETWEEN_CUTS * height).astype(int)
    at_left = own.sum(axis=0).cumsum()[columns - 1] / own.sum()  # the share of the ink
    return columns[(at_left > LEAST_PART) & (at_left < 1 - LEAST_PART)].tolist()


def propose_parts(ink, own, cuts, node, box):
    """Return Proposals for the parts of a piece between its edges and its cuts."""
    height, width = own.shape
    edges = [0, *cuts, width]
    last = len(edges) - 1
    proposals = []
    for start, stop in itertools.combinations(range(len(edges)), 2):
        cut_sides = (start > 0) + (stop < last)
        if cut_sides == 0 or (cut_sides == 2 and width < THREE * height):
            continue
        between = own[:, edges[start] : edges[stop]].astype(np.uint8)
        _, labels, stats, _ = cv2.connectedComponentsWithStats(between)
        largest = 1 + stats[1:, cv2.CC_STAT_AREA].argmax()
        left, top, part_width, part_height, _ = stats[largest].tolist()
        if part_width > PART_WIDTH * part_height:
            continue
        odds = CUT * cut_sides / 2 + TOO_LOW * (1 - part_height / height)
        part = labels[top : top + part_height, left : left + part_width] == largest
        left += box[0] + edges[start]
        top += box[1]
        right = left + part_width
        bottom = top + part_height
        # Without the outline's paler pixels: with them, an x becomes two digits more readily.
        image = normalize(ink[top:bottom, left:right] * part)
        box_of_part = (left, top, right, bottom)
        proposals.append(Proposal(node + start, node + stop, odds, box_of_part, image))
    return proposals
