"""What surrounds the recipe of train.py: options, data, other networks, Ctrl-C, results, plots."""
