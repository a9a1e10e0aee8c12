from typing import get_args

import numpy as np
import pytest

from manekko.character.design import Design, Hair, head_frame
from manekko.character.hair import hair_piece
from tests.character.heads import hair as piece
from tests.character.heads import head

STYLES = get_args(Hair)


@pytest.mark.parametrize("hair", STYLES)
def test_every_lock_is_whole_and_weighted_to_its_chain(hair: Hair) -> None:
    names = {surface.name for surface in piece(hair).surfaces}
    known = {"頭"} | {bone for chain in piece(hair).chains for bone in chain.bones}
    used = set()
    for part in piece(hair).parts:
        assert part.material in names
        assert np.isfinite(part.positions_m).all()
        np.testing.assert_allclose(part.weights.sum(axis=1), 1.0, atol=1e-9)
        assert ((part.weights > 1e-6).sum(axis=1) <= 4).all()
        used |= {bone for bone, weight in zip(part.bones, part.weights.max(axis=0), strict=True) if weight > 0.3}
    assert used == known


@pytest.mark.parametrize("hair", STYLES)
def test_chains_hang_from_the_head_and_lead_away_from_it(hair: Hair) -> None:
    frame = head_frame(Design())
    middle = np.array([0.0, frame.chin_y + 0.55 * frame.height, frame.centre_z])
    for chain in piece(hair).chains:
        assert chain.kind == "hair"
        assert chain.parent == "頭"
        assert len(chain.points_m) == len(chain.bones) + 1
        assert np.linalg.norm(chain.points_m[0] - middle) < 0.75 * frame.height
        assert chain.points_m[-1, 1] < chain.points_m[0, 1]
        assert all(len(bone.encode("cp932")) <= 15 for bone in chain.bones)
    bones = [bone for chain in piece(hair).chains for bone in chain.bones]
    assert len(set(bones)) == len(bones)


@pytest.mark.parametrize("hair", STYLES)
def test_locks_look_outwards(hair: Hair) -> None:
    for part in piece(hair).parts:
        corners = part.positions_m[part.triangles]
        faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        assert part.normals is not None
        agreement = np.einsum("ij,ij->i", faces, part.normals[part.triangles].mean(axis=1))
        area = np.linalg.norm(faces, axis=1)
        assert area[agreement > 0].sum() > 0.7 * area.sum()


@pytest.mark.parametrize(
    ("hair", "heads"), [*((style, 6.6) for style in STYLES), pytest.param("bob", 3.0, marks=pytest.mark.slow)]
)
def test_no_skin_shows_through_the_crown(hair: Hair, heads: float) -> None:
    frame = head_frame(Design(heads=heads))
    locks = piece(hair, heads=heads).parts[0].positions_m
    skin = np.vstack([part.positions_m for part in head(heads).parts])
    middle = np.array([0.0, frame.chin_y + 0.55 * frame.height, frame.centre_z])
    ways = [(points - middle) / frame.height for points in (locks, skin)]
    for polar in ((0.0, 1.0, 0.0), (0.0, 0.7, 0.7), (0.0, 0.7, -0.7), (0.7, 0.7, 0.0), (0.0, 0.0, -1.0)):
        towards = np.array(polar) / np.linalg.norm(polar)
        reach = []
        for way in ways:
            near = way @ towards > 0.94 * np.linalg.norm(way, axis=1)
            reach.append(np.linalg.norm(way[near], axis=1).max(initial=0.0))
        assert reach[0] > reach[1] + 0.02


@pytest.mark.parametrize("hair", STYLES)
def test_locks_leave_the_face_free(hair: Hair) -> None:
    frame = head_frame(Design())
    points = (piece(hair).parts[0].positions_m - [0.0, frame.chin_y, frame.centre_z]) / frame.height
    before = (np.abs(points[:, 0]) < 0.22) & (points[:, 1] > -0.05) & (points[:, 1] < 0.33) & (points[:, 2] > 0.25)
    assert not before.any()


@pytest.mark.parametrize("hair", ["twintails", "long"])
def test_length_reaches_further_down(hair: Hair) -> None:
    lowest = [piece(hair, length).parts[0].positions_m[:, 1].min() for length in (0.6, 1.0)]
    assert lowest[0] > lowest[1] + 0.05


def test_hair_is_the_same_each_time() -> None:
    again = hair_piece(Design())
    for one, other in zip(piece("twintails").parts, again.parts, strict=True):
        np.testing.assert_array_equal(one.positions_m, other.positions_m)
    for one, other in zip(piece("twintails").surfaces, again.surfaces, strict=True):
        np.testing.assert_array_equal(one.texture, other.texture)


def test_hair_and_head_are_light_enough() -> None:
    for hair in STYLES:
        parts = [*piece(hair).parts, *head().parts]
        assert sum(len(part.triangles) for part in parts) < 12000
