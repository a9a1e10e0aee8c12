"""The solved skeleton seen from the front and from the side, drawn without a graphics card.

The camera is orthographic and looks a little down, so that the floor shows as a grid. From the front the audience
looks at the dancer: the dancer's left is on the right of the picture. The side view looks from the dancer's right,
so that a dancer who faces the audience faces the right edge of the picture.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from scipy.ndimage import gaussian_filter1d

from manekko.arrays import Array, Bool, Float, UInt8
from manekko.people.keypoints import Track
from manekko.pixels.draw import Colour, draw_circle, draw_line, draw_lines, draw_polyline
from manekko.show.layout import BODY, GRID, LABEL_PX, LEFT, PLANTED, RIGHT, SOFT, Box
from manekko.skeleton.rotations import normalized
from manekko.skeleton.skeleton import FINGERS, JOINT_INDEX, finger_segments

Side = Literal["front", "side"]

PITCH_RAD = np.deg2rad(12.0)
"""How far the views look down."""
_SQUARE_M = 0.5
_HEAD_M = 0.105
_TRUNK, _HEAD = -1, -2
_FIXED_M = 1.05
_NARROWEST_M = 0.6
_SHALLOWEST_M = 0.45
_CALM_S = 0.7
_TRAIL_S = 2.0
_FLOOR_DEPTH_M = 1.0
# Above the topmost joint: the head around it. Below the feet: the near half of the floor.
_ABOVE_M = 0.25
_BELOW_M = float(_FLOOR_DEPTH_M * np.sin(PITCH_RAD) + 0.08)
_OUTLINE: Colour = (12, 14, 18)

_TORSO = (
    ("leftUpperLeg", "rightUpperLeg", 0.14),
    ("hips", "spine", 0.18),
    ("spine", "chest", 0.17),
    ("chest", "neck", 0.15),
    ("spine", "leftUpperArm", 0.11),
    ("spine", "rightUpperArm", 0.11),
    ("leftUpperArm", "rightUpperArm", 0.10),
    ("neck", "head", 0.07),
)
"""(joint, joint, thickness [m]) of the pieces that make up the trunk, drawn as one."""

_LIMBS = tuple(
    (side + a, side + b, width, colour)
    for side, colour in (("left", LEFT), ("right", RIGHT))
    for a, b, width in (
        ("UpperArm", "LowerArm", 0.075),
        ("LowerArm", "Hand", 0.06),
        ("UpperLeg", "LowerLeg", 0.115),
        ("LowerLeg", "Foot", 0.085),
        ("Foot", "Toes", 0.065),
    )
)
"""(joint, joint, thickness [m], colour) of each limb."""

_TORSO_ENDS = np.array([[JOINT_INDEX[a], JOINT_INDEX[b]] for a, b, _ in _TORSO])
_LIMB_ENDS = np.array([[JOINT_INDEX[a], JOINT_INDEX[b]] for a, b, _, _ in _LIMBS])
_FINGER_JOINTS = {
    side: np.array([[JOINT_INDEX[side + finger + part] for part in finger_segments(finger)] for finger in FINGERS])
    for side in ("left", "right")
}
_EYES = [JOINT_INDEX["leftEye"], JOINT_INDEX["rightEye"]]
# Of the canonical humanoid's eyes: above and before the head joint [m].
_EYE_UP_M, _EYE_AHEAD_M = 0.08, 0.07


@dataclass(frozen=True)
class PersonView:
    """One person as seen and as solved."""

    track: Track
    positions_m: Float[Array, "frame joint 3"]
    """World positions of the canonical humanoid's joints [m], +Y up, +Z to the audience, floor y = 0."""
    contacts: Bool[Array, "frame 4"]
    """Which of ``CONTACT_POINTS`` are planted."""
    first_s: float = 0.0
    """Time of the first solved frame on the track's clock [s]."""
    fps: float = 30.0
    """Rate of the solved frames."""

    def frame_at(self, time_s: float) -> int:
        """Return the number of the solved frame nearest to a time; the first and last are held beyond the ends."""
        return min(max(round((time_s - self.first_s) * self.fps), 0), len(self.positions_m) - 1)

    @cached_property
    def framing(self) -> "Framing":
        """How the camera looks at this person through the whole clip."""
        return frame_motion(self.positions_m, self.fps)


