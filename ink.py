"""Find what may be handwritten digits in a picture, and make each look like MNIST's."""

import itertools
import math
from typing import NamedTuple

import cv2
import numpy as np

WORKING_SIDE = 1000


class NoDigits(Exception):
    """A picture shows no digits; the text is one line that says what was seen, and what helps."""


class Proposal(NamedTuple):
    start: int
    stop: int
    odds: float
    box: tuple
    image: np.ndarray
    features: tuple = ()


class Stroke(NamedTuple):
    left: int
    top: int
    right: int
    bottom: int
    area: int


def find_digits(picture):
    """Table of contents."""
    side = max(picture.shape[:2])
    scale = max(1.0, side / WORKING_SIDE)
    proposals = None
    if scale > 1:
        small = cv2.resize(picture, None, fx=1 / scale, fy=1 / scale, interpolation=cv2.INTER_AREA)
    else:
        small = picture
    left, top = 0, 0
    failure = None
    for sheet in [*find_sheets(small), None]:
        try:
            proposals = propose_on(small, sheet)
            break
        except NoDigits as error:
            failure = failure or error
            if sheet is None:
                raise
    tallest = np.median([p.box[3] - p.box[1] for p in proposals])
    if scale > 1 and tallest < 48:
        boxes = np.array([p.box for p in proposals])
        m = 3 * boxes_height(boxes)
        l, t = boxes[:, :2].min(0) - m
        r, b = boxes[:, 2:].max(0) + m
        l, t, r, b = (int(v * scale) for v in (max(l, 0), max(t, 0), r, b))
        crop = picture[t:b, l:r]
        if max(crop.shape[:2]) < side * 0.8:
            more = max(1.0, max(crop.shape[:2]) / 2000)
            try:
                if more > 1:
                    crop = cv2.resize(crop, None, fx=1 / more, fy=1 / more, interpolation=cv2.INTER_AREA)
                again = propose_on(crop, None)
                return [
                    p._replace(box=tuple(np.array(p.box) * more + (l, t, l, t)))
                    for p in again
                ]
            except NoDigits:
                pass
    return [p._replace(box=tuple(np.array(p.box) * scale)) for p in proposals]


def boxes_height(boxes):
    return int((boxes[:, 3] - boxes[:, 1]).max())


def propose_on(picture, sheet):
    if sheet is not None:
        x, y, w, h = cv2.boundingRect(sheet.astype("uint8"))
        picture = picture[y : y + h, x : x + w]
        sheet = sheet[y : y + h, x : x + w]
    ink, mask = find_ink(picture, sheet)
    mask = drop_lines(drop_frames(mask))
    strokes, labels = find_strokes(mask)
    result = propose(ink, strokes, labels)
    if sheet is not None:
        result = [p._replace(box=tuple(np.array(p.box) + (x, y, x, y))) for p in result]
    return result


# --- sheets

