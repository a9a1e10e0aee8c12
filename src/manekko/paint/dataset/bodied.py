"""Pose maps for pictures of a character: a body in the pose that each picture shows, made to cover the character."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType

import numpy as np

from manekko.arrays import Array, Bool, Int
from manekko.errors import InputError
from manekko.lift.lift import Lifted, lift_track
from manekko.motion.build import motion_from_lifted
from manekko.motion.source_camera import source_camera
from manekko.paint.crop import Square, calm_squares
from manekko.paint.dataset.bodies import Body
from manekko.paint.dataset.cutting import Cutout, Points
from manekko.paint.dataset.fitting import fitted
from manekko.paint.pose_map import LIGHT, PoseMap, looked_at
from manekko.paint.views import Views
from manekko.people.hands import SIDES
from manekko.people.keypoints import BODY33_INDEX, Track
from manekko.skeleton.ground import on_level_ground
from manekko.stage.cameras import CameraAt, source_view
from manekko.stage.casting import Part, dancer, source_camera_of
from manekko.stage.figure import Pose
from manekko.stage.scene import Dancer
from manekko.stage.truths import Truths
from manekko.stage.view import View

LEAST_COVER = 0.5
"""Overlap of body and character, as intersection over union, below which a picture teaches nothing but blur."""
_WELL = 0.75
"""As well as this a body covers a character whose clothes it does not wear."""
_CLEARLY = 0.03
"""A motion knows front from back better than one picture does; this much better must that cover."""
_LEFT, _RIGHT = ([BODY33_INDEX[f"{side}_{part}"] for part in ("shoulder", "hip", "eye")] for side in SIDES)
_LOOK_PX = 128
_SOLID = 127


LookAgain = Callable[[], Points | None]
"""Returns a character's keypoints in its picture; None where nobody is seen."""


@dataclass(frozen=True, eq=False)
class Posed:
    """The body in one picture."""

    pose: Pose
    view: View
    """The camera of the whole picture."""


class Bodied:
    """Poses a body after pictures, and draws its maps; a context manager, since it holds the graphics context."""

    def __init__(self, body: Body, views: Views) -> None:
        """Take the body that is posed, and its reference pictures.

        Raises:
            MissingToolError: the machine has no OpenGL.
            InputError: the body has too many bones.
        """
        self._figure, self._views = body.figure, views
        self._truths = Truths([body.figure])

    def __enter__(self) -> "Bodied":
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release the graphics context."""
        self._truths.__exit__(kind, error, trace)

    def in_still(self, points: Points, size_px: tuple[int, int]) -> Posed | None:
        """Return the body in the pose of a single picture; None where too little is seen.

        Args:
            points: the character's, in the picture.
            size_px: of the picture.
        """
        if points.guess is None:
            return None
        known = np.asarray(np.isfinite(points.body[:, :2]).all(1))
        track = Track(
            track_id=1,
            times_s=np.zeros(1),
            keypoints_px=np.where(known[:, None], points.body[:, :2], np.nan)[None].astype(np.float64),
            confidences=np.where(known, points.guess[:, 3], 0.0)[None].astype(np.float64),
            world_m=points.guess[None, :, :3].astype(np.float64),
            image_size_px=size_px,
        )
        try:
            lifted = lift_track(track)
        except InputError:
            return None
        one, camera = self._danced(on_level_ground(lifted), size_px)
        return Posed(next(one.poses(np.zeros(1))), camera(0.0))

    def in_video(self, track: Track, frames: Int[Array, " chosen"]) -> Iterator[Posed]:
        """Yield the body as a video's frames show the character, as ``manekko paint`` poses it.

        Args:
            track: of the character through the whole video.
            frames: which, rising.

        Raises:
            InputError: too little of the character is seen.
        """
        one, camera = self._danced(on_level_ground(lift_track(track)), track.image_size_px)
        times_s = track.times_s[frames]
        for time_s, pose in zip(times_s.tolist(), one.poses(times_s), strict=True):
            yield Posed(pose, camera(time_s))

    def _danced(self, lifted: Lifted, size_px: tuple[int, int]) -> tuple[Dancer, CameraAt]:
        motion = motion_from_lifted(lifted)
        part = Part(Path("pictures"), motion, camera=source_camera(lifted, motion))
        camera = source_camera_of(part, self._figure.rig)
        return dancer(part, self._figure), source_view(camera, size_px)

    def covering(self, posed: Posed, cutout: Cutout, again: LookAgain | None = None) -> Posed | None:
        """Return the body moved onto a character; None where it does not cover it.

        Args:
            posed: the body where the picture was captured to have it.
            cutout: the character.
            again: asked where the body covers it badly: what is seen of the character now that it is known where it is.
        """
        cover, best = self._onto(posed, cutout, cutout.points)
        points = again() if again is not None and cover < _WELL else None
        if points is None or not _face_alike(points, cutout.points):
            return best if cover >= LEAST_COVER else None
        still = self.in_still(points, posed.view.size_px)
        if still is not None:
            other, alone = self._onto(still, cutout, points)
            if other > cover + _CLEARLY:
                cover, best = other, alone
        return best if cover >= LEAST_COVER else None

    def _onto(self, posed: Posed, cutout: Cutout, points: Points) -> tuple[float, Posed]:
        """Return how well the body covers a character when it is moved to keypoints, and the moved body."""
        pose = fitted(self._figure, posed.pose, posed.view, points.body)
        if pose is None:
            return 0.0, posed
        square = calm_squares(cutout.box_px[None], 1.0)[0]
        shown = cutout.in_square(square, _LOOK_PX)[0][..., 3] > _SOLID
        body = self._truths.look(square.seen_by(posed.view, _LOOK_PX), [pose]).alpha > 0.0
        return overlap(body, shown), replace(posed, pose=pose)

    def map(self, posed: Posed, square: Square, side_px: int) -> PoseMap:
        """Return the map of a square of a picture."""
        view = square.seen_by(posed.view, side_px)
        return looked_at(self._truths, view, posed.pose, self._views, LIGHT)[1]


def _face_alike(one: Points, other: Points) -> bool:
    """Whether two looks agree which side is the left: one picture alone takes fronts for backs more often."""
    across = [points.body[_LEFT, 0] - points.body[_RIGHT, 0] for points in (one, other)]
    return float(np.nansum(across[0] * across[1])) >= 0.0


def overlap(one: Bool[Array, "height width"], other: Bool[Array, "height width"]) -> float:
    """Return the intersection of two silhouettes over their union; 0 where both are empty."""
    return float((one & other).sum()) / max(float((one | other).sum()), 1.0)
