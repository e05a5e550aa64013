"""Find and drop the lines of ruled and squared paper, and lines under digits."""

from typing import NamedTuple

import cv2
import numpy as np

from reading.basics import NoDigits

THROUGH = 0.92  # of the picture's side: a line that is as long goes from edge to edge
LONG = 1 / 5  # of the picture's side: ruled lines are longer
AT_EDGE = 3  # pixels
UNDER = 2.5  # times as long as the rest is high: a line under digits, or beside them, is longer
DOT = 6  # times as high as a line is thick: a dot, a dash or a comma beside a 1 is lower
LOWER = 0.85  # of the picture's height: digits between the separators of a row of cells
UNBROKEN = 0.97  # of its length: a line under digits is ink all along
STICKS_OUT = 0.2  # of the height: how far a line under digits reaches beyond them, on both sides
THIN = 1.6  # times the median of flat ink: a line is thinner, digits are thicker
THIN_AS_LINE = 1.5  # times the line's thickness: where the ink is thicker, something crosses it
SHAPE = 12  # times as long as thick: a line is longer, or goes from edge to edge (of low cells)


class Line(NamedTuple):
    """A nearly level line: from x = `start` to `stop`, its middle at y = slope x + y_at_0."""

    start: int
    stop: int
    slope: float
    y_at_0: float
    thickness: float

    def y_at(self, x):
        """Return the y of the line's middle, in whole pixels, at each of some x."""
        return np.round(self.slope * x + self.y_at_0).astype(int)


def drop_lines(mask):
    """Return a mask without ruled and squared lines and those under digits, but with what crosses
    them. Raises NoDigits if there is nothing else.
    """
    height, width = mask.shape
    level, level_runs = find_lines(mask, LONG * width)
    without_level = erase(mask, level_runs, level, through=False)
    steep, steep_runs = find_lines(turn(without_level), LONG * height)
    if not level and not steep:
        return mask
    steep = at_edges(steep, height)  # the others may be strokes of a 4 or a 5
    without_lines = turn(erase(turn(without_level), steep_runs, steep, through=False))
    tallest = tallest_piece(without_lines)
    ruled = at_edges(level, width)
    if tallest == 0:
        if len(ruled) > 1:
            raise NoDigits("only the lines of the paper were found, no digits: write darker")
        return mask  # a single straight line may be a 1
    rest = erase(mask, level_runs, ruled, through=True)
    for line in level:
        if line not in ruled and is_under(line, mask, without_lines, tallest):
            rest = erase(rest, level_runs, [line], through=False)
    turned = turn(rest)
    steep, steep_runs = find_lines(turned, LONG * height)
    margins = find_margins(turned, steep, steep_runs)
    turned = erase(turned, steep_runs, margins, through=False)
    steep = [line for line in steep if line not in margins]
    if len(ruled) > 1:  # squared paper, or a table
        turned = erase(turned, steep_runs, at_edges(steep, height), through=True)
    else:
        separators = [line for line in steep if line.stop - line.start > THROUGH * height]
        if len(separators) > 1:  # a single one is a 1
            between = erase(turned, steep_runs, separators, through=True)
            if tallest_piece(turn(between)) < LOWER * height:  # else they are strokes of digits
                turned = between
    if not turned.any():
        raise NoDigits("only lines were found, no digits: write with a darker pen")
    return turn(turned)


def find_margins(turned, steep, runs):
    """Return those of the steep lines that are far longer than what is written is high: the margin
    of a notebook, or a fold. (A dot or a comma beside a 1 does not make it one.)

    `turned` is the mask in which `find_lines` found them, and `runs` its run lengths.
    """
    margins = []
    for line in steep:
        tallest = tallest_piece(turn(erase(turned, runs, [line], through=False)))
        if DOT * line.thickness < tallest < (line.stop - line.start) / UNDER:
            margins.append(line)
    return margins


