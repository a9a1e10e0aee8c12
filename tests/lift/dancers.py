"""A dancer made of formulas: known at any time, seen by a known camera, for tests of everything between."""

from dataclasses import dataclass, replace

import numpy as np

from manekko.lift.camera import Camera, default_camera
from manekko.motion.motion import Motion
from manekko.people.keypoints import BODY33_INDEX, BODY33_MIRROR, Track
from manekko.skeleton.kinematics import joint_positions, local_rotations
from manekko.skeleton.limbs import reach
from manekko.skeleton.rotations import between, conjugate, continuous, from_rotation_vectors, multiply, rotate, slerp
from manekko.skeleton.skeleton import ELBOW_NORMAL, HUMANOID, JOINT_INDEX, default_skeleton

SIDES = (("left", 1.0), ("right", -1.0))
PERIOD_S = 1.6
"""Each foot makes one step in this time."""
STEP_SHARE = 0.3
PICTURE_PX = (1280, 720)
UP = np.array([0.0, 1.0, 0.0])
HINGE = {"left": -ELBOW_NORMAL, "right": ELBOW_NORMAL}
"""Axis of the upper arm about which each elbow bends forwards and up."""


@dataclass(frozen=True)
class Dance:
    """Arms, trunk and head sway smoothly; the feet step in turns and stand still between."""

    seed: int = 0
    turn_rad_s: float = 0.0
    """How fast the whole body turns about the vertical."""
    elbow_rad: tuple[float, float] = (0.5, 2.2)
    """Least and greatest bend of the elbows."""

    def _wave(self, times_s: np.ndarray, number: int, *, hz: float = 0.7) -> np.ndarray:
        """A smooth curve between -1 and 1, another for each number."""
        rng = np.random.default_rng([self.seed, number])
        phases, rates = rng.uniform(0, 2 * np.pi, 3), rng.uniform(0.3, 1.0, 3) * hz
        return np.sin(2 * np.pi * times_s[:, None] * rates + phases).mean(1)

    def _turn(self, times_s: np.ndarray, number: int, *, size_rad: float) -> np.ndarray:
        return from_rotation_vectors(size_rad * np.stack([self._wave(times_s, number + k) for k in range(3)], -1))

    def _yaw(self, times_s: np.ndarray) -> np.ndarray:
        return from_rotation_vectors((self.turn_rad_s * times_s + 0.3 * self._wave(times_s, 1))[:, None] * UP)

    def planted(self, times_s: np.ndarray) -> np.ndarray:
        """Whether each foot stands; (frame, side)."""
        return np.stack([(times_s / PERIOD_S + 0.5 * k) % 1.0 >= STEP_SHARE for k in range(2)], axis=1)

    def _foot(self, times_s: np.ndarray, side: int) -> tuple[np.ndarray, np.ndarray]:
        """Place of an ankle and turn of a foot; both constant while it stands."""
        beat = times_s / PERIOD_S + 0.5 * side
        number, phase = np.floor(beat).astype(int), beat % 1.0
        share = np.clip(phase / STEP_SHARE, 0.0, 1.0)
        eased = share * share * (3.0 - 2.0 * share)
        starts = [self._stand(int(n), side) for n in number]
        ends = [self._stand(int(n) + 1, side) for n in number]
        place = (
            np.array([s[0] for s in starts]) * (1 - eased[:, None]) + np.array([e[0] for e in ends]) * eased[:, None]
        )
        place[:, 1] += 0.12 * np.sin(np.pi * share) ** 2
        yaw = np.array([s[1] for s in starts]) * (1 - eased) + np.array([e[1] for e in ends]) * eased
        return place, from_rotation_vectors(yaw[:, None] * UP)

    def _stand(self, number: int, side: int) -> tuple[np.ndarray, float]:
        sign = SIDES[side][1]
        rng = np.random.default_rng([self.seed, 1000 + side, number + 50])
        heading = self.turn_rad_s * PERIOD_S * (number - 0.5 + 0.5 * STEP_SHARE - 0.5 * side)
        out = np.array([sign * rng.uniform(0.09, 0.22), 0.08, rng.uniform(-0.12, 0.12)])
        return rotate(from_rotation_vectors(heading * UP), out), heading + sign * rng.uniform(0.0, 0.3)

    def body(self, times_s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return hips' places (frame, 3) and all joints' global rotations (frame, joint, 4)."""
        skeleton = default_skeleton()
        rotations = np.tile([0.0, 0.0, 0.0, 1.0], (len(times_s), len(HUMANOID), 1))

        def put(rotation: np.ndarray, *names: str) -> None:
            for name in names:
                rotations[:, JOINT_INDEX[name]] = rotation

        feet = [self._foot(times_s, side) for side in range(2)]
        hips = multiply(self._yaw(times_s), self._turn(times_s, 10, size_rad=0.15))
        # People balance: the trunk is over the middle of the feet, which is before the ankles.
        roots = sum(place + rotate(turn, np.array([0.0, 0.0, 0.065])) for place, turn in feet) / 2.0
        roots = roots - rotate(hips, np.array([0.0, 0.22, 0.0]))
        roots[:, 1] = 0.81 + 0.03 * self._wave(times_s, 2)
        chest = multiply(hips, from_rotation_vectors(0.4 * self._wave(times_s, 20)[:, None] * UP))
        head = multiply(chest, self._turn(times_s, 30, size_rad=0.4))
        put(hips, "hips")
        put(slerp(hips, chest, 0.5), "spine")
        put(chest, "chest", "leftShoulder", "rightShoulder")
        put(slerp(chest, head, 0.15), "neck")
        put(head, "head", "leftEye", "rightEye")
        for index, (side, sign) in enumerate(SIDES):
            upper, lower = self._arm(times_s, chest, side, sign, 100 * (index + 1))
            put(upper, side + "UpperArm")
            put(lower, side + "LowerArm")
            hand = JOINT_INDEX[side + "Hand"]
            put(lower, *HUMANOID[hand : hand + 16])
            place, turn = feet[index]
            thigh = JOINT_INDEX[side + "UpperLeg"]
            out = multiply(hips, from_rotation_vectors(np.tile([0.0, sign * 0.2, 0.0], (len(times_s), 1))))
            upper, lower = reach(
                out,
                roots + rotate(hips, skeleton.rest_offsets_m[thigh]),
                place,
                upper_offset_m=skeleton.rest_offsets_m[thigh + 1],
                lower_offset_m=skeleton.rest_offsets_m[thigh + 2],
                hinge=np.array([1.0, 0.0, 0.0]),
            )
            put(upper, side + "UpperLeg")
            put(lower, side + "LowerLeg")
            put(turn, side + "Foot", side + "Toes")
        return roots, continuous(rotations)

    def _arm(
        self, times_s: np.ndarray, chest: np.ndarray, side: str, sign: float, number: int
    ) -> tuple[np.ndarray, np.ndarray]:
        swing = np.stack([0.0 * times_s, 0.6 * self._wave(times_s, number), self._wave(times_s, number + 1)], -1)
        twist = 0.4 * self._wave(times_s, number + 2)[:, None] * np.array([1.0, 0.0, 0.0])
        upper = multiply(chest, multiply(from_rotation_vectors(sign * swing), from_rotation_vectors(twist)))
        low, high = self.elbow_rad
        bend = low + (high - low) * (0.5 + 0.5 * self._wave(times_s, number + 3))
        return upper, multiply(upper, from_rotation_vectors(bend[:, None] * HINGE[side]))

    def motion(self, seconds: float, *, fps: float = 30.0) -> Motion:
        """Return the true motion with its true contacts."""
        times = np.arange(round(seconds * fps) + 1) / fps
        roots, rotations = self.body(times)
        return Motion(
            fps=fps,
            skeleton=default_skeleton(),
            root_positions_m=roots,
            local_rotations_xyzw=continuous(local_rotations(rotations)),
            confidences=np.ones(rotations.shape[:2]),
            contacts=np.repeat(self.planted(times), 2, axis=1),
        )

    def keypoints_m(self, times_s: np.ndarray) -> np.ndarray:
        """Return the 33 body keypoints in the world (frame, 33, 3)."""
        return keypoints_of(*self.body(times_s))


def keypoints_of(roots_m: np.ndarray, rotations_xyzw: np.ndarray) -> np.ndarray:
    """Return BlazePose's keypoints of the default body in a pose (frame, 33, 3) [m]."""
    joints = joint_positions(default_skeleton(), roots_m, rotations_xyzw)
    result = np.zeros((len(roots_m), 33, 3))

    def put(name: str, joint: str, offset: tuple[float, float, float] = (0.0, 0.0, 0.0)) -> None:
        index = JOINT_INDEX[joint]
        result[:, BODY33_INDEX[name]] = joints[:, index] + rotate(rotations_xyzw[:, index], np.array(offset))

    put("nose", "head", (0.0, 0.03, 0.12))
    for side, s in SIDES:
        for part, x in (("eye_inner", 0.02), ("eye", 0.03), ("eye_outer", 0.045)):
            put(f"{side}_{part}", "head", (s * x, 0.06, 0.09))
        put(f"{side}_ear", "head", (s * 0.075, 0.06, 0.0))
        put(f"mouth_{side}", "head", (s * 0.025, -0.02, 0.1))
        parts = {"shoulder": "UpperArm", "elbow": "LowerArm", "wrist": "Hand"}
        parts |= {"hip": "UpperLeg", "knee": "LowerLeg", "ankle": "Foot"}
        for part, joint in parts.items():
            put(f"{side}_{part}", side + joint)
        put(f"{side}_index", side + "Hand", (s * 0.085, 0.0, 0.03))
        put(f"{side}_pinky", side + "Hand", (s * 0.08, 0.0, -0.03))
        put(f"{side}_thumb", side + "Hand", (s * 0.04, -0.01, 0.04))
        put(f"{side}_heel", side + "Foot", (0.0, -0.05, -0.05))
        put(f"{side}_toe", side + "Foot", (0.0, -0.05, 0.18))
    return result


def seen(
    dance: Dance,
    times_s: np.ndarray,
    *,
    place_m: tuple[float, float, float] = (0.0, 0.0, 4.0),
    pitch_rad: float = 0.0,
    noise_m: float = 0.0,
    noise_px: float = 0.0,
) -> Track:
    """Return the dance as a detector in a default camera would report it, without mistakes but for the noise.

    The camera is 1 m above the floor, ``place_m`` is the dance's origin in level camera axes, ``pitch_rad`` turns the
    camera down. The detector's metric guess is the truth relative to the viewing ray, as it is of a crop.
    """
    rng = np.random.default_rng(dance.seed)
    points = camera_points(dance.keypoints_m(times_s), place_m=place_m, pitch_rad=pitch_rad)
    camera = default_camera(PICTURE_PX)
    hips = points[:, [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]].mean(1)
    ray = between(np.array([0.0, 0.0, 1.0]), hips)
    world = rotate(conjugate(ray)[:, None], points - hips[:, None])
    return Track(
        track_id=1,
        times_s=times_s,
        keypoints_px=project(camera, points) + noise_px * rng.normal(size=(*points.shape[:2], 2)),
        confidences=_confidences(points),
        world_m=world + noise_m * rng.normal(size=points.shape),
        image_size_px=PICTURE_PX,
    )


def _confidences(points_m: np.ndarray) -> np.ndarray:
    """High, but low for hands that the head hides."""
    result = np.full(points_m.shape[:2], 0.95)
    head = points_m[:, [BODY33_INDEX["left_ear"], BODY33_INDEX["right_ear"]]].mean(1)
    for name in (f"{side}_{part}" for side, _ in SIDES for part in ("wrist", "index", "pinky", "thumb")):
        away = points_m[:, BODY33_INDEX[name]] - head
        result[(np.linalg.norm(away[:, :2], axis=-1) < 0.26) & (away[:, 2] > -0.13), BODY33_INDEX[name]] = 0.4
    return result


def camera_points(
    points_m: np.ndarray, *, place_m: tuple[float, float, float] = (0.0, 0.0, 4.0), pitch_rad: float = 0.0
) -> np.ndarray:
    """World points in the camera's axes (x right, y down, z away) [m]."""
    level = points_m * np.array([1.0, -1.0, -1.0]) + np.array([0.0, 1.0, 0.0]) + np.array(place_m)
    return rotate(from_rotation_vectors(np.array([pitch_rad, 0.0, 0.0])), level)


def project(camera: Camera, points_m: np.ndarray) -> np.ndarray:
    """Image points by the pinhole's formula."""
    return points_m[..., :2] / points_m[..., 2:] * camera.focal_px + np.array(camera.centre_px)


def with_swaps(track: Track, swapped: np.ndarray) -> Track:
    """The detector takes left for right in these frames."""
    mirrored = {
        name: np.where(swapped[:, None, None], getattr(track, name)[:, BODY33_MIRROR], getattr(track, name))
        for name in ("keypoints_px", "world_m")
    }
    confidences = np.where(swapped[:, None], track.confidences[:, BODY33_MIRROR], track.confidences)
    return replace(track, confidences=confidences, **mirrored)


def directions(positions_m: np.ndarray, bones: list[tuple[str, str]]) -> np.ndarray:
    """Unit vectors of pairs of keypoints (frame, bone, 3)."""
    first, second = ([BODY33_INDEX[pair[k]] for pair in bones] for k in range(2))
    vectors = positions_m[:, second] - positions_m[:, first]
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def degrees_apart(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Angles between unit vectors [deg]."""
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b), axis=-1), (a * b).sum(-1)))


LIMBS = [
    (f"{side}_{a}", f"{side}_{b}")
    for side in ("left", "right")
    for a, b in (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"), ("ankle", "toe"))
] + [("left_shoulder", "right_shoulder"), ("left_hip", "right_hip"), ("left_hip", "left_shoulder")]
"""Bones by which a recovered pose is judged."""
