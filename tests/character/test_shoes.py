import numpy as np
import pytest

from manekko.character.sheets import Sheet
from manekko.character.shoes import Shoes, boots, flat_shoes, heeled_shoes

PAIRS = {"boots": boots, "heeled shoes": heeled_shoes, "flat shoes": flat_shoes}


@pytest.fixture(params=PAIRS)
def shoes(request: pytest.FixtureRequest) -> Shoes:
    return PAIRS[request.param]()


def volume(sheet: Sheet) -> float:
    a, b, c = (sheet.points_m[sheet.triangles[:, corner]] for corner in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6.0)


def blocks(shoes: Shoes) -> list[Sheet]:
    return [shoes.sole, *([] if shoes.heel is None else [shoes.heel])]


def test_soles_and_heels_are_closed_and_look_outwards(shoes: Shoes) -> None:
    for block in blocks(shoes):
        a, b, c = (block.points_m[block.triangles[:, corner]] for corner in range(3))
        areas = np.cross(b - a, c - a) / 2.0
        assert np.abs(areas.sum(axis=0)).max() < 1e-6, "what is open on one side sums to something"
        assert volume(block) > 2e-5
        lowest = np.stack([a, b, c])[..., 1].max(axis=0) < 0.001
        assert (areas[lowest, 1] <= 0.0).all(), "the floor of a shoe looks down"


def test_the_ball_and_the_heel_stand_on_the_floor_together(shoes: Shoes) -> None:
    points = np.concatenate([block.points_m for block in blocks(shoes)])
    for ground in (points[points[:, 2] < -0.02], points[points[:, 2] > 0.05]):
        assert ground[:, 1].min() == pytest.approx(0.0, abs=1e-9)


def test_an_upper_meets_its_sole_all_around(shoes: Shoes) -> None:
    upper, sole = shoes.upper.points_m, shoes.sole.points_m
    for depth in (-0.05, 0.0, 0.05, 0.10, 0.13):
        over = upper[np.abs(upper[:, 2] - depth) < 0.012]
        under = sole[np.abs(sole[:, 2] - depth) < 0.012]
        assert over[:, 1].min() < under[:, 1].max()
    assert np.abs(sole[:, 0]).max() > np.abs(upper[upper[:, 1] < 0.05][:, 0]).max(), "the sole stands out a little"
