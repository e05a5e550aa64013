"""What draw.html does in a real browser: it reads what is drawn, says why, and learns."""

import base64
import io
import json
import os
import pathlib
import re
import shutil

import keras
import numpy as np
import pytest
from conftest import ROOT, as_input
from PIL import Image
from untrained import answers_of, build

from page import write
from training import data, own_digits

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
if CHROMIUM is None:
    reason = "no browser is installed: neither Chromium nor Chrome, and CHROMIUM names none"
    pytest.skip(reason, allow_module_level=True)

L = keras.layers
DESK = {"width": 1280, "height": 720}
PHONE = {"width": 360, "height": 553}  # less the bars of its browser
LYING_PHONE = {"width": 667, "height": 375}
INVITATION = "Wrong? Click the right answer."


@pytest.fixture(scope="session")
def browser():
    with playwright.sync_playwright() as driver:
        # A container's root may not have the sandbox; these pages are our own.
        yield driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


@pytest.fixture
def visit(browser):
    """Open a page with reduced motion: visit(path, locale=...). No error may happen in it."""
    usual = {"viewport": DESK, "locale": "en-US", "reduced_motion": "reduce"}
    pages = []

    def visit(path, **options):
        page = browser.new_page(**usual | options)
        pages.append(page)
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on("console", lambda line: line.type == "error" and page.errors.append(line.text))
        page.goto(pathlib.Path(path).as_uri())
        return page

    yield visit
    for page in pages:
        page.wait_for_timeout(10)  # what went wrong last may still be on its way
        page.close()
        assert page.errors == []


@pytest.fixture
def page(visit, finished):
    """The page of a run of train.py, with an empty pad."""
    page = visit(finished.outputs / "draw.html")
    page.evaluate("clear()")
    return page


@pytest.fixture
def visit_network(visit, sample, tmp_path):
    """Open the page of an untrained network of these layers, about Answers that are `changed`."""

    def visit_network(layers, changed=None, **options):
        model = build(layers)
        answers = answers_of(model, sample)._replace(**changed or {})
        path = tmp_path / "draw.html"
        write.write_page(path, model, answers, paper=0.0, ink=1.0)
        return visit(path, **options)

    return visit_network


# --- Digits as a hand draws them, in a box of 1 by 1 --------------------------------------------

DIGITS = {
    1: [[(0.5, 0), (0.5, 1)]],
    2: [[(0.2, 0.25), (0.3, 0.07), (0.5, 0), (0.75, 0.1), (0.75, 0.35), (0.2, 1), (0.85, 1)]],
    4: [[(0.3, 0), (0.15, 0.55), (0.85, 0.55)], [(0.7, 0.1), (0.65, 1)]],
    7: [[(0.15, 0), (0.85, 0), (0.4, 1)]],
}
TWO = [[(0.1, 0), (0.1, 1)], [(0.6, 0), (0.6, 1)]]


def draw(page, strokes, after_each_point=None, lifts=True):
    """Draw `strokes` on the pad with the mouse, a tenth from its edges.

    Without `lifts` it draws the first one, and the mouse stays down.
    """
    box = page.locator("#pad").bounding_box()
    for stroke in strokes:
        for i, (x, y) in enumerate(stroke):
            page.mouse.move(
                box["x"] + box["width"] * (0.1 + 0.8 * x),
                box["y"] + box["height"] * (0.1 + 0.8 * y),
            )
            if i == 0:
                page.mouse.down()
            if after_each_point is not None:
                after_each_point()
        if not lifts:
            return
        page.mouse.up()
    wait_until(page, "pointer === null")


def put(page, strokes):
    """Put a finished drawing on an empty pad, as if it had been drawn."""
    page.evaluate("(drawn) => { clear(); strokes = drawn; show(); }", strokes)


def choose(page, label):
    """Click one of the ten answers."""
    page.locator("#bars button").nth(label).click()


def teach(page, label):
    """Say what the drawing is, and wait until the lesson is over."""
    if page.evaluate("chosenAnswer") != label:
        choose(page, label)
    page.locator("#teach").click()
    wait_until(page, "!teaching")


def wait_until(page, condition):
    assert page.evaluate(f"""async () => {{
      for (let i = 0; !({condition}) && i < 2000; i++) await pause(5);
      return {condition};
    }}""")


def answer(page):
    return page.inner_text("#best")


def note(page):
    return page.inner_text("#note")


