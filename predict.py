"""Read handwritten digits from your own pictures with the network that train.py trained.

    python predict.py my_digit.png      a drawing, a scan or a photo, with one digit or many
    python predict.py --help            all options

`main` is the table of contents: read the pictures and find what may be digits in them (reading/),
ask the network about each, choose the likeliest reading, show. README.md says why a picture cannot
simply be shrunk to 28x28.
"""

import argparse
import contextlib
import glob
import itertools
import json
import math
import os
import pathlib
import sys
import warnings
import zipfile
from typing import NamedTuple

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow then says less when it starts

try:
    import cv2
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

    from reading.basics import NoDigits
    from reading.find import find_digits
    from reading.proposals import Proposal
    from reading.strokes import in_one_row
    from training import data, files
except ModuleNotFoundError as error:
    sys.exit(
        f"Error: {error}. Activate the environment (source .venv/bin/activate, on Windows "
        r".venv\Scripts\activate), or install what is missing: pip install -r requirements.txt"
    )

FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")  # none starts a program
LARGEST_SIDE = 2000  # larger pictures are shrunk: digits a hundredth as high are still 20 pixels

# Whatever is odd in a file does not matter, as long as it can be read.
warnings.filterwarnings("ignore", module="PIL")
# But a picture of so many pixels that it may be an attack on the memory is refused. (Of two filters
# the one that was set last counts.)
warnings.simplefilter("error", Image.DecompressionBombWarning)


class PictureError(Exception):
    """A picture cannot be read; the text is one line that says why."""


class ModelError(Exception):
    """A model cannot be used; the text is one line that says what to do."""


class Page(NamedTuple):
    """A page of a file, or the only one: what may be digits on it, or why there are none."""

    path: pathlib.Path
    number: int | None  # None if the file has only one page
    proposals: list
    scale: float  # how many pixels of the file one of the picture's stands for
    error: str | None


class Digit(NamedTuple):
    """A digit as it was read: where and how it looks, and what the network says about it."""

    proposal: Proposal
    probabilities: np.ndarray
    distance: float  # from the nearest of MNIST's, see measure_distances

    @property
    def predicted(self):
        return int(self.probabilities.argmax())

    @property
    def confidence(self):
        return float(self.probabilities.max())

    @property
    def doubtful(self):
        return self.distance > DOUBTFUL


def main(arguments=None):
    """Find the digits in all pictures, ask the network once about all of them, and show.

    `arguments` stand in for the command line's. Returns the exit status: 0, or 1 if a picture could
    not be read or your_digits.png not be saved. Raises ModelError, files.FolderError, and
    data.DataError if the sample is missing.
    """
    args = parse_arguments(arguments)
    check_model_file(args.model)
    output = files.prepare_folder(args.outputs) / "your_digits.png"
    paths = find_files(args.pictures)
    if output.resolve() in [path.resolve() for path in paths]:
        raise files.FolderError(f"{output} would be overwritten: name another folder, --outputs")
    pages = []
    for path in paths:
        pages += read_pages(path)
    images = []
    for page in pages:
        images += [proposal.image for proposal in page.proposals]
    images = np.array(images, np.uint8).reshape((-1, 28, 28))
    model = load_model(args.model)
    probabilities = ask(model, images)
    distances = measure_distances(images)

    read = []
    first = 0
    for page in pages:
        stop = first + len(page.proposals)
        digits = choose_digits(page.proposals, probabilities[first:stop], distances[first:stop])
        first = stop
        if digits and min(digit.distance for digit in digits) > REFUSED:
            page = page._replace(error=describe_refused(digits))
            digits = []
        report(page, digits, args.json)
        if page.error is None:
            read.append((page, digits))

    saved = {}
    if read:
        with files.saving(output, saved) as unfinished:
            # Level 2 of 9 takes a third of the time of the usual 6, and the file is hardly larger.
            draw_pages(read).save(unfinished, format="PNG", compress_level=2)
        if saved[output] and not args.json:
            print(f"Look at {output} to see what was found, and what the network saw of it.")
            if len(read) > MOST_PAGES:
                print(f"It shows the {MOST_PAGES} pictures of which the network is least sure.")
    return 0 if len(read) == len(pages) and all(saved.values()) else 1


# --- Read the pictures --------------------------------------------------------------------------


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


