"""What train.py does when all goes well: its five steps, its models, what it prints and leaves."""

import json
import os
import re
import shutil
import sys
import warnings

import keras
import numpy as np
import pytest
from PIL import Image

import train

PICTURES = {
    "samples.png",
    "predictions.png",
    "mistakes.png",
    "confusion_matrix.png",
    "training.png",
}
DIGITS, CLOTHES = train.CLASS_NAMES["digits"], train.CLASS_NAMES["clothes"]
FILES = {"model.keras", "metrics.json", "draw.html"} | PICTURES


@pytest.fixture
def main(monkeypatch, tmp_path):
    """Run train.main with options in this process; return its metrics and its folder."""

    def main(*options):
        outputs = tmp_path / "outputs"
        arguments = ["train.py", *map(str, options), "--outputs", str(outputs)]
        monkeypatch.setattr(sys, "argv", arguments)
        train.main()
        return json.loads((outputs / "metrics.json").read_text()), outputs

    return main


def load_model(outputs):
    """Load the model that a run left, in Keras's default safe mode, which shall not warn."""
    with warnings.catch_warnings(action="error", category=UserWarning):
        return keras.saving.load_model(outputs / "model.keras")


def same_weights(model, other):
    pairs = zip(model.get_weights(), other.get_weights(), strict=True)
    return all(np.array_equal(mine, theirs) for mine, theirs in pairs)


# --- Step 1: load -------------------------------------------------------------------------------


def test_the_sample_is_the_first_tenth_of_mnist(sample):
    (x_train, y_train), (x_test, y_test), name, kind = train.load_data("sample")
    assert (x_train.shape, x_test.shape) == ((6000, 28, 28), (1000, 28, 28))
    assert y_train[:4].tolist() == [5, 0, 4, 1]
    assert set(y_test) == set(range(10))
    assert (name, kind) == ("MNIST sample (7,000 digits)", "digits")
    if "MNIST_NPZ" in os.environ:
        with np.load(os.environ["MNIST_NPZ"]) as mnist:
            assert np.array_equal(x_train, mnist["x_train"][:6000])
            assert np.array_equal(y_train, mnist["y_train"][:6000])
            assert np.array_equal(x_test, mnist["x_test"][:1000])
            assert np.array_equal(y_test, mnist["y_test"][:1000])


def test_an_npz_file_is_read_as_it_is(tiny_npz):
    (x_train, y_train), (x_test, y_test), name, kind = train.load_data(str(tiny_npz))
    with np.load(tiny_npz) as file:
        assert np.array_equal(x_train, file["x_train"])
        assert np.array_equal(y_train, file["y_train"])
        assert np.array_equal(x_test, file["x_test"])
        assert np.array_equal(y_test, file["y_test"])
    assert (name, kind) == ("tiny.npz", "digits")


def test_clothes_from_a_file_are_known_by_its_name(tiny_npz, tmp_path):
    path = shutil.copy(tiny_npz, tmp_path / "Fashion-MNIST.npz")
    assert train.load_data(str(path))[2:] == ("Fashion-MNIST.npz", "clothes")


def test_a_network_of_clothes_is_saved_as_one(main, tiny_npz, tmp_path, capsys):
    path = shutil.copy(tiny_npz, tmp_path / "my $fashion$.npz")  # $: no formula in the titles
    _, outputs = main("--data", path, "--epochs", 1)
    assert "training images are Sandal T-shirt Coat Trouser" in capsys.readouterr().out
    assert load_model(outputs).name == "clothes"


# --- Step 2: preprocess -------------------------------------------------------------------------


