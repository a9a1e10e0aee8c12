from pathlib import Path

import numpy as np
import pytest

from manekko.errors import InputError
from manekko.people.find import find_people
from manekko.people.keypoints import Track
from manekko.video.source import open_clip
from manekko.video.writer import write_png

EXAMPLE = Path(__file__).parents[2] / "examples" / "dance.mp4"


def _seen(track: Track) -> float:
    return float(track.seen.mean())


def _bytes(tracks: list[Track]) -> list[bytes]:
    arrays = []
    for track in tracks:
        arrays += [track.keypoints_px, track.confidences, track.world_m]
        arrays += [track.hands.keypoints_px, track.hands.scores] if track.hands else []
        arrays += [track.face.keypoints_px] if track.face else []
    return [np.ascontiguousarray(array).tobytes() for array in arrays]


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.weights
def test_the_number_of_workers_changes_nothing(data_folder: Path, weights_folder: Path) -> None:
    clip = open_clip(data_folder / "anime/anime_dance_368x368_25fps.gif")
    parts = frozenset({"body", "hands", "face"})
    one, two, three = (_bytes(find_people(clip, parts=parts, workers=count)) for count in (1, 2, 3))
    assert one == two == three
    assert len(one) == 6


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.weights
@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("video/dance_frontal_1080x1920_24fps.mp4", 0.98),
        ("video/dance_outdoor_512x758_24fps.mp4", 0.98),
        ("video/gymnast_moving_camera_1080p_30fps.mp4", 0.98),
        ("anime/anime_dance_368x368_25fps.gif", 0.95),
    ],
)
def test_one_dancer_is_one_track(name: str, least: float, data_folder: Path, weights_folder: Path) -> None:
    tracks = find_people(open_clip(data_folder / name))
    assert [track.track_id for track in tracks] == [1]
    assert _seen(tracks[0]) >= least


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.weights
def test_two_people_are_two_tracks_through_all_frames(data_folder: Path, weights_folder: Path) -> None:
    tracks = find_people(open_clip(data_folder / "video/two_people_1080x1920_12fps.mp4"))
    assert [_seen(track) for track in tracks] == [1.0, 1.0]
    left, right = (np.nanmean(track.keypoints_px[..., 0], axis=1) for track in tracks)
    assert (left < right).all()


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.weights
def test_the_one_who_walks_in_late_begins_late_and_the_other_stays_one(data_folder: Path, weights_folder: Path) -> None:
    """A man stands on a wall from the start, jumps down and runs off; a woman walks in after 1.3 s and out at 6.7 s."""
    tracks = find_people(open_clip(data_folder / "video/walk_enters_late_1768x994_30fps.mp4"))
    man, woman = tracks
    assert np.flatnonzero(man.seen)[0] == 0
    assert np.flatnonzero(man.seen)[-1] > 220
    assert 38 <= np.flatnonzero(woman.seen)[0] <= 60
    assert 190 <= np.flatnonzero(woman.seen)[-1] <= 205


@pytest.mark.weights
def test_an_empty_picture_has_nobody(tmp_path: Path, weights_folder: Path) -> None:
    write_png(tmp_path / "grey.png", np.full((120, 160, 3), 128, np.uint8))
    assert find_people(open_clip(tmp_path / "grey.png")) == []


@pytest.mark.data
@pytest.mark.weights
def test_one_picture_gives_a_track_of_one_frame_with_hands_and_face(
    tmp_path: Path, data_folder: Path, weights_folder: Path
) -> None:
    frame = next(open_clip(data_folder / "video/dance_frontal_1080x1920_24fps.mp4").frames())
    write_png(tmp_path / "still.png", frame.rgb)
    (track,) = find_people(open_clip(tmp_path / "still.png"), parts=frozenset({"body", "hands", "face"}))
    assert track.keypoints_px.shape == (1, 33, 2)
    assert track.hands is not None
    assert track.face is not None
    assert (track.hands.scores > 0.8).all()
    assert track.face.scores[0] > 0.9
    # Each hand hangs on the wrist of its own side, and the face's nose tip is the body's nose.
    wrists = np.linalg.norm(track.hands.keypoints_px[0, :, 0] - track.keypoints_px[0, [15, 16]], axis=1)
    assert (wrists < 40).all()
    assert np.linalg.norm(track.face.keypoints_px[0, 1, :2] - track.keypoints_px[0, 0]) < 25


@pytest.mark.weights
def test_the_example_dancer_is_seen_throughout(weights_folder: Path) -> None:
    (track,) = find_people(open_clip(EXAMPLE), end_s=2.0)
    assert _seen(track) == 1.0


@pytest.mark.data
def test_unknown_parts_and_numbers_of_people_are_refused(data_folder: Path) -> None:
    clip = open_clip(data_folder / "anime/anime_dance_368x368_25fps.gif")
    with pytest.raises(InputError, match="unknown part 'feet'"):
        find_people(clip, parts=frozenset({"body", "feet"}))
    with pytest.raises(InputError, match="give 1 or more"):
        find_people(clip, people=0)
