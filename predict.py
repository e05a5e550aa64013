"""Read handwritten digits from your own pictures with the network that train.py trained.

    python predict.py my_digit.png      a drawing, a scan or a photo, with one digit or many
    python predict.py --help            all options

Read it from top to bottom: find the ink, split it into digits, make each look like MNIST's, ask
the network, show. README.md explains why a picture cannot simply be shrunk to 28x28.
"""

import argparse
import json
import math
import os
import pathlib
import sys
import warnings
import zipfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from scipy import ndimage
from scipy.sparse.csgraph import connected_components

from train import CLASS_NAMES, prepare_outputs, preprocess_images, save_files

import keras  # isort: skip  (after train, which keeps TensorFlow quiet while it is imported)
from matplotlib.figure import Figure  # isort: skip

WORKING_SIDE = 1200  # larger pictures are shrunk to this many pixels: digits need no more
MOST_SHOWN = 24  # in your_digits.png
MAX_DIGITS = 200  # more blobs than this are a carpet, not handwriting
STROKE = 2.9  # how wide MNIST's strokes are, in its pixels: the median of its training set


# A picture of so many pixels that it may be an attack on the memory is refused, not only warned of.
warnings.simplefilter("error", Image.DecompressionBombWarning)


# --- Find the ink -------------------------------------------------------------------------------


def read_picture(path):
    """Return the picture in the file `path` as uint8 RGB (height, width, 3), and its scale.

    The scale says how many of the file's pixels one pixel stands for. Raises ValueError with one
    line if the file is no picture, or a broken one.
    """
    try:
        with Image.open(path) as picture:
            # A phone's photo is a JPEG, which can be decoded at a half or a quarter of its size.
            full_width = picture.width
            picture.draft("RGB", (WORKING_SIDE, WORKING_SIDE))
            if picture.mode.startswith("I") or picture.mode == "F":  # 16 or 32 bits a pixel
                values = np.asarray(picture, dtype="float64")
                span = max(np.ptp(values), 1)
                picture = Image.fromarray(((values - values.min()) * 255 / span).astype("uint8"))
            picture.thumbnail((WORKING_SIDE, WORKING_SIDE), reducing_gap=2)
            scale = full_width / picture.width
            picture = ImageOps.exif_transpose(picture)
            if picture.has_transparency_data:
                picture = on_paper(picture.convert("RGBA"))
            return np.asarray(picture.convert("RGB")), scale
    except FileNotFoundError:
        raise ValueError("there is no such file") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValueError("it has too many pixels; make it smaller") from None
    except UnidentifiedImageError:
        raise ValueError("it is not a picture, or of an unknown kind") from None
    except (OSError, SyntaxError, EOFError, ValueError, MemoryError) as error:
        raise ValueError(f"it cannot be read: {error}") from None


def on_paper(picture):
    """Return an RGBA picture laid on white or, if what was drawn is white itself, on black."""
    for paper in ("white", "black"):
        sheet = Image.new("RGBA", picture.size, paper)
        sheet.alpha_composite(picture)
        if any(low != high for low, high in sheet.convert("RGB").getextrema()):
            break
    return sheet


def find_ink(picture):
    """Return how much ink there is at each pixel, float32 (height, width): 0 is paper, 1 is ink.

    Dark ink or light ink, in any colour, on paper that may be lit unevenly. Raises ValueError if
    the picture shows no ink.
    """
    # Of all mixtures of red, green and blue, take the one that varies most (the first principal
    # component): yellow on white is pale as grey, but not in this.
    colors = picture.reshape(-1, 3).astype("float32")
    colors -= colors.mean(axis=0)
    _, directions = np.linalg.eigh(colors.T @ colors)
    grey = (colors @ directions[:, -1]).reshape(picture.shape[:2])

    # The frame of a picture is mostly paper, and so is the picture. What differs most from it is
    # ink: make it the darker.
    sides = [grey[0], grey[-1], grey[:, 0], grey[:, -1], grey]
    difference = grey - np.median([np.median(side) for side in sides])
    if np.vdot(difference * difference, difference) > 0:
        grey = -grey

    # Photos are grainy: smooth what is finer than a stroke can be.
    height, width = grey.shape
    grey = ndimage.gaussian_filter(grey, max(height, width) / 600)

    # What the paper alone would look like: fill in all that is dark and narrow (a grey closing, at
    # a small size), so that light and shadow remain. First everything narrower than a third of
    # the picture; then, knowing how wide the strokes are, little more than those.
    shrink = 128 / max(height, width, 128)
    small = resize(grey, round(height * shrink), round(width * shrink))
    narrow = max(small.shape) // 3
    _, is_ink = compare_with_paper(grey, small, narrow)
    narrow = min(narrow, 3 + round(4 * stroke_width(is_ink) * shrink))
    darkness, is_ink = compare_with_paper(grey, small, narrow)
    level = np.median(darkness[is_ink])
    is_ink = ndimage.binary_dilation(is_ink, iterations=2)
    return np.where(is_ink, np.minimum(darkness / level, 1), 0).astype("float32")


