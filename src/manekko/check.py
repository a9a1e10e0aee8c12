"""Quality figures of any motion on a model, and their table."""

from pathlib import Path

from manekko.files.models import read_rig
from manekko.files.motions import read_motion
from manekko.files.vmd import FPS as VMD_FPS
from manekko.motion.metrics import Figures, figures
from manekko.motion.motion import Motion
from manekko.motion.resample import resampled
from manekko.motion.retarget import retarget
from manekko.show.verdicts import advice_for, flattened, verdict_of

_JUDGED_BY = {
    "foot slide": "foot.slide_mean_mm_per_frame",
    "feet at rest": "foot.settled_slide_mm_per_frame",
    "foot IK keys": "foot.key_slide_mm_per_frame",
    "hovering": "foot.float_mean_mm",
    "below floor": "ground.penetration_p95_mm",
    "floating": "ground.floating_mean_mm",
    "jitter": "smoothness.jitter_over_speed",
    "sudden turns": "jumps.frame_share",
    "wrong bends": "hyper_extended_share",
    "hands inside": "body.hands_inside_share",
    "leg reach": "ik.reach_error_max_mm",
    "keys": "keys.full_share",
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
    """Return the figures as lines: what, how good (where that can be said), and the numbers; then what to do."""
    known = flattened(result.as_dict()) | ({"jumps.frame_share": None} if result.frames < 2 else {})
    values = {name: (key, _number(known.get(key))) for name, key in _JUDGED_BY.items()}
    verdicts = {name: verdict_of(*value) for name, value in values.items()}
    lines = []
    for name, value in _rows(result):
        verdict = verdicts.get(name, "plain")
        lines.append(f"{name:<13} {'' if verdict == 'plain' else verdict:<6} {value}")
    advice = [f"{name}: {words}" for name, value in values.items() if (words := advice_for(*value))]
    return "\n".join([*lines, *(["", "What to do:"] if advice else []), *(f"- {line}" for line in advice)])


def _rows(result: Figures) -> list[tuple[str, str]]:
    foot, ground, smoothness, ik = result.foot, result.ground, result.smoothness, result.ik
    return [
        ("length", f"{result.frames} {'frame' if result.frames == 1 else 'frames'}, {result.seconds:.1f} s"),
        (
            "foot slide",
            _mm(foot.slide_mean_mm_per_frame, f" a frame while planted ({foot.planted_share:.0%} of frames)"),
        ),
        (
            "feet at rest",
            _mm(foot.settled_slide_mm_per_frame, f" a frame; up to {_mm(foot.drift_p90_mm)} from their place"),
        ),
        ("foot IK keys", _mm(foot.key_slide_mm_per_frame, " a frame while the foot is at rest")),
        ("hovering", _mm(foot.float_mean_mm, " under planted feet")),
        ("below floor", f"{_mm(ground.penetration_mean_mm)} on average, {_mm(ground.penetration_max_mm)} at most"),
        (
            "floating",
            f"{_mm(ground.floating_mean_mm)} on average; {ground.floating_share:.0%} of frames, jumps apart",
        ),
        ("jumps", _jumps(result)),
        (
            "jitter",
            _mm(smoothness.jitter_mm_per_frame3, f" a frame³ at {_mm(smoothness.speed_mm_per_frame)} a frame"),
        ),
        ("sudden turns", _sudden_turns(result)),
        ("wrong bends", _counts(result.hyper_extended_frames) or "none"),
        ("hands inside", _hands_inside(result)),
        (
            "leg reach",
            f"ankles {_mm(ik.reach_error_mean_mm)} off their IK bones, {_mm(ik.reach_error_max_mm)} at most",
        ),
        ("way of hips", f"{result.root_path_m:.1f} m"),
        *_key_rows(result),
    ]


def _key_rows(result: Figures) -> list[tuple[str, str]]:
    keys = result.keys
    rows = [("keys", f"{keys.total} of bones ({keys.per_second:.0f} a second), {keys.morphs_total} of morphs")]
    if keys.full_share is not None and keys.median_spacing_frames is not None:
        far = f"half of them nearer than {keys.median_spacing_frames:.0f} frames"
        rows.append(("", f"{keys.full_share:.0%} of a key in every frame; {far}"))
    return [
        *rows,
        ("bones moved", " ".join(keys.moving_bones) or "none"),
        ("not in model", " ".join(keys.unknown_bones) or "none"),
    ]


def _jumps(result: Figures) -> str:
    if result.frames < 2:
        return "–"
    flights = result.flights
    if flights.height_max_mm is None or flights.hang_mean_s is None:
        return "none"
    return f"{flights.count}, up to {flights.height_max_mm / 10:.0f} cm high; {flights.hang_mean_s:.2f} s in the air"


def _sudden_turns(result: Figures) -> str:
    if result.frames < 2:
        return "–"
    where = dict.fromkeys(frame for frame, _ in result.jumps.events)
    named = ", ".join(str(frame) for frame in list(where)[:5]) + (" …" if len(where) > 5 else "")
    at = f" (at {named})" if where else ""
    return f"{result.jumps.frame_share:.1%} of the frames have a bone that turns by over 30° at once{at}"


def _hands_inside(result: Figures) -> str:
    if result.body.hands_inside_share is None:
        return "–"
    return f"{result.body.hands_inside_share:.1%} of the frames, {_mm(result.body.hands_inside_max_mm)} deep at most"


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _mm(value: float | None, rest: str = "") -> str:
    return "–" if value is None else f"{value:.2f} mm{rest}"


def _counts(frames: dict[str, int]) -> str:
    return ", ".join(f"{bone} in {count} frames" for bone, count in frames.items() if count)
