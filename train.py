"""Train a neural network to read handwritten digits: the classic Keras MNIST script.

    python train.py            # do the five steps below
    python train.py --help     # what can be changed without editing

Keras is a library for neural networks, MNIST 70,000 images of digits. Read `main` from top to
bottom; README.md explains each step at more length. What surrounds the steps (options, other data,
other networks, saving, pictures) is in the folder training/.
"""

import sys

try:
    import training.start

    training.start.check_packages()  # says in one line what is missing
    import keras

    from training import data, fitting, networks, options, results
except ModuleNotFoundError as error:
    sys.exit(f"Error: {error}. train.py needs the folders beside it, and what README.md installs.")


def preprocess_images(images):
    """Turn images, uint8 (N, 28, 28), into what the network reads: float32 (N, 784) from 0 to 1.

    predict.py calls it, too: your own pictures must be prepared in the same way.
    """
    # The network takes a list of numbers, so the 28 rows of 28 pixels are laid end to end. Pixels
    # go from 0 (paper) to 255 (ink); a network learns better from small numbers.
    return images.reshape((len(images), 28 * 28)).astype("float32") / 255


def main(arguments=None):
    """Do the five steps, with `arguments` in place of the command line; return the exit status."""
    args = options.parse(arguments)
    run = results.Run(args, preprocess_images)  # will save what comes out
    keras.utils.set_random_seed(args.seed)  # so that each run gives the same result

    print("\nStep 1 of 5: load the images and their labels")
    # A label says which digit an image is. Most images are to learn from; the test images show in
    # step 5 what was learned. (Without internet, or if you ask for it, others take their place.)
    source = data.find(args.data)
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
    # x is what goes into the network, y what should come out: ten probabilities, one for each digit
    # from 0 to 9. In that form 3 is 0 0 0 1 0 0 0 0 0 0.
    y_train = keras.utils.to_categorical(labels_train, 10)
    y_test = keras.utils.to_categorical(labels_test, 10)
    print(f"Images before: {images_train.shape}, {images_train.min()} to {images_train.max()}")
    print(f"Images after: {x_train.shape}, {x_train.min():g} to {x_train.max():g}")
    print(f"Labels: the first one, {labels_train[0]} -> {y_train[0].astype(int)}")

    print("\nStep 3 of 5: build the network")
    # Layers, one after the other. Each makes weighted sums of all numbers that it gets. The weights
    # are what is learned; at first they are random. (512 is a choice.)
    model = keras.Sequential(
        [
            keras.Input((28 * 28,)),  # an image: 784 numbers
            keras.layers.Dense(512, activation="relu"),  # 512 weighted sums; negative ones become 0
            keras.layers.Dense(10, activation="softmax"),  # 10 sums, made into probabilities
        ]
    )
    # How it should learn. The loss measures how wrong the answers are; the optimizer is the rule by
    # which the weights are changed to make the loss smaller. (These are the names of a usual loss
    # and a usual optimizer.) Accuracy, the share of right answers, is only for us to read.
    model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
    if args.model != "dense":  # you asked for another network
        model = networks.build(args.model, args.seed)
    model.summary()

    print("\nStep 4 of 5: train it")
    # The network looks at a batch of 128 images, answers, compares with the labels, and changes
    # each weight a little, so that the loss falls. Then it takes the next batch. When it has seen
    # all images, that was one epoch. `fit` does all that: the weights are fitted to the images.
    # (`watch` lets Ctrl-C end it early; and the convnet is shown slightly distorted images.)
    with fitting.watch(model, distorted=args.model == "convnet") as progress:
        model.fit(
            x_train,
            y_train,
            epochs=args.epochs or 5,  # so often it sees every image
            batch_size=args.batch_size or 128,
            validation_split=args.validation_split,  # 0: learn from all of them
        )
    run.save_model(model)

    print("\nStep 5 of 5: evaluate it on images that it has never seen")
    # `evaluate` prints the loss, and the accuracy: the share of test images that are read right.
    scores = model.evaluate(x_test, y_test, batch_size=1000, return_dict=True)
    # The ten probabilities of each test image; the largest is what the network says.
    probabilities = model.predict(x_test, batch_size=1000, verbose=0)
    # Save the numbers, some pictures, and a page in which you can draw (training/results.py).
    return run.save(
        model,
        progress,
        data_name,
        train_set=(images_train, labels_train),
        test_set=(images_test, x_test, y_test),
        answered=(scores, probabilities),
    )


if __name__ == "__main__":
    training.start.run(main)