def compare_with_paper(grey, small, narrow):
    """Return how much darker than the paper each pixel of `grey` is, and a mask of what is ink.

    The paper is `small`, a reduced copy of `grey`, with all that is at most `narrow` filled in.
    Raises ValueError if nothing is dark enough.
    """
    paper = resize(ndimage.grey_closing(small, size=narrow), *grey.shape)
    darkness = np.maximum(paper - grey, 0)
    is_ink = darkness > otsu_threshold(darkness)
    is_ink &= ~lies_along_frame(is_ink)
    if not is_ink.any() or darkness[is_ink].mean() < 16:
        raise ValueError("there is no ink in it")
    return darkness, is_ink


def stroke_width(is_ink):
    """Return how wide the strokes are on average: their area by half of their outline."""
    outline = is_ink & ~ndimage.binary_erosion(is_ink)
    return 2 * is_ink.sum() / max(outline.sum(), 1)


def lies_along_frame(is_ink):
    """Return a mask of the dark things along the picture's frame: a shadow, the edge of a table.

    Of a digit, a stroke may end at the frame; it does not run along it. But if there is nothing
    else, the picture is a digit cut out so closely that it touches the frame.
    """
    frame = np.full(is_ink.shape, True)
    frame[1:-1, 1:-1] = False
    if not is_ink[frame].any():  # as in most pictures: save the time
        return np.zeros_like(is_ink)
    things, count = ndimage.label(is_ink, structure=np.ones((3, 3)))
    along = np.bincount(things[frame], minlength=count + 1) > 2.5 * stroke_width(is_ink)
    along[0] = False
    area = np.bincount(things.ravel(), minlength=count + 1)
    area[0] = 0
    if area[~along].max() < 0.02 * area[along].max(initial=0):
        along[:] = False
    return along[things]


def resize(values, height, width, resample=Image.Resampling.BILINEAR):
    """Return a 2-D array resized to (height, width), each pixel averaged over what it covers."""
    image = Image.fromarray(np.asarray(values, dtype="float32"))
    return np.asarray(image.resize((max(width, 1), max(height, 1)), resample))


def otsu_threshold(values):
    """Return the whole number that best separates `values`, none negative, into two groups.

    N. Otsu, A threshold selection method from gray-level histograms, 1979.
    """
    counts = np.bincount(values.astype(int).ravel()).astype(float)
    below, total = np.cumsum(counts), np.cumsum(counts * np.arange(len(counts)))
    above = below[-1] - below
    gap = total / below - (total[-1] - total) / np.maximum(above, 1)
    return np.argmax(below * above * gap**2)


# --- Split it into digits -----------------------------------------------------------------------


