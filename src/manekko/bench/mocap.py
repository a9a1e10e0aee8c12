"""Motion capture of the measuring data, clip by clip: CMU, its held-out subject apart from what may be learned from."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from manekko.arrays import Array, Int
from manekko.bench.judge import measuring_file
from manekko.files.bvh import motion_from_bvh, parse_bvh
from manekko.motion.motion import Motion
from manekko.motion.resample import resampled

FPS = 30.0
_PACKS = ("cmu_bvh_30fps.npz", "cmu_more_30fps.npz", "cmu_more2_30fps.npz")
_HELD_OUT, _NO_PERSON = "/005/", "standard.bvh"
_SHORTEST = 45
_FAVOURED = {"salsa": 3.0, "indian": 3.0, "martial": 2.5, "/49": 3.0, "mjackson": 4.0, "131_": 4.0, "/85_": 3.0,
             "gsimchoni": 4.0, "Walking": 0.3, "/16": 0.3, "/127": 0.5, "/14": 0.7}  # fmt: skip
"""How much oftener clips are drawn whose names hold this: dances first, walks last."""


@dataclass(frozen=True, eq=False)
class Clip:
    """One clip as it is stored."""

    name: str
    weight: float
    """How often it should be drawn, by frame."""
    head: str
    """The BVH's text before its motion."""
    values: Int[Array, "frame channel"]
    """A hundred times the BVH's."""
    frame_s: float

    def motion(self, start: int = 0, longest: int = 1200) -> Motion:
        """Return the motion from a frame on, at 30 frames per second.

        Raises:
            InputError: no person's legs are among the joints.
        """
        part = self.values[start : start + longest]
        rows = "\n".join(" ".join(f"{value:.2f}" for value in row) for row in (part / 100.0).tolist())
        text = f"{self.head}\nMOTION\nFrames: {len(part)}\nFrame Time: {self.frame_s}\n{rows}\n"
        return resampled(motion_from_bvh(parse_bvh(text.encode())), fps=FPS)


def training_clips() -> list[Clip]:
    """Return every clip that may be learned from.

    Raises:
        MissingToolError: the measuring data is missing.
    """
    return [clip for pack in _PACKS for clip in _clips(pack, _may_be_learned_from)]


def held_out_clips() -> dict[str, Clip]:
    """Return the clips of subject 05, from which nothing is learned, by their number: ``05_03``.

    Raises:
        MissingToolError: the measuring data is missing.
    """
    clips = _clips(_PACKS[0], lambda name, _: _HELD_OUT in name)
    return {Path(clip.name).stem.removeprefix("0"): clip for clip in clips}


def _may_be_learned_from(name: str, frames: int) -> bool:
    return frames >= _SHORTEST and _HELD_OUT not in name and _NO_PERSON not in name


def _clips(pack: str, wanted: Callable[[str, int], bool]) -> list[Clip]:
    """Return the clips of a pack whose name and number of frames are wanted."""
    with np.load(measuring_file("mocap", pack)) as stored:
        meta = json.loads(stored["meta"].tobytes())
        chosen = [one for one in meta["clips"] if wanted(one["file"], one["n"])]
        steps = {count: stored[f"delta_{count}"] for count in {one["nch"] for one in chosen}}
    result = []
    for one in chosen:
        values = np.cumsum(steps[one["nch"]][one["start"] : one["start"] + one["n"]].astype(np.int64), axis=0)
        weight = next((weight for part, weight in _FAVOURED.items() if part in one["file"]), 1.0)
        head = meta["heads"][one["head"]].split("MOTION")[0].rstrip()
        result.append(Clip(one["file"], weight, head, values, one["dt"]))
    return result