def find_sheets(picture):
    """Return masks of sheets (uint8 H, W) on which there may be ink, likeliest first."""
    shrink = max(1.0, max(picture.shape[:2]) / 256)
    small = cv2.resize(picture, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
    if min(small.shape[:2]) < 64:
        return []
    small = cv2.medianBlur(small, 5)
    channel = max(cv2.split(small), key=lambda c: c.std())
    _, light = cv2.threshold(channel, 0, 255, cv2.THRESH_OTSU)
    inside, outside = channel[light > 0], channel[light == 0]
    if not len(inside) or not len(outside) or inside.mean() - outside.mean() < 20:
        return []
    results = []
    for mask in (light, 255 - light):
        found = np.zeros_like(mask)
        mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
        contours, _ = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
        contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        for contour in contours:
            area = cv2.contourArea(contour)
            hull = cv2.convexHull(contour)
            hull_area = cv2.contourArea(hull)
            if area < 0.06 * mask.size or area > 0.97 * mask.size or area < 0.88 * hull_area:
                continue
            _, (w, h), _ = cv2.minAreaRect(contour)
            if max(w, h) > 3 * min(w, h):
                continue
            outline = cv2.approxPolyDP(hull, 0.01 * cv2.arcLength(hull, True), True)[:, 0]
            edges = np.hypot(*(outline - np.roll(outline, 1, axis=0)).T)
            if edges[edges > 0.1 * edges.sum()].sum() < 0.8 * edges.sum():
                continue
            if edge_sharpness(picture, channel, contour, shrink) < 0.5:
                continue
            cv2.drawContours(found, [hull], -1, 255, -1)
        if found.any():
            results.append(found)
    masks = []
    for found in results:
        r = max(2, int(0.012 * max(found.shape)))
        padded = cv2.copyMakeBorder(found, r, r, r, r, cv2.BORDER_REPLICATE)
        found = cv2.erode(padded, np.ones((2 * r + 1, 2 * r + 1), np.uint8))[r:-r, r:-r]
        found = cv2.resize(found, picture.shape[1::-1], interpolation=cv2.INTER_NEAREST)
        if found.any():
            masks.append(found > 0)
    return masks


def edge_sharpness(picture, channel, contour, shrink):
    """Share of the step at a sheet's edge that lies within a few pixels."""
    number = int(np.argmax([c.std() for c in cv2.split(picture)]))
    grey = picture[..., number]
    h, w = grey.shape
    points = contour[:, 0].astype(float)
    rolled = np.roll(points, -5, 0) - np.roll(points, 5, 0)
    normal = np.stack([-rolled[:, 1], rolled[:, 0]], 1)
    normal /= np.maximum(np.hypot(*normal.T), 1e-6)[:, None]
    points = (points + 0.5) * shrink
    inner = ((points > 8) & (points < (w - 8, h - 8))).all(1)
    points, normal = points[inner][::3], normal[inner][::3]
    if len(points) < 10:
        return 0
    reach = 2.5 * shrink + 10
    offsets = np.arange(-reach, reach + 1)
    place = points[:, None] + normal[:, None] * offsets[:, None]
    xs = np.clip(place[..., 0], 0, w - 1).round().astype(int)
    ys = np.clip(place[..., 1], 0, h - 1).round().astype(int)
    profile = grey[ys, xs].astype(float)
    step = np.abs(profile[:, 0] - profile[:, -1])
    jump = np.abs(profile[:, 4:] - profile[:, :-4]).max(1)
    good = step > 20
    if good.sum() < 0.5 * len(good):
        return 0
    return np.median((jump / np.maximum(step, 1))[good])


# --- ink

LEAST_CONTRAST = 10


def find_ink(picture, sheet=None):
    darkness = compare_with_paper(picture, sheet)
    if max(darkness.shape) > 300:
        darkness = cv2.GaussianBlur(darkness, (3, 3), 0)
    if sheet is not None:
        darkness[~sheet] = 0
        noise = np.median(darkness[sheet][::7])
    else:
        noise = np.median(darkness[::3])
    lowest = max(LEAST_CONTRAST, 5 * noise)
    _, mask = cv2.threshold(darkness, lowest, 255, cv2.THRESH_BINARY)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count == 1:
        raise NoDigits("no ink")
    # each component's own level
    on = mask > 0
    where, values = labels[on], darkness[on]
    peak = np.zeros(count, np.float32)
    # the mean of the darker half
    total = np.bincount(where, values, count)
    size = np.bincount(where, minlength=count)
    mean = total / np.maximum(size, 1)
    dark = values >= mean[where]
    peak = np.bincount(where[dark], values[dark], count) / np.maximum(
        np.bincount(where[dark], minlength=count), 1
    )
    peak[0] = 255
    weight = stats[:, cv2.CC_STAT_AREA].astype(float)
    weight[0] = 0
    order = np.argsort(peak[1:]) + 1
    big = weight > 0.02 * weight.sum()
    strongest = peak[big].max() if big.any() else peak[1:].max()
    peak[peak < 0.35 * strongest] = 1000  # fainter than
    level = peak.astype(np.float32)[labels]
    ink = np.minimum(darkness / level, 1)
    is_ink = (ink > 0.5).astype(np.uint8)
    if not is_ink.any():
        raise NoDigits("no ink")
    ink, is_ink = close_grain(ink, is_ink)
    near = cv2.dilate(is_ink, np.ones((3, 3), np.uint8))
    return ink * near, is_ink


GRAINY = 2
MOST_INK = 0.6
MOST_HOLES = 10


def close_grain(ink, is_ink):
    """Pencil: close the holes, as long as that makes the strokes much wider."""
    while cv2.connectedComponents(1 - is_ink, connectivity=4)[0] - 2 > MOST_HOLES:
        width = width_by_outline(is_ink)
        size = 2 * int(width / 2) + 3
        closed = cv2.morphologyEx(is_ink, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
        wider = width_by_outline(closed)
        if wider < GRAINY * width or closed.mean() > MOST_INK:
            break
        ink = cv2.GaussianBlur(ink.astype(np.float32), (0, 0), wider / 5)
        ink = np.minimum(ink / np.median(ink[closed > 0]), 1)
        is_ink = closed
    return ink, is_ink


def width_by_outline(is_ink):
    outline = is_ink.sum() - cv2.erode(is_ink, cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))).sum()
    return 2 * is_ink.sum() / max(outline, 1)


