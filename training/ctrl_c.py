"""Ctrl-C ends the training early and keeps what was learned.

Nothing here is about learning; you need not read it to understand train.py.
"""

import signal
import sys

import keras


class StopOnCtrlC(keras.callbacks.Callback):
    """Ends `fit` soon after Ctrl-C was pressed; a second one ends the program.

    It ends after the batches that are computed in one call (speed.py). An exception would come in
    the middle of a batch, in which weights can be lost (on JAX). After `fit`, `pressed` says
    whether it was interrupted.
    """

    def __init__(self):
        super().__init__()
        self.pressed = False
        self.handler_before = signal.signal(signal.SIGINT, self.on_ctrl_c)

    def on_ctrl_c(self, signal_number, frame):
        self.pressed = True
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # the next one ends the program at once
        # On stderr, since the bar may be in the middle of printing on stdout.
        print(
            "\nCtrl-C: ending the training, then evaluating and saving what was learned. "
            "Press it again to end at once.",
            file=sys.stderr,
        )

    def on_train_batch_end(self, batch, logs=None):
        if self.pressed:
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        if self.pressed:  # while the validation ran
            self.model.stop_training = True

    def on_train_end(self, logs=None):
        signal.signal(signal.SIGINT, self.handler_before)
