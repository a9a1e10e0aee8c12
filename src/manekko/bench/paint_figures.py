"""How alike two pictures of one figure are: a painted one beside the true one.

Pictures are red, green, blue and straight alpha. All is looked at before one fixed grey, within the box around what
either picture shows, since an empty background is alike anyhow.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy.ndimage import binary_dilation, binary_erosion, gaussian_filter

from manekko.arrays import Array, Bool, Float, UInt8
from manekko.bench.ssim import planes_similarity

GREY = 128
"""The background that all is judged before."""
SHOWN, SOLID = 26, 128
"""From this alpha on something is to be seen, and belongs to the outline's inside."""
BOUNDARY_PX = 2.0
"""Outlines nearer than this are the same."""
FACE_SHARE = 48 / 256
"""Side of the square about the head, as a share of the picture's."""
BEST_DB = 99.0
"""Equal pictures have no noise; this is said of them."""

_REACH_PX = 5
"""The similarity of a point depends on the points so near."""
_DISC = np.hypot(*np.mgrid[-2:3, -2:3]) <= BOUNDARY_PX

Rgba = UInt8[Array, "height width 4"]
Box = tuple[slice, slice]


class Looks(NamedTuple):
    """How near one picture comes to the true one; NaN where there is nothing to tell it by."""

    ssim: float
    """Structural similarity of red, green and blue in the box: 1 for equal ones."""
    psnr_db: float
    iou: float
    """Shared area of the figures over the area of both together."""
    boundary_f: float
    """Harmonic mean of the shares of either outline that lie near the other."""
    face_ssim: float
    """Similarity in the square about the head; NaN where the head is not in the picture."""


NO_HEAD = np.full(2, np.nan)
"""The middle of a head that is not in the picture."""


def looks(truth: Rgba, painted: Rgba, head_px: Float[Array, "2"]) -> Looks:
    """Return how near a painted picture comes to the true one.

    Args:
        truth: what should be seen.
        painted: what is seen.
        head_px: middle of the head [px].
    """
    box = shown_box(truth, painted)
    first, second = on_grey(truth), on_grey(painted)
    alike = similarity_map(first, second, box)
    face = face_box(head_px, truth.shape[0])
    return Looks(
        ssim=float(alike.mean()),
        psnr_db=psnr_db(first[box], second[box]),
        iou=overlap(truth, painted),
        boundary_f=boundary_f(truth, painted),
        face_ssim=float("nan") if face is None else float(similarity_map(first, second, face).mean()),
    )


def mean_looks(each: Sequence[Looks]) -> Looks:
    """Return the mean of each figure over the pictures that tell it; NaN where none does."""
    values = np.array(each, dtype=np.float64).reshape(-1, len(Looks._fields))
    told = np.isfinite(values)
    counts = told.sum(axis=0)
    sums = np.where(told, values, 0.0).sum(axis=0)
    means = np.divide(sums, counts, out=np.full(len(counts), np.nan), where=counts > 0)
    return Looks(*means.tolist())


def on_grey(picture: UInt8[Array, "*frame height width 4"]) -> Float[Array, "*frame height width 3"]:
    """Return red, green and blue before the grey, 0–255."""
    alpha = picture[..., 3:].astype(np.float32) / 255.0
    return picture[..., :3] * alpha + np.float32(GREY) * (1.0 - alpha)


