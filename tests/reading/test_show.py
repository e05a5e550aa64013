"""What reading/show.py does: it prints what was read, and draws your_digits.png."""

import json
import pathlib

import cv2
import numpy as np
import pytest
from drawing import blank, enlarged, letter, on_white, page, write
from PIL import Image, ImageColor, ImageDraw

from reading import show
from reading.choose import DOUBTFUL, Digit
from reading.pictures import Page
from reading.proposals import Proposal


@pytest.mark.parametrize("factor", [1, 4])
def test_boxes_lie_around_the_ink_in_the_pixels_of_the_file(ten_digits, read, tmp_path, factor):
    sheet, places = page(ten_digits, columns=5)
    large = np.kron(sheet, np.ones((factor, factor))).astype("uint8")
    Image.fromarray(large).save(tmp_path / "page.png")
    _, [line] = read(tmp_path / "page.png")
    assert line["digits"] == "0123456789"
    np.testing.assert_allclose(line["boxes"], np.array(places) * factor, atol=4 * factor)
    assert all(0.1 < sure <= 1 for sure in line["confidence"])


@pytest.mark.parametrize(
    ("row", "doubtful", "said"),
    [
        ("F3", [True, False], "looks unlike MNIST's"),
        ("12+1", [False, False, True, False], "its size or place is unlike its neighbours'"),
    ],
)
def test_what_is_doubtful_is_said_and_in_the_json(
    row, doubtful, said, ten_digits, read, tmp_path, capsys
):
    if row == "F3":
        picture = np.hstack([letter("F"), on_white(enlarged(ten_digits[3], 120))])
    else:
        picture = blank(height=160, width=480)
        write(picture, ten_digits[[1, 2]], 20, 30, height=100)
        cv2.line(picture, (240, 80), (280, 80), (0, 0, 0), 8)
        cv2.line(picture, (260, 60), (260, 100), (0, 0, 0), 8)
        write(picture, ten_digits[[1]], 340, 30, height=100)
    Image.fromarray(picture.astype(np.uint8)).save(tmp_path / "row.png")
    _, [line] = read(tmp_path / "row.png")
    assert line["doubtful"] == doubtful
    digits = []
    for is_doubtful in doubtful:
        digit = make_digit(distance=DOUBTFUL + 0.01 if is_doubtful and row == "F3" else 0.0)
        digits.append(digit._replace(is_odd=is_doubtful and row != "F3"))
    show.report(Page(pathlib.Path("row.png"), digits=digits), as_json=False)
    assert capsys.readouterr().out.count(said) == 1


# --- What is in your_digits.png -----------------------------------------------------------------

LEFT = 10  # of the picture and of the first digit in your_digits.png
TOP = 50  # of the picture
ONE_BY_ONE = TOP + 200 + 4 + 30 + 22  # of the first digit, below a picture 200 pixels high
BLUE = "#0072b2"  # what the network is sure of
ORANGE = "#d55e00"
RED = "firebrick"  # what was misread


def make_digit(confidence=0.95, predicted=3, box=(400, 100, 600, 300), distance=0.0, truth=None):
    """Return a Digit whose image has ink, 255, in its upper left quarter alone."""
    image = np.zeros((28, 28), np.uint8)
    image[:14, :14] = 255
    probabilities = np.full(10, (1 - confidence) / 9)
    probabilities[predicted] = confidence
    return Digit(Proposal(0, 1, 0.0, box, image), probabilities, distance, truth=truth)


@pytest.fixture
def draw(tmp_path):
    """Draw Pages, given as (digits, colour of their paper); return your_digits.png as an array.

    Each page is 1960 pixels wide and is shown half as large.
    """

    def draw(*pages_of):
        pages = []
        for number, (digits, paper) in enumerate(pages_of):
            path = tmp_path / f"{number}.png"
            Image.new("RGB", (1960, 400), paper).save(path)
            pages.append(Page(path, digits=digits))
        show.draw_pages(pages, tmp_path / "your_digits.png")
        with Image.open(tmp_path / "your_digits.png") as picture:
            return np.asarray(picture.convert("RGB"))

    return draw


def is_at(picture, x, y, colour):
    return tuple(picture[y, x].tolist()) == ImageColor.getrgb(colour)


@pytest.mark.parametrize(
    ("digit", "colour", "other"),
    [
        (make_digit(confidence=0.95), BLUE, ORANGE),
        (make_digit(confidence=0.85), ORANGE, BLUE),
        (make_digit(confidence=0.95, distance=DOUBTFUL + 0.01), ORANGE, BLUE),
        (make_digit(confidence=0.95, truth=5), RED, BLUE),
        (make_digit(confidence=0.85, truth=5), RED, ORANGE),
        (make_digit(confidence=0.85, truth=3), ORANGE, RED),
    ],
    ids=["sure", "unsure", "unlike MNIST's", "misread", "misread, unsure", "read right"],
)
def test_a_box_is_where_the_digit_is_in_the_colour_of_how_sure_it_is(digit, colour, other, draw):
    picture = draw(([digit], "white"))
    for x, y in [(208, 150), (312, 150), (260, 98), (260, 202)]:  # two pixels around the half
        assert is_at(picture, LEFT - 10 + x, y, colour)
    of_page = picture[TOP : TOP + 200, LEFT : LEFT + 980]
    assert not (of_page == ImageColor.getrgb(other)).all(axis=2).any()


