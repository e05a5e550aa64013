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

FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")  # none starts a program
LARGEST_SIDE = 2000  # larger pictures are shrunk: digits a hundredth as high are still 20 pixels

# Whatever is odd in a file does not matter, as long as it can be read.
warnings.filterwarnings("ignore", module="PIL")
# But a picture of so many pixels that it may be an attack on the memory is refused. (Of two filters
# the one that was set last counts.)
warnings.simplefilter("error", Image.DecompressionBombWarning)


class PictureError(Exception):
    """A picture cannot be read; the text is one line that says why."""


class Page(NamedTuple):
    """A page of a picture file, or the only one. It is filled in step by step."""

    path: pathlib.Path
    number: int | None  # None if the file has only one page
    scale: float = 1.0  # how many pixels of the file one of the picture's stands for
    error: str | None = None  # why nothing could be read
    proposals: tuple = ()  # what may be digits
    digits: tuple = ()  # what was read


def find_files(paths):
    """Return the picture files in `paths`, a folder standing for those in it, if there are any."""
    kinds = Image.registered_extensions()
    suffixes = {suffix for suffix, kind in kinds.items() if kind in FORMATS}
    suffixes |= {".heic", ".heif"}  # to say what to do with them
    found = []
    for path in paths:
        inside = []
        # No permission, or a name that no system takes, is said when the file is opened.
        with contextlib.suppress(OSError):
            if path.is_dir():
                inside = [file for file in sorted(path.iterdir()) if is_picture(file, suffixes)]
            elif not path.exists():  # *.png reaches us as it is where the shell is PowerShell
                names = sorted(glob.glob(str(path)))  # noqa: PTH207
                inside = [pathlib.Path(name) for name in names]
        found += inside or [path]
    return found


def is_picture(file, suffixes):
    """Return whether a file is a picture, by its name. (A Mac leaves files like ._1.png behind.)"""
    return file.suffix.lower() in suffixes and not file.name.startswith(".")


def open_pages(path):
    """Yield each page of a picture file as a Page, and its picture, uint8 RGB (height, width, 3).

    Of a page that cannot be read, the Page has an error, and the picture is None.
    """
    try:
        count = count_pages(path)
    except PictureError as error:
        yield Page(path, None, error=str(error)), None
        return
    numbers = [None] if count == 1 else range(1, count + 1)
    for number in numbers:
        try:
            picture, scale = open_page(path, number)
        except PictureError as error:
            yield Page(path, number, error=str(error)), None
        else:
            yield Page(path, number, scale), picture


def count_pages(path):
    """Return how many pages a picture file has; raises PictureError if it is none."""
    with open_file(path) as file:
        # Other files may have more pictures, too, but they show the same: a preview, a depth.
        return file.n_frames if file.format in ("TIFF", "GIF") else 1


def open_page(path, number):
    """Return one page of a file, uint8 RGB (height, width, 3), the first one if `number` is None,
    and its scale: how many of the file's pixels one of the picture's stands for.

    Raises PictureError if it is no picture, or a broken one.
    """
    with open_file(path) as file:
        if number is not None:
            file.seek(number - 1)
        full_side = max(file.size)
        # A phone's photo is a JPEG, which can be decoded at a half of its size, in half the time.
        factor = LARGEST_SIDE / full_side
        file.draft(None, (math.ceil(file.width * factor), math.ceil(file.height * factor)))
        picture = to_rgb(ImageOps.exif_transpose(file))
    return picture, full_side / max(picture.shape)


@contextlib.contextmanager
def open_file(path):
    """Open a picture file for a `with` block; whatever goes wrong in it becomes a PictureError."""
    try:
        if not path.is_file():
            raise PictureError("there is no such file, or there are no pictures in this folder")
        with Image.open(path, formats=FORMATS) as file:
            yield file
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError("it has too many pixels; make it smaller") from None
    except UnidentifiedImageError:
        raise PictureError("it is not a picture, or it is HEIC: save it as JPEG or PNG") from None
    except PictureError:
        raise
    except Exception as error:  # noqa: BLE001  a broken file fails in many ways
        raise PictureError(f"it cannot be read: {error!r}") from None


def to_rgb(picture):
    """Return a Pillow picture of any mode as uint8 RGB (height, width, 3), shrunk if large."""
    if max(picture.size) > 100 * min(picture.size):
        raise PictureError("it is too narrow to show digits")
    if picture.mode.startswith(("I", "F")):  # 16 or 32 bits a pixel
        values = np.nan_to_num(np.asarray(picture, dtype="float64"))
        values = np.interp(values, (values.min(), values.max()), (0, 255))
        picture = Image.fromarray(values.astype("uint8"))
    if picture.mode in ("1", "P") or picture.has_transparency_data:
        paper = Image.new("RGBA", picture.size, "silver")  # neither white nor black, as ink may be
        picture = Image.alpha_composite(paper, picture.convert("RGBA"))
    picture.thumbnail((LARGEST_SIDE, LARGEST_SIDE), reducing_gap=2)
    return np.asarray(picture.convert("RGB"))
