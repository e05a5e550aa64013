"""What speed.py does: no wait between epochs, several batches in one call, a bar that is right."""

import keras
import numpy as np
import pytest

from training import networks, speed

only_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="other backends measure no input"
)


def build_dense():
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, activation="softmax")])
    model.compile("rmsprop", "categorical_crossentropy")
    return model


def arguments(number_of_images=469, batch_size=1, **changed):
    """What `fit` is given, by name, as speed.prepare gets it."""
    given = {
        "x": np.zeros((number_of_images, 1)),
        "batch_size": batch_size,
        "steps_per_epoch": None,
        "callbacks": None,
    }
    given.update(changed)
    return given


@only_tensorflow
def test_the_input_is_not_measured():
    import tensorflow as tf

    speed.prepare(build_dense(), arguments())
    # With options, as Keras makes its data sets.
    iterator = iter(tf.data.Dataset.range(2).with_options(tf.data.Options()))
    next(iterator)
    with pytest.raises(tf.errors.NotFoundError, match="autotune"):
        tf.raw_ops.IteratorGetModelProto(iterator=iterator._iterator_resource)


@pytest.mark.skipif(keras.backend.backend() == "torch", reason="PyTorch computes single batches")
def test_the_bar_moves_at_least_five_times_an_epoch_and_never_counts_past_its_end():
    for number_of_batches in (5, 7, 8, 10, 45, 200, 400, 469, 1875, 60_000):
        model = build_dense()
        speed.prepare(model, arguments(number_of_batches * 2 - 1, batch_size=2))
        assert number_of_batches % model.steps_per_execution == 0
        assert number_of_batches / model.steps_per_execution >= 5
        assert model.steps_per_execution <= 100
    assert model.steps_per_execution == 100


class ListensToBatches(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        pass


class ListensToEpochs(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        pass


@pytest.mark.parametrize(
    "changed",
    [
        {"steps_per_epoch": 10},
        {"callbacks": ListensToBatches()},
        {"callbacks": [ListensToEpochs(), ListensToBatches()]},
        {"callbacks": (keras.callbacks.ModelCheckpoint("a.keras", save_freq=10),)},
        {"x": iter([])},
        {"batch_size": None},
    ],
    ids=["steps", "batches", "one of two", "a tuple", "an iterator", "no batch size"],
)
def test_whoever_counts_batches_gets_them_one_by_one(changed):
    model = build_dense()
    speed.prepare(model, arguments(**changed))
    assert model.steps_per_execution == 1


def test_whoever_has_said_how_many_batches_to_compute_in_a_call_gets_them():
    model = build_dense()
    model.compile("rmsprop", "mse", steps_per_execution=4)
    speed.prepare(model, arguments())
    assert model.steps_per_execution == 4


@pytest.mark.skipif(keras.backend.backend() == "torch", reason="PyTorch computes single batches")
def test_a_callback_for_epochs_leaves_the_speed_as_it_is():
    model = build_dense()
    speed.prepare(model, arguments(callbacks=[ListensToEpochs()]))
    assert model.steps_per_execution == 67


def test_a_convnet_computes_one_batch_in_a_call_so_that_ctrl_c_stops_it_soon():
    model = networks.build("convnet", seed=0)
    speed.prepare(model, arguments())
    assert model.steps_per_execution == 1


def test_the_largest_divisor():
    assert speed.largest_divisor(469, 100) == 67
    assert speed.largest_divisor(1875, 100) == 75
    assert speed.largest_divisor(7, 1) == 1
    assert speed.largest_divisor(3, 0) == 1
    assert speed.largest_divisor(11, 10) == 1
