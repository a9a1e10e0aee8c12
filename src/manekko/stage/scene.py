"""Characters on one stage: who dances what and where, seen by a camera, drawn picture by picture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.motion.motion import RigMotion
from manekko.skeleton.rotations import IDENTITY_XYZW, multiply, rotate
from manekko.stage.backdrops import BackdropAt, no_backdrop
from manekko.stage.cameras import CameraAt, LightAt, Reach, mmd_light, reach_of
from manekko.stage.figure import Figure, Pose
from manekko.stage.perform import perform
from manekko.stage.renderer import Renderer

_REACH_STEP_S = 0.2
_MOST_MOMENTS = 1200


@dataclass(frozen=True, eq=False)
class Place:
    """Where a whole motion is put on the stage: turned about the origin, then moved."""

    rotation_xyzw: Float[Array, "4"]
    shift_m: Float[Array, "3"]


STAGE_MIDDLE = Place(IDENTITY_XYZW, np.zeros(3))


@dataclass(frozen=True, eq=False)
class Dancer:
    """One character with its motion."""

    figure: Figure
    motion: RigMotion
    place: Place = STAGE_MIDDLE

    @property
    def seconds(self) -> float:
        """Length of the motion [s]; one frame is 1/fps."""
        return self.motion.frame_count / self.motion.fps

    def poses(self, times_s: Float[Array, " moment"], *, swaying: bool = True) -> Iterator[Pose]:
        """Yield the character's pose at each time [s], rising; hair and skirt sway unless they need not."""
        for pose in perform(self.figure, self.motion, times_s * self.motion.fps, swaying=swaying):
            yield pose if self.place is STAGE_MIDDLE else _put(pose, self.place)


def _put(pose: Pose, place: Place) -> Pose:
    return replace(
        pose,
        positions_m=rotate(place.rotation_xyzw, pose.positions_m) + place.shift_m,
        rotations_xyzw=multiply(place.rotation_xyzw, pose.rotations_xyzw),
    )


def dancers_reach(dancers: Sequence[Dancer], start_s: float, end_s: float) -> Reach:
    """Return the space that the dancers take up from ``start_s`` to ``end_s`` [s], at some moments between."""
    count = int(np.clip(np.ceil((end_s - start_s) / _REACH_STEP_S) + 1, 1, _MOST_MOMENTS))
    times = np.linspace(start_s, max(start_s, end_s), count)
    return reach_of(times, _moments(dancers, times, swaying=False))


def _moments(
    dancers: Sequence[Dancer], times_s: Float[Array, " moment"], *, swaying: bool
) -> Iterator[list[tuple[Figure, Pose]]]:
    for poses in zip(*(dancer.poses(times_s, swaying=swaying) for dancer in dancers), strict=True):
        yield [(dancer.figure, pose) for dancer, pose in zip(dancers, poses, strict=True)]


@dataclass(frozen=True, eq=False)
class Scene:
    """Everything that is to be seen."""

    dancers: tuple[Dancer, ...]
    camera: CameraAt
    size_px: tuple[int, int]
    backdrop: BackdropAt = no_backdrop
    light: LightAt = mmd_light
    ground: bool = False
    """Whether shadows fall on the floor at height 0."""
    samples: int = 4


def scene_pictures(scene: Scene, times_s: Float[Array, " picture"]) -> Iterator[UInt8[Array, "height width channel"]]:
    """Yield the scene at each time [s], rising: RGB, or RGB and alpha where nothing stands behind the dancers.

    All of it must be read in one thread, the graphics' own.

    Raises:
        MissingToolError: the machine has no OpenGL.
        InputError: a model is too large for it.
    """
    figures = [dancer.figure for dancer in scene.dancers]
    with Renderer(scene.size_px, figures, samples=scene.samples, ground=scene.ground) as renderer:
        for time_s, moment in zip(times_s.tolist(), _moments(scene.dancers, times_s, swaying=True), strict=True):
            backdrop = scene.backdrop(time_s - float(times_s[0]))
            poses = [pose for _, pose in moment]
            picture = renderer.draw(scene.camera(time_s), scene.light(time_s), poses, backdrop)
            yield picture if backdrop is None else picture[..., :3]
