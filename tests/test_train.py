"""What train.py does: its five steps, its three networks, what it prints and leaves, and what is
never lost, whatever a reader changes in it.
"""

import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time
import warnings

import keras
import numpy as np
import pytest
from conftest import ENVIRONMENT, ROOT, run_here
from helpers import (
    FILES,
    NAMESPACE,
    TRAINING_MOVES,
    assert_one_line,
    assert_whole,
    can_mount,
    contents,
    needs_unix_signals,
    read_only,
    read_until,
    without_greeting,
)

import train
from training import data


@pytest.fixture
def main(tmp_path):
    """Run train.main with options in this process; return its metrics and its folder."""

    def main(*options):
        finished = run_here(tmp_path / "outputs", options)
        return finished.metrics, finished.outputs

    return main


def load_model(outputs):
    """Load the model that a run left, in Keras's default safe mode, which shall not warn."""
    with warnings.catch_warnings(action="error", category=UserWarning):
        return keras.saving.load_model(outputs / "model.keras")


def same_weights(model, other):
    pairs = zip(model.get_weights(), other.get_weights(), strict=True)
    return all(np.array_equal(mine, theirs) for mine, theirs in pairs)


# --- Steps 1 and 2: load and preprocess ---------------------------------------------------------


def test_the_sample_and_files_are_loaded_under_their_names(tiny_npz):
    for source, size, name in (
        ("sample", 6000, "MNIST sample (7,000 digits)"),
        (tiny_npz, 400, "tiny.npz"),
    ):
        (images, labels), _, data_name = train.load_data(str(source))
        assert images.shape == (size, 28, 28)
        assert labels.shape == (size,)
        assert data_name == name


def test_images_become_rows_of_784_float32_between_0_and_1(sample):
    (images, _), _ = sample
    pixels = np.asarray(train.preprocess_images(images))
    assert pixels.shape == (6000, 784)
    assert pixels.dtype == np.float32
    assert (pixels.min(), pixels.max()) == (0, 1)
    expected = images.reshape((6000, 784)).astype("float32") / 255
    assert np.abs(pixels - expected).max() < 1e-6


def test_labels_become_one_hot_rows():
    rows = train.preprocess_labels(np.array([3, 0, 9], dtype=np.uint8))
    assert rows.shape == (3, 10)
    assert np.array_equal(rows, np.eye(10)[[3, 0, 9]])


# --- Step 3: build ------------------------------------------------------------------------------


def layers_of(model):
    """Each layer as (kind, size, activation): ("Dense", 512, "relu"), ("Dropout", 0.2, None)."""
    return [
        (
            type(layer).__name__,
            getattr(layer, "units", getattr(layer, "rate", None)),
            layer.activation.__name__ if hasattr(layer, "activation") else None,
        )
        for layer in model.layers
    ]


def test_the_dense_network_is_the_classic_recipe():
    model = train.build_dense()
    assert layers_of(model) == [("Dense", 512, "relu"), ("Dense", 10, "softmax")]
    assert model.count_params() == 407_050
    assert type(model.optimizer) is keras.optimizers.RMSprop
    assert model.loss == "categorical_crossentropy"


def test_the_dropout_network_is_the_one_of_tensorflow_s_quickstart():
    model = train.build_dropout()
    assert layers_of(model) == [
        ("Dense", 128, "relu"),
        ("Dropout", 0.2, None),
        ("Dense", 10, "linear"),
    ]
    assert model.count_params() == 784 * 128 + 128 + 128 * 10 + 10
    assert type(model.optimizer) is keras.optimizers.Adam
    assert model.loss.name == "categorical_crossentropy"
    assert model.loss.from_logits


def test_the_convnet_is_made_of_convolutions():
    kinds = [kind for kind, _, _ in layers_of(train.build_convnet())]
    assert kinds.count("Conv2D") >= 3
    assert kinds[-1] == "Dense"


@pytest.mark.parametrize("name", ["dense", "dropout", "convnet"])
def test_every_network_reads_rows_of_784_and_answers_ten_numbers_and_its_accuracy(name):
    build_model = train.MODELS[name][0]
    model = build_model()
    pixels = np.zeros((3, 784), "float32")
    onehot = np.eye(10)[:3]
    assert model.input_shape == (None, 784)
    assert model.predict(pixels, verbose=0).shape == (3, 10)
    assert list(model.evaluate(pixels, onehot, verbose=0, return_dict=True)) == ["accuracy", "loss"]