def prepared(page):
    """Return what the network sees of the drawing: (28, 28)."""
    return np.reshape(page.evaluate("[...prepare(strokes)]"), (28, 28))


def asked(page):
    """Return what the network answers about the drawing: (10,)."""
    return np.array(page.evaluate("predict(prepare(strokes))"))


def weights(page):
    return page.evaluate("teachable().weights.map((array) => [...array])")


def names_in(page, selector):
    """Return what a screen reader says of these elements."""
    return page.locator(selector).evaluate_all("(all) => all.map((one) => one.ariaLabel)")


def boxes(page, selector):
    script = "(all) => all.map((one) => one.getBoundingClientRect().toJSON())"
    return page.locator(selector).evaluate_all(script)


def canvas_image(page, selector):
    """Return what is painted on a small canvas, int (height, width, 4)."""
    url = page.locator(selector).evaluate("(canvas) => canvas.toDataURL()")
    png = base64.b64decode(url.partition(",")[2])
    return np.array(Image.open(io.BytesIO(png)).convert("RGBA")).astype(int)


def assert_shows(image, pixels):
    """Check that what a canvas shows are these 784 numbers from 0 (black) to 1 (white)."""
    assert np.abs(image[..., 0].ravel() - 255 * np.ravel(pixels)).max() <= 1


def pad_has_ink(page):
    return bool(canvas_image(page, "#pad")[..., 3].any())


# --- The network in the page is the network in Keras --------------------------------------------


def test_the_page_of_a_run_answers_what_its_saved_model_answers(page, finished, sample):
    model = keras.saving.load_model(finished.outputs / "model.keras")
    pixels = as_input(sample[1][0][:100])
    here = np.array(page.evaluate("(images) => images.map(predict)", pixels.tolist()))
    assert np.abs(here - model.predict(pixels, verbose=0)).max() < 1e-4
    assert (finished.outputs / "draw.html").stat().st_size < 3_000_000
    metrics = finished.metrics
    told = f" {metrics['dataset']}. It read {metrics['test_accuracy']:.1%} of others right."
    assert page.inner_text("#about").endswith(told)


def test_a_page_that_cannot_answer_says_why_and_has_no_pad(visit, visit_network):
    wrong = {"probabilities": np.zeros((200, 10))}  # which Keras has not answered
    other = visit_network([L.Dense(10, "softmax")], changed=wrong, bypass_csp=True)
    template = visit(ROOT / "page" / "draw.html")
    without_script = visit(ROOT / "page" / "draw.html", java_script_enabled=False)
    assert "WARNING" in other.get_by_role("alert").inner_text()
    assert "Run python train.py first" in template.inner_text("body")
    assert "JavaScript" in without_script.inner_text("body")
    for page in (other, template, without_script):
        assert not page.locator("#pad").is_visible()
    assert findings(other) == []


def test_a_network_of_clothes_with_a_long_and_odd_data_name(visit_network):
    name = "</script><script>document.title = 'broken'</script>" + "x" * 200
    clothes = {"class_names": data.CLOTHES, "data_name": name}
    page = visit_network([L.Dense(10, "softmax")], changed=clothes, viewport=PHONE)
    assert page.title() == page.inner_text("h1") == "Draw a piece of clothing"
    assert f" of {name}. " in page.inner_text("#about")
    assert page.evaluate(PAST_THE_EDGE) == []
    assert page.locator("#bars button span").all_inner_texts() == data.CLOTHES
    put(page, TWO)
    assert answer(page) in data.CLOTHES  # it may have two legs
    choose(page, 9)
    assert page.inner_text("#teach") == "The answer is Ankle boot: learn it"


# --- Drawing ------------------------------------------------------------------------------------


@pytest.mark.skipif("PEN" not in os.environ, reason="PEN names no folder with handwriting")
def test_strangers_handwriting_is_read(visit, finished_mnist):
    page = visit(finished_mnist.outputs / "draw.html")
    digits = json.loads(pathlib.Path(os.environ["PEN"], "strokes.json").read_text())
    read = "(digits) => digits.map(({ strokes }) => likeliest(predict(prepare(strokes))))"
    right = np.array(page.evaluate(read, digits)) == [one["digit"] for one in digits]
    assert right.mean() >= 0.9
    refused = "(digits) => digits.filter(({ strokes }) => areTwoThings(strokes)).length"
    assert page.evaluate(refused, digits) <= 5  # of 1,000


