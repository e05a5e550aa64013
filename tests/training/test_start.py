"""What start.py does before and around a script: what is missing or wrong is said in one line."""

import errno
import importlib.util
import io
import json
import os
import shutil
import subprocess
import sys
import types

import keras
import pytest
from conftest import ENVIRONMENT, ROOT
from helpers import assert_one_line, needs_unix_files

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


STAND_INS = {
    "random.py": "print('my dice')",  # numpy needs it
    "queue.py": "from random import choice",  # TensorFlow does
    "six.py": "print('my first six digits')",
    "keras.py": "import keras\nkeras.Sequential()",
    "cv2.py": "",
}


@pytest.mark.parametrize("name", STAND_INS)
def test_a_file_of_the_reader_s_that_is_taken_for_a_module_is_named(name, run, tmp_path):
    for folder in ("training", "page"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "train.py", tmp_path)
    path = tmp_path / name
    path.write_text(STAND_INS[name], encoding="utf-8")
    process = run(tmp_path / "train.py", "--help")
    assert process.returncode == 1
    assert_one_line(process.stderr, str(path), "Rename it")


def test_a_file_of_the_reader_s_that_nobody_else_needs_is_no_problem(tmp_path, monkeypatch):
    path = tmp_path / "antigravity.py"
    path.write_text("", encoding="utf-8")
    monkeypatch.setattr(start, "PROJECT", str(tmp_path))
    monkeypatch.syspath_prepend(tmp_path)
    start.prepare()
    start.end_if_a_file_stands_in(ValueError("of something else"))


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


@needs_unix_files
def test_settings_that_are_a_pipe_are_told_and_not_waited_for(settings, capsys):
    path = settings("")
    path.unlink()
    os.mkfifo(path)
    _, message = ends_with(capsys, start.check_packages)
    assert_one_line(message, str(path), "no regular file")


def test_good_settings_and_none_at_all_are_no_problem(settings):
    start.check_packages()
    settings(json.dumps(GOOD))
    start.check_packages()
    settings("{}")
    start.check_packages()


@pytest.fixture
def without(monkeypatch):
    """Pretend that a package is not installed."""
    find_spec = importlib.util.find_spec

    def without(package):
        def find(name, parent=None):
            if name == package:
                return None
            return find_spec(name, parent)

        monkeypatch.setattr(importlib.util, "find_spec", find)

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


def test_pytorch_s_threads_are_told_not_to_wait_awake_and_nobody_else_s(settings, monkeypatch):
    monkeypatch.setenv("OMP_WAIT_POLICY", "")  # it goes back to what it was in the end
    monkeypatch.delenv("OMP_WAIT_POLICY")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name)  # all is installed
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    start.check_packages()
    assert "OMP_WAIT_POLICY" not in os.environ
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    start.check_packages()
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"


def test_a_package_that_is_missing_is_named(settings, without, capsys):
    without("cv2")
    _, message = ends_with(capsys, start.check_packages)
    assert_one_line(message, "'cv2'", "pip install -r requirements.txt")


# --- What ends a script -------------------------------------------------------------------------


def end_with(capsys, error):
    """Return what is printed when `error` ends a script."""
    try:
        raise error
    except BaseException as raised:  # noqa: BLE001  as Python does
        start.end_in_one_line(type(raised), raised, raised.__traceback__)
    return capsys.readouterr().err


def test_what_a_user_can_mend_is_one_line_and_so_is_ctrl_c(capsys):
    message = end_with(capsys, UserError("no such file. Look again."))
    assert message == "Error: no such file. Look again.\n"
    assert_one_line(end_with(capsys, KeyboardInterrupt()), "Stopped")


def test_a_fault_of_the_program_keeps_its_traceback(capsys):
    for error in (RuntimeError("an edit that fails"), OSError(errno.EACCES, "no", "a.txt")):
        message = end_with(capsys, error)
        assert "Traceback" in message
        assert str(error) in message


def test_a_screen_without_a_letter_or_without_a_stream_is_no_problem(monkeypatch):
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    monkeypatch.setattr(sys, "stderr", None)
    start.prepare_screen()
    print("Größe: 手")
    print("to nowhere", file=sys.stderr)
    assert raw.getvalue().replace(b"\r", b"") == b"Gr??e: ?\n"


def test_a_screen_that_is_too_narrow_for_a_table_is_no_problem(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "1")
    start.prepare()
    keras.Sequential([keras.Input((784,)), keras.layers.Dense(512)]).summary()
    assert "401,920" in capsys.readouterr().out
    monkeypatch.setenv("COLUMNS", "120")
    start.prepare()
    assert os.environ["COLUMNS"] == "120"


PROGRAM = """
import sys
sys.path.insert(0, {root!r})
from training import start
start.prepare()
for _ in range(100_000):
    print("a line")
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
        (["--model", "convnet"], "1"),
        (["--epochs", "2", "--model=convnet"], "1"),
        (["--model", "dropout"], None),
        (["--outputs", "runs/convnet"], None),
        (["--model"], None),
        ([], None),
    ],
)
def test_onednn_is_asked_for_by_the_convnet_alone(arguments, expected, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["train.py", *arguments])
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")  # so that it is taken back afterwards
    monkeypatch.delenv("TF_ENABLE_ONEDNN_OPTS")
    start.choose_for_convnet()
    assert os.environ.get("TF_ENABLE_ONEDNN_OPTS") == expected


# --- The start of Keras -------------------------------------------------------------------------

LOGS = """
import os
os.write(2, b"a line of TensorFlow's\\n")
"""


@pytest.fixture
def keras_that_logs(tmp_path, monkeypatch):
    """A package that stands in for Keras: it logs, then does what its code says."""

    def keras_that_logs(code=""):
        (tmp_path / "keras").mkdir()
        (tmp_path / "keras" / "__init__.py").write_text(LOGS + code, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "keras")
        monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)

    yield keras_that_logs
    os.environ.pop("TF_CPP_MIN_LOG_LEVEL", None)


def test_what_is_logged_at_the_start_is_not_shown(keras_that_logs, capfd):
    keras_that_logs()
    start.import_keras()
    os.write(2, b"later\n")
    assert capfd.readouterr().err == "later\n"
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "3"


def test_what_is_logged_at_the_start_is_shown_if_it_fails(keras_that_logs, capfd):
    keras_that_logs("raise ImportError('no such processor')")
    with pytest.raises(ImportError, match="no such processor"):
        start.import_keras()
    assert "a line of TensorFlow's\n" in capfd.readouterr().err


def test_whoever_wants_to_see_what_is_logged_at_the_start_sees_it(
    keras_that_logs, capfd, monkeypatch
):
    keras_that_logs()
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    start.import_keras()
    assert "a line of TensorFlow's\n" in capfd.readouterr().err
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == "0"


def test_a_backend_for_windows_that_is_not_there_stops_no_picture(monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    start.prepare()
    assert "MPLBACKEND" not in os.environ
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    monkeypatch.setitem(sys.modules, "ipykernel", types.ModuleType("ipykernel"))
    start.prepare()
    assert "MPLBACKEND" in os.environ  # a notebook's own


# --- errors.py ----------------------------------------------------------------------------------


def test_what_an_exception_says_is_one_line_that_leaves_the_screen_as_it_is():
    assert one_line(ValueError("no such\n  colour\x1b[31m")) == "no such colour\\x1b[31m"
    assert one_line(ValueError()) == "ValueError"
    assert printable("Größe 手 ́.png") == "Größe 手 ́.png"
    assert printable("a\tb\u202e\udcff") == "a\\tb\\u202e\\udcff"
