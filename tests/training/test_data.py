"""What data.py does: it reads the files that people have, and says what is wrong with others."""

import gzip
import io
import os
import pathlib
import shutil
import socket
import time
import urllib.error
import urllib.request

import keras
import numpy as np
import pytest
from helpers import assert_one_line, make_pipe, needs_unix_files

from training import data


def assert_refused(function, *arguments, words=()):
    """Check that a call raises DataError, whose text is one line with these words in it."""
    with pytest.raises(data.DataError) as error:
        function(*arguments)
    assert_one_line(str(error.value), *words)


def assert_same_sets(sets, others):
    for (images, labels), (other_images, other_labels) in zip(sets, others, strict=True):
        assert np.array_equal(images, other_images)
        assert np.array_equal(labels, other_labels)


def read_npz(path):
    with np.load(path) as file:
        return (file["x_train"], file["y_train"]), (file["x_test"], file["y_test"])


# --- Names --------------------------------------------------------------------------------------

LIKE_MNIST = np.array([*data.MNIST_BEGINS, *range(10)] * 3000, "uint8")


def test_only_the_whole_of_mnist_is_called_mnist_and_other_data_as_their_file_or_folder():
    assert len(LIKE_MNIST) == 60_000
    for source, labels, name in (
        ("mnist", LIKE_MNIST, "MNIST"),
        ("copies/my_copy.npz", LIKE_MNIST, "MNIST"),
        ("mnist", LIKE_MNIST[:1000], "a part of MNIST"),
        ("as_large.npz", LIKE_MNIST[::-1], "as_large.npz"),
        ("~/mine.npz", LIKE_MNIST[:50_000], "mine.npz"),
        ("sample", LIKE_MNIST[:100], "MNIST sample (7,000 digits)"),
        ("fashion_mnist", LIKE_MNIST, "Fashion-MNIST"),
        ("data/FashionMNIST/raw", LIKE_MNIST[::-1], "FashionMNIST"),
        (None, LIKE_MNIST[:100], "your own data"),
    ):
        assert data.name_data(source, labels) == name


def test_what_is_called_fashion_is_taken_for_clothes():
    assert data.name_classes("My-Fashion.npz")[:2] == ["T-shirt", "Trouser"]
    assert data.name_classes("My-Fashion.npz", 2) == ["0", "1"]


# --- The sample and .npz files ------------------------------------------------------------------


def test_the_sample_is_the_first_tenth_of_mnist():
    train_set, test_set = data.load("sample")
    images_train, labels_train = train_set
    assert images_train.shape == (6000, 28, 28)
    assert test_set[0].shape == (1000, 28, 28)
    assert labels_train[:10].tolist() == data.MNIST_BEGINS
    assert set(test_set[1]) == set(range(10))
    if "MNIST_NPZ" in os.environ:
        mnist_train, mnist_test = read_npz(os.environ["MNIST_NPZ"])
        mnist = [[array[:6000] for array in mnist_train], [array[:1000] for array in mnist_test]]
        assert_same_sets((train_set, test_set), mnist)


def test_an_npz_file_is_read_as_it_is_also_below_the_home_folder(tiny_npz):
    shutil.copy(tiny_npz, pathlib.Path("~/mine.npz").expanduser())
    for path in (str(tiny_npz), "~/mine.npz"):
        assert_same_sets(data.load_path(path), read_npz(tiny_npz))
    assert_refused(data.load, "~nobody-here/mine.npz", words=["~nobody-here", "home"])


