"""What write.py puts into draw.html, without a browser, and what it refuses."""

import base64
import json
import zlib

import keras
import numpy as np
import pytest

from page import write
from training import data
from training.answers import Answers

L = keras.layers


def build(*layers, shape=(784,)):
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input(shape), *layers])


def ask(model, sample):
    """Return what `model` answers about the sample's test images, as Answers."""
    images, labels = sample[1]
    return Answers(images, labels, ask_keras(model, images), data.DIGITS, "a test")


def ask_keras(model, images):
    """Return the model's answers about images, uint8 (N, 28, 28): (N, 10)."""
    x = images.reshape((-1, *model.input_shape[1:])) / 255
    return keras.ops.convert_to_numpy(model(x, training=False))


def read_network(path):
    """Return the network in a page, as its JavaScript gets it."""
    text = path.read_text(encoding="utf-8").split('type="application/json">')[1]
    return json.loads(text.split("</script>")[0])


def decode(text):
    return np.frombuffer(base64.b64decode(text), "uint8")


@pytest.fixture(scope="module")
def model():
    return build(L.Dense(10, "softmax"))


@pytest.fixture(scope="module")
def answers(model, sample):
    return ask(model, sample)


@pytest.fixture
def written(tmp_path, model, answers):
    """The network in a page that was written."""
    write.write_page(tmp_path / "draw.html", model, answers, paper=0.0, ink=1.0)
    return read_network(tmp_path / "draw.html")


def test_the_page_has_ten_raw_test_images_of_each_class_the_hardest_first(written, answers):
    images = decode(written["test_images"]).reshape((-1, 28, 28))
    assert written["test_labels"] == np.repeat(range(10), 10).tolist()
    for label in range(10):
        of_label = answers.images[answers.labels == label]
        hardest = answers.probabilities[answers.labels == label, label].argmin()
        others = np.delete(of_label, hardest, axis=0)
        ten = np.concatenate([of_label[[hardest]], others[:9]])
        assert np.array_equal(images[10 * label : 10 * label + 10], ten)


def unpack(written):
    """Return the other test images, uint8 (N, 28, 28), and their labels."""
    packed = written["other_images"]["packed"]
    images = np.frombuffer(zlib.decompress(base64.b64decode(packed)), "uint8")
    return images.reshape((-1, 28, 28)), written["other_images"]["labels"]


def test_of_many_test_images_1_000_from_the_first_to_the_last_are_taken(model, answers):
    numbers = np.arange(10_000)
    images = np.zeros((10_000, 28, 28), "uint8")
    images[:, 0, 0] = numbers // 256
    images[:, 0, 1] = numbers % 256
    many = Answers(images, numbers % 10, np.full((10_000, 10), 0.1), data.DIGITS, "a test")
    network = write.describe_network(model, many, paper=0.0, ink=1.0)
    images, labels = unpack(network)
    numbers = images[:, 0, 0].astype(int) * 256 + images[:, 0, 1]
    assert len(numbers) == 1000
    assert (np.diff(numbers) <= 10).all()
    assert numbers.min() > 99  # the first ten of each class are on the wall
    assert numbers.max() > 9980
    assert labels == (numbers % 10).tolist()


def test_the_page_has_what_keras_answered_and_the_share_of_right_answers(written, answers, model):
    images = decode(written["test_images"]).reshape((-1, 784))
    assert np.allclose(written["test_answers"], ask_keras(model, images), atol=1e-5)
    right = (answers.probabilities.argmax(axis=1) == answers.labels).mean()
    assert abs(right - 0.5) > 0.1  # or 1 - right would be taken for it
    assert written["accuracy"] == pytest.approx(right)


def test_the_page_names_the_data_the_classes_and_the_scale(model, answers):
    network = write.describe_network(model, answers, paper=1.0, ink=-1.0)
    assert (network["data"], network["kind"]) == ("a test", "digits")
    assert network["class_names"] == list("0123456789")
    assert (network["paper"], network["ink"], network["shape"]) == (1.0, -1.0, [784])
    clothes = answers._replace(class_names=data.CLOTHES)
    assert write.describe_network(model, clothes, paper=0.0, ink=1.0)["kind"] == "clothes"


