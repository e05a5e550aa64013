"""What distort.py does to images: as much as is said, on average nothing, and the same by seed."""

import keras
import numpy as np
import pytest

from training import distort
from training.own_digits import OwnDigits

MIDDLE = 13.5
NUMBER = 2000
EVENLY = 3**0.5  # amounts drawn evenly from -a to a have a standard deviation of a / sqrt(3)


def make_dots(x, y):
    """Return NUMBER images, each a soft dot at (x, y) seen from the middle, as float32."""
    columns, rows = np.meshgrid(np.arange(28) - MIDDLE - x, np.arange(28) - MIDDLE - y)
    dot = np.exp(-(columns**2 + rows**2) / 4)
    return np.repeat(dot[np.newaxis].astype("float32"), NUMBER, axis=0)


def find_dots(images):
    """Return where the dots are, x and y, each (NUMBER,), seen from the middle."""
    ink = images.sum(axis=(1, 2))
    places = np.arange(28) - MIDDLE
    x = (images.sum(axis=1) * places).sum(axis=1) / ink
    y = (images.sum(axis=2) * places).sum(axis=1) / ink
    return x, y


def distort_dots(x, y, **amounts):
    """Return where dots at (x, y) are after a distortion by up to these amounts."""
    rng = np.random.default_rng(0)
    return find_dots(distort.distort(make_dots(x, y), rng, distort.Amounts(**amounts)))


def assert_even(values, most):
    """Check that values are drawn evenly from -most to most."""
    assert np.abs(values).max() <= most * 1.05  # OpenCV computes in 32nds of a pixel
    assert abs(values.mean()) < most * 0.05
    assert values.std() == pytest.approx(most / EVENLY, rel=0.05)


def test_images_are_moved_evenly_in_both_directions():
    x, y = distort_dots(0, 0, shift=2.2)
    assert_even(x, 2.2)
    assert_even(y, 2.2)
    assert abs(np.corrcoef(x, y)[0, 1]) < 0.1


def test_images_are_turned_evenly_about_their_middle_and_nothing_else():
    x, y = distort_dots(8, 0, turn=11)
    assert_even(np.degrees(np.arctan2(y, x)), 11)
    assert np.hypot(x, y) == pytest.approx(8, abs=0.05)


def test_images_are_slanted_evenly_each_row_in_itself():
    x, y = distort_dots(0, 8, slant=0.2)
    assert_even(x / 8, 0.2)
    assert y == pytest.approx(8, abs=0.05)
    x, _ = distort_dots(8, 0, slant=0.2)
    assert x == pytest.approx(8, abs=0.05)


def test_images_are_resized_in_each_direction_by_itself():
    x, y = distort_dots(8, 8, resize=0.1)
    assert_even(x / 8 - 1, 0.1)
    assert_even(y / 8 - 1, 0.1)
    assert abs(np.corrcoef(x, y)[0, 1]) < 0.1


def test_a_bend_moves_dots_a_little_in_any_direction_and_neighbours_alike():
    x, y = distort_dots(4, -4, bend=2)
    assert abs(x.mean() - 4) < 0.1
    assert abs(y.mean() + 4) < 0.1
    assert 0.5 < x.std() < 2 / EVENLY  # between two points of the grid, half of their movements
    assert 0.5 < y.std() < 2 / EVENLY
    near_x, _ = distort_dots(5, -4, bend=2)
    far_x, _ = distort_dots(-8, 8, bend=2)
    assert np.corrcoef(x, near_x)[0, 1] > 0.9
    assert abs(np.corrcoef(x, far_x)[0, 1]) < 0.2


def test_blur_spreads_the_ink_and_keeps_its_place_and_amount():
    dots = make_dots(0, 0)
    blurred = distort.distort(dots, np.random.default_rng(0), distort.Amounts(blur=1))
    x, y = find_dots(blurred)
    assert np.abs([x, y]).max() < 0.01
    assert blurred.sum(axis=(1, 2)) == pytest.approx(dots.sum(axis=(1, 2)), rel=1e-3)
    peaks = blurred.max(axis=(1, 2)) / dots.max()
    assert peaks.min() < 0.8
    assert peaks.max() > 0.99


