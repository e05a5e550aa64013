"""Find picture files, and open them safely, whatever is in them.

For those who want to know what predict.py does before it looks for digits.
"""

import contextlib
import glob
import math
import pathlib
import warnings
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from reading.basics import NoDigits
from training import limits
from training.errors import one_line

FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")  # none starts a program
LARGEST_SIDE = 1600  # larger pictures are shrunk: digits a hundredth as high are still 16 pixels
MOST_BYTES = 100_000_000  # of a file
MOST_PIXELS = 25_000_000  # with them no file takes 1 GB, as measured
MOST_PIXELS_OF_JPEG = 65_000_000  # which can be decoded at a part of its size

# Whatever is odd in a file does not matter, as long as it can be read.
warnings.filterwarnings("ignore", module="PIL")


class Page(NamedTuple):
    """A picture file and what is known of it. It is filled in step by step."""

    path: pathlib.Path
    scale: float = 1.0  # how many pixels of the file one of the picture's stands for
    error: str | None = None  # why nothing could be read
    proposals: tuple = ()  # what may be digits
    digits: tuple = ()  # what was read


def find_files(paths):
    """Return the picture files in `paths`: a folder stands for those in it, `*.png` for all that
    there are. What is no file stays as it is, to be told when it is opened. Hidden files are no
    pictures: a Mac leaves ._1.png behind.
    """
    kinds = Image.registered_extensions()
    suffixes = {suffix for suffix, kind in kinds.items() if kind in FORMATS}
    suffixes |= {".heic", ".heif"}  # to say what to do with them
    found = []
    for path in paths:
        inside = []
        # No permission, or a name that no system takes, is said when the file is opened.
        with contextlib.suppress(OSError):
            if path.is_dir():
                files = [file for file in sorted(path.iterdir()) if not file.name.startswith(".")]
                inside = [file for file in files if file.suffix.lower() in suffixes]
            elif not path.exists():  # *.png reaches us as it is where the shell is PowerShell
                inside = sorted(map(pathlib.Path, glob.glob(str(path))))  # noqa: PTH207
        found += inside or [path]
    return found


def open_picture(path):
    """Return the picture in a file, uint8 RGB (height, width, 3), shrunk if it is large, and its
    scale: how many of the file's pixels one of the picture's stands for.

    Raises NoDigits if it is no picture, or a broken one.
    """
    try:
        if path.is_dir():
            raise NoDigits("there are no pictures in this folder")
        limits.check_regular(path, MOST_BYTES)
        # Closing also frees the pixels, which are many more than those that are handed on.
        with contextlib.closing(Image.open(path, formats=FORMATS)) as file:
            return load(file)
    except NoDigits:
        raise
    except UnidentifiedImageError:
        raise NoDigits("it is not a picture, or it is HEIC: save it as JPEG or PNG") from None
    except Exception as error:  # noqa: BLE001  a broken file fails in many ways
        raise NoDigits(f"it cannot be read: {one_line(error)}") from None


def load(file):
    """Return the picture in an open file, and its scale, as `open_picture` does."""
    most = MOST_PIXELS_OF_JPEG if file.format == "JPEG" else MOST_PIXELS
    if math.prod(file.size) > most:
        raise NoDigits(f"it has too many pixels: make it smaller than {most / 1e6:.0f} million")
    if max(file.size) > 100 * min(file.size):
        raise NoDigits("it is too narrow to show digits")
    if file.format == "TIFF" and file.is_animated:
        raise NoDigits("it has several pages: save each of them as a picture")
    full_side = max(file.size)
    # A phone's photo is a JPEG, which can be decoded at a half of its size, in half the time.
    factor = LARGEST_SIDE / full_side
    file.draft(None, (math.ceil(file.width * factor), math.ceil(file.height * factor)))
    small = to_rgb(file)
    small.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    small.info = file.info  # with the camera's notes: how it was held
    with contextlib.suppress(Exception):  # broken notes do not matter
        small = ImageOps.exif_transpose(small)
    return np.asarray(small), full_side / max(small.size)


def to_rgb(picture):
    """Return a Pillow picture of any mode as an RGB one."""
    if picture.mode.startswith(("I", "F")):  # 16 or 32 bits a pixel, in a range of its own
        values = np.asarray(picture, dtype="float32")
        values = np.where(np.isfinite(values), values, 0)
        levels = np.interp(values, (values.min(), values.max()), (0, 255))
        picture = Image.fromarray(levels.astype("uint8"))
    if picture.has_transparency_data:
        paper = Image.new("RGBA", picture.size, "silver")  # neither white nor black, as ink may be
        picture = Image.alpha_composite(paper, picture.convert("RGBA"))
    return picture.convert("RGB")
