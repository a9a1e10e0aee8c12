"""Capturing a clip again: what was seen is used again, repairs by hand are made, a dancer may stay on the spot.

The keypoints of an earlier run are those of a made-up dancer, so that no test needs the detector's models but the last.
"""

from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from manekko.capture import CaptureOptions, CaptureResult, capture
from manekko.errors import InputError
from manekko.files.keypoints import SeenIn, as_kept, clip_digest, kept_tracks, read_tracks, write_tracks
from manekko.files.models import standard_rig
from manekko.files.motions import read_motion
from manekko.motion.motion import RigMotion
from manekko.motion.rig_kinematics import pose_rig
from manekko.people.keypoints import Track
from tests.clips import EXAMPLE, write_clip
from tests.lift.dancers import Dance, seen

COUNT = 90
TIMES_S = np.arange(COUNT) / 30


def person(number: int) -> Track:
    track = seen(Dance(number), TIMES_S, noise_px=1.0)
    return as_kept(replace(track, track_id=number))


@pytest.fixture
def seen_before(tmp_path: Path) -> Path:
    """A grey clip of three seconds, and beside it what a run before this has seen in it: two people."""
    clip = write_clip(tmp_path / "grey.mp4", iter([np.full((64, 64, 3), 99, np.uint8)] * COUNT))
    told = SeenIn(clip_digest(clip), version=version("manekko"), warnings=("the sky fell",))
    (tmp_path / "out").mkdir()
    write_tracks(tmp_path / "out" / "grey-keypoints.npz", [person(1), person(2)], told)
    return clip


@pytest.fixture
def again(seen_before: Path) -> Callable[..., CaptureResult]:
    """Capture that clip with some options, and with some repairs."""

    def run(fixes: str | None = None, **options: object) -> CaptureResult:
        chosen: dict[str, object] = {"keys": "full", **options}
        if fixes is not None:
            chosen["fix"] = seen_before.with_name("mine.toml")
            seen_before.with_name("mine.toml").write_text(fixes, encoding="utf-8")
        return capture(CaptureOptions(seen_before, out=seen_before.parent / "out", preview=False, **chosen))  # pyright: ignore

    return run


def motion_of(result: CaptureResult, number: int = 1) -> RigMotion:
    motion = read_motion(next(path for path in result.files if path.name.endswith(f"-p{number}.vmd")))
    assert isinstance(motion, RigMotion)
    return motion


def hips_m(motion: RigMotion) -> np.ndarray:
    """Where the standard model's hips are."""
    return pose_rig(standard_rig(), motion, np.arange(motion.frame_count)).positions_m("下半身")


def bytes_of(result: CaptureResult) -> dict[str, bytes]:
    """What was written but the report, which tells the time it took."""
    return {path.name: path.read_bytes() for path in result.files if "report" not in path.name}


def changed_frames(before: RigMotion, after: RigMotion) -> np.ndarray:
    """Which frames have another key on any bone, the place on the floor where all of it begins apart."""
    assert before.bones.keys() == after.bones.keys()
    changed = np.zeros(min(before.frame_count, after.frame_count), dtype=bool)
    for name, old in before.bones.items():
        new = after.bones[name]
        # Everyone's motion starts from the common middle of all.
        moved = (new.positions_m - old.positions_m)[: len(changed)]
        turned = (new.rotations_xyzw - old.rotations_xyzw)[: len(changed)]
        changed |= (np.abs(moved - moved[0]).max(1) > 1e-5) | (np.abs(turned).max(1) > 1e-5)
    return changed


@pytest.mark.slow
def test_what_was_seen_is_used_again_and_that_is_said(again: Callable[..., CaptureResult]) -> None:
    result = again()
    assert result.people == 2
    assert "people" not in result.timing_s
    assert any("what an earlier run saw was used again" in warning for warning in result.warnings)
    assert "the sky fell" in result.warnings


@pytest.mark.slow
def test_a_file_without_repairs_changes_no_byte(again: Callable[..., CaptureResult], seen_before: Path) -> None:
    plain = bytes_of(again())
    template = (seen_before.parent / "out" / "grey-fixes.toml").read_text(encoding="utf-8")
    assert bytes_of(again(template)) == plain
    result = again("")
    assert bytes_of(result) == plain
    assert any("repairs by hand, from" in w and 'take away the "#"' in w for w in result.warnings)


@pytest.mark.slow
def test_a_repair_changes_the_person_and_the_time_that_it_names(again: Callable[..., CaptureResult]) -> None:
    plain = again()
    before = [motion_of(plain, number) for number in (1, 2)]
    mended = again('[person-1]\nignore = ["1.4 - 1.6"]')
    after = [motion_of(mended, number) for number in (1, 2)]
    assert any("repairs by hand, from" in warning and warning.endswith(": 1") for warning in mended.warnings)
    changed = changed_frames(before[0], after[0])
    assert changed[42:48].all()
    assert not changed_frames(before[1], after[1]).any()


@pytest.mark.slow
def test_exchanged_people_have_each_others_motion(again: Callable[..., CaptureResult]) -> None:
    before = [motion_of(again(), number) for number in (1, 2)]
    mended = again('[swap-people]\n1-2 = ["start - end"]')
    after = [motion_of(mended, number) for number in (2, 1)]
    for one, other in zip(before, after, strict=True):
        assert not changed_frames(one, other).any()


