"""One person's track → 3D joint positions in an upright world, at the motion's rate."""

from dataclasses import dataclass, replace

import numpy as np

from manekko.arrays import Array, Bool, Float
from manekko.errors import InputError
from manekko.lift.agreement import doubt_of
from manekko.lift.anchoring import anchored_depths
from manekko.lift.balance import balanced
from manekko.lift.camera import Camera, default_camera, steadied, turned_to_ray
from manekko.lift.crouch import bent_legs
from manekko.lift.fit3d import BONES, FitWeights, fit_positions
from manekko.lift.gravity import levelled, mean_up, to_world, up_direction, upright_rotation
from manekko.lift.guess import guessed_prior
from manekko.lift.hidden import with_hidden_arms_carried
from manekko.lift.knees import centred_knees
from manekko.lift.plausible import plausible_hands, plausible_legs, straightened_knees
from manekko.lift.proportions import bone_lengths, root_depths, with_lengths
from manekko.lift.second_prior import GUESS_DOUBT, improved_shape
from manekko.lift.series import resampled, smoothed, without_spikes
from manekko.lift.swaps import repair_swaps
from manekko.people.camera_path import still_path
from manekko.people.fixes import NO_PERSON_FIXES, PersonFixes, apply_flips
from manekko.people.keypoints import BODY33_INDEX, Track
from manekko.skeleton.rotations import conjugate, multiply, rotate

MOTION_FPS = 30.0
"""Rate of every lifted motion: VMD's."""
BODY_CUTOFF_HZ = 6.5
"""Dance's fastest hits live below this; what is above is the detector's noise (measured on motion capture)."""
_DEPTH_CUTOFF_HZ = 1.5
"""Depth from size is noisy and people cannot travel fast along it."""
_GAP_HALF_LIFE_S = 0.15
_NYQUIST_SHARE = 0.4
"""Cutoff before frames are left out, as a share of the rate that remains."""
_ROUNDS = (4, 4)
"""Steps of the fit before the feet that stand have told the depth, and after."""
_MOST_OUTSIDE = 0.3
"""Share of the main keypoints outside the picture from which on a frame is not believed."""
_MAIN = [
    BODY33_INDEX[f"{s}_{p}"] for p in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle") for s in ("left", "right")
]
_TRUNK = [BODY33_INDEX[f"{s}_{p}"] for p in ("shoulder", "hip") for s in ("left", "right")]
_BORDER = 0.015
"""A shoulder or hip this near the picture's side [widths] is cut by it."""
_LEGS = [BODY33_INDEX[f"{s}_{p}"] for p in ("knee", "ankle", "heel", "toe") for s in ("left", "right")]
_LEAST_INSIDE = 0.2
_STANDING_LEG_M = {"knee": (0.40, 0.0), "ankle": (0.79, 0.02), "heel": (0.84, 0.05), "toe": (0.84, -0.13)}
"""(down, away from the camera) of a leg's points from its hip, for someone who stands and faces the camera."""
_HIPS = [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]
_LEAST_HIPS = 0.1
_WHOLE_BODY = "use a clip that shows the dancer from head to feet"


@dataclass(frozen=True)
class Lifted:
    """One person in 3D at 30 fps, frame 0 being the clip's start."""

    positions_m: Float[Array, "frame 33 3"]
    """World position of each body keypoint [m]: +Y up, +Z towards the camera; the floor is somewhere below."""
    confidences: Float[Array, "frame 33"]
    """0–1, falling with the distance to the nearest frame in which the keypoint was seen."""
    keypoints_px: Float[Array, "frame 33 2"]
    """Image points [px] at the first frame's zoom, gaps bridged; NaN where a keypoint is never seen."""
    shape_m: Float[Array, "frame 33 3"]
    """The shape about the mid-hip in each frame's camera axes before the image points moved it [m]."""
    shape_sigma: Float[Array, "frame bone"]
    """Error along the view of each of ``second_prior.BONES`` of the shape, in bone lengths."""
    doubt: float
    """How far off what was seen is, in the usual errors of the detector: 1 for the detector, less for what sees depth
    (``agreement``)."""
    seen: Bool[Array, " frame"]
    """Whether the person was seen at all."""
    swapped_frames: int
    """How many of the source's frames had left and right swapped, and were repaired."""
    camera: Camera
    """The camera the fit assumed, as it was in the first frame."""
    upright_xyzw: Float[Array, "4"]
    """Rotation from the first frame's camera axes to the world."""
    turns_xyzw: Float[Array, "frame 4"]
    """Rotation from each frame's camera axes to the first frame's; none where the camera stands still."""
    zooms: Float[Array, " frame"]
    """Focal length of each frame in that of the first."""

    @property
    def to_world_xyzw(self) -> Float[Array, "frame 4"]:
        """Rotation from each frame's camera axes to the world; the camera stands at the world's origin."""
        return multiply(self.upright_xyzw, self.turns_xyzw)

    @property
    def start_m(self) -> Float[Array, "3"]:
        """Where the hips are in the first frame in which the person is seen [m]."""
        return self.positions_m[int(np.argmax(self.seen)), _HIPS].mean(0)


