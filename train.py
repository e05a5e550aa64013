"""Train a neural network to read handwritten digits: the classic Keras MNIST script.

    python train.py              the recipe: load, preprocess, build, train, evaluate
    python train.py --help       everything that can be changed without editing

Start at the end, with `main`, the table of contents. The functions of its five steps stand in their
order; saving and the command line come last. README.md explains each step at more length.
"""

import argparse
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time

import numpy as np

# Skip to CLOTHES, but for the imports: the rest hides what TensorFlow logs at every start. Meanwhile
# stderr passes through a second Python that drops those lines. TF_CPP_MIN_LOG_LEVEL=0 shows them.
LOG_FILTER = """import os, sys
greetings = b"WARNING: All log", b"I0000", b"Matplotlib created", b"mkdir -p failed for path"
for line in sys.stdin.buffer:
    if not line.startswith(greetings): os.write(2, line)"""
if quiet := ("TF_CPP_MIN_LOG_LEVEL" not in os.environ and sys.__stderr__ is not None):
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    command, stderr = [sys.executable, "-c", LOG_FILTER], os.dup(2)
    log_filter = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    os.dup2(log_filter.stdin.fileno(), 2)
import keras
import tensorflow as tf
from matplotlib.figure import Figure

import page

if quiet:
    os.dup2(stderr, 2)
    log_filter.communicate()
    del os.environ["TF_CPP_MIN_LOG_LEVEL"]

CLOTHES = "T-shirt,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot"
CLASS_NAMES = {"digits": list("0123456789"), "clothes": CLOTHES.split(",")}
HERE = pathlib.Path(__file__).parent


def load_data(source):
    """Load the images and their labels from `source`, one of the values of --data.

    Returns (images, labels) to train with, (images, labels) to test with, data_name, and kind, a
    key of CLASS_NAMES. N images are uint8 (N, 28, 28) from 0 (paper) to 255 (ink), their labels
    integers (N,) from 0 to 9. Raises SystemExit if `source` cannot be read.
    """
    if source == "sample":
        return *load_npz(HERE / "sample.npz"), "MNIST sample (7,000 digits)", "digits"
    if source not in ("auto", "mnist", "fashion_mnist"):
        name = pathlib.Path(source).name.replace("$", "")  # which would begin a formula in titles
        return *load_npz(source), name, ("clothes" if "fashion" in name.lower() else "digits")
    dataset, name, kind = keras.datasets.mnist, "MNIST", "digits"
    if source == "fashion_mnist":
        dataset, name, kind = keras.datasets.fashion_mnist, "Fashion-MNIST", "clothes"
    socket.setdefaulttimeout(3)  # seconds without an answer: a blocked download would never end
    try:
        return *dataset.load_data(), name, kind
    except Exception as error:  # noqa: BLE001  a failed download raises many kinds
        reason = f"{name} could not be downloaded: {' '.join(str(error).split())}"
        if source == "auto":
            print(f"{reason}. Going on with a sample: this is NOT MNIST!", file=sys.stderr)
            return load_data("sample")
        cache = pathlib.Path(os.environ.get("KERAS_HOME", "~/.keras"), "datasets").expanduser()
        ways_out = f"--data sample, or --data PATH for a copy; delete a broken one in {cache}"
        sys.exit(f"Error: {reason}. Ways out: {ways_out}")
    finally:
        socket.setdefaulttimeout(None)


def load_npz(path):
    """Return [(images, labels), (images, labels)] of an .npz file like Keras's, or exit."""
    try:
        with np.load(path, allow_pickle=False) as file:  # a pickle could run any code
            sets = [(file[f"x_{part}"], file[f"y_{part}"]) for part in ("train", "test")]
        for x, y in sets:
            n, low, high = max(len(x), 1), y.min(initial=0), y.max(initial=9)  # or beyond 0 and 9
            number = "integer" if np.issubdtype(y.dtype, np.integer) else y.dtype
            found = f"{x.dtype} images {x.shape}, {number} labels {y.shape} from {low} to {high}"
            expected = f"uint8 images {(n, 28, 28)}, integer labels {(n,)} from 0 to 9"
            if found != expected:
                raise ValueError(f"it has {found}, not {expected}")
    except Exception as error:  # noqa: BLE001  a damaged file fails in many ways
        sys.exit(f"Error: --data {path} is unlike mnist.npz: {error}. Try sample or fashion_mnist.")
    return sets


