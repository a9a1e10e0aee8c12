"""Pleated skirts and the ring of chains that they swing by."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.character.design import Colour, Design
from manekko.character.parts import Chain, Part
from manekko.character.proportions import proportions
from manekko.character.sheets import split_quads, strip_quads
from manekko.character.weights import eased

CHAINS, LINKS = 16, 3
_PHASES = np.array([0.0, 0.30, 0.60, 0.90])
"""Places of the columns in a pleat, whose last tenth folds back."""


@dataclass(frozen=True)
class SkirtCut:
    """A skirt's shape in the standard proportions [m]."""

    waist_y: float
    hem_y: float
    hem_half_width: float
    hem_half_depth: float
    pleats: int
    pleat_depth: float
    waist_half_width: float = 0.0825
    waist_half_depth: float = 0.0665
    middle_z: float = -0.0050
    bulge: float = 0.020
    """How far the middle stands out beyond a straight line."""
    swings_from_y: float = 0.945
    rows: int = 10
    starts: float = 0.0
    """Where the cloth begins, 0 waist, 1 hem: a frill hangs under the hem of another skirt only."""


def ring_point(cut: SkirtCut, angle: Array, down: Array) -> Float[Array, "*point 3"]:
    """Return points of a skirt without its pleats; ``angle`` 0 in front, 90° left; ``down`` 0 waist, 1 hem."""
    swell = cut.bulge * np.sin(np.pi * down) ** 0.8
    width = cut.waist_half_width + (cut.hem_half_width - cut.waist_half_width) * down + swell
    depth = cut.waist_half_depth + (cut.hem_half_depth - cut.waist_half_depth) * down + swell
    middle = cut.middle_z - 0.012 * np.sin(np.pi * np.minimum(down * 1.3, 1.0))
    height = cut.waist_y + (cut.hem_y - cut.waist_y) * down
    return np.stack([width * np.sin(angle), height + np.zeros_like(angle), middle + depth * np.cos(angle)], axis=-1)


def skirt_chains(cut: SkirtCut, design: Design) -> tuple[Chain, ...]:
    """Return the ring of chains, from the front over the left."""
    first = (cut.waist_y - cut.swings_from_y) / (cut.waist_y - cut.hem_y)
    down = np.linspace(first, 1.0, LINKS + 1)
    chains = []
    for place in range(CHAINS):
        angle = np.full(LINKS + 1, 2.0 * np.pi * place / CHAINS)
        points = proportions(design).placed(ring_point(cut, angle, down))
        names = tuple(f"スカート_{link}_{place}" for link in range(LINKS))
        chains.append(Chain("skirt", "下半身", names, points, 0.018, 0.35, 0.35, place))
    return tuple(chains)


