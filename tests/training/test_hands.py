"""What hands.py does: it adds digits of people from elsewhere, and says which are misread."""

import os
import pathlib

import numpy as np
import pytest
from helpers import assert_one_line
from matplotlib import colors
from PIL import Image

from tools import make_hands
from training import distort, hands, plots

TESTS = pathlib.Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def elsewhere():
    """The Hands of the project."""
    return hands.load()


def one_hot(predicted):
    """Probabilities, float (N, 10), of a network that is sure of what it predicts."""
    return np.eye(10)[predicted]


# --- The file -----------------------------------------------------------------------------------


def test_there_are_9428_digits_of_both_sets_with_their_labels(elsewhere):
    assert elsewhere.images.shape == (9428, 28, 28)
    assert elsewhere.images.dtype == np.uint8
    assert elsewhere.labels.dtype == np.uint8
    assert elsewhere.on_paper.sum() == 1934
    assert np.bincount(elsewhere.labels[elsewhere.on_paper]).min() > 170
    assert np.bincount(elsewhere.labels[~elsewhere.on_paper]).min() > 700
    assert hands.HANDS.stat().st_size <= 1_600_000


def test_each_fits_into_20_by_20_with_its_centre_of_mass_in_the_middle_as_mnist_s(elsewhere):
    for image in elsewhere.images[::20]:
        y, x = np.nonzero(image)
        assert max(np.ptp(y), np.ptp(x)) + 1 in (19, 20)
        weights = image[y, x]
        touches = min(y.min(), x.min(), 27 - y.max(), 27 - x.max()) == 0
        if not touches:
            np.testing.assert_allclose(np.average(y, weights=weights), 14, atol=0.51)
            np.testing.assert_allclose(np.average(x, weights=weights), 14, atol=0.51)


def test_about_a_fifth_of_each_digit_is_kept_aside_and_on_paper_whole_writers(elsewhere):
    for digit in range(10):
        assert 0.15 < elsewhere.aside[elsewhere.labels == digit].mean() < 0.25
    tablet = elsewhere.aside[~elsewhere.on_paper]
    np.testing.assert_array_equal(np.flatnonzero(tablet)[:3], [4, 9, 14])
    paper = elsewhere.aside[elsewhere.on_paper]
    assert np.count_nonzero(np.diff(paper)) == 1  # the last ones, in one piece
    assert paper[-1]


