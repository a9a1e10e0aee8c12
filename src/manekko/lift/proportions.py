"""What stays the same through a clip: the bones' lengths; and what follows from them: how far away a person is."""

import numpy as np

from manekko.arrays import Array, Float
from manekko.lift.camera import Camera
from manekko.lift.fit3d import BONES
from manekko.people.keypoints import BODY33_INDEX, BODY33_MIRROR

_IN_PLANE = 0.75
"""Share of a bone's length that must lie across the view for its picture to tell the length."""


def root_depths(
    keypoints_px: Float[Array, "frame 33 2"],
    confidences: Float[Array, "frame 33"],
    shape_m: Float[Array, "frame 33 3"],
    camera: Camera,
) -> Float[Array, " frame"]:
    """Return the depth of the mid-hip [m] at which the shape, as large as it is, covers its image points.

    NaN where fewer than six points are seen.
    """
    placed = shifted(shape_m, keypoints_px, confidences, camera)
    known = np.isfinite(keypoints_px).all(-1) & np.isfinite(shape_m).all(-1)
    depth = placed[:, [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]], 2].mean(1)
    return np.where((known.sum(1) >= 6) & (depth > 0.2), depth, np.nan)


def shifted(
    shape_m: Float[Array, "frame 33 3"],
    keypoints_px: Float[Array, "frame 33 2"],
    confidences: Float[Array, "frame 33"],
    camera: Camera,
) -> Float[Array, "frame 33 3"]:
    """Return the shape moved to where, as large as it is, it covers its image points [m]; unknown points are at 0.

    Weighted least squares over all keypoints for the shift (x, y, z) of the shape, twice, the second time without
    the points that fit badly.
    """
    rays = camera.rays(keypoints_px)
    known = np.isfinite(rays).all(-1) & np.isfinite(shape_m).all(-1)
    rays, shape = np.nan_to_num(rays), np.nan_to_num(shape_m)
    weight = np.where(known, confidences, 0.0)
    placed = shape
    for _ in range(2):
        placed = shape + _shifts(rays, shape, weight)[:, None]
        error = np.linalg.norm(placed[..., :2] - rays[..., :2] * placed[..., 2:], axis=-1)
        weight = np.where(known, confidences, 0.0) / (1.0 + (error / 0.08) ** 2) ** 2
    return placed


def _shifts(rays: Array, shape: Array, weight: Array) -> Float[Array, "frame 3"]:
    """Solve x + tx = rx (z + tz), y + ty = ry (z + tz) for t, weighted."""
    rx, ry = rays[..., 0], rays[..., 1]
    one = np.ones_like(rx)
    zero = np.zeros_like(rx)
    rows = np.stack([np.stack([one, zero, -rx], -1), np.stack([zero, one, -ry], -1)], axis=2)
    targets = np.stack([rx * shape[..., 2] - shape[..., 0], ry * shape[..., 2] - shape[..., 1]], axis=2)
    normal = np.einsum("fk,fkri,fkrj->fij", weight, rows, rows) + 1e-9 * np.eye(3)
    right = np.einsum("fk,fkri,fkr->fi", weight, rows, targets)
    return np.linalg.solve(normal, right[..., None])[..., 0]


def bone_lengths(
    keypoints_px: Float[Array, "frame 33 2"],
    confidences: Float[Array, "frame 33"],
    shape_m: Float[Array, "frame 33 3"],
    depths_m: Float[Array, " frame"],
    camera: Camera,
) -> Float[Array, " bone"]:
    """Return the lengths of ``fit3d.BONES`` [m], equal on both sides.

    A bone that lies mostly across the view shows its length in the picture; the shape tells how much of it is
    foreshortened. Where a bone is never seen so, the shape's own median length is taken.
    """
    first, second = BONES[:, 0], BONES[:, 1]
    vectors = shape_m[:, second] - shape_m[:, first]
    sizes = np.linalg.norm(vectors, axis=-1)
    # The nearer end is magnified: at the picture's edge a bone along the view covers image points, too.
    hips = keypoints_px[:, [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]].mean(1)
    placed = shape_m + (camera.rays(hips) * depths_m[:, None])[:, None]
    flat = placed[..., :2] / np.maximum(placed[..., 2:], 0.1) * depths_m[:, None, None]
    across = np.linalg.norm(flat[:, second] - flat[:, first], axis=-1) / np.maximum(sizes, 1e-6)
    seen_m = (
        np.linalg.norm(keypoints_px[:, second] - keypoints_px[:, first], axis=-1)
        * (depths_m / camera.focal_px)[:, None]
    )
    weight = np.nan_to_num(confidences[:, first] * confidences[:, second]) * (across > _IN_PLANE)
    estimate = seen_m / np.maximum(across, _IN_PLANE)
    lengths = np.array([_length(estimate[:, bone], weight[:, bone], sizes[:, bone]) for bone in range(len(BONES))])
    return (lengths + lengths[_mirrored_bones()]) / 2.0


