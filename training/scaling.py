"""What became of a pixel on its way into the network, so that yours get the same."""

import math
from typing import NamedTuple

import numpy as np

SOME = 1000  # images are looked at pixel by pixel; all of them would take time
NEAR = 0.2  # of a step from one shade of grey to the next: differences below it are rounding
DECIMALS = 6  # float32 has about seven digits
ALL_SHADES = range(256)  # of grey, in MNIST


class Scaling(NamedTuple):
    """A straight line: a pixel of 0 became `paper`, one of 255 `ink`, both floats.

    Both are None where it is no straight line, or not the same one for all images; `problem` then
    says so, and is None otherwise.
    """

    paper: float | None
    ink: float | None
    problem: str | None


def find_scaling(x_train, x_test, shades=ALL_SHADES):
    """Return the Scaling by which images of these `shades`, integers, became these arrays.

    If `x_train` is on no line, that of `x_test` counts: it may have been distorted, to learn from.
    """
    of_train = find_line(np.asarray(x_train), shades)
    of_test = find_line(np.asarray(x_test), shades)
    if of_test is None:
        problem = (
            "what was done to the pixels of x_test is no straight line, such as / 255 or 1 - x: "
            "nobody can do the same to new images"
        )
        return Scaling(None, None, problem)
    paper, ink = of_test
    if of_train is not None and not np.allclose(of_train, of_test, atol=0.01):
        problem = (
            f"x_train goes from {of_train[0]:g} (paper) to {of_train[1]:g} (ink), and x_test from "
            f"{paper:g} to {ink:g}: do the same to both"
        )
        return Scaling(None, None, problem)
    return Scaling(paper, ink, None)


def find_line(x, shades):
    """Return what pixels of 0 and 255 became in `x`, (N, ...), two floats, or None.

    Paper is the most frequent number, and ink the one that is farthest from it. If a straight line
    leads from the pixels to `x`, then the numbers in between are whole steps of equal size.
    """
    values, counts = np.unique(x[:SOME], return_counts=True)
    values = values.astype("float64")
    paper = values[counts.argmax()]
    ends = np.array([x.min(), x.max()], "float64")
    ink = ends[np.abs(ends - paper).argmax()]
    if ink == paper or not np.isfinite(ink - paper):
        return None
    if len(values) == 2 < len(shades):
        return None  # made black and white
    step = (ink - paper) / max(shades)
    steps = (values - paper) / step
    if np.abs(steps - np.rint(steps)).max() > NEAR:
        return None
    # (Adding 0 makes 0 of -0.)
    return round(paper, DECIMALS) + 0.0, round(paper + 255 * step, DECIMALS) + 0.0


def to_pixels(x, scaling):
    """Return `x`, (N, ...), as images, uint8 (N, 28, 28) from 0 (paper) to 255 (ink), or None.

    It is None if an image has not 28 x 28 numbers any more. Without a straight line they are shown
    from their smallest number to their largest.
    """
    x = np.asarray(x, "float32")
    if math.prod(x.shape[1:]) != 28 * 28:
        return None
    paper, ink, _ = scaling
    if paper is None:
        paper = x.min()
        ink = x.max()
    shares = (x - paper) / ((ink - paper) or 1)
    return np.clip(np.rint(255 * shares), 0, 255).astype("uint8").reshape((-1, 28, 28))


def input_shape(model):
    """Return in which shape a model takes an image of 28 x 28 pixels, or None if it does not."""
    shape = getattr(model, "input_shape", None)
    if not isinstance(shape, tuple) or None in shape[1:] or math.prod(shape[1:]) != 28 * 28:
        return None  # several inputs, of any size, or of another one
    return shape[1:]


def to_network(images, paper, ink, shape):
    """Return images, uint8 (N, 28, 28), as a network takes them: float32 (N, *shape)."""
    shares = images.reshape((-1, *shape)).astype("float32") / 255
    return (paper + (ink - paper) * shares).astype("float32")


def ask(model, images, paper, ink):
    """Return what a model answers about images, uint8 (N, 28, 28): float (N, classes).

    `paper` and `ink` are those of its Scaling.
    """
    return model.predict(to_network(images, paper, ink, input_shape(model)), verbose=0)
