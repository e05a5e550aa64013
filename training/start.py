"""What both scripts need before they begin: the packages, a quiet start, errors in one line.

Nothing here is about learning; you need not read it to understand train.py. At its top it imports
nothing that has to be installed, and nothing for which a file of yours could be taken: so it can
say what is wrong.
"""

import errno
import os
import sys

from training.errors import UserError, one_line

PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
PACKAGES = ("numpy", "matplotlib", "cv2", "PIL")  # and Keras
BACKENDS = ("tensorflow", "jax", "torch")
SCREEN_IS_GONE = (errno.EPIPE, errno.ENOSPC, errno.EINVAL)  # the last one on Windows
NARROW = 60  # letters in a line
FLOATS = ("float16", "bfloat16", "float32", "float64")


def prepare():
    """Make ready for a script: a safe screen, errors in one line, and all packages but Keras.

    Ends the program, with a line that says why, if one of them is missing.
    """
    prepare_screen()
    sys.excepthook = end_in_one_line
    if "ipykernel" not in sys.modules:  # in a notebook the variable is the notebook's
        os.environ.pop("MPLBACKEND", None)  # pictures are saved: nothing has to open a window
    try:
        widen_screen()
        check_packages()
        import_packages(PACKAGES)
    except Exception as error:
        end_if_a_file_stands_in(error)
        raise


def prepare_screen():
    """Make sure that printing works: not every console has every letter, or is there at all."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # the program was started without a screen
            setattr(sys, name, open(os.devnull, "w"))  # noqa: PTH123, SIM115
        elif hasattr(stream, "reconfigure"):  # Jupyter's has not
            stream.reconfigure(errors="replace", line_buffering=True)


def widen_screen():
    """Let long lines break where a screen is so narrow that Keras would print no table in it."""
    import shutil

    if shutil.get_terminal_size().columns < NARROW:
        os.environ["COLUMNS"] = str(NARROW)


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
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115  nothing is left to be printed
        end_quietly(f"Error: nothing more can be printed: {one_line(error)}")
    else:
        sys.__excepthook__(kind, error, traceback)


def end_quietly(message):
    """Say why on stderr, if that works, and end the program without flushing what cannot be."""
    try:
        print(message, file=sys.stderr, flush=True)
    finally:
        os._exit(1)


# --- Packages -----------------------------------------------------------------------------------


def check_packages():
    """End the program, with a line that says why, if a package or Keras's backend is missing."""
    import importlib.util
    import pathlib

    for package in (*PACKAGES, "keras"):
        if importlib.util.find_spec(package) is None:
            sys.exit(
                f"Error: No module named {package!r}. Activate the environment (source "
                r".venv/bin/activate, on Windows .venv\Scripts\activate), or install what is "
                "missing: pip install -r requirements.txt"
            )
    settings_file = pathlib.Path(os.environ.get("KERAS_HOME", "~/.keras"), "keras.json")
    settings_file = settings_file.expanduser()
    settings = read_keras_settings(settings_file)
    backend = os.environ.get("KERAS_BACKEND")
    named_in = "the environment variable KERAS_BACKEND names"
    if not backend:
        backend = settings.get("backend", "tensorflow")
        named_in = f"{settings_file} names"
    if backend not in BACKENDS:
        sys.exit(
            f"Error: {named_in} {backend!r} as the backend, which computes for Keras. "
            f"Name one of these: {', '.join(BACKENDS)}"
        )
    if backend == "torch":
        # Else its threads wait for each other awake: beside another program ten times as long.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if importlib.util.find_spec(backend) is None:
        if backend == "tensorflow":
            named_in = "Keras needs"
        sys.exit(
            f"Error: {named_in} {backend}, which is not installed: pip install {backend}"
            ", or name another backend"
        )


def read_keras_settings(path):
    """Return what Keras's settings file says, a dict, or {} if there is none.

    Ends the program if Keras would fail on it: some files are from its older versions.
    """
    import contextlib

    from training import limits

    problem = None
    settings = {}
    if path.exists() and not path.is_file():
        problem = "it is no regular file"  # a pipe, for which Keras would wait for ever
    else:
        with contextlib.suppress(OSError, ValueError, RecursionError):  # Keras ignores it then
            settings = limits.read_json(path)
    if not isinstance(settings, dict):
        problem = "it is no list of names and values"
    elif settings.get("floatx", "float32") not in FLOATS:
        problem = f"floatx must be one of {', '.join(FLOATS)}"
    elif not isinstance(settings.get("epsilon", 1e-7), float):
        problem = "epsilon must be a small number, such as 1e-07"
    elif settings.get("image_data_format", "channels_last") != "channels_last":
        problem = 'image_data_format must be "channels_last"'
    if problem is not None:
        sys.exit(f"Error: Keras's settings in {path} do not work: {problem}. Mend or delete it")
    return settings


def import_packages(names):
    """Import packages; raises whatever they raise, and ImportError if one is something else."""
    import importlib

    for name in names:
        package = importlib.import_module(name)
        if package.__spec__.parent != name:  # a single file of the reader's
            raise ImportError(f"{package.__file__} is not the package {name}")


def import_keras():
    """Import Keras, without what TensorFlow logs when it starts: six lines and more.

    Whoever has set TF_CPP_MIN_LOG_LEVEL sees it, and everybody if the import fails. It takes
    seconds. Ends the program in one line if a file of the reader's stands in.
    """
    import tempfile

    choose_for_convnet()
    if "TF_CPP_MIN_LOG_LEVEL" in os.environ:
        import_packages(["keras"])
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
            import_packages(["keras"])
        except Exception as error:
            end_if_a_file_stands_in(error)
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
    import argparse

    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--model", nargs="?")
    asked, _ = parser.parse_known_args()
    if asked.model == "convnet":
        os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")


def end_if_a_file_stands_in(error):
    """End the program in one line if a file of the reader's is why the imports ended in `error`.

    A file beside the scripts, where Python looks first, is imported in place of a module that has
    its name. It may be left again by then, but the error came through it.
    """
    from importlib.machinery import PathFinder

    paths = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    traceback = error.__traceback__
    while traceback is not None:
        paths.append(traceback.tb_frame.f_code.co_filename)
        traceback = traceback.tb_next
    others = [folder for folder in sys.path if os.path.abspath(folder) != PROJECT]  # noqa: PTH100
    for path in paths:
        folder, file_name = os.path.split(path or "")
        name = file_name.partition(".")[0]
        is_taken = name in sys.stdlib_module_names or PathFinder.find_spec(name, others)
        if folder == PROJECT and is_taken:
            sys.exit(
                f"Error: your file {path} has the name of a module that Python or a package needs, "
                "and is taken for it. Rename it, to my_test.py for one"
            )
