"""What ink.py does: it finds what may be digits in a picture, and makes each like MNIST's.

No network is asked here: what is checked is where digits are found.
"""

import subprocess
import sys

import cv2
import numpy as np
import pytest
from conftest import ROOT
from drawing import (
    BLUE,
    GREY,
    WHITE,
    WOOD,
    blank,
    enlarged,
    light,
    on_white,
    page,
    rule,
    seen,
    spot_of_light,
    with_shadows_and_specks,
    write,
)
from PIL import Image, ImageDraw

from reading import ink


@pytest.fixture(scope="session")
def ten_digits(sample):
    """The image, uint8 (28, 28), of each digit from 0 to 9 that is nearest to its class's mean."""
    _, (images, labels) = sample
    typical = []
    for digit in range(10):
        of_class = images[labels == digit].astype(float)
        far = ((of_class - of_class.mean(axis=0)) ** 2).sum(axis=(1, 2))
        typical.append(images[labels == digit][far.argmin()])
    return np.stack(typical)


def pieces(picture):
    """Return the proposals of the pieces in a picture, without those of two pieces or of parts."""
    found = []
    node = 0
    for proposal in ink.find_digits(picture):
        if proposal.start == node:  # a piece comes before its parts, and pairs come last
            found.append(proposal)
            node = proposal.stop
    return found


def assert_found(picture, boxes, atol=4):
    """Check that exactly the digits in these boxes are found in a picture, in this order."""
    found = [proposal.box for proposal in pieces(picture)]
    assert len(found) == len(boxes), found
    np.testing.assert_allclose(found, boxes, atol=atol)


def assert_refused(picture, *words):
    with pytest.raises(ink.NoDigits) as refused:
        ink.find_digits(picture)
    text = str(refused.value)
    assert "\n" not in text
    for word in words:
        assert word in text


def test_neither_tensorflow_nor_keras_is_needed():
    code = "import sys; from reading import ink; print({'keras', 'tensorflow', 'matplotlib'} & set(sys.modules))"
    child = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert child.stdout == "set()\n"


# --- Ink ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("pen", [1, 2, 3, 5])
def test_a_thin_pen_in_a_large_picture_is_found(pen):
    seven = Image.new("RGB", (800, 800), "white")
    ImageDraw.Draw(seven).line([(200, 60), (600, 60), (400, 740)], "black", pen)
    [found] = pieces(np.asarray(seven))
    np.testing.assert_allclose(found.box, (200, 60, 600, 740), atol=5)
    assert (found.image > 127).sum() > 60


@pytest.mark.parametrize("color", ["red", "yellow", "blue", "black"])
def test_a_thin_stroke_of_any_colour_is_found_wherever_it_is(color):
    for left in range(10, 18):
        one = Image.new("RGB", (28, 28), "white")
        ImageDraw.Draw(one).line([(left, 4), (left, 24)], color, 2)
        [found] = pieces(np.asarray(one))
        assert found.box[2] - found.box[0] <= 3


@pytest.mark.parametrize("side", [28, 100, 280])
@pytest.mark.parametrize("dark", [True, False])
def test_a_fat_1_is_found_whole_and_becomes_thin(side, dark):
    one = np.full((side, side, 3), 250 if dark else 30, np.uint8)
    box = [int(side * 0.36), int(side * 0.15), int(side * 0.66), int(side * 0.85)]
    one[box[1] : box[3], box[0] : box[2]] = 30 if dark else 250
    [found] = pieces(one)
    np.testing.assert_allclose(found.box, box, atol=1)
    assert np.count_nonzero((found.image > 127).any(axis=0)) <= 6


@pytest.mark.parametrize("paper", [(245, 225, 90), (165, 125, 90), (38, 70, 55)])
def test_ink_is_found_on_paper_of_any_colour(ten_digits, paper):
    picture = blank(paper=paper)
    pen = (235, 235, 225) if max(paper) < 100 else BLUE
    boxes = write(picture, ten_digits[[4, 7, 2]], 100, 200, 120, pen)
    assert_found(seen(picture), boxes)


