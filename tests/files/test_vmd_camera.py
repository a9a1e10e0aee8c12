"""Camera, light and self shadow of VMD files on their way into our frame."""

from pathlib import Path

import numpy as np
import pytest

from manekko.errors import FormatError, InputError
from manekko.files.vmd import CAMERA_KEY, LIGHT_KEY, SHADOW_KEY, VmdFile, write_vmd
from manekko.files.vmd_camera import camera_track, light_track, read_scenery, shadow_track


def cameras(frames: list[int]) -> np.ndarray:
    table = np.zeros(len(frames), CAMERA_KEY)
    table["frame"], table["distance"], table["view_angle_deg"] = frames, -np.arange(1.0, len(frames) + 1.0), 30
    return table


def test_a_file_without_such_keys_has_no_tracks() -> None:
    assert camera_track(VmdFile(b"")) is None
    assert light_track(VmdFile(b"")) is None
    assert shadow_track(VmdFile(b"")) is None


def test_keys_are_sorted_and_the_later_of_two_at_one_frame_counts() -> None:
    track = camera_track(VmdFile(b"", cameras=cameras([20, 0, 20, 7])))
    assert track is not None
    assert track.frames.tolist() == [0, 7, 20]
    assert track.distances_m.tolist() == pytest.approx([0.16, 0.32, 0.24])


def test_curves_are_put_in_the_order_of_a_bones() -> None:
    table = cameras([0])
    table["curves"][0] = np.arange(24)
    table["curves"][0, 23] = 255
    track = camera_track(VmdFile(b"", cameras=table))
    assert track is not None
    assert track.curves[0, 0].tolist() == [0, 2, 1, 3]
    assert track.curves[0, 5].tolist() == [20, 22, 21, 127]


def test_view_angles_that_show_nothing_are_brought_to_where_something_is_seen() -> None:
    table = cameras([0, 1])
    table["view_angle_deg"] = [0, 4_000_000_000]
    track = camera_track(VmdFile(b"", cameras=table))
    assert track is not None
    assert np.degrees(track.view_angles_rad).tolist() == pytest.approx([1.0, 170.0])


def test_damaged_keys_are_refused() -> None:
    table = cameras([0])
    table["centre"][0, 1] = np.nan
    with pytest.raises(FormatError, match="a camera key holds a centre that is no sensible number"):
        camera_track(VmdFile(b"", cameras=table))
    with pytest.raises(FormatError, match="a light key is at frame 4000000000, days after the start"):
        light_track(VmdFile(b"", lights=np.array([(4_000_000_000, (0, 0, 0), (0, 0, 0))], LIGHT_KEY)))
    with pytest.raises(FormatError, match="a self shadow key holds a distance that is no sensible number"):
        shadow_track(VmdFile(b"", shadows=np.array([(0, 1, np.inf)], SHADOW_KEY)))


def test_a_file_tells_of_camera_light_and_shadow_what_it_has(tmp_path: Path) -> None:
    target = tmp_path / "照明.vmd"
    lights = np.array([(0, (0.5, 0.5, 0.5), (0.0, -1.0, 0.0))], LIGHT_KEY)
    target.write_bytes(write_vmd(VmdFile(bytes(20), lights=lights)))
    scenery = read_scenery(target)
    assert scenery.light is not None
    assert (scenery.camera, scenery.shadow) == (None, None)
    with pytest.raises(InputError, match="cannot be read"):
        read_scenery(tmp_path / "none.vmd")
    target.write_bytes(b"hello")
    with pytest.raises(FormatError, match=r"照明\.vmd"):
        read_scenery(target)
