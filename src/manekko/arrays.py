"""Names of array types, with frame, person, keypoint, joint, bone, morph as axis words; runs of frames; triples."""

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8
from numpy import ndarray

Array = ndarray

__all__ = ["Array", "Bool", "Float", "Int", "UInt8", "spans", "triple"]


def spans(flags: Bool[Array, " frame"]) -> list[tuple[int, int]]:
    """Return [start, end) of each run of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def triple(vector: Array) -> tuple[float, float, float]:
    """Return the three numbers of a place, a direction or a colour as plain floats."""
    x, y, z = vector.tolist()
    return float(x), float(y), float(z)