@pytest.mark.skipif("HANDS" not in os.environ, reason="HANDS names no folder with both sets")
def test_the_file_is_what_the_program_makes_of_both_sets(elsewhere):
    folder = pathlib.Path(os.environ["HANDS"])
    made = make_hands.make(folder)
    for one, other in zip(made, elsewhere, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_licence_of_both_sets_is_named_with_their_authors():
    text = (TESTS.parent / "LICENSE-DATA").read_text(encoding="utf-8")
    text = " ".join(text.split())
    for words in (
        "hands.npz",
        "Pen-Based Recognition of Handwritten Digits",
        "Optical Recognition of Handwritten Digits",
        "Alpaydin",
        "Alimoglu",
        "Kaynak",
        "https://archive.ics.uci.edu/dataset/81",
        "https://archive.ics.uci.edu/dataset/80",
        "https://creativecommons.org/licenses/by/4.0/",
    ):
        assert words in text


# --- Add ----------------------------------------------------------------------------------------


def test_three_distorted_copies_of_each_stand_before_the_training_images(elsewhere, sample, capsys):
    (images, labels), _ = sample
    more_images, _ = elsewhere.add_to(images, labels, seed=0)
    number = np.count_nonzero(~elsewhere.aside)
    assert more_images.dtype == np.uint8
    copies = more_images[: 3 * number].reshape((3, number, 784))
    for one, other in ((0, 1), (1, 2), (0, 2)):
        alike = (copies[one] == copies[other]).all(axis=1)
        assert alike.mean() < 0.001
    said = capsys.readouterr().out
    assert "7,548 digits to learn from, as 22,644" in said
    assert "1,880 kept aside" in said
    other_seed, _ = elsewhere.add_to(images, labels, seed=1)
    assert not np.array_equal(more_images, other_seed)


def test_each_copy_is_of_a_digit_that_is_not_kept_aside_with_its_label(
    elsewhere, sample, monkeypatch
):
    (images, labels), _ = sample
    monkeypatch.setattr(distort, "FOR_COPIES", distort.Amounts())  # copies as they are
    more_images, more_labels = elsewhere.add_to(images, labels, seed=0)
    learned = ~elsewhere.aside
    expected = np.concatenate([np.tile(elsewhere.images[learned], (3, 1, 1)), images])
    np.testing.assert_array_equal(more_images, expected)
    expected = np.concatenate([np.tile(elsewhere.labels[learned], 3), labels])
    np.testing.assert_array_equal(more_labels, expected)
    assert more_labels.dtype == np.uint8


# --- What a network reads of them ---------------------------------------------------------------


def test_the_accuracy_is_of_those_kept_aside_by_set_and_by_digit(elsewhere):
    predicted = elsewhere.labels_aside.astype(int)
    on_paper = elsewhere.on_paper[elsewhere.aside]
    ones = np.flatnonzero((predicted == 1) & on_paper)[:20]
    number_of_ones = np.count_nonzero(predicted == 1)
    number_on_paper = np.count_nonzero((predicted == 1) & on_paper)
    predicted[ones] = 7
    measured = hands.measure(elsewhere, one_hot(predicted))
    assert measured["images"] == 1880
    assert measured["accuracy"] == pytest.approx(1 - len(ones) / 1880)
    assert measured["accuracy_on_paper"] == pytest.approx(1 - len(ones) / on_paper.sum())
    assert measured["accuracy_on_tablet"] == 1
    expected = [1.0] * 10
    expected[1] = 1 - len(ones) / number_of_ones
    assert measured["accuracy_by_digit"] == pytest.approx(expected)
    expected_on_paper = [1.0] * 10
    expected_on_paper[1] = 1 - len(ones) / number_on_paper
    assert measured["accuracy_by_digit_on_paper"] == pytest.approx(expected_on_paper)
    said = hands.describe(measured)
    assert_one_line(said, "Of 1,880 digits", "98.9% right", f"of their 1s {expected[1]:.0%}")
    assert_one_line(said, f"on paper {expected_on_paper[1]:.0%}")


def test_the_picture_shows_the_first_misread_ones_of_each_digit_below_a_test_image(
    elsewhere, sample, tmp_path
):
    _, (images, labels) = sample
    predicted = elsewhere.labels_aside.astype(int)
    ones = np.flatnonzero(predicted == 1)
    fours = np.flatnonzero(predicted == 4)
    predicted[ones[:5]] = [7, 4, 2, 7, 7]
    predicted[fours[-1]] = 1  # a smaller digit, too
    figure = hands.draw_elsewhere(elsewhere, one_hot(predicted), images, labels)
    assert figure.get_suptitle() == (
        "People from elsewhere: of 1,880 digits 99.7% are read right, of each digit as many as the "
        "bar says\nCompare the test images, on top, with what is misread below"
    )
    assert len(figure.axes) == 10
    misread_by_digit = {1: ones[:3], 4: fours[-1:]}
    for digit, axes in enumerate(figure.axes):
        assert axes.get_title() == f"test image: {digit}"
        shown = np.asarray(axes.images[0].get_array())
        np.testing.assert_array_equal(shown[:28], images[np.argmax(labels == digit)])
        misread = misread_by_digit.get(digit, [])
        said = [text.get_text() for text in axes.texts[1:]]
        assert said == [f"{digit}, read as {predicted[index]}" for index in misread]
        assert axes.get_xlim() == (-0.5, 27.5)  # nothing of an image is cut off
        for place, index in enumerate(misread, start=1):
            top = place * hands.STEP
            _, y = axes.texts[place].get_position()
            assert top - hands.STEP + 28 < y < top  # between the two images, above its own
            image = shown[top : top + 28]
            np.testing.assert_array_equal(image, elsewhere.images_aside[index])
        assert not shown[(1 + len(misread)) * hands.STEP :].any()  # nothing else
    figure.savefig(tmp_path / "elsewhere.png")
    with Image.open(tmp_path / "elsewhere.png") as picture:
        assert picture.width >= 800


def test_the_bar_is_blue_as_far_as_they_are_read_right_and_orange_for_the_others(elsewhere, sample):
    _, (images, labels) = sample
    predicted = elsewhere.labels_aside.astype(int)
    ones = np.flatnonzero(predicted == 1)
    predicted[ones[: len(ones) // 4]] = 7
    share = 1 - (len(ones) // 4) / len(ones)
    figure = hands.draw_elsewhere(elsewhere, one_hot(predicted), images, labels)
    right, wrong = figure.axes[1].patches
    assert right.get_width() == pytest.approx(28 * share)
    assert wrong.get_width() == pytest.approx(28 * (1 - share))
    assert wrong.get_x() == pytest.approx(right.get_x() + right.get_width())
    assert right.get_height() == wrong.get_height()
    assert right.get_facecolor() == colors.to_rgba(plots.RIGHT)
    assert wrong.get_facecolor() == colors.to_rgba(plots.WRONG)
    assert figure.axes[1].texts[0].get_text() == f"{share:.0%} right"


def test_a_digit_that_no_test_image_has_can_be_drawn(elsewhere, sample, tmp_path):
    _, (images, labels) = sample
    without_ones = labels != 1
    probabilities = one_hot(elsewhere.labels_aside)
    figure = hands.draw_elsewhere(
        elsewhere, probabilities, images[without_ones], labels[without_ones]
    )
    assert not np.asarray(figure.axes[1].images[0].get_array()).any()
    figure.savefig(tmp_path / "elsewhere.png")