@pytest.mark.parametrize("paper, ink", [(0, 255), (0, 1), (1, 0), (-0.4, 2.8)])
def test_ink_and_paper_stay_in_their_range_whatever_it_is(sample, paper, ink):
    (images, _), _ = sample
    x = paper + images[:500].astype("float32") / 255 * (ink - paper)
    distorted = distort.distort(x, np.random.default_rng(0), distort.FOR_CONVNET)
    rounding = 1e-5 * abs(ink - paper)
    assert distorted.min() >= x.min() - rounding
    assert distorted.max() <= x.max() + rounding
    # What came in from outside is paper (a few digits touch the rim: there, their ink goes on).
    corners = distorted[:, ::27, ::27]
    assert np.mean(np.abs(corners - paper) <= rounding) > 0.99


@pytest.mark.parametrize("shape", [(28, 28), (784,), (28, 28, 1)])
def test_images_keep_their_shape_and_the_given_ones_are_not_changed(sample, shape):
    (images, _), _ = sample
    x = images[:50].reshape((50, *shape))
    before = x.copy()
    distorted = distort.distort(x, np.random.default_rng(1), distort.FOR_CONVNET)
    assert distorted.shape == x.shape
    assert np.array_equal(x, before)
    as_pictures = distort.distort(images[:50], np.random.default_rng(1), distort.FOR_CONVNET)
    assert np.array_equal(distorted.reshape(as_pictures.shape), as_pictures)


def test_copies_stand_before_the_training_images_but_none_of_those_that_are_kept_aside(
    sample, monkeypatch, capsys
):
    (images, labels), (own_images, own_labels) = sample
    own = OwnDigits(own_images[:50], own_labels[:50], np.arange(50) >= 40)
    first, _ = distort.add_copies("Mine", own, 3, (images, labels), seed=0)
    other, _ = distort.add_copies("Mine", own, 3, (images, labels), seed=1)
    assert len(np.unique([*first[:120], *other[:120]], axis=0)) == 240  # no two alike
    said = "Mine: 40 to learn from, as 120 distorted copies.\nAnd 10 kept aside, "
    assert said in capsys.readouterr().out
    monkeypatch.setattr(distort, "FOR_COPIES", distort.Amounts())  # copies as they are
    all_images, all_labels = distort.add_copies("Mine", own, 3, (images, labels), seed=0)
    assert (all_images.dtype, all_labels.dtype) == (np.uint8, np.uint8)
    expected = np.concatenate([np.tile(own_images[:40], (3, 1, 1)), images])
    np.testing.assert_array_equal(all_images, expected)
    np.testing.assert_array_equal(all_labels, [*np.tile(own_labels[:40], 3), *labels])
    distort.add_copies("Mine", own._replace(aside=own.labels > 9), 3, (images, labels), seed=0)
    assert capsys.readouterr().out.count("aside") == 1


def test_each_epoch_shows_every_image_once_with_its_label_in_a_new_order():
    labels = np.arange(50)
    x = np.repeat(labels[:, np.newaxis].astype("float32"), 784, axis=1)  # image i is all i
    batches = distort.DistortedImages(x, labels, batch_size=16)
    assert len(batches) == 4
    orders = []
    for _ in range(2):
        shown, answers = (np.concatenate(parts) for parts in zip(*batches, strict=True))
        assert np.allclose(shown, answers[:, np.newaxis])
        assert sorted(answers) == list(labels)
        orders.append(list(answers))
        batches.on_epoch_end()
    assert orders[0] != orders[1]
    assert list(labels) not in orders


def test_all_images_of_all_batches_and_epochs_are_distorted_in_other_ways(sample):
    (images, labels), _ = sample
    batches = distort.DistortedImages(np.repeat(images[:1], 6, axis=0), labels[:6], batch_size=2)
    shown = []
    for _ in range(2):
        shown += [image.tobytes() for index in range(3) for image in batches[index][0]]
        batches.on_epoch_end()
    assert len(set(shown)) == 12


def test_the_seed_decides_the_batches_in_whatever_order_they_are_asked_for(sample):
    (images, labels), _ = sample

    def first_batch(seed, order):
        keras.utils.set_random_seed(seed)
        batches = distort.DistortedImages(images[:50], labels[:50], batch_size=25)
        made = {index: batches[index][0] for index in order}
        return made[0]

    expected = first_batch(seed=1, order=(0, 1))
    assert np.array_equal(first_batch(seed=1, order=(1, 0)), expected)
    assert not np.array_equal(first_batch(seed=2, order=(0, 1)), expected)
