"""Save and say what came out of a training: the model, the numbers, the pictures, the page.

Nothing here is about learning; you need not read it to understand train.py.
"""

import math
import sys
import textwrap
import time

import keras
import numpy as np

from page import write
from training import data, own_digits, plots
from training.answers import Answers
from training.errors import one_line, printable
from training.files import Outputs, write_json
from training.scaling import Scaling, find_scaling, to_raw

NO_PROBABILITIES = (
    "the network does not answer in probabilities, from 0 to 1 and together 1. Give its last layer "
    'activation="softmax"'
)
KNOWN_DATA = ("MNIST", "Fashion-MNIST")
SMALLEST = 1e-7  # probability, of which a logarithm is taken, as in Keras


class Run:
    """One run of train.py: its options, and where its results are saved.

    `preprocess_images` is train.py's. Raises files.FolderError if the outputs folder cannot be
    written to, and data.DataError if a file of --add is something else: better now than later.
    """

    def __init__(self, args, preprocess_images):
        self.start = time.perf_counter()
        self.args = args
        self.preprocess_images = preprocess_images
        self.outputs = Outputs(args.outputs)
        self.is_loadable = True  # the saved model
        self.own = None  # your own digits
        self.own_right_before = None
        if args.add:
            self.own = own_digits.load(args.add)

    def save_model(self, model):
        """Save the trained `model` at once: what fails from now on does not cost it."""
        if self.own:
            older = self.outputs.folder / "model.keras"
            self.own_right_before = own_digits.count_right_before(
                older, self.own, self.preprocess_images
            )
        with self.outputs.saving("model.keras") as unfinished:
            model.save(unfinished)
        for path in self.outputs.saved:
            self.is_loadable = check_that_it_loads(path)

    def save(self, model, progress, data_name, train_set, test_set, answered):
        """Save all other results, each by itself, and report; return the script's exit status.

        `progress` is the fitting.Fitting. `train_set` is raw images, uint8 (N, 28, 28), and labels;
        `test_set` is raw images, and what they and their labels became for the network. `answered`
        is what `model.evaluate` returned, and what `model.predict` did.
        """
        images_test, x_test, y_test = test_set
        scores, probabilities = answered
        scaling, images = describe_images(self.preprocess_images, images_test, x_test)
        labels, probabilities = compare(y_test, probabilities)
        answers = make_answers(images, labels, probabilities, data_name)
        metrics = {
            "dataset": data_name,
            "class_names": data.name_classes(data_name) if answers is None else answers.class_names,
            "model": self.args.model,
            "epochs": progress.epochs,
            "batch_size": progress.batch_size,
            "validation_split": self.args.validation_split,
            "seed": self.args.seed,
            "interrupted": progress.interrupted is not None,
            "train_size": progress.train_size,
            "validation_size": progress.validation_size,
            "test_size": len(y_test),
            "test_accuracy": find_accuracy(labels, probabilities),
            "test_loss": find_loss(scores),
            "history": progress.history,
            "paper": scaling.paper,
            "ink": scaling.ink,
            "scaling_problem": scaling.problem,
        }
        if self.own:
            metrics["own_digits"] = self.save_own_digits(model)
        metrics["seconds"] = {"train": progress.seconds, "total": time.perf_counter() - self.start}
        metrics["versions"] = list_versions()
        with self.outputs.saving("metrics.json") as unfinished:
            write_json(unfinished, metrics)
        plots.save_pictures(self.outputs, train_set, answers, metrics)
        with self.outputs.saving("draw.html") as unfinished:
            if answers is None:
                raise ValueError(NO_PROBABILITIES)
            if scaling.problem is not None:
                raise ValueError(scaling.problem)
            write.write_page(unfinished, model, answers, scaling.paper, scaling.ink)
        report(metrics, answers, progress, self.outputs)
        return 1 if self.outputs.failed or not self.is_loadable else 0

    def save_own_digits(self, model):
        """Save how your own digits are read; return how many that were kept aside are read right.

        A dict: of how many (`kept_aside`) the new network reads so many right (`right`), and the
        one that was in the outputs folder before (`right_before`, None if there was none).
        """
        predicted = own_digits.predict(model, self.own.images, self.preprocess_images)
        with self.outputs.saving("my_digits.png") as unfinished:
            own_digits.draw(self.own, predicted).savefig(unfinished)
        is_right = predicted == self.own.labels
        return {
            "kept_aside": int(self.own.aside.sum()),
            "right": int(is_right[self.own.aside].sum()),
            "right_before": self.own_right_before,
        }


