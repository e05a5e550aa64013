"""The options of train.py: what can be changed without editing it."""

import argparse
import sys

from training import convnet


def parse(arguments=None):
    """Read the command line, or `arguments` in its place; return its options.

    A wrong one ends the program with status 2 and says why. `epochs` and `batch_size` are None if
    train.py itself decides: for the network that stands there.
    """
    if arguments is None and sys.argv[0].endswith("kernel_launcher.py"):
        arguments = []  # in a notebook, what stands on the command line is the notebook's own
    parser = argparse.ArgumentParser(description="Train a neural network to read digits.")
    parser.add_argument(
        "--model", choices=["dense", "convnet"], default="dense", help="default: dense"
    )
    parser.add_argument(
        "--data",
        default="auto",
        help="mnist, fashion_mnist, sample (7,000 digits, no internet needed), an .npz file, or a "
        "folder with MNIST's four original files (default: mnist, or else sample)",
    )
    parser.add_argument(
        "--add",
        action="append",
        default=[],
        metavar="FILE",
        help="your own digits, to learn from as well: my_digits.npz of `predict.py --are`, or "
        "my_digits.json of the page; may be given several times",
    )
    parser.add_argument(
        "--hands",
        action="store_true",
        help="learn from 7,548 digits of people from elsewhere as well, who write a 1 or a 7 in "
        "another way than MNIST's writers",
    )
    parser.add_argument(
        "--epochs", type=int, help="how often to show all training images (default: 5, convnet 8)"
    )
    parser.add_argument(
        "--batch-size",
        type=int,
        help="images to look at before each change of the weights (default: 128)",
    )
    parser.add_argument(
        "--validation-split",
        type=float,
        default=0.0,
        help="share of the training images to keep aside and test on after each epoch (default: 0)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="where the random numbers start (default: 0)"
    )
    parser.add_argument(
        "--outputs", default="outputs", help="the folder for what is saved (default: outputs)"
    )
    args = parser.parse_args(arguments)
    if args.epochs is not None and args.epochs < 1:
        parser.error("--epochs must be 1 or more")
    if args.batch_size is not None and not 1 <= args.batch_size <= 1_000_000:
        parser.error("--batch-size must be from 1 to 1000000")
    if args.validation_split != 0 and not 0.01 <= args.validation_split <= 0.99:
        parser.error("--validation-split must be 0, or from 0.01 to 0.99")
    if not 0 <= args.seed < 2**32:
        parser.error("--seed must be from 0 to 4294967295")
    if (args.add or args.hands) and args.data == "fashion_mnist":
        parser.error("--add and --hands bring digits, and --data fashion_mnist has clothes")
    if args.model == "convnet":
        args.epochs = args.epochs or convnet.EPOCHS
    return args
