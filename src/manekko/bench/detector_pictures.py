"""Pictures of known motion, looked at by the detector: what it saw beside what was there.

Motion capture is danced by our own characters, in several builds and clothes, before made-up backgrounds, seen by
cameras from all sides.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter

from manekko.arrays import Array, Float, UInt8, triple
from manekko.bench.mocap import Clip, training_clips
from manekko.character.build import build_character, write_character
from manekko.character.cast import CAST
from manekko.character.design import Design, Hair, Outfit, head_frame
from manekko.errors import InputError
from manekko.motion.retarget import retarget
from manekko.people.keypoints import BODY33, BODY33_INDEX
from manekko.people.tracker import Networks, follow
from manekko.skeleton.rotations import as_axes, from_rotation_vectors, multiply, normalized, rotate
from manekko.stage.figure import Figure, Pose
from manekko.stage.figures import read_figure
from manekko.stage.perform import perform
from manekko.stage.projection import camera_from_world
from manekko.stage.renderer import Renderer
from manekko.stage.view import Light, View

FRAMES = 30
"""Length of each clip."""
_SIZES_PX = ((400, 400), (360, 512), (512, 384))
_STEP_S = 1.0 / 30.0
_BUILDS: tuple[tuple[Outfit, Hair, float, float], ...] = (
    ("casual", "short", 7.6, 1.76), ("sports", "short", 7.4, 1.72), ("sports", "bob", 7.2, 1.66),
    ("casual", "short", 8.0, 1.80), ("sailor", "long", 6.8, 1.60), ("casual", "long", 7.5, 1.68),
    ("idol", "bob", 5.5, 1.45), ("sports", "short", 7.8, 1.78),
)  # fmt: skip
"""Clothes, hair, heads and height [m] of the figures beside the shipped ones: men and women, and a small one."""
_SKINS = ((1.0, 0.88, 0.81), (0.95, 0.78, 0.66), (0.75, 0.55, 0.42), (0.5, 0.34, 0.25))
_JOINTS = {"shoulder": "腕", "elbow": "ひじ", "wrist": "手首", "pinky": "小指１", "index": "人指１", "thumb": "親指１",
           "hip": "足", "knee": "ひざ", "ankle": "足首"}  # fmt: skip
_HEEL_BEHIND_M, _HEEL_UP_M, _TOE_UP_M = 0.035, 0.02, 0.015
_FOCAL, _MARGIN = (0.65, 1.8), (0.06, 0.35)
_FRONTAL_SHARE, _FRONTAL_RAD, _PITCH_RAD, _ROLL_RAD = 0.55, 0.6, (0.06, 0.12), 0.03


@dataclass(frozen=True)
class Seen:
    """What the detector saw of one figure through a clip, and what was there."""

    keypoints_px: Float[Array, "frame 33 2"]
    """NaN where nothing was found."""
    confidences: Float[Array, "frame 33"]
    world_m: Float[Array, "frame 33 3"]
    true_m: Float[Array, "frame 33 3"]
    """Keypoints in camera axes (x right, y down, z away) [m]."""
    focal_px: float
    size_px: tuple[int, int]

    @property
    def true_px(self) -> Float[Array, "frame 33 2"]:
        """Where the keypoints truly are in the picture [px]."""
        return self.true_m[..., :2] / self.true_m[..., 2:] * self.focal_px + np.array(self.size_px) / 2.0


def seen_clips(seed: int, count: int) -> Iterator[Seen]:
    """Yield what the detector saw of ``count`` clips of ``FRAMES`` frames, fewer where it found nobody.

    Raises:
        MissingToolError: the measuring data, OpenGL or the detector's networks are missing.
    """
    rng = np.random.default_rng(seed)
    networks, clips = Networks.load(frozenset({"body"})), training_clips()
    chances = np.array([clip.weight * len(clip.values) for clip in clips]) ** 0.8
    with tempfile.TemporaryDirectory(prefix="manekko-bench-") as folder:
        figures = [_figure(design, Path(folder) / str(number)) for number, design in enumerate(_designs(rng))]
        for _ in range(count):
            clip = clips[rng.choice(len(clips), p=chances / chances.sum())]
            try:
                found = _seen(rng, networks, clip, *figures[rng.integers(len(figures))])
            except InputError:
                continue
            if found is not None:
                yield found


def _designs(rng: np.random.Generator) -> list[Design]:
    def colour() -> tuple[float, float, float]:
        red, green, blue = rng.uniform(0.05, 1.0, 3).tolist()
        return red, green, blue

    builds = [
        Design(
            outfit=outfit,
            hair=hair,
            heads=heads,
            height_m=height,
            skin_rgb=_SKINS[number % len(_SKINS)],
            hair_rgb=colour(),
            top_rgb=colour(),
            bottom_rgb=colour(),
            accent_rgb=colour(),
            shoes_rgb=colour(),
            socks_rgb=colour(),
        )
        for number, (outfit, hair, heads, height) in enumerate(_BUILDS)
    ]
    return [*CAST.values(), *builds]


def _figure(design: Design, folder: Path) -> tuple[Figure, Design]:
    folder.mkdir()
    return read_figure(write_character(build_character(design), folder, "figure")), design


def _seen(rng: np.random.Generator, networks: Networks, clip: Clip, figure: Figure, design: Design) -> Seen | None:
    start = int(rng.integers(0, max(1, len(clip.values) - FRAMES)))
    motion = retarget(clip.motion(start, FRAMES), figure.rig)
    frames = np.arange(min(motion.frame_count, FRAMES), dtype=np.float64)
    swaying = bool(rng.random() < 0.4)
    poses = list(perform(figure, motion, frames, swaying=swaying, sway_step_s=_STEP_S))
    points = np.stack([keypoints_of(figure, design, pose) for pose in poses])
    view = _view(rng, points)
    tracklets = follow(networks, list(enumerate(_pictures(rng, figure, poses, view))))
    if not tracklets:
        return None
    found = max(tracklets, key=lambda one: len(one.frames))
    keypoints, world = np.full((len(poses), 33, 2), np.nan), np.full((len(poses), 33, 3), np.nan)
    confidences = np.zeros((len(poses), 33))
    keypoints[found.frames], confidences[found.frames] = found.keypoints_px, found.confidences
    if found.world_m is not None:
        world[found.frames] = found.world_m
    camera = camera_from_world(view)
    true = points @ camera[:3, :3].T + camera[:3, 3]
    return Seen(keypoints, confidences, world, true, view.focal_px, view.size_px)


def keypoints_of(figure: Figure, design: Design, pose: Pose) -> Float[Array, "33 3"]:
    """Return where BlazePose's keypoints are on a posed figure of ours, in the world [m]."""
    rig = figure.rig
    index = {bone.name: number for number, bone in enumerate(rig.bones)}
    result = np.zeros((len(BODY33), 3))

    def carried(bone: str, place: Array) -> Array:
        number = index[bone]
        return pose.positions_m[number] + rotate(pose.rotations_xyzw[number], place - rig.rest(bone))

    for name, place in _on_head(design).items():
        result[BODY33_INDEX[name]] = carried("頭", place)
    for side, mark in (("left", "左"), ("right", "右")):
        for part, bone in _JOINTS.items():
            result[BODY33_INDEX[f"{side}_{part}"]] = pose.positions_m[index[mark + bone]]
        ankle, toe = rig.rest(mark + "足首"), rig.rest(mark + "つま先")
        heel = np.array([ankle[0], _HEEL_UP_M, ankle[2] - _HEEL_BEHIND_M])
        result[BODY33_INDEX[f"{side}_heel"]] = carried(mark + "足首D", heel)
        result[BODY33_INDEX[f"{side}_toe"]] = carried(mark + "足先EX", np.array([toe[0], _TOE_UP_M, toe[2]]))
    return result


