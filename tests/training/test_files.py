"""What files.py does: no file is ever half written, and one failure spares the others."""

import json
import math
import pathlib
import sys

import numpy as np
import pytest
from helpers import assert_one_line, contents

from training import files


@pytest.fixture
def outputs(tmp_path):
    return files.Outputs(tmp_path)


def test_a_file_is_saved_in_its_place_and_nothing_else_is_left(outputs, tmp_path):
    with outputs.saving("a.txt") as unfinished:
        unfinished.write_text("new")
        assert unfinished != tmp_path / "a.txt"
        assert unfinished.suffix == ".txt"  # by which matplotlib and Keras know what to write
    assert contents(tmp_path) == {"a.txt": b"new"}
    assert (outputs.saved, outputs.failed) == ([tmp_path / "a.txt"], {})


def test_a_result_that_cannot_be_made_is_one_line_and_the_next_one_is_saved(
    outputs, tmp_path, capsys
):
    (tmp_path / "a.png").write_text("older")
    with outputs.saving("a.png") as unfinished:
        raise ValueError(f"{unfinished}: no such\n\x1b[2Jcolour")
    with outputs.saving("b.png") as unfinished:
        unfinished.write_text("b")
    assert_one_line(capsys.readouterr().err, "a.png: no such \\x1b[2Jcolour")
    assert (outputs.saved, [*outputs.failed]) == ([tmp_path / "b.png"], [tmp_path / "a.png"])
    assert contents(tmp_path) == {"a.png": b"older", "b.png": b"b"}
    with outputs.saving("a.png") as unfinished:  # at last
        unfinished.write_text("a")
    assert outputs.failed == {}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /dev/full, a full disk")
def test_a_full_disk_spares_the_older_file(outputs, tmp_path, capsys):
    (tmp_path / "a.txt").write_text("old")
    with (
        outputs.saving("a.txt"),
        open("/dev/full", "w") as full_disk,  # noqa: PTH123
    ):
        full_disk.write("new")
    assert_one_line(capsys.readouterr().err, "a.txt", "No space left")
    assert contents(tmp_path) == {"a.txt": b"old"}


def test_ctrl_c_is_not_taken_for_a_failure_and_leaves_no_half_file(outputs, tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(KeyboardInterrupt), outputs.saving("a.txt") as unfinished:
        unfinished.write_text("ne")
        raise KeyboardInterrupt
    assert contents(tmp_path) == {"a.txt": b"old"}


def test_two_runs_in_one_folder_at_once_leave_whole_files(tmp_path):
    first = files.Outputs(tmp_path)
    second = files.Outputs(tmp_path)
    with first.saving("a.txt") as mine, second.saving("a.txt") as other:
        mine.write_text("mine")
        other.write_text("other")
        assert mine != other
    assert contents(tmp_path) == {"a.txt": b"mine"}


def test_a_folder_is_made_with_those_above_it(tmp_path):
    assert files.Outputs(str(tmp_path / "runs" / "first")).folder == tmp_path / "runs" / "first"
    assert contents(tmp_path / "runs" / "first") == {}
    assert files.Outputs("~/runs").folder == pathlib.Path.home() / "runs"


def test_a_folder_that_is_a_file_or_below_one_is_an_error_that_spares_the_file(tmp_path):
    file = tmp_path / "file"
    file.write_text("mine")
    folders = [file, file / "below", pathlib.Path("~nobody-here")]
    if sys.platform == "linux":
        folders.append(pathlib.Path("/proc"))  # which is there, and takes no file
    for folder in folders:
        with pytest.raises(files.FolderError) as error:
            files.Outputs(folder)
        assert_one_line(str(error.value), str(folder), "Name another folder")
    assert file.read_text() == "mine"


def test_json_holds_numpy_s_numbers_all_letters_and_null_where_a_number_is_none(tmp_path):
    content = {
        "loss": [1.5, math.nan, -math.inf],
        "accuracy": (np.float32(0.5), np.float32("nan"), np.int64(3), np.bool_(True)),
        "name": "NaN",
        "folder": pathlib.PurePosixPath("手写/数字.npz"),
    }
    files.write_json(tmp_path / "metrics.json", content)
    text = (tmp_path / "metrics.json").read_text(encoding="utf-8")
    assert json.loads(text) == {
        "loss": [1.5, None, None],
        "accuracy": [0.5, None, 3, True],
        "name": "NaN",
        "folder": "手写/数字.npz",
    }
    assert text.count("\n") > 5  # it is read by people, too
