"""Skeleton pictures: OpenPose's points in their colours, limbs at six tenths, nothing that is not sure."""

from pathlib import Path

import numpy as np
import pytest

from manekko.errors import InputError
from manekko.files.keypoints import write_tracks
from manekko.paint.skeleton_video import SKELETON20, draw_skeleton, pose_video, skeleton20, write_pose_video
from manekko.people.keypoints import Hands, Track
from manekko.video.source import open_clip
from tests.paint.stick_samples import hand_at, seen

_RIGHT_ELBOW, _RIGHT_WRIST, _NECK = (SKELETON20.index(name) for name in ("right_elbow", "right_wrist", "neck"))


def _drawn(points: np.ndarray, hands: np.ndarray | None = None, size_px: int = 1000) -> np.ndarray:
    picture = np.zeros((size_px, size_px, 3), dtype=np.uint8)
    draw_skeleton(picture, points, hands)
    return picture


def _standing() -> np.ndarray:
    return skeleton20(seen(metre_px=500.0, hips_px=(500.0, 520.0)))


def test_the_neck_is_the_middle_of_the_shoulders() -> None:
    points = _standing()
    assert points.shape == (20, 4)
    middle = (points[SKELETON20.index("left_shoulder")] + points[SKELETON20.index("right_shoulder")]) / 2.0
    np.testing.assert_allclose(points[_NECK], middle)


def test_joints_have_their_colour_and_limbs_six_tenths_of_theirs() -> None:
    points = _standing()
    picture = _drawn(points)
    for name, colour in (("nose", (255, 0, 0)), ("right_elbow", (255, 255, 0)), ("left_ankle", (85, 0, 255)),
                         ("left_toe", (200, 200, 0)), ("right_toe", (100, 100, 0))):  # fmt: skip
        x, y = points[SKELETON20.index(name), :2].astype(int)
        assert tuple(picture[y, x]) == colour
    x, y = ((points[_RIGHT_ELBOW, :2] + points[_RIGHT_WRIST, :2]) / 2.0).astype(int)
    assert tuple(picture[y, x]) == (153, 153, 0)
    ankle, toe = (points[SKELETON20.index(f"left_{name}"), :2] for name in ("ankle", "toe"))
    x, y = ((ankle + toe) / 2.0).astype(int)
    assert tuple(picture[y, x]) == (153, 0, 51)


@pytest.mark.parametrize(("size_px", "half_width"), [(300, 1), (480, 1), (720, 2), (1000, 4)])
def test_limbs_widen_with_the_picture(size_px: int, half_width: int) -> None:
    points = np.full((20, 4), np.nan)
    points[[_RIGHT_ELBOW, _RIGHT_WRIST]] = [[size_px * 0.2, 100.0, 0.0, 1.0], [size_px * 0.8, 100.0, 0.0, 1.0]]
    picture = _drawn(points, size_px=size_px)
    assert picture[:, size_px // 2].any(-1).sum() == 2 * half_width + 1


def test_a_limb_needs_both_its_ends() -> None:
    points = _standing()
    whole = _drawn(points)
    points[_RIGHT_WRIST, 3] = 0.49
    lacking = _drawn(points)
    x, y = ((points[_RIGHT_ELBOW, :2] + points[_RIGHT_WRIST, :2]) / 2.0).astype(int)
    assert whole[y, x].any()
    assert not lacking[y - 8 : y + 8, x - 8 : x + 8].any()


def test_missing_points_draw_nothing_at_all() -> None:
    assert not _drawn(np.full((20, 4), np.nan), np.full((2, 21, 4), np.nan)).any()


def test_a_limb_that_leaves_the_picture_keeps_its_direction() -> None:
    points = _standing()
    points[_RIGHT_WRIST, :2] = points[_RIGHT_ELBOW, :2] + [-900.0, -300.0]
    picture = _drawn(points)
    x, y = (points[_RIGHT_ELBOW, :2] + np.array([-300.0, -100.0])).astype(int)
    assert picture[y - 1 : y + 2, x].any()
    assert not picture[:5, :5].any()


def test_hands_are_drawn_with_blue_knuckles_and_a_rainbow_of_fingers() -> None:
    hand = hand_at((500.0, 500.0), length_px=200.0)
    picture = _drawn(np.full((20, 4), np.nan), np.stack([hand, np.full((21, 4), np.nan)]))
    for point in hand:
        assert tuple(picture[int(point[1]), int(point[0])]) == (0, 0, 255)
    x, y = ((hand[1] + hand[2]) / 2.0)[:2].astype(int)
    red, green, blue = picture[y, x].tolist()
    assert red == 255
    assert 60 < green < 90
    assert blue == 0


def _track(track_id: int = 1, frames: int = 12) -> Track:
    points = np.repeat(seen(metre_px=80.0, hips_px=(160.0, 120.0))[None], frames, axis=0)
    points[5, :, 0] = np.nan
    hands = np.stack([hand_at((60.0, 60.0)), hand_at((260.0, 60.0))])
    return Track(
        track_id=track_id,
        times_s=np.arange(frames) / 25.0,
        keypoints_px=points[..., :2],
        confidences=np.where(np.isfinite(points[..., 0]), 0.9, 0.0),
        world_m=np.full((frames, 33, 3), np.nan),
        image_size_px=(320, 240),
        hands=Hands(
            np.repeat(hands[None, ..., :2], frames, axis=0), np.full((frames, 2, 21, 3), np.nan), np.ones((frames, 2))
        ),
    )


def test_the_video_has_the_clip_s_size_rate_and_length_and_no_gaps(tmp_path: Path) -> None:
    keypoints = tmp_path / "dance-keypoints.npz"
    write_tracks(keypoints, [_track()])
    told: list[tuple[str, int, int | None]] = []
    target = pose_video(keypoints, tmp_path / "pose.mp4", lambda *step: told.append(step))
    clip = open_clip(target)
    frames = [frame.rgb for frame in clip.frames()]
    assert clip.info.size_px == (320, 240)
    assert clip.info.fps == pytest.approx(25.0)
    assert len(frames) == 12
    assert all(frame.max() > 100 for frame in frames)
    assert told[-1] == ("pose video", 12, 12)


def test_nobody_makes_no_video(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nobody"):
        write_pose_video([], tmp_path / "pose.mp4")
    assert not (tmp_path / "pose.mp4").exists()
