"""The hand's surface: a palm that goes on from the arm's rings, four fingers that part from it, and a thumb."""

import numpy as np

from manekko.arrays import Array, Float, Int
from manekko.character.limbs import ARM_COLUMNS, WRIST_ALONG_M, arm_point, oval

FINGERS = ("人指", "中指", "薬指", "小指")
_REACH_M, _ACROSS_M = np.array([0.078, 0.080, 0.076, 0.069]), np.array([0.022, 0.002, -0.017, -0.034])
_LENGTHS_M = np.array([(0.034, 0.021, 0.018), (0.037, 0.024, 0.019), (0.034, 0.022, 0.018), (0.027, 0.017, 0.016)])
_THICKNESS = np.array([1.0, 1.03, 0.98, 0.86])
_WEB_M = 0.011
"""From a finger's first joint to where the skin between the fingers ends."""
_PALM_ROWS = np.array(
    [
        # from the wrist; towards the index finger, up, towards the little finger, down; squareness
        (0.010, 0.0190, 0.0142, 0.0190, 0.0146, 2.05),
        (0.022, 0.0222, 0.0134, 0.0222, 0.0148, 2.15),
        (0.036, 0.0270, 0.0125, 0.0275, 0.0145, 2.3),
        (0.050, 0.0300, 0.0118, 0.0345, 0.0135, 2.45),
        (0.063, 0.0306, 0.0112, 0.0382, 0.0122, 2.6),
        (0.076, 0.0304, 0.0106, 0.0404, 0.0110, 2.75),
    ]
)
THUMB_ROWS = (1, 3)
"""First and last row of the palm around the hole where the thumb begins."""
_THUMB_WAY = np.array([0.62, 0.73, -0.28]) / np.linalg.norm([0.62, 0.73, -0.28])
"""Along the arm, forwards, up."""
_THUMB_BASE_M = np.array([0.014, 0.018, -0.008])


def palm_rows() -> Float[Array, "row 20 3"]:
    """Return the left palm's rings [m], columns as the arm's."""
    angle = np.arange(ARM_COLUMNS) / ARM_COLUMNS * 2.0 * np.pi
    along, ahead, up, behind, down, square = (column[:, None] for column in _PALM_ROWS.T)
    rings = [
        oval(angle, *sizes[:4], square=float(sizes[4]))
        for sizes in zip(ahead, up, behind, down, square[:, 0], strict=True)
    ]
    ring = np.stack(rings)
    return arm_point(WRIST_ALONG_M + along + np.zeros_like(angle), ring[..., 0], ring[..., 1])


def knuckle_ring() -> tuple[Float[Array, "20 3"], Float[Array, "3 3"]]:
    """Return the palm's last ring, where the fingers part, and the middles of the three webs [m].

    Columns 1–9 lie on top from the index to the little finger, 19–11 below; 0 and 10 are the sides.
    """
    radius = 0.0083 * _THICKNESS
    edges = np.concatenate(
        [[_ACROSS_M[0] + radius[0]], (_ACROSS_M[1:] + _ACROSS_M[:-1]) / 2.0, [_ACROSS_M[3] - radius[3]]]
    )
    reach = np.interp(edges, _ACROSS_M[::-1], _REACH_M[::-1]) + _WEB_M
    across = np.empty(9)
    across[0::2], across[1::2] = edges, _ACROSS_M
    along = np.empty(9)
    along[0::2], along[1::2] = reach, _REACH_M + _WEB_M - 0.001
    top = np.tile([0.0052, 0.0086], 5)[:9]
    columns = np.zeros((ARM_COLUMNS, 3))
    columns[1:10] = np.stack([along, across, top], axis=1)
    columns[19:10:-1] = np.stack([along, across, -top], axis=1)
    columns[0] = (reach[0], edges[0], 0.0)
    columns[10] = (reach[4], edges[4], 0.0)
    webs = np.stack([reach[1:4], edges[1:4], np.zeros(3)], axis=1)
    return arm_point(WRIST_ALONG_M + columns[:, 0], columns[:, 1], columns[:, 2]), arm_point(
        WRIST_ALONG_M + webs[:, 0], webs[:, 1], webs[:, 2]
    )


