"""Find what may be handwritten digits in a picture, and make each look like one of MNIST's.

`find_digits` is the table of contents. The steps follow in their order: find the paper, find the
ink on it, drop frames and lines, group what is left into digits, make each look like MNIST's. They
use what a person uses: paper is what surrounds ink, ink is thin, frames enclose what was meant,
lines are long, and the digits of one number are about equally high.

Pictures are uint8 RGB (height, width, 3). A mask is uint8 (height, width), 1 where there is ink. A
box is (left, top, right, bottom) in pixels, the right and the bottom ones just outside.
"""

import itertools
import math
from typing import NamedTuple

import cv2
import numpy as np

WORKING_SIDE = 1000  # larger pictures are shrunk to this side, to find where there are digits
ENOUGH_ROWS = 48  # of pixels in a digit: MNIST's have 20, and shrinking wants about twice as many


class NoDigits(Exception):
    """A picture shows no digits; the text is one line that says what was seen, and what helps."""


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


def find_digits(picture):
    """Return a list of Proposals for a picture; raises NoDigits if there is nothing to propose."""
    small = shrink(picture, WORKING_SIDE)
    if small is picture:
        return find_on_paper(picture)
    scale = max(picture.shape) / max(small.shape)
    try:
        proposals = move(find_on_paper(small), scale, 0, 0)
    except NoDigits:
        return find_on_paper(picture)  # very small digits may be lost in the smaller picture
    heights = [proposal.box[3] - proposal.box[1] for proposal in proposals]
    if np.median(heights) < ENOUGH_ROWS * scale:
        return look_closer(picture, proposals, max(heights))
    return proposals


def find_on_paper(picture):
    """Return the Proposals on the sheets of paper in a picture or, without any, in all of it."""
    for sheet in find_sheets(picture):
        left, top, width, height = cv2.boundingRect(sheet)
        place = np.s_[top : top + height, left : left + width]
        try:
            proposals = find_on_sheet(picture[place], sheet[place] > 0)
        except NoDigits:
            continue  # it was no sheet, or nothing is written on it
        return move(proposals, 1, left, top)
    everywhere = np.ones(picture.shape[:2], bool)
    return find_on_sheet(picture, everywhere)


def find_on_sheet(picture, on_sheet):
    """Return the Proposals on one sheet, which is where the bool array `on_sheet` is True."""
    ink, mask = find_ink(picture, on_sheet)
    mask = drop_frames(mask)
    mask = drop_lines(mask)
    boxes, strokes = find_strokes(mask)
    boxes, pieces = join_strokes(boxes, strokes)
    return propose_digits(ink, boxes, pieces)


def look_closer(picture, proposals, height):
    """Look again, at the picture's full size, at the part of it in which there are small digits."""
    boxes = np.array([proposal.box for proposal in proposals])
    left, top = np.maximum(boxes[:, :2].min(axis=0) - 3 * height, 0)
    right, bottom = boxes[:, 2:].max(axis=0) + 3 * height
    try:
        closer = find_on_paper(picture[top:bottom, left:right])
    except NoDigits:
        return proposals
    return move(closer, 1, left, top)


def shrink(picture, side):
    """Return the picture or, if it is larger, a smaller one whose longer side is `side`."""
    factor = side / max(picture.shape[:2])
    if factor >= 1:
        return picture
    height, width = picture.shape[:2]
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA)


def move(proposals, scale, left, top):
    """Return proposals found on a part of a picture, with boxes in the pixels of the whole one."""
    moved = []
    for proposal in proposals:
        box = np.array(proposal.box) * scale + (left, top, left, top)
        whole_pixels = box.round().astype(int).tolist()
        moved.append(proposal._replace(box=tuple(whole_pixels)))
    return moved


# --- Find the paper -----------------------------------------------------------------------------


