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
        line = {"file": str(page.path)}
        if page.error is not None:
            line["error"] = page.error
        else:
            line["digits"] = "".join(str(digit.predicted) for digit in page.digits)
            line["confidence"] = [digit.confidence for digit in page.digits]
            line["doubtful"] = [digit.doubtful for digit in page.digits]
            line["boxes"] = [box_in_file(digit, page) for digit in page.digits]
        print(json.dumps(line))
    elif page.error is None:
        print(printable(f"{name}: {in_rows(page.digits)} ({describe_all(page.digits)})"))


def in_rows(digits):
    """Return what was read, with a space between rows."""
    rows = []
    for row in split_into_rows(digits):
        rows.append("".join(str(digit.predicted) for digit in row))
    return " ".join(rows)


def split_into_rows(digits):
    """Return the rows of digits that are in reading order: lists of digits."""
    rows = []
    for digit in digits:
        if not rows or not follows(digit, rows[-1][-1]):
            rows.append([])
        rows[-1].append(digit)
    return rows


def follows(digit, before):
    """Return whether a digit stands in the row of the one before it."""
    box = digit.proposal.box
    box_before = before.proposal.box
    return box[0] >= box_before[0] and in_one_row(box_before, box)


def find_places(digits):
    """Return for each digit, in reading order, where it is, such as "row 3, digit 9"."""
    rows = split_into_rows(digits)
    places = []
    for row_number, row in enumerate(rows, start=1):
        for number in range(1, len(row) + 1):
            place = f"digit {number}"
            if len(rows) > 1:
                place = f"row {row_number}, {place}"
            places.append(place)
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
    if digit.is_odd:
        return f"{text}, but its size or place is unlike its neighbours': perhaps no digit"
    return f"{text}, but it looks unlike MNIST's" if digit.doubtful else text


def box_in_file(digit, page):
    return [round(edge * page.scale) for edge in digit.proposal.box]


def draw_pages(pages, path):
    """Save a PNG of how pages were read; of many, those with misread or the least sure digits."""
    if len(pages) > MOST_PAGES:
        pages = sorted(pages, key=misread_and_least_sure_first)[:MOST_PAGES]
    parts = [draw_page(page) for page in pages]
    whole = Image.new("RGB", (WIDTH, sum(part.height for part in parts)), "white")
    top = 0
    for part in parts:
        whole.paste(part, (0, top))
        top += part.height
    # Level 2 of 9 takes a third of the time of the usual 6, and the file is hardly larger.
    whole.save(path, format="PNG", compress_level=2)


def misread_and_least_sure_first(page):
    return min((not digit.misread, digit.confidence) for digit in page.digits)


def draw_page(page):
    """Draw a page with a box around each digit, and below what the network saw of each."""
    array, _ = pictures.open_picture(page.path)
    picture = Image.fromarray(array)
    shown = ImageOps.contain(picture, (WIDTH - 20, 420))
    scale = shown.width / picture.width
    few = choose_shown(page.digits)
    rows = math.ceil(len(few) / 3)
    drawn = Image.new("RGB", (WIDTH, 50 + shown.height + 30 + rows * ROW), "white")
    pen = ImageDraw.Draw(drawn)
    name = page.path.name.encode("ascii", "replace").decode()  # the font has no more
    name = name.replace("?", "_")  # a ? would seem to be one of the legend's
    pen.text((10, 8), f"What was found in {name}", "black", ImageFont.load_default(18))
    draw_legend(pen, page.digits)  # over the title, if that is long
    top = 50
    drawn.paste(shown, (10, top))
    pen.rectangle((9, top - 1, 10 + shown.width, top + shown.height), outline="silver")
    font = ImageFont.load_default(20)
    for digit in page.digits:
        box = np.array(digit.proposal.box) * scale + (10 - 2, top - 2, 10 + 2, top + 2)
        colour = colour_of(digit)
        pen.rectangle(box.tolist(), outline=colour, width=2)
        place = (box[0], max(box[1] - 3, top - 6))
        ground = pen.textbbox(place, label_of(digit), font, anchor="lb")
        pen.rectangle(ground, "white")  # or the label is lost in ink above it
        pen.text(place, label_of(digit), colour, font, anchor="lb")
    top += shown.height + 4
    title = "The digits one by one"
    if len(few) < len(page.digits):
        title = f"The {MOST_DIGITS} of which the network is least sure"
    title += ": cut out, as the network sees them, and how probable each digit is"
    pen.text((10, top), title, "black", ImageFont.load_default(14))
    for i, (digit, place) in enumerate(few):
        left = 10 + i % 3 * (WIDTH // 3)
        draw_digit(drawn, picture, digit, place, left, top + 30 + i // 3 * ROW)
    return drawn


def choose_shown(digits):
    """Return the digits to show one by one, with their places: misread ones first, and of many
    those of which the network is least sure.
    """
    placed = list(zip(digits, find_places(digits), strict=True))
    if len(placed) > MOST_DIGITS:
        placed.sort(key=least_sure_first)
    placed.sort(key=misread_first)
    return placed[:MOST_DIGITS]


def least_sure_first(digit_and_place):
    digit, _ = digit_and_place
    return digit.confidence


def misread_first(digit_and_place):
    digit, _ = digit_and_place
    return not digit.misread


def draw_legend(pen, digits):
    """Draw what the colours mean, in the upper right corner."""
    legend = [(f"orange: less than {SURE_FROM:.0%} sure; with a ?: perhaps no digit", UNSURE)]
    if digits[0].truth is not None:
        legend.append(("red: misread", MISREAD))
    font = ImageFont.load_default(13)
    right = WIDTH - 10
    for text, colour in legend:
        left = right - pen.textlength(text, font)
        pen.rectangle((left - 15, 0, right + 10, 40), "white")
        pen.text((left, 12), text, colour, font)
        right = left - 15


def is_unsure(digit):
    shown = round(digit.confidence, 2)  # as in the caption
    return digit.doubtful or shown < SURE_FROM


def colour_of(digit):
    if digit.misread:
        return MISREAD
    return UNSURE if is_unsure(digit) else SURE


def label_of(digit):
    return f"{digit.predicted}?" if digit.doubtful else str(digit.predicted)


def caption_of(digit):
    caption = f"{label_of(digit)}: {digit.confidence:.0%}"
    if digit.misread:
        return f"{digit.truth} read as {caption}"
    return caption


def draw_digit(drawn, picture, digit, place, left, top):
    """Draw one digit: as it is in the picture, as the network sees it, and its probabilities."""
    pen = ImageDraw.Draw(drawn)
    small = ImageFont.load_default(10)
    pen.text((left, top), caption_of(digit), colour_of(digit), ImageFont.load_default(14))
    pen.text((left + 316, top + 2), place, "dimgray", ImageFont.load_default(12), anchor="ra")
    x, y, right, bottom = digit.proposal.box
    margin = max(right - x, bottom - y) // 4
    box = (x - margin, y - margin, right + margin, bottom + margin)
    box = np.clip(box, 0, (*picture.size, *picture.size)).tolist()
    drawn.paste(ImageOps.contain(picture.crop(box), (96, 112)), (left, top + 22))
    image = Image.fromarray(digit.proposal.image).resize((112, 112), Image.Resampling.NEAREST)
    drawn.paste(image, (left + 104, top + 22))
    for c, probability in enumerate(digit.probabilities.tolist()):
        y = top + 22 + 11.2 * c
        pen.text((left + 226, y + 5), str(c), "black", small, anchor="lm")
        pen.rectangle((left + 236, y + 1, left + 236 + 80 * probability, y + 9), colour_of(digit))
