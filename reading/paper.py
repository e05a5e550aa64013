"""Find the paper: without a frame around it, with more where there is too little, and its sheets.

A sheet lies on something else: a note on a desk.
"""

import math

import cv2
import numpy as np

from reading.basics import shrink
from reading.ink import compare_with_usual

SHEET_SIDE = 256  # pixels: the side of the copies in which sheets and edges are looked for
RIM = 1 / 40  # of the picture's side: the frame around a screenshot or a scan is thinner...
LEAST_RIM = 4  # ...or than so many pixels
UNIFORM = 12  # of 255: a frame's pixels differ less from each other
STEP = 24  # of 255: a frame and the picture in it differ more


def drop_rim(picture):
    """Return a picture without a thin frame at its edges, and how much was cut left and above.

    A screenshot, a scan or a canvas may have one: rows of one colour, and a step to the next ones.
    """
    top = count_rim(picture)
    bottom = count_rim(picture[::-1])
    turned = picture.transpose(1, 0, 2)
    left = count_rim(turned)
    right = count_rim(turned[::-1])
    height, width = picture.shape[:2]
    return picture[top : height - bottom, left : width - right], left, top


def count_rim(picture):
    """Return how many of the uppermost rows are a frame."""
    most = max(LEAST_RIM, int(RIM * len(picture)))
    if len(picture) < 4 * most:
        return 0
    color = np.median(picture[0], axis=0)
    inside = np.median(picture[most:-most:4, ::4].reshape(-1, 3), axis=0)
    if np.abs(inside - color).max() < STEP:
        return 0  # it is the paper
    differences = np.abs(picture[: most + 2] - color).max(axis=2)
    is_other = differences[:-1].max(axis=1) > UNIFORM
    count = int(is_other.argmax())  # 0, too, if all are of one colour
    is_step = np.quantile(differences[count + 1], 0.1) > STEP  # the row before may be a mixed one
    return count + 1 if count > 0 and is_step else 0


SPANS_HEIGHT = 0.85  # of the picture: a digit that was cut to its very edges spans so much...
SPANS_WIDTH = 0.6  # ...and so much of its width...
MOST_OF_INK = 0.95  # ...and has so much of all ink
MOST_HOLES = 8  # the ink and the paper around it counted; squared paper has more
CUT_INK = 0.25  # of the strongest contrast: what is paler counts as paper here
DEEPEST = 0.2  # of the longer side: how far a stroke's middle is from the paper at most
MARGIN = 1 / 5  # of the longer side: how much paper is added


def add_paper(picture):
    """Return a picture and 0 or, where a single digit was cut to its very edges, the picture with
    paper on all sides, and how much.
    """
    step = 1 + max(picture.shape[:2]) // SHEET_SIDE  # not all pixels are needed
    paper, contrast = compare_with_usual(picture[::step, ::step])
    mask = (contrast > CUT_INK * contrast.max()).astype(np.uint8)
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask)
    if len(stats) == 1:
        return picture, 0
    _, _, width, height, area = stats[1 + stats[1:, cv2.CC_STAT_AREA].argmax()].tolist()
    holes, _ = cv2.connectedComponents(1 - mask, connectivity=4)
    spans = width > SPANS_WIDTH * mask.shape[1] and height > SPANS_HEIGHT * mask.shape[0]
    if not spans or area < MOST_OF_INK * mask.sum() or holes > MOST_HOLES:
        return picture, 0
    depth = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_3).max()
    if depth > DEEPEST * max(mask.shape):
        return picture, 0  # a shadow
    margin = math.ceil(MARGIN * max(picture.shape))
    larger = cv2.copyMakeBorder(
        picture, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=paper
    )
    return larger, margin


SHEET_DIFFERS = 20  # of 255: a sheet is so much lighter or darker than what it lies on
TINT = 10  # of 255: where paper ends on a desk that shines as light as it, the tint changes more
FILLS = 0.97  # of the picture: paper that reaches to all its corners lies on nothing
MOST_BESIDE = 0.5  # of the rest is as bright as a sheet: more are the cells of a form
ONE_BRIGHTNESS = 0.8  # of a sheet: less is a large 8, perhaps
LEAST_OF_PIECE = 0.85  # of its piece: less is a digit, whose strokes are thin (photos of one)
LONG_EDGE = 0.1  # of the outline: fat digits in small drawings have none as long...
MOSTLY_EDGES = 0.8  # ...and these are so much of a sheet's outline
ON_HULL = 7  # pixels: how wide a line along the hull of a sheet's outline holds its edge
LEAST_EDGE = 30  # pixels of it within the picture: less is the edge of a finger
STEEP = 0.6  # of the difference between a sheet and the rest: so much within three pixels