INK = np.full((400, 28, 28), 255, dtype=np.uint8)
LABELS = np.zeros(400, dtype=np.uint8)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"y_test": None}, "y_test"),
        ({"x_train": INK.reshape((400, 784))}, "(400, 784)"),
        ({"x_test": INK[:0], "y_test": LABELS[:0]}, "(0, 28, 28)"),
        ({"x_test": INK}, "(400,)"),
        ({"x_train": INK // 255}, "multiply them"),
        ({"y_train": LABELS + 10}, "0 to 9"),
        ({"y_train": LABELS.astype(int) - 1}, "0 to 9"),
        ({"x_train": INK.astype(np.float32)}, "float32"),
        ({"y_train": LABELS.astype(float)}, "float64"),
        ({"y_train": LABELS.astype(object)}, "allow_pickle=False"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else value,
)
def test_an_npz_file_with_wrong_arrays_is_refused(changes, word, tiny_npz, tmp_path):
    with np.load(tiny_npz) as file:
        arrays = dict(file) | changes
    path = tmp_path / "changed.npz"
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    assert_refused(data.load_path, path, words=[str(path), word])


def test_a_file_that_is_damaged_or_of_another_kind_is_told_what_is_read(tiny_npz, tmp_path):
    content = tiny_npz.read_bytes()
    for name, part in (
        ("half.npz", content[: len(content) // 2]),
        ("header.npz", content.replace(b"{'descr'", b"('descr'")),  # no longer Python
        ("train.csv", b"label,pixel0,pixel1\n5,0,0\n"),
    ):
        path = tmp_path / name
        path.write_bytes(part)
        words = [str(path), "cannot be read", "an .npz file with the arrays", "four original files"]
        assert_refused(data.load_path, path, words=words)
    assert_refused(data.load, "a\x1b[31m.npz", words=["a\\x1b[31m.npz", "No such file"])


@needs_unix_files
def test_a_device_and_a_pipe_are_refused_unread(tmp_path):
    for path in ("/dev/zero", make_pipe(tmp_path / "pipe")):
        assert_refused(data.load, str(path), words=[str(path), "no regular file"])


# --- MNIST's four original files ----------------------------------------------------------------


def write_originals(folder, sets, form="{}"):
    """Write the four files with names of some form: "{}.gz" are packed."""
    folder.mkdir(parents=True)
    arrays = [array for images_and_labels in sets for array in images_and_labels]
    for name, array in zip(data.ORIGINAL_FILES, arrays, strict=True):
        header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, dtype=">i4").tobytes()
        content = header + array.tobytes()
        if form.endswith(".gz"):
            content = gzip.compress(content)
        (folder / form.format(name)).write_bytes(content)


@pytest.mark.parametrize("form", ["{}", "{}.gz"])
def test_the_four_original_files_are_read_in_their_usual_forms(tiny_npz, tmp_path, form):
    sets = read_npz(tiny_npz)
    write_originals(tmp_path / "raw", sets, form)
    assert_same_sets(data.load_path(tmp_path / "raw"), sets)
    for path in list((tmp_path / "raw").iterdir()):
        path.rename(path.with_name(path.name.replace("-idx", ".idx")))
    for name in data.ORIGINAL_FILES:  # as they come from Kaggle: each in a folder, too
        (tmp_path / "raw" / name).mkdir()
        (tmp_path / "raw" / f"{name}.part").touch()  # and what a download left
    assert_same_sets(data.load_path(tmp_path / "raw"), sets)


def test_a_folder_without_the_four_files_is_told_which_one_is_missing(tiny_npz, tmp_path):
    folder = tmp_path / "raw"
    write_originals(folder, read_npz(tiny_npz))
    (folder / "t10k-labels-idx1-ubyte").unlink()
    assert_refused(data.load_path, folder, words=["t10k-labels-idx1-ubyte is missing"])


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(b"<!DOCTYPE html>"),
        gzip.compress(bytes(9000))[:20],
        gzip.compress(b"\0\0\x08\x03" + 3 * b"\x7f\xff\xff\xff"),
        gzip.compress(b"\0\0\x08\x01\0\0\0\x05" + bytes(3)),
    ],
    ids=["page", "cut", "huge", "short"],
)
def test_a_damaged_original_file_is_refused(tiny_npz, tmp_path, content):
    folder = tmp_path / "raw"
    write_originals(folder, read_npz(tiny_npz), "{}.gz")
    (folder / "train-images-idx3-ubyte.gz").write_bytes(content)
    assert_refused(data.load_path, folder, words=[str(folder), "cannot be read"])


def test_the_four_files_may_have_so_many_bytes_together(tiny_npz, tmp_path, monkeypatch):
    sets = read_npz(tiny_npz)
    write_originals(tmp_path / "raw", sets, "{}.gz")
    number = sum(array.nbytes for images_and_labels in sets for array in images_and_labels)
    monkeypatch.setattr(data, "MOST_BYTES", number - 1)
    assert_refused(data.load_path, tmp_path / "raw", words=["too many"])


# --- Keras's cache and the download -------------------------------------------------------------


@pytest.fixture
def keras_cache():
    """Keras's empty cache folder in the tests' own home, emptied again afterwards."""
    folder = pathlib.Path(os.environ["KERAS_HOME"], "datasets")
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    shutil.rmtree(folder)


def test_cached_fashion_mnist_needs_no_network(keras_cache, tiny_npz):
    sets = read_npz(tiny_npz)
    write_originals(keras_cache / "fashion-mnist", sets, "{}.gz")
    assert_same_sets(data.load("fashion_mnist"), sets)


def test_without_a_network_a_download_is_refused_also_one_that_was_stopped(
    keras_cache, tiny_npz, monkeypatch
):
    words = ["fashion_mnist", "could not be downloaded", "--data PATH"]
    assert_refused(data.load, "fashion_mnist", words=words)
    write_originals(keras_cache / "fashion-mnist", read_npz(tiny_npz), "{}.gz")
    (keras_cache / "fashion-mnist" / "t10k-images-idx3-ubyte.gz").unlink()
    assert_refused(data.load, "fashion_mnist", words=words)
    monkeypatch.setattr(data, "SERVER", "an unknown server/")  # which is asked first here, too
    assert_refused(data.load, "fashion_mnist", words=["unknown url type: 'an unknown server/'"])


@pytest.mark.parametrize(
    ("name", "path"),
    [("mnist", "mnist.npz"), ("fashion_mnist", "fashion-mnist/t10k-images-idx3-ubyte.gz")],
)
def test_a_broken_copy_in_the_cache_is_named_with_its_cure_and_stays(
    keras_cache, tiny_npz, name, path
):
    write_originals(keras_cache / "fashion-mnist", read_npz(tiny_npz), "{}.gz")
    path = keras_cache / path
    path.write_bytes(b"broken")  # Keras alone would delete it
    assert_refused(data.load, name, words=[str(keras_cache), "cannot be read", "delete it"])
    assert path.read_bytes() == b"broken"


def test_without_mnist_auto_goes_on_with_the_sample_and_says_so(keras_cache, capsys):
    source, ((images, _), _) = data.load_or_sample("auto")
    assert (source, len(images)) == ("sample", 6000)
    assert_one_line(capsys.readouterr().err, "NOT MNIST", "mnist could not be downloaded")


def test_cached_mnist_needs_no_network(keras_cache, tiny_npz):
    shutil.copy(tiny_npz, keras_cache / "mnist.npz")
    for source in ("auto", "mnist"):
        found, loaded = data.load_or_sample(source)
        assert found == "mnist"
        assert_same_sets(loaded, read_npz(tiny_npz))


def test_a_server_that_answers_or_refuses_is_asked_and_one_that_is_silent_or_away_given_up(
    keras_cache, tiny_npz, monkeypatch
):
    assert 5 <= data.NEXT_ANSWER < data.FIRST_ANSWER <= 60  # seconds, not milliseconds or minutes
    monkeypatch.setattr(data, "FIRST_ANSWER", 0.5)
    limits_of_time = []
    downloaded = []

    def download(name, origin, cache_subdir):
        downloaded.append((name, origin, cache_subdir))
        return str(tiny_npz)

    monkeypatch.setattr(keras.utils, "get_file", download)

    def answer_after(seconds, error=None):
        def answer(request):
            limits_of_time.append(socket.getdefaulttimeout())
            time.sleep(seconds)
            if error is not None:
                raise error
            return io.BytesIO()

        monkeypatch.setattr(urllib.request, "urlopen", answer)

    answer_after(0.1)
    assert_same_sets(data.load("mnist"), read_npz(tiny_npz))
    answer_after(0, urllib.error.HTTPError(data.SERVER, 403, "not this way", None, None))
    assert_same_sets(data.load("mnist"), read_npz(tiny_npz))
    assert set(downloaded) == {("mnist.npz", f"{data.SERVER}mnist.npz", "datasets")}
    answer_after(0, OSError("no route to the server"))
    assert_refused(data.load, "mnist", words=["could not be downloaded: no route to the server"])
    answer_after(2)
    begin = time.monotonic()
    assert_refused(data.load, "mnist", words=["no answer within 0.5 seconds"])
    assert 0.5 <= time.monotonic() - begin < 1.5
    assert limits_of_time == [data.NEXT_ANSWER] * 4
    assert socket.getdefaulttimeout() is None  # the limit is for the download alone
