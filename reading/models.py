"""Load a network that train.py saved, and ask it about images.

For those who want to know which models predict.py takes, and what it says about the others.
"""

import numpy as np

from training import data, limits, scaling
from training.errors import UserError, one_line, printable


class ModelError(UserError):
    """A model cannot be used; the text is one line that says what to do."""

    def __init__(self, text):
        super().__init__(printable(text))  # what a file says may be no line


def check_file(path):
    """Raise ModelError unless `path` is a file of Keras's present format, before the slow start."""
    try:
        limits.check_zip(path, limits.MOST_BYTES_OF_NETWORK)
    except Exception as error:  # noqa: BLE001  a damaged file fails in many ways
        reason = getattr(error, "strerror", None) or one_line(error)
        raise ModelError(
            f"there is no model in {path} ({reason}). To make outputs/model.keras: python "
            "train.py. A model of your own: model.save('model.keras'), with this ending"
        ) from None


def load(path):
    """Load a model of ten digits; raise ModelError if it cannot be loaded, or is something else."""
    try:
        model = limits.load_network(path)
    except Exception as error:  # noqa: BLE001  whatever is wrong in the file, it is not used
        lines = (str(error).strip() or type(error).__name__).splitlines()
        raise ModelError(f"{path} is no model that can be loaded safely: {lines[0]}") from None
    classes = read_metrics(path).get("class_names", data.DIGITS)
    if classes != data.DIGITS:
        raise ModelError(f"{path} is for something else: {classes}. Use one of: python train.py")
    # (A model that was never built has no shapes.)
    answers = getattr(model, "output_shape", None)
    if scaling.input_shape(model) is None or answers != (None, 10):
        reads = getattr(model, "input_shape", None)
        raise ModelError(
            f"{path} is for something else: it reads {reads} and answers with {answers}, not 28 x "
            "28 pixels and (None, 10), ten digits. Use one of: python train.py"
        )
    return model


def read_metrics(path):
    """Return the dict in metrics.json beside a model; an empty one if there is none."""
    try:
        metrics = limits.read_json(path.with_name("metrics.json"))
    except (OSError, ValueError, RecursionError):
        return {}
    return metrics if isinstance(metrics, dict) else {}


def read_scaling(path):
    """Return what paper and ink, 0 and 255 in an image, were for the model at `path`: two floats.

    metrics.json beside the model notes it; without one they are those of train.py, 0 and 1. Raises
    ModelError if it says that nobody can do to new images what was done to those in training.
    """
    metrics = read_metrics(path)
    paper = metrics.get("paper", 0)
    ink = metrics.get("ink", 1)
    if not all(isinstance(value, int | float) for value in (paper, ink)):
        reason = metrics.get("scaling_problem") or f"{path.with_name('metrics.json')} is damaged"
        raise ModelError(f"nobody knows which pixels this network was trained on: {reason}")
    return paper, ink


def ask(model, images, paper, ink):
    """Return the network's answers, float (N, 10), about images, uint8 (N, 28, 28).

    `paper` and `ink` are what read_scaling returns. Raises ModelError if the answers are no
    probabilities.
    """
    if not len(images):
        return np.zeros((0, 10))
    try:
        probabilities = scaling.ask(model, images, paper, ink)
    except Exception as error:  # noqa: BLE001  whatever a network's layers raise
        raise ModelError(f"this network cannot answer: {one_line(error)}") from None
    are_shares = np.all((probabilities >= 0) & (probabilities <= 1))
    if not are_shares or not np.allclose(probabilities.sum(axis=1), 1, atol=0.01):
        raise ModelError(
            "this network's answers are no probabilities: train it with activation='softmax' in "
            "its last layer, or use one of train.py's"
        )
    return probabilities
