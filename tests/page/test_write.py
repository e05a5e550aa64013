"""What page.py puts into draw.html, without a browser."""

import base64
import json

import keras
import numpy as np
import pytest

from page import write as page

L = keras.layers
METRICS = {"class_names": list("0123456789"), "dataset": "a test", "test_accuracy": 0.5}


def network(*layers):
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((784,)), *layers])


def write(path, model, sample, scale=1 / 255, offset=0.0):
    (x_train, labels_train), (x_test, labels_test) = sample
    x_train = x_train.reshape((-1, 784)).astype("float32") * scale + offset
    x_test = x_test.reshape((-1, 784)).astype("float32") * scale + offset
    answers = model.predict(x_test, verbose=0)
    page.write_page(path, model, x_train, labels_train, x_test, labels_test, answers, METRICS)
    text = path.read_text(encoding="utf-8").split('type="application/json">')[1]
    return json.loads(text.split("</script>")[0])


@pytest.mark.parametrize(("scale", "offset"), [(1 / 255, 0.0), (1.0, 0.0), (2 / 255, -1.0)])
def test_the_page_has_ten_right_test_images_of_each_class_however_pixels_are_scaled(
    sample, tmp_path, scale, offset
):
    model = network(L.Dense(10, "softmax"))
    written = write(tmp_path / "draw.html", model, sample, scale, offset)
    images = np.frombuffer(base64.b64decode(written["test_images"]), "uint8")
    images = images.reshape((-1, 28, 28))
    assert np.bincount(written["test_labels"]).tolist() == [10] * 10
    x_test, labels_test = sample[1]
    answers = model.predict(x_test.reshape((-1, 784)) * scale + offset, verbose=0)
    for label in range(10):
        of_label = x_test[labels_test == label]
        hardest = answers[labels_test == label, label].argmin()
        others = np.delete(of_label, hardest, axis=0)
        ten = np.concatenate([of_label[[hardest]], others[:9]])
        assert np.array_equal(images[10 * label : 10 * label + 10], ten)
    assert written["paper"] == pytest.approx(offset)
    assert written["ink"] == pytest.approx(255 * scale + offset)


def test_the_page_has_the_mean_training_image_of_each_class(sample, tmp_path):
    (x_train, labels_train), test = sample
    kept = labels_train != 7  # a class without images does no harm
    data = (x_train[kept], labels_train[kept]), test
    written = write(tmp_path / "draw.html", network(L.Dense(10, "softmax")), data)
    means = np.array(written["means"]).reshape((10, 28, 28))
    assert np.allclose(means[3], x_train[labels_train == 3].mean(axis=0) / 255, atol=1e-4)
    assert not means[7].any()


@pytest.mark.parametrize(
    ("layer", "word"),
    [(L.UnitNormalization(), "UnitNormalization"), (L.Dense(10, "mish"), "mish")],
)
def test_a_layer_that_the_page_does_not_know_is_named_and_the_older_page_stays(
    sample, tmp_path, layer, word
):
    path = tmp_path / "draw.html"
    path.write_text("of an older run")
    with pytest.raises(page.PageError, match=word) as caught:
        write(path, network(layer, L.Dense(10, "softmax")), sample)
    assert len(str(caught.value).splitlines()) == 1
    assert path.read_text() == "of an older run"


def test_weights_that_are_no_numbers_are_refused_in_a_line(sample, tmp_path):
    model = network(L.Dense(10, "softmax"))
    model.set_weights([np.full_like(weights, np.nan) for weights in model.get_weights()])
    with pytest.raises(page.PageError, match="finite"):
        write(tmp_path / "draw.html", model, sample)
    assert not (tmp_path / "draw.html").exists()
