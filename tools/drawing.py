"""Pictures drawn from digits of the sample's test set: for scenes.py, and the tests of reading/."""

import math

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

WHITE = (250, 250, 248)
WOOD = (95, 66, 44)
BLUE = (30, 45, 140)
GREY = (150, 160, 175)


def enlarged(digit, height):
    """Return an image's ink, float in [0, 1], cut out and enlarged to so many pixels of height."""
    rows = np.flatnonzero(digit.any(axis=1))
    columns = np.flatnonzero(digit.any(axis=0))
    cut = digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    width = max(1, round(cut.shape[1] * height / cut.shape[0]))
    return np.asarray(Image.fromarray(cut).resize((width, height), Image.Resampling.BICUBIC)) / 255


def blank(height=600, width=800, paper=WHITE):
    """Return a picture, float RGB (height, width, 3), of paper."""
    return np.full((height, width, 3), paper, float)


def write(picture, digits, left, top, height, pen=BLUE, gap=0.3):
    """Write digits on a picture, in place, in a row; return the boxes of their ink."""
    boxes = []
    for digit in digits:
        ink = enlarged(digit, height)
        place = picture[top : top + height, left : left + ink.shape[1]]
        place += (np.array(pen) - place) * ink[..., None]
        y, x = np.nonzero(ink > 0.5)
        boxes.append([left + x.min(), top + y.min(), left + x.max() + 1, top + y.max() + 1])
        left += ink.shape[1] + int(gap * height)
    return boxes


def rule(picture, step, color=GREY, squares=False, width=2):
    """Draw ruled or squared lines all over a picture, in place."""
    tall, wide, _ = picture.shape
    for y in range(step // 2, tall, step):
        cv2.line(picture, (0, y), (wide, y), color, width)
    if squares:
        for x in range(step // 3, wide, step):
            cv2.line(picture, (x, 0), (x, tall), color, width)


def low_cells(digits, width, height, margin, thickness, angle):
    """Return a picture, float RGB, of digits in a row of cells, with little paper around them, and
    the boxes of their ink. The picture is tilted by so many degrees, its boxes are not.
    """
    right = margin + len(digits) * width
    bottom = margin + height
    cells = blank(bottom + margin, right + margin, paper=(255, 255, 255))
    for left in range(margin, right + 1, width):
        cv2.line(cells, (left, margin), (left, bottom), (0, 0, 0), thickness)
    for y in (margin, bottom):
        cv2.line(cells, (margin, y), (right, y), (0, 0, 0), thickness)
    boxes = []
    for number, digit in enumerate(digits):
        left = margin + number * width + width // 3
        boxes += write(cells, [digit], left, margin + width // 6, width // 2, pen=(0, 0, 0))
    turned = cv2.getRotationMatrix2D(((right + margin) / 2, bottom / 2), angle, 1)
    return cv2.warpAffine(cells, turned, None, borderValue=(255, 255, 255)), boxes


def seen(picture, grain=3, seed=0):
    """Return a picture, uint8, as a camera would see it: grainy."""
    noise = np.random.default_rng(seed).normal(0, grain, picture.shape[:2])
    return (picture + noise[..., None]).clip(0, 255).astype("uint8")


def on_white(ink):
    """Return a picture, uint8 RGB, of some ink with white paper around it."""
    grey = np.pad(255 - 255 * ink, 40, constant_values=255).astype("uint8")
    return np.repeat(grey[..., None], 3, axis=2)


def page(digits, columns, size=100, paper=210, ink=150):
    """Return a page, float (height, width), with `digits` in rows, and the places of their ink."""
    rows = math.ceil(len(digits) / columns)
    sheet = np.full((rows * size * 3 // 2, columns * size * 3 // 2), float(paper))
    places = []
    for index, digit in enumerate(digits):
        large = Image.fromarray(digit).resize((size, size), Image.Resampling.BICUBIC)
        large = np.asarray(large, dtype=float) / 255
        row, column = divmod(index, columns)
        top = row * size * 3 // 2 + size // 4
        left = column * size * 3 // 2 + size // 4
        sheet[top : top + size, left : left + size] -= large * ink
        y, x = np.nonzero(large > 0.5)
        places.append([left + x.min(), top + y.min(), left + x.max() + 1, top + y.max() + 1])
    return sheet, places


def light(sheet, seed=0, grain=4):
    """Return a page as a phone would see it: brighter at one side, and grainy."""
    height, width = sheet.shape
    slope = np.linspace(-40, 30, width) + np.linspace(-20, 20, height)[:, None]
    return sheet + slope + np.random.default_rng(seed).normal(0, grain, sheet.shape)


def with_shadows_and_specks(sheet):
    """Return a page in uneven light, with dark edges, a soft shadow, and thirty specks."""
    sheet = light(sheet)
    sheet[:, :12] = 40
    sheet[-9:] = 50
    y, x = np.indices(sheet.shape)
    sheet -= 60 * np.exp(-((x - 600) ** 2 + (y - 200) ** 2) / (2 * 90**2))
    for top, left in np.random.default_rng(0).integers(20, 280, (30, 2)):
        sheet[top : top + 3, left : left + 3] -= 100
    return sheet


def spot_of_light(shape, x, y, softness):
    """Return light, float in [0, 1], with a round spot that covers a third of a picture or less."""
    height, width = shape
    rows, columns = np.indices(shape)
    far = np.hypot(columns - x * width, rows - y * height) / np.sqrt(height * width / 3)
    return 1 / (1 + np.exp((far - 0.75) / softness))


def in_two_strokes(ink, gap):
    """Cut an upright gap into a digit, where it goes through the least ink: now it is two strokes.

    Returns None if there is no place for it that leaves two parts large enough for strokes.
    """
    best = None
    for left in range(ink.shape[1] // 5, ink.shape[1] - gap):
        rest = ink.copy()
        rest[:, left : left + gap] = 0
        _, _, stats, _ = cv2.connectedComponentsWithStats((rest > 0.5).astype("uint8"))
        areas = stats[1:, cv2.CC_STAT_AREA]
        is_two = len(areas) == 2 and areas.min() > 0.15 * areas.sum()
        if is_two and (best is None or rest.sum() > best.sum()):
            best = rest
    return best


def side_by_side(left, right, gap):
    """Set two digits' ink on one line, so close that there are `gap` pixels between their ink."""
    height = max(len(left), len(right))
    width = right.shape[1]
    left, right = (np.pad(ink, ((height - len(ink), 0), (0, 0))) for ink in (left, right))
    start = left.shape[1] // 3
    left = np.pad(left, ((0, 0), (0, width + gap)))
    paper = (left < 0.3).astype("uint8")
    free = cv2.distanceTransform(paper, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    while free[:, start : start + width][right > 0.3].min() < gap:
        start += 1
    left[:, start : start + width] = np.maximum(left[:, start : start + width], right)
    return left[:, : start + width]


def letter(text):
    """Return a picture, uint8 RGB, of a letter. (Pillow's font: OpenCV has another since 5.0.)"""
    picture = Image.new("RGB", (200, 200), (250, 250, 250))
    font = ImageFont.load_default(150)
    ImageDraw.Draw(picture).text((100, 100), text, (40, 40, 40), font, anchor="mm")
    return np.asarray(picture)
