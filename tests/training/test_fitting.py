"""What fitting.py does around `fit`: Ctrl-C ends it early, and what was trained is noted."""

import signal
import threading

import keras
import numpy as np
import pytest
from conftest import as_input
from helpers import assert_one_line

from training import convnet, distort, fitting, options
from training.errors import UserError
from training.fitting import Fitting

NOTHING_ASKED = options.parse([])
CONVNET = options.parse(["--model", "convnet", "--epochs", "2", "--batch-size", "32"])


@pytest.fixture(scope="module")
def digits(sample):
    (images, labels), _ = sample
    return as_input(images), keras.utils.to_categorical(labels, 10)


def build(optimizer="rmsprop", **settings):
    keras.utils.set_random_seed(3)
    layers = [keras.layers.Dense(32, "relu"), keras.layers.Dense(10, "softmax")]
    model = keras.Sequential([keras.Input((784,)), *layers])
    model.compile(optimizer, "categorical_crossentropy", metrics=["accuracy"], **settings)
    return model


def watch(model, options=NOTHING_ASKED):
    """Let a Fitting take the place of the model's `fit`; return it. `done` counts its saves."""
    done = []
    progress = Fitting(model, options, when_done=done.append)
    progress.done = done
    model.fit = progress.fit
    return progress


def after_epochs(function):
    """Return a callback that calls a function after each epoch."""
    return keras.callbacks.LambdaCallback(on_epoch_end=function)


def press_ctrl_c(*_):
    signal.raise_signal(signal.SIGINT)


def fail(*_):
    raise RuntimeError("no room for logs")


# --- Nothing else is changed --------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {"batch_size": 10},
        {"validation_split": 0.2, "validation_freq": 2, "class_weight": {1: 3.0}},
        {"initial_epoch": 5},
    ],
    ids=lambda given: " ".join(given),
)
def test_weights_and_numbers_are_those_of_keras_alone_bit_for_bit(digits, given):
    x, y = (array[:300] for array in digits)
    plain = build()
    expected = plain.fit(x, y, epochs=3, **given, verbose=0)
    watched = build()
    watch(watched)
    found = watched.fit(x, y, epochs=3, **given, verbose=0)
    for mine, other in zip(watched.get_weights(), plain.get_weights(), strict=True):
        assert np.array_equal(mine, other)
    assert watched.optimizer.iterations.numpy() == plain.optimizer.iterations.numpy()
    assert found.history == expected.history


def test_what_fit_takes_by_place_is_taken_by_place_and_other_data_than_arrays_as_they_are(digits):
    x, y = (array[:100] for array in digits)
    model = build()
    progress = watch(model)
    model.fit(x, y, 50, 3, 0)
    assert (progress.batch_size, len(progress.epochs)) == (50, 3)

    def batches():
        while True:
            yield x[:32], y[:32]

    model.fit(batches(), steps_per_epoch=3, epochs=2, verbose=0, shuffle=False)
    assert (progress.batch_size, progress.train_size) == (None, None)
    assert len(progress.history["loss"]) == 5
    model.fit(x, y, validation_data=batches(), validation_steps=2, verbose=0)
    assert progress.train_size == 100


# --- What the command line asks for -------------------------------------------------------------


RATE = keras.optimizers.schedules.PolynomialDecay(0.001, 2 * 5, end_learning_rate=0)
OWN_RATE = keras.optimizers.schedules.PiecewiseConstantDecay([4], [0.01, 0.001])