@pytest.mark.parametrize("digit", DIGITS)
def test_digits_are_read_and_seen_the_same_whatever_the_size_and_place_of_the_drawing(page, digit):
    put(page, DIGITS[digit])
    assert answer(page) == str(digit)
    image = prepared(page)
    put(page, [[(5000 + 300 * x, 300 * y - 70) for x, y in stroke] for stroke in DIGITS[digit]])
    assert np.abs(prepared(page) - image).max() < 1e-3
    assert (image.min(), image.max()) == (0, 1)
    rows, columns = np.nonzero(image > 0.5)
    assert 19 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 21  # the ink fills 20x20
    for axis in (0, 1):
        centre = (image.sum(axis=1 - axis) * (np.arange(28) + 0.5)).sum() / image.sum()
        assert abs(centre - 14) < 0.1
    if digit == 1:
        assert image[13:15].sum(axis=1) == pytest.approx([2.9, 2.9], abs=0.2)  # as MNIST's strokes


def test_the_answer_its_bar_and_what_the_network_sees_follow_the_drawing(page):
    assert answer(page) == ""
    draw(page, DIGITS[1], lifts=False)
    shares = asked(page)
    told = [f"{share:.1%}" if share >= 0.001 else "<0.1%" for share in shares]
    assert answer(page) == str(shares.argmax()) == "1"
    assert page.inner_text("#sure") == f" · {told[1]}"
    assert names_in(page, "#bars button") == [f"{i}, {text}: why?" for i, text in enumerate(told)]
    numbers = ["" if text == "<0.1%" else text for text in told]
    assert page.locator("#bars small").all_inner_texts() == numbers
    assert page.locator("#bars .best span").all_inner_texts() == ["1"]
    bars = page.locator("#bars i")
    widths = bars.evaluate_all("(all) => all.map((one) => parseFloat(one.style.width))")
    assert widths == pytest.approx(100 * shares, abs=0.01)
    assert_shows(canvas_image(page, "#seen"), prepared(page))  # white until the pen is up
    assert page.inner_text("#why-title") == "Why?"
    explained = page.locator("#legend, #strongest, #numbers summary")
    heard = page.locator("#heard")  # by a screen reader
    assert (explained.filter(visible=True).count(), heard.text_content()) == (0, "")
    page.mouse.up()
    wait_until(page, "settled")
    assert explained.filter(visible=True).count() == 3
    assert heard.text_content() == f"1 · {told[1]} {INVITATION}"
    page.evaluate("clear()")
    for canvas in ("#seen", "#units"):
        assert canvas_image(page, canvas)[..., :3].max() == 0  # of an empty pad nothing is said


def test_clear_empties_the_pad_and_undo_takes_back_a_stroke_or_the_clearing(page):
    draw(page, [*DIGITS[1], *DIGITS[7], *DIGITS[2]])
    page.locator("#undo").click()
    page.keyboard.press("Control+z")
    assert (answer(page), pad_has_ink(page)) == ("1", True)
    assert not page.locator("#hint").is_visible()
    page.locator("#clear").click()
    assert (answer(page), pad_has_ink(page)) == ("", False)
    assert page.inner_text("#hint") == "Draw here"
    page.keyboard.press("Escape")  # of an empty pad nothing is kept
    page.locator("#undo").click()
    assert answer(page) == "1"
    draw(page, DIGITS[1], lifts=False)
    page.keyboard.press("Escape")  # of the stroke that is being drawn, too
    page.mouse.move(300, 300)
    page.mouse.up()
    assert (answer(page), pad_has_ink(page)) == ("", False)


def test_a_stroke_may_leave_the_pad_and_another_mouse_button_draws_nothing(page):
    page.locator("#pad").click(button="right")
    assert not pad_has_ink(page)
    draw(page, [[(0.5, 0.5), (0.501, 0.5), (3, 0.5), (-1, -1)]])
    points = page.evaluate("strokes[0]")
    assert points[1:] == [[1, 0.5], [0, 0]]  # along its edge; one that is too near is left out


