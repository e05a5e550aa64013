"""Save and say what came out of a training: the model, the numbers, the pictures, the page.

Nothing here is about learning; you need not read it to understand train.py.
"""

import math
import pathlib
import sys
import textwrap
import time

import keras
import numpy as np

from page import write
from training import data, hands, own_digits, plots
from training.answers import Answers, to_labels
from training.errors import one_line, printable
from training.files import delete, write_json
from training.scaling import find_scaling, input_shape, to_network, to_pixels

NO_PROBABILITIES = (
    "the network does not answer in probabilities, from 0 to 1 and together 1. Give its last layer "
    'activation="softmax"'
)
NOT_COMPARABLE = (
    "they cannot be compared with the labels: to each label belongs a row of answers, with a "
    "number for each class"
)
NO_IMAGES = "the images of x_test are no longer 28 x 28 pixels"
KNOWN_DATA = ("MNIST", "Fashion-MNIST")
SMALLEST = 1e-7  # probability, of which a logarithm is taken, as in Keras
# What `save` writes beside the network.
NAMES = ("metrics.json", "draw.html", "my_digits.png", "elsewhere.png", *plots.NAMES)


# --- The network --------------------------------------------------------------------------------


def write_model(model, path):
    """Write a model as a .keras file; without its optimizer if that cannot be saved.

    Returns None, or in one line what is missing. Raises what Keras raises if the model itself
    cannot be saved, and OSError.
    """
    try:
        model.save(path)
        return None
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001  whatever a reader's own class raises
        model.compiled = False  # leaves out the optimizer, the loss and the metrics
        try:
            model.save(path)
        finally:
            model.compiled = True
        return (
            "The network is saved without its optimizer and loss, which only matters for training "
            f"it further: {first_sentence(error)}"
        )


def can_be_loaded(path):
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


# --- The results --------------------------------------------------------------------------------


def save(run, model, train_set, test_set, probabilities, loss):
    """Save the numbers, the pictures and the page of a `run`, each by itself, and report.

    The arguments are those of `run.save`.
    """
    x_train, y_train = train_set
    x_test, y_test = test_set
    if run.number_added < len(x_train):  # or a reader took a part of them
        x_train = x_train[run.number_added :]
        y_train = y_train[run.number_added :]
    labels_train = to_labels(y_train)
    data_name = data.name_data(run.source, labels_train)
    scaling = find_scaling(x_train, x_test, run.shades)
    labels, answered = compare(y_test, probabilities)
    answers, problem = make_answers(to_pixels(x_test, scaling), labels, answered, data_name)
    metrics = {
        "dataset": data_name,
        "class_names": data.name_classes(data_name) if answers is None else answers.class_names,
        "model": run.model_name,
        **describe_fitting(run.fitting, model),
        "seed": run.told_seed,
        "test_size": len(y_test),
        "test_accuracy": find_accuracy(labels, answered),
        "test_loss": float(np.ravel(loss)[0]),
        "paper": scaling.paper,
        "ink": scaling.ink,
        "scaling_problem": scaling.problem,
    }
    reads_digits = (
        answers is not None
        and answers.class_names == data.DIGITS
        and scaling.problem is None
        and input_shape(model) is not None
    )
    if reads_digits and run.own is not None:
        metrics["own_digits"] = save_own_digits(run, model, scaling)
    if reads_digits and run.source is not None:  # else they may be no digits at all
        metrics["elsewhere"] = save_elsewhere(run, model, scaling, answers)
    metrics["seconds"] = {
        "train": None if metrics["epochs"] is None else run.fitting.seconds,
        "total": time.perf_counter() - run.start,
    }
    metrics["versions"] = list_versions()
    with run.outputs.saving("metrics.json") as unfinished:
        write_json(unfinished, metrics)
    samples = to_pixels(x_train[: plots.NUMBER_OF_SAMPLES], scaling)
    plots.save_pictures(run.outputs, samples, labels_train, answers, problem, metrics)
    with run.outputs.saving("draw.html") as unfinished:
        if answers is None:
            raise ValueError(problem)
        if scaling.problem is not None:
            raise ValueError(scaling.problem)
        write.write_page(unfinished, model, answers, scaling.paper, scaling.ink)
    for name in ("my_digits.png", "elsewhere.png"):
        path = run.outputs.folder / name
        if path not in run.outputs.saved and path not in run.outputs.failed:
            delete(path)  # an older one, which would show another network
    report(run, metrics, answers, problem)
    if reads_digits and run.is_loadable:
        print_how_to_predict(run.outputs.folder)


