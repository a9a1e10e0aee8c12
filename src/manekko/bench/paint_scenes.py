"""What painters are judged on: short runs of dances that nothing was learned from, drawn with all that is true of them.

CMU's subject 05, a dance from a hand-held suit and a hand-made MMD dance, seen from all sides, each run by a camera of
its own and cut as the datasets are that painters learn from.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.bench.judge import measuring_file
from manekko.bench.synthetic_motions import held_out_motions
from manekko.files.motions import read_motion
from manekko.motion.motion import RigMotion
from manekko.paint.crop import Outlines, Square, calm_squares
from manekko.paint.dataset.plan import NamedMotion, Take, camera, loosened, taken_part
from manekko.paint.dataset.render import FPS, seen_keypoints
from manekko.paint.pose_map import LIGHT, PoseMap, looked_at
from manekko.paint.views import Views
from manekko.stage.casting import Part, dancer
from manekko.stage.figure import Figure, Pose
from manekko.stage.renderer import Renderer
from manekko.stage.truths import Truth, Truths, flow
from manekko.stage.view import View

HAND_MADE = "wavefile_lat"
_STANDS_FRAMES = 300
"""Before, the dancer of the hand-made dance only stands."""


@dataclass(frozen=True, eq=False)
class Scene:
    """A run of poses before one camera; nothing is drawn yet."""

    name: str
    poses: tuple[Pose, ...]
    view: View
    """The camera that sees all of the scene."""
    squares: tuple[Square, ...]
    """What of its picture is painted."""

    def views(self, side_px: int) -> list[View]:
        """Return the cameras that see just the squares."""
        return [square.seen_by(self.view, side_px) for square in self.squares]


@dataclass(frozen=True, eq=False)
class Drawn:
    """What is true of a scene, frame by frame."""

    rgba: UInt8[Array, "frame side side 4"]
    """The character itself, straight alpha."""
    maps: tuple[PoseMap, ...]
    keypoints: Float[Array, "frame 33 4"]
    """x, y [px], depth behind the hips [m], visible 0 or 1; NaN where unknown."""
    hands: Float[Array, "frame side=2 21 4"]
    flow_px: Float[Array, "frame side side 2"]
    """Where each point is in the next frame, right and down; NaN where it is hidden there, and in the last frame."""

    @property
    def head_px(self) -> Float[Array, "frame 2"]:
        """Middle of the head: between nose, eyes and ears, which all come first."""
        return self.keypoints[:, :9, :2].mean(axis=1).astype(np.float64)


def held_back() -> list[NamedMotion]:
    """Return the dances that no painter has learned from.

    Raises:
        MissingToolError: the measuring data is missing.
    """
    hand_made = read_motion(measuring_file("mmd", "motions", f"{HAND_MADE}.vmd"))
    captured = [one for one in held_out_motions() if not one.name.startswith("wavefile")]
    return [
        NamedMotion(HAND_MADE, hand_made, "held"),
        *(NamedMotion(one.name, one.motion, "held") for one in captured),
    ]


def scenes(figure: Figure, motions: Sequence[NamedMotion], count: int, frames: int, seed: int) -> Iterator[Scene]:
    """Yield runs of so many frames, of one motion after the other.

    Args:
        figure: who dances.
        motions: what is danced.
        count: how many scenes.
        frames: of each scene; fewer where the motion is shorter.
        seed: of beginnings and cameras.
    """
    outlines = Outlines(figure)
    for number in range(count):
        chosen = motions[number % len(motions)]
        rng = np.random.default_rng([seed, number])
        first = _STANDS_FRAMES if isinstance(chosen.motion, RigMotion) else 0
        taken = min(frames, chosen.motion.frame_count - first)
        start = int(rng.integers(first, chosen.motion.frame_count - taken + 1))
        take = Take(f"{number:03d}", chosen, start, taken, None, int(rng.integers(1 << 31)))
        yield _scene(figure, outlines, take)


def _scene(figure: Figure, outlines: Outlines, take: Take) -> Scene:
    rng = take.generator()
    motion, frames = taken_part(take)
    poses = list(dancer(Part(Path(take.motion.name), motion), figure).poses(frames / FPS))[-take.frames :]
    view = camera(rng, np.median([pose.positions_m.mean(0) for pose in poses], axis=0))
    squares = loosened(rng, squares_of(outlines, view, poses))
    return Scene(f"{take.motion.name} {take.start}", tuple(poses), view, tuple(squares))


def squares_of(outlines: Outlines, view: View, poses: Sequence[Pose]) -> list[Square]:
    """Return the calm squares around a figure through its poses."""
    boxes = [outlines.box_px(view, pose) for pose in poses]
    return calm_squares(np.stack([np.full((2, 2), np.nan) if box is None else box for box in boxes]), FPS)


class Studio:
    """Draws one figure in pictures of one size."""

    def __init__(self, figure: Figure, views: Views, side_px: int, renderer: Renderer, truths: Truths) -> None:
        self.figure, self.views, self.side_px = figure, views, side_px
        self._renderer, self._truths = renderer, truths

    def drawn(self, scene: Scene) -> Drawn:
        """Draw a scene with all that is true of it."""
        frames, side = len(scene.poses), self.side_px
        rgba, moved = np.empty((frames, side, side, 4), np.uint8), np.full((frames, side, side, 2), np.nan, np.float32)
        maps, points = [], []
        before: Truth | None = None
        for number, (pose, view) in enumerate(zip(scene.poses, scene.views(side), strict=True)):
            truth, told = looked_at(self._truths, view, pose, self.views, LIGHT)
            rgba[number] = self.picture(pose, view)
            maps.append(told)
            points.append(seen_keypoints(self.figure, pose, view, truth))
            if before is not None:
                found = flow(before, truth)
                moved[number - 1] = np.where(found.visible[..., None], found.shifts_px, np.nan)
            before = truth
        body, hands = (np.stack(one) for one in zip(*points, strict=True))
        return Drawn(rgba, tuple(maps), body, hands, moved)

    def picture(self, pose: Pose, view: View) -> UInt8[Array, "side side 4"]:
        """Return the character in one pose as a camera sees it."""
        return self._renderer.draw(view, LIGHT, [pose])

    def maps(self, poses: Sequence[Pose], views: Sequence[View]) -> tuple[PoseMap, ...]:
        """Return what the painter is told of poses."""
        return tuple(
            looked_at(self._truths, view, pose, self.views, LIGHT)[1] for pose, view in zip(poses, views, strict=True)
        )


@contextmanager
def open_studio(figure: Figure, side_px: int, views: Views) -> Iterator[Studio]:
    """Give a studio for a character.

    Args:
        figure: the character's model.
        side_px: width and height of its pictures.
        views: its reference pictures.

    Raises:
        MissingToolError: the machine has no OpenGL.
    """
    with ExitStack() as stack:
        renderer = stack.enter_context(Renderer((side_px, side_px), [figure], shadow=False))
        yield Studio(figure, views, side_px, renderer, stack.enter_context(Truths([figure])))
