"""What reading/show.py does: it prints what was read, and draws your_digits.png."""

import json
import pathlib

import numpy as np
import pytest
from PIL import Image, ImageColor, ImageDraw

from reading import show
from reading.choose import DOUBTFUL, Digit
from reading.pictures import Page
from reading.proposals import Proposal


def make_digit(confidence=0.95, predicted=3, box=(100, 25, 150, 75), distance=0.0, truth=None):
    """Return a Digit whose image has ink, 255, in its upper left quarter alone."""
    image = np.zeros((28, 28), np.uint8)
    image[:14, :14] = 255
    probabilities = np.full(10, (1 - confidence) / 9)
    probabilities[predicted] = confidence
    return Digit(Proposal(0, 1, 0.0, box, image), probabilities, distance, truth=truth)


UNLIKE = {"distance": DOUBTFUL + 0.01}


# --- What is printed ----------------------------------------------------------------------------


def report(capsys, *digits):
    """Return what is printed about a page of these digits."""
    show.report(Page(pathlib.Path("a.png"), digits=digits), as_json=False)
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("digit", "said"),
    [
        (make_digit(0.9), "90% sure"),
        (make_digit(0.9, **UNLIKE), "90% sure, but it looks unlike MNIST's"),
    ],
)
def test_how_sure_the_network_is_is_printed_and_why_a_digit_is_doubtful(digit, said, capsys):
    assert report(capsys, digit) == f"a.png: 3 ({said})\n"


def test_of_many_digits_only_the_unsure_and_doubtful_ones_are_described(capsys):
    digits = []
    for column in range(12):
        digits.append(make_digit(box=(100 * column, 0, 100 * column + 50, 100)))
    assert report(capsys, *digits) == "a.png: 333333333333 (all 12 at least 90% sure)\n"
    digits[7] = make_digit(confidence=0.49, predicted=7, box=(700, 0, 750, 100))
    digits[8] = digits[8]._replace(**UNLIKE)
    said = report(capsys, *digits)
    assert "(10 of 12 at least 90% sure; digit 8, 7: 49% sure; digit 9, 3: 95% sure, but " in said


