"""Train a neural network to read handwritten digits: the classic Keras MNIST script.

    python train.py              the recipe: load, preprocess, build, train, evaluate
    python train.py --help       everything that can be changed without editing

Read it from top to bottom. `main` is the table of contents; the functions of its five steps follow
in their order, then what it prints at the end, and the command line. README.md explains each step
at more length. What is not about learning stands in files beside this one: other data (data.py),
saving (files.py), speed (speed.py), Ctrl-C (ctrl_c.py), pictures (plots.py), the page in which you
draw (page.py).
"""

import argparse
import math
import os
import pathlib
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow then says less when it starts

try:
    import keras
    import numpy as np

    from page import write as page
    from training import data, files, plots, speed
    from training.answers import Answers
    from training.ctrl_c import StopOnCtrlC
except ModuleNotFoundError as error:
    sys.exit(
        f"Error: {error}. Activate the environment (source .venv/bin/activate, on Windows "
        r".venv\Scripts\activate), or install what is missing: pip install -r requirements.txt"
    )


def main(arguments=None):
    """Do the five steps, then save the results; `arguments` stand in for the command line's.

    Returns the exit status: 0, or 1 if a result could not be saved.
    """
    args = parse_arguments(arguments)
    folder = files.prepare_folder(args.outputs)
    keras.utils.set_random_seed(args.seed)
    start = time.perf_counter()

    print("\nStep 1 of 5: load the images and their labels")
    (images_train, labels_train), (images_test, labels_test), data_name = load_data(args.data)
    print(f"Training images of {data_name}: {images_train.shape} {images_train.dtype}")
    print(f"Test images: {images_test.shape} {images_test.dtype}")

    print("\nStep 2 of 5: preprocess them into what a network can read")
    x_train = preprocess_images(images_train)
    x_test = preprocess_images(images_test)
    y_train = preprocess_labels(labels_train)
    y_test = preprocess_labels(labels_test)
    print(f"Images before: {images_train.shape}, {images_train.min()} to {images_train.max()}")
    print(f"Images after: {x_train.shape}, {x_train.min():g} to {x_train.max():g}")
    print(f"Labels: the first one, {labels_train[0]} -> {y_train[0].astype(int)}")
    # Twenty are kept for a picture. Of the others only x_train is needed: `copy` frees the memory.
    images_train = images_train[:20].copy()

    print("\nStep 3 of 5: build the network")
    # Weights: the numbers inside a network that are learned. Epochs: how often it sees all training
    # images. Batch size: how many of them it sees before each change of the weights. (MODELS stands
    # below the three functions that build them.)
    build_model, epochs, batch_size = MODELS[args.model]
    if args.epochs:
        epochs = args.epochs
    if args.batch_size:
        batch_size = args.batch_size
    model = build_model()
    model.summary()

    print(f"\nStep 4 of 5: train (epochs: {epochs}, batch size: {batch_size})")
    start_of_training = time.perf_counter()
    history, interrupted, train_size = train(
        model, x_train, y_train, epochs, batch_size, args.validation_split
    )
    train_seconds = time.perf_counter() - start_of_training

    # The same network, made to answer in probabilities. (Only --model dropout needs that: skip it.)
    final_model = answer_in_probabilities(model)

    # Saved at once, so that whatever goes wrong from here on, what was learned is not lost. The
    # file is written under another name, `unfinished`, and renamed when it is whole. If that fails,
    # a line says so, and the program goes on.
    saved = {}  # `files.saving` notes here, for each path, whether it could be saved
    with files.saving(folder / "model.keras", saved) as unfinished:
        final_model.save(unfinished)

    print("\nStep 5 of 5: evaluate it on images that it has never seen")
    test_loss, test_accuracy, probabilities = evaluate(
        model, final_model, x_test, y_test, labels_test
    )
    class_names = data.name_classes(data_name)
    show_first_answers(probabilities, labels_test, class_names)

    # From here on nothing is learned. Each of these results is saved by itself: if one cannot be
    # made, the others are.
    metrics = {
        "dataset": data_name,
        "class_names": class_names,
        "model": args.model,
        "epochs": epochs,
        "batch_size": batch_size,
        "validation_split": args.validation_split,
        "seed": args.seed,
        "interrupted": interrupted,
        "train_size": train_size,
        "validation_size": len(x_train) - train_size,
        "test_size": len(x_test),
        "test_accuracy": test_accuracy,
        "test_loss": test_loss,
        "history": history,
        "seconds": {"train": train_seconds, "total": time.perf_counter() - start},
        "versions": list_versions(),
    }
    with files.saving(folder / "metrics.json", saved) as unfinished:
        files.write_json(unfinished, metrics)
    plots.save_pictures(
        folder, saved, images_train, labels_train, images_test, labels_test, probabilities, metrics
    )
    answers = Answers(images_test, labels_test, probabilities, class_names, data_name)
    with files.saving(folder / "draw.html", saved) as unfinished:
        paper, ink = float(x_train.min()), float(x_train.max())
        page.write_page(unfinished, final_model, answers, paper, ink)
    report(metrics, folder, saved)
    return 0 if all(saved.values()) else 1


