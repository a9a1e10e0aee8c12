"""Figures cut out of pictures: from a plain background or a known one, by their colours, or with a given mask.

What is cut out has straight alpha. The colours of its soft edge are the figure's own: those of the nearest pixel
within.
"""

import cv2
import numpy as np

from manekko.arrays import Array, Bool, Float, UInt8

_NEAR = 18.0
"""A pixel whose channels are all nearer than this to the background's colour is background."""
_PLAIN_SHARE = 0.96
"""A background is plain if so much of the picture's border is."""
_BORDER = 1 / 48
"""Width of that border, of the picture's longer side."""
_HOLE_SHARE = 0.06
"""Background seen through the figure, as between an arm and the trunk, has no more of the bones than this."""
_LEAST_HOLE_PX = 12
_FOUND_SHARE = 0.7
"""A figure of which less is found than so much of its bones has the background's colours."""
_APART = 40.0
"""Colours nearer than this cannot be told apart within one pixel."""
_ROUNDS, _CUT_PX = 4, 320
_SMOOTH_PX = 0.7
_DIFFERS, _NOISE_TIMES = 24.0, 5.0
"""8-bit steps from a known background that no noise makes: at least, and in steps of what is far from the figure."""
_SHADE, _SHADE_NEAR = (0.35, 0.98), 14.0
"""How bright a shadow leaves the background, and how nearly it keeps its colour."""
_MOST_TOLD = 4000


def plain_cutout(
    rgb: UInt8[Array, "height width 3"], bones: Bool[Array, "height width"]
) -> UInt8[Array, "height width 4"] | None:
    """Return the figure in front of a background of one colour, or of one smooth run of colours; None: it is not plain.

    Background is what has its colour and reaches the picture's border, and holes of it within the figure.

    Args:
        rgb: the picture; the figure does not fill its border.
        bones: where the figure surely is.
    """
    model = _background(rgb, bones)
    if model is None:
        return None
    alike = np.abs(rgb - model).max(-1) < _NEAR
    figure = _touching(~_open_background(alike, bones), bones)
    if not figure.any() or figure[bones].mean() < _FOUND_SHARE:
        return None
    return _edged(rgb, figure, model)


def known_cutout(
    rgb: UInt8[Array, "height width 3"],
    behind: UInt8[Array, "height width 3"],
    bones: Bool[Array, "height width"],
    around: Bool[Array, "height width"],
) -> UInt8[Array, "height width 4"]:
    """Return what differs from a background that is known and hangs together with the bones, without its shadow.

    Args:
        rgb: the picture.
        behind: what is behind the figure.
        bones: where the figure surely is.
        around: where it is even what is only darker than what is behind: not about the feet, where its shadow falls.
    """
    away = cv2.GaussianBlur(np.abs(rgb.astype(np.float32) - behind).max(-1), (0, 0), _SMOOTH_PX)
    free = ~_widened(around)
    noise = float(np.median(away[free])) if free.any() else 0.0
    differs = away > max(_DIFFERS, _NOISE_TIMES * noise)
    differs &= ~_shaded(rgb, behind) | around
    # Away from the bones only what has some breadth is hair or a skirt, and no line of the background that trembles.
    differs &= around | (cv2.morphologyEx(differs.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) > 0)
    figure = _touching(differs | bones, bones)
    # What has the background's own colour is filled: a dark eye before a dark wall.
    closed = cv2.morphologyEx(figure.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8)) > 0
    return _edged(rgb, closed, behind.astype(np.float32))


