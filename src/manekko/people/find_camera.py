"""Whether the clip's camera moved, and how it turned."""

from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation, Slerp

from manekko.arrays import Array, Bool, Float
from manekko.people.background import Background, Pose, Seen
from manekko.people.camera_path import CameraPath, still_path
from manekko.people.glimpses import Glimpses, people_mask
from manekko.people.keypoints import Track
from manekko.people.turning import View
from manekko.pixels.background import small_grey, small_size
from manekko.progress import Progress, silent
from manekko.video.source import Clip

_STILL_PX = 0.6
"""A background that never leaves its place by more, in the small picture, stands still: steps of compression and light
are a tenth of it, the calmest hand moves it by two."""
_KNOWN_SHARE = 0.3
"""Of the frames, those in which the background must be recognized to tell anything."""
_ZOOM = np.log(1.08)
"""A change of zoom below is what the turn alone leaves over."""
_ZOOM_AGREES, _ZOOM_BETTER = 0.65, 0.1
"""Share of the corners that must agree with a zoom, and by how much more than with a turn alone."""
_TRAVELS_SHARE = 0.5
"""Where fewer corners agree that the camera turned about its place, it also left its place."""
_UNKNOWN = "the background shows too little to tell whether the camera moves: it is taken to stand still"
_MOVES = "the camera moves (it turns by up to {degrees:.1f}°{zoom}): the motion is freed of it"
_TRAVELS = (
    "the camera does not only turn but travels, or the background is near: where the dancer goes on the floor is unsure"
)
_CUT = "the picture cuts or jumps at {times}: what comes after is taken to be seen from where the camera looked before"
_MOST_CUTS = 5


def find_camera(
    clip: Clip,
    tracks: list[Track],
    glimpses: Glimpses,
    *,
    focal_px: float,
    start_s: float = 0.0,
    end_s: float | None = None,
    progress: Progress = silent,
) -> CameraPath:
    """Return how the camera turned while it filmed the tracks; exactly not at all where it stands still.

    Args:
        clip: where the tracks were seen; read once more only if the glimpses leave a doubt.
        tracks: the people, who may move; at least one.
        glimpses: shown the frames while the people were looked for.
        focal_px: focal length in the first frame [px].
        start_s: first moment of the tracks [s].
        end_s: moment at which they stop [s]; None for the end.
        progress: told the number of frames done.

    Raises:
        InputError: the clip cannot be read.
    """
    times_s = tracks[0].times_s
    if not glimpses.moved(tracks):
        return still_path(times_s, focal_px)
    small = small_size(clip.info.size_px)
    scale = small[0] / clip.info.size_px[0]
    view = View(focal_px * scale, (small[0] / 2.0, small[1] / 2.0))
    background, seen = Background(view), []
    progress("camera", 0, len(times_s))
    for frame in clip.frames(start_s, end_s, size_px=small):
        if frame.index < len(times_s):
            seen.append(background.see(small_grey(frame.rgb), people_mask(tracks, frame.index)))
            progress("camera", len(seen), len(times_s))
    # A damaged file may give fewer frames the second time, or none.
    if not seen:
        return still_path(times_s, focal_px, (_UNKNOWN,))
    seen += [replace(seen[-1], known=False, cut=False)] * (len(times_s) - len(seen))
    return path_of(seen, times_s, view, focal_px)


def path_of(seen: list[Seen], times_s: Float[Array, " frame"], view: View, focal_px: float) -> CameraPath:
    """Return the path that the background tells of: still, turning, or turning and zooming."""
    known = np.array([one.known for one in seen], dtype=bool)
    if known.sum() < max(1.0, _KNOWN_SHARE * len(known)):
        return still_path(times_s, focal_px, (_UNKNOWN,))
    cuts = _cuts(times_s[[one.cut for one in seen]])
    zooms = _zooms(seen, known)
    poses = [one.zoomed if zooms else one.turned for one in seen]
    if _furthest_px([pose for pose, sure in zip(poses, known, strict=True) if sure], view) < _STILL_PX:
        return still_path(times_s, focal_px, cuts)
    rotations, sizes = _bridged(poses, known, times_s)
    notes = (_moves(rotations, sizes), *cuts)
    if _agreeing(seen, known)[1 if zooms else 0] < _TRAVELS_SHARE:
        notes = (*notes, _TRAVELS)
    return CameraPath(times_s, rotations, sizes, focal_px, notes)


def _zooms(seen: list[Seen], known: Bool[Array, " frame"]) -> bool:
    sizes = np.log([one.zoomed.zoom for one in seen])[known]
    turned, zoomed = _agreeing(seen, known)
    return bool(np.ptp(sizes) > _ZOOM and zoomed > _ZOOM_AGREES and zoomed > turned + _ZOOM_BETTER)


def _agreeing(seen: list[Seen], known: Bool[Array, " frame"]) -> Float[Array, "2"]:
    """Shares of the corners that agree with a turn, and with a zoom, in the frames furthest from their key pictures."""
    return np.percentile(np.array([one.agreeing for one in seen])[known], 20.0, axis=0)


def _furthest_px(poses: list[Pose], view: View) -> float:
    """How far from where the first frame shows them the picture's middle and corners go, at most times [px]."""
    x, y = view.centre_px
    points = np.array([[0.0, 0.0], [2.0 * x, 0.0], [x, y], [0.0, 2.0 * y], [2.0 * x, 2.0 * y]])
    rays = view.rays(points)
    steps = [np.linalg.norm(view.seen(rays @ pose.matrix, pose.zoom) - points, axis=1).max() for pose in poses]
    return float(np.percentile(steps, 95.0))


def _bridged(
    poses: list[Pose], known: Bool[Array, " frame"], times_s: Float[Array, " frame"]
) -> tuple[Float[Array, "frame 4"], Float[Array, " frame"]]:
    """Rotations (xyzw) and zooms; frames that were not recognized lie between their neighbours."""
    turned = Rotation.from_matrix(np.array([pose.matrix for pose in poses])[known])
    sizes = np.log([pose.zoom for pose in poses])[known]
    if known.sum() < 2:
        return np.tile(turned.as_quat(), (len(poses), 1)), np.full(len(poses), float(np.exp(sizes[0])))
    inside = np.clip(times_s, times_s[known][0], times_s[known][-1])
    rotations = Slerp(times_s[known], turned)(inside)
    return (rotations[0].inv() * rotations).as_quat(), np.exp(np.interp(inside, times_s[known], sizes))


def _moves(rotations_xyzw: Float[Array, "frame 4"], zooms: Float[Array, " frame"]) -> str:
    degrees = float(np.degrees(Rotation.from_quat(rotations_xyzw).magnitude().max()))
    ratio = float(zooms.max() / zooms.min())
    return _MOVES.format(degrees=degrees, zoom=f" and zooms × {ratio:.2f}" if ratio > 1.0 else "")


def _cuts(times_s: Float[Array, " cut"]) -> tuple[str, ...]:
    if len(times_s) == 0:
        return ()
    shown = ", ".join(f"{time:.1f} s" for time in times_s[:_MOST_CUTS])
    more = f" and {len(times_s) - _MOST_CUTS} times more" if len(times_s) > _MOST_CUTS else ""
    return (_CUT.format(times=shown + more),)
