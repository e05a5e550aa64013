"""What happens around `model.fit`: Ctrl-C ends it early, and it takes less time.

Nothing here is about learning; you need not read it to understand train.py.
"""

import contextlib
import inspect
import math
import signal
import sys
import threading
import time

import keras
import numpy as np

from training import networks, speed
from training.distort import DistortedImages
from training.errors import UserError, one_line


class Fitting:
    """What there is to say of a training: how it was done, and how it went.

    `epochs`, `batch_size`, `train_size` and `validation_size` are what `fit` was given (the latter
    are None where the images come from something else than arrays); `history`
    is a dict of lists, the loss and the metrics by epoch. `interrupted` is None, or says why the
    training ended early.
    """

    def __init__(self):
        self.epochs = 0
        self.batch_size = None
        self.train_size = None
        self.validation_size = None
        self.history = {"loss": []}
        self.seconds = 0.0
        self.interrupted = None


@contextlib.contextmanager
def watch(model, distorted=False):
    """Watch over the `model.fit(...)` in a `with` block; gives the Fitting with its numbers.

    Ctrl-C, and a callback that fails, end the training early, and what was learned stays. The
    weights are those that `fit` alone would find, bit for bit (speed.py). With `distorted`, each
    image is distorted at random on its way to the network, in each epoch in another way. Where
    there are several calls of `fit`, their epochs are counted together.
    """
    fitting = Fitting()
    fit = model.fit

    def watched_fit(*args, **kwargs):
        if fitting.interrupted is not None:  # in an earlier call
            return model.history
        given = inspect.signature(fit).bind(*args, **kwargs)
        given.apply_defaults()
        return fit_watched(model, fit, given.arguments, fitting, distorted)

    model.fit = watched_fit
    try:
        yield fitting
    finally:
        del model.fit


def fit_watched(model, fit, arguments, fitting, distorted):
    """Call `fit` with these `arguments`, a dict by name; note in `fitting` how it went."""
    check_last_layer(model, arguments["y"])
    split_validation(arguments)
    describe(arguments, fitting)
    if distorted and isinstance(arguments["x"], np.ndarray):
        # A PyDataset makes its batches itself, and shuffles them.
        batches = DistortedImages(arguments["x"], arguments["y"], fitting.batch_size)
        epochs = arguments["epochs"] - arguments["initial_epoch"]
        networks.lower_learning_rate(model, epochs * len(batches))
        arguments["x"] = batches
        arguments["y"] = None
        arguments["batch_size"] = None
        arguments["shuffle"] = False
    batches_before = model.steps_per_execution
    speed.prepare(model, arguments)
    stop_on_ctrl_c = StopOnCtrlC()
    arguments["callbacks"] = [stop_on_ctrl_c, *as_list(arguments["callbacks"])]
    start = time.perf_counter()
    try:
        with stop_on_ctrl_c:
            history = fit(**arguments)
        if stop_on_ctrl_c.pressed:
            fitting.interrupted = "Ctrl-C"
    except Exception as error:
        if stop_on_ctrl_c.batches == 0:
            raise  # nothing was learned: it is a mistake in the program
        fitting.interrupted = one_line(error)
        history = model.history
        end_epoch(model, history)
    finally:
        fitting.seconds += time.perf_counter() - start
        speed.set_batches_in_a_call(model, batches_before)
    fitting.history = append_epochs(fitting.history, history.history)
    return history


def check_last_layer(model, y):
    """Raise UserError if the network does not answer with as many numbers as each label has."""
    outputs = getattr(model, "output_shape", None)  # None for a model that is not built yet
    if not isinstance(y, np.ndarray) or not isinstance(outputs, tuple):
        return
    if is_one_hot(y) and outputs[1:] != y.shape[1:]:
        raise UserError(
            f"the network answers with {outputs}, and the labels are {y.shape}. The last layer "
            f'must be Dense({y.shape[1]}, activation="softmax"): put others before it.'
        )


