"""Measure what digits of people from elsewhere bring in the training: a table of docs/measured.md.

    python tools/measure_hands.py [MODEL] [SEED...]      such as: convnet 0 1 2

MNIST_NPZ names a file with MNIST. It trains MODEL, dense or convnet, for each seed four times: with
MNIST alone, with those on the tablet beside it, with those on paper, and with both; dense takes a
minute for each seed, the convnet a quarter of an hour.
"""

import os
import pathlib
import sys
import time

import keras
import numpy as np

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from training import convnet, hands
from training.distort import DistortedImages, add_copies

WAYS = ("MNIST alone", "and tablet", "and paper", "and both")


def main(model_name="dense", *seeds):
    with np.load(os.environ["MNIST_NPZ"]) as file:
        images_mnist = file["x_train"]
        labels_mnist = file["y_train"]
        images_test = file["x_test"]
        labels_test = file["y_test"]
    people = hands.load()
    print(f"{model_name:22} MNIST  tablet   paper  their 1s on each    processor time")
    for seed in seeds or ["0"]:
        for way in WAYS:
            images = images_mnist
            labels = labels_mnist
            if way != "MNIST alone":
                images, labels = add_copies(
                    way, choose(people, way), hands.COPIES, (images, labels), int(seed)
                )
            start = time.process_time()
            model = train(model_name, int(seed), images, labels)
            seconds = time.process_time() - start
            mnist = np.mean(read(model, images_test) == labels_test)
            figures = [mnist, *ask(model, people)]
            columns = " ".join(f"{figure:7.2%}" for figure in figures)
            print(f"seed {seed}, {way:12} {columns} {seconds:8.0f} s", flush=True)


def choose(people, way):
    """Return the Hands with those of one set alone, if `way` names one, and not both."""
    if way == "and both":
        return people
    chosen = people.on_paper == (way == "and paper")
    return hands.Hands(
        people.images[chosen], people.labels[chosen], people.on_paper[chosen], people.aside[chosen]
    )


def train(name, seed, images, labels):
    """Return the network `name`, trained as train.py trains it."""
    x_train = preprocess(images)
    y_train = keras.utils.to_categorical(labels, 10)
    if name == "convnet":
        model = convnet.build(seed)
        epochs = convnet.EPOCHS
        batches = DistortedImages(x_train, y_train, 128)
        falling = convnet.LowerLearningRate()
        model.fit(batches, epochs=epochs, shuffle=False, verbose=0, callbacks=[falling])
        return model
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((28 * 28,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train, y_train, epochs=5, batch_size=128, verbose=0)
    return model


def preprocess(images):
    return images.reshape((len(images), 28 * 28)).astype("float32") / 255


def read(model, images):
    """Return the digits, integers (N,), that are read in images, uint8 (N, 28, 28)."""
    return model.predict(preprocess(images), batch_size=1000, verbose=0).argmax(axis=1)


def ask(model, people):
    """Return the accuracy on what is kept aside: tablet, paper, the 1s on the tablet, on paper."""
    labels = people.labels[people.aside]
    is_right = read(model, people.images[people.aside]) == labels
    on_paper = people.on_paper[people.aside]
    ones = labels == 1
    return [
        is_right[~on_paper].mean(),
        is_right[on_paper].mean(),
        is_right[~on_paper & ones].mean(),
        is_right[on_paper & ones].mean(),
    ]


if __name__ == "__main__":
    main(*sys.argv[1:])
