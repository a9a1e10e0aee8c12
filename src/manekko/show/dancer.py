"""The character that dances the motion, drawn into the front view of the preview in place of the skeleton."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType

import numpy as np

from manekko.arrays import Array, Bool, Int, UInt8
from manekko.motion.motion import Motion, RigMotion
from manekko.motion.placing import raised, raised_keys
from manekko.motion.retarget import retarget
from manekko.motion.retarget_legs import leg_scale
from manekko.show.layout import Box
from manekko.show.solved import PITCH_RAD, Framing, PersonView, front_camera
from manekko.skeleton.rotations import from_rotation_vectors
from manekko.stage.cameras import reach_of
from manekko.stage.figure import Figure, Pose
from manekko.stage.perform import perform
from manekko.stage.renderer import Renderer
from manekko.stage.view import Light, View

_EVERY = 2
"""One of so many frames is drawn anew: a software renderer must not slow the preview down."""
_SWAY_STEP_S = 1.0 / 60.0
"""Hair and skirts swing in coarse steps for the same reason."""
_LOOKED_AT = 40
"""Moments of the motion that tell how much room the character needs."""
_BACK_M = 20.0
_WIDEST_M = 1.3
_HEAD_M = 0.2
"""What a view leaves free above its highest joint, and the character's own height includes."""


@dataclass(frozen=True, eq=False)
class DancerView:
    """The character of one person, with that person's motion on its bones."""

    figure: Figure
    motion: RigMotion
    scale: float
    """How many times larger than the person's own the steps are."""


def dancer_view(figure: Figure, motion: Motion, own: RigMotion | None = None, *, raise_m: float = 0.0) -> DancerView:
    """Return a character that dances a motion.

    Args:
        figure: the character.
        motion: what is danced.
        own: the motion on the character's bones, if that was made already.
        raise_m: how much of the motion's height above the floor is no step and no jump [m].
    """
    if own is None:
        own = raised_keys(retarget(raised(motion, -raise_m), figure.rig), figure.rig, raise_m)
    return DancerView(figure, own, leg_scale(motion.skeleton, figure.rig))


@dataclass(frozen=True, eq=False)
class _Picture:
    """A character drawn, ready to be laid over more than one canvas."""

    part: tuple[slice, slice]
    """Where in its box anything was drawn."""
    rgb: UInt8[Array, "height width 3"]
    hides: Bool[Array, "height width 3"]
    """Where nothing behind it is to be seen, the same in all three channels: numpy is quickest so."""
    between: tuple[Int[Array, " pixel"], Int[Array, " pixel"]]
    """Rows and columns of what lets something through."""
    covers: Int[Array, "pixel 1"]
    """Alpha there, 0–255."""

    def lay_over(self, panel: UInt8[Array, "height width 3"]) -> None:
        """Lay it over a box."""
        behind = panel[self.part]
        np.copyto(behind, self.rgb, where=self.hides)
        mixed = self.rgb[self.between] * self.covers + behind[self.between] * (255 - self.covers)
        behind[self.between] = (mixed + 127) // 255


@dataclass(eq=False)
class _Shown:
    """One character while it dances."""

    framing: Framing
    poses: Iterator[Pose]
    number: int = -1
    """Of the frame that ``pose`` belongs to."""
    pose: Pose | None = None
    picture: "_Picture | None" = None


