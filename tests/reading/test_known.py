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
from training.errors import UserError


@pytest.fixture
def make_page(sample):
    """Make a Page on which the digits in a text were read, each with an image of its own."""
    _, (images, _) = sample

    def make_page(name, text):
        digits = []
        for i, letter in enumerate(text):
            proposal = Proposal(i, i + 1, 0.0, (0, 0, 1, 1), images[len(name) * 10 + i])
            digits.append(Digit(proposal, np.eye(10)[int(letter)], 0))
        return Page(pathlib.Path(name), digits=tuple(digits))

    return make_page


@pytest.fixture
def collect(tmp_path, capsys):
    """Mark and collect pages as predict.py does; return what is printed."""

    def collect(pages, text):
        pages, problem = known.mark(pages, text)
        known.collect(pages, problem, tmp_path / "my_digits.npz")
        return capsys.readouterr().out

    return collect


def test_what_was_read_is_collected_under_what_it_is(make_page, collect, tmp_path):
    pages = [make_page("a.png", "17"), make_page("bb.png", "945")]
    path = tmp_path / "my_digits.npz"
    said = collect(pages, "77949")
    accuracy, added, then = said.splitlines()
    assert accuracy == (
        "Read right: 3 of 5, 60%. Misread: 7 as 1 (digit 1 of a.png), 9 as 5 (digit 3 of bb.png)."
    )
    assert added == f"Added to {path}: 5 digits. It has 5 now."
    assert then == f"To train with them: python train.py --add {path}"
    own = own_digits.load([path])
    assert own.labels.tolist() == [7, 7, 9, 4, 9]
    images = [digit.proposal.image for digit in pages[0].digits + pages[1].digits]
    np.testing.assert_array_equal(own.images, images)


def test_what_is_there_already_does_not_count_twice(make_page, collect):
    collect([make_page("a.png", "179")], "179")
    said = collect([make_page("a.png", "17943")], "17943")
    assert "Read right: 5 of 5, 100%.\n" in said
    assert "2 digits. It has 5 now.\n(3 were there already." in said


def test_the_order_is_doubted_where_most_of_several_digits_are_misread_and_can_be_mended(
    make_page, collect, tmp_path
):
    page = make_page("a.png", "1234")
    for pages, text, is_doubted in (
        ([make_page("a.png", "1")], "2", False),
        ([page], "1243", False),
        ([page], "1423", True),
        ([page], "1234", False),
    ):
        said = collect(pages, text)
        assert ("row by row" in said) == is_doubted
    assert own_digits.load([tmp_path / "my_digits.npz"]).labels.tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("text", "broken", "said"),
    [
        ("17945", [], "4 digits were found, and --are says that there are 5."),
        ("1794", [Page(pathlib.Path("b\n.png"), error="broken")], r"b\n.png could not be read"),
    ],
)
def test_nothing_is_added_where_nobody_knows_which_is_which(
    text, broken, said, make_page, collect, tmp_path, capsys
):
    pages = [make_page("a.png", "1794"), *broken]
    marked, _ = known.mark(pages, text)
    assert marked == pages
    with pytest.raises(UserError) as refused:
        collect(pages, text)
    assert capsys.readouterr().out == ""
    assert_one_line(str(refused.value), "nothing was added", said)
    assert contents(tmp_path) == {}


def test_a_file_that_is_something_else_is_said_and_stays(make_page, collect, tmp_path):
    path = tmp_path / "my_digits.npz"
    path.write_text("my diary")
    with pytest.raises(UserError) as refused:
        collect([make_page("a.png", "12")], "12")
    assert_one_line(str(refused.value), "my_digits.npz")
    assert path.read_text() == "my diary"
