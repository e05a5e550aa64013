"""Put the trained network into a copy of draw.html, so that a browser can run it.

Nothing here is about learning; you need not read it to understand train.py.
"""

import base64
import json
import pathlib
import re

import numpy as np

from training import plots

TEMPLATE = pathlib.Path(__file__).resolve().with_name("draw.html")
TEST_IMAGES_PER_CLASS = 10  # the hardest one, and the first others


class PageError(Exception):
    """The page cannot run this network; the text is one line that says why, and what to do."""


def write_page(path, model, x_train, labels_train, x_test, labels_test, probabilities, metrics):
    """Write `path`, a copy of draw.html with the network, a few images and what Keras answers.

    `model` answers in probabilities, (N, 10). `x_train` and `x_test` are images as the network
    takes them: floats of the shape (N, 784), (N, 28, 28) or (N, 28, 28, 1); their smallest value is
    paper, their largest ink. The labels are integers from 0 to 9. `probabilities`, (N, 10), are the
    model's answers about `x_test`. `metrics` are the numbers of the run, as in metrics.json. Raises
    PageError if the page cannot run the network.
    """
    template = self_contained(TEMPLATE)
    paper = float(x_train.min())
    ink = float(x_train.max())
    if not ink > paper:
        raise PageError("all pixels of the training images are alike, or some are no numbers")
    means = class_means(x_train, labels_train)
    answers = model.predict(means, verbose=0)
    if answers.shape != (10, 10) or not np.isfinite(answers).all():
        raise PageError("the network does not answer with ten finite numbers for each image")
    indices = choose_test_images(labels_test, probabilities)
    test_images = (x_test[indices].reshape((-1, 784)) - paper) / (ink - paper)
    test_images = np.clip(np.rint(255 * test_images), 0, 255).astype("uint8")
    network = {
        "kind": "digits" if metrics["class_names"][0] == "0" else "clothes",
        "class_names": metrics["class_names"],
        "data": metrics["dataset"],
        "accuracy": metrics["test_accuracy"],
        "shape": list(x_train.shape[1:]),
        "paper": paper,
        "ink": ink,
        "means": means.reshape((10, 784)).tolist(),
        "answers": answers.tolist(),
        "test_images": base64.b64encode(test_images.tobytes()).decode(),
        "test_labels": [int(label) for label in labels_test[indices]],
        "layers": describe_layers(model, template),
    }
    content = json.dumps(network, default=str, allow_nan=False)
    content = content.replace("<", "\\u003c")  # or a name might end the script that it stands in
    page = template.replace(">null<", f">{content}<")
    path.write_text(page, encoding="utf-8")


def self_contained(template):
    """Return the page `template` as text, with its style sheet and its scripts within it."""
    text = template.read_text(encoding="utf-8")

    def style(link):
        sheet = template.with_name(link[1]).read_text(encoding="utf-8")
        return f"<style>\n{sheet}</style>"

    def script(link):
        code = template.with_name(link[1]).read_text(encoding="utf-8")
        code = code.replace("</script", r"<\/script")  # or it would end there
        return f"<script>\n{code}</script>"

    text = re.sub(r'<link rel="stylesheet" href="(.+?)">', style, text)
    text = re.sub(r'<script src="(.+?)"></script>', script, text)
    # The page's policy: only what is within it may run.
    return text.replace("-src 'self'", "-src 'unsafe-inline'")


def class_means(images, labels):
    """Return the mean image of each class, float32 (10, ...); zeros where a class has no images."""
    means = np.zeros((10, *images.shape[1:]), "float32")
    for label in range(10):
        of_class = images[labels == label]
        if len(of_class) > 0:
            means[label] = of_class.mean(axis=0)
    return means


def choose_test_images(labels, probabilities):
    """Return the indices of ten images of each class, or of all where there are fewer.

    Of each class the first is the hardest, so that the visitor has something to correct.
    """
    chosen = []
    for indices in plots.sort_by_class(labels, probabilities):
        chosen.extend(indices[:TEST_IMAGES_PER_CLASS])
    return np.array(chosen, int)


def known_names(template, kind):
    """Return the names in the list of draw.html that begins with `const KNOWN_<kind> = `."""
    found = re.search(rf"const KNOWN_{kind} = `([^`]*)`", template)
    return found[1].split()


def describe_layers(model, template):
    """Return kind, settings and weights of each layer, as JSON has them.

    Raises PageError for a layer or an activation that the page does not know.
    """
    known_layers = known_names(template, "LAYERS")
    known_activations = known_names(template, "ACTIVATIONS")
    layers = []
    for layer in model.layers:
        kind = type(layer).__name__
        if kind not in known_layers:
            raise PageError(
                f"the page does not know the layer {kind}: use another layer in its place"
            )
        config = layer.get_config()
        activation = config.get("activation") or "linear"
        if not isinstance(activation, str):
            activation = activation.get("class_name", "of its own")
        if activation not in known_activations:
            raise PageError(
                f"the page does not know the activation {activation} of the layer {layer.name}: "
                "name another, or put it into a layer of its own"
            )
        weights = []
        for array in layer.get_weights():
            if not np.isfinite(array).all():
                raise PageError(f"the layer {layer.name} has weights that are no finite numbers")
            weights.append(base64.b64encode(array.astype("<f4").tobytes()).decode())
        layers.append({"kind": kind, "config": config, "weights": weights})
    return layers
