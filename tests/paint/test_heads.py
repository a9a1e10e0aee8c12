import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from manekko.paint.heads import FACE, HEADS, LEFT_HAND, RIGHT_HAND, head_boxes
from manekko.paint.pose_map import NOTHING


def test_a_square_lies_about_the_middle_of_its_part() -> None:
    parts = np.full((256, 256), NOTHING, np.uint8)
    parts[40:80, 100:140] = FACE
    parts[150:160, 60:66] = RIGHT_HAND
    face, left, right = head_boxes(parts)
    assert face.tolist() == [120 - 32, 60 - 32, 64]
    assert right.tolist() == [63 - 16, 155 - 16, 32]
    assert left.tolist() == [0, 0, 0]


@given(st.integers(0, 63), st.integers(0, 63), st.sampled_from([FACE, LEFT_HAND, RIGHT_HAND]))
def test_squares_stay_inside_and_hold_a_part_that_is_seen_at_one_pixel(row: int, column: int, part: int) -> None:
    parts = np.full((64, 64), NOTHING, np.uint8)
    parts[row, column] = part
    number = [head[0] for head in HEADS].index(part)
    left, top, side = head_boxes(parts)[number].tolist()
    assert side == 64 // HEADS[number][1]
    assert 0 <= left <= column < left + side <= 64
    assert 0 <= top <= row < top + side <= 64


def test_what_hides_half_of_a_face_does_not_move_its_square() -> None:
    parts = np.full((256, 256), NOTHING, np.uint8)
    parts[40:80, 100:140] = FACE
    whole = head_boxes(parts)[0]
    parts[45:75, 105:120] = NOTHING
    assert head_boxes(parts)[0].tolist() == whole.tolist()
