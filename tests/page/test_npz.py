"""The file that npz.js makes is one that NumPy, a ZIP program and `train.py --add` read."""

import io
import zipfile

import javascript
import numpy as np
import pytest

from training import own_digits

pytestmark = javascript.needs_node


@pytest.fixture
def make_npz():
    """Return what npz.js makes of these arrays, uint8 of any shape, as bytes."""

    def make_npz(**arrays):
        described = {
            name: {"shape": array.shape, "data": array.ravel().tolist()}
            for name, array in arrays.items()
        }
        code = 'const { makeNpz } = require("./npz.js"); return [...makeNpz(arrays)];'
        return bytes(javascript.run(code, arrays=described))

    return make_npz


@pytest.mark.parametrize("count", [1, 2, 300])
def test_numpy_reads_images_and_labels_as_they_were(make_npz, sample, count):
    images, labels = (part[:count].astype("uint8") for part in sample[1])
    content = make_npz(images=images, labels=labels)
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        assert sorted(file.files) == ["images", "labels"]
        for name, expected in (("images", images), ("labels", labels)):
            assert file[name].dtype == np.uint8
            assert np.array_equal(file[name], expected)


def test_every_byte_and_any_shape_survives(make_npz):
    arrays = {
        "all_bytes": np.arange(256, dtype="uint8").reshape((2, 4, 32)),
        "nothing": np.zeros((0, 28, 28), "uint8"),
        "a_long_name_" * 5: np.array([7], "uint8"),
    }
    with np.load(io.BytesIO(make_npz(**arrays)), allow_pickle=False) as file:
        assert len(file.files) == 3
        for name, expected in arrays.items():
            assert file[name].shape == expected.shape
            assert np.array_equal(file[name], expected)


def test_the_file_is_a_sound_zip_whose_checksums_are_right(make_npz):
    content = make_npz(labels=np.array([3, 1, 4], "uint8"), images=np.ones((3, 28, 28), "uint8"))
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        assert file.testzip() is None
        assert file.namelist() == ["labels.npy", "images.npy"]
        for member in file.infolist():
            assert member.date_time == (1980, 1, 1, 0, 0, 0)
            assert member.compress_type == zipfile.ZIP_STORED
    damaged = content.replace(b"\x03\x01\x04", b"\x03\x01\x05")
    with zipfile.ZipFile(io.BytesIO(damaged)) as file:
        assert file.testzip() == "labels.npy"  # the checksum tells


def test_the_header_of_each_array_has_the_length_that_numpy_s_has(make_npz):
    array = np.arange(10, dtype="uint8")
    expected = io.BytesIO()
    np.save(expected, array)
    with zipfile.ZipFile(io.BytesIO(make_npz(labels=array))) as file:
        here = file.read("labels.npy")
    assert len(here) == len(expected.getvalue())
    assert here.index(b"\n") == expected.getvalue().index(b"\n")


def test_train_py_takes_the_file_as_own_digits(make_npz, sample, tmp_path):
    images, labels = (part[:30].astype("uint8") for part in sample[1])
    path = tmp_path / "my_digits.npz"
    path.write_bytes(make_npz(images=images, labels=labels))
    own = own_digits.load([path])
    assert np.array_equal(own.images, images)
    assert np.array_equal(own.labels, labels)
