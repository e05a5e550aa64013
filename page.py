"""Put the trained network into a copy of draw.html, in which a browser runs it."""

import base64
import json
import pathlib

import numpy as np

TEMPLATE = pathlib.Path(__file__).resolve().with_name("draw.html")


class PageError(Exception):
    """The page cannot run a network; the text says why."""


def write_page(
    path,
    model,
    x_train,
    labels_train,
    x_test,
    labels_test,
    class_names,
    data_name,
    test_accuracy,
):
    template = TEMPLATE.read_text(encoding="utf-8")
    layers = []
    for layer in model.layers:
        name = type(layer).__name__
        config = layer.get_config()
        for known in (f"layers.{name} =", f"activations.{config.get('activation', 'linear')} ="):
            if known not in template:
                raise PageError(f"draw.html knows no {known[:-2]}")
        weights = []
        for array in layer.get_weights():
            weights.append(base64.b64encode(array.astype("<f4")).decode())
        layers.append({"kind": name, "config": config, "weights": weights})
    means = np.zeros((10, 784))
    for c in range(10):
        if np.any(labels_train == c):
            means[c] = x_train[labels_train == c].mean(axis=0).reshape(784)
    answers = model.predict(means.reshape((10, *x_train.shape[1:])), verbose=0)
    network = {
        "kind": "digits" if class_names[0] == "0" else "clothes",
        "class_names": class_names,
        "means": means.tolist(),
        "data": data_name,
        "accuracy": test_accuracy,
        "answers": answers.tolist(),
        "layers": layers,
    }
    content = json.dumps(network, default=str).replace("<", "\\u003c")
    path.write_text(template.replace(">null<", f">{content}<"), encoding="utf-8")
