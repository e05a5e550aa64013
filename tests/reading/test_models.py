"""What reading/models.py does: it loads networks that read digits, and refuses all others."""

import json
import types

import keras
import numpy as np
import pytest
from drawing import page
from helpers import assert_one_line
from PIL import Image

import train
from reading import models


def test_every_model_that_train_saves_can_read(ten_digits, read, finished_other, tmp_path):
    Image.fromarray(255 - ten_digits[1]).save(tmp_path / "one.png")
    status, [line] = read(tmp_path / "one.png", model=finished_other.outputs / "model.keras")
    assert status == 0
    assert len(line["digits"]) == 1


def small_model(*layers, inputs=(784,)):
    return keras.Sequential([keras.Input(inputs), *layers])


@pytest.mark.parametrize("shape", [(28, 28), (28, 28, 1)])
def test_a_model_of_square_images_is_served(shape, ten_digits, read, finished, tmp_path):
    known = keras.saving.load_model(finished.outputs / "model.keras")
    model = small_model(keras.layers.Flatten(), *known.layers, inputs=shape)
    model.save(tmp_path / "model.keras")
    sheet, _ = page(ten_digits, columns=5)
    Image.fromarray(sheet.astype("uint8")).save(tmp_path / "page.png")
    _, [line] = read(tmp_path / "page.png", model=tmp_path / "model.keras")
    assert line["digits"] == "0123456789"


def test_the_network_is_shown_what_train_py_trains_with(sample):
    _, (images, _) = sample
    model = types.SimpleNamespace(
        input_shape=(None, 784), predict=lambda x, **_: (shown.append(x), np.eye(10)[:5])[1]
    )
    shown = []
    models.ask(model, images[:5], train.preprocess_images)
    np.testing.assert_array_equal(shown[0], train.preprocess_images(images[:5]))


@pytest.mark.parametrize(
    ("layers", "inputs", "said"),
    [
        ([keras.layers.Dense(10, "softmax")], (100,), "(None, 100)"),
        ([keras.layers.Dense(3, "softmax")], (784,), "(None, 3)"),
        ([keras.layers.Dense(10)], (784,), "probabilities"),
        ([keras.layers.Lambda(lambda x: x[:, :10])], (784,), "safely"),
    ],
    ids=["other input", "other output", "logits", "code of its own"],
)
def test_a_model_for_something_else_is_refused(layers, inputs, said, ten_digits, read, tmp_path):
    small_model(*layers, inputs=inputs).save(tmp_path / "model.keras")
    Image.fromarray(255 - ten_digits[2]).save(tmp_path / "good.png")
    with pytest.raises(models.ModelError) as refused:
        read(tmp_path / "good.png", model=tmp_path / "model.keras")
    assert_one_line(str(refused.value), said)


def test_a_model_whose_metrics_name_clothes_is_refused(ten_digits, read, tmp_path):
    small_model(keras.layers.Dense(10, "softmax")).save(tmp_path / "model.keras")
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
def test_a_file_that_is_no_model_is_refused(content, read, tmp_path):
    (tmp_path / "model.keras").write_bytes(content)
    with pytest.raises(models.ModelError, match="model") as refused:
        read(tmp_path / "good.png", model=tmp_path / "model.keras")
    assert_one_line(str(refused.value))


def test_models_in_older_formats_are_refused_with_the_way_to_save_them_anew(
    finished, read, tmp_path
):
    keras.saving.load_model(finished.outputs / "model.keras").save(tmp_path / "model.h5")
    keras.saving.load_model(finished.outputs / "model.keras").export(tmp_path / "exported")
    for name in ("model.h5", "exported"):
        with pytest.raises(models.ModelError) as refused:
            read(tmp_path / "good.png", model=tmp_path / name)
        assert_one_line(str(refused.value), "older", "save('model.keras')")
