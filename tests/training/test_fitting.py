"""What ctrl_c.py does: Ctrl-C at any moment of `fit` ends it soon, and keeps what was learned."""

import signal
import threading

import keras
import numpy as np
import pytest
from training.ctrl_c import StopOnCtrlC

import train


@pytest.fixture(scope="module")
def digits(sample):
    (images, labels), _ = sample
    return train.preprocess_images(images), train.preprocess_labels(labels)


@pytest.fixture
def press_in_fit(monkeypatch):
    """Press Ctrl-C once, some seconds after the model's `fit` was called."""

    def press_in_fit(model, seconds):
        fit = model.fit

        def fit_and_press(*args, **kwargs):
            threading.Timer(seconds, signal.raise_signal, [signal.SIGINT]).start()
            return fit(*args, **kwargs)

        monkeypatch.setattr(model, "fit", fit_and_press)

    return press_in_fit


# While Keras prepares and traces, in the first epoch, and when the bar has moved for long.
MOMENTS = [0, 0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.2, 2, 3]


@pytest.mark.parametrize("seconds", MOMENTS)
def test_ctrl_c_at_any_moment_of_fit_ends_it_and_keeps_what_was_learned(
    digits, press_in_fit, seconds, capsys
):
    x, y = digits
    model = train.build_dense()
    weights_before = model.get_weights()[0]
    press_in_fit(model, seconds)
    history, interrupted, _ = train.train(model, x, y, 100_000, 128, 0)
    assert interrupted
    assert "Ctrl-C" in capsys.readouterr().err
    assert 1 <= len(history["loss"]) < 100_000
    assert all(np.isfinite(weights).all() for weights in model.get_weights())
    assert not np.array_equal(model.get_weights()[0], weights_before)
    assert model.predict(x[:10], verbose=0).shape == (10, 10)


def test_ctrl_c_during_validation_ends_fit_after_it(digits):
    x, y = digits
    model = train.build_dense()
    stop = StopOnCtrlC()

    def press_ctrl_c(epoch, logs):
        signal.raise_signal(signal.SIGINT)

    press = keras.callbacks.LambdaCallback(on_epoch_end=press_ctrl_c)
    history = model.fit(
        x[:500], y[:500], epochs=9, validation_split=0.5, callbacks=[press, stop], verbose=0
    )
    assert stop.pressed
    assert len(history.history["val_loss"]) == 1


def test_without_ctrl_c_nothing_is_interrupted_and_the_handler_before_comes_back(digits):
    x, y = digits
    before = signal.getsignal(signal.SIGINT)
    _, interrupted, _ = train.train(train.build_dense(), x[:256], y[:256], 1, 128, 0)
    assert not interrupted
    assert signal.getsignal(signal.SIGINT) is before
