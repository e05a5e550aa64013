"""Your own digits: collected from your pictures, and added to the training images.

`predict.py --are` and draw.html collect them in a file, `train.py --add` trains with it. For
whoever wants to know how a few digits of their own change what a network reads (docs/measured.md
has the figures).

The file is an .npz with two arrays: `images`, uint8 (N, 28, 28), from 0 (paper) to 255 (ink) as
MNIST has them, and `labels`, uint8 (N,). draw.html saves the same as .json: the images end to end,
as base64, and a list of labels.
"""

import base64
import pathlib
from typing import NamedTuple

import numpy as np

from training import data, files, limits, plots, scaling
from training.errors import one_line, printable

EXPECTED = (
    "what draw.html saved as .json, where your browser saves files, or predict.py --are as .npz: "
    "the arrays images, uint8 (N, 28, 28), and labels, (N,), from 0 to 9"
)
MOST_IMAGES = 10_000  # in a file: nobody writes more, and distorted copies take memory
MOST_BYTES = MOST_IMAGES * 28 * 28 + 1_000_000  # with their labels

KEPT_ASIDE = 5  # of each digit every fifth image is not trained on
SHARE = 1 / 10  # of the training images: so many copies are added (with half of them, a point less
# of the own digits is read right: docs/measured.md)
MOST_COPIES = 200  # of one image; more of so few would be learned by heart

MOST_SHOWN = 40  # in my_digits.png


class OwnDigits(NamedTuple):
    """Images, uint8 (N, 28, 28), their labels, (N,), and which are kept aside: bool (N,)."""

    images: np.ndarray
    labels: np.ndarray
    aside: np.ndarray


# --- Load ---------------------------------------------------------------------------------------


def load(paths):
    """Return the OwnDigits in the files at `paths`; raises data.DataError if one is something else.

    What is in two files counts once.
    """
    label_of = {}
    for path in paths:
        label_of |= read_file(path)
    images, labels = to_arrays(label_of)
    return OwnDigits(images, labels, keep_aside(labels))


def by_image(images, labels):
    """Return a dict: for the bytes of each image, uint8 (28, 28), its label, an int."""
    return {image.tobytes(): int(label) for image, label in zip(images, labels, strict=True)}


def to_arrays(label_of):
    """Return the images, uint8 (N, 28, 28), and the labels, uint8 (N,), in a dict of `by_image`."""
    images = np.frombuffer(b"".join(label_of), np.uint8).reshape((-1, 28, 28))
    return images, np.array(list(label_of.values()), np.uint8)


def read_file(path):
    """Return the dict, as of `by_image`, of the digits in one file; raises data.DataError."""
    path = pathlib.Path(path)
    try:
        if path.suffix == ".json":
            content = limits.read_json(path, 2 * MOST_BYTES)  # base64 takes a third more
            pixels = base64.b64decode(content["images"], validate=True)
            images = np.frombuffer(pixels, np.uint8).reshape((-1, 28, 28))
            labels = np.array(content["labels"])
        else:
            images, labels = data.read_arrays(path, ("images", "labels"), MOST_BYTES)
        data.check(images, labels)
    except Exception as error:  # noqa: BLE001  a damaged file fails in many ways
        raise data.DataError(
            f"{printable(path)} cannot be read: {one_line(error)}. Expected is {EXPECTED}."
        ) from None
    return by_image(images, labels)


def keep_aside(labels):
    """Return which images are kept aside to test on, bool (N,): of each digit every fifth one, or
    the last one of two to four.
    """
    aside = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        indices = np.flatnonzero(labels == label)
        if 2 <= len(indices) < KEPT_ASIDE:
            aside[indices[-1]] = True
        aside[indices[KEPT_ASIDE - 1 :: KEPT_ASIDE]] = True
    return aside


def count_copies(own, number):
    """Return how many copies of each image are added to so many training images, an int."""
    copies = round(SHARE * number / np.count_nonzero(~own.aside))
    return min(max(copies, 1), MOST_COPIES)


# --- Collect ------------------------------------------------------------------------------------


def collect(path, images, labels):
    """Add images, uint8 (N, 28, 28), with their labels, (N,), to the file at `path`, or make it.

    An image that is there already counts once, with the label that was said last. The old file
    stays until the new one is whole. Returns how many images are new, and how many there are.
    Raises data.DataError if the old file is something else or full, OSError if none can be written.
    """
    before = read_file(path) if path.exists() else {}
    label_of = before | by_image(images, labels)
    if len(label_of) > MOST_IMAGES:
        raise data.DataError(f"{printable(path)} would have more than {MOST_IMAGES:,} digits")
    all_images, all_labels = to_arrays(label_of)
    with files.replacing(path) as unfinished, unfinished.open("wb") as file:
        np.savez(file, images=all_images, labels=all_labels)
    return len(label_of) - len(before), len(label_of)


# --- See what it brought ------------------------------------------------------------------------


def count_right_before(path, own):
    """Return how many of the images kept aside the model at `path` reads right.

    None if there is no such model, if it cannot be loaded or is for something else, or if none is
    kept aside. It is called before train.py saves the new model there.
    """
    try:
        metrics = limits.read_json(path.with_name("metrics.json"))
        if metrics["class_names"] != data.DIGITS:
            return None
        model = limits.load_network(path)
        answers = scaling.ask(model, own.images[own.aside], metrics["paper"], metrics["ink"])
        return int(np.sum(answers.argmax(axis=1) == own.labels[own.aside]))
    except Exception:  # noqa: BLE001  whatever it is, it is no network to compare with
        return None


def draw(own, answers):
    """Draw own digits, those kept aside first, and the Answers about all; return the figure."""
    is_wrong = answers.predicted != own.labels
    order = np.lexsort((~is_wrong, ~own.aside))  # by the last of these first
    shown = order[:MOST_SHOWN]
    title = f"{len(shown)} of your {len(order):,} own digits"
    if own.aside.any():
        number_right = (own.aside & ~is_wrong).sum()
        title += f": of {own.aside.sum()} kept aside, which come first, {number_right} are right"
    return plots.draw_answers(title, shown, answers, columns=10)
