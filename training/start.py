"""What both scripts need before they begin: the packages, a safe screen, errors in one line.

Nothing here is about learning; you need not read it to understand train.py. It imports nothing that
has to be installed, so that it can say what is missing.
"""

import errno
import importlib.util
import json
import os
import pathlib
import sys

from training.errors import UserError, one_line

PACKAGES = ("keras", "numpy", "matplotlib", "cv2", "PIL")
BACKENDS = ("tensorflow", "jax", "torch")
FLOATS = ("float16", "bfloat16", "float32", "float64")

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow then says less when it starts

# TensorFlow computes convolutions with oneDNN by itself only on processors with AVX-512 VNNI; on
# others a batch takes nearly twice as long without (docs/measured.md). It rounds in another way, so
# it is for `--model convnet` alone: the weights of the others stay those of the plain recipe. It
# has to be said before TensorFlow is imported.
if any(argument.endswith("convnet") for argument in sys.argv):
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")


def check_packages():
    """End the program, with a line that says why, if Keras or another package cannot start."""
    for package in PACKAGES:
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
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # none, or no JSON: Keras ignores it
        return {}
    problem = None
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


def run(main):
    """Run a script's `main` and end the program with its status; what goes wrong is one line."""
    prepare_screen()
    try:
        status = main()
        sys.stdout.flush()
    except UserError as error:
        sys.exit(f"Error: {error}")
    except KeyboardInterrupt:
        sys.exit(
            "\nStopped. What is in the outputs folder is whole, of this run or an earlier one."
        )
    except OSError as error:
        if error.errno not in (errno.EPIPE, errno.ENOSPC, errno.EINVAL):
            raise
        # The screen is a pipe that closed, such as `| head -1`, or a full disk.
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115  nothing is left to be printed
        end_quietly(f"Error: nothing more can be printed: {one_line(error)}")
    sys.exit(status)


def prepare_screen():
    """Make sure that printing works: not every console has every letter, or is there at all."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # the program was started without a screen
            setattr(sys, name, open(os.devnull, "w"))  # noqa: PTH123, SIM115
        elif hasattr(stream, "reconfigure"):  # Jupyter's has not
            stream.reconfigure(errors="replace", line_buffering=True)


def end_quietly(message):
    """Say why on stderr, if that works, and end the program without flushing what cannot be."""
    try:
        print(message, file=sys.stderr, flush=True)
    finally:
        os._exit(1)
