"""The rigid parts of a body as its keypoints tell: a bone in the picture, a frame of axes and a thickness for each.

Everything is in picture axes: x right, y down, z away, all in px of the picture; depths in metres become px by the
scale that the lengths of a body at rest tell. A part's own axes are (left, up, front) of that part when the body
stands in a T-pose: along a limb, "up" leads to the end that is nearer to the trunk on a leg and on an arm.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.rotations import between, normalized, rotate

_LIMBS = ("upper_arm", "forearm", "hand", "thigh", "shin", "foot")
STICK_PARTS = (
    *("head", "chest", "pelvis"),
    *(f"{side}_{limb}" for side in ("left", "right") for limb in _LIMBS),
    *("hair", "skirt"),
)
"""Names of the parts. Hair and skirt are the wide surroundings of head and pelvis, in the same axes."""
SOLID = len(STICK_PARTS) - 2
"""So many of them, the first, are flesh."""

_RADII = {"chest": 0.22, "pelvis": 0.25, "upper_arm": 0.10, "forearm": 0.06, "hand": 0.08, "thigh": 0.13,
          "shin": 0.085, "foot": 0.10, "skirt": 0.6}  # fmt: skip
"""Half the thickness of a part by the length of the trunk, measured on our own characters."""
_HEAD, _HAIR = 0.58, 2.2
"""Half the thickness of the head, and of the hair's room, by the distance between the ears."""
_ROOM, _WIDE_ROOM = 0.14, 0.4
"""How far beyond flesh, and beyond the room of hair and skirt, a part is felt, by the length of the trunk."""
_WAIST = 0.55
"""Where chest and pelvis meet, from the shoulders down."""
_SKIRT_DOWN = 0.7
"""How far a skirt may hang, by the length of the trunk."""
_STEEPEST = 0.25
"""Limbs are drawn at least so long, by what they are at rest: what points at the camera has no length to go by."""
_STRAIGHT, _BENT = 0.03, 0.4
"""1 − cosine of a joint's bend up to which it tells nothing of its limb's twist, and from which it tells all."""

_HAND = 1.8
"""Length of a hand by the way from the wrist to its knuckles."""
_FACE = np.arange(11)
_SIDES = ("left", "right")
_PAIRS = {
    joint: [BODY33_INDEX[f"{side}_{joint}"] for side in _SIDES]
    for joint in ("shoulder", "elbow", "wrist", "index", "pinky", "hip", "knee", "ankle", "heel", "toe")
}
_NEEDS = {
    "head": ("ear",), "chest": ("shoulder", "hip"), "pelvis": ("shoulder", "hip"), "upper_arm": ("shoulder", "elbow"),
    "forearm": ("elbow", "wrist"), "hand": ("wrist", "index", "pinky"), "thigh": ("hip", "knee"),
    "shin": ("knee", "ankle"), "foot": ("heel", "toe"), "hair": ("ear",), "skirt": ("shoulder", "hip"),
}  # fmt: skip
_BY_FACE = [STICK_PARTS.index(part) for part in ("head", "hair")]
_ROOMS = np.array([_ROOM] * SOLID + [_WIDE_ROOM] * 2)
_NEXT, _LAST = [1, 2, 0], [2, 0, 1]
_MEASURED = [
    (BODY33_INDEX[a], BODY33_INDEX[b])
    for a, b in (
        *(("left_shoulder", "right_shoulder"), ("left_hip", "right_hip")),
        *(
            (f"{side}_{start}", f"{side}_{end}")
            for side in _SIDES
            for start, end in (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"),
                               ("shoulder", "hip"))
        ),
    )
]  # fmt: skip
"""Pairs of keypoints that stay as far apart as they are at rest."""

