"""What results.py saves and says of a training, whatever the network and its answers are."""

import argparse
import math
import types

import keras
import numpy as np
import pytest
from helpers import FILES, assert_one_line

from training import data, fitting, results
from training.answers import Answers
from training.files import Outputs

ONE_HOT = np.eye(3)[[0, 1, 1, 2]]
LABELS = np.array([0, 1, 1, 2])
THREE = np.array([[0.7, 0.2, 0.1], [0.3, 0.5, 0.2], [0.1, 0.2, 0.7], [0.1, 0.3, 0.6]])  # one wrong
LOGITS = 5 * THREE - 2
OF_ONE = np.array([[0.1], [0.9], [0.4], [0.6]])  # how probable class 1 is
ZERO_OR_ONE = np.array([0, 1, 1, 1])


# --- Answers, labels, and whether they compare --------------------------------------------------


@pytest.mark.parametrize(
    ("y", "answered", "accuracy", "classes"),
    [
        (ONE_HOT, THREE, 0.75, 3),
        (LABELS, THREE, 0.75, 3),
        (LABELS.astype("uint8")[:, np.newaxis], THREE.astype("float16"), 0.75, 3),
        (ONE_HOT * 0.7 + 0.1, THREE, 0.75, 3),  # smoothed labels
        (ONE_HOT, LOGITS, 0.75, None),
        (ONE_HOT, THREE + 0.3, 0.75, None),  # as of sigmoids: not together 1
        (ZERO_OR_ONE, OF_ONE, 0.75, 2),
        (ZERO_OR_ONE.astype("float32")[:, np.newaxis], OF_ONE, 0.75, 2),
        (ZERO_OR_ONE == 1, OF_ONE, 0.75, 2),
        (ZERO_OR_ONE, 8 * OF_ONE - 4, None, None),  # one logit: is it 1 from 0 or from 0.5 on?
        (LABELS, LOGITS[:, :1], None, None),  # a number is predicted
        (LABELS, THREE[:, :2], None, None),  # a class that has no answer
        (THREE * 2, THREE * 2, None, None),  # an image is predicted
        (LABELS[:3], THREE, None, None),
        (LABELS - 1, THREE, None, None),
        (ONE_HOT, [THREE, THREE], None, None),  # a network with two outputs
    ],
    ids=lambda value: "",
)
def test_an_accuracy_is_told_where_labels_and_answers_compare_and_shown_if_they_are_probabilities(
    y, answered, accuracy, classes
):
    labels, probabilities = results.compare(y, answered)
    assert results.find_accuracy(labels, probabilities) == accuracy
    images = np.zeros((4, 28, 28), "uint8")
    answers = results.make_answers(images, labels, probabilities, "digits")
    if classes is None:
        assert answers is None
    else:
        assert answers.probabilities.shape == (4, classes)
        assert answers.probabilities.sum(axis=1) == pytest.approx(1, abs=1e-3)
        assert answers.class_names == [str(label) for label in range(classes)]
        assert answers.labels.tolist() == np.ravel(labels).tolist()


def test_the_loss_is_found_in_whatever_evaluate_returns():
    for scores in ({"accuracy": 0.9, "loss": 0.5}, [0.5, 0.9], 0.5):
        assert results.find_loss(scores) == 0.5


def test_answers_that_are_no_numbers_are_shown_as_they_are():
    labels, probabilities = results.compare(ONE_HOT, THREE * math.nan)
    assert results.make_answers(np.zeros((4, 28, 28)), labels, probabilities, "digits") is not None


def test_ten_answers_about_clothes_have_their_names():
    labels, probabilities = results.compare(np.arange(10), np.eye(10))
    answers = results.make_answers(np.zeros((10, 28, 28)), labels, probabilities, "Fashion-MNIST")
    assert answers.class_names == data.CLOTHES


# --- A run --------------------------------------------------------------------------------------


def preprocess(images):
    return images.reshape((len(images), 784)).astype("float32") / 255


def args(outputs, **changed):
    given = {"model": "dense", "validation_split": 0.0, "seed": 0, "add": [], "outputs": outputs}
    return argparse.Namespace(**(given | changed))


