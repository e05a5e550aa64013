"""What plots.py draws: every picture says what it shows, and shows what is true."""

import math

import numpy as np
import pytest
from helpers import PICTURES
from matplotlib import colors
from PIL import Image

from training import data, files, plots
from training.answers import Answers

SAMPLE = "MNIST sample (7,000 digits)"


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


def shown_images(figure):
    """The images in a figure, in their order."""
    return [axes.images[0].get_array() for axes in figure.axes if axes.images]


def make_answers(images, labels, probabilities, class_names=data.DIGITS, data_name="digits"):
    return Answers(images, labels, probabilities, class_names, data_name)


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
    "dataset": SAMPLE,
    "class_names": data.DIGITS,
    "history": {"loss": [0.5, 0.25], "accuracy": [0.75, 0.875]},
    "test_loss": 0.3,
    "test_accuracy": 0.85,
}


# --- The files ----------------------------------------------------------------------------------


def save_pictures(folder, answers, train_set, **changed):
    outputs = files.Outputs(folder)
    images, labels = train_set
    problem = None if answers else "the answers are no probabilities"
    plots.save_pictures(outputs, images[:20], labels, answers, problem, METRICS | changed)
    return outputs


def test_all_pictures_are_saved_large_enough_and_as_black_on_white(three_answers, sample, tmp_path):
    train_set, _ = sample
    outputs = save_pictures(tmp_path, three_answers, train_set)
    assert {path.name for path in outputs.saved} == PICTURES
    for path in outputs.saved:
        with Image.open(path) as picture:
            pixels = np.asarray(picture.convert("L"))
        assert picture.format == "PNG"
        assert picture.width >= 700
        assert picture.height >= 250
        assert pixels[0, 0] == 255  # paper
        assert pixels.min() == 0  # ink, or letters


def test_a_picture_that_cannot_be_drawn_does_not_cost_the_others(
    three_answers, sample, tmp_path, capsys
):
    outputs = save_pictures(tmp_path, three_answers, sample[0], history={"loss": None})
    assert [path.name for path in outputs.failed] == ["training.png"]
    assert {path.name for path in tmp_path.iterdir()} == PICTURES - {"training.png"}
    assert "training.png" in capsys.readouterr().err


def test_without_probabilities_no_picture_shows_answers_and_no_older_one_stays(
    sample, tmp_path, capsys
):
    (tmp_path / "mistakes.png").write_text("of another network")
    save_pictures(tmp_path, None, sample[0])
    assert {path.name for path in tmp_path.iterdir()} == {"samples.png", "training.png"}
    assert capsys.readouterr().err.count("no probabilities") == 3


# --- All figures --------------------------------------------------------------------------------


def all_figures(answers):
    return [
        plots.draw_samples(answers.images, answers.labels, answers.data_name),
        plots.draw_predictions(answers),
        plots.draw_mistakes(answers),
        plots.draw_confusion_matrix(answers),
        plots.draw_training(METRICS["history"], 0.3, 0.8, answers.data_name),
    ]


def test_every_picture_s_title_says_what_is_shown(sample):
    (images_train, labels_train), (images, labels) = sample
    right = np.eye(10)[labels]
    answers = make_answers(images, labels, np.concatenate([1 - right[:25], right[25:]]) + 0.01)
    titles = [
        plots.draw_samples(images_train, labels_train, "digits").get_suptitle(),
        plots.draw_predictions(answers).get_suptitle(),
        plots.draw_mistakes(answers).get_suptitle(),
        plots.draw_confusion_matrix(answers).get_suptitle(),
        plots.draw_training(METRICS["history"], 0.3, 0.8, "digits").get_suptitle(),
    ]
    below = "\nBelow each image its likeliest answers; the right one is blue"
    assert titles == [
        "What the network learns from: the first training images of digits",
        f"The first test image of each digit of digits, and below it the hardest{below}",
        "digits: 25 of 1,000 test images are read wrong; here those it was surest of" + below,
        "Which test images of digits are read as what:\nmistakes are off the diagonal",
        "Training on digits: in an epoch the network sees each image once",
    ]


