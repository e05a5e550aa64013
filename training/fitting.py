"""What happens around `model.fit`: options, Ctrl-C, saving as it ends; and it takes less time."""

import inspect
import math
import signal
import sys
import threading
import time

import keras
import numpy as np

from training.convnet import LowerLearningRate
from training.distort import DistortedImages
from training.errors import UserError

MOST_BATCHES = 100  # in one call: with more, it would be slow to stop on Ctrl-C
LEAST_CALLS = 5  # an epoch, to keep the progress bar moving
PLAIN = {"x", "y", "epochs", "batch_size", "verbose"}  # arguments of a `fit` that may be sped up
OWN_RATES = (keras.callbacks.LearningRateScheduler, keras.callbacks.ReduceLROnPlateau)


class Fitting:
    """What takes the place of a model's `fit`, and how the training went.

    `epochs` are the loss and the metrics of each epoch, dicts by name, of all calls together.
    `batch_size` and `train_size`, the number of images, are those of the last call, or None if it
    was given no arrays. `interrupted` is whether Ctrl-C ended the training.
    """

    def __init__(self, model, options, when_done):
        """Watch over `model`; `options` are the command line's.

        What these ask for takes the place of what `fit` is given. `when_done` is called with
        the model when the training has ended, also by an exception, unless that was in its first
        epoch: what was hardly trained is not worth saving.
        """
        if "fit" in vars(model):
            del model.fit  # it was watched before, as when a notebook's cell runs again
        self.model = model
        self.keras_fit = model.fit
        self.options = options
        self.when_done = when_done
        self.epochs = []
        self.batch_size = None
        self.train_size = None
        self.seconds = 0.0
        self.interrupted = False

    def fit(self, *args, **kwargs):
        """Do what Keras's `fit` does, with the same arguments; return its History.

        The weights are those that Keras's own finds, bit for bit; but the convnet is shown
        distorted images. Raises UserError if the network does not go with the arrays.
        """
        if self.interrupted:  # in an earlier call
            return self.model.history
        bound = inspect.signature(self.keras_fit).bind(*args, **kwargs)
        given = bound.arguments
        put_options(given, self.options)
        self.batch_size = None
        self.train_size = None
        if are_arrays(given):
            self.batch_size = given.get("batch_size") or 32  # Keras's default
            self.train_size = count_training(given)
            print(
                f"Epochs: {given.get('epochs', 1)}, batch size: {self.batch_size}, "
                f"images: {self.train_size:,}"
            )
        number = batches_in_a_call(self.model, given)
        arguments = dict(given)
        callbacks = keras.tree.flatten(given.get("callbacks") or [])
        is_convnet = self.options.model == "convnet"
        if is_convnet and are_arrays(given) and "sample_weight" not in given:
            distort_images(arguments)
            if not any(isinstance(callback, OWN_RATES) for callback in callbacks):
                callbacks.append(LowerLearningRate())
        watcher = Watcher()
        arguments["callbacks"] = [watcher, *callbacks]
        start = time.perf_counter()
        try:
            with watcher:
                return fit_in_calls(self.model, self.keras_fit, arguments, number)
        except ValueError as error:
            explain_shapes(error, self.model, given)
            raise
        finally:
            self.seconds += time.perf_counter() - start
            self.interrupted = watcher.pressed
            self.epochs += watcher.epochs
            if watcher.epochs:
                self.when_done(self.model)

    @property
    def history(self):
        """The numbers by epoch, a dict of lists as in Keras's History; None where one lacks."""
        history = {}
        for place, numbers in enumerate(self.epochs):
            for name, value in numbers.items():
                history.setdefault(name, [None] * len(self.epochs))
                history[name][place] = value
        return history


def put_options(given, options):
    """Put what the command line asks for in place of what `fit` is given, a dict by name."""
    if options.epochs:
        given["epochs"] = options.epochs
    if options.batch_size:
        given["batch_size"] = options.batch_size
    if options.validation_split and are_arrays(given):  # Keras splits nothing else
        given["validation_split"] = options.validation_split


def are_arrays(given):
    """Return whether `fit` is given images and labels as NumPy arrays."""
    return all(isinstance(given.get(name), np.ndarray) for name in ("x", "y"))


def count_training(given):
    """Return on how many images `fit` trains: on all but those that Keras keeps aside."""
    share = given.get("validation_split", 0.0)
    if given.get("validation_data") is not None:
        share = 0.0
    return math.floor(len(given["x"]) * (1 - share))