def colour_cutout(
    rgb: UInt8[Array, "height width 3"], bones: Bool[Array, "height width"], around: Bool[Array, "height width"]
) -> UInt8[Array, "height width 4"]:
    """Return the figure whose colours differ from what is about it.

    Source: GrabCut (Rother, Kolmogorov and Blake 2004), as OpenCV has it.

    Args:
        rgb: the picture, with some background on all sides.
        bones: where the figure surely is.
        around: where it may be; everything else is background.
    """
    height, width = rgb.shape[:2]
    labels = np.full((height, width), cv2.GC_BGD, np.uint8)
    labels[_widened(around)] = cv2.GC_PR_BGD
    labels[around] = cv2.GC_PR_FGD
    labels[bones] = cv2.GC_FGD
    factor = min(1.0, _CUT_PX / max(height, width))
    size = max(2, round(width * factor)), max(2, round(height * factor))
    labels = np.asarray(cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST), dtype=np.uint8)
    if (labels == cv2.GC_BGD).any() and (labels == cv2.GC_FGD).any():
        cv2.setRNGSeed(1)  # its first guess is drawn: the same picture gives the same figure
        small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
        unused = (0, 0, 0, 0)
        cv2.grabCut(small, labels, unused, np.zeros((1, 65)), np.zeros((1, 65)), _ROUNDS, cv2.GC_INIT_WITH_MASK)
    inside = ((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)).astype(np.float32)
    figure = cv2.resize(cv2.GaussianBlur(inside, (0, 0), _SMOOTH_PX), (width, height), interpolation=cv2.INTER_LINEAR)
    alpha = np.clip(2.0 * figure - 0.5, 0.0, 1.0) * _touching(figure > 0.25, bones)
    return masked(rgb, np.rint(255.0 * alpha).astype(np.uint8))