@pytest.mark.parametrize(
    ("rate", "own_rate", "callbacks"),
    [
        (RATE, 0.001, []),
        (OWN_RATE, OWN_RATE, []),
        (0.1, 0.1, [keras.callbacks.LearningRateScheduler(lambda epoch: 0.01 / (epoch + 1))]),
    ],
    ids=["falls", "schedule", "callback"],
)
def test_the_convnet_is_shown_distorted_images_with_a_rate_that_falls_or_is_the_reader_s(
    rate, own_rate, callbacks, digits
):
    x, y = (array[:200] for array in digits)
    by_hand = build(keras.optimizers.RMSprop(rate))
    batches = distort.DistortedImages(x[:160], y[:160], batch_size=32)
    aside = (x[160:], y[160:])
    given = {"validation_data": aside, "callbacks": callbacks, "verbose": 0}
    expected = by_hand.fit(batches, epochs=2, shuffle=False, **given)
    progress = watch(build(keras.optimizers.RMSprop(own_rate)), CONVNET)
    progress.fit(x, y, validation_split=0.2, callbacks=callbacks, verbose=0)
    for name in ("loss", "val_loss"):
        assert progress.history[name] == pytest.approx(expected.history[name], rel=1e-5)
    assert (progress.batch_size, progress.train_size) == (32, 160)


def test_weighted_images_are_not_distorted(digits):
    x, y = (array[:100] for array in digits)
    weights = np.linspace(0, 1, 100)
    plain = build().fit(x, y, epochs=2, sample_weight=weights, verbose=0)
    weighted = watch(build(), CONVNET).fit(x, y, sample_weight=weights, verbose=0)
    assert weighted.history == plain.history


def test_it_is_noted_and_printed_how_was_trained_in_all_calls_of_fit(digits, capsys):
    x, y = (array[:100] for array in digits)
    model = build()
    progress = watch(model)
    model.fit(x, y, None, 2, 0, validation_split=0.5, validation_data=(x[:30], y[:30]))
    assert (progress.batch_size, progress.train_size) == (32, 100)
    assert progress.done == [model]
    before = progress.seconds
    model.fit(x, y, epochs=4, initial_epoch=3, verbose=0)
    assert progress.seconds > before > 0
    model.fit(x, y, validation_split=0.5, verbose=0)
    assert "Epochs: 1, batch size: 32, images: 50\n" in capsys.readouterr().out
    assert len(progress.epochs) == 4
    first, second, third, fourth = progress.history["val_loss"]
    assert third is None  # which that call did not count
    assert min(first, second, fourth) > 0


# --- What may be wrong --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layers", "of_x", "of_y", "told"),
    [
        ([(784,), 64], "flat", "one-hot", ["(None, 64)", "y_train (20, 10)"]),
        ([(784,), 10], "images", "one-hot", ["takes (None, 784)", "x_train is (20, 28, 28)"]),
        ([(28, 28), 10], "images", "one-hot", ["answers (None, 28, 10)", "Flatten()"]),
        ([(784,), 10], "flat", "integers", ["y_train (20,)", "sparse_categorical_crossentropy"]),
    ],
    ids=["last layer", "input", "no Flatten", "integers"],
)
def test_network_and_arrays_that_do_not_go_together_are_told_in_one_line(
    digits, layers, of_x, of_y, told
):
    x, y = (array[:20] for array in digits)
    arrays = {"flat": x, "images": x.reshape((20, 28, 28)), "one-hot": y}
    arrays["integers"] = y.argmax(axis=1)
    shape, units = layers
    model = keras.Sequential([keras.Input(shape), keras.layers.Dense(units)])
    model.compile("rmsprop", "categorical_crossentropy")
    watch(model)
    with pytest.raises(UserError) as error:
        model.fit(arrays[of_x], arrays[of_y], verbose=0)
    assert_one_line(str(error.value), *told)


def test_an_exception_of_another_kind_is_keras_s_own(digits):
    x, y = (array[:20] for array in digits)
    model = build()
    watch(model)
    for given in (
        {"y": [y, y]},  # one output, and labels for two
        {"y": y, "validation_split": 0.99},  # which would leave nothing to train on
    ):
        with pytest.raises(ValueError):
            model.fit(x, verbose=0, **given)


# --- Less time ----------------------------------------------------------------------------------


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="others measure no input")
def test_the_input_is_not_measured(digits):
    import tensorflow as tf

    progress = watch(build())
    progress.fit(digits[0][:20], digits[1][:20], verbose=0)
    # With options, as Keras makes its data sets.
    iterator = iter(tf.data.Dataset.range(2).with_options(tf.data.Options()))
    next(iterator)
    with pytest.raises(tf.errors.NotFoundError, match="autotune"):
        tf.raw_ops.IteratorGetModelProto(iterator=iterator._iterator_resource)