@dataclass(frozen=True)
class Framing:
    """Which part of the world a view shows; the scale never changes within a clip."""

    centres_m: Float[Array, "frame 2"]
    """Floor point (x, z) in the middle of the views [m]; it moves only if the dancer covers much ground."""
    top_m: float
    """Height that must fit [m]."""
    reach_m: float
    """Half of the width that must fit [m]."""
    follows: bool
    """Whether the centre moves."""
    depth_m: float = _NARROWEST_M
    """Half of the width that must fit in a view from the side alone [m]."""

    @property
    def from_side(self) -> "Framing":
        """The framing of a side view that stands by itself, at a scale of its own."""
        return replace(self, reach_m=self.depth_m)

    @property
    def size_m(self) -> tuple[float, float]:
        """Width and height that a view must show [m]: some air, and the near half of the floor."""
        return 2.0 * (self.reach_m + 0.12), self.top_m + _ABOVE_M + _BELOW_M


def frame_motion(positions_m: Float[Array, "frame joint 3"], fps: float) -> Framing:
    """Return a steady framing: fixed if the dancer stays within about 2 m, else the hips are followed smoothly."""
    ground = positions_m[..., [0, 2]]
    low, high = ground.min(axis=1), ground.max(axis=1)
    # Places reached once in a blue moon may lie outside.
    lowest, highest = np.percentile(low, 0.5, axis=0), np.percentile(high, 99.5, axis=0)
    top = float(np.percentile(positions_m[..., 1].max(axis=1), 99.5))
    half = float((highest - lowest).max()) / 2.0
    if half <= _FIXED_M:
        middle = (lowest + highest) / 2.0
        depth = max(float(highest[1] - lowest[1]) / 2.0, _SHALLOWEST_M)
        return Framing(np.tile(middle, (len(low), 1)), top, max(half, _NARROWEST_M), follows=False, depth_m=depth)
    followed = gaussian_filter1d(positions_m[:, 0][:, [0, 2]], sigma=_CALM_S * fps, axis=0, mode="nearest")
    spread = np.maximum(high - followed, followed - low).max(axis=1)
    reach = float(np.clip(np.percentile(spread, 99.0), _NARROWEST_M, _FIXED_M))
    deep = float(
        np.clip(np.percentile(np.maximum(high - followed, followed - low)[:, 1], 99.0), _SHALLOWEST_M, _FIXED_M)
    )
    return Framing(followed, top, reach, follows=True, depth_m=deep)


@dataclass(frozen=True)
class FlatCamera:
    """Orthographic: world [m] → points of one box [px]."""

    side: Side
    centre_m: Float[Array, "2"]
    px_per_m: float
    middle_px: float
    floor_px: float

    def see(self, points_m: Float[Array, "*batch 3"]) -> tuple[Float[Array, "*batch 2"], Float[Array, "*batch"]]:
        """Return image points [px] and nearness to the viewer [m]."""
        x, z = points_m[..., 0] - self.centre_m[0], points_m[..., 2] - self.centre_m[1]
        across, near = (x, z) if self.side == "front" else (z, -x)
        up = points_m[..., 1] * np.cos(PITCH_RAD) - near * np.sin(PITCH_RAD)
        points = np.stack([self.middle_px + self.px_per_m * across, self.floor_px - self.px_per_m * up], axis=-1)
        return points, near

    def width(self, thickness_m: float) -> float:
        """Return how wide something is drawn [px], at least 1."""
        return max(1.0, thickness_m * self.px_per_m)