def _edged(
    rgb: UInt8[Array, "height width 3"], figure: Bool[Array, "height width"], behind: Float[Array, "height width 3"]
) -> UInt8[Array, "height width 4"]:
    """Return a figure whose edge is as see-through as its mixture with what is behind it tells."""
    inner = cv2.erode(figure.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    own = _nearest(rgb, inner)
    span = own - behind
    length = (span**2).sum(-1)
    share = ((rgb - behind) * span).sum(-1) / np.maximum(length, 1.0)
    edge = (cv2.dilate(figure.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0) & ~inner
    soft = edge & (length > _APART**2)
    alpha = np.where(soft, np.clip(share, 0.0, 1.0), figure)
    return _joined(np.where(soft[..., None], own, rgb), alpha)


def _shaded(rgb: UInt8[Array, "height width 3"], behind: UInt8[Array, "height width 3"]) -> Bool[Array, "height width"]:
    """Return where a picture is the background, only darker."""
    bright = behind.astype(np.float32)
    share = (rgb * bright).sum(-1) / np.maximum((bright**2).sum(-1), 1.0)
    rest = np.abs(rgb - share[..., None] * bright).max(-1)
    return (rest < _SHADE_NEAR) & (share > _SHADE[0]) & (share < _SHADE[1])


def masked(rgb: UInt8[Array, "height width 3"], mask: UInt8[Array, "height width"]) -> UInt8[Array, "height width 4"]:
    """Return the part of a picture that a mask shows (255), whose edge has the figure's own colours."""
    own = _nearest(rgb, mask > 250)
    return _joined(np.where(((mask > 0) & (mask <= 250))[..., None], own, rgb), mask / 255.0)


def squared(
    rgba: UInt8[Array, "height width 4"], left: float, top: float, side: float, output_px: int
) -> UInt8[Array, "output output 4"]:
    """Return a square of a picture with straight alpha, scaled; see-through where it reaches beyond the picture.

    Args:
        rgba: the picture.
        left: of the square [px]; the picture's own left edge is 0.
        top: of the square [px].
        side: of the square [px], positive.
        output_px: side of the result.
    """
    scale = output_px / side
    premultiplied = rgba.astype(np.float32)
    premultiplied[..., :3] *= premultiplied[..., 3:] / 255.0
    # Averaged down to no less than the output first: a warp alone would leave out pixels.
    while scale < 0.6:
        height, width = premultiplied.shape[:2]
        premultiplied = np.pad(premultiplied, ((0, height % 2), (0, width % 2), (0, 0)))
        premultiplied = cv2.resize(
            premultiplied, (premultiplied.shape[1] // 2, premultiplied.shape[0] // 2), interpolation=cv2.INTER_AREA
        )
        scale, left, top = 2.0 * scale, left / 2.0, top / 2.0
    # Edges meet edges: the middle of the first pixel lies at half a pixel.
    matrix = np.array(
        [[scale, 0.0, (0.5 - left) * scale - 0.5], [0.0, scale, (0.5 - top) * scale - 0.5]], dtype=np.float64
    )
    cut = cv2.warpAffine(premultiplied, matrix, (output_px, output_px), flags=cv2.INTER_LINEAR)
    alpha = np.maximum(cut[..., 3:], 1e-3)
    straight = np.where(cut[..., 3:] > 0.5, np.minimum(cut[..., :3] * 255.0 / alpha, 255.0), 0.0)
    return np.concatenate([np.rint(straight), np.rint(cut[..., 3:])], axis=-1).astype(np.uint8)


def _background(
    rgb: UInt8[Array, "height width 3"], bones: Bool[Array, "height width"]
) -> Float[Array, "height width 3"] | None:
    """Return the smooth run of colours (of second order) that the picture's border tells; None: it tells none."""
    height, width = rgb.shape[:2]
    rim = max(1, round(_BORDER * max(height, width)))
    border = np.ones((height, width), dtype=bool)
    border[rim : height - rim, rim : width - rim] = False
    rows, columns = np.nonzero(border & ~_widened(bones))
    if len(rows) < 32:
        return None
    few = slice(None, None, -(-len(rows) // _MOST_TOLD))
    rows, columns = rows[few], columns[few]
    colours = rgb[rows, columns].astype(np.float64)
    terms = _terms(rows / height, columns / width)
    near = np.abs(colours - np.median(colours, axis=0)).max(1) < 3.0 * _NEAR
    factors = np.zeros((terms.shape[1], 3))
    for _ in range(3):
        if near.sum() < 32:
            return None
        factors = np.linalg.lstsq(terms[near], colours[near], rcond=None)[0]
        near = np.abs(colours - terms @ factors).max(1) < _NEAR
    if near.mean() < _PLAIN_SHARE:
        return None
    y, x = np.mgrid[0:height, 0:width]
    model = _terms((y / height).ravel(), (x / width).ravel()) @ factors
    return model.reshape(height, width, 3).astype(np.float32)


def _terms(y: Float[Array, " point"], x: Float[Array, " point"]) -> Float[Array, "point 6"]:
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)


def _open_background(
    alike: Bool[Array, "height width"], bones: Bool[Array, "height width"]
) -> Bool[Array, "height width"]:
    """Return which of the pixels that look like background are: those that reach the border, and holes."""
    count, found, stats, _ = cv2.connectedComponentsWithStats(alike.astype(np.uint8), connectivity=4)
    labels = np.asarray(found, dtype=np.int32)
    rim = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    bony = np.bincount(labels.ravel(), bones.ravel(), count)
    sizes = stats[:, cv2.CC_STAT_AREA]
    kept = (sizes >= _LEAST_HOLE_PX) & (bony <= _HOLE_SHARE * sizes)
    kept[rim] = True
    kept[0] = False
    return kept[labels]


def _touching(figure: Bool[Array, "height width"], bones: Bool[Array, "height width"]) -> Bool[Array, "height width"]:
    """Return the pieces of a figure that its bones are in."""
    count, found = cv2.connectedComponents(figure.astype(np.uint8), connectivity=8)
    labels = np.asarray(found, dtype=np.int32)
    kept = np.bincount(labels.ravel(), bones.ravel(), count) > 0
    kept[0] = False
    return kept[labels]


def _widened(mask: Bool[Array, "height width"]) -> Bool[Array, "height width"]:
    """Return the mask with a margin of a tenth of the picture's shorter side."""
    reach = 2 * (min(mask.shape) // 10) + 1
    return cv2.dilate(mask.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))) > 0


def _nearest(rgb: UInt8[Array, "height width 3"], known: Bool[Array, "height width"]) -> Float[Array, "height width 3"]:
    """Return a picture of the nearest known pixel's colour; the picture itself where nothing is known."""
    if not known.any():
        return rgb.astype(np.float32)
    away = np.where(known, np.uint8(0), np.uint8(1))
    _, found = cv2.distanceTransformWithLabels(away, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    labels = np.asarray(found, dtype=np.int32)
    colours = np.zeros((int(labels.max()) + 1, 3), np.float32)
    colours[labels[known]] = rgb[known]
    return colours[labels]


def _joined(rgb: Float[Array, "height width 3"], alpha: Float[Array, "height width"]) -> UInt8[Array, "height width 4"]:
    parts = np.concatenate([rgb, 255.0 * alpha[..., None]], axis=-1)
    parts[alpha <= 0.0] = 0.0
    return np.clip(np.rint(parts), 0, 255).astype(np.uint8)
