"""What find.py does: it finds digits in pictures of any size, and says why there are none."""

import cv2
import numpy as np
import pytest
from drawing import GREY, WHITE, WOOD, blank, light, page, rule, seen, write
from finding import assert_found, assert_refused, pieces

from reading.basics import NoDigits
from reading.find import find_digits


@pytest.mark.parametrize("factor", [1, 3])
def test_boxes_are_in_the_pixels_of_the_picture_that_was_given(typical_digits, factor):
    sheet, boxes = page(typical_digits, columns=5)
    large = np.kron(light(sheet), np.ones((factor, factor)))
    picture = np.repeat(large[..., None], 3, axis=2).clip(0, 255).astype("uint8")
    assert_found(picture, np.array(boxes) * factor, atol=4 * factor)


def test_boxes_are_right_in_a_picture_that_is_far_higher_than_wide():
    strip = np.full((5000, 60, 3), 255, np.uint8)
    strip[4700:4760, 28:33] = 0
    [found] = pieces(strip)
    np.testing.assert_allclose(found.box, (28, 4700, 33, 4760), atol=8)


def test_blank_squared_and_ruled_paper_are_refused_and_it_is_said_what_was_seen():
    assert_refused(seen(blank()), "no ink")
    for step, squares in ((45, True), (70, False)):
        picture = blank()
        rule(picture, step, GREY, squares)
        assert_refused(seen(picture), "lines")


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


def test_random_pictures_are_proposals_or_one_line_and_never_a_crash():
    random = np.random.default_rng(0)
    for number in range(150):
        height, width = random.integers(1, 90, 2) if number % 3 else (1, number + 1)
        picture = np.full((height, width, 3), random.integers(0, 256, 3), np.uint8)
        for _ in range(random.integers(0, 6)):
            ends = random.integers(0, max(height, width), (2, 2)).tolist()
            color = random.integers(0, 256, 3).tolist()
            cv2.line(picture, ends[0], ends[1], color, int(random.integers(1, 9)))
        if number % 4 == 0:
            picture = random.integers(0, 256, picture.shape, dtype=np.uint8)
        try:
            for proposal in find_digits(picture):
                assert proposal.start < proposal.stop
                assert proposal.image.shape == (28, 28)
        except NoDigits as error:
            assert "\n" not in str(error)


def test_a_thin_1_beside_small_digits_on_a_large_picture_is_seen(typical_digits):
    picture = blank(1500, 2000)
    boxes = write(picture, typical_digits[[2, 5, 8]], 700, 900, 40, pen=(130, 130, 130))
    left = boxes[-1][2] + 30
    picture[905:940, left] = 170  # one pixel wide: too faint in a smaller copy
    boxes.append([left, 905, left + 1, 940])
    assert_found(seen(picture, 1), boxes)
