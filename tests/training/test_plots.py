"""What plots.py draws: every picture says what it shows, and shows what is true."""

import math

import numpy as np
import pytest
from helpers import PICTURES
from matplotlib import colors
from PIL import Image

from training import data, files, plots
from training.answers import Answers


def captions(figure):
    """The captions above the images of a figure, in their order."""
    return [axes.get_title() for axes in figure.axes if axes.images]


def shown_images(figure):
    """The images in a figure, in their order."""
    return [axes.images[0].get_array() for axes in figure.axes if axes.images]


def make_answers(images, labels, probabilities):
    return Answers(images, labels, probabilities, data.DIGITS, "digits")


@pytest.fixture
def three_answers(sample):
    """Three test images (0, 1, 2), their labels, and answers: right, wrong, wrong and sure."""
    _, (images, labels) = sample
    probabilities = np.full((3, 10), 0.01)
    probabilities[0, 0] = 0.91
    probabilities[1, 7] = 0.6
    probabilities[1, 1] = 0.32
    probabilities[2, 3] = 0.91
    first = [np.argmax(labels == digit) for digit in range(3)]
    return make_answers(images[first], labels[first], probabilities)


METRICS = {
    "dataset": "digits",
    "history": {"loss": [0.5, 0.25], "accuracy": [0.75, 0.875]},
    "test_loss": 0.3,
    "test_accuracy": 0.85,
}


# --- The files ----------------------------------------------------------------------------------


@pytest.mark.filterwarnings("error")  # as matplotlib's of a letter that its font lacks
def test_all_pictures_are_saved_large_enough_and_as_black_on_white(three_answers, tmp_path):
    outputs = files.Outputs(tmp_path)
    name = "Größe Цифры $\\foo$ 5$ 手写数字"
    answers = three_answers._replace(data_name=name)
    metrics = METRICS | {"dataset": name}
    plots.save_pictures(outputs, answers.images, answers.labels, answers, metrics)
    assert {path.name for path in outputs.saved} == PICTURES
    for path in outputs.saved:
        with Image.open(path) as picture:
            pixels = np.asarray(picture.convert("L"))
        assert picture.width >= 700
        assert picture.height >= 250
        assert pixels[0, 0] == 255  # paper
        assert pixels.min() == 0  # ink, or letters


def test_a_picture_that_cannot_be_drawn_does_not_cost_the_others(three_answers, tmp_path):
    outputs = files.Outputs(tmp_path)
    answers = three_answers._replace(labels=None)
    plots.save_pictures(outputs, None, three_answers.labels, answers, METRICS)
    assert {path.name for path in tmp_path.iterdir()} == {"training.png"}


def all_figures(answers):
    return [
        plots.draw_samples(answers.images, answers.labels, answers.data_name),
        plots.draw_predictions(answers),
        plots.draw_mistakes(answers),
        plots.draw_confusion_matrix(answers),
        plots.draw_training(METRICS),
    ]


def test_every_picture_s_title_says_what_is_shown(three_answers):
    below = "\nBelow each image its likeliest answers; the right one is blue"
    assert [figure.get_suptitle() for figure in all_figures(three_answers)] == [
        "What the network learns from: the first training images of digits",
        f"The first test image of each digit of digits, and below it the hardest{below}",
        f"digits: 2 of 3 test images are read wrong{below}",
        "Which test images of digits are read as what:\nmistakes are off the diagonal",
        "Training on digits: in an epoch the network sees each image once",
    ]


def test_clothes_are_shown_by_name(three_answers):
    clothes = three_answers._replace(class_names=data.CLOTHES, data_name="Fashion")
    samples, predictions, mistakes, confusion_matrix, _ = all_figures(clothes)
    assert captions(samples)[1] == "Trouser"
    assert captions(predictions)[1] == "Trouser,\nread as Sneaker"
    assert captions(mistakes)[1] == "Trouser,\nread as Sneaker"
    assert confusion_matrix.axes[0].get_yticklabels()[1].get_text() == "Trouser"
    assert "of each class of" in predictions.get_suptitle()