def make_progress(**changed):
    progress = fitting.Fitting()
    progress.history = {"loss": [0.5], "accuracy": [0.9]}
    progress.epochs = 1
    progress.seconds = 0.001
    for name, value in changed.items():
        setattr(progress, name, value)
    return progress


@pytest.fixture
def save(sample, tmp_path, capsys):
    """Save an untrained network's results; return its folder, status, and what was printed.

    `layers` are the network's, `answered` what it is said to answer about 40 test images, and
    `changed` what is different about the training.
    """
    (images_train, labels_train), (images, labels) = sample
    images = images[:40]
    labels = labels[:40]

    def save(*layers, answered=None, data_name="MNIST", loss=0.25, **changed):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((784,)), *layers])
        x = preprocess(images)
        if answered is None:
            answered = np.full((40, 10), 0.02)
            answered[np.arange(40), labels] = 0.82
            answered[:3] = np.roll(answered[:3], 1, axis=1)  # three are wrong
        run = results.Run(args(tmp_path / "outputs"), preprocess)
        run.save_model(model)
        status = run.save(
            model,
            make_progress(**changed),
            data_name,
            train_set=(images_train[:20], labels_train[:20]),
            test_set=(images, x, np.eye(10)[labels]),
            answered=({"loss": loss}, answered),
        )
        screen = capsys.readouterr()
        folder = tmp_path / "outputs"
        return types.SimpleNamespace(
            folder=folder, status=status, stdout=screen.out, stderr=screen.err
        )

    return save


SOFTMAX = keras.layers.Dense(10, activation="softmax")


class LayerOfAReader(keras.layers.Layer):
    def call(self, x):
        return x


def test_a_model_that_nobody_can_load_is_no_success(tmp_path):
    run = results.Run(args(tmp_path), preprocess)
    run.save_model(keras.Sequential([keras.Input((784,)), keras.layers.Dense(1)]))
    assert run.is_loadable
    run.save_model(keras.Sequential([keras.Input((784,)), LayerOfAReader()]))
    assert not run.is_loadable


def test_all_is_saved_and_the_last_lines_say_how_good_it_is_and_where(save):
    saved = save(SOFTMAX)
    assert saved.status == 0
    assert {path.name for path in saved.folder.iterdir()} == FILES
    assert saved.stderr == ""
    assert "\nTest accuracy on MNIST: 92.50%, 3 of 40 wrong\n" in saved.stdout
    for name in FILES:
        assert f"  {saved.folder / name}\n" in saved.stdout
    assert saved.stdout.endswith("draw a digit: this network reads it.\n")


def test_answers_that_are_no_probabilities_are_told_with_the_cure_and_cost_only_what_shows_them(
    save,
):
    saved = save(keras.layers.Dense(10), answered=np.tile(LOGITS[:1], (40, 4))[:, :10])
    assert saved.status == 1
    assert {path.name for path in saved.folder.iterdir()} == {
        "model.keras",
        "metrics.json",
        "samples.png",
        "training.png",
    }
    assert saved.stdout.count('Give its last layer activation="softmax"') == 1
    assert "reads it" not in saved.stdout
    for line in saved.stderr.splitlines():
        assert "probabilities" in line


def test_one_result_that_cannot_be_made_costs_no_other(save, monkeypatch):
    def broken(*_):
        raise RuntimeError("my own plot\ndoes not work")

    monkeypatch.setattr(results.plots, "draw_mistakes", broken)
    saved = save(SOFTMAX)
    assert saved.status == 1
    assert_one_line(saved.stderr, "mistakes.png", "my own plot does not work")
    assert {path.name for path in saved.folder.iterdir()} == FILES - {"mistakes.png"}
    assert "mistakes.png" not in saved.stdout