def check_that_it_loads(path):
    """Return whether a saved model can be loaded, as predict.py will, and say what is wrong."""
    try:
        keras.saving.load_model(path, compile=False)
        return True
    except Exception as error:  # noqa: BLE001  of a layer or a function of the reader's own
        print(
            f"Error: {printable(path)} was saved, but cannot be loaded: it has a layer or a "
            f"function that Keras does not know by its name. {first_sentence(error)}",
            file=sys.stderr,
        )
        return False


def first_sentence(error):
    """Return the first sentence, cut off if it is long, of an exception's first cause."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__
    return textwrap.shorten(one_line(error).split(". ")[0], width=200, placeholder=" ...")


def describe_images(preprocess_images, images_test, x_test):
    """Return the Scaling of the test images, and the raw images, uint8 (N, 28, 28), of `x_test`."""
    try:
        scaling = find_scaling(preprocess_images, images_test, x_test)
        return scaling, to_raw(preprocess_images, images_test, x_test, scaling)
    except Exception as error:  # noqa: BLE001  whatever a reader has written there
        problem = f"preprocess_images fails: {first_sentence(error)}"
        return Scaling(None, None, problem), images_test


def compare(y, probabilities):
    """Return labels, integers (N,), and what was answered, (N, classes), so that they compare.

    `y` are the labels as the network was given them, one-hot (N, classes) or integers;
    `probabilities` are what it answered, (N, classes), or (N, 1) for class 1 of two. Returns None
    and None where nobody can say which answers are right.
    """
    y = np.asarray(y)
    probabilities = np.asarray(probabilities, dtype="float64")
    if probabilities.ndim != 2 or len(y) != len(probabilities):
        return None, None
    if probabilities.shape[1] == 1:
        if probabilities.min() < 0 or probabilities.max() > 1:
            return None, None  # from which number on does it mean class 1?
        probabilities = np.concatenate([1 - probabilities, probabilities], axis=1)
    if y.shape == probabilities.shape:
        if not np.allclose(y.sum(axis=1), 1):
            return None, None
        return y.argmax(axis=1), probabilities
    labels = y.ravel().astype("int64")
    if len(labels) != len(y) or labels.min() < 0 or labels.max() >= probabilities.shape[1]:
        return None, None
    return labels, probabilities


def find_accuracy(labels, probabilities):
    """Return the share of right answers, or None; the arguments are what `compare` returns."""
    if labels is None:
        return None
    return float(np.mean(probabilities.argmax(axis=1) == labels))


def find_loss(scores):
    """Return the loss in what `model.evaluate` returned: a dict, or a list that begins with it."""
    if isinstance(scores, dict):
        return scores["loss"]
    return float(np.ravel(scores)[0])


def make_answers(images, labels, probabilities, data_name):
    """Return the Answers of a network about `images`, or None if they are no probabilities.

    `images` are uint8 (N, 28, 28); `labels` and `probabilities` are what `compare` returns.
    """
    if labels is None or len(images) != len(labels):
        return None
    # (What is no number, after a training that failed, is shown as it is.)
    if np.isfinite(probabilities).all():
        sums = probabilities.sum(axis=1)
        if probabilities.min() < 0 or not np.allclose(sums, 1, atol=0.01):
            return None
    class_names = data.name_classes(data_name, probabilities.shape[1])
    return Answers(images, labels, probabilities, class_names, data_name)


def list_versions():
    """Return the versions of what the result depends on."""
    backend = keras.backend.backend()
    return {
        "python": sys.version.split()[0],
        "keras": keras.version(),
        "backend": backend,
        backend: sys.modules[backend].__version__,  # such as "tensorflow": "2.21.0"
        "numpy": np.__version__,
    }


def report(metrics, answers, progress, outputs):
    """Print how good the network is, what was saved, and what to do next."""
    data_name = metrics["dataset"]
    accuracy = metrics["test_accuracy"]
    loss = metrics["test_loss"]
    if answers is not None:
        show_first_answers(answers)
    if accuracy is not None:
        size = metrics["test_size"]
        wrong = round(size * (1 - accuracy))
        print(f"\nTest accuracy on {data_name}: {accuracy:.2%}, {wrong:,} of {size:,} wrong")
    else:
        print(f"\nTest loss on {data_name}: {loss:.4f}")
    if "own_digits" in metrics:
        report_own_digits(metrics["own_digits"])
    if progress.interrupted == "Ctrl-C":
        print("The training was interrupted: these are the numbers of an unfinished network.")
    elif progress.interrupted is not None:
        print(f"The training ended early: {progress.interrupted}")
        print("These are the numbers of an unfinished network.")
    reads = True  # as far as one can see, it has learned something
    if answers is None:
        print(f"The answers cannot be shown: {NO_PROBABILITIES}.")
        reads = False
    if is_hopeless(loss, answers):
        print_what_helps(loss)
        reads = False
    if data_name not in KNOWN_DATA:
        print("This is NOT MNIST: from its 60,000 images dense learns about 98%, convnet 99.5%.")
    if outputs.saved:
        print("Saved:")
    for path in outputs.saved:
        print(f"  {printable(path)}")
    page = outputs.folder / "draw.html"
    if page in outputs.saved and reads:
        print(f"Open {printable(page)} in a browser and draw a digit: this network reads it.")


def report_own_digits(numbers):
    """Print how your own digits are read that were kept aside; `numbers` as in metrics.json."""
    line = f"Your own digits, kept aside: {numbers['right']} of {numbers['kept_aside']} right"
    if numbers["right_before"] is not None:
        line += f" (before: {numbers['right_before']} of {numbers['kept_aside']})"
    print(line)


def show_first_answers(answers):
    """Print what the first four test images are, and what the network says they are."""
    right_names = [answers.class_names[label] for label in answers.labels[:4]]
    predicted_names = [answers.class_names[label] for label in answers.predicted[:4]]
    print(f"The first four test images are {', '.join(right_names)}")
    print(f"The network says               {', '.join(predicted_names)}")


def is_hopeless(loss, answers):
    """Return whether a network has learned nothing, by its loss or by its answers."""
    if not math.isfinite(loss):
        return True
    if answers is None:
        return False
    number_of_classes = len(answers.class_names)
    # Of the answers themselves: what `fit` calls the loss may be another one, or have more in it.
    right_probabilities = answers.probabilities[np.arange(len(answers.labels)), answers.labels]
    crossentropy = np.mean(-np.log(np.maximum(right_probabilities, SMALLEST)))
    guessing = math.log(number_of_classes)  # that of ten equal probabilities: 2.3
    return crossentropy > 1.1 * guessing or answers.accuracy < 1.5 / number_of_classes


def print_what_helps(loss):
    """Print what a reader can try whose network does not learn."""
    if math.isfinite(loss):
        print("Its answers are no better than guessing: it did not learn, or became very sure also")
        print("where it is wrong. Are the last layer and the loss a pair, such as softmax and")
        print("categorical_crossentropy? Are the steps too large?")
    else:
        print("The loss is not a number: the weights changed too much at once, and grew endlessly.")
    print("Let each step change them less, by a smaller learning rate; in the model's compile:")
    print("optimizer=keras.optimizers.RMSprop(learning_rate=0.0001)")