def _on_head(design: Design) -> dict[str, Float[Array, "3"]]:
    """Return the places of nose, eyes, ears and mouth in the rest pose [m]."""
    head = head_frame(design)
    size, front = head.height, head.centre_z + 0.43 * head.height
    left = {
        "eye_inner": (0.6 * head.eye_x, head.eye_y, front - 0.03 * size),
        "eye": (head.eye_x, head.eye_y, front - 0.05 * size),
        "eye_outer": (1.45 * head.eye_x, head.eye_y, front - 0.1 * size),
        "ear": (head.half_width, head.eye_y - 0.02 * size, head.centre_z),
        "mouth": (0.07 * size, head.chin_y + 0.11 * size, front - 0.02 * size),
    }
    places = {"nose": np.array([0.0, head.chin_y + 0.21 * size, front + 0.02 * size])}
    for side, sign in (("left", 1.0), ("right", -1.0)):
        for part, place in left.items():
            name = f"mouth_{side}" if part == "mouth" else f"{side}_{part}"
            places[name] = np.array(place) * [sign, 1.0, 1.0]
    return places


def _view(rng: np.random.Generator, points_m: Float[Array, "frame 33 3"]) -> View:
    """Return a camera that stands anywhere around and has all points in the picture."""
    size = _SIZES_PX[rng.integers(len(_SIZES_PX))]
    focal = max(size) * float(np.exp(rng.uniform(*np.log(_FOCAL))))
    across = points_m[:, BODY33_INDEX["left_shoulder"]] - points_m[:, BODY33_INDEX["right_shoulder"]]
    faces = np.cross(normalized(across), [0.0, 1.0, 0.0]).mean(0)
    frontal = np.arctan2(faces[0], faces[2]) + rng.normal(0.0, _FRONTAL_RAD)
    yaw = frontal if rng.random() < _FRONTAL_SHARE else rng.uniform(-np.pi, np.pi)
    turn = from_rotation_vectors(np.array([0.0, yaw, 0.0]))
    for vector in ((np.pi, 0.0, 0.0), (-rng.normal(*_PITCH_RAD), 0.0, 0.0), (0.0, 0.0, rng.normal(0.0, _ROLL_RAD))):
        turn = multiply(turn, from_rotation_vectors(np.array(vector)))
    middle = (points_m.min((0, 1)) + points_m.max((0, 1))) / 2.0
    seen = ((points_m - middle) @ as_axes(turn)).reshape(-1, 3)
    half = np.array(size) / 2.0
    reach = half * (1.0 - rng.uniform(*_MARGIN))
    distance = max(float((np.abs(seen[:, :2]) * focal / reach - seen[:, 2:]).max()), 0.5)
    room = np.maximum(0.97 * half - np.abs(seen[:, :2] / (seen[:, 2:] + distance) * focal).max(0), 0.0)
    beside = rng.uniform(-1.0, 1.0, 2) * room / focal * distance
    return View(middle - as_axes(turn) @ np.array([*beside, distance]), turn, size, focal)


