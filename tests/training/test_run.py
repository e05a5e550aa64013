"""What run.py does around a training: what options bring, and what an earlier network is asked."""

import atexit

import keras
import numpy as np
import pytest

from training import data, hands, own_digits
from training import run as run_module
from training.distort import add_copies
from training.run import Run


@pytest.fixture
def make_run(tmp_path, tiny_npz, monkeypatch):
    """Make a Run on few digits, with results in a folder of this test; all it changed goes back."""
    monkeypatch.setattr(keras.datasets.mnist, "load_data", keras.datasets.mnist.load_data)

    def make_run(*options):
        outputs = ["--outputs", str(tmp_path / "outputs")]
        return Run(["--data", str(tiny_npz), *map(str, options), *outputs])

    yield make_run
    atexit.unregister(run_module.end)


def small_network():
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, "softmax")])
    model.compile("rmsprop", "categorical_crossentropy")
    return model


def test_keras_s_own_load_data_gives_what_the_options_name_and_each_image_has_its_label(
    make_run, sample, tiny_npz, tmp_path, monkeypatch
):
    monkeypatch.setattr(hands, "COPIES", 1)  # more take longer
    _, (own_images, own_labels) = sample
    own_npz = tmp_path / "my_digits.npz"
    own_digits.collect(own_npz, own_images[:30], own_labels[:30])
    run = make_run("--add", own_npz, "--hands", "--seed", 3)
    (x_train, y_train), test_set = keras.datasets.mnist.load_data()
    expected, expected_test_set = data.load_path(tiny_npz)
    images, _ = expected
    expected = add_copies("people", hands.load(), 1, expected, seed=3)
    own = own_digits.load([own_npz])
    copies = own_digits.count_copies(own, 7_948)
    expected = add_copies("own", own, copies, expected, seed=3)
    arrays = (x_train, y_train, *test_set)
    for mine, other in zip(arrays, (*expected, *expected_test_set), strict=True):
        assert np.array_equal(mine, other)
    assert run.number_added == len(x_train) - 400 == len(y_train) - 400 > 7_548
    assert run.source == str(tiny_npz)
    assert run.shades.tolist() == np.unique(images).tolist()
    assert keras.datasets.mnist.load_data == run.load_data  # also if it is asked again


def test_the_seed_is_the_one_that_was_asked_for_and_told_only_if_the_script_took_it(make_run):
    run = make_run("--seed", 7)
    assert run.told_seed is None
    assert run.seed == run.told_seed == 7


def test_the_network_is_the_reader_s_own_or_the_one_that_model_names(make_run):
    mine = small_network()
    assert make_run().watch(mine) is mine
    run = make_run("--model", "convnet")
    model = run.watch(mine)
    assert model.count_params() == 102_618
    assert model.fit == run.fitting.fit


def test_saving_leaves_random_numbers_as_if_there_were_none(make_run):
    run = make_run()
    model = small_network()
    keras.utils.set_random_seed(4)
    expected = small_network().get_weights()[0]
    keras.utils.set_random_seed(4)
    run.save_model(model)
    assert np.array_equal(small_network().get_weights()[0], expected)