def test_the_digit_is_shown_as_the_network_sees_it_four_times_as_large(draw):
    digit = make_digit()
    picture = draw(([digit], "white"))
    top = ONE_BY_ONE
    shown = picture[top : top + 112, LEFT + 104 : LEFT + 216]
    expected = np.kron(digit.proposal.image, np.ones((4, 4), np.uint8))
    for channel in range(3):
        np.testing.assert_array_equal(shown[..., channel], expected)


def test_it_is_cut_out_of_the_picture_beside_that_with_a_quarter_of_its_size_around_it(tmp_path):
    path = tmp_path / "a.png"
    picture = Image.new("RGB", (1960, 400), "white")
    pen = ImageDraw.Draw(picture)
    for corner in [(402, 102), (598, 102), (402, 298), (598, 298), (500, 200)]:
        pen.circle(corner, 20, "lightgreen")
    picture.save(path)
    show.draw_pages([Page(path, digits=[make_digit()])], tmp_path / "your_digits.png")
    with Image.open(tmp_path / "your_digits.png") as drawn:
        cut_out = drawn.convert("RGB").crop((LEFT, ONE_BY_ONE, LEFT + 96, ONE_BY_ONE + 96))
    shown = np.argwhere((np.asarray(cut_out) != 255).any(axis=2))
    # From 400 to 600 is from 16 to 80 here: 64 pixels, and 16 of paper on each side.
    np.testing.assert_allclose(shown.min(axis=0), 16 - 6, atol=2)
    np.testing.assert_allclose(shown.max(axis=0), 80 + 6, atol=2)


def test_the_digits_stand_in_rows_of_three_and_all_are_in_the_picture(draw):
    digits = [make_digit(box=(100 * i, 100, 100 * i + 50, 200)) for i in range(7)]
    picture = draw((digits, "lightgreen"))
    assert picture.shape == (TOP + 200 + 30 + 3 * show.ROW, show.WIDTH, 3)
    for index in range(7):
        left = LEFT + index % 3 * 333
        top = ONE_BY_ONE + index // 3 * show.ROW
        shown = picture[top : top + 112, left + 104 : left + 216]
        assert (shown[:56, :56] == 255).all()
        assert (shown[56:] == 0).all()
        assert is_at(picture, left + 20, top + 20, "lightgreen")
    assert (picture[top:, left + 333 :] == 255).all()  # nothing stands after the last one


def test_the_bars_are_as_long_as_the_classes_are_probable(draw):
    picture = draw(([make_digit(confidence=0.91, predicted=3)], "white"))
    top = ONE_BY_ONE
    lengths = []
    for number in range(10):
        row = picture[top + round(11.2 * number) + 5, LEFT + 236 : LEFT + 236 + 90]
        lengths.append(int((row == ImageColor.getrgb(show.SURE)).all(axis=1).sum()))
    assert lengths[3] == pytest.approx(80 * 0.91, abs=2)
    assert lengths[7] == pytest.approx(80 * 0.01, abs=2)


def test_beside_each_bar_stands_its_digit(draw):
    picture = draw(([make_digit()], "white"))
    for number in range(10):
        middle = ONE_BY_ONE + round(11.2 * number) + 5
        written = picture[middle - 4 : middle + 5, LEFT + 226 : LEFT + 234].min(axis=(1, 2))
        assert 4 <= np.count_nonzero(written < 150) <= 9  # ink in these rows


def test_of_many_digits_the_least_sure_are_shown_one_by_one(draw):
    sure = [make_digit(confidence=0.99) for _ in range(show.MOST_DIGITS)]
    picture = draw(([*sure, make_digit(confidence=0.4)], "white"))
    top = ONE_BY_ONE
    first = picture[top : top + 112, LEFT + 236 : LEFT + 320]
    assert (first == ImageColor.getrgb(show.UNSURE)).all(axis=2).any()


def test_misread_digits_are_shown_first_with_the_truth_and_of_many_pages_theirs(draw):
    right = [make_digit(confidence=0.4, truth=3) for _ in range(30)]
    misread = make_digit(confidence=0.99, truth=5)
    assert show.caption_of(misread) == "5 read as 3: 99%"
    for digits in ([*right[:3], misread], [*right, misread]):  # all of them, or some
        [(first, place), *others] = show.choose_shown(digits)
        assert first is misread
        assert place == f"digit {len(digits)}"
        assert not any(digit.misread for digit, _ in others)
    page_of = (right, "lightgreen")
    picture = draw(*[page_of] * show.MOST_PAGES, ([misread], "pink"))
    assert (picture == ImageColor.getrgb("pink")).all(axis=2).any()


