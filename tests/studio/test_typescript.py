import dataclasses
import typing

from manekko.studio import messages
from manekko.studio.messages import MESSAGES
from manekko.studio.typescript import MESSAGES_TS, typescript
from tests.conftest import ROOT


def test_the_pages_messages_are_those_of_the_server() -> None:
    # The page's sources are not installed: those of the checkout count.
    in_the_page = MESSAGES_TS.parts[len(MESSAGES_TS.parts) - 5 :]
    written = (ROOT / "src" / "manekko").joinpath(*in_the_page).read_text(encoding="utf-8")
    assert written == typescript(), "messages.py has changed: run `python -m manekko.studio.typescript`"


def test_no_message_is_forgotten() -> None:
    own = [value for value in vars(messages).values() if dataclasses.is_dataclass(value)]
    assert set(own) == set(MESSAGES)


def test_each_message_comes_after_what_it_is_made_of() -> None:
    said: set[object] = set()
    for message in MESSAGES:
        parts = {part for hint in typing.get_type_hints(message).values() for part in _parts(hint)}
        assert parts <= said
        said.add(message)


def _parts(hint: object) -> list[object]:
    if dataclasses.is_dataclass(hint):
        return [hint]
    return [part for argument in typing.get_args(hint) for part in _parts(argument)]