def lift_track(track: Track, *, focal_px: float | None = None, fixes: PersonFixes = NO_PERSON_FIXES) -> Lifted:
    """Return the person of a track in 3D; of the repairs by hand the flips are made here, after the automatic ones.

    Raises:
        InputError: when too little of the person is ever seen to know their proportions and place.
    """
    if track.seen.sum() < 1:
        raise InputError(f"person {track.track_id} is never seen: nothing to lift")
    track, swapped = repair_swaps(_at_first_zoom(_without_unseen_legs(_within_picture(track))))
    track = apply_flips(track, fixes)
    camera = default_camera(track.image_size_px)
    if focal_px is not None:
        camera = Camera(focal_px, camera.centre_px)
    rate = _working_rate(track.times_s)
    grid = np.arange(int(np.floor(track.times_s[-1] * rate + 1e-6)) + 1) / rate
    path = (track.camera or still_path(track.times_s, camera.focal_px)).at(grid)
    turns = path.rotations_xyzw
    keypoints, confidences = _on_grid(track, grid)
    if not np.isfinite(keypoints[:, _HIPS]).all():
        raise InputError(f"too little of the body is seen (never: the hips); {_WHOLE_BODY}")
    prior, doubt = _prior(track, grid, keypoints, confidences, camera, rate)
    keypoints = _corrected(keypoints, centred_knees(keypoints, confidences, prior, camera), doubt)
    prior, directions = improved_shape(prior, keypoints, confidences, camera, fps=rate, doubt=doubt)
    doubt = min(doubt, 1.0)
    sure = _frames_of_hips(confidences)
    up = up_direction(rotate(turns[:, None], prior)[sure], mean_up(turns))
    prior = _corrected(prior, balanced(prior, levelled(rotate(conjugate(turns), up)), fps=rate), doubt)
    positions, shape = _fit(keypoints, confidences, prior, camera, turns, rate, doubt)
    upright = upright_rotation(positions[sure], mean_up(turns))
    step = round(rate / MOTION_FPS)
    return Lifted(
        positions_m=to_world(positions, upright)[::step],
        confidences=confidences[::step],
        keypoints_px=_thinned(keypoints, rate, step),
        shape_m=_thinned(shape, rate, step),
        shape_sigma=directions.sigma[::step],
        doubt=doubt,
        seen=_seen(track, grid)[::step],
        swapped_frames=int(swapped.sum()),
        camera=camera,
        upright_xyzw=upright,
        turns_xyzw=turns[::step],
        zooms=path.zooms[::step],
    )


def _frames_of_hips(confidences: Float[Array, "frame 33"]) -> Bool[Array, " frame"]:
    """The frames in which the hips are seen, for they tell up; all where they never are, as in a bust."""
    sure = confidences[:, _HIPS].min(1) > _LEAST_HIPS
    return sure if sure.any() else np.ones(len(sure), dtype=bool)


def _at_first_zoom(track: Track) -> Track:
    """Bring what was seen through other zooms to the first frame's."""
    if track.camera is None or (track.camera.zooms == 1.0).all():
        return track
    middle = np.array(track.image_size_px) / 2.0
    return replace(track, keypoints_px=middle + (track.keypoints_px - middle) / track.camera.zooms[:, None, None])


