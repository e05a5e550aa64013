"""Two more networks for --model: "dropout" and "convnet". The classic one stands in train.py.

For whoever has understood train.py and wants to see what comes after it; README.md explains the
layers.
"""

import keras

# How often each network sees all training images, and how many it sees before each change of the
# weights.
EPOCHS = {"dropout": 5, "convnet": 8}
BATCH_SIZES = {"dropout": 32, "convnet": 128}


def build(name, seed):
    """Return the network `name`, "dropout" or "convnet", compiled: ready for `fit`.

    `seed` is where the random numbers of its weights start, whatever was built before. It reads
    rows of 784 numbers, from 0 (paper) to 1 (ink), and answers with 10 probabilities.
    """
    keras.utils.set_random_seed(seed)
    if name == "dropout":
        return build_dropout()
    if name == "convnet":
        return build_convnet()
    raise ValueError(f"there is no network {name!r} here")


def build_dropout():
    """Return the network of https://www.tensorflow.org/tutorials/quickstart/beginner.

    (There the loss computes the softmax; here the last layer does, as in train.py.)
    """
    model = keras.Sequential(
        [
            keras.Input((28 * 28,)),
            keras.layers.Dense(128, activation="relu"),
            # In training, sets a random fifth of the numbers to 0: no sum relies on one alone.
            keras.layers.Dropout(0.2),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def build_convnet():
    """Return a small convolutional network: slower to train, and wrong far less often.

    It is meant to see each image distorted in another way in each epoch (distort.py).
    """
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
            keras.layers.Dropout(0.3),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    # The learning rate is how far each batch moves the weights. (It falls while the network learns:
    # `lower_learning_rate`.) The weight decay pulls all weights a little towards 0, so that none
    # grows without need.
    adam = keras.optimizers.AdamW(learning_rate=0.003, weight_decay=0.5)
    model.compile(optimizer=adam, loss="categorical_crossentropy", metrics=["accuracy"])
    return model


def lower_learning_rate(model, number_of_batches):
    """Let the learning rate of `model` fall evenly, to 0 after `number_of_batches`.

    In large steps the weights get near to good ones sooner, in small ones nearer.
    """
    first = float(model.optimizer.learning_rate)
    falling = keras.optimizers.schedules.PolynomialDecay(
        first, number_of_batches, end_learning_rate=0
    )
    model.optimizer.learning_rate = falling
