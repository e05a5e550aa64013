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
from reading import show
from training import files, own_digits
from training.errors import UserError


def of_size(size):
    """Return what draws a page of ten digits, all of one size."""
    return lambda digits: page(digits, columns=5, size=size, paper=255, ink=255)[0]


def with_shadows(digits):
    return with_shadows_and_specks(page(digits, columns=5)[0])


@pytest.mark.parametrize("draw", [of_size(24), of_size(150), with_shadows])
def test_ten_digits_are_read_row_by_row_however_they_were_drawn(draw, ten_digits, read, tmp_path):
    picture = np.clip(draw(ten_digits), 0, 255).astype("uint8")
    Image.fromarray(picture).save(tmp_path / "picture.png")
    _, [line] = read(tmp_path / "picture.png")
    assert line["digits"] == "0123456789"


def test_a_single_digit_is_read_as_28_by_28_pixels_and_wherever_it_is(ten_digits, read, tmp_path):
    pictures = [Image.fromarray(255 - digit) for digit in ten_digits]
    for place in [(0, 0), (120, 0), (10, 120), (60, 60)]:
        sheet = Image.new("L", (200, 200), 255)
        sheet.paste(pictures[3].resize((56, 56)), place)
        pictures.append(sheet)
    paths = [tmp_path / f"{number}.png" for number in range(14)]
    for picture, path in zip(pictures, paths, strict=True):
        picture.save(path)
    _, lines = read(*paths)
    assert [line["digits"] for line in lines] == list("01234567893333")


def test_a_folder_stands_for_its_pictures_and_each_is_said_with_how_sure_it_is(
    ten_digits, tell, tmp_path, monkeypatch
):
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, digit in (("b.png", ten_digits[7]), ("a.png", ten_digits[4])):
        Image.fromarray(255 - digit).save(folder / name)
    monkeypatch.setattr(show, "MOST_PAGES", 1)
    status, said, errors = tell(folder)
    assert (status, errors) == (0, "")
    first, second, third, last = said.splitlines()
    assert first.startswith(f"{folder / 'a.png'}: 4 (")
    assert second.startswith(f"{folder / 'b.png'}: 7 (")
    assert "your_digits.png" in third
    assert last == "It shows the first 1 of 2 pictures."


def test_with_are_digits_are_counted_and_collected_for_train_py_unless_their_number_is_another(
    ten_digits, tell, tmp_path
):
    path = tmp_path / "sheet.png"
    sheet, _ = page(ten_digits, columns=5)
    Image.fromarray(sheet.astype("uint8")).save(path)
    my_digits = tmp_path / "outputs" / "my_digits.npz"
    with pytest.raises(UserError, match="10 digits were found.*there are 9"):
        tell(path, "--are", "01234 5678")
    assert not my_digits.exists()
    status, said, _ = tell(path, "--are", "01234 56780")
    assert status == 0
    assert "9 of 10" in said
    own = own_digits.load([my_digits])
    assert own.labels.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 0]


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


def test_each_bad_picture_is_one_line_and_the_others_go_on(ten_digits, tell, tmp_path):
    random = np.random.default_rng(0)
    y, x = np.indices((600, 800))
    shade = 120 * np.exp(-((x - 500) ** 2 + (y - 200) ** 2) / 2 / 130**2)
    bad = {
        "noise.png": (random.integers(0, 256, (300, 300)), "pattern"),
        "carpet.png": (150 + 100 * np.sin(x / 9) * np.sin(y / 11), "pattern"),
        "checks.png": (90 + 120 * ((x // 20 + y // 20) % 2), "no digits"),
        "gradient.png": (60 + x / 5 + random.normal(0, 2, x.shape), "no ink"),
        "shadow.png": (220 - shade, "no ink"),
        "grain.png": ((200 + random.normal(0, 12, x.shape)).clip(0, 255), "no"),
    }
    for name, (pixels, _) in bad.items():
        Image.fromarray(pixels.astype("uint8")).save(tmp_path / name)
    bad["missing.png"] = (None, "No such file")
    Image.fromarray(255 - ten_digits[2]).save(tmp_path / "good.png")
    paths = [tmp_path / name for name in [*bad, "good.png"]]
    status, printed, errors = tell(*paths, "--json")
    assert status == 1
    *refused, good = [json.loads(line) for line in printed.splitlines()]
    assert good["digits"] == "2"
    assert errors.splitlines() == [f"{line['file']}: {line['error']}" for line in refused]
    for (name, (_, said)), line in zip(bad.items(), refused, strict=True):
        assert line["file"] == str(tmp_path / name)
        assert said in line["error"]


def test_the_picture_that_is_read_is_not_overwritten(ten_digits, tell, tmp_path):
    path = tmp_path / "outputs" / "your_digits.png"
    path.parent.mkdir()
    Image.fromarray(255 - ten_digits[2]).save(path)
    before = path.read_bytes()
    for pictures in (path, path.parent):
        with pytest.raises(files.FolderError, match="--outputs"):
            tell(pictures)
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


@pytest.mark.skipif("DIGITS" not in os.environ, reason="DIGITS names no folder of pictures")
def test_other_people_s_digits_are_read(finished_mnist, read):
    pictures = pathlib.Path(os.environ["DIGITS"])
    _, lines = read(pictures, model=finished_mnist.outputs / "model.keras")
    found = {pathlib.Path(line["file"]).name: line.get("digits") for line in lines}
    with (pictures / "labels.csv").open(newline="", encoding="utf-8") as file:
        labels = list(csv.DictReader(file))
    for kind, least in {"drawn": 0.92, "photo": 6 / 7}.items():
        rows = [row for row in labels if row["kind"] == kind]
        right = share_of([found[row["file"]] for row in rows], [row["digits"] for row in rows])
        assert right >= least