def split_digits(ink):
    """Return the digits in `ink`, as `find_ink` gives it: left to right, row by row.

    Each is a pair: its box, an int array (left, top, right, bottom), and its own ink, cut out.
    Raises ValueError if nothing in the picture looks like digits.
    """
    is_ink = ink > 0.5
    strokes, count = ndimage.label(is_ink, structure=np.ones((3, 3)))
    if count == 0:
        raise ValueError("there is no ink in it")
    slices = ndimage.find_objects(strokes)
    boxes = np.array([(x.start, y.start, x.stop, y.stop) for y, x in slices])
    widths, heights = (boxes[:, 2:] - boxes[:, :2]).T

    # Specks are small in both directions, compared with the tallest stroke; ruled lines are wide.
    tallest = heights.max()
    specks = np.maximum(widths, heights) < 0.15 * tallest
    kept = ~specks & (widths < 3 * tallest)
    area = np.bincount(strokes.ravel())[1:]
    if kept.sum() > 2 * MAX_DIGITS or area[specks].sum() > area[kept].sum():
        raise ValueError("no digits were found, only a pattern of many small things")

    digits = []
    kept = np.flatnonzero(kept)
    for group in join_strokes(boxes[kept], strokes, is_ink, kept, tallest):
        members = kept[group]
        box = np.concatenate([boxes[members, :2].min(axis=0), boxes[members, 2:].max(axis=0)])
        left, top, right, bottom = box
        own = np.isin(strokes[top:bottom, left:right], members + 1)
        _, holes = ndimage.label(np.pad(~own, 1, constant_values=True))
        if len(members) + holes > 12:  # an 8 has two holes: this is a weave, a carpet
            raise ValueError("no digits were found, only a pattern of many small things")
        digits.append((box, ink[top:bottom, left:right] * ndimage.binary_dilation(own)))
    heights = np.array([bottom - top for (_, top, _, bottom), _ in digits])
    widths = np.array([right - left for (left, _, right, _), _ in digits])
    is_digit = (heights > 0.35 * heights.max()) & (widths < 3 * heights)
    if not is_digit.any() or is_digit.sum() > MAX_DIGITS:
        raise ValueError("no digits were found")
    return in_reading_order([digit for digit, good in zip(digits, is_digit, strict=True) if good])


def join_strokes(boxes, strokes, is_ink, kept, tallest):
    """Return which strokes belong to one digit, as a list of arrays of indices into `boxes`."""
    left, top, right, bottom = boxes.T
    width, height = right - left, bottom - top

    def overlap(low, high):
        return np.minimum.outer(high, high) - np.maximum.outer(low, low)

    # One above the other, close, and at least one of them no digit by itself: the bar of a 5.
    above = overlap(left, right) > 0.4 * np.minimum.outer(width, width)
    near = -overlap(top, bottom) < 0.25 * tallest
    partial = np.minimum.outer(height, height) < 0.6 * tallest
    joined = above & near & partial
    # So near that the pen was hardly lifted: the two halves of a broken stroke.
    reach = 2 * int(0.4 * stroke_width(is_ink)) + 1
    if reach > 1:
        blots, _ = ndimage.label(ndimage.maximum_filter(is_ink, size=reach), np.ones((3, 3)))
        blot = np.zeros(strokes.max() + 1, dtype=int)
        blot[strokes] = blots  # all pixels of a stroke lie in the same blot
        blot = blot[kept + 1]
        joined |= np.equal.outer(blot, blot)
    count, group = connected_components(joined, directed=False)
    return [np.flatnonzero(group == number) for number in range(count)]


def in_reading_order(digits):
    """Return `digits`, pairs of a box and anything, sorted left to right within their rows."""
    rows = []
    for digit in sorted(digits, key=lambda digit: digit[0][0]):
        _, top, _, bottom = digit[0]

        def shared(row, top=top, bottom=bottom):
            _, row_top, _, row_bottom = row[-1][0]  # the row's last digit: a line may climb or sink
            height = min(bottom, row_bottom) - max(top, row_top)
            return height / min(bottom - top, row_bottom - row_top)

        best = max(rows, key=shared, default=None)
        if best is not None and shared(best) > 0.4:
            best.append(digit)
        else:
            rows.append([digit])
    rows.sort(key=lambda row: np.mean([box[1] + box[3] for box, _ in row]))
    return [digit for row in rows for digit in row]


# --- Make each look like MNIST's ----------------------------------------------------------------


