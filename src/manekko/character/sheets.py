"""Surfaces of points and triangles with what each point carries, and the few operations that clothes are cut by."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_matrix, diags, identity
from scipy.sparse.linalg import spsolve

from manekko.arrays import Array, Bool, Float, Int

_REST = "conditions to come"


@dataclass(frozen=True, eq=False)
class Sheet:
    """Triangles; metres, right-handed, corners anticlockwise when seen from outside."""

    points_m: Float[Array, "vertex 3"]
    triangles: Int[Array, "triangle 3"]
    fields: dict[str, Float[Array, "vertex field"]]
    """What each vertex carries (weights, texture coordinates …), interpolated where triangles are cut."""

    def field(self, name: str) -> Float[Array, " vertex"]:
        """Return a field of one column."""
        return self.fields[name][:, 0]


def strip_quads(rows: Int[Array, "row column"], *, closed: bool) -> Int[Array, "quad 4"]:
    """Return the quads between rows of vertex numbers; ``closed`` joins the last column to the first."""
    after = np.roll(rows, -1, axis=1) if closed else rows[:, 1:]
    before = rows if closed else rows[:, :-1]
    return np.stack([before[:-1], before[1:], after[1:], after[:-1]], axis=-1).reshape(-1, 4)


def split_quads(points_m: Float[Array, "vertex 3"], quads: Int[Array, "quad 4"]) -> Int[Array, "triangle 3"]:
    """Return two triangles for each quad, cut along its shorter diagonal."""
    corners = points_m[quads]
    first = np.linalg.norm(corners[:, 0] - corners[:, 2], axis=1)
    second = np.linalg.norm(corners[:, 1] - corners[:, 3], axis=1)
    along = (first <= second + 1e-9)[:, None]
    one = np.where(along, quads[:, [0, 1, 2]], quads[:, [0, 1, 3]])
    two = np.where(along, quads[:, [0, 2, 3]], quads[:, [1, 2, 3]])
    triangles = np.concatenate([one, two])
    distinct = (triangles[:, 0] != triangles[:, 1]) & (triangles[:, 1] != triangles[:, 2])
    return triangles[distinct & (triangles[:, 0] != triangles[:, 2])]


def vertex_normals(points_m: Float[Array, "vertex 3"], triangles: Int[Array, "triangle 3"]) -> Float[Array, "vertex 3"]:
    """Return unit normals, each the mean of its triangles' by the angle they have there."""
    corners = points_m[triangles]
    faces = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    faces /= np.maximum(np.linalg.norm(faces, axis=1, keepdims=True), 1e-12)
    normals = np.zeros_like(points_m)
    for corner in range(3):
        one = corners[:, (corner + 1) % 3] - corners[:, corner]
        two = corners[:, (corner + 2) % 3] - corners[:, corner]
        angle = np.arctan2(np.linalg.norm(np.cross(one, two), axis=1), np.einsum("ij,ij->i", one, two))
        np.add.at(normals, triangles[:, corner], faces * angle[:, None])
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return np.where(length > 1e-9, normals / np.maximum(length, 1e-9), [0.0, 1.0, 0.0])


def edges_of(faces: Int[Array, "face corner"]) -> Int[Array, "edge 2"]:
    """Return each edge of some faces once, the smaller vertex first."""
    pairs = np.stack([faces, np.roll(faces, -1, axis=1)], axis=-1).reshape(-1, 2)
    pairs = np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1)
    return np.unique(pairs, axis=0)


def averaging(count: int, edges: Int[Array, "edge 2"]) -> csr_matrix:
    """Return the matrix that puts the mean of its neighbours in place of each of ``count`` vertices."""
    both = np.concatenate([edges, edges[:, ::-1]])
    matrix = csr_matrix((np.ones(len(both)), (both[:, 0], both[:, 1])), shape=(count, count))
    return diags(1.0 / np.maximum(np.asarray(matrix.sum(axis=1)).ravel(), 1.0)) @ matrix


def faired(
    points_m: Float[Array, "vertex 3"], faces: Int[Array, "face corner"], free: Bool[Array, " vertex"]
) -> Float[Array, "vertex 3"]:
    """Return the points with the free ones moved to where the surface bends least."""
    smooth = averaging(len(points_m), edges_of(faces))
    laplacian = identity(len(points_m), format="csr") - smooth
    bending = (laplacian.T @ laplacian).tocsr()
    inside = bending[free][:, free].tocsc()
    outside = bending[free][:, ~free]
    moved = points_m.copy()
    for axis in range(3):
        moved[free, axis] = spsolve(inside, -outside @ points_m[~free, axis])
    return moved


def smoothed(
    values: Float[Array, "vertex field"], faces: Int[Array, "face corner"], rounds: int, where: Bool[Array, " vertex"]
) -> Float[Array, "vertex field"]:
    """Return values that flow into their neighbours' for some rounds, where wanted."""
    smooth = averaging(len(values), edges_of(faces))
    for _ in range(rounds):
        values = np.where(where[:, None], 0.5 * values + 0.5 * (smooth @ values), values)
    return values


def clipped(sheet: Sheet, keep: Float[Array, "vertex condition"]) -> Sheet:
    """Return the part of a sheet where all conditions are positive, its triangles cut where one is zero."""
    for column in range(keep.shape[1]):
        carried = replace(sheet, fields=sheet.fields | {_REST: keep[:, column:]})
        sheet = _clipped_once(carried, keep[:, column])
        keep = sheet.fields[_REST]
        keep = np.concatenate([np.zeros((len(keep), column)), keep], axis=1)
    return replace(sheet, fields={name: values for name, values in sheet.fields.items() if name != _REST})