def test_the_defaults_are_the_recipe():
    args = train.parse_arguments([])
    assert (args.model, args.data, args.outputs) == ("dense", "auto", "outputs")
    assert (args.validation_split, args.seed) == (0, 0)
    assert train.MODELS["dense"][1:] == (5, 128)
    assert train.MODELS["dropout"][1:] == (5, 32)


# --- Step 4: train ------------------------------------------------------------------------------


def test_the_weights_are_those_of_the_plain_recipe_bit_for_bit(sample, finished):
    (images, labels), _ = sample
    keras.utils.set_random_seed(0)
    x_train = images.reshape((6000, 28 * 28)).astype("float32") / 255
    y_train = keras.utils.to_categorical(labels)
    model = keras.Sequential()
    model.add(keras.Input((28 * 28,)))
    model.add(keras.layers.Dense(512, activation="relu"))
    model.add(keras.layers.Dense(10, activation="softmax"))
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train, y_train, epochs=5, batch_size=128, verbose=0)
    assert same_weights(load_model(finished.outputs), model)


def test_a_validation_split_that_leaves_nothing_to_train_on_is_refused(sample):
    (images, labels), _ = sample
    x = train.preprocess_images(images[:50])
    y = train.preprocess_labels(labels[:50])
    with pytest.raises(data.DataError) as error:
        train.train(train.build_dense(), x, y, 1, 128, 0.99)
    assert_one_line(str(error.value), "--validation-split")


def test_a_validation_split_is_kept_aside_and_shows_in_the_metrics(main, tiny_npz):
    metrics, _ = main("--data", tiny_npz, "--epochs", 2, "--validation-split", 0.1)
    assert (metrics["train_size"], metrics["validation_size"]) == (360, 40)
    assert set(metrics["history"]) == {"accuracy", "loss", "val_accuracy", "val_loss"}
    assert len(metrics["history"]["val_accuracy"]) == 2


def test_the_convnet_learns_and_reads_digits_that_are_moved(sample):
    (images, labels), (images_test, labels_test) = sample
    keras.utils.set_random_seed(0)
    model = train.build_convnet()
    x_train = train.preprocess_images(images[:2000])
    y_train = train.preprocess_labels(labels[:2000])
    model.fit(x_train, y_train, epochs=4, batch_size=64, verbose=0)

    def accuracy(images):
        predicted = model.predict(train.preprocess_images(images), verbose=0).argmax(axis=1)
        return np.mean(predicted == labels_test)

    # Seeds 0 and 1 gave 93% and 94%; with a learning rate of 3.0, 65% and 53%.
    assert accuracy(images_test) > 0.85
    # Seeds 0 and 1 gave 86% and 86%; without the random layers, 70% and 73%.
    moved_down = np.roll(images_test, 3, axis=1)
    moved_up_and_left = np.roll(images_test, (-2, -2), axis=(1, 2))
    assert (accuracy(moved_down) + accuracy(moved_up_and_left)) / 2 > 0.79


# --- What is on the screen ----------------------------------------------------------------------


def test_the_screen_shows_the_five_steps_in_order(finished):
    steps = ["load", "preprocess", "build", "train", "evaluate"]
    shown = re.findall(r"^Step (\d) of 5: (\w+)", finished.stdout, re.MULTILINE)
    assert shown == [(str(number), step) for number, step in enumerate(steps, 1)]


def test_the_screen_shows_shapes_a_label_before_and_after_and_the_summary(finished):
    assert "(6000, 28, 28) uint8" in finished.stdout
    assert "(6000, 28, 28), 0 to 255" in finished.stdout
    assert "(1000, 28, 28) uint8" in finished.stdout
    assert "(6000, 784), 0 to 1\n" in finished.stdout
    assert re.search(r"\b5 -> \[0 0 0 0 0 1 0 0 0 0\]", finished.stdout)
    assert "407,050" in finished.stdout


def test_every_epoch_s_bar_counts_to_the_number_of_batches(finished):
    for epoch in range(1, 6):
        assert f"Epoch {epoch}/5" in finished.stdout
    assert finished.stdout.count("47/47") >= 5  # 6,000 images, 128 a batch


