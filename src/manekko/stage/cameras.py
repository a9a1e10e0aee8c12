"""Cameras: one that frames the whole dance, one that follows, one that walks around, the clip's own, and MMD's."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from manekko.arrays import Array, Float
from manekko.files.vmd import FPS as VMD_FPS
from manekko.files.vmd_camera import VmdScenery
from manekko.lift.lift import MOTION_FPS
from manekko.motion.camera import CameraTrack
from manekko.motion.source_camera import SourceCamera
from manekko.skeleton.rotations import from_rotation_vectors, multiply, rotate, slerp
from manekko.stage.figure import Figure, Pose
from manekko.stage.view import Light, View
from manekko.stage.vmd_view import light_at, view_of

CameraAt = Callable[[float], View]
"""Time since the motion's first frame [s] → what the camera sees then."""
LightAt = Callable[[float], Light]
"""Time since the motion's first frame [s] → the light then."""

ORBIT_S = 16.0
"""One turn around the dancers takes so long [s]."""

_FIELD_RAD = np.radians(26.0)
"""Angle over the shorter side of the picture: a portrait's, little distorted."""
_PITCH_RAD = np.radians(5.0)
"""How far the cameras look down."""
_MARGIN = 0.05
"""Room around the dancers, as a share of the picture."""
_FACING = np.array([1.0, 0.0, 0.0, 0.0])
"""From the axes of a camera that looks at a dancer's face (x right, y down, z away) to the world's."""
_CALM_S = 0.8
_TURNS = 24
_CELL_M = 0.04


@dataclass(frozen=True, eq=False)
class Reach:
    """The space that the dancers take up, moment by moment."""

    times_s: Float[Array, " moment"]
    """Rising."""
    low_m: Float[Array, "moment 3"]
    high_m: Float[Array, "moment 3"]
    """Opposite corners of a box around all of them [m]."""

    @property
    def middles_m(self) -> Float[Array, "moment 3"]:
        """Point of the floor under the middle of the box at each moment [m]."""
        return (self.low_m + self.high_m) / 2.0 * np.array([1.0, 0.0, 1.0])

    def corners_m(self) -> Float[Array, "moment corner=8 3"]:
        """Corners of the box at each moment [m]."""
        high = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=bool)
        return np.where(high, self.high_m[:, None], self.low_m[:, None])


def reach_of(times_s: Float[Array, " moment"], moments: Iterable[Sequence[tuple[Figure, Pose]]]) -> Reach:
    """Return the space taken up by figures in their poses.

    Args:
        times_s: when.
        moments: at each of these times, every figure with its pose.
    """
    boxes: dict[int, tuple[Array, Array]] = {}
    low, high = np.empty((len(times_s), 3)), np.empty((len(times_s), 3))
    for number, moment in enumerate(moments):
        ends = []
        for figure, pose in moment:
            if id(figure) not in boxes:
                boxes[id(figure)] = _bone_boxes(figure)
            bones, corners = boxes[id(figure)]
            turned = rotate(pose.rotations_xyzw[bones][:, None], corners) + pose.positions_m[bones][:, None]
            ends += [turned.min((0, 1)), turned.max((0, 1))]
        low[number], high[number] = np.min(ends, axis=0), np.max(ends, axis=0)
    return Reach(np.asarray(times_s, dtype=np.float64), low, high)


def _bone_boxes(figure: Figure) -> tuple[Array, Array]:
    """Return the bones that carry vertices, and the corners (bone, 8, 3) of a box around these from the bone [m]."""
    mesh = figure.mesh
    main = np.take_along_axis(mesh.bones, mesh.weights.argmax(1)[:, None], axis=1)[:, 0]
    count = len(figure.rig.bones)
    low, high = np.full((count, 3), np.inf), np.full((count, 3), -np.inf)
    np.minimum.at(low, main, mesh.positions_m)
    np.maximum.at(high, main, mesh.positions_m)
    rest = np.array([bone.rest_position_m for bone in figure.rig.bones]).reshape(-1, 3)
    bones = np.flatnonzero(np.isfinite(low[:, 0]))
    if len(bones) == 0:
        bones, low, high = np.arange(count), rest, rest
    ends = np.stack([low, high], axis=1)[bones] - rest[bones][:, None]
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
    return bones, ends[:, corners, np.arange(3)]


def fixed_camera(reach: Reach, size_px: tuple[int, int]) -> CameraAt:
    """Return a camera that stands in front, so that the whole dance is in view."""
    rotation = _looking(0.0)
    place = _fitting(_few(reach.corners_m().reshape(-1, 3)), rotation, size_px)
    view = View(place, rotation, size_px, _focal_px(size_px), far_m=_far_m(place, reach))
    return lambda time_s: view


def following_camera(reach: Reach, size_px: tuple[int, int]) -> CameraAt:
    """Return a camera in front that goes with the dancers, calmly."""
    return _moving_camera(reach, size_px, 0.0)


def orbiting_camera(reach: Reach, size_px: tuple[int, int], *, turn_s: float = ORBIT_S) -> CameraAt:
    """Return a camera that goes with the dancers and around them, once every ``turn_s`` seconds, first in front."""
    return _moving_camera(reach, size_px, 2.0 * np.pi / turn_s)


