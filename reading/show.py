"""Show what was read: printed, as lines of JSON, and in the picture your_digits.png.

For those who want to know what predict.py prints and draws.
"""

import itertools
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
LONGEST_NAME = 60  # letters of a file's name: more would reach into the legend
WIDTH = 1000  # of your_digits.png, in pixels
ROW = 146  # the height of a row of digits
SURE_FROM = 0.9  # how probable
SURE = "#0072b2"  # blue and orange: the colour-blind can tell them apart
UNSURE = "#d55e00"


def report(page, as_json):
    """Print what was read on a page, as a line of JSON if asked; errors go to stderr."""
    name = name_of(page)
    if page.error is not None:
        print(printable(f"{name}: {page.error}"), file=sys.stderr)
    if as_json:
        line = {"file": str(page.path)}
        if page.number is not None:
            line["page"] = page.number
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


def name_of(page):
    """Return the name of a page's file, as it was given, and the page's number, if it has one."""
    name = str(page.path)
    if page.number is not None:
        name += f", page {page.number}"
    return name


def in_rows(digits):
    """Return what was read, with a space where a new row begins."""
    text = str(digits[0].predicted)
    for before, digit in itertools.pairwise(digits):
        box_before = before.proposal.box
        box = digit.proposal.box
        if box[0] < box_before[0] or not in_one_row(box_before, box):
            text += " "
        text += str(digit.predicted)
    return text


def describe_all(digits):
    """Return how sure the network is of each digit, in words; of many, only of the unsure ones."""
    if len(digits) <= MOST_DESCRIBED:
        return ", ".join(describe(digit) for digit in digits)
    unsure = []
    for position, digit in enumerate(digits, start=1):
        if is_unsure(digit):
            unsure.append(f"digit {position}, {digit.predicted}: {describe(digit)}")
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
    """Save a PNG of how pages were read; of many, those of which the network is least sure."""
    if len(pages) > MOST_PAGES:
        pages = sorted(pages, key=least_confidence)[:MOST_PAGES]
    parts = [draw_page(page) for page in pages]
    whole = Image.new("RGB", (WIDTH, sum(part.height for part in parts)), "white")
    top = 0
    for part in parts:
        whole.paste(part, (0, top))
        top += part.height
    # Level 2 of 9 takes a third of the time of the usual 6, and the file is hardly larger.
    whole.save(path, format="PNG", compress_level=2)


def least_confidence(page):
    return min(digit.confidence for digit in page.digits)


def draw_page(page):
    """Draw a page with a box around each digit, and below what the network saw of each."""
    array = pictures.open_page(page.path, page.number)
    picture = Image.fromarray(array)
    shown = ImageOps.contain(picture, (WIDTH - 20, 420))
    scale = shown.width / picture.width
    few = page.digits
    if len(page.digits) > MOST_DIGITS:
        few = sorted(page.digits, key=confidence_of)[:MOST_DIGITS]
    rows = math.ceil(len(few) / 3)
    drawn = Image.new("RGB", (WIDTH, 50 + shown.height + 30 + rows * ROW), "white")
    pen = ImageDraw.Draw(drawn)
    # The font has only ASCII. (A ? would seem to be one of the legend's.)
    name = page.path.name.encode("ascii", "replace").decode().replace("?", "_")
    if len(name) > LONGEST_NAME:
        name = f"{name[: LONGEST_NAME // 2]}...{name[-LONGEST_NAME // 2 :]}"
    if page.number is not None:
        name += f", page {page.number}"
    pen.text((10, 8), f"{name}: what was found", "black", ImageFont.load_default(18))
    meaning = f"orange: less than {SURE_FROM:.0%} sure; with a ?: perhaps no digit"
    pen.text((WIDTH - 10, 12), meaning, UNSURE, ImageFont.load_default(13), anchor="ra")
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
    title = "The digits one by one: cut out, as the network sees it, and how probable each class is"
    if len(few) < len(page.digits):
        title = f"The {MOST_DIGITS} of which the network is least sure: cut out, as it sees them, "
        title += "and how probable each class is"
    pen.text((10, top), title, "black", ImageFont.load_default(14))
    for i, digit in enumerate(few):
        left = 10 + i % 3 * (WIDTH // 3)
        draw_digit(drawn, picture, digit, left, top + 30 + i // 3 * ROW)
    return drawn


def confidence_of(digit):
    return digit.confidence


def is_unsure(digit):
    shown = round(digit.confidence, 2)  # as in the caption
    return digit.doubtful or shown < SURE_FROM


def colour_of(digit):
    return UNSURE if is_unsure(digit) else SURE


def label_of(digit):
    return f"{digit.predicted}?" if digit.doubtful else str(digit.predicted)


def caption_of(digit):
    return f"{label_of(digit)}  ({digit.confidence:.0%})"


def draw_digit(drawn, picture, digit, left, top):
    """Draw one digit: as it is in the picture, as the network sees it, and its probabilities."""
    pen = ImageDraw.Draw(drawn)
    small = ImageFont.load_default(10)
    pen.text((left, top), caption_of(digit), colour_of(digit), ImageFont.load_default(14))
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
