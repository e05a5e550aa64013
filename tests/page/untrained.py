"""Untrained networks for the tests of the page, and what Keras answers with them."""

import keras
import numpy as np

from training import data
from training.answers import Answers


def build(layers, shape=(784,)):
    """Return an untrained network of these layers, with random weights."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input(shape)] + layers)
    return with_random_weights(model)


def with_random_weights(model):
    """Change all weights a little, so that no bias, scale or mean is just 0 or 1."""
    random = np.random.default_rng(0)
    weights = [array + random.uniform(-0.2, 0.2, array.shape) for array in model.get_weights()]
    model.set_weights(weights)
    return model


def ask_keras(model, images, paper=0.0, ink=1.0):
    """Return what Keras answers about images, uint8 (N, 28, 28), scaled as in training: (N, 10)."""
    x = paper + images.reshape((-1, *model.input_shape[1:])) / 255 * (ink - paper)
    return keras.ops.convert_to_numpy(model(x, training=False))


def answers_of(model, sample, paper=0.0, ink=1.0, names=data.DIGITS, data_name="a test"):
    """Return the Answers of a network about the sample's test images, every fifth one."""
    images, labels = (part[::5] for part in sample[1])
    return Answers(images, labels, ask_keras(model, images, paper, ink), names, data_name)
