"""The exact auxiliary pictures of our character, in colours."""

import numpy as np

from manekko.arrays import Array, Float
from manekko.character import default_model
from manekko.pixels.draw import draw_circle
from manekko.skeleton.rotations import from_rotation_vectors, multiply, rotate
from manekko.stage.figure import Pose
from manekko.stage.figures import read_figure
from manekko.stage.truths import Flow, Truth, Truths, flow
from manekko.stage.truths_parts import PARTS
from tests.gallery.character_sheets import on_floor, posed
from tests.gallery.poses import POSES, motion_of
from tests.gallery.sheets import Tile, around, drawn, sheet

_SIZE = (220, 330)
_SEEN, _HIDDEN = (40, 160, 60), (220, 60, 60)


def truths() -> Tile:
    """Return one pose as drawn and as depth, normals, parts, places on the body, flow and joints."""
    figure = read_figure(default_model())
    case = next(case for case in POSES if case.name == "walk")
    pose = on_floor(figure, posed(figure, motion_of(case, figure.rig)), jumps=False)
    view = around(np.array([0.0, 0.82, 0.0]), 35.0, height_m=1.95, size_px=_SIZE)
    with Truths([figure]) as looking_at:
        truth, after = (looking_at.look(view, [moment]) for moment in (pose, _turned(pose, np.radians(4.0))))
    pictures = {
        "picture": drawn(figure, [(view, pose)], _SIZE)[0],
        "depth": _shades(truth),
        "normals": _colours(truth, truth.normals * 0.5 + 0.5),
        "parts": _parts(truth),
        "place in the rest pose": _rest(truth),
        "flow (grey: hidden next)": _flow(truth, flow(truth, after)),
        "joints (red: hidden)": _joints(truth, _parts(truth)),
    }
    return sheet(list(pictures.values()), list(pictures), 7)


def _turned(pose: Pose, angle_rad: float) -> Pose:
    turn = from_rotation_vectors(np.array([0.0, angle_rad, 0.0]))
    return Pose(rotate(turn, pose.positions_m), multiply(turn, pose.rotations_xyzw), pose.morph_weights)


def _colours(truth: Truth, shares: Float[Array, "height width 3"]) -> Tile:
    rgb = np.rint(np.clip(np.nan_to_num(shares), 0.0, 1.0) * 255.0).astype(np.uint8)
    return np.where(truth.alpha[..., None] == 1.0, rgb, np.uint8(255))


def _shades(truth: Truth) -> Tile:
    seen = truth.alpha == 1.0
    low, high = truth.depth_m[seen].min(), truth.depth_m[seen].max()
    share = 0.85 - 0.8 * (np.where(seen, truth.depth_m, low) - low) / (high - low)
    return _colours(truth, np.repeat(share[..., None], 3, axis=-1))


def _parts(truth: Truth) -> Tile:
    palette = np.random.default_rng(4).uniform(0.25, 0.95, (len(PARTS), 3))
    return _colours(truth, palette[truth.parts])


def _rest(truth: Truth) -> Tile:
    seen = truth.alpha == 1.0
    low, high = truth.rest_m[seen].min(axis=0), truth.rest_m[seen].max(axis=0)
    return _colours(truth, (truth.rest_m - low) / (high - low))


def _flow(truth: Truth, moved: Flow) -> Tile:
    shifts = np.nan_to_num(moved.shifts_px) / np.nanmax(np.abs(moved.shifts_px))
    rgb = np.stack([0.5 + 0.5 * shifts[..., 0], 0.5 + 0.5 * shifts[..., 1], np.full(truth.alpha.shape, 0.6)], axis=-1)
    return _colours(truth, np.where(moved.visible[..., None], rgb, 0.35))


def _joints(truth: Truth, picture: Tile) -> Tile:
    result = picture.copy()
    joints = truth.joints[0]
    for point, visible in zip(joints.points_px, joints.visible, strict=True):
        draw_circle(result, (float(point[0]), float(point[1])), 2.0, _SEEN if visible else _HIDDEN)
    return result
