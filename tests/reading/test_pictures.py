"""What reading/pictures.py does: it finds picture files and opens them, whatever is in them."""

import pathlib
import subprocess
import sys
import time

import numpy as np
import pytest
from drawing import light, page
from helpers import at_most_mb, make_pipe, needs_unix_files
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


def test_a_picture_with_16_bits_a_pixel_is_read(ten_digits, reads_as):
    sheet, _ = page(ten_digits, columns=5)
    assert reads_as(Image.fromarray((sheet * 200).astype("uint16"))) == "0123456789"


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


def test_every_page_of_a_tiff_and_of_a_gif_is_read(ten_digits, read, tmp_path):
    pages = [
        Image.fromarray(255 - np.kron(digit, np.ones((3, 3), "uint8"))) for digit in ten_digits
    ]
    pages[1] = Image.new("L", (84, 84), 255)  # a blank one
    for name in ("scan.tif", "film.gif"):
        pages[0].save(tmp_path / name, save_all=True, append_images=pages[1:4])
        status, lines = read(tmp_path / name)
        assert status == 1
        assert [line["page"] for line in lines] == [1, 2, 3, 4]
        assert [line.get("digits") for line in lines] == ["0", None, "2", "3"]
        assert "no ink" in lines[1]["error"]


def test_a_page_that_cannot_be_read_does_not_hide_those_after_it(ten_digits, read, tmp_path):
    pages = [Image.fromarray(255 - digit) for digit in ten_digits[[4, 7]]]
    narrow = Image.new("L", (1, 800))
    narrow.save(tmp_path / "scan.tif", save_all=True, append_images=pages)
    status, lines = read(tmp_path / "scan.tif")
    assert status == 1
    assert [line["page"] for line in lines] == [1, 2, 3]
    assert [line.get("digits") for line in lines] == [None, "4", "7"]
    assert "too narrow" in lines[0]["error"]


def test_a_wildcard_that_the_shell_left_as_it_is_stands_for_its_files(ten_digits, read, tmp_path):
    for name in ("b.png", "a.png", "[odd].png"):
        Image.fromarray(255 - ten_digits[5]).save(tmp_path / name)
    _, lines = read(tmp_path / "?.png")
    assert [pathlib.Path(line["file"]).name for line in lines] == ["a.png", "b.png"]
    _, [line] = read(tmp_path / "[odd].png")  # a file of this very name comes first
    assert line["digits"] == "5"
    _, [line] = read(tmp_path / "*.jpg")
    assert "no such file" in line["error"]


def test_a_page_that_cannot_be_turned_to_keeps_its_number(ten_digits, read, tmp_path):
    pages = [Image.fromarray(255 - digit).convert("RGB") for digit in ten_digits[[4, 7]]]
    path = tmp_path / "scan.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:])
    content = bytearray(path.read_bytes())
    with Image.open(path) as file:
        file.seek(1)
        second = file.tag_v2._offset  # where the list of the second page's sizes begins
    path.write_bytes(content[: second + 6])
    _, lines = read(path)
    assert [line["page"] for line in lines] == [1, 2]
    assert lines[0]["digits"] == "4"


def test_an_empty_folder_is_told_from_a_missing_file(read, tmp_path):
    _, [line] = read(tmp_path)
    assert "no pictures in this folder" in line["error"]
    _, [line] = read(tmp_path / "missing.png")
    assert "no such file" in line["error"]


def test_eps_is_not_opened_since_another_program_would_be_started(tmp_path):
    Image.new("RGB", (20, 20)).save(tmp_path / "picture.eps")
    with pytest.raises(pictures.PictureError, match="not a picture"):
        pictures.open_page(tmp_path / "picture.eps", None)


@pytest.mark.parametrize("mode", ["1", "P"])
def test_a_large_scan_in_black_and_white_is_one_digit_not_crumbs(mode, tmp_path):
    seven = Image.new("1", (3000, 3000), 1)
    ImageDraw.Draw(seven).line([(800, 300), (2200, 300), (1500, 2700)], 0, 3)
    seven.convert(mode).save(tmp_path / "seven.png")
    [page] = predict.find_proposals(tmp_path / "seven.png")
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
        for found in predict.find_proposals(path):
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


def test_notes_that_are_no_notes_do_not_cost_the_picture(ten_digits, reads_as):
    sheet, _ = page(ten_digits[3:4], columns=1)
    for name in ("three.png", "three.jpg", "three.webp"):
        assert reads_as(sheet, name, exif=b"Exif\0\0no such thing") == "3"


def test_a_pixel_that_is_infinite_or_no_number_does_not_cost_the_picture(ten_digits, reads_as):
    sheet, _ = page(ten_digits[:5], columns=5)
    sheet = sheet.astype("float32")
    sheet[0, :3] = (np.inf, -np.inf, np.nan)
    assert reads_as(Image.fromarray(sheet), "scan.tif") == "01234"


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


# --- Large pictures, and many pages -------------------------------------------------------------


