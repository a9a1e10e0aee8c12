"""The skin of the head: its rest shape and how it follows lids, lips and jaw; ears and blush."""

from dataclasses import replace

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.character.curves import smoothstep, strip, unit, vertex_normals
from manekko.character.eye_shapes import BOTH, LEFT, OPEN, RIGHT, EyePlace, EyeShape, outline
from manekko.character.face_mesh import EYE_REACH, MOUTH_REACH, FaceMesh, face_mesh, follow, place_lips
from manekko.character.face_surface import FaceSurface
from manekko.character.layers import Layer, layer_part, moved, outward
from manekko.character.mouth_shapes import CHART, CLOSED, SHAPES, MouthShape, lips
from manekko.character.parts import Part

SKIN, BLUSH = "顔", "照れ"
BODY_SKIN = "肌"
"""The body's surface; unlike the face it takes shadow."""
_JAW_RING = 11.1
"""Ring of the skin below which it is the neck's."""
PICTURE = ((-0.55, 0.55), (-0.08, 1.02))
"""What the skin's texture shows, from the front: x and y [head heights]."""
EAR_MIDDLE, EAR_HALF = (0.485, 0.30), (0.050, 0.090)
"""Where beside the face the texture shows an ear."""


def skin_parts(surface: FaceSurface, place: EyePlace) -> list[Part]:
    """Return the skin of the face, and that under the jaw down to the seam, which goes with the neck's."""
    whole = _skin(surface, place)
    low = face_mesh(surface, place).chart[:, 1][whole.triangles].mean(axis=1) > _JAW_RING
    return [_of_triangles(whole, ~low, SKIN), _of_triangles(whole, low, BODY_SKIN)]


def _of_triangles(part: Part, chosen: Bool[Array, " triangle"], material: str) -> Part:
    """Return some triangles of a part in a material of their own."""
    used, numbers = np.unique(part.triangles[chosen], return_inverse=True)
    new = np.full(len(part.positions_m), -1)
    new[used] = np.arange(len(used))
    morphs = {}
    for name, (rows, shifts) in part.morphs.items():
        kept = new[rows] >= 0
        if kept.any():
            morphs[name] = (new[rows][kept], shifts[kept])
    assert part.normals is not None
    assert part.edge_scales is not None
    return replace(
        part,
        material=material,
        positions_m=part.positions_m[used],
        triangles=numbers.reshape(-1, 3),
        uvs=part.uvs[used],
        weights=part.weights[used],
        normals=part.normals[used],
        edge_scales=part.edge_scales[used],
        morphs=morphs,
    )


def _skin(surface: FaceSurface, place: EyePlace) -> Part:
    """Return the skin of the whole head down to the seam of the neck."""
    mesh = face_mesh(surface, place)
    base = surface.at(mesh.chart[:, 0], mesh.chart[:, 1])
    closing = _lip_moves(mesh, CLOSED)
    rest = _displaced(surface, mesh, base, closing)
    morphs = {name: _displaced(surface, mesh, base, closing + moves) for name, moves in _eye_moves(mesh, place).items()}
    for name, shape in SHAPES.items():
        morphs[name] = _displaced(surface, mesh, base, _lip_moves(mesh, shape)) - _jaw(base) * [0.0, shape.jaw, 0.0]
    height = surface.frame.height
    share = smoothstep(10.5, 13.5, mesh.chart[:, 1])
    positions = surface.world(rest)
    return Part(
        material=SKIN,
        positions_m=positions,
        triangles=mesh.triangles,
        uvs=picture_uvs(rest),
        bones=("頭", "首"),
        weights=np.stack([1.0 - share, share], axis=-1),
        normals=_normals(surface, mesh, positions),
        edge_scales=_edges(mesh, rest),
        morphs={name: moved((there - rest) * height) for name, there in morphs.items()},
    )


def picture_uvs(points: Float[Array, "point 3"]) -> Float[Array, "point 2"]:
    """Return where points of the head [head heights] are on the skin's texture."""
    (left, right), (low, high) = PICTURE
    return np.stack([(points[:, 0] - left) / (right - left), (high - points[:, 1]) / (high - low)], axis=-1)


def _lip_moves(mesh: FaceMesh, shape: MouthShape) -> Float[Array, "vertex 2"]:
    anchors = place_lips(lips(CHART))
    moves = place_lips(lips(shape)) - anchors
    return _face_only(mesh, follow(mesh.front_view, anchors, moves, reach=MOUTH_REACH))


def _eye_moves(mesh: FaceMesh, place: EyePlace) -> dict[str, Float[Array, "vertex 2"]]:
    anchors = place.front_view(outline(OPEN))

    def one(shape: EyeShape, side: float) -> Float[Array, "vertex 2"]:
        mirror = np.array([side, 1.0])
        moves = place.front_view(outline(shape)) - anchors
        return _face_only(mesh, follow(mesh.front_view, anchors * mirror, moves * mirror, reach=EYE_REACH))

    both = {name: one(shape, 1.0) + one(shape, -1.0) for name, shape in BOTH.items()}
    left = {name: one(shape, 1.0) for name, shape in LEFT.items()}
    right = {name: one(shape, -1.0) for name, shape in RIGHT.items()}
    return both | left | right


