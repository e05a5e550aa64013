"""Read handwritten digits from your own pictures with the network that train.py trained.

    python predict.py my_digit.png      a drawing, a scan or a photo, with one digit or many
    python predict.py --help            all options

Read it from top to bottom: find the ink, split it into what may be digits, make each look like
MNIST's, ask the network, show. README.md says why a picture cannot simply be shrunk to 28x28.
"""

import argparse
import itertools
import json
import pathlib
import signal
import sys
import warnings
import zipfile
from concurrent.futures import ProcessPoolExecutor

try:
    import numpy as np
    from PIL import Image, ImageOps, UnidentifiedImageError
    from scipy import ndimage

    from files import FolderError, prepare_folder, saving
except ModuleNotFoundError as error:
    sys.exit(
        f"Error: {error}. Activate the environment (source .venv/bin/activate, on Windows "
        r".venv\Scripts\activate), or install what is missing: pip install -r requirements.txt"
    )

FORMATS = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")  # none starts a program
WORKING_SIDE = 800  # larger pictures are shrunk to this many pixels: digits need no more
MANY_FILES = 50  # so many are worth starting processes for
PROCESSES = 2  # each may hold a picture of 89 million pixels
MOST_SHOWN = 24  # in your_digits.png

# Judgements, each with its reason.
LEAST_CONTRAST = 10  # of 255, between ink and paper: the grain of a blank sheet has less
EVEN_PAPER = 10  # of 255: where the paper's brightness varies no more, the light is even
NARROW = (1 / 4, 1 / 16)  # of the picture's side: every stroke is narrower than one of them
SHARP = 0.2  # of the contrast, from pixel to pixel along an outline: a shadow's is softer
GRAINY = 2  # strokes that become so much wider where their holes are closed are pencil
MOST_INK = 0.6  # of the picture: where there is more, it is a pattern
SPECK = 0.15  # of the tallest stroke: what is smaller, in both directions, is dirt or a comma
LINE = 3  # times as wide as the tallest stroke is high: a ruled line
SMALL = 0.35  # of the tallest piece: what is lower is no digit, but may belong to one
PART = 0.6  # of the tallest stroke: what is lower may belong to what is above or below it
NEAR = 0.25  # of the height: the strokes of one digit are no farther from each other
TOGETHER = 1.9  # odds of two neighbours to be one digit: fitted to MNIST's, cut and paired
MOST_STROKES = 400  # in one picture: more are a carpet, not handwriting
MOST_HOLES = 10  # beside two in each stroke: a weave has more, and so has pencil
MNIST_STROKE = 2.9  # how wide MNIST's strokes are, in its pixels: the median of its training set

# A picture of so many pixels that it may be an attack on the memory is refused, not only warned of.
warnings.simplefilter("error", Image.DecompressionBombWarning)


class PictureError(Exception):
    """A picture cannot be read, or shows no digits; the text is one line that says why."""


def read_picture(path):
    """Return the picture in a file, uint8 RGB (height, width, 3), and its scale: how many of the
    file's pixels one of these stands for. Raises PictureError if there is none, or a broken one.
    """
    try:
        picture = Image.open(path, formats=FORMATS)
        full_side = max(picture.size)
        # A phone's photo is a JPEG, which can be decoded at a half or a quarter of its size.
        picture.draft("RGB", (WORKING_SIDE, WORKING_SIDE))
        picture = ImageOps.exif_transpose(picture)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureError("it has too many pixels; make it smaller") from None
    except UnidentifiedImageError:
        raise PictureError("it is not a picture, or it is HEIC: save it as JPEG or PNG") from None
    except Exception as error:  # noqa: BLE001  a broken file fails in many ways
        raise PictureError(f"it cannot be read: {error!r}") from None
    if max(picture.size) > 100 * min(picture.size):
        raise PictureError("it is too narrow to show digits")
    if picture.mode.startswith(("I", "F")):  # 16 or 32 bits a pixel
        values = np.nan_to_num(np.asarray(picture, dtype="float64"))
        values = np.interp(values, (values.min(), values.max()), (0, 255))
        picture = Image.fromarray(values.astype("uint8"))
    if picture.mode in ("1", "P") or picture.has_transparency_data:
        paper = Image.new("RGBA", picture.size, "silver")  # neither white nor black, as ink may be
        picture = Image.alpha_composite(paper, picture.convert("RGBA"))
    picture.thumbnail((WORKING_SIDE, WORKING_SIDE), reducing_gap=2)
    return np.asarray(picture.convert("RGB")), full_side / max(picture.size)


