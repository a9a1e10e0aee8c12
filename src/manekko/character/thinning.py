"""Sheets in fewer triangles: vertices that hardly bend a surface are drawn into a neighbour."""

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_matrix

from manekko.arrays import Array, Bool, Float, Int
from manekko.character.sheets import Sheet

_ROUNDS = 60
_LEVER_M = 0.020
"""How far a vertex goes astray when all its weight hangs on the wrong bone, as thinning counts it."""
_GRADES = 6
"""Moves of one grade of error are taken in scattered order: then many find a place at a time."""
_LEAST_COSINE = 0.80
"""A triangle may turn by so much where a corner of it moves."""
_LEAST_SHAPE = 0.06
"""Area over the square of the longest side, of a triangle that a move leaves."""


def thinned(sheet: Sheet, tolerance_m: float) -> Sheet:
    """Return a sheet without the vertices whose loss moves it by less than ``tolerance_m``; the others stay in place.

    Edges of the surface keep their shape, and places where the weights bend keep their vertices.
    Source: half-edge collapses by quadric error (Garland and Heckbert 1997), many apart from each other at a time.
    """
    triangles, quadrics = sheet.triangles, _quadrics(sheet)
    for _ in range(_ROUNDS):
        moves, errors = _moves(sheet, triangles, quadrics, tolerance_m)
        chosen = _apart(moves, errors / tolerance_m, triangles, len(sheet.points_m))
        if not len(chosen):
            break
        target = np.arange(len(sheet.points_m))
        target[chosen[:, 0]] = chosen[:, 1]
        np.add.at(quadrics, chosen[:, 1], quadrics[chosen[:, 0]])
        triangles = target[triangles]
        a, b, c = triangles.T
        triangles = triangles[(a != b) & (b != c) & (c != a)]
    used, numbers = np.unique(triangles, return_inverse=True)
    fields = {name: values[used] for name, values in sheet.fields.items()}
    return replace(sheet, points_m=sheet.points_m[used], triangles=numbers.reshape(-1, 3), fields=fields)


def _quadrics(sheet: Sheet) -> Float[Array, "vertex 4 4"]:
    """Return each vertex's squared distances from its triangles' planes and from walls on open edges, by area.

    The trace of the normals' part is the area.
    """
    normals, areas = _normals(sheet.points_m[sheet.triangles])
    quadrics = np.zeros((len(sheet.points_m), 4, 4))
    planes = _planes(normals, sheet.points_m[sheet.triangles[:, 0]]) * areas[:, None, None]
    for corner in range(3):
        np.add.at(quadrics, sheet.triangles[:, corner], planes)
    sides, once = _sides(sheet.triangles)
    ends = sheet.points_m[sides[once]]
    way = ends[:, 1] - ends[:, 0]
    walls = np.cross(way, np.tile(normals, (3, 1))[once])
    length = np.linalg.norm(walls, axis=1, keepdims=True)
    planes = _planes(walls / np.maximum(length, 1e-12), ends[:, 0]) * (length**2)[..., None]
    for end in range(2):
        np.add.at(quadrics, sides[once, end], planes)
    return quadrics


def _planes(normals: Float[Array, "plane 3"], points_m: Float[Array, "plane 3"]) -> Float[Array, "plane 4 4"]:
    plane = np.concatenate([normals, -np.einsum("ij,ij->i", normals, points_m)[:, None]], axis=1)
    return plane[:, :, None] * plane[:, None, :]


def _normals(corners: Float[Array, "*triangle 3 3"]) -> tuple[Float[Array, "*triangle 3"], Float[Array, "*triangle"]]:
    """Return unit normals and areas [m²]."""
    cross = np.cross(corners[..., 1, :] - corners[..., 0, :], corners[..., 2, :] - corners[..., 0, :])
    length = np.linalg.norm(cross, axis=-1)
    return cross / np.maximum(length, 1e-15)[..., None], length / 2.0


def _sides(triangles: Int[Array, "triangle 3"]) -> tuple[Int[Array, "side 2"], Bool[Array, " side"]]:
    """Return all sides, those of corner 0 first, and which of them no other triangle shares."""
    sides = np.concatenate([triangles[:, [corner, (corner + 1) % 3]] for corner in range(3)])
    _, places, uses = np.unique(_keys(sides), return_inverse=True, return_counts=True)
    return sides, (uses == 1)[places.ravel()]


def _keys(sides: Int[Array, "side 2"]) -> Int[Array, " side"]:
    """Return one number for each pair of vertices, in whichever order they stand."""
    return sides.min(axis=1) * 2**32 + sides.max(axis=1)


