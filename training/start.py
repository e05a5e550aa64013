"""What both scripts need before they begin: the packages, a quiet start, errors in one line.

At its top it imports nothing that has to be installed: so it can say what is missing.
"""

import errno
import os
import sys

from training.errors import UserError, one_line

PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
# A part of each package: a file of the reader's that is taken for the package has no parts.
PACKAGES = ("shutil", "numpy.linalg", "matplotlib.figure", "cv2.version", "PIL.Image")
SCRIPTS = ("train.py", "predict.py")
SCREEN_IS_GONE = (errno.EPIPE, errno.ENOSPC, errno.EINVAL)  # the last one on Windows
NARROW = 60  # letters in a line of the screen


def prepare():
    """Make ready for a script: a safe screen, errors in one line, and all packages but Keras.

    Ends the program, with a line that says why, if one of them cannot be imported.
    """
    prepare_screen()
    sys.excepthook = end_in_one_line
    if "ipykernel" not in sys.modules:  # in a notebook the variable is the notebook's
        os.environ.pop("MPLBACKEND", None)  # pictures are saved: nothing has to open a window
    import_packages(PACKAGES)
    import shutil

    if shutil.get_terminal_size().columns < NARROW:
        os.environ["COLUMNS"] = str(NARROW)  # else Keras would print no table


def prepare_screen():
    """Make sure that printing works: not every console has every letter, or is there at all."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # the program was started without a screen
            setattr(sys, name, open(os.devnull, "w"))  # noqa: PTH123, SIM115
        elif hasattr(stream, "reconfigure"):  # Jupyter's has not
            stream.reconfigure(errors="replace", line_buffering=True)


def end_in_one_line(kind, error, traceback):
    """Print what ends the program: one line if the user can do something about it.

    It is Python's `sys.excepthook`. Whatever else went wrong has its usual traceback.
    """
    if isinstance(error, UserError):
        print(f"Error: {error}", file=sys.stderr)
    elif isinstance(error, KeyboardInterrupt):
        print(
            "\nStopped. What is in the outputs folder is whole, of this run or an earlier one.",
            file=sys.stderr,
        )
    elif isinstance(error, OSError) and error.errno in SCREEN_IS_GONE and not error.filename:
        # The screen is a pipe that closed, such as `| head -1`, or a full disk.
        message = f"Error: nothing more can be printed: {one_line(error)}"
        print(message, file=sys.stderr, flush=True)
        os._exit(1)  # without another try to print what is left
    else:
        sys.__excepthook__(kind, error, traceback)


# --- Packages -----------------------------------------------------------------------------------


def import_packages(packages):
    """Import packages; end the program, with a line that says why, if one cannot be imported."""
    import importlib

    try:
        for package in packages:
            importlib.import_module(package)
    except Exception as error:  # noqa: BLE001  a package of another version may fail in any way
        names = os.listdir(PROJECT)  # noqa: PTH208
        own = sorted(name for name in names if name.endswith(".py") and name not in SCRIPTS)
        hint = f"Has {', '.join(own)} the name of a module? Then rename it. Else: " if own else ""
        sys.exit(
            f"Error: {package} cannot be imported: {one_line(error)}. {hint}Activate the "
            r"environment (source .venv/bin/activate, on Windows .venv\Scripts\activate), or "
            "install what is missing: pip install -r requirements.txt (or mend Keras's own "
            "settings: KERAS_BACKEND, and keras.json in ~/.keras)"
        )


def import_keras():
    """Import Keras, without what TensorFlow logs when it starts: six lines and more.

    Whoever has set TF_CPP_MIN_LOG_LEVEL sees it, and everybody if the import fails. It takes
    seconds. Ends the program in one line if it cannot be imported.
    """
    import tempfile

    choose_for_convnet()
    if os.environ.get("KERAS_BACKEND") == "torch":
        # Else its threads wait for each other awake: beside another program ten times as long.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if "TF_CPP_MIN_LOG_LEVEL" in os.environ:
        import_packages(["keras.layers"])
        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"  # so that it logs less later on, too
    with tempfile.TemporaryFile() as log:
        # TensorFlow writes to file descriptor 2, past Python's sys.stderr.
        try:
            stderr = os.dup(2)
        except OSError:  # there is none, as in some windows
            stderr = os.open(os.devnull, os.O_WRONLY)
        os.dup2(log.fileno(), 2)
        try:
            import_packages(["keras.layers"])
        except SystemExit:
            log.seek(0)
            sys.stderr.write(log.read().decode(errors="replace"))
            raise
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)


def choose_for_convnet():
    """Let TensorFlow compute with oneDNN if `--model convnet` is asked for.

    By itself it does so only on processors with AVX-512 VNNI; on others a batch of the convnet
    takes nearly twice as long without (docs/measured.md). It rounds in another way, so it is for
    the convnet alone: the weights of the others stay those of the plain recipe. It has to be said
    before TensorFlow is imported.
    """
    if "--model convnet" in " ".join(sys.argv).replace("=", " "):
        os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
