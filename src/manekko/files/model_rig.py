"""What PMX and PMD models have in common on their way to a ``Rig``: axes, checks, soles."""

from collections.abc import Sequence

import numpy as np

from manekko.arrays import Array, Float, Int, triple
from manekko.errors import FormatError
from manekko.skeleton.rig_names import named_bones

MMD_UNIT_M = 0.08
"""One MMD unit [m]."""

_MIRROR = np.array([1.0, 1.0, -1.0])
_TOE_CARRIERS = ("足先EX", "つま先")
_SOLE_CARRIERS = ("足首", "足首D", *_TOE_CARRIERS)
_SOLE_THICKNESS_M, _FOOT_HEIGHT_M = 0.012, 0.05
_GIRTH_BONES = ("下半身", "上半身", "上半身2", "上半身3", "頭", *(s + bone for bone in ("足", "足D") for s in "左右"))
_FEWEST_VERTICES = 20
_SKIN_PERCENTILE = 92
"""Share of a part's vertices that counts as its body; beyond are bows, collars and locks of hair."""


def metres(position: Sequence[float] | Array) -> tuple[float, float, float]:
    """Return a position given in MMD's units and left-handed axes in ours [m]."""
    x, y, z = (float(value) * MMD_UNIT_M for value in position)
    return x, y, -z


def direction(axis: Sequence[float]) -> tuple[float, float, float] | None:
    """Return the axis of a bone that turns about one axis only, in our axes; None where the file's has no length.

    A turn about ``(x, y, z)`` in MMD's left-handed axes is one about ``(x, y, −z)`` here, the other way round; the
    axis is a line, so its sign does not matter.
    """
    length = float(np.linalg.norm(np.asarray(axis, dtype=np.float64)))
    if not 1e-6 < length < 1e18:
        return None
    return float(axis[0]) / length, float(axis[1]) / length, -float(axis[2]) / length


def mirrored_limits(
    lowest: Sequence[float], highest: Sequence[float]
) -> tuple[tuple[float, float], tuple[float, float], tuple[float, float]]:
    """Return an IK link's limits in our axes: turns about x and y change their sense, about z they keep it."""
    low = [float(min(a, b)) for a, b in zip(lowest, highest, strict=True)]
    high = [float(max(a, b)) for a, b in zip(lowest, highest, strict=True)]
    return (-high[0], -low[0]), (-high[1], -low[1]), (low[2], high[2])


def check_bones(parents: Sequence[int], positions: Sequence[Sequence[float]], offset: int) -> None:
    """Raise ``FormatError`` where a bone is nowhere, its parent does not exist or bones form a circle."""
    lost = np.flatnonzero(~(np.abs(np.array(positions).reshape(-1, 3)) < 1e9).all(axis=1))
    if len(lost):
        raise FormatError(f"bone {lost[0]} has no sensible position: {positions[lost[0]]}", offset=offset)
    rooted: set[int] = {-1}
    for start in range(len(parents)):
        path: list[int] = []
        bone = start
        while bone not in rooted:
            if not -1 <= parents[bone] < len(parents):
                raise FormatError(f"bone {bone} hangs on bone {parents[bone]} of {len(parents)}", offset=offset)
            path.append(bone)
            bone = parents[bone]
            if len(path) > len(parents):
                raise FormatError(f"bone {start} hangs on bones that form a circle", offset=offset)
        rooted.update(path)


