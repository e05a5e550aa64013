"""What became of a raw pixel on its way into the network: asked of the images that were used.

predict.py and the page have to do the same to every new image. Nothing here is about learning; you
need not read it to understand train.py.
"""

from typing import NamedTuple

import numpy as np

SOME = 100  # images are compared; all of them would take time
CLOSE = 1e-3  # of the range from paper to ink: differences below it are rounding


class Scaling(NamedTuple):
    """A straight line: a raw 0 becomes `paper`, a raw 255 `ink`, both floats.

    Both are None where it is no straight line. `problem` is None, or says why new images cannot be
    made like those that the network was trained on.
    """

    paper: float | None
    ink: float | None
    problem: str | None


def find_scaling(preprocess_images, images, x):
    """Return the Scaling by which raw `images`, uint8 (N, 28, 28), became `x`, floats (M, ...).

    `x` may have fewer images, or be changed after `preprocess_images` has made it.
    """
    x = np.asarray(x[:SOME], dtype="float64")
    if not np.isfinite(x).all():
        return Scaling(None, None, "some pixels of the test images are no numbers")
    made = np.asarray(preprocess_images(images), dtype="float64")
    one_by_one = []
    for image in images[:SOME]:
        one_by_one.append(preprocess_images(image[np.newaxis])[0])
    one_by_one = np.asarray(one_by_one, dtype="float64")
    near = CLOSE * max(np.ptp(x), 1e-9)
    if not np.allclose(made[:SOME], one_by_one, atol=near, rtol=0):
        problem = (
            "preprocess_images makes another thing of an image by itself than of all together: "
            "let it compute with fixed numbers"
        )
        return Scaling(None, None, problem)
    if is_among(x, made, near):
        raw = images[:SOME]
        values = made[:SOME]
    else:  # changed afterwards
        raw = images[: len(x)]
        values = x[: len(raw)]
    line = fit_line(raw, values, near)
    if line is not None:
        return Scaling(*line, None)
    if values is x:
        problem = (
            "the images were changed after preprocess_images, and not along a straight line: let "
            "preprocess_images do all that happens to an image"
        )
        return Scaling(None, None, problem)
    return Scaling(None, None, None)  # preprocess_images can do it, if only in its own way


def is_among(x, made, near):
    """Return whether the first rows of `x` are rows of `made`, in whichever place."""
    if x.shape[1:] != made.shape[1:]:
        return False
    for row in x[:3]:
        differences = np.abs(made - row).reshape((len(made), -1)).max(axis=1)
        if differences.min() > near:
            return False
    return True


def fit_line(raw, values, near):
    """Return what a raw 0 and a raw 255 became, two floats, or None if it is no straight line."""
    raw = raw.astype("float64").ravel()
    values = values.ravel()
    if raw.shape != values.shape or raw.min() == raw.max():
        return None
    slope, offset = np.polyfit(raw, values, 1)
    if slope == 0 or np.abs(offset + slope * raw - values).max() > near:
        return None
    return float(offset), float(offset + 255 * slope)


def to_raw(x, scaling, images):
    """Return the test images `x` as pictures, uint8 (N, 28, 28) from 0 (paper) to 255 (ink).

    `images` are the raw ones, from which `x` came; without a straight line they are all there is.
    """
    if scaling.paper is None:
        return images[: len(x)]
    x = np.asarray(x, dtype="float64").reshape((-1, 28, 28))
    shares = (x - scaling.paper) / (scaling.ink - scaling.paper)
    return np.clip(np.rint(255 * shares), 0, 255).astype("uint8")
