"""What predict.py does: it finds digits in pictures, makes them like MNIST's, and reads them.

The pictures are drawn here, from digits of the sample's test set, so that the tests run anywhere.
"""

import csv
import json
import os
import pathlib
import statistics
import sys

import keras
import numpy as np
import pytest
from PIL import Image, ImageDraw
from scipy import ndimage

import predict
import train


@pytest.fixture(scope="session")
def ten_digits(sample, finished):
    """One image, uint8 (28, 28), of each digit from 0 to 9: those the network is surest of.

    Sure of them as they are and as `normalize` makes them: the sample's network is a weak one, and
    the tests are of finding digits, not of its doubts.
    """
    _, (x_test, y_test) = sample
    model = keras.saving.load_model(finished.outputs / "model.keras")
    again = np.stack(
        [predict.normalize(image[image.any(1)][:, image.any(0)] / 255) for image in x_test]
    )
    both = [model.predict(train.preprocess_images(x), verbose=0) for x in (x_test, again)]
    probabilities = np.minimum(*both)
    surest = [(probabilities[:, digit] * (y_test == digit)).argmax() for digit in range(10)]
    return x_test[surest]


@pytest.fixture
def read(finished, tmp_path, monkeypatch, capsys):
    """Run predict.main with --json in this process; return its status and its lines, parsed."""

    def read(*arguments, model=finished.outputs / "model.keras"):
        options = ["--model", model, "--outputs", tmp_path / "outputs", "--json"]
        monkeypatch.setattr(sys, "argv", ["predict.py", *map(str, [*arguments, *options])])
        status = predict.main()
        return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return read


@pytest.fixture
def reads_as(read, tmp_path):
    """Save a picture, array or Pillow image, and return what predict.py reads in it."""

    def reads_as(picture, name="picture.png", **options):
        if isinstance(picture, np.ndarray):
            picture = Image.fromarray(np.clip(picture, 0, 255).astype("uint8"))
        picture.save(tmp_path / name, **options)
        _, [line] = read(tmp_path / name)
        return line.get("digits", line.get("error"))

    return reads_as