def load_data(source):
    """Load the images and their labels from `source`, one of the values of --data.

    Returns (images, labels) to train with, (images, labels) to test with, and the name of the data.
    N images are uint8 (N, 28, 28) from 0 (paper) to 255 (ink), their labels integers (N,) from 0 to
    9. Raises data.DataError if they cannot be loaded.
    """
    if source == "auto":
        try:
            return load_data("mnist")
        except data.DataError as error:
            print(f"{error} Going on with a sample: this is NOT MNIST!", file=sys.stderr)
            return load_data("sample")

    if source == "mnist":
        data_name = "MNIST"
        sets = data.load_cached("mnist.npz")  # None if it was not downloaded before
        if sets is None:
            with data.download(data_name):
                sets = keras.datasets.mnist.load_data()
    elif source == "fashion_mnist":
        data_name = "Fashion-MNIST"
        sets = data.load_cached("fashion-mnist")
        if sets is None:
            with data.download(data_name):
                sets = keras.datasets.fashion_mnist.load_data()
    elif source == "sample":
        data_name = "MNIST sample (7,000 digits)"
        sets = data.load_path(data.SAMPLE)
    else:
        sets = data.load_path(source)
        data_name = data.name_of(source)
    train_set, test_set = sets
    return train_set, test_set, data_name


def preprocess_images(images):
    """Turn images, uint8 (N, 28, 28), into what the network reads: float32 (N, 784) in [0, 1]."""
    # The network takes a list of numbers, so the 28 rows of 28 pixels are laid end to end. Small
    # numbers train well: the random weights at the start are made for inputs of about that size.
    return images.reshape((len(images), 28 * 28)).astype("float32") / 255


def preprocess_labels(labels):
    """Turn labels, integers (N,), into one-hot rows, (N, 10): 3 becomes 0 0 0 1 0 0 0 0 0 0."""
    # A row says how probable each class (here: each digit) is; the network answers in that form.
    return keras.utils.to_categorical(labels, num_classes=10)


def build_dense():
    """Return the classic network (F. Chollet, Deep Learning with Python); README.md explains it."""
    # A layer is a row of weighted sums. Each multiplies all numbers that it gets by weights of its
    # own and adds them up. The weights are what is learned; at first they are random. The first
    # layer makes 512 sums of the pixels (512 is a choice), the second one 10 sums of these. "relu"
    # puts 0 in the place of negative sums: without it, two layers could do no more than one
    # (README.md).
    layers = [
        keras.Input((28 * 28,)),  # an image: 784 numbers
        keras.layers.Dense(512, activation="relu"),  # 512 weighted sums; negative ones become 0
        keras.layers.Dense(10, activation="softmax"),  # 10 sums, made into probabilities
    ]
    model = keras.Sequential(layers)
    # The loss measures how wrong the answers are: minus the logarithm of the probability that the
    # right class got, on average. The optimizer is the rule by which the weights are changed to
    # make the loss smaller; rmsprop is a usual one. Accuracy, the share of right answers, is only
    # shown.
    # (With the loss "sparse_categorical_crossentropy" Keras takes labels that are not one-hot.)
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def build_dropout():
    """Return the network of https://www.tensorflow.org/tutorials/quickstart/beginner.

    Skip it at first.
    """
    layers = [
        keras.Input((28 * 28,)),
        keras.layers.Dense(128, activation="relu"),
        # In training, sets a random fifth of the numbers to 0, so that no sum relies on one alone.
        keras.layers.Dropout(0.2),
        keras.layers.Dense(10),  # without softmax: bare sums, called logits
    ]
    model = keras.Sequential(layers)
    # The loss computes the softmax itself, with smaller rounding errors; for the answers,
    # `answer_in_probabilities` adds one when the network is trained.
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    return model


