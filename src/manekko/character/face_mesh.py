"""The triangles of the head's skin, with openings for eyes and mouth, and how expressions move it."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import Delaunay, KDTree

from manekko.arrays import Array, Bool, Float, Int
from manekko.character.curves import sides, smoothstep
from manekko.character.eye_shapes import OPEN, EyePlace, outline
from manekko.character.face_surface import FaceSurface, hairline
from manekko.character.mouth_shapes import CHART, HALF_WIDTH, MIDDLE_Y, lips

_EYE_RINGS = (0.014, 0.034, 0.062)
_MOUTH_RINGS = (0.012, 0.032, 0.060)
"""Distances from the opening of the rings of vertices round it [head heights]."""
_ANGLE, _RING = 0.40, 0.085
"""Length of a radian of the chart and of one ring number, about [head heights]."""
_SPACING = 0.050
EYE_REACH, MOUTH_REACH = 0.085, 0.125
"""How far from an opening the skin follows it [head heights]."""


@dataclass(frozen=True, eq=False)
class FaceMesh:
    """The whole head's skin as laid out, both eyes open and the mouth in its chart."""

    chart: Float[Array, "vertex 2"]
    """(angle [rad], ring)."""
    front_view: Float[Array, "vertex 2"]
    """(x, y) [head heights]."""
    triangles: Int[Array, "triangle 3"]
    on_face: Bool[Array, " vertex"]
    """Whether the vertex can follow expressions: it is on the front."""


def place_lips(points: Float[Array, "point 2"]) -> Float[Array, "point 2"]:
    """Return points of a mouth's outline as seen from the front [head heights]."""
    return np.asarray(points) * HALF_WIDTH + [0.0, MIDDLE_Y]


def face_mesh(surface: FaceSurface, eye: EyePlace) -> FaceMesh:
    """Return the mesh: a triangulation of the left half's chart, mirrored."""
    eye_hole = eye.front_view(outline(OPEN))
    mouth_hole = place_lips(lips(CHART))
    features = np.vstack([_around(eye_hole, _EYE_RINGS), _around(mouth_hole, _MOUTH_RINGS)])
    features = features[features[:, 0] >= -1e-9]
    features[np.abs(features[:, 0]) < 1e-9, 0] = 0.0
    chart = surface.chart(features)
    chart[features[:, 0] == 0.0, 0] = 0.0
    filling = _filling(surface.length, chart)
    filling = filling[~_inside(surface.at(filling[:, 0], filling[:, 1]), eye_hole, mouth_hole)]
    chart = np.vstack([chart, filling])
    triangles = Delaunay(chart * [_ANGLE, _RING]).simplices.astype(int)
    points = surface.at(chart[:, 0], chart[:, 1])
    points[: len(features), :2] = features
    under_hair = chart[:, 1] < 0.7 * hairline(chart[:, 0])
    triangles = triangles[~under_hair[triangles].all(axis=1)]
    middles = points[triangles].mean(axis=1)
    triangles = triangles[~_inside(middles, eye_hole, mouth_hole)]
    return _mirrored(chart, points, triangles)


def _around(hole: Float[Array, "corner 2"], distances: tuple[float, ...]) -> Float[Array, "point 2"]:
    """Return the points of an opening (clockwise as seen from the front) and of the rings round it."""
    closed = np.vstack([hole[-1:], hole, hole[:1]])
    out = sides(closed)[1:-1]
    rings = [hole]
    for count, distance in enumerate(distances):
        ring = hole + distance * out
        rings.append(ring[:: 2 if count == 2 else 1])
    return np.vstack(rings)


