"""Compare what was read with what is known to be written, and collect it (predict.py --are).

For those who want their own digits in the training: train.py --add takes what is collected here.
"""

import sys

import numpy as np

from reading import show
from training import data
from training.errors import one_line, printable


def mark(pages, known):
    """Return `pages`, whose digits have their `truth` if as many were found as are `known`."""
    number = sum(len(page.digits) for page in pages)
    if number != len(known) or any(page.error is not None for page in pages):
        return pages
    truths = iter(known)
    marked = []
    for page in pages:
        digits = [digit._replace(truth=int(next(truths))) for digit in page.digits]
        marked.append(page._replace(digits=digits))
    return marked


def collect(pages, known, path):
    """Print how many digits of pages from `mark` were read right, and add them to `path`.

    Returns whether they were added. They are not if another number of digits was found than in
    `known`, since nobody can say then which is which; nor if a page could not be read, or the file
    not be written. One line on stderr says so.
    """
    from training import own_digits  # here, since it takes seconds, and reading does not need it

    for page in pages:
        if page.error is not None:
            say_nothing_was_added(f"{page.path} could not be read")
            return False
    found = []
    for page in pages:
        found += page.digits
    if len(found) != len(known):
        say_nothing_was_added(
            f"{len(found)} digits were found, and --are says that there are {len(known)}. Look at "
            "your_digits.png. It helps to leave more room between digits, and to have nothing "
            "else in the picture"
        )
        return False
    print(printable(describe_accuracy(pages)))
    images = np.array([digit.proposal.image for digit in found])
    labels = np.array([digit.truth for digit in found])
    try:
        number_added, number_changed, number_of_all = own_digits.collect(path, images, labels)
    except (data.DataError, OSError) as error:
        say_nothing_was_added(one_line(error))
        return False
    print(f"Added to {printable(path)}: {number_added} digits. It has {number_of_all} now.")
    if number_added < len(found):
        print(f"({len(found) - number_added} were there already. If the network has learned from")
        print("them, by train.py --add, it proves nothing that it reads them right.)")
    if number_changed:
        print(f"Changed, since they were something else before: {number_changed} labels.")
    print(f"To train with them: python train.py --add {printable(path)}")
    return True


def say_nothing_was_added(reason):
    print(printable(f"Nothing was added: {reason}."), file=sys.stderr)


def describe_accuracy(pages):
    """Return in words how many digits were read right, and which ones were not."""
    misread = []
    number = 0
    for page in pages:
        for place, digit in zip(show.find_places(page.digits), page.digits, strict=True):
            if digit.misread:
                if len(pages) > 1:
                    place += f" of {page.path}"
                misread.append(f"{digit.truth} as {digit.predicted} ({place})")
        number += len(page.digits)
    right = number - len(misread)
    text = f"Read right: {right} of {number}, {right / number:.0%}."
    if misread:
        text += f" Misread: {', '.join(misread)}."
    if number > 1 and right < number / 2:
        text += (
            " If that is because --are has them in another order (it is row by row, each from left "
            "to right), run this again with the right one: it replaces what was added."
        )
    return text
