"""What answers.py says of a network's answers: which class, how many right, which is hardest."""

import numpy as np

from training.answers import Answers, to_labels


def test_of_each_class_the_hardest_image_is_first_and_the_others_in_their_order():
    labels = np.array([5, 3, 5, 5, 5])
    probabilities = np.zeros((5, 10))
    probabilities[:, 5] = [0.9, 0.0, 0.8, 0.1, 0.1]
    answers = Answers(np.zeros((5, 28, 28), "uint8"), labels, probabilities, [], "a test")
    classes = [list(indices) for indices in answers.sort_by_class()]
    assert classes == [[1], [3, 0, 2, 4]]  # 3 before 5


def test_labels_become_integers_whether_they_are_one_hot_or_a_number_each():
    assert to_labels([[0.1, 0.9], [0.8, 0.2]]).tolist() == [1, 0]
    found = to_labels(np.array([[0], [1], [2]], "float32"))
    assert found.tolist() == [0, 1, 2]
    assert found.dtype == np.int64
