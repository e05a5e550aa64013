"""Distort images of digits a little at random: moved, turned, slanted, resized and blurred.

A digit stays the same digit if it stands a little askew. A network that sees every image in another
way each time learns what does not matter, and reads far more of what other people write. train.py
does so for the convnet; you need not read this file to understand train.py.
"""

import math
from typing import NamedTuple

import cv2
import keras
import numpy as np

SIZE = 28  # pixels in a row and in a column of an image


class Amounts(NamedTuple):
    """How far images are distorted at most; each amount is drawn evenly up to it."""

    turn: float = 0  # degrees, to the left or to the right
    slant: float = 0  # pixels that a row is moved against the next one: 1 is 45 degrees
    resize: float = 0  # 0.1: from 10% smaller to 10% larger, in each direction by itself
    shift: float = 0  # pixels, in each direction
    blur: float = 0  # the standard deviation of the blur, in pixels


FOR_CONVNET = Amounts(turn=11, slant=0.15, resize=0.05, shift=2.2, blur=1.0)


def distort(images, rng, amounts):
    """Return distorted copies of `images`, (N, 28, 28) or (N, 784), in their shape, as float32.

    Each image is distorted by amounts of its own, which `rng`, a numpy.random.Generator, draws. The
    pixels may have any range, with the ink brighter than the paper or darker: what comes in from
    outside is what the nearest pixel at the rim was, and no pixel leaves the range of the others.
    """
    distorted = np.asarray(images, dtype="float32").reshape((-1, SIZE, SIZE)).copy()
    number = len(distorted)
    turns = np.radians(rng.uniform(-amounts.turn, amounts.turn, number))
    slants = rng.uniform(-amounts.slant, amounts.slant, number)
    sizes = rng.uniform(1 - amounts.resize, 1 + amounts.resize, (number, 2))
    shifts = rng.uniform(-amounts.shift, amounts.shift, (number, 2))
    blurs = rng.uniform(0, amounts.blur, number)
    for index in range(number):
        matrix = make_matrix(turns[index], slants[index], sizes[index], shifts[index])
        image = cv2.warpAffine(
            distorted[index], matrix, (SIZE, SIZE), borderMode=cv2.BORDER_REPLICATE
        )
        if amounts.blur:
            image = cv2.GaussianBlur(image, (5, 5), blurs[index])
        distorted[index] = image
    return distorted.reshape(np.shape(images))


def make_matrix(turn, slant, size, shift):
    """Return the 2 x 3 matrix of cv2.warpAffine that does all that about the middle of an image.

    `turn` is in radians, clockwise if positive; `slant` moves the upper rows to the left if it is
    positive; `size` and `shift` are (x, y).
    """
    turned = [[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]]
    slanted = [[size[0], slant], [0, size[1]]]
    matrix = np.array(turned) @ slanted
    middle = np.array([SIZE - 1, SIZE - 1]) / 2
    moved = middle + shift - matrix @ middle  # the middle goes to itself, and then by `shift`
    return np.column_stack([matrix, moved])


class DistortedImages(keras.utils.PyDataset):
    """Gives `fit` the training images in batches, in a new order and newly distorted each epoch.

        model.fit(DistortedImages(x_train, y_train, batch_size=128), epochs=12, shuffle=False)

    `x_train` are images as `distort` takes them, or (N, 28, 28, 1); `y_train` are their labels.
    All randomness comes from one number, which is drawn when this is made: after
    `keras.utils.set_random_seed` it is the same again, and so are all batches, in whichever order
    and by however many threads they are made.
    """

    def __init__(self, x_train, y_train, batch_size, amounts=FOR_CONVNET):
        super().__init__()
        self.x_train = np.asarray(x_train)
        self.y_train = np.asarray(y_train)
        self.batch_size = batch_size
        self.amounts = amounts
        self.seed = np.random.randint(2**31)
        self.epoch = 0
        self.shuffle()

    def shuffle(self):
        rng = np.random.default_rng((self.seed, self.epoch))
        self.order = rng.permutation(len(self.x_train))

    def __len__(self):
        return math.ceil(len(self.x_train) / self.batch_size)

    def __getitem__(self, index):
        """Return batch `index` of this epoch: images and labels."""
        indices = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        rng = np.random.default_rng((self.seed, self.epoch, index))
        return distort(self.x_train[indices], rng, self.amounts), self.y_train[indices]

    def on_epoch_end(self):
        self.epoch += 1
        self.shuffle()
