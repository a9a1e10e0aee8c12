from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from manekko.character.body import body_sheet
from manekko.character.design import Design, Outfit
from manekko.character.dressed import dressed_piece
from manekko.character.hair import hair_piece
from manekko.character.parts import Part, Piece
from manekko.character.skirt import CHAINS, LINKS, SkirtCut, pleat_texture, skirt_chains, skirt_part
from tests.character.dolls import CHIBI

OUTFITS: tuple[Outfit, ...] = ("idol", "sailor", "casual", "sports")


@cache
def dressed(outfit: Outfit) -> Piece:
    return dressed_piece(replace(Design(), outfit=outfit))


def bare(piece: Piece) -> Part:
    return next(part for part in piece.parts if part.material == "肌")


@pytest.mark.parametrize("outfit", OUTFITS)
def test_every_outfit_is_whole(outfit: Outfit) -> None:
    piece = dressed(outfit)
    surfaces = {surface.name for surface in piece.surfaces}
    chained = {name for chain in piece.chains for name in chain.bones}
    for part in piece.parts:
        assert part.material in surfaces
        assert part.triangles.min() >= 0
        assert part.triangles.max() < len(part.positions_m)
        assert part.weights.shape == (len(part.positions_m), len(part.bones))
        assert part.weights.sum(axis=1) == pytest.approx(np.ones(len(part.positions_m)), abs=1e-6)
        assert np.isfinite(part.positions_m).all()
        assert {name for name in part.bones if "スカート" in name or "リボン" in name} <= chained


@pytest.mark.parametrize("outfit", OUTFITS)
def test_skin_under_clothes_is_left_out(outfit: Outfit) -> None:
    points = bare(dressed(outfit)).positions_m
    breast = (np.abs(points[:, 0]) < 0.08) & (points[:, 1] > 1.09) & (points[:, 1] < 1.20)
    hips = (np.abs(points[:, 0]) < 0.15) & (points[:, 1] > 0.83) & (points[:, 1] < 0.93)
    feet = points[:, 1] < 0.10
    assert not breast.any()
    assert not hips.any()
    assert not feet.any()
    assert len(points) < 0.95 * len(body_sheet().points_m)


@pytest.mark.parametrize("outfit", OUTFITS)
def test_clothes_stand_on_the_floor_and_not_below_it(outfit: Outfit) -> None:
    lowest = min(float(part.positions_m[:, 1].min()) for part in dressed(outfit).parts)
    assert -0.004 < lowest < 0.001


def test_a_skirt_is_a_closed_ring_outside_of_the_legs() -> None:
    cut = SkirtCut(0.992, 0.72, 0.22, 0.20, pleats=20, pleat_depth=0.012)
    part = skirt_part(cut, "スカート", Design())
    height = part.positions_m[:, 1]
    for middle, row in ((0.992, height > 0.98), (0.72, height < 0.725)):
        ring = part.positions_m[row]
        assert ring[:, 1] == pytest.approx(np.full(len(ring), middle), abs=1e-9)
        assert ring[0] == pytest.approx(ring[-1], abs=1e-9), "the seam is shut"
    skin = body_sheet().points_m
    near = (skin[:, 1] > 0.73) & (skin[:, 1] < 0.90) & (np.abs(skin[:, 0]) < 0.16)
    hem = np.hypot(part.positions_m[height < 0.725, 0], part.positions_m[height < 0.725, 2] + 0.005).min()
    assert np.hypot(skin[near, 0], skin[near, 2] + 0.005).max() < hem


def test_a_skirt_hangs_on_at_most_two_links_of_two_neighbouring_chains() -> None:
    part = skirt_part(SkirtCut(0.992, 0.72, 0.22, 0.20, pleats=20, pleat_depth=0.012), "スカート", Design())
    used = part.weights > 1e-3
    assert used.sum(axis=1).max() <= 4
    waist = part.weights[part.positions_m[:, 1] > 0.97]
    assert waist[:, [0, -1]].sum(axis=1) == pytest.approx(np.ones(len(waist))), "the waist goes with the trunk"
    assert {part.bones[0], part.bones[-1]} == {"下半身", "上半身"}
    tip = part.weights[part.positions_m[:, 1] < 0.725]
    assert tip[:, LINKS::LINKS].sum(axis=1) == pytest.approx(np.ones(len(tip))), "the hem goes with the last links"


@pytest.mark.parametrize("design", [Design(), CHIBI])
def test_the_chains_of_a_skirt_stand_in_a_ring(design: Design) -> None:
    chains = skirt_chains(SkirtCut(0.992, 0.72, 0.22, 0.20, pleats=20, pleat_depth=0.012), design)
    assert [chain.ring for chain in chains] == list(range(CHAINS))
    tips = np.array([chain.points_m[-1] for chain in chains])
    gaps = np.linalg.norm(np.roll(tips, -1, axis=0) - tips, axis=1)
    assert gaps.max() < 1.3 * gaps.min()


def test_a_pleat_has_its_stripe_where_it_was_asked_for() -> None:
    texture = pleat_texture((0.2, 0.2, 0.5), ((0.5, 0.6, (1.0, 1.0, 1.0)),))
    assert texture.shape == (256, 64, 4)
    assert (texture[..., 3] == 255).all()
    assert texture[140, 32, :3].min() > 240
    assert texture[100, 32, 0] < 80


def test_long_hair_covers_the_hood() -> None:
    design = Design(hair="long", outfit="casual")
    top = np.concatenate([part.positions_m for part in dressed_piece(design).parts if part.material == "トップス"])
    hair = np.concatenate([part.positions_m for part in hair_piece(design).parts])
    behind = [points[(np.abs(points[:, 0]) < 0.06) & (np.abs(points[:, 1] - 1.25) < 0.06)] for points in (top, hair)]
    assert behind[0][:, 2].min() > behind[1][:, 2].min() + 0.005