def tallest_piece(mask):
    """Return how high the highest piece of ink is; 0 without any."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    return stats[1:, cv2.CC_STAT_HEIGHT].max(initial=0)


def at_edges(lines, width):
    """Return those of the lines that begin or end at an edge of a picture."""
    return [line for line in lines if line.start < AT_EDGE or line.stop > width - AT_EDGE]


def is_under(line, mask, rest, tallest):
    """Return whether a line is one under digits: longer than the `rest` of the ink is high, or
    farther to both sides; all of it ink, and what touches it is above it. (The bars of a row of 7s
    are neither one line, nor do the 7s stand on it.)
    """
    if line.stop - line.start <= UNDER * tallest and not sticks_out(line, rest, tallest):
        return False
    x = np.arange(line.start, line.stop)
    y = line.y_at(x)
    if np.mean(is_near(line, mask)[x]) < UNBROKEN:
        return False
    height = len(mask)
    beside = int(1.5 * line.thickness + 2)
    above = mask[np.clip(y - beside, 0, height - 1), x].sum()
    below = mask[np.clip(y + beside, 0, height - 1), x].sum()
    return below <= above


def sticks_out(line, rest, tallest):
    """Return whether a line reaches farther than the rest of the ink above it, on both sides."""
    has_ink = rest[:, line.start : line.stop].any(axis=0)
    return min(has_ink.argmax(), has_ink[::-1].argmax()) > STICKS_OUT * tallest


def find_lines(mask, least):
    """Return the thin Lines that are at least so long and more level than steep, and `run_lengths`.

    For the steep ones, `turn` the mask.
    """
    gap = max(3, int(least / 8))  # where a digit or another line crosses
    runs = run_lengths(mask)
    flat = (mask > 0) & (turn(run_lengths(turn(mask))) > 4 * runs)
    if not flat.any():
        return [], runs
    thin = ((mask > 0) & (runs < THIN * np.median(runs[flat]) + 1)).astype(np.uint8)
    joined = cv2.morphologyEx(thin, cv2.MORPH_CLOSE, np.ones((3, gap), np.uint8))
    joined = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, gap), np.uint8))
    joined = cv2.dilate(joined, np.ones((3, 1), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    lines = []
    for label, (left, top, width, height, _) in enumerate(stats.tolist()):
        if label == 0 or width < least or height > width / 3:
            continue
        place = np.s_[top : top + height, left : left + width]
        y, x = np.nonzero((labels[place] == label) & (thin[place] > 0))
        thickness = np.median(runs[place][y, x])
        if width < min(SHAPE * thickness, THROUGH * mask.shape[1]):
            continue
        slope, y_at_left = np.polyfit(x, y, 1)
        if np.quantile(np.abs(y - slope * x - y_at_left), 0.8) > thickness + 0.01 * width:
            continue  # it is not straight
        line = Line(left, left + width, slope, y_at_left + top - slope * left, thickness)
        lines.append(prolong(line, mask, gap))
    return lines, runs


def prolong(line, mask, gap):
    """Return a line that goes on to both sides through all ink that lies on it.

    A line under digits that touch it would else stay in parts.
    """
    on_line = is_near(line, mask)
    start = line.start
    stop = line.stop
    for x in np.flatnonzero(on_line[:start])[::-1].tolist():
        if start - x > gap:
            break
        start = x
    for x in (stop + np.flatnonzero(on_line[stop:])).tolist():
        if x - stop > gap:
            break
        stop = x + 1
    return line._replace(start=start, stop=stop)


def is_near(line, mask):
    """Return for each column of a mask whether there is ink where the line is, or would go on."""
    height, width = mask.shape
    x = np.arange(width)
    y = line.y_at(x)
    reach = int(line.thickness / 2 + 1.5)
    on_line = np.zeros(width, bool)
    for offset in range(-reach, reach + 1):
        on_line |= mask[np.clip(y + offset, 0, height - 1), x] > 0
    return on_line


def erase(mask, runs, lines, through):
    """Return the mask without the lines, if asked all the way through the picture.

    Where the ink is THIN_AS_LINE times as thick as the line, something crosses it, and stays.
    """
    mask = mask.copy()
    height, width = mask.shape
    for line in lines:
        x = np.arange(width) if through else np.arange(line.start, line.stop)
        middle = line.y_at(x)
        reach = int(line.thickness + 1 + 0.004 * width)  # paper is never quite flat
        for offset in range(-reach, reach + 1):
            y = np.clip(middle + offset, 0, height - 1)
            thin = runs[y, x] <= THIN_AS_LINE * line.thickness + 1
            mask[y[thin], x[thin]] = 0
    return mask


def run_lengths(mask):
    """Return for each pixel of ink how many are in one vertical row with it, int32; 0 for paper."""
    columns = cv2.copyMakeBorder(mask, 1, 1, 0, 0, cv2.BORDER_CONSTANT).T.ravel()
    changes = np.diff(columns.astype(np.int8))
    lengths = np.flatnonzero(changes == -1) - np.flatnonzero(changes == 1)
    runs = np.zeros(columns.size, np.int32)
    runs[columns > 0] = np.repeat(lengths, lengths)
    height, width = mask.shape
    return np.ascontiguousarray(runs.reshape(width, height + 2).T[1:-1])


def turn(array):
    """Return an array with rows for columns, so that steep lines in it are level ones."""
    return cv2.transpose(array)
