"""What a rendered dataset shows: which motion from when, by which camera, cut how; all from one seed."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from manekko.arrays import Array, Float
from manekko.motion.motion import Motion, RigMotion
from manekko.paint.crop import Square
from manekko.paint.dataset.shards import LONGEST_SHARD, Split
from manekko.skeleton.rotations import from_rotation_vectors, multiply, rotate
from manekko.skeleton.skeleton import JOINT_INDEX
from manekko.stage.view import View

WARM_UP = 15
"""Frames before the first that is kept, in which hair and skirts come to swing."""
_LONGEST = 3000
"""Frames of a motion beyond which it is not drawn oftener."""
_HELD_OF = 10
"""One motion of so many is held back."""
_MIXED_SHARE, _AROUND_SHARE, _CLOSE_SHARE = 0.2, 0.45, 0.12
_FRONT_DEG, _PITCH_DEG, _DISTANCE_M = 50.0, (-8.0, 22.0), (2.2, 7.0)
_SPACE = (0.95, 1.15)
_ASIDE = 0.06
_UPPER = tuple(
    place
    for name, place in JOINT_INDEX.items()
    if name not in ("hips", "spine") and not name.endswith(("Leg", "Foot", "Toes"))
)
_FACING = from_rotation_vectors(np.array([np.pi, 0.0, 0.0]))  # OpenCV's axes, looking along −z


@dataclass(frozen=True, eq=False)
class NamedMotion:
    """A motion that may be shown."""

    name: str
    motion: Motion | RigMotion
    split: Split


def split_of(name: str, held: Sequence[str]) -> Split:
    """Return whether a motion is held back: those named are; where none is named, one of ten by its name."""
    if held:
        return "held" if any(Path(one).stem == name for one in held) else "train"
    return "held" if zlib.crc32(name.encode()) % _HELD_OF == 0 else "train"


@dataclass(frozen=True, eq=False)
class Take:
    """One shard that is to be drawn."""

    name: str
    motion: NamedMotion
    start: int
    """First frame that is kept."""
    frames: int
    arms_of: Motion | None
    """Whose upper body is put on; None: its own."""
    seed: int

    def generator(self) -> np.random.Generator:
        """Return the source of everything else that is left to chance."""
        return np.random.default_rng(self.seed)


def takes(motions: Sequence[NamedMotion], frames: int, seed: int) -> list[Take]:
    """Return the shards that make up so many frames, motion by motion."""
    usable = [one for one in motions if one.motion.frame_count > 1]
    weights = np.array([min(one.motion.frame_count, _LONGEST) for one in usable], dtype=float)
    result: list[Take] = []
    done = 0
    while done < frames:
        number = len(result)
        rng = np.random.default_rng([seed, number])
        one = usable[int(rng.choice(len(usable), p=weights / weights.sum()))]
        count = min(LONGEST_SHARD, one.motion.frame_count, frames - done)
        done += count
        start = int(rng.integers(0, one.motion.frame_count - count + 1))
        others = [o.motion for o in usable if isinstance(o.motion, Motion) and o.split == one.split and o is not one]
        mixed = isinstance(one.motion, Motion) and bool(others) and rng.random() < _MIXED_SHARE
        arms_of = others[int(rng.integers(len(others)))] if mixed else None
        result.append(Take(f"{number:05d}", one, start, count, arms_of, int(rng.integers(1 << 31))))
    return sorted(result, key=lambda take: (take.motion.name, take.start))


def taken_part(take: Take) -> tuple[Motion | RigMotion, Float[Array, " frame"]]:
    """Return the motion to dance, and the frames of it that are danced, those of the warm-up first."""
    motion = take.motion.motion
    first = max(take.start - WARM_UP, 0)
    count = take.start + take.frames - first
    if isinstance(motion, RigMotion):
        return motion, np.arange(first, first + count, dtype=np.float64)
    part = slice(first, first + count)
    local = motion.local_rotations_xyzw[part].copy()
    if take.arms_of is not None:
        other = take.arms_of.local_rotations_xyzw
        start = int(take.generator().integers(0, max(1, len(other) - count)))
        arms = np.resize(np.concatenate([other[start:], other[start:][::-1]]), (count, *other.shape[1:]))
        local[:, _UPPER] = arms[:, _UPPER]
    cut = replace(
        motion,
        root_positions_m=motion.root_positions_m[part],
        local_rotations_xyzw=local,
        confidences=motion.confidences[part],
        contacts=motion.contacts[part],
        expressions={},
    )
    return cut, np.arange(count, dtype=np.float64)


def camera(rng: np.random.Generator, middle_m: Float[Array, "3"]) -> View:
    """Return a camera somewhere around a point of the body [m] that looks at it."""
    yaw = rng.uniform(-180.0, 180.0) if rng.random() < _AROUND_SHARE else rng.uniform(-_FRONT_DEG, _FRONT_DEG)
    pitch = rng.uniform(*_PITCH_DEG)
    tilt = from_rotation_vectors(np.radians([-pitch, 0.0, 0.0]))
    rotation = multiply(from_rotation_vectors(np.radians([0.0, yaw, 0.0])), multiply(tilt, _FACING))
    back = rotate(rotation, np.array([0.0, 0.0, -rng.uniform(*_DISTANCE_M)]))
    return View(middle_m + back, rotation, (1280, 720), 1000.0)


def loosened(rng: np.random.Generator, squares: Sequence[Square]) -> list[Square]:
    """Return squares with more room around the figure, or, now and then, with part of it cut away."""
    close = rng.random() < _CLOSE_SHARE
    scale = rng.uniform(0.45, 0.75) if close else rng.uniform(*_SPACE)
    aside = rng.uniform(-_ASIDE, _ASIDE, 2) + ([0.0, rng.uniform(-0.3, 0.1)] if close else [0.0, 0.0])
    result = []
    for square in squares:
        middle_x = square.left + square.side * (0.5 + aside[0])
        middle_y = square.top + square.side * (0.5 + aside[1])
        side = square.side * scale
        result.append(Square(middle_x - side / 2.0, middle_y - side / 2.0, side))
    return result
