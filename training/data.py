"""The images to learn from: MNIST, other data that --data names, and the sample beside this file.

It also says in one line why a download or a file failed. Nothing here is about learning; you need
not read it to understand train.py.
"""

import contextlib
import gzip
import hashlib
import math
import os
import pathlib
import socket
import sys
import threading
import urllib.request
import zlib

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
MNIST_SIZE = 60_000
MNIST_BEGINS = [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]  # the labels of its first training images
MNIST_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"  # Keras's own
MNIST_SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"  # Keras checks it
FIRST_ANSWER = 30  # seconds until a server has to answer, at whichever of its addresses
NEXT_ANSWER = 10  # seconds without a byte after which a connection counts as dead
MOST_BYTES = 350_000_000  # of images, packed or not: 440,000 of them
LIGHT = 128  # from here on a pixel counts as light
RIM_OF = 0.9  # of the images: if the rim of so many is light, they have ink on white paper


class DataError(UserError):
    """Images could not be loaded."""


def find(source):
    """Return where to load from what --data says: "mnist", once Keras has it, or another source.

    Raises DataError if it is not to be had. "auto" stands for MNIST, or else for the sample.
    """
    if source == "auto":
        try:
            return find_mnist()
        except DataError as error:
            going_on = "Going on with a sample of MNIST, 7,000 images: this is NOT MNIST itself!"
            print(f"{going_on} ({error})", file=sys.stderr)
            return "sample"
    if source == "mnist":
        try:
            return find_mnist()
        except DataError as error:
            raise DataError(f"{error} Or take 7,000 of its digits: --data sample") from None
    return source


def find_mnist():
    """Return "mnist", once Keras has it on the disk, or the path of a copy in its cache, as text.

    Raises DataError if it cannot be downloaded, or if the copy is something else.
    """
    path = cache_folder() / "mnist.npz"
    if path.exists():
        return find_in_cache(path)
    import keras  # here, since it takes seconds, and predict.py reads only the sample

    with download("MNIST"):
        keras.datasets.mnist.load_data()
    return "mnist"


def load(source):
    """Load the images and labels of any `source` that `find` returns.

    Returns (images, labels) to train with and (images, labels) to test with: N images are uint8
    (N, 28, 28) from 0 (paper) to 255 (ink), their labels integers (N,) from 0 to 9. Raises
    DataError if they cannot be loaded.
    """
    if source == "sample":
        return load_path(SAMPLE)
    if source == "mnist":
        import keras  # here, since it takes seconds, and predict.py reads only the sample

        return keras.datasets.mnist.load_data()
    if source == "fashion_mnist":
        import keras

        folder = cache_folder() / "fashion-mnist"
        if folder.exists():
            with contextlib.suppress(DataError):  # where files are missing, Keras fetches them
                return load_path(folder)
        with download("Fashion-MNIST"):
            return keras.datasets.fashion_mnist.load_data()
    try:
        return load_path(source)
    except DataError as error:
        raise DataError(f"--data {error}") from None


def name_data(source, labels_train):
    """Return what the data from `source` are called; `labels_train` are integers (N,).

    `source` is None where a reader loads the data without `find`.
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
            return load_folder(path)
        if path.exists():
            return load_npz(path)
    except (OSError, RuntimeError, ValueError) as error:  # no permission, or an impossible name
        raise DataError(f"{printable(path)} cannot be read: {one_line(error)}.") from None
    raise DataError(
        f"{printable(path)}: there is no such file. It takes mnist, fashion_mnist, sample, an .npz "
        "file like Keras's mnist.npz, or a folder with MNIST's four original files."
    )


def load_npz(path):
    """Load an .npz file like Keras's mnist.npz; returns and raises what `load_path` does."""
    try:
        arrays = read_arrays(path, ARRAYS, MOST_BYTES)
    except Exception as error:  # noqa: BLE001  a damaged file fails in many ways
        raise DataError(
            f"{printable(path)} is not an .npz file that can be read: {one_line(error)}. What is "
            f"read: an .npz file with the arrays {', '.join(ARRAYS)}, or a folder with MNIST's "
            "four original files."
        ) from None
    check(path, arrays["x_train"], arrays["y_train"])
    check(path, arrays["x_test"], arrays["y_test"])
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


def read_arrays(path, names, most_bytes):
    """Return the arrays of these `names` in an .npz file, a dict.

    Raises what limits.check_zip does, and whatever Python and NumPy raise where it is damaged.
    """
    limits.check_zip(path, most_bytes)
    arrays = {}
    with np.load(path, allow_pickle=False) as file:  # a pickle could run any code
        for name in names:
            arrays[name] = np.asarray(file[name])  # what is no array may be bytes
    return arrays


def load_folder(folder):
    """Load MNIST's four original files, also packed (.gz); returns and raises as `load_path`."""
    arrays = []
    most_bytes = MOST_BYTES
    for name in ORIGINAL_FILES:
        path = find_original(folder, name)
        arrays.append(read_idx(path, most_bytes))
        most_bytes -= arrays[-1].nbytes
    images_train, labels_train, images_test, labels_test = arrays
    check(folder, images_train, labels_train)
    check(folder, images_test, labels_test)
    return (images_train, labels_train), (images_test, labels_test)


