"""Measure what fifty digits of strangers bring in the training: the table in docs/measured.md.

    python tools/measure_own_digits.py [MODEL] [CHOICES] [SEEDS]      such as: convnet 2 1

MNIST_NPZ and PEN name the data: MNIST, and a folder with images.npz, digits that strangers wrote
(x, uint8 (N, 28, 28), and y, (N,)). It trains 51 networks with --model dense: half an hour.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import keras
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from training.scaling import to_network

OF_EACH = 5  # images of each digit


def main(model="dense", choices=8, seeds=3):
    with np.load(os.environ["MNIST_NPZ"]) as file:
        images_mnist = file["x_train"]
        labels_mnist = file["y_train"]
    with np.load(pathlib.Path(os.environ["PEN"], "images.npz")) as file:
        images = file["x"]
        labels = file["y"]
    gains = {"control": [], "own": []}
    for seed in range(int(seeds)):
        before, mnist_before = train_with(None, model, seed, images)
        print(f"seed {seed}: MNIST {mnist_before:.2%}, before {np.mean(before == labels):.2%}")
        for choice in range(int(choices)):
            random = np.random.default_rng(choice)
            own = choose_some(labels, random)
            control = choose_some(labels_mnist, random)
            others = np.setdiff1d(np.arange(len(labels)), own)
            right_before = np.mean(before[others] == labels[others])
            for way, added in (
                ("control", (images_mnist[control], labels_mnist[control])),
                ("own", (images[own], labels[own])),
            ):
                after, mnist = train_with(added, model, seed, images)
                right = np.mean(after[others] == labels[others])
                gains[way].append(right - right_before)
                print(
                    f"  choice {choice}, {way}: {right_before:.2%} -> {right:.2%}, "
                    f"MNIST {mnist:.2%}",
                    flush=True,
                )
    for way, differences in gains.items():
        mean = np.mean(differences)
        print(f"{way}: {mean:+.2%}, from {min(differences):+.2%} to {max(differences):+.2%}")


def choose_some(labels, random):
    """Return the indices of some images of each digit, 0 to 9 and again, as on a sheet."""
    chosen = []
    for digit in range(10):
        indices = np.flatnonzero(labels == digit)
        chosen.append(random.choice(indices, OF_EACH, replace=False))
    return np.transpose(chosen).ravel()


def train_with(added, model, seed, images):
    """Train with what is added, images and labels or None; return what is read in `images`, int
    (N,), and the accuracy on MNIST's test images.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, ROOT / "train.py", "--data", os.environ["MNIST_NPZ"]]
        command += ["--model", model, "--seed", str(seed), "--outputs", folder]
        if added is not None:
            added_images, added_labels = added
            path = pathlib.Path(folder, "my_digits.npz")
            np.savez(path, images=added_images, labels=added_labels)
            command += ["--add", path]
        subprocess.run(command, check=True, capture_output=True)
        metrics = json.loads(pathlib.Path(folder, "metrics.json").read_text(encoding="utf-8"))
        network = keras.saving.load_model(pathlib.Path(folder, "model.keras"))
    probabilities = network.predict(to_network(images, 0, 1, (784,)), verbose=0)
    return probabilities.argmax(axis=1), metrics["test_accuracy"]


if __name__ == "__main__":
    main(*sys.argv[1:])
