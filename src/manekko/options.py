"""How the words of a command line are read: lists, numbers, times; each raises ValueError on what it does not know."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from tyro.constructors import PrimitiveConstructorSpec


def argument(
    metavar: str, read: Callable[[str], Any], show: Callable[[Any], str] = str
) -> PrimitiveConstructorSpec[Any]:
    """Return tyro's rule for an argument of one word; ``read`` raises ValueError on a word that it does not know."""
    return PrimitiveConstructorSpec(
        nargs=1,
        metavar=metavar,
        instance_from_str=lambda words: read(words[0]),
        is_instance=lambda value: True,
        str_from_instance=lambda value: [show(value)],
    )


def optional(metavar: str, read: Callable[[str], Any], none: str) -> PrimitiveConstructorSpec[Any]:
    """Return the rule for an argument that may be left open; ``none`` is the word for that."""
    return argument(
        metavar,
        lambda text: None if text == none else read(text),
        lambda value: none if value is None else str(value),
    )


def joined(names: Collection[str], known: tuple[str, ...]) -> str:
    """Return the names in the order of ``known``, with commas between."""
    return ",".join(name for name in known if name in names)


def names(text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return names with commas between, each once, in the order of ``known``."""
    given = [name.strip() for name in text.split(",")]
    for name in given:
        if name not in known:
            raise ValueError(f"'{name}' is not one of {', '.join(known)}")
    return tuple(name for name in known if name in given)


def number(text: str, *, lowest: float) -> float:
    """Return a finite number that is ``lowest`` or more."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not lowest <= value < float("inf"):
        raise ValueError(f"{text} is not a number from {lowest:g} up")
    return value


def count(text: str) -> int:
    """Return a whole number from 1 up."""
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"{text} is not a whole number from 1 up")
    return int(text)


def port(text: str) -> int:
    """Return the number of a port that a program of the user's may listen on."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise ValueError(f"{text} is not a port: give a number from 1 to 65535")
    return int(text)


def time(text: str) -> float:
    """Return a time [s]: given in seconds (75.5), or in minutes and seconds (1:15.5)."""
    minutes, colon, seconds = text.rpartition(":")
    try:
        value = (int(minutes) * 60.0 if colon else 0.0) + float(seconds)
    except ValueError:
        value = float("nan")
    if not 0.0 <= value < float("inf") or text.startswith("-"):
        raise ValueError(f"{text} is not a time: give seconds, such as 75, or minutes and seconds, such as 1:15")
    return value


def size(text: str) -> tuple[int, int]:
    """Return a width and a height, given as 1280x720."""
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise ValueError(f"{text} is not a size: give width and height, such as 1280x720")
    return int(width), int(height)


def paths(text: str) -> tuple[Path, ...]:
    """Return one file, or several with commas between; a comma in the name of a file that is there stays in it."""
    return (Path(text),) if Path(text).exists() else tuple(Path(part.strip()) for part in text.split(","))


def name_in_pieces(arguments: Sequence[str]) -> str | None:
    """Return the file here whose name was given without quotes, so that it came as several arguments; None: none."""
    for start in range(1, len(arguments)):
        for end in range(start + 2, min(start + 12, len(arguments)) + 1):
            name = " ".join(arguments[start:end])
            # A name too long for the disk makes Path.exists raise.
            if len(name) < 200 and Path(name).exists():
                return name
    return None


def share(text: str) -> float:
    """Return a number from 0 to 1."""
    value = number(text, lowest=0.0)
    if value > 1.0:
        raise ValueError(f"{text} is not a number from 0 to 1")
    return value


def people_of(text: str) -> tuple[tuple[int, str], ...]:
    """Return who becomes whom, given as p1=A,p2=B; ``all`` is nobody in particular."""
    if text == "all":
        return ()
    result = {}
    for pair in text.split(","):
        person, equals, character = pair.strip().partition("=")
        if not (equals and character and person[:1] in ("p", "P") and person[1:].isdecimal()):
            raise ValueError(f"{pair.strip()} does not say who becomes whom: give such as p1=maneko,p2=tora")
        if int(person[1:]) in result:
            raise ValueError(f"{person} is given twice")
        result[int(person[1:])] = character.strip()
    return tuple(sorted(result.items()))


def shown_people(people: tuple[tuple[int, str], ...]) -> str:
    """Return the words that ``people_of`` reads."""
    return ",".join(f"p{number}={character}" for number, character in people) or "all"