def _pictures(
    rng: np.random.Generator, figure: Figure, poses: list[Pose], view: View
) -> Iterator[UInt8[Array, "height width 3"]]:
    """Yield the figure in a light of some sort, a little noisy and now and then blurred."""
    behind, shines = _background(rng, view.size_px), normalized(rng.normal([-0.3, -0.85, -0.45], [0.5, 0.15, 0.4]))
    grey = float(rng.uniform(0.45, 0.75))
    light = Light(triple(shines), (grey, grey, grey))
    gain, blur = rng.uniform(0.6, 1.15), rng.uniform(0.4, 1.4) * (rng.random() < 0.3)
    options = {
        "ground": bool(rng.random() < 0.5),
        "shadow": bool(rng.random() < 0.3),
        "edges": bool(rng.random() < 0.7),
    }
    with Renderer(view.size_px, [figure], samples=2, **options) as renderer:
        for pose in poses:
            picture = renderer.draw(view, light, [pose], behind)[..., :3] * gain
            picture = gaussian_filter(picture, (blur, blur, 0.0)) if blur else picture
            noise = rng.normal(0.0, 2.0, (*picture.shape[:2], 1))
            yield np.clip(picture + noise, 0.0, 255.0).astype(np.uint8)


def _background(rng: np.random.Generator, size_px: tuple[int, int]) -> UInt8[Array, "height width 3"]:
    """Return one colour, a gradient or a coarse pattern, mostly with a floor and some boxes."""
    width, height = size_px
    kind = rng.integers(4)
    picture = np.full((height, width, 3), rng.uniform(0.0, 255.0, 3))
    if kind == 1:
        picture += (rng.uniform(0.0, 255.0, 3) - picture) * np.linspace(0.0, 1.0, height)[:, None, None]
    elif kind > 1:
        coarse = gaussian_filter(rng.normal(size=(height // 8 + 1, width // 8 + 1, 3)), (*rng.uniform(0.5, 4.0, 2), 0))
        pattern = np.kron(coarse / coarse.std(), np.ones((8, 8, 1)))[:height, :width]
        picture = rng.uniform(40.0, 215.0, 3) + pattern * rng.uniform(10.0, 45.0)
    if kind > 0:
        floor = int(rng.uniform(0.55, 0.85) * height)
        picture[floor:] = (picture[floor:] + rng.uniform(0.0, 255.0, 3)) / 2.0
        for _ in range(rng.integers(0, 7)):
            left, top = rng.integers(0, width), rng.integers(0, height)
            box = picture[top : top + rng.integers(10, height // 2), left : left + rng.integers(10, width // 2)]
            box += 0.7 * (rng.uniform(0.0, 255.0, 3) - box)
    return np.clip(picture, 0.0, 255.0).astype(np.uint8)