@pytest.mark.filterwarnings("ignore:The object being serialized includes a `lambda`")
@pytest.mark.parametrize(
    ("layer", "word"),
    [
        (LayerOfAReader(), "LayerOfAReader"),
        (keras.layers.Lambda(lambda x: x), "Lambda"),
        (keras.layers.Activation(lambda x: x), "activation function"),
    ],
    ids=["class", "Lambda", "function"],
)
def test_what_is_wrong_with_a_model_that_nobody_can_load_is_named(tmp_path, capsys, layer, word):
    path = tmp_path / "model.keras"
    keras.Sequential([keras.Input((784,)), layer]).save(path)
    assert not results.check_that_it_loads(path)
    message = capsys.readouterr().err
    assert_one_line(message, "model.keras", "cannot be loaded", word)
    assert len(message) < 500


# --- What is said -------------------------------------------------------------------------------


@pytest.fixture
def report(tmp_path, capsys):
    """Return what is printed about a network that has answered as said about 40 test images."""

    def report(answered=None, data_name="MNIST", loss=0.25, **changed):
        labels = np.arange(40) % 10
        if answered is None:
            answered = 0.8 * np.eye(10)[labels] + 0.02
        answers = results.make_answers(np.zeros((40, 28, 28)), labels, answered, data_name)
        outputs = Outputs(tmp_path)
        outputs.saved.append(tmp_path / "draw.html")
        metrics = {"dataset": data_name, "test_size": 40, "test_accuracy": 0.925, "test_loss": loss}
        results.report(metrics, answers, make_progress(**changed), outputs)
        return capsys.readouterr().out

    return report


@pytest.mark.parametrize(
    ("data_name", "is_known"),
    [("MNIST", True), ("Fashion-MNIST", True), ("MNIST sample (7,000 digits)", False)]
    + [("a part of MNIST", False), ("mnist.npz", False)],
)
def test_all_other_data_are_said_to_be_not_mnist(report, data_name, is_known):
    assert ("NOT MNIST" in report(data_name=data_name)) == (not is_known)


@pytest.mark.parametrize(
    ("loss", "answered", "word"),
    [
        (math.nan, np.full((40, 10), math.nan), "not a number"),
        (2.31, np.full((40, 10), 0.1), "no better than guessing"),
        (403.0, np.eye(10)[np.arange(1, 41) % 10], "no better than guessing"),
    ],
    ids=["NaN", "all alike", "very sure and wrong"],
)
def test_a_network_that_has_learned_nothing_is_told_with_what_to_try(report, loss, answered, word):
    said = report(answered=answered, loss=loss)
    assert word in said
    assert "smaller learning rate" in said
    assert "reads it" not in said


def test_a_large_loss_alone_is_no_sign_of_it_since_penalties_are_in_it(report):
    said = report(loss=7.1)
    assert "guessing" not in said
    assert "this network reads it" in said


@pytest.mark.parametrize(
    ("reason", "word"), [("Ctrl-C", "was interrupted"), ("no disk for logs", "no disk for logs")]
)
def test_a_training_that_ended_early_is_said_to_be_unfinished(report, reason, word):
    said = report(interrupted=reason)
    assert word in said
    assert "unfinished network" in said


def test_without_an_accuracy_the_loss_is_told(tmp_path, capsys):
    metrics = {"dataset": "digits", "test_size": 40, "test_accuracy": None, "test_loss": 0.5}
    results.report(metrics, None, make_progress(), Outputs(tmp_path))
    said = capsys.readouterr().out
    assert "Test loss on digits: 0.5000" in said
    assert "%" not in said.partition("This is NOT MNIST")[0]


def test_own_digits_are_reported_with_what_was_before(capsys):
    results.report_own_digits({"kept_aside": 20, "right": 18, "right_before": 12})
    results.report_own_digits({"kept_aside": 20, "right": 18, "right_before": None})
    first, second = capsys.readouterr().out.splitlines()
    assert first == "Your own digits, kept aside: 18 of 20 right (before: 12 of 20)"
    assert second == "Your own digits, kept aside: 18 of 20 right"


def test_the_first_four_test_images_and_what_the_network_says_are_printed(capsys):
    answers = Answers(np.zeros((4, 28, 28)), LABELS, THREE, ["zero", "one", "two"], "a test")
    results.show_first_answers(answers)
    labels, predicted = capsys.readouterr().out.splitlines()
    assert labels == "The first four test images are zero, one, one, two"
    assert predicted.split("says")[1].strip() == "zero, one, two, two"