def finger_loop(finger: int, ring: Int[Array, "20"], webs: Int[Array, "3"]) -> Int[Array, "8"]:
    """Return the vertices around a finger's root: from the index's side over the top."""
    first = 1 + 2 * finger
    near = ring[0] if finger == 0 else webs[finger - 1]
    far = ring[10] if finger == 3 else webs[finger]
    under = [ring[19 - 2 * finger - step] for step in (2, 1, 0)]
    return np.array([near, ring[first], ring[first + 1], ring[first + 2], far, *under])


def finger_rows(finger: int) -> Float[Array, "row 8 3"]:
    """Return a finger's rings beyond its root [m], the last one the small end of its tip."""
    one, two, three = _LENGTHS_M[finger]
    tip = one + two + three
    along = [0.019, one - 0.006, one, one + 0.006, one + two / 2 + 0.002, one + two - 0.005, one + two]
    along += [one + two + 0.005, tip - 0.0075, tip - 0.0035, tip - 0.0010]
    radius = [0.0080, 0.0076, 0.0077, 0.0074, 0.0070, 0.0067, 0.0067, 0.0065, 0.0058, 0.0043, 0.0020]
    rings = _digit_rings(np.array(along), np.array(radius) * _THICKNESS[finger])
    return arm_point(WRIST_ALONG_M + _REACH_M[finger] + rings[..., 0], _ACROSS_M[finger] + rings[..., 1], rings[..., 2])


def _digit_rings(along: Array, radius: Array) -> Float[Array, "row 8 3"]:
    """Return rings (along, across, up) about a straight digit, the pad below a little fuller than the back."""
    angle = np.arange(8) / 8.0 * 2.0 * np.pi
    wide = radius[:, None]
    ring = oval(angle, wide, 0.94 * wide, wide, 1.02 * wide)
    return np.concatenate([np.broadcast_to(along[:, None, None], (len(along), 8, 1)), ring], axis=-1)


def thumb_rows() -> Float[Array, "row 8 3"]:
    """Return the thumb's rings beyond its root [m]; its columns go round from the palm's front edge over the top."""
    along = np.array([0.026, 0.035, 0.043, 0.052, 0.0585, 0.063, 0.069, 0.0765, 0.0810, 0.0834])
    radius = np.array([0.0125, 0.0104, 0.0092, 0.0086, 0.0084, 0.0084, 0.0082, 0.0070, 0.0050, 0.0022])
    side = np.cross([0.0, 0.0, 1.0], _THUMB_WAY)
    side /= np.linalg.norm(side)
    above = np.cross(_THUMB_WAY, side)
    angle = np.arange(8) / 8.0 * 2.0 * np.pi
    ring = oval(angle, radius[:, None], 0.92 * radius[:, None], radius[:, None], 0.98 * radius[:, None])
    local = _THUMB_BASE_M + along[:, None, None] * _THUMB_WAY + ring[..., :1] * side + ring[..., 1:] * above
    return arm_point(WRIST_ALONG_M + local[..., 0], local[..., 1], local[..., 2])


def finger_base(finger: int) -> Float[Array, "3"]:
    """Return a finger's first joint [m]."""
    return _point(np.array([_REACH_M[finger], _ACROSS_M[finger], 0.0]))


def _point(local: Float[Array, "3"]) -> Float[Array, "3"]:
    """Return the world place of a point given along the arm from the wrist, forwards and up [m]."""
    along, ahead, above = local[:, None]
    return arm_point(WRIST_ALONG_M + along, ahead, above)[0]


def finger_lengths(finger: int) -> tuple[float, ...]:
    """Return the lengths of a finger's bones [m]."""
    return tuple(float(length) for length in _LENGTHS_M[finger])


def thumb_line() -> tuple[Float[Array, "3"], Float[Array, "3"], tuple[float, ...]]:
    """Return the thumb's first joint [m], its direction and its bones' lengths [m]."""
    origin = _point(_THUMB_BASE_M)
    return origin, _point(_THUMB_BASE_M + _THUMB_WAY) - origin, (0.033, 0.027, 0.024)
