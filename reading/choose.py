"""Choose the likeliest way to read a picture, from what the network says about each proposal.

For those who want to know how predict.py decides whether strokes are one digit, two, or none.
"""

import math
import operator
from typing import NamedTuple

import cv2
import numpy as np

from reading.proposals import Proposal
from training import data

# Distances between an image and the nearest training image of sample.npz, as measure_distances has
# them. Between training images, half are nearer than 0.28; 99 in 100 are nearer than 0.5, and 999
# in 1,000 nearer than 0.57.
DOUBTFUL = 0.5
REFUSED = 0.57  # if all in a picture is farther, it shows no digits
USUAL = 1 / 3  # up to here a distance tells nothing
# Beyond, an image is so much less likely, as a logarithm: fitted to cut and whole digits.
UNUSUAL = 8
LOOKS_LIKE_NONE = (
    "what was found looks like no digits: show digits alone, without letters, drawings or shadows"
)


class Digit(NamedTuple):
    """A digit as it was read: where and how it looks, and what the network says about it."""

    proposal: Proposal
    probabilities: np.ndarray
    distance: float  # from the nearest of MNIST's, see measure_distances
    truth: int | None = None  # what it is, where that is known: --are

    @property
    def predicted(self):
        return int(self.probabilities.argmax())

    @property
    def confidence(self):
        return float(self.probabilities.max())

    @property
    def misread(self):
        return self.truth is not None and self.truth != self.predicted

    @property
    def doubtful(self):
        return self.distance > DOUBTFUL


def read_pages(pages, probabilities, distances, known=None):
    """Return `pages` with the digits of each, or with an error if what was found are none.

    `probabilities`, float (N, 10), and `distances`, (N,), are those of the proposals of all pages,
    in their order. If it is `known` which digits they show, nothing is refused for its looks.
    """
    read = []
    answers = zip(probabilities, distances.tolist(), strict=True)
    for page in pages:
        candidates = [Digit(proposal, *next(answers)) for proposal in page.proposals]
        page = page._replace(digits=choose_digits(candidates))
        if page.digits and not known and min(digit.distance for digit in page.digits) > REFUSED:
            page = page._replace(digits=(), error=LOOKS_LIKE_NONE)
        read.append(page)
    return read


def choose_digits(candidates):
    """Return those of the Digits that are the likeliest way to read a page.

    A way goes from the first node to the last, and uses no ink twice. The likeliest one is found
    node by node, by dynamic programming (LeCun, Bottou, Bengio and Haffner, 1998, section V).
    """
    ways = {0: (0.0, [])}  # for each node the likeliest way to it: how likely, and its Digits
    for digit in sorted(candidates, key=operator.attrgetter("proposal.stop")):
        proposal = digit.proposal
        if proposal.start not in ways:
            continue
        likely, digits = ways[proposal.start]
        likely += math.log(max(digit.confidence, 1e-9)) + proposal.odds
        likely -= UNUSUAL * max(0, digit.distance - USUAL)
        if proposal.stop not in ways or likely > ways[proposal.stop][0]:
            ways[proposal.stop] = (likely, [*digits, digit])
    return ways[max(ways)][1]


def measure_distances(images):
    """Return how far each image, uint8 (N, 28, 28), is from the nearest of 6,000 training images.

    A network answers whatever it is shown: a letter, a part of a digit, or two at once look like
    none of MNIST's. The distance is that between images of 14x14, blurred, each scaled to length 1.
    """
    (images_train, _), _ = data.load_path(data.SAMPLE)
    known = shrink_for_distances(images_train)
    similarities = shrink_for_distances(images) @ known.T
    return np.sqrt(np.maximum(2 - 2 * similarities.max(axis=1), 0))


def shrink_for_distances(images):
    """Return images, uint8 (N, 28, 28), as float32 (N, 196), each of length 1."""
    small = []
    for image in images:
        blurred = cv2.GaussianBlur(image.astype(np.float32), (0, 0), 1)
        small.append(cv2.resize(blurred, (14, 14), interpolation=cv2.INTER_AREA))
    vectors = np.array(small).reshape((-1, 196))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
