"""What surrounds the recipe of train.py, and what predict.py shares with it.

Options, data and the sample, the convnet, distortion, your own digits, Ctrl-C and speed, results
and pictures; and the start, errors and files of both scripts. Little here is about learning: you
need not read it to understand train.py.
"""