def build_convnet():
    """Return a small convolutional network: slower to train, and wrong far less often.

    README.md explains its layers; skip it at first.
    """
    layers = [
        keras.Input((28 * 28,)),
        keras.layers.Reshape((28, 28, 1)),
        # In training only: each image is moved, turned, slanted and blurred at random,
        # so that the network never sees the same image twice.
        keras.layers.RandomTranslation(0.08, 0.08, fill_mode="constant"),  # by up to 8%
        keras.layers.RandomRotation(0.03, fill_mode="constant"),  # by up to 11 degrees
        keras.layers.RandomShear((0.0, 0.15), fill_mode="constant"),  # slanted by up to 15%
        keras.layers.RandomGaussianBlur(kernel_size=5, sigma=1.0, value_range=(0, 1)),
        # 32 small filters of 5 x 5 pixels, each moved over the whole image, in steps of 2 pixels.
        keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
        # Keeps the numbers at a usual size, so that training goes faster.
        keras.layers.BatchNormalization(momentum=0.9),
        keras.layers.Conv2D(32, 3, padding="same", activation="relu"),
        keras.layers.MaxPooling2D(),  # keeps the largest of each 2 x 2 numbers
        keras.layers.BatchNormalization(momentum=0.9),
        keras.layers.Conv2D(64, 3, padding="same", activation="relu"),
        keras.layers.BatchNormalization(momentum=0.9),
        keras.layers.Conv2D(64, 3, padding="same", activation="relu"),
        keras.layers.MaxPooling2D(),
        keras.layers.BatchNormalization(momentum=0.9),
        keras.layers.Conv2D(128, 3, padding="same", activation="relu"),
        keras.layers.BatchNormalization(momentum=0.9),
        keras.layers.Flatten(),  # lays all numbers end to end, as Dense wants them
        keras.layers.Dropout(0.3),
        keras.layers.Dense(10, activation="softmax"),
    ]
    model = keras.Sequential(layers)
    # The learning rate is how far each batch moves the weights: 0.003 first, then less and less,
    # 0.7 times as far after 469 batches (60,000 images / 128: an epoch of MNIST).
    learning_rate = keras.optimizers.schedules.ExponentialDecay(0.003, 469, decay_rate=0.7)
    # The weight decay pulls all weights a little towards 0, so that none grows without need.
    adam = keras.optimizers.AdamW(learning_rate, weight_decay=0.5)
    model.compile(optimizer=adam, loss="categorical_crossentropy", metrics=["accuracy"])
    return model


# For --model: the function that builds it, how many epochs, and how many images in a batch.
MODELS = {
    "dense": (build_dense, 5, 128),
    "dropout": (build_dropout, 5, 32),
    "convnet": (build_convnet, 12, 128),
}


def train(model, x_train, y_train, epochs, batch_size, validation_split):
    """Fit `model` to the training images.

    The last images, a share of `validation_split` (none, unless asked for), are not trained on:
    the network is tested on them after each epoch, and you choose settings by them, so that the
    test images stay unseen until the end. Returns the history (a dict: loss and accuracy by epoch),
    whether Ctrl-C interrupted the training, and the number of images that were not kept aside.
    """
    train_size = math.floor(len(x_train) * (1 - validation_split))  # as `fit` will split them
    if train_size == 0:
        raise data.DataError("--validation-split keeps all images aside: make it smaller.")
    number_of_batches = math.ceil(train_size / batch_size)
    # Only faster: the weights still change after every batch, and to the same numbers.
    speed.prepare(model, number_of_batches)
    stop_on_ctrl_c = StopOnCtrlC()
    # For each batch: answer, compare with the labels, and change each weight a little. Keras
    # computes for each whether raising or lowering it makes the loss smaller, and how steeply: the
    # gradient (README.md, step 4, has a picture).
    training = model.fit(
        x_train,
        y_train,
        epochs=epochs,
        batch_size=batch_size,
        validation_split=validation_split,
        callbacks=[stop_on_ctrl_c],
    )
    return training.history, stop_on_ctrl_c.pressed, train_size


def answer_in_probabilities(model):
    """Return a model that answers in probabilities: `model` itself, or with a softmax behind it.

    Only build_dropout needs it, skip it at first: its loss has from_logits=True, so it answers with
    bare sums.
    """
    if not getattr(model.loss, "from_logits", False):
        return model
    # The same network and weights, then a softmax. `logits` holds no numbers: it stands for the
    # answers that the network will give.
    logits = model.outputs[0]
    probabilities = keras.layers.Softmax()(logits)
    return keras.Model(model.inputs, probabilities)