def sole_points(
    names: Sequence[str],
    positions_m: Float[Array, "vertex 3"],
    carriers: Int[Array, " vertex"],
) -> tuple[tuple[str, tuple[float, float, float]], ...]:
    """Return the corner points of both soles and the bones that carry them.

    Args:
        names: the model's bones.
        positions_m: vertices of the rest pose in our frame [m].
        carriers: for each vertex the bone with most weight, or −1.

    Returns:
        For each foot the vertices of its lowest layer that lie farthest out to the four corners, the heel's and the
        toes' half each on its own (a heel may stand higher); fewer when one vertex is two corners, none where no
        vertex hangs on a foot.
    """
    points: list[tuple[str, tuple[float, float, float]]] = []
    usable = np.isfinite(positions_m).all(axis=1) & (np.abs(positions_m) < 1e6).all(axis=1)
    known = named_bones(names)
    for side in "左右":
        feet = [known[side + part] for part in _SOLE_CARRIERS if side + part in known]
        rows = _lowest(np.flatnonzero(np.isin(carriers, feet) & usable), positions_m, _FOOT_HEIGHT_M)
        if len(rows) == 0:
            continue
        along = positions_m[rows, 2]
        front = along >= (along.min() + along.max()) / 2.0
        corners: set[int] = set()
        for half, way in ((rows[front], 1.0), (rows[~front], -1.0)):
            half = _lowest(half, positions_m, _SOLE_THICKNESS_M)
            flat = positions_m[half][:, [0, 2]]
            corners |= {int(half[np.argmax(flat @ [across, way])]) for across in (1.0, -1.0) if len(half)}
        points += [(names[int(carriers[row])], triple(positions_m[row])) for row in sorted(corners)]
    return tuple(points)


def body_girths(
    names: Sequence[str],
    rests_m: Float[Array, "bone 3"],
    positions_m: Float[Array, "vertex 3"],
    carriers: Int[Array, " vertex"],
) -> tuple[tuple[str, tuple[float, float, float, float]], ...]:
    """Return how stout the body is about the bones of trunk, head and thighs, as far as vertices hang on them.

    Args:
        names: the model's bones.
        rests_m: where they are at rest [m].
        positions_m: vertices of the rest pose in our frame [m].
        carriers: for each vertex the bone with most weight, or −1.

    Returns:
        (usual name of the bone, (half width, front, back, top) [m]), measured from the bone.
    """
    result = []
    usable = np.isfinite(positions_m).all(axis=1) & (np.abs(positions_m) < 1e6).all(axis=1)
    known = named_bones(names)
    for bone in (name for name in _GIRTH_BONES if name in known):
        around = positions_m[(carriers == known[bone]) & usable] - rests_m[known[bone]]
        if len(around) < _FEWEST_VERTICES:
            continue
        ahead, behind = around[around[:, 2] > 0.0, 2], -around[around[:, 2] <= 0.0, 2]
        sides = (np.abs(around[:, 0]), ahead, behind, np.maximum(around[:, 1], 0.0))
        width, front, back, top = (float(np.percentile(side, _SKIN_PERCENTILE)) if len(side) else 0.0 for side in sides)
        result.append((bone, (width, front, back, top)))
    return tuple(result)


def _lowest(rows: Int[Array, " row"], positions_m: Float[Array, "vertex 3"], height_m: float) -> Int[Array, " low"]:
    """Return the vertices that are at most ``height_m`` above the lowest of ``rows``."""
    heights = positions_m[rows, 1]
    return rows[heights <= heights.min(initial=np.inf) + height_m]


def bone_soles(
    names: Sequence[str], rests_m: Float[Array, "bone 3"]
) -> tuple[tuple[str, tuple[float, float, float]], ...]:
    """Return soles guessed from the bones of a model without usable vertices: below the ankle and below the toe."""
    points: list[tuple[str, tuple[float, float, float]]] = []
    known = named_bones(names)
    for side in "左右":
        if side + "足首" not in known or side + "つま先" not in known:
            continue
        ankle, toe = rests_m[known[side + "足首"]], rests_m[known[side + "つま先"]]
        if np.isfinite([ankle, toe]).all():
            floor = min(float(toe[1]), float(ankle[1]))
            points += [(side + "足首", (float(at[0]), floor, float(at[2]))) for at in (ankle, toe)]
    return tuple(points)


def unmirrored(vectors: Float[Array, "*batch 3"]) -> Float[Array, "*batch 3"]:
    """Return positions in MMD's units and axes as float64 metres in ours."""
    with np.errstate(invalid="ignore"):  # damaged files hold NaNs of all kinds
        return vectors.astype(np.float64) * MMD_UNIT_M * _MIRROR
