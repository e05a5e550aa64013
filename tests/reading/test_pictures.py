"""What reading/pictures.py does: it finds picture files and opens them, whatever is in them."""

import time

import numpy as np
import pytest
from helpers import assert_one_line, at_most_mb
from PIL import Image, ImageDraw

import predict
from reading import pictures


@pytest.mark.parametrize("ink", [0, 255])
def test_ink_on_a_transparent_ground_is_seen_be_it_black_or_white(ink, tmp_path):
    picture = Image.new("LA", (60, 40), (ink, 0))
    picture.paste((ink, 255), (10, 10, 20, 30))
    picture.save(tmp_path / "picture.png")
    opened, _ = pictures.open_picture(tmp_path / "picture.png")
    assert (opened[15, 15] == ink).all()
    assert abs(opened[5, 5].astype(int) - ink).min() > 50


@pytest.mark.parametrize(("kind", "damaged"), [("jpg", 0), ("png", 0), ("jpg", 1)])
def test_a_photo_that_a_phone_turned_is_upright_and_damaged_notes_do_not_matter(
    kind, damaged, tmp_path
):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn the picture clockwise to see it so
    notes = b"Exif\x00\x00what is no EXIF" if damaged else exif
    Image.new("L", (60, 40)).save(tmp_path / f"photo.{kind}", exif=notes)
    picture, _ = pictures.open_picture(tmp_path / f"photo.{kind}")
    assert picture.shape == ((40, 60, 3) if damaged else (60, 40, 3))


def test_a_folder_stands_for_its_pictures_but_not_for_hidden_ones(tmp_path):
    for name in ("b.png", "a.JPG", "c.heic", "._b.png", "notes.txt"):  # macOS leaves ._b.png
        (tmp_path / name).touch()
    assert [path.name for path in pictures.find_files([tmp_path])] == ["a.JPG", "b.png", "c.heic"]


def test_a_wildcard_that_the_shell_left_as_it_is_stands_for_its_files(tmp_path):
    for name in ("b.png", "a.png", "[odd].png"):
        (tmp_path / name).touch()
    for pattern, names in {
        "?.png": ["a.png", "b.png"],
        "[odd].png": ["[odd].png"],  # a file of this very name comes first
        "*.jpg": ["*.jpg"],
    }.items():
        assert [path.name for path in pictures.find_files([tmp_path / pattern])] == names


def test_a_large_scan_in_black_and_white_is_one_digit_not_crumbs(tmp_path):
    seven = Image.new("1", (3000, 3000), 1)
    ImageDraw.Draw(seven).line([(800, 300), (2200, 300), (1500, 2700)], 0, 3)
    seven.save(tmp_path / "seven.png")
    page = predict.find_proposals(tmp_path / "seven.png")
    box = np.array(page.proposals[0].box) * page.scale
    np.testing.assert_allclose(box, (800, 300, 2200, 2700), atol=12)


@pytest.mark.parametrize("kind", ["png", "jpg", "gif", "tif", "webp", "bmp"])
def test_files_of_every_kind_that_are_cut_off_are_one_line_or_opened(
    kind, typical_digits, tmp_path
):
    path = tmp_path / f"page.{kind}"
    Image.fromarray(np.hstack(typical_digits)).convert("RGB").save(path)
    content = path.read_bytes()
    for share in (0, 0.01, 0.1, 0.5, 0.9, 0.99):
        path.write_bytes(content[: int(share * len(content))])
        try:
            picture, _ = pictures.open_picture(path)
            assert picture.shape == (28, 280, 3)
        except pictures.PictureError as error:
            assert "\n" not in str(error)


def test_a_phone_s_photo_is_decoded_at_half_of_its_size(tmp_path):
    Image.new("L", (3456, 4608)).save(tmp_path / "photo.jpg")
    with Image.open(tmp_path / "photo.jpg") as file:
        picture, scale = pictures.load(file)
        assert file.size == (1728, 2304)  # what was decoded of it
    assert picture.shape == (2000, 1500, 3)
    assert scale == pytest.approx(4608 / 2000)


def test_the_range_of_a_picture_with_16_bits_or_fractions_is_that_of_all_of_it(tmp_path):
    levels = np.linspace(1000, 3000, 300)[:, np.newaxis].repeat(50, axis=1)
    for kind in ("uint16", "float32"):
        Image.fromarray(levels.astype(kind)).save(tmp_path / "grey.tif")
        picture, _ = pictures.open_picture(tmp_path / "grey.tif")
        np.testing.assert_allclose(picture[:, 0, 0], np.linspace(0, 255, 300), atol=1.5)


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("missing.png", lambda path: None, "no such file"),
        ("phone.heic", lambda path: path.write_bytes(b"\0\0\0\x18ftypheic"), "save it as JPEG"),
        ("folder", lambda path: path.mkdir(), "no pictures in this folder"),
        ("zeros.png", lambda path: path.write_bytes(bytes(100_000_001)), "bytes, too many"),
        ("wide.gif", Image.new("L", (25_001, 1000)).save, "smaller than 25 million"),
        ("wide.jpg", Image.new("L", (65_001, 1000)).save, "smaller than 65 million"),
        ("bomb.png", Image.new("1", (20_000, 20_000)).save, "too many pixels"),
        ("starts_a_program.eps", Image.new("L", (20, 20)).save, "not a picture"),
    ],
)
def test_what_is_refused_is_told_at_once_in_one_line_and_takes_little_memory(
    name, make, said, tmp_path
):
    make(tmp_path / name)
    begin = time.process_time()
    with at_most_mb(50), pytest.raises(pictures.PictureError) as refused:
        pictures.open_picture(tmp_path / name)
    assert time.process_time() - begin < 0.5
    assert_one_line(str(refused.value), said)