def test_the_screen_says_what_the_network_says_of_the_first_four_test_digits(finished, sample):
    _, (images, labels) = sample
    model = load_model(finished.outputs)
    predicted = model.predict(train.preprocess_images(images[:4]), verbose=0).argmax(axis=1)
    first_labels = ", ".join(map(str, labels[:4]))
    answers = ", ".join(map(str, predicted))
    assert f"test images are {first_labels}\n" in finished.stdout
    assert re.search(rf"network says +{answers}\n", finished.stdout)


def test_the_last_lines_are_the_test_accuracy_and_the_paths_of_what_was_saved(finished):
    last_lines = finished.stdout.rstrip().splitlines()[-len(FILES) - 4 :]
    accuracy = finished.metrics["test_accuracy"]
    assert f"{accuracy:.2%}" in last_lines[0]
    assert f"{round(1000 * (1 - accuracy))} of 1,000 wrong" in last_lines[0]
    assert {line.strip() for line in last_lines[3:-1]} == {
        str(finished.outputs / name) for name in FILES
    }
    assert str(finished.outputs / "draw.html") in last_lines[-1]


def test_a_run_writes_nothing_to_stderr_but_tensorflow_s_greeting(finished):
    assert without_greeting(finished.stderr) == ""


# --- What is left in outputs --------------------------------------------------------------------


def test_a_run_leaves_these_files_and_no_others(finished):
    assert {path.name for path in finished.outputs.iterdir()} == FILES
    assert_whole(finished.outputs)


def test_metrics_say_what_ran_on_what_with_which_result(finished):
    metrics = finished.metrics
    expected = {
        "dataset": "MNIST sample (7,000 digits)",
        "class_names": list("0123456789"),
        "model": "dense",
        "seed": 0,
        "epochs": 5,
        "batch_size": 128,
        "train_size": 6000,
        "validation_size": 0,
        "test_size": 1000,
        "interrupted": False,
    }
    assert {name: metrics[name] for name in expected} == expected
    assert 0.88 < metrics["test_accuracy"] < 0.98
    assert metrics["test_loss"] > 0
    assert {name: len(values) for name, values in metrics["history"].items()} == {
        "accuracy": 5,
        "loss": 5,
    }
    assert metrics["history"]["loss"][-1] < metrics["history"]["loss"][0]


def test_metrics_say_how_long_it_took_and_with_which_versions(finished):
    seconds = finished.metrics["seconds"]
    versions = finished.metrics["versions"]
    assert 0 < seconds["train"] < seconds["total"]
    assert versions["python"] == ".".join(map(str, sys.version_info[:3]))
    assert versions["keras"] == keras.version()
    assert re.match(r"\d+\.\d+", versions[versions["backend"]])


def test_the_saved_model_predicts_exactly_what_the_run_predicted(finished, sample):
    _, (images, labels) = sample
    model = load_model(finished.outputs)
    pixels = train.preprocess_images(images)
    onehot = train.preprocess_labels(labels)
    loss, accuracy = model.evaluate(pixels, onehot, batch_size=1000, verbose=0)
    assert loss == finished.metrics["test_loss"]
    assert accuracy == pytest.approx(finished.metrics["test_accuracy"], abs=1e-6)


def test_the_saved_model_answers_what_numpy_computes_from_its_weights(finished, sample):
    _, (images, labels) = sample
    model = load_model(finished.outputs)
    hidden_weights, hidden_bias, output_weights, output_bias = model.get_weights()
    pixels = images.reshape((-1, 784)).astype("float32") / 255
    hidden = np.maximum(pixels @ hidden_weights + hidden_bias, 0)
    logits = hidden @ output_weights + output_bias
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)

    assert np.allclose(model.predict(pixels, verbose=0), probabilities, atol=1e-5)
    accuracy = np.mean(probabilities.argmax(axis=1) == labels)
    assert accuracy == pytest.approx(finished.metrics["test_accuracy"])


def test_every_network_is_saved_with_probabilities_as_its_answers(finished_other, tiny_npz):
    model = load_model(finished_other.outputs)
    _, (images, labels) = data.load_path(tiny_npz)
    probabilities = model.predict(train.preprocess_images(images), verbose=0)
    assert probabilities.min() >= 0
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    accuracy = np.mean(probabilities.argmax(axis=1) == labels)
    assert accuracy == finished_other.metrics["test_accuracy"]


