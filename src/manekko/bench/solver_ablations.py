"""Our method without one of its parts, to see what each part buys."""

from dataclasses import replace

import numpy as np

from manekko.arrays import spans
from manekko.bench.naive import one_euro
from manekko.bench.solver_scenes import Solve, manekko_motion
from manekko.lift.swaps import repair_swaps
from manekko.motion.motion import Motion
from manekko.people.fixes import Flip, FootFix, PersonFixes, TimeSpan
from manekko.people.keypoints import Track
from manekko.solve.evidence import Weights

_LOOSE = 1e3
"""Scale of a term that leaves nothing of it."""
_NO_CONTACTS = PersonFixes(feet=(FootFix((0, 1, 2, 3), False, TimeSpan(0.0, np.inf)),))


def without_swap_repair(track: Track) -> Motion:
    """Swap the frames back that the repair of left and right swaps."""
    _, swapped = repair_swaps(track)
    flips = tuple(
        Flip("body", TimeSpan(float(track.times_s[start]), float(track.times_s[end - 1])))
        for start, end in spans(swapped)
    )
    return manekko_motion(track, fixes=PersonFixes(left_right=flips))


def with_causal_filter(track: Track) -> Motion:
    """Smooth what was seen by MediaPipe's filter, which knows no future, in place of the fit's smoothness."""
    size = float(np.nanmedian(np.ptp(track.keypoints_px[..., 1], axis=1)))
    filtered = replace(
        track,
        keypoints_px=one_euro(track.keypoints_px, track.times_s, least_cutoff_hz=0.05, beta=80.0 / size),
        world_m=one_euro(track.world_m, track.times_s),
    )
    return manekko_motion(filtered, weights=Weights(smoothness=_LOOSE))


ABLATIONS: tuple[tuple[str, Solve], ...] = (
    ("without the fit", lambda track: manekko_motion(track, weights=Weights(rounds=0))),
    ("without contacts", lambda track: manekko_motion(track, fixes=_NO_CONTACTS)),
    ("without swap repair", without_swap_repair),
    ("without usual poses", lambda track: manekko_motion(track, weights=Weights(pose=_LOOSE))),
    ("without smoothness", lambda track: manekko_motion(track, weights=Weights(smoothness=_LOOSE))),
    ("causal filter", with_causal_filter),
)
"""By what is missing."""