def _camera(box: Box, framing: Framing, side: Side, frame: int) -> FlatCamera:
    room = box.height - LABEL_PX
    wide, tall = framing.size_m
    scale = float(min(box.width / wide, room / tall))
    floor = box.height - _BELOW_M * scale - 0.45 * (room - tall * scale)
    return FlatCamera(side, framing.centres_m[frame], scale, box.width / 2.0, floor)


def front_camera(box: Box, framing: Framing, frame: int) -> FlatCamera:
    """Return what the front view of a framing shows in a box."""
    return _camera(box, framing, "front", frame)


def draw_floor(canvas: UInt8[Array, "height width 3"], box: Box, framing: Framing, side: Side, frame: int) -> None:
    """Draw the floor into an empty box; it is the same in every frame unless the camera follows the dancer."""
    _draw_grid(canvas[box.rows, box.columns], _camera(box, framing, side, frame))


def draw_solved(
    canvas: UInt8[Array, "height width 3"],
    box: Box,
    person: PersonView,
    side: Side,
    frame: int,
    framing: Framing | None = None,
) -> None:
    """Draw one solved frame of a person into a box of the preview that holds no more than the floor.

    ``framing`` says how the camera looks at the person; None is the person's own.
    """
    panel = canvas[box.rows, box.columns]
    camera = _camera(box, framing or person.framing, side, frame)
    _draw_trail(panel, camera, person, frame)
    _draw_body(panel, camera, person.positions_m[frame], person.contacts[frame])


def _draw_grid(panel: UInt8[Array, "height width 3"], camera: FlatCamera) -> None:
    """Draw the grid of the floor around the dancer, in squares of half a metre that stand still in the world."""
    reach = panel.shape[1] / (2.0 * camera.px_per_m)
    half = np.array([reach, _FLOOR_DEPTH_M] if camera.side == "front" else [_FLOOR_DEPTH_M, reach])
    low, high = camera.centre_m - half, camera.centre_m + half
    lines = []
    for axis in (0, 1):
        first, last = int(np.ceil(low[axis] / _SQUARE_M)), int(np.floor(high[axis] / _SQUARE_M))
        for index in range(first, last + 1):
            ends = np.zeros((2, 3))
            ends[:, 2 * axis] = index * _SQUARE_M
            ends[:, 2 - 2 * axis] = low[1 - axis], high[1 - axis]
            lines.append(ends)
    draw_lines(panel, camera.see(np.array(lines).reshape(-1, 2, 3))[0], GRID, 1.0)


def _draw_trail(panel: UInt8[Array, "height width 3"], camera: FlatCamera, person: PersonView, frame: int) -> None:
    """Draw the way of the hips over the floor during the last seconds."""
    step = max(1, round(person.fps / 6.0))
    frames = np.arange(frame, max(-1, frame - round(_TRAIL_S * person.fps)), -step)
    ground = person.positions_m[frames, 0] * [1.0, 0.0, 1.0]
    draw_polyline(panel, camera.see(ground)[0], SOFT, 2.0)


def _draw_body(
    panel: UInt8[Array, "height width 3"],
    camera: FlatCamera,
    joints_m: Float[Array, "joint 3"],
    planted: Bool[Array, "4"],
) -> None:
    """Draw the pieces of the body from the farthest to the nearest."""
    points, near = camera.see(joints_m)
    pieces = [(float(depth), index) for index, depth in enumerate(near[_LIMB_ENDS].mean(axis=1))]
    pieces += [(float(near[_TORSO_ENDS].mean()), _TRUNK), (float(near[JOINT_INDEX["head"]]) + 0.02, _HEAD)]
    for _, index in sorted(pieces):
        if index == _TRUNK:
            _draw_trunk(panel, camera, points)
        elif index == _HEAD:
            _draw_head(panel, camera, joints_m)
        else:
            _draw_limb(panel, camera, points, index, planted)