def skirt_part(cut: SkirtCut, material: str, design: Design) -> Part:
    """Return a skirt's surface; its texture repeats with every pleat and runs from the waist down."""
    columns = cut.pleats * len(_PHASES)
    pleat, phase = np.divmod(np.arange(columns + 1), len(_PHASES))
    turn = (pleat + np.where(phase > 0, _PHASES[phase % len(_PHASES)], 0.0)) / cut.pleats
    down = np.linspace(cut.starts, 1.0, cut.rows)[:, None]
    points = ring_point(
        cut, np.broadcast_to(2.0 * np.pi * turn, (cut.rows, columns + 1)), np.repeat(down, columns + 1, 1)
    )
    lift = (_PHASES / _PHASES[-1])[phase % len(_PHASES)] - 0.5
    outwards = points * [1.0, 0.0, 1.0]
    outwards[..., 2] -= cut.middle_z
    outwards /= np.linalg.norm(outwards, axis=-1, keepdims=True)
    points = points + outwards * (cut.pleat_depth * lift * (0.25 + 0.75 * down))[..., None]
    numbers = np.arange(points.size // 3).reshape(points.shape[:2])
    flat = proportions(design).placed(points.reshape(-1, 3))
    triangles = split_quads(flat, strip_quads(numbers, closed=False))
    uvs = np.stack(np.broadcast_arrays(turn * cut.pleats, down), axis=-1).reshape(-1, 2)
    bones, weights = _swinging(cut, np.broadcast_to(turn, points.shape[:2]).ravel(), points[..., 1].ravel())
    return Part(material, flat, triangles, uvs, bones, weights)


def _swinging(cut: SkirtCut, turn: Array, height: Array) -> tuple[tuple[str, ...], Float[Array, "vertex bone"]]:
    """Return the weights of points at some turns (0–1 around) and heights: two chains, two links of each.

    The waistband bends with the trunk.
    """
    bones = ("下半身", *(f"スカート_{link}_{place}" for place in range(CHAINS) for link in range(LINKS)), "上半身")
    along = (cut.swings_from_y - height) / (cut.swings_from_y - cut.hem_y) * LINKS
    place = np.floor(turn * CHAINS)
    beside = turn * CHAINS - place
    beside = beside * beside * (3.0 - 2.0 * beside)
    weights = np.zeros((len(turn), len(bones)))
    held = np.clip(0.5 - along / 0.8, 0.0, 1.0)
    bent = eased(height, 0.895, 1.015)
    weights[:, 0], weights[:, -1] = held * (1.0 - bent), held * bent
    for step, share in ((0, 1.0 - beside), (1, beside)):
        chain = ((place + step) % CHAINS).astype(int)
        for link in range(LINKS):
            start = np.clip((along - link) / 0.8 + 0.5, 0.0, 1.0) if link else np.ones(len(turn))
            end = np.clip((along - link - 1.0) / 0.8 + 0.5, 0.0, 1.0) if link < LINKS - 1 else np.zeros(len(turn))
            weights[np.arange(len(turn)), 1 + chain * LINKS + link] += share * (1.0 - held) * (start - end)
    return bones, weights


def ribbon_chains(cut: SkirtCut, design: Design) -> tuple[Chain, ...]:
    """Return the chains of two ribbons that hang down behind over a skirt."""
    chains = []
    for side, sign in (("左", 1.0), ("右", -1.0)):
        points = _ribbon_line(cut, sign)
        names = tuple(f"リボン{side}{link + 1}" for link in range(LINKS))
        chains.append(Chain("ribbon", "下半身", names, proportions(design).placed(points), 0.012, 0.30, 0.35))
    return tuple(chains)


def ribbon_parts(cut: SkirtCut, material: str, design: Design) -> list[Part]:
    """Return the two ribbons: flat bands that widen towards their slanting ends."""
    return [_ribbon_part(cut, material, side, sign, design) for side, sign in (("左", 1.0), ("右", -1.0))]


def _ribbon_line(cut: SkirtCut, sign: float) -> Float[Array, "point 3"]:
    down = np.linspace(0.03, 0.93, LINKS + 1)
    angle = np.pi - sign * np.linspace(0.10, 0.24, LINKS + 1)
    return ring_point(cut, angle, down) - np.array([0.0, 0.0, 0.022])


def _ribbon_part(cut: SkirtCut, material: str, side: str, sign: float, design: Design) -> Part:
    rows = 4 * LINKS + 1
    share = np.linspace(0.0, 1.0, rows)
    line = _ribbon_line(cut, sign)
    middle = np.stack([np.interp(share * LINKS, np.arange(LINKS + 1), line[:, axis]) for axis in range(3)], axis=1)
    across = np.linspace(-1.0, 1.0, 4)
    wide = (0.013 + 0.014 * share)[:, None] * across
    points = middle[:, None] + np.stack([wide, np.zeros_like(wide), 0.004 * np.abs(across) + 0.0 * wide], axis=-1)
    points[-1, :, 1] += 0.016 * across * sign
    numbers = np.arange(points.size // 3).reshape(points.shape[:2])
    flat = proportions(design).placed(points.reshape(-1, 3))
    # a band looks backwards: its rows run down, its columns to the left
    triangles = split_quads(flat, strip_quads(numbers, closed=False)[:, ::-1])
    along = np.repeat(share, len(across)) * LINKS
    bones = ("下半身", *(f"リボン{side}{link + 1}" for link in range(LINKS)))
    weights = np.maximum(0.0, 1.0 - np.abs(np.clip(along[:, None], 0.5, LINKS - 0.5) + 0.5 - np.arange(LINKS + 1)))
    weights[:, 1] += weights[:, 0]
    weights[:, 0] = 0.0
    return Part(material, flat, triangles, np.zeros((len(flat), 2)), bones, weights)


def pleat_texture(colour: Colour, stripes: tuple[tuple[float, float, Colour], ...]) -> UInt8[Array, "256 64 4"]:
    """Return one pleat's picture: darker towards its fold and the waist, with stripes (from, to, colour) down it."""
    across, down = np.meshgrid((np.arange(64) + 0.5) / 64, (np.arange(256) + 0.5) / 256)
    paint = np.broadcast_to(np.array(colour), (256, 64, 3)).copy()
    for start, end, stripe in stripes:
        share = np.clip(np.minimum(down - start, end - down) * 256 + 0.5, 0.0, 1.0)[..., None]
        paint += (np.array(stripe) - paint) * share
    fold = np.clip((0.16 - across) / 0.16, 0.0, 1.0) + np.clip((across - 0.93) / 0.07, 0.0, 1.0)
    shade = 1.0 - 0.20 * fold * np.clip(0.35 + down, 0.0, 1.0) - 0.10 * np.clip(1.0 - down / 0.25, 0.0, 1.0)
    paint *= shade[..., None] ** [1.0, 1.0, 0.8]
    rgba = np.concatenate([paint, np.ones((256, 64, 1))], axis=-1)
    return np.round(255.0 * np.clip(rgba, 0.0, 1.0)).astype(np.uint8)
