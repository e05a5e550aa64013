"""The pictures that train.py saves.

(A matplotlib `Figure` that is made without pyplot needs no screen and opens no window.)
"""

import math

import numpy as np
from matplotlib.figure import Figure

from training import data

RIGHT = "lightskyblue"  # blue and orange: the colour-blind can tell them apart, too
WRONG = "orange"
MOST_SHARES = 3  # how many answers are shown of an image
NUMBER_OF_SAMPLES = 20


def save_pictures(outputs, samples, labels_train, answers, metrics):
    """Draw and save all pictures in `outputs`, a files.Outputs, each by itself.

    `samples` are the first training images, uint8 (N, 28, 28), or None if they are no pictures, and
    `labels_train` the labels of all, integers (M,). `answers` are the Answers about the test
    images, or None: then none are drawn. `metrics` are the numbers of the run, as in metrics.json.
    """
    if samples is not None:
        with outputs.saving("samples.png") as unfinished:
            draw_samples(samples, labels_train, metrics["dataset"]).savefig(unfinished)
    if answers is not None:
        for name, draw in (
            ("predictions.png", draw_predictions),
            ("mistakes.png", draw_mistakes),
            ("confusion_matrix.png", draw_confusion_matrix),
        ):
            with outputs.saving(name) as unfinished:
                draw(answers).savefig(unfinished)
    with outputs.saving("training.png") as unfinished:
        draw_training(metrics).savefig(unfinished)


def draw_samples(images, labels, data_name):
    """Draw images, uint8 (N, 28, 28), with the first N of `labels`, integers; return the figure."""
    class_names = data.name_classes(data_name, max(10, int(labels.max()) + 1))
    title = f"What the network learns from: the first training images of {data_name}"
    figure, all_axes = make_grid(title, NUMBER_OF_SAMPLES, columns=10, row_height=1.2)
    for axes, image, label in zip(all_axes, images, labels, strict=False):
        show_image(axes, image)
        axes.set_title(class_names[label], fontsize=9)
    return figure


def draw_predictions(answers):
    """Draw of each class the first test image, and below it the hardest; return the figure."""
    first = []
    hardest = []
    for indices in answers.sort_by_class():
        first.append(min(indices))
        hardest.append(indices[0])
    what = "digit" if answers.class_names == data.DIGITS else "class"
    title = f"The first test image of each {what} of {answers.data_name}, and below it the hardest"
    return draw_answers(title, first + hardest, answers, columns=len(first))


def draw_mistakes(answers):
    """Draw up to 20 test images that were read wrong, the surest first; return the figure."""
    wrong = np.flatnonzero(answers.predicted != answers.labels)
    how_sure = answers.probabilities[wrong].max(axis=1)
    surest_first = wrong[np.argsort(-how_sure)]
    size = len(answers.labels)
    title = f"{answers.data_name}: {len(wrong):,} of {size:,} test images are read wrong"
    if len(wrong) > 20:
        title += "; here those it was surest of"
    return draw_answers(title, surest_first[:20], answers, columns=10)


def draw_answers(title, indices, answers, columns):
    """Draw the images at `indices`, below each the three likeliest answers; return the figure."""
    class_names = answers.class_names
    title += "\nBelow each image its likeliest answers; the right one is blue"
    figure, all_axes = make_grid(title, len(indices), columns, row_height=2.05)
    for axes, index in zip(all_axes, indices, strict=False):
        show_image(axes, answers.images[index])
        label = answers.labels[index]
        likeliest = np.argsort(-answers.probabilities[index])[:MOST_SHARES]
        if likeliest[0] == label:
            axes.set_title(f"{class_names[label]}, right", fontsize=9)
        else:
            caption = f"{class_names[label]},\nread as {class_names[likeliest[0]]}"
            axes.set_title(caption, fontsize=9, color="firebrick")
        for place, answer in enumerate(likeliest):
            y = 32 + 9 * place  # in pixels of the image
            share = answers.probabilities[index, answer]
            color = RIGHT if answer == label else WRONG
            axes.barh(y, 28 * share, height=8, left=-0.5, color=color)
            axes.text(-0.5, y, f"{class_names[answer]}: {share:.0%}", va="center", fontsize=8)
        axes.set_xlim(-0.5, 27.5)
        axes.set_ylim(54.5, -0.5)
    return figure


