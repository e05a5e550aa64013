"""What answers.py says of a network's answers: which class, how many right, which is hardest."""

import numpy as np
import pytest

from training.answers import Answers, is_one_hot, to_labels

LABELS = np.array([0, 1, 1, 2])
PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.3, 0.5, 0.2], [0.1, 0.2, 0.7], [0.1, 0.3, 0.6]])


def test_the_most_probable_class_is_the_answer_and_accuracy_the_share_of_right_ones():
    answers = Answers(np.zeros((4, 28, 28), "uint8"), LABELS, PROBABILITIES, list("012"), "a test")
    assert answers.predicted.tolist() == [0, 1, 2, 2]
    assert answers.accuracy == 0.75


def test_of_each_class_the_hardest_image_is_first_and_the_others_in_their_order():
    labels = np.array([5, 3, 5, 5, 5])
    probabilities = np.zeros((5, 10))
    probabilities[:, 5] = [0.9, 0.0, 0.8, 0.1, 0.1]
    answers = Answers(np.zeros((5, 28, 28), "uint8"), labels, probabilities, [], "a test")
    classes = [list(indices) for indices in answers.sort_by_class()]
    assert classes == [[1], [3, 0, 2, 4]]  # 3 before 5


@pytest.mark.parametrize(
    ("y", "one_hot", "labels"),
    [
        (np.array([[0.1, 0.9], [0.8, 0.2]]), True, [1, 0]),
        (LABELS[:, np.newaxis], False, [0, 1, 1, 2]),
        (LABELS.astype("float32"), False, [0, 1, 1, 2]),
        (np.array([True, False]), False, [1, 0]),
    ],
    ids=["one-hot", "a column", "floats", "true or not"],
)
def test_labels_become_integers_whether_they_are_one_hot_or_a_number_each(y, one_hot, labels):
    assert is_one_hot(y) == one_hot
    found = to_labels(y)
    assert found.tolist() == labels
    assert found.dtype == np.int64
    assert not is_one_hot(np.zeros((4, 28, 28)))
