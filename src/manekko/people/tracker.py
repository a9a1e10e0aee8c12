"""Following every body through a chunk of frames: looked for now and then, followed from frame to frame."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from manekko.arrays import Array, Float, UInt8
from manekko.people.clothes import clothes
from manekko.people.detector import Detector
from manekko.people.face import FaceNet, FacePose
from manekko.people.hands import SIDES, HandNet, HandPose
from manekko.people.keypoints import BODY33_INDEX, BODY33_MIRROR
from manekko.people.landmarks import BodyNet, BodyPose, roi_of_detection
from manekko.people.plausible import distance, extent, is_plausible
from manekko.people.roi import Roi
from manekko.people.tracklet import Tracklet

LOOK_EVERY = 12
"""Frames between two looks for new people."""

FIND_SCORE = 0.3
"""Least score of the detector; low, for each find is checked by the body network."""

TILE_SCORE = 0.6
"""The same in a part of the picture, whose edges may cut people."""

NEW_SCORE = 0.85
"""Least score of a body never seen before."""

KEEP_SCORE = 0.5
"""Least score of a body that is being followed."""

SAME_BODY = 0.06
"""Skeletons nearer than this [body sizes] are of one body."""

SHARED_POINT = 0.04
"""Keypoints nearer than this [body sizes] are one and the same."""

SHARED = 0.25
"""A new skeleton that shares more than this of its points with another is no second body."""

MOSTLY = 0.85
"""A skeleton with this share of its points within another's box lies before it, behind it, or is made of it."""

SURE_SCORE = 0.97
"""Whole bodies that nothing hides score more than this."""

JUMP = 0.08
"""A joint that moves more than this from one frame to the next [body sizes] is looked at again."""

WIDER = 1.12
"""How much wider the square of a second opinion is."""

_COLOURS_EVERY = 6
_JOINTS = [
    BODY33_INDEX[f"{side}_{joint}"]
    for side in ("left", "right")
    for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
]


@dataclass(frozen=True)
class Networks:
    """The networks of one worker; hands and face only where asked for."""

    people: Detector
    body: BodyNet
    hands: HandNet | None
    face: FaceNet | None

    @classmethod
    def load(cls, parts: frozenset[str]) -> "Networks":
        """Load what ``parts`` ("body", "hands", "face") need.

        Raises:
            MissingToolError: the models are not there and cannot be fetched.
        """
        return cls(
            Detector.of_people(),
            BodyNet(),
            HandNet() if "hands" in parts else None,
            FaceNet() if "face" in parts else None,
        )


@dataclass
class _Live:
    """A body being followed; grows by one entry a frame."""

    roi: Roi
    frames: list[int] = field(default_factory=list)
    poses: list[BodyPose] = field(default_factory=list)
    hands: list[dict[str, HandPose | None]] = field(default_factory=list)
    faces: list[FacePose | None] = field(default_factory=list)
    colours: list[np.ndarray] = field(default_factory=list)


@dataclass(frozen=True)
class _Lost:
    """Where a body was when it was lost from sight."""

    roi: Roi
    frame: int
    """The first frame to look for it."""
    beside: bool = False
    """It came to stand where another is: to be looked for although somebody is there."""

    def is_due(self, number: int) -> bool:
        """Whether to look for it in this frame: at once, then less and less often."""
        return number - self.frame in (0, 1, 2, 4, 6, 9, 12, 16, 20)

    @property
    def region(self) -> Roi:
        """The square to look in: small enough for the detector to see the body large."""
        return Roi(self.roi.center_px, 1.6 * self.roi.size_px, 0.0)


def follow(networks: Networks, frames: Iterable[tuple[int, UInt8[Array, "height width 3"]]]) -> list[Tracklet]:
    """Return a tracklet for each stretch of frames in which one body was followed without doubt.

    Args:
        networks: the worker's own.
        frames: numbers and pictures, consecutive; nothing is known of the frames before.
    """
    live: list[_Live] = []
    done: list[_Live] = []
    lost: list[_Lost] = []
    for step, (number, rgb) in enumerate(frames):
        live, gone = _followed(networks, live, number, rgb)
        done += gone
        lost += [_Lost(body.roi, number) for body in gone]
        regions: list[tuple[Roi | None, float]] = [(one.region, FIND_SCORE) for one in lost if one.is_due(number)]
        if step % LOOK_EVERY == 0 or not live:
            regions.append((None, FIND_SCORE))
        if step == 0:
            regions += [(tile, TILE_SCORE) for tile in _tiles(rgb)]
        live += _newcomers(networks, live, number, rgb, regions)
        lost = [one for one in lost if one.beside or not any(_about_the_same(one.roi, body.roi) for body in live)]
        live, merged = _without_doubles(live, number)
        done += merged
        lost += [_Lost(body.roi, number + 1, beside=True) for body in merged]
        for body in live:
            _add_details(networks, body, rgb)
    return [_tracklet(body, networks) for body in done + live if body.frames]


