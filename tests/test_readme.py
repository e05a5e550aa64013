"""The READMEs, and what they link to in docs/, say what is true of the scripts."""

import collections
import contextlib
import io
import re
import runpy
import shutil
import types

import keras
import numpy as np
import pytest
from conftest import ROOT

import predict
from training import options

ENGLISH = ["README.md", "docs/reference.md", "docs/by_hand.md"]
CHINESE = [name.replace(".md", ".zh-CN.md") for name in ENGLISH]
MIRROR = "https://pypi.tuna.tsinghua.edu.cn/simple"  # of pip, in the Chinese README alone


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


README = text_of("README.md")
REFERENCE = text_of("docs/reference.md")


def test_the_readme_can_be_read_to_its_end_and_its_test_command_is_the_one_that_ci_runs():
    assert len(README.split()) <= 3000
    [command] = re.findall(r"python3 -m venv .* requirements.txt pytest .*", README)
    assert command in text_of(".ci/run").splitlines()


# --- Options, files, the screen -----------------------------------------------------------------


def test_every_option_and_every_file_that_a_run_leaves_is_in_the_reference(finished, capsys):
    for parse in (options.parse, predict.parse_arguments):
        with pytest.raises(SystemExit):
            parse(["--help"])
        names = re.findall(r"^ +(--[a-z-]+)", capsys.readouterr().out, re.MULTILINE)
        assert "--outputs" in names
        for name in [*names, *(path.name for path in finished.outputs.iterdir())]:
            assert f"| `{name}" in REFERENCE


def test_the_screen_in_the_readme_is_what_train_py_prints(finished):
    def without_figures(text):
        return re.sub(r"[\d.,]+", "#", text)

    printed = without_figures(finished.stdout).splitlines()
    [screen] = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
    checked = 0
    for line in screen.splitlines():
        # What is left out is another with the sample, or on another machine.
        if line and not re.search(r"━|MNIST|file:|network says|predict.py|elsewhere", line):
            assert without_figures(line) in printed
            checked += 1
    assert checked > 15


def test_the_picture_to_try_is_read_as_the_readme_says(read):
    status, [line] = read(ROOT / "docs" / "try_me.png")
    assert status == 0
    assert line["digits"] == "0123456789"
    assert not any(line["doubtful"])
    assert "python predict.py docs/try_me.png" in README
    assert "`01234 56789`" in README


# --- Code ---------------------------------------------------------------------------------------


def python_blocks(text):
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