class DancerPanel:
    """Context manager that draws the characters of a preview; all of it belongs to one thread."""

    def __init__(self, people: Sequence[tuple[PersonView, DancerView]], boxes: Sequence[Box]) -> None:
        """Prepare; nothing is opened before the ``with`` block is entered.

        Args:
            people: each person with the character.
            boxes: where each is drawn; all are of one size.
        """
        self._people, self._boxes = people, boxes

    def __enter__(self) -> "DancerPanel":
        """Open the graphics.

        Raises:
            MissingToolError: the machine has none.
        """
        with ExitStack() as stack:
            self._renderers = {}
            for _, dancer in self._people:
                if id(dancer.figure) not in self._renderers:
                    size = self._boxes[0].width, self._boxes[0].height
                    # On a software renderer smooth edges and outlines would cost more than all the rest.
                    renderer = Renderer(size, [dancer.figure], samples=1, edges=False, shadow=False)
                    self._renderers[id(dancer.figure)] = stack.enter_context(renderer)
            self._shown = [_Shown(_framing(*one), _all_poses(one[1])) for one in self._people]
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the graphics."""
        self._stack.close()

    def framing(self, person: int) -> Framing:
        """Return which part of the world the view of a person shows."""
        return self._shown[person].framing

    def draw(self, canvas: UInt8[Array, "height width 3"], person: int, number: int, turn: int) -> None:
        """Lay a person's character over its box.

        Args:
            canvas: the preview.
            person: place among the people, from 0.
            number: frame of the motion; never falling.
            turn: counts the pictures; a character is drawn anew only in some of them.
        """
        shown, box = self._shown[person], self._boxes[person]
        if shown.picture is None or (turn + person) % max(_EVERY, len(self._people)) == 0:
            shown.picture = _prepared(self._drawn(person, number))
        shown.picture.lay_over(canvas[box.rows, box.columns])

    def _drawn(self, person: int, number: int) -> UInt8[Array, "height width 4"]:
        shown, box = self._shown[person], self._boxes[person]
        while shown.pose is None or shown.number < number - number % _EVERY:
            shown.pose, shown.number = next(shown.poses), shown.number + (_EVERY if shown.pose is not None else 1)
        renderer = self._renderers[id(self._people[person][1].figure)]
        return renderer.draw(_view(box, shown.framing, number), Light(), [shown.pose])


def _all_poses(dancer: DancerView) -> Iterator[Pose]:
    return perform(
        dancer.figure, dancer.motion, np.arange(0, dancer.motion.frame_count, _EVERY), sway_step_s=_SWAY_STEP_S
    )


def _framing(person: PersonView, dancer: DancerView) -> Framing:
    """Return a framing like the person's in which the character has room."""
    frames = np.unique(np.linspace(0, dancer.motion.frame_count - 1, _LOOKED_AT).astype(int))
    poses = perform(dancer.figure, dancer.motion, frames, swaying=False)
    reach = reach_of(frames / dancer.motion.fps, ([(dancer.figure, pose)] for pose in poses))
    centres = person.framing.centres_m * dancer.scale
    middles = centres[np.minimum(frames, len(centres) - 1), 0]
    half = float(np.maximum(reach.high_m[:, 0] - middles, middles - reach.low_m[:, 0]).max())
    top = float(reach.high_m[:, 1].max()) - _HEAD_M
    return Framing(centres, top, min(max(half, 0.5), _WIDEST_M), person.framing.follows)


def _view(box: Box, framing: Framing, number: int) -> View:
    """Return the view of the stage that shows what the drawn skeleton's camera shows."""
    camera = front_camera(box, framing, number)
    rotation = from_rotation_vectors(np.array([np.pi - PITCH_RAD, 0.0, 0.0]))
    back = np.array([0.0, np.sin(PITCH_RAD), np.cos(PITCH_RAD)]) * _BACK_M
    return View(
        position_m=np.array([camera.centre_m[0], 0.0, camera.centre_m[1]]) + back,
        rotation_xyzw=rotation,
        size_px=(box.width, box.height),
        focal_px=1.0,
        centre_px=(camera.middle_px, camera.floor_px),
        orthographic_height_m=box.height / camera.px_per_m,
    )


def _prepared(rgba: UInt8[Array, "height width 4"]) -> _Picture:
    alpha = rgba[..., 3]
    rows, columns = np.flatnonzero(alpha.any(1)), np.flatnonzero(alpha.any(0))
    part = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)) if len(rows) else (slice(0), slice(0))
    alpha = alpha[part]
    hides = np.empty((*alpha.shape, 3), dtype=bool)
    for channel in range(3):
        np.equal(alpha, 255, out=hides[..., channel])
    between = np.divmod(np.flatnonzero(alpha - np.uint8(1) < 254), max(alpha.shape[1], 1))
    covers = alpha[between][:, None].astype(np.int64)
    return _Picture(part, np.ascontiguousarray(rgba[part][..., :3]), hides, between, covers)
