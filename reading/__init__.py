"""From a picture to digits: for predict.py, which reads what you wrote."""