def test_answers_that_are_no_numbers_can_be_drawn(three_answers, tmp_path):
    answers = three_answers._replace(probabilities=three_answers.probabilities * math.nan)
    plots.draw_predictions(answers).savefig(tmp_path / "predictions.png")


def test_the_images_stand_large_below_the_title_in_rows_and_nothing_of_them_is_cut_off(sample):
    _, (images, labels) = sample
    answers = make_answers(images, labels, np.eye(10)[(labels + 1) % 10])
    for figure in (plots.draw_samples(images, labels, "digits"), plots.draw_mistakes(answers)):
        assert len(figure.axes) == 20
        rows = {round(axes.get_position().y0, 3) for axes in figure.axes}
        columns = {round(axes.get_position().x0, 3) for axes in figure.axes}
        assert (len(rows), len(columns)) == (2, 10)
        width, height = figure.get_size_inches()
        for axes in figure.axes:
            place = axes.get_position()
            assert place.width * width > 0.7  # inches
            assert place.height * height > 0.7
            assert (1 - place.y1) * height > 0.5  # for the title and the first row's captions
            assert place.y0 >= 0
            assert axes.get_xlim() == (-0.5, 27.5)
            assert axes.get_ylim()[0] > axes.get_ylim()[1] == -0.5


# --- The images ---------------------------------------------------------------------------------


def test_the_first_20_training_images_are_shown_each_with_its_own_label(sample):
    (images, labels), _ = sample
    figure = plots.draw_samples(images[:30], labels, "digits")
    assert captions(figure) == [str(label) for label in labels[:20]]
    assert np.array_equal(shown_images(figure), images[:20])
    shown = figure.axes[0].images[0]  # paper is white, and ink black
    assert shown.to_rgba(np.array([[0, 255]]))[0, :, :3].tolist() == [[1, 1, 1], [0, 0, 0]]
    figure = plots.draw_samples(images[:3], labels[:3] + 20, "letters")
    assert captions(figure) == ["25", "20", "24"]


def test_right_and_wrong_answers_are_told_apart_in_words_and_colour(three_answers):
    figure = plots.draw_predictions(three_answers)
    assert captions(figure) == ["0, right", "1,\nread as 7", "2,\nread as 3"] * 2
    assert np.array_equal(shown_images(figure)[:3], three_answers.images)
    right, wrong = figure.axes[:2]
    assert right.title.get_color() != wrong.title.get_color()
    assert right.texts[0].get_text() == "0: 91%"
    assert [text.get_text() for text in wrong.texts][:2] == ["7: 60%", "1: 32%"]
    seven, one, _ = wrong.patches  # the bars of the answers to an image of a 1
    assert seven.get_width() == pytest.approx(28 * 0.6)
    assert one.get_width() == pytest.approx(28 * 0.32)
    assert one.get_facecolor() == colors.to_rgba("lightskyblue")
    assert seven.get_facecolor() == colors.to_rgba("orange")
    assert right.patches[0].get_facecolor() == one.get_facecolor()
    bottom = 27.5  # of the image; y counts downwards
    for bar, text in zip(wrong.patches, wrong.texts, strict=True):
        assert bar.get_y() >= bottom
        bottom = bar.get_y() + bar.get_height()
        assert bar.get_y() < text.get_position()[1] < bottom <= wrong.get_ylim()[0]


def test_the_hardest_test_image_of_a_class_stands_below_the_first(sample):
    _, (images, labels) = sample
    probabilities = np.full((len(labels), 10), 0.02)
    probabilities[np.arange(len(labels)), labels] = 0.82
    first = [np.flatnonzero(labels == digit)[0] for digit in range(10)]
    hardest = [np.flatnonzero(labels == digit)[5] for digit in range(10)]
    probabilities[hardest, labels[hardest]] = 0.3
    figure = plots.draw_predictions(make_answers(images, labels, probabilities))
    assert np.array_equal(shown_images(figure), images[first + hardest])


