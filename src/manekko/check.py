"""Quality figures of any motion on a model, and their table."""

from pathlib import Path

from manekko.files.models import read_rig
from manekko.files.motions import read_motion
from manekko.files.vmd import FPS as VMD_FPS
from manekko.motion.metrics import Figures, figures
from manekko.motion.motion import Motion
from manekko.motion.resample import resampled
from manekko.motion.retarget import retarget
from manekko.show.verdicts import flattened, verdict_of

_JUDGED_BY = {
    "foot slide": "foot.slide_mean_mm_per_frame",
    "below floor": "ground.penetration_p95_mm",
    "floating": "ground.floating_mean_mm",
    "jitter": "smoothness.jitter_over_speed",
    "jumps": "jumps.frame_share",
    "leg reach": "ik.reach_error_max_mm",
}
"""Line of the table → the figure that its verdict comes from."""


def check(source: Path, model: Path) -> Figures:
    """Return how good a motion file (VMD, VPD or BVH) is on a model (PMX or PMD).

    Raises:
        InputError: a file is missing or of no known kind, or the motion is too long to measure.
        FormatError: a file's bytes do not follow its format.
    """
    rig = read_rig(model)
    motion = read_motion(source)
    if isinstance(motion, Motion):
        motion = retarget(resampled(motion, fps=VMD_FPS), rig)
    return figures(motion, rig)


def table(result: Figures) -> str:
    """Return the figures as lines: what, how good (where that can be said), and the numbers in words."""
    foot, ground, smoothness, ik, keys = result.foot, result.ground, result.smoothness, result.ik, result.keys
    rows = [
        ("length", f"{result.frames} {'frame' if result.frames == 1 else 'frames'}, {result.seconds:.1f} s"),
        (
            "foot slide",
            _mm(foot.slide_mean_mm_per_frame, f" a frame while planted ({foot.planted_share:.0%} of frames)"),
        ),
        ("below floor", f"{_mm(ground.penetration_mean_mm)} on average, {_mm(ground.penetration_max_mm)} at most"),
        (
            "floating",
            f"{_mm(ground.floating_mean_mm)} on average; {ground.floating_share:.0%} of frames, jumps apart",
        ),
        (
            "jitter",
            _mm(smoothness.jitter_mm_per_frame3, f" a frame³ at {_mm(smoothness.speed_mm_per_frame)} a frame"),
        ),
        ("jumps", _jumps(result)),
        (
            "leg reach",
            f"ankles {_mm(ik.reach_error_mean_mm)} off their IK bones, {_mm(ik.reach_error_max_mm)} at most",
        ),
        ("wrong bends", _counts(result.hyper_extended_frames) or "none"),
        ("way of hips", f"{result.root_path_m:.1f} m"),
        ("keys", f"{keys.total} of bones ({keys.per_second:.0f} a second), {keys.morphs_total} of morphs"),
        ("bones moved", " ".join(keys.moving_bones) or "none"),
        ("not in model", " ".join(keys.unknown_bones) or "none"),
    ]
    known = flattened(result.as_dict()) | ({"jumps.frame_share": None} if result.frames < 2 else {})
    verdicts = {name: verdict_of(key, _number(known.get(key))) for name, key in _JUDGED_BY.items()}
    words = {name: "" if verdict == "plain" else verdict for name, verdict in verdicts.items()}
    return "\n".join(f"{name:<13} {words.get(name, ''):<6} {value}" for name, value in rows)


def _jumps(result: Figures) -> str:
    if result.frames < 2:
        return "–"
    return f"{result.jumps.frame_share:.1%} of the frames have a bone that turns by over 30° at once"


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _mm(value: float | None, rest: str = "") -> str:
    return "–" if value is None else f"{value:.2f} mm{rest}"


def _counts(frames: dict[str, int]) -> str:
    return ", ".join(f"{bone} in {count} frames" for bone, count in frames.items() if count)
