"""Manekko's own character: built from numbers, in any proportions, hair and clothes."""

from pathlib import Path


def default_model() -> Path:
    """Return the PMX of the character that dances where nobody gives a model."""
    return Path(__file__).parent / "models" / "maneko" / "maneko.pmx"


def named_model(path: Path) -> Path:
    """Return the PMX of Manekko's own character where its name was given and nothing of that name is here."""
    name = path.name.lower()
    own = default_model().parents[1] / name / f"{name}.pmx"
    return own if len(path.parts) == 1 and not path.exists() and own.is_file() else path
