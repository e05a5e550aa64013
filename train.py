"""Train a neural network to read handwritten digits: the classic Keras MNIST script.

    python train.py            # do the five steps below
    python train.py --help     # what can be changed without editing

Keras is a library for neural networks, MNIST 70,000 images of digits. The network reads 98% of new
digits right. Read this from top to bottom; README.md explains each step at more length.
"""

from training.run import Run  # not about learning: options, Ctrl-C, saving
import keras

run = Run()  # options on the command line override the numbers below
keras.utils.set_random_seed(run.seed)  # random numbers, but the same ones in every run

print("\nStep 1 of 5: load the images and their labels")
# x_train are 60,000 images to learn from, x_test 10,000 others to test with. The labels, y_train
# and y_test, say which digit each one is. (Without internet, Run supplies a tenth of them.)
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
print("Training images:", x_train.shape, x_train.dtype, "from", x_train.min(), "to", x_train.max())
print("Test images:", x_test.shape)
print("The first label:", y_train[0])

print("\nStep 2 of 5: turn them into what a network can read")
# An image is 28 rows of 28 pixels, from 0 (paper) to 255 (ink). The network takes 784 numbers: the
# rows are laid end to end (-1: for as many images as there are). Divided by 255 they go from 0 to
# 1, which is easier to learn from.
x_train = x_train.reshape((-1, 784)).astype("float32") / 255
x_test = x_test.reshape((-1, 784)).astype("float32") / 255
# The network will answer with ten numbers: how probable each digit is. The labels get the same
# form: 3 becomes 0 0 0 1 0 0 0 0 0 0.
y_train = keras.utils.to_categorical(y_train, 10)
y_test = keras.utils.to_categorical(y_test, 10)
print("Training images:", x_train.shape, x_train.dtype, "from", x_train.min(), "to", x_train.max())
print("The first label:", y_train[0])

print("\nStep 3 of 5: build the network")
# Two layers. Each computes weighted sums of all the numbers that it gets, each sum with weights and
# a constant of its own. These are what is learned; at first the weights are random.
model = keras.Sequential(
    [
        keras.Input((784,)),
        # Sums of the pixels, as many as we choose. relu makes negative ones 0: without it, two
        # layers could do no more than one.
        keras.layers.Dense(512, activation="relu"),
        # For each digit a sum of all these. softmax makes the ten positive, and together 1.
        keras.layers.Dense(10, activation="softmax"),
    ]
)
# How it will be trained: the optimizer is the rule by which the weights are changed, and the loss
# measures how wrong the answers are. (rmsprop and crossentropy are usual ones.) The accuracy, the
# share of right answers, is for us to read.
model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
model = run.watch(model)  # not about learning: makes `fit` obey your options and Ctrl-C
model.summary()  # prints the layers, and how many weights and constants each has

print("\nStep 4 of 5: train it")
print("(Untrained, its loss is about 2.3 and its accuracy 0.1: watch one fall, the other rise.)")
# The network looks at a batch of 128 images and answers. Then Keras computes in which direction
# each weight must be changed for the loss to fall, and changes it a little. A pass over all images
# is an epoch. `history` keeps the numbers.
history = model.fit(x_train, y_train, epochs=5, batch_size=128)

print("\nStep 5 of 5: test it on images that it has never seen")
loss, accuracy = model.evaluate(x_test, y_test)  # the loss, then the `metrics` above
print("(New images are usually read a little worse than those that it learned from.)")
# predict gives ten probabilities for each image, argmax the place of the largest one: the digit.
probabilities = model.predict(x_test, verbose=0)
print("The first four test images are", y_test[:4].argmax(axis=1))
print("The network says              ", probabilities[:4].argmax(axis=1))
print(f"Test accuracy: {accuracy:.2%}")

# Save the network, pictures of what it reads, and draw.html, a page to draw on, in outputs/.
run.save(model, (x_train, y_train), (x_test, y_test), probabilities, loss)
