"""Keys of several bones at once, as though they were one bone that does one bone's motion after the other's.

Between two bones lies no frame, and both their ends are keys that stay: so the bones do not touch each other, and one
pass over long arrays does what many over short ones would.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Bool, Float, Int, UInt8
from manekko.motion.key_channels import Channel, joined
from manekko.motion.key_curves import STRAIGHT
from manekko.motion.key_pruning import kept_keys
from manekko.motion.key_spans import Stops, cost_table
from manekko.motion.key_values import best_keys
from manekko.motion.motion import BoneTrack

Channels = tuple[Channel | None, ...]
"""A bone's turn and its shifts along x, y and z; None for what never changes."""

_FIRST_ROUNDS = 2
"""How often values and curves are found in turn before needless keys go."""


@dataclass(frozen=True, eq=False)
class BoneAtWork:
    """A bone whose key frames are known and whose keys are sought."""

    track: BoneTrack
    """A key in every frame."""
    channels: Channels
    keys: Int[Array, " key"]
    price: float
    """What a key costs, in misses as large as the tolerance."""
    stops: Bool[Array, " frame"]
    """Frames whose keys stay."""
    stands: Bool[Array, " frame"]
    """Frames in which its place must be exact."""
    rests: Bool[Array, " frame"]
    """Frames in which its turn must be exact."""


def alike(names: Sequence[str], channels: Mapping[str, Channels], order: Mapping[str, int]) -> list[list[str]]:
    """Return the bones in groups of the same ``order`` and the same kinds of channels, low orders first."""
    found: dict[tuple[int, tuple[bool, ...]], list[str]] = {}
    for name in names:
        kinds = tuple(channel is not None for channel in channels[name])
        found.setdefault((order[name], kinds), []).append(name)
    return [found[key] for key in sorted(found)]


def cost_tables(
    channels: Sequence[Channels], stops: Sequence[Bool[Array, " frame"]], most: float
) -> list[Float[Array, "frame length"]]:
    """Return ``cost_table`` for each of several bones with the same kinds of channels."""
    whole = [channel for channel in _joined(channels) if channel is not None]
    return np.split(cost_table(whole, Stops(np.concatenate(stops)), most), len(channels))


def keyed_together(bones: Sequence[BoneAtWork]) -> list[BoneTrack]:
    """Return the keys of bones with the same kinds of channels: those that are worth their price, with their curves."""
    count = len(bones[0].track.frames)
    channels = _joined([bone.channels for bone in bones])
    frames = np.concatenate([bone.keys + number * count for number, bone in enumerate(bones)])
    ends = np.isin(frames % count, (0, count - 1))
    rests, stands = (np.concatenate(marks)[frames] for marks in zip(*((b.rests, b.stands) for b in bones), strict=True))
    pinned = [ends | (rests if number == 0 else stands) for number in range(len(channels))]
    fitted = [
        (channel, best_keys(channel, frames, held, _FIRST_ROUNDS)[0])
        for channel, held in zip(channels, pinned, strict=True)
        if channel is not None
    ]
    prices = np.repeat([bone.price for bone in bones], [len(bone.keys) for bone in bones])
    kept = kept_keys(fitted, frames, np.concatenate([bone.stops for bone in bones]), prices)
    tracks = [bone.track for bone in bones]
    parts = _with_curves(tracks, channels, frames[kept], [held[kept] for held in pinned])
    edges = np.searchsorted(frames[kept], np.arange(1, len(bones)) * count)
    values = (frames[kept] % count, *parts)
    return [BoneTrack(*own) for own in zip(*(np.split(each, edges) for each in values), strict=True)]


def _with_curves(
    tracks: Sequence[BoneTrack], channels: Channels, frames: Int[Array, " key"], pinned: Sequence[Bool[Array, " key"]]
) -> tuple[Float[Array, "key 3"], Float[Array, "key 4"], UInt8[Array, "key 4 4"]]:
    """Return shifts, turns and curves that miss least at these frames of bones that follow each other."""
    positions = np.concatenate([track.positions_m for track in tracks])[frames]
    rotations = np.concatenate([track.rotations_xyzw for track in tracks])[frames]
    curves = np.tile(STRAIGHT, (len(frames), 4, 1))
    turning, *moving = channels
    if turning is not None:
        rotations, curves[:, 3] = best_keys(turning, frames, pinned[0])
    for axis, channel in enumerate(moving):
        if channel is not None:
            values, curves[:, axis] = best_keys(channel, frames, pinned[axis + 1])
            positions[:, axis] = values[:, 0]
    return positions, rotations, curves


def _joined(channels: Sequence[Channels]) -> Channels:
    """Return the channels of all bones end to end, kind by kind."""
    kinds = [[channel for channel in kind if channel is not None] for kind in zip(*channels, strict=True)]
    return tuple(joined(kind) if kind else None for kind in kinds)
