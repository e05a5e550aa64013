"""What ink.py does: it finds the ink on paper, in any colour and light."""

import numpy as np
import pytest
from drawing import BLUE, blank, enlarged, seen, spot_of_light, write
from finding import assert_found, assert_refused, pieces
from PIL import Image, ImageDraw


@pytest.mark.parametrize("pen", [1, 3])
def test_a_thin_pen_in_a_large_picture_is_found(pen):
    seven = Image.new("RGB", (800, 800), "white")
    ImageDraw.Draw(seven).line([(200, 60), (600, 60), (400, 740)], "black", pen)
    [found] = pieces(np.asarray(seven))
    np.testing.assert_allclose(found.box, (200, 60, 600, 740), atol=5)
    assert (found.image > 127).sum() > 60


@pytest.mark.parametrize("side", [28, 280])
@pytest.mark.parametrize("dark", [True, False])
def test_a_fat_1_is_found_whole_and_becomes_thin(side, dark):
    one = np.full((side, side, 3), 250 if dark else 30, np.uint8)
    box = [int(side * 0.36), int(side * 0.15), int(side * 0.66), int(side * 0.85)]
    one[box[1] : box[3], box[0] : box[2]] = 30 if dark else 250
    [found] = pieces(one)
    np.testing.assert_allclose(found.box, box, atol=1)
    assert np.count_nonzero((found.image > 127).any(axis=0)) <= 6


@pytest.mark.parametrize(
    ("paper", "pen"),
    [((245, 225, 90), BLUE), ((38, 70, 55), (235, 235, 225)), (BLUE, (200, 30, 30))],
)
def test_ink_is_found_on_paper_of_any_colour(typical_digits, paper, pen):
    picture = blank(paper=paper)
    boxes = write(picture, typical_digits[[4, 7, 2]], 100, 200, 120, pen)
    assert_found(seen(picture), boxes)


@pytest.mark.parametrize("grain", [2, 6])
def test_chalk_is_found_on_a_grainy_board_in_uneven_light(typical_digits, grain):
    picture = blank(400, 900, paper=(30, 60, 40))
    boxes = write(picture, typical_digits[[2, 0, 7, 5]], 120, 150, 90, (200, 200, 195), gap=0.5)
    light = np.linspace(0.5, 1.5, 400)[:, None, None]
    noise = np.random.default_rng(0).normal(0, grain, picture.shape)  # each colour has its own
    assert_found(seen(picture * light + noise, grain=0), boxes)


def test_a_shadow_over_half_of_the_paper_is_no_ink(typical_digits):
    picture = blank()
    boxes = write(picture, typical_digits[[5, 1, 8, 3]], 200, 250, 120)
    y, x = np.mgrid[0:600, 0:800]
    picture *= 1 - 0.5 / (1 + np.exp(-(x + 0.6 * y - 640) / 5))[..., None]
    assert_found(seen(picture), boxes)


@pytest.mark.parametrize(("x", "y", "softness"), [(0, 0.4, 0.02), (0.5, 0, 0.4), (0.3, 1, 0.1)])
def test_a_row_of_digits_is_found_beside_and_in_a_spot_of_light(typical_digits, x, y, softness):
    shape = (918, 1224)  # a phone's 2448 by 3264, shrunk
    paper = 110 + 100 * spot_of_light(shape, x, y, softness) + np.linspace(-15, 15, shape[1])
    for column, digit in enumerate(typical_digits[:7]):
        strokes = enlarged(digit, shape[0] // 12)
        left, top = 250 + 110 * column, 560 + column * 3
        place = paper[top : top + len(strokes), left : left + strokes.shape[1]]
        place *= 1 - 0.7 * strokes
    assert len(pieces(seen(np.repeat(paper[..., None], 3, axis=2), 4))) == 7


@pytest.mark.parametrize(("x", "wide"), [(200, 60), (460, 90)])
def test_a_soft_round_shadow_beside_and_on_digits_is_no_ink(typical_digits, x, wide):
    picture = blank()
    boxes = write(picture, typical_digits[[6, 2, 3, 0]], 60, 250, 110, gap=0.4)
    rows, columns = np.mgrid[0:600, 0:800]
    far = np.hypot(columns - x, rows - 330)
    picture *= 1 - 0.4 * np.exp(-((far / wide) ** 2) / 2)[..., None]
    assert_found(seen(picture), boxes, atol=6)


def test_faint_marks_beside_dark_digits_are_left_out(typical_digits):
    picture = blank()
    write(picture, typical_digits[[6]], 500, 200, 140, pen=(205, 205, 205))  # what was rubbed out
    boxes = write(picture, typical_digits[[9, 0]], 100, 200, 140)
    assert_found(seen(picture), boxes)


@pytest.mark.filterwarnings("error")  # they would be printed beside the one line
@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_picture_of_one_colour_is_refused_without_a_warning(value):
    assert_refused(np.full((100, 100, 3), value, np.uint8), "no ink")
