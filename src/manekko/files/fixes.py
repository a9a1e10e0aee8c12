"""Repairs by hand, as a text file (TOML) that people write: what it says, and what is wrong with it, line by line."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from manekko.errors import FormatError, InputError
from manekko.people.fixes import Fixes, Flip, FootFix, Part, PersonFixes, TimeSpan

_LARGEST_BYTES = 1 << 16
_LONGEST_LINE = 1000
"""Bounds of a file that a person wrote; within them reading takes no time."""
_FRAMES_PER_S = 30.0
"""Rate at which MikuMikuDance counts frames."""
_HIGHEST_CM = 300.0
_MOMENT = r"(?:start|end|f\d{1,7}|(?:\d{1,4}:)?\d{1,6}(?:\.\d{1,6})?(?:\s*s)?)"
_SPAN = re.compile(rf"\s*({_MOMENT})\s*(?:-|–|—|to)\s*({_MOMENT})\s*", re.IGNORECASE)
_PERSON = re.compile(r"person-([1-9]\d{0,2})")
_PAIR = re.compile(r"([1-9]\d{0,2})-([1-9]\d{0,2})")
_FEET = {"left-foot": (0, 1), "right-foot": (2, 3), "both-feet": (0, 1, 2, 3)} | {
    name: (column,) for column, name in enumerate(("left-heel", "left-toe", "right-heel", "right-toe"))
}
_FOOT_DOES = {"planted": True, "in-air": False}
_FLIP_KEYS: dict[str, tuple[str, Part]] = {
    "front-back": ("front_back", "body"),
    "front-back-left-arm": ("front_back", "left arm"),
    "front-back-right-arm": ("front_back", "right arm"),
    "front-back-left-leg": ("front_back", "left leg"),
    "front-back-right-leg": ("front_back", "right leg"),
    "left-right": ("left_right", "body"),
    "left-right-arms": ("left_right", "arms"),
    "left-right-legs": ("left_right", "legs"),
}
"""Name → field of ``PersonFixes`` and part of the body."""
_FOOT_KEYS = {f"{foot}-{does}": (points, on) for foot, points in _FEET.items() for does, on in _FOOT_DOES.items()}
PERSON_KEYS = (*_FLIP_KEYS, *_FOOT_KEYS, "ignore", "raise-cm")
"""What can be said of one person."""
_CLIP_KEYS = ("start", "end")
_SELDOM = {name for name in PERSON_KEYS if re.search("-(arm|leg|arms|legs)$|-(heel|toe)-", name)}
"""Names that messages need not list."""
_SECTIONS = ("clip", "swap-people", "person-1")
_EXAMPLE = 'front-back = ["3.2 - 4.0"]'
_EXAMPLES = {"start": 'start = "0:02"', "end": 'end = "1:15.5"', "raise-cm": "raise-cm = 2.5"}


def read_fixes(path: Path, *, start_s: float = 0.0, end_s: float | None = None) -> Fixes:
    """Return the repairs that a file asks for; what ``parse_fixes`` says, with the file's name before it.

    Raises:
        InputError: no such file.
        FormatError: it holds something that is not understood.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path}: the fixes cannot be read ({error.strerror}); is the name right?") from None
    try:
        return parse_fixes(data, start_s=start_s, end_s=end_s)
    except FormatError as error:
        raise error.at(path) from None


def parse_fixes(data: bytes, *, start_s: float = 0.0, end_s: float | None = None) -> Fixes:
    """Return the repairs that a text asks for.

    Args:
        data: TOML, in UTF-8 or, with its mark at the front, UTF-16.
        start_s: where the motion begins [s], if that was said elsewhere: it then counts more than what the text says.
        end_s: the same of the end [s].

    Raises:
        FormatError: one line that names the place, what was found, what was expected and an example.
    """
    text = _text(data)
    tables = _tables(text)
    lines = _Lines(text)
    for name, table in tables.items():
        if name not in _SECTIONS and not _PERSON.fullmatch(name):
            raise _unknown(lines.place(name), name, _SECTIONS, "section", "[person-1]")
        if not isinstance(table, dict):
            raise FormatError(f"{lines.place(name)}: {name} is a section: write [{name}] on a line of its own")
    clip = _clip(tables.get("clip", {}), lines)
    start_s, end_s = start_s or clip[0], clip[1] if end_s is None else end_s
    swaps = tuple(_swaps(tables.get("swap-people", {}), _Place(lines, "swap-people", start_s)))
    people = {
        int(name.removeprefix("person-")): _person(table, _Place(lines, name, start_s))
        for name, table in tables.items()
        if _PERSON.fullmatch(name)
    }
    return Fixes(start_s, end_s, people, swaps)