def find_ink(picture):
    """Return how much ink is where, float32 from 0 (paper) to 1 (ink), or raise PictureError."""
    grey = to_grey(picture)
    edges = ndimage.maximum_filter(grey, 3) - ndimage.minimum_filter(grey, 3)
    tries = []
    for dark, share in itertools.product((grey, 255 - grey), NARROW):
        darkness, paper = compare_with_paper(dark, share)
        tries.append((sharpness(darkness, edges), darkness))
        if len(tries) == 1 and np.ptp(paper) <= EVEN_PAPER:
            break  # even light: there are no shadows to be told from ink
    best, darkness = max(tries, key=lambda one: one[0])
    is_ink = darkness > otsu_threshold(darkness)
    if not best or darkness[is_ink].mean() < LEAST_CONTRAST:
        raise PictureError("there is no ink in it; write darker, or take a sharper picture")
    # Pencil: close the holes, as long as that makes the strokes much wider.
    while ndimage.label(~is_ink)[1] > MOST_HOLES:
        size = 2 * int(stroke_width(is_ink) / 2) + 3
        closed = ndimage.minimum_filter(ndimage.maximum_filter(is_ink, size), size)
        wider = stroke_width(closed)
        if wider < GRAINY * stroke_width(is_ink) or closed.mean() > MOST_INK:
            break
        is_ink, darkness = closed, ndimage.gaussian_filter(darkness.astype("float32"), wider / 5)
    level = np.median(darkness[is_ink])
    is_ink = ndimage.maximum_filter(is_ink, 5)  # with the outline's paler pixels
    return np.where(is_ink, np.minimum(darkness / np.float32(level), 1), np.float32(0))


def to_grey(picture):
    """Return an RGB picture as uint8 (height, width), its ink darker than its paper."""
    # Of red, green and blue take the one that varies most: yellow on white shows in blue alone.
    grey = picture[..., np.argmax(picture[::4].std(axis=(0, 1)))]
    # Most is paper, so that ink is what differs most from the mean: make it the darker.
    skewed = (grey[::4] - grey.mean()) ** 3
    return 255 - grey if skewed.sum() > 0 else grey


def compare_with_paper(grey, share):
    """Return how much darker than the paper each pixel is, and that paper.

    The paper is `grey` with all filled in that is dark and narrower than a share of the side (a
    grey closing): light and shadow are then in both.
    """
    picture = Image.fromarray(grey)
    small = np.asarray(ImageOps.contain(picture, (128, 128), Image.Resampling.BILINEAR))
    paper = Image.fromarray(ndimage.grey_closing(small, max(3, round(share * max(small.shape)))))
    paper = np.asarray(paper.resize(picture.size, Image.Resampling.BILINEAR))
    return np.maximum(paper, grey) - grey, paper


def sharpness(darkness, edges):
    """Return how sharp the outline is of what passes for ink: shadows and gaps are softer."""
    is_ink = darkness > otsu_threshold(darkness)
    outline = edges[is_ink & ~ndimage.binary_erosion(is_ink)]
    if not outline.size or is_ink.mean() > MOST_INK:
        return 0
    sharp = outline.mean() > SHARP * darkness[is_ink].mean()
    return sharp * outline.sum() / outline.size ** (2 / 3)  # its mean, and more for a longer one


