"""What speed.py does: no wait between epochs, several batches in one call, a bar that is right."""

import math

import keras
import pytest

import train
from training import speed

only_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="other backends compute one batch in a call"
)


@only_tensorflow
def test_the_input_is_not_measured():
    import tensorflow as tf

    model = train.build_dense()
    speed.prepare(model, 469)
    # With options, as Keras makes its data sets.
    iterator = iter(tf.data.Dataset.range(2).with_options(tf.data.Options()))
    next(iterator)
    with pytest.raises(tf.errors.NotFoundError, match="autotune"):
        tf.raw_ops.IteratorGetModelProto(iterator=iterator._iterator_resource)


@only_tensorflow
def test_the_bar_moves_at_least_five_times_an_epoch_and_never_counts_past_its_end():
    for number_of_batches in (5, 7, 8, 10, 45, 200, 400, 469, 1875, 60_000):
        model = train.build_dense()
        speed.compute_batches_together(model, number_of_batches)
        assert number_of_batches % model.steps_per_execution == 0
        assert number_of_batches / model.steps_per_execution >= 5
        assert model.steps_per_execution <= 100


@only_tensorflow
def test_a_convnet_computes_one_batch_in_a_call_so_that_ctrl_c_stops_it_soon():
    model = train.build_convnet()
    speed.compute_batches_together(model, 469)
    assert model.steps_per_execution == 1


@only_tensorflow
def test_training_computes_batches_together(sample):
    (images, labels), _ = sample
    x_train = train.preprocess_images(images[:400])
    y_train = train.preprocess_labels(labels[:400])
    for batch_size, validation_split in ((9, 0.0), (10, 0.5)):
        model = train.build_dense()
        train.train(model, x_train, y_train, 1, batch_size, validation_split)
        batches = math.ceil(400 * (1 - validation_split) / batch_size)
        assert model.steps_per_execution > 1
        assert batches % model.steps_per_execution == 0


def test_the_largest_divisor():
    assert speed.largest_divisor(469, 100) == 67
    assert speed.largest_divisor(1875, 100) == 75
    assert speed.largest_divisor(7, 1) == 1
    assert speed.largest_divisor(3, 0) == 1
    assert speed.largest_divisor(11, 10) == 1
