"""Read handwritten digits from your own pictures with the network that train.py trained.

    python predict.py my_digit.png                  a drawing, scan or photo: one digit or many
    python predict.py sheet.jpg --are 0123456789    what they are: collected for train.py --add
    python predict.py --help                        all options

`main` is the table of contents: open the pictures and find what may be digits in them, ask the
network about each, choose the likeliest reading, show. The steps stand in the folder reading/.
README.md says why a picture cannot simply be shrunk to 28x28.
"""

from training import start

start.prepare()  # before anything is imported that it has to check

import argparse
import os
import pathlib
import sys

import numpy as np

from reading import choose, find, known, models, pictures, show
from reading.basics import NoDigits
from training import files
from training.errors import printable


def main(arguments=None):
    """Find the digits in all pictures, ask the network once about all of them, and show.

    `arguments` stand in for the command line's. Returns the exit status: 0, or 1 if a picture could
    not be read, or your_digits.png not be saved. Raises UserError if the network or a folder cannot
    be used, or nothing be collected.
    """
    args = parse_arguments(arguments)
    models.check_file(args.model)
    outputs = files.Outputs(args.outputs)
    your_digits = outputs.folder / "your_digits.png"
    paths = pictures.find_files(args.pictures)
    if os.path.realpath(your_digits) in map(os.path.realpath, paths):
        raise files.FolderError(
            f"{printable(your_digits)} would be overwritten: name another --outputs"
        )

    pages = [find_proposals(path) for path in paths]
    images = []
    for page in pages:
        images += [proposal.image for proposal in page.proposals]
    images = np.array(images, np.uint8).reshape((-1, 28, 28))

    start.import_keras()  # here, since it takes seconds, and finding digits does not need it
    model = models.load(args.model)
    paper, ink = models.read_scaling(args.model)
    probabilities = models.ask(model, images, paper, ink)
    distances = choose.measure_distances(images)
    pages = choose.read_pages(pages, probabilities, distances, args.are)
    if args.are:
        pages, problem = known.mark(pages, args.are)

    for page in pages:
        show.report(page, args.json)
    read = [page for page in pages if page.error is None]
    files.delete(your_digits)  # an older one would seem to be of these pictures
    if read:
        with outputs.saving("your_digits.png") as unfinished:
            show.draw_pages(read, unfinished)
    if outputs.saved and not args.json:
        print(f"Look at {printable(your_digits)}: what was found, and what the network saw of it.")
        if len(read) > show.MOST_PAGES:
            print(f"It shows the first {show.MOST_PAGES} of {len(read)} pictures.")
    if args.are:
        known.collect(pages, problem, outputs.folder / "my_digits.npz")
    return 0 if len(read) == len(pages) and not outputs.failed else 1


def find_proposals(path):
    """Return the Page of a picture file, with Proposals of what may be digits, or an error."""
    try:
        picture, scale = pictures.open_picture(path)
        return pictures.Page(path, scale, proposals=find.find_digits(picture))
    except NoDigits as error:
        return pictures.Page(path, error=str(error))


def parse_arguments(arguments=None):
    """Read the command line; a wrong one ends the program with status 2 and says why."""
    parser = argparse.ArgumentParser(description="Read handwritten digits from your own pictures.")
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
        help="the folder for your_digits.png and my_digits.npz (default: %(default)s)",
    )
    parser.add_argument(
        "--json", action="store_true", help="print a line of JSON for each picture, for programs"
    )
    parser.add_argument(
        "--are",
        type=digits_without_spaces,
        metavar="DIGITS",
        help='what the pictures show, row by row, like "01234 56789" (spaces do not count): says '
        "how many were read right, and adds them to my_digits.npz, for train.py --add",
    )
    args = parser.parse_args(arguments)
    if args.are and args.json:
        parser.error("--are prints text: leave --json out")
    return args


def digits_without_spaces(text):
    """Return the digits in the value of --are."""
    digits = "".join(text.split())
    if not digits or any(digit not in "0123456789" for digit in digits):
        raise argparse.ArgumentTypeError(f"{text!r} are no digits from 0 to 9")
    return digits


if __name__ == "__main__":
    sys.exit(main())
