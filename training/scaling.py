"""What became of a raw pixel on its way into the network: asked of the images that were used.

predict.py and the page have to do the same to every new image. Nothing here is about learning; you
need not read it to understand train.py.
"""

from typing import NamedTuple

import numpy as np

SOME = 100  # images are compared; all of them would take time
CLOSE = 1e-3  # of the range from paper to ink: differences below it are rounding
DECIMALS = 6  # float32 has about seven digits


class Scaling(NamedTuple):
    """A straight line: a raw 0 becomes `paper`, a raw 255 `ink`, both floats.

    Both are None where it is no straight line. `problem` is None, or says why new images cannot be
    made like those that the network was trained on.
    """

    paper: float | None
    ink: float | None
    problem: str | None


def find_scaling(preprocess_images, images, x):
    """Return the Scaling by which raw `images`, uint8 (N, 28, 28), became `x`, (M, ...).

    `x` may be some of them, in any order, or be changed after `preprocess_images` has made it.
    """
    made = np.asarray(preprocess_images(images))
    x = np.asarray(x)
    indices = find_rows(x, made)
    if indices is None:  # changed afterwards
        raw = images[: min(len(x), SOME)]
        values = x[: len(raw)].astype("float64")
    else:
        raw = images[indices[:SOME]]
        values = x[:SOME].astype("float64")
    if not np.isfinite(values).all():
        return Scaling(None, None, "some pixels of the test images are no numbers")
    if depends_on_others(preprocess_images, images[:SOME], made[:SOME]):
        problem = (
            "preprocess_images makes another thing of an image by itself than of all together: "
            "let it compute with fixed numbers"
        )
        return Scaling(None, None, problem)
    line = fit_line(raw, values)
    if line is not None:
        paper, ink = line
        return Scaling(paper, ink, None)
    if indices is None:
        problem = (
            "the images were changed after preprocess_images, and not along a straight line: let "
            "preprocess_images do all that happens to an image"
        )
        return Scaling(None, None, problem)
    return Scaling(None, None, None)  # preprocess_images can do it, if only in its own way


def find_rows(x, made):
    """Return where the rows of `x` stand in `made`, integers (M,), or None if one is not there."""
    index_of = {row.tobytes(): index for index, row in enumerate(made)}
    indices = [index_of.get(row.tobytes()) for row in x]
    if None in indices:
        return None
    return np.array(indices)


def depends_on_others(preprocess_images, images, made):
    """Return whether of an image by itself becomes another thing than of all together, `made`."""
    made = made.astype("float64")
    near = CLOSE * np.ptp(made)
    for image, expected in zip(images, made, strict=True):
        alone = np.asarray(preprocess_images(image[np.newaxis]))[0]
        if not np.allclose(alone, expected, atol=near, rtol=0):
            return True
    return False


def fit_line(raw, values):
    """Return what a raw 0 and a raw 255 became, two floats, or None if it is no straight line."""
    raw = raw.astype("float64").ravel()
    values = values.ravel()
    if raw.shape != values.shape or np.ptp(raw) == 0 or np.ptp(values) == 0:
        return None
    slope, offset = np.polyfit(raw, values, 1)
    if np.abs(offset + slope * raw - values).max() > CLOSE * np.ptp(values):
        return None
    paper = round(float(offset), DECIMALS) + 0.0  # or it might be -0.0
    ink = round(float(offset + 255 * slope), DECIMALS) + 0.0
    return paper, ink


def to_raw(preprocess_images, images, x, scaling):
    """Return the test images `x` as pictures, uint8 (M, 28, 28) from 0 (paper) to 255 (ink).

    `images` are the raw ones, uint8 (N, 28, 28). What is neither some of them nor along a straight
    line is shown as the network gets it, from its smallest number to its largest.
    """
    x = np.asarray(x)
    indices = find_rows(x, np.asarray(preprocess_images(images)))
    if indices is not None:
        return images[indices]
    if x[0].size != images[0].size:
        return images[: len(x)]  # it is no picture any more
    if scaling.paper is not None:
        paper = scaling.paper
        ink = scaling.ink
    else:
        paper = x.min()
        ink = x.max()
    shares = (x.astype("float64") - paper) / (ink - paper)
    pixels = np.clip(np.rint(255 * shares), 0, 255).astype("uint8")
    return pixels.reshape((len(x),) + images.shape[1:])
