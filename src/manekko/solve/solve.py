"""One lifted person → the body that danced it, all frames fitted together."""

from dataclasses import dataclass

from manekko.arrays import Array, Bool
from manekko.lift.lift import MOTION_FPS, Lifted
from manekko.skeleton.flight import airborne_frames
from manekko.skeleton.skeleton import Skeleton
from manekko.solve.evidence import Weights
from manekko.solve.fit import fit_pose
from manekko.solve.observed import evidence_of
from manekko.solve.pose import Pose
from manekko.solve.start import start_of


@dataclass(frozen=True)
class Solved:
    """A body in motion, its floor at y = 0."""

    skeleton: Skeleton
    pose: Pose


def solve(lifted: Lifted, contacts: Bool[Array, "frame 4"], weights: Weights) -> Solved:
    """Return the body that explains best what was seen of a person, given which points of the feet stand when."""
    start = start_of(lifted)
    # Nobody is known to fall who is not seen to.
    airborne = airborne_frames(contacts, start.pose.roots_m[:, 1], fps=MOTION_FPS) & lifted.seen
    evidence = evidence_of(lifted, start.pose, start.skeleton, start.marks, start.raised_m, contacts, airborne)
    return Solved(start.skeleton, fit_pose(start.pose, evidence, weights))
