import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from manekko.errors import InputError
from manekko.people.keypoints import BODY33_INDEX, Track
from manekko.show.layout import LEFT, PLANTED, RIGHT, SIZE_PX, layout, person_colour
from manekko.show.overlay import draw_track
from manekko.show.preview import PersonView, preview_picture, write_preview, write_preview_png
from manekko.show.solved import draw_solved, frame_motion
from manekko.video.source import Clip, Frame, open_clip
from manekko.video.writer import VideoWriter, write_png
from tests.show.samples import dance_motion, dance_track, leave

GREY = 90


def person(seconds: float = 2.0, track: Track | None = None) -> PersonView:
    motion = dance_motion(seconds)
    return PersonView(track or dance_track(seconds), motion.joint_positions_m(), motion.contacts)


@pytest.fixture
def clip(tmp_path: Path) -> Clip:
    target = tmp_path / "clip.mp4"
    with VideoWriter(target, (360, 640), 24.0) as writer:
        for index in range(48):
            writer.write(np.full((640, 360, 3), GREY, dtype=np.uint8), index / 24.0)
    return open_clip(target)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    target = tmp_path / "sound.wav"
    with wave.open(str(target), "wb") as file:
        file.setparams((2, 2, 44_100, 0, "NONE", ""))
        tone = 8000 * np.sin(2 * np.pi * 440 * np.arange(2 * 44_100) / 44_100)
        file.writeframes(np.repeat(tone.astype("<i2"), 2).tobytes())
    return target


def pictures(path: Path) -> Iterator[tuple[float, np.ndarray]]:
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            assert frame.time is not None
            yield frame.time, frame.to_ndarray(format="rgb24")


