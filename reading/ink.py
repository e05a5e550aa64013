"""Find the ink on paper, in any colour and light."""

import cv2
import numpy as np

from reading.basics import NO_INK, ONE_COLOR, PATTERN, NoDigits, shrink, widen

GRAIN_FROM = 300  # pixels: smaller ones are drawings, without the grain of a blank sheet's photo
LEAST_CONTRAST = 10  # of 255, between ink and paper: the grain of a blank sheet has less
GRAIN = 5  # times the median contrast: a noisy photo's grain has less
FAINT = 0.35  # of the strongest ink: what is fainter is a soft shadow, or shines through the paper
MOST_INK = 0.6  # of the picture: where there is more, it is a pattern


def find_ink(picture, on_sheet):
    """Return how much ink is where, float32 from 0 (paper) to 1 (ink), and a mask of it.

    Raises NoDigits if there is none, or so much that it is a pattern.
    """
    contrast = compare_with_paper(picture, on_sheet)
    if max(contrast.shape) > GRAIN_FROM:
        contrast = cv2.GaussianBlur(contrast, (3, 3), 0)
    contrast[~on_sheet] = 0
    grain = np.median(contrast[::2, ::2])  # a quarter of the pixels is enough
    _, mask = cv2.threshold(contrast, max(LEAST_CONTRAST, GRAIN * grain), 1, cv2.THRESH_BINARY)
    if not mask.any():
        raise NoDigits(PATTERN if grain > LEAST_CONTRAST else NO_INK)

    # Every piece of ink has a level of its own, the mean of its darker half; where it is half as
    # dark, it ends. So a dark digit is found on the faint lines of squared paper without them.
    count, pieces = cv2.connectedComponents(mask)
    is_ink = mask > 0
    piece_of = pieces[is_ink]
    values = contrast[is_ink]
    means = mean_by_piece(piece_of, values, count)
    is_dark = values >= means[piece_of]
    levels = mean_by_piece(piece_of[is_dark], values[is_dark], count)
    levels[levels < FAINT * levels.max()] = np.inf
    ink = np.minimum(contrast / levels.astype("float32")[pieces], 1)
    mask = (ink > 0.5).astype(np.uint8)
    if mask.mean() > MOST_INK:
        raise NoDigits(PATTERN)
    return ink * widen(mask), mask


def mean_by_piece(piece_of, values, count):
    """Return the mean of the values of each of `count` pieces; 0 for one without any."""
    sums = np.bincount(piece_of, values, count)
    return sums / np.maximum(np.bincount(piece_of, minlength=count), 1)


DARKEST = 0.6  # of the strongest contrast: what has more is ink...
WHOLE = 0.99  # ...and where less of it would be left, strokes are too fat for so small a square


def compare_with_paper(picture, on_sheet):
    """Return how much each pixel differs from the paper around it, uint8 (height, width).

    Paper is what the picture shows at its rim, if that is all of one colour, as in a drawing. Else
    it is the median of a third of the picture around each pixel: ink is thin, so most of that is
    paper, and light and shadow are in both. If the light is uneven (a soft shadow, a fold), it is
    the median of a sixth, which follows the light more closely; but fat strokes would fill so small
    a square, and be taken for paper.
    """
    if not on_sheet.all():
        sheet_color = picture[on_sheet].mean(axis=0).astype(np.uint8)
        picture = np.where(on_sheet[..., None], picture, sheet_color)
    small = shrink(picture, 256)
    rim = find_rim_color(small)
    far_around = blur_ink_away(small, 1 / 3) if rim is None else np.full_like(small, rim)
    around = blur_ink_away(small, 1 / 6)
    is_lit_unevenly = cv2.absdiff(around, far_around).max() >= ONE_COLOR
    if is_lit_unevenly:
        contrast = compare_with_far(small, far_around, rim)
        closer = compare(small, around, around)
        if keeps_ink(contrast, closer):
            return compare(picture, around, around)
    return compare_with_far(picture, far_around, rim)


