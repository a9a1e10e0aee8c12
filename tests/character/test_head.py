import numpy as np
import pytest
from scipy.spatial import KDTree

from manekko.character.design import Design, head_frame
from manekko.character.eyes import IRIS, WHITE
from manekko.character.face import BODY_SKIN, SKIN
from manekko.character.head import head_piece
from manekko.character.parts import Part
from tests.character.heads import head as piece


def of(material: str, heads: float = 6.6) -> list[Part]:
    return [part for part in piece(heads).parts if part.material == material]


def faces(part: Part) -> np.ndarray:
    corners = part.positions_m[part.triangles]
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])


@pytest.mark.parametrize("heads", [3.0, 6.6, pytest.param(8.0, marks=pytest.mark.slow)])
def test_every_part_is_whole(heads: float) -> None:
    names = {surface.name for surface in piece(heads).surfaces}
    for part in piece(heads).parts:
        count = len(part.positions_m)
        assert part.material in names
        assert np.isfinite(part.positions_m).all()
        assert part.triangles.min() >= 0
        assert part.triangles.max() < count
        np.testing.assert_allclose(part.weights.sum(axis=1), 1.0, atol=1e-9)
        assert part.normals is not None
        np.testing.assert_allclose(np.linalg.norm(part.normals, axis=1), 1.0, atol=1e-6)


def test_the_left_side_is_the_right_side_mirrored() -> None:
    points = np.vstack([part.positions_m for part in piece().parts])
    distance, _ = KDTree(points).query(points * [-1.0, 1.0, 1.0])
    assert distance.max() < 1e-6


def test_skin_looks_outwards() -> None:
    for part in (of(SKIN)[0], of(BODY_SKIN)[0]):
        assert part.normals is not None
        agreement = np.einsum("ij,ij->i", faces(part), part.normals[part.triangles].mean(axis=1))
        area = np.linalg.norm(faces(part), axis=1)
        assert area[agreement > 0].sum() > 0.97 * area.sum()


@pytest.mark.parametrize("heads", [3.0, 6.6])
def test_the_neck_ends_in_the_circle_that_the_body_meets(heads: float) -> None:
    frame = head_frame(Design(heads=heads))
    (skin,) = of(BODY_SKIN, heads)
    seam = skin.positions_m[np.abs(skin.positions_m[:, 1] - frame.neck_y) < 1e-6]
    assert len(seam) >= 16
    np.testing.assert_allclose(np.hypot(seam[:, 0], seam[:, 2] - frame.neck_z), frame.neck_radius, atol=1e-6)
    assert skin.positions_m[:, 1].min() > frame.neck_y - 1e-6
    weights = skin.weights[np.abs(skin.positions_m[:, 1] - frame.neck_y) < 1e-6]
    np.testing.assert_allclose(weights[:, skin.bones.index("首")], 1.0)


def test_eyes_stay_behind_the_skin_and_before_the_white_wherever_they_look() -> None:
    frame = head_frame(Design())
    for iris, white, side in zip(of(IRIS), of(WHITE), (1.0, -1.0), strict=True):
        (bone,) = iris.bones
        assert bone == ("左目" if side > 0 else "右目")
        centre = np.array([side * frame.eye_x, frame.eye_y, frame.eye_z])
        bowl = KDTree(white.positions_m[:, :2])
        for yaw in np.radians([-12.0, 0.0, 12.0]):
            turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
            looking = (iris.positions_m - centre) @ turn.T + centre
            inner = np.linalg.norm(looking[:, :2] - white.positions_m[-1, :2], axis=1) < 0.05 * frame.height
            behind = white.positions_m[bowl.query(looking[:, :2])[1], 2]
            assert (looking[inner, 2] > behind[inner]).all()
            assert looking[:, 2].max() < frame.centre_z + 0.42 * frame.height


def test_fewer_heads_have_larger_eyes() -> None:
    def share(heads: float) -> float:
        low, high = of(IRIS, heads)[0].positions_m[:, 1].min(), of(IRIS, heads)[0].positions_m[:, 1].max()
        return (high - low) / head_frame(Design(heads=heads)).height

    assert share(3.0) > 1.1 * share(6.6) > 1.1 * share(8.0)


@pytest.mark.slow
def test_the_head_is_the_same_each_time() -> None:
    again = head_piece(Design())
    for one, other in zip(piece().parts, again.parts, strict=True):
        np.testing.assert_array_equal(one.positions_m, other.positions_m)
    for one, other in zip(piece().surfaces, again.surfaces, strict=True):
        np.testing.assert_array_equal(one.texture, other.texture)
