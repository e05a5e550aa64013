"""What lines.py does: it drops the lines of the paper, and keeps the strokes of digits."""

import cv2
import numpy as np
import pytest
from drawing import BLUE, GREY, blank, rule, seen, write
from finding import assert_found, assert_refused, pieces
from PIL import Image, ImageDraw

from reading.lines import Line, sticks_out


def test_a_5_whose_bar_runs_into_the_picture_s_edge_keeps_the_rest():
    for right, top in [(199, 30), (150, 4)]:
        five = Image.new("RGB", (200, 200), "white")
        pen = ImageDraw.Draw(five)
        pen.line([(right, top), (70, top), (68, 95)], "black", 10)
        pen.arc([55, 85, 140, 175], -130, 140, "black", 10)
        [found] = pieces(np.asarray(five))
        assert found.box[3] - found.box[1] > 130


@pytest.mark.parametrize(("step", "shade"), [(30, 140), (45, 190), (60, 215)])
def test_squared_paper_is_no_pattern(typical_digits, step, shade):
    picture = blank()
    rule(picture, step, (shade - 15, shade - 5, shade + 10), squares=True)
    boxes = write(picture, typical_digits[[5, 9, 6]], 100, 200, 140, gap=0.2)
    assert_found(seen(picture), boxes, atol=6)
    turned = cv2.getRotationMatrix2D((400, 300), 2, 1.2)
    assert len(pieces(seen(cv2.warpAffine(picture, turned, (800, 600))))) == 3


def test_digits_may_stand_on_a_ruled_line(typical_digits):
    picture = blank()
    rule(picture, 80)
    boxes = write(picture, typical_digits[[9, 0, 4, 2]], 60, 220, 60, gap=0.4)
    assert_found(seen(picture), boxes, atol=5)


@pytest.mark.parametrize(
    ("number", "below", "beyond"),  # where the line is, and how far it reaches beyond the number
    [([7, 5, 1, 8], -8, 60), ([7, 5, 1, 8], 6, 60), ([8], 10, 20), ([3, 5], 25, 20)],
)
def test_a_line_under_a_number_is_not_part_of_it(typical_digits, number, below, beyond):
    picture = blank(400, 800)
    boxes = write(picture, typical_digits[number], 80, 130, 130, gap=0.2)
    top = max(box[3] for box in boxes) + below
    picture[top : top + 5, 80 - beyond : boxes[-1][2] + beyond] = BLUE
    assert_found(seen(picture), boxes, atol=8)


@pytest.mark.parametrize("digit", [1, 8])
def test_a_line_that_a_digit_touches_and_that_sticks_out_is_not_part_of_it(typical_digits, digit):
    picture = blank(400, 600)
    [box] = write(picture, typical_digits[[digit]], 200, 100, 130)
    picture[box[3] - 4 : box[3], box[0] - 110 : box[2] + 110] = BLUE
    assert_found(seen(picture), [box], atol=6)


def test_a_line_under_some_digits_takes_nothing_from_others(typical_digits):
    picture = blank(400, 800)
    boxes = write(picture, typical_digits[[0, 0, 0]], 70, 100, 110, gap=0.1)
    bottom = max(box[3] for box in boxes)
    picture[bottom + 4 : bottom + 8, 60 : boxes[-1][2] + 20] = BLUE
    # A 7, whose bar is as high up as that line.
    seven = [(500, bottom + 6), (620, bottom + 6), (560, bottom + 116)]
    cv2.polylines(picture, [np.array(seven)], False, BLUE, 5)
    boxes.append([498, bottom + 4, 623, bottom + 119])
    assert_found(seen(picture), boxes)


def test_a_7_and_a_4_of_straight_lines_keep_them():
    for strokes, box in [
        ([(150, 60), (650, 60), (300, 740)], (150, 60, 650, 740)),
        ([(300, 60), (300, 400), (600, 400), (600, 60), (600, 740)], (300, 60, 600, 740)),
    ]:
        picture = Image.new("RGB", (800, 800), "white")
        ImageDraw.Draw(picture).line(strokes, "black", 8)
        assert_found(np.asarray(picture), [box], atol=8)


def test_straight_strokes_from_edge_to_edge_are_no_separators_of_cells():
    picture = Image.new("RGB", (400, 200), "white")
    pen = ImageDraw.Draw(picture)
    pen.line([(60, 0), (60, 199)], "black", 6)
    pen.line([(180, 130), (120, 130), (165, 0), (165, 199)], "black", 6)
    pen.line([(230, 40), (265, 0), (300, 40), (230, 196), (310, 196)], "black", 6)
    assert_found(np.asarray(picture), [(57, 0, 64, 200), (117, 0, 184, 200), (227, 0, 310, 200)])


@pytest.mark.parametrize("color", [(200, 90, 90), GREY])
def test_a_margin_s_line_and_a_fold_are_no_1s(typical_digits, color):
    picture = blank(500, 600)
    boxes = write(picture, typical_digits[[3, 5]], 120, 200, 60, gap=0.4)
    cv2.line(picture, (70, 150), (64, 400), color, 3)
    assert_found(seen(picture), boxes)
    picture = blank(500, 600)
    boxes = write(picture, typical_digits[[3, 5]], 120, 200, 60, gap=0.4)
    cv2.line(picture, (126, 100), (126, 450), GREY, 3)  # nor is one that touches a digit
    assert_found(seen(picture), boxes)