@pytest.fixture(scope="module")
def folder(finished, tmp_path_factory):
    """A folder that has what the project's folder has after `python train.py --data sample`."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "training").mkdir()
    shutil.copy(ROOT / "training" / "sample.npz", folder / "training")
    shutil.copytree(finished.outputs, folder / "outputs")
    return folder


@pytest.fixture(scope="module")
def ran(folder, sample):
    """Every Python block of the README and the reference, run as it stands, by itself.

    Each has its `code`, the `names` that it leaves and what it `printed`. Keras's load_data returns
    the sample, which needs no internet.
    """
    results = []
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(keras.datasets.mnist, "load_data", lambda: sample)
        for code in python_blocks(README) + python_blocks(REFERENCE):
            names = {}
            screen = io.StringIO()
            with contextlib.redirect_stdout(screen):
                exec(code, names)  # noqa: S102  the README's own lines
            results.append(types.SimpleNamespace(code=code, names=names, printed=screen.getvalue()))
    return results


def block_with(ran, words):
    """Return the only block in which these words stand."""
    [found] = [block for block in ran if words in block.code]
    return found


def test_the_lines_of_the_recipe_stand_in_train_py(ran):
    script = text_of("train.py").replace("run.seed", "0")
    for line in block_with(ran, "load_data").code.splitlines():
        without_comment, _, _ = line.partition("#")
        assert without_comment.strip() in script


def test_the_recipe_trains_the_weights_of_train_py(ran, finished):
    recipe = block_with(ran, "load_data")
    here = recipe.names["model"].get_weights()
    there = keras.saving.load_model(finished.outputs / "model.keras").get_weights()
    for weights, expected in zip(here, there, strict=True):
        assert np.array_equal(weights, expected)
    accuracy = finished.metrics["test_accuracy"]
    assert recipe.printed.splitlines()[-1] == f"Test accuracy: {accuracy:.2%}"


def test_the_model_is_used_from_python_as_the_readme_says(ran):
    assert block_with(ran, "load_model").printed.split()[-1] == "7"
    assert "this prints 7" in README


def test_the_sample_can_take_the_place_of_the_download_in_the_recipe(ran, sample):
    names = block_with(ran, ".values()").names
    for part, (images, labels) in zip(("train", "test"), sample, strict=True):
        np.testing.assert_array_equal(names[f"x_{part}"], images)
        np.testing.assert_array_equal(names[f"y_{part}"], labels)


# --- by_hand.py ---------------------------------------------------------------------------------

WEIGHTS = ("weights_1", "bias_1", "weights_2", "bias_2")


@pytest.fixture(scope="module")
def by_hand(folder):
    """What by_hand.py leaves and prints: `names`, `printed`, its weights `before` and `after`."""
    code = text_of("docs/by_hand.py")
    begin, loop, end = code.partition("for epoch in range(1, 6):\n")
    names = {}
    screen = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(screen):
        patch.chdir(folder)
        exec(begin, names)  # noqa: S102  our own lines
        before = [names[name].copy() for name in WEIGHTS]
        exec(loop + end, names)  # noqa: S102
        after = [names[name].copy() for name in WEIGHTS]
    return types.SimpleNamespace(names=names, printed=screen.getvalue(), before=before, after=after)


def test_the_blocks_of_by_hand_md_are_by_hand_py_from_its_imports_on():
    def lines(code):
        return [line for line in code.splitlines() if line]

    _, imports, rest = text_of("docs/by_hand.py").partition("import pathlib\n")
    assert lines("".join(python_blocks(text_of("docs/by_hand.md")))) == lines(imports + rest)


def test_by_hand_py_changes_the_weights_as_keras_changes_them(by_hand, finished):
    model = keras.saving.load_model(finished.outputs / "model.keras")
    model.set_weights(by_hand.before)
    model.compile(keras.optimizers.SGD(0.1), "categorical_crossentropy")
    x, y = by_hand.names["x_train"], by_hand.names["y_train"]
    model.fit(x, y, batch_size=128, epochs=5, shuffle=False, verbose=0)
    arrays = zip(by_hand.before, by_hand.after, model.get_weights(), strict=True)
    for before, after, right in arrays:
        moved = np.linalg.norm(after - before)
        assert moved > 0.1
        assert np.linalg.norm(after - right) < moved / 100  # both round


def test_by_hand_py_prints_what_by_hand_md_shows(by_hand):
    shown = re.findall(r"```text\n(.*?)```", text_of("docs/by_hand.md"), re.DOTALL)[-1]
    printed = by_hand.printed[by_hand.printed.index("Epoch 1") :]
    expected = re.findall(r"[\d.]+", shown)
    found = re.findall(r"[\d.]+", printed)
    assert len(found) == 11  # five epochs and their losses, and the accuracy
    np.testing.assert_allclose(np.array(found, float), np.array(expected, float), rtol=0.02)


def test_by_hand_py_without_a_network_says_what_to_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="run python train.py first"):
        runpy.run_path(ROOT / "docs" / "by_hand.py")


# --- Both languages -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ENGLISH)
def test_the_chinese_text_has_the_same_code_options_figures_and_links(name):
    english = text_of(name)
    chinese = text_of(name.replace(".md", ".zh-CN.md"))
    if name == "README.md":
        assert chinese.count(MIRROR) == 1
        chinese = re.sub(rf"`[^`]*{MIRROR}[^`]*`", "", chinese)
    chinese = chinese.replace(".zh-CN.md", ".md")
    for pattern in (
        r"```.*?```",  # code blocks
        r"!\[[^]]*\]\(([^)]*)\)",  # pictures
        r"^#+ ",  # sections
        r"^\| (`[^`]*`)",  # options and files
        r"https?://[^)\s]*",
        r"`(python [^`]*)`",  # commands
    ):
        found = re.findall(pattern, english, re.DOTALL | re.MULTILINE)
        assert re.findall(pattern, chinese, re.DOTALL | re.MULTILINE) == found
    assert figures(chinese) == figures(english)
    assert re.findall(r"^#+ ", english, re.MULTILINE)


def figures(text):
    """Return how often each number stands in a text, outside code."""
    text = re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)", "", text, flags=re.DOTALL)
    return collections.Counter(re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?%?|XX\.X%?", text))


@pytest.mark.parametrize("name", [*ENGLISH, *CHINESE, "CONTRIBUTING.md", "docs/measured.md"])
def test_links_lead_to_files_and_headings_that_are_there(name):
    for link in re.findall(r"\]\(([^)]*)\)", text_of(name)):
        if link.startswith("http"):
            continue
        path, _, heading = link.partition("#")
        file = ROOT / name
        if path:
            file = file.parent / path
        assert file.exists(), link
        if heading:
            assert heading in headings(file.read_text(encoding="utf-8")), link


def headings(text):
    """Return the names by which GitHub links to the headings of a text."""
    names = []
    for line in re.findall(r"^#+ (.*)", text, re.MULTILINE):
        names.append(re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-"))
    return names
