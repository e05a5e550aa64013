"""What hands.py does: it adds digits of people from elsewhere, and says which are misread."""

import os
import pathlib

import numpy as np
import pytest
from conftest import ROOT
from helpers import assert_one_line

from tools import make_hands
from training import data, distort, hands
from training.answers import Answers


@pytest.fixture(scope="module")
def elsewhere():
    """The Hands of the project."""
    return hands.load()


def test_there_are_9428_digits_of_both_sets_with_their_labels(elsewhere):
    assert elsewhere.images.shape == (9428, 28, 28)
    assert elsewhere.images.dtype == np.uint8
    assert elsewhere.labels.dtype == np.uint8
    assert elsewhere.on_paper.sum() == 1934
    assert np.bincount(elsewhere.labels[elsewhere.on_paper]).min() > 170
    assert np.bincount(elsewhere.labels[~elsewhere.on_paper]).min() > 700
    assert hands.HANDS.stat().st_size <= 1_600_000


def test_about_a_fifth_of_each_digit_is_kept_aside_and_on_paper_whole_writers(elsewhere):
    for digit in range(10):
        assert 0.15 < elsewhere.aside[elsewhere.labels == digit].mean() < 0.25
    paper = elsewhere.aside[elsewhere.on_paper]
    assert np.count_nonzero(np.diff(paper)) == 1  # the last ones, in one piece
    assert paper[-1]


@pytest.mark.skipif("HANDS" not in os.environ, reason="HANDS names no folder with both sets")
def test_the_file_is_what_the_program_makes_of_both_sets(elsewhere):
    made = make_hands.make(pathlib.Path(os.environ["HANDS"]))
    for one, other in zip(made, elsewhere, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_licence_of_both_sets_is_named_with_their_authors():
    text = (ROOT / "LICENSE-DATA").read_text(encoding="utf-8")
    for words in ("hands.npz", "Alpaydin", "Alimoglu", "Kaynak", "dataset/81", "dataset/80"):
        assert words in text
    assert "https://creativecommons.org/licenses/by/4.0/" in text


def test_each_is_copied_three_times_with_its_label_but_those_that_are_kept_aside(
    elsewhere, sample, monkeypatch, capsys
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
    said = capsys.readouterr().out
    assert "people from elsewhere: 7,548 to learn from, as 22,644" in said
    assert "1,880 kept aside" in said


def test_the_accuracy_is_of_those_kept_aside_by_set_and_by_digit(elsewhere):
    predicted = elsewhere.labels_aside.astype(int)
    on_paper = elsewhere.on_paper[elsewhere.aside]
    is_one = predicted == 1
    predicted[np.flatnonzero(is_one & on_paper)[:20]] = 7
    measured = hands.measure(elsewhere, np.eye(10)[predicted])
    of_ones = 1 - 20 / is_one.sum()
    of_ones_on_paper = 1 - 20 / (is_one & on_paper).sum()
    assert measured == {
        "images": 1880,
        "accuracy": pytest.approx(1 - 20 / 1880),
        "accuracy_on_paper": pytest.approx(1 - 20 / on_paper.sum()),
        "accuracy_on_tablet": 1,
        "accuracy_by_digit": pytest.approx([1, of_ones, *[1] * 8]),
        "accuracy_by_digit_on_paper": pytest.approx([1, of_ones_on_paper, *[1] * 8]),
    }
    words = [f"of their 1s {of_ones:.0%}", f"on paper {of_ones_on_paper:.0%}"]
    assert_one_line(hands.describe(measured), "Of 1,880 digits", "98.9% right", *words)


def test_the_picture_shows_the_first_misread_ones_of_each_digit_below_a_test_image(
    elsewhere, sample
):
    _, (images, labels) = sample
    predicted = elsewhere.labels_aside.astype(int)
    ones = np.flatnonzero(predicted == 1)
    predicted[ones[:5]] = [7, 4, 2, 7, 7]
    is_shown = labels != 0
    answers = Answers(images[is_shown], labels[is_shown], None, data.DIGITS, "no zeros")
    figure = hands.draw_elsewhere(elsewhere, np.eye(10)[predicted], answers)
    assert "of 1,880 digits 99.7% are read right" in figure.get_suptitle()
    assert not figure.axes[0].images  # there is no 0 among the test images
    first, *others = figure.axes[1::10]
    assert first.get_title() == f"test image: 1\n{1 - 5 / len(ones):.0%} right"
    np.testing.assert_array_equal(first.images[0].get_array(), images[labels == 1][0])
    shown = [axes.images[0].get_array() for axes in others]
    np.testing.assert_array_equal(shown, elsewhere.images_aside[ones[:3]])
    assert [axes.get_title() for axes in others] == ["read as 7", "read as 4", "read as 2"]
    assert figure.axes[2].images
    assert not figure.axes[12].images  # no 2 is misread
