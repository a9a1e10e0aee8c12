"""Motion capture of the measuring data, clip by clip: CMU, its held-out subject apart from what may be learned from.

``python -m manekko.bench.mocap FOLDER`` writes as BVH the clips that Maneko's painter was trained on.
"""

import json
import sys
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
_DANCE = 2.5
"""Weight from which on a clip is a dance, or like one."""
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
        return resampled(motion_from_bvh(parse_bvh(self.bvh(start, longest).encode())), fps=FPS)

    def bvh(self, start: int = 0, longest: int = 1200) -> str:
        """Return the text of a BVH file of the clip from a frame on, at its own rate."""
        part = self.values[start : start + longest]
        rows = "\n".join(" ".join(f"{value:.2f}" for value in row) for row in (part / 100.0).tolist())
        return f"{self.head}\nMOTION\nFrames: {len(part)}\nFrame Time: {self.frame_s}\n{rows}\n"


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


def painted_clips() -> dict[str, str]:
    """Return the BVH texts that the shipped painter was trained on, by name: all dances, and a quarter of the rest.

    Raises:
        MissingToolError: the measuring data is missing.
    """
    clips = training_clips()
    chosen = [one for one in clips if one.weight >= _DANCE] + [one for one in clips if one.weight < _DANCE][::4]
    return {f"{number:03d}_{Path(one.name).stem}": one.bvh(longest=900) for number, one in enumerate(chosen)}


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in painted_clips().items():
        (folder / f"{name}.bvh").write_text(text, encoding="utf-8")
