"""What paper.py does: it finds the paper in a picture."""

import cv2
import pytest
from drawing import WHITE, WOOD, blank, seen, write
from finding import assert_found, pieces


@pytest.mark.parametrize("desk", [WOOD, (28, 28, 30), (205, 190, 165)])
@pytest.mark.parametrize("rim", [20, 140, 300])
def test_a_note_on_a_desk_is_not_taken_for_a_digit(typical_digits, desk, rim):
    picture = blank(900, 1200, paper=desk)
    height, width = 900 - 2 * rim, 1200 - 2 * rim
    picture[rim:-rim, rim:-rim] = WHITE
    boxes = write(
        picture, typical_digits[[2, 7, 4]], rim + width // 8, rim + height // 3, 100, gap=0.2
    )
    turned = cv2.getRotationMatrix2D((600, 450), 3, 1)
    assert len(pieces(seen(cv2.warpAffine(picture, turned, (1200, 900), borderValue=desk)))) == 3
    assert_found(seen(picture), boxes)
