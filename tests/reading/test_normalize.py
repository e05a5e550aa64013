"""What normalize.py does: it makes a digit look like MNIST's."""

import cv2
import numpy as np
import pytest
from drawing import BLUE, blank, seen
from PIL import Image, ImageDraw

from reading.find import find_digits
from reading.normalize import normalize


@pytest.mark.filterwarnings("error")  # they would be printed on the reader's screen
def test_a_digit_becomes_20_by_20_with_its_centre_of_mass_in_the_middle(typical_digits):
    for digit in typical_digits:
        image = normalize(np.kron(digit / 255, np.ones((3, 5))))  # far wider than it was
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
        areas.append((normalize(np.asarray(circle) / 255) > 127).sum())
    assert max(areas) < 1.2 * min(areas)


def test_where_a_fat_pen_has_filled_a_loop_the_other_loop_is_not_thinned_away():
    eight = np.zeros((140, 100), np.uint8)
    cv2.circle(eight, (50, 42), 24, 1, 36)  # a small hole is left
    cv2.circle(eight, (48, 98), 36, 1, cv2.FILLED)
    image = normalize(eight.astype(float))
    assert (image[:14] > 127).sum() > 45  # 52; by the mean depth of the ink, 38


def test_a_stroke_of_a_thin_pen_is_not_lost_beside_a_thicker_one():
    seven = blank(600, 600)
    cv2.line(seven, (200, 150), (400, 150), BLUE, 1)  # a level line becomes thinner
    cv2.line(seven, (400, 150), (300, 500), BLUE, 2)
    [found] = find_digits(seen(seven, 0))
    bar = found.image[:8].max(axis=0)
    assert np.count_nonzero(bar) >= 9  # as wide as it was


def test_mnist_s_own_digits_stay_what_they_were(sample):
    _, (images, _) = sample
    similarity = []
    for digit in images[::10]:
        again = normalize(digit[digit.any(axis=1)][:, digit.any(axis=0)] / 255)
        similarity.append(np.corrcoef(again.ravel(), digit.ravel())[0, 1])
    assert np.median(similarity) > 0.85
    assert np.quantile(similarity, 0.1) > 0.75  # the others are bold, and made thinner


@pytest.mark.parametrize(("pen_width", "moved"), [(106, 10), (118, 30)])
def test_the_loop_of_a_small_9_stays_open(pen_width, moved):
    large = Image.new("L", (800, 800))
    pen = ImageDraw.Draw(large)
    pen.ellipse([250 + moved, 100 + moved, 530 + moved, 360 + moved], outline=255, width=pen_width)
    pen.line([(490 + moved, 200 + moved), (470 + moved, 700 + moved)], 255, pen_width)
    small = large.resize((20, 20), Image.Resampling.BOX)  # one pixel or two are in the loop
    image = normalize(np.asarray(small) / 255)
    count, _ = cv2.connectedComponents((image <= 127).astype(np.uint8), connectivity=4)
    assert count == 3  # the ink, the paper around it, and the loop
