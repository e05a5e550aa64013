"""The page in which you draw: it has the trained network in it, and runs in any browser."""
