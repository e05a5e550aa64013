"""Load a network that train.py saved, and ask it about images.

For those who want to know which models predict.py takes, and what it says about the others.
"""

import json
import zipfile

import numpy as np

from training import data


class ModelError(Exception):
    """A model cannot be used; the text is one line that says what to do."""


def check_file(path):
    """Raise ModelError unless `path` is a file of Keras's present format, before the slow start."""
    try:
        if path.is_dir():
            raise ModelError(
                f"{path} is a folder, perhaps TensorFlow's older SavedModel format. Save the model "
                "anew, in the program that made it, with model.save('model.keras')"
            )
        with path.open("rb") as file:
            start = file.read(8)
            is_zip = zipfile.is_zipfile(file)
    except OSError as error:
        raise ModelError(
            f"there is no model in {path} ({error.strerror}). "
            "To make outputs/model.keras: python train.py"
        ) from None
    if start == b"\x89HDF\r\n\x1a\n":
        raise ModelError(
            f"{path} is in Keras's older format, .h5. Save it anew, in Python: import keras; "
            f"keras.models.load_model('{path.name}').save('model.keras')"
        )
    if not is_zip:
        raise ModelError(
            f"there is no model in {path}. To make outputs/model.keras: python train.py"
        )


def load(path):
    """Load a model of 28x28 images and ten classes; raise ModelError if it is none for digits."""
    import keras  # here, since it takes seconds, and finding digits does not need it

    try:
        # In safe mode Keras refuses a file that brings code of its own, such as a Lambda layer.
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # noqa: BLE001  whatever is wrong in the file, it is not used
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ModelError(f"{path} is no model that can be loaded safely: {reason}") from None
    classes = read_class_names(path)
    input_shape = getattr(model, "input_shape", None)  # a model that was never built has none
    output_shape = getattr(model, "output_shape", None)
    known_input = input_shape in ((None, 784), (None, 28, 28), (None, 28, 28, 1))
    if classes != data.DIGITS or not known_input or output_shape != (None, 10):
        raise ModelError(
            f"{path} is for something else: {', '.join(classes)}, {input_shape} to {output_shape}. "
            "Use one of: python train.py"
        )
    return model


def read_class_names(path):
    """Return the names of a model's classes, from metrics.json beside it; without one, digits."""
    try:
        metrics = json.loads(path.with_name("metrics.json").read_text(encoding="utf-8"))
        return [str(name) for name in metrics["class_names"]]
    except (OSError, ValueError, KeyError, TypeError):
        return data.DIGITS


def ask(model, images):
    """Return the network's answers, float (N, 10), about images, uint8 (N, 28, 28).

    Raises ModelError if they are no probabilities.
    """
    if not len(images):
        return np.zeros((0, 10))
    x = images.reshape((-1, *model.input_shape[1:])).astype("float32") / 255
    probabilities = model.predict(x, batch_size=1000, verbose=0)
    if not np.allclose(probabilities.sum(axis=1), 1, atol=0.01):
        raise ModelError("the model does not answer in probabilities. Use one of train.py's")
    return probabilities
