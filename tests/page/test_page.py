"""What draw.html does in a real browser: its network is Keras's, and it reads what is drawn."""

import base64
import io
import json
import math
import os
import pathlib
import re
import shutil

import keras
import numpy as np
import pytest
from conftest import ROOT, as_input
from PIL import Image

from page.write import write_page as write_trained_page
from training import data
from training.answers import Answers

CLASS_NAMES = {"digits": data.DIGITS, "clothes": data.CLOTHES}
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
if CHROMIUM is None:
    reason = "no browser is installed: neither Chromium nor Chrome, and CHROMIUM names none"
    pytest.skip(reason, allow_module_level=True)


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        # A container's root may not have the sandbox; these pages are our own.
        yield driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


@pytest.fixture
def visit(browser):
    """Open a page: visit(path, viewport=..., locale=...). What goes wrong in it fails the test.

    What the page asks for is in `page.requests`, what goes wrong in `page.errors`. The example that
    is drawn by itself is wiped, unless `example` is true.
    """
    pages = []

    def visit(path, example=False, **options):
        page = browser.new_context(**({"locale": "en-US"} | options)).new_page()
        page.requests, page.errors = [], []
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on(
            "console",
            lambda line: page.errors.append(line.text) if line.type == "error" else None,
        )
        pages.append(page)
        page.goto(pathlib.Path(path).as_uri())
        if not example:
            page.keyboard.press("Escape")
        return page

    yield visit
    for page in pages:
        page.wait_for_timeout(20)  # what went wrong last may still be on its way
        page.context.close()
        assert page.errors == []


def write_page(path, model, data, kind="digits", name="a test"):
    """Write the page of `model`; `data` are images and labels, for training and for the test."""
    images, labels = data
    x = as_input(images)
    probabilities = model.predict(x, verbose=0)
    answers = Answers(images, labels, probabilities, CLASS_NAMES[kind], name)
    write_trained_page(path, model, answers, paper=0.0, ink=1.0)
    return path


