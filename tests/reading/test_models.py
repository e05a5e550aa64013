"""What reading/models.py does: it loads networks that read digits, and refuses all others."""

import json
import zipfile

import keras
import numpy as np
import pytest
from conftest import as_input
from helpers import assert_one_line

from reading import models
from training import limits


def save_model(folder, layers, inputs=(784,)):
    """Save a network of one's own, and return its path."""
    keras.Sequential([keras.Input(inputs), *layers]).save(folder / "model.keras")
    return folder / "model.keras"


def assert_refused(ask, path, *words):
    """Check that a function of models raises a ModelError of one line with these words."""
    with pytest.raises(models.ModelError) as refused:
        ask(path)
    assert_one_line(str(refused.value), path.name, *words)


def test_every_model_that_train_saves_can_read(finished_convnet):
    model = models.load(finished_convnet.outputs / "model.keras")
    answers = models.ask(model, np.zeros((2, 28, 28), np.uint8), paper=0, ink=1)
    assert answers.shape == (2, 10)


@pytest.mark.parametrize("shape", [(28, 28), (28, 28, 1)])
def test_a_model_of_square_images_is_served(shape, ten_digits, finished, tmp_path):
    known = keras.saving.load_model(finished.outputs / "model.keras")
    model = models.load(save_model(tmp_path, [keras.layers.Flatten(), *known.layers], shape))
    answers = models.ask(model, ten_digits, paper=0, ink=1)
    assert answers.argmax(axis=1).tolist() == list(range(10))


@pytest.mark.parametrize(
    ("layers", "inputs", "said"),
    [
        ([keras.layers.Dense(10, "softmax")], (100,), "it reads (None, 100)"),
        ([keras.layers.Dense(26, "softmax")], (784,), "answers with (None, 26)"),
        ([keras.layers.Lambda(lambda x: x[:, :10])], (784,), "safely"),
    ],
    ids=["other input", "more classes", "code of its own"],
)
def test_a_model_for_something_else_is_refused(layers, inputs, said, tmp_path):
    assert_refused(models.load, save_model(tmp_path, layers, inputs), said)


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("missing.keras", lambda path: None, "No such file"),
        ("folder", lambda path: path.mkdir(), "no regular file"),
        ("older.h5", lambda path: path.write_bytes(b"\x89HDF\r\n\x1a\n"), "not a zip file"),
    ],
)
def test_a_file_that_is_no_model_is_told_with_the_command_that_makes_one(
    name, make, said, tmp_path
):
    make(tmp_path / name)
    words = (said, "python train.py", "model.save('model.keras')")
    assert_refused(models.check_file, tmp_path / name, *words)


def test_a_network_that_asks_for_more_than_it_needs_is_not_loaded(tmp_path, monkeypatch):
    path = save_model(tmp_path, [keras.layers.Dense(10, "softmax")])
    monkeypatch.setattr(limits, "MOST_LAYERS", 1)
    monkeypatch.setattr(keras.saving, "load_model", None)  # it is not loaded
    assert_refused(models.load, path, "2 layers")


@pytest.fixture
def with_metrics(finished, tmp_path):
    """Put a good model beside a metrics.json with this text in it; return the model's path."""

    def with_metrics(text):
        (tmp_path / "metrics.json").write_text(text)
        (tmp_path / "model.keras").write_bytes((finished.outputs / "model.keras").read_bytes())
        return tmp_path / "model.keras"

    return with_metrics


def test_a_model_whose_metrics_name_clothes_is_refused_and_escapes_reach_no_terminal(with_metrics):
    path = with_metrics(json.dumps({"class_names": ["T-shirt", "\x1b[31mred", "two\nlines"]}))
    assert_refused(models.load, path, "T-shirt", r"\x1b[31mred", r"two\nlines")


@pytest.mark.parametrize(
    "text", ["no metrics", "[]", "{}", "[" * 100_000], ids=["text", "list", "empty", "nested"]
)
def test_metrics_that_say_nothing_are_as_if_there_were_none(text, with_metrics):
    path = with_metrics(text)
    assert models.load(path).output_shape == (None, 10)
    assert models.read_scaling(path) == (0, 1)


def test_what_became_of_a_pixel_in_training_stands_beside_the_model(with_metrics):
    path = with_metrics('{"paper": 1.0, "ink": 0.0, "scaling_problem": null}')
    assert models.read_scaling(path) == (1, 0)
    for problem, said in (("null", "metrics.json is damaged"), ('"no line"', "no line")):
        path = with_metrics(f'{{"paper": null, "ink": null, "scaling_problem": {problem}}}')
        with pytest.raises(models.ModelError, match=f"which pixels .*{said}"):
            models.read_scaling(path)


@pytest.mark.parametrize("name", ["config.json", "model.weights.h5"])
def test_a_damaged_model_is_no_traceback(name, finished, tmp_path):
    with zipfile.ZipFile(finished.outputs / "model.keras") as file:
        contents = {member: file.read(member) for member in file.namelist()}
    contents[name] = b"[" * 100_000
    with zipfile.ZipFile(tmp_path / "model.keras", "w") as file:
        for member, content in contents.items():
            file.writestr(member, content)
    assert_refused(models.load, tmp_path / "model.keras")


class AnswersAlways:
    """A network that gives the same answers whatever it is shown, and keeps that."""

    input_shape = (None, 784)

    def __init__(self, answers):
        self.answers = np.array(answers)

    def predict(self, x, **_):
        self.shown = x
        return self.answers


@pytest.mark.parametrize(("paper", "ink"), [(0, 1), (1, 0)])
def test_the_network_is_shown_what_it_was_trained_with(paper, ink, sample):
    _, (images, _) = sample
    model = AnswersAlways(np.eye(10)[:5])
    models.ask(model, images[:5], paper, ink)
    expected = paper + (ink - paper) * as_input(images[:5])
    np.testing.assert_allclose(model.shown, expected, atol=1e-6)


@pytest.mark.parametrize(
    "answer",
    [
        [3, -2, 0, 0, 0, 0, 0, 0, 0, 0],  # together 1
        [0.5, 0.9, 0.5, 0, 0, 0, 0, 0, 0, 0],
    ],
)
def test_answers_that_are_no_probabilities_are_told_with_the_cure(answer):
    image = np.zeros((1, 28, 28), np.uint8)
    with pytest.raises(models.ModelError, match="no probabilities: .*softmax"):
        models.ask(AnswersAlways([answer]), image, paper=0, ink=1)