def find_sheets(picture):
    """Return masks of what may be sheets of paper that lie on something else: a list of uint8
    (height, width), one of all light sheets and one of all dark ones, if there are any.

    A sheet is a large area of one brightness with straight and sharp edges, light on dark or the
    other way round. (A shadow's edge is soft; paper that fills the picture has no edges.)
    """
    small = shrink(picture, SHEET_SIDE)
    small = cv2.medianBlur(small, 5)  # without the writing
    _, deviations = cv2.meanStdDev(small)
    channel = small[..., deviations.argmax()].copy()  # yellow on white shows in blue alone
    _, light = cv2.threshold(channel, 0, 1, cv2.THRESH_OTSU)
    is_light = light > 0
    if is_light.all() or not is_light.any():
        return []
    difference = channel[is_light].mean() - channel[~is_light].mean()
    if difference < SHEET_DIFFERS:
        return []
    is_steep = find_steep(channel, difference)
    margin = max(2, max(light.shape) // 80)  # paper curls at its edge, and throws a shadow
    red, _, blue = cv2.split(small)
    tint = cv2.addWeighted(blue, 1, red, -1, 128)
    tint_changes = cv2.morphologyEx(tint, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > TINT
    sheets = []
    for side in (light, 1 - light):
        own = np.where(tint_changes, 0, side)
        sheet = np.zeros_like(own)
        outlines, _ = cv2.findContours(own, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        filled = cv2.drawContours(own.copy(), outlines, -1, 1, cv2.FILLED)  # where writing is, too
        wide = cv2.morphologyEx(filled, cv2.MORPH_OPEN, np.ones((25, 25), np.uint8))  # no fingers
        _, pieces, stats, _ = cv2.connectedComponentsWithStats(filled)
        outlines, _ = cv2.findContours(wide, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        for outline in outlines:
            if not is_sheet(outline, own) or not has_sharp_edge(outline, is_steep):
                continue
            x, y = outline[0, 0]
            of_piece = cv2.contourArea(outline) / stats[pieces[y, x], cv2.CC_STAT_AREA]
            if of_piece > LEAST_OF_PIECE:
                cv2.drawContours(sheet, [outline], -1, 1, cv2.FILLED)
        if own[sheet == 0].mean() > MOST_BESIDE:
            continue
        sheet = cv2.erode(sheet, np.ones((2 * margin + 1, 2 * margin + 1), np.uint8))
        if sheet.any():
            sheets.append(cv2.resize(sheet, picture.shape[1::-1], interpolation=cv2.INTER_NEAREST))
    return sheets


def is_sheet(outline, mask):
    """Return whether an outline may be that of a sheet of paper: with long edges, and within it
    nearly all of one brightness, which is where the mask is 1.
    """
    within = cv2.drawContours(np.zeros_like(mask), [outline], -1, 1, cv2.FILLED)
    if mask[within > 0].mean() < ONE_BRIGHTNESS:
        return False
    hull = cv2.convexHull(outline)
    if cv2.contourArea(hull) > FILLS * mask.size:
        return False
    length = cv2.arcLength(hull, True)
    corners = cv2.approxPolyDP(hull, 0.01 * length, True)[:, 0]
    edges = np.hypot(*(corners - np.roll(corners, 1, axis=0)).T)
    return edges[edges > LONG_EDGE * length].sum() > MOSTLY_EDGES * length


def find_steep(channel, difference):
    """Return where the brightness changes steeply, or within two pixels of there: bool, as large as
    `channel`, one of a small picture's, uint8 (height, width).

    `difference` is how much darker or lighter than a sheet the rest is.
    """
    change = cv2.morphologyEx(channel, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    change = cv2.dilate(change, np.ones((5, 5), np.uint8))  # an outline may be a little beside it
    return change > STEEP * difference


def has_sharp_edge(outline, is_steep):
    """Return whether most of a sheet's outline is where the brightness changes steeply, which is
    where the bool array is True. A shadow's edge is soft.

    What lies within the hull does not count: where a digit reaches into a shadow, a strip of its
    outline is sharp.
    """
    blank = np.zeros(is_steep.shape, np.uint8)
    edge = cv2.drawContours(blank.copy(), [outline], -1, 1)
    edge &= cv2.polylines(blank, [cv2.convexHull(outline)], True, 1, ON_HULL)
    edge = edge[3:-3, 3:-3] > 0  # the picture's own edge is not the sheet's
    if edge.sum() < LEAST_EDGE:
        return False  # the paper fills the picture, but for a finger perhaps
    return is_steep[3:-3, 3:-3][edge].mean() > 0.5
