"""The known dances under several conditions, and what a method makes of them."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from manekko.arrays import Array, Bool
from manekko.bench.naive import motionless, naive_motion
from manekko.bench.peer_kalidokit import kalidokit_motion
from manekko.bench.solver_figures import Mean, Performance, figures_of, performed, pooled
from manekko.bench.synthetic import Synthetic, TrueMotion, background_px, seen
from manekko.lift.lift import lift_track
from manekko.motion.build import motion_from_lifted
from manekko.motion.motion import Motion, RigMotion
from manekko.motion.retarget import retarget
from manekko.motion.rigged import motion_from_rig_motion
from manekko.people.camera_path import CameraPath, default_focal_px
from manekko.people.fixes import NO_PERSON_FIXES, PersonFixes
from manekko.people.keypoints import Track
from manekko.people.turning import Turn, View, turn_between
from manekko.skeleton.ground import on_level_ground
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import from_axes
from manekko.solve.evidence import DEFAULT_WEIGHTS, Weights

SEED = 1
Solve = Callable[[Track], Motion]
"""From what a detector saw to a motion."""


@dataclass(frozen=True)
class Condition:
    """How dances are seen."""

    name: str
    level: float = 1.0
    swaps: bool = False
    panning: bool = False


@dataclass(frozen=True)
class Scene:
    """One dance as it is seen, and as it truly is on the model."""

    name: str
    track: Track
    truth: Performance


@dataclass(frozen=True)
class Judged:
    """What a method made of some scenes, judged as one."""

    figures: dict[str, float | None]
    seconds_per_1000: float
    """Time of the method for 1000 frames [s]."""


def scenes(dances: Sequence[TrueMotion], condition: Condition, rig: Rig) -> list[Scene]:
    """Return dances as they are seen under a condition, each with its truth on the model."""
    result = []
    for dance in dances:
        found = seen(dance, SEED, condition.level, swaps=condition.swaps, panning=condition.panning)
        track = replace(found.track, camera=estimated_path(found)) if condition.panning else found.track
        result.append(Scene(dance.name, track, performed(retarget(found.truth, rig), rig, found.truth.contacts)))
    return result


def manekko_motion(track: Track, *, fixes: PersonFixes = NO_PERSON_FIXES, weights: Weights = DEFAULT_WEIGHTS) -> Motion:
    """Return the motion as ``manekko capture`` makes it."""
    lifted = on_level_ground(lift_track(track, fixes=fixes))
    return motion_from_lifted(lifted, fixes=fixes, weights=weights)


def judged_motion(solve: Solve, shown: Sequence[Scene], rig: Rig) -> Judged:
    """Judge motions of the canonical body, retargeted to the model as Manekko does."""

    def of_track(track: Track) -> tuple[Callable[[], RigMotion], Bool[Array, "frame 4"]]:
        motion = solve(track)
        return lambda: retarget(motion, rig), motion.contacts

    return _judged(of_track, shown, rig)


def judged_rig_motion(method: Callable[[Track, Rig], RigMotion], shown: Sequence[Scene], rig: Rig) -> Judged:
    """Judge motions of the model's bones; their contacts are those that ``manekko`` finds in them."""

    def of_track(track: Track) -> tuple[Callable[[], RigMotion], Bool[Array, "frame 4"]]:
        found = method(track, rig)
        return lambda: found, motion_from_rig_motion(found, rig).contacts

    return _judged(of_track, shown, rig)


BASELINES: dict[str, Callable[[Track, Rig], RigMotion]] = {
    "motionless": lambda track, rig: motionless(rig, len(track.times_s)),
    "naive mapping": naive_motion,
    "KalidoKit": kalidokit_motion,
}


def _judged(
    of_track: Callable[[Track], tuple[Callable[[], RigMotion], Bool[Array, "frame 4"]]],
    shown: Sequence[Scene],
    rig: Rig,
) -> Judged:
    gathered: dict[str, list[Mean]] = {}
    seconds, frames = 0.0, 0
    for scene in shown:
        begun = time.perf_counter()
        to_rig, contacts = of_track(scene.track)
        seconds, frames = seconds + time.perf_counter() - begun, frames + len(scene.track.times_s)
        rig_motion = to_rig()
        found = performed(rig_motion, rig, _as_long(contacts, len(scene.truth.contacts)))
        figures = figures_of(found, scene.truth) | {"ik_keys_mm": ik_key_steps_mm(rig_motion, found.contacts)}
        for name, mean in figures.items():
            gathered.setdefault(name, []).append(mean)
    return Judged({name: pooled(means).value for name, means in gathered.items()}, 1000.0 * seconds / frames)


def _as_long(contacts: Bool[Array, "frame 4"], frame_count: int) -> Bool[Array, "count 4"]:
    """The first frames; what lacks at the end is as in the last."""
    return contacts[np.minimum(np.arange(frame_count), len(contacts) - 1)]


def ik_key_steps_mm(rig_motion: RigMotion, contacts: Bool[Array, "frame 4"]) -> Mean:
    """Step of the foot IK keys from frame to frame while heel and ball stand [mm a frame]."""
    total, weight = 0.0, 0.0
    for index, side in enumerate("左右"):
        track = rig_motion.bones.get(side + "足ＩＫ")
        if track is None or len(track.frames) < len(contacts):
            continue
        stands = contacts[:, 2 * index] & contacts[:, 2 * index + 1]
        steps = np.linalg.norm(np.diff(track.positions_m[: len(contacts)], axis=0), axis=-1)[stands[1:] & stands[:-1]]
        total, weight = total + 1000.0 * float(steps.sum()), weight + float(len(steps))
    return Mean(total, weight)


def estimated_path(synthetic: Synthetic) -> CameraPath:
    """Return how the camera turned as its background tells, at the focal length that is taken when none is known.

    Points that were seen before lead to where the camera looks now; from there the new ones get their directions.
    """
    places = background_px(synthetic, SEED)
    focal = default_focal_px(synthetic.track.image_size_px)
    view = View(focal, synthetic.camera.lens.centre_px)
    rays = np.full((places.shape[1], 3), np.nan)
    turn = Turn(np.eye(3), 1.0, np.zeros(0, dtype=bool))
    turns = []
    for points in places:
        visible = np.isfinite(points).all(-1)
        known = visible & np.isfinite(rays).all(-1)
        if known.any():
            turn = turn_between(rays[known], points[known], view, turn, zooms=False)
        new = visible & ~known
        rays[new] = view.rays(points[new]) @ turn.matrix
        turns.append(turn.matrix.T)
    return CameraPath(synthetic.track.times_s, from_axes(np.array(turns)), np.ones(len(turns)), focal)