def test_a_network_of_clothes_says_so_in_its_metrics_and_on_the_screen(tiny_npz, tmp_path):
    path = shutil.copy(tiny_npz, tmp_path / "my $fashion$.npz")
    finished = run_here(tmp_path / "outputs", ["--data", path, "--epochs", 1])
    _, (_, labels) = data.load_path(tiny_npz)
    first = [data.CLOTHES[label] for label in labels[:4]]
    assert "test images are " + ", ".join(first) in finished.stdout
    assert finished.metrics["class_names"] == data.CLOTHES
    assert finished.metrics["dataset"] == "my $fashion$.npz"


# --- The same seed, and the whole of MNIST ------------------------------------------------------


def assert_same_networks_and_numbers(outputs, other):
    assert same_weights(load_model(outputs), load_model(other))
    mine, theirs = (json.loads((o / "metrics.json").read_text()) for o in (outputs, other))
    for name in ("history", "test_accuracy", "test_loss"):
        assert mine[name] == theirs[name]


def test_the_same_seed_gives_the_same_network_bit_for_bit(main, finished_other, tiny_npz):
    model = finished_other.metrics["model"]
    options = ["--model", model, "--data", tiny_npz, "--epochs", 1, "--batch-size", 16]
    _, outputs = main(*options, "--seed", 7)
    assert_same_networks_and_numbers(outputs, finished_other.outputs)


def test_another_seed_gives_another_network(main, finished):
    metrics, _ = main("--data", "sample", "--seed", 1, "--epochs", 1)
    assert metrics["history"]["loss"][0] != finished.metrics["history"]["loss"][0]


def test_the_recipe_reads_at_least_97_percent_of_mnist(finished_mnist):
    metrics = finished_mnist.metrics
    stdout = finished_mnist.stdout
    assert (metrics["train_size"], metrics["test_size"]) == (60_000, 10_000)
    # Ten seeds gave 97.6% to 98.2%; the same seed differs by 0.2 from one processor to another.
    assert metrics["test_accuracy"] >= 0.97
    wrong = round(10_000 * (1 - metrics["test_accuracy"]))
    assert f"{wrong} of 10,000 wrong" in stdout
    assert "The first four test images are 7, 2, 1, 0" in stdout
    assert "NOT MNIST" not in stdout
    for epoch in stdout.split("Epoch ")[1:]:
        assert len(set(re.findall(r"(\d+)/469", epoch))) >= 5  # the bar keeps moving


# --- What a reader changes, and what is never lost ----------------------------------------------


def compiled(model, optimizer="rmsprop", loss="categorical_crossentropy", metrics=None):
    model.compile(optimizer=optimizer, loss=loss, metrics=metrics)
    return model


def classic(*layers, inputs=(784,), **settings):
    """The classic network with other layers before its last, or compiled in another way."""
    last = keras.layers.Dense(10, activation="softmax")
    model = keras.Sequential([keras.Input(inputs), *layers, last])
    return compiled(model, **settings)


def functional():
    """The network of TensorFlow's quickstart, with logits, as a functional model."""
    inputs = keras.Input((784,))
    hidden = keras.layers.Dropout(0.2)(keras.layers.Dense(128, activation="relu")(inputs))
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    return compiled(keras.Model(inputs, keras.layers.Dense(10)(hidden)), loss=loss)


def as_images(images):
    return images.astype("float32") / 255


def as_images_with_a_channel(images):
    return as_images(images)[..., np.newaxis]


def bare_labels(labels):
    return labels


def with_bare_labels():
    return classic(loss="sparse_categorical_crossentropy", metrics=["accuracy"])


def with_flatten():
    return classic(keras.layers.Flatten(), inputs=(28, 28))


def with_convolution():
    convolution = keras.layers.Conv2D(4, 3, strides=3)
    return classic(convolution, keras.layers.Flatten(), inputs=(28, 28, 1))


def without_metrics():
    return classic(keras.layers.Dense(32, activation="relu"))


def with_another_metric_first():
    return classic(metrics=["auc", "accuracy"])


def with_softmax_as_a_layer():
    layers = [keras.Input((784,)), keras.layers.Dense(10), keras.layers.Softmax()]
    return compiled(keras.Sequential(layers))


