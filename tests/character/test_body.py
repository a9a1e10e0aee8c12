from functools import cache

import numpy as np
import pytest

from manekko.arrays import Array, Float
from manekko.character.body import body_sheet, fine_body_sheet
from manekko.character.design import Design
from manekko.character.sheets import Sheet, clipped, edges_of, hemmed, inflated, refined, vertex_normals
from manekko.character.skeleton import bones_of
from manekko.character.weights import BODY_BONES, mirrored_columns
from manekko.motion.motion import BoneTrack, RigMotion
from manekko.motion.rig_kinematics import pose_rig
from manekko.skeleton.rig import Rig
from manekko.skeleton.rotations import rotate


def square() -> Sheet:
    x, y = np.meshgrid(np.arange(5.0), np.arange(5.0))
    points = np.stack([x.ravel(), y.ravel(), np.zeros(25)], axis=1)
    corner = (np.arange(4)[:, None] * 5 + np.arange(4)).ravel()
    one, two = np.stack([corner, corner + 1, corner + 6], 1), np.stack([corner, corner + 6, corner + 5], 1)
    return Sheet(points, np.concatenate([one, two]), {"height": points[:, 1:2]})


def area(sheet: Sheet) -> float:
    corners = sheet.points_m[sheet.triangles]
    return float(
        np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1).sum() / 2
    )


def volume(points: Float[Array, "vertex 3"], sheet: Sheet) -> float:
    corners = points[sheet.triangles] - [0.0, 0.8, 0.0]
    return float(np.einsum("ij,ij->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6.0)


@cache
def rig() -> Rig:
    return Rig("doll", tuple(bone.rig for bone in bones_of(Design(), ())))


def posed(turns: dict[str, tuple[float, float, float]]) -> Float[Array, "vertex 3"]:
    """The skin with some bones turned (axis times angle [°])."""
    tracks = {}
    for name, turn in turns.items():
        half = np.radians(np.linalg.norm(turn)) / 2.0
        axis = np.array(turn) / max(float(np.linalg.norm(turn)), 1e-9)
        tracks[name] = BoneTrack(np.array([0]), np.zeros((1, 3)), np.array([[*(np.sin(half) * axis), np.cos(half)]]))
    off = {side + name: False for side in "左右" for name in ("足ＩＫ", "つま先ＩＫ")}
    pose = pose_rig(rig(), RigMotion("doll", tracks, {}, ((0, off),)), np.array([0]))
    sheet, moved = body_sheet(), np.zeros((len(body_sheet().points_m), 3))
    for column, name in enumerate(BODY_BONES):
        local = rotate(pose.rotations[name][0], sheet.points_m - rig().rest(name)) + pose.positions[name][0]
        moved += sheet.fields["weights"][:, column : column + 1] * local
    return moved


def test_the_skin_is_one_closed_surface_but_for_neck_and_ankles() -> None:
    sheet = body_sheet()
    pairs = np.stack([sheet.triangles, np.roll(sheet.triangles, -1, axis=1)], axis=-1).reshape(-1, 2)
    directed = {(int(a), int(b)) for a, b in pairs}
    assert len(directed) == len(pairs), "two triangles run along an edge in the same direction"
    border = np.array([a for a, b in directed if (b, a) not in directed])
    height = sheet.points_m[border, 1]
    assert ((height > 1.34) | (height < 0.05)).all()
    assert volume(sheet.points_m, sheet) > 0.02


def test_left_and_right_are_mirror_images_weights_included() -> None:
    sheet = body_sheet()
    mirror = sheet.points_m * [-1.0, 1.0, 1.0]
    nearest = np.array([np.argmin(np.abs(sheet.points_m - point).sum(axis=1)) for point in mirror[::7]])
    assert sheet.points_m[nearest] == pytest.approx(mirror[::7], abs=1e-6)
    turned = sheet.fields["weights"][:, mirrored_columns()]
    assert sheet.fields["weights"][nearest] == pytest.approx(turned[::7], abs=1e-6)


def test_weights_sum_to_one_and_no_side_hangs_on_the_other() -> None:
    weights, x = body_sheet().fields["weights"], body_sheet().points_m[:, 0]
    assert weights.sum(axis=1) == pytest.approx(np.ones(len(weights)))
    assert (weights >= 0.0).all()
    right = [column for column, name in enumerate(BODY_BONES) if name.startswith("右")]
    assert weights[x > 0.06][:, right].max() < 1e-3


@pytest.mark.parametrize(
    ("turns", "least"),
    [
        ({"左ひじ": (0.0, -90.0, 0.0)}, 0.995),
        ({"左ひざ": (90.0, 0.0, 0.0)}, 0.97),
        ({"左腕": (0.0, 0.0, 110.0), "左肩": (0.0, 0.0, 15.0)}, 0.97),
        ({"左足": (-90.0, 0.0, 0.0)}, 0.94),
        ({"左手捩": (80.0 * 0.819, -80.0 * 0.574, 0.0)}, 0.998),
    ],
)
def test_a_bent_body_keeps_its_volume(turns: dict[str, tuple[float, float, float]], least: float) -> None:
    at_rest, bent = (volume(posed(pose), body_sheet()) for pose in ({}, turns))
    assert least < bent / at_rest < 1.06


def test_a_twisted_forearm_stays_as_thick_at_the_wrist() -> None:
    arm = body_sheet().field("arm")
    ring = (arm > 0.40) & (arm < 0.42) & (body_sheet().points_m[:, 0] > 0.0)

    def width(points: Float[Array, "vertex 3"]) -> float:
        return float(np.linalg.norm(points[ring] - points[ring].mean(axis=0), axis=1).mean())

    assert width(posed({"左手捩": (90.0 * 0.819, -90.0 * 0.574, 0.0)})) > 0.9 * width(posed({}))


def test_clipping_keeps_exactly_the_part_between_two_lines() -> None:
    sheet = square()
    y = sheet.points_m[:, 1]
    strip = clipped(sheet, np.stack([y - 1.3, 1.6 - y], axis=1))
    assert area(strip) == pytest.approx(4.0 * 0.3)
    assert strip.points_m[:, 1] == pytest.approx(strip.field("height")), "fields are cut as the points are"
    assert set(strip.fields) == {"height"}


def test_a_hem_turns_every_border_inwards_and_leaves_the_outside_alone() -> None:
    sheet = square()
    hem = hemmed(sheet, 0.25)
    assert area(hem) == pytest.approx(area(sheet) + 16 * 0.25)
    assert hem.points_m[:, 2].min() == pytest.approx(-0.25)


def test_refining_makes_four_of_one_and_moves_the_surface_little() -> None:
    coarse, fine = body_sheet(), fine_body_sheet()
    assert len(fine.triangles) == 4 * len(coarse.triangles)
    assert volume(fine.points_m, fine) == pytest.approx(volume(coarse.points_m, coarse), rel=0.03)
    assert area(refined(square())) == pytest.approx(16.0), "a flat sheet stays as it is"


def test_inflating_moves_every_point_out_along_its_normal() -> None:
    sheet = body_sheet()
    thick = inflated(sheet, 0.01)
    assert np.linalg.norm(thick.points_m - sheet.points_m, axis=1) == pytest.approx(np.full(len(sheet.points_m), 0.01))
    assert volume(thick.points_m, thick) > 1.1 * volume(sheet.points_m, sheet)


def test_edges_are_named_once() -> None:
    assert len(edges_of(square().triangles)) == 2 * 20 + 16
    normals = vertex_normals(square().points_m, square().triangles)
    assert normals == pytest.approx(np.tile([0.0, 0.0, 1.0], (25, 1)))
