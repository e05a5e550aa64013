"""What strokes.py does: it tells strokes from dirt, and sets them in reading order."""

import cv2
import numpy as np
import pytest
from drawing import BLUE, blank, seen, write
from finding import assert_found, assert_refused, pieces
from PIL import Image, ImageDraw

from reading.find import find_digits
from reading.strokes import usual_height


def test_dots_commas_dashes_and_specks_are_no_digits(typical_digits):
    picture = blank(300, 800)
    picture[130:141, 10:65] = BLUE  # a dash
    boxes = write(picture, typical_digits[[3, 7]], 110, 80, 110)
    picture[178:190, 330:342] = BLUE  # a full stop
    picture[100:112, 335:347] = BLUE  # and another: a colon
    boxes += write(picture, typical_digits[[5]], 380, 80, 110)
    boxes += write(picture, typical_digits[[3]], 510, 117, 73)  # two thirds as high
    picture[20:23, 700:703] = BLUE
    assert_found(seen(picture), boxes)


def test_a_bar_above_a_5_belongs_to_it_and_a_digit_below_does_not(typical_digits):
    five = Image.new("RGB", (200, 200), "white")
    pen = ImageDraw.Draw(five)
    pen.line([(72, 40), (132, 40)], "black", 9)
    pen.line([(72, 58), (70, 95)], "black", 9)
    pen.arc([60, 88, 135, 165], -130, 140, "black", 9)
    assert_found(np.asarray(five), [(60, 36, 136, 166)], atol=6)
    picture = blank(400, 300)
    boxes = write(picture, typical_digits[[1]], 100, 40, 100)
    boxes += write(picture, typical_digits[[8]], 200, 40, 100)
    boxes += write(picture, typical_digits[[6]], 100, 155, 100)
    assert_found(seen(picture), boxes)
    for found in find_digits(seen(picture)):
        assert found.box[3] - found.box[1] < 120 or found.odds < -3


def test_a_flat_stroke_belongs_to_a_digit_above_it_only_if_that_is_wider(typical_digits):
    for width, is_part in [(40, True), (140, False)]:
        picture = blank(300, 400)
        [box] = write(picture, typical_digits[[8]], 150, 60, 110)
        middle = (box[0] + box[2]) // 2
        below = box[3] + 18
        picture[below : below + 5, middle - width // 2 : middle + width // 2] = BLUE
        if is_part:
            box[3] = below + 5
        assert_found(seen(picture), [box])


def test_rows_are_read_left_to_right_even_if_they_climb(typical_digits):
    picture = blank(500, 900)
    boxes = []
    for row in (80, 300):
        for column in range(8):  # the last digit is beside the first one no more
            top = row + 84 - 12 * column
            boxes += write(picture, typical_digits[[column]], 30 + 105 * column, top, 70)
    assert_found(seen(picture), boxes)


def test_what_is_usual_are_the_nearest_six_of_a_sheet():
    heights = [40] * 8 + [90] * 8 + [40] * 8
    row = np.array([(100 * i, 0, 100 * i + 50, height) for i, height in enumerate(heights)])
    for place, usual in ((3, 40), (12, 90), (20, 40)):
        assert usual_height(row[place], np.delete(row, place, axis=0)) == usual
    assert usual_height(row[0], row[:0]) == 0


def test_a_7_whose_bar_lies_along_the_picture_s_edge_is_a_digit(typical_digits):
    picture = blank(200, 300)
    corners = [(40, 4), (110, 4), (65, 150)]
    cv2.polylines(picture, [np.array(corners)], False, BLUE, 9)
    boxes = write(picture, typical_digits[[5]], 160, 30, 120)
    assert_found(seen(picture, 0), [(36, 0, 115, 155), *boxes], atol=6)


def test_the_rest_of_a_line_along_the_edge_is_no_digit(typical_digits):
    picture = blank(200, 300)
    picture[100:180, 296:] = BLUE
    boxes = write(picture, typical_digits[[3, 5]], 60, 50, 90)
    assert_found(seen(picture, 0), boxes)


def test_a_finger_on_the_paper_is_no_digit_and_a_digit_that_touches_the_edge_is(typical_digits):
    picture = blank(500, 600)
    cv2.line(picture, (560, 60), (430, 50), (190, 130, 100), 70)
    boxes = write(picture, typical_digits[[2, 8]], 60, 200, 100)
    boxes += write(picture, typical_digits[[6]], 500, 200, 100)
    boxes[2][2] = 560
    assert_found(seen(picture)[:, :560], boxes)


def test_a_1_at_the_very_edge_is_found_if_nothing_else_is_written():
    picture = blank(300, 300)
    picture[100:200, 288:] = picture[40:44, 40:44] = BLUE  # a 1, and dirt
    assert_found(seen(picture, 0), [(288, 100, 300, 200)])


@pytest.mark.parametrize(("side", "count"), [(5, 1), (4, 30)])
def test_what_is_too_small_is_refused_as_specks_of_its_height(side, count):
    picture = blank(100, 400)
    for number in range(count):
        left = 10 + 12 * number
        picture[50 : 50 + side, left : left + 2] = BLUE
    assert_refused(seen(picture, 0), f"only specks of {side} pixels")


def test_dirt_before_a_digit_is_no_digit(typical_digits):
    picture = blank(300, 400)
    picture[80:115, 100:105] = picture[90:125, 110:115] = BLUE
    [box] = write(picture, typical_digits[[8]], 180, 80, 120)
    proposals = find_digits(seen(picture))
    assert min(proposal.start for proposal in proposals) == 0
    assert all(proposal.start < proposal.stop for proposal in proposals)
    assert any(np.allclose(proposal.box, box, atol=4) for proposal in proposals)


@pytest.mark.parametrize("seed", range(4))
def test_a_sheet_of_five_rows_of_uneven_digits_is_found_whole(sample, seed):
    _, (images, labels) = sample
    random = np.random.default_rng(seed)
    digits = [random.choice(images[labels == (1 + number) % 10]) for number in range(50)]
    picture = blank(435, 960)
    boxes = []
    for index, digit in enumerate(digits):
        row, column = divmod(index, 10)
        height = int(50 * np.clip(random.normal(1, 0.2), 0.5, 1.5))
        left = 40 + 90 * column + int(random.integers(-4, 5))
        middle = 60 + 75 * row + int(random.integers(-4, 5))
        boxes += write(picture, [digit], left, middle - height // 2, height)
    assert_found(seen(picture, 0), boxes, atol=6)


def test_one_tall_digit_neither_joins_the_others_nor_makes_dirt_of_them(typical_digits):
    picture = blank(600, 900)
    write(picture, typical_digits[[8]], 60, 40, 300)
    for top in (60, 122):
        write(picture, typical_digits[[1, 2, 3, 4, 5, 6]], 350, top, 50, gap=0.5)
    assert len(pieces(seen(picture))) == 13
