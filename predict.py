"""Read handwritten digits from your own pictures with the network that train.py trained.

    python predict.py my_digit.png      a drawing, a scan or a photo, with one digit or many
    python predict.py --help            all options

Read it from top to bottom: find the ink, split it into what may be digits, make each look like
MNIST's, ask the network, show. README.md says why a picture cannot simply be shrunk to 28x28.
"""

import argparse
import itertools
import json
import math
import multiprocessing
import os
import pathlib
import signal
import sys
import warnings
import zipfile
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor

import numpy as np
from PIL import Image, ImageOps
from scipy import ndimage

# Keras, and train.py with it, are imported where they are used: they take seconds, and the
# processes that only look for digits need neither.

FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")  # none starts a program
HEIC = (".heic", ".heif")  # what iPhones write, and Pillow cannot read
WORKING_SIDE = 1200  # larger pictures are shrunk to this many pixels: digits need no more
MANY_FILES = 50  # so many are worth starting processes for, which takes about a second
MOST_PROCESSES = 4  # each may hold a picture of 89 million pixels
MOST_SHOWN = 24  # in your_digits.png

# Judgements, each with its reason.
LEAST_CONTRAST = 10  # of 255, between ink and paper: the grain of a blank sheet has less
EVEN_PAPER = 10  # of 255: where the paper's brightness varies no more, the light is even
NARROW = (1 / 3, 1 / 6, 1 / 12, 1 / 24)  # of the picture's side: strokes are narrower than one
SHARP = (0.2, 2)  # what an outline's pixels differ by, in contrasts: less is soft, like a shadow
AS_SHARP = 0.9  # of the best score: how good a wider closing must be; it loses no thick strokes
BLOT = 0.25  # of its own length: a thing that is wider is no stroke
GRAINY = 2  # strokes that become so much wider where their holes are closed are pencil
MOST_INK = 0.6  # of the picture: where there is more, it is a pattern
SPECK = 0.15  # of the tallest stroke: what is smaller, in both directions, is dirt or a comma
LINE = 3  # times as wide as the tallest stroke is high: a ruled line
SMALL = 0.35  # of the tallest piece: what is lower is no digit, but may belong to one
PART = 0.6  # of the tallest stroke: what is lower may belong to what is above or below it
NEAR = 0.25  # of the height: the strokes of one digit are no farther from each other
TOGETHER = 2.1  # odds of two neighbours to be one digit: fitted to MNIST's training digits
TWO_STROKES = (4, 5)  # what people write in two strokes side by side
MOST_DIGITS = 200  # in one picture: more are a carpet, not handwriting
MOST_HOLES = 10  # in one piece: an 8 has two, a weave has many
MNIST_STROKE = 2.9  # how wide MNIST's strokes are, in its pixels: the median of its training set

EIGHT = np.ones((3, 3))  # pixels that touch at a corner belong together
PATTERN = "no digits were found, only a pattern of many small things; show less of what is around"

# A picture of so many pixels that it may be an attack on the memory is refused, not only warned of.
warnings.simplefilter("error", Image.DecompressionBombWarning)


class PictureError(Exception):
    """A picture cannot be read, or shows no digits; the text is one line that says why."""