def test_the_frame_around_a_page_is_no_digit_and_a_4_of_straight_strokes_no_frame(typical_digits):
    picture = blank(900, 1200)
    cv2.rectangle(picture, (50, 50), (1150, 850), (50, 50, 50), 3)
    boxes = write(picture, typical_digits[[2, 8]], 400, 380, 110)
    assert_found(seen(picture), boxes)
    picture = blank(340, 300)
    for start, end in (((105, 50), (75, 178)), ((75, 178), (260, 140)), ((165, 50), (190, 285))):
        cv2.line(picture, start, end, (0, 0, 0), 4)
    assert_found(seen(picture, 0), [(73, 48, 262, 288)])


def test_a_page_of_a_notebook_is_read_without_its_lines_its_margin_and_its_holes(typical_digits):
    picture = blank()
    rule(picture, 40, width=1)
    picture[:, 110:113] = (220, 120, 120)
    for y in range(15, 600, 40):
        cv2.circle(picture, (28, y), 9, (70, 70, 70), cv2.FILLED)
    boxes = write(picture, typical_digits[[1, 7, 4]], 160, 190, 65)
    assert_found(seen(picture), boxes)


def test_a_1_beside_a_dot_or_a_lower_digit_is_no_margin(typical_digits):
    dotted = blank(400, 500)
    dotted[120:300, 150:158] = BLUE
    beside_a_4 = dotted.copy()
    boxes = write(beside_a_4, typical_digits[[4]], 230, 200, 80)
    dotted[290:300, 180:190] = BLUE
    assert_found(seen(dotted), [(150, 120, 158, 300)])
    assert_found(seen(beside_a_4), [(150, 120, 158, 300), *boxes])
    picture = blank(340, 400)  # 17, with a comma
    for start, end in (((60, 50), (60, 250)), ((130, 50), (230, 60)), ((230, 60), (190, 250))):
        cv2.line(picture, start, end, (0, 0, 0), 4)
    cv2.line(picture, (260, 245), (250, 275), (0, 0, 0), 4)
    assert_found(seen(picture, 0), [(58, 48, 63, 253), (128, 48, 233, 253)])


def test_a_form_s_line_in_two_parts_is_refused():
    form = blank()
    form[300:304, :500] = form[300:304, 650:700] = 40
    for picture in (form, form[:, ::-1]):
        assert_refused(seen(picture, 0), "lines", "no digits")


@pytest.mark.parametrize(("height", "shade", "thickness"), [(34, 170, 1), (50, 60, 2)])
def test_the_lines_of_a_form_are_dropped_in_a_crop_of_few_pixels(
    typical_digits, height, shade, thickness
):
    picture = blank(height, int(1.35 * height))
    boxes = write(picture, typical_digits[[3, 6]], 7, height // 4, height // 2, gap=0.25)
    picture[2 : 2 + thickness] = picture[-2 - thickness : -2] = shade
    assert_found(seen(picture, 0), boxes, atol=3)


@pytest.mark.parametrize(
    ("height", "cell", "width", "is_closed"),
    [(40, 34, 1, True), (40, 50, 1, False), (28, 30, 3, False)],
)
def test_the_separators_of_a_row_of_cells_are_no_1s(typical_digits, height, cell, width, is_closed):
    picture = blank(height, 6 * cell + width)
    boxes = []
    for index, digit in enumerate(typical_digits[[4, 0, 7, 1, 9, 2]]):
        boxes += write(picture, [digit], index * cell + 10, height // 5, int(0.6 * height))
    for left in range(0, 7 * cell, cell):
        picture[:, left : left + width] = 120
    if is_closed:
        picture[0] = picture[-1] = 120
    assert_found(seen(picture, 0), boxes, atol=3)


@pytest.mark.parametrize("step", [64, 76])
def test_the_bars_of_7s_in_a_row_are_no_line(step):
    picture = blank(210, 420)
    boxes = []
    for number in range(4):
        left = 60 + step * number
        corners = np.array([(left, 60), (left + 64, 60), (left + 26, 152)])
        cv2.polylines(picture, [corners], False, BLUE, 8)
        boxes.append([left - 4, 56, left + 68, 156])
    if step < 76:  # they touch, and are one piece
        boxes = [[*boxes[0][:2], *boxes[-1][2:]]]
    assert_found(seen(picture, 0), boxes)


def test_the_feet_of_2s_in_a_row_are_no_line():
    picture = blank(140, 740)
    boxes = []
    for number in range(10):
        left = 40 + 66 * number
        points = [(left, 50), (left + 20, 36), (left + 44, 48), (left + 2, 98), (left + 56, 98)]
        cv2.polylines(picture, [np.array(points)], False, BLUE, 8)
        boxes.append([left - 4, 32, left + 60, 102])
    assert_found(seen(picture, 0), boxes)


@pytest.mark.parametrize(("first", "last", "is_out"), [(150, 249, True), (106, 249, False)])
def test_a_line_sticks_out_where_it_is_longer_on_both_sides(first, last, is_out):
    line = Line(100, 300, 0.0, 200.0, 4.0)
    for left, right in ((first, last), (399 - last, 399 - first)):  # and the other way round
        rest = np.zeros((300, 400), np.uint8)
        rest[100:190, left : right + 1] = 1
        assert sticks_out(line, rest, tallest=100) == is_out
