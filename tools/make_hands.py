"""Make training/hands.npz, the digits of people from elsewhere for `train.py --hands`.

    HANDS=FOLDER python tools/make_hands.py

FOLDER has two files, which come from two sets of Bogazici University, Istanbul, in the UCI Machine
Learning Repository, both under CC BY 4.0:

- pen-strokes.json, written by 30 people on a tablet: "Pen-Based Recognition of Handwritten Digits",
  E. Alpaydin and F. Alimoglu, 1996, https://archive.ics.uci.edu/dataset/81, its training part, as
  [{"digit": 8, "strokes": [[[x, y], ...], ...]}, ...] with y downwards.
- paper-bitmaps.npz, written by about 30 people on paper, and scanned: "Optical Recognition of
  Handwritten Digits", E. Alpaydin and C. Kaynak, 1998, https://archive.ics.uci.edu/dataset/80, the
  bitmaps of a part of its training set: `images`, uint8 (N, 32, 32), 0 or 1, and `labels`.

The file that comes out is described in training/hands.py.
"""

import json
import os
import pathlib
import sys

import cv2
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from reading.normalize import MNIST_STROKE, normalize, place
from training.hands import HANDS, Hands

SIDE = 200  # pixels: so large a digit's strokes are drawn
PEN = round(MNIST_STROKE / 20 * SIDE)  # pixels: as wide as MNIST's, of which a digit has 20

PAPER_STROKE = 6  # pixels: how wide upright strokes are in the paper's bitmaps, without 1s
FINER = 4  # times the bitmap's pixels, so that a 1 can be made narrower evenly

# The order of the tablet's digits says nothing about who wrote them, so every fifth is kept aside.
# The paper's stand writer by writer: similar 1s stand in rows of five to ten. So the last fifth of
# the file is kept aside, from a place on where the writers change.
EVERY_FIFTH = 5
FIRST_ASIDE_ON_PAPER = 1552  # of 1,934


def main():
    hands = make(pathlib.Path(os.environ["HANDS"]))
    np.savez_compressed(HANDS, **hands._asdict())
    print(f"{len(hands.images):,} digits, {hands.aside.sum():,} of them kept aside")
    print(f"{HANDS.name} has {HANDS.stat().st_size:,} bytes")


def make(folder):
    """Return the Hands made from both files in `folder`."""
    tablet_images, tablet_labels = read_tablet(folder / "pen-strokes.json")
    paper_images, paper_labels = read_paper(folder / "paper-bitmaps.npz")
    tablet_aside = np.arange(len(tablet_labels)) % EVERY_FIFTH == EVERY_FIFTH - 1
    paper_aside = np.arange(len(paper_labels)) >= FIRST_ASIDE_ON_PAPER
    return Hands(
        images=np.concatenate([tablet_images, paper_images]),
        labels=np.concatenate([tablet_labels, paper_labels]),
        on_paper=np.repeat([False, True], [len(tablet_labels), len(paper_labels)]),
        aside=np.concatenate([tablet_aside, paper_aside]),
    )


def read_tablet(path):
    """Return images as MNIST has them, uint8 (N, 28, 28), and labels, uint8 (N,), of strokes."""
    digits = json.loads(path.read_text(encoding="utf-8"))
    images = [normalize(draw(digit["strokes"])) for digit in digits]
    labels = [digit["digit"] for digit in digits]
    return np.array(images), np.array(labels, np.uint8)


def draw(strokes):
    """Draw strokes, lists of points (x, y), as lines; return the ink, float (height, width)."""
    points = np.concatenate(strokes)
    corner = points.min(axis=0)
    factor = SIDE / max(1, np.ptp(points, axis=0).max())
    width, height = (np.ptp(points, axis=0) * factor).astype(int) + 2 * PEN
    picture = np.zeros((height, width), np.uint8)
    for stroke in strokes:
        line = np.round((np.array(stroke) - corner) * factor + PEN).astype(np.int32)
        cv2.polylines(picture, [line], isClosed=False, color=255, thickness=PEN)
    return picture / 255


def read_paper(path):
    """Return images as MNIST has them, uint8 (N, 28, 28), and labels, uint8 (N,), of bitmaps.

    Their strokes stay as wide as they are, as MNIST's did: most are a third wider than MNIST's. (A
    network that sees them so reads more of them: docs/measured.md.)
    """
    with np.load(path) as file:
        bitmaps = file["images"]
        labels = file["labels"]
    images = []
    for bitmap, label in zip(bitmaps, labels, strict=True):
        x, y, width, height = cv2.boundingRect(bitmap)
        ink = 255 * bitmap[y : y + height, x : x + width]
        if label == 1:
            ink = narrow(ink)
        images.append(place(ink))
    return np.array(images), labels


def narrow(ink):
    """Return a 1, uint8 (height, width), as narrow as it was written.

    The set's bitmaps are all about 20 pixels wide, whatever the digit: a plain 1 is stretched into
    a block. So it is made narrower until its stroke is as wide as those of the other digits.
    """
    height, width = ink.shape
    stroke = np.median((ink > 0).sum(axis=1))  # most rows have nothing but it
    factor = min(1, PAPER_STROKE / stroke)
    size = round(FINER * width * factor), FINER * height
    return cv2.resize(ink, size, interpolation=cv2.INTER_CUBIC)


if __name__ == "__main__":
    main()