def _moving_camera(reach: Reach, size_px: tuple[int, int], speed_rad_s: float) -> CameraAt:
    middles = _calm(reach.times_s, reach.middles_m)
    around = (reach.corners_m() - middles[:, None]).reshape(-1, 3)
    around = _few(_turned_about(around) if speed_rad_s else around)
    rotation = _looking(0.0)
    place = _fitting(around, rotation, size_px)
    focal, far = _focal_px(size_px), _far_m(place, reach)

    def view(time_s: float) -> View:
        middle = np.array([np.interp(time_s, reach.times_s, middles[:, axis]) for axis in range(3)])
        turn = from_rotation_vectors(np.array([0.0, speed_rad_s * (time_s - reach.times_s[0]), 0.0]))
        return View(middle + rotate(turn, place), multiply(turn, rotation), size_px, focal, far_m=far)

    return view


def source_view(camera: SourceCamera, size_px: tuple[int, int]) -> CameraAt:
    """Return the camera of a captured clip, for pictures of any size that the clip fills, its middle in theirs."""
    scale = max(size_px[0] / camera.size_px[0], size_px[1] / camera.size_px[1])
    place, rotation, focal = np.array(camera.position_m), np.array(camera.rotation_xyzw), camera.focal_px * scale
    if not camera.turns_rad and not camera.zooms:
        view = View(place, rotation, size_px, focal)
        return lambda time_s: view
    turns = from_rotation_vectors(np.array(camera.turns_rad or ((0.0, 0.0, 0.0),)))
    zooms = np.array(camera.zooms or (1.0,))

    def seen(time_s: float) -> View:
        number = time_s * MOTION_FPS
        before = np.clip(np.floor(number) + np.arange(2), 0, len(turns) - 1).astype(int)
        turn = slerp(turns[before[0]], turns[before[1]], number % 1.0)
        zoom = np.interp(number, np.arange(len(zooms)), zooms)
        return View(place, multiply(rotation, turn), size_px, focal * float(zoom))

    return seen


def _turned_about(points_m: Float[Array, "point 3"]) -> Float[Array, "around 3"]:
    """Return circles about the vertical axis, as wide as the points are far along x or z."""
    radii = np.abs(points_m[:, [0, 2]]).max(1)
    turns = np.arange(_TURNS) * 2.0 * np.pi / _TURNS
    across, near = radii[:, None] * np.cos(turns), radii[:, None] * np.sin(turns)
    heights = np.broadcast_to(points_m[:, 1:2], across.shape)
    return np.stack([across, heights, near], axis=-1).reshape(-1, 3)


def vmd_camera(track: CameraTrack, size_px: tuple[int, int]) -> CameraAt:
    """Return the camera that a VMD moves."""
    return lambda time_s: view_of(track.at(time_s * VMD_FPS), size_px)


def vmd_light(sceneries: Sequence[VmdScenery]) -> LightAt:
    """Return the light and the self shadow, each of the first VMD that has keys of it; MMD's own where none has."""
    light = next((each.light for each in sceneries if each.light is not None), None)
    shadow = next((each.shadow for each in sceneries if each.shadow is not None), None)
    return lambda time_s: light_at(light, shadow, time_s * VMD_FPS)


def mmd_light(time_s: float) -> Light:
    """Return MMD's own light, which does not move."""
    return Light()


def _looking(yaw_rad: float) -> Float[Array, "4"]:
    turn = from_rotation_vectors(np.array([0.0, yaw_rad, 0.0]))
    return multiply(turn, multiply(_FACING, from_rotation_vectors(np.array([-_PITCH_RAD, 0.0, 0.0]))))


def _focal_px(size_px: tuple[int, int]) -> float:
    return min(size_px) / (2.0 * float(np.tan(_FIELD_RAD / 2.0)))


def _far_m(place: Float[Array, "3"], reach: Reach) -> float:
    furthest = max(float(np.abs(reach.low_m).max()), float(np.abs(reach.high_m).max()))
    return max(200.0, 3.0 * (float(np.linalg.norm(place)) + furthest))


def _fitting(points_m: Float[Array, "point 3"], rotation: Float[Array, "4"], size_px: tuple[int, int]) -> Array:
    """Return the place nearest to the points from which a camera sees them all [m].

    Each edge of the picture is a plane through the camera's place that the points must lie inside; along the two
    planes of an axis the place is where they cross, and of the two axes the one further away holds.
    """
    seen = rotate(_inverse(rotation), points_m)
    focal = _focal_px(size_px)
    # Both ends of an axis: the camera's own place along it, and how far back it must stand.
    middles, backs = np.empty(2), np.empty(2)
    for axis in (0, 1):
        slope = size_px[axis] * (0.5 - _MARGIN) / focal
        right = float((seen[:, axis] - slope * seen[:, 2]).max())
        left = float((-seen[:, axis] - slope * seen[:, 2]).max())
        middles[axis], backs[axis] = (right - left) / 2.0, -(right + left) / (2.0 * slope)
    return rotate(rotation, np.array([*middles, backs.min()]))


def _inverse(rotation: Float[Array, "4"]) -> Float[Array, "4"]:
    return rotation * np.array([-1.0, -1.0, -1.0, 1.0])


def _few(points_m: Float[Array, "point 3"]) -> Float[Array, "few 3"]:
    """Return one point of each small cell: what stands closely together frames the same."""
    _, chosen = np.unique(np.round(points_m / _CELL_M).astype(np.int64), axis=0, return_index=True)
    return points_m[chosen]


def _calm(times_s: Float[Array, " moment"], middles_m: Float[Array, "moment 3"]) -> Float[Array, "moment 3"]:
    if len(times_s) < 2:
        return middles_m
    sigma = _CALM_S / float(np.mean(np.diff(times_s)))
    return gaussian_filter1d(middles_m, sigma=max(sigma, 1e-3), axis=0, mode="nearest")
