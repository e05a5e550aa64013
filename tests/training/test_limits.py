"""What limits.py does: what is no file, and what would cost too much, is refused unread."""

import io
import json
import time
import zipfile

import h5py
import keras
import numpy as np
import pytest
from helpers import at_most_mb

from training import limits


def small_model():
    layers = [keras.Input((784,)), keras.layers.Dense(4), keras.layers.Dense(10, "softmax")]
    return keras.Sequential(layers)


@pytest.fixture
def network(tmp_path):
    """Save a small network whose file has other contents (by name, bytes); return its path."""

    def network(**changes):
        path = tmp_path / "model.keras"
        small_model().save(path)
        with zipfile.ZipFile(path) as file:
            contents = {name: file.read(name) for name in file.namelist()}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
            for name, content in (contents | changes).items():
                file.writestr(name, content)
        return path

    return network


def configured(*layers):
    """Return the config.json of a network with these Keras layers as (name, its settings)."""
    first = {"class_name": "InputLayer", "config": {"batch_shape": [None, 784]}}
    listed = [first] + [{"class_name": name, "config": config} for name, config in layers]
    for layer in listed:
        layer |= {"module": "keras.layers", "registered_name": None}
    model = {"module": "keras", "class_name": "Sequential", "registered_name": None}
    return json.dumps(model | {"config": {"name": "any", "layers": listed}}).encode()


def test_what_a_zip_file_unpacks_to_is_added_up(tmp_path):
    path = tmp_path / "small.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in ("a", "b", "c"):
            file.writestr(name, bytes(100_000))
    assert path.stat().st_size < 1000
    limits.check_zip(path, 300_000)
    with pytest.raises(ValueError, match="300,000 bytes, too many"):
        limits.check_zip(path, 299_999)


# --- Networks -----------------------------------------------------------------------------------


def packed(shape):
    """Return an HDF5 file, which has one array of this shape, float32, that takes no room in it."""
    content = io.BytesIO()
    with h5py.File(content, "w") as file:
        file.create_dataset("layers/dense/vars/0", shape, "float32", chunks=True)
    return content.getvalue()


PADDED = [
    ("Reshape", {"target_shape": [28, 28, 1]}),
    ("ZeroPadding2D", {"padding": 5000}),
    ("GlobalMaxPooling2D", {}),
]
NESTED = json.dumps({"layers": [{"layers": [{}] * 60}] * 60}).encode()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("config.json", configured(*[("Dense", {"units": 10_000})] * 2), "431,440,000 bytes"),
        ("config.json", NESTED, "3,660 layers"),
        ("config.json", configured(*PADDED), "40,224,313,600 bytes"),
        ("config.json", b" " * 2_000_000, "2,000,000 bytes"),
        ("model.weights.h5", packed((500_000_000, 2)), "4,000,000,000 bytes"),
        ("assets/zeros", bytes(120_000_000), "bytes"),
    ],
    ids=["weights", "layers", "padding", "config", "packed", "zeros"],
)
def test_a_small_file_that_asks_for_much_is_refused_at_once_and_takes_little_memory(
    name, content, said, network
):
    path = network(**{name: content})
    assert path.stat().st_size < 3_000_000
    begin = time.process_time()
    with at_most_mb(100):
        with pytest.raises(ValueError, match=said):
            limits.load_network(path)
        small_model()(np.zeros((1, 784)))  # nor does the next network cost what was refused
    assert time.process_time() - begin < 3


def test_networks_of_every_usual_kind_are_let_through(tmp_path):
    inputs = keras.Input((784,))
    inner = keras.Sequential([keras.Input((784,)), keras.layers.Dense(5)])
    outputs = keras.layers.Concatenate()([inner(inputs), keras.layers.Dense(5)(inputs)])
    networks = [
        small_model(),
        keras.Sequential(
            [
                keras.Input((28, 28, 1)),
                keras.layers.Conv2D(256, 3, padding="same"),
                keras.layers.BatchNormalization(),
                keras.layers.Dropout(0.5),
                keras.layers.Flatten(),
                keras.layers.Dense(10, "softmax"),
            ]
        ),
        keras.Model(inputs, outputs),
        keras.Sequential([keras.Input((None, 28)), keras.layers.LSTM(8, return_sequences=True)]),
    ]
    for network in networks:
        network.compile("adam", "categorical_crossentropy")
        network.save(tmp_path / "model.keras")
        limits.load_network(tmp_path / "model.keras")


def test_a_size_that_is_not_known_yet_counts_as_1_and_the_largest_layer_counts():
    inner = keras.Sequential([keras.Input((None, 28)), keras.layers.Dense(300)])
    network = keras.Sequential([keras.Input((None, 28)), keras.layers.Dense(9)])
    assert limits.count_numbers(network) == 9
    network = keras.Sequential([keras.Input((None, 28)), inner, keras.layers.Dense(9)])
    assert limits.count_numbers(network) == 300
