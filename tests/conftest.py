"""What the tests share: a home and a network of their own, child processes, and a finished run."""

import atexit
import contextlib
import gc
import io
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import types
from unittest import mock

import numpy as np
import pytest
from matplotlib.figure import Figure

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

# The tests and the children that they start live in an empty home, and every way out of the
# machine leads to a port that nobody listens at. Keras reads this when it is imported: it is set
# here, before any test can import it.
HOME = tempfile.TemporaryDirectory(prefix="home-")
CLOSED_PORT = socket.socket()
CLOSED_PORT.bind(("127.0.0.1", 0))  # bound, never listening: connections are refused
NO_NETWORK = f"http://127.0.0.1:{CLOSED_PORT.getsockname()[1]}"
for name in list(os.environ):
    if name.lower().endswith("_proxy") or name.startswith(("XDG_", "MPL", "TF_CPP_")):
        del os.environ[name]
os.environ["HOME"] = HOME.name
os.environ["USERPROFILE"] = HOME.name  # what Windows calls it
os.environ["KERAS_HOME"] = str(pathlib.Path(HOME.name, ".keras"))
for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
    os.environ[name] = NO_NETWORK
ENVIRONMENT = dict(os.environ)


def pytest_sessionstart(session):
    """Import Keras in the way of the scripts, without what TensorFlow logs, before a test does.

    Not in the process that only hands out tests to those of pytest-xdist: it needs none.
    """
    hands_out = session.config.getoption("numprocesses", None)
    if not hands_out or hasattr(session.config, "workerinput"):
        from training import start

        start.import_keras()
        gc.freeze()  # what came with it stays: the garbage collector need not look at it again


