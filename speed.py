"""Let TensorFlow train a small network in half the time, and change nothing else.

Nothing here is about learning; you need not read it to understand train.py.
"""

import keras

MOST_BATCHES = 100  # in one call: with more, it would be slow to stop on Ctrl-C


def compute_batches_together(model, number_of_batches):
    """Let `model` compute several of an epoch's batches in one call of TensorFlow.

    The weights stay the same, bit for bit. The epoch's number of batches must be divisible by a
    call's, or the progress bar counts past its end; at least five calls an epoch keep it moving.
    """
    if keras.backend.backend() != "tensorflow":  # PyTorch cannot
        return
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
