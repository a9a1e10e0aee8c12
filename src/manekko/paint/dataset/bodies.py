"""The body that a character of pictures is given: a model, or a parametric one that is described in a few words."""

import shutil
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

from manekko.character import named_model
from manekko.character.build import Character, build_character, write_character
from manekko.character.design import Design, Hair, Outfit
from manekko.errors import InputError
from manekko.paint.dataset.render import rest_keypoints
from manekko.paint.views import Views, draw_views, load_views
from manekko.stage.figure import Figure
from manekko.stage.figures import read_figure

FOLDER = "body"
"""Where in a dataset, and in a painter made of it, a described body lies."""
DRESSED = "dressed.json"
"""Names the shards of whose pictures the body's colours are."""
_STEM = "body"
_HEADS, _LENGTH = (2.5, 8.0), (0.2, 2.0)
_HOW = (
    f"heads={_HEADS[0]:g}–{_HEADS[1]:g}, hair={'|'.join(get_args(Hair))}, hair_length={_LENGTH[0]:g}–{_LENGTH[1]:g}, "
    f"outfit={'|'.join(get_args(Outfit))}"
)


@dataclass(frozen=True, eq=False)
class Body:
    """A body that can be posed."""

    figure: Figure
    made_of: Mapping[str, Any]
    """What a dataset tells of it; ``model`` is relative to the dataset where the body lies in it."""
    described: Character | None
    """The model to be written into the dataset; None where the user has it."""

    def check_place(self, folder: Path) -> None:
        """Refuse a folder in which something of the user's lies where the body is to be.

        Raises:
            InputError: it does.
        """
        for name in self._own:
            if (folder / name).exists():
                raise InputError(f"{folder} holds a {name} that is no dataset's; give another folder")

    @property
    def _own(self) -> tuple[str, ...]:
        return ("views.npz",) if self.described is None else ("views.npz", FOLDER, DRESSED)

    def take_back(self, dataset: Path) -> None:
        """Delete what ``put_into`` wrote into a dataset of which nothing came."""
        (dataset / "views.npz").unlink(missing_ok=True)
        if self.described is not None:
            shutil.rmtree(dataset / FOLDER, ignore_errors=True)

    def put_into(self, dataset: Path) -> Views:
        """Write what belongs to the body into a dataset's folder, unless it is there, and return its views.

        Raises:
            MissingToolError: the machine has no OpenGL.
            FormatError: the views that are there are damaged.
            OSError: the system refuses (disk full).
        """
        if self.described is not None and not (dataset / FOLDER).exists():
            with TemporaryDirectory(prefix=f".{FOLDER}.", dir=dataset) as part:
                whole = Path(part) / FOLDER
                whole.mkdir()
                write_character(self.described, whole, _STEM)
                whole.rename(dataset / FOLDER)
        path = dataset / "views.npz"
        if not path.is_file():
            draw_views(self.figure).save(path)
        return load_views(path)  # as stored: a run that goes on with them must draw the very same maps


def read_body(word: str) -> Body:
    """Return the body that a user names or describes.

    Args:
        word: a model (PMX, PMD, VRM, GLB), ``maneko``, or a description such as ``heads=6,hair=long,outfit=sailor``.

    Raises:
        InputError: there is no such model, or the description is not understood.
        FormatError: the model is damaged.
    """
    path = named_model(Path(word))
    if path.exists():
        figure = read_figure(path)
        mark = zlib.crc32(path.read_bytes()) if path.is_file() else figure.rig.name
        return Body(figure, {"body": mark, "model": str(path), "body_m": rest_keypoints(figure)}, None)
    if "=" not in word:
        raise InputError(
            f"there is no body {word}: give a model (PMX, PMD, VRM, GLB), maneko, or describe one, such as "
            f"heads=6,hair=long,outfit=sailor ({_HOW})"
        )
    described = build_character(design_of(word))
    with TemporaryDirectory() as folder:
        figure = read_figure(write_character(described, Path(folder), _STEM))
    made_of = {"body": word, "model": f"{FOLDER}/{_STEM}.pmx", "body_m": rest_keypoints(figure)}
    return Body(figure, made_of, described)


def design_of(text: str) -> Design:
    """Return the design that a description means, such as ``heads=6,hair=long,outfit=sailor``; the rest is usual.

    Raises:
        InputError: a word or a value is not known.
    """
    values: dict[str, Any] = {}
    for entry in text.split(","):
        word, equals, value = (piece.strip() for piece in entry.partition("="))
        if not equals or word not in _READ:
            raise InputError(f"'{entry.strip()}' says nothing of a body; known are {_HOW}")
        if word in values:
            raise InputError(f"{word} is said twice of the body: {text}")
        values[word] = _READ[word](word, value)
    return replace(Design(name="body", name_en="body"), **values)


def _number(word: str, value: str, ends: tuple[float, float]) -> float:
    try:
        found = float(value)
    except ValueError:
        found = float("nan")
    if not ends[0] <= found <= ends[1]:
        raise InputError(f"{word}={value} cannot be: give a number from {ends[0]:g} to {ends[1]:g}")
    return found


def _one_of(word: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise InputError(f"{word}={value} is not known; give one of {', '.join(known)}")
    return value


_READ: dict[str, Callable[[str, str], Any]] = {
    "heads": lambda word, value: _number(word, value, _HEADS),
    "hair": lambda word, value: _one_of(word, value, get_args(Hair)),
    "hair_length": lambda word, value: _number(word, value, _LENGTH),
    "outfit": lambda word, value: _one_of(word, value, get_args(Outfit)),
}
