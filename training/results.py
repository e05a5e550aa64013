"""Save and say what came out of a training: the model, the numbers, the pictures, the page."""

import pathlib
import sys
import textwrap
import time

import keras
import numpy as np

from page import write
from training import data, hands, limits, own_digits, plots
from training.answers import Answers, to_labels
from training.errors import one_line, printable
from training.files import write_json
from training.scaling import ask, find_scaling, input_shape, to_pixels

KNOWN_DATA = ("MNIST", "Fashion-MNIST")
NAMES = (  # of what is saved beside the network, or in its place
    "model.weights.h5",
    "metrics.json",
    "draw.html",
    "samples.png",
    "predictions.png",
    "mistakes.png",
    "confusion_matrix.png",
    "training.png",
    "my_digits.png",
    "elsewhere.png",
)


def write_model(model, path):
    """Write a model as a .keras file; without its optimizer, and say so, if that cannot be saved.

    Raises what Keras raises if the model itself cannot be saved, and OSError.
    """
    try:
        model.save(path)
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001  whatever a reader's own class raises
        model.compiled = False  # leaves out the optimizer, the loss and the metrics
        try:
            model.save(path)
        finally:
            model.compiled = True
        print(
            "The network is saved without its optimizer and loss, which only matters for training "
            f"it further: {textwrap.shorten(one_line(error), 200)}",
            file=sys.stderr,
        )


