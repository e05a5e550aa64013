"""What write.py puts into draw.html, without a browser, and what it refuses."""

import base64
import zlib

import keras
import numpy as np
import pytest
from helpers import assert_one_line
from untrained import answers_of, build

from page import write
from training import data
from training.answers import Answers

L = keras.layers


@pytest.fixture(scope="module")
def model():
    return build([L.Dense(10, "softmax")])


@pytest.fixture(scope="module")
def answers(model, sample):
    return answers_of(model, sample)


def test_the_page_has_ten_raw_test_images_of_each_class_the_hardest_first(model, answers):
    network = write.describe_network(model, answers, paper=0.0, ink=1.0)
    content = base64.b64decode(network["test_images"])
    images = np.frombuffer(content, "uint8").reshape((-1, 28, 28))
    assert network["test_labels"] == np.repeat(range(10), 10).tolist()
    shown = np.concatenate([of_class[:10] for of_class in answers.sort_by_class()])
    assert np.array_equal(images, answers.images[shown])


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


def test_classes_with_few_test_images_or_none_do_no_harm(model):
    labels = np.array([0] * 11 + [7, 9, 9])
    images = np.zeros((14, 28, 28), "uint8")
    few = Answers(images, labels, np.full((14, 10), 0.1), data.DIGITS, "a test")
    network = write.describe_network(model, few, paper=0.0, ink=1.0)
    assert network["test_labels"] == [0] * 10 + [7, 9, 9]
    assert network["other_images"]["labels"] == [0]


# --- What the page cannot run is refused in a line ------------------------------------------------


def assert_refused(model, answers, words):
    with pytest.raises(write.PageError) as refused:
        write.describe_network(model, answers, paper=0.0, ink=1.0)
    assert_one_line(str(refused.value), words)


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (L.UnitNormalization(name="mine"), "UnitNormalization (layer mine)"),
        (L.Dense(10, "softplus", name="mine"), "the activation softplus (layer mine)"),
        (L.Dense(10, L.LeakyReLU(), name="mine"), "LeakyReLU"),
        (L.Conv2D(2, 3, dilation_rate=2, name="mine"), "dilation_rate=[2, 2] (layer mine)"),
        (L.BatchNormalization(scale=False, name="mine"), "scale=False (layer mine)"),
    ],
)
def test_a_layer_an_activation_or_a_setting_that_the_page_does_not_know_is_named(
    sample, layer, words
):
    model = build([L.Reshape((28, 28, 1)), layer, L.Flatten(), L.Dense(10, "softmax")])
    assert_refused(model, answers_of(model, sample), words)


def test_answers_that_are_not_ten_finite_numbers_are_refused(model, answers):
    for wrong in (answers.probabilities * np.nan, answers.probabilities[:, :9]):
        assert_refused(model, answers._replace(probabilities=wrong), "ten finite numbers")


def test_a_network_that_takes_no_images_of_28x28_or_is_subclassed_is_refused(answers):
    class Own(keras.Model):
        pass

    for model in (build([L.Dense(10)], shape=(783,)), Own()):
        assert_refused(model, answers, "take 28x28 pixels, not ")
