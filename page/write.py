"""Put the trained network into a copy of draw.html, so that a browser can run it.

Nothing here is about learning; you need not read it to understand train.py. What the page computes
stands in network.js, and which layers and activations that knows in layers.json.
"""

import base64
import json
import pathlib
import re
import zlib

import numpy as np

TEMPLATE = pathlib.Path(__file__).resolve().with_name("draw.html")
# What network.js can compute: "layers", each with the settings that it takes for granted, and
# "activations"; layers "only_in_training" do nothing when a network answers.
KNOWN = json.loads(TEMPLATE.with_name("layers.json").read_text(encoding="utf-8"))
SHOWN_PER_CLASS = 10  # test images to choose from: the hardest one, and the first others
OTHER_TEST_IMAGES = 1000  # to see what a lesson costs; with 100 it could hardly be seen
SHAPES = [(None, 784), (None, 28, 28), (None, 28, 28, 1)]  # of images, as a network takes them


class PageError(Exception):
    """The page cannot run this network; the text is one line that says why, and what to do."""


def write_page(path, model, answers, paper, ink):
    """Write `path`, a copy of draw.html with the network and what Keras answers about test images.

    `model` is a Keras model of one layer after the other that takes images in one of the SHAPES.
    `answers`, an Answers, are the test images and what it answered about them. `paper` and `ink`
    are what raw pixels of 0 and 255 became before the network read them.
    Raises PageError if the page cannot run the network.
    """
    network = describe_network(model, answers, paper, ink)
    content = json.dumps(network, allow_nan=False)
    content = content.replace("<", "\\u003c")  # or a name might end the script that it stands in
    page = self_contained(TEMPLATE).replace(">null<", f">{content}<")
    path.write_text(page, encoding="utf-8")


def self_contained(template):
    """Return the page `template` as text, with its style sheet and its scripts within it."""
    text = template.read_text(encoding="utf-8")
    for name in re.findall(r'(?:src|href)="(\w+\.\w+)"', text):
        content = template.with_name(name).read_text(encoding="utf-8")
        text = text.replace(f'<link rel="stylesheet" href="{name}">', f"<style>\n{content}</style>")
        text = text.replace(f'<script src="{name}"></script>', f"<script>\n{content}</script>")
    # The page's policy: only what is within it may run.
    return text.replace("-src 'self'", "-src 'unsafe-inline'")


def describe_network(model, answers, paper, ink):
    """Return all that the page has to know about the network, as network.js explains it.

    It is a dict that can be written as JSON; arrays are base64 in it. Arguments and PageError as
    for `write_page`.
    """
    probabilities = answers.probabilities
    if probabilities.shape[1:] != (10,) or not np.isfinite(probabilities).all():
        raise PageError("the network does not answer with ten finite numbers, one for each class")
    shape = getattr(model, "input_shape", None)
    if shape not in SHAPES:
        raise PageError(f"the page runs only networks that take 28x28 pixels, not {shape}")
    # Of each class the hardest is the first, so that the visitor has something to correct.
    shown = np.concatenate([of_class[:SHOWN_PER_CLASS] for of_class in answers.sort_by_class()])
    # The others evenly, since the second half of MNIST's test images is harder than the first.
    rest = np.setdiff1d(np.arange(len(answers.images)), shown)
    count = min(OTHER_TEST_IMAGES, len(rest))
    others = rest[np.arange(count) * len(rest) // count]
    return {
        "kind": "digits" if answers.class_names[0] == "0" else "clothes",
        "class_names": answers.class_names,
        "data": answers.data_name,
        "accuracy": answers.accuracy,
        "shape": list(shape[1:]),
        "paper": paper,
        "ink": ink,
        "test_images": encode(answers.images[shown].tobytes()),
        "test_labels": answers.labels[shown].tolist(),
        "test_answers": np.round(probabilities[shown].astype(float), 6).tolist(),
        "other_images": {
            "packed": encode(zlib.compress(answers.images[others].tobytes(), 9)),
            "labels": answers.labels[others].tolist(),
        },
        "layers": describe_layers(model),
    }


def encode(content):
    """Return bytes as text: base64, which a browser can decode."""
    return base64.b64encode(content).decode()


def describe_layers(model):
    """Return kind, settings and weights of each layer, as JSON has them.

    Layers that do something in training only, such as Dropout, are left out. Raises PageError for a
    layer, a setting or an activation that the page does not know.
    """
    layers = []
    for layer in model.layers:
        kind = type(layer).__name__
        if kind in KNOWN["only_in_training"]:
            continue
        config = json.loads(json.dumps(layer.get_config(), default=str))  # as JSON has it
        unknown = find_unknown(kind, config)
        if unknown is not None:
            raise PageError(
                f"the page cannot compute {unknown} (layer {layer.name}); predict.py may read "
                "pictures with this network all the same"
            )
        weights = [encode(array.astype("<f4").tobytes()) for array in layer.get_weights()]
        layers.append({"kind": kind, "config": config, "weights": weights})
    return layers


def find_unknown(kind, config):
    """Return what the page cannot compute of a layer with these settings, in words, or None."""
    if kind not in KNOWN["layers"]:
        return kind
    for setting, known_value in KNOWN["layers"][kind].items():
        if config[setting] != known_value:
            return f"{setting}={config[setting]}"
    activation = config.get("activation") or "linear"
    if activation not in KNOWN["activations"]:
        return f"the activation {activation}"
    return None
