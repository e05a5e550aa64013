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
DOWNLOAD = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"  # of Keras
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
    path = pathlib.Path(path).expanduser()
    try:
        is_folder = path.is_dir()
        exists = path.exists()
    except (OSError, ValueError):  # a name that no system takes
        exists = False
    if not exists:
        raise DataError(
            f"--data {path}: there is no such file. It takes mnist, fashion_mnist, sample, an .npz "
            "file like Keras's mnist.npz, or a folder with MNIST's four original files."
        )
    if is_folder:
        return load_folder(path)
    return load_npz(path)


def load_npz(path):
    """Load an .npz file like Keras's mnist.npz; returns and raises what `load_path` does."""
    if not zipfile.is_zipfile(path):
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
        raise DataError(f"--data {path} cannot be read: {error}") from None
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
            raise ValueError("it begins differently")
        dimensions = content[3]
        start = 4 + 4 * dimensions
        shape = np.frombuffer(content[4:start], dtype=">i4")
        return np.frombuffer(content, dtype="uint8", offset=start).reshape(shape)
    except (OSError, EOFError, IndexError, ValueError, zlib.error) as error:
        raise DataError(f"{path} is damaged, or not one of MNIST's four files: {error}.") from None


def check(path, images, labels):
    """Raise DataError, which says what was expected and found, if these are not 28x28 images."""
    expected = None
    if images.shape[1:] != (28, 28) or len(images) == 0:
        expected = "images of shape (N, 28, 28)"
        found = images.shape
    elif images.dtype != np.uint8:
        expected = "images of uint8"
        found = images.dtype
    elif images.max() <= 1:
        expected = "images from 0 (paper) to 255 (ink)"
        found = f"0 to {images.max()}; multiply them by 255"
    elif labels.shape != (len(images),):
        expected = f"one label for each image, of shape ({len(images)},)"
        found = labels.shape
    elif not np.issubdtype(labels.dtype, np.integer):
        expected = "integer labels"
        found = labels.dtype
    elif labels.min() < 0 or labels.max() > 9:
        expected = "labels from 0 to 9"
        found = f"{labels.min()} to {labels.max()}"
    if expected:
        raise DataError(f"--data {path} is unlike MNIST: expected {expected}, found {found}.")


def name_of(path):
    """Return what the data in a file or folder are called: its name."""
    return pathlib.Path(path).expanduser().absolute().name


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
        wait_for_answer(DOWNLOAD)
        yield
    except Exception as error:  # noqa: BLE001  a failed download raises many kinds
        reason = " ".join(str(error).split())
        raise DataError(
            f"{data_name} could not be downloaded: {reason}. Ways out: --data sample; or --data "
            f"PATH for a copy; if there is a broken one in {cache_folder()}, delete it."
        ) from None
    finally:
        socket.setdefaulttimeout(timeout_before)


def wait_for_answer(url):
    """Return when a server answers; raise OSError if it refuses, or is silent for too long.

    A server has many addresses, and Python waits for each in turn: hence a limit for them all.
    """
    errors = []
    done = threading.Event()

    def ask():
        try:
            request = urllib.request.Request(url, method="HEAD")
            urllib.request.urlopen(request).close()
        except OSError as error:
            errors.append(error)
        done.set()

    threading.Thread(target=ask, daemon=True).start()
    if not done.wait(FIRST_ANSWER):
        raise TimeoutError(f"no answer within {FIRST_ANSWER} seconds")
    if errors:
        raise errors[0]
