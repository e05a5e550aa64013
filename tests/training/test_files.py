"""What files.py does: no file is ever half written, and one failure spares the others."""

import json
import math
import pathlib
import sys

import pytest
from helpers import assert_one_line, contents

from training import files


def test_a_file_is_saved_in_its_place_and_nothing_else_is_left(tmp_path):
    saved = {}
    with files.saving(tmp_path / "a.txt", saved) as unfinished:
        unfinished.write_text("new")
        assert unfinished != tmp_path / "a.txt"
    assert contents(tmp_path) == {"a.txt": b"new"}
    assert saved == {tmp_path / "a.txt": True}


def test_until_it_is_whole_the_older_file_stays(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with files.saving(tmp_path / "a.txt", {}) as unfinished:
        unfinished.write_text("ne")
        assert (tmp_path / "a.txt").read_text() == "old"
        unfinished.write_text("new")
    assert (tmp_path / "a.txt").read_text() == "new"


def test_what_a_kill_left_is_overwritten_by_the_next_run(tmp_path):
    with files.saving(tmp_path / "a.txt", {}) as unfinished:
        name = unfinished.name
    (tmp_path / name).write_text("hal")
    with files.saving(tmp_path / "a.txt", {}) as unfinished:
        unfinished.write_text("whole")
    assert contents(tmp_path) == {"a.txt": b"whole"}


def test_a_result_that_cannot_be_made_is_one_line_and_the_next_one_is_saved(tmp_path, capsys):
    saved = {}
    with files.saving(tmp_path / "a.png", saved):
        raise ValueError("no such\ncolour")
    with files.saving(tmp_path / "b.png", saved) as unfinished:
        unfinished.write_text("b")
    assert_one_line(capsys.readouterr().err, "a.png", "no such colour")
    assert saved == {tmp_path / "a.png": False, tmp_path / "b.png": True}
    assert contents(tmp_path) == {"b.png": b"b"}


def test_an_older_result_does_not_stay_where_a_new_one_cannot_be_made(tmp_path):
    (tmp_path / "draw.html").write_text("of another network")
    with files.saving(tmp_path / "draw.html", {}):
        raise ValueError("no page for this network")
    assert contents(tmp_path) == {}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /dev/full, a full disk")
def test_a_full_disk_spares_the_older_file(tmp_path, capsys):
    (tmp_path / "a.txt").write_text("old")
    with (
        files.saving(tmp_path / "a.txt", {}),
        open("/dev/full", "w") as full_disk,  # noqa: PTH123
    ):
        full_disk.write("new")
    assert_one_line(capsys.readouterr().err, "a.txt", "No space left")
    assert contents(tmp_path) == {"a.txt": b"old"}


def test_ctrl_c_is_not_taken_for_a_failure_and_leaves_no_half_file(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with (
        pytest.raises(KeyboardInterrupt),
        files.saving(tmp_path / "a.txt", {}) as unfinished,
    ):
        unfinished.write_text("ne")
        raise KeyboardInterrupt
    assert contents(tmp_path) == {"a.txt": b"old"}


def test_a_folder_is_made_with_those_above_it(tmp_path):
    folder = files.prepare_folder(tmp_path / "runs" / "first")
    assert folder.is_dir()
    assert contents(folder) == {}
    assert files.prepare_folder(str(folder)) == folder


def test_a_folder_may_begin_with_the_home_folder():
    assert files.prepare_folder("~/runs") == pathlib.Path.home() / "runs"


def test_a_folder_that_is_a_file_or_below_one_is_an_error_that_spares_the_file(tmp_path):
    file = tmp_path / "file"
    file.write_text("mine")
    for folder in (file, file / "below", tmp_path / ("x" * 300), pathlib.Path("~nobody-here")):
        with pytest.raises(files.FolderError) as error:
            files.prepare_folder(folder)
        assert_one_line(str(error.value), str(folder), "--outputs")
    assert file.read_text() == "mine"


def test_json_holds_null_where_a_number_is_none(tmp_path):
    content = {"loss": [1.5, math.nan, -math.inf], "seconds": {"train": 2.0}, "name": "NaN"}
    files.write_json(tmp_path / "metrics.json", content)
    text = (tmp_path / "metrics.json").read_text(encoding="utf-8")
    expected = {"loss": [1.5, None, None], "seconds": {"train": 2.0}, "name": "NaN"}

    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    assert json.loads(text, parse_constant=refuse) == expected
