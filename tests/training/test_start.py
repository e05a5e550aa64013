"""What start.py does before and around a script: what is missing or wrong is said in one line."""

import errno
import io
import os
import shutil
import subprocess
import sys
import types

import keras
import pytest
from conftest import ENVIRONMENT, ROOT
from helpers import assert_one_line

from training import start
from training.errors import UserError, one_line, printable

# --- Packages, backends and Keras's settings ----------------------------------------------------


@pytest.mark.parametrize("script", ["train.py", "predict.py"])
def test_outside_of_the_environment_one_line_says_how_to_install_and_to_activate(script):
    command = [sys.executable, "-S", ROOT / script, "a.png"]  # -S: without what pip installed
    process = subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT)
    assert process.returncode == 1
    assert_one_line(process.stderr, "No module named", "pip install -r requirements.txt", ".venv")


@pytest.mark.parametrize(
    ("name", "code"),
    [("random.py", "print('my dice')"), ("keras.py", "")],  # numpy needs random
)
def test_a_file_of_the_reader_s_that_is_taken_for_a_module_is_named(name, code, run, tmp_path):
    for folder in ("training", "page"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "train.py", tmp_path)
    (tmp_path / name).write_text(code, encoding="utf-8")
    process = run(tmp_path / "train.py", "--help")
    assert process.returncode == 1
    assert_one_line(process.stderr, f"Has {name} the name of a module? Then rename it")


def test_settings_of_older_days_are_told_in_keras_s_words(tmp_path, run):
    (tmp_path / "keras.json").write_text('{"backend": "theano"}', encoding="utf-8")
    process = run("train.py", KERAS_HOME=tmp_path, KERAS_BACKEND=None)
    assert process.returncode == 1
    assert_one_line(process.stderr, "keras", "theano", "keras.json", "KERAS_BACKEND")


def test_a_package_that_is_missing_is_named_and_no_file_of_ours(monkeypatch):
    monkeypatch.setattr(start, "PACKAGES", ("json.decoder", "no_such_package.part"))
    with pytest.raises(SystemExit) as end:
        start.prepare()
    assert_one_line(end.value.code, "no_such_package", "pip install -r requirements.txt")
    assert ".py " not in end.value.code


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


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /dev/full, a full disk")
@pytest.mark.parametrize(
    ("screen", "status", "said"),
    [
        ("| head -1", 1, "nothing more can be printed"),
        ("> /dev/full", 1, "No space left"),
        (">&-", 0, ""),  # closed
    ],
)
def test_a_screen_that_is_gone_is_no_traceback(screen, status, said):
    command = ["bash", "-o", "pipefail", "-c", f'"$@" {screen}', "bash", sys.executable, "-c"]
    command.append(PROGRAM.format(root=str(ROOT)))
    process = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert process.returncode == status
    assert said in process.stderr
    assert len(process.stderr.splitlines()) == status  # one line, or none


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--model", "convnet"], "1"),
        (["--epochs", "2", "--model=convnet"], "1"),
        (["--model", "dense", "--outputs", "convnet"], None),
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
        (tmp_path / "keras" / "layers.py").touch()
        monkeypatch.syspath_prepend(tmp_path)
        for name in ("keras", "keras.layers"):
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)

    yield keras_that_logs
    os.environ.pop("TF_CPP_MIN_LOG_LEVEL", None)


@pytest.mark.parametrize(
    ("level", "shown"), [(None, ""), ("0", "a line of TensorFlow's\n")], ids=["quiet", "asked for"]
)
def test_what_is_logged_at_the_start_is_shown_to_whoever_asks_for_it(
    level, shown, keras_that_logs, capfd, monkeypatch
):
    keras_that_logs()
    if level:
        monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", level)
    monkeypatch.setenv("OMP_WAIT_POLICY", "")  # it goes back to what it was in the end
    monkeypatch.delenv("OMP_WAIT_POLICY")
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    start.import_keras()
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"  # PyTorch's threads do not wait awake
    os.write(2, b"later\n")
    assert capfd.readouterr().err == shown + "later\n"
    assert os.environ["TF_CPP_MIN_LOG_LEVEL"] == (level or "3")


def test_what_is_logged_at_the_start_is_shown_if_it_fails(keras_that_logs, capfd):
    keras_that_logs("raise ImportError('no such processor')")
    with pytest.raises(SystemExit, match="no such processor"):
        start.import_keras()
    assert "a line of TensorFlow's\n" in capfd.readouterr().err


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
