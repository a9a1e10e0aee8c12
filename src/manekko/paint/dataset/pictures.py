"""Pictures of one character, and where the character's keypoints are in them: as our own detectors see them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.errors import InputError
from manekko.paint.dataset.cutting import Points
from manekko.people.find import LONGEST_SIDE_PX
from manekko.people.hands import SIDES
from manekko.people.keypoints import BODY33_INDEX, Track
from manekko.people.landmarks import BodyPose
from manekko.people.plausible import extent
from manekko.people.roi import Roi
from manekko.people.tracker import Networks, follow
from manekko.pixels.warp import resize
from manekko.video.folder import PICTURE_SUFFIXES, folder_pictures, natural_key

_LEAST_SCORE = 0.5
"""A body in a place that is known needs no more than this."""
_ROOM = 1.3
"""Side of the square that is looked at, of the figure's height."""
_VISIBLE = 0.5
_MOST_FOLDERS = 10_000


@dataclass(frozen=True)
class Still:
    """One picture of a character."""

    path: Path
    group: str
    """What it belongs to: pictures of one group may be alike, as those of one motion are."""
    mask: Path | None = None
    """A picture that is bright where the character is; None: there is none."""
    keypoints: Path | None = None
    """OpenPose's JSON of it; None: there is none."""


def stills_in(source: Path) -> list[Still]:
    """Return the pictures of a folder, or those of the folders in it, in natural order.

    Raises:
        InputError: there is none.
    """
    try:
        return [Still(path, group_of(path)) for path in folder_pictures(source)]
    except InputError:
        below = pictures_below(source)
        if not below:
            raise
    return [Still(path, f"{path.parent.relative_to(source).as_posix()}/{group_of(path)}") for path in below]


def pictures_below(folder: Path) -> list[Path]:
    """Return every picture in a folder and the folders in it, in natural order; none that is hidden.

    Raises:
        InputError: there are more folders than anyone means.
    """
    return files_below(folder, PICTURE_SUFFIXES)


def files_below(folder: Path, suffixes: set[str]) -> list[Path]:
    """Return every file with one of these endings in a folder and the folders in it, in natural order.

    Hidden ones are left out, and links to folders are not followed, except of the folders right in it.

    Raises:
        InputError: there are more folders than anyone means, or one cannot be listed.
    """
    found: list[Path] = []
    waiting, seen = [folder], 0
    while waiting:
        current = waiting.pop()
        seen += 1
        if seen > _MOST_FOLDERS:
            raise InputError(f"{folder} holds more than {_MOST_FOLDERS} folders; give the one with the pictures")
        try:
            entries = [entry for entry in current.iterdir() if not entry.name.startswith(".")]
        except OSError as error:
            raise InputError(f"the folder {current} cannot be listed ({error.strerror}); allow it or copy it") from None
        waiting += [entry for entry in entries if entry.is_dir() and (current == folder or not entry.is_symlink())]
        found += [entry for entry in entries if entry.suffix.lower() in suffixes and entry.is_file()]
    return sorted(found, key=lambda path: [(natural_key(part), part) for part in path.relative_to(folder).parts])


def group_of(path: Path) -> str:
    """Return a picture's name without its last number: what ``walk_12.png`` and ``walk_13.png`` have in common."""
    return re.sub(r"[\s_.\-]*[0-9]+$", "", path.stem.removesuffix("_keypoints"))


def with_masks(stills: Sequence[Still], masks: Path) -> list[Still]:
    """Return the pictures for which a folder holds a mask of the same name, with it.

    Raises:
        InputError: there is no mask for any of them.
    """
    by_stem = {path.stem: path for path in pictures_below(masks)} if masks.is_dir() else {masks.stem: masks}
    if not masks.is_dir() and len(stills) == 1:
        by_stem = {stills[0].path.stem: masks}
    found = [
        Still(still.path, still.group, by_stem[still.path.stem], still.keypoints)
        for still in stills
        if still.path.stem in by_stem
    ]
    if not found:
        raise InputError(
            f"{masks} holds no mask for any of the {len(stills)} pictures; each mask is a picture of the same name, "
            "bright where the character is"
        )
    return found