def _followed(
    networks: Networks, live: list[_Live], number: int, rgb: UInt8[Array, "height width 3"]
) -> tuple[list[_Live], list[_Live]]:
    kept, lost = [], []
    for body in live:
        pose = _settled(networks.body, rgb, body.roi)
        if pose is None or pose.score < KEEP_SCORE:
            lost.append(body)
            continue
        pose = _second_opinion(networks.body, rgb, body.poses[-1], pose)
        body.frames.append(number)
        body.poses.append(pose)
        body.roi = pose.next_roi
        kept.append(body)
    return kept, lost


def _settled(net: BodyNet, rgb: UInt8[Array, "height width 3"], roi: Roi) -> BodyPose | None:
    """Look where the body was; where it has moved on since, look again where it is now. None: nobody plausible."""
    if not roi.is_usable(rgb):
        return None
    pose = net.look(rgb, roi)
    if pose.score >= KEEP_SCORE / 2 and _moved(roi, pose.next_roi) and pose.next_roi.is_usable(rgb):
        again = net.look(rgb, pose.next_roi)
        pose = again if again.score >= pose.score - 0.1 else pose
    height, width = rgb.shape[:2]
    return pose if is_plausible(pose.keypoints_px, pose.confidences, (width, height)) else None


def _second_opinion(net: BodyNet, rgb: UInt8[Array, "height width 3"], before: BodyPose, pose: BodyPose) -> BodyPose:
    """Where a limb has jumped since the frame before, look once more in a slightly wider square.

    Now and then one crop is misread, say with crossed legs, while its neighbours are not. A limb that truly moved so
    fast is seen at the same place again, and nothing changes.
    """
    jump = _jump(before, pose)
    roi = pose.next_roi.scaled(WIDER)
    if jump <= JUMP or not roi.is_usable(rgb):
        return pose
    other = net.look(rgb, roi)
    return other if other.score > pose.score - 0.05 and _jump(before, other) < 0.7 * jump else pose


def _jump(before: BodyPose, after: BodyPose) -> float:
    """Return how far the main joint that moved most has moved [body sizes]."""
    moved = np.linalg.norm(after.keypoints_px[_JOINTS] - before.keypoints_px[_JOINTS], axis=1)
    return float(moved.max()) / max(float(extent(before.keypoints_px)), 1e-6)


def _moved(before: Roi, after: Roi) -> bool:
    shift = math.dist(before.center_px, after.center_px) / before.size_px
    growth = after.size_px / before.size_px
    turn = abs(math.remainder(after.rotation_rad - before.rotation_rad, 2 * math.pi))
    return shift > 0.06 or not 0.87 < growth < 1.15 or turn > math.radians(12)


def _newcomers(
    networks: Networks,
    live: list[_Live],
    number: int,
    rgb: UInt8[Array, "height width 3"],
    regions: list[tuple[Roi | None, float]],
) -> list[_Live]:
    """Return the bodies found in the regions (None: the whole picture) with their least scores, if not followed yet."""
    finds = [found for region, least in regions for found in networks.people.find(rgb, least, region)]
    known = [body.poses[-1] for body in live]
    new = []
    for found in sorted(finds, key=lambda one: -one.score):  # sure finds first: doubtful ones may be parts of them
        roi = roi_of_detection(found)
        if any(_about_the_same(roi, other.next_roi) for other in known):
            continue
        pose = _settled(networks.body, rgb, roi)
        least = NEW_SCORE if found.score >= 0.5 else SURE_SCORE
        if pose is None or pose.score < least or any(is_part_of(pose, other) for other in known):
            continue
        known.append(pose)
        new.append(_Live(pose.next_roi, [number], [pose]))
    return new


def is_part_of(new: BodyPose, known: BodyPose) -> bool:
    """Whether a skeleton was made of another one's limbs: a good share of its points lie on the other's."""
    sure = new.confidences > 0.5
    reach = SHARED_POINT * max(float(extent(new.keypoints_px)), float(extent(known.keypoints_px)))
    same = np.linalg.norm(new.keypoints_px - known.keypoints_px, axis=1)
    mirrored = np.linalg.norm(new.keypoints_px - known.keypoints_px[BODY33_MIRROR], axis=1)
    shared = np.minimum(same, mirrored)[sure] < reach
    if not sure.any() or shared.mean() > SHARED:
        return True
    if max(_inside(new, known), _inside(known, new)) < MOSTLY:
        return False
    # One stands before the other, as a child before its parent does; or limbs were read as a body of their own.
    return new.score < SURE_SCORE or (_inside(new, known) >= MOSTLY and new.next_roi.size_px > known.next_roi.size_px)


