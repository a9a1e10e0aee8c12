"""OpenPose's JSON files (one per frame) → tracks; COCO (18 points) and BODY_25, with and without hands and face."""

import json
import re
from pathlib import Path
from typing import NoReturn

import numpy as np

from manekko.arrays import Array, Float
from manekko.errors import FormatError, InputError
from manekko.files.json_members import json_members
from manekko.files.openpose_people import Detection, follow_people
from manekko.files.results import ARCHIVES
from manekko.people.keypoints import BODY33, BODY33_INDEX, Hands, Track

_COCO18 = (
    "nose neck right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist right_hip right_knee "
    "right_ankle left_hip left_knee left_ankle right_eye left_eye right_ear left_ear"
).split()
_BODY25 = (
    "nose neck right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist mid_hip right_hip "
    "right_knee right_ankle left_hip left_knee left_ankle right_eye left_eye right_ear left_ear left_toe "
    "left_small_toe left_heel right_toe right_small_toe right_heel"
).split()
_LAYOUTS = {3 * len(names): names for names in (_COCO18, _BODY25)}
_KNUCKLES = {"thumb": 2, "index": 5, "pinky": 17}
_FACE_POINTS = {
    "right_eye_outer": 36,
    "right_eye_inner": 39,
    "left_eye_inner": 42,
    "left_eye_outer": 45,
    "mouth_right": 48,
    "mouth_left": 54,
}
_PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".bmp"}
_HAND_NUMBERS, _FACE_NUMBERS = 63, 210
_LARGEST_PX = 100_000.0
_PEOPLE_IN_FRAME = 50
_SIZES = [
    (640, 360), (640, 480), (854, 480), (960, 540), (1280, 720), (1920, 1080), (2560, 1440), (3840, 2160),
    (512, 512), (720, 720), (1080, 1080),
]  # fmt: skip
_SIZES_PX = sorted({*_SIZES, *((height, width) for width, height in _SIZES)}, key=lambda size: size[0] * size[1])


def is_openpose(source: Path) -> bool:
    """Whether a clip is meant as OpenPose's output: an archive, or a folder of JSON without pictures."""
    if source.is_dir():
        endings = {member.suffix.lower() for member in source.iterdir()}
        return ".json" in endings and not endings & _PICTURES
    return source.suffix.lower() in ARCHIVES


def tracks_from_openpose(path: Path, *, fps: float) -> list[Track]:
    """Return the people in OpenPose's output, numbered by first appearance.

    Args:
        path: folder, zip or tar archive of ``*_keypoints.json``, one file a frame. The number in a file's name is
            its frame; missing numbers are frames in which nobody was seen.
        fps: frames a second of the clip that OpenPose saw, which its files do not say.

    Raises:
        InputError: there is no JSON or nobody in it.
        FormatError: an archive or a file in it does not follow its format; the message names the file.
    """
    frames: dict[str, list[Detection]] = {}
    for name, data in json_members(path):
        if name in frames:
            raise InputError(f"{path}: there are two files {name}; give the folder or archive of one clip")
        try:
            frames[name] = parse_frame(data)
        except FormatError as error:
            raise FormatError(f"{name}: {error.problem}", path=path, offset=error.offset) from None
    if not frames:
        raise InputError(f"{path}: no JSON file found; OpenPose writes one *_keypoints.json for each frame")
    indices, warnings = _frame_indices(list(frames))
    detections: list[list[Detection]] = [[] for _ in range(max(indices.values()) + 1)]
    for name, index in indices.items():
        detections[index] = frames[name]
    if not any(detections):
        raise InputError(f"{path}: {len(frames)} JSON files, but nobody was found in any of them")
    size_px, said = _image_size_px([found for frame in detections for found in frame], path)
    people, dropped = follow_people(detections)
    return [
        _track(number, person, len(detections), fps, size_px, (*warnings, *said, *dropped))
        for number, person in enumerate(people, start=1)
    ]


def parse_frame(data: bytes) -> list[Detection]:
    """Return the people in one of OpenPose's JSON files.

    Raises:
        FormatError: not JSON, not OpenPose's, or numbers that are no image points.
    """
    try:
        value = json.loads(data, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"not JSON ({str(error).splitlines()[0][:80]})") from None
    people = value.get("people") if isinstance(value, dict) else None
    if not isinstance(people, list):
        raise FormatError("no list 'people' in it; this is not OpenPose's output")
    if len(people) > _PEOPLE_IN_FRAME:
        raise FormatError(f"{len(people)} people in one frame; at most {_PEOPLE_IN_FRAME} can be told apart")
    detections = [_detection(person) for person in people]
    return [found for found in detections if np.isfinite(found.keypoints[:, 0]).sum() >= 3]


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")