def read_pages(path):
    """Return a list of Pages, one for each page of a picture file, and what may be digits on it."""
    try:
        count = count_pages(path)
    except PictureError as error:
        return [Page(path, None, [], 1, str(error))]
    if count == 1:
        return [read_page(path, None)]
    return [read_page(path, number) for number in range(1, count + 1)]


def read_page(path, number):
    """Return one Page of a picture file, the first one if `number` is None."""
    try:
        picture, scale = open_page(path, number)
        return Page(path, number, find_digits(picture), scale, None)
    except (PictureError, NoDigits) as error:
        return Page(path, number, [], 1, str(error))


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


# --- Ask the network ----------------------------------------------------------------------------


def check_model_file(path):
    """Raise ModelError unless `path` is a file of Keras's present format, before the slow start."""
    try:
        if path.is_dir():
            raise ModelError(
                f"{path} is a folder, perhaps TensorFlow's older SavedModel format. Save the model "
                "anew, in the program that made it, with model.save('model.keras')"
            )
        with path.open("rb") as file:
            start = file.read(8)
            is_zip = zipfile.is_zipfile(file)
    except OSError as error:
        raise ModelError(
            f"there is no model in {path} ({error.strerror}). "
            "To make outputs/model.keras: python train.py"
        ) from None
    if start == b"\x89HDF\r\n\x1a\n":
        raise ModelError(
            f"{path} is in Keras's older format, .h5. Save it anew, in Python: import keras; "
            f"keras.models.load_model('{path.name}').save('model.keras')"
        )
    if not is_zip:
        raise ModelError(
            f"there is no model in {path}. To make outputs/model.keras: python train.py"
        )


def load_model(path):
    """Load a model of 28x28 images and ten classes; raise ModelError if it is none for digits."""
    import keras  # here, since it takes seconds, and finding digits does not need it

    try:
        # In safe mode Keras refuses a file that brings code of its own, such as a Lambda layer.
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # noqa: BLE001  whatever is wrong in the file, it is not used
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ModelError(f"{path} is no model that can be loaded safely: {reason}") from None
    classes = read_class_names(path)
    input_shape = getattr(model, "input_shape", None)  # a model that was never built has none
    output_shape = getattr(model, "output_shape", None)
    known_input = input_shape in ((None, 784), (None, 28, 28), (None, 28, 28, 1))
    if classes != data.DIGITS or not known_input or output_shape != (None, 10):
        raise ModelError(
            f"{path} is for something else: {', '.join(classes)}, {input_shape} to {output_shape}. "
            "Use one of: python train.py"
        )
    return model


def read_class_names(path):
    """Return the names of a model's classes, from metrics.json beside it; without one, digits."""
    try:
        metrics = json.loads(path.with_name("metrics.json").read_text(encoding="utf-8"))
        return [str(name) for name in metrics["class_names"]]
    except (OSError, ValueError, KeyError, TypeError):
        return data.DIGITS


def ask(model, images):
    """Return the network's answers, float (N, 10), about images, uint8 (N, 28, 28).

    Raises ModelError if they are no probabilities.
    """
    if not len(images):
        return np.zeros((0, 10))
    x = images.reshape((-1, *model.input_shape[1:])).astype("float32") / 255
    probabilities = model.predict(x, batch_size=1000, verbose=0)
    if not np.allclose(probabilities.sum(axis=1), 1, atol=0.01):
        raise ModelError("the model does not answer in probabilities. Use one of train.py's")
    return probabilities


# --- Choose the likeliest reading ---------------------------------------------------------------

# Distances between an image and the nearest training image of sample.npz, as measure_distances has
# them. Between training images, half are nearer than 0.28; 99 in 100 are nearer than 0.5, and 999
# in 1,000 nearer than 0.57.
DOUBTFUL = 0.5
REFUSED = 0.57  # if all in a picture is farther, it shows no digits
USUAL = 1 / 3  # up to here a distance tells nothing
# Beyond, an image is so much less likely, as a logarithm: fitted to cut and whole digits.
UNUSUAL = 8


def measure_distances(images):
    """Return how far each image, uint8 (N, 28, 28), is from the nearest of 6,000 training images.

    A network answers whatever it is shown: a letter, a part of a digit, or two at once look like
    none of MNIST's. The distance is that between images of 14x14, blurred, each scaled to length 1.
    """
    if not len(images):
        return np.zeros(0)
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


