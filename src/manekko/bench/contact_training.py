"""``python -m manekko.bench.contact_training``: trains anew what tells planted heels and toes from moving ones.

Motion capture of walks, sports and dances (CMU's, without the held-out subject 05) is seen by a made-up detector and
lifted; a net with one hidden layer learns which points were planted. Some of the motions slow to a stop now and then,
since a held pose with a raised foot is what dancers do and walkers do not; some go in jerks. Takes about ten minutes.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.bench.mocap import training_clips
from manekko.bench.synthetic import TrueMotion, seen
from manekko.bench.synthetic_joints import with_known_joints
from manekko.bench.synthetic_motions import low_and_slow, sole_points_m
from manekko.errors import InputError
from manekko.lift.lift import lift_track
from manekko.motion.motion import Motion
from manekko.skeleton.contact_features import contact_features
from manekko.skeleton.contacts import across_m
from manekko.skeleton.rotations import normalized

_LONGEST, _SHORTEST = 300, 90
_STOPS, _STOP_FRAMES, _SLOWEST = (2, 5), (15, 50), 0.1
_GO_FRAMES, _HOLD_FRAMES, _HASTE = (2, 12), (2, 9), 1.3
_LEVELS = (0.1, 1.5)
"""Size of the noise: a net that has only seen trembling points does not trust calm ones."""
_UNITS, _EPOCHS, _BATCH, _RATE, _DECAY = 32, 14, 512, 3e-3, 1e-3


def training_motions(rng: np.random.Generator) -> Iterator[TrueMotion]:
    """Yield the clips to learn from, whole or in part, as they are, with held poses or in jerks.

    Raises:
        MissingToolError: the measuring data is missing.
    """
    for clip in training_clips():
        if len(clip.values) < _SHORTEST:
            continue
        try:
            motion = clip.motion(longest=len(clip.values))
        except InputError:
            continue
        motion = with_known_joints({clip.name: motion})[clip.name]
        floor = float(np.percentile(sole_points_m(motion)[..., 1].min(1), 10.0))
        start = int(rng.integers(0, max(1, motion.frame_count - _LONGEST)))
        part = _at_frames(motion, np.arange(start, min(start + _LONGEST, motion.frame_count), dtype=np.float64))
        changed = _CHANGES[int(rng.integers(len(_CHANGES)))]
        part = part if changed is None else changed(part, rng)
        roots = part.root_positions_m - np.array([0.0, floor, 0.0])
        part = replace(part, root_positions_m=roots)
        yield TrueMotion(clip.name, replace(part, contacts=standing(part)))


def with_held_poses(motion: Motion, rng: np.random.Generator) -> Motion:
    """Return the motion slowed down to a stop now and then."""
    stops = np.sort(rng.uniform(0.0, motion.frame_count - 1.0, rng.integers(*_STOPS)))
    times, time, reached = [], 0.0, 0
    while time < motion.frame_count - 1.0 and len(times) < _LONGEST:
        if reached < len(stops) and time >= stops[reached]:
            times += [time] * int(rng.integers(*_STOP_FRAMES))
            reached += 1
        times.append(time)
        time += float(np.clip(_SLOWEST + 0.25 * np.abs(stops - time).min(), _SLOWEST, 1.0))
    return _at_frames(motion, np.array(times[:_LONGEST]))


def in_jerks(motion: Motion, rng: np.random.Generator) -> Motion:
    """Return the motion as poppers and hand-made dances move: at once, and not at all for a few frames."""
    times, time = [], 0.0
    while time < motion.frame_count - 1.0 and len(times) < _LONGEST:
        go = int(rng.integers(*_GO_FRAMES))
        times += [time + _HASTE * step for step in range(go)] + [time + _HASTE * go] * int(rng.integers(*_HOLD_FRAMES))
        time += _HASTE * go
    times = np.array(times[:_LONGEST])
    return _at_frames(motion, times[times < motion.frame_count - 1.0])


def standing(motion: Motion) -> Bool[Array, "frame 4"]:
    """Return which points of the soles stand: low, and still before or after each frame, for three frames or longer.

    For motions without jerks these are the true contacts of the benchmarks.
    """
    points = sole_points_m(motion)
    steps = np.linalg.norm(np.diff(points, axis=0), axis=-1)
    ahead, behind = np.concatenate([steps, steps[-1:]]), np.concatenate([steps[:1], steps])
    return low_and_slow(points, np.minimum(ahead, behind))


_CHANGES: tuple[Callable[[Motion, np.random.Generator], Motion] | None, ...] = (None, with_held_poses, in_jerks)
"""What is made of a clip, one as often as the other; None leaves it as it is."""


def _at_frames(motion: Motion, frames: Float[Array, " frame"]) -> Motion:
    """Return the motion at times between its frames."""
    before = np.clip(frames.astype(int), 0, motion.frame_count - 2)
    share = (frames - before)[:, None]
    turns = motion.local_rotations_xyzw
    return replace(
        motion,
        root_positions_m=motion.root_positions_m[before] * (1.0 - share) + motion.root_positions_m[before + 1] * share,
        local_rotations_xyzw=normalized(
            turns[before] * (1.0 - share[..., None]) + turns[before + 1] * share[..., None]
        ),
        confidences=motion.confidences[before],
        contacts=motion.contacts[before],
        expressions={},
    )


def examples(
    true: TrueMotion, seed: int, level: float
) -> tuple[Float[Array, "frame 4 feature"], Bool[Array, "frame 4"]]:
    """Return what is known of each point of the soles in a clip that was seen with noise, and which were planted."""
    synthetic = seen(true, seed, level)
    lifted = lift_track(synthetic.track)
    frames = min(len(lifted.positions_m), len(synthetic.truth.contacts))
    features = contact_features(lifted.positions_m, across_m(lifted), lifted.confidences)
    return features[:frames], synthetic.truth.contacts[:frames]


def trained(
    features: Float[Array, "example feature"], planted: Bool[Array, " example"], rng: np.random.Generator
) -> dict[str, list[float] | list[list[float]] | float]:
    """Return the net that tells planted from moving: least cross-entropy by Adam (Kingma & Ba 2015)."""
    mean, spread = features.mean(0), features.std(0) + 1e-6
    inputs, wanted = (features - mean) / spread, planted.astype(np.float64)
    count = inputs.shape[1]
    net = [
        rng.normal(size=(count, _UNITS)) / np.sqrt(count),
        np.zeros(_UNITS),
        rng.normal(size=_UNITS) / np.sqrt(_UNITS),
        np.zeros(1),
    ]
    firsts, seconds = [np.zeros_like(w) for w in net], [np.zeros_like(w) for w in net]
    steps = _EPOCHS * (len(inputs) // _BATCH)
    for step in range(1, steps + 1):
        batch = rng.integers(0, len(inputs), _BATCH)
        rate = _RATE * 0.5 * (1.0 + np.cos(np.pi * step / steps))
        for index, slope in enumerate(_slopes(net, inputs[batch], wanted[batch])):
            firsts[index] = 0.9 * firsts[index] + 0.1 * slope
            seconds[index] = 0.999 * seconds[index] + 0.001 * slope * slope
            first, second = firsts[index] / (1.0 - 0.9**step), seconds[index] / (1.0 - 0.999**step)
            net[index] = net[index] - rate * first / (np.sqrt(second) + 1e-8)
    hidden = net[0] / spread[:, None]
    return {
        "hidden": np.round(hidden, 4).tolist(),
        "hidden_bias": np.round(net[1] - mean @ hidden, 4).tolist(),
        "out": np.round(net[2], 4).tolist(),
        "out_bias": round(float(net[3][0]), 4),
    }


def _slopes(net: list[Array], inputs: Array, wanted: Array) -> list[Array]:
    """Gradient of the mean cross-entropy and of the decay of weights."""
    units = np.tanh(inputs @ net[0] + net[1])
    error = (1.0 / (1.0 + np.exp(-(units @ net[2] + net[3]))) - wanted) / len(wanted)
    inner = np.outer(error, net[2]) * (1.0 - units * units)
    return [
        inputs.T @ inner + _DECAY * net[0],
        inner.sum(0),
        units.T @ error + _DECAY * net[2],
        np.array([error.sum()]),
    ]


def main() -> None:
    """Train and write the weights."""
    parser = argparse.ArgumentParser(prog="python -m manekko.bench.contact_training", description=__doc__)
    default = Path(__file__).parent.parent / "skeleton" / "contact_weights.json"
    parser.add_argument("--out", type=Path, default=default, help="file of the weights; by default the package's own")
    out = parser.parse_args().out
    rng = np.random.default_rng(3)
    clips = []
    for true in training_motions(rng):
        if true.motion.contacts.mean() > 0.05:
            clips.append(examples(true, int(rng.integers(10_000)), float(rng.uniform(*_LEVELS))))
    nets = {}
    for index, part in enumerate(("heel", "toe")):
        columns = [index, index + 2]
        features = np.concatenate([own[:, columns].reshape(-1, own.shape[-1]) for own, _ in clips])
        planted = np.concatenate([contacts[:, columns].ravel() for _, contacts in clips])
        nets[part] = trained(features, planted, rng)
    out.write_text(json.dumps(nets) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