@pytest.mark.filterwarnings("error")  # as matplotlib's of a letter that its font lacks
def test_a_data_name_of_any_letters_and_signs_can_be_drawn(three_answers, tmp_path):
    name = "Größe Цифры $\\foo$ 5$ "
    for figure in all_figures(three_answers._replace(data_name=name + "手写数字" + 240 * "x")):
        figure.savefig(tmp_path / "picture.png")
        assert name in figure.get_suptitle()


def test_clothes_are_shown_by_name(three_answers):
    clothes = three_answers._replace(class_names=data.CLOTHES, data_name="Fashion")
    for figure in all_figures(clothes)[:4]:
        assert "Trouser" in texts(figure)
    assert "of each class of" in plots.draw_predictions(clothes).get_suptitle()


def test_answers_that_are_no_numbers_can_be_drawn(three_answers, tmp_path):
    probabilities = three_answers.probabilities * math.nan
    for figure in all_figures(three_answers._replace(probabilities=probabilities)):
        figure.savefig(tmp_path / "picture.png")
    history = {"loss": [0.5, math.nan], "accuracy": [0.75, 0.1]}
    plots.draw_training(history, math.nan, 0.1, "digits").savefig(tmp_path / "picture.png")


def test_where_there_are_two_classes_two_answers_are_shown(three_answers, tmp_path):
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]])
    answers = three_answers._replace(
        labels=np.array([0, 1, 1]), probabilities=probabilities, class_names=["0", "1"]
    )
    figure = plots.draw_mistakes(answers)
    assert captions(figure) == ["1,\nread as 0"]
    assert len(figure.axes[0].patches) == 2
    assert plots.draw_confusion_matrix(answers).axes[0].images[0].get_array().shape == (2, 2)
    assert captions(plots.draw_predictions(answers))[:2] == ["0, right", "1, right"]


def test_the_images_stand_large_below_the_title_in_rows_and_nothing_of_them_is_cut_off(sample):
    _, (images, labels) = sample
    answers = make_answers(images, labels, np.eye(10)[(labels + 1) % 10])
    for figure in (
        plots.draw_samples(images, labels, "digits"),
        plots.draw_predictions(answers),
        plots.draw_mistakes(answers),
    ):
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
            assert axes.get_xlim() == (-0.5, 27.5)
            assert axes.get_ylim()[0] > axes.get_ylim()[1] == -0.5
        for axes in figure.axes[:10]:
            assert axes.get_position().y0 > figure.axes[10].get_position().y1


# --- samples.png --------------------------------------------------------------------------------


def test_the_first_20_training_images_are_shown_each_with_its_own_label(sample):
    (images, labels), _ = sample
    figure = plots.draw_samples(images[:30], labels, "digits")
    assert captions(figure) == [str(label) for label in labels[:20]]
    assert np.array_equal(shown_images(figure), images[:20])


def test_fewer_images_of_more_classes_are_shown_by_number(sample):
    (images, labels), _ = sample
    figure = plots.draw_samples(images[:3], labels + 20, "letters")
    assert captions(figure) == ["25", "20", "24"]


def test_paper_is_white_and_ink_black_in_every_image(three_answers):
    for figure in all_figures(three_answers)[:3]:
        shown = figure.axes[0].images[0]
        assert shown.to_rgba(np.array([[0, 255]]))[0, :, :3].tolist() == [[1, 1, 1], [0, 0, 0]]


# --- predictions.png and mistakes.png -----------------------------------------------------------


def test_right_and_wrong_answers_are_told_apart_in_words_and_colour(three_answers):
    figure = plots.draw_predictions(three_answers)
    assert captions(figure) == ["0, right", "1,\nread as 7", "2,\nread as 3"] * 2
    assert np.array_equal(shown_images(figure)[:3], three_answers.images)
    right, wrong = (axes.title.get_color() for axes in figure.axes[:2])
    assert right != wrong
    assert figure.axes[0].texts[0].get_text() == "0: 91%"
    assert [text.get_text() for text in figure.axes[1].texts][:2] == ["7: 60%", "1: 32%"]


