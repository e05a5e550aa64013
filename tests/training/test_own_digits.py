"""What own_digits.py does: it collects your own digits, keeps some aside, and adds copies."""

import base64
import json

import keras
import numpy as np
import pytest
from conftest import as_input
from helpers import assert_one_line, contents

from training import data, limits, own_digits
from training.answers import Answers


@pytest.fixture
def ten(sample):
    """Ten images, uint8 (10, 28, 28), and their labels."""
    (images, labels), _ = sample
    return images[:10], labels[:10]


def test_what_is_collected_in_two_parts_is_loaded_as_one(ten, tmp_path):
    images, labels = ten
    path = tmp_path / "my_digits.npz"
    assert own_digits.collect(path, images[:4], labels[:4]) == (4, 4)
    assert own_digits.collect(path, images[4:], labels[4:]) == (6, 10)
    own = own_digits.load([path])
    np.testing.assert_array_equal(own.images, images)
    np.testing.assert_array_equal(own.labels, labels)
    assert list(contents(tmp_path)) == ["my_digits.npz"]


# --- Load ---------------------------------------------------------------------------------------


INK = np.full((2, 28, 28), 255, np.uint8)


def write(path, images, labels):
    """Write own digits as predict.py or draw.html saves them; return the path."""
    if path.suffix == ".json":
        content = {"labels": labels, "images": base64.b64encode(images.tobytes()).decode()}
        path.write_text(json.dumps(content))
    else:
        np.savez(path, images=images, labels=labels)
    return path


@pytest.mark.parametrize(
    ("ending", "images", "labels", "said"),
    [
        ("npz", INK / 255, [1, 2], "float64"),
        ("npz", np.zeros((12_000, 28, 28), np.uint8), [1], "too many"),
        ("json", INK[:1, 1:], [1], "reshape"),
        ("json", INK[:1], [-1], "-1"),
    ],
)
def test_another_file_is_one_line_and_is_not_overwritten(
    ending, images, labels, said, ten, tmp_path
):
    path = write(tmp_path / f"my\ndigits.{ending}", images, labels)
    before = contents(tmp_path)
    for function, arguments in ((own_digits.load, [[path]]), (own_digits.collect, [path, *ten])):
        with pytest.raises(data.DataError) as refused:
            function(*arguments)
        assert_one_line(str(refused.value), said, rf"my\ndigits.{ending}", "Expected is")
    assert contents(tmp_path) == before


def test_no_file_is_told_with_where_one_comes_from(tmp_path):
    with pytest.raises(data.DataError) as refused:
        own_digits.load([tmp_path / "none.npz"])
    assert_one_line(str(refused.value), "none.npz", "draw.html", "--are")


def test_a_file_holds_ten_thousand_digits_and_stays_as_it_is_where_one_more_is_added(tmp_path):
    path = tmp_path / "my_digits.npz"
    images = np.random.default_rng(0).integers(0, 100, (10_000, 28, 28), "uint8")
    labels = np.arange(10_000) % 10
    assert own_digits.collect(path, images, labels) == (10_000, 10_000)
    own_digits.read_file(path)
    before = contents(tmp_path)
    with pytest.raises(data.DataError) as refused:
        own_digits.collect(path, images[:1] + 1, [7])
    assert_one_line(str(refused.value), str(path), "more than 10,000 digits")
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("times", "aside"),
    [(1, []), (2, [1]), (4, [3]), (5, [4]), (12, [4, 9])],
)
def test_of_each_digit_every_fifth_is_kept_aside_or_the_last_of_few(times, aside):
    labels = np.repeat([3, 8], times)
    kept = own_digits.keep_aside(labels)
    expected = aside + [times + index for index in aside]
    assert np.flatnonzero(kept).tolist() == expected


def test_an_image_in_two_files_counts_once_and_is_not_aside_in_one_and_learned_in_the_other(
    ten, tmp_path
):
    images, _ = ten
    one = write(tmp_path / "one.npz", images[:8], np.zeros(8, int))
    other = write(tmp_path / "other.json", images[::-1], [0] * 10)
    own = own_digits.load([one, other])
    np.testing.assert_array_equal(own.images, images[[*range(8), 9, 8]])
    assert own.labels.tolist() == [0] * 10
    assert np.flatnonzero(own.aside).tolist() == [4, 9]


# --- Add ----------------------------------------------------------------------------------------


@pytest.fixture
def own(sample):
    """Fifty images of the sample's test set, five of each digit."""
    _, (images, labels) = sample
    indices = []
    for digit in range(10):
        indices += np.flatnonzero(labels == digit)[:5].tolist()
    return own_digits.OwnDigits(
        images[indices], labels[indices], own_digits.keep_aside(labels[indices])
    )


def test_copies_are_a_tenth_of_the_images_but_few_are_not_copied_endlessly_and_many_once(own):
    assert own_digits.count_copies(own, 6000) == 600 / 40  # of 40, as ten are kept aside
    assert own_digits.count_copies(own, 100) == 1
    pair = own_digits.OwnDigits(own.images[:2], own.labels[:2], np.array([False, True]))
    assert own_digits.count_copies(pair, 6000) == own_digits.MOST_COPIES


# --- What it brought ----------------------------------------------------------------------------


def test_an_earlier_network_for_digits_is_asked_about_what_was_kept_aside(
    own, tmp_path, monkeypatch
):
    path = tmp_path / "model.keras"
    assert own_digits.count_right_before(path, own) is None
    model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10, "softmax")])
    model.save(path)
    metrics = {"class_names": data.DIGITS, "paper": 1, "ink": 0}
    (tmp_path / "metrics.json").write_text(json.dumps(metrics))
    answers = model.predict(1 - as_input(own.images[own.aside]), verbose=0)
    labels = own.labels.copy()
    labels[own.aside] = answers.argmax(axis=1)
    changed = np.flatnonzero(own.aside)[:3]
    labels[changed] = (labels[changed] + [1, 5, 9]) % 10
    assert own_digits.count_right_before(path, own._replace(labels=labels)) == 7
    with monkeypatch.context() as patch:
        patch.setattr(limits, "MOST_LAYERS", 1)
        assert own_digits.count_right_before(path, own) is None
    metrics["class_names"] = data.CLOTHES
    (tmp_path / "metrics.json").write_text(json.dumps(metrics))
    assert own_digits.count_right_before(path, own) is None


def test_the_picture_shows_those_kept_aside_first_and_names_what_is_misread(own):
    predicted = own.labels.copy()
    predicted[9] = 7  # the fifth 1, which is kept aside
    predicted[0] = 6  # the first 0, which was trained on
    answers = Answers(own.images, own.labels, np.eye(10)[predicted], data.DIGITS, "own digits")
    figure = own_digits.draw(own, answers)
    title = "40 of your 50 own digits: of 10 kept aside, which come first, 9 are right\n"
    assert figure.get_suptitle().startswith(title)
    titles = [axes.get_title() for axes in figure.axes]
    assert titles[0] == "1,\nread as 7"
    assert titles[1:10] == [f"{digit}, right" for digit in (0, 2, 3, 4, 5, 6, 7, 8, 9)]
    assert titles[10:12] == ["0,\nread as 6", "0, right"]
    assert len(titles) == 40
    shown = np.asarray(figure.axes[0].images[0].get_array())
    np.testing.assert_array_equal(shown, own.images[9])
    none_aside = own._replace(aside=np.zeros(50, bool))
    assert "aside" not in own_digits.draw(none_aside, answers).get_suptitle()