def preprocess_images(images):
    """Turn images, uint8 (N, 28, 28), into what the network reads: float32 (N, 784) in [0, 1]."""
    # The network takes a list of numbers, so the 28 rows of 28 pixels are laid end to end. Small
    # numbers train well: the random weights at the start are made for inputs of about that size.
    return images.reshape((len(images), 28 * 28)).astype("float32") / 255


def preprocess_labels(labels):
    """Turn labels, integers (N,), into one-hot rows, (N, 10): 3 becomes 0 0 0 1 0 0 0 0 0 0."""
    # A row says how probable each class is, and the network answers in the same form. (Keras takes
    # a bare 3, too, with loss="sparse_categorical_crossentropy", which does this step by itself.)
    return keras.utils.to_categorical(labels, num_classes=10)


def build_dense():
    """Return the classic network (F. Chollet, Deep Learning with Python); README.md explains it."""
    layers = [
        keras.Input((28 * 28,)),  # an image: 784 numbers
        keras.layers.Dense(512, activation="relu"),  # 512 weighted sums; negative ones become 0
        keras.layers.Dense(10, activation="softmax"),  # 10 sums, made into probabilities
    ]
    model = keras.Sequential(layers)
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def build_dropout():
    """Return the network of https://www.tensorflow.org/tutorials/quickstart/beginner."""
    layers = [
        keras.Input((28 * 28,)),
        keras.layers.Dense(128, activation="relu"),
        keras.layers.Dropout(0.2),  # in training, sets a random fifth of the values to 0
        keras.layers.Dense(10),  # without softmax: bare sums, called logits
    ]
    model = keras.Sequential(layers)
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    return model