def _clipped_once(sheet: Sheet, keep: Float[Array, " vertex"]) -> Sheet:
    keep = np.where(np.abs(keep) < 1e-7, 1e-7, keep)
    signs = keep[sheet.triangles] > 0
    whole = sheet.triangles[signs.all(axis=1)]
    edges: dict[tuple[int, int], int] = {}
    cut: list[tuple[int, int, int]] = []
    base = len(sheet.points_m)

    def crossing(inner: int, outer: int) -> int:
        return edges.setdefault((inner, outer), base + len(edges))

    inside_counts = signs.sum(axis=1)
    mixed = (inside_counts == 1) | (inside_counts == 2)
    for corners, sign in zip(sheet.triangles[mixed], signs[mixed], strict=True):
        inside = int(sign.sum())
        turn = int(np.argmax(sign) if inside == 1 else np.argmin(sign))
        a, b, c = (int(corners[(turn + step) % 3]) for step in range(3))
        if inside == 1:
            cut.append((a, crossing(a, b), crossing(a, c)))
        else:
            left, right = crossing(b, a), crossing(c, a)
            cut += [(left, b, c), (left, c, right)]
    triangles = np.concatenate([whole, np.array(cut, dtype=np.int64).reshape(-1, 3)])
    return _compact(sheet, triangles, np.array(list(edges), dtype=np.int64).reshape(-1, 2), keep)


def _compact(sheet: Sheet, triangles: Array, crossings: Array, keep: Array) -> Sheet:
    """Return a sheet of the triangles' own vertices; new ones lie where ``keep`` vanishes on the crossed edges."""
    inner, outer = crossings[:, 0], crossings[:, 1]
    share = (keep[inner] / (keep[inner] - keep[outer]))[:, None]

    def extended(values: Array) -> Array:
        return np.concatenate([values, values[inner] * (1.0 - share) + values[outer] * share])

    used, renumbered = np.unique(triangles, return_inverse=True)
    fields = {name: extended(values)[used] for name, values in sheet.fields.items()}
    return Sheet(extended(sheet.points_m)[used], renumbered.reshape(-1, 3), fields)


def merged(sheets: list[Sheet]) -> Sheet:
    """Return several sheets as one; all carry the same fields."""
    starts = np.cumsum([0] + [len(sheet.points_m) for sheet in sheets])
    triangles = [sheet.triangles + start for sheet, start in zip(sheets, starts[:-1], strict=True)]
    names = sheets[0].fields
    return Sheet(
        np.concatenate([sheet.points_m for sheet in sheets]),
        np.concatenate(triangles),
        {name: np.concatenate([sheet.fields[name] for sheet in sheets]) for name in names},
    )


def inflated(sheet: Sheet, thickness_m: Float[Array, " vertex"] | float) -> Sheet:
    """Return a sheet moved outwards along its normals."""
    normals = vertex_normals(sheet.points_m, sheet.triangles)
    reach = np.broadcast_to(np.asarray(thickness_m, dtype=np.float64), (len(normals),))
    return replace(sheet, points_m=sheet.points_m + normals * reach[:, None])


def hemmed(sheet: Sheet, depth_m: float) -> Sheet:
    """Return a sheet whose open borders turn inwards, so that cloth looks as if it had a thickness."""
    normals = vertex_normals(sheet.points_m, sheet.triangles)
    pairs = np.stack([sheet.triangles, np.roll(sheet.triangles, -1, axis=1)], axis=-1).reshape(-1, 2)
    known = {(int(a), int(b)) for a, b in pairs}
    border = np.array([(a, b) for a, b in known if (b, a) not in known], dtype=np.int64).reshape(-1, 2)
    border = border[np.lexsort((border[:, 1], border[:, 0]))]
    rim, places = np.unique(border, return_inverse=True)
    outer = len(sheet.points_m) + places.reshape(-1, 2)
    inner = outer + len(rim)
    quads = np.stack([outer[:, 1], outer[:, 0], inner[:, 0], inner[:, 1]], axis=1)
    points = np.concatenate([sheet.points_m, sheet.points_m[rim], sheet.points_m[rim] - depth_m * normals[rim]])
    fields = {name: np.concatenate([values, values[rim], values[rim]]) for name, values in sheet.fields.items()}
    triangles = np.concatenate([sheet.triangles, quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    return Sheet(points, triangles, fields)


def refined(sheet: Sheet) -> Sheet:
    """Return a sheet with every triangle cut into four and the surface smoothed (Loop's subdivision)."""
    count = len(sheet.points_m)
    pairs = np.stack([sheet.triangles, np.roll(sheet.triangles, -1, axis=1)], axis=-1).reshape(-1, 2)
    edges, places, uses = np.unique(np.sort(pairs, axis=1), axis=0, return_inverse=True, return_counts=True)
    places = places.reshape(-1, 3)
    opposite = np.zeros((len(edges), 3))
    np.add.at(opposite, places.ravel(), sheet.points_m[np.roll(sheet.triangles, 1, axis=1).ravel()])
    ends = sheet.points_m[edges]
    inner = (uses == 2)[:, None]
    middles = np.where(inner, 0.375 * ends.sum(axis=1) + 0.125 * opposite, ends.mean(axis=1))
    smooth = averaging(count, edges)
    border = np.zeros(count, dtype=bool)
    border[edges[uses == 1].ravel()] = True
    corners = np.where(border[:, None], sheet.points_m, 0.625 * sheet.points_m + 0.375 * (smooth @ sheet.points_m))
    a, b, c = sheet.triangles.T
    ab, bc, ca = (count + places).T
    triangles = np.concatenate(
        [np.stack(three, axis=1) for three in ((a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca))]
    )
    fields = {name: np.concatenate([v, v[edges].mean(axis=1)]) for name, v in sheet.fields.items()}
    return Sheet(np.concatenate([corners, middles]), triangles, fields)
