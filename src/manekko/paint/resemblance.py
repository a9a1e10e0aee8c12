"""Which colours a character takes on for one person: those measured on the person, or those asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, UInt8
from manekko.paint.characters import Character
from manekko.paint.region_colours import (
    RegionColours,
    character_colours,
    colour_frames,
    colours_from_text,
    combined,
    measured_colours,
)
from manekko.paint.resemble import recoloured, wanted_colours
from manekko.paint.views import resting
from manekko.people.keypoints import Track
from manekko.skeleton.rotations import from_rotation_vectors, multiply
from manekko.stage.figure import Figure
from manekko.stage.renderer import Renderer
from manekko.stage.truths import Truths
from manekko.stage.view import Light, View
from manekko.video.source import Clip

_SIDE_PX = 320
_FROM_M = 4.0


@dataclass(frozen=True, eq=False)
class Resemblance:
    """The colours of one character and those it is to wear."""

    own: RegionColours
    wanted: RegionColours
    strength: float

    def worn(self, rgba: UInt8[Array, "side side 4"], parts: UInt8[Array, "side side"]) -> UInt8[Array, "side side 4"]:
        """Return a painted picture (colours multiplied by alpha) in the wanted colours."""
        return recoloured(rgba, parts, self.own, self.wanted, self.strength)


def resemblances(
    strength: float,
    asked: str,
    clip: Clip,
    tracks: Sequence[Track],
    characters: Sequence[Character],
    *,
    start_s: float = 0.0,
    end_s: float | None = None,
) -> tuple[Resemblance | None, ...]:
    """Return what each person's character wears; None where it wears its own.

    Args:
        strength: 0–1, how much the persons' own colours count.
        asked: colours that count whatever the person wears, as ``colours_from_text`` reads them; ``own`` for none.
        clip: shows the people.
        tracks: where they are.
        characters: of each.
        start_s: first moment of the tracks [s].
        end_s: where they stop [s].

    Raises:
        InputError: no colours can be read from ``asked``, or the clip cannot be read.
        MissingToolError: the machine has no OpenGL.
    """
    if strength <= 0.0 and asked == "own":
        return (None,) * len(tracks)
    chosen = colours_from_text(asked) if asked != "own" else None
    measured = _measured(clip, tracks, start_s, end_s) if strength > 0.0 else [None] * len(tracks)
    own = {id(one.figure): own_colours(one.figure) for one in characters if one.figure is not None}
    result = []
    for person, character in zip(measured, characters, strict=True):
        colours = own.get(id(character.figure))
        if colours is None:
            result.append(None)  # of pictures alone nobody knows which part is where
            continue
        wanted = wanted_colours(colours, person) if person is not None else None
        if wanted is not None:
            # Part of the way to the person's colours; what was asked for is taken whole.
            wanted = RegionColours(colours.lab + strength * (wanted.lab - colours.lab), wanted.sure)
        if chosen is not None:
            wanted = chosen if wanted is None else combined(chosen, wanted)
        result.append(None if wanted is None else Resemblance(colours, wanted, 1.0))
    return tuple(result)


def _measured(clip: Clip, tracks: Sequence[Track], start_s: float, end_s: float | None) -> list[RegionColours]:
    """Return the colours of all people, found in one pass over the clip."""
    wanted = [set(colour_frames(track)) for track in tracks]
    last = max((max(frames, default=0) for frames in wanted), default=0)
    taken: list[list[tuple[int, UInt8[Array, "height width 3"]]]] = [[] for _ in tracks]
    for frame in clip.frames(start_s, end_s):
        for person, numbers in enumerate(wanted):
            if frame.index in numbers:
                taken[person].append((frame.index, frame.rgb))
        if frame.index >= last:
            break
    return [measured_colours(frames, track) for frames, track in zip(taken, tracks, strict=True)]


def own_colours(figure: Figure) -> RegionColours:
    """Return a character's own colours, seen from in front and behind at rest.

    Raises:
        MissingToolError: the machine has no OpenGL.
    """
    rest = resting(figure)
    low, high = figure.mesh.positions_m.min(0), figure.mesh.positions_m.max(0)
    focal = 0.9 * _SIDE_PX * _FROM_M / float((high - low).max())
    pictures = []
    with Renderer((_SIDE_PX, _SIDE_PX), [figure], shadow=False) as renderer, Truths([figure]) as truths:
        for yaw in (0.0, np.pi):
            turn = multiply(
                from_rotation_vectors(np.array([0.0, yaw, 0.0])), from_rotation_vectors(np.array([np.pi, 0.0, 0.0]))
            )
            back = np.array([np.sin(yaw), 0.0, np.cos(yaw)]) * _FROM_M
            view = View((low + high) / 2.0 + back, turn, (_SIDE_PX, _SIDE_PX), focal)
            rgba = renderer.draw(view, Light(), [rest])
            parts = truths.look(view, [rest]).parts
            pictures.append((rgba, np.where(parts >= 0, parts, 255).astype(np.uint8)))
    return character_colours(pictures)