_LEFT_M = {
    "nose": (0.0, 1.405, 0.094), "left_eye_inner": (0.02, 1.427, 0.088), "left_eye": (0.041, 1.427, 0.076),
    "left_eye_outer": (0.07, 1.427, 0.058), "left_ear": (0.088, 1.427, -0.019), "mouth_left": (0.021, 1.367, 0.083),
    "left_shoulder": (0.105, 1.262, -0.018), "left_elbow": (0.34, 1.262, -0.018), "left_wrist": (0.555, 1.262, -0.018),
    "left_pinky": (0.623, 1.262, -0.054), "left_index": (0.634, 1.262, 0.002), "left_thumb": (0.591, 1.245, 0.023),
    "left_hip": (0.078, 0.835, 0.0), "left_knee": (0.078, 0.462, 0.008), "left_ankle": (0.078, 0.082, -0.028),
    "left_heel": (0.078, 0.03, -0.046), "left_toe": (0.084, 0.025, 0.128),
}  # fmt: skip


def _standard_body_m() -> Float[Array, "keypoint=33 3"]:
    points = dict(_LEFT_M)
    points |= {name.replace("left", "right"): (-x, y, z) for name, (x, y, z) in _LEFT_M.items() if "left" in name}
    return np.array([points[name] for name in BODY33_INDEX])


STANDARD_BODY_M = _standard_body_m()
"""Keypoints (33, 3) of a body of usual anime proportions in T-pose [m]; it faces +Z, its left is +X."""


@dataclass(frozen=True, eq=False)
class Parts:
    """The parts of some bodies, in the order of ``STICK_PARTS``; what is missing is zero throughout."""

    middles_px: Float[Array, "*batch part 3"]
    """Middle of each part's bone; depth behind the middle of the hips."""
    halves_px: Float[Array, "*batch part 3"]
    """From the middle to the bone's end."""
    axes: Float[Array, "*batch part 3 3"]
    """Left, up and front of the part, in columns."""
    sizes_px: Float[Array, "*batch part 3"]
    """What 1 is along these axes in a part's own coordinates."""
    shortest_px: Float[Array, "*batch part"]
    """Least half length of the bone in the picture that places along it are counted by."""
    radii_px: Float[Array, "*batch part"]
    """Half the thickness."""
    rooms_px: Float[Array, "*batch part"]
    """How far beyond its thickness the part is felt."""
    confidences: Float[Array, "*batch part"]
    """The least of the keypoints that the part needs, 0–1."""
    present: Bool[Array, "*batch part"]
    scale_px: Float[Array, "*batch"]
    """How large a metre is; 0 where the keypoints do not tell."""


def parts_of(keypoints: Float[Array, "*batch 33 4"], body_m: Float[Array, "33 3"] = STANDARD_BODY_M) -> Parts:
    """Return the parts that keypoints show.

    Args:
        keypoints: x, y [px], depth behind the middle of the hips [m], confidence 0–1; NaN where unknown. Of a
            keypoint without depth the depth is taken as 0.
        body_m: the same keypoints of this body at rest; it tells lengths and the shape of the head.
    """
    scale = _scale_px(keypoints, body_m)
    depths = np.where(np.isnan(keypoints[..., 2]), 0.0, keypoints[..., 2]) * scale[..., None]
    points = np.concatenate([keypoints[..., :2], depths[..., None]], axis=-1)
    bones, axes, radii = _bones(points, body_m, np.asarray(_trunk_m(body_m) * scale))
    confidences = _confidences(keypoints[..., 3])
    halves, middles = (bones[..., 1, :] - bones[..., 0, :]) / 2.0, bones.mean(-2)
    present = np.isfinite(middles).all(-1) & np.isfinite(axes).all((-2, -1)) & (scale > 0.0)[..., None]
    shortest = _STEEPEST * _rest_halves_m(np.ascontiguousarray(body_m, dtype=np.float64).tobytes()) * scale[..., None]
    sizes = _sizes(halves, radii, shortest)
    kept = present[..., None]
    return Parts(
        np.where(kept, middles, 0.0),
        np.where(kept, halves, 0.0),
        np.where(kept[..., None], axes, 0.0),
        np.where(kept & (sizes > 0.0), sizes, 1.0),
        np.where(present, np.maximum(shortest, 1e-3), 1.0),
        np.where(present, radii, 1.0),
        np.where(present, _ROOMS * _trunk_m(body_m) * scale[..., None], 1.0),
        np.where(present, confidences, 0.0),
        present,
        scale,
    )


