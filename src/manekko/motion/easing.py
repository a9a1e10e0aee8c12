"""Corrections that are known in some frames, carried into the frames between without a jolt."""

import numpy as np

from manekko.arrays import Array, Bool, Float, spans

_EASE_S = 0.25
"""Time in which a correction fades after the last frame that asks for it, and grows before the first [s]."""


def carried(
    correction: Float[Array, "frame n"], known: Bool[Array, " frame"], *, fps: float
) -> Float[Array, "frame n"]:
    """Return the correction where it is known, and elsewhere what eases it in and out.

    Over a short gap it goes from one known value to the next; over a long one, and towards the clip's ends, it fades
    to nothing and grows again. Values given in frames that are not ``known`` are ignored.
    """
    result = np.where(known[:, None], correction, 0.0)
    ease = max(1, round(_EASE_S * fps))
    for start, end in spans(~known):
        frames = np.arange(start, end)
        has_before, has_after = start > 0, end < len(known)
        if has_before and has_after and end - start <= 2 * ease:
            share = smooth((frames - start + 1) / (end - start + 1))[:, None]
            result[frames] = correction[start - 1] * (1.0 - share) + correction[end] * share
            continue
        if has_before:
            result[frames] += correction[start - 1] * smooth(1.0 - (frames - start + 1) / (ease + 1))[:, None]
        if has_after:
            result[frames] += correction[end] * smooth(1.0 - (end - frames) / (ease + 1))[:, None]
    return result


def smooth(share: Float[Array, "*batch"]) -> Float[Array, "*batch"]:
    """Return 0 up to 0, 1 from 1, and between the share eased at both ends."""
    share = np.clip(share, 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)