def _within_picture(track: Track) -> Track:
    """Forget the frames in which much of the body, or a side of the trunk, is outside: there the detector guesses.

    A clip that shows no more than half a body throughout is taken as it is.
    """
    width, height = track.image_size_px
    x, y = track.keypoints_px[:, _MAIN, 0], track.keypoints_px[:, _MAIN, 1]
    outside = ((x < 0) | (x > width) | (y < 0) | (y > height)).mean(1) > _MOST_OUTSIDE
    trunk = track.keypoints_px[:, _TRUNK, 0]
    outside |= ((trunk < _BORDER * width) | (trunk > (1.0 - _BORDER) * width)).any(1)
    if not outside.any() or outside[track.seen].mean() > 0.5:
        return track
    keypoints, world, confidences = track.keypoints_px.copy(), track.world_m.copy(), track.confidences.copy()
    keypoints[outside], world[outside], confidences[outside] = np.nan, np.nan, 0.0
    return replace(track, keypoints_px=keypoints, world_m=world, confidences=confidences)


def _without_unseen_legs(track: Track) -> Track:
    """Stand legs that the clip never shows straight under the hips; the detector's guesses of them only fidget."""
    height = track.image_size_px[1]
    inside = [np.nan_to_num(track.keypoints_px[:, index, 1], nan=np.inf) < height for index in _LEGS]
    if np.mean(inside) > _LEAST_INSIDE or not np.isfinite(track.world_m).any():
        return track
    world, keypoints, confidences = track.world_m.copy(), track.keypoints_px.copy(), track.confidences.copy()
    for side in ("left", "right"):
        hip = world[:, BODY33_INDEX[f"{side}_hip"]]
        for part, place in _STANDING_LEG_M.items():
            world[:, BODY33_INDEX[f"{side}_{part}"]] = hip + np.array([0.0, *place])
    keypoints[:, _LEGS], confidences[:, _LEGS] = np.nan, 0.0
    return replace(track, world_m=world, keypoints_px=keypoints, confidences=confidences)


def _working_rate(times_s: Array) -> float:
    """The multiple of the motion's rate nearest to the source's: no source frame is thrown away before smoothing."""
    if len(times_s) < 2:
        return MOTION_FPS
    source = 1.0 / max(float(np.median(np.diff(times_s))), 1e-3)
    return MOTION_FPS * min(max(1, round(source / MOTION_FPS)), 4)


def _seen(track: Track, grid: Array) -> Array:
    frames = np.clip(np.searchsorted(track.times_s, grid + 1e-6, side="right") - 1, 0, len(track.times_s) - 1)
    return track.seen[frames]


def _on_grid(track: Track, grid: Array) -> tuple[Float[Array, "frame 33 2"], Float[Array, "frame 33"]]:
    """Keypoints and confidences at regular times; gaps are bridged, their confidence halves every 0.15 s."""
    keypoints = resampled(track.times_s, track.keypoints_px, grid)
    valid = np.asarray(np.isfinite(track.keypoints_px).all(-1))
    confidences = np.where(valid, track.confidences, np.nan)
    result = np.clip(np.nan_to_num(resampled(track.times_s, confidences, grid)), 0.0, 1.0)
    for keypoint in range(valid.shape[1]):
        known = track.times_s[valid[:, keypoint]]
        if len(known) == 0:
            continue
        after = known[np.clip(np.searchsorted(known, grid), 0, len(known) - 1)]
        before = known[np.clip(np.searchsorted(known, grid, side="right") - 1, 0, len(known) - 1)]
        spacing = float(np.median(np.diff(track.times_s))) if len(track.times_s) > 1 else 1.0
        distance = np.maximum(np.minimum(np.abs(after - grid), np.abs(grid - before)) - spacing, 0.0)
        result[:, keypoint] *= 0.5 ** (distance / _GAP_HALF_LIFE_S)
    return keypoints, result


