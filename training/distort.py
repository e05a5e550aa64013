"""Distort images of digits a little at random: moved, turned, slanted, resized, bent and blurred.

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
GRID = 5  # points in a row and in a column of the grid by which an image is bent


class Amounts(NamedTuple):
    """How far images are distorted at most; each amount is drawn evenly up to it."""

    turn: float = 0  # degrees, to the left or to the right
    slant: float = 0  # pixels that a row is moved against the next one: 1 is 45 degrees
    resize: float = 0  # 0.1: from 10% smaller to 10% larger, in each direction by itself
    shift: float = 0  # pixels, in each direction
    bend: float = 0  # pixels that a point of the grid is moved, in each direction
    blur: float = 0  # pixels: the standard deviation of the blur


FOR_CONVNET = Amounts(turn=11, slant=0.15, resize=0.05, shift=2.2, bend=0.9, blur=1.0)
FOR_COPIES = Amounts(turn=11, slant=0.2, resize=0.1, shift=1)  # as one person's digits differ


def distort(images, rng, amounts):
    """Return distorted copies of `images`, (N, 28, 28) or (N, 784), in their shape, as float32.

    Each image is distorted by amounts of its own, which `rng`, a numpy.random.Generator, draws. The
    pixels may have any range, with the ink brighter than the paper or darker: what comes in from
    outside is what the nearest pixel at the rim was, and no pixel leaves the range of the others.
    """
    originals = np.asarray(images, dtype="float32").reshape((-1, SIZE, SIZE))
    distorted = np.empty_like(originals)
    columns, rows = find_sources(len(originals), rng, amounts)
    blurs = rng.uniform(0, amounts.blur, len(originals))
    for index, image in enumerate(originals):
        image = cv2.remap(
            image, columns[index], rows[index], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        if amounts.blur:
            image = cv2.GaussianBlur(image, (5, 5), blurs[index])
        distorted[index] = image
    return distorted.reshape(np.shape(images))


def add_copies(name, digits, copies_of_each, train_set, seed):
    """Return training images and labels with distorted copies of `digits` before them.

    (Before, because `validation_split` keeps the last ones aside.) `digits` are Hands or OwnDigits,
    called `name` on the screen: those that are kept aside there are not copied.
    """
    images_train, labels_train = train_set
    images = digits.images[~digits.aside]
    labels = np.tile(digits.labels[~digits.aside], copies_of_each)
    rng = np.random.default_rng(seed)
    copies = []
    for _ in range(copies_of_each):  # all at once would take half a gigabyte more
        distorted = distort(images, rng, FOR_COPIES)
        copies.append(distorted.round().astype("uint8"))
    print(f"{name}: {len(images):,} to learn from, as {len(labels):,} distorted copies.")
    if digits.aside.any():
        print(f"And {digits.aside.sum():,} kept aside, to see what it is good for.")
    copies.append(images_train)
    return np.concatenate(copies), np.concatenate([labels, labels_train])


def find_sources(number, rng, amounts):
    """Return for each pixel of `number` distorted images where in the original its ink stood.

    That is a column and a row, with fractions: two arrays, float32 (number, 28, 28). So each step
    undoes a distortion, the last one first: where the pixel was before the image was moved, before
    it was turned, and so on.
    """

    def draw(most):
        """Return an amount for each image, in a shape that goes with (number, 28, 28)."""
        return rng.uniform(-most, most, (number, 1, 1)).astype("float32")

    middle = (SIZE - 1) / 2
    from_middle = np.arange(SIZE, dtype="float32") - middle
    moved_x = from_middle - draw(amounts.shift)
    moved_y = from_middle[:, np.newaxis] - draw(amounts.shift)
    turn = np.radians(draw(amounts.turn))
    turned_x = moved_x * np.cos(turn) + moved_y * np.sin(turn)
    turned_y = moved_y * np.cos(turn) - moved_x * np.sin(turn)
    slanted_x = turned_x - turned_y * draw(amounts.slant)
    x = slanted_x / (1 + draw(amounts.resize))
    y = turned_y / (1 + draw(amounts.resize))
    if amounts.bend:
        x += bend(number, rng, amounts.bend)
        y += bend(number, rng, amounts.bend)
    return x + middle, y + middle


def bend(number, rng, most):
    """Return how far each pixel is moved in one direction by a bend, float32 (number, 28, 28).

    The points of a grid are moved at random by up to `most` pixels, and the pixels between them
    follow smoothly: a cheap form of the elastic distortions of Simard, Steinkraus and Platt, Best
    Practices for Convolutional Neural Networks (2003).
    """
    points = rng.uniform(-most, most, (number, GRID, GRID)).astype("float32")
    # Column i says by what share each of the 28 pixels in a line follows point i.
    shares = cv2.resize(np.eye(GRID, dtype="float32"), (GRID, SIZE), interpolation=cv2.INTER_CUBIC)
    return shares @ points @ shares.T


class DistortedImages(keras.utils.PyDataset):
    """Gives `fit` the training images in batches, in a new order and newly distorted each epoch.

        model.fit(DistortedImages(x_train, y_train, batch_size=128), epochs=12, shuffle=False)

    `x_train` are images as `distort` takes them, or (N, 28, 28, 1); `y_train` are their labels.
    All randomness comes from one number, which is drawn when this is made: after
    `keras.utils.set_random_seed` it is the same again, and so are all batches. (One thread makes
    them: more were not faster, and with JAX Keras 3.15 then mixes up the first two epochs.)
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
