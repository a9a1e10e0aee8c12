from pathlib import Path

import numpy as np
import pytest

from manekko.paint.person_mask import person_shape
from manekko.paint.plate_learning import chosen_frames, dark_bars, learn_plate
from manekko.video.source import open_clip
from manekko.video.writer import write_png
from tests.paint.test_plate import COUNT, SIZE, figure, scenery, track_of, walk


def test_a_folder_of_pictures_is_learned_in_one_pass_that_tells_its_progress(tmp_path: Path) -> None:
    behind, frames, _ = walk()
    for number, rgb in frames:
        write_png(tmp_path / f"{number:03}.png", rgb)
    points = np.stack([figure(40.0 + 240.0 * t / (COUNT - 1), 120.0, 165.0) for t in range(COUNT)])
    told: list[tuple[str, int, int | None]] = []
    plate = learn_plate(
        open_clip(tmp_path), [track_of(points)], progress=lambda stage, done, total: told.append((stage, done, total))
    )
    assert np.abs(plate.rgb.astype(int) - behind)[plate.seen].mean() < 1.0
    assert told[0] == ("background", 0, COUNT)
    assert plate.size_px == SIZE


def test_a_part_of_a_clip_is_learned_with_the_tracks_of_that_part(tmp_path: Path) -> None:
    behind, frames, _ = walk()
    for number, rgb in frames:
        write_png(tmp_path / f"{number:03}.png", rgb)
    points = np.stack([figure(40.0 + 240.0 * t / (COUNT - 1), 120.0, 165.0) for t in range(12, 30)])
    plate = learn_plate(open_clip(tmp_path), [track_of(points)], start_s=0.4, end_s=1.0)
    assert np.abs(plate.rgb.astype(int) - behind)[plate.seen].mean() < 1.0
    empty = plate.behind(frames[20][1], 8)
    assert np.abs(empty.astype(int) - behind)[plate.seen].max() <= 14


def test_one_picture_without_anybody_is_its_own_background(tmp_path: Path) -> None:
    write_png(tmp_path / "one.png", scenery())
    plate = learn_plate(open_clip(tmp_path / "one.png"), [])
    np.testing.assert_array_equal(plate.rgb, scenery())
    assert plate.seen.all()


def test_frames_are_chosen_spread_and_where_people_are_out_of_the_way() -> None:
    # At the left for most of the clip; away from there for a moment only.
    x = np.full(200, 80.0)
    x[120:126] = 240.0
    people = [person_shape(track_of(np.stack([figure(float(at), 120.0, 165.0) for at in x])))]
    chosen = chosen_frames(people, 200, SIZE, 20)
    assert len(chosen) == 20
    assert ((chosen >= 121) & (chosen < 125)).sum() >= 3
    assert chosen.min() < 20
    assert chosen.max() > 180
    np.testing.assert_array_equal(chosen_frames(people, 12, SIZE, 20), np.arange(12))


def test_black_bars_are_found_and_a_black_picture_has_none() -> None:
    picture = scenery()
    picture[:20], picture[:, -12:] = 3, 3
    assert dark_bars([picture] * 3) == (0, 15, 23, 0)
    assert dark_bars([scenery()]) == (0, 0, 0, 0)
    assert dark_bars([np.zeros((40, 60, 3), np.uint8)]) == (0, 0, 0, 0)


@pytest.mark.slow
@pytest.mark.data
def test_who_only_passes_a_real_clip_leaves_no_trace_even_untracked(data_folder: Path) -> None:
    clip = open_clip(data_folder / "video" / "walk_enters_late_1768x994_30fps.mp4")
    plate = learn_plate(clip, [])

    # Someone enters on the right and walks over the lawn, whose grass itself trembles: means of blocks are compared.
    def lawn(rgb: np.ndarray) -> np.ndarray:
        return rgb[560:896, 760:1304].astype(float).reshape(21, 16, 34, 16, 3).mean(axis=(1, 3))

    frames = {frame.index: lawn(frame.rgb) for frame in clip.frames(0.0, 5.0) if frame.index in (0, 100)}
    empty, passing = (np.abs(lawn(plate.rgb) - frames[index]).max() for index in (0, 100))
    assert empty < 25.0
    assert passing > 60.0