# --- Find the ink -------------------------------------------------------------------------------
def read_picture(path):
    """Return the picture in the file `path` as uint8 RGB (height, width, 3), and its scale.

    The scale says how many of the file's pixels one pixel stands for. Raises PictureError if the
    file is no picture, or a broken one.
    """
    try:
        picture = Image.open(path, formats=FORMATS)
        full_width = picture.width
        # A phone's photo is a JPEG, which can be decoded at a half or a quarter of its size.
        picture.draft("RGB", (WORKING_SIDE, WORKING_SIDE))
        picture.load()
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError("it has too many pixels; make it smaller") from None
    except Exception as error:  # noqa: BLE001  a broken file fails in many ways
        reason = f"it cannot be read: {' '.join(str(error).split()) or type(error).__name__}"
        if isinstance(error, FileNotFoundError):
            reason = "there is no such file"
        elif path.suffix.lower() in HEIC:
            reason = "it is HEIC, an iPhone's format that cannot be read here; save it as JPEG"
        elif isinstance(error, Image.UnidentifiedImageError):
            reason = "it is not a picture, or of an unknown kind; save it as PNG or JPEG"
        raise PictureError(reason) from None
    if picture.mode.startswith("I") or picture.mode == "F":  # 16 or 32 bits a pixel
        values = np.nan_to_num(np.asarray(picture, dtype="float64"))
        values = (values - values.min()) * 255 / max(np.ptp(values), 1)
        picture = Image.fromarray(values.astype("uint8"))
    picture.thumbnail((WORKING_SIDE, WORKING_SIDE), reducing_gap=2)
    scale = full_width / picture.width
    picture = ImageOps.exif_transpose(picture)
    if picture.has_transparency_data:  # lay it on white or, if it is white itself, on black
        drawn = picture.convert("RGBA")
        for paper in ("white", "black"):
            picture = Image.new("RGBA", drawn.size, paper)
            picture.alpha_composite(drawn)
            if np.ptp(np.asarray(picture), axis=(0, 1)).any():
                break
    return np.asarray(picture.convert("RGB")), scale


def find_ink(picture):
    """Return how much ink there is at each pixel, float32 (height, width): 0 is paper, 1 is ink.

    Dark ink or light ink, in any colour, on paper that may be lit unevenly; pencil as well, whose
    strokes are full of holes. Raises PictureError if the picture shows no ink.
    """
    grey = to_grey(picture)
    height, width = grey.shape
    if max(height, width) > 600:  # photos are grainy: smooth what is finer than a stroke can be
        grey = ndimage.gaussian_filter(grey, max(height, width) / 600)

    # What the paper alone would look like: fill in all that is dark and narrow (a grey closing, at
    # a small size), so that light and shadow remain. How narrow? In uneven light, try, and dark
    # ink before light ink: where shadows or gaps pass for ink, its outline is less sharp.
    shrink, step = min(1, 128 / max(height, width)), math.ceil(max(height, width) / 400)
    sampled = grey[::step, ::step]
    edges = ndimage.maximum_filter(sampled, 3) - ndimage.minimum_filter(sampled, 3)
    tries = []
    for dark, share in itertools.product((grey, 255 - grey), NARROW):
        small = resize(dark, round(height * shrink), round(width * shrink))
        paper = ndimage.grey_closing(small, size=max(3, round(share * max(small.shape))))
        darkness, is_ink = compare_with_paper(dark[::step, ::step], paper)
        outline = edges[outline_of(is_ink)]
        sharp = outline.size and SHARP[0] < outline.mean() / darkness[is_ink].mean() < SHARP[1]
        tries.append((sharp * outline.sum() / max(outline.size, 1) ** (2 / 3), dark, paper))
        if len(tries) == 1 and np.ptp(paper) <= EVEN_PAPER:
            break
    best = max(score for score, _, _ in tries)
    _, dark, paper = next(one for one in tries if one[0] >= AS_SHARP * best)
    if len(tries) > 1 or step > 1:
        darkness, is_ink = compare_with_paper(dark, paper)
    if not best or not is_ink.any() or darkness[is_ink].mean() < LEAST_CONTRAST:
        raise PictureError("there is no ink in it; write darker, or take a sharper picture")

    # Pencil: close the holes, as long as that makes the strokes much wider.
    while (holes := ndimage.label(~is_ink)[1]) > MOST_HOLES:
        size = 2 * math.ceil(stroke_width(is_ink) / 2) + 1
        closed = ndimage.minimum_filter(ndimage.maximum_filter(is_ink, size), size)
        wider = stroke_width(closed)
        if wider < GRAINY * stroke_width(is_ink) or ndimage.label(~closed)[1] > holes / 2:
            break
        if closed.mean() > MOST_INK:
            raise PictureError(PATTERN)
        is_ink, darkness = closed, ndimage.gaussian_filter(darkness.astype("float32"), wider / 5)
    level = np.median(darkness[is_ink])
    is_ink = ndimage.maximum_filter(is_ink, 5)  # with the outline's paler pixels
    return np.where(is_ink, np.minimum(darkness / np.float32(level), 1), np.float32(0))


