"""What odd.py does: it finds the odd one out in a row of digits."""

import pytest

from reading.odd import find_odd

DIGITS = [(0, 10, 30, 60), (40, 12, 70, 61), (80, 8, 110, 58), (120, 10, 150, 60)]


@pytest.mark.parametrize(
    "box",
    [
        (160, 25, 185, 50),  # a plus
        (160, 19, 200, 51),  # an arrow, which is not low, but floats
        (160, 45, 185, 60),  # a bar at their feet
        (160, 10, 185, 25),  # and one at their heads
        (160, 0, 175, 100),  # a bracket
    ],
)
@pytest.mark.parametrize("place", range(5))
def test_a_thing_that_is_lower_or_higher_than_the_digits_around_it_is_odd(box, place):
    row = [*DIGITS[:place], box, *DIGITS[place:]]
    assert find_odd(row) == [index == place for index in range(5)]


def test_digits_of_other_heights_are_not_odd():
    on_the_line = (160, 25, 185, 60)  # two thirds as high
    assert not any(find_odd([*DIGITS, on_the_line]))
    climbing = [(40 * i, 100 - 12 * i, 40 * i + 30, 150 - 12 * i) for i in range(8)]
    assert not any(find_odd(climbing))


def test_of_a_row_that_grows_only_the_nearest_two_on_each_side_count():
    small = [(40 * i, 30, 40 * i + 30, 80) for i in range(5)]
    tall = [(40 * i, 0, 40 * i + 35, 90) for i in range(5, 8)]
    assert not any(find_odd(small + tall))


def test_of_two_nobody_knows_which_is_the_odd_one():
    assert find_odd([(0, 10, 30, 60), (40, 25, 65, 50)]) == [False, False]
