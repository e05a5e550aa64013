"""What known.py does: it compares what was read with what is known, and collects it."""

import pathlib

import numpy as np
import pytest
from helpers import assert_one_line, contents

from reading import known
from reading.choose import Digit
from reading.pictures import Page
from reading.proposals import Proposal
from training import own_digits


def make_page(sample, name, text):
    """Return a Page on which the digits in `text` were read, each with an image of its own."""
    _, (images, _) = sample
    digits = []
    for index, letter in enumerate(text):
        image = images[len(name) * 10 + index]
        probabilities = np.eye(10)[int(letter)]
        digits.append(Digit(Proposal(index, index + 1, 0.0, (0, 0, 1, 1), image), probabilities, 0))
    return Page(pathlib.Path(name), digits=tuple(digits))


def test_what_was_read_is_collected_under_what_it_is(sample, tmp_path, capsys):
    page = make_page(sample, "a.png", "1794")
    path = tmp_path / "my_digits.npz"
    assert known.collect([page], "7794", path)
    own = own_digits.load([path])
    assert own.labels.tolist() == [7, 7, 9, 4]
    np.testing.assert_array_equal(own.images, [digit.proposal.image for digit in page.digits])
    accuracy, added, then = capsys.readouterr().out.splitlines()
    assert accuracy == "Read right: 3 of 4, 75%. Misread: 7 as 1 (digit 1)."
    assert added == f"Added to {path}: 4 digits. It has 4 now."
    assert then == f"To train with them: python train.py --add {path}"


def test_each_digit_is_marked_with_what_it_is_if_as_many_were_found(sample):
    pages = [make_page(sample, "a.png", "12"), make_page(sample, "bb.png", "345")]
    marked = known.mark(pages, "12375")
    assert [[digit.truth for digit in page.digits] for page in marked] == [[1, 2], [3, 7, 5]]
    assert [digit.misread for digit in marked[1].digits] == [False, True, False]
    for text in ("1237", "123755"):
        assert known.mark(pages, text) == pages
    broken = Page(pathlib.Path("c.png"), error="broken")
    assert known.mark([*pages, broken], "12375") == [*pages, broken]


def test_several_pages_are_known_in_their_order(sample, tmp_path, capsys):
    pages = [make_page(sample, "a.png", "12"), make_page(sample, "bb.png", "345")]
    assert known.collect(pages, "12375", tmp_path / "my_digits.npz")
    said = capsys.readouterr().out
    assert "Read right: 4 of 5, 80%. Misread: 7 as 4 (digit 2 of bb.png)." in said
    assert own_digits.load([tmp_path / "my_digits.npz"]).labels.tolist() == [1, 2, 3, 7, 5]


def test_the_same_picture_twice_does_not_count_twice(sample, tmp_path, capsys):
    page = make_page(sample, "a.png", "1794")
    known.collect([page], "1794", tmp_path / "my_digits.npz")
    known.collect([page], "1794", tmp_path / "my_digits.npz")
    said = capsys.readouterr().out
    assert "0 digits. It has 4 now.\n(4 were there already." in said
    assert "Changed" not in said


def test_of_a_picture_that_is_partly_known_the_new_digits_are_added_and_the_others_told(
    sample, tmp_path, capsys
):
    path = tmp_path / "my_digits.npz"
    known.collect([make_page(sample, "a.png", "179")], "179", path)
    capsys.readouterr()
    known.collect([make_page(sample, "a.png", "17943")], "17943", path)
    said = capsys.readouterr().out
    assert "2 digits. It has 5 now.\n(3 were there already." in said
    assert own_digits.load([path]).labels.tolist() == [1, 7, 9, 4, 3]


@pytest.mark.parametrize("text", ["179", "17945"])
def test_nothing_is_added_if_another_number_was_found_than_was_said(text, sample, tmp_path, capsys):
    page = make_page(sample, "a.png", "1794")
    assert not known.collect([page], text, tmp_path / "my_digits.npz")
    output = capsys.readouterr()
    assert output.out == ""
    number = f"4 digits were found, and --are says that there are {len(text)}"
    assert_one_line(output.err, "Nothing was added", number, "your_digits.png", "room")
    assert contents(tmp_path) == {}


def test_nothing_is_added_if_a_page_was_not_read(sample, tmp_path, capsys):
    pages = [make_page(sample, "a.png", "12"), Page(pathlib.Path("b\n.png"), error="broken")]
    assert not known.collect(pages, "12", tmp_path / "my_digits.npz")
    assert_one_line(capsys.readouterr().err, "Nothing was added", r"b\n.png")
    assert contents(tmp_path) == {}


def test_a_file_that_is_something_else_is_said_and_stays(sample, tmp_path, capsys):
    path = tmp_path / "my_digits.npz"
    path.write_text("my diary")
    assert not known.collect([make_page(sample, "a.png", "12")], "12", path)
    assert_one_line(capsys.readouterr().err, "Nothing was added", "my_digits.npz")
    assert path.read_text() == "my diary"


def test_of_a_single_digit_nothing_is_said_of_the_order(sample, tmp_path, capsys):
    known.collect([make_page(sample, "a.png", "3")], "5", tmp_path / "my_digits.npz")
    said = capsys.readouterr().out
    assert "5 as 3" in said
    assert "row by row" not in said


def test_where_most_are_misread_the_order_may_be_wrong_and_can_be_mended(sample, tmp_path, capsys):
    page = make_page(sample, "a.png", "1234")
    path = tmp_path / "my_digits.npz"
    known.collect([page], "4321", path)
    assert "row by row" in capsys.readouterr().out
    known.collect([page], "1234", path)
    said = capsys.readouterr().out
    assert "row by row" not in said
    assert "before: 4 labels" in said
    assert own_digits.load([path]).labels.tolist() == [1, 2, 3, 4]
