"""What hands.py does: it adds digits of people from elsewhere, and says which are misread."""

import os
import pathlib

import numpy as np
import pytest
from conftest import ROOT
from helpers import assert_one_line

from tools import make_hands
from training import hands


@pytest.fixture(scope="module")
def elsewhere():
    """The Hands of the project."""
    return hands.load()


def test_there_are_9428_digits_of_both_sets_with_their_labels(elsewhere):
    assert elsewhere.images.shape == (9428, 28, 28)
    assert elsewhere.images.dtype == elsewhere.labels.dtype == np.uint8
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


def test_strokes_of_1s_on_paper_are_as_wide_as_those_of_7s(elsewhere):
    widths = {}
    for digit in (1, 7):
        images = elsewhere.images[elsewhere.on_paper & (elsewhere.labels == digit)]
        feet = images[:, 18:22] > 127  # where both are a stem alone
        widths[digit] = np.median(feet.sum(axis=2), axis=1)
    assert np.median(widths[1]) == pytest.approx(np.median(widths[7]), abs=0.5)
    assert np.mean(widths[1] > 6) < 0.1  # the set's bitmaps made blocks of them


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


def test_the_accuracy_is_of_those_kept_aside_by_digit(elsewhere):
    predicted = elsewhere.labels[elsewhere.aside].astype(int)
    is_one = predicted == 1
    predicted[np.flatnonzero(is_one)[:20]] = 7
    measured = hands.measure(elsewhere, predicted)
    of_ones = 1 - 20 / is_one.sum()
    assert measured == {
        "images": 1880,
        "accuracy": pytest.approx(1 - 20 / 1880),
        "accuracy_by_digit": pytest.approx([1, of_ones, *[1] * 8]),
    }
    words = ("Of 1,880 digits", "98.9% right", f"of their 1s {of_ones:.0%}")
    assert_one_line(hands.describe(measured), *words)