def to_grey(picture):
    """Return an RGB picture as uint8 (height, width), its ink darker than its paper."""
    # Of all mixtures of red, green and blue, take the one that varies most (the first principal
    # component): yellow on white is pale as grey, but not in this.
    colors = picture.reshape(-1, 3)[:: math.ceil(picture.size / 30_000)].astype("float32")
    colors -= colors.mean(axis=0)
    _, directions = np.linalg.eigh(colors.T @ colors)
    mixture = directions[:, -1] / np.abs(directions[:, -1]).sum()
    # Most is paper, so that ink is what differs most from the mean: make it the darker.
    mixture *= -1 if ((colors @ mixture) ** 3).sum() > 0 else 1
    offset = -255 * mixture[mixture < 0].sum()
    return np.asarray(Image.fromarray(picture).convert("L", (*mixture, offset)))


def compare_with_paper(grey, paper):
    """Return how much darker than the paper each pixel is, uint8, and a mask of what is ink."""
    paper = resize(paper, *grey.shape)
    darkness = np.maximum(paper, grey) - grey
    return darkness, without_frame(darkness > otsu_threshold(darkness))


def otsu_threshold(values):
    """Return what best separates uint8 `values` into those up to it, and others (N. Otsu, 1979)."""
    counts = np.array(Image.fromarray(values).histogram(), dtype=float)
    below, total = np.cumsum(counts), np.cumsum(counts * np.arange(256))
    above = below[-1] - below
    gap = total / np.maximum(below, 1) - (total[-1] - total) / np.maximum(above, 1)
    return np.argmax(below * above * gap**2)


def outline_of(is_ink):
    """Return a mask of the ink's outermost pixels."""
    return is_ink & ~ndimage.binary_erosion(is_ink)


def stroke_width(is_ink):
    """Return how wide the strokes are on average: their area by half of their outline."""
    return 2 * is_ink.sum() / max(outline_of(is_ink).sum(), 1)


def without_frame(is_ink):
    """Return the mask without what lies along the picture's frame: a shadow, a table's edge.

    Of a digit, a stroke may end at the frame or even run along it, but more of it lies elsewhere.
    If there is nothing else, the picture is a digit cut out so closely that it touches the frame.
    """
    frame = np.full(is_ink.shape, True)
    frame[1:-1, 1:-1] = False
    if not is_ink[frame].any():  # as in most pictures: save the time
        return is_ink
    things, count = ndimage.label(is_ink, EIGHT)
    masks = (is_ink, outline_of(is_ink), frame)
    area, outline, touching = (np.bincount(things[m], minlength=count + 1)[1:] for m in masks)
    lengths = [max(y.stop - y.start, x.stop - x.start) for y, x in ndimage.find_objects(things)]
    along = touching > 2.5 * stroke_width(is_ink)
    blots = along & (2 * area > BLOT * outline * lengths)
    along &= touching > 0.8 * np.array(lengths)
    if area[~along & ~blots].sum() < 0.02 * area[along].sum():
        along[:] = False
    return is_ink & ~np.isin(things, 1 + np.flatnonzero(along | blots))


def resize(values, height, width, resample=Image.Resampling.BILINEAR):
    """Return a 2-D array resized to (height, width), each pixel averaged over what it covers."""
    return np.asarray(Image.fromarray(values).resize((max(width, 1), max(height, 1)), resample))