def normalize(ink):
    """Turn one digit's ink, float (height, width) in [0, 1], into a picture as MNIST has them.

    Returns uint8 (28, 28), white ink on black: fitted into 20x20 with its proportions kept, its
    strokes about as wide as MNIST's, anti-aliased, and its centre of mass in the middle (LeCun,
    Bottou, Bengio and Haffner, 1998, section III.A).
    """
    # Large first, and black and white, so that shapes can be measured and strokes changed finely.
    large = 100
    shape = large * np.array(ink.shape) / max(ink.shape)
    ink = resize(np.pad(ink, 1), *(np.maximum(np.round(shape), 1).astype(int)))
    is_ink = np.pad(ink > 0.5, large // 4)
    if not is_ink.any():
        is_ink = np.pad(ink > ink.max() / 2, large // 4)
    depth = ndimage.distance_transform_edt(is_ink)
    width = 4 * depth[is_ink].mean()
    # Growing by r makes a stroke of `width` 2r wider, and the digit, which is then fitted into 20
    # pixels, 2r larger: solve 20 (width + 2r) = STROKE (large + 2r).
    r = (STROKE * large - 20 * width) / (40 - 2 * STROKE)
    if r > 0:
        is_ink = ndimage.distance_transform_edt(~is_ink) <= r
    else:
        is_ink = depth > max(-r, 0)
    rows, columns = np.flatnonzero(is_ink.any(axis=1)), np.flatnonzero(is_ink.any(axis=0))
    is_ink = is_ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]

    shape = 20 * np.array(is_ink.shape) / max(is_ink.shape)
    small = resize(is_ink, *np.maximum(np.round(shape), 1).astype(int), Image.Resampling.BOX)
    picture = np.zeros((28, 28), dtype="float32")
    corner = np.round(14 - np.array(ndimage.center_of_mass(small))).astype(int)
    top, left = np.clip(corner, 0, 28 - np.array(small.shape))
    picture[top : top + small.shape[0], left : left + small.shape[1]] = small
    return np.round(picture * 255).astype("uint8")


# --- Ask the network ----------------------------------------------------------------------------


def load_model(path):
    """Load a model that train.py saved; raise SystemExit with one line if it is none for digits."""
    if not path.exists():
        sys.exit(f"Error: there is no model {path} yet. Run this first: python train.py")
    if not zipfile.is_zipfile(path):
        sys.exit(f"Error: {path} is no Keras model. Run python train.py to make one.")
    try:
        # In safe mode Keras refuses a file that brings code of its own, such as a Lambda layer.
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # noqa: BLE001  whatever is wrong in the file, it is not used
        reason = str(error).strip().splitlines()[0]
        sys.exit(f"Error: {path} is no model that can be loaded safely: {reason}")
    if model.name == "clothes":
        sys.exit(f"Error: {path} was trained on clothes. Train one on digits: python train.py")
    if model.input_shape != (None, 28 * 28) or model.output_shape != (None, 10):
        sys.exit(
            f"Error: {path} takes {model.input_shape} and answers {model.output_shape}, not "
            "(None, 784) and (None, 10). Use a model that train.py saved."
        )
    return model


def read_digits(path):
    """Find the digits in one picture: a list of (box, piece, image) in reading order, or an error.

    The box is [left, top, right, bottom] in the file's own pixels (of an upright photo), the piece
    a small RGB picture of the digit and its surroundings, the image uint8 (28, 28) for the network.
    """
    try:
        if path.is_dir():
            raise ValueError("there are no pictures in this folder")
        picture, scale = read_picture(path)
        digits = []
        for box, ink in split_digits(find_ink(picture)):
            left, top, right, bottom = box
            margin = max(right - left, bottom - top) // 4
            piece = Image.fromarray(
                picture[
                    max(top - margin, 0) : bottom + margin, max(left - margin, 0) : right + margin
                ]
            )
            piece.thumbnail((84, 84))
            box = [round(edge * scale) for edge in box.tolist()]
            digits.append((box, np.asarray(piece), normalize(ink)))
        return digits
    except ValueError as error:
        return error


# --- Show ---------------------------------------------------------------------------------------


def draw_digits(digits):
    """Draw for each (name, piece, image, probabilities) how its digit was read, three to a row."""
    columns = min(3, len(digits))
    rows = math.ceil(len(digits) / columns)
    figure = Figure(figsize=(max(4 * columns, 6.5), 1.9 * rows + 0.5), layout="constrained")
    figure.suptitle("Your picture, what the network sees of it, and how sure it is")
    grid = figure.subplots(rows, 3 * columns, squeeze=False).reshape(-1, 3)
    for axes in grid[len(digits) :].flat:
        axes.axis("off")
    for (picture, seen, bars), (name, piece, image, probabilities) in zip(grid, digits):
        picture.imshow(piece)
        picture.set_title(name if len(name) < 18 else f"...{name[-15:]}", fontsize=8)
        seen.imshow(image, cmap="gray", vmin=0, vmax=255)
        seen.set_title(f"read as {probabilities.argmax()} ({probabilities.max():.0%})", fontsize=9)
        for axes in (picture, seen):
            axes.set_xticks([])
            axes.set_yticks([])
        bars.barh(range(10), probabilities, color="tab:orange")
        bars.set_yticks(range(10), CLASS_NAMES["digits"], fontsize=7)
        bars.set_xticks([0, 1], ["0", "1"], fontsize=7)
        bars.set_xlim(0, 1)
        bars.invert_yaxis()
    return figure


def find_files(paths):
    """Return the picture files that the command line names: a folder stands for all in it.

    A folder without pictures stays in the list, as an error of its own.
    """
    files = []
    for path in paths:
        if path.is_dir():
            known = Image.registered_extensions()
            inside = sorted(file for file in path.iterdir() if file.suffix.lower() in known)
            files += inside or [path]
        else:
            files.append(path)
    return files


def parse_arguments(arguments=None):
    """Read the command line; a wrong one ends the program with status 2 and says why."""
    parser = argparse.ArgumentParser(description="Read handwritten digits from your own pictures.")
    parser.add_argument(
        "pictures",
        nargs="+",
        type=pathlib.Path,
        metavar="PICTURE",
        help="a picture with one digit or many, or a folder of pictures",
    )
    parser.add_argument(
        "--model",
        type=pathlib.Path,
        default=pathlib.Path("outputs/model.keras"),
        metavar="FILE",
        help="a model that train.py saved (default: %(default)s)",
    )
    parser.add_argument(
        "--outputs",
        type=pathlib.Path,
        default=pathlib.Path("outputs"),
        metavar="DIR",
        help="the folder for your_digits.png, which shows what was read (default: %(default)s)",
    )
    parser.add_argument(
        "--json", action="store_true", help="print one line of JSON for each picture, for programs"
    )
    return parser.parse_args(arguments)


def main():
    """Find the digits in all pictures, ask the network once about all of them, and show."""
    args = parse_arguments()
    prepare_outputs(args.outputs)
    model = load_model(args.model)
    files = find_files(args.pictures)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        readings = list(pool.map(read_digits, files))

    images = [image for digits in readings if isinstance(digits, list) for _, _, image in digits]
    answers = np.zeros((0, 10))
    if images:
        answers = model.predict(preprocess_images(np.stack(images)), batch_size=128, verbose=0)
    if not np.allclose(answers.sum(axis=1), 1, atol=0.01):
        sys.exit(f"Error: {args.model} does not answer in probabilities. Use one of train.py's.")
    answers = iter(answers)
    shown, failed = [], False
    for file, digits in zip(files, readings, strict=True):
        if isinstance(digits, ValueError):
            failed = True
            print(f"{file}: {digits}", file=sys.stderr)
            if args.json:
                print(json.dumps({"file": str(file), "error": str(digits)}))
            continue
        probabilities = [next(answers) for _ in digits]
        text = "".join(str(answer.argmax()) for answer in probabilities)
        sure = [float(answer.max()) for answer in probabilities]
        boxes = [box for box, _, _ in digits]
        if args.json:
            line = {"file": str(file), "digits": text, "confidence": sure, "boxes": boxes}
            print(json.dumps(line))
        else:
            print(f"{file}: {text} ({', '.join(f'{share:.0%}' for share in sure)} sure)")
        for (_, piece, image), answer in zip(digits, probabilities, strict=True):
            shown.append((file.name, piece, image, answer))

    if shown:
        if len(shown) > MOST_SHOWN:  # the doubtful ones are those to look at
            shown = sorted(shown, key=lambda digit: digit[3].max())[:MOST_SHOWN]
        save_files(args.outputs, {"your_digits.png": draw_digits(shown).savefig})
        if not args.json:
            print(f"Look at {args.outputs / 'your_digits.png'} to see what the network saw.")
    return 1 if failed else 0


if __name__ == "__main__":
    if hasattr(sys.stdout, "reconfigure"):  # not every console has every letter
        sys.stdout.reconfigure(errors="replace", line_buffering=True)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