def seen_from_front(body_m: Float[Array, "33 3"]) -> Float[Array, "33 4"]:
    """Return a body at rest as keypoints of a picture of 1 px a metre, its hips in the corner."""
    places = (body_m - _middle(body_m, "hip")) * np.array([1.0, -1.0, -1.0])
    return np.concatenate([places, np.ones((len(places), 1))], axis=1)


def _scale_px(keypoints: Float[Array, "*batch 33 4"], body_m: Float[Array, "33 3"]) -> Float[Array, "*batch"]:
    """Return how large a metre is [px]: lengths in the picture by those at rest, less what goes into depth."""
    start, end = np.array(_MEASURED).T
    change = keypoints[..., end, :3] - keypoints[..., start, :3]
    lengths = np.linalg.norm(body_m[end] - body_m[start], axis=-1) ** 2
    deep = np.nan_to_num(change[..., 2], nan=0.0) ** 2
    flat = (change[..., :2] ** 2).sum(-1)
    known = np.isfinite(flat)
    left = np.where(known, np.maximum(lengths - deep, 0.05 * lengths), 0.0).sum(-1)
    flat = np.where(known, flat, 0.0).sum(-1)
    return np.asarray(np.sqrt(np.where(left > 0.0, flat / np.where(left > 0.0, left, 1.0), 0.0)))


def _middle(points: Float[Array, "*batch 33 3"], name: str) -> Float[Array, "*batch 3"]:
    return points[..., [BODY33_INDEX[f"left_{name}"], BODY33_INDEX[f"right_{name}"]], :].mean(-2)


def _bones(
    points: Float[Array, "*batch 33 3"], body_m: Float[Array, "33 3"], trunk_px: Float[Array, "*batch"]
) -> tuple[Float[Array, "*batch part 2 3"], Float[Array, "*batch part 3 3"], Float[Array, "*batch part"]]:
    """Return both ends, the axes and the thickness of each part; NaN where a keypoint is missing."""
    shoulders, hips = _middle(points, "shoulder"), _middle(points, "hip")
    waist = shoulders + _WAIST * (hips - shoulders)
    up = shoulders - hips
    chest = _axes(_across(points, "shoulder"), up)
    pelvis = _axes(_across(points, "hip"), up)
    centre, head, ears = _head(points[..., _FACE, :], body_m[_FACE])
    # How large the head is goes by the whole body: detectors' faces are flat.
    crown = 0.3 * (ears / _trunk_m(body_m)) * trunk_px[..., None] * head[..., 1]
    low, high = centre, centre + 2.0 * crown
    hem = hips - _SKIRT_DOWN * trunk_px[..., None] * pelvis[..., 1]
    limb_ends, limb_axes = _limbs({name: points[..., numbers, :] for name, numbers in _PAIRS.items()}, chest, pelvis)
    ends = np.stack([low, high, shoulders, waist, waist, hips, low, high, hips, hem], axis=-2)
    ends = ends.reshape(*ends.shape[:-2], 5, 2, 3)
    axes = np.stack([head, chest, pelvis, head, pelvis], axis=-3)
    ears_long = {"head": _HEAD * ears, "hair": _HAIR * ears}
    radii = [ears_long.get(part, _RADII.get(part.split("_", 1)[-1], 0.0) * _trunk_m(body_m)) for part in STICK_PARTS]
    return (
        np.concatenate([ends[..., :3, :, :], limb_ends, ends[..., 3:, :, :]], axis=-3),
        np.concatenate([axes[..., :3, :, :], limb_axes, axes[..., 3:, :, :]], axis=-3),
        np.array(radii) / _trunk_m(body_m) * trunk_px[..., None],
    )


def _trunk_m(body_m: Float[Array, "33 3"]) -> float:
    return float(np.linalg.norm(_middle(body_m, "shoulder") - _middle(body_m, "hip")))