def test_images_become_rows_of_784_float32_between_0_and_1(sample):
    (x_train, _), _ = sample
    pixels = np.asarray(train.preprocess_images(x_train))
    assert pixels.shape == (6000, 784)
    assert pixels.dtype == np.float32
    assert (pixels.min(), pixels.max()) == (0, 1)
    expected = x_train.reshape((6000, 784)).astype("float32") / 255
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
    build, _, _ = train.MODELS[name]
    model = build()
    pixels, onehot = np.zeros((3, 784), "float32"), np.eye(10)[:3]
    assert model.input_shape == (None, 784)
    assert model.predict(pixels, verbose=0).shape == (3, 10)
    assert list(model.evaluate(pixels, onehot, verbose=0, return_dict=True)) == ["accuracy", "loss"]


def test_the_defaults_are_the_recipe():
    args = train.parse_arguments([])
    assert (args.model, args.data, args.epochs, args.batch_size) == ("dense", "auto", 5, 128)
    assert (args.validation_split, args.seed, str(args.outputs)) == (0, 0, "outputs")
    args = train.parse_arguments(["--model", "dropout"])
    assert (args.epochs, args.batch_size) == (5, 32)


# --- What is on the screen ----------------------------------------------------------------------


def test_the_screen_shows_the_five_steps_in_order(finished):
    steps = ["load", "preprocess", "build", "train", "evaluate"]
    shown = re.findall(r"^Step (\d) of 5: (\w+)", finished.stdout, re.MULTILINE)
    assert shown == [(str(number), step) for number, step in enumerate(steps, 1)]


def test_the_screen_shows_shapes_a_label_before_and_after_and_the_summary(finished):
    assert "(6000, 28, 28) uint8" in finished.stdout
    assert "(1000, 28, 28) uint8" in finished.stdout
    assert "(6000, 784)" in finished.stdout
    assert re.search(r"\b5 -> \[0 0 0 0 0 1 0 0 0 0\]", finished.stdout)
    assert "407,050" in finished.stdout


def test_every_epoch_s_bar_counts_to_the_number_of_batches(finished):
    for epoch in range(1, 6):
        assert f"Epoch {epoch}/5" in finished.stdout
    assert finished.stdout.count("47/47") >= 5  # 6,000 images, 128 a batch