def arrays(number_of_images=469, **changed):
    """What `fit` is given, by name."""
    x = np.zeros((number_of_images, 1), "uint8")
    return {"x": x, "y": x, "batch_size": 1} | changed


@pytest.mark.skipif(keras.backend.backend() == "torch", reason="PyTorch computes single batches")
def test_the_bar_moves_at_least_five_times_an_epoch_and_never_counts_past_its_end():
    model = build()
    for number_of_batches in (5, 7, 8, 10, 45, 200, 400, 469, 1875, 60_000):
        given = arrays(number_of_batches * 2 - 1, batch_size=2)
        in_a_call = fitting.batches_in_a_call(model, given)
        assert number_of_batches % in_a_call == 0
        assert number_of_batches / in_a_call >= 5
        assert in_a_call <= 100
    assert in_a_call == 100
    assert fitting.batches_in_a_call(model, arrays()) == 67


def test_single_batches_are_computed_where_somebody_might_see_a_difference():
    model = build()
    for changed in (
        {"callbacks": [after_epochs(print)]},
        {"steps_per_epoch": 10},
        {"validation_data": ()},
        {"sample_weight": np.zeros(469)},
        {"x": iter([])},
    ):
        assert fitting.batches_in_a_call(model, arrays(**changed)) == 1
    assert fitting.batches_in_a_call(convnet.build(seed=0), arrays()) == 1
    assert fitting.batches_in_a_call(build(steps_per_execution=4), arrays()) == 1


# --- Ctrl-C -------------------------------------------------------------------------------------


def test_ctrl_c_before_the_first_batch_ends_fit_and_keeps_what_was_learned(digits):
    x, y = (array[:300] for array in digits)
    model = build()
    press = keras.callbacks.LambdaCallback(on_train_begin=press_ctrl_c)
    progress = watch(model)
    model.fit(x, y, epochs=100_000, batch_size=128, callbacks=[press], verbose=0)
    assert progress.interrupted
    assert progress.done == [model]
    assert len(progress.history["loss"]) == 1
    assert model.optimizer.iterations.numpy() == 1  # of three batches
    model.fit(x, y, epochs=5, verbose=0)  # does not go on
    assert len(progress.history["loss"]) == 1


def test_ctrl_c_while_several_batches_are_computed_in_one_call_ends_fit_as_well(digits):
    x, y = digits
    model = build()
    progress = watch(model)
    threading.Timer(0.5, signal.raise_signal, [signal.SIGINT]).start()
    model.fit(x, y, epochs=100_000, batch_size=100, verbose=0)
    assert progress.interrupted
    assert model.steps_per_execution == 1
    assert model.train_function is None  # what is built next computes single batches again


def test_ctrl_c_during_validation_ends_fit_after_it(digits):
    x, y = (array[:200] for array in digits)
    model = build()
    press = keras.callbacks.LambdaCallback(on_test_begin=press_ctrl_c)
    progress = watch(model)
    model.fit(x, y, epochs=9, validation_split=0.5, callbacks=[press], verbose=0)
    assert progress.interrupted
    assert len(progress.history["val_loss"]) == 1


def test_it_trains_in_a_thread_which_cannot_listen_to_ctrl_c(digits):
    x, y = (array[:100] for array in digits)
    progress = watch(build())
    thread = threading.Thread(target=lambda: progress.fit(x, y, verbose=0))
    thread.start()
    thread.join()
    assert len(progress.history["loss"]) == 1


def test_an_exception_is_raised_when_what_was_learned_in_whole_epochs_is_saved(digits):
    x, y = (array[:100] for array in digits)
    handler = signal.getsignal(signal.SIGINT)
    model = build()
    progress = watch(model)
    with pytest.raises(RuntimeError, match="no room"):
        model.fit(x, y, callbacks=[after_epochs(fail)], verbose=0)
    assert progress.done == [model]
    assert len(progress.history["loss"]) == 1
    assert not progress.interrupted
    assert signal.getsignal(signal.SIGINT) is handler
