"""Pictures of the kinds that people show to a digit reader, with what a person reads in them.

For benchmark_reading.py, and for whoever wants to see what it measures:

    python tools/scenes.py FOLDER [SEED]      writes the pictures, and labels.csv

The handwriting is MNIST's, of the sample's test set, enlarged: what is measured is whether digits
are found, and not how well a network reads strangers. Another seed gives other digits and places.
"""

import csv
import pathlib
import sys
from typing import NamedTuple

import cv2
import numpy as np
from drawing import (
    BLUE,
    GREY,
    WHITE,
    WOOD,
    blank,
    enlarged,
    low_cells,
    rule,
    seen,
    spot_of_light,
    write,
)

ROOT = pathlib.Path(__file__).resolve().parent.parent
BLACK = (35, 35, 40)
RED = (190, 40, 60)
PAPERS = (WHITE, (238, 236, 230), (245, 225, 90))
DESKS = (WOOD, (28, 28, 30), (120, 120, 122), (205, 190, 165))


class Scene(NamedTuple):
    """A picture, uint8 RGB (height, width, 3), of a kind, and the digits in it as text."""

    kind: str
    picture: np.ndarray
    digits: str


class Writer:
    """Writes random digits, each as one of the images that are nearest to its class's mean."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        with np.load(ROOT / "training" / "sample.npz") as file:
            images = file["x_test"]
            labels = file["y_test"]
        self.ordinary = []
        for digit in range(10):
            of_class = images[labels == digit].astype(float)
            far = ((of_class - of_class.mean(axis=0)) ** 2).sum(axis=(1, 2))
            self.ordinary.append(images[labels == digit][far.argsort()[:12]])

    def number(self, count):
        """Return the images, uint8 (count, 28, 28), of so many random digits, and their text."""
        digits = self.random.integers(0, 10, count)
        images = [self.random.choice(self.ordinary[digit]) for digit in digits]
        return np.array(images), "".join(str(digit) for digit in digits)

    def strokes(self, height):
        """Return the ink, float (height, width), of one random digit, and its text."""
        images, text = self.number(1)
        return enlarged(images[0], height).clip(0, 1), text

    def choose(self, *choices):
        return choices[self.random.integers(len(choices))]


def make(seed=0):
    """Return a list of Scenes of all kinds."""
    writer = Writer(seed)
    scenes = []
    for make_kind in KINDS:
        kind = make_kind.__name__.replace("_", " ")
        for picture, text in make_kind(writer):
            scenes.append(Scene(kind, picture, text))
    return scenes


def draw(picture, strokes, left, top, pen=BLUE):
    """Draw one digit's ink on a picture, in place."""
    height, width = strokes.shape
    place = picture[top : top + height, left : left + width]
    place += (np.array(pen) - place) * strokes[..., None]


# --- Paper, and what it lies on -----------------------------------------------------------------


