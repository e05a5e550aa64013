"""What fitting.py does around `fit`: nothing to the weights; Ctrl-C and a failing callback end it
early, and keep what was learned; and it notes what was trained.
"""

import signal
import threading

import keras
import numpy as np
import pytest
from helpers import assert_one_line

from training import distort, fitting, networks
from training.errors import UserError


@pytest.fixture(scope="module")
def digits(sample):
    (images, labels), _ = sample
    x = images.reshape((-1, 784)).astype("float32") / 255
    return x, keras.utils.to_categorical(labels, 10)


def build(units=32, **settings):
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input((784,)),
            keras.layers.Dense(units, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("rmsprop", "categorical_crossentropy", metrics=["accuracy"], **settings)
    return model


class AfterEpochs(keras.callbacks.Callback):
    """Calls a function after each epoch. (Keras's LambdaCallback listens to batches, too.)"""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def on_epoch_end(self, epoch, logs=None):
        self.function(epoch)


class AfterBatches(keras.callbacks.Callback):
    """Calls a function after each batch."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def on_train_batch_end(self, batch, logs=None):
        self.function(batch)


def press_ctrl_c(*_):
    signal.raise_signal(signal.SIGINT)


def fail(*_):
    raise RuntimeError("no room for\nmy logs")


# --- Nothing else is changed --------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    [
        {"batch_size": 10},
        {"batch_size": 16, "validation_split": 0.2},
        {"batch_size": 16, "steps_per_epoch": 7},
        {"batch_size": 16, "shuffle": False},
        {},
    ],
    ids=str,
)
def test_the_weights_are_those_of_fit_alone_bit_for_bit(digits, given):
    x, y = (array[:400] for array in digits)
    plain = build()
    plain.fit(x, y, epochs=2, verbose=0, **given)
    watched = build()
    with fitting.watch(watched) as progress:
        history = watched.fit(x, y, epochs=2, verbose=0, **given)
    for mine, other in zip(watched.get_weights(), plain.get_weights(), strict=True):
        assert np.array_equal(mine, other)
    assert watched.optimizer.iterations.numpy() == plain.optimizer.iterations.numpy()
    assert progress.history == history.history
    assert progress.interrupted is None
    assert "fit" not in vars(watched)
    assert watched.steps_per_execution == 1


def test_a_callback_that_listens_to_batches_hears_of_each_one(digits):
    x, y = (array[:400] for array in digits)
    batches = []
    model = build()
    with fitting.watch(model):
        model.fit(x, y, batch_size=10, callbacks=AfterBatches(batches.append), verbose=0)
    assert batches == list(range(40))


def test_a_schedule_by_batches_ends_where_it_ends_without_watch(digits):
    x, y = (array[:400] for array in digits)
    rates = []
    for is_watched in (False, True):
        model = build()

        def warm_up(batch, model=model):
            model.optimizer.learning_rate = 0.001 * (batch + 1) / 40

        given = {"batch_size": 10, "callbacks": [AfterBatches(warm_up)], "verbose": 0}
        if is_watched:
            with fitting.watch(model):
                model.fit(x, y, **given)
        else:
            model.fit(x, y, **given)
        rates.append(float(model.optimizer.learning_rate))
    assert rates[0] == rates[1] == pytest.approx(0.001)


def test_distorted_images_are_what_fit_sees_if_it_is_asked_for(digits):
    x, y = (array[:200] for array in digits)
    by_hand = build()
    networks.lower_learning_rate(by_hand, number_of_batches=5)
    batches = distort.DistortedImages(x[:160], y[:160], batch_size=32)
    networks.lower_learning_rate(by_hand, number_of_batches=5)
    expected = by_hand.fit(batches, epochs=1, shuffle=False, verbose=0)
    model = build()
    with fitting.watch(model, distorted=True) as progress:
        model.fit(x, y, batch_size=32, validation_split=0.2, verbose=0)
    assert progress.history["loss"] == expected.history["loss"]
    assert (progress.train_size, progress.validation_size, progress.batch_size) == (160, 40, 32)


# --- What is noted ------------------------------------------------------------------------------


def test_it_is_noted_and_printed_how_was_trained(digits, capsys):
    x, y = digits
    model = build()
    with fitting.watch(model) as progress:
        model.fit(x[:300], y[:300], epochs=2, validation_data=(x[300:350], y[300:350]), verbose=0)
    assert (progress.epochs, progress.batch_size) == (2, 32)  # Keras's default
    assert (progress.train_size, progress.validation_size) == (300, 50)
    assert {name: len(values) for name, values in progress.history.items()} == {
        "accuracy": 2,
        "loss": 2,
        "val_accuracy": 2,
        "val_loss": 2,
    }
    assert progress.seconds > 0
    assert "Epochs: 2, batch size: 32, images: 300" in capsys.readouterr().out


def test_two_calls_of_fit_are_counted_together(digits):
    x, y = (array[:100] for array in digits)
    model = build()
    with fitting.watch(model) as progress:
        model.fit(x, y, epochs=2, verbose=0)
        model.optimizer.learning_rate = 0.0001
        model.fit(x, y, epochs=3, initial_epoch=2, verbose=0)
    assert progress.epochs == 3
    assert len(progress.history["loss"]) == 3


def test_what_only_one_call_of_fit_counts_is_no_number_for_the_other(digits):
    x, y = (array[:100] for array in digits)
    model = build()
    with fitting.watch(model) as progress:
        model.fit(x, y, verbose=0)
        model.fit(x, y, validation_split=0.5, verbose=0)
        model.fit(x, y, verbose=0)
    first, second, third = progress.history["val_loss"]
    assert np.isnan([first, third]).all()
    assert second > 0
    assert np.isfinite(progress.history["loss"]).all()
    assert len(progress.history["loss"]) == 3


def test_weights_of_images_are_kept_aside_with_their_images(digits):
    x, y = (array[:100] for array in digits)
    weights = np.linspace(0, 1, 100)
    given = {"sample_weight": weights, "validation_split": 0.25, "verbose": 0}
    plain = build().fit(x, y, **given)
    model = build()
    with fitting.watch(model) as progress:
        model.fit(x, y, **given)
    assert progress.history["loss"] == plain.history["loss"]
    assert progress.history["val_loss"] == plain.history["val_loss"]


def test_data_of_other_kinds_are_trained_as_they_are(digits):
    x, y = (array[:64] for array in digits)

    def batches():
        while True:
            yield x[:32], y[:32]

    model = build()
    with fitting.watch(model) as progress:
        model.fit(batches(), steps_per_epoch=3, epochs=2, verbose=0)
    assert len(progress.history["loss"]) == 2
    assert (progress.batch_size, progress.train_size) == (None, None)


# --- Validation ---------------------------------------------------------------------------------


def test_a_layer_after_the_last_one_is_told_with_what_to_do(digits):
    x, y = digits
    model = build()
    model.add(keras.layers.Dense(64, activation="relu"))
    model.compile("rmsprop", "categorical_crossentropy")
    with pytest.raises(UserError) as error, fitting.watch(model):
        model.fit(x[:20], y[:20])
    assert_one_line(str(error.value), "(None, 64)", "(20, 10)", 'Dense(10, activation="softmax")')


def test_labels_of_one_integer_each_in_a_column_are_trained_as_they_are(digits):
    x, y = digits
    model = build()
    model.compile("rmsprop", "sparse_categorical_crossentropy")
    with fitting.watch(model) as progress:
        model.fit(x[:20], y[:20].argmax(axis=1).reshape((20, 1)), verbose=0)
    assert len(progress.history["loss"]) == 1


def test_a_validation_split_that_leaves_nothing_to_train_on_is_refused(digits):
    x, y = (array[:50] for array in digits)
    model = build()
    with pytest.raises(UserError) as error, fitting.watch(model):
        model.fit(x, y, validation_split=0.99)
    assert_one_line(str(error.value), "--validation-split")


@pytest.mark.parametrize("as_labels", ["one-hot", "integers"])
def test_data_that_are_sorted_are_told_with_what_to_do(digits, as_labels, capsys):
    x, y = (array[:200] for array in digits)
    labels = y.argmax(axis=1)
    model = build()
    if as_labels == "integers":
        model.compile("rmsprop", "sparse_categorical_crossentropy")
        y = labels
    with fitting.watch(model):
        model.fit(x, y, validation_split=0.1, verbose=0)
        assert capsys.readouterr().err == ""
        order = labels.argsort(kind="stable")
        model.fit(x[order], y[order], validation_split=0.05, verbose=0)
    assert capsys.readouterr().err == ""  # some of the 9s are trained on
    with fitting.watch(model):
        model.fit(x[order], y[order], validation_split=0.3, verbose=0)
    assert_one_line(capsys.readouterr().err, "8, 9", "sorted", "Shuffle")


# --- Ctrl-C -------------------------------------------------------------------------------------

# While Keras prepares and traces, in the first epoch, and when the bar has moved for long.
MOMENTS = [0, 0.1, 0.3, 0.8, 2]


@pytest.mark.parametrize("seconds", MOMENTS)
def test_ctrl_c_at_any_moment_of_fit_ends_it_and_keeps_what_was_learned(digits, seconds, capsys):
    x, y = digits
    model = build(units=512)
    weights_before = model.get_weights()[0]
    press = threading.Timer(seconds, signal.raise_signal, [signal.SIGINT])

    class Press(keras.callbacks.Callback):  # before anything else of `fit`
        def set_params(self, params):
            press.start()

    with fitting.watch(model) as progress:
        model.fit(x, y, epochs=100_000, batch_size=128, callbacks=[Press()], verbose=0)
    assert progress.interrupted == "Ctrl-C"
    assert "Ctrl-C" in capsys.readouterr().err
    assert 1 <= len(progress.history["loss"]) < 100_000
    assert all(np.isfinite(weights).all() for weights in model.get_weights())
    assert not np.array_equal(model.get_weights()[0], weights_before)
    assert model.predict(x[:10], verbose=0).shape == (10, 10)


def test_ctrl_c_during_validation_ends_fit_after_it(digits):
    x, y = (array[:200] for array in digits)
    model = build()
    press = keras.callbacks.LambdaCallback(on_test_begin=press_ctrl_c)
    with fitting.watch(model) as progress:
        model.fit(x, y, epochs=9, validation_split=0.5, callbacks=[press], verbose=0)
    assert progress.interrupted == "Ctrl-C"
    assert len(progress.history["val_loss"]) == 1


def test_after_ctrl_c_no_other_call_of_fit_goes_on(digits):
    x, y = (array[:100] for array in digits)
    model = build()
    press = keras.callbacks.LambdaCallback(on_epoch_begin=press_ctrl_c)
    with fitting.watch(model) as progress:
        model.fit(x, y, epochs=5, callbacks=[press], verbose=0)
        model.fit(x, y, epochs=5, verbose=0)
    assert len(progress.history["loss"]) == 1


@pytest.mark.parametrize("mistake", [False, True])
def test_the_handler_before_comes_back_whatever_happens_in_fit(digits, mistake):
    x, y = (array[:100] for array in digits)
    before = signal.getsignal(signal.SIGINT)
    model = build()
    if mistake:
        with pytest.raises(ValueError), fitting.watch(model):
            model.fit(x[:, :100], y, verbose=0)
        assert "fit" not in vars(model)
    else:
        with fitting.watch(model) as progress:
            model.fit(x, y, verbose=0)
        assert progress.interrupted is None
    assert signal.getsignal(signal.SIGINT) is before


def test_it_trains_in_a_thread_which_cannot_listen_to_ctrl_c(digits):
    x, y = (array[:100] for array in digits)
    model = build()
    finished = []

    def train():
        with fitting.watch(model) as progress:
            model.fit(x, y, epochs=2, verbose=0)
        finished.append(progress)

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    assert len(finished[0].history["loss"]) == 2


# --- Callbacks that fail ------------------------------------------------------------------------


@pytest.mark.parametrize("callback", [AfterEpochs(fail), AfterBatches(fail)])
def test_a_callback_that_fails_ends_the_training_and_keeps_what_was_learned(digits, callback):
    x, y = (array[:100] for array in digits)
    model = build()
    weights_before = model.get_weights()[0]
    with fitting.watch(model) as progress:
        model.fit(x, y, epochs=5, callbacks=[callback], verbose=0)
    assert progress.interrupted == "no room for my logs"
    assert len(progress.history["loss"]) == 1
    assert np.isfinite(progress.history["loss"]).all()
    assert not np.array_equal(model.get_weights()[0], weights_before)


def test_what_fails_before_anything_was_learned_is_raised(digits):
    x, y = (array[:100] for array in digits)
    model = build()
    begin = keras.callbacks.LambdaCallback(on_train_begin=fail)
    with pytest.raises(RuntimeError, match="no room"), fitting.watch(model):
        model.fit(x, y, callbacks=[begin], verbose=0)
