"""What PMX and PMD models have in common on their way to a ``Rig``: axes, checks, soles."""

from collections.abc import Sequence

import numpy as np

from manekko.arrays import Array, Float, Int, triple
from manekko.errors import FormatError

MMD_UNIT_M = 0.08
"""One MMD unit [m]."""

_MIRROR = np.array([1.0, 1.0, -1.0])
_TOE_CARRIERS = ("足先EX", "つま先")
_SOLE_CARRIERS = ("足首", "足首D", *_TOE_CARRIERS)
_SOLE_THICKNESS_M, _FOOT_HEIGHT_M = 0.012, 0.05


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
    for side in "左右":
        feet = [number for number, name in enumerate(names) if name in {side + part for part in _SOLE_CARRIERS}]
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


def _lowest(rows: Int[Array, " row"], positions_m: Float[Array, "vertex 3"], height_m: float) -> Int[Array, " low"]:
    """Return the vertices that are at most ``height_m`` above the lowest of ``rows``."""
    heights = positions_m[rows, 1]
    return rows[heights <= heights.min(initial=np.inf) + height_m]


def bone_soles(rest_m: dict[str, Float[Array, "3"]]) -> tuple:
    """Return soles guessed from the bones of a model without usable vertices: below the ankle and below the toe."""
    points: list[tuple[str, tuple[float, float, float]]] = []
    for side in "左右":
        ankle, toe = rest_m.get(side + "足首"), rest_m.get(side + "つま先")
        if ankle is not None and toe is not None and np.isfinite([ankle, toe]).all():
            floor = min(float(toe[1]), float(ankle[1]))
            points += [(side + "足首", (float(at[0]), floor, float(at[2]))) for at in (ankle, toe)]
    return tuple(points)


def unmirrored(vectors: Float[Array, "*batch 3"]) -> Float[Array, "*batch 3"]:
    """Return positions in MMD's units and axes as float64 metres in ours."""
    with np.errstate(invalid="ignore"):  # damaged files hold NaNs of all kinds
        return vectors.astype(np.float64) * MMD_UNIT_M * _MIRROR