EDITS = {
    "bare labels": {"build": with_bare_labels, "preprocess_labels": bare_labels},
    "images, flattened by the network": {"build": with_flatten, "preprocess_images": as_images},
    "images with a channel": {
        "build": with_convolution,
        "preprocess_images": as_images_with_a_channel,
    },
    "no metrics": {"build": without_metrics},
    "another metric first": {"build": with_another_metric_first},
    "logits from a functional model": {"build": functional},
    "another last layer": {"build": with_softmax_as_a_layer},
}


@pytest.fixture
def edited(monkeypatch, main, tiny_npz):
    """Run the script for one epoch after an edit; return its metrics and its folder."""

    def edited(build, **functions):
        monkeypatch.setitem(train.MODELS, "dense", (build, 1, 128))
        for name, function in functions.items():
            monkeypatch.setattr(train, name, function)
        return main("--data", tiny_npz)

    return edited


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_the_recipe_leads_to_all_results(edited, tiny_npz, name):
    metrics, outputs = edited(**EDITS[name])
    assert {path.name for path in outputs.iterdir()} == FILES
    _, (images, labels) = data.load_path(tiny_npz)
    model = load_model(outputs)
    answers = model.predict(train.preprocess_images(images), verbose=0)
    assert np.allclose(answers.sum(axis=1), 1, atol=1e-4)
    assert metrics["test_accuracy"] == np.mean(answers.argmax(axis=1) == labels)


def test_a_loss_that_is_no_number_is_said_with_what_to_try(monkeypatch, capsys, tiny_npz, tmp_path):
    def build_with_huge_steps():
        first = keras.layers.Dense(32, activation="relu")
        second = keras.layers.Dense(32, activation="relu")
        return classic(first, second, optimizer=keras.optimizers.RMSprop(1e30))

    monkeypatch.setitem(train.MODELS, "dense", (build_with_huge_steps, 3, 128))
    train.main(["--data", str(tiny_npz), "--outputs", str(tmp_path)])
    assert "smaller learning rate" in capsys.readouterr().out

    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    text = (tmp_path / "metrics.json").read_text(encoding="utf-8")
    assert json.loads(text, parse_constant=refuse)["test_loss"] is None
    assert load_model(tmp_path).count_params() > 0


def test_a_result_that_cannot_be_made_is_one_line_and_costs_no_other(
    monkeypatch, capsys, tiny_npz, tmp_path
):
    def broken(*_):
        raise RuntimeError("my own plot does not work")

    monkeypatch.setattr(train.plots, "draw_mistakes", broken)
    status = train.main(["--data", str(tiny_npz), "--epochs", "1", "--outputs", str(tmp_path)])
    screen = capsys.readouterr()
    assert status == 1
    assert_one_line(screen.err, "mistakes.png", "my own plot does not work")
    assert {path.name for path in tmp_path.iterdir()} == FILES - {"mistakes.png"}
    assert "mistakes.png" not in screen.out


def test_a_fault_in_the_evaluation_does_not_cost_the_model(edited, monkeypatch, tmp_path):
    def broken(*_):
        raise RuntimeError("an edit that fails")

    monkeypatch.setattr(train.data, "name_classes", broken)
    with pytest.raises(RuntimeError, match="an edit that fails"):
        edited(build=classic)
    assert load_model(tmp_path / "outputs").count_params() == 7850


# --- Command lines and folders ------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        ["--epochs", "0"],
        ["--epochs", "-1"],
        ["--epochs", "x"],
        ["--batch-size", "0"],
        ["--seed", "-1"],
        ["--validation-split", "1"],
        ["--validation-split", "-0.1"],
        ["--validation-split", "nan"],
        ["--validation-split", "1e-20"],
        ["--model", "nonsense"],
        ["--outputs", str(ROOT)],
        ["--nonsense"],
        ["nonsense"],
    ],
    ids=" ".join,
)
def test_a_wrong_command_line_ends_with_status_2_and_names_the_option(options, capsys):
    with pytest.raises(SystemExit) as error:
        train.parse_arguments(options)
    assert error.value.code == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert options[0] in printed.err.splitlines()[-1]


def test_the_home_folder_in_outputs_is_expanded_before_it_is_checked(monkeypatch):
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(ROOT.parent))
    with pytest.raises(SystemExit):
        train.parse_arguments([f"--outputs=~/{ROOT.name}"])
    assert train.parse_arguments(["--outputs=~/runs"]).outputs == str(ROOT.parent / "runs")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither modes nor mounts for it")
