"""What predict.py does as a whole: it reads the digits in pictures.

The pictures are drawn here, from digits of the sample's test set, so that the tests run anywhere.
"""

import csv
import json
import os
import pathlib

import numpy as np
import pytest
from drawing import page, with_shadows_and_specks
from helpers import assert_one_line, share_of
from PIL import Image

import predict
from reading import find, show
from training import files, own_digits


def of_size(size):
    """Return what draws a page of ten digits, all of one size."""
    return lambda digits: page(digits, columns=5, size=size, paper=255, ink=255)[0]


def light_on_dark(digits):
    return 255 - page(digits, columns=5)[0]


def red_on_green_of_the_same_brightness(digits):
    sheet, _ = page(digits, columns=5, paper=0, ink=-1)
    red, green = np.array([200, 60, 60]), np.array([20, 140, 40])
    return red + sheet[..., None] * (green - red)


def with_shadows(digits):
    return with_shadows_and_specks(page(digits, columns=5)[0])


@pytest.mark.parametrize(
    "draw",
    [of_size(24), of_size(150), light_on_dark, red_on_green_of_the_same_brightness, with_shadows],
)
def test_ten_digits_are_read_row_by_row_however_they_were_drawn(draw, ten_digits, reads_as):
    assert reads_as(draw(ten_digits)) == "0123456789"


def test_a_single_digit_is_read_as_28_by_28_pixels_and_wherever_it_is(ten_digits, read, tmp_path):
    sheets = list(255 - ten_digits)
    for top, left in [(0, 0), (0, 120), (120, 10), (60, 60)]:
        sheet = np.full((200, 200), 255)
        sheet[top : top + 56, left : left + 56] -= np.kron(ten_digits[3], np.ones((2, 2), int))
        sheets.append(sheet.astype("uint8"))
    paths = [tmp_path / f"{number}.png" for number in range(14)]
    for sheet, path in zip(sheets, paths, strict=True):
        Image.fromarray(sheet).save(path)
    _, lines = read(*paths)
    assert [line["digits"] for line in lines] == list("01234567893333")


def test_a_folder_stands_for_its_pictures_and_each_is_said_with_how_sure_it_is(
    ten_digits, finished, tmp_path, capsys
):
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, digit in (("b.png", ten_digits[7]), ("a.PNG", ten_digits[4])):
        Image.fromarray(255 - digit).save(folder / name)
    (folder / "notes.txt").write_text("no picture")
    model = finished.outputs / "model.keras"
    options = ["--model", str(model), "--outputs", str(tmp_path / "outputs")]
    assert predict.main([str(folder), *options]) == 0
    screen = capsys.readouterr()
    assert screen.err == ""
    first, second, last = screen.out.splitlines()
    assert first.startswith(f"{folder / 'a.PNG'}: 4 (")
    assert second.startswith(f"{folder / 'b.png'}: 7 (")
    assert "% sure)" in first
    assert "your_digits.png" in last


def test_with_are_digits_are_counted_and_collected_for_train_py_unless_their_number_is_another(
    ten_digits, finished, tmp_path, capsys
):
    sheet, _ = page(ten_digits, columns=5)
    Image.fromarray(sheet.astype("uint8")).save(tmp_path / "sheet.png")
    outputs = tmp_path / "outputs"
    options = ["--model", finished.outputs / "model.keras", "--outputs", outputs]
    options = [str(tmp_path / "sheet.png"), *map(str, options)]
    assert predict.main([*options, "--are", "01234 5678"]) == 1
    assert not (outputs / "my_digits.npz").exists()
    screen = capsys.readouterr()
    assert_one_line(screen.err, "10 digits were found", "there are 9")
    assert predict.main([*options, "--are", "01234 56780"]) == 0
    assert "9 of 10" in capsys.readouterr().out
    own = own_digits.load([outputs / "my_digits.npz"])
    assert own.labels.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 0]
    for image, digit in zip(own.images, ten_digits, strict=True):
        assert np.corrcoef(image.ravel(), digit.ravel())[0, 1] > 0.7


@pytest.mark.parametrize(
    "options", [["--are", "01a"], ["--are", " "], ["--are", "0", "--json"], []], ids=" ".join
)
def test_a_wrong_command_line_ends_with_status_2(options, tmp_path, capsys):
    pictures = ["a.png"] if options else []
    with pytest.raises(SystemExit) as end:
        predict.main([*pictures, *options, "--outputs", str(tmp_path / "outputs")])
    assert end.value.code == 2
    assert ("--are" if options else "pictures") in capsys.readouterr().err.splitlines()[-1]
    assert not (tmp_path / "outputs").exists()


