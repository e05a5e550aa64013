"""The network of --model convnet. The classic one stands in train.py.

For whoever has understood train.py and wants to see what comes after it; docs/reference.md explains
the layers.
"""

import keras

EPOCHS = 8  # how often it sees all training images


def build(seed):
    """Return a small convolutional network, compiled: slower to train, and wrong far less often.

    `seed` is where the random numbers of its weights start, whatever was built before. It reads
    rows of 784 numbers, from 0 (paper) to 1 (ink), and answers with 10 probabilities. It is meant
    to see each image distorted in another way in each epoch (distort.py).
    """
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.Input((28 * 28,)),
            keras.layers.Reshape((28, 28, 1)),
            # 32 small filters of 5 x 5 pixels, moved over the whole image in steps of 2 pixels.
            keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
            # Keeps the numbers at a usual size, so that training goes faster.
            keras.layers.BatchNormalization(momentum=0.9),
            # Each of these 48 filters looks at 3 x 3 places, and there at the answers of all 32.
            keras.layers.Conv2D(48, 3, strides=2, padding="same", activation="relu"),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Conv2D(96, 3, activation="relu"),
            keras.layers.BatchNormalization(momentum=0.9),
            keras.layers.Flatten(),  # lays all numbers end to end, as Dense wants them
            # In training, sets three in ten numbers to 0, at random: no sum relies on one alone.
            keras.layers.Dropout(0.3),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    # The learning rate is how far each batch moves the weights. (It falls while the network learns:
    # `LowerLearningRate`.) The weight decay pulls all weights a little towards 0, so that none
    # grows without need.
    adam = keras.optimizers.AdamW(learning_rate=0.003, weight_decay=0.5)
    model.compile(optimizer=adam, loss="categorical_crossentropy", metrics=["accuracy"])
    return model


class LowerLearningRate(keras.callbacks.Callback):
    """Lets the learning rate fall evenly in one training, to 0 after its last batch.

    In large steps the weights get near to good ones sooner, in small ones nearer. Afterwards the
    rate is what it was before. (A schedule that the optimizer itself was given is left alone.)
    """

    def on_train_begin(self, logs=None):
        rate = self.model.optimizer.get_config().get("learning_rate")
        self.first = rate if isinstance(rate, float) else None
        self.batches = 0

    def on_train_batch_begin(self, batch, logs=None):
        self.set_rate(1 - self.batches / (self.params["epochs"] * self.params["steps"]))
        self.batches += 1

    def on_train_end(self, logs=None):
        self.set_rate(1)

    def set_rate(self, share):
        if self.first is not None:
            self.model.optimizer.learning_rate = self.first * share
