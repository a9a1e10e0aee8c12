"""Skinning on the graphics card against the formulas themselves."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from manekko.arrays import Array, Float
from manekko.skeleton.rotations import IDENTITY_XYZW, from_rotation_vectors, multiply, rotate, slerp
from manekko.stage.figure import DUAL_QUATERNION, LINEAR, SPHERICAL, Figure, Pose
from manekko.stage.gl import opened_context
from manekko.stage.gpu_mesh import GpuMesh
from tests.stage.tube import AROUND, ELBOW_M, RADIUS_M, RINGS, bent, tube_figure

TURN = from_rotation_vectors(np.array([0.4, 0.5, 1.6]))
SHIFT_M = (0.1, -0.2, 0.3)
RINGS_VERTICES = RINGS * AROUND

pytestmark = pytest.mark.usefixtures("graphics")


def skinned(figure: Figure, pose: Pose) -> Float[Array, "vertex 6"]:
    """Position and normal of every vertex as the graphics card has them."""
    context = opened_context()
    try:
        context.simple_framebuffer((4, 4)).use()
        mesh = GpuMesh(context, figure)
        mesh.pose(pose)
        return np.frombuffer(mesh.skinned.read(), np.float32).reshape(-1, 6).astype(np.float64)
    finally:
        context.release()


def of_kind(kind: int, sdef_m: Array | None = None) -> Figure:
    figure = tube_figure()
    mesh = figure.mesh
    sdef_m = np.tile(ELBOW_M, (len(mesh.positions_m), 3, 1)) if sdef_m is None else sdef_m
    return replace(figure, mesh=replace(mesh, skinning=np.full(len(mesh.positions_m), kind, np.uint8), sdef_m=sdef_m))


def carried(figure: Figure, pose: Pose, bone: int, points_m: Array) -> Array:
    rest_m = np.array(figure.rig.bones[bone].rest_position_m)
    return rotate(pose.rotations_xyzw[bone], points_m - rest_m) + pose.positions_m[bone]


def linear(figure: Figure, pose: Pose) -> Array:
    mesh = figure.mesh
    parts = [mesh.weights[:, [bone]] * carried(figure, pose, bone, mesh.positions_m) for bone in (0, 1)]
    return parts[0] + parts[1]


def spherical(figure: Figure, pose: Pose) -> Array:
    """MMD's SDEF: the turn between the bones' about C, the centres carried by each bone."""
    mesh = figure.mesh
    first, second = mesh.weights[:, [0]], mesh.weights[:, [1]]
    c, r0, r1 = np.moveaxis(mesh.sdef_m, 1, 0)
    middle = first * r0 + second * r1
    centre_0, centre_1 = (c + (c + r0 - middle)) / 2.0, (c + (c + r1 - middle)) / 2.0
    turns = slerp(pose.rotations_xyzw[0], pose.rotations_xyzw[1], second[:, 0])
    place = first * carried(figure, pose, 0, centre_0) + second * carried(figure, pose, 1, centre_1)
    return rotate(turns, mesh.positions_m - c) + place


def dual_quaternion(figure: Figure, pose: Pose) -> Array:
    mesh = figure.mesh
    real = mesh.weights[:, [0]] * pose.rotations_xyzw[0] + mesh.weights[:, [1]] * pose.rotations_xyzw[1]
    dual = np.zeros_like(real)
    for bone in (0, 1):
        rest_m = np.array(figure.rig.bones[bone].rest_position_m)
        shift_m = pose.positions_m[bone] - rotate(pose.rotations_xyzw[bone], rest_m)
        dual += mesh.weights[:, [bone]] * multiply(np.append(shift_m, 0.0), pose.rotations_xyzw[bone]) / 2.0
    size = np.linalg.norm(real, axis=1, keepdims=True)
    real, dual = real / size, dual / size
    shifts = 2.0 * multiply(dual, real * [-1.0, -1.0, -1.0, 1.0])[:, :3]
    return rotate(real, mesh.positions_m) + shifts


def pulled_apart() -> Array:
    """SDEF's points with R0 and R1 off the centre, as models have them."""
    rng = np.random.default_rng(3)
    points = np.tile(ELBOW_M, (len(tube_figure().mesh.positions_m), 3, 1))
    points[:, 1:] += rng.normal(0.0, 0.05, points[:, 1:].shape)
    return points


@pytest.mark.parametrize(
    ("figure", "formula"),
    [
        (of_kind(LINEAR), linear),
        (of_kind(SPHERICAL), spherical),
        (of_kind(SPHERICAL, pulled_apart()), spherical),
        (of_kind(DUAL_QUATERNION), dual_quaternion),
    ],
    ids=["linear", "spherical", "spherical with centres apart", "dual quaternion"],
)
def test_vertices_go_where_the_formula_says(figure: Figure, formula: Callable[[Figure, Pose], Array]) -> None:
    pose = bent(TURN, SHIFT_M)
    assert np.abs(skinned(figure, pose)[:, :3] - formula(figure, pose)).max() < 1e-5


@pytest.mark.parametrize("kind", [LINEAR, SPHERICAL, DUAL_QUATERNION])
def test_a_figure_at_rest_stays_as_it_is(kind: int) -> None:
    figure = of_kind(kind)
    found = skinned(figure, bent(IDENTITY_XYZW))
    assert np.abs(found[:, :3] - figure.mesh.positions_m).max() < 1e-6
    assert np.abs(found[:, 3:] - figure.mesh.normals).max() < 1e-6


@pytest.mark.parametrize("kind", [LINEAR, SPHERICAL, DUAL_QUATERNION])
def test_opposite_signs_of_a_quaternion_make_no_difference(kind: int) -> None:
    figure = of_kind(kind)
    pose = bent(TURN, SHIFT_M)
    flipped = replace(pose, rotations_xyzw=pose.rotations_xyzw * [[1.0], [-1.0]])
    assert np.abs(skinned(figure, pose) - skinned(figure, flipped)).max() < 1e-5


def elbow_radius_m(figure: Figure, pose: Pose) -> float:
    """How thick the arm still is at its elbow, a ring half of which hangs on each bone."""
    ring = skinned(figure, pose)[RINGS // 2 * AROUND : (RINGS // 2 + 1) * AROUND, :3]
    centred = ring - ring.mean(axis=0)
    return float(np.linalg.svd(centred, compute_uv=False)[1] * np.sqrt(2.0 / AROUND))


def test_a_twisted_elbow_keeps_its_thickness_unless_it_is_blended_linearly() -> None:
    twisted = bent(from_rotation_vectors(np.array([0.0, 2.8, 0.0])))
    assert elbow_radius_m(of_kind(SPHERICAL), twisted) == pytest.approx(RADIUS_M, rel=1e-3)
    assert elbow_radius_m(of_kind(DUAL_QUATERNION), twisted) == pytest.approx(RADIUS_M, rel=1e-3)
    assert elbow_radius_m(of_kind(LINEAR), twisted) < 0.3 * RADIUS_M


def test_the_hull_holds_every_vertex() -> None:
    figure = of_kind(LINEAR)
    pose = bent(TURN, SHIFT_M)
    context = opened_context()
    try:
        hull = GpuMesh(context, figure).hull(pose)
    finally:
        context.release()
    points = linear(figure, pose)
    for way in np.random.default_rng(1).normal(size=(50, 3)):
        assert (points @ way).max() <= (hull @ way).max()
