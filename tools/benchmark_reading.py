"""How many pictures of each kind are read right: python tools/benchmark_reading.py [--help]

Reads all labelled pictures that are there in one start, and prints a table beside the one of what
landed last, which is kept in reading_landed.json: for whoever changes a rule in reading/. It is no
test, since no single picture decides; a whole kind does.

The pictures of scenes.py and sample.npz are always there. The environment variables DIGITS,
STRANGERS and SCENES may each name a folder of more, with their labels: `labels.csv` has the columns
`file`, `kind` and `digits` (or there are folders in it that each have one).
"""

import argparse
import csv
import json
import os
import pathlib
import sys
from typing import NamedTuple

TOOLS = pathlib.Path(__file__).resolve().parent
ROOT = TOOLS.parent
sys.path.insert(0, str(ROOT))

import numpy as np
import scenes

from reading import choose, models, pictures
from reading.basics import NoDigits
from reading.find import find_digits
from training import data

FOLDERS = ("DIGITS", "STRANGERS", "SCENES")  # environment variables
LANDED = TOOLS / "reading_landed.json"


class Labelled(NamedTuple):
    """A picture, uint8 RGB (height, width, 3), its kind, and the digits that a person reads."""

    kind: str
    name: str
    picture: np.ndarray
    digits: str


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    model = ROOT / "outputs" / "model.keras"
    parser.add_argument("--model", type=pathlib.Path, default=model, help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="of the scenes (default: %(default)s)")
    parser.add_argument("--wrong", metavar="KIND", help="list what of a kind is read wrong")
    parser.add_argument("--land", action="store_true", help=f"write the table to {LANDED.name}")
    args = parser.parse_args()

    if args.land and args.seed != 0:
        parser.error("what lands is seed 0")
    labelled = load_scenes(args.seed) + load_images()
    for name in FOLDERS:
        if name in os.environ:
            labelled += load_folder(pathlib.Path(os.environ[name]), name.lower())
    pages = []
    for example in labelled:
        pages.append(find_proposals(example))
    texts = read(pages, models.load(args.model), *models.read_scaling(args.model))

    table = {}
    for example, text in zip(labelled, texts, strict=True):
        right, count = table.get(example.kind, (0, 0))
        table[example.kind] = (right + (text == example.digits), count + 1)
        if args.wrong == example.kind and text != example.digits:
            print(f"{example.name}: is {example.digits or 'nothing'}, read {text or 'nothing'}")
    name = read_name(args.model)
    print_beside_landed(table, name)
    if args.land:
        landed = read_landed()
        landed[name] = landed.get(name, {}) | table  # kinds that were not read stay
        LANDED.write_text(json.dumps(landed, indent=1) + "\n", encoding="utf-8")


def load_scenes(seed):
    """Return the pictures of scenes.py as Labelled ones."""
    labelled = []
    for number, scene in enumerate(scenes.make(seed)):
        labelled.append(Labelled(scene.kind, f"scene {number}", scene.picture, scene.digits))
    return labelled


def load_images():
    """Return the sample's test images as Labelled pictures of 28x28 pixels, light and dark."""
    with np.load(data.SAMPLE) as file:
        images = file["x_test"]
        labels = file["y_test"]
    labelled = []
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        rgb = np.repeat(image[..., None], 3, axis=2)
        name = f"image {number}"
        labelled.append(Labelled("MNIST's images, white on black", name, rgb, str(label)))
        labelled.append(Labelled("MNIST's images, black on white", name, 255 - rgb, str(label)))
    return labelled


def load_folder(folder, prefix):
    """Return the Labelled pictures in a folder and in those below it."""
    labelled = []
    for labels in sorted(folder.rglob("labels.csv")):
        with labels.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            path = labels.parent / row["file"]
            picture, _ = pictures.open_picture(path)
            kind = f"{prefix}: {row['kind']}"
            labelled.append(Labelled(kind, str(path), picture, row["digits"]))
    return labelled


def find_proposals(example):
    """Return a Page with the Proposals in a picture, without any where it is refused."""
    try:
        proposals = find_digits(example.picture)
    except NoDigits:
        proposals = []
    return pictures.Page(pathlib.Path(example.name), proposals=proposals)


def read(pages, model, paper, ink):
    """Return the digits, as text, that are read on each page; "" where there are none."""
    images = [proposal.image for page in pages for proposal in page.proposals]
    images = np.array(images, np.uint8).reshape((-1, 28, 28))
    probabilities = models.ask(model, images, paper, ink)
    distances = choose.measure_distances(images)
    texts = []
    for page in choose.read_pages(pages, probabilities, distances):
        texts.append("".join(str(digit.predicted) for digit in page.digits))
    return texts


def read_name(path):
    """Return which network train.py trained, from metrics.json beside it: "dense", for example."""
    metrics = json.loads(path.with_name("metrics.json").read_text(encoding="utf-8"))
    return metrics["model"]


def read_landed():
    if not LANDED.exists():
        return {}
    return json.loads(LANDED.read_text(encoding="utf-8"))


def print_beside_landed(table, name):
    """Print how many pictures of each kind are read right, and how many were when it landed."""
    landed = read_landed().get(name, {})
    print(f"{name:34} {'right':>6} {'of':>6} {'landed':>8}")
    for kind, (right, count) in table.items():
        before, before_count = landed.get(kind, (None, None))
        text = f"{kind:34} {right:6} {count:6}"
        if before_count == count:
            text += f" {before:8}"
            if right != before:
                text += f" {right - before:+}"
        print(text)


if __name__ == "__main__":
    main()