def test_a_finger_draws_and_neither_a_second_one_nor_the_page_disturbs_it(visit, finished):
    options = {"has_touch": True, "is_mobile": True, "device_scale_factor": 2}
    phone = visit(finished.outputs / "draw.html", viewport=PHONE, **options)
    phone.evaluate("scrollTo(0, 40)")
    pad = phone.locator("#pad").bounding_box()
    send = phone.context.new_cdp_session(phone).send

    def touch(kind, *points):
        spots = [{"x": pad["x"] + x, "y": pad["y"] + y, "id": i} for i, (x, y) in enumerate(points)]
        send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": spots})

    touch("touchStart", (120, 50))
    touch("touchMove", (120, 80))
    for y in range(100, 200, 20):
        touch("touchMove", (120, y), (200, 220 - y))
    touch("touchEnd")
    assert answer(phone) == "1"
    assert phone.evaluate("scrollY") == 40
    assert phone.evaluate("pad.width") == round(2 * pad["width"])  # it is sharp
    [stroke] = phone.evaluate("strokes")
    assert np.ptp([x for x, _ in stroke]) < 0.01  # it is as straight as the finger went
    choose(phone, 4)
    hit = boxes(phone, "#bars button, #tools button, #teach, #examples")
    assert len(hit) == 14
    assert min(min(box["width"], box["height"]) for box in hit) >= 43.9  # a fingertip


# --- It does not scold, and does not jump -------------------------------------------------------


def places_of_what_moves(page):
    selector = "#pad, #clear, #bars, #bars li:nth-child(8) button, #why-title"
    return [[round(box[side]) for side in ("x", "y", "width")] for box in boxes(page, selector)]


def findings(page):
    """Return what axe finds on a page that would keep somebody out."""
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
    )
    return [finding["id"] for finding in axe.Axe().run(page).response["violations"]]


PAST_THE_EDGE = """[...document.querySelectorAll("#page *:not(#heard)")].filter((one) => {
  const { width, left, right } = one.getBoundingClientRect();
  return width > 0 && (left < 0 || right > document.documentElement.clientWidth);
}).map((one) => one.id || one.textContent)"""
CUT_OFF = """(all) => all.filter((one) => one.scrollWidth > one.clientWidth + 1)
  .map((one) => one.textContent)"""


@pytest.mark.parametrize(("size", "least"), [(DESK, 340), (PHONE, 240), (LYING_PHONE, 240)])
def test_in_any_window_one_sees_pad_answer_and_bars_and_nothing_moves(page, size, least):
    page.set_viewport_size(size)
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    pad = page.locator("#pad").bounding_box()
    assert pad["width"] == pytest.approx(pad["height"])
    assert pad["width"] >= least
    before = places_of_what_moves(page)

    def look():
        assert note(page) == INVITATION  # a 7 begins as a dash
        assert places_of_what_moves(page) == before

    draw(page, [[(0.15, 0), (0.5, 0), (0.85, 0), (0.6, 0.5), (0.4, 1)]], look)
    put(page, TWO)
    assert places_of_what_moves(page) == before
    page.evaluate("teachable().weights[1][1] = 100")  # now it is sure: >99.9%
    put(page, DIGITS[1])
    choose(page, 4)
    assert page.inner_text("#answer") == "1 · >99.9%"
    assert page.locator("#answer, #bars button, #bars small").evaluate_all(CUT_OFF) == []
    for box in boxes(page, "#pad, #answer, #bars, #clear, #undo, #teach"):
        assert box["top"] >= 0
        assert box["bottom"] <= size["height"]
    teach(page, 4)
    page.evaluate("scrollTo(0, 0)")
    assert places_of_what_moves(page)[:4] == before[:4]  # the lesson stands before the why
    assert boxes(page, "#lesson")[0]["y"] < before[4][1] + 1
    page.evaluate("$('numbers').open = true")
    assert page.evaluate(PAST_THE_EDGE) == []
    page.locator("#examples").click()
    assert page.evaluate(PAST_THE_EDGE) == []


def test_two_digits_are_asked_for_again_but_not_between_the_strokes_of_one(page):
    put(page, TWO)
    assert note(page) == "Two things side by side: one digit, please."
    assert page.locator("#heard").text_content() == note(page)
    assert answer(page) == ""
    assert page.locator("#bars button:enabled").count() == 0
    assert page.inner_text("#why-title") == "Why?"
    put(page, [[(0.6, 0), (0.6, 1)], [(0.1, 0), (0.45, 0.5)]])
    assert answer(page) != ""  # near enough, and in any order
    page.evaluate("clear()")
    draw(page, [TWO[0]])
    choose(page, 4)
    draw(page, [TWO[1]], lifts=False)
    assert answer(page) != ""  # it may become a 4
    page.mouse.up()
    wait_until(page, "settled")
    assert answer(page) == ""
    assert not page.locator("#teach").is_visible()


