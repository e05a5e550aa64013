"""Let a network train in less time, and change nothing else.

Nothing here is about learning; you need not read it to understand train.py.
"""

import math

import keras
import numpy as np

MOST_BATCHES = 100  # in one call: with more, it would be slow to stop on Ctrl-C
LEAST_CALLS = 5  # an epoch, to keep the progress bar moving
BATCH_EVENTS = ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end")


def prepare(model, arguments):
    """Prepare `model` for a faster `fit` with these `arguments`, a dict by name.

    The weights stay the same, bit for bit.
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        do_not_measure_the_input()
    if backend in ("tensorflow", "jax") and may_compute_together(model, arguments):
        number_of_batches = math.ceil(len(arguments["x"]) / arguments["batch_size"])
        most = min(MOST_BATCHES, number_of_batches // LEAST_CALLS)
        set_batches_in_a_call(model, largest_divisor(number_of_batches, most))


def do_not_measure_the_input():
    """Tell TensorFlow not to measure how fast it gets the images.

    It does so to choose how many to prepare ahead, which gains nothing with images in memory. A
    fault in it delays the next epoch now and then: on two busy cores one in four, by up to 0.6
    seconds with --model dense and 6 with convnet (docs/measured.md has the cause). Keras has no
    setting for it. So TensorFlow's default is overwritten, for the whole program.
    """
    import tensorflow as tf

    tf.data.experimental.AutotuneOptions.enabled = False


def may_compute_together(model, arguments):
    """Return whether several of an epoch's batches may be computed in one call.

    Python is then called less often: a small network trains in two thirds of the time. Not where
    somebody counts or watches single batches, and not for a convnet, of which a batch takes so long
    that it would bring nothing.
    """
    if not isinstance(arguments["x"], np.ndarray) or not arguments["batch_size"]:
        return False
    if model.steps_per_execution > 1 or arguments["steps_per_epoch"] is not None:
        return False
    if any(isinstance(layer, keras.layers.Conv2D) for layer in model.layers):
        return False
    callbacks = arguments["callbacks"] or []
    if not isinstance(callbacks, list | tuple):
        callbacks = [callbacks]
    return not any(listens_to_batches(callback) for callback in callbacks)


def listens_to_batches(callback):
    """Return whether a callback wants to be called for each batch."""
    for event in BATCH_EVENTS:
        own = getattr(callback, event, None)
        function = getattr(own, "__func__", own)  # of a method, what its class defines
        if function is not getattr(keras.callbacks.Callback, event):
            return True
    return False


def set_batches_in_a_call(model, number):
    """Let `model` compute so many batches in one call: `compile` could have been told so."""
    if number != model.steps_per_execution:
        model.steps_per_execution = number
        model.train_function = None  # what Keras has built for another number


def largest_divisor(number, most):
    """Return the largest number from 1 to `most` by which `number` can be divided.

    The number of batches must be divisible by a call's, or the progress bar counts past its end.
    """
    for divisor in range(most, 1, -1):
        if number % divisor == 0:
            return divisor
    return 1