def _inside(one: BodyPose, other: BodyPose) -> float:
    """Return the share of one's sure keypoints that lie in the other's upright box."""
    sure = one.keypoints_px[one.confidences > 0.5]
    low, high = other.keypoints_px.min(0), other.keypoints_px.max(0)
    return float(np.all((sure >= low) & (sure <= high), axis=1).mean()) if len(sure) else 1.0


def _tiles(rgb: UInt8[Array, "height width 3"]) -> list[Roi]:
    """Return overlapping squares as wide as the picture's short side: small people are larger in them."""
    height, width = rgb.shape[:2]
    short, long = min(height, width), max(height, width)
    count = 1 if long < 1.25 * short else 1 + math.ceil((long - short) / (0.6 * short))
    if count == 1:
        return []
    along = np.linspace(short / 2, long - short / 2, count)
    places = [(float(a), short / 2) if width >= height else (short / 2, float(a)) for a in along]
    return [Roi(place, float(short), 0.0) for place in places]


def _about_the_same(first: Roi, second: Roi) -> bool:
    larger = max(first.size_px, second.size_px)
    near = math.dist(first.center_px, second.center_px) < 0.15 * larger
    return near and min(first.size_px, second.size_px) > 0.6 * larger


def _without_doubles(live: list[_Live], number: int) -> tuple[list[_Live], list[_Live]]:
    """Where two have come to follow one body, end both and begin anew: whose body it is, the whole clip decides."""
    kept: list[_Live] = []
    ended: list[_Live] = []
    for body in sorted(live, key=lambda one: -one.poses[-1].score):
        twin = next((other for other in kept if _same(other.poses[-1], body.poses[-1])), None)
        if twin is None:
            kept.append(body)
            continue
        ended.append(_Live(body.roi, *_shortened(body)))
        if len(twin.frames) > 1 and len(body.frames) > 1:
            ended.append(_Live(twin.roi, *_shortened(twin)))
            kept[kept.index(twin)] = _Live(twin.roi, [number], [twin.poses[-1]])
    return kept, ended


def _shortened(body: _Live) -> tuple[list, list, list, list, list]:
    return body.frames[:-1], body.poses[:-1], body.hands, body.faces, body.colours


def _same(first: BodyPose, second: BodyPose) -> bool:
    return distance(first.keypoints_px, second.keypoints_px, first.confidences * second.confidences) < SAME_BODY


def _add_details(networks: Networks, body: _Live, rgb: UInt8[Array, "height width 3"]) -> None:
    keypoints = body.poses[-1].keypoints_px
    if len(body.frames) % _COLOURS_EVERY == 1:
        body.colours.append(clothes(rgb, keypoints))
    if networks.hands is not None:
        before = body.hands[-1] if body.hands else dict.fromkeys(SIDES)
        body.hands.append({side: networks.hands.look(rgb, keypoints, side, before[side]) for side in SIDES})
    if networks.face is not None:
        body.faces.append(networks.face.look(rgb, keypoints, body.faces[-1] if body.faces else None))


def _tracklet(body: _Live, networks: Networks) -> Tracklet:
    hands = [[one[side] for side in SIDES] for one in body.hands]
    details: dict[str, Float[Array, ...]] = {}
    if networks.hands is not None:
        details["hands_px"] = _stack([[_or_nan(h and h.keypoints_px, (21, 2)) for h in pair] for pair in hands])
        details["hands_world_m"] = _stack([[_or_nan(h and h.world_m, (21, 3)) for h in pair] for pair in hands])
        details["hand_scores"] = _stack([[h.score if h else 0.0 for h in pair] for pair in hands])
    if networks.face is not None:
        details["face_px"] = _stack([_or_nan(face and face.keypoints_px, (468, 3)) for face in body.faces])
        details["face_scores"] = _stack([face.score if face else 0.0 for face in body.faces])
    return Tracklet(
        frames=np.array(body.frames),
        keypoints_px=np.stack([pose.keypoints_px for pose in body.poses]),
        confidences=np.stack([pose.confidences for pose in body.poses]),
        scores=np.array([pose.score for pose in body.poses]),
        colours=np.mean(body.colours, axis=0),
        world_m=np.stack([pose.world_m for pose in body.poses]),
        **details,
    )


def _stack(values: list) -> Float[Array, "..."]:
    return np.array(values, dtype=np.float32)


def _or_nan(points: Float[Array, "..."] | None, shape: tuple[int, int]) -> Float[Array, "..."]:
    return np.full(shape, np.nan) if points is None else points
