"""The networks for --model beside the classic one: what they are, and what distortion is for."""

import importlib.util
import subprocess
import sys

import keras
import numpy as np
import pytest
from conftest import ENVIRONMENT, ROOT

from training import distort, networks


def layers_of(model):
    """Each layer as (kind, size, activation): ("Dense", 512, "relu"), ("Dropout", 0.2, None)."""
    return [
        (
            type(layer).__name__,
            getattr(layer, "units", getattr(layer, "rate", None)),
            layer.activation.__name__ if hasattr(layer, "activation") else None,
        )
        for layer in model.layers
    ]


def test_the_dropout_network_is_the_one_of_tensorflow_s_quickstart():
    model = networks.build("dropout", seed=0)
    assert layers_of(model) == [
        ("Dense", 128, "relu"),
        ("Dropout", 0.2, None),
        ("Dense", 10, "softmax"),
    ]
    assert model.count_params() == 784 * 128 + 128 + 128 * 10 + 10
    assert type(model.optimizer) is keras.optimizers.Adam
    assert model.loss == "categorical_crossentropy"
    assert (networks.EPOCHS["dropout"], networks.BATCH_SIZES["dropout"]) == (5, 32)


def test_the_convnet_is_made_of_convolutions_and_of_nothing_that_is_random_in_an_answer():
    kinds = [kind for kind, _, _ in layers_of(networks.build("convnet", seed=0))]
    assert kinds.count("Conv2D") >= 3
    assert kinds[-1] == "Dense"
    assert not [kind for kind in kinds if kind.startswith("Random")]


@pytest.mark.parametrize("name", ["dropout", "convnet"])
def test_a_network_reads_rows_of_784_and_answers_ten_probabilities_and_its_accuracy(name):
    model = networks.build(name, seed=0)
    pixels = np.random.default_rng(0).random((3, 784), dtype="float32")
    onehot = np.eye(10)[:3]
    assert model.input_shape == (None, 784)
    answers = model.predict(pixels, verbose=0)
    assert answers.shape == (3, 10)
    assert answers.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert list(model.evaluate(pixels, onehot, verbose=0, return_dict=True)) == ["accuracy", "loss"]


def test_a_name_of_no_network_is_refused():
    with pytest.raises(ValueError, match="'transformer'"):
        networks.build("transformer", seed=0)


def test_the_convnet_learns_and_reads_digits_that_are_moved(sample):
    (images, labels), (images_test, labels_test) = sample
    model = networks.build("convnet", seed=0)
    x_train = images[:2000].reshape((2000, 784)).astype("float32") / 255
    y_train = keras.utils.to_categorical(labels[:2000], num_classes=10)
    batches = distort.DistortedImages(x_train, y_train, batch_size=64)
    model.fit(batches, epochs=4, shuffle=False, verbose=0)

    def accuracy(images):
        x = images.reshape((-1, 784)).astype("float32") / 255
        return np.mean(model.predict(x, verbose=0).argmax(axis=1) == labels_test)

    # Seeds 0 and 1 gave 93% and 97%, and 83% and 84% on digits that are moved; without distortion,
    # seed 0 gave 50%.
    assert accuracy(images_test) > 0.85
    moved_down = np.roll(images_test, 3, axis=1)
    moved_up_and_left = np.roll(images_test, (-2, -2), axis=(1, 2))
    assert (accuracy(moved_down) + accuracy(moved_up_and_left)) / 2 > 0.75


@pytest.mark.skipif(not importlib.util.find_spec("jax"), reason="JAX is not installed")
def test_two_devices_share_the_batches_of_the_convnet_on_jax():
    script = """
import keras
from training import data, distort, networks

devices = keras.distribution.list_devices()
keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices))
(images, labels), _ = data.load_path(data.SAMPLE)
x_train = images[:1000].reshape((1000, 784)).astype("float32") / 255
y_train = keras.utils.to_categorical(labels[:1000], num_classes=10)
model = networks.build("convnet", seed=0)
batches = distort.DistortedImages(x_train, y_train, batch_size=64)
history = model.fit(batches, epochs=2, shuffle=False, verbose=0).history
for weights in model.weights:
    assert len(weights.value.sharding.device_set) == 2
assert history["accuracy"][1] > 0.5, history  # 0.72 was measured
"""
    two_devices = "--xla_force_host_platform_device_count=2"
    environment = ENVIRONMENT | {"KERAS_BACKEND": "jax", "XLA_FLAGS": two_devices}
    command = [sys.executable, "-c", script]
    child = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert child.returncode == 0, child.stderr