def otsu_threshold(values):
    """Return what best separates uint8 `values` into those up to it, and others (N. Otsu, 1979)."""
    counts = np.array(Image.fromarray(values).histogram(), dtype=float)
    below, total = np.cumsum(counts), np.cumsum(counts * np.arange(256))
    above = below[-1] - below
    gap = total / np.maximum(below, 1) - (total[-1] - total) / np.maximum(above, 1)
    return np.argmax(below * above * gap**2)


def stroke_width(is_ink):
    """Return how wide the strokes are on average: their area by half of their outline."""
    outline = is_ink & ~ndimage.binary_erosion(is_ink)
    return 2 * is_ink.sum() / max(outline.sum(), 1)


def propose_digits(ink):
    """Return what may be digits in `ink`, in reading order: (first, stop, odds, box, own ink).

    The ink falls into pieces. A proposal is made of the pieces from `first` to `stop` - 1: one
    piece, or two so close that they may be the strokes of one digit. The network decides between
    them (LeCun et al., 1998, section V); `odds` is the logarithm of how likely they are one digit
    by their shapes alone. The box is an int array (left, top, right, bottom).
    """
    pieces, boxes = find_pieces(ink)
    tallest = (boxes[:, 3] - boxes[:, 1]).max()
    proposals = []
    for first, count in itertools.product(range(len(boxes)), (1, 2)):
        stop, members = first + count, boxes[first : first + count]
        box = np.append(members[:, :2].min(axis=0), members[:, 2:].max(axis=0))
        width, height = box[2:] - box[:2]
        lower = (members[:, 3] - members[:, 1]).min()
        gap = (members[:, :2].max(axis=0) - members[:, 2:].min(axis=0)).max()
        close = len(members) == 2 and gap < NEAR * height and width < 1.5 * height
        if height > SMALL * tallest and (count == 1 or close):
            # Digits side by side are about equally high, and together wider than one.
            odds = 0 if count == 1 else TOGETHER - (width / 2 + 2 * lower) / height
            place = slice(box[1], box[3]), slice(box[0], box[2])
            own = (pieces[place] > first) & (pieces[place] <= stop)
            proposals.append((first, stop, odds, box, ink[place] * ndimage.maximum_filter(own, 3)))
    return proposals


def find_pieces(ink):
    """Return a map of the pieces of `ink`, from 1 as read, and their boxes; or PictureError."""
    is_ink = ink > 0.5
    width = stroke_width(is_ink)
    strokes, _ = ndimage.label(is_ink, np.ones((3, 3)))  # also what touches at a corner
    boxes = boxes_around(strokes)
    widths, heights = (boxes[:, 2:] - boxes[:, :2]).T
    area = np.bincount(strokes.ravel())[1:]
    # What lies along the frame is a shadow or a table's edge, if there is something else.
    frame = np.concatenate([strokes[[0, -1]].ravel(), strokes[1:-1, [0, -1]].ravel()])
    touching = np.bincount(frame, minlength=len(area) + 1)[1:]
    inside = touching < np.maximum(2.5 * width, 0.8 * np.maximum(widths, heights))
    if area[inside].sum() < 0.02 * area.sum():
        inside[:] = True
    tallest = heights[inside].max()
    specks = inside & (np.maximum(widths, heights) < SPECK * tallest)
    kept = inside & ~specks & (widths < LINE * tallest)
    # A hole that is smaller than the stroke is wide is no hole.
    holes = np.bincount(ndimage.label(~is_ink)[0].ravel())[2:] > width**2 / 2  # not ink, paper
    too_many = kept.sum() > MOST_STROKES or holes.sum() > MOST_HOLES + 2 * (~specks).sum()
    if too_many or not kept.any() or area[specks].sum() > area[kept].sum():
        raise PictureError("no digits were found, only a pattern; show less of what is around")
    numbers = np.zeros(len(boxes) + 1, dtype=int)  # of each stroke's piece; 0 is paper and dirt
    numbers[1:][kept] = 1 + join_strokes(boxes[kept])
    boxes = boxes_around(numbers[strokes])
    order = in_reading_order(boxes)
    ranks = np.append(0, 1 + np.argsort(order))
    return ranks[numbers][strokes], boxes[order]  # of each stroke its piece, of that its rank


