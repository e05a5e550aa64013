"""What network.js computes is what Keras computes: answers, a step of learning, which ink spoke.

It runs in node: without a browser, so that it runs wherever node is.
"""

import itertools
import json
import shutil
import subprocess

import keras
import numpy as np
import pytest
from conftest import ROOT
from untrained import answers_of, ask_keras, build, with_random_weights

from page import write
from training import convnet

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="node (nodejs.org) is not installed")
L = keras.layers
TOLERANCE = 1e-4  # float32, and sums in another order


def in_node(code, networks, **values):
    """Run JavaScript for each of `networks`, JSON, that network.js opens; return what it returned.

    The code ends with `return ...`; `$` is what network.js exports, and `values` are the names that
    it finds defined.
    """
    script = f"""
      const $ = require("./network.js");
      const given = require("fs").readFileSync(0, "utf-8");
      const {{ networks, {", ".join(values)} }} = JSON.parse(given);
      const returned = networks.map((network) => {{
        $.openNetwork(network);
        {code}
      }});
      console.log(JSON.stringify(returned));
    """
    process = subprocess.run(
        [NODE, "-e", script],
        cwd=ROOT / "page",
        input=json.dumps({"networks": networks, **values}),
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


def describe(model, sample, paper=0.0, ink=1.0):
    """Return the network as the page gets it, JSON; `paper` and `ink` as for `write_page`."""
    answers = answers_of(model, sample, paper, ink)
    return json.dumps(write.describe_network(model, answers, paper, ink))


# --- It answers as Keras does -------------------------------------------------------------------

AS_IMAGE = L.Reshape((28, 28, 1))
# What stands before ten_answers(), and of which data, from paper to ink.
CASES = [
    [L.Dense(20), L.Activation("tanh")],
    [AS_IMAGE, L.Conv2D(4, 3), L.AveragePooling2D((2, 3), strides=2, padding="same")],
    [AS_IMAGE, L.Conv2D(4, 3), L.BatchNormalization(epsilon=0.1)],
    [AS_IMAGE, L.Conv2D(4, (4, 3), strides=(3, 2), padding="same", activation="tanh")],
    [AS_IMAGE, L.Conv2D(4, 5, strides=2, use_bias=False), L.Conv2D(6, 2, activation="relu")],
    [L.Dense(20, "relu", use_bias=False), L.Dense(10, "relu")],
    [AS_IMAGE, L.Conv2D(20, 5), L.GlobalAveragePooling2D()],
    [AS_IMAGE, L.MaxPooling2D()],
    [AS_IMAGE, L.Conv2D(4, 3), L.MaxPooling2D(3, strides=2, padding="same")],
    [L.Dense(20), L.ReLU()],
    [L.Rescaling(2.0, offset=-0.5)],
    [L.Reshape((28, -1, 1)), L.Conv2D(4, 3)],
    [L.Dense(20), L.Softmax()],
    # What works in training only:
    [L.Dropout(0.5), L.GaussianNoise(0.5), L.Dense(20, "relu")],
    [AS_IMAGE, L.RandomRotation(0.2), L.RandomTranslation(0.2, 0.2), L.RandomZoom(0.3)],
]
for activation in write.KNOWN["activations"]:
    CASES.append([L.Dense(20, activation)])


def ten_answers():
    """Return the layers that stand behind those that are tried."""
    return [L.Flatten(), L.Dense(10, "softmax")]


def test_each_layer_in_the_list_has_its_code_and_is_tried():
    code = "return [$.layers, $.activations].map(Object.keys);"
    [[layers, activations]] = in_node(code, ["null"])
    assert sorted(layers) == sorted(write.KNOWN["layers"])
    assert sorted(activations) == sorted(write.KNOWN["activations"])
    tried = {"InputLayer", "Flatten"}
    for case in CASES:
        tried.update(type(layer).__name__ for layer in case)
    assert tried == set(layers) | set(write.KNOWN["only_in_training"])


def test_networks_answer_as_in_keras_whatever_their_layers_shapes_and_scales(sample):
    tried = [(build(case + ten_answers()), 0.0, 1.0) for case in CASES]
    for shape, paper, ink in [((784,), 1.0, 0.0), ((28, 28), -1.0, 1.0), ((28, 28, 1), 0.0, 255.0)]:
        rescaling = L.Rescaling(1 / max(abs(paper), ink))
        tried.append((build([rescaling] + ten_answers(), shape), paper, ink))
    tried.append((with_random_weights(convnet.build(seed=0)), 0.0, 1.0))
    images = sample[1][0][::50]
    pixels = (images.reshape((-1, 784)) / 255).tolist()
    described = [describe(model, sample, paper, ink) for model, paper, ink in tried]
    answered = in_node("return pixels.map($.predict);", described, pixels=pixels)
    for (model, paper, ink), here in zip(tried, answered, strict=True):
        there = ask_keras(model, images, paper, ink)
        assert np.abs(here - there).max() < TOLERANCE, model.get_config()
        assert np.ptp(there, axis=0).max() > 0.01  # the answers differ from digit to digit


# --- It learns as Keras does --------------------------------------------------------------------

LEARN = """
  $.learn(pixels, 3);
  return $.teachable().weights.map((array) => [...array]);
"""


@pytest.mark.parametrize(
    "ending",
    [
        [L.Dense(10, "softmax", use_bias=False)],
        [L.Dense(10), L.Softmax()],
        [L.Dropout(0.0), L.Dense(10), L.Activation("softmax")],
    ],
)
def test_one_step_of_learn_changes_the_last_layer_as_a_step_of_keras_does(sample, ending):
    hidden = L.Dense(20, "relu")
    model = build([hidden] + ending)
    image = sample[1][0][7] / 255
    [last] = [layer for layer in ending if isinstance(layer, L.Dense)]
    before = last.get_weights()
    [learned] = in_node(LEARN, [describe(model, sample)], pixels=image.ravel().tolist())
    x = image.reshape((1, 784))
    inputs = keras.ops.convert_to_numpy(hidden(x))
    step = 0.3 / (1 + float((inputs**2).sum()))
    hidden.trainable = False
    sgd = keras.optimizers.SGD(step)
    model.compile(sgd, "categorical_crossentropy", run_eagerly=True)
    model.fit(x, keras.utils.to_categorical([3], 10), verbose=0)
    for here, there, old in zip(learned, last.get_weights(), before, strict=True):
        assert np.abs(there - old).max() > 0.001  # it did learn
        assert np.allclose(np.array(here).reshape(there.shape), there, atol=1e-5)


def test_a_network_for_which_learn_has_no_gradient_is_not_taught(sample):
    endings = [
        [L.Dense(10), L.ReLU(), L.Softmax()],
        [L.Dense(10, "relu"), L.Softmax()],
        [L.Dense(10, "sigmoid")],
        [L.Dense(10), L.Activation("sigmoid")],
    ]
    described = [describe(build(ending), sample) for ending in endings]
    assert in_node("return $.teachable() === undefined;", described) == [True] * 4


WHICH_INK = """
  const spoke = [...$.whichInkSpoke(pixels, 4, 9)];
  const kept = [...$.teachable().output.data];
  return { spoke, kept, answers: $.predict(pixels) };
"""
CONVNET = [L.Reshape((28, 28, 1)), L.Conv2D(4, 5, strides=2, activation="relu"), L.Flatten()]


@pytest.mark.parametrize(
    ("layers", "paper", "ink", "bias"),
    [([L.Dense(30, "relu")], -1.0, 1.0, 0), (CONVNET, 1.0, 0.0, 0), ([], 0.0, 1.0, -1000)],
)
def test_ink_spoke_for_an_answer_as_far_as_that_falls_behind_when_it_is_erased(
    sample, layers, paper, ink, bias
):
    model = build(layers + ten_answers())
    *others, biases = model.get_weights()
    biases[9] += bias  # a very low one: this answer gets nothing at all
    model.set_weights([*others, biases])

    def lead(image):
        [answers] = ask_keras(model, 255 * image[np.newaxis], paper, ink)
        return np.log(answers[4]) - np.log(max(answers[9], 1e-30))

    image = sample[1][0][7] / 255
    network = describe(model, sample, paper, ink)
    [told] = in_node(WHICH_INK, [network], pixels=image.ravel().tolist())
    spoke = np.reshape(told["spoke"], (28, 28))
    for top, left in itertools.product(range(0, 28, 3), repeat=2):
        piece = (slice(top, top + 3), slice(left, left + 3))
        erased = image.copy()
        erased[piece] = 0
        share = image[piece] / max(image[piece].sum(), 1e-9)
        assert np.allclose(spoke[piece], (lead(image) - lead(erased)) * share, atol=1e-4)
    assert spoke.min() < -0.01
    assert spoke.max() > 0.01
    assert told["kept"] == told["answers"]  # the layers are again about the whole image