def shown_box(*pictures: Rgba) -> Box:
    """Return the rows and columns that hold all that any of the pictures shows; everything if none shows anything."""
    shown = np.any([picture[..., 3] >= SHOWN for picture in pictures], axis=0)
    rows, columns = np.flatnonzero(shown.any(axis=1)), np.flatnonzero(shown.any(axis=0))
    if not len(rows):
        return slice(0, shown.shape[0]), slice(0, shown.shape[1])
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def face_box(head_px: Float[Array, "2"], side_px: int) -> Box | None:
    """Return the square about the head, cut at the picture's edge; None where its middle is outside or unknown."""
    if not (np.isfinite(head_px).all() and (head_px >= 0.0).all() and (head_px < side_px).all()):
        return None
    half = FACE_SHARE * side_px / 2.0
    low = np.maximum(np.rint(head_px - half), 0.0).astype(np.int64)
    high = np.minimum(np.rint(head_px + half), side_px).astype(np.int64)
    return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def similarity_map(
    first: Float[Array, "height width 3"], second: Float[Array, "height width 3"], box: Box
) -> Float[Array, "box_height box_width"]:
    """Return the structural similarity around each point of the box, the mean of red, green and blue."""
    inner, outer = zip(*(_widened(one, size) for one, size in zip(box, first.shape, strict=False)), strict=True)
    planes = [np.moveaxis(picture[outer], -1, 0) for picture in (first, second)]
    return planes_similarity(*planes).mean(axis=0)[inner]


def _widened(one: slice, size: int) -> tuple[slice, slice]:
    """Return where a stretch lies within itself widened by the similarity's reach, and that wider stretch."""
    start, stop = max(one.start - _REACH_PX, 0), min(one.stop + _REACH_PX, size)
    return slice(one.start - start, one.stop - start), slice(start, stop)


def psnr_db(first: Float[Array, "height width 3"], second: Float[Array, "height width 3"]) -> float:
    """Return the signal-to-noise ratio of the brightest value against the mean squared difference [dB]."""
    error = float(np.mean(np.square(first - second, dtype=np.float64)))
    least = 255.0**2 * 10.0 ** (-BEST_DB / 10.0)
    return float(10.0 * np.log10(255.0**2 / max(error, least)))


def overlap(first: Rgba, second: Rgba) -> float:
    """Return the shared area of both figures over that of both together; 1 where there is no figure in either."""
    one, other = _solid(first), _solid(second)
    both = int((one | other).sum())
    return float((one & other).sum() / both) if both else 1.0


def boundary_f(truth: Rgba, painted: Rgba) -> float:
    """Return how well the outlines agree: the harmonic mean of the shares of either that are near the other.

    The measure of Martin, Fowlkes and Malik (2004), each outline a point wide and widened instead of matched.
    """
    first, second = _outline(_solid(truth)), _outline(_solid(painted))
    if not first.any() or not second.any():
        return float(first.any() == second.any())
    found = float(binary_dilation(first, _DISC)[second].mean())
    covered = float(binary_dilation(second, _DISC)[first].mean())
    return 2.0 * found * covered / (found + covered) if found + covered else 0.0


def _solid(picture: Rgba) -> Bool[Array, "height width"]:
    return picture[..., 3] >= SOLID


def _outline(solid: Bool[Array, "height width"]) -> Bool[Array, "height width"]:
    """Return the outermost points of the inside; where the picture's edge cuts the figure there is no outline."""
    return solid & np.logical_not(binary_erosion(solid, border_value=1))


def shifted(picture: Rgba, columns: int) -> Rgba:
    """Return the picture moved to the right by some columns."""
    result = np.zeros_like(picture)
    result[:, columns:] = picture[:, : picture.shape[1] - columns]
    return result


def blurred(picture: Rgba, sigma_px: float) -> Rgba:
    """Return the picture out of focus: colours and alpha mixed as light is."""
    alpha = picture[..., 3:].astype(np.float64)
    mixed = gaussian_filter(np.concatenate([picture[..., :3] * alpha, alpha], axis=-1), (sigma_px, sigma_px, 0.0))
    colours = mixed[..., :3] / np.maximum(mixed[..., 3:], 1e-6)
    return np.rint(np.clip(np.concatenate([colours, mixed[..., 3:]], axis=-1), 0.0, 255.0)).astype(np.uint8)


ANCHORS: dict[str, Callable[[Rgba], Rgba]] = {
    "truth shifted 1 px": lambda picture: shifted(picture, 1),
    "truth blurred σ 1 px": lambda picture: blurred(picture, 1.0),
    "truth blurred σ 2 px": lambda picture: blurred(picture, 2.0),
}
"""The true picture slightly spoilt: what a figure means."""
