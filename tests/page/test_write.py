"""What write.py puts into draw.html, without a browser, and what it refuses."""

import base64
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
    x = images.reshape((-1, *model.input_shape[1:])) / 255
    probabilities = keras.ops.convert_to_numpy(model(x, training=False))
    return Answers(images, labels, probabilities, data.DIGITS, "a test")


@pytest.fixture(scope="module")
def model():
    return build(L.Dense(10, "softmax"))


@pytest.fixture(scope="module")
def answers(model, sample):
    return ask(model, sample)


def test_the_page_has_ten_raw_test_images_of_each_class_the_hardest_first(model, answers):
    network = write.describe_network(model, answers, paper=0.0, ink=1.0)
    content = base64.b64decode(network["test_images"])
    images = np.frombuffer(content, "uint8").reshape((-1, 28, 28))
    assert network["test_labels"] == np.repeat(range(10), 10).tolist()
    for label in range(10):
        of_label = answers.images[answers.labels == label]
        hardest = answers.probabilities[answers.labels == label, label].argmin()
        others = np.delete(of_label, hardest, axis=0)
        ten = np.concatenate([of_label[[hardest]], others[:9]])
        assert np.array_equal(images[10 * label : 10 * label + 10], ten)


def test_of_many_test_images_1_000_from_the_first_to_the_last_are_taken(model, answers):
    numbers = np.arange(10_000)
    images = np.zeros((10_000, 28, 28), "uint8")
    images[:, 0, 0] = numbers // 256
    images[:, 0, 1] = numbers % 256
    many = Answers(images, numbers % 10, np.full((10_000, 10), 0.1), data.DIGITS, "a test")
    network = write.describe_network(model, many, paper=0.0, ink=1.0)
    packed = base64.b64decode(network["other_images"]["packed"])
    images = np.frombuffer(zlib.decompress(packed), "uint8").reshape((-1, 28, 28))
    numbers = images[:, 0, 0].astype(int) * 256 + images[:, 0, 1]
    assert len(numbers) == 1000
    assert (np.diff(numbers) <= 10).all()
    assert numbers.min() > 99  # the first ten of each class are on the wall
    assert numbers.max() > 9980
    assert network["other_images"]["labels"] == (numbers % 10).tolist()


def test_classes_with_few_test_images_or_none_do_no_harm(model, answers):
    kept = np.concatenate([np.flatnonzero(answers.labels == 7)[:3], np.arange(0, 1000, 25)])
    kept = kept[answers.labels[kept] != 2]
    fewer = Answers(*(part[kept] for part in answers[:3]), *answers[3:])
    network = write.describe_network(model, fewer, paper=0.0, ink=1.0)
    assert set(network["test_labels"]) == set(range(10)) - {2}
    assert len(network["test_answers"]) == len(network["test_labels"])


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


@pytest.mark.parametrize("pixels", [783, 785])
def test_a_network_that_does_not_take_28x28_pixels_is_refused(tmp_path, answers, pixels):
    model = build(L.Dense(10, "softmax"), shape=(pixels,))
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
