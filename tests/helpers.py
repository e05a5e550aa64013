"""What several test files need: checks of messages and files, poor surroundings, patience."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import threading

import keras
import numpy as np
import pytest
from PIL import Image

PICTURES = {
    "samples.png",
    "predictions.png",
    "mistakes.png",
    "confusion_matrix.png",
    "training.png",
}
FILES = {"model.keras", "metrics.json", "elsewhere.png", "draw.html"} | PICTURES

needs_unix_signals = pytest.mark.skipif(
    sys.platform == "win32", reason="on Windows a test cannot press Ctrl-C for one process alone"
)
needs_unix_files = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows has no devices, pipes or loops among its files"
)


def assert_one_line(text, *words):
    """Check that a message is one line with these words in it, and no traceback."""
    assert len(text.strip().splitlines()) == 1, text
    assert "Traceback" not in text
    for word in words:
        assert word in text


def contents(folder):
    """Return what is in the files of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def assert_whole(outputs):
    """Check that a run left all of its files, and each of them whole."""
    assert {path.name for path in outputs.iterdir()} == FILES
    for path in outputs.glob("*.png"):
        with Image.open(path) as picture:
            picture.load()
    json.loads((outputs / "metrics.json").read_text(encoding="utf-8"))
    assert (outputs / "draw.html").read_text(encoding="utf-8").endswith("</html>\n")
    model = keras.saving.load_model(outputs / "model.keras")
    assert model.predict(np.zeros((1, 784)), verbose=0).shape == (1, 10)


def share_of(found, expected):
    """Return which share of what was read is as expected."""
    return statistics.mean(a == b for a, b in zip(found, expected, strict=True))


@contextlib.contextmanager
def at_most_mb(most):
    """Check that a `with` block takes no more memory than so many MB, where the system tells it."""
    if not sys.platform.startswith("linux"):
        yield
        return
    pathlib.Path("/proc/self/clear_refs").write_text("5")  # forget the highest until now
    before = highest_mb()
    yield
    assert highest_mb() - before < most


def highest_mb():
    status = pathlib.Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


def make_pipe(path):
    """Make a pipe at `path`; whoever opens it waits for three seconds, and finds it empty."""

    def end():
        with contextlib.suppress(OSError):  # nobody waits
            os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))

    os.mkfifo(path)
    timer = threading.Timer(3, end)
    timer.daemon = True
    timer.start()
    return path


def read_only(folder):
    """Make `folder` read-only for a child; return the command that the child has to run behind.

    Root may write into any folder, whatever its mode, but not into one that is mounted read-only.
    """
    if os.geteuid() != 0:
        folder.chmod(0o555)
        return []
    # A mount that only this command sees; not every container lets root do it.
    mount = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs -o ro none "$0" && exec "$@"', folder]
    if shutil.which("unshare") is not None:
        tried = subprocess.run([*mount, "true"], capture_output=True, check=False)
        if tried.returncode == 0:
            return mount
    pytest.skip("root, who may write anywhere, and may not mount here")
