"""From a lifted person to what the fit is told."""

from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.lift.detector_error import IMAGE_LASTS_S, SHAPE_LASTS_S, image_sigmas_m, repeated
from manekko.lift.lift import MOTION_FPS, Lifted
from manekko.lift.second_prior import BONES
from manekko.people.keypoints import BODY33, BODY33_INDEX, BODY33_MIRROR
from manekko.skeleton.rotations import as_axes, conjugate, from_rotation_vectors, multiply, rotate
from manekko.skeleton.skeleton import JOINT_INDEX, Skeleton
from manekko.solve.evidence import Evidence, View
from manekko.solve.joints import IN_HUMANOID, INDEX, PARENTS
from manekko.solve.pose import Marks, Pose, placed
from manekko.solve.ranges import HINGES, hinge_angles

_SIDES = ("left", "right")
_CARRIERS = {"shoulder": "UpperArm", "elbow": "LowerArm", "wrist": "Hand", "pinky": "Hand", "index": "Hand",
             "thumb": "Hand", "hip": "UpperLeg", "knee": "LowerLeg", "ankle": "Foot", "heel": "Foot",
             "toe": "Foot"}  # fmt: skip
"""Joint that carries each keypoint of a limb; all others are the head's."""
_AT_JOINT = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
_LEAST_CONFIDENCES = np.array(
    [0.2 if name.split("_")[-1] in ("elbow", "wrist", "pinky", "index", "thumb") else 0.03 for name in BODY33]
)
"""Below these a point is not believed to be where the detector guesses it: of hidden arms half the guesses are far off,
and an arm that is guessed short would be thrown back or forward. Legs have the floor to say where they are."""

_EDGES: dict[tuple[str, ...], str | float] = {
    ("left_hip left_shoulder", "right_hip right_shoulder", "left_hip right_shoulder", "right_hip left_shoulder"):
        "torso",
    ("left_shoulder right_shoulder",): "shoulders",
    ("left_hip right_hip",): "hips",
    ("shoulder elbow",): "upper_arm",
    ("elbow wrist",): "forearm",
    ("hip knee",): "thigh",
    ("knee ankle",): "shin",
    ("heel toe",): "sole",
    ("ankle toe", "ankle heel"): "foot",
    ("wrist index", "wrist pinky", "index pinky"): 2.8,
    ("left_ear right_ear", "left_ear nose", "right_ear nose", "left_eye right_eye", "left_ear left_eye",
     "right_ear right_eye"): 0.3,
    ("left_ear left_shoulder", "right_ear right_shoulder", "left_ear right_shoulder", "right_ear left_shoulder"): 0.25,
}  # fmt: skip
"""Pairs of keypoints, and whose error along the view is theirs: a bone's of the shape, or so much of their distance."""
_ACROSS = 0.45
"""The same across the view, where the picture itself says more, but of head and hands: their points are too near."""
_HEAD_DOUBT = 4.0
"""Points of the head tell where it is, hardly how it is turned: heads differ in shape."""
_REST_DOUBT = 0.75
"""Of trunk and legs the shape's errors last less long than of arms, or tell more: found on motion capture."""
_LEAST_EDGE_M = 0.06


@dataclass(frozen=True)
class _Edge:
    """Two keypoints whose difference the shape tells."""

    first: int
    second: int
    share: float
    """Error along the view as a share of their distance; of edges that follow a bone, 1."""
    bone: int | None
    """Index into ``second_prior.BONES`` of the bone whose error it shares."""


def _edge(names: str, side: str, told: str | float) -> _Edge:
    prefix = side + "_" if side else ""
    first, second = (BODY33_INDEX[prefix + part] for part in names.split())
    if isinstance(told, str):
        return _Edge(first, second, 1.0, BONES.index(told if told in BONES else prefix + told))
    return _Edge(first, second, told, None)


_ALL = [
    _edge(names, side, told)
    for group, told in _EDGES.items()
    for names in group
    for side in (_SIDES if "_" not in names else ("",))
]
EDGES = np.array([[edge.first, edge.second] for edge in _ALL])
"""Pairs of keypoints whose difference the shape tells."""
_OF_HEAD = (BODY33_INDEX["mouth_right"] >= EDGES).all(1)
_OF_BONES = np.array([edge.bone is not None for edge in _ALL])
_OF_ARMS = np.array([edge.bone is not None and "arm" in BONES[edge.bone] for edge in _ALL])
_OF_HANDS = np.array(["pinky" in names or "index" in names for names in (BODY33[edge.second] for edge in _ALL)])


def _carriers() -> Array:
    result = []
    for name in BODY33:
        side, part = name.split("_")[0], name.split("_")[-1]
        carrier = _CARRIERS.get(part)
        result.append(INDEX["head" if carrier is None else side + carrier])
    return np.array(result)


CARRIERS = _carriers()
"""Joint of the fit that carries each keypoint."""


