"""What frames.py does: it drops circles and boxes, and keeps what they enclose."""

import cv2
import numpy as np
import pytest
from drawing import WHITE, blank, low_cells, rule, seen, write
from finding import assert_found, pieces
from PIL import Image, ImageDraw


@pytest.mark.parametrize("width", [2, 9])
@pytest.mark.parametrize("draw", [ImageDraw.ImageDraw.ellipse, ImageDraw.ImageDraw.rectangle])
def test_what_a_circle_or_a_box_encloses_is_meant_and_not_the_frame(typical_digits, width, draw):
    frame = Image.new("RGB", (300, 300), WHITE)
    draw(ImageDraw.Draw(frame), [30, 30, 270, 270], outline=(190, 40, 60), width=width)
    picture = np.array(frame, float)
    boxes = write(picture, typical_digits[[5]], 115, 100, 100)
    assert_found(seen(picture), boxes)


def test_a_circle_that_does_not_close_is_no_digit(typical_digits):
    picture = blank(400, 500)
    cv2.ellipse(picture, (250, 200), (180, 130), 0, 0, 345, (190, 40, 60), 5)
    boxes = write(picture, typical_digits[[3, 9]], 170, 150, 90)
    assert_found(seen(picture), boxes)


def test_a_box_that_begins_at_the_picture_s_edge_is_dropped_too(typical_digits):
    picture = blank(300, 400)
    cv2.rectangle(picture, (0, 60), (260, 240), (190, 40, 60), 4)
    boxes = write(picture, typical_digits[[5, 3]], 50, 100, 100)
    assert_found(seen(picture), boxes)


def test_a_digit_that_touches_a_form_drawn_by_hand_stays(typical_digits):
    picture = blank(400, 600)
    for y in (100, 260):  # its lines reach beyond its corners, and it is no rectangle
        cv2.line(picture, (85, y), (495, y), (35, 35, 40), 3)
    for x in (110, 290, 470):
        cv2.line(picture, (x, 75), (x, 285), (35, 35, 40), 3)
    boxes = write(picture, typical_digits[[5]], 160, 167, 92)  # down to the line
    boxes += write(picture, typical_digits[[4]], 340, 130, 92)
    assert_found(seen(picture), boxes, atol=6)


@pytest.mark.parametrize(("gap", "top"), [(0, 150), (0, 165), (20, 165)])
def test_digits_in_the_boxes_of_a_form_are_found_even_if_they_touch_the_line(
    typical_digits, gap, top
):
    picture = blank(400, 900)
    boxes = []
    for i, digit in enumerate(typical_digits[[8, 0, 3, 5, 6]]):
        left = 60 + i * (130 + gap)
        cv2.rectangle(picture, (left, 130), (left + 130, 260), (35, 35, 40), 3)
        boxes += write(picture, [digit], left + 32, top, 92)
    assert_found(seen(picture), boxes, atol=6)


@pytest.mark.parametrize(
    ("width", "height", "margin", "thickness", "angle"),
    [(36, 34, 4, 2, 0), (36, 36, 4, 3, -0.7), (48, 38, 8, 2, 1.5)],
)
def test_the_digits_in_a_row_of_low_cells_are_found(
    typical_digits, width, height, margin, thickness, angle
):
    digits = typical_digits[[2, 1, 0, 7, 4, 9]]
    cells, boxes = low_cells(digits, width, height, margin, thickness, angle)
    assert_found(seen(cells, 0), boxes)


def test_a_sudoku_is_read_row_by_row_without_its_lines(typical_digits):
    picture = blank(560, 560)
    for i in range(10):
        width = 5 if i % 3 == 0 else 2
        cv2.line(picture, (10 + 60 * i, 10), (10 + 60 * i, 550), (35, 35, 40), width)
        cv2.line(picture, (10, 10 + 60 * i), (550, 10 + 60 * i), (35, 35, 40), width)
    boxes = []
    for row, column, digit in [(0, 3, 7), (0, 8, 2), (1, 0, 4), (4, 4, 1), (5, 4, 6), (8, 8, 9)]:
        boxes += write(picture, typical_digits[[digit]], 25 + 60 * column, 20 + 60 * row, 40)
    assert_found(seen(picture), boxes)


@pytest.mark.parametrize(("shade", "step", "first"), [(190, 30, 27), (190, 45, 51), (215, 30, 0)])
def test_squared_paper_whose_lines_touch_the_digits_encloses_nothing(sample, shade, step, first):
    (images, _), _ = sample
    picture = blank()
    rule(picture, step, (shade - 15, shade - 5, shade + 10), squares=True)
    write(picture, images[first : first + 3], 100, 200, 140, gap=0.2)
    assert len(pieces(seen(picture))) == 3


def test_a_6_with_dirt_in_its_loop_and_a_0_with_a_dot_are_no_frames():
    six = Image.new("RGB", (300, 300), "white")
    pen = ImageDraw.Draw(six)
    pen.arc([110, 130, 200, 240], 0, 360, "black", 10)
    pen.arc([110, 40, 290, 330], 150, 235, "black", 10)
    pen.ellipse([145, 160, 165, 205], "black")
    assert any(found.box[1] < 100 and found.box[3] > 230 for found in pieces(np.asarray(six)))
    zero = Image.new("RGB", (300, 300), "white")
    pen = ImageDraw.Draw(zero)
    pen.ellipse([100, 80, 190, 210], outline="black", width=9)
    pen.ellipse([138, 138, 152, 152], "black")
    assert_found(np.asarray(zero), [(100, 80, 191, 211)])