def test_the_mistakes_show_the_surest_first_and_no_right_answer(three_answers, sample):
    figure = plots.draw_mistakes(three_answers)
    assert captions(figure) == ["2,\nread as 3", "1,\nread as 7"]
    assert np.array_equal(shown_images(figure), three_answers.images[[2, 1]])
    right = three_answers._replace(probabilities=np.eye(10)[three_answers.labels])
    assert captions(plots.draw_mistakes(right)) == []
    _, (images, labels) = sample
    probabilities = np.zeros((len(labels), 10))
    how_sure = np.linspace(0.51, 0.9, len(labels))
    probabilities[np.arange(len(labels)), (labels + 1) % 10] = how_sure
    figure = plots.draw_mistakes(make_answers(images, labels, probabilities))
    assert np.array_equal(shown_images(figure), images[:-21:-1])
    assert "1,000 of 1,000" in figure.get_suptitle()
    assert "; here those it was surest of" in figure.get_suptitle()


def test_the_confusion_matrix_counts_each_class_in_its_row_and_what_it_is_read_as(three_answers):
    [axes] = plots.draw_confusion_matrix(three_answers).axes
    shades = axes.images[0].get_array()
    counts = np.zeros((10, 10), int)
    for text in axes.texts:
        column, row = text.get_position()
        counts[row, column] = int(text.get_text())
        assert (text.get_ha(), text.get_va()) == ("center", "center")
    assert np.array_equal(shades > 0, counts > 0)
    assert axes.images[0].norm(shades.max()) == 0.5  # so pale that its number can be read
    assert counts[0, 0] == counts[1, 7] == counts[2, 3] == 1
    assert counts.sum() == 3
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("is", "read as")
    for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
        assert [label.get_text() for label in labels] == data.DIGITS


# --- training.png -------------------------------------------------------------------------------

TRAINING = "training images"
VALIDATION = "validation images"
TEST = "test images, at the end"


def curves(axes):
    """The curves of a plot, a dict: their values by what the legend calls them."""
    if not axes.lines:
        return {}
    found = {}
    for line, text in zip(axes.lines, axes.get_legend().get_texts(), strict=True):
        found[text.get_text()] = list(line.get_ydata())
        if text.get_text() != TEST:
            assert list(line.get_xdata()) == [1, 2]
    return found


LOSS = {TRAINING: [0.5, 0.25], TEST: [0.3, 0.3]}
ACCURACY = {TRAINING: [0.75, 0.875], TEST: [0.85, 0.85]}
NAMED_ACC = {"val_acc": [0.7, 0.8], "acc": [0.75, 0.875]}
VALIDATED = NAMED_ACC | {"loss": [0.5, 0.25], "val_loss": [0.6, 0.4]}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("history", "accuracy", "of_loss", "of_accuracy"),
    [
        (METRICS["history"], 0.85, LOSS, ACCURACY),
        (VALIDATED, 0.85, LOSS | {VALIDATION: [0.6, 0.4]}, ACCURACY | {VALIDATION: [0.7, 0.8]}),
        ({}, None, {TEST: [0.3, 0.3]}, {}),  # a training without fit, and labels of its own
    ],
    ids=["no validation", "validation, and another name", "no fit"],
)
def test_training_is_drawn_by_epoch_with_validation_and_the_test_result(
    history, accuracy, of_loss, of_accuracy, tmp_path
):
    figure = plots.draw_training(METRICS | {"history": history, "test_accuracy": accuracy})
    figure.savefig(tmp_path / "training.png")
    left, right = figure.axes
    assert (left.get_ylabel(), right.get_ylabel()) == ("loss", "accuracy")
    assert (left.get_xlabel(), right.get_xlabel()) == ("epoch", "epoch")
    assert curves(left) == of_loss
    assert curves(right) == of_accuracy
    for axes in (left, right):
        assert all(tick == round(tick) for tick in axes.get_xticks())


def test_an_epoch_without_a_number_has_a_gap_in_its_curve():
    history = {"loss": [0.5, 0.25], "val_loss": [None, 0.4]}
    figure = plots.draw_training(METRICS | {"history": history})
    first, second = curves(figure.axes[0])[VALIDATION]
    assert math.isnan(first)
    assert second == 0.4