def find_original(folder, name):
    """Return the path of one of the four files, whose name has several usual forms."""
    with_a_dot = name.replace("-idx", ".idx")
    for form in (name, f"{name}.gz", with_a_dot, f"{with_a_dot}.gz"):
        if (folder / form).is_file():
            return folder / form
    raise DataError(
        f"{printable(folder)}: {name} is missing in this folder, with or without .gz. It needs "
        f"{', '.join(ORIGINAL_FILES)}; or name an .npz file."
    )


def read_idx(path, most_bytes):
    """Return the uint8 array, of `most_bytes` or less, in a file of the format IDX, as MNIST's are.

    The format (http://yann.lecun.com/exdb/mnist): two bytes 0, a byte for the type (8: uint8), one
    for the number of dimensions, each dimension as a 4-byte integer, then all the numbers.
    """
    try:
        with path.open("rb") as file:
            is_packed = file.read(2) == b"\x1f\x8b"  # so begins a file that gzip packed
        with gzip.open(path) if is_packed else path.open("rb") as file:
            begin = file.read(4)
            if begin[:3] != b"\0\0\x08":
                raise ValueError("it does not begin like an IDX file of bytes")
            shape = np.frombuffer(file.read(4 * begin[3]), dtype=">u4").tolist()
            size = math.prod(shape)
            limits.check_size(size, most_bytes)
            numbers = file.read(size + 1)
            return np.frombuffer(numbers, dtype="uint8").reshape(shape)
    except (OSError, EOFError, IndexError, ValueError, zlib.error) as error:
        raise DataError(
            f"{printable(path)} is damaged, or not one of MNIST's four files: {one_line(error)}."
        ) from None


def check(path, images, labels):
    """Raise DataError, which says what is wrong, if these are not 28x28 images and their labels."""
    if images.shape[1:] != (28, 28) or len(images) == 0:
        problem = f"the images must have the shape (N, 28, 28), not {images.shape}"
    elif images.dtype != np.uint8:
        problem = f"the images must be uint8, not {images.dtype}"
    elif labels.shape != (len(images),):
        problem = f"{len(images)} images need labels of shape ({len(images)},), not {labels.shape}"
    elif not np.issubdtype(labels.dtype, np.integer):
        problem = f"the labels must be integers, not {labels.dtype}"
    elif labels.min() < 0 or labels.max() > 9:
        problem = f"the labels must go from 0 to 9, not from {labels.min()} to {labels.max()}"
    elif images.max() <= 1:
        problem = (
            "the images must go from 0 (paper) to 255 (ink), "
            f"not from 0 to {images.max()}: multiply them by 255"
        )
    elif are_black_on_white(images):
        problem = (
            "the images must have white ink (255) on black paper (0), and have black ink on white "
            "paper: turn them over, images = 255 - images"
        )
    else:
        return
    raise DataError(f"{printable(path)} is unlike MNIST: {problem}.")


def are_black_on_white(images):
    """Return whether the rims of nearly all images, uint8 (N, 28, 28), are light."""
    rims = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1)
    light_rims = np.median(rims, axis=1) >= LIGHT
    return light_rims.mean() > RIM_OF


# --- Keras's downloads --------------------------------------------------------------------------


def cache_folder():
    """Return the folder into which Keras downloads its data."""
    keras_home = os.environ.get("KERAS_HOME", "~/.keras")
    return pathlib.Path(keras_home, "datasets").expanduser()


def find_in_cache(path):
    """Return "mnist" if a mnist.npz in Keras's cache is Keras's own, else its path as text.

    Keras takes only its own, to the last byte, and would delete any other. Raises DataError if it
    cannot be used; it stays where it is.
    """
    if path.is_file():
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == MNIST_SHA256:
                return "mnist"
    try:
        load_path(path)
    except DataError as error:
        raise DataError(f"{error} To download it anew, delete or rename it.") from None
    print(f"Found {printable(path)}: nothing to download.")
    return str(path)


@contextlib.contextmanager
def download(data_name):
    """Turn whatever goes wrong in a `with` block that downloads into a DataError.

    Where the network is blocked, Keras would wait for minutes: give up after about half of one.
    """
    timeout_before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(NEXT_ANSWER)
    try:
        wait_for_answer(MNIST_URL)
        yield
    except Exception as error:  # noqa: BLE001  a failed download raises many kinds
        raise DataError(
            f"{data_name} could not be downloaded: {one_line(error)}. If you have a copy: "
            f"--data PATH. If there is a broken one in {cache_folder()}, delete it."
        ) from None
    finally:
        socket.setdefaulttimeout(timeout_before)


def wait_for_answer(url):
    """Return when a server answers; raise what went wrong if it refuses, or is silent for too long.

    A server has many addresses, and Python waits for each in turn: hence a limit for them all.
    """
    errors = []
    done = threading.Event()

    def ask():
        try:
            request = urllib.request.Request(url, method="HEAD")
            urllib.request.urlopen(request).close()
        except Exception as error:  # noqa: BLE001  raised again below
            errors.append(error)
        finally:
            done.set()

    threading.Thread(target=ask, daemon=True).start()
    if not done.wait(FIRST_ANSWER):
        raise TimeoutError(f"no answer within {FIRST_ANSWER} seconds")
    if errors:
        raise errors[0]
