"""How few keys known dances need, and how far the motion with fewer keys is from the full one on its hierarchy.

Beside ``--keys edit`` and ``tiny``: what is usually done, each bone by itself, from key to key as far as 1° (and 5 mm
for what is shifted) allow at every frame: along straight lines, and along MMD's curves.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from math import radians

import numpy as np

from manekko.arrays import Array
from manekko.bench.judge import measuring_file, table
from manekko.bench.synthetic_motions import held_out_motions
from manekko.files.models import read_rig
from manekko.motion.key_channels import Channel, Moving, Turning, course, misses, values_of
from manekko.motion.key_curves import STRAIGHT, Spans, fitted
from manekko.motion.key_weights import FEET, HANDS
from manekko.motion.keys import reduce_keys
from manekko.motion.motion import BoneTrack, RigMotion
from manekko.motion.retarget import retarget
from manekko.motion.rig_kinematics import pose_rig
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import angle_between, continuous

BARS = {"share": 0.18, "turn_p95_deg": 1.0, "ends_p99_mm": 15.0, "seconds_per_1000": 8.0}
"""What ``edit`` may have at most, on average over the dances."""

_RUNS = 3
_TURN_RAD, _SHIFT_M = radians(1.0), 0.005
_STILL = 1e-7
_LONGEST, _LONGEST_CURVE, _PATIENCE = 60, 24, 3
"""Frames of a span; spans that are longer than a curve's are nearly still, and straight; lengths that may fail."""


@dataclass(frozen=True)
class KeyRow:
    """One way to thin keys out, on one motion."""

    motion: str
    method: str
    share: float
    """Keys against a key in every frame of every bone that has keys."""
    share_moving: float
    """The same for the bones that move at all."""
    turn_mean_deg: float
    """Error of the turns of all bones that turn, in the world, IK done."""
    turn_p95_deg: float
    turn_max_deg: float
    ends_p99_mm: float
    """Error of the places of wrists and ankles."""
    seconds_per_1000: float
    """Processor time for 1000 frames [s]; of our own ways the least of three runs, since other work only adds to it."""


@dataclass(frozen=True)
class KeysReport:
    """All dances, all ways."""

    rows: tuple[KeyRow, ...]

    def means(self) -> tuple[KeyRow, ...]:
        """Return each method's means over the motions."""
        found = []
        for method in dict.fromkeys(row.method for row in self.rows):
            own = [list(asdict(row).values())[2:] for row in self.rows if row.method == method]
            found.append(KeyRow("mean", method, *np.mean(own, axis=0).tolist()))
        return tuple(found)

    def __str__(self) -> str:
        """Return a table with the means below it."""
        head = list(asdict(self.rows[0]))
        return table(head, [list(asdict(row).values()) for row in (*self.rows, *self.means())])

    def as_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        return {"keys": [asdict(row) for row in (*self.rows, *self.means())], "bars": BARS}


def keys_report(motions: Mapping[str, RigMotion] | None = None, rig: Rig | None = None) -> KeysReport:
    """Return the figures for motions with full keys on a rig; None: the held-out dances on the measuring model.

    Raises:
        MissingToolError: the measuring data is missing.
    """
    if rig is None:
        rig = read_rig(measuring_file("mmd", "models", "trace_model.pmx"))
    if motions is None:
        motions = {true.name: retarget(true.motion, rig) for true in held_out_motions()}
    ways: dict[str, tuple[int, Callable[[RigMotion], RigMotion]]] = {
        "straight lines": (1, lambda full: _longest(full, curved=False)),
        "longest curves": (1, lambda full: _longest(full, curved=True)),
        "tiny": (_RUNS, lambda full: reduce_keys(full, rig, "tiny")),
        "edit": (_RUNS, lambda full: reduce_keys(full, rig, "edit")),
    }
    rows = []
    for name, full in motions.items():
        for method, (runs, way) in ways.items():
            fewer, seconds = _timed(way, full, runs)
            rows.append(_row(name, method, full, fewer, seconds, rig))
    return KeysReport(tuple(rows))


def _timed(way: Callable[[RigMotion], RigMotion], full: RigMotion, runs: int) -> tuple[RigMotion, float]:
    """Return what a way makes of a motion, and the least processor time that it took [s]."""
    fewer, least = full, np.inf
    for _ in range(runs):
        started = time.process_time()
        fewer = way(full)
        least = min(least, time.process_time() - started)
    return fewer, float(least)


