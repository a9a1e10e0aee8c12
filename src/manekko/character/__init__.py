"""Manekko's own character: built from numbers, in any proportions, hair and clothes."""

from pathlib import Path


def default_model() -> Path:
    """Return the PMX of the character that dances where nobody gives a model."""
    return Path(__file__).parent / "models" / "maneko" / "maneko.pmx"
