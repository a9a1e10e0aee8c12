"""Our stage beside babylon-mmd's, picture by picture and bone by bone.

The judge needs a browser and lives with the tests of a checkout. It runs as a program of its own.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manekko.bench.judge import data_folder, table
from manekko.bench.speed import Mark

ALIKE_BAR = 0.9
BONES_BAR_UNITS = 0.01
"""A unit of MMD is 8 cm."""

_JUDGE = "tests.clients.stage_judge"
_AT_MOST_S = 600.0


@dataclass(frozen=True)
class Likeness:
    """What the judge found; nothing, with the reason, where it could not be run."""

    ssim: dict[str, dict[str, float]]
    """What the pictures exercise → scene → structural similarity to babylon-mmd's picture."""
    bones_units: dict[str, dict[str, float]]
    """``fixtures`` or the dance → model → largest distance of any bone from babylon-mmd's [units of MMD]."""
    not_run: str | None = None

    def __str__(self) -> str:
        """Tables for people."""
        if self.not_run is not None:
            return f"Beside babylon-mmd: not run: {self.not_run}"
        alike = [[kind, len(of), *_worst(of, min)] for kind, of in self.ssim.items()]
        off = [[group, len(of), *_worst(of, max)] for group, of in self.bones_units.items()]
        return "\n\n".join(
            [
                "Beside babylon-mmd",
                table(["pictures of", "scenes", "least SSIM", "in"], alike),
                table(["bones of", "models", "largest distance, units", "in"], off),
            ]
        )

    def marks(self) -> list[Mark]:
        """Hold every kind and every group by its worst against the bars."""
        least, most = f">= {ALIKE_BAR:g}", f"<= {BONES_BAR_UNITS:g}"
        if self.not_run is not None:
            return [
                Mark("likeness to babylon-mmd, SSIM", None, least, None),
                Mark("bones off babylon-mmd, units", None, most, None),
            ]
        alike = {kind: min(of.values()) for kind, of in self.ssim.items()}
        off = {group: max(of.values()) for group, of in self.bones_units.items()}
        return [
            *(Mark(f"likeness to babylon-mmd, {kind}, SSIM", v, least, v >= ALIKE_BAR) for kind, v in alike.items()),
            *(
                Mark(f"bones off babylon-mmd, {group}, units", v, most, v <= BONES_BAR_UNITS)
                for group, v in off.items()
            ),
        ]


def likeness(checkout: Path | None = None) -> Likeness:
    """Run the judge of a checkout and return what it found.

    Args:
        checkout: the folder that holds ``tests``; None is where the program runs.

    Raises:
        MissingToolError: the measuring data is missing.
    """
    checkout = Path.cwd() if checkout is None else checkout
    if not checkout.joinpath(*_JUDGE.split(".")).with_suffix(".py").is_file():
        return Likeness({}, {}, "the judge is among the tests of a checkout of Manekko; run the bench from one")
    environment = os.environ | {"MANEKKO_DATA": str(data_folder().resolve()), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", _JUDGE]
    try:
        done = subprocess.run(
            command,
            cwd=checkout,
            capture_output=True,
            encoding="utf-8",
            env=environment,
            timeout=_AT_MOST_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Likeness({}, {}, f"the judge has not ended after {_AT_MOST_S:g} s")
    return answered(done.stdout, done.stderr)


def answered(said: str, complained: str) -> Likeness:
    """Return what the judge said, or, where that is no answer, the last line of its complaints as the reason."""
    try:
        verdict: dict[str, Any] = json.loads(said)
    except json.JSONDecodeError:
        verdict = {"error": (complained.strip().splitlines() or ["the judge gave no answer"])[-1]}
    if "error" in verdict:
        return Likeness({}, {}, verdict["error"])
    return Likeness(verdict["ssim"], verdict["bones_units"])


def _worst(of: dict[str, float], worst: Callable[..., str]) -> tuple[str, str]:
    name = worst(of, key=lambda key: of[key])
    return f"{of[name]:.4f}", name