def build_convnet():
    """Return a small convolutional network: slower to train, and wrong far less often."""
    layers = [
        keras.Input((28 * 28,)),
        keras.layers.Reshape((28, 28, 1)),
        # In training only: each image is moved, turned, slanted and blurred at random.
        keras.layers.RandomTranslation(0.08, 0.08, fill_mode="constant"),  # by 8% of the side
        keras.layers.RandomRotation(0.03, fill_mode="constant"),  # 3% of a full turn: 11 degrees
        keras.layers.RandomShear((0.0, 0.15), fill_mode="constant"),
        keras.layers.RandomGaussianBlur(kernel_size=5, sigma=1.0, value_range=(0, 1)),
        keras.layers.Conv2D(32, 5, strides=2, padding="same", activation="relu"),
        keras.layers.BatchNormalization(momentum=0.9),
        keras.layers.Conv2D(32, 3, padding="same", activation="relu"),
        keras.layers.BatchNormalization(momentum=0.9),
        keras.layers.Conv2D(64, 3, padding="same", activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.BatchNormalization(momentum=0.9),
        keras.layers.Conv2D(64, 3, padding="same", activation="relu"),
        keras.layers.BatchNormalization(momentum=0.9),
        keras.layers.Conv2D(128, 3, padding="same", activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.BatchNormalization(momentum=0.9),
        keras.layers.Flatten(),
        keras.layers.Dropout(0.3),
        keras.layers.Dense(10, activation="softmax"),
    ]
    model = keras.Sequential(layers)
    # Large steps first: after every 469 batches, an epoch of MNIST, they are 0.6 times as large.
    learning_rate = keras.optimizers.schedules.ExponentialDecay(0.003, 469, decay_rate=0.6)
    adam = keras.optimizers.Adam(learning_rate)
    model.compile(optimizer=adam, loss="categorical_crossentropy", metrics=["accuracy"])
    return model


MODELS = {  # for --model: how to build it, how many epochs, and how many images in a batch
    "dense": (build_dense, 5, 128),
    "dropout": (build_dropout, 5, 32),
    "convnet": (build_convnet, 8, 128),
}


def batches(x, y, batch_size):
    """Return x and y in shuffled batches, as `fit` would make them by itself, only faster."""
    x, y = tf.Variable(x, trainable=False), tf.constant(y)  # tf.constant(x) would keep x twice
    options = tf.data.Options()
    options.autotune.enabled = False  # it delays the start of an epoch by up to a second
    positions = tf.data.Dataset.range(len(y)).shuffle(len(y)).batch(batch_size)
    dataset = positions.map(lambda some: (tf.gather(x, some), tf.gather(y, some)))
    return dataset.prefetch(8).with_options(options)  # which prepares 8 batches ahead


def train(model, x_train, y_train, validation_split, epochs, batch_size):
    """Fit `model`; return the history, whether Ctrl-C interrupted it, and how many images."""
    # The last images, a share of `validation_split`, only test the network after each epoch.
    train_size = max(1, round(len(x_train) * (1 - validation_split)))
    validation = (x_train[train_size:], y_train[train_size:]) if train_size < len(x_train) else None
    dataset, interrupted = batches(x_train[:train_size], y_train[:train_size], batch_size), False
    if keras.backend.backend() == "tensorflow":
        # One call for several batches is faster; at least five calls an epoch keep the bar moving.
        divisors = [n for n in range(2, len(dataset) // 5 + 1) if len(dataset) % n == 0]
        model.steps_per_execution = max(divisors, default=1)
    try:  # (shuffle=False, because the dataset does it)
        model.fit(dataset, epochs=epochs, validation_data=validation, shuffle=False)
    except KeyboardInterrupt:
        print("\nCtrl-C: evaluating and saving what was learned. Once more ends at once.")
        interrupted = True
    history = model.history.history if hasattr(model, "history") else {}
    sizes = {"train_size": train_size, "validation_size": len(x_train) - train_size}
    return sizes | {"interrupted": interrupted, "history": history}


def evaluate(model, x_test, y_test):
    """Return loss, accuracy and probabilities, float (N, 10); a model of logits gets a softmax."""
    if getattr(model.loss, "from_logits", False):  # as in build_dropout
        model.add(keras.layers.Softmax())
        model.compile(model.optimizer, "categorical_crossentropy", metrics=["accuracy"])
    loss, accuracy, *_ = model.evaluate(x_test, y_test, batch_size=1000, verbose=0)
    return loss, accuracy, model.predict(x_test, batch_size=1000, verbose=0)


def draw_images(title, images, labels, class_names, probabilities=None, columns=10):
    """Draw images, uint8 (N, 28, 28), each with its label and its three largest `probabilities`."""
    rows = max(1, -(-len(images) // columns))  # rounded up
    width, height, above = 36, 42, 12  # of an image and the room around it, in the image's pixels
    if probabilities is not None:
        height, above = 80, 18
        title += "\nBars: its likeliest answers, blue where they are right"
    figure = Figure(figsize=(10, 0.7 + 10 * rows * height / (columns * width)))
    figure.suptitle(title)
    axes = figure.add_axes((0, 0, 1, 1 - 0.7 / figure.get_figheight()))  # one is faster than twenty
    for i, (image, label) in enumerate(zip(images, labels, strict=True)):
        left, top = i % columns * width, i // columns * height
        axes.imshow(image, "gray_r", vmin=0, vmax=255, extent=(left, left + 28, top + 28, top))
        caption = class_names[label]
        if probabilities is not None:
            answers = np.argsort(-probabilities[i])[:3]
            caption = f"is {caption}\n{'right' if answers[0] == label else 'WRONG'}"
            for y, answer in zip((34, 43, 52), answers, strict=True):
                text = f"{class_names[answer]} {probabilities[i, answer]:.0%}"
                color = "lightskyblue" if answer == label else "orange"
                axes.barh(top + y, 28 * probabilities[i, answer], 8, left=left, color=color)
                axes.text(left, top + y, text, va="center", fontsize=8)
        axes.text(left + 14, top - 2, caption, ha="center", va="bottom", fontsize=9)
    axes.set(xlim=(-4, columns * width - 4), ylim=(rows * height - above, -above))
    axes.axis("off")
    return figure


def draw_samples(images, labels, class_names, data_name):
    """Draw the first 20 of `images`, uint8 (N, 28, 28), each with its label."""
    title = f"What the network learns from: the first training images of {data_name}"
    return draw_images(title, images[:20], labels[:20], class_names)


def draw_predictions(images, labels, probabilities, class_names, data_name):
    """Draw the first test image of each class, and below it the one that is hardest to predict."""
    of_label = probabilities[np.arange(len(labels)), labels]  # what the right answer got
    classes = np.unique(labels)
    shown = [np.argmax(labels == c) for c in classes]  # the first image of each class
    shown += [np.argmin(np.where(labels == c, of_label, 2)) for c in classes]  # and the hardest
    title = f"{data_name}: of each class the first test image, and below it the hardest"
    chosen = images[shown], labels[shown], class_names, probabilities[shown]
    return draw_images(title, *chosen, columns=len(classes))


def draw_mistakes(images, labels, probabilities, class_names, data_name):
    """Draw up to 20 test images that were predicted wrong, first those it was surest of."""
    predicted, sure = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(predicted != labels)
    shown = wrong[np.argsort(-sure[wrong])][:20]
    title = f"{data_name}: {len(wrong):,} of {len(labels):,} are wrong; here those it was surest of"
    return draw_images(title, images[shown], labels[shown], class_names, probabilities[shown])


def draw_confusion_matrix(labels, probabilities, class_names, data_name):
    """Draw how many test images of each class (row) are predicted as which class (column)."""
    counts = tf.math.confusion_matrix(labels, probabilities.argmax(axis=1), 10).numpy()
    shades = np.log1p(counts)  # a logarithm, or single mistakes stay invisible
    axes = Figure(figsize=(7.5, 7.5)).subplots()
    axes.imshow(shades, cmap="Blues", vmin=0, vmax=2 * shades.max())  # pale: counts stay legible
    for row, column in np.ndindex(10, 10):
        axes.text(column, row, counts[row, column], ha="center", va="center")
    title = f"Which test images of {data_name} are taken for which:\nmistakes are off the diagonal"
    axes.set(title=title, xlabel="predicted", ylabel="is")
    axes.set_xticks(range(10), class_names, fontsize=8)
    axes.set_yticks(range(10), class_names, fontsize=8)
    return axes.figure


def draw_training(history, test, data_name):
    """Draw loss and accuracy by epoch, and the results of the test, test_loss and test_accuracy."""
    figure = Figure(figsize=(10, 4))
    figure.suptitle(f"Training on {data_name}: each epoch shows all training images once")
    for axes, metric in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
        for name, style in {metric: "o-", f"val_{metric}": "s--"}.items():
            if name in history:
                axes.plot(range(1, len(history[name]) + 1), history[name], style, label=name)
        axes.axhline(test[f"test_{metric}"], color="black", linestyle=":", label=f"test_{metric}")
        axes.set(xlabel="epoch", ylabel=metric)
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.legend()
    return figure


def write_page(path, model, *about):
    """Write draw.html, in which a browser runs `model`; if it cannot, print why instead."""
    try:
        page.write_page(path, model, *about)
    except page.PageError as error:
        print(f"\nNo draw.html: {error}.")


def save_files(folder, writers):
    """Save {name: function that writes to a path} in `folder`: first write all, then replace.

    If a function writes nothing, an older file of that name is removed. Raises SystemExit if the
    folder cannot be written to; older files are then as they were.
    """
    try:
        os.makedirs(folder, exist_ok=True)
        for left in [] if writers else pathlib.Path(folder).glob(".unfinished-*"):  # of a kill
            if left.stat().st_mtime < time.time() - 60:  # or another run is saving just now
                shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=folder) as unfinished:
            for name, write in writers.items():
                write(pathlib.Path(unfinished, name))
            for name in writers:
                new, old = pathlib.Path(unfinished, name), pathlib.Path(folder, name)
                new.replace(old) if new.exists() else old.unlink(missing_ok=True)
    except OSError as error:
        sys.exit(f"Error: cannot write to --outputs {folder}: {error}. Make room, or use another.")


def parse_arguments(arguments=None):
    """Read the command line; a wrong one ends the program with status 2 and says why."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    sources = "mnist, fashion_mnist, sample (7,000 digits, no network needed), or an .npz file"
    add = parser.add_argument
    add("--model", choices=MODELS, default="dense", help="the network (default: dense)")
    add("--data", default="auto", help=f"{sources}; auto, the default: mnist, else sample")
    add("--epochs", type=int, help="how often to show all training images")
    add("--batch-size", type=int, help="images to look at before each change of the weights")
    add("--validation-split", type=float, default=0.0, help="share kept to test epochs on")
    add("--seed", type=int, default=0, help="where the random numbers start (default: 0)")
    add("--outputs", default="outputs", help="the folder for what is saved (default: outputs)")
    args = parser.parse_args(arguments)
    _, epochs, batch_size = MODELS[args.model]
    args.epochs = epochs if args.epochs is None else args.epochs
    args.batch_size = batch_size if args.batch_size is None else args.batch_size
    ranges = {"epochs": (1, 10_000), "batch_size": (1, 1_000_000), "seed": (0, 2**32 - 1)}
    for name, (least, most) in (ranges | {"validation_split": (0, 0.99)}).items():
        if not least <= getattr(args, name) <= most:
            parser.error(f"--{name.replace('_', '-')} must be from {least} to {most}")
    return args


def announce(title, clock):
    """Print the title of a step, and note the time in the list `clock`."""
    print(f"\n{title}")
    clock.append(time.perf_counter())


def describe(clock):
    """Return how long each step took, by the times in `clock`, and which versions ran."""
    steps = ["load", "preprocess", "build", "train", "evaluate"]
    seconds = dict(zip(steps, np.diff(clock).tolist())) | {"total": clock[-1] - clock[0]}
    versions = {"python": sys.version.split()[0], "backend": keras.backend.backend()}
    names = ["keras", "tensorflow", "numpy", versions["backend"]]
    versions |= {name: sys.modules[name].__version__ for name in names}
    return {"seconds": seconds, "versions": versions}


def report(metrics, files):
    """Print how good the network is, what was saved, and what to do next."""
    size, accuracy = metrics["test_size"], metrics["test_accuracy"]
    wrong = f"{round(size * (1 - accuracy)):,} of {size:,} wrong"
    print(f"\nTest accuracy on {metrics['dataset']}: {accuracy:.2%}, {wrong}")
    if metrics["interrupted"]:
        print("The training was interrupted: these are the numbers of an unfinished network.")
    if metrics["train_size"] + metrics["validation_size"] < 60_000:
        print("This is NOT MNIST, whose 60,000 training images lead to about 98%.")
    saved = [path for path in files if os.path.exists(path)]
    print("Saved:", *saved, sep="\n  ")
    if saved[-1].endswith("draw.html"):
        print(f"Open {saved[-1]} in a browser and draw: this network says what it sees.")


def main():
    """Do the five steps, then save the results."""
    args, clock = parse_arguments(), []
    save_files(args.outputs, {})  # nothing yet: only checks that the folder can be written to
    keras.utils.set_random_seed(args.seed)

    announce("Step 1 of 5: load the images and their labels", clock)
    (images_train, labels_train), (images_test, labels_test), data_name, kind = load_data(args.data)
    print(f"Training images of {data_name}: {images_train.shape} {images_train.dtype}")
    print(f"Test images: {images_test.shape} {images_test.dtype}")

    announce("Step 2 of 5: preprocess them into what a network can read", clock)
    x_train, x_test = preprocess_images(images_train), preprocess_images(images_test)
    y_train, y_test = preprocess_labels(labels_train), preprocess_labels(labels_test)
    print(f"Images: {images_train.shape}, 0 to 255 -> {x_train.shape}, 0 to 1")
    print(f"Labels: the first one, {labels_train[0]} -> {y_train[0].astype(int)}")
    images_train = images_train[:20].copy()  # for samples.png; the others would only take memory

    announce("Step 3 of 5: build the network", clock)
    model = MODELS[args.model][0]()  # calls build_dense or another
    model.summary()

    announce(f"Step 4 of 5: train: {args.epochs} epochs, {args.batch_size} images a batch", clock)
    training = train(model, x_train, y_train, args.validation_split, args.epochs, args.batch_size)

    announce("Step 5 of 5: evaluate it on images that it has never seen", clock)
    test_loss, test_accuracy, probabilities = evaluate(model, x_test, y_test)
    names, predicted = CLASS_NAMES[kind], model.predict(x_train[:4], verbose=0).argmax(axis=1)
    print("The first four training images are", *[names[label] for label in labels_train[:4]])
    print("The network says                  ", *[names[label] for label in predicted])
    clock.append(time.perf_counter())
    model.name = kind  # for predict.py, which reads digits only
    test = {"test_size": len(x_test), "test_loss": test_loss, "test_accuracy": test_accuracy}
    metrics = vars(args) | {"dataset": data_name} | training | test | describe(clock)
    about, tested = (
        (names, data_name, test_accuracy),
        (labels_test, probabilities, names, data_name),
    )
    files = {  # name: function that writes it to a path
        "model.keras": model.save,
        "metrics.json": lambda path: path.write_text(json.dumps(metrics, indent=2) + "\n"),
        "samples.png": draw_samples(images_train, labels_train, names, data_name).savefig,
        "predictions.png": draw_predictions(images_test, *tested).savefig,
        "mistakes.png": draw_mistakes(images_test, *tested).savefig,
        "confusion_matrix.png": draw_confusion_matrix(*tested).savefig,
        "training.png": draw_training(training["history"], test, data_name).savefig,
        "draw.html": lambda path: write_page(
            path, model, x_train, labels_train, x_test, labels_test, *about
        ),
    }
    save_files(args.outputs, files)
    report(metrics, [os.path.join(args.outputs, name) for name in files])


if __name__ == "__main__":
    if hasattr(sys.stdout, "reconfigure"):  # not in Jupyter: not every console has every letter
        sys.stdout.reconfigure(errors="replace", line_buffering=True)
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped. Nothing was saved, and older files are as they were.")
