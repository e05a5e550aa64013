"""What reading/models.py does: it loads networks that read digits, and refuses all others."""

import json
import pathlib
import time
import zipfile

import keras
import numpy as np
import pytest
from conftest import as_input
from drawing import page
from helpers import assert_one_line, at_most_mb, make_pipe, needs_unix_files
from PIL import Image

from reading import models
from training import limits


def test_every_model_that_train_saves_can_read(ten_digits, read, finished_other, tmp_path):
    Image.fromarray(255 - ten_digits[1]).save(tmp_path / "one.png")
    status, [line] = read(tmp_path / "one.png", model=finished_other.outputs / "model.keras")
    assert status == 0
    assert len(line["digits"]) == 1


def small_model(layers, inputs=(784,)):
    return keras.Sequential([keras.Input(inputs)] + layers)


@pytest.mark.parametrize("shape", [(28, 28), (28, 28, 1)])
def test_a_model_of_square_images_is_served(shape, ten_digits, read, finished, tmp_path):
    known = keras.saving.load_model(finished.outputs / "model.keras")
    model = small_model([keras.layers.Flatten()] + known.layers, shape)
    model.save(tmp_path / "model.keras")
    sheet, _ = page(ten_digits, columns=5)
    Image.fromarray(sheet.astype("uint8")).save(tmp_path / "page.png")
    _, [line] = read(tmp_path / "page.png", model=tmp_path / "model.keras")
    assert line["digits"] == "0123456789"


class AnswersAlways:
    """A network that gives the same answers whatever it is shown, and keeps that."""

    input_shape = (None, 784)

    def __init__(self, answers):
        self.answers = np.array(answers)

    def predict(self, x, **_):
        self.shown = x
        return self.answers


def test_the_network_is_shown_what_train_py_trains_with(sample):
    _, (images, _) = sample
    model = AnswersAlways(np.eye(10)[:5])
    models.ask(model, images[:5], paper=0, ink=1)
    np.testing.assert_array_equal(model.shown, as_input(images[:5]))


@pytest.mark.parametrize(
    ("layers", "inputs", "said"),
    [
        ([keras.layers.Dense(10, "softmax")], (100,), "(None, 100)"),
        ([keras.layers.Dense(3, "softmax")], (784,), "(None, 3)"),
        ([keras.layers.Dense(26, "softmax")], (784,), "(None, 26)"),
        ([keras.layers.Dense(10)], (784,), "probabilities"),
        ([keras.layers.Lambda(lambda x: x[:, :10])], (784,), "safely"),
    ],
    ids=["other input", "fewer classes", "more classes", "logits", "code of its own"],
)
def test_a_model_for_something_else_is_refused(layers, inputs, said, ten_digits, read, tmp_path):
    small_model(layers, inputs).save(tmp_path / "model.keras")
    Image.fromarray(255 - ten_digits[2]).save(tmp_path / "good.png")
    with pytest.raises(models.ModelError) as refused:
        read(tmp_path / "good.png", model=tmp_path / "model.keras")
    assert_one_line(str(refused.value), said)


def test_a_model_whose_metrics_name_clothes_is_refused(ten_digits, read, tmp_path):
    small_model([keras.layers.Dense(10, "softmax")]).save(tmp_path / "model.keras")
    Image.fromarray(255 - ten_digits[2]).save(tmp_path / "good.png")
    metrics = tmp_path / "metrics.json"
    metrics.write_text(json.dumps({"class_names": ["T-shirt", "Trouser"]}))
    with pytest.raises(models.ModelError, match="Trouser"):
        read(tmp_path / "good.png", model=tmp_path / "model.keras")
    for broken in ("no metrics", "[]", '{"class_names": 3}', "{}"):
        metrics.write_text(broken)
        read(tmp_path / "good.png", model=tmp_path / "model.keras")