SINKING = [(60 * i % 240, 27 * (i % 4) + 100 * (i // 4)) for i in range(8)]
COLUMN = [(60, 0), (63, 75), (58, 150), (70, 225)]


@pytest.mark.parametrize(
    ("places", "rows", "last"),
    [
        (SINKING, "3333 3333", "row 2, digit 4"),
        (COLUMN, "3 3 3 3", "row 4, digit 1"),
        (COLUMN[:1], "3", "digit 1"),
    ],
)
def test_rows_are_told_apart_and_counted(places, rows, last, capsys):
    digits = [make_digit(box=(left, top, left + 50, top + 50)) for left, top in places]
    assert report(capsys, *digits).startswith(f"a.png: {rows} (")
    assert show.find_places(digits)[-1] == last


def test_the_json_has_how_sure_it_is_and_where_in_the_pixels_of_the_file(capsys):
    doubtful = make_digit(0.8, predicted=7)._replace(**UNLIKE)
    page = Page(pathlib.Path("a.png"), scale=10, digits=[make_digit(), doubtful])
    show.report(page, as_json=True)
    assert json.loads(capsys.readouterr().out) == {
        "file": "a.png",
        "digits": "37",
        "confidence": [0.95, 0.8],
        "doubtful": [False, True],
        "boxes": [[1000, 250, 1500, 750]] * 2,
    }


# --- What is in your_digits.png -----------------------------------------------------------------

ONE_BY_ONE = show.TOP + 200 + 4 + 26 + 22  # of the first digit, below a picture 200 pixels high


@pytest.fixture
def draw(tmp_path):
    """Draw Pages, given as (digits, colour of their paper); return your_digits.png as an array.

    Each page is 490 pixels wide and is shown twice as large.
    """

    def draw(*pages_of):
        pages = []
        for number, (digits, paper) in enumerate(pages_of):
            path = tmp_path / f"{number}.png"
            Image.new("RGB", (490, 100), paper).save(path)
            pages.append(Page(path, digits=digits))
        show.draw_pages(pages, tmp_path / "your_digits.png")
        with Image.open(tmp_path / "your_digits.png") as picture:
            return np.asarray(picture.convert("RGB"))

    return draw


def count(picture, colour):
    """Return how many pixels have just this colour."""
    return (picture == ImageColor.getrgb(colour)).all(axis=2).sum()


@pytest.mark.parametrize(
    ("digit", "colour", "caption"),
    [
        (make_digit(0.95), show.SURE, "3: 95%"),
        (make_digit(0.896), show.SURE, "3: 90%"),
        (make_digit(0.894), show.UNSURE, "3: 89%"),
        (make_digit(0.95, **UNLIKE), show.UNSURE, "3?: 95%"),
        (make_digit(0.85, truth=5), show.MISREAD, "5 read as 3: 85%"),
        (make_digit(0.85, truth=3), show.UNSURE, "3: 85%"),
    ],
    ids=["sure", "just sure", "unsure", "unlike MNIST's", "misread", "read right"],
)
def test_a_box_is_where_the_digit_is_in_the_colour_of_how_sure_it_is(digit, colour, caption, draw):
    picture = draw(([digit], "white"))
    of_page = picture[show.TOP : show.TOP + 200, show.LEFT : show.LEFT + 980]
    for x, y in [(198, 100), (302, 100), (250, 48), (250, 152)]:  # two pixels around it
        assert count(of_page[y : y + 1, x : x + 1], colour) == 1
    for other in {show.SURE, show.UNSURE, show.MISREAD} - {colour}:
        assert count(of_page, other) == 0
    assert show.caption_of(digit) == caption
    has_red = count(picture[: show.TOP], show.MISREAD) > 0
    assert has_red == (digit.truth is not None)  # in the legend


def test_it_is_cut_out_of_the_picture_with_a_quarter_of_its_size_around_it(tmp_path):
    picture = Image.new("RGB", (490, 100), "white")
    ImageDraw.Draw(picture).rectangle((100, 25, 149, 74), "lightgreen")  # the digit's box
    picture.save(tmp_path / "a.png")
    one_digit = Page(tmp_path / "a.png", digits=[make_digit()])
    show.draw_pages([one_digit], tmp_path / "your_digits.png")
    with Image.open(tmp_path / "your_digits.png") as drawn:
        cut_out = drawn.crop((show.LEFT, ONE_BY_ONE, show.LEFT + 96, ONE_BY_ONE + 96))
    shown = np.argwhere((np.asarray(cut_out) != 255).any(axis=2))
    # From 100 to 150 is from 16 to 80 here: 64 pixels, and 16 of paper on each side.
    np.testing.assert_allclose(shown.min(axis=0), 16, atol=2)
    np.testing.assert_allclose(shown.max(axis=0), 80, atol=2)


def test_the_digits_stand_in_rows_of_three_each_beside_what_the_network_sees(draw):
    digits = [make_digit(box=(25 * i, 25, 25 * i + 12, 50)) for i in range(7)]
    picture = draw((digits, "lightgreen"))
    assert picture.shape == (show.TOP + 200 + 30 + 3 * show.ROW, show.WIDTH, 3)
    for index in range(7):
        left = show.LEFT + index % 3 * 333
        top = ONE_BY_ONE + index // 3 * show.ROW
        shown = picture[top : top + 112, left + 104 : left + 216]
        expected = np.kron(digits[index].proposal.image, np.ones((4, 4)))
        np.testing.assert_array_equal(shown, np.repeat(expected[..., None], 3, axis=2))
        assert count(picture[top : top + 50, left : left + 40], "lightgreen") > 1000
    assert (picture[top:, left + 333 :] == 255).all()  # nothing stands after the last one


def test_the_bars_are_as_long_as_the_classes_are_probable(draw):
    picture = draw(([make_digit(confidence=0.91, predicted=3)], "white"))
    lengths = []
    for number in range(10):
        middle = ONE_BY_ONE + round(11.2 * number) + 5
        bar = picture[middle : middle + 1, show.LEFT + 236 : show.LEFT + 326]
        lengths.append(count(bar, show.SURE))
        beside = picture[middle - 4 : middle + 5, show.LEFT + 226 : show.LEFT + 234]
        assert beside.min() < 150  # its digit
    np.testing.assert_allclose(lengths, [1, 1, 1, 73, 1, 1, 1, 1, 1, 1], atol=2)


def test_of_many_digits_the_misread_and_the_least_sure_are_shown_and_of_many_pages_the_first(draw):
    right = [make_digit(confidence=0.99, truth=3) for _ in range(30)]
    unsure = make_digit(confidence=0.4, truth=3)
    misread = make_digit(confidence=0.98, truth=5)
    shown = show.choose_shown([*right, unsure, misread])
    assert shown[:2] == [(misread, "digit 32"), (unsure, "digit 31")]
    assert len(shown) == show.MOST_DIGITS
    few = [*right[:2], misread]
    assert [digit for digit, _ in show.choose_shown(few)] == few
    picture = draw(*[([unsure], "lightgreen")] * show.MOST_PAGES, ([misread], "pink"))
    assert count(picture, "lightgreen") > 0
    assert count(picture, "pink") == 0
