"""Digits of people from elsewhere, who learned to write otherwise than MNIST's writers.

A 1 with an upstroke, a 7 with a bar, an open 4: a network that learned from MNIST alone has hardly
seen any. `train.py --hands` learns from these, too. For whoever wants to know what a network reads
of people who are not in its data (README.md has the figures).

The file hands.npz has 9,428 digits that about 60 people in Turkey wrote, in MNIST's form; its
arrays are those of `Hands`. tools/make_hands.py makes it, and says where the digits come from.
"""

import pathlib
from typing import NamedTuple

import numpy as np

from training import data, distort, plots
from training.errors import one_line

HANDS = pathlib.Path(__file__).resolve().with_name("hands.npz")

COPIES = 3  # of each image
AMOUNTS = distort.Amounts(turn=11, slant=0.2, resize=0.1, shift=1)  # how far they are distorted

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
        """Return training images and labels with distorted copies of these before them.

        (Before, because `validation_split` keeps the last ones aside.) Those kept aside here are
        not among them. `seed` is where the random numbers start.
        """
        images = self.images[~self.aside]
        labels = self.labels[~self.aside]
        copies, labels = distort.make_copies(images, labels, COPIES, seed, AMOUNTS)
        print(f"People from elsewhere: {len(images):,} digits to learn from, as {len(copies):,}")
        print(f"distorted copies, and {self.aside.sum():,} kept aside.")
        return np.concatenate([copies, images_train]), np.concatenate([labels, labels_train])


def load():
    """Return the Hands in hands.npz; raises data.DataError if they are not there."""
    try:
        arrays = data.read_arrays(HANDS, Hands._fields, data.MOST_BYTES)
    except Exception as error:  # noqa: BLE001  a damaged file fails in many ways
        raise data.DataError(
            f"training/{HANDS.name}, a file of this project, cannot be read: {one_line(error)}. "
            "Download it again."
        ) from None
    return Hands(**arrays)
