"""What a file may cost: it is asked what it is, and how much it holds, before it is read.

A device or a pipe may never end, and a small file may unpack to gigabytes. Nothing here is about
learning; you need not read it to understand train.py.
"""

import json
import math
import pathlib
import stat
import zipfile
from concurrent.futures import ThreadPoolExecutor

# With them no file takes more than 1 GB, TensorFlow's 600 MB included, or 10 seconds, as measured.
MOST_BYTES_OF_JSON = 1_000_000
MOST_BYTES_OF_NETWORK = 100_000_000  # in its file, as weights, and as answers of its largest layer
MOST_LAYERS = 80
IMAGES = 100  # that a network is asked about at once, at most


def check_regular(path, most_bytes):
    """Raise OSError if there is no file at `path`, ValueError if it is too large or not regular."""
    status = pathlib.Path(path).stat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("it is no regular file, but a folder, a device or a pipe")
    check_size(status.st_size, most_bytes)


def check_zip(path, most_bytes):
    """Raise what `check_regular` does, packed or not, or BadZipFile if it is no zip file."""
    check_regular(path, most_bytes)
    with zipfile.ZipFile(path) as file:
        check_size(sum(member.file_size for member in file.infolist()), most_bytes)


def check_size(size, most_bytes):
    """Raise ValueError if a number of bytes is too large."""
    if size > most_bytes:
        raise ValueError(f"it takes {size:,} bytes, too many: at most {most_bytes:,} are read")


def read_json(path, most_bytes=MOST_BYTES_OF_JSON):
    """Return what is in a JSON file. Raises OSError, ValueError or RecursionError if it is none."""
    check_regular(path, most_bytes)
    return json.loads(path.read_text(encoding="utf-8"))


def load_network(path):
    """Return the Keras model in a .keras file, not compiled; raise an error if none can be loaded.

    That is also so if it holds, or asks for, more than a network for digits needs, or brings code
    of its own. Keras makes all the weights that a file's configuration asks for before it looks
    whether they are in the file. So they are counted here, in a network that is built without them.
    """
    import h5py  # here, since both take seconds, and finding digits does not need them
    import keras

    check_zip(path, MOST_BYTES_OF_NETWORK)
    with zipfile.ZipFile(path) as file:
        check_size(file.getinfo("config.json").file_size, MOST_BYTES_OF_JSON)
        config = json.loads(file.read("config.json"))
        with file.open("model.weights.h5") as member, h5py.File(member) as arrays:
            size = count_bytes(arrays)  # which may be packed once more
    check_size(size, MOST_BYTES_OF_NETWORK)
    number = count_layers(config)
    if number > MOST_LAYERS:
        raise ValueError(f"it has {number:,} layers, and at most {MOST_LAYERS} are built")
    model = build_without_weights(config)
    most_numbers = max(model.count_params(), IMAGES * count_numbers(model))
    check_size(4 * most_numbers, MOST_BYTES_OF_NETWORK)
    return keras.saving.load_model(path, compile=False, safe_mode=True)


def count_bytes(arrays):
    """Return how many bytes the arrays in an open HDF5 file have when they are unpacked."""
    sizes = []

    def note_size(_name, item):
        sizes.append(getattr(item, "nbytes", 0))  # a group has none

    arrays.visititems(note_size)
    return sum(sizes)


def count_layers(config):
    """Return how many layers a network's configuration, as JSON has it, lists at all depths."""
    if isinstance(config, dict):
        return len(config.get("layers", ())) + sum(map(count_layers, config.values()))
    if isinstance(config, list):
        return sum(map(count_layers, config))
    return 0


def build_without_weights(config):
    """Return the Keras model of a configuration, whose weights have shapes but no values.

    Keras would give them values later; it keeps a list of them for each thread, which ends here.
    """
    import keras

    def build():
        with keras.StatelessScope(initialize_variables=False):
            return keras.saving.deserialize_keras_object({**config, "compile_config": None})

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(build).result()


def count_numbers(model):
    """Return how many numbers the largest layer of a Keras model, at any depth, makes of an image.

    A size that is not known before there is an image counts as 1.
    """
    import keras

    numbers = [0]
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            numbers.append(count_numbers(layer))
        for output in keras.tree.flatten(layer.output):
            numbers.append(math.prod(size or 1 for size in output.shape[1:]))
    return max(numbers)