def _filling(length: float, features: Float[Array, "feature 2"]) -> Float[Array, "point 2"]:
    """Return the points of the chart that no feature is near to: close on the face, wide behind."""
    rows = []
    for row, ring in enumerate(np.concatenate([np.arange(0.0, 2.0, 0.75), np.arange(2.0, length + 1e-9, 0.5)])):
        shift = 0.5 * (row % 2) * _SPACING / _ANGLE
        face = np.arange(shift, 1.9, _SPACING / _ANGLE)
        back = np.linspace(1.98, np.pi, 8)
        angles = np.concatenate([face if shift == 0.0 else np.concatenate([[0.0], face]), back])
        rows.append(np.stack([angles, np.full_like(angles, ring)], axis=-1))
    points = np.vstack([*rows[:-1], np.stack([np.linspace(0.0, np.pi, 13), np.full(13, length)], axis=-1)])
    scale = [_ANGLE, _RING]
    far = KDTree(features * scale).query(points * scale)[0] > 0.6 * _SPACING
    return points[far]


def _inside(points: Float[Array, "point 3"], *holes: Float[Array, "_ 2"]) -> Bool[Array, " point"]:
    """Whether points of the front lie in one of the openings as seen from the front."""
    inside = np.zeros(len(points), bool)
    for hole in holes:
        crossings = np.zeros(len(points), int)
        for (ax, ay), (bx, by) in zip(hole, np.roll(hole, -1, axis=0), strict=True):
            spans = (ay > points[:, 1]) != (by > points[:, 1])
            with np.errstate(divide="ignore", invalid="ignore"):
                at = ax + (points[:, 1] - ay) * (bx - ax) / (by - ay)
            crossings += spans & (points[:, 0] < at)
        inside |= crossings % 2 == 1
    return inside & (points[:, 2] > 0.0)


def _mirrored(
    chart: Float[Array, "half 2"], points: Float[Array, "half 3"], triangles: Int[Array, "triangle 3"]
) -> FaceMesh:
    """Return the whole head from its left half; the middle line and the crown are shared."""
    a, b, c = (chart[triangles[:, corner]] for corner in range(3))
    turn = (b[:, 0] - a[:, 0]) * (c[:, 1] - a[:, 1]) - (b[:, 1] - a[:, 1]) * (c[:, 0] - a[:, 0])
    # Ring numbers grow downwards, so anticlockwise from outside is clockwise in the chart.
    triangles = np.where((turn > 0)[:, None], triangles[:, ::-1], triangles)
    middle = (chart[:, 0] < 1e-9) | (chart[:, 0] > np.pi - 1e-9)
    crown = chart[:, 1] < 1e-9
    count = len(chart)
    first_crown = int(np.flatnonzero(crown)[0])
    names = np.where(crown, first_crown, np.arange(count))
    mirror = np.where(middle | crown, names, np.arange(count) + count)
    both = np.vstack([names[triangles], mirror[triangles][:, ::-1]])
    whole = both[(both[:, 0] != both[:, 1]) & (both[:, 1] != both[:, 2]) & (both[:, 2] != both[:, 0])]
    used, numbers = np.unique(whole, return_inverse=True)
    all_charts = np.vstack([chart, chart * [-1.0, 1.0]])[used]
    all_points = np.vstack([points, points * [-1.0, 1.0, 1.0]])[used]
    on_face = (np.abs(all_charts[:, 0]) < 1.3) & (all_charts[:, 1] > 3.0) & (all_charts[:, 1] < 10.3)
    return FaceMesh(all_charts, all_points[:, :2], numbers.reshape(-1, 3), on_face)


def follow(
    points: Float[Array, "point 2"],
    anchors: Float[Array, "anchor 2"],
    moves: Float[Array, "anchor 2"],
    *,
    reach: float,
) -> Float[Array, "point 2"]:
    """Return how points move when ``anchors`` do: with the near ones, fading out at ``reach`` from them."""
    distance = np.linalg.norm(points[:, None] - anchors[None], axis=-1)
    nearest = distance.min(axis=1)
    pull = np.exp(-0.5 * (distance**2 - nearest[:, None] ** 2) / 0.014**2)
    mean = pull @ moves / pull.sum(axis=1, keepdims=True)
    exact = nearest < 1e-9
    mean[exact] = moves[distance[exact].argmin(axis=1)]
    return mean * (1.0 - smoothstep(0.0, reach, nearest))[:, None]
