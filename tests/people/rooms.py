"""A room without furniture: walls with a pattern, seen by a camera that turns and zooms in its middle."""

from collections.abc import Sequence

import numpy as np
from scipy.ndimage import gaussian_filter, map_coordinates
from scipy.spatial.transform import Rotation

from manekko.people.keypoints import Track
from manekko.people.turning import View
from tests.lift.dancers import Dance, seen

SIZE_PX = (256, 144)
FOCAL_PX = 220.0
VIEW = View(FOCAL_PX, (128.0, 72.0))
_PER_RAD = 240.0


def pattern(seed: int = 0, *, sharpness_px: float = 1.5) -> np.ndarray:
    """A wall paper of blots all around, 0–255 (height, width)."""
    blots = gaussian_filter(np.random.default_rng(seed).normal(size=(700, 1100)), sharpness_px)
    return np.clip(128 + 50 * blots / blots.std(), 0, 255)


PAPER = pattern()


def picture(
    matrix: np.ndarray | None = None, *, zoom: float = 1.0, paper: np.ndarray = PAPER, light: float = 1.0, seed: int = 0
) -> np.ndarray:
    """What the camera sees (height, width, 3) with a little noise; ``matrix`` turns its axes to the first frame's."""
    y, x = np.mgrid[: SIZE_PX[1], : SIZE_PX[0]].astype(float)
    rays = VIEW.rays(np.stack([x, y], -1).reshape(-1, 2), zoom) @ (np.eye(3) if matrix is None else matrix).T
    across, down = np.arctan2(rays[:, 0], rays[:, 2]), np.arcsin(rays[:, 1])
    places = [down * _PER_RAD + paper.shape[0] / 2, across * _PER_RAD + paper.shape[1] / 2]
    grey = map_coordinates(paper, places, order=1, mode="nearest").reshape(y.shape) * light
    noisy = grey + np.random.default_rng(seed).normal(0.0, 2.0, grey.shape)
    return np.repeat(np.clip(noisy, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def turned(degrees: Sequence[tuple[float, float, float]] | np.ndarray) -> np.ndarray:
    """Matrices of rotation vectors [°] (frame, 3, 3)."""
    return Rotation.from_rotvec(np.radians(degrees)).as_matrix()


def dancer(frames: int, rate: float = 25.0) -> Track:
    """Somebody who dances in the middle of such pictures."""
    track = seen(Dance(1), np.arange(frames) / rate)
    scale = SIZE_PX[0] / track.image_size_px[0]
    return Track(1, track.times_s, track.keypoints_px * scale, track.confidences, track.world_m, SIZE_PX, warnings=())


def with_dancer(rgb: np.ndarray, track: Track, frame: int) -> np.ndarray:
    """The picture with chequered limbs before it that go with the dancer."""
    result = rgb.copy()
    y, x = np.mgrid[-6:7, -6:7]
    disc = np.hypot(x, y) < 6.0
    for number, place in enumerate(np.rint(track.keypoints_px[frame]).astype(int)):
        down, across = y[disc] + place[1], x[disc] + place[0]
        inside = (down >= 0) & (across >= 0) & (down < rgb.shape[0]) & (across < rgb.shape[1])
        chequered = np.where((x + y + number)[disc] // 3 % 2 == 0, 30, 220)
        result[down[inside], across[inside]] = chequered[inside, None]
    return result