def boxes_around(things):
    """Return the boxes (left, top, right, bottom), int (N, 4), around things labelled 1 to N."""
    places = ndimage.find_objects(things)
    return np.array([(x.start, y.start, x.stop, y.stop) for y, x in places])


def join_strokes(boxes):
    """Return the number of each stroke's piece, from 0: strokes that are surely of one digit."""
    left, top, right, bottom = boxes.T
    narrower = np.minimum.outer(right - left, right - left)
    lower = np.minimum.outer(bottom - top, bottom - top)
    shared = np.minimum.outer(right, right) - np.maximum.outer(left, left)
    gap = np.maximum.outer(top, top) - np.minimum.outer(bottom, bottom)
    # One above the other, close, and at least one of them no digit by itself: the bar of a 5.
    near = (shared > 0.4 * narrower) & (gap < NEAR * lower.max())
    joined = near & (lower < PART * lower.max())
    pieces = np.arange(len(boxes))
    for one, other in np.argwhere(joined):
        pieces[pieces == pieces[other]] = pieces[one]
    return np.unique(pieces, return_inverse=True)[1]


def in_reading_order(boxes):
    """Return the indices of `boxes`, row by row, and left to right in each row."""
    rows = []
    for i in np.argsort(boxes[:, 0]):
        _, top, _, bottom = boxes[i]
        for row in rows:
            _, high, _, low = boxes[row[-1]]  # the row's last: a line may climb or sink
            if min(bottom, low) - max(top, high) > 0.4 * min(bottom - top, low - high):
                row.append(i)
                break
        else:
            rows.append([i])
    return [i for row in sorted(rows, key=lambda row: boxes[row, 1::2].mean()) for i in row]