def test_a_page_opens_with_a_test_image_and_asks_for_nothing_but_itself(visit, finished):
    page = visit(finished.outputs / "draw.html")
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    page.reload()
    assert (answer(page), note(page)) == ("0", "A test image: 0.")
    assert page.inner_text("#why-title").startswith("Why 0, and not ")
    assert page.inner_text("#hint") == "Draw here"
    draw(page, DIGITS[1])
    assert answer(page) == "1"  # the first touch wipes the image
    page.locator("#undo").click()
    page.locator("#undo").click()
    assert answer(page) == ""  # it does not come back
    assert [url for url in requests if not url.startswith("data:")] == [page.url]
    page.evaluate("fetch('http://127.0.0.1:9/').catch(() => pause(50))")
    assert "Content Security Policy" in page.errors[0]  # the browser names the refusal there
    page.errors.clear()


def test_with_the_keyboard_alone_one_sees_right_and_wrong_on_the_wall_chooses_and_teaches(
    page, finished
):
    model = keras.saving.load_model(finished.outputs / "model.keras")
    images = page.evaluate("network.test_labels.map((_, i) => imageAt(network.test_images, i))")
    labels = np.array(page.evaluate("network.test_labels"))
    read = model.predict(np.array(images), verbose=0).argmax(axis=1)
    wrong = read != labels
    put(page, DIGITS[7])
    page.set_viewport_size(PHONE)
    page.locator("#examples").press("Enter")
    assert f"It reads {100 - wrong.sum()} of 100 right." in page.inner_text("#wall-text")
    tiles = page.locator("#wall-images button")
    assert tiles.all_inner_texts() == [f"✗ {read[i]}" if wrong[i] else "" for i in range(100)]
    names = [f"{labels[i]}, read as {read[i]}" for i in range(100)]
    assert names_in(page, "#wall-images button") == names
    colours = tiles.evaluate_all("(all) => all.map((one) => getComputedStyle(one).borderColor)")
    assert np.array_equal(np.array(colours) != "rgba(0, 0, 0, 0)", wrong)
    assert wrong[0]  # it is the hardest 0
    assert_shows(canvas_image(page, "#wall-images button:first-child canvas"), images[0])
    page.keyboard.press("Tab")  # from Close to the first image
    page.keyboard.press("Enter")
    assert not page.locator("#wall").is_visible()
    assert page.locator("#pad").bounding_box()["y"] >= -1  # on a phone it comes into sight
    assert (note(page), answer(page)) == ("A test image: 0.", str(read[0]))
    ink = canvas_image(page, "#pad")[..., 3]
    assert np.abs(ink.ravel() - 255 * np.array(images[0])).max() <= 1
    page.locator("#bars button").nth(0).press("Space")
    for key in [*["Tab"] * 10, "Enter"]:
        page.keyboard.press(key)
    wait_until(page, "!teaching")
    assert (answer(page), page.evaluate("document.activeElement.id")) == ("0", "teach")
    page.keyboard.press("Control+z")
    assert answer(page) == "7"  # the drawing comes back
    page.locator("#examples").click()
    assert tiles.nth(0).inner_text() == ""  # it has learned this one
    page.keyboard.press("Escape")  # closes the wall, and leaves the pad as it is
    assert answer(page) == "7"


# --- Teaching it --------------------------------------------------------------------------------


def test_a_click_on_an_answer_explains_and_a_second_one_on_the_button_teaches(page):
    untaught = weights(page)
    put(page, DIGITS[1])
    assert not page.locator("#teach").is_visible()
    choose(page, 4)
    assert note(page) == ""
    assert page.inner_text("#teach") == "The answer is 4: learn it"
    choose(page, 4)
    assert not page.locator("#teach").is_visible()  # a second click lets go
    assert weights(page) == untaught  # a slip costs nothing
    before = page.evaluate("percent(predict(prepare(strokes))[4])")
    page.evaluate("""() => {
      const step = learn;
      window.taken = 0;
      window.learn = (...given) => { taken += 1; step(...given); };
    }""")
    teach(page, 4)
    assert answer(page) == "4"
    after = asked(page)[4]
    assert 0.6 <= after < 0.8
    steps = page.evaluate("taken")
    told = f"weights: {steps}. They brought 4 from {before} to {after:.1%}."
    assert told in page.inner_text("#steps")
    assert page.inner_text("#why-title").startswith("Why 4, and not ")
    choose(page, 8)
    assert page.inner_text("#teach") == "The answer is 8: learn it"
    page.evaluate("teachable().weights[1][3] = 1000")
    teach(page, 8)  # in vain
    assert "weights: 60. They brought 8 from <0.1% to <0.1%." in page.inner_text("#steps")


