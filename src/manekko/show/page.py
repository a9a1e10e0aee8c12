"""The report as one self-contained page: no script, nothing loaded from elsewhere, every name escaped."""

from collections.abc import Mapping
from html import escape
from itertools import groupby
from urllib.parse import quote

import numpy as np

from manekko.motion.motion import CONTACT_POINTS
from manekko.show.page_style import STYLE
from manekko.show.plots import Line, Strip, line_plot, path_plot, strip_plot
from manekko.show.report_values import PersonReport, Report, person_warnings, seconds_seen
from manekko.show.series import MotionSeries, body_confidence, motion_series
from manekko.show.verdicts import FigureRow, Verdict, figure_rows, flattened, worst
from manekko.show.words import frame_ends, spans, sudden_turns

_KINDS = {
    "vmd": "the motion, for MikuMikuDance and everything that reads VMD",
    "vpd": "the pose, for MikuMikuDance",
    "bvh": "the motion, for Blender, Maya, MotionBuilder …",
    "vrma": "the motion, for VRM avatars",
    "glb": "the motion as glTF",
    "keypoints": "what was seen, for programs",
    "fixes": "repairs by hand: open it in a text editor, then capture again with --fix",
    "wav": "the sound, in step with frame 0 of the motion",
    "preview": "the video beside the solved motion, to check by eye",
    "report": "this page",
    "json": "the same figures, for programs",
}
_CHIPS: dict[Verdict, str] = {"good": "good", "fair": "fair", "poor": "poor"}
_SUMMARY: dict[Verdict, str] = {
    "good": "looks good",
    "fair": "usable, some things to look at",
    "poor": "needs a look before you use it",
    "plain": "not judged",
}
_CONTACT_WORDS = dict(zip(CONTACT_POINTS, ("left heel", "left toe", "right heel", "right toe"), strict=True))


def report_page(report: Report) -> str:
    """Return the page as HTML text."""
    name = str(report.input.get("name", "clip"))
    people = "".join(_person_section(person, len(report.people)) for person in report.people)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{_text(name)} – Manekko</title><style>{STYLE}</style></head><body><main>"
        f"{_head(report, name)}{_files_section(report)}{_seen_section(report)}{people}{_timing(report)}"
        f'<p class="soft"><small>Manekko {_text(report.version)}</small></p></main></body></html>\n'
    )


def _text(value: object) -> str:
    return escape(str(value), quote=True)


def _link(name: str) -> str:
    # "./" keeps a name such as "javascript:x.vmd" from being read as an address.
    return escape("./" + quote(name.encode("utf-8", "replace")), quote=True)


def _chip(verdict: Verdict, words: str) -> str:
    return f'<span class="chip {verdict}">{_text(words)}</span>'


def _head(report: Report, name: str) -> str:
    count = len(report.people)
    facts = [f"{count} {'person' if count == 1 else 'people'}", *_input_facts(report.input)]
    facts += [f"for the model {report.model_name}"] if report.model_name else []
    preview = _preview(report.files.get("preview"))
    warnings = _warning_list(report.warnings)
    if count == 0:
        warnings = (
            "<p>Nobody was found, so there is no motion. It helps when the whole body is in the picture, well lit "
            "and at least a quarter of the picture tall.</p>" + warnings
        )
    return f'<h1>{_text(name)}</h1><p class="soft">{_text(" · ".join(facts))}</p>{preview}{warnings}'


def _input_facts(about: Mapping[str, object]) -> list[str]:
    facts = []
    size, fps, duration = about.get("size_px"), about.get("fps"), about.get("duration_s")
    if isinstance(size, list | tuple) and len(size) == 2:
        facts.append(f"{size[0]} × {size[1]}")
    if isinstance(fps, int | float) and np.isfinite(fps) and about.get("kind") != "image":
        facts.append(f"{fps:.4g} frames a second")
    if isinstance(duration, int | float) and np.isfinite(duration):
        facts.append(f"{duration:.1f} s")
    start_s = about.get("start_s")
    if isinstance(start_s, int | float) and start_s > 0:
        facts.append(f"taken from {start_s:g} s on, from where all times here count")
    if about.get("has_sound") is False and about.get("kind") == "video":
        facts.append("no sound")
    return facts


def _preview(name: str | None) -> str:
    if name is None:
        return ""
    if name.lower().endswith(".png"):
        return f'<p><img class="preview" src="{_link(name)}" alt="the picture beside the solved motion"></p>'
    return f'<p><video controls preload="metadata" src="{_link(name)}"></video></p>'