# --- Split it into what may be digits -----------------------------------------------------------
def propose_digits(ink):
    """Return what may be digits in `ink`, left to right, row by row: (first, stop, odds, box, ink).

    The ink falls into pieces. A proposal is made of the pieces from `first` to `stop` - 1: one
    piece, unless that is too small, or two that stand so close that they may be strokes of one
    digit. The network decides between them (LeCun et al., 1998, section V); `odds` is the logarithm
    of how likely they are one digit by their shapes alone. The box is an int array (left, top,
    right, bottom). Raises PictureError if there are no digits, or too many.
    """
    strokes, _ = ndimage.label(ink > 0.5, EIGHT)
    slices = ndimage.find_objects(strokes)
    boxes = np.array([(x.start, y.start, x.stop, y.stop) for y, x in slices])
    widths, heights = (boxes[:, 2:] - boxes[:, :2]).T
    specks = np.maximum(widths, heights) < SPECK * heights.max()
    kept = ~specks & (widths < LINE * heights.max())
    area = np.bincount(strokes.ravel())[1:]
    if not 0 < kept.sum() <= 2 * MOST_DIGITS or area[specks].sum() > area[kept].sum():
        raise PictureError(PATTERN)

    def cut_out(members):
        """Return the box around some strokes, and their ink in it."""
        box = np.concatenate([boxes[members, :2].min(axis=0), boxes[members, 2:].max(axis=0)])
        rows, columns = slice(box[1], box[3]), slice(box[0], box[2])
        own = np.isin(strokes[rows, columns], np.array(members) + 1)
        holes, _ = ndimage.label(np.pad(~own, 1, constant_values=True))
        # A hole that is smaller than the stroke is wide is no hole.
        if (np.bincount(holes.ravel())[2:] > stroke_width(own) ** 2 / 2).sum() > MOST_HOLES:
            raise PictureError(PATTERN)
        return box, ink[rows, columns] * ndimage.maximum_filter(own, 3)

    pieces = in_reading_order(join_strokes(boxes, np.flatnonzero(kept)), boxes)
    cut = [cut_out(members) for members in pieces]
    highest = max(bottom - top for (_, top, _, bottom), _ in cut)
    proposals = []
    for first, (box, own) in enumerate(cut):
        width, height = box[2:] - box[:2]
        if height > SMALL * highest and width < LINE * height:
            proposals.append((first, first + 1, 0, box, own))
        for other, _ in cut[first + 1 : first + 2]:
            gap = (np.maximum(box[:2], other[:2]) - np.minimum(box[2:], other[2:])).max()
            both_width, both_height = np.maximum(box, other)[2:] - np.minimum(box, other)[:2]
            if gap < NEAR * both_height and both_width < 1.5 * both_height:
                # Digits side by side are about equally high, and together wider than one.
                lower = min(height, other[3] - other[1])
                odds = TOGETHER - (both_width / 2 + 2 * lower) / both_height
                both = cut_out([*pieces[first], *pieces[first + 1]])
                proposals.append((first, first + 2, odds, *both))
    if not proposals or len(pieces) > MOST_DIGITS:
        raise PictureError("no digits were found; write them larger, or show less around them")
    return proposals


def join_strokes(boxes, kept):
    """Return which of the strokes `kept` are surely of one piece, as lists of indices."""
    left, top, right, bottom = boxes[kept].T
    narrower = np.minimum.outer(right - left, right - left)
    lower = np.minimum.outer(bottom - top, bottom - top)
    shared = np.minimum.outer(right, right) - np.maximum.outer(left, left)
    gap = np.maximum.outer(top, top) - np.minimum.outer(bottom, bottom)
    # One above the other, close, and at least one of them no digit by itself: the bar of a 5.
    tallest = lower.max()
    joined = (shared > 0.4 * narrower) & (gap < NEAR * tallest) & (lower < PART * tallest)
    joined = np.linalg.matrix_power(joined | np.eye(len(kept), dtype=bool), len(kept))
    return [kept[group].tolist() for group in np.unique(joined, axis=0)]


