"""What reading/pictures.py does: it finds picture files and opens them, whatever is in them."""

import pathlib
import subprocess
import sys
import time

import numpy as np
import pytest
from drawing import light, page
from helpers import assert_one_line, at_most_mb, make_pipe, needs_unix_files
from PIL import Image, ImageDraw

import predict
from reading import pictures


@pytest.mark.parametrize("ink", [0, 255])
def test_ink_on_a_transparent_ground_is_read_be_it_black_or_white(ten_digits, reads_as, ink):
    sheet, _ = page(ten_digits, columns=5, paper=0, ink=-255)
    alpha = np.clip(sheet, 0, 255).astype("uint8")
    grey = np.full_like(alpha, ink)
    picture = Image.merge("LA", [Image.fromarray(grey), Image.fromarray(alpha)])
    assert reads_as(picture) == "0123456789"


def test_a_photo_that_a_phone_turned_is_read_upright(ten_digits, reads_as):
    sheet, _ = page(ten_digits[:5], columns=5)
    turned = Image.fromarray(np.rot90(light(sheet)).clip(0, 255).astype("uint8"))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn the picture clockwise to see it so
    assert reads_as(turned, "photo.jpg", exif=exif) == "01234"


def test_a_name_that_no_system_takes_is_one_line(ten_digits, read, tmp_path):
    Image.fromarray(255 - ten_digits[2]).save(tmp_path / "good.png")
    status, [bad, good] = read(tmp_path / ("x" * 300 + ".png"), tmp_path / "good.png")
    assert status == 1
    assert bad["error"]
    assert good["digits"] == "2"


