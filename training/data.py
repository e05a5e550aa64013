"""Images that Keras does not download: the sample beside this file, and your own files.

It also says in one line why a download failed. Nothing here is about learning; you need not read it
to understand train.py.
"""

import contextlib
import gzip
import os
import pathlib
import socket
import threading
import urllib.request
import zipfile
import zlib

import numpy as np

from training import files

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
MNIST_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"  # Keras's own
FIRST_ANSWER = 30  # seconds until a server has to answer, at whichever of its addresses
NEXT_ANSWER = 10  # seconds without a byte after which a connection counts as dead


class DataError(Exception):
    """Images could not be loaded; the text is one line that says why and what to do."""


def load_path(path):
    """Load an .npz file, or a folder with MNIST's four original files.

    Returns (images, labels) to train with and (images, labels) to test with: N images are uint8
    (N, 28, 28) from 0 (paper) to 255 (ink), their labels integers (N,) from 0 to 9. Raises
    DataError if they cannot be read or are something else.
    """
    try:
        path = pathlib.Path(path).expanduser()
        if path.is_dir():
            return load_folder(path)
        if path.exists():
            return load_npz(path)
    except (OSError, RuntimeError, ValueError) as error:  # no permission, or an impossible name
        raise DataError(f"--data {path} cannot be read: {error}.") from None
    raise DataError(
        f"--data {path}: there is no such file. It takes mnist, fashion_mnist, sample, an .npz "
        "file like Keras's mnist.npz, or a folder with MNIST's four original files."
    )


def load_npz(path):
    """Load an .npz file like Keras's mnist.npz; returns and raises what `load_path` does."""
    with path.open("rb") as file:
        if not zipfile.is_zipfile(file):
            raise DataError(
                f"--data {path} is not an .npz file (or only a part of one). What is read: an .npz "
                "file like Keras's mnist.npz, or the folder with MNIST's four original files."
            )
    arrays = {}
    try:
        with np.load(path, allow_pickle=False) as file:  # a pickle could run any code
            for name in ("x_train", "y_train", "x_test", "y_test"):
                arrays[name] = np.asarray(file[name])  # what is no array may be bytes
    except Exception as error:  # noqa: BLE001  a damaged file fails in many ways
        raise DataError(f"--data {path} cannot be read: {files.one_line(error)}") from None
    check(path, arrays["x_train"], arrays["y_train"])
    check(path, arrays["x_test"], arrays["y_test"])
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])


def load_folder(folder):
    """Load MNIST's four original files, also packed (.gz); returns and raises as `load_path`."""
    arrays = []
    for name in ORIGINAL_FILES:
        path = find_original(folder, name)
        arrays.append(read_idx(path))
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
        f"--data {folder}: {name} is missing in this folder, with or without .gz. It needs "
        f"{', '.join(ORIGINAL_FILES)}; or name an .npz file."
    )


def read_idx(path):
    """Return the uint8 array in a file of the format IDX, in which MNIST was published.

    The format (http://yann.lecun.com/exdb/mnist): two bytes 0, a byte for the type (8: uint8), one
    for the number of dimensions, each dimension as a 4-byte integer, then all the numbers.
    """
    try:
        content = path.read_bytes()
        if content.startswith(b"\x1f\x8b"):  # so begins a file that gzip packed
            content = gzip.decompress(content)
        if content[:3] != b"\0\0\x08":
            raise ValueError("it does not begin like an IDX file of bytes")
        dimensions = content[3]
        start = 4 + 4 * dimensions
        shape = np.frombuffer(content[4:start], dtype=">i4")
        return np.frombuffer(content, dtype="uint8", offset=start).reshape(shape)
    except (OSError, EOFError, IndexError, ValueError, zlib.error) as error:
        raise DataError(f"{path} is damaged, or not one of MNIST's four files: {error}.") from None


def check(path, images, labels):
    """Raise DataError, which says what is wrong, if these are not 28x28 images and their labels."""
    if images.shape[1:] != (28, 28) or len(images) == 0:
        problem = f"the images must have the shape (N, 28, 28), not {images.shape}"
    elif images.dtype != np.uint8:
        problem = f"the images must be uint8, not {images.dtype}"
    elif images.max() <= 1:
        problem = (
            "the images must go from 0 (paper) to 255 (ink), "
            f"not from 0 to {images.max()}: multiply them by 255"
        )
    elif labels.shape != (len(images),):
        problem = f"{len(images)} images need labels of shape ({len(images)},), not {labels.shape}"
    elif not np.issubdtype(labels.dtype, np.integer):
        problem = f"the labels must be integers, not {labels.dtype}"
    elif labels.min() < 0 or labels.max() > 9:
        problem = f"the labels must go from 0 to 9, not from {labels.min()} to {labels.max()}"
    else:
        return
    raise DataError(f"--data {path} is unlike MNIST: {problem}.")


def name_of(path):
    """Return the last part of a path, as the name of the data in that file or folder."""
    path = pathlib.Path(path).expanduser().absolute()
    if path.name == "raw":  # as PyTorch stores them: FashionMNIST/raw
        path = path.parent
    return path.name


def name_classes(data_name):
    """Return the names of the ten classes: clothes if the data are called fashion, else digits."""
    if "fashion" in data_name.lower():
        return CLOTHES
    return DIGITS


def cache_folder():
    """Return the folder into which Keras downloads its data."""
    keras_home = os.environ.get("KERAS_HOME", "~/.keras")
    return pathlib.Path(keras_home, "datasets").expanduser()


def load_cached(name):
    """Return what `load_path` does from `name` in Keras's cache, or None if it is not there.

    Keras itself takes only a mnist.npz that is its own to the last byte, and deletes any other.
    """
    path = cache_folder() / name
    if not path.exists():
        return None
    try:
        sets = load_path(path)
    except DataError:
        return None  # probably a download that was cut off: Keras will try again
    print(f"Found {path}: nothing to download.")
    return sets


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
            f"{data_name} could not be downloaded: {files.one_line(error)}. "
            "Ways out: --data sample; or --data PATH for a copy; "
            f"if there is a broken one in {cache_folder()}, delete it."
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