def test_the_right_answer_s_bar_is_blue_and_as_long_as_it_is_probable(three_answers):
    figure = plots.draw_predictions(three_answers)
    seven, one, _ = figure.axes[1].patches  # the answers to an image of a 1
    assert seven.get_width() == pytest.approx(28 * 0.6)
    assert one.get_width() == pytest.approx(28 * 0.32)
    red, _, blue = one.get_facecolor()[:3]
    assert blue > red
    assert seven.get_facecolor() == colors.to_rgba("orange")
    assert figure.axes[0].patches[0].get_facecolor() == one.get_facecolor()
    assert "the right one is blue" in figure.get_suptitle()


def test_the_answers_stand_below_the_image_one_below_the_other_each_beside_its_bar(three_answers):
    for axes in plots.draw_predictions(three_answers).axes:
        bottom_of_axes, _ = axes.get_ylim()
        bottom = 27.5  # of the image; y counts downwards
        for bar, text in zip(axes.patches, axes.texts, strict=True):
            assert bar.get_y() >= bottom
            bottom = bar.get_y() + bar.get_height()
            assert bar.get_y() < text.get_position()[1] < bottom <= bottom_of_axes
            assert bar.get_x() == text.get_position()[0] == -0.5
        assert len(axes.texts) == 3


def test_the_hardest_test_image_of_a_class_stands_below_the_first(sample):
    _, (images, labels) = sample
    probabilities = np.full((len(labels), 10), 0.02)
    probabilities[np.arange(len(labels)), labels] = 0.82
    first = [np.flatnonzero(labels == digit)[0] for digit in range(10)]
    hardest = [np.flatnonzero(labels == digit)[5] for digit in range(10)]
    probabilities[hardest, labels[hardest]] = 0.3
    probabilities[hardest, (labels[hardest] + 1) % 10] = 0.54
    figure = plots.draw_predictions(make_answers(images, labels, probabilities))
    shown = captions(figure)
    assert shown[:10] == [f"{digit}, right" for digit in range(10)]
    assert shown[10:] == [f"{digit},\nread as {(digit + 1) % 10}" for digit in range(10)]
    assert np.array_equal(shown_images(figure), images[first + hardest])


def test_the_mistakes_show_the_surest_first_and_no_right_answer(three_answers):
    figure = plots.draw_mistakes(three_answers)
    assert captions(figure) == ["2,\nread as 3", "1,\nread as 7"]
    assert np.array_equal(shown_images(figure), three_answers.images[[2, 1]])
    assert "2 of 3 test images are read wrong" in figure.get_suptitle()


def test_of_many_mistakes_the_20_are_shown_that_it_was_surest_of(sample):
    _, (images, labels) = sample
    wrong = (labels + 1) % 10
    probabilities = np.zeros((len(labels), 10))
    how_sure = np.linspace(0.51, 0.9, len(labels))
    probabilities[np.arange(len(labels)), wrong] = how_sure
    probabilities[np.arange(len(labels)), labels] = 1 - how_sure
    figure = plots.draw_mistakes(make_answers(images, labels, probabilities))
    assert np.array_equal(shown_images(figure), images[:-21:-1])
    assert "1,000 of 1,000" in figure.get_suptitle()
    assert "here those it was surest of" in figure.get_suptitle()


def test_mistakes_can_be_drawn_where_there_are_none(three_answers, tmp_path):
    right = three_answers._replace(probabilities=np.eye(10)[three_answers.labels])
    figure = plots.draw_mistakes(right)
    figure.savefig(tmp_path / "mistakes.png")
    assert "0 of 3" in figure.get_suptitle()
    assert captions(figure) == []


