import numpy as np
import pytest

from manekko.people.detector import anchors, merge_doubles, overlap
from manekko.people.tracker import Networks


def test_there_are_as_many_anchors_as_the_networks_answer_for() -> None:
    assert anchors(224, (8, 16, 32, 32, 32)).shape == (2254, 2)
    assert anchors(128, (8, 16, 16, 16)).shape == (896, 2)


def test_the_first_anchors_run_along_the_upper_edge() -> None:
    first = anchors(224, (8, 16, 32, 32, 32))[:4]
    np.testing.assert_allclose(first, np.array([[0.5, 0.5], [0.5, 0.5], [1.5, 0.5], [1.5, 0.5]]) / 28)


def test_doubles_are_merged_by_score_and_others_stay() -> None:
    boxes = np.array([[0.0, 0.0, 1.0, 1.0], [0.2, 0.0, 1.2, 1.0], [5.0, 5.0, 6.0, 6.0]])
    found = merge_doubles(boxes, boxes.reshape(3, 2, 2), np.array([0.6, 0.2, 0.9]))
    assert [one.score for one in found] == [0.9, 0.6]
    np.testing.assert_allclose(found[1].box_px, [0.05, 0.0, 1.05, 1.0])


def test_boxes_without_area_do_not_hang_the_merging() -> None:
    boxes = np.zeros((3, 4))
    assert len(merge_doubles(boxes, np.zeros((3, 1, 2)), np.ones(3))) == 3
    assert overlap(boxes[0], boxes).max() == 0.0


@pytest.mark.weights
def test_nobody_is_found_where_nobody_is(networks: Networks) -> None:
    assert networks.people.find(np.full((90, 160, 3), 127, np.uint8), 0.5) == []