def _limbs(
    joints: dict[str, Array], chest: Float[Array, "*batch 3 3"], pelvis: Float[Array, "*batch 3 3"]
) -> tuple[Float[Array, "*batch limb 2 3"], Float[Array, "*batch limb 3 3"]]:
    """Return both ends and the axes of the limbs, the left ones first; ``joints`` hold the left one and the right."""
    limbs = [*_arms(joints, chest[..., None, :, :]), *_legs(joints, pelvis[..., None, :, :])]
    ends = np.stack([np.stack(limb[:2], axis=-2) for limb in limbs], axis=-3)
    axes = np.stack([limb[2] for limb in limbs], axis=-3)
    rows = ends.shape[:-4]
    return ends.reshape(*rows, 12, 2, 3), axes.reshape(*rows, 12, 3, 3)


def _across(points: Float[Array, "*batch 33 3"], name: str) -> Float[Array, "*batch 3"]:
    return points[..., BODY33_INDEX[f"left_{name}"], :] - points[..., BODY33_INDEX[f"right_{name}"], :]


def _axes(left: Float[Array, "*batch 3"], up: Float[Array, "*batch 3"]) -> Float[Array, "*batch 3 3"]:
    """Return axes in columns: up as given, left as near to the given one as can be, front."""
    up = normalized(up)
    front = normalized(_cross(left, up))
    return np.stack([_cross(up, front), up, front], axis=-1)


def _head(
    face: Float[Array, "*batch 11 3"], rest_m: Float[Array, "11 3"]
) -> tuple[Float[Array, "*batch 3"], Float[Array, "*batch 3 3"], float]:
    """Return the middle between the ears, the axes of the head (NaN where the face tells too little), ears' distance.

    The rotation is the one that brings the face at rest nearest to the face that is seen (Kabsch 1976).
    """
    seen = np.asarray(np.isfinite(face).all(-1))
    count = np.maximum(seen.sum(-1), 1)[..., None]
    face = np.where(seen[..., None], face, 0.0)
    weights = seen[..., None] / count[..., None]
    own_middle = (weights * rest_m).sum(-2)
    face_middle = (weights * face).sum(-2)
    own = np.where(seen[..., None], rest_m - own_middle[..., None, :], 0.0)
    spread = np.swapaxes(face - np.where(seen[..., None], face_middle[..., None, :], 0.0), -1, -2) @ own
    before, shares, after = np.linalg.svd(spread)
    turned = np.where(np.linalg.det(before @ after) < 0.0, -1.0, 1.0)
    flip = np.stack([np.ones_like(turned), np.ones_like(turned), turned], axis=-1)
    axes = (before * flip[..., None, :]) @ after
    told = (seen.sum(-1) >= 3) & (shares[..., 1] > 0.02 * shares[..., 0])
    axes = np.where(told[..., None, None], axes, np.nan)
    ears = rest_m[7:9].mean(0)
    width = float(np.linalg.norm(rest_m[7] - rest_m[8]))
    # The size of the face in the picture: how far apart its points are, by how far they are at rest.
    size = np.sqrt((np.where(seen[..., None], face - face_middle[..., None, :], 0.0) ** 2).sum((-2, -1)))
    size /= np.sqrt((own**2).sum((-2, -1)) + 1e-12)
    centre = face_middle + size[..., None] * np.einsum("...ij,...j->...i", axes, ears - own_middle)
    return centre, axes, width


_Limb = tuple[Array, Array, Array]
"""Both ends and the axes of a limb."""


def _arms(joints: dict[str, Array], chest: Float[Array, "*batch 1 3 3"]) -> list[_Limb]:
    """Return upper arms, forearms and hands."""
    elbow, wrist, index, pinky = (joints[name] for name in ("elbow", "wrist", "index", "pinky"))
    knuckles = (index + pinky) / 2.0
    upper, fore = joints["shoulder"] - elbow, elbow - wrist
    # In the T-pose the arm's "up" leads to the body, its "left" is the body's up on the left arm, down on the right.
    sign = np.array([[1.0], [-1.0]])
    rest = rotate(between(-sign * chest[..., 0], upper), sign * chest[..., 1])
    across = _blended(rest, _cross(fore, upper), upper, fore)
    hand_up = wrist - knuckles
    return [
        (joints["shoulder"], elbow, _axes(across, upper)),
        (elbow, wrist, _axes(across, fore)),
        (wrist, wrist - _HAND * hand_up, _axes(_cross(hand_up, index - pinky), hand_up)),
    ]