def _prior(
    track: Track, grid: Array, keypoints: Array, confidences: Array, camera: Camera, rate: float
) -> tuple[Float[Array, "frame 33 3"], float]:
    """A first shape about the mid-hip in camera axes, the detector's own 3D or a guess where it gives none; its doubt.

    The detector's is in the axes of the crop's view and is turned into the camera's.
    """
    told = bool(np.isfinite(track.world_m).all(-1).any())
    if told:
        world_m = with_hidden_arms_carried(track.world_m, track.confidences)
        world = smoothed(without_spikes(resampled(track.times_s, world_m, grid)), fps=rate, cutoff_hz=BODY_CUTOFF_HZ)
        hips = smoothed(keypoints[:, _HIPS].mean(1), fps=rate, cutoff_hz=1.0)
        world = turned_to_ray(world, camera.rays(hips))
    else:
        world = guessed_prior(smoothed(keypoints, fps=rate, cutoff_hz=BODY_CUTOFF_HZ), fps=rate)
    shape = world - world[:, _HIPS].mean(1, keepdims=True)
    # A guess follows the picture by itself: that says nothing of its depths.
    doubt = doubt_of(shape, keypoints, confidences, camera) if told else GUESS_DOUBT
    plausible = plausible_hands(straightened_knees(plausible_legs(shape), fps=rate), confidences)
    return _corrected(shape, plausible, doubt), doubt


def _corrected(seen: Array, corrected: Array, doubt: float) -> Float[Array, "frame 33 axis"]:
    """Points, or a shape, with the detector's habits taken off, as far as it may have them."""
    return corrected if doubt >= 1.0 else seen + doubt * (corrected - seen)


def _fit(
    keypoints: Array, confidences: Array, prior: Array, camera: Camera, turns_xyzw: Array, rate: float, doubt: float
) -> tuple[Float[Array, "frame 33 3"], Float[Array, "frame 33 3"]]:
    """Keypoints in the first frame's camera axes [m], and the shape that they were fitted to.

    Raises:
        InputError: when no frame's points tell how far away they are.
    """
    shape, lengths = prior, np.zeros(len(BONES))
    sizes = np.median(np.linalg.norm(prior[:, BONES[:, 1]] - prior[:, BONES[:, 0]], axis=-1), axis=0)
    for _ in range(3):
        depths = root_depths(keypoints, confidences, shape, camera)
        lengths = bone_lengths(keypoints, confidences, prior, depths, camera)
        # One view does not tell a near child from a far giant: the detector's idea of a body's size decides.
        lengths = lengths * (sizes.sum() / lengths.sum())
        shape = with_lengths(prior, lengths)
    times = np.arange(len(keypoints)) / rate
    depths = resampled(times, root_depths(keypoints, confidences, shape, camera), times)
    if not np.isfinite(depths).all():
        raise InputError(f"what was seen is no body at any distance from the camera; {_WHOLE_BODY}")
    depths = smoothed(without_spikes(depths), fps=rate, cutoff_hz=_DEPTH_CUTOFF_HZ)
    rays = camera.rays(keypoints[:, _HIPS].mean(1))
    shape = _corrected(shape, bent_legs(shape, keypoints, depths, camera, fps=rate), doubt)
    fitted = shape + (rays * depths[:, None])[:, None]
    steady, weights = steadied(keypoints, camera, turns_xyzw), FitWeights().for_doubt(doubt)
    for index, rounds in enumerate(_ROUNDS):
        if index > 0:
            depths = anchored_depths(depths, fitted, steady, camera, fps=rate)
        before = fitted[:, _HIPS, 2].mean(1)
        start = fitted + (rays * (depths - before)[:, None])[:, None]
        fitted = fit_positions(
            keypoints, confidences, shape, lengths, depths, start, camera, weights=weights, rounds=rounds
        )
    turned = rotate(turns_xyzw[:, None], fitted)
    return smoothed(without_spikes(turned), fps=rate, cutoff_hz=BODY_CUTOFF_HZ), shape


def _thinned(values: Array, rate: float, step: int) -> Array:
    """Every ``step``-th frame, without what is too fast for that."""
    return smoothed(values, fps=rate, cutoff_hz=_NYQUIST_SHARE * rate / step)[::step] if step > 1 else values