def test_the_bar_moves_at_least_five_times_an_epoch_and_never_counts_past_its_end(sample):
    (x_train, y_train), _ = sample
    x_train, y_train = x_train[:400], y_train[:400]
    for batch_size in (2, 9, 40, 57):
        model = train.build_dense()
        pixels, onehot = train.preprocess_images(x_train), train.preprocess_labels(y_train)
        train.train(model, pixels, onehot, 0, 1, batch_size)
        batches = -(-len(x_train) // batch_size)
        assert batches / model.steps_per_execution >= 5
        assert batches % model.steps_per_execution == 0


def test_the_screen_says_what_the_network_says_of_the_first_four_training_digits(finished, sample):
    (x_train, y_train), _ = sample
    model = load_model(finished.outputs)
    says = model.predict(train.preprocess_images(x_train[:4]), verbose=0).argmax(axis=1)
    assert "images are {} {} {} {}".format(*y_train[:4]) in finished.stdout
    assert re.search(r"network says +{} {} {} {}\n".format(*says), finished.stdout)


def test_the_last_lines_are_the_test_accuracy_and_the_paths_of_what_was_saved(finished):
    last_lines = finished.stdout.rstrip().splitlines()[-len(FILES) - 4 : -1]
    accuracy = finished.metrics["test_accuracy"]
    assert f"{accuracy:.2%}" in last_lines[0]
    assert f"{round(1000 * (1 - accuracy))} of 1,000 wrong" in last_lines[0]
    assert {line.strip() for line in last_lines[3:]} == {
        str(finished.outputs / name) for name in FILES
    }


def test_a_run_writes_nothing_to_stderr(finished):
    assert finished.stderr == ""


# --- What is left in outputs --------------------------------------------------------------------


def test_a_run_leaves_these_files_and_no_others(finished):
    assert {path.name for path in finished.outputs.iterdir()} == FILES


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_a_picture_opens_is_large_enough_and_not_blank(finished, name):
    with Image.open(finished.outputs / name) as picture:
        picture.load()
    assert picture.format == "PNG"
    assert picture.width >= 700
    assert picture.height >= 250
    assert len(picture.convert("RGB").getcolors(maxcolors=1_000_000)) > 10


def test_metrics_say_what_ran_on_what_with_which_result(finished):
    metrics = finished.metrics
    assert metrics["dataset"] == "MNIST sample (7,000 digits)"
    expected = {
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
    seconds, versions = finished.metrics["seconds"], finished.metrics["versions"]
    assert set(seconds) == {"load", "preprocess", "build", "train", "evaluate", "total"}
    assert all(value > 0 for value in seconds.values())
    assert seconds["total"] > seconds["load"] + seconds["train"] + seconds["evaluate"]
    assert versions["python"] == ".".join(map(str, sys.version_info[:3]))
    assert versions["keras"] == keras.version()
    assert re.match(r"\d+\.\d+", versions[versions["backend"]])


def test_the_saved_model_predicts_exactly_what_the_run_predicted(finished, sample):
    _, (x_test, y_test) = sample
    model = load_model(finished.outputs)
    pixels = train.preprocess_images(x_test)
    loss, accuracy = model.evaluate(
        pixels, train.preprocess_labels(y_test), batch_size=1000, verbose=0
    )
    assert (accuracy, loss) == (finished.metrics["test_accuracy"], finished.metrics["test_loss"])


def test_the_saved_model_answers_what_numpy_computes_from_its_weights(finished, sample):
    _, (x_test, y_test) = sample
    model = load_model(finished.outputs)
    hidden_weights, hidden_bias, output_weights, output_bias = model.get_weights()
    pixels = x_test.reshape((-1, 784)).astype("float32") / 255
    hidden = np.maximum(pixels @ hidden_weights + hidden_bias, 0)
    logits = hidden @ output_weights + output_bias
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)

    assert np.allclose(model.predict(pixels, verbose=0), probabilities, atol=1e-5)
    accuracy = np.mean(probabilities.argmax(axis=1) == y_test)
    assert accuracy == pytest.approx(finished.metrics["test_accuracy"])


def test_a_validation_split_is_kept_aside_and_shows_in_the_metrics(main, tiny_npz):
    metrics, _ = main("--data", tiny_npz, "--epochs", 2, "--validation-split", 0.1)
    assert (metrics["train_size"], metrics["validation_size"]) == (360, 40)
    assert set(metrics["history"]) == {"accuracy", "loss", "val_accuracy", "val_loss"}
    assert len(metrics["history"]["val_accuracy"]) == 2


def assert_the_saved_model_answers_as_in_the_run(outputs, npz):
    """Check that the saved model gives probabilities, and exactly the run's loss and accuracy."""
    metrics, model = json.loads((outputs / "metrics.json").read_text()), load_model(outputs)
    _, (x_test, y_test) = train.load_npz(npz)
    pixels, onehot = train.preprocess_images(x_test), train.preprocess_labels(y_test)
    probabilities = model.predict(pixels, verbose=0)
    assert probabilities.min() >= 0
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    loss, accuracy = model.evaluate(pixels, onehot, batch_size=1000, verbose=0)
    assert (accuracy, loss) == (metrics["test_accuracy"], metrics["test_loss"])


def test_every_network_is_saved_with_probabilities_as_its_answers(finished_other, tiny_npz):
    assert_the_saved_model_answers_as_in_the_run(finished_other.outputs, tiny_npz)


@pytest.mark.parametrize("last", [keras.layers.Softmax(), keras.layers.Dropout(0.1)], ids=type)
def test_a_network_with_another_last_layer_is_evaluated_and_saved(
    main, monkeypatch, tiny_npz, last
):
    def build():
        model = train.build_dense()
        model.add(last)
        model.compile(optimizer="rmsprop", loss=model.loss, metrics=["accuracy", "auc"])
        return model

    monkeypatch.setitem(train.MODELS, "dense", (build, 1, 128))
    metrics, outputs = main("--data", tiny_npz)
    assert 0 <= metrics["test_accuracy"] <= 1
    assert len(load_model(outputs).layers) == 3


# --- The pictures -------------------------------------------------------------------------------


def texts(figure):
    """Every title and text of a figure, in one string."""
    titles = [axes.get_title() for axes in figure.axes]
    inside = [text.get_text() for axes in figure.axes for text in axes.texts]
    ticks = [label.get_text() for axes in figure.axes for label in axes.get_yticklabels()]
    return "\n".join([figure.get_suptitle(), *titles, *inside, *ticks])


@pytest.fixture
def three_answers(sample):
    """Three test pictures (0, 1, 2), their labels, and answers: right, wrong, wrong and sure."""
    _, (x_test, y_test) = sample
    probabilities = np.full((3, 10), 0.01)
    probabilities[0, 0] = 0.91
    probabilities[1, 7], probabilities[1, 1] = 0.6, 0.32
    probabilities[2, 3] = 0.91
    first = [np.argmax(y_test == digit) for digit in range(3)]
    return x_test[first], y_test[first], probabilities


def test_every_picture_s_title_names_the_data(three_answers):
    images, labels, probabilities = three_answers
    name = "MNIST sample (7,000 digits)"
    history = {"loss": [0.5, 0.25], "accuracy": [0.75, 0.875]}
    for figure in (
        train.draw_samples(images, labels, DIGITS, name),
        train.draw_predictions(images, labels, probabilities, DIGITS, name),
        train.draw_mistakes(images, labels, probabilities, DIGITS, name),
        train.draw_confusion_matrix(labels, probabilities, DIGITS, name),
        train.draw_training(history, {"test_loss": 0.3, "test_accuracy": 0.8}, name),
    ):
        assert name in texts(figure).replace("\n", " ")


def captions(figure):
    """The captions above the images of a figure, in their order."""
    texts = [text.get_text() for text in figure.axes[0].texts]
    return [text for text in texts if text.startswith("is ")]


def test_right_and_wrong_predictions_are_told_apart_in_words_for_every_class(three_answers):
    figure = train.draw_predictions(*three_answers, DIGITS, "digits")
    assert captions(figure) == ["is 0\nright", "is 1\nWRONG", "is 2\nWRONG"] * 2
    shown = texts(figure).splitlines()
    assert "0 91%" in shown
    assert "1 32%" in shown


def test_the_hardest_test_image_of_a_class_stands_below_the_first(sample):
    _, (x_test, y_test) = sample
    probabilities = np.full((len(y_test), 10), 0.02)
    probabilities[np.arange(len(y_test)), y_test] = 0.82
    hardest = [np.flatnonzero(y_test == digit)[5] for digit in range(10)]
    probabilities[hardest, y_test[hardest]] = 0.3
    probabilities[hardest, (y_test[hardest] + 1) % 10] = 0.54
    shown = captions(train.draw_predictions(x_test, y_test, probabilities, DIGITS, "digits"))
    assert shown[:10] == [f"is {digit}\nright" for digit in range(10)]
    assert shown[10:] == [f"is {digit}\nWRONG" for digit in range(10)]


def test_the_mistakes_show_the_surest_first_and_no_right_answer(three_answers):
    figure = train.draw_mistakes(*three_answers, DIGITS, "digits")
    assert captions(figure) == ["is 2\nWRONG", "is 1\nWRONG"]
    shown = texts(figure).splitlines()
    assert shown.index("3 91%") < shown.index("7 60%")


def test_mistakes_can_be_drawn_where_there_are_none(three_answers, tmp_path):
    images, labels, _ = three_answers
    figure = train.draw_mistakes(images, labels, np.eye(10)[labels], DIGITS, "digits")
    figure.savefig(tmp_path / "mistakes.png")
    with Image.open(tmp_path / "mistakes.png") as picture:
        picture.load()


def test_the_confusion_matrix_counts_each_class_taken_for_each(three_answers):
    _, labels, probabilities = three_answers
    figure = train.draw_confusion_matrix(labels, probabilities, DIGITS, "digits")
    counts = np.zeros((10, 10), int)
    for text in figure.axes[0].texts:
        column, row = text.get_position()
        counts[row, column] = int(text.get_text())
    assert counts[0, 0] == counts[1, 7] == counts[2, 3] == 1
    assert counts.sum() == 3


def test_training_is_drawn_by_epoch_with_validation_and_the_test_result():
    history = {"loss": [0.5, 0.25], "accuracy": [0.75, 0.875]}
    history |= {"val_loss": [0.6, 0.4], "val_accuracy": [0.7, 0.8]}
    figure = train.draw_training(history, {"test_loss": 0.3, "test_accuracy": 0.85}, "digits")
    drawn = [[list(line.get_ydata()) for line in axes.lines] for axes in figure.axes]
    assert drawn == [
        [[0.5, 0.25], [0.6, 0.4], [0.3, 0.3]],
        [[0.75, 0.875], [0.7, 0.8], [0.85, 0.85]],
    ]


def test_without_validation_the_legend_of_training_names_none():
    history = {"loss": [0.5, 0.25], "accuracy": [0.75, 0.875]}
    figure = train.draw_training(history, {"test_loss": 0.3, "test_accuracy": 0.85}, "digits")
    shown = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert shown == ["loss", "test_loss"]


def test_clothes_are_shown_by_name(three_answers):
    images, labels, probabilities = three_answers
    assert CLOTHES[0].startswith("T-shirt")
    assert CLOTHES[1:] == [
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
    for figure in (
        train.draw_samples(images, labels, CLOTHES, "clothes"),
        train.draw_predictions(images, labels, probabilities, CLOTHES, "clothes"),
        train.draw_mistakes(images, labels, probabilities, CLOTHES, "clothes"),
        train.draw_confusion_matrix(labels, probabilities, CLOTHES, "clothes"),
    ):
        assert "Trouser" in texts(figure)


# --- The same seed, and the whole of MNIST ------------------------------------------------------


def assert_same_networks_and_numbers(outputs, other):
    assert same_weights(load_model(outputs), load_model(other))
    mine, theirs = (json.loads((o / "metrics.json").read_text()) for o in (outputs, other))
    for name in ("history", "test_accuracy", "test_loss"):
        assert mine[name] == theirs[name]


def test_the_same_seed_gives_the_same_network_bit_for_bit(main, finished_other, tiny_npz):
    model = finished_other.metrics["model"]
    _, outputs = main("--model", model, "--data", tiny_npz, "--epochs", 1, "--seed", 7)
    assert_same_networks_and_numbers(outputs, finished_other.outputs)


def test_a_second_run_of_the_recipe_gives_the_same_network_bit_for_bit(main, finished):
    _, outputs = main("--data", "sample")
    assert_same_networks_and_numbers(outputs, finished.outputs)


def test_another_seed_gives_another_network(main, finished):
    metrics, _ = main("--data", "sample", "--seed", 1, "--epochs", 1)
    assert metrics["history"]["loss"][0] != finished.metrics["history"]["loss"][0]


def test_the_recipe_reads_at_least_97_5_percent_of_mnist(finished_mnist):
    metrics, stdout = finished_mnist.metrics, finished_mnist.stdout
    assert (metrics["train_size"], metrics["test_size"]) == (60_000, 10_000)
    assert metrics["test_accuracy"] >= 0.975
    wrong = round(10_000 * (1 - metrics["test_accuracy"]))
    assert f"{wrong} of 10,000 wrong" in stdout
    assert "The first four training images are 5 0 4 1" in stdout
    for epoch in stdout.split("Epoch ")[1:]:
        assert len(set(re.findall(r"(\d+)/469", epoch))) >= 5  # the bar keeps moving