@pytest.mark.parametrize("mode", ["P", "I;16", "RGBA"])
def test_a_large_picture_takes_8_bytes_a_pixel_and_is_read(mode, tmp_path):
    side = 4200  # 50 million pixels, of which 400 MB are allowed, take the time of three
    ink = np.full((side, side), 200, np.uint8)
    ink[1200:3000, 2040:2160] = 10  # a 1
    picture = Image.fromarray(ink)
    if mode == "I;16":
        picture = Image.fromarray(ink.astype("uint16") * 100)
    elif mode == "RGBA":
        picture = Image.merge("RGBA", [picture] * 3 + [Image.new("L", picture.size, 255)])
    elif mode == "P":
        picture = picture.convert("P")
    path = tmp_path / "large.png"
    picture.save(path, compress_level=1)
    with at_most_mb(8 * side**2 / 1e6):
        [page] = predict.find_proposals(path)
    assert page.error is None
    assert len(page.proposals) == 1


@pytest.mark.parametrize("size", [(4608, 3456), (3456, 4608)])
def test_a_phone_s_photo_is_decoded_at_half_of_its_size(size, tmp_path):
    Image.new("L", size).save(tmp_path / "photo.jpg")
    with Image.open(tmp_path / "photo.jpg") as file:
        picture, scale = pictures.load(file)
        assert file.size == (size[0] // 2, size[1] // 2)  # what was decoded of it
    assert max(picture.shape) == 2000
    assert scale == pytest.approx(4608 / 2000)


@pytest.mark.parametrize("kind", ["webp", "gif"])
def test_a_picture_whose_decoder_takes_much_memory_is_refused_from_fewer_pixels(kind, tmp_path):
    path = tmp_path / f"large.{kind}"
    side = round(pictures.MOST_PIXELS[kind.upper()] ** 0.5) + 10
    Image.new("L", (side, side), 255).save(path)
    [(page, picture)] = pictures.open_pages(path)
    assert picture is None
    assert "too many pixels" in page.error
    assert f"at most {pictures.MOST_PIXELS[kind.upper()] // 1_000_000} are read" in page.error


@pytest.mark.parametrize("size", [(4007, 90), (90, 4007), (4100, 1003)])
def test_a_picture_that_is_converted_in_bands_is_as_if_it_were_converted_at_once(size):
    width, height = size
    y, x = np.indices((height, width))
    array = np.stack([x % 251, y % 241, (x + y) % 256], axis=2).astype("uint8")
    picture = Image.fromarray(array)
    expected = picture.reduce(2)
    expected.thumbnail((pictures.LARGEST_SIDE, pictures.LARGEST_SIDE))
    np.testing.assert_array_equal(pictures.to_small_rgb(picture), expected)


def test_the_range_of_a_picture_with_16_bits_is_that_of_all_of_it():
    levels = np.linspace(1000, 3000, 300).astype("uint16")[:, np.newaxis].repeat(50, axis=1)
    small = np.asarray(pictures.to_small_rgb(Image.fromarray(levels)))
    np.testing.assert_allclose(small[:, 0, 0], np.linspace(0, 255, 300), atol=1.5)


def test_of_a_file_with_very_many_pages_the_first_hundred_are_read_and_that_is_said(tmp_path):
    pages = [Image.new("L", (30, 30), 2 * number) for number in range(102)]
    for name in ("film.gif", "scan.tif"):
        path = tmp_path / name
        pages[0].save(path, save_all=True, append_images=pages[1:])
        *opened, (last, picture) = pictures.open_pages(path)
        assert [one.number for one, _ in opened] == list(range(1, 101))
        greys = [shown[0, 0, 0] for _, shown in opened]
        np.testing.assert_allclose(greys, 2 * np.arange(100), atol=1)
        assert picture is None
        assert last.number == 101
        assert "only the first 100 pages" in last.error
        shown = pictures.open_page(path, 7)
        assert shown[0, 0, 0] == pytest.approx(12, abs=1)


def test_of_a_file_with_large_pages_so_many_are_read_as_take_some_seconds(tmp_path, monkeypatch):
    usual = 8_700_000  # pixels: a sheet of paper, scanned with 300 dots an inch
    assert 10 * usual < pictures.MOST_PIXELS_OF_PAGES < 50 * usual
    monkeypatch.setattr(pictures, "MOST_PIXELS_OF_PAGES", 2500)
    pages = [Image.new("L", (30, 30)) for _ in range(9)]
    pages[0].save(tmp_path / "scan.tif", save_all=True, append_images=pages[1:])
    errors = [page.error for page, _ in pictures.open_pages(tmp_path / "scan.tif")]
    assert errors[:3] == [None] * 3
    assert len(errors) == 4
    assert "only the first 3 pages" in errors[3]


def test_a_file_of_very_many_bytes_is_refused_unread(tmp_path):
    path = tmp_path / "large.png"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    [(page, picture)] = pictures.open_pages(path)
    assert picture is None
    assert "200,000,000 bytes, too many" in page.error


def test_kinds_that_pillow_reads_letter_by_letter_are_not_opened(tmp_path):
    path = tmp_path / "comment.pgm"
    path.write_bytes(b"P5\n#" + bytes(10_000_000) + b"\n9 9\n255\n" + bytes(81))
    begin = time.process_time()
    [(page, _)] = pictures.open_pages(path)
    assert time.process_time() - begin < 0.5
    assert "not a picture" in page.error
