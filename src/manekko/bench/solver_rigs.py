"""The same dances on models of all kinds: do planted feet stay, do hands still touch, does no arm go through a body?"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.bench.judge import measuring_file, table
from manekko.bench.rig_variants import variants
from manekko.character import default_model
from manekko.files.models import read_rig, standard_rig
from manekko.files.vmd import parse_vmd, rig_motion_from_vmd, vmd_from_rig_motion, write_vmd
from manekko.motion.motion import Motion, RigMotion
from manekko.motion.retarget import retarget
from manekko.motion.retarget_arm import palm_m
from manekko.motion.retarget_legs import model_foot
from manekko.motion.retarget_shapes import Part, dancer_parts, model_parts
from manekko.motion.rig_kinematics import RigPose, pose_rig
from manekko.skeleton.kinematics import global_rotations, joint_positions
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import rotate
from manekko.skeleton.skeleton import JOINT_INDEX

_MODELS = ("trace_model", "mmt_test_model", "yw_test_model")
_SIDES = (("left", "左", 1.0), ("right", "右", -1.0))
_TOUCH, _CLAP = 0.35, 0.8
"""A palm touches the body, or the other palm, when it is nearer than this in lengths of the palm."""
BARS = {"keys_mm": 0.0, "slide_mm": 0.2, "penetration_mm": 1.0, "float_mm": 8.0}


@dataclass(frozen=True)
class RigFigures:
    """How dances fare on one model; None where there was nothing to measure."""

    model: str
    keys_mm: float | None
    """Largest step of a foot IK key [mm a frame] while heel and toe are planted."""
    slide_mm: float | None
    """Mean way over the floor of what is planted, IK done [mm a frame]."""
    penetration_mm: float | None
    """Mean depth of the lowest corner of the soles [mm]."""
    float_mm: float | None
    """Mean height of the lowest corner of a planted foot's sole [mm]."""
    touch_mm: float | None
    """Error of the gap between palm and body where the dancer's palm touches [mm]."""
    clap_mm: float | None
    """Error of the distance of the palms where the dancer's meet [mm]."""
    through_mm: float | None
    """Mean over the frames of how deep an arm is in the body beyond the dancer's own [mm]."""
    jitter: float | None
    """Third difference of the wrists by that of the dancer's, each in lengths of its forearm."""
    seconds_per_1000: float | None
    """Processor time of the retarget [s]."""


@dataclass(frozen=True)
class RigsReport:
    """All models."""

    rows: tuple[RigFigures, ...]

    def __str__(self) -> str:
        """Return a table with the bars in its last line."""
        head = list(asdict(self.rows[0]))
        bars = ["bar", *(BARS.get(name) for name in head[1:])]
        return table(head, [*(list(asdict(row).values()) for row in self.rows), bars])


def rigs_report(motions: Sequence[Motion], rigs: Mapping[str, Rig] | None = None) -> RigsReport:
    """Return the figures of dances on all models, or on those given.

    Raises:
        MissingToolError: the measuring data is missing.
    """
    rigs = all_rigs() if rigs is None else rigs
    return RigsReport(tuple(_figures(name, rig, motions) for name, rig in rigs.items()))


def all_rigs() -> dict[str, Rig]:
    """Return models of other people, our own, and bodies made of one of them by code.

    Raises:
        MissingToolError: the measuring data is missing.
    """
    given = {name: read_rig(measuring_file("mmd", "models", f"{name}.pmx")) for name in _MODELS}
    maneko = default_model()
    ours = {name: read_rig(maneko.parents[1] / name / f"{name}.pmx") for name in ("maneko", "tora")}
    return {**given, **ours, "standard": standard_rig(), **variants(given["trace_model"])}


@dataclass(frozen=True)
class _Performed:
    """A model as MMD shows the file that was written for it."""

    rig: Rig
    pose: RigPose

    def position_m(self, name: str) -> Float[Array, "frame 3"]:
        return self.pose.positions_m(name)

    def rotation(self, name: str) -> Float[Array, "frame 4"]:
        return self.pose.rotations_xyzw(name)

    def carried_m(self, name: str, rest_m: Array) -> Float[Array, "frame 3"]:
        return self.position_m(name) + rotate(self.rotation(name), rest_m - self.rig.rest(name))


def _figures(name: str, rig: Rig, motions: Sequence[Motion]) -> RigFigures:
    pooled: dict[str, list[Array]] = {}
    seconds, frames = 0.0, 0
    for motion in motions:
        begun = time.process_time()
        rig_motion = retarget(motion, rig)
        seconds, frames = seconds + time.process_time() - begun, frames + rig_motion.frame_count
        rig_motion = rig_motion_from_vmd(parse_vmd(write_vmd(vmd_from_rig_motion(rig_motion))))
        model = _Performed(rig, pose_rig(rig, rig_motion, np.arange(motion.frame_count)))
        for key, values in (_feet(model, rig_motion, motion) | _arms(model, motion)).items():
            pooled.setdefault(key, []).append(values)
    joined = {key: np.concatenate(values) for key, values in pooled.items()}
    keys = joined.pop("keys_mm")
    means = {key: float(values.mean()) if len(values) else None for key, values in joined.items()}
    largest = float(keys.max()) if len(keys) else None
    return RigFigures(model=name, keys_mm=largest, seconds_per_1000=seconds / frames * 1000.0, **means)