def test_a_shadow_over_half_of_the_paper_is_no_ink(ten_digits):
    picture = blank()
    boxes = write(picture, ten_digits[[5, 1, 8, 3]], 200, 250, 120)
    y, x = np.mgrid[0:600, 0:800]
    picture *= 1 - 0.5 / (1 + np.exp(-(x + 0.6 * y - 640) / 5))[..., None]
    assert_found(seen(picture), boxes)


@pytest.mark.parametrize(("x", "y"), [(0, 0.4), (1, 0.6), (0.5, 0), (0.3, 1)])
@pytest.mark.parametrize("softness", [0.02, 0.1, 0.4])
def test_a_row_of_digits_is_found_beside_and_in_a_spot_of_light(ten_digits, x, y, softness):
    shape = (918, 1224)  # a phone's 2448 by 3264, shrunk
    paper = 110 + 100 * spot_of_light(shape, x, y, softness) + np.linspace(-15, 15, shape[1])
    for column, digit in enumerate(ten_digits[:7]):
        strokes = enlarged(digit, shape[0] // 12)
        left, top = 250 + 110 * column, 560 + column * 3
        place = paper[top : top + len(strokes), left : left + strokes.shape[1]]
        place *= 1 - 0.7 * strokes
    assert len(pieces(seen(np.repeat(paper[..., None], 3, axis=2), 4))) == 7


@pytest.mark.parametrize("missing", [0.25, 0.5])
@pytest.mark.parametrize("grain", [1, 2])
def test_pencil_is_found_whole_although_its_strokes_are_full_of_holes(sample, missing, grain):
    _, (images, _) = sample
    random = np.random.default_rng(0)
    whole = 0
    for digit in images[:40]:
        strokes = enlarged(digit, int(random.integers(60, 200)) * grain)
        height, width = strokes.shape
        kept = random.random((height // grain + 1, width // grain + 1)) > missing
        kept = np.kron(kept, np.ones((grain, grain)))[:height, :width]
        found = pieces(on_white(strokes * kept * 0.7))
        left, top, right, bottom = found[0].box
        y, x = np.nonzero(strokes > 0.5)
        covered = bottom - top > 0.9 * np.ptp(y) and right - left > 0.9 * np.ptp(x)
        whole += len(found) == 1 and covered
    assert whole >= 38


def test_faint_marks_beside_dark_digits_are_left_out(ten_digits):
    picture = blank()
    write(picture, ten_digits[[6]], 500, 200, 140, pen=(205, 205, 205))  # what was rubbed out
    boxes = write(picture, ten_digits[[9, 0]], 100, 200, 140)
    assert_found(seen(picture), boxes)


def test_a_5_whose_bar_runs_into_the_picture_s_edge_keeps_the_rest():
    for right, top in [(199, 30), (150, 4)]:
        five = Image.new("RGB", (200, 200), "white")
        pen = ImageDraw.Draw(five)
        pen.line([(right, top), (70, top), (68, 95)], "black", 10)
        pen.arc([55, 85, 140, 175], -130, 140, "black", 10)
        [found] = pieces(np.asarray(five))
        assert found.box[3] - found.box[1] > 130


# --- Paper --------------------------------------------------------------------------------------


@pytest.mark.parametrize("desk", [WOOD, (28, 28, 30), (205, 190, 165)])
@pytest.mark.parametrize("rim", [20, 140, 300])
def test_a_note_on_a_desk_is_not_taken_for_a_digit(ten_digits, desk, rim):
    picture = blank(900, 1200, paper=desk)
    height, width = 900 - 2 * rim, 1200 - 2 * rim
    picture[rim:-rim, rim:-rim] = WHITE
    boxes = write(picture, ten_digits[[2, 7, 4]], rim + width // 8, rim + height // 3, 100, gap=0.2)
    turned = cv2.getRotationMatrix2D((600, 450), 3, 1)
    assert len(pieces(seen(cv2.warpAffine(picture, turned, (1200, 900), borderValue=desk)))) == 3
    assert_found(seen(picture), boxes)


def test_a_finger_that_holds_the_paper_is_no_digit(ten_digits):
    picture = blank()
    boxes = write(picture, ten_digits[[6, 4, 1]], 100, 200, 140)
    cv2.ellipse(picture, (500, 600), (50, 160), 10, 0, 360, (205, 150, 125), cv2.FILLED)
    assert_found(seen(picture), boxes)


@pytest.mark.parametrize("height", [40, 120])
def test_small_digits_on_a_photo_of_a_page_are_found_at_its_full_size(ten_digits, height):
    picture = np.full((1500, 2000, 3), WHITE, np.float32)  # as a phone's photo is decoded
    boxes = write(picture, ten_digits[[1, 9, 3]], 700, 900, height // 2, gap=0.5)
    found = pieces(seen(picture))
    np.testing.assert_allclose([proposal.box for proposal in found], boxes, atol=3)


def test_boxes_are_in_the_pixels_of_the_picture_that_was_given(ten_digits):
    sheet, boxes = page(ten_digits, columns=5)
    for factor in (1, 2, 3):
        large = np.kron(light(sheet), np.ones((factor, factor)))
        picture = np.repeat(large[..., None], 3, axis=2).clip(0, 255).astype("uint8")
        assert_found(picture, np.array(boxes) * factor, atol=4 * factor)


# --- Frames and lines ---------------------------------------------------------------------------


@pytest.mark.parametrize("width", [2, 5, 9])
@pytest.mark.parametrize("draw", [ImageDraw.ImageDraw.ellipse, ImageDraw.ImageDraw.rectangle])
def test_what_a_circle_or_a_box_encloses_is_meant_and_not_the_frame(ten_digits, width, draw):
    frame = Image.new("RGB", (300, 300), WHITE)
    draw(ImageDraw.Draw(frame), [30, 30, 270, 270], outline=(190, 40, 60), width=width)
    picture = np.array(frame, float)
    boxes = write(picture, ten_digits[[5]], 115, 100, 100)
    assert_found(seen(picture), boxes)


@pytest.mark.parametrize("gap", [0, 20])
@pytest.mark.parametrize("top", [150, 160, 165])
def test_digits_in_the_boxes_of_a_form_are_found_even_if_they_touch_the_line(ten_digits, gap, top):
    picture = blank(400, 900)
    boxes = []
    for i, digit in enumerate(ten_digits[[8, 0, 3, 5, 6]]):
        left = 60 + i * (130 + gap)
        cv2.rectangle(picture, (left, 130), (left + 130, 260), (35, 35, 40), 3)
        boxes += write(picture, [digit], left + 32, top, 92)
    assert_found(seen(picture), boxes, atol=6)


def test_a_sudoku_is_read_row_by_row_without_its_lines(ten_digits):
    picture = blank(560, 560)
    for i in range(10):
        width = 5 if i % 3 == 0 else 2
        cv2.line(picture, (10 + 60 * i, 10), (10 + 60 * i, 550), (35, 35, 40), width)
        cv2.line(picture, (10, 10 + 60 * i), (550, 10 + 60 * i), (35, 35, 40), width)
    boxes = []
    for row, column, digit in [(0, 3, 7), (0, 8, 2), (1, 0, 4), (4, 4, 1), (5, 4, 6), (8, 8, 9)]:
        boxes += write(picture, ten_digits[[digit]], 25 + 60 * column, 20 + 60 * row, 40)
    assert_found(seen(picture), boxes)


@pytest.mark.parametrize("step", [30, 45, 60])
@pytest.mark.parametrize("shade", [140, 190, 215])
@pytest.mark.parametrize("turn", [0, 2])
def test_squared_paper_is_no_pattern(ten_digits, step, shade, turn):
    picture = blank()
    rule(picture, step, (shade - 15, shade - 5, shade + 10), squares=True)
    boxes = write(picture, ten_digits[[5, 9, 6]], 100, 200, 140, gap=0.2)
    if turn == 0:
        assert_found(seen(picture), boxes, atol=6)
    turned = cv2.getRotationMatrix2D((400, 300), turn, 1.2)
    assert len(pieces(seen(cv2.warpAffine(picture, turned, (800, 600))))) == 3


@pytest.mark.parametrize("step", [50, 80])
def test_digits_may_stand_on_a_ruled_line(ten_digits, step):
    picture = blank()
    rule(picture, step)
    boxes = write(picture, ten_digits[[9, 0, 4, 2]], 60, step // 2 + 3 * step - 60, 60, gap=0.4)
    assert_found(seen(picture), boxes, atol=5)


@pytest.mark.parametrize("below", [-8, -2, 6, 20])
def test_a_line_under_a_number_is_not_part_of_it(ten_digits, below):
    picture = blank(400, 800)
    boxes = write(picture, ten_digits[[7, 5, 1, 8]], 60, 130, 130, gap=0.2)
    bottom = max(box[3] for box in boxes)
    picture[bottom + below : bottom + below + 6, 40:760] = BLUE
    assert_found(seen(picture), boxes, atol=8)


def test_a_7_and_a_4_of_straight_lines_keep_them():
    for strokes, box in [
        ([(150, 60), (650, 60), (300, 740)], (150, 60, 650, 740)),
        ([(300, 60), (300, 400), (600, 400), (600, 60), (600, 740)], (300, 60, 600, 740)),
    ]:
        picture = Image.new("RGB", (800, 800), "white")
        ImageDraw.Draw(picture).line(strokes, "black", 8)
        assert_found(np.asarray(picture), [box], atol=8)


def test_a_long_1_is_not_taken_for_a_line():
    picture = blank(600, 200)
    picture[50:550, 96:104] = BLUE
    assert_found(seen(picture), [(96, 50, 104, 550)])


# --- Strokes and digits -------------------------------------------------------------------------


def test_dots_commas_and_specks_are_no_digits(ten_digits):
    picture = blank(300, 700)
    boxes = write(picture, ten_digits[[3, 7]], 60, 80, 110)
    picture[178:190, 280:292] = BLUE  # a full stop
    picture[100:112, 285:297] = BLUE  # and another: a colon
    boxes += write(picture, ten_digits[[5]], 330, 80, 110)
    picture[20:23, 600:603] = BLUE
    assert_found(seen(picture), boxes)


def test_a_dash_is_no_digit(ten_digits):
    picture = blank(300, 500)
    picture[130:141, 50:105] = BLUE
    boxes = write(picture, ten_digits[[1, 7]], 150, 80, 110)
    assert_found(seen(picture), boxes)


def test_digits_of_two_thirds_of_the_height_are_digits_too(ten_digits):
    picture = blank(300, 500)
    boxes = write(picture, ten_digits[[8]], 50, 80, 120)
    boxes += write(picture, ten_digits[[3]], 200, 120, 80)
    assert_found(seen(picture), boxes)


def test_a_bar_above_a_5_belongs_to_it_and_a_digit_below_does_not(ten_digits):
    five = Image.new("RGB", (200, 200), "white")
    pen = ImageDraw.Draw(five)
    pen.line([(72, 40), (132, 40)], "black", 9)
    pen.line([(72, 58), (70, 95)], "black", 9)
    pen.arc([60, 88, 135, 165], -130, 140, "black", 9)
    assert_found(np.asarray(five), [(60, 36, 136, 166)], atol=6)
    picture = blank(400, 300)
    boxes = write(picture, ten_digits[[1]], 100, 40, 100)
    boxes += write(picture, ten_digits[[6]], 100, 155, 100)
    write(picture, ten_digits[[8]], 200, 40, 100)
    found = [proposal.box for proposal in ink.find_digits(seen(picture))]
    assert all(bottom - top < 120 for _, top, _, bottom in found)


def test_two_strokes_side_by_side_are_proposed_as_one_digit_and_as_two():
    picture = blank(200, 200)
    cv2.line(picture, (70, 40), (60, 110), BLUE, 9)
    cv2.line(picture, (60, 110), (108, 110), BLUE, 9)
    cv2.line(picture, (122, 60), (118, 170), BLUE, 9)
    picture = seen(picture)
    first, second = pieces(picture)
    steps = {(found.start, found.stop) for found in ink.find_digits(picture)}
    assert (first.start, second.stop) in steps


def test_digits_far_apart_are_not_proposed_as_one(ten_digits):
    picture = blank(200, 400)
    write(picture, ten_digits[[1, 1]], 60, 50, 100, gap=0.9)
    assert len(ink.find_digits(seen(picture))) == 2


def test_digits_that_touch_are_cut_where_they_touch(ten_digits):
    for pair in ([0, 9], [3, 5], [8, 8], [4, 2]):
        strokes = [enlarged(digit, 120) for digit in ten_digits[pair]]
        both = np.hstack(strokes)
        middle = strokes[0].shape[1]
        both[55:62, middle - 25 : middle + 25] = 1  # a bridge from one to the other
        proposals = ink.find_digits(on_white(both))
        last = max(found.stop for found in proposals)
        ends = [found.box[2] - 40 for found in proposals if found.start == 0 and found.stop < last]
        assert min(abs(np.array(ends) - middle)) < 15


def cuts_of(picture):
    """Return where the pieces in a picture are cut: the right edges of parts that begin a piece."""
    proposals = ink.find_digits(picture)
    last = max(found.stop for found in proposals)
    return [found.box[2] for found in proposals if found.start == 0 and found.stop < last]


def test_a_narrow_digit_is_not_cut_and_a_wide_piece_is_every_eighth_of_its_height():
    narrow = blank(200, 200)
    cv2.ellipse(narrow, (100, 100), (28, 50), 0, 0, 360, BLUE, 9)
    assert cuts_of(seen(narrow)) == []
    wide = blank(200, 400)
    cv2.ellipse(wide, (100, 100), (40, 50), 0, 0, 360, BLUE, 9)
    cv2.ellipse(wide, (180, 100), (40, 50), 0, 0, 360, BLUE, 9)
    cuts = cuts_of(seen(wide))
    assert min(abs(np.array(cuts) - 140)) < 10  # where they touch
    assert np.diff(cuts).max() < 20
    assert np.diff(cuts).min() > 8


def test_a_1_that_touches_a_0_is_cut_off_though_it_is_a_small_part():
    picture = blank(200, 300)
    cv2.line(picture, (100, 50), (100, 150), BLUE, 9)
    cv2.ellipse(picture, (138, 100), (38, 50), 0, 0, 360, BLUE, 9)
    cuts = cuts_of(seen(picture))
    assert min(abs(np.array(cuts) - 110)) < 12
    left, _, right, _ = pieces(seen(picture))[0].box
    assert min(cuts) > left + 0.1 * 100  # and nothing thinner than a stroke is
    assert max(cuts) < right - 0.1 * 100


def test_rows_are_read_left_to_right_even_if_they_climb(ten_digits):
    picture = blank(500, 900)
    boxes = []
    for row in (60, 280):
        for column in range(5):
            top = row + 60 - 12 * column
            boxes += write(picture, ten_digits[[column]], 60 + 160 * column, top, 90)
    assert_found(seen(picture), boxes)


def test_shadows_at_the_edge_and_specks_are_no_digits(ten_digits):
    sheet, _ = page(ten_digits, columns=5)
    sheet = with_shadows_and_specks(sheet)
    picture = np.repeat(sheet[..., None], 3, axis=2)
    assert len(pieces(picture.clip(0, 255).astype("uint8"))) == 10


def test_boxes_are_right_in_a_picture_that_is_far_higher_than_wide():
    strip = Image.new("RGB", (60, 5000), "white")
    ImageDraw.Draw(strip).line([(30, 4700), (30, 4760)], "black", 5)
    [found] = pieces(np.asarray(strip))
    np.testing.assert_allclose(found.box, (28, 4700, 33, 4760), atol=8)


# --- Refusals -----------------------------------------------------------------------------------


def test_blank_paper_is_refused_and_it_is_said_what_was_seen():
    assert_refused(seen(blank()), "no ink")
    squared = blank()
    rule(squared, 45, GREY, squares=True)
    assert_refused(seen(squared), "lines")
    ruled = blank()
    rule(ruled, 70, GREY)
    assert_refused(seen(ruled), "lines")


def test_an_empty_form_an_empty_note_and_a_bare_desk_are_refused():
    form = blank()
    for left in range(60, 700, 140):
        cv2.rectangle(form, (left, 130), (left + 120, 260), (35, 35, 40), 3)
    assert_refused(seen(form), "empty boxes")
    desk = blank(paper=WOOD)
    grain = np.random.default_rng(0).normal(0, 4, (600, 1, 1))
    assert_refused(seen(desk + grain))
    desk[120:480, 200:600] = WHITE
    assert_refused(seen(desk), "no digits")


def test_a_form_s_line_in_two_parts_is_refused():
    form = blank()
    form[300:304, :500] = form[300:304, 650:700] = 40
    assert_refused(seen(form, 0), "lines", "no digits")


def test_what_is_too_small_is_refused_with_its_height():
    picture = blank(100, 100)
    picture[50:55, 50:52] = BLUE
    assert_refused(seen(picture, 0), "too small", "5 pixels")


def test_a_grain_a_weave_and_checks_are_refused():
    random = np.random.default_rng(0)
    y, x = np.indices((600, 800))
    for values in (
        random.integers(0, 256, (300, 300)),
        150 + 100 * np.sin(x / 9) * np.sin(y / 11),
        90 + 120 * ((x // 20 + y // 20) % 2),
        60 + x / 5 + random.normal(0, 2, x.shape),
        220 - 120 * np.exp(-((x - 500) ** 2 + (y - 200) ** 2) / 2 / 130**2),
        200 + random.normal(0, 12, x.shape),
    ):
        picture = np.repeat(values[..., None], 3, axis=2).clip(0, 255).astype("uint8")
        assert_refused(picture)


@pytest.mark.filterwarnings("error")  # they would be printed beside the one line
@pytest.mark.parametrize("value", [0, 128, 255])
def test_a_picture_of_one_colour_is_refused_without_a_warning(value):
    assert_refused(np.full((100, 100, 3), value, np.uint8), "no ink")


def test_random_pictures_are_proposals_or_one_line_and_never_a_crash():
    random = np.random.default_rng(0)
    for number in range(300):
        height, width = (
            random.integers(1, 90, 2) if number % 3 else (1, int(random.integers(1, 99)))
        )
        picture = np.full((height, width, 3), random.integers(0, 256, 3), np.uint8)
        for _ in range(random.integers(0, 6)):
            ends = random.integers(0, max(height, width), (2, 2)).tolist()
            color = random.integers(0, 256, 3).tolist()
            cv2.line(picture, ends[0], ends[1], color, int(random.integers(1, 9)))
        if number % 4 == 0:
            picture = random.integers(0, 256, picture.shape, dtype=np.uint8)
        try:
            for proposal in ink.find_digits(picture):
                assert proposal.start < proposal.stop
                assert proposal.image.shape == (28, 28)
        except ink.NoDigits as error:
            assert "\n" not in str(error)


# --- What the network is shown ------------------------------------------------------------------


def test_a_digit_becomes_20_by_20_with_its_centre_of_mass_in_the_middle(ten_digits):
    for digit in ten_digits:
        large = np.kron(digit / 255, np.ones((3, 5)))  # far wider than it was
        image = ink.normalize(large)
        assert image.shape == (28, 28)
        assert image.dtype == np.uint8
        y, x = np.nonzero(image)
        assert max(np.ptp(y), np.ptp(x)) + 1 == 20
        weights = image[y, x]
        np.testing.assert_allclose(np.average(y, weights=weights), 14, atol=0.51)
        np.testing.assert_allclose(np.average(x, weights=weights), 14, atol=0.51)


def test_strokes_become_as_wide_as_mnist_s_however_thin_or_thick_the_pen_was():
    areas = []
    for pen_width in (3, 8, 20, 30):
        circle = Image.new("L", (200, 200))
        ImageDraw.Draw(circle).ellipse([20, 20, 180, 180], outline=255, width=pen_width)
        areas.append((ink.normalize(np.asarray(circle) / 255) > 127).sum())
    assert max(areas) < 1.2 * min(areas)


def test_where_a_fat_pen_has_filled_a_loop_the_other_loop_is_not_thinned_away():
    eight = np.zeros((140, 100), np.uint8)
    cv2.circle(eight, (50, 42), 24, 1, 36)  # a small hole is left
    cv2.circle(eight, (48, 98), 36, 1, cv2.FILLED)
    image = ink.normalize(eight.astype(float))
    assert (image[:14] > 127).sum() > 45  # 52; by the mean depth of the ink, 38


@pytest.mark.parametrize("side", [300, 600])
def test_a_stroke_of_a_thin_pen_is_not_lost_beside_a_thicker_one(side):
    seven = blank(side, side)
    top, bottom, left, right = side // 4, side * 5 // 6, side // 3, side * 2 // 3
    cv2.line(seven, (left, top), (right, top), BLUE, 1)  # a level line becomes thinner
    cv2.line(seven, (right, top), (side // 2, bottom), BLUE, 2)
    [found] = ink.find_digits(seen(seven, 0))
    assert found.image[:8].max(axis=0).astype(bool).sum() >= 9  # its bar is as wide as it was


def test_the_level_stroke_of_a_5_whose_other_strokes_are_straight_is_no_line():
    five = blank(300, 300)
    corners = [(190, 62), (120, 62), (117, 140), (180, 140), (175, 230), (117, 230)]
    cv2.polylines(five, [np.array(corners)], False, BLUE, 4)
    [found, *_] = pieces(seen(five, 0))
    np.testing.assert_allclose(found.box, (115, 60, 192, 232), atol=3)


def test_mnist_s_own_digits_stay_what_they_were(sample):
    _, (images, _) = sample
    similarity = []
    for digit in images[::10]:
        rows, columns = np.flatnonzero(digit.any(axis=1)), np.flatnonzero(digit.any(axis=0))
        cut = digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        again = ink.normalize(cut / 255)
        similarity.append(np.corrcoef(again.ravel(), digit.ravel())[0, 1])
    assert np.median(similarity) > 0.85
    assert np.quantile(similarity, 0.1) > 0.75  # the others are bold, and made thinner


# --- Small digits on large pictures --------------------------------------------------------------


def test_small_digits_near_the_corner_of_a_note_are_found_without_the_desk(ten_digits):
    for from_corner in (30, 60, 130):
        picture = blank(1500, 2000, paper=(60, 60, 60))
        picture[300:1200, 300:1700] = WHITE
        boxes = write(picture, ten_digits[[2, 5, 8]], 300 + from_corner, 300 + from_corner, 40)
        assert_found(seen(picture), boxes)


def test_a_row_of_many_small_digits_is_found_where_the_smaller_copy_shows_a_pattern(ten_digits):
    picture = blank(1500, 2000)
    digits = np.concatenate([ten_digits] * 8)[:78]
    write(picture, digits, 40, 700, 20, gap=0.15)
    assert len(pieces(seen(picture))) > 60


def test_dirt_before_a_digit_is_no_digit(ten_digits):
    picture = blank(300, 400)
    picture[80:115, 100:105] = picture[90:125, 110:115] = BLUE
    [box] = write(picture, ten_digits[[8]], 180, 80, 120)
    proposals = ink.find_digits(seen(picture))
    assert min(proposal.start for proposal in proposals) == 0
    assert all(proposal.start < proposal.stop for proposal in proposals)
    assert any(np.allclose(proposal.box, box, atol=4) for proposal in proposals)
