"""What start.py does before and around a script: what is missing or wrong is said in one line."""

import errno
import io
import json
import os
import shutil
import subprocess
import sys

import pytest
from conftest import ENVIRONMENT, ROOT
from helpers import assert_one_line

from training import start
from training.errors import UserError, one_line, printable


def ends_with(capsys, function, *arguments):
    """Call what ends the program; return the status, and what is printed on stderr."""
    with pytest.raises(SystemExit) as end:
        function(*arguments)
    if isinstance(end.value.code, str):
        return 1, end.value.code
    return end.value.code, capsys.readouterr().err


# --- Packages, backends and Keras's settings ----------------------------------------------------


@pytest.mark.parametrize("script", ["train.py", "predict.py"])
def test_outside_of_the_environment_one_line_says_how_to_install_and_to_activate(script):
    command = [sys.executable, "-S", ROOT / script, "a.png"]  # -S: without what pip installed
    process = subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT)
    assert process.returncode == 1
    assert_one_line(process.stderr, "No module named", "pip install -r requirements.txt", ".venv")


def test_a_script_that_was_copied_alone_asks_for_its_folders(run, tmp_path):
    shutil.copy(ROOT / "train.py", tmp_path)
    process = run(tmp_path / "train.py")
    assert process.returncode == 1
    assert_one_line(process.stderr, "folders")
    assert "pip install" not in process.stderr


@pytest.fixture
def settings(tmp_path, monkeypatch):
    """Write Keras's settings file, of a home of this test; return its path."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.delenv("KERAS_BACKEND", raising=False)

    def settings(content):
        path = tmp_path / "keras.json"
        path.write_text(content, encoding="utf-8")
        return path

    return settings


GOOD = {
    "backend": "tensorflow",
    "floatx": "float32",
    "epsilon": 1e-7,
    "image_data_format": "channels_last",
}


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"backend": "theano"}, "'theano'"),
        ({"image_data_format": "channels_first"}, "image_data_format"),
        ({"floatx": "float31"}, "floatx"),
        ({"floatx": ["float32"]}, "floatx"),
        ({"epsilon": "small"}, "epsilon"),
        ({"backend": ["tensorflow"]}, "backend"),
    ],
    ids=str,
)
def test_settings_of_older_days_are_told_with_their_file(settings, capsys, changed, word):
    path = settings(json.dumps(GOOD | changed))
    status, message = ends_with(capsys, start.check_packages)
    assert status == 1
    assert_one_line(message, str(path), word)


def test_settings_that_are_a_list_are_told_and_what_is_no_json_is_left_to_keras(settings, capsys):
    path = settings("[1, 2]")
    _, message = ends_with(capsys, start.check_packages)
    assert_one_line(message, str(path))
    settings("{ no JSON")
    start.check_packages()


def test_good_settings_and_none_at_all_are_no_problem(settings):
    start.check_packages()
    settings(json.dumps(GOOD))
    start.check_packages()
    settings("{}")
    start.check_packages()


@pytest.fixture
def without(monkeypatch):
    """Pretend that a package is not installed."""
    find_spec = start.importlib.util.find_spec

    def without(package):
        def find(name, parent=None):
            if name == package:
                return None
            return find_spec(name, parent)

        monkeypatch.setattr(start.importlib.util, "find_spec", find)

    return without


def test_a_backend_that_is_not_installed_is_told_with_where_it_is_named(
    settings, without, monkeypatch, capsys
):
    without("jax")
    with_jax = GOOD.copy()
    with_jax["backend"] = "jax"
    path = settings(json.dumps(with_jax))
    _, message = ends_with(capsys, start.check_packages)
    assert_one_line(message, str(path), "pip install jax")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    _, message = ends_with(capsys, start.check_packages)
    assert_one_line(message, "KERAS_BACKEND", "pip install jax")
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")  # it wins over the file
    start.check_packages()


def test_a_package_that_is_missing_is_named(settings, without, capsys):
    without("cv2")
    _, message = ends_with(capsys, start.check_packages)
    assert_one_line(message, "'cv2'", "pip install -r requirements.txt")


# --- Around main --------------------------------------------------------------------------------


def raising(error):
    def main():
        raise error

    return main


@pytest.mark.parametrize("expected", [0, 1])
def test_the_status_of_main_is_the_program_s(expected, capsys):
    def main():
        return expected

    status, _ = ends_with(capsys, start.run, main)
    assert status == expected


def test_what_a_user_can_mend_is_one_line_and_so_is_ctrl_c(capsys):
    status, message = ends_with(capsys, start.run, raising(UserError("no such file. Look again.")))
    assert (status, message) == (1, "Error: no such file. Look again.")
    status, message = ends_with(capsys, start.run, raising(KeyboardInterrupt()))
    assert status == 1
    assert_one_line(message, "Stopped")


def test_a_fault_of_the_program_keeps_its_traceback():
    for error in (RuntimeError("an edit that fails"), OSError(errno.EACCES, "not allowed")):
        with pytest.raises(type(error)):
            start.run(raising(error))


def test_a_screen_without_a_letter_or_without_a_stream_is_no_problem(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    monkeypatch.setattr(sys, "stderr", None)
    start.prepare_screen()
    print("Größe: 手")
    print("to nowhere", file=sys.stderr)
    assert raw.getvalue().replace(b"\r", b"") == b"Gr??e: ?\n"


PROGRAM = """
import sys
sys.path.insert(0, {root!r})
from training import start
def main():
    for _ in range(100_000):
        print("a line")
    return 0
