"""What reading/show.py does: it prints what was read, and draws your_digits.png."""

import numpy as np
import pytest
from drawing import enlarged, letter, on_white, page
from PIL import Image

import predict


@pytest.mark.parametrize("factor", [1, 4])
def test_boxes_lie_around_the_ink_in_the_pixels_of_the_file(ten_digits, read, tmp_path, factor):
    sheet, places = page(ten_digits, columns=5)
    large = np.kron(sheet, np.ones((factor, factor))).astype("uint8")
    Image.fromarray(large).save(tmp_path / "page.png")
    _, [line] = read(tmp_path / "page.png")
    assert line["digits"] == "0123456789"
    np.testing.assert_allclose(line["boxes"], np.array(places) * factor, atol=4 * factor)
    assert all(0.1 < sure <= 1 for sure in line["confidence"])


def test_the_rows_of_a_page_are_printed_one_by_one(ten_digits, finished, tmp_path, capsys):
    sheet, _ = page(ten_digits, columns=5)
    Image.fromarray(sheet.astype("uint8")).save(tmp_path / "page.png")
    model = str(finished.outputs / "model.keras")
    predict.main([str(tmp_path / "page.png"), "--model", model, "--outputs", str(tmp_path)])
    assert "page.png: 01234 56789 (" in capsys.readouterr().out


def test_digits_in_a_column_are_rows_however_they_are_indented(
    ten_digits, finished, tmp_path, capsys
):
    column = np.full((320, 200), 255)
    for number, left in enumerate((60, 63, 58, 70)):
        column[20 + 75 * number :, left:][:28, :28] = 255 - ten_digits[number + 1]
    Image.fromarray(column.astype("uint8")).resize((400, 640)).save(tmp_path / "column.png")
    model = str(finished.outputs / "model.keras")
    predict.main([str(tmp_path / "column.png"), "--model", model, "--outputs", str(tmp_path)])
    assert "column.png: 1 2 3 4 (" in capsys.readouterr().out


def test_your_digits_shows_what_was_read_and_is_whole(ten_digits, reads_as, tmp_path):
    sheet, _ = page(np.concatenate([ten_digits] * 4), columns=10, size=40)
    assert len(reads_as(sheet)) == 40  # more than the picture shows
    with Image.open(tmp_path / "outputs" / "your_digits.png") as picture:
        picture.load()
        assert min(picture.size) > 400
    assert [path.name for path in (tmp_path / "outputs").iterdir()] == ["your_digits.png"]


def test_file_names_of_every_kind_are_shown_and_none_is_a_formula(ten_digits, reads_as):
    for name in ("$\\foo$.png", "数字.png", "'quoted'.png"):
        assert reads_as(255 - ten_digits[2], name) == "2"


def test_the_pages_of_a_file_are_told_apart_in_what_is_printed(
    ten_digits, finished, tmp_path, capsys
):
    pages = [Image.fromarray(255 - digit) for digit in ten_digits[[4, 7]]]
    pages[0].save(tmp_path / "scan.tif", save_all=True, append_images=pages[1:])
    model = str(finished.outputs / "model.keras")
    scan = str(tmp_path / "scan.tif")
    assert predict.main([scan, "--model", model, "--outputs", str(tmp_path / "outputs")]) == 0
    first, second, _ = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{scan}, page 1: 4 (")
    assert second.startswith(f"{scan}, page 2: 7 (")


def test_what_is_doubtful_is_said_and_in_the_json(ten_digits, finished, read, tmp_path, capsys):
    three = on_white(enlarged(ten_digits[3], 120))
    Image.fromarray(np.hstack([letter("F"), three])).save(tmp_path / "both.png")
    _, [line] = read(tmp_path / "both.png")
    assert line["doubtful"] == [True, False]
    model = str(finished.outputs / "model.keras")
    options = ["--model", model, "--outputs", str(tmp_path / "outputs")]
    assert predict.main([str(tmp_path / "both.png"), *options]) == 0
    said = capsys.readouterr().out.splitlines()[0]
    assert said.count("looks unlike MNIST's") == 1
