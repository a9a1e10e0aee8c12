"""Real OpenCV on drawn rooms: whether the camera moves, and how."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from manekko.people.background import Background, Seen
from manekko.people.camera_path import CameraPath
from manekko.people.find import find_people
from manekko.people.find_camera import find_camera, path_of
from manekko.people.glimpses import Glimpses, people_mask
from manekko.pixels.background import small_grey
from manekko.video.source import open_clip
from tests.people.rooms import FOCAL_PX, SIZE_PX, VIEW, dancer, pattern, picture, turned, with_dancer
from tests.video.clips import make_video

OTHER_PAPER = pattern(9)


def looks(pictures: Sequence[np.ndarray]) -> list[Seen]:
    background, track = Background(VIEW), dancer(len(pictures))
    return [
        background.see(small_grey(with_dancer(rgb, track, frame)), people_mask([track], frame))
        for frame, rgb in enumerate(pictures)
    ]


def found(pictures: Sequence[np.ndarray]) -> CameraPath:
    return path_of(looks(pictures), np.arange(len(pictures)) / 25.0, VIEW, FOCAL_PX)


def errors_deg(path: CameraPath, matrices: np.ndarray) -> np.ndarray:
    true = Rotation.from_matrix(matrices[0].T @ matrices)
    return np.degrees((true.inv() * Rotation.from_quat(path.rotations_xyzw)).magnitude())


def test_a_still_camera_is_exactly_still_whatever_the_dancer_the_noise_and_the_light_do() -> None:
    lights = 1.0 + 0.25 * np.sin(np.arange(12) / 2.0)
    path = found([picture(light=float(light), seed=seed) for seed, light in enumerate(lights)])
    assert not path.moving
    assert (path.rotations_xyzw == [0.0, 0.0, 0.0, 1.0]).all()
    assert (path.zooms == 1.0).all()
    assert path.notes == ()


@pytest.mark.slow
def test_a_pan_is_followed_further_than_the_first_picture_shows() -> None:
    steps = np.linspace(0.0, 1.0, 26)
    matrices = turned([(3.0 * np.sin(6.0 * s), 75.0 * s, 2.0 * np.sin(4.0 * s)) for s in steps])
    path = found([picture(matrix, seed=frame) for frame, matrix in enumerate(matrices)])
    assert path.moving
    assert errors_deg(path, matrices).max() < 0.25
    assert np.percentile(np.abs(np.diff(errors_deg(path, matrices))), 90) < 0.03
    assert "turns by up to 7" in path.notes[0]
    assert len(path.notes) == 1


@pytest.mark.slow
def test_when_the_view_returns_the_drift_is_gone() -> None:
    way = 50.0 * np.sin(np.linspace(0.0, np.pi, 30))
    matrices = turned([(0.0, yaw, 0.0) for yaw in way])
    path = found([picture(matrix, seed=frame) for frame, matrix in enumerate(matrices)])
    assert errors_deg(path, matrices)[-1] < 0.1


def test_a_shaking_hand_is_followed_frame_by_frame() -> None:
    matrices = turned(np.random.default_rng(3).normal(0.0, 0.6, (12, 3)))
    path = found([picture(matrix, seed=frame) for frame, matrix in enumerate(matrices)])
    assert errors_deg(path, matrices).max() < 0.06


def test_a_whip_pan_is_not_lost() -> None:
    matrices = turned([(0.0, yaw, 0.0) for yaw in (*[0.0] * 5, 14.0, 28.0, *[30.0] * 5)])
    path = found([picture(matrix, seed=frame) for frame, matrix in enumerate(matrices)])
    assert errors_deg(path, matrices).max() < 0.2


def test_a_zoom_is_told_from_a_turn() -> None:
    zooms = np.linspace(1.0, 1.5, 12)
    matrices = turned([(0.0, yaw, 0.0) for yaw in np.linspace(0.0, 8.0, 12)])
    pictures = [picture(m, zoom=float(z), seed=frame) for frame, (m, z) in enumerate(zip(matrices, zooms, strict=True))]
    path = found(pictures)
    assert path.zooms == pytest.approx(zooms, rel=0.005)
    assert errors_deg(path, matrices).max() < 0.1
    assert "zooms × 1.50" in path.notes[0]


def test_a_turn_alone_never_zooms() -> None:
    matrices = turned([(0.0, yaw, 0.0) for yaw in np.linspace(0.0, 16.0, 8)])
    assert (found([picture(matrix) for matrix in matrices]).zooms == 1.0).all()


def test_a_cut_is_no_pan() -> None:
    pictures = [picture(seed=seed) for seed in range(10)]
    pictures += [picture(paper=OTHER_PAPER, seed=seed) for seed in range(6)]
    seen = looks(pictures)
    path = path_of(seen, np.arange(16) / 25.0, VIEW, FOCAL_PX)
    assert sum(one.cut for one in seen) == 1
    assert not path.moving
    assert "cuts or jumps at 0.5 s" in path.notes[0]


@pytest.mark.slow
def test_after_a_cut_back_the_first_view_is_known_again() -> None:
    matrices = turned([(0.0, yaw, 0.0) for yaw in np.linspace(0.0, 10.0, 12)])
    pictures = [picture(matrix) for matrix in matrices]
    path = found([*pictures, *[picture(paper=OTHER_PAPER)] * 8, *[picture(matrices[-1])] * 5])
    assert errors_deg(path, np.concatenate([matrices, *[matrices[-1:]] * 13]))[-5:].max() < 0.05


def test_a_moment_of_darkness_is_no_cut() -> None:
    pictures = [picture(seed=seed) for seed in range(10)]
    pictures[4:6] = [np.zeros_like(pictures[0])] * 2
    path = found(pictures)
    assert not path.moving
    assert path.notes == ()


@pytest.mark.parametrize("brightness", [0, 255])
def test_where_nothing_is_seen_the_camera_is_taken_to_stand_still_and_this_is_told(brightness: int) -> None:
    path = found([np.full((SIZE_PX[1], SIZE_PX[0], 3), brightness, np.uint8)] * 6)
    assert not path.moving
    assert "too little" in path.notes[0]


def test_a_room_that_appears_from_the_dark_is_followed_from_there() -> None:
    matrices = turned([(0.0, yaw, 0.0) for yaw in np.linspace(0.0, 10.0, 20)])
    dark = [np.zeros((SIZE_PX[1], SIZE_PX[0], 3), np.uint8)] * 5
    path = found([*dark, *[picture(matrix) for matrix in matrices]])
    assert errors_deg(path, np.concatenate([*[matrices[:1]] * 5, matrices])).max() < 0.1


@pytest.mark.slow
def test_walls_at_two_distances_that_a_travelling_camera_passes_leave_a_doubt() -> None:
    pictures = []
    for frame in range(20):
        rgb = picture(turned([(0.0, 0.35 * frame, 0.0)])[0], seed=frame)
        near = picture(turned([(0.0, 1.4 * frame, 0.0)])[0], paper=OTHER_PAPER, seed=frame)
        rgb[72:] = near[72:]
        pictures.append(rgb)
    path = found(pictures)
    assert path.moving
    assert "travels" in path.notes[-1]


def before_a_screen(frame: int) -> np.ndarray:
    """A still room, most of whose back wall shows a film that moves."""
    rgb, film = picture(seed=frame), picture(turned([(0.0, 1.5 * frame, 0.0)])[0], paper=OTHER_PAPER, seed=frame)
    rgb[:118, 24:] = film[:118, 24:]
    return rgb


def test_a_film_on_a_screen_behind_the_dancer_moves_no_camera() -> None:
    assert not found([before_a_screen(frame) for frame in range(12)]).moving


def test_a_caption_over_a_pan_holds_nothing() -> None:
    matrices = turned([(0.0, yaw, 0.0) for yaw in np.linspace(0.0, 9.0, 10)])
    pictures = [picture(matrix, seed=frame) for frame, matrix in enumerate(matrices)]
    caption = picture(paper=OTHER_PAPER)[120:138, 30:220]
    for rgb in pictures:
        rgb[120:138, 30:220] = caption
    assert errors_deg(found(pictures), matrices).max() < 0.1


def clip_of(folder: Path, pictures: Sequence[np.ndarray]) -> tuple[CameraPath, Glimpses]:
    track, glimpses = dancer(len(pictures)), Glimpses()
    shown = [with_dancer(rgb, track, frame) for frame, rgb in enumerate(pictures)]
    clip = open_clip(make_video(folder / "room.mp4", size=SIZE_PX, frames=len(shown), pictures=shown))
    for frame in clip.frames():
        glimpses.look(frame.index, frame.rgb)
    return find_camera(clip, [track], glimpses, focal_px=FOCAL_PX), glimpses


def test_a_compressed_clip_of_a_still_camera_is_not_read_again(tmp_path: Path) -> None:
    path, glimpses = clip_of(tmp_path, [picture(seed=seed) for seed in range(20)])
    assert not glimpses.moved([dancer(20)])
    assert not path.moving
    assert path.notes == ()


@pytest.mark.slow
def test_a_compressed_clip_of_a_turning_camera_is_followed(tmp_path: Path) -> None:
    matrices = turned([(0.0, 6.0 * np.sin(frame / 8.0), 0.0) for frame in range(20)])
    path, _ = clip_of(tmp_path, [picture(matrix, seed=frame) for frame, matrix in enumerate(matrices)])
    assert errors_deg(path, matrices).max() < 0.1


def test_a_blank_clip_is_taken_to_be_still(tmp_path: Path) -> None:
    path, _ = clip_of(tmp_path, [np.full((SIZE_PX[1], SIZE_PX[0], 3), 128, np.uint8)] * 20)
    assert not path.moving
    assert path.notes == ()


def test_one_picture_has_a_still_camera(tmp_path: Path) -> None:
    path, _ = clip_of(tmp_path, [picture()])
    assert not path.moving
    assert path.notes == ()


@pytest.mark.slow
@pytest.mark.data
@pytest.mark.weights
@pytest.mark.parametrize(
    ("clip", "moving"),
    [(("pose2sim", "cam02.mp4"), False), (("video", "gymnast_moving_camera_1080p_30fps.mp4"), True)],
)
def test_real_clips_tell_whether_their_camera_moves(
    clip: tuple[str, ...], moving: bool, data_folder: Path, weights_folder: Path
) -> None:
    tracks = find_people(open_clip(data_folder.joinpath(*clip)), end_s=1.2)
    assert all(track.camera is not None and track.camera.moving == moving for track in tracks)


def test_the_dancer_is_no_background() -> None:
    track = dancer(3)
    mask = people_mask([track], 1)
    assert mask.shape == (SIZE_PX[1], SIZE_PX[0])
    places = np.rint(track.keypoints_px[1]).astype(int)
    assert (mask[places[:, 1], places[:, 0]] == 0).all()
    assert mask.mean() > 0.6 * 255