def choose_digits(proposals, probabilities, distances):
    """Return the Digits of the likeliest way to read a page.

    A way uses all ink once, from the first node to the last. The likeliest one is found node by
    node, by dynamic programming (LeCun, Bottou, Bengio and Haffner, 1998, section V).
    """
    ways = {0: (0.0, [])}  # for each node the likeliest way to it: how likely, and its Digits
    for index in np.argsort([proposal.stop for proposal in proposals], kind="stable"):
        proposal = proposals[index]
        if proposal.start not in ways:
            continue
        likely, digits = ways[proposal.start]
        likely += math.log(max(probabilities[index].max(), 1e-9)) + proposal.odds
        likely -= UNUSUAL * max(0, distances[index] - USUAL)
        if proposal.stop not in ways or likely > ways[proposal.stop][0]:
            digit = Digit(proposal, probabilities[index], float(distances[index]))
            ways[proposal.stop] = (likely, [*digits, digit])
    return ways[max(ways)][1]


# --- Show ---------------------------------------------------------------------------------------


def describe_refused(digits):
    said = "".join(str(digit.predicted) for digit in digits)
    return (
        f"what was found looks like no digits (the network would say {said}): show the digits "
        "alone, without letters, drawings or shadows"
    )


def report(page, digits, as_json):
    """Print what was read on a page, as a line of JSON if asked; errors go to stderr."""
    name = str(page.path)
    if page.number is not None:
        name += f", page {page.number}"
    if page.error is not None:
        print(f"{name}: {page.error}", file=sys.stderr)
    if as_json:
        line = {"file": str(page.path)}
        if page.number is not None:
            line["page"] = page.number
        if page.error is not None:
            line["error"] = page.error
        else:
            line["digits"] = "".join(str(digit.predicted) for digit in digits)
            line["confidence"] = [digit.confidence for digit in digits]
            line["doubtful"] = [digit.doubtful for digit in digits]
            line["boxes"] = [box_in_file(digit, page) for digit in digits]
        print(json.dumps(line))
    elif page.error is None:
        print(f"{name}: {in_rows(digits)} ({', '.join(describe(digit) for digit in digits)})")


def in_rows(digits):
    """Return what was read, with a space where a new row begins."""
    text = str(digits[0].predicted)
    for before, digit in itertools.pairwise(digits):
        if not in_one_row(before.proposal.box, digit.proposal.box):
            text += " "
        text += str(digit.predicted)
    return text


def describe(digit):
    """Return how sure the network is of a digit, in words."""
    text = f"{digit.confidence:.0%} sure"
    return f"{text}, but it looks unlike MNIST's" if digit.doubtful else text


def box_in_file(digit, page):
    return [round(edge * page.scale) for edge in digit.proposal.box]


MOST_PAGES = 8  # in your_digits.png
MOST_DIGITS = 24  # of one page, one by one
WIDTH = 1000  # of your_digits.png, in pixels
ROW = 146  # the height of a row of digits
SURE_FROM = 0.9  # how probable
SURE = "#0072b2"  # blue and orange: the colour-blind can tell them apart
UNSURE = "#d55e00"


def draw_pages(read):
    """Return a Pillow picture of how pages were read; of many, those of which one is least sure."""
    if len(read) > MOST_PAGES:
        read = sorted(read, key=least_confidence)[:MOST_PAGES]
    parts = [draw_page(page, digits) for page, digits in read]
    whole = Image.new("RGB", (WIDTH, sum(part.height for part in parts)), "white")
    top = 0
    for part in parts:
        whole.paste(part, (0, top))
        top += part.height
    return whole


def least_confidence(page_and_digits):
    _, digits = page_and_digits
    return min(digit.confidence for digit in digits)


