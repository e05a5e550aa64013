"""What files.py does: no file is ever half written, and one failure spares the others."""

import json
import math
import pathlib
import sys

import numpy as np
import pytest
from helpers import assert_one_line, contents, needs_unix_files

from training import files


@pytest.fixture
def outputs(tmp_path):
    return files.Outputs(tmp_path)


# --- One file -----------------------------------------------------------------------------------


def test_a_file_is_saved_in_its_place_and_nothing_else_is_left(outputs, tmp_path):
    with outputs.saving("a.txt") as unfinished:
        unfinished.write_text("new")
        assert unfinished != tmp_path / "a.txt"
        assert unfinished.suffix == ".txt"  # by which matplotlib and Keras know what to write
    assert contents(tmp_path) == {"a.txt": b"new"}
    assert (outputs.saved, outputs.failed) == ([tmp_path / "a.txt"], {})


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody move a file that is open")
def test_the_new_file_is_moved_into_its_place_in_one_step_and_not_copied(outputs, tmp_path):
    # Whoever reads the older file while it is replaced reads it to its end.
    (tmp_path / "a.txt").write_text("old")
    with (tmp_path / "a.txt").open() as reader:
        with outputs.saving("a.txt") as unfinished:
            unfinished.write_text("new")
            written = unfinished.stat().st_ino
        assert reader.read() == "old"
    assert (tmp_path / "a.txt").stat().st_ino == written


def test_a_result_that_cannot_be_made_is_one_line_and_the_next_one_is_saved(
    outputs, tmp_path, capsys
):
    with outputs.saving("a.png"):
        raise ValueError("no such\ncolour")
    with outputs.saving("b.png") as unfinished:
        unfinished.write_text("b")
    assert_one_line(capsys.readouterr().err, "a.png", "no such colour")
    assert (outputs.saved, [*outputs.failed]) == ([tmp_path / "b.png"], [tmp_path / "a.png"])
    assert contents(tmp_path) == {"b.png": b"b"}
    with outputs.saving("a.png") as unfinished:  # at last
        unfinished.write_text("a")
    assert outputs.failed == {}


def test_an_older_result_does_not_stay_where_a_new_one_cannot_be_made(outputs, tmp_path):
    (tmp_path / "draw.html").write_text("of another network")
    with outputs.saving("draw.html"):
        raise ValueError("no page for this network")
    assert contents(tmp_path) == {}


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
    assert [*outputs.failed] == [tmp_path / "a.txt"]


def test_ctrl_c_is_not_taken_for_a_failure_and_leaves_no_half_file(outputs, tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(KeyboardInterrupt), outputs.saving("a.txt") as unfinished:
        unfinished.write_text("ne")
        raise KeyboardInterrupt
    assert contents(tmp_path) == {"a.txt": b"old"}


def test_a_file_that_a_viewer_has_open_on_windows_costs_no_other(
    outputs, tmp_path, capsys, monkeypatch
):
    (tmp_path / "open.png").write_text("old")

    def refuse(path, *_, **__):
        raise PermissionError(13, "it is being used by another process", str(path))

    with monkeypatch.context() as windows:
        windows.setattr(pathlib.Path, "replace", refuse)
        with outputs.saving("open.png") as unfinished:
            unfinished.write_text("new")
        windows.setattr(pathlib.Path, "unlink", refuse)
        with outputs.saving("open.png"):
            raise ValueError("it cannot be made, and the older one not be deleted")
    for line in capsys.readouterr().err.splitlines():
        assert_one_line(line, "open.png", "it ")
    with outputs.saving("other.png") as unfinished:
        unfinished.write_text("new")
    assert contents(tmp_path) == {"open.png": b"old", "other.png": b"new"}
    assert outputs.saved == [tmp_path / "other.png"]


def test_a_name_with_control_characters_is_printed_escaped(tmp_path, capsys):
    if sys.platform == "win32":
        pytest.skip("Windows has no such names")
    outputs = files.Outputs(tmp_path / "a\x1b[31m\nb")
    with outputs.saving("a.txt"):
        raise ValueError("\x1b[2J no file")
    message = capsys.readouterr().err
    assert_one_line(message, "a\\x1b[31m\\nb", "\\x1b[2J no file")
    assert "\x1b" not in message


def test_two_runs_in_one_folder_at_once_leave_whole_files(tmp_path):
    first = files.Outputs(tmp_path)
    second = files.Outputs(tmp_path)
    with first.saving("a.txt") as mine, second.saving("a.txt") as other:
        mine.write_text("mine")
        other.write_text("other")
        assert mine != other
    assert contents(tmp_path) == {"a.txt": b"mine"}
    assert first.failed == second.failed == {}


# --- Folders ------------------------------------------------------------------------------------


def test_a_folder_is_made_with_those_above_it(tmp_path):
    outputs = files.Outputs(tmp_path / "runs" / "first")
    assert outputs.folder == tmp_path / "runs" / "first"
    assert contents(outputs.folder) == {}
    assert files.Outputs(str(outputs.folder)).folder == outputs.folder
    assert files.Outputs("~/runs").folder == pathlib.Path.home() / "runs"


def test_a_folder_that_is_a_file_or_below_one_is_an_error_that_spares_the_file(tmp_path):
    file = tmp_path / "file"
    file.write_text("mine")
    folders = [file, file / "below", tmp_path / ("x" * 300), pathlib.Path("~nobody-here")]
    if sys.platform == "linux":
        folders.append(pathlib.Path("/proc"))  # which is there, and takes no file
    for folder in folders:
        with pytest.raises(files.FolderError) as error:
            files.Outputs(folder)
        assert_one_line(str(error.value), str(folder), "Name another folder")
    assert file.read_text() == "mine"


@needs_unix_files
def test_a_file_is_the_same_by_another_name_and_what_is_missing_is_the_same_as_nothing(tmp_path):
    file = tmp_path / "file"
    file.touch()
    (tmp_path / "other").symlink_to(file)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert files.are_same(file, tmp_path / ".." / tmp_path.name / "other")
    (tmp_path / "different").touch()
    for name in ("different", "missing", "loop", "x" * 300, "\0"):
        assert not files.are_same(file, tmp_path / name)
    assert not files.are_same(tmp_path / "missing", tmp_path / "missing")


# --- JSON ---------------------------------------------------------------------------------------


def refuse(constant):
    raise AssertionError(f"{constant} is not JSON")


def test_json_holds_numpy_s_numbers_all_letters_and_null_where_a_number_is_none(tmp_path):
    content = {
        "loss": [1.5, math.nan, -math.inf],
        "accuracy": (np.float32(0.5), np.float32("nan"), np.int64(3), np.bool_(True)),
        "array": np.array([1.0, math.nan]),
        5: {"name": "NaN"},
        "folder": pathlib.PurePosixPath("手写/数字.npz"),
    }
    files.write_json(tmp_path / "metrics.json", content)
    text = (tmp_path / "metrics.json").read_text(encoding="utf-8")
    assert json.loads(text, parse_constant=refuse) == {
        "loss": [1.5, None, None],
        "accuracy": [0.5, None, 3, True],
        "array": [1.0, None],
        "5": {"name": "NaN"},
        "folder": "手写/数字.npz",
    }
    assert text.count("\n") > 5  # it is read by people, too
