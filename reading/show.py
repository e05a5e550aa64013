"""Show what was read: printed, as lines of JSON, and in the picture your_digits.png.

For those who want to know what predict.py prints and draws.
"""

import json
import math
import sys

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from reading import pictures
from reading.strokes import in_one_row
from training.errors import printable

MOST_PAGES = 8  # in your_digits.png
MOST_DIGITS = 24  # of one page, one by one
MOST_DESCRIBED = 10  # of one page, in what is printed: of more digits only those that are unsure
WIDTH = 1000  # of your_digits.png, in pixels
LEFT = 10  # of what is in it
TOP = 66  # of a picture in it
ROW = 146  # the height of a row of digits
SURE_FROM = 0.9  # how probable
SURE = "#0072b2"  # blue and orange: the colour-blind can tell them apart
UNSURE = "#d55e00"
MISREAD = "firebrick"  # darker than both


def report(page, as_json):
    """Print what was read on a page, as a line of JSON if asked; errors go to stderr."""
    name = str(page.path)
    if page.error is not None:
        print(printable(f"{name}: {page.error}"), file=sys.stderr)
    if as_json:
        line = {"file": name}
        if page.error is not None:
            line["error"] = page.error
        else:
            line["digits"] = "".join(str(digit.predicted) for digit in page.digits)
            line["confidence"] = [digit.confidence for digit in page.digits]
            line["doubtful"] = [digit.doubtful for digit in page.digits]
            boxes = np.array([digit.proposal.box for digit in page.digits]) * page.scale
            line["boxes"] = boxes.round().astype(int).tolist()
        print(json.dumps(line))
    elif page.error is None:
        rows = []
        for row in split_into_rows(page.digits):
            rows.append("".join(str(digit.predicted) for digit in row))
        print(printable(f"{name}: {' '.join(rows)} ({describe_all(page.digits)})"))


def split_into_rows(digits):
    """Return the rows of digits that are in reading order: lists of digits."""
    rows = []
    before = None
    for digit in digits:
        box = digit.proposal.box
        if before is None or box[0] < before[0] or not in_one_row(before, box):
            rows.append([])
        rows[-1].append(digit)
        before = box
    return rows


def find_places(digits):
    """Return for each digit, in reading order, where it is, such as "row 3, digit 9"."""
    rows = split_into_rows(digits)
    places = []
    for row_number, row in enumerate(rows, start=1):
        in_row = f"row {row_number}, " if len(rows) > 1 else ""
        places += [f"{in_row}digit {number}" for number in range(1, len(row) + 1)]
    return places


def describe_all(digits):
    """Return how sure the network is of each digit, in words; of many, only of the unsure ones."""
    if len(digits) <= MOST_DESCRIBED:
        return ", ".join(describe(digit) for digit in digits)
    unsure = []
    for place, digit in zip(find_places(digits), digits, strict=True):
        if is_unsure(digit):
            unsure.append(f"{place}, {digit.predicted}: {describe(digit)}")
    if not unsure:
        return f"all {len(digits)} at least {SURE_FROM:.0%} sure"
    others = len(digits) - len(unsure)
    return f"{others} of {len(digits)} at least {SURE_FROM:.0%} sure; {'; '.join(unsure)}"


def describe(digit):
    """Return how sure the network is of a digit, in words."""
    text = f"{digit.confidence:.0%} sure"
    return f"{text}, but it looks unlike MNIST's" if digit.doubtful else text


def is_unsure(digit):
    return digit.doubtful or round(digit.confidence, 2) < SURE_FROM  # as in the caption


def draw_pages(pages, path):
    """Save a PNG of how pages were read; of many, the first ones."""
    drawn = [np.asarray(draw_page(page)) for page in pages[:MOST_PAGES]]
    whole = np.concatenate(drawn)  # one below the other
    Image.fromarray(whole).save(path, format="PNG")


