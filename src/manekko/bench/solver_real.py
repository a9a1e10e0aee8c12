"""Clips of which the true motion is known, judged by the program that shares no code with ours."""

from collections.abc import Callable, Sequence
from pathlib import Path

from manekko.bench.accuracy import CASES, MODEL, OURS, Case, Row, picked
from manekko.bench.judge import judge, measuring_file
from manekko.bench.solver_scenes import BASELINES, Solve
from manekko.errors import InputError, MissingToolError
from manekko.files.vmd import vmd_from_rig_motion, write_vmd
from manekko.motion.motion import RigMotion
from manekko.motion.retarget import retarget
from manekko.people.find import find_people
from manekko.people.keypoints import Track
from manekko.skeleton.rig import Rig
from manekko.video.source import open_clip

FIGURES = {
    "mpjae_deg": "mpjae_deg",
    "bone_dir_deg": "bone_dir_deg",
    "bone_dir_camera_deg": "cam.bone_dir_camframe_deg",
    "tilt_deg": "align_tilt_deg",
    "slide_mm": "foot.slide_mm_per_frame",
    "penetration_mm": "ground.pen_mean_mm",
    "jitter_ratio": "jitter.ratio",
    "jump30_share": "jump30.frac",
    "root_vs_still": "root.err_vs_static",
}
"""Our names of the judge's figures."""


def real_rows(rig: Rig, folder: Path, others: Sequence[tuple[str, Solve]], ours: Solve) -> list[Row]:
    """Return the judge's figures of our motion, of the baselines and of variants of ours, from one look at each clip.

    Args:
        rig: the model that all are judged on.
        folder: where motions are written to.
        others: variants of our own method by name.
        ours: our method.

    Raises:
        MissingToolError: data, judge or the detector's models are missing.
    """
    rows = []
    for case in CASES:
        track = _most_seen(measuring_file(*case.clip))
        rows.append(_row(case, OURS, lambda t=track: retarget(ours(t), rig), folder))
        for name, method in BASELINES.items():
            rows.append(_row(case, name, lambda t=track, m=method: m(t, rig), folder))
        for name, solve in others:
            rows.append(_row(case, name, lambda t=track, s=solve: retarget(s(t), rig), folder))
    return rows


def _row(case: Case, method: str, moved: Callable[[], RigMotion], folder: Path) -> Row:
    path = folder / f"{case.name}.vmd"
    try:
        path.write_bytes(write_vmd(vmd_from_rig_motion(moved())))
        verdict = judge(case.mode, "--model", measuring_file(*MODEL), *case.options(), "--pred", path)
    except MissingToolError as error:
        return Row(case.name, method, dict.fromkeys(FIGURES), f"not run: {error}")
    return Row(case.name, method, picked(verdict, FIGURES))


def _most_seen(clip: Path) -> Track:
    tracks = find_people(open_clip(clip), people=1)
    if not tracks:
        raise InputError(f"nobody was found in {clip}: there is nothing to compare")
    return tracks[0]
