"""Where things stand on the preview: the video on the left, a front and a side view of each person beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from manekko.pixels.draw import Colour

SIZE_PX = (960, 540)
"""Width and height of the preview; both even, as H.264 wants them."""
MOST_PEOPLE = 6
"""More people are drawn over the video but get no views of their own."""

BACKGROUND: Colour = (14, 17, 22)
PANEL: Colour = (23, 27, 34)
GRID: Colour = (43, 50, 61)
INK: Colour = (226, 231, 238)
SOFT: Colour = (140, 150, 165)
LEFT: Colour = (98, 160, 250)
RIGHT: Colour = (250, 150, 92)
BODY: Colour = (205, 210, 218)
PLANTED: Colour = (92, 224, 148)
PEOPLE: Sequence[Colour] = (
    (255, 209, 84),
    (92, 214, 255),
    (255, 128, 171),
    (140, 230, 120),
    (196, 156, 255),
    (255, 160, 96),
)
"""Colours of the people by number, over and over."""

LABEL_PX = 10.0
"""Room kept free at the top of a view; its label stands in a corner, where only a hand may come."""
_GAP_PX = 8
_WIDEST_SOURCE = 0.62


@dataclass(frozen=True)
class Box:
    """An upright rectangle of the preview [px]."""

    left: int
    top: int
    width: int
    height: int

    @property
    def rows(self) -> slice:
        """Rows of pixels that it covers."""
        return slice(self.top, self.top + self.height)

    @property
    def columns(self) -> slice:
        """Columns of pixels that it covers."""
        return slice(self.left, self.left + self.width)


@dataclass(frozen=True)
class Layout:
    """The boxes of one preview."""

    column: Box
    """The column that the video stands in; higher than the video if that is wide."""
    source: Box
    """The video itself."""
    views: Sequence[tuple[Box, Box]]
    """For each person in turn the front view and the side view."""


def person_colour(track_id: int) -> Colour:
    """Return the colour of a person by number, from 1."""
    return PEOPLE[(track_id - 1) % len(PEOPLE)]


def layout(
    source_size_px: tuple[int, int],
    people: int,
    figure_m: tuple[float, float] = (1.7, 2.0),
    *,
    front_share: float = 0.5,
) -> Layout:
    """Return a layout for a video of some size and a number of people.

    Args:
        source_size_px: width and height of the video [px].
        people: how many there are.
        figure_m: width and height that each view must show [m].
        front_share: share of the width that a front view has of the side view beside it.
    """
    width, height = SIZE_PX
    source_width, source_height = source_size_px
    scale = min(height / source_height, _WIDEST_SOURCE * width / source_width)
    shown = (max(2, round(source_width * scale)), max(2, round(source_height * scale)))
    # A very narrow video still needs room for its labels.
    column = Box(0, 0, max(shown[0], 240), height)
    source = Box((column.width - shown[0]) // 2, (height - shown[1]) // 2, *shown)
    area = Box(column.width + _GAP_PX, 0, width - column.width - _GAP_PX, height)
    return Layout(column, source, _views(area, min(people, MOST_PEOPLE), figure_m, front_share))


def _views(area: Box, people: int, figure_m: tuple[float, float], front_share: float) -> list[tuple[Box, Box]]:
    """Share out an area so that every figure is as large as can be."""
    if people == 0:
        return []
    plans = [(columns, stacked) for columns in range(1, people + 1) for stacked in (False, True)]
    columns, stacked = max(plans, key=lambda plan: _view_room(area, people, figure_m, front_share, *plan))
    cells = _split(area, columns, ceil(people / columns))[:people]
    if not stacked:
        return [_beside(cell, front_share) for cell in cells]
    return [(front, side) for front, side in (_split(cell, 1, 2) for cell in cells)]


def _beside(cell: Box, front_share: float) -> tuple[Box, Box]:
    front = round((cell.width - _GAP_PX) * front_share)
    left = cell.left + front + _GAP_PX
    rest = cell.left + cell.width - left
    return Box(cell.left, cell.top, front, cell.height), Box(left, cell.top, rest, cell.height)


def _view_room(
    area: Box, people: int, figure_m: tuple[float, float], front_share: float, columns: int, stacked: bool
) -> float:
    """How large the figures can be drawn [px per metre]."""
    width = area.width / columns * (1.0 if stacked else front_share) - _GAP_PX
    height = area.height / ceil(people / columns) / (2 if stacked else 1) - _GAP_PX
    return min(width / figure_m[0], (height - LABEL_PX) / figure_m[1])


def _split(area: Box, columns: int, rows: int) -> list[Box]:
    """Cut an area into equal boxes with gaps, row by row."""
    width = (area.width - (columns - 1) * _GAP_PX) // columns
    height = (area.height - (rows - 1) * _GAP_PX) // rows
    return [
        Box(area.left + column * (width + _GAP_PX), area.top + row * (height + _GAP_PX), width, height)
        for row in range(rows)
        for column in range(columns)
    ]
