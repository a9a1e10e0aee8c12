"""Jumps: moments in which nothing touches the floor and the body falls freely."""

import numpy as np

from manekko.arrays import Array, Bool, Float, spans

_SHORTEST_S, _LONGEST_S = 0.1, 1.0
_LEAST_FALL_M_S2 = 6.0
"""Hips that are pulled down less than this hang on something, or the contact was overlooked [m/s²]."""
_SLACK_FRAMES = 1


def airborne_frames(
    contacts: Bool[Array, "frame point"], hips_height_m: Float[Array, " frame"], *, fps: float
) -> Bool[Array, " frame"]:
    """Return the frames of jumps: no contact for 0.1–1 s while the hips' path bends down as that of a falling body.

    The hips are not the body's middle, and arms and legs move against it, so the fall is known by its direction and
    rough size only. Measured on dances: hips fall at 7–12 m/s² in jumps, at 0–5 where a foot only slides.
    """
    flying = np.zeros(len(contacts), dtype=bool)
    for start, end in spans(np.logical_not(np.asarray(contacts.any(1)))):
        first, last = max(start - _SLACK_FRAMES, 0), min(end + _SLACK_FRAMES, len(contacts))
        if not _SHORTEST_S * fps <= end - start <= _LONGEST_S * fps or last - first < 4:
            continue
        times_s = np.arange(last - first) / fps
        fall = -2.0 * np.polyfit(times_s, hips_height_m[first:last], 2)[0]
        flying[start:end] = fall > _LEAST_FALL_M_S2
    return flying