def keeps_ink(contrast, closer):
    """Return whether ink, where `contrast` is strong, has at least half of it in `closer`, too."""
    is_ink = contrast > DARKEST * contrast.max()
    return is_ink.any() and np.mean(closer[is_ink] > contrast[is_ink] / 2) > WHOLE


def compare_with_far(picture, far_around, rim):
    """Return how much each pixel differs from the colour at the rim or, if that is None, from the
    paper far around, which may be a smaller picture: uint8 (height, width).
    """
    if rim is not None:
        return differ_from(picture, rim)
    # Where its brightness changes, at the edge of a shadow, all in between is paper, too.
    square = np.ones((5, 5), np.uint8)
    return compare(picture, cv2.erode(far_around, square), cv2.dilate(far_around, square))


def blur_ink_away(picture, window):
    """Return a picture of the paper: each pixel the median of a square around it.

    `window` is the square's side, as a share of the picture's longer one.
    """
    return cv2.medianBlur(picture, 2 * int(window / 2 * max(picture.shape)) + 1)


def find_rim_color(picture):
    """Return red, green and blue of a picture's rim, or None if that is not of one colour."""
    margin = max(1, min(picture.shape[:2]) // 50)
    rows = picture[:margin], picture[-margin:]
    columns = picture[:, :margin], picture[:, -margin:]
    rim = np.concatenate([part.reshape(-1, 3) for part in rows + columns])
    paper = np.median(rim, axis=0)
    if np.mean((np.abs(rim - paper) < ONE_COLOR).all(axis=1)) <= 0.9:
        return None
    return tuple(paper.astype(int).tolist())


def compare(picture, darkest, lightest):
    """Return how much darker each pixel is than the darkest paper there may be or, if that is more
    in the whole picture, how much lighter than the lightest: uint8 (height, width).

    Both may be smaller pictures.
    """
    height, width = picture.shape[:2]
    darkest = cv2.resize(darkest, (width, height))
    lightest = cv2.resize(lightest, (width, height))
    darker = cv2.subtract(darkest, picture)
    # Ink is either darker than paper, in one colour at least, or altogether lighter, as chalk is.
    # The other is shine, or a shadow's edge.
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    lighter = cv2.subtract(grey, cv2.cvtColor(lightest, cv2.COLOR_RGB2GRAY))
    if cv2.norm(lighter) > cv2.norm(darker):  # of three channels, since dark ink is the usual one
        return lighter
    # Shadow dims paper and ink by the same factor: divide.
    return most_of_channels(cv2.divide(darker, darkest, scale=255))


EXTREMES = (0.05, 0.95)  # of all grey levels: ink and paper
UNDECIDED = 0.15  # if the light share of a picture is so near to a half, a fat 1 fills the rest


def compare_with_usual(picture):
    """Return the colour of a drawing's paper, and how much each pixel differs from it: uint8.

    Paper is light or dark, as most of the picture is or, if that is undecided, as its rim is.
    """
    picture = np.ascontiguousarray(picture)
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    dark, light = np.quantile(grey, EXTREMES)
    middle = (dark + light) / 2
    share = np.mean(grey > middle)
    is_light = share > 0.5
    if abs(share - 0.5) < UNDECIDED:
        rim = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
        is_light = rim.mean() > grey.mean()
    is_paper = grey >= light if is_light else grey <= dark
    color = tuple(np.median(picture[is_paper], axis=0).tolist())
    return color, differ_from(picture, color)


def differ_from(picture, color):
    """Return how far each pixel is from a colour, in the channel that differs most: uint8."""
    return most_of_channels(cv2.absdiff(picture, color + (0,)))  # OpenCV wants four numbers


def most_of_channels(picture):
    """Return the largest of red, green and blue, uint8 (height, width)."""
    red, green, blue = cv2.split(picture)
    return cv2.max(cv2.max(red, green), blue)  # in a part of the time of picture.max(axis=2)