def check_loading(outputs, path):
    """Note in `outputs`, and say why, if predict.py will not load a saved model."""
    try:
        limits.load_network(path)
    except Exception as error:  # noqa: BLE001  a layer of the reader's own, or it is too large
        outputs.failed[path] = error
        print(
            f"Error: {printable(path)} was saved, but cannot be loaded by predict.py: "
            f"{textwrap.shorten(one_line(error), 200)}",
            file=sys.stderr,
        )


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
    labels = find_labels(y_test, probabilities)
    answers, problem = make_answers(to_pixels(x_test, scaling), labels, probabilities, data_name)
    accuracy = None
    if labels is not None:
        accuracy = float(np.mean(probabilities.argmax(axis=1) == labels))
    metrics = {
        "dataset": data_name,
        "class_names": data.name_classes(data_name) if answers is None else answers.class_names,
        "model": None if run.fitting is None else run.options.model,
        **describe_fitting(run.fitting, model),
        "seed": run.told_seed,
        "test_size": len(y_test),
        "test_accuracy": accuracy,
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
        metrics["elsewhere"] = save_elsewhere(run, model, scaling)
    metrics["seconds"] = {
        "train": None if metrics["epochs"] is None else run.fitting.seconds,
        "total": time.perf_counter() - run.start,
    }
    metrics["versions"] = list_versions()
    with run.outputs.saving("metrics.json") as unfinished:
        write_json(unfinished, metrics)
    samples = to_pixels(x_train[: plots.NUMBER_OF_SAMPLES], scaling)
    plots.save_pictures(run.outputs, samples, labels_train, answers, metrics)
    with run.outputs.saving("draw.html") as unfinished:
        if problem or scaling.problem:
            raise ValueError(problem or scaling.problem)
        write.write_page(unfinished, model, answers, scaling.paper, scaling.ink)
    report(run, metrics, answers, reads_digits and run.path not in run.outputs.failed)


def describe_fitting(fitting, model):
    """Return what there is to say of a training in metrics.json; None stands for "not known".

    `fitting` is the fitting.Fitting, or None if `run.watch` was left out. It says nothing of a
    training loop of the reader's own, or of another model.
    """
    if fitting is None or fitting.model is not model or fitting.seconds == 0:
        unknown = dict.fromkeys(("epochs", "batch_size", "train_size", "interrupted"))
        return {**unknown, "history": {}}
    return {
        "epochs": len(fitting.epochs),
        "batch_size": fitting.batch_size,
        "train_size": fitting.train_size,
        "interrupted": fitting.interrupted,
        "history": fitting.history,
    }


def find_labels(y, answered):
    """Return labels, integers (N,), that can be compared with what was answered; None otherwise.

    `y` are the labels as the network was given them, one-hot (N, classes) or integers, and
    `answered` is what it answered, (N, classes) unless its reader has made something else of it.
    """
    y = np.asarray(y)
    if not isinstance(answered, np.ndarray) or answered.ndim != 2 or answered.shape[1] < 2:
        return None  # a single number for each image, or several outputs
    labels = to_labels(y)
    if len(y) != len(answered) or len(labels) != len(y):
        return None
    if y.shape == answered.shape:
        is_comparable = np.allclose(y.sum(axis=1), 1)  # they are one-hot
    else:
        is_comparable = np.array_equal(labels, y.ravel())  # they are integers
    if not is_comparable or labels.min() < 0 or labels.max() >= answered.shape[1]:
        return None
    return labels


def make_answers(images, labels, probabilities, data_name):
    """Return the Answers of a network, and None; or None, and why they cannot be shown.

    `images` are uint8 (N, 28, 28), or None, `labels` what `find_labels` returns, and
    `probabilities` float (N, classes).
    """
    if labels is None:
        return None, (
            "the answers cannot be compared with the labels: to each label belongs a row of "
            "answers, with a number for each class, two at least"
        )
    if images is None:
        return None, "the images of x_test are no longer 28 x 28 pixels"
    # (What is no number, after a training that failed, is shown as it is.)
    if np.isfinite(probabilities).all():
        sums = probabilities.sum(axis=1)
        if probabilities.min() < 0 or not np.allclose(sums, 1, atol=0.01):
            return None, (
                "the network does not answer in probabilities, from 0 to 1 and together 1. Give "
                'its last layer activation="softmax"'
            )
    class_names = data.name_classes(data_name, probabilities.shape[1])
    return Answers(images, labels, probabilities, class_names, data_name), None


def save_own_digits(run, model, scaling):
    """Save how your own digits are read; return how many that were kept aside are read right.

    A dict: of how many (`kept_aside`) the new network reads so many right (`right`), and the one
    that was in the outputs folder before (`right_before`, None if there was none).
    """
    own = run.own
    answers = ask_about(own.images, own.labels, "your own digits", model, scaling)
    with run.outputs.saving("my_digits.png") as unfinished:
        own_digits.draw(own, answers).savefig(unfinished)
    is_right = answers.predicted == own.labels
    return {
        "kept_aside": int(own.aside.sum()),
        "right": int(is_right[own.aside].sum()),
        "right_before": run.own_right_before,
    }


def save_elsewhere(run, model, scaling):
    """Save how the digits of people from elsewhere are read; return what hands.measure does."""
    people = hands.load()
    images = people.images[people.aside]
    labels = people.labels[people.aside]
    answers = ask_about(images, labels, "People from elsewhere", model, scaling)
    with run.outputs.saving("elsewhere.png") as unfinished:
        plots.draw_mistakes(answers).savefig(unfinished)
    return hands.measure(people, answers.predicted)


def ask_about(images, labels, name, model, scaling):
    """Return the Answers of a model about images of digits, uint8 (N, 28, 28), called `name`."""
    probabilities = ask(model, images, scaling.paper, scaling.ink)
    return Answers(images, labels, probabilities, data.DIGITS, name)


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


def report(run, metrics, answers, reads_digits):
    """Print how good the network is, what was saved, and what to do next.

    `answers` are its Answers, or None. `reads_digits` is whether predict.py can use it.
    """
    size = metrics["test_size"]
    if metrics["test_accuracy"] is not None:
        wrong = round(size * (1 - metrics["test_accuracy"]))
        print(f"Of {size:,} test images of {metrics['dataset']} it reads {wrong:,} wrong.")
    if "elsewhere" in metrics:
        print(f"{hands.describe(metrics['elsewhere'])}.")
        if not run.options.hands:
            print("(It learns from such digits, too: python train.py --hands)")
    own = metrics.get("own_digits")
    if own and own["kept_aside"]:
        line = f"Your own digits, kept aside: {own['right']} of {own['kept_aside']} right"
        if own["right_before"] is not None:
            line += f" (before: {own['right_before']} of {own['kept_aside']})"
        print(line)
    if metrics["interrupted"]:
        print("The training was interrupted: these are the numbers of an unfinished network.")
    if metrics["dataset"] not in KNOWN_DATA:
        print("This is NOT MNIST: from its 60,000 images dense learns about 98%, convnet 99.5%.")
    line = f"It took {metrics['seconds']['total']:.0f} seconds after the start of Keras"
    if metrics["seconds"]["train"] is not None:
        line += f", {metrics['seconds']['train']:.0f} of them for `fit`"
    print(f"{line}.")
    names = [path.name for path in run.outputs.saved]
    print(f"Saved in {printable(run.outputs.folder)}: {', '.join(names)}")
    if answers is not None and answers.accuracy < 1.5 / len(answers.class_names):
        print(
            "It is no better than guessing. Are the last layer and the loss a pair, such as "
            "softmax and categorical_crossentropy, and does each image have its own label? Else "
            "let it learn for more epochs, or by another learning rate (0.001 is usual)."
        )
    elif answers is not None:
        print_what_to_try(run.outputs, reads_digits)


def print_what_to_try(outputs, reads_digits):
    """Print which results to open, and how the network reads pictures if it can."""
    print("\nNow look at, and try:")
    for name, what in (
        ("mistakes.png", "what it read wrong:"),
        ("draw.html", "a page to draw on:"),
    ):
        path = outputs.folder / name
        if path in outputs.saved:
            print(f"  {what:20}{path.resolve().as_uri()}")
    if reads_digits:
        command = "python predict.py my_digit.png"
        if outputs.folder != pathlib.Path("outputs"):
            command += f" --model {printable(outputs.folder / 'model.keras')}"
        print(f"  your own pictures:  {command}")
