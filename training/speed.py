"""Let TensorFlow train a network in less time, and change nothing else.

Nothing here is about learning; you need not read it to understand train.py.
"""

import keras

MOST_BATCHES = 100  # in one call: with more, it would be slow to stop on Ctrl-C


def prepare(model, number_of_batches):
    """Prepare `model` for a faster `fit`; the weights stay the same, bit for bit."""
    if keras.backend.backend() == "tensorflow":  # the other ones need neither
        do_not_measure_the_input()
        compute_batches_together(model, number_of_batches)


def do_not_measure_the_input():
    """Tell TensorFlow not to measure how fast it gets the images.

    It does so to choose how many to prepare ahead, which gains nothing with images in memory. A
    fault in it delays the next epoch now and then: on two busy cores one in four, by up to 0.6
    seconds with --model dense and 6 with convnet (docs/measured.md has the cause). Keras has no
    setting for it. So TensorFlow's default is overwritten, for the whole program.
    """
    import tensorflow as tf

    tf.data.experimental.AutotuneOptions.enabled = False


def compute_batches_together(model, number_of_batches):
    """Let `model` compute several of an epoch's batches in one call of TensorFlow.

    Python is then called less often: a small network trains in two thirds of the time. The epoch's
    number of batches must be divisible by a call's, or the progress bar counts past its end; at
    least five calls an epoch keep it moving.
    """
    if any(isinstance(layer, keras.layers.Conv2D) for layer in model.layers):
        return  # a batch takes so long that it would bring nothing
    most = min(MOST_BATCHES, number_of_batches // 5)
    model.steps_per_execution = largest_divisor(number_of_batches, most)


def largest_divisor(number, most):
    """Return the largest number from 1 to `most` by which `number` can be divided."""
    for divisor in range(most, 1, -1):
        if number % divisor == 0:
            return divisor
    return 1