def test_where_not_all_pictures_are_shown_it_says_so(
    ten_digits, finished, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(show, "MOST_PAGES", 1)
    for place in (4, 7):
        Image.fromarray(255 - ten_digits[place]).save(tmp_path / f"{place}.png")
    options = ["--model", finished.outputs / "model.keras", "--outputs", tmp_path / "outputs"]
    assert predict.main([*map(str, [tmp_path / "4.png", tmp_path / "7.png", *options])]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "It shows the 1 pictures of which the network is least sure."


@pytest.fixture
def bad_pictures(tmp_path):
    """One picture of each bad kind, by name, and what is said of it."""
    random = np.random.default_rng(0)
    y, x = np.indices((600, 800))
    for name, pixels in {
        "noise.png": random.integers(0, 256, (300, 300)),
        "empty.png": np.full((200, 300), 255),
        "carpet.png": 150 + 100 * np.sin(x / 9) * np.sin(y / 11),
        "checks.png": 90 + 120 * ((x // 20 + y // 20) % 2),
        "gradient.png": 60 + x / 5 + random.normal(0, 2, x.shape),
        "shadow.png": 220 - 120 * np.exp(-((x - 500) ** 2 + (y - 200) ** 2) / 2 / 130**2),
        "grain.png": (200 + random.normal(0, 12, x.shape)).clip(0, 255),
    }.items():
        Image.fromarray(pixels.astype("uint8")).save(tmp_path / name)
    (tmp_path / "text.png").write_text("This is no picture.")
    content = (tmp_path / "noise.png").read_bytes()
    (tmp_path / "cut_off.png").write_bytes(content[: len(content) // 2])
    Image.new("1", (20_000, 10_000)).save(tmp_path / "bomb.png")
    (tmp_path / "phone.heic").write_bytes(b"\0\0\0\x18ftypheic")
    (tmp_path / "no_pictures").mkdir()
    (tmp_path / "no_pictures" / "film.mp4").write_text("no picture")
    return {
        "missing.png": "no such file",
        "text.png": "not a picture",
        "cut_off.png": "cannot be read",
        "empty.png": "no ink",
        "bomb.png": "too many pixels",
        "carpet.png": "pattern",
        "checks.png": "no digits",
        "noise.png": "pattern",
        "gradient.png": "no ink",
        "shadow.png": "no ink",
        "grain.png": "no",
        "phone.heic": "HEIC",
        "no_pictures": "no pictures",
    }


def test_each_bad_picture_is_one_line_and_the_others_go_on(
    bad_pictures, ten_digits, finished, tmp_path, capsys
):
    Image.fromarray(255 - ten_digits[2]).save(tmp_path / "good.png")
    options = ["--json", "--model", finished.outputs / "model.keras", "--outputs", tmp_path / "o"]
    paths = [tmp_path / name for name in [*bad_pictures, "good.png"]]
    assert predict.main([*map(str, paths), *map(str, options)]) == 1
    screen = capsys.readouterr()
    lines = screen.err.splitlines()
    assert len(lines) == len(bad_pictures)
    printed = [json.loads(line) for line in screen.out.splitlines()]
    assert len(printed) == len(bad_pictures) + 1
    for (name, said), line, answer in zip(bad_pictures.items(), lines, printed, strict=False):
        assert line.startswith(f"{tmp_path / name}: ")
        assert said in line
        assert answer["file"] == str(tmp_path / name)
        assert said in answer["error"]
    assert printed[-1]["digits"] == "2"


def test_the_picture_that_is_read_is_not_overwritten(ten_digits, finished, tmp_path):
    path = tmp_path / "your_digits.png"
    Image.fromarray(255 - ten_digits[2]).save(path)
    before = path.read_bytes()
    model = str(finished.outputs / "model.keras")
    for pictures in (path, tmp_path):
        with pytest.raises(files.FolderError, match="--outputs"):
            predict.main([str(pictures), "--model", model, "--outputs", str(tmp_path)])
    assert path.read_bytes() == before


def test_after_a_refusal_no_older_picture_stays_as_if_it_were_of_today(ten_digits, read, tmp_path):
    Image.fromarray(255 - ten_digits[2]).save(tmp_path / "good.png")
    Image.new("RGB", (300, 200), "white").save(tmp_path / "blank.png")
    read(tmp_path / "good.png")
    assert (tmp_path / "outputs" / "your_digits.png").exists()
    read(tmp_path / "blank.png")
    assert not (tmp_path / "outputs" / "your_digits.png").exists()


def test_without_a_model_it_says_to_train_first(run, tmp_path):
    child = run("predict.py", "a.png", "--model", tmp_path / "model.keras", "--outputs", tmp_path)
    assert (child.returncode, child.stdout) == (1, "")
    assert_one_line(child.stderr, "python train.py")


def test_it_says_how_it_is_called_without_docstrings_too(run):
    child = run("predict.py", "--help", PYTHONOPTIMIZE="2")
    assert child.returncode == 0
    assert "--are DIGITS" in child.stdout


def test_a_folder_that_cannot_be_written_is_said_in_one_line(read, tmp_path):
    (tmp_path / "outputs").write_text("")
    with pytest.raises(predict.files.FolderError, match="--outputs") as refused:
        read(tmp_path / "a.png")
    assert_one_line(str(refused.value))


def test_an_error_of_our_own_does_not_pass_for_a_bad_picture(ten_digits, monkeypatch, tmp_path):
    def fail(_):
        raise ValueError("operands could not be broadcast together")

    monkeypatch.setattr(find, "find_digits", fail)
    Image.fromarray(255 - ten_digits[2]).save(tmp_path / "good.png")
    with pytest.raises(ValueError, match="broadcast"):
        predict.find_proposals(tmp_path / "good.png")


@pytest.mark.skipif("DIGITS" not in os.environ, reason="DIGITS names no folder of pictures")
def test_other_people_s_digits_are_read(finished_mnist, tmp_path, capsys):
    pictures = pathlib.Path(os.environ["DIGITS"])
    model = finished_mnist.outputs / "model.keras"
    options = ["--model", str(model), "--outputs", str(tmp_path), "--json"]
    predict.main([str(pictures), *options])
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    read = {pathlib.Path(line["file"]).name: line.get("digits") for line in lines}
    with (pictures / "labels.csv").open(newline="", encoding="utf-8") as file:
        labels = list(csv.DictReader(file))
    for kind, least in {"drawn": 0.92, "photo": 6 / 7}.items():
        rows = [row for row in labels if row["kind"] == kind]
        right = share_of([read[row["file"]] for row in rows], [row["digits"] for row in rows])
        assert right >= least