def _legs(joints: dict[str, Array], pelvis: Float[Array, "*batch 1 3 3"]) -> list[_Limb]:
    """Return thighs, shins and feet."""
    knee, ankle, heel, toe = (joints[name] for name in ("knee", "ankle", "heel", "toe"))
    thigh, shin, sole = joints["hip"] - knee, knee - ankle, toe - heel
    rest = rotate(between(pelvis[..., 1], thigh), np.broadcast_to(pelvis[..., 0], thigh.shape))
    # A stretched leg turns with its foot.
    foot_across = np.nan_to_num(normalized(_cross(shin, sole)), nan=0.0)
    across = _blended(rest + foot_across, _cross(thigh, shin), thigh, shin)
    front = normalized(sole)
    left = normalized(_cross(ankle - (toe + heel) / 2.0, front))
    return [
        (joints["hip"], knee, _axes(across, thigh)),
        (knee, ankle, _axes(across, shin)),
        (heel, toe, np.stack([left, _cross(front, left), front], axis=-1)),
    ]


def _cross(a: Float[Array, "*batch 3"], b: Float[Array, "*batch 3"]) -> Float[Array, "*batch 3"]:
    """Return the vector product, in a third of NumPy's time."""
    return a[..., _NEXT] * b[..., _LAST] - a[..., _LAST] * b[..., _NEXT]


def _blended(rest: Array, hinge: Array, upper: Array, lower: Array) -> Float[Array, "*batch 3"]:
    """Return where a limb's "left" is: as at rest while the joint is straight, along its hinge when it is bent."""
    bend = 1.0 - (normalized(upper) * normalized(lower)).sum(-1, keepdims=True)
    share = np.clip((bend - _STRAIGHT) / (_BENT - _STRAIGHT), 0.0, 1.0)
    share = np.nan_to_num(share * share * (3.0 - 2.0 * share), nan=0.0)
    return np.where(np.isfinite(hinge), share * normalized(hinge), 0.0) + (1.0 - share) * normalized(rest)


def _needed() -> Array:
    """Return the keypoints that each part needs, (part, 4); the last again where it needs fewer."""
    rows = []
    for part in STICK_PARTS:
        side, _, limb = part.partition("_")
        names = [f"{each}_{joint}" for each in ((side,) if limb else _SIDES) for joint in _NEEDS[limb or part]]
        rows.append(([BODY33_INDEX[name] for name in names] * 4)[:4])
    return np.array(rows)


_NEEDED = _needed()


def _confidences(confidences: Float[Array, "*batch 33"]) -> Float[Array, "*batch part"]:
    """Return the least confidence of the keypoints that a part needs, the greatest of those of the face."""
    known = np.nan_to_num(confidences, nan=0.0)
    result = known[..., _NEEDED].min(-1)
    result[..., _BY_FACE] = known[..., _FACE].max(-1)[..., None]
    return np.clip(result, 0.0, 1.0)


@lru_cache(maxsize=8)
def _rest_halves_m(body: bytes) -> Float[Array, " part"]:
    """Return half the length of each part's bone at rest."""
    body_m = np.frombuffer(body).reshape(33, 3)
    bones, _, _ = _bones(seen_from_front(body_m)[:, :3], body_m, np.asarray(_trunk_m(body_m)))
    return np.linalg.norm(bones[:, 1] - bones[:, 0], axis=-1) / 2.0


_ALONG = np.array([
    [axis == (2 if part.endswith("foot") else 1) and part.partition("_")[0] in _SIDES for axis in range(3)]
    for part in STICK_PARTS
])  # fmt: skip
"""Which of a part's axes its bone lies along."""


def _sizes(halves: Array, radii: Array, shortest: Array) -> Float[Array, "*batch part 3"]:
    """Return what 1 is in each part's own axes: half its length along a limb, its thickness else."""
    lengths = np.maximum(np.linalg.norm(halves, axis=-1), shortest)
    return np.where(_ALONG, lengths[..., None], 2.0 * radii[..., None])