def pose_of(rotations_xyzw: Float[Array, "frame joint 4"], roots_m: Float[Array, "frame 3"]) -> Pose:
    """Return the fit's pose nearest to a body whose joints' world rotations are known: elbows and knees as hinges."""
    own = rotations_xyzw[:, IN_HUMANOID]
    local = np.stack(
        [
            own[:, joint] if parent < 0 else multiply(conjugate(own[:, parent]), own[:, joint])
            for joint, parent in enumerate(PARENTS)
        ],
        axis=1,
    )
    for joint in {hinge.joint for hinge in HINGES}:
        turned = np.tile([0.0, 0.0, 0.0, 1.0], (len(local), 1))
        for hinge in HINGES:
            if hinge.joint == joint:
                angle = np.clip(hinge_angles(local[:, joint], hinge), hinge.least_rad, hinge.most_rad)
                turned = multiply(turned, from_rotation_vectors(angle[:, None] * hinge.axis))
        local[:, joint] = turned
    return Pose(roots_m, local)


def marks_of(pose: Pose, skeleton: Skeleton, keypoints_m: Float[Array, "frame 33 3"]) -> Marks:
    """Return where the keypoints are on the body: limbs' ends at their joints, all else where it mostly was seen."""
    bare = placed(pose, skeleton, Marks(CARRIERS, np.zeros((len(BODY33), 3))))
    seen = rotate(conjugate(bare.rotations_xyzw[:, CARRIERS]), keypoints_m - bare.joints_m[:, CARRIERS])
    offsets = np.median(seen, axis=0)
    offsets[[name.split("_")[-1] in _AT_JOINT for name in BODY33]] = 0.0
    return Marks(CARRIERS, (offsets + offsets[BODY33_MIRROR] * [-1.0, 1.0, 1.0]) / 2.0)


def sole_marks(skeleton: Skeleton) -> Marks:
    """Return heel and ball of both soles, in the order of ``Motion.contacts``."""
    joints, offsets = [], []
    for side in _SIDES:
        heel, ball = skeleton.heel_m(side), skeleton.rest_offsets_m[JOINT_INDEX[side + "Toes"]]
        joints += [INDEX[side + "Foot"]] * 2
        offsets += [heel, [ball[0], heel[1], ball[2]]]
    return Marks(np.array(joints), np.array(offsets))


def evidence_of(
    lifted: Lifted,
    start: Pose,
    skeleton: Skeleton,
    marks: Marks,
    raised_m: Float[Array, " frame"],
    contacts: Bool[Array, "frame 4"],
    airborne: Bool[Array, " frame"],
) -> Evidence:
    """Return what the clip says of a person, in the world whose floor is ``raised_m`` below the lifted one's y = 0."""
    known = np.isfinite(lifted.keypoints_px).all(-1) & (lifted.confidences > _LEAST_CONFIDENCES)
    sigma = lifted.doubt * image_sigmas_m(lifted.confidences) * repeated(MOTION_FPS, IMAGE_LASTS_S)
    to_camera = as_axes(conjugate(lifted.to_world_xyzw))
    sigma[:, : BODY33_INDEX["left_shoulder"]] *= _HEAD_DOUBT
    edge_m = lifted.shape_m[:, EDGES[:, 1]] - lifted.shape_m[:, EDGES[:, 0]]
    # A head is turned as its own frame says: its points are too near each other to be believed one by one.
    body = placed(start, skeleton, marks).points_m
    turned = np.einsum("fij,fej->fei", to_camera, body[:, EDGES[:, 1]] - body[:, EDGES[:, 0]])
    edge_m[:, _OF_HEAD] = turned[:, _OF_HEAD]
    edge_sigma_m = _edge_sigmas(lifted.shape_sigma, edge_m, lifted.doubt)
    positions = np.zeros((len(raised_m), 3))
    positions[:, 1] = raised_m
    return Evidence(
        fps=MOTION_FPS,
        skeleton=skeleton,
        view=View(
            float(lifted.camera.focal_px),
            lifted.camera.centre_px,
            to_camera,
            positions,
        ),
        marks=marks,
        keypoints_px=np.nan_to_num(lifted.keypoints_px),
        image_sigma_m=np.where(known, sigma, np.inf),
        edges=EDGES,
        edge_m=edge_m,
        edge_sigma_m=edge_sigma_m,
        soles=sole_marks(skeleton),
        contacts=contacts,
        airborne=airborne,
    )


def _edge_sigmas(
    shape_sigma: Float[Array, "frame bone"], edge_m: Float[Array, "frame edge 3"], doubt: float
) -> Float[Array, "frame edge 3"]:
    """Standard deviation of each edge along each camera axis [m]; shape (frame, edge, 3)."""
    length = np.maximum(np.median(np.linalg.norm(edge_m, axis=-1), axis=0), _LEAST_EDGE_M)
    told = np.stack(
        [np.full(len(edge_m), edge.share * doubt) if edge.bone is None else shape_sigma[:, edge.bone] for edge in _ALL],
        axis=1,
    )
    told = told * np.where(_OF_BONES & ~_OF_ARMS, _REST_DOUBT, 1.0)
    across = np.where(_OF_HEAD | _OF_HANDS, told, _ACROSS * doubt)
    return length[:, None] * np.stack([across, across, told], axis=-1) * repeated(MOTION_FPS, SHAPE_LASTS_S)
