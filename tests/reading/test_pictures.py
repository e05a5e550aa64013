"""What reading/pictures.py does: it finds picture files and opens them, whatever is in them."""

import time

import numpy as np
import pytest
from helpers import assert_one_line, at_most_mb, make_pipe, needs_unix_files
from PIL import Image, ImageDraw

import predict
from reading import pictures
from reading.basics import NoDigits


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


def test_a_folder_and_a_wildcard_that_the_shell_left_stand_for_their_pictures(tmp_path):
    for name in ("b.png", "a.png", "[odd].png", "._b.png", "notes.txt"):  # ._ is hidden
        (tmp_path / name).touch()
    for pattern, names in {
        "": ["[odd].png", "a.png", "b.png"],
        "?.png": ["a.png", "b.png"],
        "[odd].png": ["[odd].png"],  # a file of this very name comes first
        "*.jpg": ["*.jpg"],
        "x" * 300: ["x" * 300],  # which no system takes
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
        except NoDigits as error:
            assert "\n" not in str(error)


@needs_unix_files
def test_what_is_no_file_is_one_line_and_does_not_cost_the_others(typical_digits, tmp_path):
    Image.fromarray(255 - typical_digits[2]).save(tmp_path / "b.png")
    (tmp_path / "a.png").symlink_to(tmp_path / "a.png")
    make_pipe(tmp_path / "c.png")
    (tmp_path / "d.png").mkdir()
    pages = [predict.find_proposals(path) for path in pictures.find_files([tmp_path])]
    said = ["symbolic links", "None", "no regular file", "no pictures"]
    for page, words in zip(pages, said, strict=True):
        assert words in str(page.error)
    assert len(pages[1].proposals) == 1


def test_a_phone_s_photo_is_decoded_at_half_of_its_size(tmp_path):
    Image.new("L", (3456, 4608)).save(tmp_path / "photo.jpg")
    with Image.open(tmp_path / "photo.jpg") as file:
        picture, scale = pictures.load(file)
        assert file.size == (1728, 2304)  # what was decoded of it
    assert picture.shape == (1600, 1200, 3)
    assert scale == pytest.approx(4608 / 1600)


def test_the_range_of_a_picture_with_16_bits_or_fractions_is_that_of_all_of_it(tmp_path):
    levels = np.linspace(1000, 3000, 300)[:, np.newaxis].repeat(50, axis=1)
    for kind in ("uint16", "float32"):
        Image.fromarray(levels.astype(kind)).save(tmp_path / "grey.tif")
        picture, _ = pictures.open_picture(tmp_path / "grey.tif")
        np.testing.assert_allclose(picture[:, 0, 0], np.linspace(0, 255, 300), atol=1.5)


def test_a_pixel_that_is_infinite_or_no_number_does_not_cost_the_picture(tmp_path):
    picture = np.full((30, 50), 100, "float32")
    picture[0, :3] = (np.inf, -np.inf, np.nan)
    Image.fromarray(picture).save(tmp_path / "scan.tif")
    opened, _ = pictures.open_picture(tmp_path / "scan.tif")
    assert (opened[0, :3] == 0).all()
    assert (opened[1:] == 255).all()


def make_letter_by_letter(path):
    path.write_bytes(b"P5\n#" + bytes(10_000_000) + b"\n9 9\n255\n" + bytes(81))


def make_pages(path):
    one = Image.new("L", (30, 30))
    one.save(path, save_all=True, append_images=[one])


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("missing.png", lambda path: None, "No such file"),
        ("folder", lambda path: path.mkdir(), "no pictures in this folder"),
        ("zeros.png", lambda path: path.write_bytes(bytes(100_000_001)), "bytes, too many"),
        ("wide.gif", Image.new("L", (25_001, 1000)).save, "smaller than 25 million"),
        ("wide.jpg", Image.new("L", (65_001, 1000)).save, "smaller than 65 million"),
        ("bomb.png", Image.new("1", (20_000, 20_000)).save, "400000000 pixels"),
        ("narrow.png", Image.new("1", (8, 900)).save, "too narrow"),
        ("scan.tif", make_pages, "several pages"),
        ("starts_a_program.eps", Image.new("L", (20, 20)).save, "not a picture"),
        ("read_letter_by_letter.pgm", make_letter_by_letter, "not a picture"),
    ],
)
def test_what_is_refused_is_told_at_once_in_one_line_and_takes_little_memory(
    name, make, said, tmp_path
):
    make(tmp_path / name)
    begin = time.process_time()
    with at_most_mb(50), pytest.raises(NoDigits) as refused:
        pictures.open_picture(tmp_path / name)
    assert time.process_time() - begin < 0.5
    assert_one_line(str(refused.value), said)


@pytest.mark.parametrize("mode", ["P", "F"])
def test_a_large_picture_takes_30_bytes_a_pixel_and_keeps_its_colours(mode, tmp_path):
    side = 2800  # of 25 million pixels, which take 750 MB so, this is a third
    ink = np.full((side, side), 255, np.uint8)
    ink[800:2000] = 0
    Image.fromarray(ink).convert(mode).save(tmp_path / "large.tif")
    with at_most_mb(30 * side**2 / 1e6):
        opened, scale = pictures.open_picture(tmp_path / "large.tif")
    assert scale == side / 1600
    assert opened[100, 100].tolist() == [255, 255, 255]
    assert opened[1000, 1000].tolist() == [0, 0, 0]
