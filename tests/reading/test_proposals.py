"""What proposals.py does: it proposes pieces, neighbours and parts as digits."""

import cv2
import numpy as np
import pytest
from drawing import BLUE, blank, enlarged, on_white, seen, write
from finding import pieces

from reading.find import find_digits


def test_the_image_of_two_strokes_shows_nothing_of_a_third_one_between_them():
    picture = blank(200, 240)
    cv2.line(picture, (60, 40), (70, 150), BLUE, 7)
    cv2.line(picture, (85, 150), (140, 40), BLUE, 7)
    two = [found for found in find_digits(seen(picture, 0)) if found.stop - found.start == 2]
    cv2.line(picture, (115, 150), (170, 40), BLUE, 7)  # its foot is in the box of both
    three = find_digits(seen(picture, 0))
    [both] = [found for found in three if (found.start, found.stop) == (0, 2)]
    assert both.box[2] > 130
    np.testing.assert_array_equal(both.image, two[0].image)


def test_two_digits_close_together_are_the_less_one_the_wider_they_are():
    odds = []
    for width in (20, 34):
        picture = blank(200, 300)
        cv2.ellipse(picture, (80, 100), (width, 40), 0, 0, 360, BLUE, 5)
        cv2.ellipse(picture, (80 + 2 * width + 12, 100), (width, 50), 0, 0, 360, BLUE, 5)
        proposals = find_digits(seen(picture))
        last = max(found.stop for found in proposals)
        (both,) = [found for found in proposals if found.start == 0 and found.stop == last]
        left, top, right, bottom = both.box
        odds.append((both.odds, (right - left) / (bottom - top)))
    (narrow, share), (wide, larger_share) = odds
    assert share < 1.2 < larger_share
    # As for a single piece: less by 2.5 for each of its heights beyond 1.2.
    assert narrow - wide > 2.5 * (larger_share - 1.2) + 0.4 * (larger_share - share)


def test_digits_far_apart_are_not_proposed_as_one_and_hardly_two_above_each_other(typical_digits):
    picture = blank(200, 400)
    write(picture, typical_digits[[1, 1]], 60, 50, 100, gap=0.9)
    assert len(find_digits(seen(picture))) == 2
    picture = blank(345, 300)
    write(picture, typical_digits[[5]], 110, 60, 100)
    write(picture, typical_digits[[6]], 110, 185, 100)
    upper, lower = pieces(seen(picture))
    assert upper.box[3] < lower.box[1]
    [both] = [found for found in find_digits(seen(picture)) if found.stop - found.start == 2]
    assert both.odds < -3


def cuts_of(picture):
    """Return where the pieces in a picture are cut: the right edges of parts that begin a piece."""
    proposals = find_digits(picture)
    last = max(found.stop for found in proposals)
    return np.array([found.box[2] for found in proposals if found.start == 0 and found.stop < last])


def test_digits_that_touch_are_cut_where_they_touch(typical_digits):
    for pair in ([0, 9], [3, 5], [8, 8], [4, 2]):
        strokes = [enlarged(digit, 120) for digit in typical_digits[pair]]
        both = np.hstack(strokes)
        middle = strokes[0].shape[1]
        both[55:62, middle - 25 : middle + 25] = 1  # a bridge from one to the other
        assert min(abs(cuts_of(on_white(both)) - 40 - middle)) < 15


def test_a_1_that_touches_a_0_is_cut_off_though_it_is_a_small_part():
    picture = blank(200, 300)
    cv2.line(picture, (100, 50), (100, 150), BLUE, 9)
    cv2.ellipse(picture, (138, 100), (38, 50), 0, 0, 360, BLUE, 9)
    cuts = cuts_of(seen(picture))
    assert min(abs(cuts - 110)) < 12
    left, _, right, _ = pieces(seen(picture))[0].box
    assert min(cuts) > left + 0.1 * 100  # and nothing thinner than a stroke is
    assert max(cuts) < right - 0.1 * 100
    for part in find_digits(seen(picture))[1:]:  # each is cut on one side
        lower = 1 - (part.box[3] - part.box[1]) / 109
        assert part.odds == pytest.approx(-0.3 - 4 * lower, abs=0.1)