def _files_section(report: Report) -> str:
    items = []
    for person in report.people:
        whose = f"person {person.track.track_id}: " if len(report.people) > 1 else ""
        items += [_file_item(kind, name, whose) for kind, name in person.files.items()]
    items += [_file_item(kind, name, "") for kind, name in report.files.items()]
    return f'<section><h2>What was written</h2><ul class="files">{"".join(items)}</ul>{_next_steps(report)}</section>'


def _file_item(kind: str, name: str, whose: str) -> str:
    is_picture = kind == "preview" and name.lower().endswith(".png")
    meaning = "the picture beside the solved motion, to check by eye" if is_picture else _KINDS.get(kind, kind)
    return f'<li><a href="{_link(name)}">{_text(name)}</a><br><small>{_text(whose + meaning)}</small></li>'


def _next_steps(report: Report) -> str:
    motions = [name for person in report.people for kind, name in person.files.items() if kind in ("vmd", "vpd")]
    if not motions:
        return ""
    model = f"<code>{_text(report.model_name)}</code>" if report.model_name else "your model (PMX or PMD)"
    each = " for each person, one after the other" if len(motions) > 1 else ""
    named = ", ".join(f"<code>{_text(name)}</code>" for name in motions[:4]) + (" …" if len(motions) > 4 else "")
    is_pose = motions[0].lower().endswith(".vpd")
    effect = "the model takes the pose in the current frame" if is_pose else "the motion starts at frame 0"
    if is_pose:
        last = "Press register (登録) to keep the pose in that frame; else it is lost when the frame changes."
    elif (sound := report.files.get("wav")) is not None:
        last = f"File → Load WAV file: <code>{_text(sound)}</code>. It is in step with frame 0. Press play."
    else:
        last = "Press play."
    return (
        f"<h3>What to do next in MMD</h3><ol><li>Drag {model} into MikuMikuDance{each}.</li>"
        f"<li>With the model selected, drag {named} into the window; {effect}.</li>"
        f"<li>{last}</li></ol>"
    )


def _clip_end_s(person: PersonReport) -> float:
    """The end of the person's time axis [s]: of the video and of the motion."""
    times = person.track.times_s
    end = float(frame_ends(times)[-1]) if len(times) else 0.0
    if person.motion is not None:
        end = max(end, person.first_s + person.motion.frame_count / person.motion.fps)
    return max(end, 1e-3)


def _seen_section(report: Report) -> str:
    if not report.people or report.input.get("kind") == "image":
        return ""
    end_s = max(_clip_end_s(person) for person in report.people)
    strips = [
        Strip(f"person {person.track.track_id}", spans(person.track.seen, person.track.times_s), index % 4 + 1)
        for index, person in enumerate(report.people)
    ]
    return f"<section>{strip_plot(strips, title='Who was seen when', end_s=end_s)}</section>"


def _person_section(person: PersonReport, count: int) -> str:
    series = motion_series(person.motion, first_s=person.first_s) if person.motion is not None else None
    rows = figure_rows(person.track, person.metrics)
    verdict = worst(rows)
    still = len(person.track.times_s) <= 1
    title = f"Person {person.track.track_id}" if count > 1 else "The pose" if still else "The motion"
    length = "" if still else f'<p class="soft">in view for {seconds_seen(person.track):.1f} s</p>'
    plots = "" if still else _plots(person, series)
    return (
        f"<section><h2>{title} {_chip(verdict, _SUMMARY[verdict])}</h2>{length}"
        f"{_warning_list(person_warnings(person))}{_worth_a_look(rows)}"
        f"{_figure_table(rows)}{plots}{_all_figures(person.metrics)}</section>"
    )


def _worth_a_look(rows: list[FigureRow]) -> str:
    """Name the figures that the verdict comes from."""
    named = [
        f"{row.label[0].lower()}{row.label[1:]} {row.value}"
        for row in rows
        if row.verdict in ("fair", "poor") and row.group != "Keys"
    ]
    return f"<p>Look at: {_text('; '.join(named))}.</p>" if named else ""


def _warning_list(warnings: list[str] | tuple[str, ...]) -> str:
    if not warnings:
        return ""
    return f'<ul class="warn">{"".join(f"<li>{_text(warning)}</li>" for warning in warnings)}</ul>'


def _figure_table(rows: list[FigureRow]) -> str:
    body = "".join(
        f'<tbody><tr><th class="group" colspan="4">{_text(group)}</th></tr>{"".join(map(_figure_row, members))}</tbody>'
        for group, members in groupby(rows, key=lambda row: row.group)
    )
    return f'<h3>How good it is</h3><table class="figures">{body}</table>'


