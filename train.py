"""Train a neural network to read handwritten digits: the classic Keras MNIST script.

    python train.py            # do the five steps below
    python train.py --help     # what can be changed without editing

Read it from top to bottom; README.md explains each step at more length.
"""

from training.run import Run  # for what is not about learning: options, Ctrl-C, saving
import keras  # a library for neural networks

run = Run()
keras.utils.set_random_seed(run.options.seed)  # the same random numbers in every run

print("\nStep 1 of 5: load the images and their labels")
# MNIST is 60,000 images of digits to learn from, and 10,000 others to test what was learned. x are
# the images, y their labels: which digit each one is.
if run.takes_mnist():
    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
else:  # not the usual way: there is no internet, or you asked for other images, or for more
    (x_train, y_train), (x_test, y_test) = run.load_data()
print("Training images:", x_train.shape, x_train.dtype, "from", x_train.min(), "to", x_train.max())
print("Test images:", x_test.shape)
print("The first label:", y_train[0])

print("\nStep 2 of 5: turn them into what a network can read")
# Each image has 28 rows of 28 pixels, from 0 (paper) to 255 (ink). The network takes one list of
# 784 small numbers: the rows are laid end to end, and divided by 255.
x_train = x_train.reshape((-1, 784)).astype("float32") / 255
x_test = x_test.reshape((-1, 784)).astype("float32") / 255
# It will answer with ten numbers, how likely each digit is. In that form 3 is 0 0 0 1 0 0 0 0 0 0.
y_train = keras.utils.to_categorical(y_train, 10)
y_test = keras.utils.to_categorical(y_test, 10)
print("Training images:", x_train.shape, x_train.dtype, "from", x_train.min(), "to", x_train.max())
print("The first label:", y_train[0])

print("\nStep 3 of 5: build the network")
# Two layers of weighted sums. The weights are what is learned; at first they are random.
model = keras.Sequential(
    [
        keras.Input((784,)),
        keras.layers.Dense(512, activation="relu"),  # 512 sums; negative ones become 0
        keras.layers.Dense(10, activation="softmax"),  # 10 sums, made into probabilities
    ]
)
# The loss measures how wrong the answers are. The optimizer is the rule by which the weights are
# changed to make it smaller. The accuracy, the share of right answers, is only for us to read.
model.compile(optimizer="rmsprop", loss="categorical_crossentropy", metrics=["accuracy"])
if run.options.model != "dense":  # not the usual way: you asked for another network
    model = run.build_network()
model.summary()

print("\nStep 4 of 5: train it")
# The network looks at 128 images, a batch, and answers; then each weight is changed a little, so
# that the loss falls. After all images, that was one epoch.
print("(Who only guesses one of ten digits has a loss of 2.3 and an accuracy of 0.1.)")
run.watch(model)  # what you ask for on the command line is done, and Ctrl-C ends `fit` early
history = model.fit(x_train, y_train, epochs=5, batch_size=128)

print("\nStep 5 of 5: evaluate it on images that it has never seen")
loss, accuracy = model.evaluate(x_test, y_test)
print("(New images are usually read a little worse than those that it learned from.)")
probabilities = model.predict(
    x_test, verbose=0
)  # of each image ten; the largest is what the network says
print("The first four test images are", y_test[:4].argmax(axis=1))
print("The network says              ", probabilities[:4].argmax(axis=1))
print(f"Test accuracy: {accuracy:.2%}")

# The network, its numbers, pictures of what it reads, and a page in which you can draw.
run.save(model, (x_train, y_train), (x_test, y_test), probabilities, loss)