def in_reading_order(pieces, boxes):
    """Return `pieces`, lists of indices into `boxes`, sorted left to right within their rows."""
    rows, spans = [], {}
    for piece in sorted(pieces, key=lambda piece: boxes[piece, 0].min()):
        spans[piece[0]] = top, bottom = boxes[piece, 1].min(), boxes[piece, 3].max()
        for row in rows:
            high, low = spans[row[-1][0]]  # of the row's last piece: a line may climb or sink
            if min(bottom, low) - max(top, high) > 0.4 * min(bottom - top, low - high):
                row.append(piece)
                break
        else:
            rows.append([piece])
    rows.sort(key=lambda row: np.mean([spans[piece[0]] for piece in row]))
    return [piece for row in rows for piece in row]


# --- Make each look like MNIST's ----------------------------------------------------------------
def normalize(ink):
    """Turn one digit's ink, float (height, width) in [0, 1], into an image as MNIST has them.

    Returns uint8 (28, 28), white ink on black: fitted into 20x20 with its proportions kept, its
    strokes about as wide as MNIST's, anti-aliased, and its centre of mass in the middle (LeCun,
    Bottou, Bengio and Haffner, 1998, section III.A).
    """
    # Large first, and black and white, so that shapes can be measured and strokes changed finely.
    large = 100
    shape = large * np.array(ink.shape) / max(ink.shape)
    ink = resize(np.pad(ink, 1), *(np.maximum(np.round(shape), 1).astype(int)))
    is_ink = np.pad(ink > min(0.5, ink.max() / 2), large // 8)
    depth = ndimage.distance_transform_edt(is_ink)
    width = 4 * depth[is_ink].mean()
    # Growing by r makes a stroke of `width` 2r wider, and the digit, which is then fitted into 20
    # pixels, 2r larger: solve 20 (width + 2r) = MNIST_STROKE (large + 2r).
    r = (MNIST_STROKE * large - 20 * width) / (40 - 2 * MNIST_STROKE)
    is_ink = ndimage.distance_transform_edt(~is_ink) <= r if r > 0 else depth > -r
    [box] = ndimage.find_objects(is_ink.astype(int))
    is_ink = is_ink[box].astype("float32")

    shape = 20 * np.array(is_ink.shape) / max(is_ink.shape)
    small = resize(is_ink, *np.maximum(np.round(shape), 1).astype(int), Image.Resampling.BOX)
    image = np.zeros((28, 28), dtype="float32")
    corner = np.round(14 - np.array(ndimage.center_of_mass(small))).astype(int)
    top, left = np.clip(corner, 0, 28 - np.array(small.shape))
    image[top : top + small.shape[0], left : left + small.shape[1]] = small
    return np.round(image * 255).astype("uint8")


def read_digits(path):
    """Propose digits in one picture: a list of (first, stop, odds, box, piece, image), or an error.

    The first three are as `propose_digits` gives them. The box is [left, top, right, bottom] in the
    file's own pixels (of an upright photo), the piece a small RGB picture of the digit and its
    surroundings, the image uint8 (28, 28) for the network.
    """
    try:
        if path.is_dir():
            raise PictureError("there are no pictures in this folder")
        picture, scale = read_picture(path)
        proposals = []
        for first, stop, odds, box, ink in propose_digits(find_ink(picture)):
            left, top, right, bottom = box
            margin = max(right - left, bottom - top) // 4
            rows = slice(max(top - margin, 0), bottom + margin)
            piece = Image.fromarray(picture[rows, max(left - margin, 0) : right + margin])
            piece.thumbnail((84, 84))
            box = [round(edge * scale) for edge in box.tolist()]
            proposals.append((first, stop, odds, box, np.asarray(piece), normalize(ink)))
        return proposals
    except PictureError as error:
        return error


# --- Ask the network ----------------------------------------------------------------------------
def load_model(path):
    """Load a model that train.py saved; raise SystemExit with one line if it is none for digits."""
    import keras

    try:
        # In safe mode Keras refuses a file that brings code of its own, such as a Lambda layer.
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # noqa: BLE001  whatever is wrong in the file, it is not used
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        sys.exit(f"Error: {path} is no model that can be loaded safely: {reason}")
    if model.name == "clothes":
        sys.exit(f"Error: {path} was trained on clothes. Train one on digits: python train.py")
    if model.input_shape != (None, 28 * 28) or model.output_shape != (None, 10):
        shapes = f"{model.input_shape} and {model.output_shape}, not (None, 784) and (None, 10)"
        sys.exit(f"Error: {path} takes and answers {shapes}. Use a model that train.py saved.")
    return model


def surest_digits(proposals, answers):
    """Return (box, piece, image, probabilities) of the digits that the network is surest of.

    Each piece of a picture is used once, alone or together with its neighbour: of all ways to do
    so the likeliest, found piece by piece (dynamic programming).
    """
    ways = [(0, [])]  # the likeliest way to read the first 0, 1, 2... pieces: how likely, and what
    for here in range(1, proposals[-1][1] + 1):
        found = {here - 1: ways[-1]}  # without a piece that is too small for a digit
        for (first, stop, odds, *digit), answer in zip(proposals, answers, strict=True):
            if stop == here:
                likely = ways[first][0] + odds + np.log(answer.max())
                if stop - first > 1 and answer.argmax() not in TWO_STROKES:
                    likely -= 1
                found[first] = (likely, [*ways[first][1], (*digit, answer)])
        ways.append(max(found.values(), key=lambda way: way[0]))
    return ways[-1][1]


# --- Show ---------------------------------------------------------------------------------------
def draw_digits(digits):
    """Draw for each (name, piece, image, probabilities) how its digit was read, three to a row."""
    from matplotlib.figure import Figure

    # All are put together into one large image: that is drawn much faster than many small ones.
    columns = min(3, len(digits))
    rows, height, width = math.ceil(len(digits) / columns), 112, 300
    sheet = np.full((rows * height, columns * width, 3), 255, dtype="uint8")
    figure = Figure(figsize=(max(4 * columns, 6.5), 1.5 * rows + 0.5))
    figure.suptitle("Your picture, what the network sees of it, and how sure it is")
    axes = figure.add_axes((0.01, 0, 0.98, 1 - 0.5 / figure.get_figheight()))
    axes.axis("off")
    for i, (name, piece, image, probabilities) in enumerate(digits):
        top, left = i // columns * height + 18, i % columns * width + 8
        for x, shown in ((left, piece), (left + 100, image[..., None])):
            factor = 84 // max(shown.shape[:2])
            shown = shown.repeat(factor, axis=0).repeat(factor, axis=1)
            sheet[top : top + len(shown), x : x + shown.shape[1]] = shown
        said = f"predicted: {probabilities.argmax()} ({probabilities.max():.0%})"
        axes.text(left, top - 3, name if len(name) < 18 else f"...{name[-15:]}", fontsize=8)
        axes.text(left + 100, top - 3, said, fontsize=9)
        y = top + 8.4 * np.arange(10) + 4
        axes.barh(y, 70 * probabilities, 7, left + 208, color="tab:orange")
        for digit in range(10):
            axes.text(left + 196, y[digit], digit, fontsize=7, va="center_baseline")
    axes.imshow(sheet)
    return figure


def find_files(paths):
    """Return the picture files that the command line names: a folder stands for all in it.

    A folder without pictures stays in the list, as an error of its own.
    """
    kinds = Image.registered_extensions()
    known = {suffix for suffix in kinds if kinds[suffix] in FORMATS}.union(HEIC)
    files = []
    for path in paths:
        inside = sorted(path.iterdir()) if path.is_dir() else []
        files += [file for file in inside if file.suffix.lower() in known] or [path]
    return files


def parse_arguments(arguments=None):
    """Read the command line; a wrong one ends the program with status 2 and says why."""
    parser = argparse.ArgumentParser(description="Read handwritten digits from your own pictures.")
    add, outputs = parser.add_argument, pathlib.Path("outputs")
    picture = "a picture with one digit or many, or a folder of pictures"
    add("pictures", nargs="+", type=pathlib.Path, metavar="PICTURE", help=picture)
    model = "a model that train.py saved (default: %(default)s)"
    add("--model", type=pathlib.Path, default=outputs / "model.keras", metavar="FILE", help=model)
    folder = "the folder for your_digits.png, which shows what was read (default: %(default)s)"
    add("--outputs", type=pathlib.Path, default=outputs, metavar="DIR", help=folder)
    add("--json", action="store_true", help="print a line of JSON for each picture, for programs")
    return parser.parse_args(arguments)


def main():
    """Find the digits in all pictures, ask the network once about all of them, and show."""
    args = parse_arguments()
    if not zipfile.is_zipfile(args.model):
        sys.exit(f"Error: {args.model} is no model. Run this first, to make one: python train.py")
    files = find_files(args.pictures)
    if len(files) < MANY_FILES:
        return show(args, files, map(read_digits, files))
    # Processes, since Python's threads would take turns. Ctrl-C is for this one to handle: the
    # others ignore it, from their first moment where that can be inherited (not on Windows).
    processes = min(multiprocessing.cpu_count(), MOST_PROCESSES)
    ignore, spawn = (signal.SIGINT, signal.SIG_IGN), multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, spawn, signal.signal, ignore)
    handler = signal.signal(*ignore)
    readings = pool.map(read_digits, files, chunksize=8)
    signal.signal(signal.SIGINT, handler)
    try:
        return show(args, files, readings)
    finally:
        pool.shutdown(cancel_futures=True)


