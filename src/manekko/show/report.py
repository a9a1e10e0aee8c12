"""The report of one capture: what was seen, how good the motion is and what to do next, as JSON and as a page."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from manekko.show.page import report_page
from manekko.show.report_values import PersonReport, Report, person_warnings, seconds_seen
from manekko.show.strips import strips_of
from manekko.whole import whole_file

__all__ = ["PersonReport", "Report", "report_json", "write_report"]


def report_json(report: Report) -> dict[str, object]:
    """Return the report as JSON values; a number that is not finite becomes None."""
    people = [
        {
            "id": person.track.track_id,
            "frames": int(person.track.seen.sum()),
            "seconds_seen": round(seconds_seen(person.track), 3),
            "files": dict(person.files),
            "metrics": person.metrics,
            "warnings": person_warnings(person),
            "camera": dict(person.camera) or None,
            "strips": strips_of(person).as_dict(),
        }
        for person in report.people
    ]
    result = _plain(
        {
            "version": report.version,
            "input": report.input,
            "model": report.model_name or None,
            "people": people,
            "files": report.files,
            "warnings": report.warnings,
            "timing_s": {stage: round(float(seconds), 3) for stage, seconds in report.timing_s.items()},
        }
    )
    assert isinstance(result, dict)
    return result


def write_report(report: Report, json_path: Path, html_path: Path) -> None:
    """Write the report twice: for programs and for people. Each file appears whole or not at all."""
    text = json.dumps(report_json(report), ensure_ascii=False, indent=2, allow_nan=False)
    # A list of numbers is one line: hundreds of lines of them would hide the rest. No string holds a line break.
    text = re.sub(r"\[\n[\s\d.,eE+-]+\]", lambda found: f"[{' '.join(found[0][1:-1].split())}]", text)
    _write_whole(json_path, text + "\n")
    _write_whole(html_path, report_page(report))


def _write_whole(target: Path, text: str) -> None:
    with whole_file(target) as temporary:
        # A file name may hold bytes that are no UTF-8 (lone surrogates): they show as "?".
        temporary.write_bytes(text.encode("utf-8", "replace"))


def _plain(value: object) -> object:
    """Return values as JSON knows them."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str | bool | int | None):
        return value
    if isinstance(value, Sequence | set | frozenset):
        return [_plain(item) for item in value]
    return str(value)
