"""README.md says what is true of the script: its options, its files, and how to test it."""

import inspect
import re
import textwrap

import keras
import numpy as np
import pytest
from conftest import ROOT

import train
from training import options

TEST_COMMAND = (
    "python3 -m venv .venv && .venv/bin/python -m pip install -q -r requirements.txt pytest && "
    ".venv/bin/python -m pytest"
)


@pytest.fixture(scope="session")
def readme():
    return (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_s_test_command_is_the_one_that_ci_runs(readme):
    assert TEST_COMMAND in readme
    assert TEST_COMMAND in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_every_option_is_in_the_readme(readme, capsys):
    with pytest.raises(SystemExit):
        options.parse(["--help"])
    names = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert {"--model", "--data", "--epochs", "--outputs"} <= names
    for name in names:
        assert f"`{name}" in readme


def test_every_file_that_a_run_leaves_is_in_the_readme(readme, finished):
    for path in finished.outputs.iterdir():
        assert path.name in readme


def code_with(readme, words):
    """Return the Python block of the README in which these words stand."""
    blocks = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    found = [block for block in blocks if words in block]
    assert len(found) == 1
    return found[0]


def test_the_code_under_build_is_the_script_s(readme):
    code = re.search(r"### 3. Build\n\n```python\n(.*?)```", readme, re.DOTALL).group(1)
    assert textwrap.indent(code, "    ") in inspect.getsource(train.main)


def test_six_lines_of_numpy_compute_what_the_network_answers(readme, finished, monkeypatch, capsys):
    code = code_with(readme, "print(probabilities.argmax())")
    code = code.replace('"training/sample.npz"', repr(str(ROOT / "training" / "sample.npz")))
    monkeypatch.chdir(finished.outputs.parent)  # there is its outputs/
    names = {}
    exec(code, names)  # noqa: S102  the README's own lines
    assert capsys.readouterr().out.split()[-1] == "7"
    expected = names["model"].predict(names["x"].reshape((1, 784)), verbose=0)
    assert np.allclose(names["probabilities"], expected, atol=1e-5)


def test_three_lines_use_the_model_from_python(readme, finished, monkeypatch, capsys):
    code = code_with(readme, "print(model.predict")
    assert len(code.splitlines()) == 3
    monkeypatch.chdir(finished.outputs.parent)
    code = code.replace('"training/sample.npz"', repr(str(ROOT / "training" / "sample.npz")))
    exec(code, {"keras": keras, "np": np})  # noqa: S102  the README's own lines
    assert capsys.readouterr().out.split()[-1] == "7"


@pytest.fixture
def load_sample(sample, monkeypatch):
    """Let Keras's load_data return the sample, which needs no internet."""
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: sample)


def test_the_whole_recipe_runs_as_it_stands_and_trains_the_weights_of_train_py(
    readme, finished, load_sample, capsys
):
    code = code_with(readme, "keras.datasets.mnist.load_data()")
    lines = [line for line in code.splitlines() if line]
    assert len(lines) <= 17
    names = {}
    exec(code, names)  # noqa: S102  the README's own lines
    here = names["model"].get_weights()
    there = keras.saving.load_model(finished.outputs / "model.keras").get_weights()
    for weights, expected in zip(here, there, strict=True):
        assert np.array_equal(weights, expected)
    accuracy = finished.metrics["test_accuracy"]
    assert f"accuracy: {accuracy:.4f}" in capsys.readouterr().out.splitlines()[-1]


def test_steps_of_training_in_numpy_change_the_weights_as_keras_changes_them(
    readme, load_sample, capsys
):
    recipe = code_with(readme, "keras.datasets.mnist.load_data()")
    before_training = recipe.split("model.fit(")[0]
    names = {"np": np}
    exec(before_training, names)  # noqa: S102  the README's own lines
    model = names["model"]
    capsys.readouterr()
    exec(code_with(readme, "slopes_1"), names)  # noqa: S102
    printed = [float(line.split()[-1]) for line in capsys.readouterr().out.splitlines()]
    model.compile(keras.optimizers.SGD(0.1), "categorical_crossentropy")
    x, y = names["x_train"][:128], names["y_train"][:128]
    history = model.fit(x, y, batch_size=128, epochs=len(printed), verbose=0).history
    assert len(printed) >= 2
    assert np.allclose(printed, history["loss"], atol=1e-4)
    assert printed == sorted(printed, reverse=True)  # the loss falls
    expected = model.get_weights()
    for name, weights in zip(("weights_1", "bias_1", "weights_2", "bias_2"), expected, strict=True):
        assert np.abs(names[name] - weights).max() < 1e-5, name


def test_the_sample_can_take_the_place_of_the_download_in_the_recipe(readme, sample, monkeypatch):
    monkeypatch.chdir(ROOT)
    names = {}
    exec(code_with(readme, ".values()"), names)  # noqa: S102  the README's own lines
    (images_train, labels_train), (images_test, labels_test) = sample
    np.testing.assert_array_equal(names["x_train"], images_train)
    np.testing.assert_array_equal(names["y_train"], labels_train)
    np.testing.assert_array_equal(names["x_test"], images_test)
    np.testing.assert_array_equal(names["y_test"], labels_test)


def test_the_readme_can_be_read_to_its_end(readme):
    left_out = r"```.*?```|<details>.*?</details>|^\|.*?$"  # code, what is folded, tables
    text = re.sub(left_out, "", readme, flags=re.DOTALL | re.MULTILINE)
    assert len(text.split()) <= 2400


def test_the_chinese_readme_has_the_same_code_options_and_pictures(readme):
    chinese = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
    for pattern in (
        r"```.*?```",  # code blocks
        r"\]\((docs/[^)]*)\)",  # pictures
        r"^#+ ",  # sections
        r"^\| (`[^`]*`)",  # options and files
        r"https?://[^)\s]*",
    ):
        found = re.findall(pattern, readme, re.DOTALL | re.MULTILINE)
        assert len(found) >= 5
        assert re.findall(pattern, chinese, re.DOTALL | re.MULTILINE) == found


def test_bold_words_in_the_chinese_readme_are_shown_bold():
    # Markdown takes ** after a punctuation mark for the end of bold words only before a space or
    # another mark: in "**A.**B" the stars would be shown.
    chinese = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
    bold = re.findall(r"\*\*([^*\n]+)\*\*(.?)", chinese)
    assert len(bold) > 20
    for words, after in bold:
        assert words[-1].isalnum() or not after.isalnum(), words


def test_every_picture_in_docs_is_shown_in_the_readme(readme):
    pictures = set(re.findall(r"!\[[^]]*\]\((docs/[^)]*)\)", readme))
    in_docs = {path for path in (ROOT / "docs").iterdir() if path.suffix != ".md"}
    assert {ROOT / picture for picture in pictures} == in_docs
    for path in in_docs:
        assert path.stat().st_size < 1_000_000