def _feet(model: _Performed, rig_motion: RigMotion, motion: Motion) -> dict[str, Array]:
    """Figures of the feet [mm], one value for each frame and foot they are about."""
    keys, slides, floats, heights = [], [], [], []
    for index, (_, s, _) in enumerate(_SIDES):
        heel, toe = motion.contacts[:, 2 * index], motion.contacts[:, 2 * index + 1]
        foot = model_foot(model.rig, s)
        name = model.rig.bones[model.rig.index[s + "足ＩＫ"]].name if s + "足ＩＫ" in model.rig else ""
        if name in rig_motion.bones:
            track = rig_motion.bones[name]
            steps = np.linalg.norm(np.diff(track.positions_m, axis=0), axis=-1)
            steps += np.linalg.norm(np.diff(track.rotations_xyzw, axis=0), axis=-1)
            keys.append(steps[_through(heel & toe)])
        for point, planted in ((foot.heel_m, heel), (foot.ball_m, toe)):
            steps = np.diff(model.carried_m(s + "足首", point)[:, [0, 2]], axis=0)
            slides.append(np.linalg.norm(steps, axis=-1)[_through(planted)])
        carriers = [s + "足先EX" if on_toes else s + "足首" for on_toes in foot.on_toes]
        corners = np.stack([model.carried_m(*row)[:, 1] for row in zip(carriers, foot.soles_m, strict=True)])
        heights.append(corners.min(0))
        floats.append(np.maximum(corners.min(0), 0.0)[heel | toe])
    values = {
        "keys_mm": np.concatenate([np.zeros(0), *keys]),
        "slide_mm": np.concatenate(slides),
        "penetration_mm": np.maximum(-np.min(heights, axis=0), 0.0),
        "float_mm": np.concatenate(floats),
    }
    return {key: value * 1000.0 for key, value in values.items()}


def _through(planted: Bool[Array, " frame"]) -> Bool[Array, " step"]:
    """Which steps from frame to frame are within contacts."""
    return planted[1:] & planted[:-1]


def _arms(model: _Performed, motion: Motion) -> dict[str, Array]:
    """Figures of hands and arms, one value for each frame they are about."""
    turned = global_rotations(motion.local_rotations_xyzw)
    joints = joint_positions(motion.skeleton, motion.root_positions_m, turned)
    own_parts, parts = dancer_parts(motion.skeleton, joints, turned), model_parts(model)
    own_palms, palms, touches, through, jitters = {}, {}, [], [], []
    for side, s, sign in _SIDES:
        if s + "手首" not in model.rig:
            continue
        own_length, length = palm_m(motion.skeleton, side), palm_m(model.rig, side)
        hand = rotate(turned[:, JOINT_INDEX[side + "Hand"]], np.array([sign * 0.6, 0.0, 0.0]))
        own = [joints[:, JOINT_INDEX[side + part]] for part in ("LowerArm", "Hand")]
        their = [model.position_m(s + part) for part in ("ひじ", "手首")]
        own_palms[side], palms[side] = own[1] + own_length * hand, their[1] + length * hand
        gap = _gaps(own_parts, own_palms[side], parts).min(0) / own_length
        theirs = _gaps(parts, palms[side], parts).min(0) / length
        touches.append(np.abs(np.maximum(theirs, 0.0) - np.maximum(gap, 0.0))[gap < _TOUCH] * length)
        samples = zip((*own, (own[0] + own[1]) / 2.0), (*their, (their[0] + their[1]) / 2.0), strict=True)
        deep = [
            np.maximum(np.minimum(_gaps(own_parts, a, parts), 0.0) - _gaps(parts, b, parts), 0.0) for a, b in samples
        ]
        through.append(np.max(deep, axis=(0, 1)))
        own_m, their_m = (float(np.linalg.norm(points[1] - points[0], axis=-1).mean()) for points in (own, their))
        jitters.append(_shake(their[1]) / their_m / max(_shake(own[1]) / own_m, 1e-9))
    if len(palms) < 2:
        return dict.fromkeys(("touch_mm", "clap_mm", "through_mm", "jitter"), np.zeros(0))
    share = palm_m(model.rig, "left") / palm_m(motion.skeleton, "left")
    apart = np.linalg.norm(own_palms["left"] - own_palms["right"], axis=-1)
    error = np.abs(np.linalg.norm(palms["left"] - palms["right"], axis=-1) - apart * share)
    return {
        "touch_mm": np.concatenate(touches) * 1000.0,
        "clap_mm": error[apart < _CLAP * palm_m(motion.skeleton, "left")] * 1000.0,
        "through_mm": np.concatenate(through) * 1000.0,
        "jitter": np.array(jitters),
    }


def _gaps(parts: Mapping[str, Part], points_m: Float[Array, "frame 3"], names: Mapping[str, Part]) -> Array:
    return np.stack([parts[name].relation(points_m).gaps_m for name in names])


def _shake(points_m: Float[Array, "frame 3"]) -> float:
    return float(np.linalg.norm(np.diff(points_m, 3, axis=0), axis=-1).mean())
