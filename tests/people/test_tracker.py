import numpy as np
import pytest

from manekko.people.identities import people_of
from manekko.people.landmarks import BodyPose
from manekko.people.roi import Roi
from manekko.people.tracker import Networks, follow, is_part_of
from manekko.pixels.warp import crop
from manekko.video.source import open_clip
from tests.people.bodies import standing
from tests.people.test_find import EXAMPLE


def _pose(points: np.ndarray, score: float = 1.0) -> BodyPose:
    size = float(np.ptp(points, axis=0).max())
    roi = Roi((float(points[:, 0].mean()), float(points[:, 1].mean())), 1.25 * size, 0.0)
    return BodyPose(score, points, np.ones(33), np.zeros((33, 3)), roi)


def test_the_same_body_seen_a_little_elsewhere_is_no_second_body() -> None:
    body = standing(500, 500, 600)
    assert is_part_of(_pose(body + 5.0), _pose(body))


def test_a_body_made_of_anothers_legs_is_no_second_body() -> None:
    body = standing(500, 500, 600)
    made_up = standing(500, 650, 300)
    assert is_part_of(_pose(made_up, score=0.93), _pose(body))


def test_a_child_before_its_parent_is_a_second_body() -> None:
    assert not is_part_of(_pose(standing(480, 650, 280)), _pose(standing(500, 500, 600)))


def test_the_neighbour_is_a_second_body_even_if_doubtful() -> None:
    assert not is_part_of(_pose(standing(750, 500, 600), score=0.9), _pose(standing(500, 500, 600)))


@pytest.mark.slow
@pytest.mark.weights
def test_who_passes_before_another_keeps_the_number_and_nobody_is_followed_twice(networks: Networks) -> None:
    """A smaller copy of the example dancer, mirrored and in other colours, glides past the dancer who stands still."""
    frame = next(open_clip(EXAMPLE).frames()).rgb
    other = np.ascontiguousarray(frame[:, ::-1])
    red = (other[..., 0] > 130) & (other[..., 1] < 110)
    other[red] = other[red][:, [1, 0, 2]]  # the red shirt turns green
    small = crop(other, (320.0, 360.0), (640.0, 720.0), 0.0, (480, 540))[60:500, 165:315]
    pictures = []
    for step in range(24):
        picture = frame.copy()
        left = 10 + 20 * step
        picture[200:640, left : left + 150] = small
        pictures.append((step, picture))
    tracklets = follow(networks, pictures)
    per_frame = [sum(step in one.frames for one in tracklets) for step in range(24)]
    assert per_frame[0] == per_frame[-1] == 2
    assert max(per_frame) == 2
    people = people_of(tracklets, fps=12.0, frame_count=24)
    assert len(people) == 2
    paths = [(person[0].keypoints_px[0, :, 0].mean(), person[-1].keypoints_px[-1, :, 0].mean()) for person in people]
    np.testing.assert_allclose(paths, [(85, 85 + 20 * 23), (320, 320)], atol=25)