def draw_page(page, digits):
    """Draw a page with a box around each digit, and below what the network saw of each."""
    array, _ = open_page(page.path, page.number)
    picture = Image.fromarray(array)
    shown = ImageOps.contain(picture, (WIDTH - 20, 420))
    scale = shown.width / picture.width
    few = digits
    if len(digits) > MOST_DIGITS:
        few = sorted(digits, key=confidence_of)[:MOST_DIGITS]
    rows = math.ceil(len(few) / 3)
    drawn = Image.new("RGB", (WIDTH, 50 + shown.height + 30 + rows * ROW), "white")
    pen = ImageDraw.Draw(drawn)
    name = page.path.name.encode("ascii", "replace").decode()  # the font has no Chinese letters
    if page.number is not None:
        name += f", page {page.number}"
    pen.text((10, 8), f"{name}: what was found", "black", ImageFont.load_default(18))
    meaning = f"orange: less than {SURE_FROM:.0%} sure; with a ?: it looks unlike MNIST's"
    pen.text((WIDTH - 10, 12), meaning, UNSURE, ImageFont.load_default(13), anchor="ra")
    top = 50
    drawn.paste(shown, (10, top))
    pen.rectangle((9, top - 1, 10 + shown.width, top + shown.height), outline="silver")
    for digit in digits:
        box = np.array(digit.proposal.box) * scale + (10 - 2, top - 2, 10 + 2, top + 2)
        colour = colour_of(digit)
        pen.rectangle(box.tolist(), outline=colour, width=2)
        place = (box[0], max(box[1], top - 6))
        pen.text(place, label_of(digit), colour, ImageFont.load_default(20), anchor="lb")
    top += shown.height + 4
    title = "The digits one by one: cut out, as the network sees it, and how probable each class is"
    if len(few) < len(digits):
        title = f"The {MOST_DIGITS} of which the network is least sure: cut out, as it sees them, "
        title += "and how probable each class is"
    pen.text((10, top), title, "black", ImageFont.load_default(14))
    for i, digit in enumerate(few):
        left = 10 + i % 3 * (WIDTH // 3)
        draw_digit(drawn, picture, digit, left, top + 30 + i // 3 * ROW)
    return drawn


def confidence_of(digit):
    return digit.confidence


def colour_of(digit):
    return UNSURE if digit.doubtful or digit.confidence < SURE_FROM else SURE


def label_of(digit):
    return f"{digit.predicted}?" if digit.doubtful else str(digit.predicted)


def draw_digit(drawn, picture, digit, left, top):
    """Draw one digit: as it is in the picture, as the network sees it, and its probabilities."""
    pen = ImageDraw.Draw(drawn)
    small = ImageFont.load_default(10)
    said = f"{label_of(digit)}  ({digit.confidence:.0%})"
    pen.text((left, top), said, colour_of(digit), ImageFont.load_default(14))
    x, y, right, bottom = digit.proposal.box
    margin = max(right - x, bottom - y) // 4
    box = (x - margin, y - margin, right + margin, bottom + margin)
    box = np.clip(box, 0, (*picture.size, *picture.size)).tolist()
    drawn.paste(ImageOps.contain(picture.crop(box), (96, 112)), (left, top + 22))
    image = Image.fromarray(digit.proposal.image).resize((112, 112), Image.Resampling.NEAREST)
    drawn.paste(image, (left + 104, top + 22))
    for c, probability in enumerate(digit.probabilities.tolist()):
        y = top + 22 + 11.2 * c
        pen.text((left + 226, y + 5), str(c), "black", small, anchor="lm")
        pen.rectangle((left + 236, y + 1, left + 236 + 80 * probability, y + 9), colour_of(digit))


def parse_arguments(arguments=None):
    """Read the command line; a wrong one ends the program with status 2 and says why."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    outputs = pathlib.Path("outputs")
    parser.add_argument(
        "pictures", nargs="+", type=pathlib.Path, help="a picture of digits, or a folder of them"
    )
    parser.add_argument(
        "--model",
        type=pathlib.Path,
        default=outputs / "model.keras",
        help="the model (default: %(default)s)",
    )
    parser.add_argument(
        "--outputs",
        type=pathlib.Path,
        default=outputs,
        help="the folder for your_digits.png (default: %(default)s)",
    )
    parser.add_argument(
        "--json", action="store_true", help="print a line of JSON for each page, for programs"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    if hasattr(sys.stdout, "reconfigure"):  # not every console has every letter
        sys.stdout.reconfigure(errors="replace", line_buffering=True)
    try:
        sys.exit(main())
    except (data.DataError, ModelError, files.FolderError) as error:
        sys.exit(f"Error: {error}")
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
