"""README.md says what is true of the script: its options, its files, and how to test it."""

import inspect
import re
import textwrap

import keras
import numpy as np
import pytest
from conftest import ROOT

import train

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
        train.parse_arguments(["--help"])
    options = set(re.findall(r"--[a-z-]+", capsys.readouterr().out)) - {"--help"}
    assert {"--model", "--data", "--epochs", "--outputs"} <= options
    for option in options:
        assert f"`{option}" in readme


def test_every_file_that_a_run_leaves_is_in_the_readme(readme, finished):
    for path in finished.outputs.iterdir():
        assert path.name in readme


def test_the_code_under_build_is_the_script_s(readme):
    code = re.search(r"### 3. Build\n\n```python\n(.*?)```", readme, re.DOTALL).group(1)
    assert textwrap.indent(code, "    ") in inspect.getsource(train.build_dense)


def code_with(readme, words):
    """Return the Python block of the README in which these words stand."""
    blocks = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    found = [block for block in blocks if words in block]
    assert len(found) == 1
    return found[0]


def test_six_lines_of_numpy_compute_what_the_network_answers(readme, finished, sample):
    code = code_with(readme, "model.get_weights()")
    assert len(code.splitlines()) == 6
    model = keras.saving.load_model(finished.outputs / "model.keras")
    images = train.preprocess_images(sample[1][0][:20])
    answers = model.predict(images, verbose=0)
    for x, expected in zip(images, answers, strict=True):
        names = {"np": np, "model": model, "x": x}
        exec(code, names)  # noqa: S102  the README's own lines
        assert np.allclose(names["probabilities"], expected, atol=1e-5)
        assert names["answer"] == expected.argmax()


def test_three_lines_use_the_model_from_python(readme, finished, monkeypatch, capsys):
    code = code_with(readme, "keras.saving.load_model")
    assert len(code.splitlines()) == 3
    monkeypatch.chdir(finished.outputs.parent)  # there is its outputs/
    code = code.replace('"training/sample.npz"', repr(str(ROOT / "training" / "sample.npz")))
    exec(code, {"keras": keras, "np": np})  # noqa: S102  the README's own lines
    assert capsys.readouterr().out.split()[-1] == "7"


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