READ_OTHERS = "others.labels.map((_, i) => likeliest(predict(imageAt(others.images, i))))"


def test_a_lesson_says_and_shows_what_it_forgot_and_learned(page):
    put(page, DIGITS[1])
    teach(page, 4)
    told = page.inner_text("#cost")
    names = names_in(page, "#changes canvas")
    marks = page.locator("#changes figcaption").all_inner_texts()
    first = canvas_image(page, "#changes figure:first-child canvas")
    after = np.array(page.evaluate(READ_OTHERS))
    page.evaluate("undoLesson()")
    before = np.array(page.evaluate(READ_OTHERS))
    labels = np.array(page.evaluate("others.labels"))
    was_right = before == labels
    is_right = after == labels
    forgot = np.flatnonzero(was_right & ~is_right)
    learned = np.flatnonzero(~was_right & is_right)
    assert len(forgot) > 6
    counted = [900, was_right.sum(), is_right.sum(), len(forgot), len(learned)]
    assert re.findall(r"\d+", told) == [str(number) for number in counted]
    shown = [*forgot[:6], *learned[:6]]
    assert names == [f"{labels[i]}, read as {after[i]}" for i in shown]
    assert marks == [f"✗ {after[i]}" for i in forgot[:6]] + [f"✓ {labels[i]}" for i in learned[:6]]
    assert_shows(first, page.evaluate("(i) => imageAt(others.images, i)", int(forgot[0])))


def test_lessons_are_undone_one_by_one_bit_by_bit(page):
    assert not page.locator("#lesson").is_visible()
    untaught = weights(page)
    put(page, DIGITS[1])
    teach(page, 4)
    taught_once = weights(page)
    put(page, DIGITS[7])
    assert page.inner_text("#report").strip() == ""  # it was of another drawing
    assert note(page) == INVITATION  # and so was the chosen answer
    teach(page, 2)
    assert weights(page) != taught_once != untaught
    page.locator("#unteach").click()
    assert weights(page) == taught_once
    assert page.inner_text("#report").strip() == "The last lesson is undone."
    assert page.inner_text("#save-digits") == "Save my digits (1)"
    page.locator("#unteach").click()
    assert weights(page) == untaught
    assert answer(page) == "7"
    assert page.locator("#keep button[hidden]").count() == 2
    assert page.evaluate("document.activeElement.id") == "clear"


def test_a_lesson_shows_its_steps_and_a_digit_drawn_meanwhile_is_kept(page):
    page.emulate_media(reduced_motion="no-preference")
    put(page, DIGITS[1])
    choose(page, 4)
    before = asked(page)[4]
    page.evaluate("() => { judge(); judge(); }")  # once is enough
    assert note(page) == "It learns..."
    assert page.locator("#bars[inert], #keep[inert], #try[inert]").count() == 3
    assert before < asked(page)[4] < 0.6
    draw(page, DIGITS[4])
    wait_until(page, "!teaching")
    assert page.locator("[inert]").count() == 0
    assert page.evaluate("[strokes.length, pastLessons.length, ...own.values()]") == [2, 1, 4]


def test_the_visitor_s_own_digits_are_saved_once_each_with_what_was_said_last(page, tmp_path):
    put(page, DIGITS[1])
    one = prepared(page)
    teach(page, 1)  # it is right, and is kept
    share = page.evaluate("percent(predict(prepare(strokes))[1])")
    assert page.inner_text("#steps") == f"Nothing to learn: 1 has {share} already."
    draw(page, DIGITS[4])  # another drawing
    wait_until(page, "settled")
    four = prepared(page)
    teach(page, 5)  # a slip
    page.locator("#unteach").click()
    teach(page, 5)  # another slip, and what it should have been
    teach(page, 4)
    page.locator("#undo").click()  # a stroke of the drawing, not of the digit that was taught
    page.evaluate("showExample(3)")
    teach(page, 5)  # a test image is not the visitor's
    assert page.inner_text("#save-digits") == "Save my digits (2)"
    with page.expect_download() as download:
        page.locator("#save-digits").click()
    assert download.value.suggested_filename == "my_digits.json"
    assert "--add PATH/my_digits.json" in page.inner_text("#saved")
    download.value.save_as(tmp_path / "my_digits.json")
    own = own_digits.load([tmp_path / "my_digits.json"])
    assert own.labels.tolist() == [1, 4]
    assert np.abs(own.images - 255 * np.stack([one, four])).max() <= 0.51


