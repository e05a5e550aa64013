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

HANDS = pathlib.Path(__file__).resolve().with_name("hands.npz")
COPIES = 3  # of each image, distorted (other numbers: docs/measured.md)


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


def load():
    """Return the Hands in hands.npz."""
    with np.load(HANDS) as file:
        return Hands(**file)


def measure(hands, predicted):
    """Return how many images are kept aside, and which share of all and of each digit is right.

    `predicted` are the digits, integers (M,), that are read in them. It is a dict for metrics.json.
    """
    labels = hands.labels[hands.aside]
    is_right = predicted == labels
    return {
        "images": len(labels),
        "accuracy": float(is_right.mean()),
        "accuracy_by_digit": [float(is_right[labels == digit].mean()) for digit in range(10)],
    }


def describe(measured):
    """Return one line about what `measure` has returned, which names the digit read worst."""
    worst = int(np.argmin(measured["accuracy_by_digit"]))
    of_worst = measured["accuracy_by_digit"][worst]
    return (
        f"Of {measured['images']:,} digits of people from elsewhere it reads "
        f"{measured['accuracy']:.1%} right, of their {worst}s {of_worst:.0%}"
    )
