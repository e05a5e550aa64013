"""What a network answered about the test images: handed to the pictures and the page."""

from typing import NamedTuple

import numpy as np


class Answers(NamedTuple):
    """Test images, their labels, and what the network answered.

    `images` are uint8 (N, 28, 28) from 0 (paper) to 255 (ink), `labels` integers (N,) and
    `probabilities` float (N, classes): row i is about image i, column c about the class
    `class_names[c]`. `data_name` is what the data are called.
    """

    images: np.ndarray
    labels: np.ndarray
    probabilities: np.ndarray
    class_names: list
    data_name: str

    @property
    def predicted(self):
        """The class that is most probable, of each image: integers (N,)."""
        return self.probabilities.argmax(axis=1)

    @property
    def accuracy(self):
        """The share of images that are read right, a float."""
        return float(np.mean(self.predicted == self.labels))

    def sort_by_class(self):
        """Return of each class the indices of its images, in a list: the hardest, then the others.

        The hardest is the one whose right answer got the smallest probability.
        """
        right_probabilities = self.probabilities[np.arange(len(self.labels)), self.labels]
        classes = []
        for label in np.unique(self.labels):
            indices = np.flatnonzero(self.labels == label)
            hardest = indices[right_probabilities[indices].argmin()]
            others = indices[indices != hardest]
            classes.append([hardest, *others])
        return classes


def to_labels(y):
    """Return labels, one-hot (N, classes) or a number each, as integers (N,)."""
    y = np.asarray(y)
    if y.ndim == 2 and y.shape[1] > 1:
        return y.argmax(axis=1)
    return y.ravel().astype("int64")
