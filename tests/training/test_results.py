"""What results.py saves and says of a training, whatever the network and its answers are."""

import atexit
import math

import keras
import numpy as np
import pytest

from training import data, limits, results
from training import run as run_module
from training.answers import Answers
from training.files import Outputs
from training.run import Run

ONE_HOT = np.eye(3)[[0, 1, 1, 2]]
LABELS = np.array([0, 1, 1, 2])
THREE = np.array([[0.7, 0.2, 0.1], [0.3, 0.5, 0.2], [0.1, 0.2, 0.7], [0.1, 0.3, 0.6]])
IMAGES = np.zeros((4, 28, 28), "uint8")


@pytest.mark.parametrize(
    ("y", "answered", "images", "problem"),
    [
        (ONE_HOT, THREE, IMAGES, None),
        (LABELS.astype("uint8")[:, np.newaxis], THREE.astype("float16"), IMAGES, None),
        (ONE_HOT * 0.7 + 0.1, THREE, IMAGES, None),  # smoothed labels
        (ONE_HOT, THREE * math.nan, IMAGES, None),  # after a training that failed
        (ONE_HOT, 5 * THREE - 2, IMAGES, "softmax"),  # logits
        (ONE_HOT, THREE + 0.3, IMAGES, "softmax"),  # as of sigmoids: not together 1
        (ONE_HOT, THREE, None, "28 x 28"),
        (np.array([0, 1, 1, 1]), THREE[:, :1], IMAGES, "compared"),  # one output, of two classes
        (LABELS, THREE[:, :2], IMAGES, "compared"),  # a class that has no answer
        (THREE * 2, THREE * 2, IMAGES, "compared"),  # an image is predicted
        (LABELS * 0.6, THREE, IMAGES, "compared"),  # labels that are no integers
        (LABELS[:3], THREE, IMAGES, "compared"),
        (LABELS - 1, THREE, IMAGES, "compared"),
        (ONE_HOT, [THREE, THREE[:, :2]], IMAGES, "compared"),  # a network with two outputs
    ],
    ids=lambda value: "",
)
def test_answers_are_shown_where_they_compare_with_the_labels_and_are_probabilities(
    y, answered, images, problem
):
    labels = results.find_labels(y, answered)
    if problem != "compared":
        assert labels.tolist() == LABELS.tolist()
    answers, said = results.make_answers(images, labels, answered, "digits")
    if problem is None:
        assert (answers.class_names, said) == (["0", "1", "2"], None)
    else:
        assert answers is None
        assert problem in said


# --- A run --------------------------------------------------------------------------------------


@pytest.fixture
def make_run(tmp_path, monkeypatch):
    """Make a Run with results in a folder of this test; what it put into Keras goes with it."""
    monkeypatch.setattr(keras.datasets.mnist, "load_data", keras.datasets.mnist.load_data)

    def make_run():
        run = Run(["--outputs", str(tmp_path / "outputs")])
        run.source = "mnist"  # as if it were loaded
        return run

    yield make_run
    atexit.unregister(run_module.end)


def build():
    return keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, "softmax")])


def test_of_a_training_without_fit_or_of_another_model_no_number_is_told(make_run):
    model = build()
    run = make_run()
    run.watch(model)
    told = [results.describe_fitting(run.fitting, model)]  # `fit` was not called
    run.fitting.seconds = 3.0
    told += [results.describe_fitting(run.fitting, build()), results.describe_fitting(None, model)]
    for numbers in told:
        assert numbers.pop("history") == {}
        assert set(numbers.values()) == {None}
    assert results.describe_fitting(run.fitting, model)["epochs"] == 0


# --- What is said -------------------------------------------------------------------------------


@pytest.fixture
def report(make_run, capsys):
    """Return what is printed about a network that has answered as said about 40 test images."""

    def report(answered=None, **changed):
        labels = np.arange(40) % 10
        if answered is None:
            answered = 0.8 * np.eye(10)[labels] + 0.02
        metrics = {
            "dataset": "MNIST",
            "test_size": 40,
            "test_accuracy": 0.925,
            "test_loss": 0.25,
            "interrupted": False,
            "seconds": {"train": None, "total": 7.6},
        }
        metrics |= changed
        answers = Answers(None, labels, answered, data.DIGITS, metrics["dataset"])
        results.report(make_run(), metrics, answers, reads_digits=True)
        return capsys.readouterr().out

    return report


@pytest.mark.parametrize(
    ("data_name", "is_known"),
    [("MNIST", True), ("Fashion-MNIST", True), ("a part of MNIST", False), ("mnist.npz", False)],
)
def test_all_other_data_are_said_to_be_not_mnist(report, data_name, is_known):
    said = report(dataset=data_name)
    warning = "This is NOT MNIST: from its 60,000 images dense learns about 98%, convnet 99.5%.\n"
    assert (warning in said) == (not is_known)
    assert f"Of 40 test images of {data_name} it reads 3 wrong.\n" in said


@pytest.mark.parametrize("value", [math.nan, 0.1], ids=["NaN", "all alike"])
def test_a_network_that_has_learned_nothing_is_told_with_what_to_try(report, value):
    said = report(answered=np.full((40, 10), value))
    assert "no better than guessing" in said
    assert "learning rate" in said
    answered = np.full((40, 10), 0.1)
    answered[:7] = np.eye(10)[:7]  # 17% of the answers are right then, and of 20% of the images
    answered[10:16] = np.eye(10)[:6]
    assert "guessing" not in report(answered=answered)


def test_own_digits_are_reported_where_no_network_was_before(report):
    said = report(own_digits={"kept_aside": 20, "right": 18, "right_before": None})
    assert "Your own digits, kept aside: 18 of 20 right\n" in said
    said = report(own_digits={"kept_aside": 0, "right": 0, "right_before": None})
    assert "own digits" not in said  # each was written once


def test_it_says_if_predict_py_will_not_load_what_was_saved(tmp_path, monkeypatch, capsys):
    outputs = Outputs(tmp_path)
    path = tmp_path / "model.keras"
    keras.Sequential([keras.Input((784,)), keras.layers.Dense(10)]).save(path)
    results.check_loading(outputs, path)
    assert not outputs.failed
    monkeypatch.setattr(limits, "MOST_BYTES_OF_NETWORK", 31_000)  # it has 31,400 in weights
    results.check_loading(outputs, path)
    assert list(outputs.failed) == [path]
    assert "cannot be loaded by predict.py: it takes" in capsys.readouterr().err