def normalize(ink):
    """Turn one digit's ink, float (height, width) in [0, 1], into an image as MNIST has them.

    Returns uint8 (28, 28), white on black: fitted into 20x20, its strokes about as wide as MNIST's,
    its centre of mass in the middle (LeCun, Bottou, Bengio and Haffner, 1998, section III.A).
    """
    # Large first, and black and white, so that shapes can be measured and strokes changed finely.
    ink = np.pad(ink, 1 + max(ink.shape) // 8)
    large = ImageOps.contain(Image.fromarray(ink), (125, 125), Image.Resampling.BILINEAR)
    is_ink = np.asarray(large) > min(0.5, np.max(large) / 2)
    depth = ndimage.distance_transform_edt(is_ink)
    width = 4 * depth[is_ink].mean()
    # Growing by r makes a stroke of `width` 2r wider, and the digit, which is then fitted into 20
    # pixels, 2r larger: solve 20 (width + 2r) = MNIST_STROKE (size + 2r).
    size = np.ptp(np.nonzero(is_ink), axis=1).max() + 1
    r = (MNIST_STROKE * size - 20 * width) / (40 - 2 * MNIST_STROKE)
    is_ink = (
        ndimage.distance_transform_edt(~is_ink) <= r if r > 0 else depth > min(-r, depth.max() / 2)
    )
    [box] = ndimage.find_objects(is_ink.astype(int))
    small = Image.fromarray(is_ink[box].astype("uint8") * 255)
    small.thumbnail((20, 20), Image.Resampling.BOX, reducing_gap=None)
    corner = np.round(14 - np.array(ndimage.center_of_mass(np.asarray(small)))).astype(int)
    top, left = np.clip(corner, 0, 28 - np.array(small.size[::-1]))
    image = np.zeros((28, 28), dtype="uint8")
    image[top : top + small.height, left : left + small.width] = small
    return image


def read_digits(path):
    """Propose digits in one picture: a list of (first, stop, odds, box, piece, image), or an error.

    As from `propose_digits`, but the box is a list in the file's own pixels (of an upright photo);
    the piece is a small RGB picture of the digit, the image uint8 (28, 28), for the network.
    """
    try:
        if not pathlib.Path(path).is_file():
            raise PictureError("there is no such file, or there are no pictures in this folder")
        picture, scale = read_picture(path)
        proposals = []
        for first, stop, odds, box, ink in propose_digits(find_ink(picture)):
            left, top, right, bottom = box
            margin = max(right - left, bottom - top) // 4
            rows = slice(max(top - margin, 0), bottom + margin)
            piece = Image.fromarray(picture[rows, max(left - margin, 0) : right + margin])
            piece = np.asarray(ImageOps.contain(piece, (84, 84)))
            box = [round(edge * scale) for edge in box.tolist()]
            proposals.append((first, stop, odds, box, piece, normalize(ink)))
        return proposals
    except PictureError as error:
        return error


def read_files(files):
    """Read pictures as `read_digits` does; many of them in processes, since threads take turns."""
    if len(files) < MANY_FILES:
        return [read_digits(file) for file in files]
    ignore = signal.SIGINT, signal.SIG_IGN  # Ctrl-C is for this process to handle
    with ProcessPoolExecutor(PROCESSES, initializer=signal.signal, initargs=ignore) as pool:
        return list(pool.map(read_digits, files, chunksize=8))


def name_classes(path):
    """Return the names of a model's classes, from metrics.json beside it; without one, digits."""
    try:
        metrics = json.loads(path.with_name("metrics.json").read_text(encoding="utf-8"))
        return [str(name) for name in metrics["class_names"]]
    except (OSError, ValueError, KeyError, TypeError):
        return list("0123456789")


def load_model(path):
    """Load a model that train.py saved; raise SystemExit with one line if it is none for digits."""
    import keras  # here, since it takes seconds, and finding digits does not need it

    try:
        # In safe mode Keras refuses a file that brings code of its own, such as a Lambda layer.
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # noqa: BLE001  whatever is wrong in the file, it is not used
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        sys.exit(f"Error: {path} is no model that can be loaded safely: {reason}")
    shapes = model.input_shape, model.output_shape
    classes = name_classes(path)
    if classes != list("0123456789") or shapes != ((None, 28 * 28), (None, 10)):
        kind = f"{', '.join(classes)}, {shapes[0]} to {shapes[1]}"
        sys.exit(f"Error: {path} is for something else: {kind}. Use one of: python train.py")
    return model


def surest_digits(proposals, answers):
    """Return (box, piece, image, probabilities) of the digits that the network is surest of.

    Of all ways to use each piece once, alone or with its neighbour, it is the likeliest one, found
    piece by piece (dynamic programming).
    """
    ways = [(0, [])]  # the likeliest way to read the first 0, 1, 2... pieces: how likely, and what
    for here in range(1, proposals[-1][1] + 1):
        found = {here - 1: ways[-1]}  # without the last piece, unless it is a digit by itself
        for (first, stop, odds, *digit), answer in zip(proposals, answers, strict=True):
            if stop == here:
                likely = ways[first][0] + odds + np.log(answer.max())
                found[first] = (likely, [*ways[first][1], (*digit, answer)])
        ways.append(max(found.values(), key=lambda way: way[0]))
    return ways[-1][1]


def draw_digits(digits):
    """Draw for each (name, piece, image, probabilities) how its digit was read, three to a row."""
    from matplotlib.figure import Figure

    columns = min(3, len(digits))
    rows, height, width = -(-len(digits) // columns), 112, 300
    figure = Figure(figsize=(max(4 * columns, 6.5), 1.5 * rows + 0.5))
    figure.suptitle("Your picture, what the network sees of it, and how sure it is")
    axes = figure.add_axes((0.01, 0, 0.98, 1 - 0.5 / figure.get_figheight()))
    for i, (name, piece, image, probabilities) in enumerate(digits):
        left, top = i % columns * width + 8, i // columns * height + 18
        tall, wide, _ = piece.shape
        axes.imshow(piece, extent=(left, left + wide, top + tall, top))
        axes.imshow(image, "gray", extent=(left + 100, left + 184, top + 84, top))
        name = ascii(name).strip("'")[-18:]  # no font has every letter
        axes.text(left, top - 3, name, fontsize=8, parse_math=False)
        said = f"predicted: {probabilities.argmax()} ({probabilities.max():.0%})"
        axes.text(left + 100, top - 3, said, fontsize=9)
        y = top + 8.4 * np.arange(10) + 4
        axes.barh(y, 70 * probabilities, 7, left + 208, color="tab:orange")
        for digit in range(10):
            axes.text(left + 196, y[digit], digit, fontsize=7, va="center_baseline")
    axes.set(xlim=(0, columns * width), ylim=(rows * height, 0))
    axes.axis("off")
    return figure


def find_files(paths):
    """Return the picture files in `paths`, a folder standing for those in it, if there are any."""
    kinds = Image.registered_extensions()
    known = {suffix for suffix in kinds if kinds[suffix] in FORMATS} | {".heic", ".heif"}
    files = []
    for path in paths:
        inside = sorted(path.glob("*")) if path.is_dir() else []
        files += [file for file in inside if file.suffix.lower() in known] or [path]
    return files


def parse_arguments(arguments=None):
    """Read the command line; a wrong one ends the program with status 2 and says why."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add, outputs = parser.add_argument, pathlib.Path("outputs")
    add("pictures", nargs="+", type=pathlib.Path, help="a picture of digits, or a folder of them")
    model, folder = "the model (default: %(default)s)", "for your_digits.png (default: %(default)s)"
    add("--model", type=pathlib.Path, default=outputs / "model.keras", help=model)
    add("--outputs", type=pathlib.Path, default=outputs, help=folder)
    add("--json", action="store_true", help="print a line of JSON for each picture, for programs")
    return parser.parse_args(arguments)


def main():
    """Find the digits in all pictures, ask the network once about all of them, and show."""
    args = parse_arguments()
    if not zipfile.is_zipfile(args.model):
        sys.exit(f"Error: {args.model} is no model. Run this first, to make one: python train.py")
    files = find_files(args.pictures)
    readings = read_files(files)
    from train import preprocess_images

    prepare_folder(args.outputs)
    model = load_model(args.model)
    images = [image for found in readings if isinstance(found, list) for *_, image in found]
    answers = np.zeros((0, 10))
    if images:
        answers = model.predict(preprocess_images(np.stack(images)), batch_size=128, verbose=0)
    if not np.allclose(answers.sum(axis=1), 1, atol=0.01):
        sys.exit(f"Error: {args.model} does not answer in probabilities. Use one of train.py's.")

    answers, shown, failed = iter(answers), [], 0
    for file, found in zip(files, readings, strict=True):
        line = {"file": str(file)}
        if isinstance(found, PictureError):
            failed = 1
            line["error"] = str(found)
            print(f"{file}: {found}", file=sys.stderr)
        else:
            digits = surest_digits(found, [next(answers) for _ in found])
            line["digits"] = "".join(str(answer.argmax()) for *_, answer in digits)
            line["confidence"] = [float(answer.max()) for *_, answer in digits]
            line["boxes"] = [box for box, *_ in digits]
            shown += [(file.name, *digit) for _, *digit in digits]
        if args.json:
            print(json.dumps(line))
        elif "digits" in line:
            sure = ", ".join(f"{share:.0%}" for share in line["confidence"])
            print(f"{file}: {line['digits']} ({sure} sure)")
    if shown:
        if len(shown) > MOST_SHOWN:  # the doubtful ones are those to look at
            shown.sort(key=lambda digit: digit[3].max())
        saved = {}
        with saving(args.outputs / "your_digits.png", saved) as unfinished:
            draw_digits(shown[:MOST_SHOWN]).savefig(unfinished)
        if not all(saved.values()):
            failed = 1
        elif not args.json:
            print(f"Look at {args.outputs / 'your_digits.png'} to see what the network saw.")
    return failed


if __name__ == "__main__":
    if hasattr(sys.stdout, "reconfigure"):  # not every console has every letter
        sys.stdout.reconfigure(errors="replace", line_buffering=True)
    try:
        sys.exit(main())
    except FolderError as error:
        sys.exit(f"Error: {error}")
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
