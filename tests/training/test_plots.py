"""What plots.py draws: every picture says what it shows, and shows what is true."""

import math

import numpy as np
import pytest
from helpers import PICTURES
from PIL import Image

from training import data, plots


def texts(figure):
    """Every title and text of a figure, in one string."""
    found = [figure.get_suptitle()]
    for axes in figure.axes:
        found.append(axes.get_title())
        for text in axes.texts:
            found.append(text.get_text())
        for label in axes.get_yticklabels():
            found.append(label.get_text())
    return "\n".join(found)


def captions(figure):
    """The captions above the images of a figure, in their order."""
    return [axes.get_title() for axes in figure.axes if axes.images]


@pytest.fixture
def three_answers(sample):
    """Three test images (0, 1, 2), their labels, and answers: right, wrong, wrong and sure."""
    _, (x_test, y_test) = sample
    probabilities = np.full((3, 10), 0.01)
    probabilities[0, 0] = 0.91
    probabilities[1, 7] = 0.6
    probabilities[1, 1] = 0.32
    probabilities[2, 3] = 0.91
    first = [np.argmax(y_test == digit) for digit in range(3)]
    return x_test[first], y_test[first], probabilities


METRICS = {
    "dataset": "MNIST sample (7,000 digits)",
    "class_names": data.DIGITS,
    "history": {"loss": [0.5, 0.25], "accuracy": [0.75, 0.875]},
    "test_loss": 0.3,
    "test_accuracy": 0.85,
}


def test_all_pictures_are_saved_large_enough_and_not_blank(three_answers, tmp_path):
    images, labels, probabilities = three_answers
    saved = {}
    plots.save_pictures(tmp_path, saved, images, labels, images, labels, probabilities, METRICS)
    assert saved == {tmp_path / name: True for name in PICTURES}
    for path in saved:
        with Image.open(path) as picture:
            picture.load()
        assert picture.format == "PNG"
        assert picture.width >= 700
        assert picture.height >= 250
        assert len(picture.convert("RGB").getcolors(maxcolors=1_000_000)) > 10


def test_a_picture_that_cannot_be_drawn_does_not_cost_the_others(three_answers, tmp_path, capsys):
    images, labels, probabilities = three_answers
    saved = {}
    metrics = METRICS.copy()
    metrics["history"] = {"loss": ["no number", "at all"]}
    metrics["test_loss"] = None
    plots.save_pictures(tmp_path, saved, images, labels, images, labels, probabilities, metrics)
    assert [path.name for path, is_saved in saved.items() if not is_saved] == ["training.png"]
    assert {path.name for path in tmp_path.iterdir()} == PICTURES - {"training.png"}
    assert "training.png" in capsys.readouterr().err


def all_figures(answers, class_names, data_name):
    images, labels, probabilities = answers
    return [
        plots.draw_samples(images, labels, class_names, data_name),
        plots.draw_predictions(images, labels, probabilities, class_names, data_name),
        plots.draw_mistakes(images, labels, probabilities, class_names, data_name),
        plots.draw_confusion_matrix(labels, probabilities, class_names, data_name),
        plots.draw_training(METRICS["history"], 0.3, 0.8, data_name),
    ]


def test_every_picture_s_title_names_the_data(three_answers):
    for figure in all_figures(three_answers, data.DIGITS, "MNIST sample (7,000 digits)"):
        assert "MNIST sample (7,000 digits)" in texts(figure).replace("\n", " ")


@pytest.mark.filterwarnings("error")  # as matplotlib's of a letter that its font lacks
@pytest.mark.parametrize("name", ["手写数字.npz", "$\\foo$ 5$.npz", "Größe Цифры.npz", "x" * 240])
def test_a_data_name_of_any_letters_and_signs_can_be_drawn(three_answers, tmp_path, name):
    for figure in all_figures(three_answers, data.DIGITS, name):
        figure.savefig(tmp_path / "picture.png")
        assert figure.get_suptitle().count("\\") == name.count("\\")
    if name.startswith("G"):
        assert name in texts(figure)


def test_clothes_are_shown_by_name(three_answers):
    for figure in all_figures(three_answers, data.CLOTHES, "clothes")[:4]:
        assert "Trouser" in texts(figure)


def test_right_and_wrong_answers_are_told_apart_in_words_and_colour(three_answers):
    images, labels, probabilities = three_answers
    figure = plots.draw_predictions(images, labels, probabilities, data.DIGITS, "digits")
    assert captions(figure) == ["0, right", "1,\nread as 7", "2,\nread as 3"] * 2
    right, wrong = (axes.title.get_color() for axes in figure.axes[:2])
    assert right != wrong
    shown = texts(figure).splitlines()
    assert "0 91%" in shown
    assert "1 32%" in shown


