"""Camera-space 3D of one person: image points, constant bone lengths, and the detector's own 3D as a weak prior.

Each frame is a small robust least-squares problem; all frames are solved at once. Unknowns are the 33 keypoints in
camera space. Terms, each divided by its standard deviation:

- an image point lies on its ray (Geman–McClure robust, weighted by confidence);
- a bone has its length, constant through the clip;
- a bone points as the prior says: above all along the view, where the picture says nothing;
- the person stands at the depth that the whole body's size says.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from manekko.arrays import Array, Float
from manekko.lift.camera import Camera
from manekko.people.keypoints import BODY33_INDEX

_LIMBS = (
    "left_shoulder-left_elbow left_elbow-left_wrist left_hip-left_knee left_knee-left_ankle left_ankle-left_heel "
    "left_ankle-left_toe left_heel-left_toe right_shoulder-right_elbow right_elbow-right_wrist right_hip-right_knee "
    "right_knee-right_ankle right_ankle-right_heel right_ankle-right_toe right_heel-right_toe "
    "left_shoulder-right_shoulder left_hip-right_hip left_shoulder-left_hip right_shoulder-right_hip "
    "left_ear-right_ear left_wrist-left_index left_wrist-left_pinky left_index-left_pinky left_wrist-left_thumb "
    "right_wrist-right_index right_wrist-right_pinky right_index-right_pinky right_wrist-right_thumb"
).split()
_SHAPE = (
    "left_shoulder-right_hip right_shoulder-left_hip left_shoulder-left_ear right_shoulder-right_ear left_ear-nose "
    "right_ear-nose nose-left_eye_inner nose-left_eye nose-left_eye_outer nose-right_eye_inner nose-right_eye "
    "nose-right_eye_outer nose-mouth_left nose-mouth_right"
).split()


def _indices(pairs: Sequence[str]) -> Array:
    return np.array([[BODY33_INDEX[name] for name in pair.split("-")] for pair in pairs])


BONES = _indices(_LIMBS)
"""Pairs of keypoints with a constant distance; shape (bone, 2)."""
_BLOCK = 128
_EDGES = np.concatenate([BONES, _indices(_SHAPE)])


@dataclass(frozen=True)
class FitWeights:
    """Standard deviations of the terms."""

    image_m: float = 0.022
    """Sideways error of an image point of full confidence, at the person's depth [m]."""
    prior_sideways: float = 0.5
    """Error of a prior bone across the view, in bone lengths."""
    prior_depth: float = 0.3
    """Error of a prior bone along the view, in bone lengths."""
    length: float = 0.1
    """Error of a bone's length, in bone lengths."""
    root_depth_m: float = 0.02
    """Error of the smoothed depth of the hips [m]."""
    still_m: float = 1.0
    """Pull to the place of the last round, for keypoints that nothing else holds [m]."""

    def for_doubt(self, doubt: float) -> "FitWeights":
        """Return the weights for a prior that is so much surer than the detector's own shape (``agreement``)."""
        return replace(self, prior_sideways=doubt * self.prior_sideways, prior_depth=doubt * self.prior_depth)


def fit_positions(
    keypoints_px: Float[Array, "frame 33 2"],
    confidences: Float[Array, "frame 33"],
    prior_m: Float[Array, "frame 33 3"],
    bone_lengths_m: Float[Array, " bone"],
    root_depths_m: Float[Array, " frame"],
    start_m: Float[Array, "frame 33 3"],
    camera: Camera,
    *,
    weights: FitWeights,
    rounds: int = 8,
) -> Float[Array, "frame 33 3"]:
    """Return camera-space keypoints [m]; unseen image points weigh nothing and follow the prior.

    Source: Gauss–Newton with iteratively reweighted residuals (Geman & McClure 1987), bone lengths linearised.
    """
    edges_m = prior_m[:, _EDGES[:, 1]] - prior_m[:, _EDGES[:, 0]]
    edge_sizes = np.maximum(np.median(np.linalg.norm(edges_m, axis=-1), axis=0), 0.03)
    positions = start_m.copy()
    # Frames do not touch each other here, so a block at a time bounds the memory of a clip of any length.
    for first in range(0, len(positions), _BLOCK):
        part = slice(first, first + _BLOCK)
        for _ in range(rounds):
            positions[part] += _step(
                positions[part],
                keypoints_px[part],
                confidences[part],
                edges_m[part],
                edge_sizes,
                bone_lengths_m,
                root_depths_m[part],
                camera,
                weights,
            )
    return positions