def test_hidden_files_beside_the_pictures_of_a_folder_are_not_read(ten_digits, read, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    Image.fromarray(255 - ten_digits[2]).save(folder / "2.png")
    (folder / "._2.png").write_text("what macOS leaves on other systems' disks")
    status, [line] = read(folder)
    assert status == 0
    assert line["digits"] == "2"


def test_a_wildcard_that_the_shell_left_as_it_is_stands_for_its_files(ten_digits, read, tmp_path):
    for name in ("b.png", "a.png", "[odd].png"):
        Image.fromarray(255 - ten_digits[5]).save(tmp_path / name)
    _, lines = read(tmp_path / "?.png")
    assert [pathlib.Path(line["file"]).name for line in lines] == ["a.png", "b.png"]
    _, [line] = read(tmp_path / "[odd].png")  # a file of this very name comes first
    assert line["digits"] == "5"
    _, [line] = read(tmp_path / "*.jpg")
    assert "no such file" in line["error"]


@pytest.mark.parametrize("mode", ["1", "P"])
def test_a_large_scan_in_black_and_white_is_one_digit_not_crumbs(mode, tmp_path):
    seven = Image.new("1", (3000, 3000), 1)
    ImageDraw.Draw(seven).line([(800, 300), (2200, 300), (1500, 2700)], 0, 3)
    seven.convert(mode).save(tmp_path / "seven.png")
    page = predict.find_proposals(tmp_path / "seven.png")
    whole = page.proposals[0]
    box = np.array(whole.box) * page.scale
    np.testing.assert_allclose(box, (800, 300, 2200, 2700), atol=12)


@pytest.mark.parametrize("kind", ["png", "jpg", "gif", "tif", "webp", "bmp"])
def test_files_of_every_kind_that_are_cut_off_are_one_line_or_read(kind, ten_digits, tmp_path):
    sheet, _ = page(ten_digits, columns=5)
    path = tmp_path / f"page.{kind}"
    picture = Image.fromarray(sheet.astype("uint8")).convert("RGB")
    picture.save(path)
    content = path.read_bytes()
    for share in (0, 0.01, 0.1, 0.5, 0.9, 0.99):
        path.write_bytes(content[: int(share * len(content))])
        found = predict.find_proposals(path)
        assert found.error is None or "\n" not in found.error


@pytest.mark.parametrize("kind", ["jpg", "png"])
def test_a_picture_whose_notes_are_damaged_is_read_without_a_word_about_them(
    kind, tmp_path, ten_digits
):
    sheet, _ = page(ten_digits[3:4], columns=1)
    exif = b"Exif\x00\x00II*\x00\x08\x00\x00\x00\xff\xff"  # it promises 65,535 entries and ends
    path = tmp_path / f"three.{kind}"
    Image.fromarray(sheet.astype("uint8")).save(path, exif=exif)
    with pytest.warns(UserWarning, match="EXIF"):
        Image.open(path).getexif().items()
    code = "import pathlib, sys, predict; predict.find_proposals(pathlib.Path(sys.argv[1]))"
    root = pathlib.Path(predict.__file__).parent
    child = subprocess.run(
        [sys.executable, "-c", code, path], cwd=root, capture_output=True, text=True, check=True
    )
    assert child.stdout + child.stderr == ""


@needs_unix_files
def test_what_is_no_file_is_one_line_and_does_not_cost_the_others(ten_digits, read, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    Image.fromarray(255 - ten_digits[2]).save(folder / "b.png")
    (folder / "a.png").symlink_to(folder / "a.png")
    make_pipe(folder / "c.png")
    (folder / "d.png").symlink_to("/dev/zero")
    (folder / "e.png").mkdir()
    status, lines = read(folder)
    assert status == 1
    assert [line.get("digits") for line in lines] == [None, "2", None, None, None]
    said = ["symbolic links", "", "no regular file", "no regular file", "no pictures"]
    for line, words in zip(lines, said, strict=True):
        assert words in line.get("error", "")


@pytest.mark.parametrize("size", [(4608, 3456), (3456, 4608)])
def test_a_phone_s_photo_is_decoded_at_half_of_its_size(size, tmp_path):
    Image.new("L", size).save(tmp_path / "photo.jpg")
    with Image.open(tmp_path / "photo.jpg") as file:
        picture, scale = pictures.load(file)
        assert file.size == (size[0] // 2, size[1] // 2)  # what was decoded of it
    assert max(picture.shape) == 2000
    assert scale == pytest.approx(4608 / 2000)


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
        ("missing.png", lambda path: None, "no such file"),
        ("folder", lambda path: path.mkdir(), "no pictures in this folder"),
        ("zeros.png", lambda path: path.write_bytes(bytes(100_000_001)), "bytes, too many"),
        ("wide.gif", Image.new("L", (25_001, 1000)).save, "25 million, and at most 25 are read"),
        ("wide.jpg", Image.new("L", (65_001, 1000)).save, "65 million, and at most 65 are read"),
        ("bomb.png", Image.new("1", (20_000, 20_000)).save, "too many pixels"),
        ("narrow.png", Image.new("L", (9, 901)).save, "too narrow"),
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
    with at_most_mb(50), pytest.raises(pictures.PictureError) as refused:
        pictures.open_picture(tmp_path / name)
    assert time.process_time() - begin < 0.5
    assert_one_line(str(refused.value), said)


@pytest.mark.parametrize("mode", ["P", "F", "RGBA"])
def test_a_large_picture_takes_30_bytes_a_pixel_and_keeps_its_colours(mode, tmp_path):
    side = 2800  # of 25 million pixels, which take 750 MB so, this is a third
    ink = np.full((side, side), 200, np.uint8)
    ink[800:2000] = 10
    picture = Image.fromarray(ink).convert(mode)
    picture.save(tmp_path / "large.tif")
    with at_most_mb(30 * side**2 / 1e6):
        opened, scale = pictures.open_picture(tmp_path / "large.tif")
    assert scale == side / 2000
    assert abs(int(opened[100, 100, 0]) - (255 if mode == "F" else 200)) <= 1
    assert abs(int(opened[1000, 1000, 0]) - (0 if mode == "F" else 10)) <= 1