def test_an_outputs_folder_that_is_not_writable_is_found_before_training(run, tmp_path):
    process = run("train.py", "--data", "sample", "--outputs", tmp_path, prefix=read_only(tmp_path))
    assert process.returncode == 1
    assert_one_line(without_greeting(process.stderr), str(tmp_path), "--outputs")
    assert "Step 1" not in process.stdout


@pytest.fixture
def older_run(finished, tmp_path):
    """A folder of its own with everything that an earlier run, on other data, left there."""
    return pathlib.Path(shutil.copytree(finished.outputs, tmp_path / "outputs"))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no small disk to mount for it")
def test_a_disk_that_fills_is_said_and_leaves_the_older_files_whole(
    run, older_run, tiny_npz, tmp_path
):
    disk = tmp_path / "disk"
    after = tmp_path / "after"
    disk.mkdir()
    options = ["--data", tiny_npz, "--epochs", 1, "--seed", 1]
    if can_mount():
        # A second model (3.3 MB) does not fit beside the older run, which leaves 1 MB. The disk is
        # gone with the child, so what it holds in the end is copied from it.
        size = sum(path.stat().st_size for path in older_run.iterdir()) // 1024 + 1024
        script = f"""
            mount -t tmpfs -o size={size}k none "$0" && cp -r "$1" "$0/outputs" || exit
            after=$2 && shift 2
            "$@"; status=$?; cp -r "$0/outputs" "$after"; exit $status"""
        prefix = [*NAMESPACE, script, disk, older_run, after]
        outputs = disk / "outputs"
    else:  # a limit on the size of any file is the same to the program
        prefix = ["sh", "-c", 'ulimit -f 512 && exec "$@"', "sh"]
        outputs = after = older_run
    before = contents(older_run)
    process = run("train.py", *options, "--outputs", outputs, prefix=prefix, TMPDIR=disk)
    assert process.returncode == 1, process.stdout
    assert "Traceback" not in process.stderr
    assert f"Error: {outputs / 'model.keras'} could not be saved" in process.stderr
    assert contents(after)["model.keras"] == before["model.keras"]
    assert contents(after).keys() == before.keys()
    assert_whole(after)


# --- Ctrl-C and kill ----------------------------------------------------------------------------


@needs_unix_signals
def test_ctrl_c_during_training_evaluates_saves_and_marks_what_was_learned(
    start, tiny_npz, tmp_path
):
    child = start("train.py", "--data", tiny_npz, "--epochs", 10_000, "--outputs", tmp_path)
    read_until(child, TRAINING_MOVES)
    child.send_signal(signal.SIGINT)
    stdout, stderr = child.communicate(timeout=120)
    assert child.returncode == 0
    assert_one_line(without_greeting(stderr), "Ctrl-C", "Press it again")
    assert "interrupted" in stdout[stdout.index("Step 5 of 5") :]
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["interrupted"] is True
    assert len(metrics["history"]["loss"]) < 10_000
    assert {path.name for path in tmp_path.iterdir()} == FILES
    assert_whole(tmp_path)


@needs_unix_signals
def test_a_second_ctrl_c_ends_at_once_and_leaves_the_older_files_as_they_were(
    start, older_run, tiny_npz
):
    before = contents(older_run)
    options = ["--data", tiny_npz, "--epochs", 10_000, "--batch-size", 1, "--model", "convnet"]
    child = start("train.py", *options, "--outputs", older_run)
    read_until(child, r"Epoch 1/")
    child.send_signal(signal.SIGINT)
    time.sleep(0.05)
    child.send_signal(signal.SIGINT)
    _, stderr = child.communicate(timeout=15)
    assert child.returncode != 0
    assert "Traceback" not in stderr
    assert contents(older_run) == before


def test_killed_while_it_saves_it_leaves_whole_files_and_the_next_run_tidies_up(
    start, older_run, tiny_npz
):
    options = ["--data", tiny_npz, "--epochs", 1]
    child = start("train.py", *options, "--outputs", older_run)
    while not list(older_run.glob("unfinished-*")):
        assert child.poll() is None, "it ended before it was seen to save"
        time.sleep(0.002)
    child.kill()
    child.communicate()
    assert_whole(older_run)
    run_here(older_run, options)
    assert {path.name for path in older_run.iterdir()} == FILES


