"""Run measurements by name, print their tables, keep their figures."""

import json
import os
import platform
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from manekko.errors import InputError, MissingToolError
from manekko.whole import whole_file


@runtime_checkable
class Report(Protocol):
    """What a measurement returns: a table as ``str``, plain values as a dict."""

    def as_dict(self) -> dict[str, object]:
        """Return plain values for JSON."""
        ...


def _accuracy() -> Report:
    from manekko.bench.accuracy import accuracy

    return accuracy()


def _speed() -> Report:
    from manekko.bench.speed import speed

    return speed()


def _stage() -> Report:
    from manekko.bench.stage import stage

    return stage()


def _solver() -> Report:
    from manekko.bench.solver import solver

    return solver()


def _page() -> Report:
    try:
        from manekko.bench.page import page
    except ModuleNotFoundError:
        raise MissingToolError("Playwright, which drives Chromium, is missing: pip install playwright") from None
    return page()


def _paint() -> Report:
    from manekko.bench.paint import paint

    return paint()


MEASUREMENTS: dict[str, Callable[[], Report]] = {
    "accuracy": _accuracy,
    "speed": _speed,
    "stage": _stage,
    "solver": _solver,
    "page": _page,
    "paint": _paint,
}
"""Every measurement by its name on the command line."""


def run(names: Sequence[str], out: Path | None = None) -> int:
    """Run measurements one after the other and print their tables.

    Args:
        names: of ``MEASUREMENTS``; none, or ``all``, for all of them.
        out: JSON file for the figures.

    Returns:
        0: whether bars are met is in the tables and in the JSON.

    Raises:
        InputError: a name is unknown.
        MissingToolError: data or tools for a measurement are missing.
    """
    unknown = [name for name in names if name not in (*MEASUREMENTS, "all")]
    if unknown:
        raise InputError(f"there is no measurement {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)} and all")
    wanted = list(MEASUREMENTS) if not names or "all" in names else [name for name in MEASUREMENTS if name in names]
    results: dict[str, object] = {"machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}"}
    for name in wanted:
        report = MEASUREMENTS[name]()
        print(f"== {name}\n\n{report}\n", flush=True)
        results[name] = report.as_dict()
        if out is not None:
            _write(out, results)
    return 0


def _write(out: Path, results: dict[str, object]) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(out) as temporary:
        temporary.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