def test_the_right_answer_s_bar_is_blue_and_as_long_as_it_is_probable(three_answers):
    images, labels, probabilities = three_answers
    figure = plots.draw_predictions(images, labels, probabilities, data.DIGITS, "digits")
    seven, one, _ = figure.axes[1].patches  # the answers to an image of a 1
    assert seven.get_width() == pytest.approx(28 * 0.6)
    assert one.get_width() == pytest.approx(28 * 0.32)
    assert seven.get_facecolor() != one.get_facecolor()
    assert figure.axes[0].patches[0].get_facecolor() == one.get_facecolor()


def test_the_hardest_test_image_of_a_class_stands_below_the_first(sample):
    _, (x_test, y_test) = sample
    probabilities = np.full((len(y_test), 10), 0.02)
    probabilities[np.arange(len(y_test)), y_test] = 0.82
    hardest = [np.flatnonzero(y_test == digit)[5] for digit in range(10)]
    probabilities[hardest, y_test[hardest]] = 0.3
    probabilities[hardest, (y_test[hardest] + 1) % 10] = 0.54
    figure = plots.draw_predictions(x_test, y_test, probabilities, data.DIGITS, "digits")
    shown = captions(figure)
    assert shown[:10] == [f"{digit}, right" for digit in range(10)]
    assert shown[10:] == [f"{digit},\nread as {(digit + 1) % 10}" for digit in range(10)]
    assert np.array_equal(figure.axes[13].images[0].get_array(), x_test[hardest[3]])


def test_the_mistakes_show_the_surest_first_and_no_right_answer(three_answers):
    images, labels, probabilities = three_answers
    figure = plots.draw_mistakes(images, labels, probabilities, data.DIGITS, "digits")
    assert captions(figure) == ["2,\nread as 3", "1,\nread as 7"]
    assert "2 of 3 test images are read wrong" in figure.get_suptitle()


def test_mistakes_can_be_drawn_where_there_are_none(three_answers, tmp_path):
    images, labels, _ = three_answers
    figure = plots.draw_mistakes(images, labels, np.eye(10)[labels], data.DIGITS, "digits")
    figure.savefig(tmp_path / "mistakes.png")
    assert "0 of 3" in figure.get_suptitle()


def test_answers_that_are_no_numbers_can_be_drawn(three_answers, tmp_path):
    images, labels, probabilities = three_answers
    for figure in all_figures((images, labels, probabilities * math.nan), data.DIGITS, "digits"):
        figure.savefig(tmp_path / "picture.png")
    history = {"loss": [0.5, math.nan], "accuracy": [0.75, 0.1]}
    plots.draw_training(history, math.nan, 0.1, "digits").savefig(tmp_path / "picture.png")


def test_the_confusion_matrix_counts_each_class_read_as_each(three_answers):
    _, labels, probabilities = three_answers
    figure = plots.draw_confusion_matrix(labels, probabilities, data.DIGITS, "digits")
    counts = np.zeros((10, 10), int)
    for text in figure.axes[0].texts:
        column, row = text.get_position()
        counts[row, column] = int(text.get_text())
    assert counts[0, 0] == counts[1, 7] == counts[2, 3] == 1
    assert counts.sum() == 3


def drawn_lines(history):
    figure = plots.draw_training(history, 0.3, 0.85, "digits")
    return [[list(line.get_ydata()) for line in axes.lines] for axes in figure.axes]


def test_training_is_drawn_by_epoch_with_validation_and_the_test_result():
    history = {
        "loss": [0.5, 0.25],
        "accuracy": [0.75, 0.875],
        "val_loss": [0.6, 0.4],
        "val_accuracy": [0.7, 0.8],
    }
    assert drawn_lines(history) == [
        [[0.5, 0.25], [0.6, 0.4], [0.3, 0.3]],
        [[0.75, 0.875], [0.7, 0.8], [0.85, 0.85]],
    ]


def test_without_validation_the_legend_of_training_names_none():
    figure = plots.draw_training(METRICS["history"], 0.3, 0.85, "digits")
    shown = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert shown == ["training images", "test images, at the end"]


def test_a_network_that_was_compiled_without_metrics_has_a_loss_to_draw():
    assert drawn_lines({"loss": [0.5, 0.25]}) == [[[0.5, 0.25], [0.3, 0.3]], [[0.85, 0.85]]]
