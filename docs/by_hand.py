"""The network of train.py by hand: its answers and its training, in NumPy alone.

    python train.py            # first: it leaves a trained network in outputs/
    python docs/by_hand.py

by_hand.md, beside this file, explains each part.
"""

import pathlib
import sys

import keras  # only to open the trained network, and to compare
import numpy as np

np.set_printoptions(suppress=True)  # prints 0.0001, not 1e-04
if not pathlib.Path("outputs/model.keras").exists():
    sys.exit("There is no outputs/model.keras here: run python train.py first, in this folder.")

# 1. Load and preprocess
x_train, y_train, x_test, y_test = np.load("training/sample.npz").values()
x_train = x_train.reshape((-1, 784)).astype("float32") / 255
x_test = x_test.reshape((-1, 784)).astype("float32") / 255
y_train = np.eye(10, dtype="float32")[y_train]  # 3 becomes 0 0 0 1 0 0 0 0 0 0


# 2. Forward: from pixels to probabilities
def forward(x):
    """Return what both layers answer to images: (N, 784) becomes (N, 512), then (N, 10)."""
    hidden = np.maximum(x @ weights_1 + bias_1, 0)  # weighted sums; negative ones become 0
    sums = hidden @ weights_2 + bias_2
    powers = np.exp(sums - sums.max(axis=1, keepdims=True))  # all positive, and none too large
    return hidden, powers / powers.sum(axis=1, keepdims=True)  # each row is 1 together


model = keras.saving.load_model("outputs/model.keras")
if len(model.get_weights()) != 4:
    sys.exit("outputs/model.keras is not the classic network: run python train.py first.")
weights_1, bias_1, weights_2, bias_2 = model.get_weights()
hidden, probabilities = forward(x_test[:1])
print("The first test image:", y_test[0])
print("By hand:", probabilities[0].round(4))
print("Keras:  ", model.predict(x_test[:1], verbose=0)[0].round(4))

# 3. Backward: from the loss to slopes, and a small step down
random = np.random.default_rng(0)
weights_1 = 0.04 * random.standard_normal((784, 512), dtype="float32")
bias_1 = np.zeros(512, dtype="float32")
weights_2 = 0.06 * random.standard_normal((512, 10), dtype="float32")
bias_2 = np.zeros(10, dtype="float32")
learning_rate = 0.1

for epoch in range(1, 6):
    losses = []
    for first in range(0, len(x_train), 128):
        x = x_train[first : first + 128]  # a batch
        y = y_train[first : first + 128]
        hidden, probabilities = forward(x)
        losses.append(-np.log(probabilities[y == 1]).mean())  # what the right digits got

        slopes_2 = (probabilities - y) / len(x)  # of the loss, for the sums of layer 2
        slopes_1 = (slopes_2 @ weights_2.T) * (hidden > 0)  # layer 1: through weights and relu

        weights_2 -= learning_rate * hidden.T @ slopes_2  # its input times its sum's slope
        bias_2 -= learning_rate * slopes_2.sum(axis=0)
        weights_1 -= learning_rate * x.T @ slopes_1
        bias_1 -= learning_rate * slopes_1.sum(axis=0)
    print(f"Epoch {epoch}: loss {np.mean(losses):.2f}")

# 4. Evaluate
hidden, probabilities = forward(x_test)
accuracy = (probabilities.argmax(axis=1) == y_test).mean()
print(f"Test accuracy of the network trained by hand: {accuracy:.1%}")