def draw_confusion_matrix(answers):
    """Draw how many test images of a class (row) are read as which (column); return the figure."""
    number = len(answers.class_names)
    counts = np.zeros((number, number), dtype=int)
    for label, predicted in zip(answers.labels, answers.predicted, strict=True):
        counts[label, predicted] += 1
    figure = Figure(figsize=(7.5, 7.5), layout="constrained")
    axes = figure.subplots()
    shades = np.log1p(counts)  # a logarithm, or single mistakes would be invisible
    axes.imshow(shades, cmap="Blues", vmin=0, vmax=2 * shades.max())  # pale: numbers stay legible
    for row, column in np.argwhere(counts):
        axes.text(column, row, counts[row, column], ha="center", va="center")
    title = f"Which test images of {answers.data_name} are read as what"
    set_title(figure, f"{title}:\nmistakes are off the diagonal")
    axes.set_xlabel("read as")
    axes.set_ylabel("is")
    axes.set_xticks(range(number), answers.class_names, fontsize=8)
    axes.set_yticks(range(number), answers.class_names, fontsize=8)
    return figure


def draw_training(metrics):
    """Draw loss and accuracy by epoch, and of the test set; return the figure.

    `metrics` are as in metrics.json. Where an epoch lacks a number, their `history` has None.
    """
    history = metrics["history"]
    figure = Figure(figsize=(10, 4), layout="constrained")
    name = metrics["dataset"]
    set_title(figure, f"Training on {name}: in an epoch the network sees each image once")
    left, right = figure.subplots(1, 2)
    draw_curves(left, history, "loss", "loss", metrics["test_loss"])
    accuracies = [name for name in history if "acc" in name and not name.startswith("val_")]
    accuracy = accuracies[0] if accuracies else "accuracy"  # Keras has several
    draw_curves(right, history, accuracy, "accuracy", metrics["test_accuracy"])
    return figure


def draw_curves(axes, history, metric, title, test_value):
    """Draw one metric by epoch, of the training and the validation images where there are any."""
    number = len(history.get("loss", []))
    epochs = range(1, number + 1)
    for name, style, label in (
        (metric, "o-", "training images"),
        (f"val_{metric}", "s--", "validation images"),
    ):
        if name in history:
            axes.plot(epochs, np.array(history[name], float), style, label=label)
    if test_value is not None:
        axes.axhline(test_value, color="black", linestyle=":", label="test images, at the end")
    axes.set_xlim(0.5, max(1, number) + 0.5)
    axes.set_xlabel("epoch")
    axes.set_ylabel(title)
    axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    if axes.lines:
        axes.legend()


def make_grid(title, number, columns, row_height):
    """Return a figure and a list of `number` axes in it, in rows of `columns`."""
    rows = max(1, math.ceil(number / columns))
    height = 0.9 + row_height * rows  # inches
    figure = Figure(figsize=(10, height))
    no_ticks = {"xticks": [], "yticks": []}  # making them would take a fifth of the time
    grid = figure.subplots(rows, columns, squeeze=False, subplot_kw=no_ticks)
    figure.subplots_adjust(0.01, 0.01, 0.99, 1 - 0.95 / height, wspace=0.25, hspace=0.25)
    set_title(figure, title)
    for axes in grid.flat:
        axes.set_axis_off()
    return figure, list(grid.flat)[:number]


def show_image(axes, image):
    """Show one image, uint8 (28, 28), as ink on paper."""
    axes.imshow(image, cmap="gray_r", vmin=0, vmax=255)


def set_title(figure, title):
    """Set a title in which the name of a data file may stand, with any letters and signs."""
    # Matplotlib's own font has Latin, Greek and Cyrillic letters; others would become boxes.
    letters = [letter if letter < "\u0500" else "?" for letter in title]
    figure.suptitle("".join(letters), parse_math=False)
