"""What results.py saves and says of a training, whatever the network and its answers are."""

import atexit
import math

import keras
import numpy as np
import pytest
from conftest import as_input, drawing_nothing
from helpers import FILES

from training import results
from training import run as run_module
from training.run import Run

ONE_HOT = np.eye(3)[[0, 1, 1, 2]]
LABELS = np.array([0, 1, 1, 2])
THREE = np.array([[0.7, 0.2, 0.1], [0.3, 0.5, 0.2], [0.1, 0.2, 0.7], [0.1, 0.3, 0.6]])  # one wrong
OF_ONE = np.array([[0.1], [0.9], [0.4], [0.6]])  # how probable class 1 is

IMAGES = np.zeros((4, 28, 28), "uint8")


@pytest.mark.parametrize(
    ("y", "answered", "is_comparable", "is_shown"),
    [
        (ONE_HOT, THREE, True, True),
        (LABELS.astype("uint8")[:, np.newaxis], THREE.astype("float16"), True, True),
        (ONE_HOT * 0.7 + 0.1, THREE, True, True),  # smoothed labels
        (ONE_HOT, THREE * math.nan, True, True),  # after a training that failed
        (ONE_HOT, 5 * THREE - 2, True, False),  # logits
        (ONE_HOT, THREE + 0.3, True, False),  # as of sigmoids: not together 1
        (np.array([0, 1, 1, 1]), OF_ONE, False, False),  # one output, for class 1 of two
        (LABELS, THREE[:, :2], False, False),  # a class that has no answer
        (THREE * 2, THREE * 2, False, False),  # an image is predicted
        (LABELS[:3], THREE, False, False),
        (LABELS - 1, THREE, False, False),
        (LABELS * 0.6, THREE, False, False),  # labels that are no integers
        (ONE_HOT, [THREE, THREE[:, :2]], False, False),  # a network with two outputs
    ],
    ids=lambda value: "",
)
def test_answers_are_shown_where_they_compare_with_the_labels_and_are_probabilities(
    y, answered, is_comparable, is_shown
):
    labels = results.find_labels(y, answered)
    assert (labels is not None) == is_comparable
    if is_comparable:
        assert labels.tolist() == LABELS.tolist()
    answers, problem = results.make_answers(IMAGES, labels, answered, "digits")
    if is_shown:
        assert problem is None
        assert answers.class_names == ["0", "1", "2"]
    else:
        assert answers is None
        assert ("softmax" in problem) == is_comparable


def test_without_pictures_there_are_no_answers_to_show():
    answers, problem = results.make_answers(None, LABELS, THREE, "digits")
    assert answers is None
    assert "28 x 28" in problem


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


def test_all_is_saved_and_the_last_lines_say_how_good_it_is_and_where(
    sample, make_run, tmp_path, capsys
):
    (images_train, labels_train), (images, labels) = sample
    answered = np.full((40, 10), 0.02)
    answered[np.arange(40), labels[:40]] = 0.82
    answered[:3] = np.roll(answered[:3], 1, axis=1)  # three are wrong
    folder = tmp_path / "outputs"
    run = make_run()
    (folder / "my_digits.png").write_text("of an earlier network")
    with drawing_nothing():
        run.save(
            build(),
            (as_input(images_train[:20]), labels_train[:20]),
            (as_input(images[:40]), np.eye(10)[labels[:40]]),
            answered,
            loss=0.25,
        )
    assert run.finish() == 0
    assert {path.name for path in folder.iterdir()} == FILES
    screen = capsys.readouterr()
    assert screen.err == ""
    assert "Of 40 test images of a part of MNIST it reads 3 wrong.\n" in screen.out
    for name in FILES:
        assert name in screen.out
    lines = screen.out.splitlines()
    place = lines.index("Now look at, and try:")
    assert lines[place + 1 :] == [
        f"  what it read wrong: {folder.as_uri()}/mistakes.png",
        f"  a page to draw on:  {folder.as_uri()}/draw.html",
        f"  your own pictures:  python predict.py my_digit.png --model {folder / 'model.keras'}",
    ]


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
            "seconds": {"train": 3.4, "total": 7.6},
        }
        metrics |= changed
        images = np.zeros((40, 28, 28))
        answers, problem = results.make_answers(images, labels, answered, metrics["dataset"])
        run = make_run()
        run.outputs.saved.append(run.outputs.folder / "draw.html")
        results.report(run, metrics, answers, problem, reads_digits=True)
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


def test_how_long_it_took_and_whether_it_is_finished_is_told(report):
    said = report()
    assert "It took 8 seconds after the start of Keras, 3 of them for `fit`.\n" in said
    assert "unfinished network" not in said
    said = report(seconds={"train": None, "total": 7.6}, interrupted=True)
    assert "It took 8 seconds after the start of Keras.\n" in said
    assert "unfinished network" in said


def test_without_an_accuracy_no_percentage_is_told(report):
    said = report(test_accuracy=None)
    assert "wrong." not in said
    assert "%" not in said


def test_own_digits_are_reported_with_what_was_before(report):
    said = report(own_digits={"kept_aside": 20, "right": 18, "right_before": 12})
    assert "Your own digits, kept aside: 18 of 20 right (before: 12 of 20)\n" in said
    said = report(own_digits={"kept_aside": 20, "right": 18, "right_before": None})
    assert "Your own digits, kept aside: 18 of 20 right\n" in said
