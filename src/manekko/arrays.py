"""Names of array types; the axis words are frame, person, keypoint, joint, bone, morph."""

from jaxtyping import Bool, Float, Int, UInt8
from numpy import ndarray

Array = ndarray

__all__ = ["Array", "Bool", "Float", "Int", "UInt8"]