def evaluate(model, final_model, x_test, y_test, labels_test):
    """Return the loss, the accuracy and the probabilities, float (N, 10), of the test images.

    `model`, which was compiled, computes the loss, and `final_model` gives the answers. Except with
    --model dropout, they are one and the same.
    """
    # Nothing is learned here: a batch is only how many images are computed at a time.
    scores = model.evaluate(x_test, y_test, batch_size=1000, verbose=0, return_dict=True)
    probabilities = final_model.predict(x_test, batch_size=1000, verbose=0)
    predicted = probabilities.argmax(axis=1)  # of each image the class that is most probable
    # The share of images predicted right, counted here: `compile` may name other metrics, or none.
    accuracy = np.mean(predicted == labels_test)
    return scores["loss"], float(accuracy), probabilities


def show_first_answers(probabilities, labels_test, class_names):
    """Print what the first four test images are, and what the network says they are."""
    predicted = probabilities[:4].argmax(axis=1)
    right_names = [class_names[label] for label in labels_test[:4]]
    predicted_names = [class_names[label] for label in predicted]
    print(f"The first four test images are {', '.join(right_names)}")
    print(f"The network says               {', '.join(predicted_names)}")


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


def report(metrics, folder, saved):
    """Print how good the network is, what was saved, and what to do next."""
    data_name = metrics["dataset"]
    accuracy = metrics["test_accuracy"]
    test_size = metrics["test_size"]
    wrong = round(test_size * (1 - accuracy))
    print(f"\nTest accuracy on {data_name}: {accuracy:.2%}, {wrong:,} of {test_size:,} wrong")
    if metrics["interrupted"]:
        print("The training was interrupted: these are the numbers of an unfinished network.")
    if not math.isfinite(metrics["test_loss"]):
        print("The loss is not a number: the weights changed too much at once, and grew endlessly.")
        print("Let each step change them less, by a smaller learning rate; in the model's compile:")
        print("optimizer=keras.optimizers.RMSprop(learning_rate=0.0001)")
    if metrics["train_size"] + metrics["validation_size"] < 60_000:
        print("This is NOT MNIST, whose 60,000 training images lead to about 98%.")
    if any(saved.values()):
        print("Saved:")
    for path, is_saved in saved.items():
        if is_saved:
            print(f"  {path}")
    drawing_page = folder / "draw.html"
    if saved[drawing_page]:
        print(f"Open {drawing_page} in a browser and draw a digit: this network reads it.")


def parse_arguments(arguments=None):
    """Read the command line; a wrong one ends the program with status 2 and says why."""
    parser = argparse.ArgumentParser(description="Train a neural network to read digits.")
    parser.add_argument("--model", choices=MODELS, default="dense", help="default: dense")
    parser.add_argument(
        "--data",
        default="auto",
        help="mnist, fashion_mnist, sample (7,000 digits, no internet needed), an .npz file, or a "
        "folder with MNIST's four original files (default: mnist, or else sample)",
    )
    parser.add_argument(
        "--epochs", type=int, help="how often to show all training images (default: 5, convnet 12)"
    )
    parser.add_argument(
        "--batch-size",
        type=int,
        help="images to look at before each change of the weights (default: 128, dropout 32)",
    )
    parser.add_argument(
        "--validation-split",
        type=float,
        default=0.0,
        help="share of the training images to keep aside and test on after each epoch (default: 0)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="where the random numbers start (default: 0)"
    )
    parser.add_argument(
        "--outputs",
        type=os.path.expanduser,  # ~ is the home folder, also in --outputs=~/runs
        default="outputs",
        help="the folder for what is saved (default: outputs)",
    )
    args = parser.parse_args(arguments)
    if args.epochs is not None and args.epochs < 1:
        parser.error("--epochs must be 1 or more")
    if args.batch_size is not None and not 1 <= args.batch_size <= 1_000_000:
        parser.error("--batch-size must be from 1 to 1000000")
    if args.validation_split != 0 and not 0.01 <= args.validation_split <= 0.99:
        parser.error("--validation-split must be 0, or from 0.01 to 0.99")
    if not 0 <= args.seed < 2**32:
        parser.error("--seed must be from 0 to 4294967295")
    if pathlib.Path(args.outputs).resolve() == page.TEMPLATE.parent.parent:
        parser.error(f"--outputs {args.outputs} is the script's own folder: name another")
    return args


if __name__ == "__main__":
    if hasattr(sys.stdout, "reconfigure"):  # Jupyter's has not
        # Not every console has every letter: others become "?".
        sys.stdout.reconfigure(errors="replace", line_buffering=True)
    try:
        sys.exit(main())
    except (data.DataError, files.FolderError) as error:
        sys.exit(f"Error: {error}")
    except KeyboardInterrupt:
        sys.exit(
            "\nStopped. What is in the outputs folder is whole, of this run or an earlier one."
        )