def show(args, files, readings):
    """Ask the network about `readings`, one from `read_digits` for each file; print and draw."""
    from train import prepare_outputs, preprocess_images, save_files

    prepare_outputs(args.outputs)
    model = load_model(args.model)
    try:
        readings = list(readings)
    except BrokenExecutor:
        sys.exit("Error: a process was ended, perhaps for want of memory. Give fewer pictures.")
    images = [one[-1] for found in readings if isinstance(found, list) for one in found]
    answers = np.zeros((0, 10))
    if images:
        answers = model.predict(preprocess_images(np.stack(images)), batch_size=128, verbose=0)
    if not np.allclose(answers.sum(axis=1), 1, atol=0.01):
        sys.exit(f"Error: {args.model} does not answer in probabilities. Use one of train.py's.")
    answers, shown = iter(answers), []
    for file, proposals in zip(files, readings, strict=True):
        if isinstance(proposals, PictureError):
            print(f"{file}: {proposals}", file=sys.stderr)
            line = {"file": str(file), "error": str(proposals)}
        else:
            digits = surest_digits(proposals, [next(answers) for _ in proposals])
            text = "".join(str(answer.argmax()) for *_, answer in digits)
            sure = [float(answer.max()) for *_, answer in digits]
            boxes = [box for box, *_ in digits]
            line = {"file": str(file), "digits": text, "confidence": sure, "boxes": boxes}
            shown += [(file.name, *digit) for _, *digit in digits]
        if args.json:
            print(json.dumps(line))
        elif "digits" in line:
            print(f"{file}: {text} ({', '.join(f'{share:.0%}' for share in sure)} sure)")
    if shown:
        if len(shown) > MOST_SHOWN:  # the doubtful ones are those to look at
            shown = sorted(shown, key=lambda digit: digit[3].max())[:MOST_SHOWN]
        save_files(args.outputs, {"your_digits.png": draw_digits(shown).savefig})
        if not args.json:
            print(f"Look at {args.outputs / 'your_digits.png'} to see what the network saw.")
    return int(any(isinstance(proposals, PictureError) for proposals in readings))


if __name__ == "__main__":
    if hasattr(sys.stdout, "reconfigure"):  # not every console has every letter
        sys.stdout.reconfigure(errors="replace", line_buffering=True)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
    except BrokenPipeError:  # as in: python predict.py folder | head
        os._exit(1)