def explain_shapes(error, model, given):
    """Raise UserError if `fit` ended in an `error` since network and arrays do not go together."""
    if "(None" not in str(error) or not are_arrays(given):  # as Keras writes the shape of a batch
        return
    takes = getattr(model, "input_shape", "?")  # of some models nobody knows it before
    answers = getattr(model, "output_shape", "?")
    raise UserError(
        f"network and arrays do not go together. The network takes {takes}, None for the number of "
        f"images, and answers {answers}; x_train is {given['x'].shape}, y_train "
        f"{given['y'].shape}. (One-hot labels need as many answers as they have columns, and the "
        "loss categorical_crossentropy, labels of a number each sparse_categorical_crossentropy. "
        "Images that are not laid end to end need keras.layers.Flatten() before the Dense layers.)"
    ) from None


def distort_images(given):
    """Let the convnet's `fit` take its batches, in its arguments by name, from DistortedImages.

    These Keras cannot split, so the validation images are kept aside here.
    """
    x = given["x"]
    y = given.pop("y")
    size = count_training(given)
    if size < len(x):
        given["validation_data"] = (x[size:], y[size:])
    given.pop("validation_split", None)
    given["x"] = DistortedImages(x[:size], y[:size], given.pop("batch_size", None) or 32)
    given["shuffle"] = False  # they shuffle themselves


# --- Less time ----------------------------------------------------------------------------------


def batches_in_a_call(model, given):
    """Return how many batches may be computed in one call: Keras's `steps_per_execution`.

    Python is then called less often: a small network trains in two thirds of the time, with the
    same weights. It is 1 where somebody might see a difference, because `fit` was given more than
    the PLAIN arguments; and for a convnet, whose batches take so long that it would bring nothing.
    """
    is_plain = are_arrays(given) and given.keys() <= PLAIN
    is_set = model.steps_per_execution != 1 or model.run_eagerly  # by the reader
    has_slow_batches = any(isinstance(layer, keras.layers.Conv2D) for layer in model.layers)
    if keras.backend.backend() == "torch" or not is_plain or is_set or has_slow_batches:
        return 1
    number_of_batches = math.ceil(len(given["x"]) / (given.get("batch_size") or 32))
    most = min(MOST_BATCHES, number_of_batches // LEAST_CALLS)
    for number in range(most, 1, -1):
        if number_of_batches % number == 0:  # or the progress bar would count past its end
            return number
    return 1


def fit_in_calls(model, fit, given, number):
    """Call `fit`, `number` batches in a call; leave the model as it was."""
    if keras.backend.backend() == "tensorflow":
        do_not_measure_the_input()
    if number == 1:
        return fit(**given)
    model.train_function = None  # Keras builds it anew, for so many batches
    model.steps_per_execution = number
    try:
        return fit(**given)
    finally:
        model.steps_per_execution = 1
        model.train_function = None


def do_not_measure_the_input():
    """Tell TensorFlow not to measure how fast it gets the images.

    It does so to choose how many to prepare ahead, which gains nothing with images in memory. A
    fault in it delays the next epoch now and then: on two busy cores one in four, by up to 0.6
    seconds with --model dense and 6 with convnet (docs/measured.md has the cause). Keras has no
    setting for it. So TensorFlow's default is overwritten, for the whole program.
    """
    import tensorflow as tf

    tf.data.experimental.AutotuneOptions.enabled = False


# --- Ctrl-C -------------------------------------------------------------------------------------


class Watcher(keras.callbacks.Callback):
    """Notes the numbers of each epoch, in `epochs`, and ends `fit` soon after Ctrl-C.

    It listens within a `with` block, and only in the main thread, the only one that Python lets
    handle signals. A second Ctrl-C ends the program. It ends `fit` after the batches that are
    computed in one call: an exception would come in the middle of a batch, in which weights can be
    lost (on JAX). Afterwards `pressed` says whether it was interrupted.
    """

    def __init__(self):
        super().__init__()
        self.epochs = []
        self.pressed = False
        self.handler_before = None

    def __enter__(self):
        if threading.current_thread() is threading.main_thread():
            self.handler_before = signal.signal(signal.SIGINT, self.on_ctrl_c)

    def __exit__(self, *error):
        if self.handler_before is not None:
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
        if self.pressed:
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append(logs)  # to which the callbacks after this one may add numbers
        if self.pressed:  # while the validation ran
            self.model.stop_training = True
