"""Heads and hair for the tests, each built once."""

from functools import cache

from manekko.character.design import Design, Hair
from manekko.character.hair import hair_piece
from manekko.character.head import head_piece
from manekko.character.parts import Piece


@cache
def head(heads: float = 6.6) -> Piece:
    return head_piece(Design(heads=heads))


@cache
def hair(style: Hair = "twintails", length: float = 1.0, heads: float = 6.6) -> Piece:
    return hair_piece(Design(hair=style, hair_length=length, heads=heads))