def describe_fitting(fitting, model):
    """Return what there is to say of a training in metrics.json; None stands for "not known".

    `fitting` is the fitting.Fitting, or None if `run.watch` was left out. It says nothing of a
    training loop of the reader's own, or of another model.
    """
    if fitting is None or fitting.model is not model or fitting.seconds == 0:
        return {
            "epochs": None,
            "batch_size": None,
            "validation_split": None,
            "train_size": None,
            "validation_size": None,
            "interrupted": False,
            "history": {},
        }
    return {
        "epochs": len(fitting.epochs),
        "batch_size": fitting.batch_size,
        "validation_split": fitting.validation_split,
        "train_size": fitting.train_size,
        "validation_size": fitting.validation_size,
        "interrupted": fitting.interrupted,
        "history": fitting.history,
    }


def save_own_digits(run, model, scaling):
    """Save how your own digits are read; return how many that were kept aside are read right.

    A dict: of how many (`kept_aside`) the new network reads so many right (`right`), and the one
    that was in the outputs folder before (`right_before`, None if there was none).
    """
    own = run.own
    x = to_network(own.images, scaling.paper, scaling.ink, input_shape(model))
    predicted = model.predict(x, verbose=0).argmax(axis=1)
    with run.outputs.saving("my_digits.png") as unfinished:
        own_digits.draw(own, predicted).savefig(unfinished)
    is_right = predicted == own.labels
    return {
        "kept_aside": int(own.aside.sum()),
        "right": int(is_right[own.aside].sum()),
        "right_before": run.own_right_before,
    }


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
    labels = to_labels(y)
    if len(labels) != len(y) or not np.array_equal(labels, y.ravel()):
        return None, None
    if labels.min() < 0 or labels.max() >= probabilities.shape[1]:
        return None, None
    return labels, probabilities


def find_accuracy(labels, probabilities):
    """Return the share of right answers, or None; the arguments are what `compare` returns."""
    if labels is None:
        return None
    return float(np.mean(probabilities.argmax(axis=1) == labels))


def make_answers(images, labels, probabilities, data_name):
    """Return the Answers of a network, and None; or None, and why they cannot be shown.

    `images` are uint8 (N, 28, 28), or None; `labels` and `probabilities` are what `compare`
    returns.
    """
    if labels is None:
        return None, NOT_COMPARABLE
    if images is None:
        return None, NO_IMAGES
    # (What is no number, after a training that failed, is shown as it is.)
    if np.isfinite(probabilities).all():
        sums = probabilities.sum(axis=1)
        if probabilities.min() < 0 or not np.allclose(sums, 1, atol=0.01):
            return None, NO_PROBABILITIES
    class_names = data.name_classes(data_name, probabilities.shape[1])
    return Answers(images, labels, probabilities, class_names, data_name), None


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


def save_elsewhere(run, model, scaling, answers):
    """Save how the digits of people from elsewhere are read; return what hands.measure does."""
    digits = hands.load()
    x = to_network(digits.images_aside, scaling.paper, scaling.ink, input_shape(model))
    probabilities = model.predict(x, verbose=0)
    with run.outputs.saving("elsewhere.png") as unfinished:
        figure = hands.draw_elsewhere(digits, probabilities, answers.images, answers.labels)
        figure.savefig(unfinished)
    return hands.measure(digits, probabilities)


# --- The screen ---------------------------------------------------------------------------------