def _draw_trunk(panel: UInt8[Array, "height width 3"], camera: FlatCamera, points: Float[Array, "joint 2"]) -> None:
    for colour, more_px in ((_OUTLINE, 3.0), (BODY, 0.0)):
        for (_, _, thickness), (start, end) in zip(_TORSO, points[_TORSO_ENDS], strict=True):
            draw_line(panel, start, end, colour, camera.width(thickness) + more_px)


def _draw_limb(
    panel: UInt8[Array, "height width 3"],
    camera: FlatCamera,
    points: Float[Array, "joint 2"],
    index: int,
    planted: Bool[Array, "4"],
) -> None:
    _, end_name, thickness, colour = _LIMBS[index]
    start, end = points[_LIMB_ENDS[index]]
    width = camera.width(thickness)
    if not end_name.endswith("Toes"):
        draw_line(panel, start, end, _OUTLINE, width + 3.0)
        draw_line(panel, start, end, colour, width)
        if end_name.endswith("Hand"):
            _draw_fingers(panel, camera, points, end_name.removesuffix("Hand"))
        return
    # The toe joint is the ball of the foot; the toes reach on.
    end = end + 0.45 * (end - start)
    draw_line(panel, start, end, _OUTLINE, width + 3.0)
    draw_line(panel, start, end, colour, width)
    heel, toe = planted[:2] if end_name == "leftToes" else planted[2:]
    middle = (start + end) / 2
    if heel:
        draw_line(panel, start, middle, PLANTED, width)
    if toe:
        draw_line(panel, middle, end, PLANTED, width)


def _draw_fingers(
    panel: UInt8[Array, "height width 3"], camera: FlatCamera, points: Float[Array, "joint 2"], side: str
) -> None:
    colour = LEFT if side == "left" else RIGHT
    palm = points[JOINT_INDEX[side + "Hand"]], points[JOINT_INDEX[side + "MiddleProximal"]]
    draw_line(panel, *palm, colour, camera.width(0.06))
    fingers = points[_FINGER_JOINTS[side]]
    fingers[:, 2] += 0.8 * (fingers[:, 2] - fingers[:, 1])
    pieces = np.stack([fingers[:, :2], fingers[:, 1:]], axis=2).reshape(-1, 2, 2)
    draw_lines(panel, pieces, colour, camera.width(0.016))


def _draw_head(panel: UInt8[Array, "height width 3"], camera: FlatCamera, joints_m: Float[Array, "joint 3"]) -> None:
    """Draw a ball with a nose that shows where the face is turned."""
    head = joints_m[JOINT_INDEX["head"]]
    eyes = joints_m[_EYES].mean(axis=0) - head
    left = normalized(joints_m[_EYES[0]] - joints_m[_EYES[1]])
    square = np.cross(left, eyes)
    up = normalized(_EYE_UP_M * eyes - _EYE_AHEAD_M * square)
    ahead = normalized(_EYE_AHEAD_M * eyes + _EYE_UP_M * square)
    middle = head + 0.075 * up
    points, near = camera.see(np.stack([middle, middle + 0.09 * ahead, middle + 0.16 * ahead]))
    nose_in_front = near[1] >= near[0]
    radius = camera.width(_HEAD_M)
    if not nose_in_front:
        _draw_nose(panel, camera, points)
    draw_circle(panel, points[0], radius + 1.5, _OUTLINE)
    draw_circle(panel, points[0], radius, BODY)
    if nose_in_front:
        _draw_nose(panel, camera, points)


def _draw_nose(panel: UInt8[Array, "height width 3"], camera: FlatCamera, points: Float[Array, "3 2"]) -> None:
    draw_line(panel, points[1], points[2], _OUTLINE, camera.width(0.03) + 4.0)
    draw_line(panel, points[1], points[2], BODY, camera.width(0.03))