def split_validation(arguments):
    """Keep the last images aside as `validation_split` says, for all networks in the same way.

    Raises UserError if nothing would be left. Warns of classes that only one of both parts has.
    """
    share = arguments["validation_split"]
    x = arguments["x"]
    y = arguments["y"]
    if not share or arguments["validation_data"] is not None or not isinstance(x, np.ndarray):
        return
    train_size = math.floor(len(x) * (1 - share))  # as Keras itself would split them
    if train_size == 0:
        raise UserError("--validation-split keeps all images aside: make it smaller.")
    kept_aside = []
    for name in ("x", "y", "sample_weight"):
        array = arguments[name]
        if array is not None:
            arguments[name] = array[:train_size]
            kept_aside.append(array[train_size:])
    arguments["validation_data"] = tuple(kept_aside)
    arguments["validation_split"] = 0.0
    classes = to_classes(y)
    missing = set(classes[train_size:]) - set(classes[:train_size])
    if missing:
        names = ", ".join(str(label) for label in sorted(missing))
        print(
            f"Of the classes {names} all images are kept aside, since the data are sorted: none is "
            "learned. Shuffle the data before.",
            file=sys.stderr,
        )


def to_classes(y):
    """Return labels, one-hot (N, classes) or integers (N,), as a list of integers."""
    y = np.asarray(y)
    if is_one_hot(y):
        y = y.argmax(axis=1)
    return y.ravel().tolist()


def is_one_hot(y):
    """Return whether labels have a number for each class, and are not one integer each."""
    return y.ndim == 2 and y.shape[1] > 1


def describe(arguments, fitting):
    """Note what `fit` was given, and print it."""
    x = arguments["x"]
    fitting.epochs += arguments["epochs"] - arguments["initial_epoch"]
    if not isinstance(x, np.ndarray):
        return
    arguments["batch_size"] = arguments["batch_size"] or 32  # Keras's default
    fitting.batch_size = arguments["batch_size"]
    fitting.train_size = len(x)
    fitting.validation_size = 0
    if arguments["validation_data"] is not None:
        fitting.validation_size = len(arguments["validation_data"][0])
    print(f"Epochs: {arguments['epochs']}, batch size: {fitting.batch_size}, images: {len(x):,}")


def as_list(callbacks):
    if callbacks is None:
        return []
    if isinstance(callbacks, list | tuple):
        return list(callbacks)
    return [callbacks]


def end_epoch(model, history):
    """Note in Keras's `history` the numbers of an epoch that was cut off."""
    logs = {name: float(value) for name, value in model.get_metrics_result().items()}
    history.on_epoch_end(len(history.epoch), logs)


def append_epochs(history, new):
    """Return a `history` with the epochs of a `new` one after its own, both dicts of lists.

    What only one of both has counted is no number in the epochs of the other.
    """
    appended = {}
    for name in [*new, *history]:
        before = history.get(name, [math.nan] * len(history["loss"]))
        appended[name] = before + new.get(name, [math.nan] * len(new["loss"]))
    return appended


class StopOnCtrlC(keras.callbacks.Callback):
    """Ends `fit` soon after Ctrl-C was pressed; a second one ends the program.

    It listens within a `with` block, and only in the main thread, the only one that Python lets
    handle signals. It ends after the batches that are computed in one call (speed.py): an exception
    would come in the middle of a batch, in which weights can be lost (on JAX). Afterwards `pressed`
    says whether it was interrupted, and `batches` how many calls were made.
    """

    def __init__(self):
        super().__init__()
        self.pressed = False
        self.batches = 0
        self.handler_before = None
        self.listens = threading.current_thread() is threading.main_thread()

    def __enter__(self):
        if self.listens:
            self.handler_before = signal.signal(signal.SIGINT, self.on_ctrl_c)

    def __exit__(self, *error):
        if self.listens:
            signal.signal(signal.SIGINT, self.handler_before)

    def on_ctrl_c(self, signal_number, frame):
        self.pressed = True
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # the next one ends the program at once
        # On stderr, since the bar may be in the middle of printing on stdout.
        print(
            "\nCtrl-C: ending the training, then evaluating and saving what was learned. "
            "Press it again to end at once.",
            file=sys.stderr,
        )

    def on_train_batch_end(self, batch, logs=None):
        self.batches += 1
        if self.pressed:
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        if self.pressed:  # while the validation ran
            self.model.stop_training = True