def changed(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    return (before.astype(int) != after.astype(int)).any(-1)


def near(picture: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    return (np.abs(picture.astype(int) - colour) <= 12).all(-1)


def test_preview_has_every_frame_the_time_of_each_and_the_sound(tmp_path: Path, clip: Clip, sound: Path):
    told = []
    target = tmp_path / "踊り-preview.mp4"
    write_preview(clip, [person()], target, sound=sound, progress=lambda *step: told.append(step))
    shown = list(pictures(target))
    assert [time for time, _ in shown] == pytest.approx([index / 24.0 for index in range(48)], abs=2e-3)
    assert shown[0][1].shape == (SIZE_PX[1], SIZE_PX[0], 3)
    assert (told[0], told[-1]) == (("preview", 0, 48), ("preview", 48, 48))
    with av.open(str(target)) as container:
        (stream,) = container.streams.audio
        assert sum(frame.samples for frame in container.decode(stream)) >= 1.9 * 44_100


def test_a_part_of_the_clip_begins_at_zero(tmp_path: Path, clip: Clip):
    target = tmp_path / "preview.mp4"
    write_preview(clip, [person(1.0)], target, start_s=0.5, end_s=1.5)
    shown = list(pictures(target))
    assert len(shown) == 24
    assert shown[0][0] == 0.0


@pytest.mark.slow
def test_a_fast_video_is_thinned_to_thirty_frames_a_second(tmp_path: Path):
    track = dance_track(1.0, fps=60.0)
    target = tmp_path / "preview.mp4"
    write_preview(None, [person(1.0, track)], target)
    assert len(list(pictures(target))) == 30


@pytest.mark.slow
def test_keypoints_without_a_video_are_drawn_on_a_plain_ground(tmp_path: Path):
    target = tmp_path / "preview.mp4"
    write_preview(None, [person()], target)
    shown = list(pictures(target))
    assert len(shown) == 48
    source = shown[20][1][:, : layout((360, 640), 1).column.width]
    assert near(source, person_colour(1)).sum() > 100


def test_a_clip_without_people_says_so(tmp_path: Path, clip: Clip):
    target = tmp_path / "preview.mp4"
    write_preview(clip, [], target)
    assert len(list(pictures(target))) == 48


def test_neither_clip_nor_person_is_refused_and_writes_nothing(tmp_path: Path):
    with pytest.raises(InputError, match="without a video and without a person"):
        write_preview(None, [], tmp_path / "preview.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_picture_gives_a_png(tmp_path: Path):
    write_png(tmp_path / "pose.png", np.full((640, 360, 3), GREY, dtype=np.uint8))
    target = tmp_path / "pose-preview.png"
    write_preview_png(open_clip(tmp_path / "pose.png"), [person(0.03)], target)
    ((_, picture),) = pictures(target)
    assert picture.shape == (SIZE_PX[1], SIZE_PX[0], 3)
    assert near(picture, LEFT).sum() > 500


@pytest.mark.parametrize("size", [(1080, 1920), (1920, 1080), (640, 640), (100, 3000), (4000, 200)])
@pytest.mark.parametrize("people", [0, 1, 2, 3, 6, 9])
def test_boxes_lie_inside_and_do_not_overlap(size: tuple[int, int], people: int):
    plan = layout(size, people)
    boxes = [plan.column, *(box for views in plan.views for box in views)]
    covered = np.zeros((SIZE_PX[1], SIZE_PX[0]), dtype=int)
    for box in boxes:
        assert box.width > 50
        assert box.height > 50
        assert box.left + box.width <= SIZE_PX[0]
        assert box.top + box.height <= SIZE_PX[1]
        covered[box.rows, box.columns] += 1
    assert covered.max() == 1
    assert plan.source.width / plan.source.height == pytest.approx(size[0] / size[1], rel=0.05)


@pytest.mark.parametrize(("figure_m", "stacked"), [((2.2, 2.2), True), ((1.4, 2.2), False)])
def test_front_and_side_are_arranged_so_that_the_figure_is_largest(figure_m: tuple[float, float], stacked: bool):
    front, side = layout((640, 720), 1, figure_m).views[0]
    assert (front.left == side.left) == stacked
    assert (front.top == side.top) != stacked


@pytest.mark.parametrize("people", [1, 2])
def test_the_legend_stands_at_one_place_whatever_the_video(people: int):
    corners = []
    for size in [(1080, 1920), (640, 720), (1920, 1080)]:
        plan = layout(size, people)
        ground = np.zeros((SIZE_PX[1], SIZE_PX[0], 3), dtype=np.uint8)
        black = np.zeros((plan.source.height, plan.source.width, 3), np.uint8)
        hovering = person(1.0)
        hovering = replace(hovering, positions_m=hovering.positions_m + np.array([0.0, 0.5, 0.0]))  # off the legend
        picture = preview_picture(Frame(0, 0.0, black), [hovering] * people, plan, ground)
        corners.append([np.argwhere(near(picture[-24:, -240:], colour)) for colour in (LEFT, RIGHT, PLANTED)])
        assert all(len(places) > 20 for places in corners[-1])
    for places in zip(*corners, strict=True):
        assert all(np.array_equal(place, places[0]) for place in places)


def test_an_unseen_person_is_written_over_the_video():
    track = leave(dance_track(2.0), 0.5, 1.0)
    view = person(2.0, track)
    plan = layout((360, 640), 1)
    ground = np.zeros((SIZE_PX[1], SIZE_PX[0], 3), dtype=np.uint8)
    rgb = np.full((plan.source.height, plan.source.width, 3), GREY, dtype=np.uint8)
    seen = preview_picture(Frame(0, 0.0, rgb), [view], plan, ground)
    unseen = preview_picture(Frame(13, 13 / 24.0, rgb), [view], plan, ground)
    assert near(seen[:, : plan.column.width], person_colour(1)).any()
    assert not near(unseen[:, : plan.column.width], person_colour(1)).any()
    height = plan.source.height
    middle = unseen[plan.source.rows, plan.source.columns][height // 2 - 25 : height // 2 + 25]
    assert (middle > 200).any()


def test_the_front_view_has_the_dancers_left_on_the_right():
    view = person()
    box = layout((360, 640), 1).views[0][0]
    canvas = np.zeros((SIZE_PX[1], SIZE_PX[0], 3), dtype=np.uint8)
    draw_solved(canvas, box, view, "front", 0)
    assert np.nonzero(near(canvas, LEFT))[1].mean() > np.nonzero(near(canvas, RIGHT))[1].mean()


def test_planted_feet_are_lit_and_flying_feet_are_not():
    view = person()
    box = layout((360, 640), 1).views[0][1]
    for planted in (True, False):
        canvas = np.zeros((SIZE_PX[1], SIZE_PX[0], 3), dtype=np.uint8)
        draw_solved(canvas, box, replace(view, contacts=np.full_like(view.contacts, planted)), "side", 0)
        assert near(canvas, PLANTED).any() == planted


@pytest.mark.parametrize("side", ["front", "side"])
def test_a_drawn_skeleton_stays_inside_its_box_even_in_a_hop(side: str):
    view = person(4.0)
    front, right = layout((360, 640), 1).views[0]
    box = front if side == "front" else right
    for frame in range(0, 120, 9):
        canvas = np.zeros((SIZE_PX[1], SIZE_PX[0], 3), dtype=np.uint8)
        draw_solved(canvas, box, view, side, frame)
        border = canvas.copy()
        border[box.top + 2 : box.top + box.height - 2, box.left + 2 : box.left + box.width - 2] = 0
        assert not near(border, LEFT).any()
        assert not near(border, RIGHT).any()


def test_the_camera_stands_still_on_the_spot_and_follows_a_walk():
    motion = dance_motion(4.0)
    positions = motion.joint_positions_m()
    assert not frame_motion(positions * [0.7, 1.0, 0.7], 30.0).follows
    walk = positions + np.linspace(0.0, 6.0, len(positions))[:, None, None] * [1.0, 0.0, 0.0]
    framing = frame_motion(walk, 30.0)
    assert framing.follows
    steps = np.linalg.norm(np.diff(framing.centres_m, axis=0), axis=-1)
    assert steps.max() < 0.08


def test_unsure_keypoints_are_drawn_fainter():
    track = dance_track(0.1)
    unsure = replace(track, confidences=np.full_like(track.confidences, 0.3))
    ground = np.full((640, 360, 3), GREY, dtype=np.uint8)
    sure_picture, faint_picture = ground.copy(), ground.copy()
    draw_track(sure_picture, track, 0)
    draw_track(faint_picture, unsure, 0)
    assert near(sure_picture, person_colour(1)).sum() > 5 * near(faint_picture, person_colour(1)).sum()
    assert changed(ground, faint_picture).sum() > 500


def test_keypoints_far_outside_or_missing_draw_nothing_and_break_nothing():
    track = dance_track(0.1)
    keypoints = track.keypoints_px.copy()
    keypoints[:, : BODY33_INDEX["left_hip"]] = np.nan
    keypoints[:, BODY33_INDEX["left_hip"] :] = 1e9
    picture = np.full((640, 360, 3), GREY, dtype=np.uint8)
    draw_track(picture, replace(track, keypoints_px=keypoints), 0)
    draw_track(picture, replace(track, keypoints_px=keypoints, confidences=track.confidences * 0.3), 0)
    draw_track(picture, track, 99)