def sequential(*layers):
    """Return an untrained network of these layers whose answers are far from all alike."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((784,)), *layers])
    model.set_weights([3 * weights for weights in model.get_weights()])
    return model


# --- Digits as a hand draws them, in a box of 1 by 1 --------------------------------------------


def arc(x, y, width, height, start, end):
    """Return points on an ellipse around x, y; 0 is right, 90 is down, 360 is once around."""
    angles = [math.radians(start + (end - start) * step / 12) for step in range(13)]
    return [(x + width * math.cos(a) / 2, y + height * math.sin(a) / 2) for a in angles]


DIGITS = {
    0: [arc(0.5, 0.5, 0.6, 1, -90, 270)],
    1: [[(0.5, 0), (0.5, 1)]],
    2: [[*arc(0.5, 0.28, 0.6, 0.56, -170, 40), (0.2, 1), (0.85, 1)]],
    3: [[*arc(0.45, 0.25, 0.6, 0.5, -150, 90), *arc(0.45, 0.74, 0.7, 0.52, -90, 150)]],
    4: [[(0.3, 0), (0.15, 0.55), (0.85, 0.55)], [(0.7, 0.1), (0.65, 1)]],
    5: [[(0.25, 0), (0.2, 0.42), *arc(0.42, 0.68, 0.7, 0.64, -110, 140)], [(0.25, 0), (0.8, 0)]],
    6: [[(0.65, 0), (0.35, 0.35), *arc(0.5, 0.72, 0.56, 0.56, -180, -540)]],
    7: [[(0.15, 0), (0.85, 0), (0.4, 1)]],
    8: [[*arc(0.5, 0.25, 0.5, 0.5, 90, -270), *arc(0.5, 0.75, 0.6, 0.5, -90, 270)]],
    9: [[*arc(0.48, 0.28, 0.55, 0.56, 0, -360), (0.72, 0.6), (0.65, 1)]],
}
PLACES = [(0.1, 0.1, 0.8), (0.5, 0.3, 0.45), (0.1, 0.6, 0.25)]  # left, top, and size


def draw(page, strokes, place=PLACES[0], after_each_point=lambda: None):
    """Draw `strokes` on the pad with the mouse."""
    box, (left, top, size) = page.locator("#pad").bounding_box(), place
    for stroke in strokes:
        for i, (x, y) in enumerate(stroke):
            page.mouse.move(
                box["x"] + box["width"] * (left + size * x),
                box["y"] + box["height"] * (top + size * y),
            )
            if i == 0:
                page.mouse.down()
            after_each_point()
        page.mouse.up()


def next_frame(page):
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def settle(page):
    """Wait until the pen is up for so long that the page takes the drawing for finished."""
    page.evaluate(
        """new Promise((done) => {
          const look = () => (settled && pointer === null ? done() : setTimeout(look, 20));
          look();
        })"""
    )


def draw_and_settle(page, strokes):
    draw(page, strokes)
    settle(page)


def teach(page, label):
    """Click the button of a digit and wait until the lesson is over."""
    page.locator("#bars button").nth(label).click()
    wait_for_lesson(page)


def wait_for_lesson(page):
    page.locator("#examples:enabled").wait_for()


def answer(page):
    return page.locator("#best").inner_text()


def note(page):
    return page.inner_text("#note")


def pad_has_ink(page):
    """Whether anything is drawn on the pad that a person can see."""
    differs = "[...new Uint32Array(image.data.buffer)].some((pixel, i, all) => pixel !== all[0])"
    image = "pad.getContext('2d').getImageData(0, 0, pad.width, pad.height)"
    return page.evaluate(f"() => {{ const image = {image}; return {differs}; }}")


def count_read_right(page, places):
    right = 0
    for digit, strokes in DIGITS.items():
        for place in places:
            page.locator("#clear").click()
            draw(page, strokes, place)
            right += answer(page) == str(digit)
    return right


# --- The network in the page is the network in Keras --------------------------------------------


def assert_same_answers(page, model, images):
    pixels = as_input(images)
    here = page.evaluate("(images) => images.map(predict)", pixels.tolist())
    there = model.predict(pixels, verbose=0)
    assert np.abs(np.array(here) - there).max() < 1e-4
    assert np.ptp(there, axis=0).max() > 0.01  # the answers differ from digit to digit
    assert "WARNING" not in page.locator("#about").inner_text()


def test_the_page_of_a_run_answers_what_its_saved_model_answers(visit, finished, sample):
    model = keras.saving.load_model(finished.outputs / "model.keras")
    assert_same_answers(visit(finished.outputs / "draw.html"), model, sample[1][0][:100])


def test_the_other_networks_answer_in_the_page_what_they_answer_in_keras(
    visit, finished_other, sample
):
    model = keras.saving.load_model(finished_other.outputs / "model.keras")
    assert_same_answers(visit(finished_other.outputs / "draw.html"), model, sample[1][0][:100])


L = keras.layers


def test_a_page_that_computes_something_else_than_keras_says_so(visit, sample, tmp_path):
    model = sequential(L.Dense(10, "softmax"))
    path = write_page(tmp_path / "draw.html", model, sample[0])
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"ink": 1.0', '"ink": 2.0'), encoding="utf-8")
    page = visit(path)
    page.get_by_role("alert").wait_for()
    assert "WARNING" in page.locator("#about").inner_text()
    assert not page.locator("#pad").is_visible()  # and it does not answer


# --- What a run leaves --------------------------------------------------------------------------


def test_a_run_ends_with_what_to_do_with_the_page_which_is_at_most_3_mb(finished):
    last_line = finished.stdout.rstrip().splitlines()[-1]
    assert str(finished.outputs / "draw.html") in last_line
    assert "browser" in last_line
    assert (finished.outputs / "draw.html").stat().st_size < 3_000_000


def test_the_name_of_a_data_file_cannot_end_the_script(visit, sample, tmp_path):
    name = "</script><script>document.title = 'broken'</script>.npz"
    model = sequential(L.Dense(10, "softmax"))
    page = visit(write_page(tmp_path / "draw.html", model, sample[0], name=name))
    assert page.title() == "Draw a digit"
    assert name in page.locator("#about").inner_text()


def test_the_template_says_to_run_train_py_first(visit):
    page = visit(ROOT / "page" / "draw.html")
    assert "python train.py" in page.locator("body").inner_text()
    assert not page.locator("#pad").is_visible()
    page.keyboard.press("Escape")
    assert "python train.py" in visit(ROOT / "page" / "draw.html", locale="zh-CN").inner_text(
        "body"
    )


# --- Drawing ------------------------------------------------------------------------------------


@pytest.fixture
def page(visit, finished):
    return visit(finished.outputs / "draw.html")


def test_digits_drawn_with_the_mouse_are_read_by_the_network_that_has_seen_a_tenth_of_mnist(page):
    assert count_read_right(page, PLACES[1:2]) >= 8  # of 10


def test_ten_digits_in_three_sizes_and_places_are_read_by_the_network_that_has_seen_all_of_mnist(
    visit, finished_mnist
):
    assert count_read_right(visit(finished_mnist.outputs / "draw.html"), PLACES) == 30


def test_strangers_handwriting_is_read(visit, finished_mnist):
    if "PEN" not in os.environ:
        pytest.skip("PEN names no folder with strangers' handwriting")
    digits = json.loads(pathlib.Path(os.environ["PEN"], "strokes.json").read_text())
    page = visit(finished_mnist.outputs / "draw.html")
    read = "(digits) => digits.map((strokes) => predict(prepare(strokes)))"
    probabilities = np.array(page.evaluate(read, [digit["strokes"] for digit in digits]))
    labels = np.array([digit["digit"] for digit in digits])
    assert (probabilities.argmax(axis=1) == labels).mean() >= 0.9


def prepare(page, strokes):
    return np.array(page.evaluate("(strokes) => [...prepare(strokes)]", strokes)).reshape((28, 28))


@pytest.mark.parametrize("digit", [1, 2, 7])
def test_the_network_sees_the_same_whatever_the_size_and_place_of_the_drawing(page, digit):
    image = prepare(page, DIGITS[digit])
    large = [[(5000 + 300 * x, 300 * y - 70) for x, y in stroke] for stroke in DIGITS[digit]]
    assert np.abs(prepare(page, large) - image).max() < 1e-3
    assert (image.min(), image.max()) == (0, 1)
    rows, columns = np.nonzero(image > 0.5)
    assert 19 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 21  # the ink fills 20x20
    for axis in (0, 1):
        centre = (image.sum(axis=1 - axis) * (np.arange(28) + 0.5)).sum() / image.sum()
        assert abs(centre - 14) < 0.1


def test_a_dot_stays_a_dot_and_nothing_is_nothing(page):
    dot = prepare(page, [[(3, 3)]])
    assert 5 < dot.sum() < 9  # a pen of 2.9 pixels covers 6.6 of them
    assert not prepare(page, []).any()
    assert not prepare(page, [[]]).any()


def test_the_answer_its_bar_and_what_the_network_sees_follow_the_drawing(page):
    assert answer(page) == ""
    draw(page, DIGITS[1])
    shares = [float(share.strip("<>%")) for share in page.locator("#bars b").all_inner_texts()]
    assert len(shares) == 10
    assert abs(sum(shares) - 100) < 1
    assert answer(page) == str(np.argmax(shares)) == "1"
    read = "[...seen.getContext('2d').getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 == 0)"
    image = np.array(page.evaluate(read)).reshape((28, 28))
    assert image[14, 14] == 255
    assert image[:, 18:].max() == 0


def test_clear_and_undo_work_by_button_and_by_key(page):
    for clear in (
        page.locator("#clear").click,
        lambda: page.keyboard.press("Escape"),
        lambda: page.keyboard.press("Delete"),
    ):
        draw(page, DIGITS[4])
        assert answer(page) != ""
        clear()
        assert (answer(page), pad_has_ink(page)) == ("", False)
    draw(page, DIGITS[1])
    page.locator("#clear").click()
    page.locator("#undo").click()
    assert answer(page) == "1"  # it is back
    page.locator("#clear").click()
    for undo in (page.locator("#undo").click, lambda: page.keyboard.press("Control+z")):
        draw(page, [*DIGITS[1], *DIGITS[7], *DIGITS[0]])
        undo()
        undo()
        assert answer(page) == "1"
        undo()
        undo()  # there is no more
        assert answer(page) == ""
    page.locator("#clear").click()


def test_odd_drawings_are_no_error(page):
    draw_and_settle(page, [[(0.5, 0.5)]])  # a dot
    assert answer(page) == "?"
    assert pad_has_ink(page)
    draw(page, [[(0.2, 0.2), (0.2, 0.2)]])
    draw(page, [[(0.5, 0.5), (3, 0.5), (3, -2), (-1, -1), (0.5, 0.2)]])  # leaves the canvas
    box = page.locator("#pad").bounding_box()
    page.mouse.click(box["x"] + 9, box["y"] + 9, button="right")
    page.locator("#clear").click()
    assert answer(page) == ""
    for i in range(100):
        draw(page, [[(i / 100, 0), (1 - i / 100, 1)]])
    assert answer(page) != ""


@pytest.mark.parametrize("key", ["Escape", "Control+z"])
def test_a_stroke_that_is_taken_back_while_it_is_drawn_is_gone(page, key):
    box = page.locator("#pad").bounding_box()
    page.mouse.move(box["x"] + 50, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 90, box["y"] + 90)
    page.keyboard.press(key)
    page.mouse.move(box["x"] + 90, box["y"] + 190)
    page.mouse.up()
    settle(page)
    assert answer(page) == ""
    draw(page, DIGITS[1])
    assert answer(page) == "1"


def test_a_finger_draws_and_a_second_one_does_not_disturb_it(visit, finished):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = visit(finished.outputs / "draw.html", **phone)
    box = page.locator("#pad").bounding_box()
    send = page.context.new_cdp_session(page).send

    def touch(kind, *points):
        spots = [{"x": box["x"] + x, "y": box["y"] + y, "id": i} for i, (x, y) in enumerate(points)]
        send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": spots})

    touch("touchStart", (150, 50))
    for y in range(60, 300, 20):
        touch("touchMove", (150, y), *[(250, 300 - y)] * (y > 100))
    touch("touchEnd")
    assert answer(page) == "1"
    assert page.evaluate("scrollY") == 0
    assert page.evaluate("strokes.length") == 1


def test_a_drawing_stays_when_the_window_changes_its_size(page):
    draw(page, DIGITS[2], PLACES[1])
    before = page.evaluate("prepare(strokes)"), answer(page)
    page.set_viewport_size({"width": 400, "height": 800})
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    width = page.locator("#pad").bounding_box()["width"]
    assert page.evaluate("pad.width") == round(width) < 400
    assert pad_has_ink(page)
    assert (page.evaluate("prepare(strokes)"), answer(page)) == before


# --- It does not scold, and does not jump -------------------------------------------------------


def places_of_what_moves(page):
    """Return where these are, each as left, top, width and height, in half pixels."""
    names = ["#pad", "#clear", "#bars", "#how", "#bars li:nth-child(8) button"]
    return page.evaluate(
        """(names) => names.map((name) => {
          const box = document.querySelector(name).getBoundingClientRect();
          return [box.x, box.y, box.width, box.height].map((length) => Math.round(2 * length) / 2);
        })""",
        names,
    )


SIZES = [(1280, 800), (900, 900), (667, 375), (375, 667), (375, 553)]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_while_a_7_is_drawn_nothing_is_refused_and_nothing_moves(visit, finished, width, height):
    page = visit(finished.outputs / "draw.html", viewport={"width": width, "height": height})
    before = places_of_what_moves(page)
    slow_7 = [(0.15 + x / 10, 0) for x in range(8)] + [(0.85 - y / 20, y / 10) for y in range(11)]
    said = set()

    def look():
        next_frame(page)
        said.add((answer(page) == "?", note(page)))
        assert places_of_what_moves(page) == before

    draw(page, [[(0.15, 0), (0.152, 0), *slow_7]], after_each_point=look)
    assert said == {(False, "")}
    settle(page)
    assert note(page) == ""
    page.locator("#clear").click()
    draw_and_settle(page, [[(0, 0.5), (1, 0.52)]])  # what is refused moves nothing, either
    assert answer(page) == "?"
    assert places_of_what_moves(page) == before
    teach_button = page.locator("#bars button").nth(3)
    assert teach_button.is_disabled()
    page.locator("#clear").click()
    draw_and_settle(page, DIGITS[1])
    teach(page, 4)
    assert places_of_what_moves(page) == before


def test_a_5_whose_dash_is_drawn_first_is_not_refused_between_its_strokes(page):
    dash, body = [(0.25, 0), (0.8, 0)], DIGITS[5][0]
    draw(page, [dash])
    next_frame(page)
    assert answer(page) not in ("", "?")  # it says what it thinks so far
    draw(page, [body])
    settle(page)
    assert answer(page) == "5"


def test_two_digits_a_dash_and_a_dot_are_asked_for_again_and_digits_are_not(page):
    two = [[(0.1, 0), (0.1, 1)], *[[(x / 2 + 0.5, y) for x, y in s] for s in DIGITS[2]]]
    for strokes, words in [
        (two, "one digit, please"),
        ([[(0, 0.5), (1, 0.52)]], "dash"),
        ([[(0.5, 0.5)]], "dot"),
    ]:
        draw_and_settle(page, strokes)
        assert answer(page) == "?"
        assert words in note(page)
        page.locator("#clear").click()
    for strokes in DIGITS.values():
        assert page.evaluate("(strokes) => whyNoDigit(strokes)", strokes) == ""


def test_nearly_no_stranger_s_digit_is_refused(page):
    if "PEN" not in os.environ:
        pytest.skip("PEN names no folder with strangers' handwriting")
    digits = json.loads(pathlib.Path(os.environ["PEN"], "strokes.json").read_text())
    count = "(digits) => digits.filter((strokes) => whyNoDigit(strokes) !== '').length"
    assert page.evaluate(count, [digit["strokes"] for digit in digits]) <= 5  # of 1,000


def test_shares_are_told_without_contradiction(page):
    shares = [0.0, 0.0004, 0.00099, 0.001, 0.5, 0.999, 0.9991, 1.0]
    told = page.evaluate("(shares) => shares.map(percent)", shares)
    small, large = "<0.1%", ">99.9%"
    assert told == [small, small, small, "0.1%", "50.0%", "99.9%", large, large]


def test_a_drawing_of_5_000_points_is_prepared_as_fast_as_80_answers_are_given(page):
    best = page.evaluate(
        """() => {
          const point = (_, i) => [0.5 + 0.4 * Math.cos(i / 7), 0.5 + 0.4 * Math.sin(i / 11)];
          const strokes = [Array.from({ length: 5000 }, point)];
          const image = prepare(strokes);
          const time = (f) => {
            const start = performance.now();
            f();
            return performance.now() - start;
          };
          const least = (f) => Math.min(...Array.from({ length: 7 }, () => time(f)));
          const predictOften = () => { for (let i = 0; i < 80; i++) predict(image); };
          return [least(() => prepare(strokes)), least(predictOften)];
        }"""
    )
    assert best[0] < best[1]


# --- The example, before anything is drawn ------------------------------------------------------


def test_an_example_is_drawn_by_itself_once_and_the_first_touch_wipes_it(visit, finished):
    page = visit(finished.outputs / "draw.html", example=True)
    lengths = set()
    while not page.evaluate("demo && settled"):
        lengths.add(page.evaluate("strokes[0]?.length ?? 0"))
    assert len(lengths) > 3  # it grew
    assert answer(page) == "2"
    assert page.locator("#units").is_visible()
    assert "An example" in page.inner_text("#hint")
    assert page.locator("#bars button").nth(3).is_disabled()  # it is not the visitor's
    assert page.locator("#save").is_disabled()  # there is nothing to save
    assert page.locator("#save-digits").is_disabled()
    draw(page, DIGITS[1])
    assert page.evaluate("strokes.length") == 1
    assert answer(page) == "1"
    assert not page.locator("#hint").is_visible()
    page.locator("#clear").click()
    page.locator("#undo").click()
    page.locator("#undo").click()
    page.wait_for_timeout(100)
    assert answer(page) == ""  # it does not come back


def test_a_touch_while_the_example_is_drawn_ends_it(visit, finished):
    page = visit(finished.outputs / "draw.html", example=True)
    page.evaluate("new Promise((done) => setInterval(() => demo && done(), 1))")
    draw(page, [[(0.5, 0.1), (0.5, 0.9)]])
    page.wait_for_timeout(1600)  # by then the example would be finished
    assert answer(page) == "1"
    assert page.evaluate("strokes.length === 1 && strokes[0].length === 2")


def test_with_reduced_motion_the_example_stands_there_at_once(visit, finished):
    page = visit(finished.outputs / "draw.html", example=True, reduced_motion="reduce")
    page.locator("#hint", has_text="An example").wait_for()
    assert page.evaluate("strokes[0].length === DEMO.length")


# --- Correcting it ------------------------------------------------------------------------------

READ_ALL = "network.test_labels.map((_, index) => likeliest(predict(testImage(index))))"


@pytest.fixture
def calm(visit, finished):
    """The page of a run, with reduced motion: lessons take no time."""
    return visit(finished.outputs / "draw.html", reduced_motion="reduce")


def weights(page):
    return page.evaluate("teachable().weights.map((array) => [...array])")


def test_a_click_on_a_bar_teaches_the_drawing(calm):
    draw(calm, DIGITS[1])
    before = calm.evaluate("predict(prepare(strokes))")
    assert np.argmax(before) == 1
    teach(calm, 4)
    assert calm.evaluate("predict(prepare(strokes))")[4] >= 0.6
    assert answer(calm) == "4"
    assert note(calm) == "It now reads your 4."
    assert "Before your lessons it read" in calm.inner_text("#about")
    told = calm.evaluate("percent(predict(prepare(strokes))[4])")
    assert f"to {told}. It stops at 60%" in calm.inner_text("#steps")


def test_a_lesson_says_and_shows_what_it_forgot_and_learned(calm):
    labels = np.array(calm.evaluate("network.test_labels"))
    before = np.array(calm.evaluate(READ_ALL)) == labels
    draw(calm, DIGITS[1])
    teach(calm, 4)
    after = np.array(calm.evaluate(READ_ALL))
    forgot = np.flatnonzero(before & (after != labels))
    learned = np.flatnonzero(~before & (after == labels))
    assert len(forgot) > 0
    told = (
        f"Of 100 test images, newly read wrong: {len(forgot)}; "
        f"newly read right: {len(learned) or 'none'}."
    )
    assert calm.inner_text("#cost") == told
    names = [f"{labels[i]}, now read as {after[i]}" for i in forgot[:12]]
    names += [f"{labels[i]}, now read right" for i in learned[:12]]
    shown = calm.locator("#changes canvas")
    assert shown.evaluate_all("(all) => all.map((one) => one.ariaLabel)") == names
    read = "(canvas) => [...canvas.getContext('2d').getImageData(0, 0, 28, 28).data]"
    image = np.array(shown.first.evaluate(read)).reshape((784, 4))[:, 0]
    expected = calm.evaluate("(index) => testImage(index)", int(forgot[0]))
    assert np.array_equal(image, np.rint(255 * np.array(expected)))


def test_undo_takes_back_the_last_lesson_and_forget_all_of_them_bit_by_bit(calm):
    untaught = weights(calm)
    draw(calm, DIGITS[1])
    teach(calm, 4)
    taught_once = weights(calm)
    calm.locator("#clear").click()
    draw(calm, DIGITS[7])
    teach(calm, 2)
    taught_twice = weights(calm)
    assert taught_twice != taught_once != untaught
    save = calm.locator("#save").bounding_box()
    calm.locator("#unteach").click()
    assert weights(calm) == taught_once
    assert calm.locator("#save").bounding_box() == save
    teach(calm, 2)
    assert weights(calm) == taught_twice  # and it learns the same again
    calm.locator("#forget").click()
    assert weights(calm) == untaught
    assert answer(calm) == "7"
    assert calm.locator("#save").bounding_box() == save
    for name in ("#unteach", "#forget", "#save"):
        assert calm.locator(name).is_disabled()
    assert "Before your lessons" not in calm.inner_text("#about")


def test_a_test_image_that_was_taught_is_left_out_of_the_count_and_that_is_said(calm):
    labels = calm.evaluate("network.test_labels")
    wrong = [i for i, read in enumerate(calm.evaluate(READ_ALL)) if read != labels[i]]
    calm.evaluate("(index) => showExample(index)", wrong[0])
    assert note(calm) == f"A test image: {labels[wrong[0]]}. It is read wrong."
    before = calm.evaluate(READ_ALL)
    teach(calm, labels[wrong[0]])
    after = calm.evaluate(READ_ALL)
    assert after[wrong[0]] == labels[wrong[0]]
    others = [i for i in range(100) if i != wrong[0]]
    learned = [i for i in others if before[i] != labels[i] == after[i]]
    assert "Of 99 test images" in calm.inner_text("#cost")
    assert f"newly read right: {len(learned) or 'none'}." in calm.inner_text("#cost")
    assert "(1) are not counted" in calm.inner_text("#cost")
    assert calm.inner_text("#own") == ""  # it is none of the visitor's digits
    assert note(calm) == f"It now reads it as {labels[wrong[0]]}."
    slip = (labels[wrong[0]] + 1) % 10
    teach(calm, slip)
    assert note(calm) == f"It now reads it as {slip}, but it is labelled {labels[wrong[0]]}."


def test_what_is_said_of_a_lesson_goes_when_it_is_undone_and_when_one_draws_on(calm):
    said = "note", "steps", "cost", "changes", "own"

    def what_is_said():
        return [calm.inner_text(f"#{name}") for name in said if calm.inner_text(f"#{name}")]

    draw(calm, DIGITS[1])
    for draw_on in (
        lambda: draw(calm, DIGITS[7]),
        calm.locator("#undo").click,
        calm.locator("#clear").click,
    ):
        teach(calm, 4)
        assert len(what_is_said()) >= 4
        calm.locator("#unteach").click()
        assert what_is_said() == ["The last lesson is undone."]
        draw_on()
        assert what_is_said() == []
    calm.locator("#undo").click()
    teach(calm, 4)
    calm.locator("#forget").click()
    assert what_is_said() == ["It is again as it was before your lessons."]


def test_after_a_lesson_the_new_answer_is_explained(calm):
    draw(calm, DIGITS[1])
    calm.locator("#answers button").nth(1).click()
    teach(calm, 4)
    told = calm.evaluate("percent(predict(prepare(strokes))[4])")
    assert calm.inner_text("#why-title") == f"Why {told} for 4?"


def test_to_correct_it_is_offered_only_where_there_is_something_to_correct(calm):
    assert not calm.locator("#how").is_visible()
    draw(calm, DIGITS[1])
    assert calm.locator("#how").is_visible()
    assert calm.locator("#grey").is_visible()
    teach(calm, 4)
    assert not calm.locator("#grey").is_visible()  # now no button is grey
    calm.locator("#clear").click()
    assert not calm.locator("#how").is_visible()


def test_a_lesson_that_was_in_vain_says_so(calm):
    draw(calm, DIGITS[1])
    calm.evaluate("teachable().weights[1][3] = 1000")
    teach(calm, 4)
    assert note(calm) == "Not learned: 4 has <0.1% after 60 small changes."
    assert answer(calm) == "3"


def test_a_lesson_shows_its_steps_and_a_digit_drawn_meanwhile_is_kept(page):
    draw(page, DIGITS[1])
    page.evaluate("teachable().weights[1][3] = 1000")  # it takes all 60 steps: 5 seconds
    page.locator("#bars button").nth(4).click()
    page.locator("#note", has_text="It learns").wait_for()
    assert page.evaluate("teaching")
    draw(page, [DIGITS[4][0]])
    draw(page, [DIGITS[4][1]])
    wait_for_lesson(page)
    assert page.evaluate("strokes.length") == 2
    assert pad_has_ink(page)
    assert note(page).startswith("Not learned: 4")
    assert "0 of 1" in page.inner_text("#own")  # the digit that was judged, not the new one
    page.evaluate("teachable().weights[1][3] = 0, show()")
    assert answer(page) == "4"


def test_the_page_lives_on_between_the_steps_of_a_lesson(calm):
    draw(calm, DIGITS[1])
    most = calm.evaluate(
        """async () => {
          const original = learn;
          let since = 0;
          let most = 0;
          window.learn = (...all) => {
            since += 1;
            most = Math.max(most, since);
            original(...all);
          };
          const tick = () => {
            since = 0;
            if (most >= 0) setTimeout(tick);
          };
          tick();
          await judge(4);
          const result = most;
          most = -1;
          return result;
        }"""
    )
    assert 1 <= most <= 3


def test_save_gives_a_page_with_the_taught_network_that_can_still_forget(calm, visit, tmp_path):
    untaught = weights(calm)
    draw(calm, DIGITS[1])
    teach(calm, 4)
    taught = weights(calm)
    with calm.expect_download() as download:
        calm.locator("#save").click()
    assert download.value.suggested_filename == "draw.html"
    path = tmp_path / "saved.html"
    download.value.save_as(path)
    saved = visit(path)
    saved.locator("#forget:enabled").wait_for()
    assert weights(saved) == taught  # bit by bit
    assert "Before your lessons" in saved.inner_text("#about")
    saved.locator("#forget").click()
    assert weights(saved) == untaught
    assert "Before your lessons" not in saved.inner_text("#about")


def test_where_a_frame_may_keep_a_file_from_being_saved_the_page_says_so(visit, finished, tmp_path):
    path = tmp_path / "notebook.html"
    frame = (
        f'<iframe sandbox="allow-scripts" width=1200 height=800 src="{finished.outputs.as_uri()}'
    )
    path.write_text(frame + '/draw.html"></iframe>', encoding="utf-8")
    outside = visit(path)
    page = outside.frame_locator("iframe")
    page.locator("#examples").click()
    page.locator("#wall-images button").first.click()
    page.locator("#bars button").nth(5).click()
    page.locator("#save:enabled").wait_for()
    page.locator("#save").click()
    page.locator("#saved", has_text="within another one").wait_for()
    outside.wait_for_timeout(50)
    outside.errors.clear()  # the browser names there what it did not allow


def test_a_page_that_the_browser_itself_saved_while_it_was_used_starts_anew(calm, visit, tmp_path):
    draw(calm, DIGITS[1])
    teach(calm, 4)
    calm.locator("#examples").click()
    path = tmp_path / "complete.html"
    path.write_text(calm.evaluate("document.documentElement.outerHTML"), encoding="utf-8")
    page = visit(path)
    assert page.locator("#bars li").count() == 10
    assert page.locator("#answers li").count() == 10
    assert page.locator("#wall-images button").count() == 0
    assert not page.locator("#wall").is_visible()
    draw(page, DIGITS[1])
    assert answer(page) == "1"
    assert "NaN" not in page.inner_text("body")
    assert page.inner_text("#own") == ""
    teach(page, 4)
    with page.expect_download() as download:
        page.locator("#save").click()
    again = tmp_path / "again.html"
    download.value.save_as(again)
    assert visit(again).locator("#bars li").count() == 10


def test_the_visitor_s_own_digits_are_counted_once_and_saved_for_numpy(calm, tmp_path):
    assert calm.locator("#bars button").first.is_disabled()  # there is nothing to correct yet
    draw(calm, DIGITS[1])
    ones = prepare(calm, DIGITS[1])
    teach(calm, 1)  # it is right, and is kept
    assert "Nothing to learn: 1 has" in note(calm)
    calm.locator("#own", has_text="1 of 1").wait_for()
    calm.locator("#clear").click()
    assert note(calm) == ""
    calm.locator("#undo").click()
    teach(calm, 1)
    assert "1 of 1" in calm.inner_text("#own")
    calm.locator("#clear").click()
    draw(calm, DIGITS[7])
    teach(calm, 4)  # a slip
    assert "2 of 2" not in calm.inner_text("#own")
    calm.locator("#unteach").click()
    assert calm.inner_text("#save-digits") == "Save my digits (1)"
    teach(calm, 4)  # another slip, and what it should have been
    teach(calm, 7)
    calm.evaluate("showExample(3)")
    teach(calm, 5)  # a test image is not the visitor's
    assert calm.inner_text("#save-digits") == "Save my digits (2)"
    with calm.expect_download() as download:
        calm.locator("#save-digits").click()
    assert download.value.suggested_filename == "my_digits.npz"
    path = tmp_path / "my_digits.npz"
    download.value.save_as(path)
    with np.load(path) as file:
        images, labels = file["images"], file["labels"]
    assert (images.dtype, images.shape, labels.dtype) == (np.uint8, (2, 28, 28), np.uint8)
    assert labels.tolist() == [1, 7]
    assert np.abs(images[0] - 255 * ones).max() < 2
    assert "--add PATH/my_digits.npz" in calm.inner_text("#saved")


def test_correcting_a_stranger_s_digits_makes_it_read_more_of_the_others(visit, finished_mnist):
    if "PEN" not in os.environ:
        pytest.skip("PEN names no folder with strangers' handwriting")
    page = visit(finished_mnist.outputs / "draw.html")
    assert_taught(page, pathlib.Path(os.environ["PEN"], "strokes.json"))


TEACH = """(digits) => {
  const isRight = ({ pixels, digit }) => {
    const shares = predict(pixels);
    return shares.indexOf(Math.max(...shares)) === digit;
  };
  const testRight = () => network.test_labels.filter((label, index) =>
    likeliest(predict(testImage(index))) === label).length;
  const images = digits.map(({ digit, strokes }) => ({ digit, pixels: prepare(strokes) }));
  const [taught, others] = [images.slice(0, 500), images.slice(500)];
  const count = () => [others.filter(isRight).length, testRight()];
  const [before, testBefore] = count();
  const steps = [];
  for (const image of taught) {
    if (isRight(image)) continue;
    let n = 0;
    while (predict(image.pixels)[image.digit] < 0.6 && n < 60) {
      learn(image.pixels, image.digit);
      n += 1;
    }
    steps.push(n);
  }
  const [after, testAfter] = count();
  return { before, after, testBefore, testAfter, steps };
}"""


def assert_taught(page, path):
    result = page.evaluate(TEACH, json.loads(path.read_text()))
    print(result)
    assert result["steps"]
    assert result["after"] - result["before"] >= 10  # 2 points of 500
    assert result["testBefore"] - result["testAfter"] <= 3


# --- Test images --------------------------------------------------------------------------------


def test_the_wall_tells_right_and_wrong_apart_by_frame_and_sign(page, finished):
    model = keras.saving.load_model(finished.outputs / "model.keras")
    images = np.array(page.evaluate("network.test_labels.map((_, index) => testImage(index))"))
    labels = np.array(page.evaluate("network.test_labels"))
    read = model.predict(images, verbose=0).argmax(axis=1)
    page.locator("#examples").click()
    right = (read == labels).sum()
    page.locator("#wall-text", has_text=f"{right} of these 100 right").wait_for()
    assert f"{finished.metrics['test_accuracy']:.1%}" in page.inner_text("#wall-text")
    assert "hardest" in page.inner_text("#wall-text")
    tiles = page.locator("#wall-images button")
    assert tiles.count() == 100
    wrong = set(np.flatnonzero(read != labels).tolist())
    assert 5 < len(wrong) < 30
    for i in [*wrong, 1, 2, 3]:
        tile = tiles.nth(i)
        if i in wrong:
            assert tile.inner_text() == f"✗ {read[i]}"
            assert tile.get_attribute("aria-label") == f"{labels[i]}, read wrong, as {read[i]}"
            assert tile.evaluate("(e) => getComputedStyle(e).borderColor") != "rgba(0, 0, 0, 0)"
        else:
            assert tile.inner_text() == ""
            assert tile.get_attribute("aria-label") == f"{labels[i]}, read right"
            assert tile.evaluate("(e) => getComputedStyle(e).borderColor") == "rgba(0, 0, 0, 0)"
    first = min(wrong)
    tiles.nth(first).click()
    assert not page.locator("#wall").is_visible()
    assert note(page) == f"A test image: {labels[first]}. It is read wrong."
    assert answer(page) == str(read[first])
    assert page.evaluate("document.activeElement.id") == "examples"


def test_on_a_phone_the_pad_is_whole_after_a_test_image_was_chosen(visit, finished):
    page = visit(finished.outputs / "draw.html", viewport={"width": 375, "height": 667})
    page.locator("#examples").evaluate("(button) => button.scrollIntoView()")
    assert page.locator("#pad").bounding_box()["y"] < 0
    page.locator("#examples").click()
    page.locator("#wall-images button").first.click()
    box = page.locator("#pad").bounding_box()
    assert 0 <= box["y"] <= 667 - box["height"]


def test_the_wall_stands_at_once_and_says_that_the_network_reads(page):
    told = page.evaluate(
        """() => {
          document.getElementById("examples").click();
          const wall = document.getElementById("wall");
          const count = document.getElementById("wall-images").children.length;
          return [wall.open, count, document.getElementById("wall-text").textContent];
        }"""
    )
    assert told == [True, 100, "The network reads them..."]


def test_a_drawing_comes_back_after_a_test_image(page):
    draw(page, DIGITS[1])
    page.evaluate("showExample(20)")
    page.locator("#undo").click()
    assert answer(page) == "1"


def test_with_the_keyboard_alone_one_chooses_a_test_image_teaches_and_goes_on(calm):
    focus = "document.activeElement.id || document.activeElement.textContent"
    calm.locator("#examples").focus()
    calm.keyboard.press("Enter")
    calm.keyboard.press("Escape")
    assert calm.evaluate(focus) == "examples"
    calm.keyboard.press("Enter")
    calm.keyboard.press("Tab")
    calm.keyboard.press("Enter")
    assert calm.evaluate("example") >= 0
    label = calm.evaluate("network.test_labels[example]")
    other = (label + 1) % 10
    calm.locator("#bars button").nth(other).focus()
    calm.keyboard.press("Space")
    calm.locator("#note", has_text="It now reads").wait_for()
    wait_for_lesson(calm)
    assert answer(calm) == str(other)
    assert calm.evaluate(focus) == str(other)
    calm.locator("#forget").focus()
    calm.keyboard.press("Enter")
    assert calm.evaluate(focus) == "clear"


# --- The way from ink to answer -----------------------------------------------------------------


def dense_weights(finished):
    return keras.saving.load_model(finished.outputs / "model.keras").get_weights()


def canvas_image(page, name):
    """Return what is painted on a small canvas, int (height, width, 4)."""
    url = page.locator(name).evaluate("(canvas) => canvas.toDataURL()")
    png = base64.b64decode(url.partition(",")[2])
    return np.array(Image.open(io.BytesIO(png)).convert("RGBA")).astype(int)


def assert_signs(image, values):
    """Check that an image is orange where values are above 0, blue where they are below."""
    strong = np.abs(values) > 0.3 * np.abs(values).max()
    assert strong.sum() > 3
    red, blue = image[..., 0], image[..., 2]
    assert np.array_equal((red > blue)[strong], (values > 0)[strong])


def in_digits(value):
    return f"{value:.3f}".replace("-", "−")


def test_the_row_begins_with_the_most_active_unit_and_shows_how_it_computes(page, finished):
    first, bias, last, _ = dense_weights(finished)
    draw(page, DIGITS[4])
    pixels = prepare(page, page.evaluate("strokes")).ravel()
    sums = pixels @ first + bias
    unit = int(sums.argmax())
    assert page.locator("#unit").input_value() == str(unit + 1)
    assert "most active" in page.inner_text("#unit-most")
    assert "Each of the 512 units" in page.inner_text("#way")
    products = pixels * first[:, unit]
    text = page.inner_text("#sum")
    strong = np.argsort(-np.abs(products))[0]
    assert f"{in_digits(pixels[strong])} × {in_digits(first[strong, unit])} + " in text
    assert f"= {in_digits(products.sum())}." in text
    assert f"{in_digits(bias[unit])}: {in_digits(sums[unit])}." in text
    assert "It stays so" in text
    assert page.inner_text("#speaks-how").startswith("It speaks for")
    assert_signs(canvas_image(page, "#weights"), first[:, unit].reshape((28, 28)))
    assert_signs(canvas_image(page, "#products"), products.reshape((28, 28)))
    drawn = canvas_image(page, "#inputs")[..., 0]
    assert np.abs(drawn - 255 * pixels.reshape((28, 28))).max() < 1
    rows = page.locator("#speaks li").all_inner_texts()
    for answer_of_row, row in enumerate(rows):
        weight = last[unit, answer_of_row]
        assert row.split()[-1].removeprefix("+") == in_digits(weight)
        bar = page.locator("#speaks i").nth(answer_of_row)
        assert (bar.get_attribute("class") == "against") == (weight < 0)
    lengths = page.locator("#speaks i").evaluate_all("(all) => all.map((i) => i.offsetWidth)")
    assert np.argmax(lengths) == np.abs(last[unit]).argmax()


def test_a_unit_can_be_chosen_by_number_and_by_click_and_relu_makes_a_negative_sum_0(
    page, finished
):
    first, bias, _, _ = dense_weights(finished)
    draw(page, DIGITS[4])
    sums = prepare(page, page.evaluate("strokes")).ravel() @ first + bias
    silent = int(sums.argmin())
    page.locator("#unit").fill(str(silent + 1))
    assert f": {in_digits(sums[silent])}." in page.inner_text("#sum")
    assert "becomes 0 (relu)" in page.inner_text("#sum")
    assert page.inner_text("#unit-most") == "(silent for this image)"
    assert page.inner_text("#speaks-how").startswith("It would speak for")
    assert not lines_to_the_answers(page).any()
    assert_signs(canvas_image(page, "#weights"), first[:, silent].reshape((28, 28)))
    box = page.locator("#units").bounding_box()  # 32 in a row, 16 rows
    place = {"x": box["width"] * 2.5 / 32, "y": box["height"] * 1.5 / 16}
    page.locator("#units").click(position=place)
    assert page.locator("#unit").input_value() == str(32 + 3)
    for odd, kept in [("0", "1"), ("9999", "512"), ("-3", "1")]:
        page.locator("#unit").fill(odd)
        page.locator("#unit").blur()
        assert page.locator("#unit").input_value() == kept
    page.locator("#clear").click()
    draw(page, DIGITS[4])
    assert page.locator("#unit").input_value() == str(sums.argmax() + 1)  # a new drawing


def test_a_chosen_answer_shows_which_units_speak_for_it_most(page, finished):
    first, bias, last, last_bias = dense_weights(finished)
    draw(page, DIGITS[4])
    pixels = prepare(page, page.evaluate("strokes")).ravel()
    units = np.maximum(pixels @ first + bias, 0)
    page.locator("#answers button").nth(9).click()
    assert page.locator("#answers button").nth(9).get_attribute("aria-pressed") == "true"
    assert not page.locator("#unit-detail").is_visible()
    parts = units * last[:, 9]
    assert f"a bias: {in_digits(parts.sum() + last_bias[9])}." in page.inner_text("#why-sum")
    assert "Of the 512, these 4 say most" in page.inner_text("#why-sum")
    assert page.inner_text("#units-caption") == "All 512: orange speaks for 9, blue against."
    most = np.argsort(-np.abs(parts))[:4]
    for unit, text in zip(most, page.locator("#strongest li").all_inner_texts(), strict=True):
        assert text.startswith(f"unit {unit + 1}: {in_digits(units[unit])} × ")
        assert text.split("= ")[1].removeprefix("+") == in_digits(parts[unit])
    tiles = canvas_image(page, "#units")
    middle = tiles.shape[0] / 16 / 2
    at = [round(middle * (2 * i + 1)) for i in range(32)]
    assert_signs(tiles[np.ix_(at[:16], at)], parts.reshape((16, 32)))
    assert page.locator("#spoken").is_visible()
    page.locator("#strongest button").first.click()
    assert page.locator("#unit").input_value() == str(most[0] + 1)
    assert page.evaluate("document.activeElement.id") == "unit-title"  # no keyboard on a phone
    page.locator("#answers button").nth(9).click()
    page.locator("#answers button").nth(9).click()
    assert page.locator("#unit-detail").is_visible()  # a second click lets go


def lines_to_the_answers(page):
    """Return for each column of dots between the units and the answers whether a line is there."""
    painted = (canvas_image(page, "#lines")[..., 3] > 0).any(axis=0)
    row = page.locator("#row").bounding_box()
    units = page.locator("#units").bounding_box()
    answers = page.locator("#answers").bounding_box()
    gap = slice(round(units["x"] + units["width"] - row["x"]) + 1, round(answers["x"] - row["x"]))
    assert not painted[gap.stop + 20 :].any()
    return painted[gap]


def test_lines_lead_from_the_unit_to_the_answers(page):
    draw(page, DIGITS[4])
    assert lines_to_the_answers(page).all()


def test_of_an_empty_pad_no_unit_is_the_most_active_one(page):
    for _ in range(2):
        assert not page.locator("#unit-detail").is_visible()
        assert canvas_image(page, "#units")[..., :3].max() == 0
        assert page.evaluate("document.getElementById('lines').width") == 0
        assert page.locator("#answers button").nth(4).is_disabled()
        draw(page, DIGITS[4])
        assert page.locator("#unit-detail").is_visible()
        assert canvas_image(page, "#units")[..., :3].max() > 0
        page.locator("#answers button").nth(4).click()
        page.locator("#clear").click()
    page.locator("#units").click()  # whose weights one may look at all the same
    assert page.locator("#unit-detail").is_visible()


@pytest.mark.parametrize("padding", ["valid", "same"])
def test_a_filter_shows_its_weights_and_where_in_the_image_it_answers(
    visit, sample, tmp_path, padding
):
    convolution = L.Conv2D(6, 5, strides=2, padding=padding, activation="relu")
    behind = L.Conv2D(4, 3), L.Flatten(), L.Dense(10, "softmax")
    model = sequential(L.Reshape((28, 28, 1)), convolution, *behind)
    page = visit(write_page(tmp_path / "draw.html", model, sample[0]))
    draw(page, DIGITS[4])
    pixels = prepare(page, page.evaluate("strokes"))
    maps = keras.Model(model.inputs, convolution.output).predict(
        pixels.reshape((1, 784)), verbose=0
    )[0]
    chosen = int(maps.max(axis=(0, 1)).argmax())
    assert page.locator("#unit").input_value() == str(chosen + 1)
    filters, _ = convolution.get_weights()
    assert_signs(canvas_image(page, "#weights"), filters[:, :, 0, chosen])
    row, column = np.unravel_index(maps[..., chosen].argmax(), maps.shape[:2])
    over = 1 if padding == "same" else 0
    padded = np.pad(pixels, 2)
    top, left = 2 + 2 * row - over, 2 + 2 * column - over
    window = padded[top : top + 5, left : left + 5]
    assert np.abs(canvas_image(page, "#inputs")[..., 0] - 255 * window).max() < 1
    assert f": {in_digits(maps[row, column, chosen])}." in page.inner_text("#sum")
    where = canvas_image(page, "#where")[..., 0]
    y, x = np.unravel_index(where.argmax(), where.shape)
    assert abs(y - (top - 2 + 2)) <= 1
    assert abs(x - (left - 2 + 2)) <= 1
    tiles = canvas_image(page, "#units")[..., 3]
    empty = (tiles == 0).all(axis=0)
    assert 2 <= empty.sum() < tiles.shape[1] / 4  # gaps between tiles
    page.locator("#answers button").nth(2).click()
    assert page.locator("#parts").is_visible()
    assert page.locator("#strongest li").count() == 4
    assert page.locator("#deeper canvas").count() == 1


def test_networks_without_a_hidden_layer_or_with_several_show_what_they_have(
    visit, sample, tmp_path
):
    networks = {
        "none": [L.Dense(10, "softmax")],
        "two": [L.Dense(20, "relu"), L.Dense(12, "relu"), L.Dense(10, "softmax")],
        "another first layer": [L.BatchNormalization(), L.Dense(10), L.Softmax()],
        "nothing to teach": [
            L.Reshape((28, 28, 1)),
            L.Conv2D(10, 28),
            L.GlobalAveragePooling2D(),
            L.Softmax(),
        ],
    }
    for name, layers in networks.items():
        path = write_page(tmp_path / f"{name}.html", sequential(*layers), sample[0])
        page = visit(path)
        draw_and_settle(page, DIGITS[4])
        assert answer(page) != ""
        page.locator("#answers button").nth(2).evaluate("(button) => button.click()")
        text = page.inner_text("body")
        assert "NaN" not in text
        assert "undefined" not in text


@pytest.mark.parametrize(("paper", "ink"), [(0, 1), (1, 0), (-1, 1)])
def test_the_pixels_that_spoke_are_the_gradient_times_the_ink(page, finished, paper, ink):
    first, bias, last, _ = dense_weights(finished)
    drawn = prepare(page, DIGITS[4]).ravel()
    pixels = paper + (ink - paper) * drawn  # as a network may have learned them
    sums = np.maximum(pixels @ first + bias, 0) @ last
    second, best = (int(label) for label in np.argsort(sums)[-2:])
    active = pixels @ first + bias > 0
    gradient = first[:, active] @ (last[active, best] - last[active, second])
    page.evaluate("(values) => Object.assign(network, values)", {"paper": paper, "ink": ink})
    ask = "([pixels, best, second]) => [...whichPixelsSpoke(pixels, best, second)]"
    spoken = page.evaluate(ask, [drawn.tolist(), best, second])
    assert np.allclose(spoken, gradient * (pixels - paper), atol=1e-3)
    assert np.abs(spoken).max() > 0.05


# --- Where it is opened -------------------------------------------------------------------------


@pytest.mark.parametrize("width", [320, 390, 760, 1600])
def test_the_page_fits_its_window_and_the_pad_is_large_and_sharp(visit, finished, width):
    size = {"width": width, "height": 800}
    page = visit(finished.outputs / "draw.html", viewport=size, device_scale_factor=2)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    draw(page, DIGITS[1])
    page.evaluate("teachable().weights[1][1] = 100, show()")  # now it is sure: >99.9%
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    pad = page.locator("#pad").bounding_box()
    assert pad["width"] == pytest.approx(pad["height"])
    assert pad["width"] >= min(0.85 * width, 320)
    assert page.evaluate("pad.width") == round(2 * pad["width"])


@pytest.mark.parametrize(("width", "height"), [(667, 375), (375, 553)])
def test_on_a_phone_the_pad_the_answer_and_the_bars_are_on_one_screen(
    visit, finished, width, height
):
    page = visit(finished.outputs / "draw.html", viewport={"width": width, "height": height})
    draw(page, DIGITS[2])
    for name in ("#pad", "#answer", "#bars", "#clear", "#undo"):
        box = page.locator(name).bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= height
    assert page.locator("#pad").bounding_box()["width"] >= 240
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_what_a_finger_must_hit_is_large_and_the_answer_is_larger(visit, finished, width, height):
    page = visit(finished.outputs / "draw.html", viewport={"width": width, "height": height})
    draw(page, DIGITS[2])
    boxes = page.locator("#bars button, #tools button, #keep button").evaluate_all(
        "(all) => all.map((one) => one.getBoundingClientRect().toJSON())"
    )
    assert len(boxes) == 17
    for box in boxes:
        assert min(box["width"], box["height"]) >= 44
    for one in boxes:
        for other in boxes:
            beside = max(one["x"], other["x"]) - min(one["right"], other["right"])
            below = max(one["y"], other["y"]) - min(one["bottom"], other["bottom"])
            assert one == other or max(beside, below) >= 3  # a gap
    assert page.inner_text("#answer").startswith("2 · ")
    assert page.locator("#best").bounding_box()["height"] >= 44
    bars = page.locator("#bars i").evaluate_all(
        "(all) => all.map((bar) => bar.offsetWidth / parseFloat(bar.style.width) * 100)"
    )
    assert max(bars) >= 90  # what 100% would be


def test_the_first_stroke_does_not_move_a_page_whose_top_is_out_of_sight(visit, finished):
    phone = {"viewport": {"width": 375, "height": 667}, "has_touch": True, "is_mobile": True}
    page = visit(finished.outputs / "draw.html", **phone)
    page.evaluate("scrollTo(0, 60)")
    before = page.evaluate("scrollY")
    box = page.locator("#pad").bounding_box()
    send = page.context.new_cdp_session(page).send
    for kind, y in [("touchStart", 150), ("touchMove", 180), ("touchMove", 210), ("touchEnd", 0)]:
        points = [{"x": box["x"] + 100, "y": box["y"] + y}] if y else []
        send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        next_frame(page)
        assert page.evaluate("scrollY") == before == 60
    assert page.evaluate("getComputedStyle(document.documentElement).overflowAnchor") == "none"
    xs = page.evaluate("strokes[0].map(([x]) => x)")
    assert max(xs) - min(xs) < 0.01  # it is as straight as the finger went


POINTER = """([type, options]) => {
  const { x, y, width, height } = pad.getBoundingClientRect();
  const place = { clientX: x + options.x * width, clientY: y + options.y * height };
  const event = new PointerEvent(type, { bubbles: true, button: 0, ...options, ...place });
  if (options.lost) event.getCoalescedEvents = () => [];
  pad.setPointerCapture = () => {};
  pad.dispatchEvent(event);
}"""


def send_pointer(page, kind, pointer_type, pointer_id, x, y, **options):
    about = {"pointerType": pointer_type, "pointerId": pointer_id, "x": x, "y": y, **options}
    page.evaluate(POINTER, [kind, about])


def test_a_browser_that_has_no_coalesced_events_draws_whole_strokes(page):
    send_pointer(page, "pointerdown", "touch", 1, 0.5, 0.1)
    for y in (0.3, 0.5, 0.7, 0.9):
        send_pointer(page, "pointermove", "touch", 1, 0.5, y, lost=True)
    send_pointer(page, "lostpointercapture", "touch", 1, 0.5, 0.9)
    assert page.evaluate("strokes[0].length") == 5
    settle(page)
    assert answer(page) == "1"


def test_a_hand_that_rests_on_the_pad_does_not_keep_the_pen_out(page):
    send_pointer(page, "pointerdown", "touch", 1, 0.9, 0.9)
    send_pointer(page, "pointermove", "touch", 1, 0.92, 0.9)
    send_pointer(page, "pointerdown", "pen", 2, 0.5, 0.1)
    send_pointer(page, "pointermove", "touch", 1, 0.9, 0.92)
    send_pointer(page, "pointermove", "pen", 2, 0.5, 0.9)
    send_pointer(page, "pointerdown", "touch", 3, 0.2, 0.2)
    send_pointer(page, "lostpointercapture", "pen", 2, 0.5, 0.9)
    assert page.evaluate("strokes.length") == 1
    assert page.evaluate("strokes[0].every(([x]) => x === 0.5)")
    assert answer(page) == "1"


def test_safari_is_told_not_to_select_and_not_to_open_a_menu_on_the_pad(page):
    sheet = page.locator("style").first.evaluate("(style) => style.textContent")
    rule = sheet.split("#pad {")[1].split("}")[0]
    assert "-webkit-user-select: none" in rule
    assert "-webkit-touch-callout: none" in rule


def test_a_long_data_name_does_not_widen_the_page(visit, sample, tmp_path):
    model = sequential(L.Dense(10, "softmax"))
    page = visit(write_page(tmp_path / "draw.html", model, sample[0], name="x" * 240))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_javascript_the_page_says_what_it_needs(visit, finished):
    page = visit(finished.outputs / "draw.html", java_script_enabled=False)
    assert "JavaScript" in page.inner_text("body")
    assert "train.py" not in page.inner_text("body")


@pytest.mark.parametrize("media", [{"forced_colors": "active"}, {"media": "print"}])
def test_bars_are_seen_in_forced_colours_and_in_print(page, media):
    draw(page, DIGITS[1])
    page.emulate_media(**media)
    bar = page.locator("#bars .best i")
    style = bar.evaluate(
        "(bar) => [getComputedStyle(bar), getComputedStyle(document.body)]"
        ".map((style) => style.backgroundColor)"
    )
    assert style[0] != style[1]
    assert bar.bounding_box()["width"] > 20
    assert page.locator("#pad").evaluate("(pad) => getComputedStyle(pad).outlineStyle") == "solid"


def test_a_screen_reader_hears_each_drawing_once_with_its_percentage(page):
    page.evaluate("""() => {
      window.said = [];
      const heard = document.getElementById("heard");
      new MutationObserver(() => said.push(heard.textContent)).observe(heard, { childList: true });
    }""")
    draw(page, DIGITS[8], after_each_point=lambda: next_frame(page))
    settle(page)
    assert page.evaluate("said") == [f"It reads 8{page.inner_text('#sure')}."]
    assert page.locator("#answer").get_attribute("aria-live") is None
    page.locator("#clear").click()
    page.evaluate("said = []")
    draw_and_settle(page, [[(0.5, 0.5)]])
    assert page.evaluate("said") == ["That is a dot, no digit. No answer."]
    page.evaluate("showExample(0)")
    label = page.evaluate("network.test_labels[0]")
    heard = page.evaluate("said.at(-1)")
    assert heard.startswith(f"A test image: {label}. It is read ")
    assert heard.endswith(f"It reads {answer(page)}{page.inner_text('#sure')}.")


def test_ink_and_paper_differ_in_light_and_in_dark(page):
    inks = set()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(50)
        page.locator("#clear").click()
        draw(page, [[(0.4, 0.5), (0.6, 0.5)]])
        at = "pad.width / 2, pad.width / 2, 1, 1"
        ink = page.evaluate(f"[...pad.getContext('2d').getImageData({at}).data].slice(0, 3)")
        paper = page.evaluate("getComputedStyle(pad).backgroundColor.match(/\\d+/g).map(Number)")
        assert abs(np.mean(ink) - np.mean(paper)) > 100
        inks.add(tuple(ink))
    assert len(inks) == 2


def texts_of_the_page():
    """Return all English texts that the page can say, and those that texts.js translates."""
    text = r'"(?:[^"\\]|\\.)*"'
    markup = (ROOT / "page" / "draw.html").read_text(encoding="utf-8")
    said = re.findall(r'(?:aria-label|title)="([^"]*)"', markup)
    for marked in re.findall(r"data-say>([^<]*)<", markup):
        said.append(" ".join(marked.split()))
    for name in ("path.js", "lessons.js", "page.js"):
        code = (ROOT / "page" / name).read_text(encoding="utf-8")
        for call in re.findall(rf"\bsay\(\s*({text}(?:\s*\+\s*{text})*)", code):
            said.append("".join(json.loads(part) for part in re.findall(text, call)))
    table = (ROOT / "page" / "texts.js").read_text(encoding="utf-8")
    translated = re.findall(rf"^  ({text}):", table, re.MULTILINE)
    return said, [json.loads(key) for key in translated]


def test_all_that_the_page_says_is_in_the_one_table_of_translations():
    said, translated = texts_of_the_page()
    assert len(said) > 80
    assert len(translated) == len(set(translated))
    assert set(said) <= set(translated)
    names = {*data.CLOTHES, "MNIST sample (7,000 digits)"}
    layers = {"Dense", "Conv2D", "MaxPooling2D", "AveragePooling2D"}
    assert set(translated) - set(said) == names | layers  # and nothing that it never says


def latin_words(page):
    words = set(re.findall(r"[A-Za-z]{2,}", page.inner_text("body")))
    return words - {
        "MNIST",
        "train",
        "py",
        "python",
        "add",
        "npz",
        "relu",
        "softmax",
        "draw",
        "html",
    }


@pytest.mark.parametrize("locale", ["zh-CN", "zh-TW"])
def test_a_browser_that_asks_for_chinese_gets_chinese(visit, finished, sample, tmp_path, locale):
    options = {"locale": locale, "reduced_motion": "reduce"}
    page = visit(finished.outputs / "draw.html", **options)
    assert "写一个数字" in page.inner_text("body")
    assert latin_words(page) - {"my_digits", "sample"} == set()  # the data's name, too
    draw_and_settle(page, DIGITS[1])
    assert answer(page) == "1"
    assert latin_words(page) == set()
    page.locator("#answers button").nth(2).click()
    teach(page, 4)
    assert latin_words(page) == set()
    page.locator("#examples").click()
    page.locator("#wall-text", has_text="100").wait_for()
    assert latin_words(page) == set()
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    layers = L.Reshape((28, 28, 1)), L.Conv2D(2, 9, 4), L.Flatten(), L.Dense(10, "softmax")
    path = write_page(tmp_path / "d.html", sequential(*layers), sample[0], "clothes", "MNIST")
    page = visit(path, **options)
    assert "连衣裙" in page.inner_text("#bars")
    assert latin_words(page) == set()


def test_no_two_scripts_of_the_page_use_the_same_name():
    names = []
    for path in (ROOT / "page").glob("*.js"):
        code = path.read_text(encoding="utf-8")
        names += re.findall(r"^(?:async )?(?:function|const|let) (\w+)", code, re.MULTILINE)
    assert len(names) > 100
    assert len(names) == len(set(names))  # all scripts share one scope


def test_a_network_of_clothes_names_clothes_and_says_that_it_knows_no_digits(
    visit, sample, tmp_path
):
    model = sequential(L.Dense(10, "softmax"))
    page = visit(write_page(tmp_path / "draw.html", model, sample[0], "clothes"))
    text = page.inner_text("body")
    assert "no digits" in text
    assert "clothing" in page.title()
    for name in CLASS_NAMES["clothes"]:
        assert name in text
    draw(page, DIGITS[0])
    assert answer(page) in CLASS_NAMES["clothes"]


def test_the_page_asks_for_nothing_but_itself(page):
    draw(page, DIGITS[3])
    page.wait_for_timeout(100)
    assert [url for url in page.requests if not url.startswith("data:")] == [page.url]


def test_the_page_s_policy_refuses_every_request(page):
    refused = page.evaluate(
        """async () => {
          const refused = [];
          document.onsecuritypolicyviolation = (event) => refused.push(event.effectiveDirective);
          await fetch("http://127.0.0.1:9/").catch(() => refused.push("fetch"));
          new Image().src = "http://127.0.0.1:9/image.png";
          document.body.append(Object.assign(document.createElement("script"), { src: "x.js" }));
          await new Promise((done) => setTimeout(done, 100));
          return refused;
        }"""
    )
    assert {"fetch", "connect-src", "img-src", "script-src-elem"} <= set(refused)
    page.errors.clear()  # the browser names the refusals there


def test_a_screen_reader_finds_names(page):
    assert page.get_by_role("img", name="Draw here").count() == 1
    for name in ("Clear", "Undo", "It is: 4", "4: why?"):
        assert page.get_by_role("button", name=name, exact=True).count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_that_would_keep_somebody_out(visit, finished, scheme):
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    )

    def findings(page):
        return axe.Axe().run(page).response["violations"]

    # bypass_csp: the page's own policy would refuse the script that checks it.
    options = {"color_scheme": scheme, "reduced_motion": "reduce", "bypass_csp": True}
    page = visit(finished.outputs / "draw.html", example=True, **options)
    page.locator("#hint", has_text="An example").wait_for()
    assert findings(page) == []
    page.locator("#clear").click()
    assert findings(page) == []  # the empty page
    draw_and_settle(page, [[(0.5, 0.5)]])
    assert findings(page) == []  # a drawing that is refused
    page.locator("#clear").click()
    draw_and_settle(page, DIGITS[1])
    teach(page, 4)
    assert page.locator("#changes canvas").count() > 0
    assert findings(page) == []  # after a lesson
    page.locator("#answers button").nth(4).click()
    assert findings(page) == []  # an answer is explained
    page.locator("#examples").click()
    page.locator("#wall-text", has_text="of these 100").wait_for()
    assert findings(page) == []  # the wall
    page.locator("#close").click()
    page.set_viewport_size({"width": 375, "height": 667})
    assert findings(page) == []  # a phone
    page.locator("#answer").evaluate("(answer) => { answer.style.color = 'silver'; }")
    page.locator("#seen").evaluate("(canvas) => canvas.removeAttribute('aria-label')")
    assert "role-img-alt" in [finding["id"] for finding in findings(page)]  # it would see it