def test_a_model_that_fails_without_saying_why_is_refused(read, tmp_path, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError

    monkeypatch.setattr(keras.saving, "load_model", fail)
    with pytest.raises(models.ModelError, match="RuntimeError") as refused:
        read(tmp_path / "good.png")
    assert_one_line(str(refused.value))


@pytest.mark.parametrize("content", [b"", b"no model", b"PK\x05\x06" + b"\0" * 18])
def test_a_file_that_is_no_model_is_refused(content, tmp_path):
    path = tmp_path / "model.keras"
    path.write_bytes(content)
    with pytest.raises(models.ModelError, match="model") as refused:
        models.check_file(path)
        models.load(path)
    assert_one_line(str(refused.value))


@needs_unix_files
def test_what_is_no_file_is_refused_unread(tmp_path):
    for path in (pathlib.Path("/dev/zero"), make_pipe(tmp_path / "model.keras")):
        begin = time.monotonic()
        with pytest.raises(models.ModelError) as refused:
            models.check_file(path)
        assert time.monotonic() - begin < 1
        assert_one_line(str(refused.value), str(path), "no regular file", "python train.py")


def test_a_file_that_is_missing_is_told_with_the_command_that_makes_one(tmp_path):
    for name in ("missing.keras", "x" * 300):
        with pytest.raises(models.ModelError) as refused:
            models.check_file(tmp_path / name)
        assert_one_line(str(refused.value), name, "python train.py")


def test_a_small_file_that_unpacks_to_much_is_refused_before_keras_starts(tmp_path):
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        file.writestr("metadata.json", bytes(120_000_000))
    with at_most_mb(50), pytest.raises(models.ModelError) as refused:
        models.check_file(path)
    assert_one_line(str(refused.value), "120,000,000 bytes, too many")


def test_a_network_that_asks_for_more_than_it_needs_is_not_loaded(tmp_path, monkeypatch):
    small_model([keras.layers.Dense(10, "softmax")]).save(tmp_path / "model.keras")
    models.load(tmp_path / "model.keras")
    monkeypatch.setattr(limits, "MOST_LAYERS", 1)
    monkeypatch.setattr(keras.saving, "load_model", None)  # it is not loaded
    with pytest.raises(models.ModelError) as refused:
        models.load(tmp_path / "model.keras")
    assert_one_line(str(refused.value), "model.keras", "2 layers")


@needs_unix_files
def test_metrics_that_are_no_file_or_very_long_are_as_if_there_were_none(tmp_path):
    path = tmp_path / "model.keras"
    metrics = tmp_path / "metrics.json"
    metrics.write_text(json.dumps({"class_names": ["a"], "history": " " * 2_000_000}))
    assert models.read_metrics(path) == {}
    metrics.unlink()
    make_pipe(metrics)
    begin = time.monotonic()
    assert models.read_metrics(path) == {}
    assert time.monotonic() - begin < 1


def test_the_version_in_a_file_is_not_read_where_it_is_very_long(tmp_path):
    path = tmp_path / "model.keras"
    for length, version in ((10, "3.0"), (2_000_000, "")):
        content = json.dumps({"keras_version": "3.0"}) + " " * length
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("metadata.json", content)
        assert models.read_keras_version(path) == version


def test_models_in_older_formats_are_refused_with_the_way_to_save_them_anew(
    finished, read, tmp_path
):
    keras.saving.load_model(finished.outputs / "model.keras").save(tmp_path / "model.h5")
    keras.saving.load_model(finished.outputs / "model.keras").export(tmp_path / "exported")
    for name in ("model.h5", "exported"):
        with pytest.raises(models.ModelError) as refused:
            read(tmp_path / "good.png", model=tmp_path / name)
        assert_one_line(str(refused.value), "older", "save('model.keras')")


def test_a_model_from_a_newer_keras_is_refused_for_that_reason(finished, read, tmp_path):
    with zipfile.ZipFile(finished.outputs / "model.keras") as file:
        contents = {name: file.read(name) for name in file.namelist()}
    metadata = json.loads(contents["metadata.json"])
    metadata["keras_version"] = "10.1.0"
    contents["metadata.json"] = json.dumps(metadata).encode()
    contents["config.json"] = contents["config.json"].replace(b"Dense", b"Denser")
    with zipfile.ZipFile(tmp_path / "model.keras", "w") as file:
        for name, content in contents.items():
            file.writestr(name, content)
    with pytest.raises(models.ModelError) as refused:
        models.load(tmp_path / "model.keras")
    assert_one_line(str(refused.value), "Keras 10.1.0", keras.__version__, "upgrade")


@pytest.mark.parametrize(
    ("one", "other"), [("3.9.1", "3.10.0"), ("3.12.0", "4.0"), ("", "3.0.0"), ("odd", "3.0.0")]
)
def test_versions_are_compared_as_numbers(one, other):
    assert models.as_numbers(one) < models.as_numbers(other)


def test_json_that_is_nested_endlessly_is_no_traceback(finished, tmp_path):
    path = tmp_path / "model.keras"
    nested = b"[" * 100_000
    with zipfile.ZipFile(path, "w") as file:
        for name in ("metadata.json", "config.json"):
            file.writestr(name, nested)
    with pytest.raises(models.ModelError) as refused:
        models.load(path)
    assert_one_line(str(refused.value), "model.keras")
    path.write_bytes((finished.outputs / "model.keras").read_bytes())
    (tmp_path / "metrics.json").write_bytes(nested)
    models.load(path)


def test_names_of_classes_do_not_reach_the_terminal_with_their_control_characters(
    finished, tmp_path
):
    path = tmp_path / "model.keras"
    path.write_bytes((finished.outputs / "model.keras").read_bytes())
    names = json.dumps({"class_names": ["\x1b[31mred", "two\nlines"]})
    (tmp_path / "metrics.json").write_text(names)
    with pytest.raises(models.ModelError) as refused:
        models.load(path)
    assert_one_line(str(refused.value), r"\x1b[31mred", r"two\nlines")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ([1, 0, 0, 0, 0, 0, 0, 0, 0, 0], None),
        ([3, -2, 0, 0, 0, 0, 0, 0, 0, 0], "softmax"),  # together 1
        ([0.5, 0.9, 0.5, 0, 0, 0, 0, 0, 0, 0], "softmax"),
        ([np.nan] * 10, "softmax"),
    ],
)
def test_answers_that_are_no_probabilities_are_told_with_the_cure(answer, said, sample):
    _, (images, _) = sample
    model = AnswersAlways([answer])
    if said is None:
        models.ask(model, images[:1], paper=0, ink=1)
        return
    with pytest.raises(models.ModelError) as refused:
        models.ask(model, images[:1], paper=0, ink=1)
    assert_one_line(str(refused.value), said, "probabilities")


def test_what_became_of_a_pixel_in_training_stands_beside_the_model(tmp_path):
    path = tmp_path / "model.keras"
    metrics = tmp_path / "metrics.json"
    assert models.read_scaling(path) == (0, 1)  # nothing is known: train.py's own
    metrics.write_text(json.dumps({"paper": 1.0, "ink": 0.0, "scaling_problem": None}))
    assert models.read_scaling(path) == (1, 0)
    metrics.write_text(json.dumps({"paper": None, "ink": None}))
    with pytest.raises(models.ModelError) as refused:
        models.read_scaling(path)
    assert_one_line(str(refused.value), "metrics.json", "train again")
    problem = "what was done to the pixels is no straight line"
    metrics.write_text(json.dumps({"paper": None, "ink": None, "scaling_problem": problem}))
    with pytest.raises(models.ModelError, match=problem):
        models.read_scaling(path)


def test_a_network_of_inverted_images_is_shown_inverted_images(sample):
    _, (images, _) = sample
    model = AnswersAlways(np.eye(10)[:5])
    models.ask(model, images[:5], paper=1, ink=0)
    np.testing.assert_allclose(model.shown, 1 - as_input(images[:5]), atol=1e-6)