def find_sheets(picture):
    """Return masks of what may be sheets of paper that lie on something else, likeliest first.

    A sheet is a large area of one brightness with straight and sharp edges, light on dark or the
    other way round. (A shadow's edge is soft; paper that fills the picture has no edges.)
    """
    small = shrink(picture, 256)
    if min(small.shape[:2]) < 64:  # a drawing: nobody photographs a desk with so few pixels
        return []
    small = cv2.medianBlur(small, 5)  # without the writing
    number = most_varied_channel(small)
    channel = picture[..., number]
    small_channel = small[..., number].copy()
    _, light = cv2.threshold(small_channel, 0, 1, cv2.THRESH_OTSU)
    is_light = light > 0
    if is_light.all() or not is_light.any():
        return []
    if small_channel[is_light].mean() - small_channel[~is_light].mean() < 20:
        return []
    margin = max(2, max(light.shape) // 80)  # paper curls at its edge, and throws a shadow
    sheets = []
    for own in (light, 1 - light):
        sheet = np.zeros_like(own)
        filled = fill_holes(cv2.morphologyEx(own, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)))
        wide = cv2.morphologyEx(filled, cv2.MORPH_OPEN, np.ones((25, 25), np.uint8))  # no fingers
        _, pieces, stats, _ = cv2.connectedComponentsWithStats(filled)
        outlines, _ = cv2.findContours(wide, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        for outline in outlines:
            if not is_sheet(outline, own) or not has_sharp_edge(outline, channel):
                continue
            x, y = outline[0, 0]
            of_piece = cv2.contourArea(outline) / stats[pieces[y, x], cv2.CC_STAT_AREA]
            if of_piece > 0.85:  # less is a digit: its strokes are thin
                cv2.drawContours(sheet, [cv2.convexHull(outline)], -1, 1, cv2.FILLED)
        if not sheet.any():
            continue
        sheet = cv2.erode(sheet, np.ones((2 * margin + 1, 2 * margin + 1), np.uint8))
        if sheet.any():
            size = picture.shape[1], picture.shape[0]
            sheets.append(cv2.resize(sheet, size, interpolation=cv2.INTER_NEAREST))
    return sheets


def fill_holes(mask):
    """Return a mask without holes, such as those that the writing leaves in a sheet."""
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return cv2.drawContours(np.zeros_like(mask), outlines, -1, 1, cv2.FILLED)


def most_varied_channel(picture):
    """Return which of red, green and blue varies most: yellow on white shows in blue alone."""
    _, deviations = cv2.meanStdDev(picture)
    return int(deviations.argmax())


def is_sheet(outline, mask):
    """Return whether an outline may be that of a sheet of paper: large, convex, with long edges,
    and within it nearly all of one brightness, which is where the mask is 1.
    """
    area = cv2.contourArea(outline)
    if not 0.06 * mask.size < area < 0.97 * mask.size:
        return False
    within = cv2.drawContours(np.zeros_like(mask), [outline], -1, 1, cv2.FILLED)
    if mask[within > 0].mean() < 0.8:  # a large 8, perhaps
        return False
    _, sides, _ = cv2.minAreaRect(outline)
    if max(sides) > 3 * min(sides):  # a fat 1
        return False
    hull = cv2.convexHull(outline)
    if area < 0.88 * cv2.contourArea(hull):  # fingers may lie on its edge
        return False
    length = cv2.arcLength(hull, True)
    corners = cv2.approxPolyDP(hull, 0.01 * length, True)[:, 0]
    edges = np.hypot(*(corners - np.roll(corners, 1, axis=0)).T)
    return edges[edges > 0.1 * length].sum() > 0.8 * length


def has_sharp_edge(outline, channel):
    """Return whether the brightness changes within 4 pixels at most of an outline.

    `channel` is one of the picture's, uint8 (height, width). The outline, int (N, 1, 2), is that of
    a sheet in a copy of it with a side of 256 pixels.
    """
    height, width = channel.shape
    scale = max(1, max(height, width) / 256)
    points = outline[:, 0].astype(float)
    along_x, along_y = (np.roll(points, -5, axis=0) - np.roll(points, 5, axis=0)).T
    lengths = np.maximum(np.hypot(along_x, along_y), 1)
    across = np.stack([-along_y / lengths, along_x / lengths], axis=1)
    points = (points + 0.5) * scale
    inside = np.all((points > 8) & (points < (width - 8, height - 8)), axis=1)
    points = points[inside][::3]
    across = across[inside][::3]
    if len(points) < 10:
        return False
    # The brightness along short lines across the edge.
    reach = np.arange(-2.5 * scale - 10, 2.5 * scale + 11)
    places = points[:, None] + across[:, None] * reach[:, None]
    places = places.round().astype(int)
    x = np.clip(places[..., 0], 0, width - 1)
    y = np.clip(places[..., 1], 0, height - 1)
    profiles = channel[y, x].astype(float)
    steps = np.abs(profiles[:, 0] - profiles[:, -1])
    jumps = np.abs(profiles[:, 4:] - profiles[:, :-4]).max(axis=1)
    clear = steps > 20
    return clear.mean() > 0.5 and np.median(jumps[clear] / steps[clear]) > 0.5


# --- Find the ink -------------------------------------------------------------------------------

LEAST_CONTRAST = 10  # of 255, between ink and paper: the grain of a blank sheet has less
FAINT = 0.35  # of the strongest ink: what is fainter is the print of the paper, or shines through
FADING = 8  # pixels from ink to paper: what fades more slowly is a shadow, unless it is as wide
MOST_INK = 0.6  # of the picture: where there is more, it is a pattern
MOST_HOLES = 8  # in all strokes: pencil has more (so has a page of 8s, but see GRAINY)
GRAINY = 2  # strokes that become so much wider where their holes are closed are pencil


def find_ink(picture, on_sheet):
    """Return how much ink is where, float32 from 0 (paper) to 1 (ink), and a mask of it."""
    contrast = compare_with_paper(picture, on_sheet)
    if max(contrast.shape) > 300:  # smaller ones are drawings, without grain
        contrast = cv2.GaussianBlur(contrast, (3, 3), 0)
    if on_sheet.all():
        grain = np.median(contrast[::2, ::2])  # a quarter of the pixels is enough
    else:
        contrast[~on_sheet] = 0
        grain = np.median(contrast[on_sheet])
    _, mask = cv2.threshold(contrast, max(LEAST_CONTRAST, 5 * grain), 1, cv2.THRESH_BINARY)
    if not mask.any():
        raise NoDigits("no ink was found: write darker, or take a sharper picture in better light")

    # Every piece of ink has a level of its own, the mean of its darker half; where it is half as
    # dark, it ends. So a dark digit is found on the faint lines of squared paper without them.
    count, pieces = cv2.connectedComponents(mask)
    is_ink = mask > 0
    piece_of = pieces[is_ink]
    values = contrast[is_ink]
    means = mean_by_piece(piece_of, values, count)
    is_dark = values >= means[piece_of]
    levels = mean_by_piece(piece_of[is_dark], values[is_dark], count)
    dark_areas = np.bincount(piece_of[is_dark], minlength=count)
    large = dark_areas > 0.1 * dark_areas.max()
    strongest = levels[large].max()
    levels[levels < FAINT * strongest] = np.inf
    levels[0] = np.inf  # paper
    ink = np.minimum(contrast / levels.astype("float32")[pieces], 1)
    mask = (ink > 0.5).astype(np.uint8)
    if not mask.any() or mask.mean() > MOST_INK:
        raise NoDigits("no ink was found, only a pattern: show the paper alone, from nearer")
    mask = drop_soft(ink, mask)
    if not mask.any():
        raise NoDigits("no ink was found, only shadows or a blur: take a sharper picture")
    ink, mask = close_grain(ink, mask)
    return ink * widen(mask), mask


def mean_by_piece(piece_of, values, count):
    """Return the mean of the values of each of `count` pieces; 0 for one without any."""
    sums = np.bincount(piece_of, values, count)
    return sums / np.maximum(np.bincount(piece_of, minlength=count), 1)


def compare_with_paper(picture, on_sheet):
    """Return how much each pixel differs from the paper around it, uint8 (height, width).

    Paper is what the picture shows at its rim, if that is all of one colour, as in a drawing. Else
    it is the median of a third of the picture around each pixel: ink is thin, so most of that is
    paper, and light and shadow are in both.
    """
    height, width = picture.shape[:2]
    if on_sheet.all():
        margin = max(1, min(height, width) // 50)
        rows = picture[:margin], picture[-margin:]
        columns = picture[:, :margin], picture[:, -margin:]
        rim = np.concatenate([part.reshape(-1, 3) for part in rows + columns])
        paper = np.median(rim, axis=0)
        if np.mean((np.abs(rim - paper) < 16).all(axis=1)) > 0.9:
            red, green, blue = paper.astype(int).tolist()
            difference = cv2.absdiff(picture, (red, green, blue, 0))
            contrast = most_of_channels(difference)
            if np.mean(contrast < 16) > 1 - MOST_INK:
                return contrast
    else:
        picture = fill_around(picture, on_sheet)

    small = shrink(picture, 256)
    paper = cv2.medianBlur(small, 2 * (max(small.shape) // 6) + 1)
    # Where the paper's brightness changes, at the edge of a shadow, all in between is paper, too.
    around = np.ones((5, 5), np.uint8)
    darkest = cv2.resize(cv2.erode(paper, around), (width, height))
    lightest = cv2.resize(cv2.dilate(paper, around), (width, height))
    # Shadow dims paper and ink by the same factor: divide. Below 80, grain would become ink.
    darker = cv2.subtract(darkest, picture)
    darker = most_of_channels(cv2.divide(darker, cv2.max(darkest, 80), scale=255))
    # Ink is either darker than paper, in one colour at least, or altogether lighter, as chalk is.
    # The other is shine, or a shadow's edge.
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    lighter = cv2.subtract(grey, cv2.cvtColor(lightest, cv2.COLOR_RGB2GRAY))
    lighter = cv2.divide(lighter, cv2.max(grey, 80), scale=255)
    if cv2.norm(lighter) > cv2.norm(darker):
        return lighter
    return darker


def most_of_channels(picture):
    """Return the largest of red, green and blue, uint8 (height, width)."""
    red, green, blue = cv2.split(picture)
    return cv2.max(cv2.max(red, green), blue)


def drop_soft(ink, mask):
    """Erase what fades out over many pixels: shadows, and patterns that are out of focus."""
    square = np.ones((3, 3), np.uint8)
    slopes = cv2.morphologyEx(ink, cv2.MORPH_GRADIENT, square) / 2
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    at_outline = mask > cv2.erode(mask, square)
    outline = labels[at_outline]
    lengths = np.maximum(np.bincount(outline, minlength=count), 1)
    fading = 1 / np.maximum(mean_by_piece(outline, slopes[at_outline], count), 1e-6)
    widths = 2 * stats[:, cv2.CC_STAT_AREA] / lengths
    sharp = (fading <= FADING) | (fading <= widths) | (widths <= FADING)
    sharp[0] = False  # paper
    return sharp.astype(np.uint8)[labels]


def fill_around(picture, on_sheet):
    """Return a picture with what is not on the sheet filled in, like the sheet nearby."""
    height, width = on_sheet.shape
    small = shrink(picture, 128).astype(np.float32)
    size = small.shape[1], small.shape[0]
    weights = cv2.resize(on_sheet.astype(np.float32), size, interpolation=cv2.INTER_NEAREST)
    values = small * weights[..., None]
    filled = np.full_like(small, picture[on_sheet].mean(axis=0))
    for reach in (127, 63, 31, 15):  # from far to near
        weight = cv2.blur(weights, (reach, reach))
        value = cv2.blur(values, (reach, reach))
        known = weight > 0.02
        filled[known] = value[known] / weight[known][:, None]
    filled = cv2.resize(filled, (width, height)).astype(np.uint8)
    return np.where(on_sheet[..., None], picture, filled)


def close_grain(ink, mask):
    """Close the holes in the strokes of a pencil, as long as that makes the strokes much wider."""
    while count_holes(mask) > MOST_HOLES:
        width = stroke_width(mask)
        size = 2 * int(width / 2) + 3
        closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
        wider = stroke_width(closed)
        if wider < GRAINY * width or closed.mean() > MOST_INK:
            break
        ink = cv2.GaussianBlur(ink, (0, 0), wider / 5)
        ink = np.minimum(ink / np.median(ink[closed > 0]), 1)
        mask = closed
    return ink, mask


def count_holes(mask):
    """Return how many holes all ink has together."""
    count, _ = cv2.connectedComponents(1 - mask, connectivity=4)
    return count - 2  # the ink is one of them, and the paper around it another


def stroke_width(mask):
    """Return how wide the strokes are on average: their area by half of their outline."""
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    outline = mask.sum() - cv2.erode(mask, cross).sum()
    return 2 * mask.sum() / max(outline, 1)


# --- Drop frames and lines ----------------------------------------------------------------------

LEAST_SIDE = 100  # pixels: in smaller pictures lines and strokes cannot be told apart
LONG = 1 / 5  # of the picture's side: ruled lines are longer
RULED = 2.5  # times as long as the rest is high: a line that ends within the picture
SQUARED = 1.8  # the same for lines across ruled ones


class Line(NamedTuple):
    """A nearly level line: from x = `start` to `stop`, its middle at y = slope x + y_at_0."""

    start: int
    stop: int
    slope: float
    y_at_0: float
    thickness: float


def drop_frames(mask):
    """Erase what encloses other ink: circles and boxes. What touches a box from inside stays."""
    outlines, nesting = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    parents = nesting[0][:, 3]
    boxes = np.array([cv2.boundingRect(outline) for outline in outlines])
    pieces = np.flatnonzero(parents == -1)
    holes_of_frames = {}
    for hole in np.flatnonzero(parents != -1):
        left, top, width, height = boxes[hole]
        within = (boxes[pieces, :2] >= (left, top)).all(axis=1)
        within &= (boxes[pieces, :2] + boxes[pieces, 2:] <= (left + width, top + height)).all(
            axis=1
        )
        within &= boxes[pieces, 3] > 0.3 * height  # less is dirt, or the dot in a 0
        within &= pieces != parents[hole]
        if within.any():
            holes_of_frames.setdefault(parents[hole], []).append((width, height))
    # A box may enclose nothing but what touches it. (What touches the picture's edge is a grid.)
    rectangles = find_boxes(outlines, parents)
    inner = (boxes[:, :2] > 0).all(axis=1)
    inner &= (boxes[:, :2] + boxes[:, 2:] < mask.shape[::-1]).all(axis=1)
    frames = dict(holes_of_frames)
    for piece in rectangles:
        if piece not in frames and inner[piece]:
            frames[piece] = [boxes[piece, 2:]]

    mask = mask.copy()
    for frame, sizes in frames.items():
        left, top, width, height = boxes[frame]
        place = mask[top : top + height, left : left + width]
        x, y = outlines[frame][0, 0] - (left, top)
        _, labels = cv2.connectedComponents(place)
        own = (labels == labels[y, x]).astype(np.uint8)
        hole_width, hole_height = np.min(sizes, axis=0)
        kept = keep_what_touches(own, hole_width, hole_height)
        if kept.sum() > 0.5 * own.sum() and frame not in rectangles:
            kept[:] = 0  # a circle, of which only the flattest parts are lines
        if kept.any() or frame in holes_of_frames:
            place -= own
            place += kept
    return mask


def keep_what_touches(frame, hole_width, hole_height):
    """Return what is left of a frame without its straight sides, and is no larger than a hole."""
    rest = frame
    for _ in range(2):  # sudokus have thin lines and thick ones
        lines, runs = find_lines(rest, hole_width / 3)
        rest = erase(rest, runs, lines, through=False)
        lines, runs = find_lines(turn(rest), hole_height / 3)
        rest = turn(erase(turn(rest), runs, lines, through=False))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(rest)
    widths = stats[:, cv2.CC_STAT_WIDTH]
    heights = stats[:, cv2.CC_STAT_HEIGHT]
    kept = (heights > 0.3 * hole_height) & (heights < 1.5 * hole_height)
    kept &= widths < 1.5 * hole_width
    kept[0] = False  # paper
    return kept.astype(np.uint8)[labels]


def drop_lines(mask):
    """Erase ruled and squared lines, and lines under digits, where nothing crosses them."""
    if max(mask.shape) < LEAST_SIDE:
        return mask
    height, width = mask.shape
    level, level_runs = find_lines(mask, LONG * width)
    without_level = erase(mask, level_runs, level, through=False)
    steep, steep_runs = find_lines(turn(without_level), LONG * height)
    steep = choose_ruled(steep, height, np.inf)  # the others may be strokes of a 4 or a 5
    without_lines = turn(erase(turn(without_level), steep_runs, steep, through=False))
    _, _, stats, _ = cv2.connectedComponentsWithStats(without_lines)
    no_dirt = stats[1:, cv2.CC_STAT_AREA] > 12
    tallest = stats[1:, cv2.CC_STAT_HEIGHT][no_dirt].max(initial=0)
    if tallest == 0:
        if len(at_edges(level, width)) > 1:
            raise NoDigits("only the lines of the paper were found, no digits: write darker")
        return mask  # a single straight line may be a 1
    ruled = choose_ruled(level, width, RULED * tallest)
    rest = erase(mask, level_runs, ruled, through=True)
    if len(ruled) > 1:  # squared paper, or a table: else a long steep line is a 1
        steep, steep_runs = find_lines(turn(rest), LONG * height)
        ruled = choose_ruled(steep, height, SQUARED * tallest)
        rest = turn(erase(turn(rest), steep_runs, ruled, through=True))
    if not rest.any():
        raise NoDigits("only lines were found, no digits: write with a darker pen")
    return rest


def choose_ruled(lines, width, least):
    """Return those Lines that end at the picture's edges or are longer than `least`."""
    ruled = at_edges(lines, width)
    if len(ruled) < 4:  # of only a few, those at one edge may be strokes that run out of it
        ruled = [line for line in ruled if line.stop - line.start > 0.92 * width]
    family = [line for line in lines if line.stop - line.start > 0.4 * width]
    if len(family) > 5:  # digits have no such lines; on a sheet they end before the picture does
        ruled += [line for line in family if line not in ruled]
    ruled += [line for line in lines if line not in ruled and line.stop - line.start > least]
    return ruled


def at_edges(lines, width):
    """Return those of the lines that begin or end at an edge of a picture."""
    edge = 0.04 * width
    return [line for line in lines if line.start < edge or line.stop > width - edge]


def find_lines(mask, least):
    """Return the thin Lines that are at least so long and more level than steep, and `run_lengths`.

    For the steep ones, `turn` the mask.
    """
    gap = max(3, int(least / 8))  # where a digit or another line crosses
    left, top, width, height = cv2.boundingRect(mask)
    first_x = max(0, left - gap)
    first_y = max(0, top - gap)
    around_ink = np.s_[first_y : top + height + gap, first_x : left + width + gap]
    part = mask[around_ink]
    part_runs = run_lengths(part)
    runs = np.zeros(mask.shape, np.int32)
    runs[around_ink] = part_runs
    flat = (part > 0) & (turn(run_lengths(turn(part))) > 4 * part_runs)
    if not flat.any():
        return [], runs
    thin = ((part > 0) & (part_runs < 1.6 * np.median(part_runs[flat]) + 1)).astype(np.uint8)
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
        thickness = np.median(part_runs[place][y, x])
        if len(np.unique(x)) < 0.5 * width or width < 12 * thickness:
            continue
        slope, y_at_left = np.polyfit(x, y, 1)
        if np.quantile(np.abs(y - slope * x - y_at_left), 0.8) > thickness + 0.01 * width:
            continue  # it is not straight
        left += first_x
        y_at_0 = y_at_left + first_y + top - slope * left
        line = Line(left, left + width, slope, y_at_0, thickness)
        lines.append(prolong(line, mask, gap))
    return lines, runs


def prolong(line, mask, gap):
    """Return a line that goes on to both sides through all ink that lies on it."""
    height, width = mask.shape
    x = np.arange(width)
    y = np.round(line.slope * x + line.y_at_0).astype(int)
    reach = int(line.thickness / 2 + 1.5)
    on_line = np.zeros(width, bool)
    for offset in range(-reach, reach + 1):
        on_line |= mask[np.clip(y + offset, 0, height - 1), x] > 0
    start = line.start
    stop = line.stop
    for x in np.flatnonzero(on_line[:start])[::-1].tolist():
        if start - x > gap:
            break
        start = x
    for x in range(stop, width):
        if x - stop > gap:
            break
        if on_line[x]:
            stop = x + 1
    return line._replace(start=start, stop=stop)


def erase(mask, runs, lines, through):
    """Return the mask without the lines, if asked all the way through the picture.

    Where the ink is more than one and a half times as thick as the line, something crosses it, and
    stays.
    """
    mask = mask.copy()
    height, width = mask.shape
    for line in lines:
        x = np.arange(width) if through else np.arange(line.start, line.stop)
        middle = np.round(line.slope * x + line.y_at_0).astype(int)
        reach = int(line.thickness + 1 + 0.004 * width)  # paper is never quite flat
        for offset in range(-reach, reach + 1):
            y = np.clip(middle + offset, 0, height - 1)
            thin = runs[y, x] <= 1.5 * line.thickness + 1
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


# --- Group what is left into digits -------------------------------------------------------------

SPECK = 0.15  # of the tallest stroke: what is smaller, in both directions, is dirt or a comma
FLAT = 3  # times as wide as the tallest stroke is high: no digit
SOLID = 0.55  # of its size: a thing whose ink is as wide is a dot or a shape, not a stroke
LEAST_HEIGHT = 7  # pixels: nobody reads a smaller digit
MOST_STROKES = 400  # in one picture: more are a pattern, not handwriting


def find_strokes(mask):
    """Return the boxes, int (N, 4), of the strokes, and where each is: int32, 1 to N, 0 for paper.

    Left out: what lies along the picture's edge, empty boxes, solid shapes, dots and dirt.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    left, top, widths, heights, areas = stats.T
    sizes = np.maximum(widths, heights)
    kept = np.arange(count) > 0  # all but the paper

    # What lies along the edge is a shadow or a table's edge, if there is something else.
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    touching = np.bincount(edge, minlength=count)
    along = touching >= np.maximum(2.5 * stroke_width(mask), 0.8 * sizes)
    if areas[kept & ~along].sum() >= 0.02 * areas[kept].sum():
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
        raise NoDigits("only a pattern was found, no digits: show the paper alone, from nearer")

    # Fingers, pens and shadows come in from the edge, and are wider than the strokes.
    inside = kept & (touching == 0) & (sizes > SMALL * sizes[kept].max(initial=0))
    if inside.any():
        kept &= (touching == 0) | (deepest <= 2 * np.median(deepest[inside]))
    if not kept.any():
        raise NoDigits("only empty boxes or solid shapes were found, no digits: write with a pen")

    tallest = heights[kept].max()
    kept &= (sizes >= SPECK * tallest) & (widths < FLAT * tallest)
    if not kept.any() or kept.sum() > MOST_STROKES:
        raise NoDigits("only a pattern was found, no digits: show the paper alone, from nearer")
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


def find_boxes(outlines, parents):
    """Return the indices of those outlines that are thin rectangles, divided into cells or not."""
    hole_areas = np.zeros(len(outlines))
    for outline, parent in zip(outlines, parents, strict=True):
        if parent != -1:
            hole_areas[parent] += cv2.contourArea(outline)
    found = []
    for index, outline in enumerate(outlines):
        _, sides, _ = cv2.minAreaRect(outline)
        area = cv2.contourArea(outline)
        if min(sides) > 20 and area > 0.9 * math.prod(sides) and hole_areas[index] > 0.5 * area:
            found.append(index)
    return found


PART = 0.6  # of the tallest stroke: what is lower may belong to what is above or below it
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
    joined = (shared > 0.4 * narrower) & (gap < NEAR * lower.max()) & (lower < PART * lower.max())
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
    return min(bottom, low) - max(top, high) > 0.4 * min(bottom - top, low - high)


SMALL = 0.35  # of the tallest piece: what is lower is no digit, but may belong to one
# Odds, fitted to MNIST's digits: whole, cut in two parts by a gap, and touching in pairs.
TOGETHER = 2.3  # of two neighbours to be one digit
TOO_WIDE = -2.5  # of a digit, for each of its heights that it is wider than 1.2 of them
CUT = -0.7  # of two digits to touch
TOO_LOW = -4.0  # of a part, for each of the whole's heights that it is lower


def propose_digits(ink, boxes, pieces):
    """Return Proposals of each piece, of two close neighbours, and of the parts of wide pieces.

    The network decides between them (LeCun et al., 1998, section V).
    """
    boxes = boxes.tolist()
    tallest = max(bottom - top for _, top, _, bottom in boxes)
    proposals = []
    nodes = [0]  # where each piece starts, and the last one stops
    for number, box in enumerate(boxes, start=1):
        left, top, right, bottom = box
        start = nodes[-1]
        if bottom - top <= SMALL * tallest:
            nodes.append(start)  # it takes no room of its own
            continue
        own = pieces[top:bottom, left:right] == number
        cuts = find_cuts(own)
        stop = start + len(cuts) + 1
        nodes.append(stop)
        odds = TOO_WIDE * max(0, (right - left) / (bottom - top) - 1.2)
        image = normalize(ink[top:bottom, left:right] * widen(own))
        proposals.append(Proposal(start, stop, odds, tuple(box), image))
        proposals += propose_parts(ink, own, cuts, start, box)
    return proposals + propose_pairs(ink, boxes, pieces, nodes)


def propose_pairs(ink, boxes, pieces, nodes):
    """Return Proposals of two neighbours each, where these may be one digit."""
    tallest = max(bottom - top for _, top, _, bottom in boxes)
    proposals = []
    for number, (one, other) in enumerate(itertools.pairwise(boxes), start=1):
        start = nodes[number - 1]
        stop = nodes[number + 1]
        left, top, right, bottom = enclose(one, other)
        width = right - left
        height = bottom - top
        gap_x = max(one[0], other[0]) - min(one[2], other[2])
        gap_y = max(one[1], other[1]) - min(one[3], other[3])
        too_high = len(boxes) > 2 and height > 1.3 * tallest
        too_low = height < SMALL * tallest or start == stop
        too_wide = width > 1.5 * height or max(gap_x, gap_y) > NEAR * height
        if too_high or too_low or too_wide:
            continue
        # Two digits side by side are about equally high, and together wider than one.
        lower = min(one[3] - one[1], other[3] - other[1])
        odds = TOGETHER - (width / 2 + 2 * lower) / height
        place = pieces[top:bottom, left:right]
        both = (place == number) | (place == number + 1)
        image = normalize(ink[top:bottom, left:right] * widen(both))
        proposals.append(Proposal(start, stop, odds, (left, top, right, bottom), image))
    return proposals


def enclose(one, other):
    """Return the box around two boxes."""
    left = min(one[0], other[0])
    top = min(one[1], other[1])
    right = max(one[2], other[2])
    bottom = max(one[3], other[3])
    return left, top, right, bottom


def widen(mask):
    """Return a mask, bool or uint8, as uint8 and a pixel wider: with the outline's paler pixels."""
    return cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))


WIDE = 0.7  # of its height: narrower pieces are not cut, or every digit would be
LEAST_PART = 0.15  # of a piece's ink, and of its height in width, at each side of a cut
BETWEEN_CUTS = 0.12  # of the height: finer cuts find little more, and take time


def find_cuts(own):
    """Return where a piece, bool (height, width), may be two digits that touch: a list of columns.

    The cuts are straight: ones that go around the ink read fewer digits, since what a straight one
    leaves over of the neighbour does not hang on the part, and is dropped.
    """
    height, width = own.shape
    if not WIDE * height < width < 6 * height or height < 12:
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
        if cut_sides == 0 or (cut_sides == 2 and width < 1.5 * height):
            continue  # all of it, or no room for three
        between = own[:, edges[start] : edges[stop]].astype(np.uint8)
        _, labels, stats, _ = cv2.connectedComponentsWithStats(between)
        largest = 1 + stats[1:, cv2.CC_STAT_AREA].argmax()
        left, top, part_width, part_height, _ = stats[largest].tolist()
        if part_height < 0.6 * height or part_width > 1.3 * part_height:
            continue
        odds = CUT * cut_sides / 2 + TOO_LOW * (1 - part_height / height)
        part = labels[top : top + part_height, left : left + part_width] == largest
        left += box[0] + edges[start]
        top += box[1]
        right = left + part_width
        bottom = top + part_height
        image = normalize(ink[top:bottom, left:right] * part)
        proposals.append(
            Proposal(node + start, node + stop, odds, (left, top, right, bottom), image)
        )
    return proposals


# --- Make each look like MNIST's ----------------------------------------------------------------

MNIST_STROKE = 2.9  # pixels of MNIST: its strokes have 2.7, and a little more is read better
LARGE = 125  # pixels: the side at which strokes are measured and changed


def normalize(ink):
    """Turn one digit's ink, float (height, width) in [0, 1], into an image as MNIST has them.

    Returns uint8 (28, 28), white on black: fitted into 20x20, its strokes about as wide as MNIST's,
    its centre of mass in the middle (LeCun, Bottou, Bengio and Haffner, 1998, section III.A).
    """
    # Large first, and black and white, so that shapes can be measured and strokes changed finely.
    margin = 1 + max(ink.shape) // 8
    ink = ink.astype(np.float32)
    ink = cv2.copyMakeBorder(ink, margin, margin, margin, margin, cv2.BORDER_CONSTANT)
    if max(ink.shape) > LARGE:  # so that a thin stroke stays whole when it is shrunk
        ink = cv2.GaussianBlur(ink, (0, 0), 0.5 * max(ink.shape) / LARGE)
    large = fit(ink, LARGE)
    # A third of the darkest, or a stroke of one pixel is lost beside others of two.
    mask = (large > min(0.5, large.max() / 3)).astype(np.uint8)
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
    small = fit(255 * mask[y : y + height, x : x + width], 20)
    moments = cv2.moments(small)
    middle = np.array([moments["m01"], moments["m10"]]) / moments["m00"]
    height, width = small.shape
    top, left = np.clip(np.round(14 - middle).astype(int), 0, (28 - height, 28 - width))
    image = np.zeros((28, 28), np.uint8)
    image[top : top + height, left : left + width] = small
    return image


def fit(array, side):
    """Return an array (height, width) enlarged or shrunk so that its longer side is `side`."""
    factor = side / max(array.shape)
    height, width = array.shape
    size = max(1, round(width * factor)), max(1, round(height * factor))
    return cv2.resize(array, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