def _points(person: dict, key: str, counts: tuple[int, ...]) -> Float[Array, "point 3"] | None:
    """Return x, y, confidence of a list of points; NaN where OpenPose wrote zeros for a point it did not find."""
    numbers = person.get(f"{key}_2d", person.get(key))
    if numbers is None or numbers == []:
        return None
    if not isinstance(numbers, list) or len(numbers) not in counts:
        found = len(numbers) if isinstance(numbers, list) else "no list of"
        expected = " or ".join(map(str, counts))
        raise FormatError(f"'{key}_2d' has {found} numbers; {expected} were expected (COCO and BODY_25 are understood)")
    if not all(type(number) in (int, float) and abs(number) <= _LARGEST_PX for number in numbers):
        raise FormatError(f"'{key}_2d' holds something that is no image point")
    points = np.array(numbers, dtype=np.float64).reshape(-1, 3)
    points[:, 2] = points[:, 2].clip(0.0, 1.0)
    missing = (points[:, 2] <= 0) | (points[:, :2] == 0).all(-1)
    points[missing] = (np.nan, np.nan, 0.0)
    return points


def _detection(person: object) -> Detection:
    if not isinstance(person, dict):
        raise FormatError("an entry of 'people' is no object; this is not OpenPose's output")
    keypoints = np.full((len(BODY33), 3), np.nan)
    keypoints[:, 2] = 0.0
    hands = np.full((2, 21, 3), np.nan)
    hands[..., 2] = 0.0
    body = _points(person, "pose_keypoints", tuple(_LAYOUTS))
    if body is not None:
        for name, point in zip(_LAYOUTS[body.size], body, strict=True):
            if name in BODY33_INDEX:
                keypoints[BODY33_INDEX[name]] = point
    for side, name in enumerate(("left", "right")):
        hand = _points(person, f"hand_{name}_keypoints", (_HAND_NUMBERS,))
        if hand is not None:
            hands[side] = hand
            for finger, point in _KNUCKLES.items():
                keypoints[BODY33_INDEX[f"{name}_{finger}"]] = hand[point]
    face = _points(person, "face_keypoints", (_FACE_NUMBERS,))
    if face is not None:
        for name, point in _FACE_POINTS.items():
            keypoints[BODY33_INDEX[name]] = face[point]
    return Detection(keypoints, hands)


def _frame_indices(names: list[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Return the frame of each file, the first being 0, and what to say of it."""
    numbers = {name: re.findall(r"\d+", name.removesuffix(".json")) for name in names}
    if all(numbers.values()):
        indices = {name: int(found[-1][-18:]) for name, found in numbers.items()}
        first = min(indices.values())
        # A clip in which nobody is seen for ten times as long as somebody is: rather names that mean something else.
        if len(set(indices.values())) == len(names) and max(indices.values()) - first < 10 * len(names) + 1000:
            return {name: index - first for name, index in indices.items()}, ()
    ordered = {name: index for index, name in enumerate(sorted(names))}
    return ordered, ("the file names do not number the frames: they are taken in alphabetical order",)


def _image_size_px(detections: list[Detection], path: Path) -> tuple[tuple[int, int], tuple[str, ...]]:
    points = np.concatenate([found.keypoints[:, :2] for found in detections])
    right, bottom = np.nanmax(points, axis=0)
    if max(right, bottom) <= 2.0:
        raise InputError(f"{path}: the points lie between 0 and 1; run OpenPose with --keypoint_scale 0 to get pixels")
    fitting = [size for size in _SIZES_PX if right <= size[0] and bottom <= size[1]]
    if not fitting:
        fitting = [(16 * int(np.ceil(max(right, 16.0) / 16)), 16 * int(np.ceil(max(bottom, 16.0) / 16)))]
    middle = float(np.nanmean(points[:, 0]))
    # Dancers are kept in the middle of the picture, and pictures are rarely much larger than what happens in them.
    size = min(fitting, key=lambda size: abs(middle / size[0] - 0.5) + 0.05 * np.log2(size[0] * size[1]))
    said = f"OpenPose's files do not say how large the picture was: {size[0]}×{size[1]} px is taken"
    return size, (said,)


def _track(
    number: int,
    person: dict[int, Detection],
    frame_count: int,
    fps: float,
    size_px: tuple[int, int],
    warnings: tuple[str, ...],
) -> Track:
    keypoints = np.full((frame_count, len(BODY33), 3), np.nan)
    keypoints[..., 2] = 0.0
    hands = np.full((frame_count, 2, 21, 3), np.nan)
    hands[..., 2] = 0.0
    for frame, found in person.items():
        keypoints[frame] = found.keypoints
        hands[frame] = found.hands
    seen_hands = bool(np.isfinite(hands[..., 0]).any())
    return Track(
        track_id=number,
        times_s=np.arange(frame_count) / fps,
        keypoints_px=keypoints[..., :2],
        confidences=keypoints[..., 2],
        world_m=np.full((frame_count, len(BODY33), 3), np.nan),
        image_size_px=size_px,
        hands=Hands(hands[..., :2], np.full((frame_count, 2, 21, 3), np.nan), hands[..., 2].mean(-1))
        if seen_hands
        else None,
        warnings=warnings,
    )
