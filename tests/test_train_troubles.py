"""What train.py does when things go wrong: each trouble is really caused, none is pretended."""

import gzip
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
import zipfile
from http.client import HTTPConnection

import keras
import numpy as np
import pytest
from conftest import ENVIRONMENT, ROOT
from PIL import Image

import train

NAMESPACE = ["unshare", "-rm", "sh", "-c"]  # a command with mounts that only it sees


def can_mount():
    """Whether a child may mount a folder of its own; where it may not, see what is done instead."""
    try:
        command = [*NAMESPACE, "mount -t tmpfs none /tmp"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def assert_one_line(text, *words):
    """Check that a message is one line with these words in it, and no traceback."""
    assert len(text.strip().splitlines()) == 1, text
    assert "Traceback" not in text
    for word in words:
        assert word in text


def assert_stopped(function, *arguments, words=()):
    """Check that a call ends the program with status 1 and one line on stderr."""
    with pytest.raises(SystemExit) as error:
        function(*arguments)
    assert isinstance(error.value.code, str)  # a text: Python prints it, and the status is 1
    assert_one_line(error.value.code, *words)


def assert_whole(outputs):
    """Check that every file in the folder is whole, also one that is not in its place yet."""
    for path in outputs.iterdir():
        if ".png" in path.name:
            with Image.open(path) as picture:
                picture.load()
        elif ".json" in path.name:
            json.loads(path.read_text())
        elif ".html" in path.name:
            assert path.read_text(encoding="utf-8").endswith("</html>\n")
        else:
            assert ".keras" in path.name
            with zipfile.ZipFile(path) as file:
                assert file.testzip() is None
    if (outputs / "model.keras").exists():
        model = keras.saving.load_model(outputs / "model.keras")
        assert model.predict(np.zeros((1, 784)), verbose=0).shape == (1, 10)


def contents(folder):
    """Return what is in the files of a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def older_run(finished, tmp_path):
    """A folder of its own with everything that an earlier run, on other data, left there."""
    return pathlib.Path(shutil.copytree(finished.outputs, tmp_path / "outputs"))


@pytest.fixture
def keras_cache():
    """Keras's empty cache folder in the tests' own home, emptied again afterwards."""
    folder = pathlib.Path(os.environ["KERAS_HOME"], "datasets")
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    shutil.rmtree(folder)


# --- Downloads ----------------------------------------------------------------------------------


def test_without_a_network_the_run_goes_on_with_the_sample_and_says_so(run, tmp_path):
    process = run("train.py", "--epochs", 1, "--outputs", tmp_path)
    assert process.returncode == 0
    assert_one_line(process.stderr, "MNIST could not be downloaded")
    before_training, _, after = process.stdout.partition("Step 4 of 5")
    assert "MNIST sample" in before_training
    assert "NOT MNIST" in process.stderr
    assert "NOT MNIST" in after
    assert "sample" in json.loads((tmp_path / "metrics.json").read_text())["dataset"]


@pytest.mark.parametrize("source", ["mnist", "fashion_mnist"])
def test_without_a_network_asking_for_a_set_is_an_error_that_names_the_ways_out(
    keras_cache, source
):
    words = ["could not be downloaded", "--data PATH", "--data sample", str(keras_cache)]
    assert_stopped(train.load_data, source, words=words)


def test_a_broken_cached_file_without_a_network_is_an_error(keras_cache):
    (keras_cache / "mnist.npz").write_bytes(b"rubbish")
    ways_out = ["--data PATH", "--data sample", str(keras_cache)]
    assert_stopped(train.load_data, "mnist", words=ways_out)


def test_a_broken_cached_file_without_a_network_leads_to_the_sample(keras_cache, capsys):
    (keras_cache / "mnist.npz").write_bytes(b"rubbish")
    (x_train, _), _, name, _ = train.load_data("auto")
    assert len(x_train) == 6000
    assert "sample" in name
    assert_one_line(capsys.readouterr().err, "NOT MNIST")


def write_fashion(folder, train_labels):
    """Write the four files of Fashion-MNIST, all black, as Keras keeps them in its cache."""
    folder.mkdir()
    test_labels = np.arange(10, dtype=np.uint8)
    for name, labels in (("train", train_labels), ("t10k", test_labels)):
        images = bytes(28 * 28 * len(labels))
        with gzip.open(folder / f"{name}-labels-idx1-ubyte.gz", "wb") as file:
            file.write(bytes(8) + labels.tobytes())
        with gzip.open(folder / f"{name}-images-idx3-ubyte.gz", "wb") as file:
            file.write(bytes(16) + images)


def test_cached_fashion_mnist_needs_no_network_and_is_fashion_not_digits(keras_cache):
    labels = np.array([9, 0, 0, 3], dtype=np.uint8)
    write_fashion(keras_cache / "fashion-mnist", labels)
    (x_train, y_train), (x_test, _), name, kind = train.load_data("fashion_mnist")
    assert x_train.shape == (4, 28, 28)
    assert x_test.shape == (10, 28, 28)
    assert y_train.tolist() == labels.tolist()
    assert (name, kind) == ("Fashion-MNIST", "clothes")


def test_a_cached_file_of_fashion_mnist_that_is_cut_off_is_an_error(keras_cache):
    write_fashion(keras_cache / "fashion-mnist", np.zeros(100, np.uint8))
    broken = keras_cache / "fashion-mnist" / "train-images-idx3-ubyte.gz"
    broken.write_bytes(broken.read_bytes()[:-20])
    assert_stopped(train.load_data, "fashion_mnist", words=["--data PATH", str(keras_cache)])


@pytest.fixture
def proxy(start, tmp_path):
    """Start train.py with a proxy that takes its connection; return the child and the connection.

    What then comes of the download is up to the test: silence, or a connection that is cut.
    """
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(120)
    address = "http://{}:{}".format(*server.getsockname())

    def proxy(*options):
        names = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
        environment = dict.fromkeys(names, address) | {"KERAS_HOME": tmp_path}
        child = start("train.py", *options, "--outputs", tmp_path / "outputs", **environment)
        connection, _ = server.accept()
        return child, connection

    with server:
        yield proxy


def test_a_stalled_download_is_given_up_within_60_seconds(proxy):
    child, connection = proxy("--data", "mnist")
    begin = time.monotonic()
    with connection:  # and never answer
        stdout, stderr = child.communicate(timeout=120)
        assert time.monotonic() - begin < 60
    assert child.returncode == 1
    assert_one_line(stderr, "--data PATH", "--data sample")
    assert "Step 4" not in stdout


def test_a_download_that_is_cut_off_is_an_error(proxy):
    child, connection = proxy("--data", "mnist")
    with connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    _, stderr = child.communicate(timeout=120)
    assert child.returncode == 1
    assert_one_line(stderr, "--data PATH", "--data sample")


def test_a_download_of_fashion_mnist_that_stalls_leaves_no_cut_off_file(keras_cache, monkeypatch):
    server = socket.create_server(("127.0.0.1", 0))

    def answer_by_half():
        connection, _ = server.accept()
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 29515\r\n\r\n" + bytes(9000))
        stalled.wait()
        connection.close()

    class ToServer(urllib.request.HTTPSHandler):
        """What is asked of any host by https is asked of our server by http."""

        def https_open(self, request):
            address = "{}:{}".format(*server.getsockname())
            return self.do_open(lambda *_, **options: HTTPConnection(address, **options), request)

    stalled = threading.Event()
    thread = threading.Thread(target=answer_by_half)
    thread.start()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), ToServer)
    monkeypatch.setattr(urllib.request, "_opener", opener)
    try:
        assert_stopped(train.load_data, "fashion_mnist", words=["Fashion-MNIST", "timed out"])
    finally:
        stalled.set()
        thread.join()
        server.close()
    assert [path for path in keras_cache.rglob("*") if path.is_file()] == []


def test_ctrl_c_during_a_download_simply_ends_it(proxy, tmp_path):
    child, connection = proxy()
    with connection:
        child.send_signal(signal.SIGINT)
        stdout, stderr = child.communicate(timeout=15)
    assert child.returncode != 0
    assert "Traceback" not in stderr
    assert "Step 2" not in stdout
    assert list((tmp_path / "outputs").iterdir()) == []


# --- .npz files ---------------------------------------------------------------------------------


@pytest.fixture
def npz(tiny_npz, tmp_path):
    """Write a copy of the good file with some arrays changed, None for left out; return its path."""

    def npz(**changes):
        with np.load(tiny_npz) as file:
            arrays = dict(file) | changes
        path = tmp_path / "changed.npz"
        np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
        return path

    return npz


IMAGES = np.zeros((400, 28, 28), dtype=np.uint8)
LABELS = np.zeros(400, dtype=np.uint8)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"y_test": None}, "y_test"),
        ({"x_train": IMAGES.reshape((400, 784))}, "(400, 784)"),
        ({"x_train": IMAGES[:, :27]}, "(400, 27, 28)"),
        ({"x_test": IMAGES[:0], "y_test": LABELS[:0]}, "(0, 28, 28)"),
        ({"y_train": np.eye(10, dtype=np.uint8)[LABELS]}, "(400, 10)"),
        ({"y_train": np.uint8(3)}, "()"),
        ({"y_train": LABELS[:399]}, "399"),
        ({"x_test": IMAGES}, "400"),
        ({"y_train": LABELS + 10}, "0 to 9"),
        ({"y_train": LABELS.astype(int) - 1}, "0 to 9"),
        ({"x_train": IMAGES.astype(np.float32)}, "float32"),
        ({"y_train": LABELS.astype(float)}, "float64"),
        ({"y_train": LABELS.astype(str)}, "<U"),
        ({"y_train": LABELS.astype(object)}, "allow_pickle=False"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else value,
)
def test_an_npz_file_with_wrong_arrays_is_refused(npz, changes, word):
    path = npz(**changes)
    assert_stopped(train.load_npz, path, words=[str(path), word])


def test_labels_of_other_integer_types_are_taken(npz):
    (_, y_train), _ = train.load_npz(npz(y_train=LABELS.astype(np.int64)))
    assert np.array_equal(y_train, LABELS)


def test_a_missing_npz_file_is_an_error_that_says_what_data_takes(tmp_path):
    words = ["mnist.npz", "fashion_mnist", "sample"]
    assert_stopped(train.load_npz, tmp_path / "mnist.npz", words=words)


def test_a_folder_is_no_npz_file(tmp_path):
    assert_stopped(train.load_npz, tmp_path, words=[str(tmp_path)])


def test_a_path_that_no_system_takes_is_an_error_about_the_data():
    assert_stopped(train.load_data, "x" * 300, words=["--data", "mnist.npz", "xxx"])


@pytest.mark.parametrize("share", [0, 0.5, 0.99])
def test_an_npz_file_that_is_cut_off_is_refused(tiny_npz, tmp_path, share):
    content = tiny_npz.read_bytes()
    path = tmp_path / "cut.npz"
    path.write_bytes(content[: int(len(content) * share)])
    assert_stopped(train.load_npz, path, words=[str(path)])


def damaged(content, found, offset, value):
    """Return `content` with the byte at `offset` from each place of `found` changed to `value`."""
    content = bytearray(content)
    for match in re.finditer(re.escape(found), bytes(content)):
        content[match.start() + offset] = value
    return bytes(content)


@pytest.mark.parametrize(
    ("found", "offset", "value"),
    [
        (b"PK\x01\x02", 6, 88),  # asks for version 8.8 of zip
        (b"PK\x01\x02", 8, 1),  # says that it is encrypted
        (b"PK\x01\x02", 10, 77),  # a compression that does not exist
        (b"PK\x01\x02", 16, 0),  # a wrong checksum
        (b"PK\x01\x02", 42, 255),  # points past where the file begins
        (b"\x93NUMPY", 10, ord("(")),  # an array's header that is no longer Python
    ],
    ids=["version", "encrypted", "compression", "checksum", "offset", "header"],
)
def test_an_npz_file_with_damaged_bytes_is_refused(tiny_npz, tmp_path, found, offset, value):
    path = tmp_path / "damaged.npz"
    path.write_bytes(damaged(tiny_npz.read_bytes(), found, offset, value))
    assert_stopped(train.load_npz, path, words=[str(path)])


def test_a_zip_file_with_something_else_in_it_is_refused(tmp_path):
    path = tmp_path / "letters.npz"
    with zipfile.ZipFile(path, "w") as file:
        for name in ("x_train", "y_train", "x_test", "y_test"):
            file.writestr(name, "no array")
    assert_stopped(train.load_npz, path, words=[str(path)])


# --- Command lines and folders ------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        ["--epochs", "0"],
        ["--epochs", "-1"],
        ["--epochs", "x"],
        ["--batch-size", "0"],
        ["--seed", "-1"],
        ["--validation-split", "1"],
        ["--validation-split", "-0.1"],
        ["--validation-split", "nan"],
        ["--model", "nonsense"],
        ["--nonsense"],
        ["nonsense"],
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_ends_with_status_2_and_names_the_option(options, capsys):
    with pytest.raises(SystemExit) as error:
        train.parse_arguments(options)
    assert error.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Traceback" not in printed.err
    assert options[0] in printed.err.splitlines()[-1]


def test_the_smallest_validation_split_is_no_traceback(monkeypatch, tiny_npz, tmp_path):
    options = ["--data", tiny_npz, "--epochs", 1, "--outputs", tmp_path]
    arguments = ["train.py", *map(str, options), "--validation-split", "1e-20"]
    monkeypatch.setattr(sys, "argv", arguments)
    try:
        train.main()
    except SystemExit as error:
        assert_one_line(str(error.code), "--validation-split")


def test_an_outputs_folder_that_is_a_file_or_below_one_is_found_before_training(
    monkeypatch, capsys, tmp_path
):
    file = tmp_path / "file"
    file.write_text("mine")
    for outputs in (file, file / "below", tmp_path / ("x" * 300)):
        monkeypatch.setattr(sys, "argv", ["train.py", "--outputs", str(outputs)])
        assert_stopped(train.main, words=[str(outputs), "--outputs"])
    assert file.read_text() == "mine"
    assert "Step 1" not in capsys.readouterr().out


def read_only(folder):
    """Make `folder` read-only for a child; return the command that the child has to run behind.

    Root may write into any folder, whatever its mode, but not into one that is mounted read-only.
    """
    if os.geteuid() == 0 and can_mount():
        return [*NAMESPACE, 'mount -t tmpfs -o ro none "$0" && exec "$@"', folder]
    folder.chmod(0o555)
    return []


def test_an_outputs_folder_that_is_not_writable_is_found_before_training(run, tmp_path):
    process = run("train.py", "--data", "sample", "--outputs", tmp_path, prefix=read_only(tmp_path))
    assert process.returncode == 1
    assert_one_line(process.stderr, str(tmp_path), "--outputs")
    assert "Step 1" not in process.stdout


# --- A full disk --------------------------------------------------------------------------------


def test_a_disk_that_fills_is_an_error_and_leaves_the_older_files_as_they_were(
    run, older_run, tiny_npz, tmp_path
):
    disk, after = tmp_path / "disk", tmp_path / "after"
    disk.mkdir()
    options = ["--data", tiny_npz, "--epochs", 1, "--seed", 1]
    if can_mount():
        # 7 MB, of which the older run fills 5.7: a second model does not fit beside the first.
        # The disk is gone with the child, so what it holds in the end is copied from it.
        script = """
            mount -t tmpfs -o size=7m none "$0" && cp -r "$1" "$0/outputs" && after=$2 && shift 2
            "$@"; status=$?; cp -r "$0/outputs" "$after"; exit $status"""
        prefix = [*NAMESPACE, script, disk, older_run, after]
        outputs = disk / "outputs"
    else:  # a limit on the size of any file is the same to the program
        prefix = ["sh", "-c", 'ulimit -f 512 && exec "$@"', "sh"]
        outputs = after = older_run
    before = contents(older_run)
    process = run("train.py", *options, "--outputs", outputs, prefix=prefix, TMPDIR=disk)
    assert process.returncode == 1, process.stdout
    assert_one_line(process.stderr, "Error", "--outputs")
    assert contents(after) == before
    assert_whole(after)


# --- Ctrl-C and kill ----------------------------------------------------------------------------


def read_until(child, pattern):
    """Read what a child prints until `pattern` is in it."""
    text = ""
    while not re.search(pattern, text):
        text += child.stdout.read(1)
        assert child.poll() is None, text
    return text


TRAINING_MOVES = r"\d/\d+\D.*accuracy"


def test_ctrl_c_during_training_evaluates_saves_and_marks_what_was_learned(
    start, tiny_npz, tmp_path
):
    child = start("train.py", "--data", tiny_npz, "--epochs", 10_000, "--outputs", tmp_path)
    read_until(child, TRAINING_MOVES)
    child.send_signal(signal.SIGINT)
    stdout, stderr = child.communicate(timeout=120)
    assert child.returncode == 0
    assert stderr == ""
    assert "interrupted" in stdout[stdout.index("Step 5 of 5") :]
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["interrupted"] is True
    assert len(metrics["history"].get("loss", [])) < 10_000  # the first epoch may be cut off
    assert len(list(tmp_path.iterdir())) == 8
    assert_whole(tmp_path)


@pytest.mark.parametrize("seconds", [0, 0.3, 1.5])
def test_ctrl_c_at_any_moment_of_the_first_epoch_leaves_a_network_that_can_be_evaluated(
    sample, monkeypatch, seconds
):
    (images, labels), _ = sample
    x, y = train.preprocess_images(images), train.preprocess_labels(labels)
    model, ended = train.build_dense(), threading.Event()
    fit = model.fit

    def press():
        # Python loses an exception that is raised while an object is deleted, as between epochs:
        # whoever sees that nothing happens presses again.
        time.sleep(seconds)
        while not ended.is_set():
            os.kill(os.getpid(), signal.SIGINT)
            ended.wait(1)

    def fit_until_pressed(*args, **kwargs):
        threading.Thread(target=press).start()
        try:
            fit(*args, **kwargs)
        finally:
            ended.set()

    monkeypatch.setattr(model, "fit", fit_until_pressed)
    training = train.train(model, x, y, 0, 10_000, 128)
    assert training["interrupted"] is True
    assert len(training["history"].get("loss", [])) < 100
    loss, _, probabilities = train.evaluate(model, x[:100], y[:100])
    assert loss > 0
    assert probabilities.shape == (100, 10)


def test_a_second_ctrl_c_ends_at_once_and_leaves_the_older_files_as_they_were(
    start, older_run, tiny_npz
):
    before = contents(older_run)
    child = start("train.py", "--data", tiny_npz, "--epochs", 10_000, "--outputs", older_run)
    read_until(child, TRAINING_MOVES)
    child.send_signal(signal.SIGINT)
    read_until(child, "Ctrl-C")
    child.send_signal(signal.SIGINT)
    _, stderr = child.communicate(timeout=15)
    assert child.returncode != 0
    assert "Traceback" not in stderr
    assert contents(older_run) == before
    assert_whole(older_run)


def test_killed_while_it_saves_it_leaves_the_older_files_and_the_next_run_tidies_up(
    start, run, older_run, tiny_npz
):
    before = contents(older_run)
    options = ["--data", tiny_npz, "--epochs", 1, "--outputs", older_run]
    child = start("train.py", *options)
    while not list(older_run.glob(".unfinished-*/model.keras")):
        assert child.poll() is None, "it ended before it was seen to save"
        time.sleep(0.005)
    child.kill()
    child.communicate()
    (left,) = older_run.glob(".unfinished-*")
    assert {name: (older_run / name).read_bytes() for name in before} == before
    train.save_files(older_run, {})
    assert left.exists()  # it may belong to another run, which is saving just now
    os.utime(left, (0, time.time() - 61))
    assert run("train.py", *options).returncode == 0
    assert contents(older_run).keys() == before.keys()


def test_killed_while_it_trains_it_leaves_the_older_model_in_place(start, older_run, tiny_npz):
    model = (older_run / "model.keras").read_bytes()
    child = start("train.py", "--data", tiny_npz, "--epochs", 10_000, "--outputs", older_run)
    read_until(child, TRAINING_MOVES)
    child.kill()
    child.communicate()
    assert (older_run / "model.keras").read_bytes() == model
    assert_whole(older_run)


def test_two_runs_at_once_in_one_folder_leave_only_whole_files(start, tiny_npz, tmp_path):
    options = ["--data", tiny_npz, "--epochs", 1, "--outputs", tmp_path]
    children = [start("train.py", *options, "--seed", seed) for seed in (1, 2)]
    for child in children:
        _, stderr = child.communicate(timeout=300)
        assert (child.returncode, stderr) == (0, "")
    assert len(list(tmp_path.iterdir())) == 8
    assert_whole(tmp_path)


# --- Poor surroundings --------------------------------------------------------------------------


def test_it_needs_no_display_no_unicode_and_no_writable_home(run, tiny_npz, tmp_path):
    home, outputs = tmp_path / "home", tmp_path / "Ausgänge"
    home.mkdir()
    options = ["--data", tiny_npz, "--epochs", 1, "--outputs", outputs]
    poor = {"DISPLAY": None, "WAYLAND_DISPLAY": None, "MPLBACKEND": "TkAgg"}
    poor |= {"PYTHONIOENCODING": "ascii", "HOME": home, "KERAS_HOME": None}
    with open(tmp_path / "screen.txt", "w") as screen:
        process = run("train.py", *options, prefix=read_only(home), stdout=screen, **poor)
    assert (process.returncode, process.stderr) == (0, "")
    assert "Test accuracy" in (tmp_path / "screen.txt").read_text(encoding="ascii")
    assert_whole(outputs)


def test_it_runs_inside_another_program_without_a_console(run, tiny_npz, tmp_path):
    # As IDLE and Jupyter run it: stdout is an object of theirs, and there may be no stderr at all.
    arguments = ["train.py", "--data", str(tiny_npz), "--epochs", "1", "--outputs", str(tmp_path)]
    program = tmp_path / "idle.py"
    program.write_text(
        "import io, os, runpy, sys\n"
        "os.close(2)\n"
        "sys.__stdout__ = sys.__stderr__ = None\n"
        "screen, sys.stdout, sys.stderr = sys.stdout, io.StringIO(), io.StringIO()\n"
        f"sys.argv = {arguments}\n"
        f"runpy.run_path({str(ROOT / 'train.py')!r}, run_name='__main__')\n"
        "screen.write(sys.stdout.getvalue())\n"
    )
    process = run(program)
    assert process.returncode == 0
    assert "Test accuracy" in process.stdout
    assert (tmp_path / "model.keras").exists()


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("import os; os.write(2, b'F0000 the processor lacks AVX'); os.abort()", "lacks AVX"),
        ("raise ImportError('Keras is broken')", "ImportError: Keras is broken"),
    ],
    ids=["native crash", "Python error"],
)
def test_what_goes_wrong_while_keras_is_imported_is_shown(run, tmp_path, fault, message):
    (tmp_path / "keras.py").write_text(fault)  # found before the real one
    process = run("train.py", PYTHONPATH=tmp_path)
    assert process.returncode != 0
    assert message in process.stderr


def test_whoever_wants_to_see_what_tensorflow_logs_sees_it(run):
    process = run("train.py", "--help", TF_CPP_MIN_LOG_LEVEL="0")
    assert process.returncode == 0
    assert re.search(r"^[IW]\d{4} |This TensorFlow binary", process.stderr, re.MULTILINE)


def test_importing_the_script_leaves_the_environment_as_it_was():
    added = os.environ.keys() - ENVIRONMENT.keys()
    assert {name for name in added if name.startswith(("TF_", "KERAS_", "MPL"))} == set()
    assert None not in sys.modules.values()
