"""The images to learn from: MNIST, other data that --data names, and the sample beside this file.

It also says in one line why a download or a file failed.
"""

import gzip
import math
import os
import pathlib
import socket
import sys
import threading
import urllib.error
import urllib.request

import numpy as np

from training import limits
from training.errors import UserError, one_line, printable

SAMPLE = pathlib.Path(__file__).resolve().with_name("sample.npz")
DIGITS = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
CLOTHES = [
    "T-shirt",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
]
ORIGINAL_FILES = (  # of MNIST, as of Fashion-MNIST
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
ARRAYS = ("x_train", "y_train", "x_test", "y_test")  # in an .npz file like Keras's mnist.npz
EXPECTED = (
    f"What is read: an .npz file with the arrays {', '.join(ARRAYS)}, or a folder with MNIST's "
    "four original files, packed (.gz) or not"
)
MNIST_SIZE = 60_000
MNIST_BEGINS = [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]  # the labels of its first training images
SERVER = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"  # where Keras has them
FIRST_ANSWER = 30  # seconds until a server has to answer, at whichever of its addresses
NEXT_ANSWER = 10  # seconds without a byte after which a connection counts as dead
MOST_BYTES = 350_000_000  # of images, packed or not: 440,000 of them


class DataError(UserError):
    """Images could not be loaded."""


def load_or_sample(source):
    """Load what --data says; return the `source` that was loaded, and what `load` returns.

    "auto" stands for MNIST, or else for the sample: then one line on stderr says why.
    """
    if source != "auto":
        return source, load(source)
    try:
        return "mnist", load("mnist")
    except DataError as error:
        going_on = "Going on with a sample of MNIST, 7,000 images: this is NOT MNIST itself!"
        print(f"{going_on} ({error})", file=sys.stderr)
        return "sample", load("sample")


def load(source):
    """Load the images and labels of a `source`: "mnist", "fashion_mnist", "sample", or a path.

    Returns (images, labels) to train with and (images, labels) to test with: N images are uint8
    (N, 28, 28) from 0 (paper) to 255 (ink), their labels integers (N,) from 0 to 9. Raises
    DataError if they cannot be loaded.
    """
    if source in ("mnist", "fashion_mnist"):
        return load_from_keras(source)
    return load_path(SAMPLE if source == "sample" else source)


def name_data(source, labels_train):
    """Return what the data from `source` are called; `labels_train` are integers (N,).

    `source` is None where a reader loads the data in another way.
    """
    if source == "fashion_mnist":
        return "Fashion-MNIST"
    if source == "sample":
        return "MNIST sample (7,000 digits)"
    if len(labels_train) == MNIST_SIZE and labels_train[:10].tolist() == MNIST_BEGINS:
        return "MNIST"
    if source == "mnist":  # but a reader took a part of it
        return "a part of MNIST"
    if source is None:
        return "your own data"
    path = pathlib.Path(source).expanduser().absolute()
    if path.name == "raw":  # as PyTorch stores them: FashionMNIST/raw
        path = path.parent
    return path.name


def name_classes(data_name, number=10):
    """Return the names of the classes: of clothes if the data are called fashion, else numbers."""
    if number == 10 and "fashion" in data_name.lower():
        return CLOTHES
    return [str(label) for label in range(number)]


# --- Files --------------------------------------------------------------------------------------


def load_path(path):
    """Load an .npz file, or a folder with MNIST's four original files; returns as `load` does.

    Raises DataError, which begins with the path, if they cannot be read or are something else.
    """
    try:
        path = pathlib.Path(path).expanduser()
        if path.is_dir():
            arrays = read_folder(path)
        else:
            arrays = read_arrays(path, ARRAYS, MOST_BYTES)
        x_train, y_train, x_test, y_test = arrays
        check(x_train, y_train)
        check(x_test, y_test)
    except Exception as error:  # noqa: BLE001  a damaged file fails in many ways
        raise DataError(
            f"{printable(path)} cannot be read: {one_line(error)}. {EXPECTED}."
        ) from None
    return (x_train, y_train), (x_test, y_test)


def read_arrays(path, names, most_bytes):
    """Return the arrays of these `names` in an .npz file, a list.

    Raises what limits.check_zip does, and whatever Python and NumPy raise where it is damaged.
    """
    limits.check_zip(path, most_bytes)
    with np.load(path, allow_pickle=False) as file:  # a pickle could run any code
        return [np.asarray(file[name]) for name in names]  # what is no array may be bytes


def read_folder(folder):
    """Return the arrays in MNIST's four original files, also packed (.gz), in their order."""
    arrays = []
    most_bytes = MOST_BYTES
    for name in ORIGINAL_FILES:
        arrays.append(read_idx(find_original(folder, name), most_bytes))
        most_bytes -= arrays[-1].nbytes
    return arrays


def find_original(folder, name):
    """Return the path of one of the four files, whose name has several usual forms."""
    with_a_dot = name.replace("-idx", ".idx")
    for form in (name, f"{name}.gz", with_a_dot, f"{with_a_dot}.gz"):
        if (folder / form).is_file():
            return folder / form
    raise ValueError(f"{name} is missing in this folder")


def read_idx(path, most_bytes):
    """Return the uint8 array, of `most_bytes` or less, in a file of the format IDX, as MNIST's are,
    packed (.gz) or not.

    The format (http://yann.lecun.com/exdb/mnist): two bytes 0, a byte for the type (8: uint8), one
    for the number of dimensions, each dimension as a 4-byte integer, then all the numbers.
    """
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        begin = file.read(4)
        if begin[:3] != b"\0\0\x08":
            raise ValueError(f"{path.name} does not begin like an IDX file of bytes")
        shape = np.frombuffer(file.read(4 * begin[3]), dtype=">u4").tolist()
        size = math.prod(shape)
        limits.check_size(size, most_bytes)
        return np.frombuffer(file.read(size), dtype="uint8").reshape(shape)


def check(images, labels):
    """Raise ValueError, which says what is wrong, if these are no images and labels as MNIST's."""
    if images.shape[1:] != (28, 28) or len(images) == 0 or images.dtype != np.uint8:
        raise ValueError(f"images must be uint8 (N, 28, 28), not {images.dtype} {images.shape}")
    if images.max() <= 1:
        raise ValueError("images must go from 0 (paper) to 255 (ink), not to 1: multiply them")
    are_integers = labels.shape == (len(images),) and np.issubdtype(labels.dtype, np.integer)
    if not are_integers or labels.min() < 0 or labels.max() > 9:
        raise ValueError(
            f"labels must be integers ({len(images)},) from 0 to 9, not {labels.dtype} "
            f"{labels.shape}: {labels}"
        )


# --- Keras's downloads --------------------------------------------------------------------------


def load_from_keras(name):
    """Load "mnist" or "fashion_mnist", which Keras downloads once; returns as `load` does.

    Where the network is blocked, Keras would wait for minutes: this gives up after about half of
    one. Raises DataError.
    """
    import keras  # here, since it takes seconds, and predict.py reads only the sample

    folder = "datasets"
    file_names = ["mnist.npz"]
    if name == "fashion_mnist":
        folder = "datasets/fashion-mnist"
        file_names = [f"{file_name}.gz" for file_name in ORIGINAL_FILES]
    cache = pathlib.Path(os.environ.get("KERAS_HOME", "~/.keras"), folder).expanduser()
    timeout_before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(NEXT_ANSWER)
    try:
        if not all((cache / file_name).exists() for file_name in file_names):
            wait_for_server()
        for file_name in file_names:
            path = keras.utils.get_file(file_name, SERVER + file_name, cache_subdir=folder)
    except Exception as error:  # noqa: BLE001  a failed download raises many kinds
        raise DataError(
            f"{name} could not be downloaded: {one_line(error)}. If you have a copy: --data PATH"
        ) from None
    finally:
        socket.setdefaulttimeout(timeout_before)
    try:
        return load_path(path if name == "mnist" else pathlib.Path(path).parent)
    except DataError as error:
        raise DataError(f"{error} If it is a broken download, delete it") from None


def wait_for_server():
    """Return when the server of Keras answers; raise what is wrong if it cannot be reached.

    It has many addresses, and Python waits for each in turn: hence a limit for them all.
    """
    errors = []

    def ask():
        try:
            urllib.request.urlopen(urllib.request.Request(SERVER, method="HEAD")).close()
        except urllib.error.HTTPError:
            pass  # a refusal is an answer: Keras asks in its own way
        except Exception as error:  # noqa: BLE001  raised again below
            errors.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(FIRST_ANSWER)
    if asking.is_alive():
        raise TimeoutError(f"no answer within {FIRST_ANSWER} seconds")
    if errors:
        raise errors[0]
