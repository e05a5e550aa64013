"""Find picture files, and open them safely, whatever is in them.

For those who want to know what predict.py does before it looks for digits.
"""

import contextlib
import glob
import itertools
import math
import pathlib
import warnings
from typing import NamedTuple

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from training import limits
from training.errors import one_line

FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")  # none starts a program
LARGEST_SIDE = 2000  # larger pictures are shrunk: digits a hundredth as high are still 20 pixels
MOST_BYTES = 100_000_000  # of a file
MOST_PAGES = 100  # of one file...
MOST_PIXELS_OF_PAGES = 150_000_000  # ...or so many pixels: all take less than 10 seconds
BAND = 64  # rows that are converted at once
ORIENTATION = ExifTags.Base.Orientation  # how the camera was held
# So many pixels take less than 400 MB, measured: decoders hold from 5 to 27 bytes for each.
MOST_PIXELS = {
    "AVIF": 15_000_000,
    "GIF": 16_000_000,
    "JPEG": 65_000_000,
    "TIFF": 28_000_000,
    "WEBP": 13_000_000,
}
MOST_PIXELS_OF_OTHERS = 60_000_000
MOST_PIXELS_IN_SCANS = 38_000_000  # of a JPEG in CMYK, or whose parts stand in several places

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
    """Return the picture files in `paths`: a folder stands for those in it, `*.png` for all that
    there are. What is no file stays as it is, to be told when it is opened.
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
        with open_file(path) as file:
            # Other files may have more pictures, too, but they show the same: a preview, a depth.
            if file.format in ("TIFF", "GIF") and file.is_animated:
                yield from read_pages(file, path)
                return
            only_page = read_page(file, path, None)
    except PictureError as error:
        only_page = Page(path, None, error=str(error)), None
    yield only_page  # the file is closed by now


def read_pages(file, path):
    """Yield the pages of an open file that has several, as `open_pages` does, in one pass."""
    number_of_pixels = 0
    for number in itertools.count(1):
        try:
            with saying_what_is_wrong():
                if not go_to_page(file, number):
                    return
                if number > MOST_PAGES or number_of_pixels > MOST_PIXELS_OF_PAGES:
                    raise PictureError(
                        f"only the first {number - 1} pages of this file are read: split it"
                    )
        except PictureError as error:
            yield Page(path, number, error=str(error)), None
            return
        number_of_pixels += math.prod(file.size)
        yield read_page(file, path, number)


def go_to_page(file, number):
    """Turn an open file to a page, from 1 on; return whether there is one."""
    try:
        file.seek(number - 1)
    except EOFError:
        return False
    return True


def read_page(file, path, number):
    """Return the page to which an open file is turned, as `open_pages` yields it."""
    try:
        with saying_what_is_wrong():
            picture, scale = load(file)
    except PictureError as error:
        return Page(path, number, error=str(error)), None
    return Page(path, number, scale), picture


def open_page(path, number):
    """Return the picture of one page, uint8 RGB (height, width, 3); `number` is that of its Page.

    Raises PictureError if it is no picture, or a broken one.
    """
    with open_file(path) as file:
        if number is not None:
            file.seek(number - 1)
        picture, _ = load(file)
    return picture


@contextlib.contextmanager
def open_file(path):
    """Open a picture file for a `with` block; whatever goes wrong in it becomes a PictureError."""
    with saying_what_is_wrong():
        if path.is_dir():
            raise PictureError("there are no pictures in this folder")
        limits.check_regular(path, MOST_BYTES)
        # Closing also frees the pixels, which are many more than those that are handed on.
        with contextlib.closing(Image.open(path, formats=FORMATS)) as file:
            yield file


@contextlib.contextmanager
def saying_what_is_wrong():
    """Turn whatever goes wrong in a `with` block that reads a picture into a PictureError."""
    try:
        yield
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError("it has too many pixels; make it smaller") from None
    except UnidentifiedImageError:
        raise PictureError("it is not a picture, or it is HEIC: save it as JPEG or PNG") from None
    except FileNotFoundError:
        raise PictureError("there is no such file") from None
    except PictureError:
        raise
    except Exception as error:  # noqa: BLE001  a broken file fails in many ways
        raise PictureError(f"it cannot be read: {one_line(error)}") from None


def load(file):
    """Return the picture to which an open file is turned, uint8 RGB (height, width, 3), shrunk if
    it is large, and its scale: how many of the file's pixels one of the picture's stands for.
    """
    most = MOST_PIXELS.get(file.format, MOST_PIXELS_OF_OTHERS)
    if "progressive" in file.info or file.mode == "CMYK":
        most = min(most, MOST_PIXELS_IN_SCANS)
    if math.prod(file.size) > most:
        raise PictureError(
            f"it has too many pixels, {math.prod(file.size) / 1e6:.0f} million, and at most "
            f"{most / 1e6:.0f} are read: make it smaller"
        )
    if max(file.size) > 100 * min(file.size):
        raise PictureError("it is too narrow to show digits")
    full_side = max(file.size)
    # A phone's photo is a JPEG, which can be decoded at a half of its size, in half the time.
    factor = LARGEST_SIDE / full_side
    file.draft(None, (math.ceil(file.width * factor), math.ceil(file.height * factor)))
    small = to_small_rgb(file)
    small.getexif()[ORIENTATION] = find_orientation(file)
    picture = np.asarray(ImageOps.exif_transpose(small))
    return picture, full_side / max(picture.shape[:2])


def find_orientation(file):
    """Return how the camera was held, as EXIF has it: 1 is upright, and where it says nothing."""
    try:
        return file.getexif().get(ORIENTATION, 1)
    except Exception:  # noqa: BLE001  broken notes do not matter
        return 1


def to_small_rgb(picture):
    """Return a Pillow picture of any mode as an RGB one, shrunk if it is large.

    It is converted band by band: all of a large picture at once would take up to 30 bytes a pixel.
    """
    factor = max(1, max(picture.size) // LARGEST_SIDE)  # the rest is done more finely
    size = math.ceil(picture.width / factor), math.ceil(picture.height / factor)
    small = Image.new("RGB", size)
    darkest, lightest = find_range(picture)
    for top, band in cut_into_bands(picture, BAND * factor):
        if is_deep(picture):
            levels = np.interp(values_of(band), (darkest, lightest), (0, 255))
            band = Image.fromarray(levels.astype("uint8"))
        if band.mode in ("1", "P") or band.has_transparency_data:
            paper = Image.new("RGBA", band.size, "silver")  # neither white nor black, as ink may be
            band = Image.alpha_composite(paper, band.convert("RGBA"))
        small.paste(band.convert("RGB").reduce(factor), (0, top // factor))
    small.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    return small


def cut_into_bands(picture, rows):
    """Yield a picture in bands of so many rows: where each begins, and the band."""
    for top in range(0, picture.height, rows):
        bottom = min(top + rows, picture.height)
        yield top, picture.crop((0, top, picture.width, bottom))


def is_deep(picture):
    """Return whether a picture has 16 or 32 bits a pixel, or fractions, in a range of its own."""
    return picture.mode.startswith(("I", "F"))


def values_of(picture):
    """Return the pixels of a deep picture, float64 (height, width); 0 where they are not finite."""
    values = np.asarray(picture, dtype="float64")
    return np.where(np.isfinite(values), values, 0)


def find_range(picture):
    """Return the smallest and the largest value of a deep picture; of others, 0 and 255."""
    if not is_deep(picture):
        return 0, 255
    smallest = []
    largest = []
    for _, band in cut_into_bands(picture, BAND):
        values = values_of(band)
        smallest.append(values.min())
        largest.append(values.max())
    return min(smallest), max(largest)