def report(run, metrics, answers, problem):
    """Print how good the network is, what was saved, and what to do next."""
    data_name = metrics["dataset"]
    size = metrics["test_size"]
    if metrics["test_accuracy"] is not None:
        wrong = round(size * (1 - metrics["test_accuracy"]))
        print(f"Of {size:,} test images of {data_name} it reads {wrong:,} wrong.")
    if "elsewhere" in metrics:
        print(f"{hands.describe(metrics['elsewhere'])}.")
        if not run.options.hands:
            print("(It learns from such digits, too: python train.py --hands)")
    if "own_digits" in metrics:
        report_own_digits(metrics["own_digits"])
    if metrics["interrupted"]:
        print("The training was interrupted: these are the numbers of an unfinished network.")
    reads = True  # as far as one can see, it has learned something
    if answers is None:
        print(f"The answers cannot be shown: {problem}.")
        reads = False
    trouble = find_trouble(metrics["test_loss"], answers)
    if trouble is not None:
        print(f"{trouble}.")
        reads = False
    if data_name not in KNOWN_DATA:
        print("This is NOT MNIST: from its 60,000 images dense learns about 98%, convnet 99.5%.")
    report_saved(run.outputs, metrics["seconds"], reads)


def report_own_digits(numbers):
    """Print how your own digits are read that were kept aside; `numbers` as in metrics.json."""
    line = f"Your own digits, kept aside: {numbers['right']} of {numbers['kept_aside']} right"
    if numbers["right_before"] is not None:
        line += f" (before: {numbers['right_before']} of {numbers['kept_aside']})"
    print(line)


def report_saved(outputs, seconds, reads):
    """Print what was saved, and what to open next if the network `reads` at all."""
    line = f"It took {seconds['total']:.0f} seconds after the start of Keras"
    if seconds["train"] is not None:
        line += f", {seconds['train']:.0f} of them for `fit`"
    print(f"{line}.")
    names = [path.name for path in outputs.saved]
    print(f"Saved in {printable(outputs.folder)}: {', '.join(names)}")
    if not reads:
        return
    print("\nNow look at, and try:")
    for name, what in (
        ("mistakes.png", "what it read wrong:"),
        ("draw.html", "a page to draw on:"),
    ):
        path = outputs.folder / name
        if path in outputs.saved:
            print(f"  {what:20}{path.resolve().as_uri()}")


def print_how_to_predict(folder):
    """Print how the network in this folder reads pictures."""
    command = "python predict.py my_digit.png"
    if folder != pathlib.Path("outputs"):
        command += f" --model {printable(folder / 'model.keras')}"
    print(f"  your own pictures:  {command}")


def find_trouble(loss, answers):
    """Return what a reader can try, in one line, whose network has learned nothing; or None."""
    smaller = (
        "Let each step change the weights less, by a smaller learning rate; in the model's "
        "compile: optimizer=keras.optimizers.RMSprop(learning_rate=0.0001)"
    )
    if not math.isfinite(loss):
        return f"The loss is not a number: the weights grew endlessly. {smaller}"
    if answers is None:
        return None
    number_of_classes = len(answers.class_names)
    # Of the answers themselves: what `fit` calls the loss may be another one, or have more in it.
    right_probabilities = answers.probabilities[np.arange(len(answers.labels)), answers.labels]
    crossentropy = np.mean(-np.log(np.maximum(right_probabilities, SMALLEST)))
    guessing = math.log(number_of_classes)  # that of ten equal probabilities: 2.3
    if crossentropy > 1.1 * guessing and answers.accuracy < 0.5:
        return f"It is worse than guessing, since it is very sure where it is wrong. {smaller}"
    if answers.accuracy < 1.5 / number_of_classes:
        return (
            "It is no better than guessing. Are the last layer and the loss a pair, such as "
            "softmax and categorical_crossentropy, and does each image have its own label? Else "
            "let it learn for more epochs, or by a larger learning rate"
        )
    return None