def _length(estimates: Array, weights: Array, sizes: Array) -> float:
    usable = np.isfinite(estimates) & (weights > 0.05)
    prior = float(np.nanmedian(sizes))
    if usable.sum() < 8:
        return prior
    order = np.argsort(estimates[usable])
    total = np.cumsum(weights[usable][order])
    seen = float(estimates[usable][order][np.searchsorted(total, total[-1] / 2.0)])
    # A handful of frames must not overrule what the detector knows of people.
    trust = min(usable.sum() / 60.0, 1.0)
    return trust * float(np.clip(seen, 0.5 * prior, 1.7 * prior)) + (1.0 - trust) * prior


def _mirrored_bones() -> Array:
    twins = {frozenset(pair): index for index, pair in enumerate(BONES.tolist())}
    return np.array([twins[frozenset(BODY33_MIRROR[pair].tolist())] for pair in BONES])


def with_lengths(shape_m: Float[Array, "frame 33 3"], lengths_m: Float[Array, " bone"]) -> Float[Array, "frame 33 3"]:
    """Return the shape with its limbs rebuilt from the hips outwards at the given lengths, directions kept."""
    result = shape_m.copy()
    by_pair = {tuple(pair): length for pair, length in zip(BONES.tolist(), lengths_m, strict=True)}
    index = BODY33_INDEX
    hips = (index["left_hip"], index["right_hip"])
    shoulders = (index["left_shoulder"], index["right_shoulder"])

    def vector(a: int, b: int) -> Array:
        difference = shape_m[:, b] - shape_m[:, a]
        return difference / np.maximum(np.linalg.norm(difference, axis=-1, keepdims=True), 1e-6)

    middle = shape_m[:, hips].mean(1)
    for left, right, centre in (
        (*hips, middle),
        (*shoulders, middle + _spine(shape_m, hips, shoulders, by_pair)),
    ):
        half = 0.5 * by_pair[(left, right)] * vector(left, right)
        result[:, left], result[:, right] = centre - half, centre + half
    for side in ("left", "right"):
        for parent, child in (
            ("shoulder", "elbow"),
            ("elbow", "wrist"),
            ("wrist", "index"),
            ("wrist", "pinky"),
            ("wrist", "thumb"),
            ("hip", "knee"),
            ("knee", "ankle"),
            ("ankle", "heel"),
            ("ankle", "toe"),
        ):
            a, b = index[f"{side}_{parent}"], index[f"{side}_{child}"]
            result[:, b] = result[:, a] + by_pair[(a, b)] * vector(a, b)
    head = np.arange(index["mouth_right"] + 1)
    moved = result[:, shoulders].mean(1) - shape_m[:, shoulders].mean(1)
    result[:, head] = shape_m[:, head] + moved[:, None]
    return result


def _spine(
    shape_m: Array, hips: tuple[int, int], shoulders: tuple[int, int], by_pair: dict[tuple[int, ...], float]
) -> Array:
    """Vector from mid-hip to mid-shoulder whose length agrees with the two sides of the torso."""
    vector = shape_m[:, shoulders].mean(1) - shape_m[:, hips].mean(1)
    now = np.linalg.norm(vector, axis=-1, keepdims=True)
    side = np.mean([by_pair[(shoulders[0], hips[0])], by_pair[(shoulders[1], hips[1])]])
    slant = 0.5 * (by_pair[(shoulders[0], shoulders[1])] - by_pair[(hips[0], hips[1])])
    length = np.sqrt(max(side**2 - slant**2, 0.01))
    return vector / np.maximum(now, 1e-6) * length