def _face_only(mesh: FaceMesh, moves: Float[Array, "vertex 2"]) -> Float[Array, "vertex 2"]:
    return np.where(mesh.on_face[:, None], moves, 0.0)


def _displaced(
    surface: FaceSurface, mesh: FaceMesh, base: Float[Array, "vertex 3"], moves: Float[Array, "vertex 2"]
) -> Float[Array, "vertex 3"]:
    """Return the skin's vertices when some slide over the face."""
    points = base.copy()
    rows = np.flatnonzero(np.abs(moves).max(axis=1) > 1e-9)
    points[rows] = surface.front(mesh.front_view[rows] + moves[rows])
    return points


def _jaw(base: Float[Array, "vertex 3"]) -> Float[Array, "vertex 1"]:
    """Return how much vertices follow the jaw down."""
    x, y, z = base.T
    return (smoothstep(-0.17, -0.03, -np.abs(x) - y) * smoothstep(0.02, 0.2, z))[:, None]


def _normals(surface: FaceSurface, mesh: FaceMesh, positions: Float[Array, "vertex 3"]) -> Float[Array, "vertex 3"]:
    """Return the normals as lit: a smooth bowl on the head, the true ones under the jaw and on the neck."""
    true = vertex_normals(positions, mesh.triangles)
    below = smoothstep(11.0, 12.0, mesh.chart[:, 1])[:, None]
    neck = smoothstep(12.6, 13.6, mesh.chart[:, 1])[:, None]
    frame = surface.frame
    radial = (positions - [0.0, 0.0, frame.neck_z]) * [1.0, 0.0, 1.0]
    head = unit(outward(positions, surface) * (1.0 - below) + true * below)
    return unit(head * (1.0 - neck) + unit(radial) * neck)


def _edges(mesh: FaceMesh, points: Float[Array, "vertex 3"]) -> Float[Array, " vertex"]:
    """Return the width of the outline: none inside the face and at the neck's seam."""
    x, y, z = points.T
    half_width = np.interp(y, [0.0, 0.05, 0.10, 0.20, 0.30, 0.50], [0.05, 0.15, 0.23, 0.32, 0.36, 0.385])
    inside = smoothstep(0.02, 0.10, z) * smoothstep(-0.96, -0.86, -np.abs(x) / half_width)
    chin = smoothstep(10.2, 10.9, mesh.chart[:, 1])
    seam = smoothstep(12.5, 13.0, mesh.chart[:, 1])
    return np.clip(1.0 - inside * (1.0 - chin), 0.0, 1.0) * (1.0 - seam)


def blush_parts(surface: FaceSurface, side: int) -> list[Part]:
    """Return the blush of one cheek: behind the skin, until its morph brings it forward."""
    columns, rows = np.meshgrid(np.linspace(-1, 1, 7), np.linspace(-1, 1, 4))
    grid = np.stack([columns.ravel(), rows.ravel()], axis=-1)
    view = grid * [0.085, 0.042] + [0.195, 0.215]
    uvs = grid * [0.5, -0.5] + 0.5
    hidden, shown = np.full(len(view), -0.018), np.full(len(view), 0.0035)
    layer = Layer(view, hidden, strip(4, 7), uvs, {"照れ": (view, shown)})
    return [layer_part(surface, layer, BLUSH, side=side)]


def ear_part(surface: FaceSurface, side: int) -> Part:
    """Return one ear: a leaf with a raised rim, wide above and narrow at the lobe, that stands off behind."""
    count, sizes, lifts = 24, np.array([1.0, 1.04, 0.84, 0.52, 0.0]), np.array([-0.030, 0.014, 0.030, 0.010, 0.008])
    turns = np.linspace(0.0, 2 * np.pi, count, endpoint=False)
    disc = np.stack([np.outer(sizes, np.cos(turns)), np.outer(sizes, np.sin(turns))], axis=-1)
    z = 0.050 * disc[..., 0] * (1.0 + 0.30 * np.sin(turns))
    y = 0.082 * disc[..., 1]
    lobe = 0.25 + 0.75 * smoothstep(-0.95, 0.1, np.sin(turns))
    flare = 0.50 * np.maximum(0.03 - z, 0.0) * (sizes > 0.7)[:, None]
    x = 0.356 + (lifts[:, None] + flare) * lobe
    points = np.stack([x, y + 0.368, z - 0.055 - 0.20 * y], axis=-1).reshape(-1, 3) * [side, 1.0, 1.0]
    behind = np.where(np.arange(len(sizes)) == 0, 1.25, 1.0)[:, None, None]  # beyond the drawn rim
    painted = (disc * behind).reshape(-1, 2) * EAR_HALF + EAR_MIDDLE
    triangles = strip(len(sizes), count, closed=True)
    positions = surface.world(points)
    return Part(
        material=SKIN,
        positions_m=positions,
        triangles=triangles[:, ::-1] if side > 0 else triangles,
        uvs=picture_uvs(np.column_stack([painted, np.zeros(len(painted))])),
        bones=("頭",),
        weights=np.ones((len(points), 1)),
        normals=outward(positions, surface),
        edge_scales=np.full(len(points), 0.8),
    )