@needs_unix_signals
def test_ctrl_c_in_any_other_step_ends_it_without_a_traceback(start, tmp_path):
    child = start("train.py", "--data", "sample", "--outputs", tmp_path)
    read_until(child, "Step 1 of 5")
    child.send_signal(signal.SIGINT)
    stdout, stderr = child.communicate(timeout=15)
    assert child.returncode != 0
    assert "Traceback" not in stderr
    assert "Stopped" in stderr
    assert "Step 5" not in stdout


# --- Poor surroundings --------------------------------------------------------------------------


def test_without_a_network_the_run_goes_on_with_the_sample_and_says_so(tmp_path, capsys):
    assert train.main(["--epochs", "1", "--outputs", str(tmp_path)]) == 0
    screen = capsys.readouterr()
    assert_one_line(screen.err, "MNIST could not be downloaded", "NOT MNIST")
    before_training, _, after = screen.out.partition("Step 4 of 5")
    assert "MNIST sample" in before_training
    assert "NOT MNIST" in after
    assert "sample" in json.loads((tmp_path / "metrics.json").read_text())["dataset"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither modes nor mounts for it")
def test_it_needs_no_display_no_unicode_and_no_writable_home(run, tiny_npz, tmp_path):
    home = tmp_path / "home"
    outputs = tmp_path / "Ausgänge"
    home.mkdir()
    options = ["--data", tiny_npz, "--epochs", 1, "--outputs", outputs]
    poor = {
        "DISPLAY": None,
        "WAYLAND_DISPLAY": None,
        "MPLBACKEND": "TkAgg",
        "PYTHONIOENCODING": "ascii",
        "HOME": home,
        "KERAS_HOME": None,
    }
    with (tmp_path / "screen.txt").open("w") as screen:
        process = run("train.py", *options, prefix=read_only(home), stdout=screen, **poor)
    assert process.returncode == 0
    assert "Traceback" not in process.stderr
    assert "Test accuracy" in (tmp_path / "screen.txt").read_text(encoding="ascii")
    assert_whole(outputs)


def test_it_runs_inside_another_program_without_a_console(run, tiny_npz, tmp_path):
    # As IDLE and Jupyter run it: stdout is an object of theirs, and there may be no stderr at all.
    arguments = ["train.py", "--data", str(tiny_npz), "--epochs", "1", "--outputs", str(tmp_path)]
    program = tmp_path / "idle.py"
    program.write_text(
        "import io, os, runpy, sys\n"
        "os.close(2)\n"
        "sys.__stdout__ = sys.__stderr__ = None\n"
        "screen, sys.stdout, sys.stderr = sys.stdout, io.StringIO(), io.StringIO()\n"
        f"sys.argv = {arguments}\n"
        "try:\n"
        f"    runpy.run_path({str(ROOT / 'train.py')!r}, run_name='__main__')\n"
        "except SystemExit as stop:\n"
        "    assert stop.code == 0\n"
        "screen.write(sys.stdout.getvalue())\n"
    )
    process = run(program, PYTHONPATH=ROOT)
    assert process.returncode == 0
    assert "Test accuracy" in process.stdout
    assert (tmp_path / "model.keras").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets only some users make links")
def test_it_runs_through_a_link_and_without_docstrings(run, tmp_path):
    (tmp_path / "my_train.py").symlink_to(ROOT / "train.py")
    options = ["--data", "sample", "--epochs", 1, "--outputs", tmp_path / "outputs"]
    process = run(tmp_path / "my_train.py", *options, PYTHONOPTIMIZE="2")
    assert process.returncode == 0
    assert {path.name for path in (tmp_path / "outputs").iterdir()} == FILES


@pytest.mark.parametrize("script", ["train.py", "predict.py"])
def test_outside_of_the_environment_one_line_says_how_to_install_and_to_activate(script):
    command = [sys.executable, "-S", ROOT / script, "a.png"]  # -S: without what pip installed
    process = subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT)
    assert process.returncode == 1
    assert_one_line(process.stderr, "No module named", "pip install -r requirements.txt", ".venv")


def test_whoever_wants_to_see_what_tensorflow_logs_sees_it(run):
    process = run("train.py", "--help", TF_CPP_MIN_LOG_LEVEL="0")
    assert process.returncode == 0
    assert "This TensorFlow binary" in process.stderr