def _row(name: str, method: str, full: RigMotion, fewer: RigMotion, seconds: float, rig: Rig) -> KeyRow:
    frames = np.arange(full.frame_count)
    meant, found = (pose_rig(rig, each, frames) for each in (full, fewer))
    moving = [bone for bone, track in full.bones.items() if _moves(track)]
    judged = [bone for bone in moving if bone in rig and rig.bones[rig.index[bone]].ik is None and _turns(full, bone)]
    off = np.degrees([angle_between(meant.rotations[bone], found.rotations[bone]) for bone in judged])
    ends = [end for end in HANDS + FEET if end in rig]
    places = [np.linalg.norm(meant.positions[end] - found.positions[end], axis=1) for end in ends]
    return KeyRow(
        motion=name,
        method=method,
        share=_keys(fewer, list(full.bones)) / (len(frames) * len(full.bones)),
        share_moving=_keys(fewer, moving) / (len(frames) * max(len(moving), 1)),
        turn_mean_deg=float(off.mean()),
        turn_p95_deg=float(np.percentile(off, 95.0)),
        turn_max_deg=float(off.max()),
        ends_p99_mm=float(np.percentile(places, 99.0)) * 1000.0,
        seconds_per_1000=seconds / len(frames) * 1000.0,
    )


def _keys(motion: RigMotion, bones: list[str]) -> int:
    return sum(len(motion.bones[bone].frames) for bone in bones)


def _turns(motion: RigMotion, bone: str) -> bool:
    return bool(np.ptp(continuous(motion.bones[bone].rotations_xyzw), axis=0).max() > _STILL)


def _moves(track: BoneTrack) -> bool:
    values = np.concatenate([track.positions_m, continuous(track.rotations_xyzw)], axis=1)
    return bool(np.ptp(values, axis=0).max() > _STILL)


def _longest(full: RigMotion, *, curved: bool) -> RigMotion:
    """Return keys that lie on the motion, each as far from the one before as the tolerance allows."""
    return replace(full, bones={name: _longest_track(track, curved=curved) for name, track in full.bones.items()})


def _longest_track(full: BoneTrack, *, curved: bool) -> BoneTrack:
    count, turns = len(full.frames), continuous(full.rotations_xyzw)
    weights = np.ones(count)
    channels: dict[int, Channel] = {
        axis: Moving(full.positions_m[:, [axis]], weights / _SHIFT_M**2)
        for axis in range(3)
        if np.ptp(full.positions_m[:, axis]) > _STILL
    }
    if np.ptp(turns, axis=0).max() > _STILL:
        channels[3] = Turning(turns, weights / _TURN_RAD**2, None, np.zeros(count))
    keys, curves = [0], [np.tile(STRAIGHT, (4, 1))]
    while channels and keys[-1] < count - 1:
        length, best = _farthest(channels, keys[-1], min(_LONGEST, count - 1 - keys[-1]), curved=curved)
        keys.append(keys[-1] + length)
        curves.append(best)
    return BoneTrack(np.array(keys), full.positions_m[keys], turns[keys], np.array(curves, dtype=np.uint8))


def _farthest(channels: Mapping[int, Channel], start: int, most: int, *, curved: bool) -> tuple[int, Array]:
    """Return the longest span from a frame that keeps to the tolerance, and its curves."""
    best, curves, failures = 1, np.tile(STRAIGHT, (4, 1)), 0
    for length in range(2, most + 1):
        spans = {number: _span(channel, start, length, curved=curved) for number, channel in channels.items()}
        if max(miss for miss, _ in spans.values()) <= 1.0:
            best, failures = length, 0
            for number, (_, curve) in spans.items():
                curves[number] = curve
        else:
            failures += 1
        if failures >= _PATIENCE:
            break
    return best, curves


def _span(channel: Channel, start: int, length: int, *, curved: bool) -> tuple[float, Array]:
    """Return the largest miss of one span, squared, and its curve."""
    bends = curved and length <= _LONGEST_CURVE
    starts, lengths, frames = np.array([start]), np.array([length]), np.arange(1, length)
    spans = Spans.of(starts, lengths) if bends else Spans(lengths, 2 * (start + frames), lengths - 1)
    values = values_of(channel)
    way = course(channel, values[starts], values[starts + lengths], spans)
    reached, curve = frames / length, STRAIGHT
    if bends:
        found, reached = fitted(way.shares, spans, "fine")
        curve = found[0]
    return float(misses(channel, spans, way, reached)[spans.halves % 2 == 0].max()), curve
