"""What the tests of reading/ ask: which digits are found in a picture, and where.

No network is asked: what is checked is where digits are found.
"""

import numpy as np
import pytest
from helpers import assert_one_line

from reading.basics import NoDigits
from reading.find import find_digits


def pieces(picture):
    """Return the proposals of the pieces in a picture, without those of two pieces or of parts."""
    found = []
    node = 0
    for proposal in find_digits(picture):
        if proposal.start == node:  # a piece comes before its parts, and pairs come last
            found.append(proposal)
            node = proposal.stop
    return found


def assert_found(picture, boxes, atol=4):
    """Check that exactly the digits in these boxes are found in a picture, in this order."""
    found = [proposal.box for proposal in pieces(picture)]
    assert len(found) == len(boxes), found
    np.testing.assert_allclose(found, boxes, atol=atol)


def assert_refused(picture, *words):
    with pytest.raises(NoDigits) as refused:
        find_digits(picture)
    assert_one_line(str(refused.value), *words)