def _figure_row(row: FigureRow) -> str:
    advice = f'<br><span class="advice">What to do: {_text(row.advice)}</span>' if row.advice else ""
    return (
        f'<tr><th>{_text(row.label)}</th><td class="value">{_text(row.value)}</td>'
        f'<td class="verdict">{_chip(row.verdict, _CHIPS[row.verdict]) if row.verdict in _CHIPS else ""}</td>'
        f'<td class="means">{_text(row.meaning)}{advice}</td></tr>'
    )


def _plots(person: PersonReport, series: MotionSeries | None) -> str:
    end_s = _clip_end_s(person)
    parts = ["<h3>Over time</h3>", _confidence_plot(person, end_s)]
    if series is not None:
        parts += _motion_plots(person, series, end_s)
    return "".join(parts)


def _confidence_plot(person: PersonReport, end_s: float) -> str:
    track = person.track
    lines = [Line("body", track.times_s, 100.0 * body_confidence(track), 1)]
    if track.hands is not None:
        lines.append(Line("left hand", track.times_s, 100.0 * track.hands.scores[:, 0], 2))
        lines.append(Line("right hand", track.times_s, 100.0 * track.hands.scores[:, 1], 4))
    if track.face is not None:
        lines.append(Line("face", track.times_s, 100.0 * track.face.scores, 3))
    return line_plot(lines, title="How surely it was seen", unit="%", end_s=end_s, low=0.0, high=100.0)


def _motion_plots(person: PersonReport, series: MotionSeries, end_s: float) -> list[str]:
    times = series.times_s
    strips = [
        Strip(words, spans(series.contacts[:, column], times), 1 if words.startswith("left") else 2)
        for column, words in enumerate(_CONTACT_WORDS.values())
    ]
    strips.append(Strip("in the air", spans(series.airborne, times), 3))
    if person.motion is not None and (leaps := sudden_turns(person.motion)):
        flags = np.isin(np.arange(len(times)), [frame for frame, _, _ in leaps])
        strips.append(Strip("sudden turns", spans(flags, times), 4))
    hand, foot = Line("hands", times, series.hand_speed, 2), Line("feet", times, series.foot_speed, 1)
    slide, lowest = Line("slide", times, series.slide_mm, 1), Line("height", times, series.lowest_mm, 1)
    shake, hips = Line("shake", times, series.shake_mm, 4), Line("hips", times, 100.0 * series.hips_m[:, 1], 1)
    planted = series.contacts.any(axis=1) | ~series.airborne
    return [
        strip_plot(strips, title="Feet on the floor, jumps", end_s=end_s),
        line_plot(
            [slide], title="Foot slide while planted", unit="mm a frame", end_s=end_s, low=0.0, high=3.0,
            marks=[(2.0, "looks like skating above")],
        ),
        line_plot(
            [lowest], title="Lowest point of the feet", unit="mm above the floor", end_s=end_s, low=-10.0, high=50.0,
            marks=[(0.0, "floor")],
        ),
        line_plot([hips], title="Height of the hips", unit="cm", end_s=end_s),
        line_plot([hand, foot], title="Speed", unit="m/s, the faster of both", end_s=end_s, low=0.0, high=2.0),
        line_plot([shake], title="Shake of all joints", unit="mm, change of step", end_s=end_s, low=0.0, high=10.0),
        path_plot(series.hips_m, planted, title="Way over the floor, seen from above"),
    ]  # fmt: skip


def _all_figures(metrics: Mapping[str, object]) -> str:
    flat = flattened(metrics)
    if not flat:
        return ""
    rows = "".join(f"<tr><th>{_text(key)}</th><td>{_text(_brief(value))}</td></tr>" for key, value in flat.items())
    return f"<details><summary>All figures</summary><table>{rows}</table></details>"


def _brief(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return "–" if value is None else str(value)
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        shown = ", ".join(_brief(item) for item in value[:12])
        return shown + (f" … ({len(value)})" if len(value) > 12 else "")
    return str(value)[:200]


def _timing(report: Report) -> str:
    if not report.timing_s:
        return ""
    rows = "".join(
        f'<tr><th>{_text(stage)}</th><td class="value">{seconds:.1f} s</td></tr>'
        for stage, seconds in report.timing_s.items()
    )
    return f"<section><details><summary>Time it took</summary><table>{rows}</table></details></section>"