def compare_with_paper(picture, sheet=None):
    h, w = picture.shape[:2]
    r = max(1, min(h, w) // 50)
    if sheet is None:
        ring = np.concatenate(
            [
                picture[:r].reshape(-1, 3),
                picture[-r:].reshape(-1, 3),
                picture[:, :r].reshape(-1, 3),
                picture[:, -r:].reshape(-1, 3),
            ]
        )
    else:
        picture = picture.copy()
        paper = np.median(picture[sheet][::7], axis=0)
        picture[~sheet] = paper
        ring = np.empty((0, 3))
    if len(ring):
        paper = np.median(ring, axis=0)
        even = (np.abs(ring - paper).max(1) < 16).mean() > 0.9
        if even:
            d = cv2.absdiff(picture, np.broadcast_to(paper.astype("uint8"), picture.shape).copy())
            d = cv2.max(cv2.max(d[..., 0], d[..., 1]), d[..., 2])
            if (d < 16).mean() > 0.4:
                return d
    shrink = max(1.0, max(h, w) / 256)
    small = cv2.resize(picture, None, fx=1 / shrink, fy=1 / shrink, interpolation=cv2.INTER_AREA)
    window = 2 * int(max(small.shape) / 6) + 1
    paper = cv2.medianBlur(small, window)
    around = np.ones((5, 5))
    low = cv2.resize(cv2.erode(paper, around), (w, h), interpolation=cv2.INTER_LINEAR)
    high = cv2.resize(cv2.dilate(paper, around), (w, h), interpolation=cv2.INTER_LINEAR)
    darker = strongest_channel(cv2.divide(cv2.subtract(low, picture), cv2.max(low, 80), scale=255))
    lighter = strongest_channel(cv2.divide(cv2.subtract(picture, high), cv2.max(picture, 80), scale=255))
    if (darker.astype(np.float32) ** 2).sum() > (lighter.astype(np.float32) ** 2).sum():
        return darker
    return lighter


def strongest_channel(picture):
    red, green, blue = cv2.split(picture)
    return cv2.max(cv2.max(red, green), blue)


# --- lines


def run_lengths(mask):
    """How many ink pixels lie in one vertical run with each pixel; mask uint8 0/1."""
    padded = np.pad(mask, ((1, 1), (0, 0)))
    columns = padded.T
    change = np.diff(columns.astype(np.int8).ravel())
    starts = np.flatnonzero(change == 1)
    stops = np.flatnonzero(change == -1)
    lengths = np.zeros(columns.size, np.int32)
    runs = stops - starts
    lengths_of_run = np.repeat(runs, runs)
    lengths[columns.ravel() > 0] = lengths_of_run
    return lengths.reshape(columns.shape).T[1:-1]


class Line(NamedTuple):
    """A line from left to right: where it starts and stops, its middle as y = slope x + height."""

    start: int
    stop: int
    slope: float
    height: float
    thickness: float


def level_lines(mask, least):
    """Return the long thin lines in `mask` that are more level than steep, and the run lengths."""
    h, w = mask.shape
    runs = run_lengths(mask)
    across = run_lengths(np.ascontiguousarray(mask.T)).T
    flat = (across >= 4 * runs) & (runs > 0)
    if not flat.any():
        return [], runs
    limit = 1.6 * np.median(runs[flat]) + 1
    thin = ((runs > 0) & (runs <= limit)).astype(np.uint8)
    joined = cv2.morphologyEx(thin, cv2.MORPH_CLOSE, np.ones((3, max(3, int(least / 8))), np.uint8))
    joined = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, max(3, int(least / 8))), np.uint8))
    joined = cv2.dilate(joined, np.ones((3, 1), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    lines = []
    for number in range(1, count):
        left, top, wide, high, _ = stats[number]
        if wide < least or high > wide / 3:
            continue
        place = np.s_[top : top + high, left : left + wide]
        y, x = np.nonzero((labels[place] == number) & (thin[place] > 0))
        if len(np.unique(x)) < 0.5 * wide:
            continue
        slope, height = np.polyfit(x + left, y + top, 1)
        off = np.abs(y + top - slope * (x + left) - height)
        thickness = np.median(runs[place][y, x])
        if wide < 12 * thickness or np.quantile(off, 0.8) > thickness + 0.01 * wide:
            continue
        line = Line(left, left + wide, slope, height, thickness)
        lines.append(extend(line, mask, int(least / 8)))
    return lines, runs


def extend(line, mask, gap):
    """Let a line go on to both sides through all ink that lies on it."""
    h, w = mask.shape
    x = np.arange(w)
    y = np.round(line.slope * x + line.height).astype(int)
    reach = int(line.thickness / 2 + 1.5)
    ink = np.zeros(w, bool)
    for offset in range(-reach, reach + 1):
        ink |= mask[np.clip(y + offset, 0, h - 1), x] > 0
    start, stop = line.start, line.stop
    on = np.flatnonzero(ink)
    before = on[on < start][::-1]
    for place in before:
        if start - place > gap:
            break
        start = place
    for place in on[on >= stop]:
        if place - stop > gap:
            break
        stop = place + 1
    return line._replace(start=int(start), stop=int(stop))


def erase(mask, runs, lines, through=False):
    """Erase lines where nothing crosses them, all the way through the picture if asked."""
    mask = mask.copy()
    h, w = mask.shape
    for line in lines:
        start, stop = (0, w) if through else (line.start, line.stop)
        x = np.arange(start, stop)
        middle = line.slope * x + line.height
        reach = int(line.thickness + 1 + 0.004 * w)
        for offset in range(-reach, reach + 1):
            y = np.round(middle).astype(int) + offset
            good = (y >= 0) & (y < h)
            yy, xx = y[good], x[good]
            thin = runs[yy, xx] <= 1.5 * line.thickness + 1
            mask[yy[thin], xx[thin]] = 0
    return mask


def tallest_of(mask):
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    good = stats[1:][stats[1:, 4] > 12]
    if not len(good):
        return 0
    return good[:, 3].max()


def turn(mask):
    return np.ascontiguousarray(mask.T)


def drop_level(mask, other_tallest, grid):
    """Erase ruled lines."""
    h, w = mask.shape
    lines, runs = level_lines(mask, w / 5)
    if not lines:
        return mask, []
    edge = 0.04 * w
    across = [line for line in lines if line.start < edge and line.stop > w - edge]
    one = [line for line in lines if line.start < edge or line.stop > w - edge]
    family = across if len(one) < 4 else one
    long = [line for line in lines if line not in family]
    mask = erase(mask, runs, family, through=True)
    if long:
        tall = tallest_of(erase(mask, runs, long)) if other_tallest is None else other_tallest
        factor = 1.8 if grid else 2.5
        long = [line for line in long if line.stop - line.start > factor * max(tall, 1)]
        mask = erase(mask, runs, long, through=True)
    return mask, family + long


def drop_lines(mask):
    if max(mask.shape) < 100:
        return mask
    # without verticals, how tall is what remains?
    level, runs = level_lines(mask, mask.shape[1] / 5)
    rest = erase(mask, runs, level)
    steep, runs = level_lines(turn(rest), mask.shape[0] / 5)
    tall = tallest_of(turn(erase(turn(rest), runs, steep)))
    if not tall:
        if len(level) > 2 and steep:
            raise NoDigits("only lines")
        if len(level) > 1 and not steep:
            raise NoDigits("only lines")
        return mask
    rest, level = drop_level(mask, tall, False)
    if len(level) >= 2:
        rest, steep = drop_level(turn(rest), tall, True)
        rest = turn(rest)
    return rest


def opened(mask):
    return mask


# --- strokes

SPECK = 0.15
MOST_STROKES = 400


def stroke_width(mask):
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    return 4 * depth[mask > 0].mean() - 1 if mask.any() else 1


def find_strokes(mask):
    """Return boxes of strokes and label map after dropping frames, dirt."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    boxes = stats[:, :4].copy()
    boxes[:, 2:] += boxes[:, :2]
    kept = np.ones(count, bool)
    kept[0] = False
    widths, heights = stats[:, 2], stats[:, 3]
    area = stats[:, 4]
    width = stroke_width(mask)
    h, w = mask.shape
    # along the picture's edge
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    touching = np.bincount(border, minlength=count)
    along = touching >= np.maximum(2.5 * width, 0.8 * np.maximum(widths, heights))
    if area[kept & ~along].sum() >= 0.02 * area[kept].sum():
        kept &= ~along
    # frames: hollow, and other ink within
    drop_empty_frames(mask, labels, kept)
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
    deepest = np.zeros(count)
    np.maximum.at(deepest, labels[mask > 0], depth[mask > 0])
    solid = 2 * deepest > 0.55 * np.maximum(widths, heights)
    kept &= ~(solid & (np.maximum(widths, heights) > 8))
    if not kept.any():
        raise NoDigits("empty frames")
    tallest = heights[kept].max()
    specks = kept & (np.maximum(widths, heights) < SPECK * tallest)
    big = kept & ~specks & (widths < 3 * tallest)
    if area[specks].sum() > area[big].sum() or not big.any() or big.sum() > MOST_STROKES:
        raise NoDigits("only a pattern")
    numbers = np.zeros(count, np.int32)
    numbers[big] = 1 + np.arange(big.sum())
    return boxes[big], numbers[labels]


def drop_frames(mask):
    """Erase what encloses other ink: circles and boxes; keep what touches their straight sides."""
    contours, nesting = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    if nesting is None:
        return mask
    outer = [i for i, (*_, parent) in enumerate(nesting[0]) if parent == -1]
    boxes = np.array([cv2.boundingRect(contours[i]) for i in outer])
    if len(outer) < 2:
        return mask
    holes = {}
    for contour, (_, _, _, parent) in zip(contours, nesting[0], strict=True):
        if parent == -1:
            continue
        x, y, w, h = cv2.boundingRect(contour)
        if min(w, h) < 8:
            continue
        inside = (
            (boxes[:, 0] >= x)
            & (boxes[:, 1] >= y)
            & (boxes[:, 0] + boxes[:, 2] <= x + w)
            & (boxes[:, 1] + boxes[:, 3] <= y + h)
            & (boxes[:, 3] > 0.3 * h)
        )
        inside[outer.index(parent)] = False
        if inside.any():
            holes.setdefault(parent, []).append((w, h))
    mask = mask.copy()
    for parent, sizes in holes.items():
        x, y, w, h = cv2.boundingRect(contours[parent])
        _, labels = cv2.connectedComponents(mask[y : y + h, x : x + w], connectivity=8)
        px, py = contours[parent][0, 0]
        frame = (labels == labels[py - y, px - x]).astype(np.uint8)
        hole_w, hole_h = np.min(sizes, axis=0)
        rest = frame.copy()
        for _ in range(2):
            lines, runs = level_lines(rest, 0.5 * hole_w)
            rest = erase(rest, runs, lines)
            lines, runs = level_lines(turn(rest), 0.5 * hole_h)
            rest = turn(erase(turn(rest), runs, lines))
        kept = np.zeros_like(rest)
        if rest.sum() < 0.5 * frame.sum():
            count, labels, stats, _ = cv2.connectedComponentsWithStats(rest, connectivity=8)
            for n in range(1, count):
                if 0.3 * hole_h < stats[n, 3] < 1.5 * hole_h and stats[n, 2] < 1.5 * hole_w:
                    kept[labels == n] = 1
        mask[y : y + h, x : x + w][frame > 0] = 0
        mask[y : y + h, x : x + w] |= kept
    return mask


def drop_empty_frames(mask, labels, kept):
    contours, nesting = cv2.findContours(mask, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    frames = []
    for contour, (_, _, child, parent) in zip(contours, nesting[0], strict=True):
        if parent != -1 or child == -1:
            continue
        px, py = contour[0, 0]
        owner = labels[py, px]
        hole = max_hole(contours, nesting[0], child)
        (_, (w, h), _) = cv2.minAreaRect(contour)
        filled = cv2.contourArea(contour)
        if filled > 0.9 * w * h and hole > 0.5 * filled and min(w, h) > 20:
            frames.append(owner)
    others = kept.copy()
    others[frames] = False
    if len(frames) > 1 or others.any():
        kept[frames] = False


def max_hole(contours, nesting, child):
    total = 0
    while child != -1:
        total += cv2.contourArea(contours[child])
        child = nesting[child][0]
    return total


# --- proposals
SMALL = 0.35
PART = 0.6
NEAR = 0.25
TOGETHER = 1.9


def propose(ink, boxes, labels):
    numbers = np.append(0, 1 + join_strokes(boxes))
    count = numbers.max()
    pieces_boxes = np.array([
        np.append(boxes[numbers[1:] == n, :2].min(0), boxes[numbers[1:] == n, 2:].max(0)) for n in range(1, count + 1)
    ])
    order = in_reading_order(pieces_boxes)
    ranks = np.append(0, 1 + np.argsort(order))
    pieces = ranks[numbers][labels]
    boxes = pieces_boxes[order]
    tallest = (boxes[:, 3] - boxes[:, 1]).max()
    proposals = []
    node = 0
    starts = [0]
    cuts = []
    for number, box in enumerate(boxes):
        seams = find_seams(pieces, number + 1, box)
        cuts.append(seams)
        starts.append(starts[-1] + len(seams) + 1)
    for first, many in itertools.product(range(len(boxes)), (1, 2)):
        stop, members = first + many, boxes[first : first + many]
        box = np.append(members[:, :2].min(axis=0), members[:, 2:].max(axis=0))
        width, height = box[2:] - box[:2]
        lower = (members[:, 3] - members[:, 1]).min()
        gap = (members[:, :2].max(axis=0) - members[:, 2:].min(axis=0)).max()
        close = len(members) == 2 and gap < NEAR * height and width < 1.5 * height
        if len(boxes) > 2 and many == 2 and height > 1.3 * tallest:
            continue
        if height > SMALL * tallest and (many == 1 or close):
            odds = -2.5 * max(0, width / height - 1.2) if many == 1 else TOGETHER - (width / 2 + 2 * lower) / height
            place = slice(box[1], box[3]), slice(box[0], box[2])
            own = ((pieces[place] > first) & (pieces[place] <= stop)).astype(np.uint8)
            image = normalize(ink[place] * cv2.dilate(own, np.ones((3, 3), np.uint8)))
            proposals.append(
                Proposal(starts[first], starts[stop], odds, tuple(box.tolist()), image, ("one" if many == 1 else "pair", width / height))
            )
            if many == 1 and cuts[first]:
                proposals += cut(ink[place], own, cuts[first], starts[first], box)
    return proposals


WIDE = 0.7  # of its height
MOST_CUTS = 3
CUT_ODDS = -0.3
LOWER = 4


def find_seams(pieces, number, box):
    """Where a wide piece may be cut in two: for each cut an x for each row of its box."""
    left, top, right, bottom = box
    w, h = right - left, bottom - top
    if w < WIDE * h or h < 12 or w > 6 * h:
        return []
    own = (pieces[top:bottom, left:right] == number).astype(np.float32)
    factor = min(1, 32 / h)
    small = cv2.resize(own, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    rows, columns = small.shape
    total = small.sum()
    seams = []
    shares = []
    for middle in np.arange(0.25 * rows, columns - 0.25 * rows + 1, STEP * rows):
        low = max(0, int(middle - REACH * rows))
        high = min(columns, int(middle + REACH * rows) + 1)
        seam = low + cheapest_way(small[:, low:high])
        left_ink = sum(small[row, :at].sum() for row, at in enumerate(seam)) / total
        if not 0.15 < left_ink < 0.85 or any(abs(left_ink - share) < 0.04 for share in shares):
            continue
        shares.append(left_ink)
        large = np.interp(np.arange(h), (np.arange(rows) + 0.5) / factor, (seam + 0.5) / factor)
        seams.append(large)
    order = np.argsort(shares)
    return [seams[i] for i in order]


STEP = 0.08
REACH = 0.08


def cheapest_way(ink):
    """The columns of the way down through the least ink, by dynamic programming."""
    cost = ink + 0.01
    ways = [cost[0]]
    for row in cost[1:]:
        above = np.pad(ways[-1], 1, constant_values=np.inf)
        sideways = np.minimum(above[:-2], above[2:]) + 0.02
        ways.append(row + np.minimum(above[1:-1], sideways))
    at = int(ways[-1].argmin())
    seam = [at]
    for row in ways[-2::-1]:
        low = max(at - 1, 0)
        at = low + int(row[low : at + 2].argmin())
        seam.append(at)
    return np.array(seam[::-1])


def cut(ink, own, seams, start, box):
    """Proposals for all parts of a piece between two seams, but for the whole."""
    h, w = own.shape
    edges = [np.zeros(h), *seams, np.full(h, w)]
    x = np.arange(w)
    parts = []
    for first, stop in itertools.combinations(range(len(edges)), 2):
        at_end = (first == 0) + (stop == len(edges) - 1)
        if at_end == 2 or (at_end == 0 and w < 1.5 * h):
            continue
        part = own * ((x >= edges[first][:, None]) & (x < edges[stop][:, None])).astype(np.uint8)
        count, labels, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=8)
        if count == 1:
            continue
        part = (labels == 1 + stats[1:, cv2.CC_STAT_AREA].argmax()).astype(np.uint8)
        left, top, wide, high = cv2.boundingRect(part)
        if high < 0.6 * h or wide > 1.3 * high:
            continue
        place = np.s_[top : top + high, left : left + wide]
        image = normalize(ink[place] * part[place])
        corner = (left + box[0], top + box[1])
        part_box = (*corner, corner[0] + wide, corner[1] + high)
        crossed = [0.0]
        for seam in edges[first : stop + 1]:
            at = np.clip(seam.astype(int), 0, w - 1)
            inside = (seam > 0) & (seam < w)
            crossed.append(float(own[np.arange(h), at][inside].mean()) if inside.any() else 0.0)
        inner = (first > 0) + (stop < len(edges) - 1)
        odds = 0.5 * inner * CUT_ODDS - LOWER * (1 - high / h)
        parts.append(
            Proposal(start + first, start + stop, odds, tuple(int(v) for v in part_box), image, ("cut", inner, sum(crossed), high / h))
        )
    return parts


def join_strokes(boxes):
    left, top, right, bottom = boxes.T
    narrower = np.minimum.outer(right - left, right - left)
    lower = np.minimum.outer(bottom - top, bottom - top)
    shared = np.minimum.outer(right, right) - np.maximum.outer(left, left)
    gap = np.maximum.outer(top, top) - np.minimum.outer(bottom, bottom)
    near = (shared > 0.4 * narrower) & (gap < NEAR * lower.max())
    joined = near & (lower < PART * lower.max())
    pieces = np.arange(len(boxes))
    for one, other in np.argwhere(joined):
        pieces[pieces == pieces[other]] = pieces[one]
    return np.unique(pieces, return_inverse=True)[1]


def in_reading_order(boxes):
    rows = []
    for i in np.argsort(boxes[:, 0]):
        _, top, _, bottom = boxes[i]
        for row in rows:
            _, high, _, low = boxes[row[-1]]
            if min(bottom, low) - max(top, high) > 0.4 * min(bottom - top, low - high):
                row.append(i)
                break
        else:
            rows.append([i])
    return [i for row in sorted(rows, key=lambda row: boxes[row, 1::2].mean()) for i in row]


MNIST_STROKE = 2.9


def normalize(ink):
    ink = np.pad(ink, 1 + max(ink.shape) // 8).astype(np.float32)
    factor = 125 / max(ink.shape)
    size = max(1, round(ink.shape[1] * factor)), max(1, round(ink.shape[0] * factor))
    large = cv2.resize(ink, size, interpolation=cv2.INTER_LINEAR if factor > 1 else cv2.INTER_AREA)
    is_ink = (large > min(0.5, large.max() / 2)).astype(np.uint8)
    depth = cv2.distanceTransform(is_ink, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    width = 4 * depth[is_ink > 0].mean()
    _, _, w, h = cv2.boundingRect(is_ink)
    size = max(w, h)
    r = (MNIST_STROKE * size - 20 * width) / (40 - 2 * MNIST_STROKE)
    if r > 0:
        is_ink = cv2.distanceTransform(1 - is_ink, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) <= r
    else:
        is_ink = depth > min(-r, depth.max() * 0.8)
    is_ink = is_ink.astype(np.uint8) * 255
    x, y, w, h = cv2.boundingRect(is_ink)
    factor = 20 / max(w, h)
    size = max(1, round(w * factor)), max(1, round(h * factor))
    small = cv2.resize(is_ink[y : y + h, x : x + w], size, interpolation=cv2.INTER_AREA)
    moments = cv2.moments(small)
    mass = np.array([moments["m01"], moments["m10"]]) / moments["m00"]
    top, left = np.clip(np.round(14 - mass).astype(int), 0, 28 - np.array(small.shape))
    image = np.zeros((28, 28), np.uint8)
    image[top : top + small.shape[0], left : left + small.shape[1]] = small
    return image