# A job in the background may ignore Ctrl-C, and its children inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def start():
    """Start a script as a child: start("train.py", "--epochs", 1, MPLBACKEND="Agg", DISPLAY=None).

    Keyword arguments are environment variables, None takes one away; `prefix` is a command that
    runs the child. Returns its subprocess.Popen.
    """
    children = []

    def start(*command, prefix=(), **environment):
        variables = (ENVIRONMENT | environment).items()
        child = subprocess.Popen(
            [*map(str, prefix), sys.executable, ROOT / command[0], *map(str, command[1:])],
            cwd=HOME.name,
            env={name: str(value) for name, value in variables if value is not None},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        children.append(child)
        return child

    yield start
    for child in children:
        if child.poll() is None:
            child.kill()
        child.communicate()


@pytest.fixture(scope="session")
def run(start):
    """Run a script as a child to its end, as `start` starts it; return a CompletedProcess."""

    def run(*command, timeout=300, **options):
        child = start(*command, **options)
        stdout, stderr = child.communicate(timeout=timeout)
        return subprocess.CompletedProcess(command, child.returncode, stdout, stderr)

    return run


@pytest.fixture(scope="session")
def sample():
    """The 7,000 digits of --data sample: ((x_train, y_train), (x_test, y_test))."""
    with np.load(ROOT / "training" / "sample.npz") as file:
        return (file["x_train"], file["y_train"]), (file["x_test"], file["y_test"])


@pytest.fixture(scope="session")
def typical_digits(sample):
    """The image, uint8 (28, 28), of each digit from 0 to 9 that is nearest to its class's mean."""
    _, (images, labels) = sample
    typical = []
    for digit in range(10):
        of_class = images[labels == digit].astype(float)
        far = ((of_class - of_class.mean(axis=0)) ** 2).sum(axis=(1, 2))
        typical.append(images[labels == digit][far.argmin()])
    return np.stack(typical)


@pytest.fixture(scope="session")
def tiny_npz(sample, tmp_path_factory):
    """The path of an .npz file, laid out as Keras's, with 400 training and 40 test digits."""
    (x_train, y_train), (x_test, y_test) = sample
    path = tmp_path_factory.mktemp("data") / "tiny.npz"
    training = {"x_train": x_train[:400], "y_train": y_train[:400]}
    np.savez(path, **training, x_test=x_test[::25], y_test=y_test[::25])
    return path


@pytest.fixture(scope="session")
def finish_once(tmp_path_factory, request):
    """Finish a run of train.py for all tests that only look at it: finish_once(name, options).

    Returns its `outputs`, `metrics`, `stdout` and `stderr`. Where pytest-xdist has several
    processes, the first one that needs the run makes it, and the others wait.
    """
    base = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        base = base.parent

    def finish_once(name, options, draws=False):
        folder = base / name
        try:
            folder.mkdir()
        except FileExistsError:
            while not (folder / "told.json").exists():
                time.sleep(0.1)
        else:
            run = vars(run_here(folder / "outputs", options, draws=draws))
            told = {name: run[name] for name in ("status", "metrics", "stdout", "stderr")}
            (folder / "unfinished").write_text(json.dumps(told))
            (folder / "unfinished").rename(folder / "told.json")
        told = json.loads((folder / "told.json").read_text())
        assert told["status"] == 0, told["stderr"]
        return types.SimpleNamespace(outputs=folder / "outputs", **told)

    return finish_once


@pytest.fixture(scope="session")
def finished(finish_once):
    """One finished run of `train.py --data sample`."""
    return finish_once("finished", ["--data", "sample"], draws=True)


@pytest.fixture(scope="session")
def finished_convnet(tiny_npz, finish_once):
    """One finished run of the convnet, one epoch on 400 digits.

    Small batches: after few, batch normalization can make all answers of the convnet alike.
    """
    options = ["--model", "convnet", "--data", tiny_npz, "--epochs", 1, "--batch-size", 16]
    return finish_once("convnet", [*options, "--seed", 7])


@pytest.fixture(scope="session")
def finished_mnist(finish_once):
    """One finished run of the recipe on the whole of MNIST, where MNIST_NPZ names a copy of it."""
    if "MNIST_NPZ" not in os.environ:
        pytest.skip("MNIST_NPZ names no file with MNIST")
    return finish_once("mnist", ["--data", os.environ["MNIST_NPZ"]])


def as_input(images):
    """Return images, uint8 (N, 28, 28), as train.py's networks take them: (N, 784), from 0 to 1."""
    return images.reshape((-1, 784)).astype("float32") / 255


def edit_train(*edits):
    """Return the text of train.py after edits as a reader makes them.

    Each is a pair: what stands there, exactly once, and what takes its place.
    """
    text = (ROOT / "train.py").read_text(encoding="utf-8")
    for old, new in edits:
        assert text.count(old) == 1, f"{text.count(old)} times in train.py: {old}"
        text = text.replace(old, new)
    return text


@contextlib.contextmanager
def drawing_nothing():
    """Let runs in a `with` block save empty pictures: drawing takes most of a short run's time."""
    from training import hands, own_digits, plots

    def draw_nothing(*_, **__):
        return Figure(figsize=(1, 1))

    with contextlib.ExitStack() as stack:
        for module in (hands, own_digits, plots):
            for name in list(vars(module)):
                if name.startswith("draw"):
                    stack.enter_context(mock.patch.object(module, name, draw_nothing))
        yield


def run_here(outputs, options, *edits, draws=True):
    """Run train.py in this process, to its end, after `edits` of its text (edit_train).

    `options` are the command line's, without --outputs. Returns `outputs`, `metrics` (None if there
    are none), `status`, what was printed, `stdout` and `stderr`, and `names`, the script's. If it
    does not draw, its pictures are empty.
    """
    from training import run as run_module  # here, since of pytest-xdist's processes one needs none

    mnist = run_module.keras.datasets.mnist
    keras_load_data = mnist.load_data
    from training import start

    screen = io.StringIO()
    errors = io.StringIO()
    names = {"__name__": "__main__"}
    status = 0
    arguments = ["train.py", *map(str, options), "--outputs", str(outputs)]
    with (
        contextlib.nullcontext() if draws else drawing_nothing(),
        contextlib.redirect_stdout(screen),
        contextlib.redirect_stderr(errors),
        mock.patch.object(sys, "argv", arguments),
    ):
        try:
            exec(compile(edit_train(*edits), "train.py", "exec"), names)  # noqa: S102  our own lines
        except SystemExit as end:
            status = end.code
        except BaseException as error:  # noqa: BLE001  as Python ends a script
            start.end_in_one_line(type(error), error, error.__traceback__)
            status = 1
        if "run" in names:
            status = names["run"].finish() or status
    # What a run leaves in its process, which others share here.
    atexit.unregister(run_module.end)
    mnist.load_data = keras_load_data
    path = outputs / "metrics.json"
    return types.SimpleNamespace(
        outputs=outputs,
        metrics=json.loads(path.read_text(encoding="utf-8")) if path.exists() else None,
        status=status,
        stdout=screen.getvalue(),
        stderr=errors.getvalue(),
        names=names,
    )


@pytest.fixture(scope="session")
def ten_digits(sample, finished):
    """One image, uint8 (28, 28), of each digit from 0 to 9: those the network is surest of.

    Sure of them as they are and as `normalize` makes them: the sample's network is a weak one, and
    the tests are of finding digits, not of its doubts.
    """
    import keras

    from reading.normalize import normalize

    _, (x_test, y_test) = sample
    model = keras.saving.load_model(finished.outputs / "model.keras")
    again = np.stack([normalize(image[image.any(1)][:, image.any(0)] / 255) for image in x_test])
    both = [model.predict(as_input(x), verbose=0) for x in (x_test, again)]
    probabilities = np.minimum(*both)
    surest = [(probabilities[:, digit] * (y_test == digit)).argmax() for digit in range(10)]
    return x_test[surest]


@pytest.fixture
def tell(finished, tmp_path, capsys):
    """Run predict.main in this process; return its status, what it prints, and its errors."""

    import predict

    def tell(*arguments, model=finished.outputs / "model.keras"):
        options = ["--model", model, "--outputs", tmp_path / "outputs"]
        status = predict.main([*map(str, arguments), *map(str, options)])
        screen = capsys.readouterr()
        return status, screen.out, screen.err

    return tell


@pytest.fixture
def read(tell):
    """Run predict.main with --json; return its status and its lines, parsed."""

    def read(*arguments, **options):
        status, printed, _ = tell(*arguments, "--json", **options)
        return status, [json.loads(line) for line in printed.splitlines()]

    return read
