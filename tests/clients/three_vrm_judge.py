"""pixiv's three-vrm and Khronos' glTF validator in headless Chromium: readers of VRM files that others wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tests.clients.page_judge import ask_page

_SOURCE = Path(__file__).parent / "three_vrm"


@dataclass(frozen=True)
class Judgement:
    """What they found; metres, facing +Z."""

    version: str
    bones: dict[str, np.ndarray]
    """Humanoid bones at rest."""
    posed_bones: dict[str, np.ndarray]
    posed_box: np.ndarray
    """Lowest and highest coordinates of all drawn vertices in the pose."""
    known: list[str]
    """Expressions that the file has."""
    farthest: dict[str, float]
    """How far each asked expression moves a vertex."""
    springs: int
    colliders: int
    materials: list[tuple[str, bool]]
    """Name, and whether it is MToon's; outlines are materials of their own."""
    licence: str
    issues: list[dict[str, Any]]
    """The validator's messages."""


def judge_vrm(
    path: Path, *, pose: Mapping[str, Sequence[float]] | None = None, expressions: Sequence[str] = ()
) -> Judgement:
    """Return what three-vrm and the validator make of a VRM file; skips where they cannot be run.

    Args:
        path: the file.
        pose: humanoid bone → rotation in its parent from the T-pose, xyzw, in the file's own frame.
        expressions: names to be tried one by one.
    """
    request = {"pose": {name: list(turn) for name, turn in (pose or {}).items()}, "expressions": list(expressions)}
    answer = ask_page(_SOURCE, path, path, request)
    return Judgement(
        version=answer["version"],
        bones={name: np.array(place) for name, place in answer["bones"].items()},
        posed_bones={name: np.array(place) for name, place in answer["posed"]["bones"].items()},
        posed_box=np.array(answer["posed"]["box"]),
        known=answer["known"],
        farthest=answer["expressions"],
        springs=answer["springs"],
        colliders=answer["colliders"],
        materials=[(name, toon) for name, toon in answer["materials"]],
        licence=answer["licence"],
        issues=answer["issues"],
    )


@dataclass(frozen=True)
class Dance:
    """A file's animation as three.js plays it; metres, in the file's own frame."""

    name: str
    places: dict[int, np.ndarray]
    """Node → (time, 3)."""
    weights: dict[int, np.ndarray]
    """Node with morph targets → (time, target)."""
    issues: list[dict[str, Any]]
    """The validator's messages."""


def judge_dance(path: Path, times_s: Sequence[float]) -> Dance:
    """Return what three.js and the validator make of a file's animation; skips where they cannot be run."""
    answer = ask_page(_SOURCE, path, path, {"dance": list(times_s)})
    return Dance(
        name=answer["name"],
        places={int(node): np.array(rows) for node, rows in answer["places"].items()},
        weights={int(node): np.array(rows) for node, rows in answer["weights"].items()},
        issues=answer["issues"],
    )