# --- confusion_matrix.png -----------------------------------------------------------------------


def test_the_confusion_matrix_counts_each_class_in_its_row_and_what_it_is_read_as(three_answers):
    figure = plots.draw_confusion_matrix(three_answers)
    [axes] = figure.axes
    shades = axes.images[0].get_array()
    counts = np.zeros((10, 10), int)
    for text in axes.texts:
        column, row = text.get_position()
        counts[row, column] = int(text.get_text())
        assert (shades[row, column] > 0) == (counts[row, column] > 0)
    assert (
        axes.images[0].norm(shades.max()) == 0.5
    )  # no field is so dark that a number in it is lost
    assert counts[0, 0] == counts[1, 7] == counts[2, 3] == 1
    assert counts.sum() == 3
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("is", "read as")
    for labels in (axes.get_xticklabels(), axes.get_yticklabels()):
        assert [label.get_text() for label in labels] == data.DIGITS


# --- training.png -------------------------------------------------------------------------------

HISTORY = {
    "loss": [0.5, 0.25],
    "accuracy": [0.75, 0.875],
    "val_loss": [0.6, 0.4],
    "val_accuracy": [0.7, 0.8],
}
TRAINING = "training images"
VALIDATION = "validation images"
TEST = "test images, at the end"


def curves(axes):
    """The curves of a plot, a dict: their values by what the legend calls them."""
    found = {}
    for line, text in zip(axes.lines, axes.get_legend().get_texts(), strict=True):
        found[text.get_text()] = list(line.get_ydata())
        if text.get_text() != TEST:
            assert list(line.get_xdata()) == [1, 2]
    return found


def test_training_is_drawn_by_epoch_with_validation_and_the_test_result():
    figure = plots.draw_training(HISTORY, 0.3, 0.85, "digits")
    left, right = figure.axes
    assert (left.get_ylabel(), right.get_ylabel()) == ("loss", "accuracy")
    assert (left.get_xlabel(), right.get_xlabel()) == ("epoch", "epoch")
    assert curves(left) == {TRAINING: [0.5, 0.25], VALIDATION: [0.6, 0.4], TEST: [0.3, 0.3]}
    assert curves(right) == {TRAINING: [0.75, 0.875], VALIDATION: [0.7, 0.8], TEST: [0.85, 0.85]}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("history", "accuracy", "left", "right"),
    [
        (METRICS["history"], 0.85, [TRAINING, TEST], [TRAINING, TEST]),
        ({"loss": [0.5, 0.25]}, 0.85, [TRAINING, TEST], [TEST]),
        ({}, 0.85, [TEST], [TEST]),  # a training without fit
        ({"loss": [0.5, 0.25]}, None, [TRAINING, TEST], []),
    ],
    ids=["no validation", "no metrics", "no fit", "no accuracy"],
)
def test_what_there_is_of_a_training_is_drawn_and_named(history, accuracy, left, right, tmp_path):
    figure = plots.draw_training(history, 0.3, accuracy, "digits")
    figure.savefig(tmp_path / "training.png")
    for axes, names in zip(figure.axes, (left, right), strict=True):
        assert list(curves(axes) if names else axes.lines) == names


def test_an_accuracy_of_another_name_is_drawn_as_well():
    history = {"loss": [0.5, 0.25], "val_acc": [0.6, 0.7], "acc": [0.75, 0.875]}
    figure = plots.draw_training(history, 0.3, 0.85, "digits")
    expected = {TRAINING: [0.75, 0.875], VALIDATION: [0.6, 0.7], TEST: [0.85, 0.85]}
    assert curves(figure.axes[1]) == expected


def test_an_epoch_without_a_number_has_a_gap_in_its_curve():
    history = {"loss": [0.5, 0.25], "val_loss": [None, 0.4]}
    figure = plots.draw_training(history, 0.3, None, "digits")
    first, second = curves(figure.axes[0])[VALIDATION]
    assert math.isnan(first)
    assert second == 0.4
