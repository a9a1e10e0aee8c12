"""The messages as TypeScript: ``python -m manekko.studio.typescript`` writes ``web/src/api/messages.ts`` anew."""

import dataclasses
import types
import typing
from pathlib import Path

from manekko.studio.messages import MESSAGES

MESSAGES_TS = Path(__file__).parent / "web" / "src" / "api" / "messages.ts"
"""Where the page has them, in a source folder."""

_HEADER = "// Written by `python -m manekko.studio.typescript` from messages.py; edit that.\n"
_PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "null"}


def typescript() -> str:
    """Return the interfaces of all messages."""
    return _HEADER + "".join(f"\n{_interface(message)}" for message in MESSAGES)


def _interface(message: type) -> str:
    hints = typing.get_type_hints(message)
    members = (f"    readonly {field.name}: {_type(hints[field.name])};\n" for field in dataclasses.fields(message))
    return f"export interface {message.__name__} {{\n{''.join(members)}}}\n"


def _type(hint: typing.Any) -> str:
    """Return a type as TypeScript says it; raises KeyError for one that no message may have."""
    if dataclasses.is_dataclass(hint):
        return typing.cast(type, hint).__name__
    arguments = typing.get_args(hint)
    if isinstance(hint, types.UnionType):
        return " | ".join(map(_type, arguments))
    if typing.get_origin(hint) is tuple:
        if arguments[1:] == (...,):
            each = _type(arguments[0])
            return f"readonly ({each})[]" if " " in each else f"readonly {each}[]"
        return f"readonly [{', '.join(map(_type, arguments))}]"
    return _PLAIN[hint]


if __name__ == "__main__":
    MESSAGES_TS.write_text(typescript(), encoding="utf-8", newline="\n")
