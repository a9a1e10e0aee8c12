"""Who is painted: a character by name, a trained painter's folder, or a model alone."""

import json
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
    figure: Figure
    """Its body: posed for the painter to paint on, or drawn itself."""
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
        return Character(path.name, read_figure(_model_of(path)), painter)
    model = named_model(path)
    if not model.exists():
        raise InputError(
            f"there is no character {word}: give {DEFAULT}, a model (PMX, PMD, VRM, GLB), "
            "or the folder that manekko train painter wrote"
        )
    return Character(path.stem, read_figure(model), None)


def _model_of(painter: Path) -> Path:
    """Return the model whose body a painter paints on."""
    told = json.loads((painter / "painter.json").read_bytes()).get("data", {})
    word = str(told.get("model", "")) if isinstance(told, dict) else ""
    model = named_model(Path(word)) if word else painter / "model"
    if not word or not model.exists():
        raise InputError(
            f"{painter}: the model that it was trained on ({word or 'not told'}) is not there; put it back in its place"
        )
    return model
