"""Find what may be handwritten digits in a picture, and make each look like one of MNIST's.

`find_digits` is the table of contents. The steps follow in their order, each in a file of its own:
find the paper (paper.py), find the ink on it (ink.py), drop frames and lines (frames.py, lines.py),
group what is left into strokes and digits (strokes.py, proposals.py), make each look like MNIST's
(normalize.py). A tiny picture is one digit (tiny.py). The steps use what a person uses: paper is
what surrounds ink, ink is thin, frames enclose what was meant, lines are long, and the digits of
one number are about equally high. basics.py says what pictures, masks and boxes are.
"""

import cv2
import numpy as np

from reading.basics import NoDigits
from reading.frames import drop_frames
from reading.ink import find_ink
from reading.lines import drop_lines
from reading.paper import add_paper, drop_rim, find_sheets
from reading.proposals import propose_digits
from reading.strokes import find_strokes, join_strokes
from reading.tiny import propose_one_digit


def find_digits(picture):
    """Return a list of Proposals for a picture; raises NoDigits if there is nothing to propose."""
    inside, left, top = drop_rim(picture)
    proposals = propose_one_digit(inside)
    if not proposals:
        larger, margin = add_paper(inside)
        proposals = move(find_on_paper(larger), -margin, -margin)
    return move(proposals, left, top)


def find_on_paper(picture):
    """Return the Proposals on the sheets of paper in a picture or, without any, in all of it."""
    for sheet in find_sheets(picture):
        left, top, width, height = cv2.boundingRect(sheet)
        place = np.s_[top : top + height, left : left + width]
        try:
            proposals = find_on_sheet(picture[place], sheet[place] > 0)
        except NoDigits:
            continue  # it was no sheet, or nothing is written on it
        return move(proposals, left, top)
    return find_on_sheet(picture, np.ones(picture.shape[:2], bool))


def find_on_sheet(picture, on_sheet):
    """Return the Proposals on one sheet, which is where the bool array `on_sheet` is True."""
    ink, mask = find_ink(picture, on_sheet)
    mask = drop_frames(mask)
    mask = drop_lines(mask)
    boxes, strokes = find_strokes(mask)
    boxes, pieces = join_strokes(boxes, strokes)
    return propose_digits(ink, boxes, pieces)


def move(proposals, left, top):
    """Return proposals found on a part of a picture, with boxes in the pixels of the whole one."""
    moved = []
    for proposal in proposals:
        box = np.array(proposal.box) + (left, top, left, top)
        moved.append(proposal._replace(box=tuple(box.tolist())))
    return moved
