"""Who is painted: a character by name, a trained painter's folder, or a model alone."""

from dataclasses import dataclass
from pathlib import Path

from manekko.character import named_model
from manekko.errors import InputError
from manekko.paint.painter import Painter, is_painter, open_painter, shipped_painters
from manekko.stage.figure import Figure
from manekko.stage.figures import read_figure

DEFAULT = "maneko"


@dataclass(frozen=True, eq=False)
class Character:
    """One character that people can become."""

    name: str
    figure: Figure | None
    """Its body: posed for the painter to paint on, or drawn itself; None where there are only pictures of it."""
    painter: Painter | None
    """None where only the model is known."""


def read_character(word: str, threads: int | None = None) -> Character:
    """Return a character: ``maneko``, the folder of a painter, or a PMX, PMD, VRM or GLB.

    Raises:
        InputError: there is no such character, or it cannot be read.
        FormatError: a file of it is damaged.
    """
    path = Path(word)
    shipped = shipped_painters() / word.lower()
    if len(path.parts) == 1 and not path.exists() and is_painter(shipped):
        return Character(word, read_figure(named_model(Path(word.lower()))), open_painter(shipped, threads))
    if is_painter(path):
        painter = open_painter(path, threads)
        return Character(path.name, _figure_of(painter), painter)
    model = named_model(path)
    if not model.exists():
        raise InputError(
            f"there is no character {word}: give {DEFAULT}, a model (PMX, PMD, VRM, GLB), "
            "or the folder that manekko train painter wrote"
        )
    return Character(path.stem, read_figure(model), None)


def _figure_of(painter: Painter) -> Figure | None:
    """Return the body that a painter paints on, in its folder or where it was trained; None where it needs none."""
    word = str(painter.made_of.get("model", ""))
    beside = painter.folder / word
    model = (beside if beside.is_file() else named_model(Path(word))) if word else None
    if model is not None and model.exists():
        return read_figure(model)
    if painter.has("dense"):
        raise InputError(
            f"{painter.folder}: the model that it was trained on ({word or 'not told'}) is not there; "
            "put it back in its place"
        )
    return None