def test_the_page_has_each_weight_and_no_layer_that_works_in_training_only(sample):
    model = build(L.Dropout(0.5), L.Dense(7), L.Dense(10, "softmax"))
    layers = write.describe_network(model, ask(model, sample), paper=0.0, ink=1.0)["layers"]
    assert [layer["kind"] for layer in layers] == ["Dense", "Dense"]
    assert [layer["config"]["units"] for layer in layers] == [7, 10]
    stored = layers[0]["weights"] + layers[1]["weights"]
    for text, weights in zip(stored, model.get_weights(), strict=True):
        assert np.array_equal(decode(text).view("<f4"), weights.ravel())


def test_classes_with_few_test_images_or_none_do_no_harm(model, answers):
    kept = np.concatenate([np.flatnonzero(answers.labels == 7)[:3], np.arange(0, 1000, 25)])
    kept = kept[answers.labels[kept] != 2]
    fewer = Answers(*(part[kept] for part in answers[:3]), *answers[3:])
    network = write.describe_network(model, fewer, paper=0.0, ink=1.0)
    assert set(network["test_labels"]) == set(range(10)) - {2}
    assert len(network["test_answers"]) == len(network["test_labels"])


def test_a_page_has_its_scripts_its_style_and_its_network_within_it(tmp_path, model, answers):
    name = "</script><script>alert(1)</script>.npz"
    path = tmp_path / "draw.html"
    write.write_page(path, model, answers._replace(data_name=name), paper=0.0, ink=1.0)
    page = path.read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert read_network(path)["data"] == name
    for file in ("network.js", "style.css"):
        assert write.TEMPLATE.with_name(file).read_text(encoding="utf-8") in page
    assert "src=" not in page
    assert '<link rel="stylesheet"' not in page


# --- What the page cannot run is refused in a line, and an older page stays ---------------------


def assert_refused(path, model, answers, *words):
    path.write_text("of an older run")
    with pytest.raises(write.PageError) as caught:
        write.write_page(path, model, answers, paper=0.0, ink=1.0)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    for word in words:
        assert word in message
    assert path.read_text() == "of an older run"


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (L.UnitNormalization(name="mine"), ["UnitNormalization", "mine"]),
        (L.Dense(10, "softplus", name="mine"), ["softplus", "mine"]),
        (L.Activation("gelu", name="mine"), ["gelu", "mine"]),
        (L.Dense(10, keras.layers.LeakyReLU(), name="mine"), ["LeakyReLU", "mine"]),
        (L.ReLU(max_value=6, name="mine"), ["max_value=6", "mine"]),
        (L.Conv2D(2, 3, dilation_rate=2, name="mine"), ["dilation_rate=[2, 2]", "mine"]),
    ],
)
def test_a_layer_an_activation_or_a_setting_that_the_page_does_not_know_is_named(
    tmp_path, sample, layer, words
):
    model = build(L.Reshape((28, 28, 1)), layer, L.Flatten(), L.Dense(10, "softmax"))
    assert_refused(tmp_path / "draw.html", model, ask(model, sample), *words, "predict.py")


def test_answers_that_are_not_ten_finite_numbers_are_refused(tmp_path, model, answers):
    path = tmp_path / "draw.html"
    nan = np.full_like(answers.probabilities, np.nan)
    for wrong in (nan, answers.probabilities[:, :9], np.eye(10)[None]):
        asked = answers._replace(probabilities=wrong)
        assert_refused(path, model, asked, "ten finite numbers")


def test_a_network_that_does_not_take_28x28_pixels_is_refused(tmp_path, answers):
    model = build(L.Dense(10, "softmax"), shape=(100,))
    assert_refused(tmp_path / "draw.html", model, answers, "28x28")


def test_a_subclassed_network_is_refused(tmp_path, sample, answers):
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.last = L.Dense(10, "softmax")

        def call(self, x):
            return self.last(x)

    model = Own()
    model(sample[1][0][:2].reshape((2, 784)) / 255)
    assert_refused(tmp_path / "draw.html", model, answers, "one layer after the other")
