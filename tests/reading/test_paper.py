"""What paper.py does: it finds the paper in a picture."""

import cv2
import numpy as np
import pytest
from drawing import WHITE, WOOD, blank, enlarged, seen, write
from finding import assert_found, pieces

from reading.paper import add_paper, find_steep, has_sharp_edge, is_sheet


@pytest.mark.parametrize(
    ("desk", "rim"), [(WOOD, 20), (WOOD, 300), ((28, 28, 30), 140), ((205, 190, 165), 140)]
)
def test_a_note_on_a_desk_is_not_taken_for_a_digit(typical_digits, desk, rim):
    picture = blank(900, 1200, paper=desk)
    height = 900 - 2 * rim
    width = 1200 - 2 * rim
    picture[rim:-rim, rim:-rim] = WHITE
    boxes = write(
        picture, typical_digits[[2, 7, 4]], rim + width // 8, rim + height // 3, 100, gap=0.2
    )
    turned = cv2.getRotationMatrix2D((600, 450), 3, 1)
    assert len(pieces(seen(cv2.warpAffine(picture, turned, (1200, 900), borderValue=desk)))) == 3
    assert_found(seen(picture), boxes)


def test_a_note_is_found_on_a_desk_that_shines_as_light_as_paper(typical_digits):
    shine = np.clip(np.linspace(2, -1, 700), 0, 1)[:, None, None]
    picture = blank(700, 500, paper=(150, 95, 60))
    picture += shine * np.subtract((225, 205, 180), (150, 95, 60))
    grain = np.random.default_rng(0).normal(0, 320, (700, 500))
    picture += cv2.GaussianBlur(grain, (0, 0), 3)[..., None]
    picture[150:600, :260] = (192, 198, 220)
    boxes = write(picture, typical_digits[[3]], 90, 280, 80)
    assert_found(seen(picture), boxes)


@pytest.mark.parametrize(("width", "shade"), [(2, 0), (4, 255)])
def test_a_thin_frame_around_a_photo_is_no_digit(typical_digits, width, shade):
    rows, columns = np.mgrid[-30:30:300j, -20:20:300j]
    picture = np.repeat((170 + rows + columns)[..., None], 3, axis=2)
    boxes = write(picture, typical_digits[[7]], 110, 90, 120)
    picture = seen(picture)
    picture[:width] = picture[-width:] = shade
    picture[:, :width] = picture[:, -width:] = shade
    assert_found(picture, boxes)


@pytest.mark.parametrize("dark_on_light", [True, False])
def test_a_digit_that_was_cut_to_its_very_edges_is_found_whole(sample, dark_on_light):
    _, (images, _) = sample
    whole = 0
    for digit in images[:24]:
        grey = (255 * enlarged(digit, 100).clip(0, 1)).astype(np.uint8)
        picture = np.repeat((255 - grey if dark_on_light else grey)[..., None], 3, axis=2)
        found = pieces(picture)
        if len(found) == 1:
            left, top, right, bottom = found[0].box
            whole += bottom - top > 80 and right - left > 0.6 * picture.shape[1]
    assert whole >= 22


def test_the_box_of_a_digit_that_was_cut_to_its_edges_is_in_the_picture():
    seven = np.full((200, 140, 3), 255, np.uint8)
    cv2.polylines(seven, [np.array([(4, 5), (134, 5), (50, 194)])], False, (0, 0, 0), 11)
    assert_found(seven, [(0, 0, 140, 200)], atol=3)


def test_a_row_of_cells_from_edge_to_edge_is_no_digit_that_was_cut(typical_digits):
    cells = blank(200, 300)
    cv2.rectangle(cells, (1, 1), (298, 198), (35, 35, 40), 3)
    cells[:, 148:151] = (35, 35, 40)
    write(cells, typical_digits[[2, 3]], 40, 50, 90, gap=1)
    _, margin = add_paper(seen(cells, 0))
    assert margin == 0


def test_paper_in_a_soft_shadow_is_no_desk(typical_digits):
    picture = blank()
    boxes = write(picture, typical_digits[[1, 3, 7, 3]], 60, 370, 110, gap=0.4)
    rows, columns = np.mgrid[0:600, 0:800]
    picture *= 1 - 0.5 / (1 + np.exp(-(columns + 0.6 * rows - 500) / 60))[..., None]
    assert_found(seen(picture), boxes, atol=6)


@pytest.mark.parametrize(("softness", "is_sheet"), [(60, False), (1, True)])
def test_strokes_that_reach_into_a_soft_shadow_give_it_no_sharp_edge(softness, is_sheet):
    columns = np.arange(768) - np.full((768, 1), 500)
    channel = (200 - 80 / (1 + np.exp(-columns / softness))).astype(np.uint8)
    channel[150:180, 100:520] = channel[300:330, 100:520] = channel[450:480, 100:520] = 30  # a 3's
    small = cv2.resize(channel, (256, 256), interpolation=cv2.INTER_AREA)
    is_light = (small > 160).astype(np.uint8)
    outlines, _ = cv2.findContours(is_light, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    assert has_sharp_edge(max(outlines, key=len), find_steep(small, 80)) == is_sheet


def test_what_has_straight_edges_and_one_brightness_is_a_sheet_and_what_is_round_is_none():
    note = np.zeros((256, 256), np.uint8)
    plate = note.copy()
    corners = cv2.boxPoints(((128, 128), (140, 100), 20)).astype(np.int32)
    cv2.fillPoly(note, [corners], 1)
    cv2.ellipse(plate, ((128, 128), (180, 140), 20), 1, cv2.FILLED)
    with_dark_band = note.copy()
    with_dark_band[110:146] = 0
    for shape, mask, expected in (
        (note, note, True),
        (note, with_dark_band, False),
        (plate, plate, False),
    ):
        [outline], _ = cv2.findContours(shape, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        assert is_sheet(outline, mask) == expected