# --- Why ----------------------------------------------------------------------------------------


def assert_signs(image, values):
    """Check that an image is orange where values are above 0, blue where they are below."""
    strong = np.abs(values) > 0.3 * np.abs(values).max()
    assert strong.sum() > 3
    redder = image[..., 0] > image[..., 2]
    assert np.array_equal(redder[strong], (values > 0)[strong])


@pytest.mark.parametrize("chosen", [None, 9, 4])
def test_the_ink_is_orange_where_it_speaks_for_the_answer_and_blue_where_against(page, chosen):
    put(page, DIGITS[4])
    *_, second, first = np.argsort(asked(page)).tolist()
    title = f"Why 4, and not {second}?"
    if chosen == 9:
        first, second = 9, 4
        title = "What speaks for 9, rather than 4?"
    if chosen is not None:
        choose(page, chosen)
        assert names_in(page, "#bars [aria-pressed=true]")[0].startswith(str(chosen))
    assert page.inner_text("#why-title") == title
    assert page.inner_text("#spoke-for") == f"This ink speaks for {first}."
    assert page.inner_text("#spoke-against") == f"This ink speaks for {second}."
    spoke = page.evaluate("(two) => [...whichInkSpoke(prepare(strokes), ...two)]", [first, second])
    spoke = np.reshape(spoke, (28, 28))
    image = canvas_image(page, "#seen")
    assert_signs(image, spoke)
    assert (image[..., :3][spoke == 0] == 0).all()  # no ink: black
    assert image[..., :3].max() == 255


def figures_in(page, selector):
    """Return the figures with three decimals in a text."""
    text = page.inner_text(selector).replace("−", "-")  # a real minus
    return re.findall(r"-?\d+\.\d{3}", text)


def test_units_say_and_the_strongest_ones_show_how_they_compute(page, finished):
    model = keras.saving.load_model(finished.outputs / "model.keras")
    first, bias, last, _ = model.get_weights()
    put(page, DIGITS[4])
    choose(page, 9)
    pixels = prepared(page).ravel()
    sums = pixels @ first + bias
    units = np.maximum(sums, 0)
    differences = last[:, 9] - last[:, 4]
    said = units * differences
    assert_signs(canvas_image(page, "#units"), said.reshape((16, 32)))
    assert page.inner_text("#units-title") == "512 units look at it"
    strongest = np.argsort(-np.abs(said))[:6]
    figures = page.locator("#strongest figure")
    captions = [f"{said[unit]:+.2f}".replace("-", "−") for unit in strongest]
    assert figures.all_inner_texts() == captions
    assert names_in(page, "#strongest canvas") == [f"Unit {unit + 1}" for unit in strongest]
    assert not page.locator("#sum").is_visible()  # numbers are folded away
    page.locator("#numbers summary").click()
    unit = strongest[0]
    assert page.inner_text("#unit-title") == f"Unit {unit + 1} in numbers"
    weights = first[:, unit]
    products = pixels * weights
    figures = [products.sum(), bias[unit], sums[unit], units[unit], differences[unit], said[unit]]
    assert figures_in(page, "#sum") == [f"{value:.3f}" for value in figures]
    assert "(relu) that becomes" in page.inner_text("#sum")
    assert "its weight for 9 less that for 4" in page.inner_text("#sum")
    for canvas in ("#strongest figure:first-child canvas", "#weights"):
        assert_signs(canvas_image(page, canvas), weights.reshape((28, 28)))
    image = canvas_image(page, "#product")
    assert_signs(image, products.reshape((28, 28)))
    assert image[..., :3].reshape((784, 3))[pixels == 0].max() == 0
    assert_shows(canvas_image(page, "#inputs"), pixels)


NO_DENSE = [L.Reshape((28, 28, 1)), L.Conv2D(10, 28), L.GlobalAveragePooling2D(), L.Softmax()]
FEW_UNITS = [L.Dense(4, "relu"), L.Dense(10), L.Softmax()]
TWO_HIDDEN = [L.Dense(20, "relu"), L.Dense(12, "relu"), L.Dense(10, "softmax")]


