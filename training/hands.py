"""Digits of people from elsewhere, who learned to write otherwise than MNIST's writers.

A 1 with an upstroke, a 7 with a bar, an open 4: a network that learned from MNIST alone has hardly
seen any. `train.py --hands` learns from these, too. For whoever wants to know what a network reads
of people who are not in its data (docs/measured.md has the figures).

The file hands.npz has 9,428 digits that about 60 people in Turkey wrote, in MNIST's form; its
arrays are those of `Hands`. tools/make_hands.py makes it, and says where the digits come from.
"""

import pathlib
from typing import NamedTuple

import numpy as np

from training import distort, plots

HANDS = pathlib.Path(__file__).resolve().with_name("hands.npz")
COPIES = 3  # of each image, distorted (other numbers: docs/measured.md)
MOST_MISREAD = 3  # of each digit, in elsewhere.png


class Hands(NamedTuple):
    """Images, uint8 (N, 28, 28), and labels, uint8 (N,); two arrays, bool (N,), say more of each.

    `on_paper`: whether it was written on paper, and not on a tablet. `aside`: whether it is kept
    aside, to test on. Of the paper those are all digits of six of its 30 writers. On the tablet
    nobody knows who wrote which, so every fifth is kept aside.
    """

    images: np.ndarray
    labels: np.ndarray
    on_paper: np.ndarray
    aside: np.ndarray

    @property
    def images_aside(self):
        """The images kept aside, uint8 (M, 28, 28), for which probabilities are predicted."""
        return self.images[self.aside]

    @property
    def labels_aside(self):
        """Their labels, uint8 (M,)."""
        return self.labels[self.aside]

    def add_to(self, images_train, labels_train, seed):
        """Return training images and labels with copies of these before them (distort.py)."""
        print("Digits of people from elsewhere: ", end="")
        return distort.add_copies(self, COPIES, images_train, labels_train, seed)


def load():
    """Return the Hands in hands.npz."""
    with np.load(HANDS) as file:
        return Hands(**file)


# --- See what a network reads of them -----------------------------------------------------------


def measure(hands, probabilities):
    """Return which share of the images kept aside is read right: a dict for metrics.json.

    `probabilities` are predicted for `hands.images_aside`, float (M, 10). It holds how many images
    there are, and the accuracy of all, of those on paper, of those on the tablet, and by digit of
    all and of those on paper.
    """
    labels = hands.labels_aside
    on_paper = hands.on_paper[hands.aside]
    is_right = probabilities.argmax(axis=1) == labels
    by_digit = []
    by_digit_on_paper = []
    for digit in range(10):
        is_digit = labels == digit
        by_digit.append(float(is_right[is_digit].mean()))
        by_digit_on_paper.append(float(is_right[is_digit & on_paper].mean()))
    return {
        "images": len(labels),
        "accuracy": float(is_right.mean()),
        "accuracy_on_paper": float(is_right[on_paper].mean()),
        "accuracy_on_tablet": float(is_right[~on_paper].mean()),
        "accuracy_by_digit": by_digit,
        "accuracy_by_digit_on_paper": by_digit_on_paper,
    }


def describe(measured):
    """Return one line about what `measure` has returned, which names the digit read worst."""
    worst = int(np.argmin(measured["accuracy_by_digit"]))
    of_worst = measured["accuracy_by_digit"][worst]
    on_paper = measured["accuracy_by_digit_on_paper"][worst]
    return (
        f"Of {measured['images']:,} digits of people from elsewhere it reads "
        f"{measured['accuracy']:.1%} right, of their {worst}s {of_worst:.0%} (on paper "
        f"{on_paper:.0%})"
    )


def draw_elsewhere(hands, probabilities, answers):
    """Draw of each digit a test image, and below it the first ones from elsewhere that are misread.

    `probabilities` are as in `measure`; `answers` are the Answers about the test images. Above each
    column stands which share from elsewhere is read right. Returns the figure.
    """
    predicted = probabilities.argmax(axis=1)
    measured = measure(hands, probabilities)
    title = (
        f"People from elsewhere: of {measured['images']:,} digits {measured['accuracy']:.1%} are "
        "read right\nCompare the test images, on top, with what is misread below"
    )
    rows = 1 + MOST_MISREAD
    figure, all_axes = plots.make_grid(title, number=10 * rows, columns=10, row_height=1.35)
    for digit in range(10):
        first, *others = all_axes[digit::10]
        is_misread = (hands.labels_aside == digit) & (predicted != digit)
        share = measured["accuracy_by_digit"][digit]
        first.set_title(f"test image: {digit}\n{share:.0%} right", fontsize=9)
        indices = np.flatnonzero(answers.labels == digit)
        if len(indices) > 0:
            plots.show_image(first, answers.images[indices[0]])
        for axes, index in zip(others, np.flatnonzero(is_misread), strict=False):
            plots.show_image(axes, hands.images_aside[index])
            axes.set_title(f"read as {predicted[index]}", fontsize=9, color="firebrick")
    return figure
