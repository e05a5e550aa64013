"""README.md says what is true of the script: its options, its files, and how to test it."""

import inspect
import re
import textwrap

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


def test_the_chinese_readme_has_the_same_code_numbers_and_pictures(readme):
    chinese = (ROOT / "README.zh-CN.md").read_text(encoding="utf-8")
    for pattern in (
        r"```.*?```",  # code blocks
        r"\]\((\.github/[^)]*)\)",  # pictures
        r"^#+ ",  # sections
        r"https?://[^)\s]*",
    ):
        found = re.findall(pattern, readme, re.DOTALL | re.MULTILINE)
        assert len(found) >= 5
        assert re.findall(pattern, chinese, re.DOTALL | re.MULTILINE) == found
    rows, chinese_rows = (
        [
            re.findall(r"`[^`]*`|\d+(?:[.,]\d+)*", row)
            for row in re.findall(r"^\|.*", text, re.MULTILINE)
        ]
        for text in (readme, chinese)
    )
    assert len(rows) > 20
    for row, chinese_row in zip(rows, chinese_rows, strict=True):
        assert sorted(row) == sorted(chinese_row)


def test_every_picture_in_the_readme_is_there_and_linked(readme):
    pictures = set(re.findall(r"\]\((\.github/[^)]*)\)", readme))
    assert {ROOT / picture for picture in pictures} == set((ROOT / ".github/images").iterdir())