@pytest.mark.parametrize(
    ("layers", "captions"),
    [
        ([L.Dense(10, "softmax")], []),
        (FEW_UNITS, []),
        (TWO_HIDDEN, ["Dense: 20", "Dense: 12"]),
        (NO_DENSE, ["Conv2D: 1×1×10"]),
    ],
)
def test_networks_of_other_shapes_show_what_they_have(visit_network, layers, captions):
    page = visit_network(layers)
    put(page, DIGITS[4])
    other = (int(answer(page)) + 1) % 10
    choose(page, other)
    assert f"What speaks for {other}, rather than" in page.inner_text("#why-title")
    image = canvas_image(page, "#seen")
    assert (image[..., 0] != image[..., 2]).any()  # every network is explained on the image
    assert page.locator("#teach").is_visible() == (layers != NO_DENSE)  # only Dense can learn
    page.evaluate("$('numbers').open = true")
    assert re.search("NaN|undefined|Infinity", page.inner_text("body")) is None
    assert page.locator("#units-part").is_visible() == (layers == FEW_UNITS)
    assert page.locator("#layers-part").is_visible() == bool(captions)
    assert page.locator("#layers figcaption").all_inner_texts() == captions


# --- Whoever opens it ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "ink", "best"), [("light", 22, "163, 71, 0"), ("dark", 238, "255, 157, 60")]
)
def test_ink_and_bars_are_seen_in_light_in_the_dark_and_in_forced_colours(page, scheme, ink, best):
    page.emulate_media(color_scheme=scheme)
    put(page, DIGITS[1])
    pad = canvas_image(page, "#pad")
    row = pad[len(pad) // 2]
    assert row[len(row) // 2, 0] == ink
    assert (row[:, 3] > 128).sum() == pytest.approx(0.05 * len(row), abs=2)  # the pen's width
    page.emulate_media(forced_colors="active")
    colour = "(one) => getComputedStyle(one).backgroundColor"
    assert page.locator("#bars .best i").evaluate(colour) == f"rgb({best})"


def test_all_that_the_page_says_is_in_the_one_table_and_says_the_same_in_chinese(page):
    text = r'"(?:[^"\\]|\\.)*"'
    markup = (ROOT / "page" / "draw.html").read_text(encoding="utf-8")
    said = re.findall(r'aria-label="([^"]*)"', markup)
    for marked in re.findall(r"data-say>([^<]*)<", markup):
        said.append(" ".join(marked.split()))
    for path in (ROOT / "page").glob("*.js"):
        code = path.read_text(encoding="utf-8")
        for call in re.findall(rf"\bsay\(\s*({text}(?:\s*\+\s*{text})*)", code):
            said.append("".join(json.loads(part) for part in re.findall(text, call)))
    said.remove("It is: {name}")  # an example in texts.js
    table = page.evaluate("CHINESE")
    assert set(said) == set(table)
    for english, chinese in table.items():
        kept = r"\{\w+\}|(?<![A-Za-z])\d[\d,×]*|[✗✓]|--\w+|\w+\.\w+"
        assert set(re.findall(kept, english)) == set(re.findall(kept, chinese)), english


def test_a_browser_that_asks_for_chinese_gets_chinese(visit, finished):
    options = {"locale": "zh-TW", "color_scheme": "dark", "bypass_csp": True}
    page = visit(finished.outputs / "draw.html", viewport=PHONE, **options)
    page.evaluate("$('about').textContent = ''")  # it names the data
    assert page.locator("html").get_attribute("lang") == "zh-Hans"
    assert page.title() == page.inner_text("h1") == "写一个数字"
    assert names_in(page, "#pad") == ["在这里写"]
    put(page, DIGITS[1])
    page.locator("details").evaluate_all("(all) => all.forEach((one) => { one.open = true; })")
    choose(page, 2)
    assert page.inner_text("#why-title") == "什么支持 2，而不是 1？"
    teach(page, 4)
    page.locator("#save-digits").click()
    assert findings(page) == []
    page.locator("#examples").click()
    assert findings(page) == []
    known = {"MNIST", "train", "py", "python", "add", "my", "digits", "json", "relu", "softmax"}
    assert set(re.findall(r"[A-Za-z]{2,}", page.inner_text("body"))) <= known
    for text in page.locator("p:not(#heard), h2, summary").all_inner_texts():
        assert re.search(r"[，。：；？（）、] | [，。：；？（）、]", text) is None  # no gaps
