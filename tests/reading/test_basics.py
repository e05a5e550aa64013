"""What basics.py does: it measures strokes."""

import numpy as np
import pytest

from reading.basics import stroke_width


@pytest.mark.parametrize("width", [3, 6, 12])
def test_strokes_are_as_wide_as_they_were_drawn(width):
    mask = np.zeros((300, 300), np.uint8)
    mask[20:280, 50 : 50 + width] = 1
    mask[100 : 100 + width, 100:280] = 1
    assert stroke_width(mask) == pytest.approx(width, rel=0.05)
    assert stroke_width(np.zeros((9, 9), np.uint8)) == 0