@pytest.mark.slow
def test_a_raised_dancer_is_higher_and_the_other_is_not(again: Callable[..., CaptureResult]) -> None:
    first, second = (motion_of(again(), number) for number in (1, 2))
    mended = again("[person-2]\nraise-cm = 10")
    assert not changed_frames(first, motion_of(mended)).any()
    higher = hips_m(motion_of(mended, 2))[:, 1] - hips_m(second)[:, 1]
    np.testing.assert_allclose(higher, higher[0], atol=1e-4)
    assert 0.05 < higher[0] < 0.15


@pytest.mark.slow
def test_a_part_of_the_time_is_cut_from_what_was_seen(again: Callable[..., CaptureResult], seen_before: Path) -> None:
    kept = (seen_before.parent / "out" / "grey-keypoints.npz").read_bytes()
    result = again('[clip]\nstart = "0:01"\nend = 2')
    assert "people" not in result.timing_s
    assert motion_of(result).frame_count == 30
    # The whole is still there for the next try.
    assert (seen_before.parent / "out" / "grey-keypoints.npz").read_bytes() == kept
    assert motion_of(again(end_s=2.5)).frame_count == 75


@pytest.mark.slow
def test_on_the_spot_every_dancer_stays_near_a_place_of_their_own(again: Callable[..., CaptureResult]) -> None:
    result = again(in_place=True)
    for number in (1, 2):
        ground = hips_m(motion_of(result, number))[:, [0, 2]]
        assert np.ptp(ground, axis=0).max() < 0.2


@pytest.mark.slow
@pytest.mark.parametrize("trouble", ["damaged", "another clip", "another version", "other parts"])
def test_what_does_not_fit_is_not_used(
    again: Callable[..., CaptureResult], seen_before: Path, weights_folder: Path, trouble: str
) -> None:
    kept = seen_before.parent / "out" / "grey-keypoints.npz"
    if trouble == "damaged":
        kept.write_bytes(kept.read_bytes()[:-300])
    elif trouble == "another clip":
        write_clip(seen_before, iter([np.full((64, 64, 3), 50, np.uint8)] * COUNT))
    elif trouble == "another version":
        write_tracks(kept, read_tracks(kept), SeenIn(clip_digest(seen_before), version="0.0.0"))
    # Nobody is in the grey clip, so whoever looks at it says so.
    with pytest.raises(InputError, match="nobody was found"):
        again(parts=frozenset({"body", "hands"}) if trouble == "other parts" else frozenset({"body"}))


def test_what_holds_what_is_wanted() -> None:
    had = SeenIn("a", 0.0, 10.0, parts=("body",), version="1")
    for wanted in (had, replace(had, start_s=2.0), replace(had, start_s=2.0, end_s=9.0), replace(had, warnings=("x",))):
        assert had.holds(wanted)
    for wanted in (
        replace(had, end_s=None),
        replace(had, end_s=11.0),
        replace(had, clip="b"),
        replace(had, people=1),
        replace(had, parts=("body", "hands")),
        replace(had, fps=24.0),
        replace(had, version="2"),
    ):
        assert not had.holds(wanted)
    late = replace(had, start_s=3.0)
    assert late.holds(replace(late, end_s=4.0))
    assert not late.holds(replace(late, start_s=4.0))


def test_who_is_not_seen_in_a_part_of_the_time_is_left_out_and_the_others_keep_their_numbers(tmp_path: Path) -> None:
    gone = person(1)
    keypoints, confidences = gone.keypoints_px.copy(), gone.confidences.copy()
    keypoints[30:], confidences[30:] = np.nan, 0.0
    had = SeenIn("a")
    write_tracks(tmp_path / "k.npz", [replace(gone, keypoints_px=keypoints, confidences=confidences), person(2)], had)
    kept = kept_tracks(tmp_path / "k.npz", replace(had, start_s=1.5))
    assert kept is not None
    assert [track.track_id for track in kept[0]] == [2]
    assert kept[0][0].times_s[0] == 0.0


def test_a_clip_is_told_from_others_by_its_bytes_and_a_folder_by_its_files(tmp_path: Path) -> None:
    for name, data in (("a", b"x" * 99), ("b", b"x" * 98 + b"y"), ("c", b"x" * 98)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "clip.mp4").write_bytes(data)
    digests = {clip_digest(tmp_path / name / "clip.mp4") for name in "abc"}
    assert len(digests) == 3
    before = clip_digest(tmp_path / "a")
    (tmp_path / "a" / "out").mkdir()
    assert clip_digest(tmp_path / "a") == before
    (tmp_path / "a" / "more.png").write_bytes(b"")
    assert clip_digest(tmp_path / "a") != before


@pytest.mark.slow
@pytest.mark.weights
def test_the_second_run_writes_what_the_first_wrote(tmp_path: Path, weights_folder: Path) -> None:
    options = CaptureOptions(EXAMPLE, end_s=1.5, preview=False, out=tmp_path)
    first = capture(options)
    assert "people" in first.timing_s
    written = bytes_of(first)
    second = capture(options)
    assert "people" not in second.timing_s
    assert bytes_of(second) == written