def points_in(
    networks: Networks, rgb: UInt8[Array, "height width 3"], box_px: Float[Array, "corner=2 2"] | None
) -> Points | None:
    """Return the most prominent character in a picture; None where there is none.

    Args:
        networks: with hands.
        rgb: the picture.
        box_px: corners of where the character is, if that is known: then doubtful finds count too.
    """
    factor = min(1.0, LONGEST_SIDE_PX / max(rgb.shape[:2]))
    height, width = rgb.shape[:2]
    small = resize(rgb, (max(1, round(width * factor)), max(1, round(height * factor))))
    pose = _most_prominent(networks, small)
    if pose is None and box_px is not None:
        pose = _in_box(networks, small, box_px * factor)
    if pose is None:
        return None
    points = points_of(pose[0], pose[1], pose[2], *_hands(networks, small, pose[0]), (small.shape[1], small.shape[0]))
    return points.moved((0.0, 0.0), (1.0 / factor, 1.0 / factor))


Body = tuple[Float[Array, "keypoint=33 2"], Float[Array, " keypoint=33"], Float[Array, "keypoint=33 3"]]
"""Image points [px], confidences, metric guess [m]."""


def _most_prominent(networks: Networks, rgb: UInt8[Array, "height width 3"]) -> Body | None:
    tracklets = follow(Networks(networks.people, networks.body, None, None), [(0, rgb)])
    if not tracklets:
        return None
    best = max(tracklets, key=lambda one: float((extent(one.keypoints_px) * one.scores).sum()))
    assert best.world_m is not None
    return best.keypoints_px[0], best.confidences[0], best.world_m[0]


def _in_box(networks: Networks, rgb: UInt8[Array, "height width 3"], box_px: Float[Array, "corner=2 2"]) -> Body | None:
    """Return the body in a place that is known, which the detector of people did not see."""
    x, y = box_px.mean(0).tolist()
    side = _ROOM * float((box_px[1] - box_px[0]).max())
    pose: BodyPose | None = None
    for roi in (Roi((x, y), side, 0.0), None):
        roi = pose.next_roi if roi is None and pose is not None else roi
        if roi is None or not roi.is_usable(rgb):
            return None
        pose = networks.body.look(rgb, roi)
        if pose.score < _LEAST_SCORE:
            return None
    return None if pose is None else (pose.keypoints_px, pose.confidences, pose.world_m)


def _hands(
    networks: Networks, rgb: UInt8[Array, "height width 3"], body_px: Float[Array, "keypoint=33 2"]
) -> tuple[Float[Array, "2 21 2"], Float[Array, "2 21 3"]]:
    assert networks.hands is not None
    hands_px, world_m = np.full((2, 21, 2), np.nan), np.full((2, 21, 3), np.nan)
    for number, side in enumerate(SIDES):
        hand = networks.hands.look(rgb, body_px, side, None)
        if hand is not None:
            hands_px[number], world_m[number] = hand.keypoints_px, hand.world_m
    return hands_px, world_m


def track_points(track: Track, frame: int) -> Points:
    """Return a track's keypoints in one frame."""
    hands = track.hands
    hands_px = np.full((2, 21, 2), np.nan) if hands is None else hands.keypoints_px[frame]
    hands_world_m = np.full((2, 21, 3), np.nan) if hands is None else hands.world_m[frame]
    return points_of(
        track.keypoints_px[frame],
        track.confidences[frame],
        track.world_m[frame],
        hands_px,
        hands_world_m,
        track.image_size_px,
    )


def points_of(
    body_px: Float[Array, "keypoint=33 2"],
    confidences: Float[Array, " keypoint=33"],
    world_m: Float[Array, "keypoint=33 3"],
    hands_px: Float[Array, "2 21 2"],
    hands_world_m: Float[Array, "2 21 3"],
    size_px: tuple[int, int],
) -> Points:
    """Return what a detector saw in one picture as a dataset keeps it; a hand's depth goes on from its wrist's."""
    inside = ((body_px >= 0.0) & (body_px <= np.array(size_px))).all(1)
    visible = inside & (confidences >= _VISIBLE)
    body = np.concatenate([body_px, world_m[:, 2:], visible[:, None]], axis=1)
    wrists = [BODY33_INDEX[f"{side}_wrist"] for side in SIDES]
    depths = hands_world_m[..., 2] - hands_world_m[:, :1, 2] + world_m[wrists, 2][:, None]
    seen = np.isfinite(hands_px).all(-1) & (hands_px >= 0.0).all(-1) & (hands_px <= np.array(size_px)).all(-1)
    hands = np.concatenate([hands_px, depths[..., None], seen[..., None]], axis=-1)
    return Points(body.astype(np.float32), hands.astype(np.float32))
