"""What an import takes of pictures: counted, cut to squares, and written."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from manekko.arrays import Array
from manekko.paint.crop import Square, calm_squares
from manekko.paint.dataset.bodied import Bodied, LookAgain, Posed
from manekko.paint.dataset.cutting import Cutout
from manekko.paint.dataset.parts import Part
from manekko.paint.dataset.shards import Dataset, ShardInfo, new_shard
from manekko.paint.pose_map import FIELDS

STILLS_FPS = 1.0
"""Rate of pictures that do not follow one another."""
_ARRAYS = ("rgba", "keypoints", "hands")


@dataclass(frozen=True, eq=False)
class Taken:
    """What came of one picture."""

    cutout: Cutout
    posed: Posed | None
    """The body that covers it, if the character is given one."""


@dataclass
class Takings:
    """What came of all pictures so far."""

    dataset: Dataset
    body: Bodied | None
    """Poses the body that the character is given; None: it is given none."""
    ways: Counter[str] = field(default_factory=Counter)
    nobody: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    uncovered: list[str] = field(default_factory=list)
    at_edge: int = 0

    def taken(
        self, name: str, cutout: Cutout | None, posed: Posed | None, again: LookAgain | None = None
    ) -> list[Taken]:
        """Return what comes of a picture, one or none, and count it.

        Args:
            name: of the picture, for people.
            cutout: the character; None where nobody was found.
            posed: the body in its pose; None where that is not known.
            again: what is seen at a second look.
        """
        if cutout is None:
            self.nobody.append(name)
            return []
        if self.body is not None:
            posed = None if posed is None else self.body.covering(posed, cutout, again)
            if posed is None:
                self.uncovered.append(name)
                return []
        self.ways[cutout.way] += 1
        self.at_edge += cutout.at_edge and cutout.way in ("plain", "background", "colours")
        return [Taken(cutout, posed)]

    def write(self, part: Part, taken: list[Taken], fps: float, *, moving: bool) -> None:
        """Write a shard of what was taken of its pictures; nothing where nothing was."""
        if not taken:
            return
        boxes = np.stack([one.cutout.box_px for one in taken])
        squares = calm_squares(boxes, fps) if moving else [_square(box) for box in boxes]
        info = ShardInfo(part.motion, part.split, len(taken), fps)
        names = _ARRAYS if self.body is None else (*_ARRAYS, *FIELDS)
        with new_shard(self.dataset, part.name, info, names) as arrays:
            for number, (one, square) in enumerate(zip(taken, squares, strict=True)):
                for name, values in self._arrays(one, square).items():
                    arrays[name][number] = values

    def _arrays(self, one: Taken, square: Square) -> dict[str, Array]:
        side_px = self.dataset.size_px
        rgba, points = one.cutout.in_square(square, side_px)
        found = {"rgba": rgba, "keypoints": points.body, "hands": points.hands}
        if self.body is not None and one.posed is not None:
            told = self.body.map(one.posed, square, side_px)
            found |= {name: getattr(told, name) for name in FIELDS}
        return found

    def said(self) -> list[str]:
        """Return what the user should know."""
        said = []
        if self.nobody:
            said.append(f"left out: {len(self.nobody)} pictures in which nobody was found ({_few(self.nobody)})")
        if self.uncovered:
            said.append(
                f"left out: {len(self.uncovered)} pictures whose character the body does not cover even half "
                f"({_few(self.uncovered)}); if they are many, give it other proportions, such as --body heads=5"
            )
        if self.unreadable:
            said.append(
                f"left out: {len(self.unreadable)} pictures that cannot be read, the first: {self.unreadable[0]}"
            )
        if self.ways["colours"]:
            said.append(
                f"{self.ways['colours']} pictures have no alpha and no plain background: the character was cut out by "
                "its colours, so look at the dataset, and give --masks if its edges are rough"
            )
        if self.at_edge:
            said.append(f"{self.at_edge} pictures show the character cut by their edge, and so will it be painted")
        return said


def _square(box_px: Array) -> Square:
    return calm_squares(box_px[None], STILLS_FPS)[0]


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) if len(names) <= 3 else f"{', '.join(names[:3])} and {len(names) - 3} more"
