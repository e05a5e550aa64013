"""Train a neural network to read handwritten digits: the classic Keras MNIST script.

    python train.py              load, preprocess, build, train, evaluate
    python train.py --help       everything that can be changed without editing

Read it from top to bottom; README.md explains each step at more length. What is not about learning
stands in the folder training/: other data, other networks, options, Ctrl-C, saving, pictures.
"""

import sys

try:
    import training.start

    training.start.check_packages()  # says in one line what is missing
    import keras

    from training import data, fitting, networks, options, results
except ModuleNotFoundError as error:
    sys.exit(f"Error: {error}. Copy the folders beside train.py, too, and install what they need.")


def preprocess_images(images):
    """Turn images, uint8 (N, 28, 28), into what the network reads: float32 (N, 784) from 0 to 1.

    predict.py calls it, too: your own pictures must become the same.
    """
    # The network takes a list of numbers, so the 28 rows of 28 pixels are laid end to end. Small
    # numbers train well: the random weights at the start are made for inputs of about that size.
    return images.reshape((len(images), 28 * 28)).astype("float32") / 255


def main(arguments=None):
    """Do the five steps; `arguments` stand in for the command line's. Returns the exit status."""
    args = options.parse(arguments)
    run = results.Run(args, preprocess_images)
    keras.utils.set_random_seed(args.seed)  # the same random numbers in every run

    print("\nStep 1 of 5: load the images and their labels")
    source = data.find(args.data)  # MNIST, unless there is no internet, or you name other data
    if source == "mnist":
        (images_train, labels_train), (images_test, labels_test) = keras.datasets.mnist.load_data()
    else:
        (images_train, labels_train), (images_test, labels_test) = data.load(source)
    data_name = data.name_data(source, labels_train)
    print(f"Training images of {data_name}: {images_train.shape} {images_train.dtype}")
    print(f"Test images: {images_test.shape} {images_test.dtype}")
    if args.add:  # your own digits, which you have collected
        images_train, labels_train = run.own.add_to(images_train, labels_train, args.seed)

    print("\nStep 2 of 5: preprocess them into what a network can read")
    x_train = preprocess_images(images_train)
    x_test = preprocess_images(images_test)
    # The network will answer with ten probabilities. In that form 3 is 0 0 0 1 0 0 0 0 0 0.
    y_train = keras.utils.to_categorical(labels_train, 10)
    y_test = keras.utils.to_categorical(labels_test, 10)
    print(f"Images before: {images_train.shape}, {images_train.min()} to {images_train.max()}")
    print(f"Images after: {x_train.shape}, {x_train.min():g} to {x_train.max():g}")
    print(f"Labels: the first one, {labels_train[0]} -> {y_train[0].astype(int)}")

    print("\nStep 3 of 5: build the network")
    # Each layer makes weighted sums of all numbers that it gets. The weights are what is learned;
    # at first they are random. (512 is a choice. Without relu, two layers could do no more than
    # one: see README.md.)
    model = keras.Sequential(
        [
            keras.Input((28 * 28,)),  # an image: 784 numbers
            keras.layers.Dense(512, activation="relu"),  # 512 weighted sums; negative ones become 0
            keras.layers.Dense(10, activation="softmax"),  # 10 sums, made into probabilities
        ]
    )
    # The loss measures how wrong the answers are. The optimizer is the rule by which the weights
    # are changed to make it smaller. Accuracy, the share of right answers, is only shown.
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
    if args.model != "dense":
        model = networks.build(args.model, args.seed)
    model.summary()

    print("\nStep 4 of 5: train it")
    # The network looks at a batch of 128 images, answers, compares with the labels, and changes
    # each weight a little, so that the loss falls. Then it takes the next batch. When it has seen
    # all images, that was one epoch. (`watch` lets Ctrl-C end it early and keep what was learned.)
    with fitting.watch(model, distorted=args.model == "convnet") as training:
        model.fit(
            x_train,
            y_train,
            epochs=args.epochs or 5,
            batch_size=args.batch_size or 128,
            validation_split=args.validation_split,
        )
    run.save_model(model)

    print("\nStep 5 of 5: evaluate it on images that it has never seen")
    # Nothing is learned here: a batch is only how many images are computed at a time.
    # `evaluate` gives the loss and the accuracy; `predict` the ten probabilities of each image.
    scores = model.evaluate(x_test, y_test, batch_size=1000, verbose=0, return_dict=True)
    probabilities = model.predict(x_test, batch_size=1000, verbose=0)
    return run.save(
        model,
        training,
        data_name,
        train_set=(images_train, labels_train),
        test_set=(images_test, x_test, y_test),
        answered=(scores, probabilities),
    )


if __name__ == "__main__":
    training.start.run(main)