start.run(main)
"""


def run_program(**options):
    command = [sys.executable, "-c", PROGRAM.format(root=str(ROOT))]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT, **options)


def test_a_pipe_that_closes_is_no_traceback():
    child = run_program(stdout=subprocess.PIPE)
    child.stdout.readline()
    child.stdout.close()
    message = child.stderr.read()
    child.stderr.close()
    assert child.wait(60) == 1
    assert_one_line(message, "nothing more can be printed")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /dev/full, a full disk")
def test_a_full_disk_behind_the_screen_is_no_traceback():
    with open("/dev/full", "w") as full_disk:  # noqa: PTH123
        child = run_program(stdout=full_disk)
        message = child.communicate(timeout=60)[1]
    assert child.returncode == 1
    assert_one_line(message, "No space left")


@pytest.mark.skipif(os.name == "nt", reason="a shell of Unix closes it")
def test_a_closed_screen_is_no_traceback():
    command = ["sh", "-c", 'exec "$@" >&-', "sh", sys.executable, "-c"]
    command.append(PROGRAM.format(root=str(ROOT)))
    process = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert process.stderr == ""
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["train.py", "--model", "convnet"], "1"),
        (["train.py", "--model=convnet"], "1"),
        (["train.py", "--model", "dropout"], "None"),
        (["train.py"], "None"),
    ],
)
def test_onednn_is_asked_for_by_the_convnet_alone(arguments, expected):
    code = (
        f"import sys, os; sys.argv = {arguments!r}; sys.path.insert(0, {str(ROOT)!r})\n"
        "import training.start\n"
        "print(os.environ.get('TF_ENABLE_ONEDNN_OPTS'))"
    )
    environment = {name: v for name, v in ENVIRONMENT.items() if name != "TF_ENABLE_ONEDNN_OPTS"}
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert process.stdout.strip() == expected


# --- errors.py ----------------------------------------------------------------------------------


def test_what_an_exception_says_is_one_line_that_leaves_the_screen_as_it_is():
    assert one_line(ValueError("no such\n  colour\x1b[31m")) == "no such colour\\x1b[31m"
    assert one_line(ValueError()) == "ValueError"
    assert printable("Größe 手 ́.png") == "Größe 手 ́.png"
    assert printable("a\tb\u202e\udcff") == "a\\tb\\u202e\\udcff"