def _step(
    positions: Array,
    keypoints_px: Array,
    confidences: Array,
    edges_m: Array,
    edge_sizes: Array,
    bone_lengths_m: Array,
    root_depths_m: Array,
    camera: Camera,
    weights: FitWeights,
) -> Float[Array, "frame 33 3"]:
    """One Gauss–Newton step for each frame."""
    normal, right = _still_terms(positions, weights)
    _add_image_terms(normal, right, positions, keypoints_px, confidences, root_depths_m, camera, weights)
    _add_prior_terms(normal, right, positions, edges_m, edge_sizes, weights)
    _add_length_terms(normal, right, positions, bone_lengths_m, weights)
    _add_depth_terms(normal, right, positions, root_depths_m, weights)
    frames, points = positions.shape[:2]
    matrix = normal.transpose(0, 1, 3, 2, 4).reshape(frames, points * 3, points * 3)
    return np.linalg.solve(matrix, right.reshape(frames, points * 3, 1)).reshape(positions.shape)


def _still_terms(positions: Array, weights: FitWeights) -> tuple[Array, Array]:
    frames, points = positions.shape[:2]
    normal = np.zeros((frames, points, points, 3, 3))
    diagonal = np.arange(points)
    normal[:, diagonal, diagonal] = np.eye(3) / weights.still_m**2
    return normal, np.zeros((frames, points, 3))


def _add_image_terms(
    normal: Array,
    right: Array,
    positions: Array,
    keypoints_px: Array,
    confidences: Array,
    root_depths_m: Array,
    camera: Camera,
    weights: FitWeights,
) -> None:
    seen = np.asarray(np.isfinite(keypoints_px).all(-1))
    points = np.where(seen[..., None], keypoints_px, 0.0)
    depth = np.maximum(positions[..., 2], 0.3)
    scale = root_depths_m[:, None, None] / camera.focal_px
    residual = (points - camera.project(np.concatenate([positions[..., :2], depth[..., None]], -1))) * scale
    jacobian = np.zeros((*positions.shape[:2], 2, 3))
    ratio = root_depths_m[:, None] / depth
    jacobian[..., 0, 0] = jacobian[..., 1, 1] = ratio
    jacobian[..., 0, 2] = -ratio * positions[..., 0] / depth
    jacobian[..., 1, 2] = -ratio * positions[..., 1] / depth
    robust = 1.0 / (1.0 + (residual**2).sum(-1) / (4.0 * weights.image_m) ** 2) ** 2
    weight = np.where(seen, confidences, 0.0) * robust / weights.image_m**2
    diagonal = np.arange(positions.shape[1])
    normal[:, diagonal, diagonal] += np.einsum("fk,fkri,fkrj->fkij", weight, jacobian, jacobian)
    right += np.einsum("fk,fkri,fkr->fki", weight, jacobian, residual)


def _add_pair_blocks(normal: Array, right: Array, pairs: Array, blocks: Array, pulls: Array) -> None:
    """Add ``blocks`` (frame, pair, 3, 3) and ``pulls`` (frame, pair, 3) of the differences second minus first."""
    for index, (first, second) in enumerate(pairs):
        block, pull = blocks[:, index], pulls[:, index]
        normal[:, first, first] += block
        normal[:, second, second] += block
        normal[:, first, second] -= block
        normal[:, second, first] -= block
        right[:, second] += pull
        right[:, first] -= pull


def _add_prior_terms(
    normal: Array, right: Array, positions: Array, edges_m: Array, sizes: Array, weights: FitWeights
) -> None:
    deviations = np.array([weights.prior_sideways, weights.prior_sideways, weights.prior_depth])
    precision = 1.0 / (sizes[:, None] * deviations) ** 2
    residual = edges_m - (positions[:, _EDGES[:, 1]] - positions[:, _EDGES[:, 0]])
    blocks = np.broadcast_to(precision[None, :, :, None] * np.eye(3), (*residual.shape, 3))
    _add_pair_blocks(normal, right, _EDGES, blocks, precision * residual)


def _add_length_terms(normal: Array, right: Array, positions: Array, lengths_m: Array, weights: FitWeights) -> None:
    vectors = positions[:, BONES[:, 1]] - positions[:, BONES[:, 0]]
    now = np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-6)
    unit = vectors / now
    precision = 1.0 / (weights.length * np.maximum(lengths_m, 0.02)) ** 2
    blocks = precision[None, :, None, None] * unit[..., :, None] * unit[..., None, :]
    pulls = precision[None, :, None] * (lengths_m[None, :, None] - now) * unit
    _add_pair_blocks(normal, right, BONES, blocks, pulls)


def _add_depth_terms(normal: Array, right: Array, positions: Array, depths_m: Array, weights: FitWeights) -> None:
    hips = [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]
    precision = 1.0 / weights.root_depth_m**2
    residual = depths_m - positions[:, hips, 2].mean(1)
    for a in hips:
        right[:, a, 2] += 0.5 * precision * residual
        for b in hips:
            normal[:, a, b, 2, 2] += 0.25 * precision
