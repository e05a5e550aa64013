"""A run of train.py: what the command line asks for, and what is saved of what came out."""

from training import start

start.prepare()  # before anything is imported that it has to check
start.import_keras()

import atexit
import os
import random
import sys
import time

import keras
import numpy as np

from training import convnet, data, hands, options, own_digits, results, scaling
from training.distort import add_copies
from training.errors import printable
from training.files import Outputs, delete
from training.fitting import Fitting


class Run:
    """A run of train.py, from its options to its results.

    Raises files.FolderError if the outputs folder cannot be written to, and data.DataError if a
    file of --add is something else: better now than after the training.
    """

    def __init__(self, arguments=None):
        """Begin a run with the options on the command line, or in the list `arguments`."""
        self.start = time.perf_counter()
        self.options = options.parse(arguments)
        self.outputs = Outputs(self.options.outputs)
        self.path = self.outputs.folder / "model.keras"
        self.source = None  # of the images
        self.shades = scaling.ALL_SHADES  # of grey in them
        self.number_added = 0  # training images of --add and --hands, which stand before the others
        self.told_seed = None
        self.fitting = None
        self.own = None  # your own digits
        self.own_right_before = None
        if self.options.add:
            self.own = own_digits.load(self.options.add)
            self.own_right_before = own_digits.count_right_before(self.path, self.own)
        self.saved_model = None
        self.saved_weights = None
        self.is_saved = False  # with its results
        keras.datasets.mnist.load_data = self.load_data
        atexit.unregister(end)  # of an earlier run in the same notebook
        atexit.register(end, self)

    @property
    def seed(self):
        """Where the random numbers start. (If the script does not ask, it has another seed.)"""
        self.told_seed = self.options.seed
        return self.options.seed

    def load_data(self, path="mnist.npz"):
        """Return images and labels, as data.load does: MNIST, or what is asked for.

        It takes the place of `keras.datasets.mnist.load_data`, with whose `path` nothing is done.
        """
        self.source, sets = data.load_or_sample(self.options.data)
        train_set, test_set = sets
        self.shades = np.unique(train_set[0][: scaling.SOME])
        number = len(train_set[0])
        seed = self.options.seed
        if self.options.hands:
            name = "Digits of people from elsewhere"
            train_set = add_copies(name, hands.load(), hands.COPIES, train_set, seed)
        if self.own is not None:
            copies = own_digits.count_copies(self.own, len(train_set[0]))
            train_set = add_copies("Your own digits", self.own, copies, train_set, seed)
        self.number_added = len(train_set[0]) - number
        return train_set, test_set

    def watch(self, model):
        """Return `model`, or the network that --model names.

        Its `fit` will do what the command line asks for, end on Ctrl-C, and save the network.
        """
        if self.options.model == "convnet":
            model = convnet.build(self.options.seed)
        self.fitting = Fitting(model, self.options, when_done=self.save_model)
        model.fit = self.fitting.fit
        return model

    def save_model(self, model):
        """Save the trained `model` as soon as `fit` ends: what fails from then on does not cost it.

        If Keras cannot save it, it is saved without the optimizer, or else its weights alone. If it
        is saved, the results of an earlier network are deleted, which would seem to be of this one.
        """
        state = random.getstate()  # from which Keras draws where a network's weights start
        self.saved_model = model
        self.saved_weights = model.get_weights()
        self.is_saved = False
        self.outputs.saved = []  # what was saved of an earlier training is not of this one
        with self.outputs.saving(self.path.name) as unfinished:
            results.write_model(model, unfinished)
        if self.path in self.outputs.saved:
            results.check_loading(self.outputs, self.path)
            for name in results.NAMES:
                delete(self.outputs.folder / name)  # of an earlier network
        elif not isinstance(self.outputs.failed[self.path], OSError):
            with self.outputs.saving("model.weights.h5") as unfinished:
                model.save_weights(unfinished)
        random.setstate(state)

    def has_saved(self, model):
        """Return whether `save_model` was called for `model` as it is now."""
        if model is not self.saved_model:
            return False
        pairs = zip(self.saved_weights, model.get_weights(), strict=True)
        return all(np.array_equal(saved, present) for saved, present in pairs)

    def save(self, model, train_set, test_set, probabilities, loss):
        """Save the numbers, the pictures and the page, each by itself, and report.

        `train_set` and `test_set` are the arrays (x, y) that the network was given; `probabilities`
        is what `model.predict` answered about the test images, and `loss` their loss.
        """
        if not self.has_saved(model):  # it may have changed after `fit`
            self.save_model(model)
        if self.path not in self.outputs.saved and self.path.exists():
            print(
                f"{printable(self.path)} is still the network of an earlier run, and so are the "
                "other results.",
                file=sys.stderr,
            )
        else:
            results.save(self, model, train_set, test_set, probabilities, loss)
        self.is_saved = True

    def finish(self):
        """Return the exit status: 1 if something could not be saved; say if `save` was left out."""
        saved = self.outputs.saved
        if saved and not self.is_saved:
            print(
                f"The network is saved, {printable(saved[0])}. Its numbers and pictures are not, "
                "since run.save was not reached.",
                file=sys.stderr,
            )
        return 1 if self.outputs.failed else 0


def end(run):
    """Finish a run as the program ends, and give it a status other than 0 if something failed."""
    status = run.finish()
    if status != 0:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