def _text(data: bytes) -> str:
    if len(data) > _LARGEST_BYTES:
        raise FormatError(f"larger than {_LARGEST_BYTES >> 10} KB: fixes are a short text, such as capture writes")
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    # Comments in another code page do no harm; what is meant is written in plain letters.
    text = data.decode(encoding, "replace").replace("\r\n", "\n")
    long = next((n for n, line in enumerate(text.split("\n"), 1) if len(line) > _LONGEST_LINE), None)
    if long is not None:
        raise FormatError(f"line {long} is longer than {_LONGEST_LINE} characters: break the list into several lines")
    return text


def _tables(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise FormatError(_misspelt(text, str(error))) from None
    except (RecursionError, ValueError, OverflowError):
        raise FormatError(f"this is no file of fixes; expected lines such as {_EXAMPLE}") from None


def _misspelt(text: str, problem: str) -> str:
    """Return in words what is wrong with a line that is no TOML."""
    found = re.search(r"line (\d+)", problem)
    lines = text.rstrip().split("\n")
    number = min(int(found.group(1)) if found else len(lines), len(lines))
    line = lines[number - 1].strip()
    shown = line if len(line) <= 60 else line[:60] + " …"
    if "twice" in problem:
        hint = "this section is there already: put its lines together"
    elif "overwrite" in problem:
        hint = 'it stands here for the second time: put all times into one list, such as ["3.2 - 4.0", "7 - 8"]'
    elif any(mark in line for mark in "“”„‘’「」"):
        hint = f"the quotes must be straight, such as {_EXAMPLE}"
    elif re.search(r"=\s*\[?\s*[\d.:]+\s*[-–:]", line):
        key = line.split("=")[0].strip()
        hint = f"times stand in quotes, such as {_EXAMPLES.get(key, _EXAMPLE)}"
    elif "=" not in line and not line.startswith("["):
        hint = f'expected a name, "=" and a value, such as {_EXAMPLE}, or "#" before a remark'
    else:
        hint = 'is every quote and bracket closed? It looks like this: front-back = ["3.2 - 4.0", "7 - 8"]'
    return f"line {number} is not understood ({shown}): {hint}"


@dataclass(frozen=True)
class _Lines:
    """Where in a text its names stand."""

    text: str

    def place(self, section: str, key: str | None = None) -> str:
        """Return "line 7" for a section, or for a key within it; its name where the line cannot be told."""
        inside = False
        for number, line in enumerate(self.text.split("\n"), 1):
            bare = re.sub(r"[\s\"']", "", line)
            if bare.startswith("["):
                inside = bare.startswith(f"[{section}]")
                if inside and key is None:
                    return f"line {number}"
            elif (inside and key is not None and bare.startswith(f"{key}=")) or bare.startswith(f"{section}="):
                return f"line {number}"
        return f"[{section}]" if key is None else f"{key} in [{section}]"


@dataclass(frozen=True)
class _Place:
    """The section that is being read."""

    lines: _Lines
    section: str
    start_s: float

    def of(self, key: str) -> str:
        return self.lines.place(self.section, key)

    def spans(self, key: str, value: object) -> tuple[TimeSpan, ...]:
        """Return the stretches of time of one key: a list of texts, or one text."""
        items = value if isinstance(value, list) else [value]
        return tuple(self._span(key, item) for item in items)

    def _span(self, key: str, item: object) -> TimeSpan:
        example = f'such as {key} = ["3.2 - 4.0", "1:05 - 1:07.5"]'
        if not isinstance(item, str):
            raise FormatError(
                f"{self.of(key)}: {key} expects two times in quotes with a dash between, not {_short(item)}; {example}"
            )
        match = _SPAN.fullmatch(item)
        if match is None:
            raise FormatError(
                f"{self.of(key)}: {_short(item)} is no stretch of time; expected two times with a dash between, "
                f"{example}"
            )
        first, last = (self._seconds(text.lower()) for text in match.groups())
        if first > last:
            raise FormatError(f"{self.of(key)}: {_short(item)} ends before it begins; {example}")
        return TimeSpan(first, last)

    def _seconds(self, text: str) -> float:
        if text == "end":
            return float("inf")
        if text == "start":
            return 0.0
        if text.startswith("f"):
            return self.start_s + int(text[1:]) / _FRAMES_PER_S
        return _clock_s(text)


def _clip(table: Mapping[str, Any], lines: _Lines) -> tuple[float, float | None]:
    """Return where the motion begins and ends [s]."""
    place = _Place(lines, "clip", 0.0)
    _check_keys(table, place, _CLIP_KEYS)
    start_s, end_s = (_moment(table.get(key), place, key) for key in _CLIP_KEYS)
    if end_s is not None and end_s <= (start_s or 0.0):
        raise FormatError(f"{place.of('end')}: the end, {end_s:g} s, is not after the start; give a later end")
    return start_s or 0.0, end_s


def _moment(value: object, place: _Place, key: str) -> float | None:
    """Return a time on the clip's clock [s], given as a number or as text; None where there is none."""
    if value is None:
        return None
    text = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not re.fullmatch(r"(\d{1,4}:)?\d{1,6}(\.\d{1,12})?(\s*s)?", text.strip()):
        raise FormatError(
            f"{place.of(key)}: {key} expects seconds, or minutes and seconds in quotes, not {_short(value)}; "
            f"such as {_EXAMPLES[key]}"
        )
    return _clock_s(text.strip())


def _clock_s(text: str) -> float:
    minutes, _, seconds = text.removesuffix("s").rpartition(":")
    return 60.0 * int(minutes or 0) + float(seconds)


def _swaps(table: Mapping[str, Any], place: _Place) -> Iterator[tuple[int, int, TimeSpan]]:
    for key, value in table.items():
        pair = _PAIR.fullmatch(key)
        if pair is None or pair.group(1) == pair.group(2):
            raise FormatError(
                f"{place.of(key)}: {_short(key)} does not name two people; expected their numbers with a dash between, "
                'such as 1-2 = ["5 - 7.5"]'
            )
        for span in place.spans(key, value):
            yield int(pair.group(1)), int(pair.group(2)), span


def _person(table: Mapping[str, Any], place: _Place) -> PersonFixes:
    _check_keys(table, place, PERSON_KEYS)
    own = PersonFixes(raise_m=_raise_m(table.get("raise-cm", 0.0), place))
    for key, value in table.items():
        if key == "raise-cm":
            continue
        spans = place.spans(key, value)
        if key == "ignore":
            own = replace(own, ignored=spans)
        elif key in _FLIP_KEYS:
            kind, part = _FLIP_KEYS[key]
            flips = tuple(Flip(part, span) for span in spans)
            own = replace(own, **{kind: (*getattr(own, kind), *flips)})
        else:
            points, planted = _FOOT_KEYS[key]
            own = replace(own, feet=(*own.feet, *(FootFix(points, planted, span) for span in spans)))
    _check_feet(own.feet, place)
    return own


def _raise_m(value: object, place: _Place) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= _HIGHEST_CM:
        raise FormatError(
            f"{place.of('raise-cm')}: raise-cm expects centimetres from -{_HIGHEST_CM:g} to {_HIGHEST_CM:g}, "
            f"no quotes, not {_short(value)}; such as {_EXAMPLES['raise-cm']}"
        )
    return float(value) / 100.0


def _check_feet(feet: tuple[FootFix, ...], place: _Place) -> None:
    """Refuse a point of a foot that is said to be planted and in the air at once."""
    for point in range(4):
        latest = {True: -1.0, False: -1.0}
        for foot in sorted((foot for foot in feet if point in foot.points), key=lambda foot: foot.span.start_s):
            if foot.span.start_s < latest[not foot.planted]:
                raise FormatError(
                    f"{place.lines.place(place.section)}: in [{place.section}] a foot is both planted and in the air "
                    f"at {foot.span.start_s:g} s; shorten one of the two"
                )
            latest[foot.planted] = max(latest[foot.planted], foot.span.end_s)


def _check_keys(table: Mapping[str, Any], place: _Place, known: tuple[str, ...]) -> None:
    for key in table:
        if key not in known:
            raise _unknown(place.of(key), key, known, "name", _EXAMPLES.get(known[0], _EXAMPLE))


def _unknown(place: str, name: str, known: tuple[str, ...], kind: str, example: str) -> FormatError:
    if kind == "section" and name in (*PERSON_KEYS, *_CLIP_KEYS):
        above = "[clip]" if name in _CLIP_KEYS else "[person-1]"
        return FormatError(f"{place}: {name} stands outside of any section; write {above} on a line above it")
    near = difflib.get_close_matches(name, known, 1) if len(name) < 80 else []
    meant = f"did you mean {near[0]}?" if near else f"known are {', '.join(n for n in known if n not in _SELDOM)}"
    return FormatError(f"{place}: {_short(name)} is not a {kind} that fixes know; {meant} (such as {example})")


def _short(value: object) -> str:
    """Return a value as the message shows it, on one line and not too long; text in quotes."""
    text = " ".join(str(value).split())
    text = f"'{text}'" if isinstance(value, str) else text
    return text if len(text) <= 40 else text[:40] + " …"