def test_where_a_digit_is_is_counted_row_by_row():
    digits = []
    for row, columns in enumerate((2, 1, 3)):
        for column in range(columns):
            digits.append(make_digit(box=(column * 90, row * 90, column * 90 + 50, row * 90 + 60)))
    assert show.find_places(digits) == [
        "row 1, digit 1",
        "row 1, digit 2",
        "row 2, digit 1",
        "row 3, digit 1",
        "row 3, digit 2",
        "row 3, digit 3",
    ]
    assert show.find_places(digits[:2]) == ["digit 1", "digit 2"]


def test_a_long_name_does_not_run_into_the_legend(tmp_path):
    legends = []
    for name in ("a.png", "x" * 200 + ".png", "数" * 60 + "$.png"):
        path = tmp_path / name
        Image.new("RGB", (1960, 400), "white").save(path)
        show.draw_pages([Page(path, digits=[make_digit(truth=3)])], tmp_path / "your_digits.png")
        with Image.open(tmp_path / "your_digits.png") as picture:
            legends.append(np.asarray(picture)[:40, 580:])
    assert (legends[0] == ImageColor.getrgb(RED)).all(axis=2).any()
    assert (legends[0] == ImageColor.getrgb(ORANGE)).all(axis=2).any()
    np.testing.assert_array_equal(legends[0], legends[1])
    np.testing.assert_array_equal(legends[0], legends[2])


def test_only_where_it_is_known_what_is_written_the_legend_speaks_of_misread_digits(draw):
    for truth, is_said in ((None, False), (3, True)):
        legend = draw(([make_digit(truth=truth)], "white"))[:40]
        assert (legend == ImageColor.getrgb(RED)).all(axis=2).any() == is_said


# --- What is printed ----------------------------------------------------------------------------


def test_how_sure_the_network_is_is_printed_and_in_the_json_and_in_the_picture(capsys):
    digit = make_digit(confidence=0.9)
    page = Page(pathlib.Path("a.png"), scale=2.0, digits=[digit])
    show.report(page, as_json=False)
    assert capsys.readouterr().out == "a.png: 3 (90% sure)\n"
    assert show.caption_of(digit) == "3: 90%"
    show.report(page, as_json=True)
    line = json.loads(capsys.readouterr().out)
    assert line["confidence"] == [pytest.approx(0.9)]
    assert line["boxes"] == [[800, 200, 1200, 600]]


def test_of_many_digits_only_the_unsure_ones_are_described(capsys):
    digits = []
    for column in range(12):
        digits.append(make_digit(box=(100 * column, 0, 100 * column + 50, 100)))
    show.report(Page(pathlib.Path("a.png"), digits=digits), as_json=False)
    assert capsys.readouterr().out == "a.png: 333333333333 (all 12 at least 90% sure)\n"
    digits[7] = make_digit(confidence=0.49, predicted=7, box=(700, 0, 750, 100))
    show.report(Page(pathlib.Path("a.png"), digits=digits), as_json=False)
    described = "(11 of 12 at least 90% sure; digit 8, 7: 49% sure)"
    assert capsys.readouterr().out == f"a.png: 333333373333 {described}\n"


@pytest.mark.parametrize(
    ("boxes", "rows"),
    [
        (
            [(60 * i % 240, 27 * (i % 4) + 100 * (i // 4)) for i in range(8)],
            "3333 3333",
        ),  # they sink
        ([(60, 0), (63, 75), (58, 150), (70, 225)], "3 3 3 3"),  # a column
    ],
)
def test_rows_are_told_apart(boxes, rows, capsys):
    digits = [make_digit(box=(left, top, left + 50, top + 50)) for left, top in boxes]
    show.report(Page(pathlib.Path("a.png"), digits=digits), as_json=False)
    assert capsys.readouterr().out.startswith(f"a.png: {rows} (")


def test_what_is_shown_as_90_percent_is_as_sure_as_the_legend_says():
    digit = make_digit(confidence=0.896)
    assert show.caption_of(digit) == "3: 90%"
    assert show.colour_of(digit) == show.SURE
    assert show.colour_of(make_digit(confidence=0.894)) == show.UNSURE


def test_signs_in_a_file_s_name_do_not_reach_the_terminal(capsys):
    path = pathlib.Path("a\nb\x1b[31m数\u202e.png")
    show.report(Page(path, digits=[make_digit()]), as_json=False)
    show.report(Page(path, error="broken"), as_json=False)
    output = capsys.readouterr()
    for text in (output.out, output.err):
        assert text.startswith(r"a\nb\x1b[31m数\u202e.png: ")
        assert text.count("\n") == 1