def _moves(
    sheet: Sheet, triangles: Int[Array, "triangle 3"], quadrics: Float[Array, "vertex 4 4"], tolerance_m: float
) -> tuple[Int[Array, "move 2"], Float[Array, " move"]]:
    """Return the moves (vertex, neighbour that it is drawn into) that keep surface and shape, and their errors [m]."""
    count = len(sheet.points_m)
    sides, once = _sides(triangles)
    open_edges = np.bincount(sides[once].ravel(), minlength=count)
    keys = np.unique(_keys(sides))
    edges = np.stack([keys // 2**32, keys % 2**32], axis=1)
    near = csr_matrix((np.ones(len(edges)), edges.T), shape=(count, count))
    near = (near + near.T).tocsr()
    shared = np.asarray((near @ near)[edges[:, 0], edges[:, 1]]).ravel()
    on_rim = np.isin(keys, _keys(sides[once]))
    whole = shared == np.where(on_rim, 1, 2)
    moves = np.concatenate([edges[whole], edges[whole][:, ::-1]])
    moves = moves[open_edges[moves[:, 0]] == np.where(np.tile(on_rim[whole], 2), 2, 0)]
    at = np.concatenate([sheet.points_m[moves[:, 1]], np.ones((len(moves), 1))], axis=1)
    mass = np.trace(quadrics[:, :3, :3], axis1=1, axis2=2)[moves[:, 0]]
    squares = np.einsum("mi,mij,mj->m", at, quadrics[moves[:, 0]], at) / np.maximum(mass, 1e-15)
    bends = _bends(sheet.points_m, sheet.fields["weights"], edges)
    errors = np.sqrt(np.maximum(squares, 0.0)) + _LEVER_M * bends[moves[:, 0]]
    moves, errors = moves[errors < tolerance_m], errors[errors < tolerance_m]
    upright = _upright(sheet.points_m, triangles, moves)
    return moves[upright], errors[upright]


def _bends(
    points_m: Float[Array, "vertex 3"], weights: Float[Array, "vertex bone"], edges: Int[Array, "edge 2"]
) -> Float[Array, " vertex"]:
    """Return how far each vertex's weights are from what its neighbours', taken as linear in space, foretell."""
    count, size_m = len(points_m), np.linalg.norm(np.diff(points_m[edges], axis=1), axis=-1).mean()
    at, to = np.concatenate([edges, edges[:, ::-1]]).T
    row = np.concatenate([np.ones((len(at), 1)), (points_m[to] - points_m[at]) / size_m], axis=1)
    worn = weights[:, weights.any(axis=0)]
    sums = [csr_matrix((row[:, term], (at, to)), shape=(count, count)) @ worn for term in range(4)]
    squares = np.stack(
        [np.bincount(at, row[:, one] * row[:, two], minlength=count) for one in range(4) for two in range(4)], axis=1
    )
    system = squares.reshape(-1, 4, 4) + np.diag([1e-9, 1e-3, 1e-3, 1e-3])
    foretold = np.linalg.solve(system, np.stack(sums, axis=1))[:, 0]
    return np.abs(worn - foretold).sum(axis=1)


def _upright(
    points_m: Float[Array, "vertex 3"], triangles: Int[Array, "triangle 3"], moves: Int[Array, "move 2"]
) -> Bool[Array, " move"]:
    """Return which moves leave no triangle turned or thin."""
    order = np.argsort(triangles.ravel(), kind="stable")
    starts = np.searchsorted(triangles.ravel()[order], np.arange(len(points_m) + 1))
    counts = np.diff(starts)[moves[:, 0]]
    move = np.repeat(np.arange(len(moves)), counts)
    place = np.arange(len(move)) - np.repeat(np.cumsum(counts) - counts, counts)
    face = triangles[order[starts[moves[move, 0]] + place] // 3]
    stays = (face != moves[move, 1][:, None]).all(axis=1)
    move, face = move[stays], face[stays]
    moved = np.where(face == moves[move, 0][:, None], moves[move, 1][:, None], face)
    before, _ = _normals(points_m[face])
    after, areas = _normals(points_m[moved])
    corners = points_m[moved]
    longest = ((corners - np.roll(corners, 1, axis=1)) ** 2).sum(axis=-1).max(axis=1)
    bad = (np.einsum("ij,ij->i", before, after) < _LEAST_COSINE) | (areas < _LEAST_SHAPE * longest)
    return np.bincount(move[bad], minlength=len(moves)) == 0


def _apart(
    moves: Int[Array, "move 2"], errors: Float[Array, " move"], triangles: Int[Array, "triangle 3"], count: int
) -> Int[Array, "chosen 2"]:
    """Return the best moves that lie so far apart that none sees another; ``errors`` are shares of what is allowed."""
    rank = np.full(count, len(moves), dtype=np.int64)
    scattered = moves[:, 0] * 2654435761 % 2**32
    # rounded: what differs in the last bits only must not choose
    order = np.lexsort((moves[:, 1], np.round(errors, 3), scattered, np.floor(errors * _GRADES)))
    np.minimum.at(rank, moves[order, 0], np.arange(len(moves)))
    first = rank
    for _ in range(2):
        lowest = first.copy()
        for corner in range(3):
            np.minimum.at(lowest, triangles[:, corner], first[triangles].min(axis=1))
        first = lowest
    best = (rank == first) & (rank < len(moves))
    return moves[order[rank[best]]]