def on_a_desk(writer):
    for desk in DESKS:
        for rim, angle in ((0.15, 3), (0.03, 1), (0.3, 5)):
            picture = blank(900, 1200, paper=desk)
            top = int(900 * rim)
            left = int(1200 * rim)
            picture[top : 900 - top, left : 1200 - left] = writer.choose(*PAPERS)
            images, text = writer.number(4)
            height = min(130, (1200 - 2 * left) // 7)
            write(picture, images, left + 60, 450 - height // 2, height, gap=0.15)
            turned = cv2.getRotationMatrix2D((600, 450), writer.choose(-angle, angle), 1)
            picture = cv2.warpAffine(picture, turned, (1200, 900), borderValue=desk)
            yield seen(picture), text


def small_on_a_page(writer):
    for height in (100, 60, 40, 30, 20):
        picture = np.full((1500, 2000, 3), WHITE, np.float32)
        images, text = writer.number(6)
        left, top = writer.random.integers((150, 150), (900, 1250))
        write(picture, images, left, top, height, gap=0.5)
        yield seen(picture, 4), text


def scattered(writer):
    for count in (4, 8) * 5:
        picture = blank()
        text = ""
        for index in range(count):
            height = int(writer.random.integers(50, 90))
            strokes, digit = writer.strokes(height)
            row, column = divmod(index, 4)
            left = 40 + 190 * column + int(writer.random.integers(0, 60))
            top = 60 + 280 * row + int(writer.random.integers(0, 30))
            draw(picture, strokes, left, top)
            text += digit
        yield seen(picture), text


# --- Frames and lines ---------------------------------------------------------------------------


def in_a_frame(writer):
    for width in (2, 5, 9):
        for reach in (95, 130):
            for draw_frame in (draw_circle, draw_square):
                picture = blank(300, 300)
                draw_frame(picture, reach, writer.choose(BLACK, BLUE, RED), width)
                images, text = writer.number(1)
                write(picture, images, 115, 100, 100)
                yield seen(picture), text


def draw_circle(picture, reach, color, width):
    cv2.circle(picture, (150, 150), reach, color, width)


def draw_square(picture, reach, color, width):
    corner = 150 - reach
    opposite = 150 + reach
    cv2.rectangle(picture, (corner, corner), (opposite, opposite), color, width)


def in_the_boxes_of_a_form(writer):
    for gap in (0, 20):
        for color in (BLACK, (225, 120, 110), (150, 150, 150)):
            picture = blank(400, 900)
            images, text = writer.number(5)
            for index, image in enumerate(images):
                left = 60 + index * (130 + gap)
                cv2.rectangle(picture, (left, 130), (left + 130, 260), color, 3)
                write(picture, [image], left + 32, 150, 88)
            yield seen(picture), text


def in_a_sudoku(writer):
    for side in (50, 60, 70, 90):
        picture = blank(9 * side + 20, 9 * side + 20)
        end = 10 + 9 * side
        for index in range(10):
            width = 5 if index % 3 == 0 else 2
            at = 10 + index * side
            cv2.line(picture, (10, at), (end, at), BLACK, width)
            cv2.line(picture, (at, 10), (at, end), BLACK, width)
        text = ""
        for row, column in np.argwhere(writer.random.random((9, 9)) < 0.2):
            strokes, digit = writer.strokes(side * 2 // 3)
            draw(picture, strokes, 10 + column * side + side // 4, 10 + row * side + side // 6)
            text += digit
        yield seen(picture), text


def on_squared_or_ruled_paper(writer):
    for step in (30, 45, 60):
        for shade in (215, 190, 165, 140):
            for squares in (True, False):
                picture = blank()
                rule(picture, step, (shade - 15, shade - 5, shade + 10), squares)
                images, text = writer.number(3)
                write(picture, images, 60, 200, 140, gap=0.2)
                yield seen(picture), text


def underlined(writer):
    for below in (-8, -2, 6, 20):
        for width in (3, 6):
            picture = blank(400, 800)
            images, text = writer.number(4)
            boxes = write(picture, images, 60, 130, 130, gap=0.2)
            bottom = max(box[3] for box in boxes) + below
            picture[bottom : bottom + width, 40:760] = BLUE
            yield seen(picture), text


def small_crops_with_lines(writer):
    for height in (34, 36, 38, 41, 50, 60) * 4:
        picture = blank(height, int(height * 1.35))
        shade = writer.choose(60, 130, 170)
        thickness = writer.choose(1, 2)
        top = int(writer.random.integers(0, height // 10 + 1))
        bottom = height - thickness - int(writer.random.integers(0, height // 10 + 1))
        picture[top : top + thickness] = shade
        picture[bottom : bottom + thickness] = shade
        if writer.random.random() < 0.3:
            picture[:, :thickness] = shade
        images, text = writer.number(2)
        high = int(0.5 * height)
        write(picture, images, int(0.2 * height), int(0.24 * height), high, BLACK, gap=0.25)
        yield seen(picture), text


def rows_of_cells(writer):
    for height in (28, 34, 40, 60) * 5:
        count = writer.choose(4, 6, 8, 11)
        cell = int(writer.choose(0.8, 1, 1.2) * height)
        picture = blank(height, cell * count + 1)
        shade = writer.choose(60, 130, 170)
        images, text = writer.number(count)
        for index in range(count + 1):
            picture[:, index * cell] = shade
        if writer.random.random() < 0.5:
            picture[0] = shade
            picture[-1] = shade
        high = int(0.6 * height)
        for index, image in enumerate(images):
            left = index * cell + int(writer.choose(0.25, 0.3) * cell)
            write(picture, [image], left, int(0.2 * height), high, BLACK)
        yield seen(picture), text


# --- Small drawings, and what was cut out --------------------------------------------------------


def tiny_drawings(writer):
    for side in (20, 28, 36, 50, 100, 280):
        for pen in (0.04, 0.08, 0.13):
            strokes, text = writer.strokes(200)
            large = np.pad(strokes, ((40, 40), (140 - strokes.shape[1] // 2,) * 2))
            reach = max(1, int(280 * pen) - 15)
            disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
            dark = cv2.resize(cv2.dilate(large, disk), (side, side), interpolation=cv2.INTER_AREA)
            picture = blank(side, side, paper=writer.choose((255, 255, 255), (0, 0, 0)))
            pen_color = 255 - picture[0, 0]
            draw(picture, dark, 0, 0, pen_color)
            yield seen(picture, 0), text


def fat_ones(writer):
    for side in (20, 28, 50, 100, 280):
        one = blank(side, side)
        one[int(side * 0.15) : int(side * 0.85), int(side * 0.36) : int(side * 0.66)] = 30
        yield seen(one, 0), "1"
        yield 255 - seen(one, 0), "1"


def cut_to_their_edges(writer):
    for side in (20, 32, 100, 300) * 8:
        strokes, text = writer.strokes(side)
        paper = writer.choose(WHITE, (0, 0, 0))
        picture = blank(*strokes.shape, paper=paper)
        draw(picture, strokes, 0, 0, BLACK if paper == WHITE else WHITE)
        yield seen(picture, 0), text


def photos_in_a_thin_frame(writer):
    for width in (2, 4) * 6:
        for color in (0, 255):
            picture = uneven_paper(writer, 300, 300, 30)
            strokes, text = writer.strokes(140)
            draw(picture, strokes, 90, 80, BLACK)
            picture = seen(picture)
            picture[:width] = color
            picture[-width:] = color
            picture[:, :width] = color
            picture[:, -width:] = color
            yield picture, text


# --- Light --------------------------------------------------------------------------------------


def uneven_paper(writer, height, width, reach):
    """Return paper, float (height, width, 3), that is darker towards one side and one corner."""
    slope_x, slope_y = writer.random.uniform(-reach, reach, 2)
    rows = np.linspace(-1, 1, height)[:, None]
    columns = np.linspace(-1, 1, width)
    light = 190 + slope_x * columns + slope_y * rows + 0.5 * reach * rows * columns
    return np.repeat(light[..., None], 3, axis=2)


def coloured_paper_and_boards(writer):
    yellow, pink, brown = (245, 225, 90), (250, 200, 205), (165, 125, 90)
    board, chalk = (38, 70, 55), (235, 235, 225)
    green, pencil, highlighter = (40, 120, 70), (200, 200, 200), (250, 240, 60)
    pairs = ((yellow, BLUE), (pink, RED), (brown, BLACK), (board, chalk))
    pairs += ((WHITE, green), (WHITE, pencil), (WHITE, highlighter))
    for paper, pen in pairs * 2:
        picture = blank(paper=paper)
        images, text = writer.number(4)
        write(picture, images, 40, 250, 140, pen, gap=0.15)
        yield seen(picture), text


def shadows_and_lamps(writer):
    """Shadows, a fold, a lamp or a dark corner, on paper with a strong or a faint pen."""
    y, x = np.mgrid[0:600, 0:800]
    for pen in (BLACK, (150, 150, 155)):
        for strength in (0.25, 0.5):
            across = x + 0.6 * y - writer.random.uniform(400, 800)
            hard = 1 - strength / (1 + np.exp(-across / 5))
            soft = 1 - strength / (1 + np.exp(-across / 60))
            fold = 1 - strength / 2 * np.exp(-np.abs(across) / 25)
            corner = 1 - strength * np.clip((x + y - 700) / 700, 0, 1)
            lamp_x, lamp_y = writer.random.uniform(0, 1, 2)
            lamp = 1 - strength * (1 - spot_of_light((600, 800), lamp_x, lamp_y, 0.1))
            round_x, round_y = writer.random.uniform((200, 100), (600, 500))
            blob = 1 - strength * np.exp(-((x - round_x) ** 2 + (y - round_y) ** 2) / 2 / 90**2)
            for light in (hard, soft, fold, corner, lamp, blob):
                picture = blank(paper=(225, 225, 220))
                images, text = writer.number(4)
                top = int(writer.random.integers(80, 400))
                write(picture, images, 60, top, 110, pen, gap=0.4)
                yield seen(picture * light[..., None]), text


# --- Digits and what stands beside them ----------------------------------------------------------


def beside_signs(writer):
    for sign in ("dot", "colon", "dash", "comma") * 3:
        picture = blank(300, 800)
        images, text = writer.number(4)
        end = write(picture, images[:2], 60, 80, 110)[-1][2]
        if sign == "dash":
            picture[130:141, end + 20 : end + 75] = BLUE
        if sign in ("dot", "colon"):
            picture[178:190, end + 35 : end + 47] = BLUE
        if sign == "colon":
            picture[110:122, end + 35 : end + 47] = BLUE
        if sign == "comma":
            cv2.line(picture, (end + 45, 180), (end + 36, 205), BLUE, 8)
        write(picture, images[2:], end + 95, 80, 110)
        yield seen(picture), text


def one_above_the_other(writer):
    for _ in range(50):
        upper, upper_text = writer.strokes(100)
        lower, lower_text = writer.strokes(100)
        picture = blank(345, 300)
        draw(picture, upper, 110, 60)
        draw(picture, lower, 110, 185)
        yield seen(picture, 0), upper_text + lower_text


def touching(writer):
    for _ in range(30):
        left, left_text = writer.strokes(120)
        right, right_text = writer.strokes(120)
        width = left.shape[1]
        overlap = 0
        while ((left[:, width - overlap :] > 0.5) & (right[:, :overlap] > 0.5)).sum() < 30:
            overlap += 1
        picture = blank(200, width - overlap + right.shape[1] + 80)
        draw(picture, left, 40, 40)
        draw(picture, right, 40 + width - overlap, 40)
        yield seen(picture), left_text + right_text


def nothing_to_read(writer):
    yield seen(blank()), ""
    for squares in (True, False):
        for step in (45, 70):
            lined = blank()
            rule(lined, step, GREY, squares)
            yield seen(lined), ""
    grain = writer.random.normal(0, 4, (600, 1, 1))
    desk = blank(paper=WOOD) + grain
    yield seen(desk), ""
    note = desk.copy()
    note[120:480, 200:600] = WHITE
    yield seen(note), ""
    form = blank()
    for left in range(60, 700, 140):
        cv2.rectangle(form, (left, 130), (left + 120, 260), BLACK, 3)
    yield seen(form), ""
    y, x = np.indices((600, 800))
    for light in (60 + x / 5, 220 - 120 * np.exp(-((x - 500) ** 2 + (y - 200) ** 2) / 2 / 130**2)):
        yield seen(np.repeat(light[..., None], 3, axis=2)), ""


def touching_their_boxes(writer):
    for gap in (0, 20):
        for color in (BLACK, (110, 120, 150)):
            for top in (162, 166, 170):  # the box ends at 260, its line at 262
                picture = blank(400, 900)
                images, text = writer.number(5)
                for index, image in enumerate(images):
                    left = 60 + index * (130 + gap)
                    cv2.rectangle(picture, (left, 130), (left + 130, 260), color, 3)
                    write(picture, [image], left + 32, top, 92)
                yield seen(picture), text


def boards_in_uneven_light(writer):
    for board in ((30, 30, 30), (30, 60, 40)):
        for across in ("rows", "columns"):
            for grain in (2, 4, 6):
                picture = blank(400, 900, paper=board)
                images, text = writer.number(4)
                write(picture, images, 120, 150, 90, pen=(200, 200, 195), gap=0.5)
                if across == "rows":
                    light = np.linspace(0.5, 1.5, 400)[:, None, None]
                else:
                    light = np.linspace(1.5, 0.5, 900)[:, None]
                noise = writer.random.normal(0, grain, picture.shape)  # each colour has its own
                yield seen(picture * light + noise, grain=0), text


def lines_under_few_digits(writer):
    for count in (1, 2, 3):
        for below in (-6, 8, 20):
            for longer in (0, 60):
                picture = blank(400, 700)
                images, text = writer.number(count)
                boxes = write(picture, images, 150, 130, 130, gap=0.2)
                left = min(box[0] for box in boxes) - longer
                right = max(box[2] for box in boxes) + longer
                bottom = max(box[3] for box in boxes) + below
                cv2.line(picture, (left, bottom), (right, bottom - longer // 10), BLUE, 5)
                yield seen(picture), text


def pages_of_a_notebook(writer):
    for step in (28, 34, 40, 46):
        for left in (110, 160, 640):
            picture = blank(600, 760)
            rule(picture, step, (150, 170, 200), width=1)
            cv2.line(picture, (left, 0), (left, 600), (220, 120, 120), 2, cv2.LINE_AA)
            for y in range(15, 600, 40):
                cv2.circle(picture, (28, y), 9, (70, 70, 70), cv2.FILLED, cv2.LINE_AA)
            images, text = writer.number(4)
            write(picture, images, 190, 4 * step, int(1.6 * step), gap=0.4)
            yield seen(picture), text


def margins_and_folds(writer):
    for color in (GREY, (200, 90, 90)):
        for height in (45, 60, 75):
            for length in (3, 5):
                picture = blank(500, 600)
                images, text = writer.number(3)
                write(picture, images, 110, 200, height, gap=0.4)
                slope = int(writer.random.integers(-8, 9))
                end = (60 + slope, 120 + length * height)
                cv2.line(picture, (60, 120), end, color, 3, cv2.LINE_AA)
                yield seen(picture), text


def two_margins_and_frames_of_pages(writer):
    for number in range(12):
        picture = blank(900, 1100)
        images, text = writer.number(4)
        write(picture, images, 250, 250 + 20 * number, 90 + 3 * number, gap=0.4)
        color = writer.choose((200, 90, 100), (50, 50, 50))
        edge = 25 + 4 * number
        if number % 2 == 0:
            cv2.line(picture, (edge, 0), (edge, 900), color, 2)
            cv2.line(picture, (edge + 15, 0), (edge + 15, 900), color, 2)
        else:
            cv2.rectangle(picture, (edge, edge), (1100 - edge, 900 - edge), color, 3)
        yield seen(picture), text


def fingers_on_the_paper(writer):
    for color in ((240, 200, 175), (198, 134, 102), (141, 85, 60)):
        for x, y, length, turned in ((0, 600, 130, 0), (900, 100, -130, 0), (250, 0, 150, 1)):
            picture = blank(700, 900)
            images, text = writer.number(4)
            write(picture, images, 160, 260, 110, gap=0.4)
            end = (x + length, y + 20)
            if turned:
                end = (x + 20, y + length)
            finger = np.zeros((700, 900), np.uint8)
            cv2.line(finger, (x, y), end, 1, int(writer.random.integers(50, 100)))
            depth = cv2.distanceTransform(finger, cv2.DIST_L2, cv2.DIST_MASK_3)
            round_light = 0.72 + 0.28 * depth / depth.max()
            lit = np.array(color) * round_light[..., None]
            picture = np.where(finger[..., None] > 0, lit, picture)
            yield seen(cv2.GaussianBlur(picture, (0, 0), 1)), text


def rows_of_low_cells(writer):
    for width in (36, 44, 52):
        for margin in (4, 8, 12):
            for thickness in (1, 3):
                images, text = writer.number(6)
                angle = writer.random.uniform(-1, 1)
                height = int(0.85 * width)
                cells, _ = low_cells(images, width, height, margin, thickness, angle)
                yield seen(cells, 0), text


def circles_that_do_not_close(writer):
    for angle in (0, 90):
        for end in (330, 335, 340, 345, 350, 355):
            picture = blank(500, 700)
            images, text = writer.number(2)
            write(picture, images, 260, 195, 90)
            cv2.ellipse(picture, (350, 240), (190, 140), angle, 0, end, RED, 5, cv2.LINE_AA)
            yield seen(picture), text


KINDS = (
    on_a_desk,
    small_on_a_page,
    scattered,
    in_a_frame,
    in_the_boxes_of_a_form,
    in_a_sudoku,
    on_squared_or_ruled_paper,
    underlined,
    small_crops_with_lines,
    rows_of_cells,
    tiny_drawings,
    fat_ones,
    cut_to_their_edges,
    photos_in_a_thin_frame,
    coloured_paper_and_boards,
    shadows_and_lamps,
    beside_signs,
    one_above_the_other,
    touching,
    nothing_to_read,
    touching_their_boxes,
    boards_in_uneven_light,
    lines_under_few_digits,
    pages_of_a_notebook,
    margins_and_folds,
    two_margins_and_frames_of_pages,
    fingers_on_the_paper,
    rows_of_low_cells,
    circles_that_do_not_close,
)


def main(folder, seed):
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for number, scene in enumerate(make(seed)):
        name = f"{number:03d}-{scene.kind.replace(' ', '-')}.png"
        cv2.imwrite(str(folder / name), cv2.cvtColor(scene.picture, cv2.COLOR_RGB2BGR))
        rows.append((name, scene.kind, scene.digits))
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("file", "kind", "digits"), *rows])
    print(f"{len(rows)} pictures in {folder}")


if __name__ == "__main__":
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    main(pathlib.Path(sys.argv[1]), seed)
