"""Compare what was read with what is known to be written, and collect it (predict.py --are).

For those who want their own digits in the training: train.py --add takes what is collected here.
"""

import numpy as np

from reading import show
from training.errors import UserError, one_line, printable


def mark(pages, known):
    """Return `pages`, whose digits have their `truth` now, and None; or as they are, and why.

    They stay as they are if a page could not be read, or if another number of digits was found than
    is `known`: nobody can say then which is which.
    """
    for page in pages:
        if page.error is not None:
            return pages, f"{page.path} could not be read"
    number = sum(len(page.digits) for page in pages)
    if number != len(known):
        return pages, (
            f"{number} digits were found, and --are says that there are {len(known)}. Look at "
            "your_digits.png. It helps to leave more room between digits, and to have nothing "
            "else in the picture"
        )
    truths = iter(known)
    marked = []
    for page in pages:
        digits = [digit._replace(truth=int(next(truths))) for digit in page.digits]
        marked.append(page._replace(digits=digits))
    return marked, None


def collect(pages, problem, path):
    """Print how many digits of pages from `mark` were read right, and add them to `path`.

    Raises UserError if `mark` found a problem, or the file at `path` is something else or cannot be
    written.
    """
    from training import own_digits  # here, since it takes seconds, and reading does not need it

    if problem is not None:
        raise UserError(printable(f"nothing was added: {problem}."))
    found = []
    for page in pages:
        found += page.digits
    print(printable(describe_accuracy(pages)))
    images = np.array([digit.proposal.image for digit in found])
    labels = np.array([digit.truth for digit in found])
    try:
        number_added, number_of_all = own_digits.collect(path, images, labels)
    except OSError as error:
        raise UserError(f"nothing was added: {one_line(error)}.") from None
    print(f"Added to {printable(path)}: {number_added} digits. It has {number_of_all} now.")
    if number_added < len(found):
        print(f"({len(found) - number_added} were there already. If the network has learned from")
        print("them, by train.py --add, it proves nothing that it reads them right.)")
    print(f"To train with them: python train.py --add {printable(path)}")


def describe_accuracy(pages):
    """Return in words how many digits were read right, and which ones were not."""
    misread = []
    for page in pages:
        of_page = f" of {page.path}" if len(pages) > 1 else ""
        for place, digit in zip(show.find_places(page.digits), page.digits, strict=True):
            if digit.misread:
                misread.append(f"{digit.truth} as {digit.predicted} ({place}{of_page})")
    number = sum(len(page.digits) for page in pages)
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