def draw_page(page):
    """Draw a page with a box around each digit, and below what the network saw of each."""
    array, _ = pictures.open_picture(page.path)
    picture = Image.fromarray(array)
    shown = ImageOps.contain(picture, (WIDTH - 2 * LEFT, 420))
    below = TOP + shown.height + 4
    one_by_one = choose_shown(page.digits)
    rows = math.ceil(len(one_by_one) / 3)
    drawn = Image.new("RGB", (WIDTH, below + 26 + rows * ROW), "white")
    pen = ImageDraw.Draw(drawn)
    font = ImageFont.load_default(14)
    pen.text((LEFT, 4), f"What was found in {page.path.name}", "black", ImageFont.load_default(18))
    legend = f"orange: less than {SURE_FROM:.0%} sure; with a ?: perhaps no digit"
    pen.text((LEFT, 28), legend, UNSURE, font)
    if page.digits[0].truth is not None:
        pen.text((WIDTH // 2, 28), "red: misread", MISREAD, font)
    drawn.paste(shown, (LEFT, TOP))
    pen.rectangle((LEFT - 1, TOP - 1, LEFT + shown.width, TOP + shown.height), outline="silver")
    for digit in page.digits:
        draw_box(pen, digit, shown.width / picture.width)
    title = "The digits one by one"
    if len(one_by_one) < len(page.digits):
        title = f"The {MOST_DIGITS} of which the network is least sure"
    title += ": cut out, as the network sees them, and how probable each digit is"
    pen.text((LEFT, below), title, "black", font)
    for i, (digit, place) in enumerate(one_by_one):
        left = LEFT + i % 3 * (WIDTH // 3)
        draw_digit(drawn, picture, digit, place, left, below + 26 + i // 3 * ROW)
    return drawn


def choose_shown(digits):
    """Return the digits to show one by one, with their places: of many the misread ones, and those
    of which the network is least sure.
    """
    places = find_places(digits)
    shown = range(len(digits))
    if len(digits) > MOST_DIGITS:
        ranks = [(not digit.misread, digit.confidence) for digit in digits]
        shown = sorted(shown, key=ranks.__getitem__)[:MOST_DIGITS]
    return [(digits[i], places[i]) for i in shown]


def colour_of(digit):
    if digit.misread:
        return MISREAD
    return UNSURE if is_unsure(digit) else SURE


def label_of(digit):
    return f"{digit.predicted}?" if digit.doubtful else str(digit.predicted)


def caption_of(digit):
    caption = f"{label_of(digit)}: {digit.confidence:.0%}"
    return f"{digit.truth} read as {caption}" if digit.misread else caption


def draw_box(pen, digit, scale):
    """Draw a box, and above it the answer, where a digit is in a picture shown at some scale."""
    left, top, right, bottom = np.array(digit.proposal.box) * scale + (LEFT, TOP, LEFT, TOP)
    pen.rectangle((left - 2, top - 2, right + 2, bottom + 2), outline=colour_of(digit), width=2)
    font = ImageFont.load_default(20)
    place = (left - 2, max(top - 5, TOP - 6))
    ground = pen.textbbox(place, label_of(digit), font, anchor="lb")
    pen.rectangle(ground, "white")  # or the label is lost in ink above it
    pen.text(place, label_of(digit), colour_of(digit), font, anchor="lb")


def draw_digit(drawn, picture, digit, place, left, top):
    """Draw one digit: as it is in the picture, as the network sees it, and its probabilities."""
    pen = ImageDraw.Draw(drawn)
    pen.text((left, top), caption_of(digit), colour_of(digit), ImageFont.load_default(14))
    pen.text((left + 316, top + 2), place, "dimgray", ImageFont.load_default(12), anchor="ra")
    x, y, right, bottom = digit.proposal.box
    margin = max(right - x, bottom - y) // 4
    box = (x - margin, y - margin, right + margin, bottom + margin)
    box = np.clip(box, 0, (*picture.size, *picture.size)).tolist()
    drawn.paste(ImageOps.contain(picture.crop(box), (96, 112)), (left, top + 22))
    image = Image.fromarray(digit.proposal.image).resize((112, 112), Image.Resampling.NEAREST)
    drawn.paste(image, (left + 104, top + 22))
    font = ImageFont.load_default(10)
    for c, probability in enumerate(digit.probabilities.tolist()):
        y = top + 22 + 11.2 * c
        pen.text((left + 226, y + 5), str(c), "black", font, anchor="lm")
        pen.rectangle((left + 236, y + 1, left + 236 + 80 * probability, y + 9), colour_of(digit))