def page(digits, columns, size=100, paper=210, ink=150):
    """Return a page, float (height, width), with `digits` in rows, and the places of their ink."""
    rows = -(-len(digits) // columns)
    sheet = np.full((rows * size * 3 // 2, columns * size * 3 // 2), float(paper))
    places = []
    for index, digit in enumerate(digits):
        large = Image.fromarray(digit).resize((size, size), Image.Resampling.BICUBIC)
        large = np.asarray(large, dtype=float) / 255
        row, column = divmod(index, columns)
        top, left = row * size * 3 // 2 + size // 4, column * size * 3 // 2 + size // 4
        sheet[top : top + size, left : left + size] -= large * ink
        y, x = np.nonzero(large > 0.5)
        places.append([left + x.min(), top + y.min(), left + x.max() + 1, top + y.max() + 1])
    return sheet, places


def light(sheet, seed=0, grain=4):
    """Return a page as a phone would see it: brighter at one side, and grainy."""
    height, width = sheet.shape
    slope = np.linspace(-40, 30, width) + np.linspace(-20, 20, height)[:, None]
    return sheet + slope + np.random.default_rng(seed).normal(0, grain, sheet.shape)


# --- What is read -------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [24, 60, 150])
def test_digits_of_any_size_are_read(ten_digits, reads_as, size):
    sheet, _ = page(ten_digits, columns=5, size=size, paper=255, ink=255)
    assert reads_as(sheet) == "0123456789"


def test_a_single_picture_of_28_by_28_is_read(ten_digits, reads_as):
    assert [reads_as(255 - digit) for digit in ten_digits] == list("0123456789")


def test_light_ink_on_dark_paper_is_read(ten_digits, reads_as):
    sheet, _ = page(ten_digits, columns=5)
    assert reads_as(255 - sheet) == "0123456789"


def test_it_does_not_matter_where_in_the_picture_a_digit_is(ten_digits, reads_as):
    for top, left in [(0, 0), (0, 120), (120, 10), (60, 60)]:
        sheet = np.full((200, 200), 255.0)
        sheet[top : top + 56, left : left + 56] -= np.kron(ten_digits[3], np.ones((2, 2)))
        assert reads_as(sheet) == "3"


def test_coloured_ink_on_coloured_paper_is_read_even_where_both_are_equally_bright(
    ten_digits, reads_as
):
    sheet, _ = page(ten_digits, columns=5, paper=0, ink=-1)
    red, green = np.array([200, 60, 60]), np.array([20, 140, 40])
    assert reads_as(red + sheet[..., None] * (green - red)) == "0123456789"


@pytest.mark.parametrize("ink", [0, 255])
def test_ink_on_a_transparent_ground_is_read_be_it_black_or_white(ten_digits, reads_as, ink):
    sheet, _ = page(ten_digits, columns=5, paper=0, ink=-255)
    alpha = np.clip(sheet, 0, 255).astype("uint8")
    grey = np.full_like(alpha, ink)
    picture = Image.merge("LA", [Image.fromarray(grey), Image.fromarray(alpha)])
    assert reads_as(picture) == "0123456789"


def test_uneven_light_grain_and_rows_are_read_left_to_right_and_row_by_row(ten_digits, reads_as):
    sheet, _ = page(np.concatenate([ten_digits, ten_digits[::-1]]), columns=5)
    assert reads_as(light(sheet)) == "01234567899876543210"


def test_a_line_of_writing_may_climb(ten_digits, reads_as):
    sheet, _ = page(ten_digits[:5], columns=5, size=60)
    tall = np.full((300, sheet.shape[1]), 210.0)
    for column in range(sheet.shape[1]):
        top = 150 - column // 5
        tall[top : top + len(sheet), column] = sheet[:, column]
    assert reads_as(tall) == "01234"


def test_a_photo_that_a_phone_turned_is_read_upright(ten_digits, reads_as):
    sheet, _ = page(ten_digits[:5], columns=5)
    turned = Image.fromarray(np.rot90(light(sheet)).clip(0, 255).astype("uint8"))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright: turn the picture clockwise to see it so
    assert reads_as(turned, "photo.jpg", exif=exif) == "01234"


def test_a_picture_with_16_bits_a_pixel_is_read(ten_digits, reads_as):
    sheet, _ = page(ten_digits, columns=5)
    assert reads_as(Image.fromarray((sheet * 200).astype("uint16"))) == "0123456789"


def test_shadows_dark_edges_and_specks_are_no_digits(ten_digits, reads_as):
    sheet, _ = page(ten_digits, columns=5)
    sheet = light(sheet)
    sheet[:, :12] = 40
    sheet[-9:] = 50
    y, x = np.indices(sheet.shape)
    sheet -= 60 * np.exp(-((x - 600) ** 2 + (y - 200) ** 2) / (2 * 90**2))
    for place in np.random.default_rng(0).integers(20, 280, (30, 2)):
        sheet[place[0] : place[0] + 3, place[1] : place[1] + 3] -= 100
    assert reads_as(sheet) == "0123456789"


def test_a_ruled_line_between_the_rows_is_no_digit(ten_digits, reads_as):
    sheet, _ = page(ten_digits, columns=5)
    sheet[148:151] -= 90
    assert reads_as(sheet) == "0123456789"


def test_a_digit_drawn_in_two_strokes_is_one_digit(read, tmp_path):
    five = Image.new("L", (200, 200), 255)
    pen = ImageDraw.Draw(five)
    pen.line([(72, 40), (132, 40)], 0, 9)
    pen.line([(72, 58), (70, 95)], 0, 9)
    pen.arc([60, 88, 135, 165], -130, 140, 0, 9)
    five.save(tmp_path / "five.png")
    four = Image.new("L", (200, 200), 255)
    pen = ImageDraw.Draw(four)
    pen.line([(70, 40), (60, 110), (112, 110)], 0, 9)
    pen.line([(122, 60), (118, 170)], 0, 9)
    four.save(tmp_path / "four.png")
    _, lines = read(tmp_path / "five.png", tmp_path / "four.png")
    assert [len(line["digits"]) for line in lines] == [1, 1]


@pytest.mark.parametrize("factor", [1, 4])
def test_boxes_lie_around_the_ink_in_the_pixels_of_the_file(ten_digits, read, tmp_path, factor):
    sheet, places = page(ten_digits, columns=5)
    large = np.kron(sheet, np.ones((factor, factor))).astype("uint8")
    Image.fromarray(large).save(tmp_path / "page.png")
    _, [line] = read(tmp_path / "page.png")
    assert line["digits"] == "0123456789"
    np.testing.assert_allclose(line["boxes"], np.array(places) * factor, atol=4 * factor)
    assert all(0.1 < sure <= 1 for sure in line["confidence"])


# --- What the network is shown ------------------------------------------------------------------


def test_a_digit_becomes_20_by_20_with_its_centre_of_mass_in_the_middle(ten_digits):
    for digit in ten_digits:
        large = np.kron(digit / 255, np.ones((3, 5)))  # far wider than it was
        image = predict.normalize(large)
        assert image.shape == (28, 28)
        assert image.dtype == np.uint8
        rows, columns = np.nonzero(image)
        assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
        np.testing.assert_allclose(ndimage.center_of_mass(image), (14, 14), atol=0.51)


def test_strokes_become_as_wide_as_mnist_s_however_thin_or_thick_the_pen_was():
    areas = []
    for pen_width in (3, 8, 20, 30):
        circle = Image.new("L", (200, 200))
        ImageDraw.Draw(circle).ellipse([20, 20, 180, 180], outline=255, width=pen_width)
        areas.append((predict.normalize(np.asarray(circle) / 255) > 127).sum())
    assert max(areas) < 1.2 * min(areas)


def test_mnist_s_own_digits_stay_what_they_were(sample):
    _, (x_test, _) = sample
    for digit in x_test[::50]:
        rows, columns = np.flatnonzero(digit.any(axis=1)), np.flatnonzero(digit.any(axis=0))
        cut = digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        again = predict.normalize(cut / 255)
        similarity = np.corrcoef(again.ravel(), digit.ravel())[0, 1]
        assert similarity > 0.75


# --- What is printed and saved ------------------------------------------------------------------


def test_a_folder_stands_for_its_pictures_and_each_is_said_with_how_sure_it_is(
    ten_digits, finished, run, tmp_path
):
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, digit in (("b.png", ten_digits[7]), ("a.PNG", ten_digits[4])):
        Image.fromarray(255 - digit).save(folder / name)
    (folder / "notes.txt").write_text("no picture")
    model = finished.outputs / "model.keras"
    child = run("predict.py", folder, "--model", model, "--outputs", tmp_path / "outputs")
    assert child.returncode == 0
    assert child.stderr == ""
    first, second, last = child.stdout.splitlines()
    assert first.startswith(f"{folder / 'a.PNG'}: 4 (")
    assert second.startswith(f"{folder / 'b.png'}: 7 (")
    assert "% sure)" in first
    assert "your_digits.png" in last


def test_your_digits_shows_what_was_read_and_is_whole(ten_digits, reads_as, tmp_path):
    sheet, _ = page(np.concatenate([ten_digits] * 4), columns=10, size=40)
    assert len(reads_as(sheet)) == 40  # more than the picture shows
    with Image.open(tmp_path / "outputs" / "your_digits.png") as picture:
        picture.load()
        assert min(picture.size) > 400
    assert os.listdir(tmp_path / "outputs") == ["your_digits.png"]


@pytest.mark.parametrize("name", ["dropout", "convnet"])
def test_every_model_that_train_saves_can_read(name, ten_digits, read, run, tiny_npz, tmp_path):
    folder = tmp_path / name
    options = ["--model", name, "--epochs", 1, "--data", tiny_npz, "--outputs", folder]
    assert run("train.py", *options).returncode == 0
    Image.fromarray(255 - ten_digits[1]).save(tmp_path / "one.png")
    status, [line] = read(tmp_path / "one.png", model=folder / "model.keras")
    assert status == 0
    assert len(line["digits"]) == 1


# --- When things go wrong -----------------------------------------------------------------------


@pytest.fixture
def bad_pictures(tmp_path):
    """One picture of each bad kind, by name, and what is said of it."""
    said = {
        "missing.png": "no such file",
        "text.png": "not a picture",
        "cut_off.png": "cannot be read",
        "empty.png": "no ink",
        "bomb.png": "too many pixels",
        "carpet.png": "no digits were found",
        "noise.png": "no digits were found",
        "no_pictures": "no pictures",
    }
    random = np.random.default_rng(0)
    (tmp_path / "text.png").write_text("This is no picture.")
    grain = random.integers(0, 256, (300, 300), dtype="uint8")
    Image.fromarray(grain).save(tmp_path / "noise.png")
    content = (tmp_path / "noise.png").read_bytes()
    (tmp_path / "cut_off.png").write_bytes(content[: len(content) // 2])
    Image.new("RGB", (300, 200), "white").save(tmp_path / "empty.png")
    Image.new("1", (20_000, 10_000)).save(tmp_path / "bomb.png")
    y, x = np.indices((600, 800))
    weave = 150 + 100 * np.sin(x / 9) * np.sin(y / 11)
    Image.fromarray(weave.astype("uint8")).save(tmp_path / "carpet.png")
    (tmp_path / "no_pictures").mkdir()
    return said


def test_each_bad_picture_is_one_line_and_the_others_go_on(
    bad_pictures, ten_digits, finished, run, tmp_path
):
    Image.fromarray(255 - ten_digits[2]).save(tmp_path / "good.png")
    options = ["--json", "--model", finished.outputs / "model.keras", "--outputs", tmp_path / "o"]
    paths = [tmp_path / name for name in [*bad_pictures, "good.png"]]
    child = run("predict.py", *paths, *options)
    assert child.returncode == 1
    assert "Traceback" not in child.stderr
    lines = child.stderr.splitlines()
    assert len(lines) == len(bad_pictures)
    printed = [json.loads(line) for line in child.stdout.splitlines()]
    assert len(printed) == len(bad_pictures) + 1
    for (name, said), line, answer in zip(bad_pictures.items(), lines, printed, strict=False):
        assert line.startswith(f"{tmp_path / name}: ")
        assert said in line
        assert answer["file"] == str(tmp_path / name)
        assert said in answer["error"]
    assert printed[-1]["digits"] == "2"


def test_without_a_model_it_says_to_train_first(run, tmp_path):
    child = run("predict.py", "a.png", "--model", tmp_path / "model.keras", "--outputs", tmp_path)
    assert child.returncode == 1
    assert child.stdout == ""
    [line] = child.stderr.splitlines()
    assert "python train.py" in line


def small_model(*layers, name="digits", inputs=784):
    return keras.Sequential([keras.Input((inputs,)), *layers], name=name)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (lambda: small_model(keras.layers.Dense(10, "softmax"), inputs=100), "(None, 100)"),
        (lambda: small_model(keras.layers.Dense(3, "softmax")), "(None, 3)"),
        (lambda: small_model(keras.layers.Dense(10, "softmax"), name="clothes"), "clothes"),
        (lambda: small_model(keras.layers.Dense(10)), "probabilities"),
        (lambda: small_model(keras.layers.Lambda(lambda x: x[:, :10])), "safely"),
    ],
    ids=["other input", "other output", "clothes", "logits", "code of its own"],
)
def test_a_model_for_something_else_is_refused(model, said, ten_digits, read, tmp_path):
    model().save(tmp_path / "model.keras")
    Image.fromarray(255 - ten_digits[2]).save(tmp_path / "good.png")
    with pytest.raises(SystemExit, match="Error: .*") as stop:
        read(tmp_path / "good.png", model=tmp_path / "model.keras")
    assert said in stop.value.code
    assert "\n" not in stop.value.code


@pytest.mark.parametrize("content", [b"", b"no model", b"PK\x05\x06" + b"\0" * 18])
def test_a_file_that_is_no_model_is_refused(content, read, tmp_path):
    (tmp_path / "model.keras").write_bytes(content)
    with pytest.raises(SystemExit, match="Error: .*model.*") as stop:
        read(tmp_path / "good.png", model=tmp_path / "model.keras")
    assert "\n" not in stop.value.code


def test_a_folder_that_cannot_be_written_is_said_in_one_line(finished, run, tmp_path):
    (tmp_path / "file").write_text("")
    model = finished.outputs / "model.keras"
    child = run("predict.py", "a.png", "--model", model, "--outputs", tmp_path / "file")
    assert child.returncode == 1
    [line] = child.stderr.splitlines()
    assert "--outputs" in line


# --- Other people's handwriting -----------------------------------------------------------------


@pytest.fixture(scope="session")
def shares_read_right(run, tmp_path_factory):
    """Train on all of MNIST and return the shares of drawings and of photos that are read right."""

    def shares(model, seed):
        folder = tmp_path_factory.mktemp("mnist")
        data = os.environ["MNIST_NPZ"]
        options = ["--model", model, "--seed", seed, "--data", data, "--outputs", folder]
        assert run("train.py", *options, timeout=1800).returncode == 0
        pictures = pathlib.Path(os.environ["DIGITS"])
        options = ["--model", folder / "model.keras", "--outputs", folder, "--json"]
        lines = map(json.loads, run("predict.py", pictures, *options).stdout.splitlines())
        read = {pathlib.Path(line["file"]).name: line.get("digits") for line in lines}
        with open(pictures / "labels.csv", newline="", encoding="utf-8") as file:
            labels = list(csv.DictReader(file))
        return [
            statistics.mean(
                read[row["file"]] == row["digits"] for row in labels if row["kind"] == kind
            )
            for kind in ("drawn", "photo")
        ]

    return shares


@pytest.mark.skipif(
    not {"MNIST_NPZ", "DIGITS"} <= set(os.environ), reason="needs MNIST_NPZ and DIGITS"
)
@pytest.mark.parametrize(
    ("model", "seeds", "least_drawn", "least_photos"),
    [("dense", [0, 1, 2], 0.92, 5 / 7)],
)
def test_other_people_s_digits_are_read(model, seeds, least_drawn, least_photos, shares_read_right):
    drawn, photos = zip(*(shares_read_right(model, seed) for seed in seeds), strict=True)
    assert statistics.median(drawn) >= least_drawn
    assert statistics.median(photos) >= least_photos
