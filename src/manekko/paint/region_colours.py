"""Which colours someone has on hair, skin, top, bottom and shoes: of a person in a clip, and of a character."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from manekko.arrays import Array, Bool, Float, UInt8
from manekko.errors import InputError
from manekko.people.keypoints import BODY33_INDEX, Track
from manekko.pixels.lab import lab_of, rgb_of
from manekko.stage.backdrops import colour_of
from manekko.stage.truths_parts import PARTS

REGIONS = ("hair", "skin", "top", "bottom", "shoes")

_ALIKE = 16.0
"""Colours that differ by no more are one colour in light and shadow."""
_SKIN_HUE_RAD, _SKIN_CHROMA = np.radians(28.0), (5.0, 36.0)
"""Cloth of the skin's hue and no more vivid than skin is in shadow is skin; white cloth has no hue."""
_LIT = 65.0
"""A surface's own colour is rather that of its lit side: this percentile of the lightness."""
_TONE, _TONE_SHARE = 4.0, 0.3
"""A drawing has one tone in the light: the lightest, by such steps, that is not much rarer than the most frequent."""
_ENOUGH = 60
_LEAST_SHARE = 0.25
_SAMPLES = np.linspace(0.0, 1.0, 7)


@dataclass(frozen=True, eq=False)
class RegionColours:
    """One colour for each of ``REGIONS``."""

    lab: Float[Array, "region=5 3"]
    """CIE L*a*b*; NaN where unknown."""
    sure: Float[Array, " region=5"]
    """0–1, how clearly it was seen; 0 where unknown."""

    def hex_of(self, region: str) -> str | None:
        """Return a region's colour as ``#rrggbb``; None where unknown."""
        place = REGIONS.index(region)
        if self.sure[place] <= 0.0:
            return None
        red, green, blue = np.rint(rgb_of(self.lab[place])).astype(int).tolist()
        return f"#{red:02x}{green:02x}{blue:02x}"


def colours_from_text(text: str) -> RegionColours:
    """Return the colours that a person asked for, such as ``hair=#402010,top=#ff8800``.

    Raises:
        InputError: a region or a colour is not known.
    """
    lab, sure = np.full((len(REGIONS), 3), np.nan), np.zeros(len(REGIONS))
    for pair in filter(None, (part.strip() for part in text.split(","))):
        region, _, colour = (piece.strip() for piece in pair.partition("="))
        if region not in REGIONS:
            raise InputError(f"{region} is none of {', '.join(REGIONS)}; give colours such as hair=#402010,top=#ff8800")
        place = REGIONS.index(region)
        lab[place], sure[place] = lab_of(np.array(colour_of(colour), dtype=np.float64)), 1.0
    return RegionColours(lab, sure)


def combined(first: RegionColours, second: RegionColours) -> RegionColours:
    """Return the first's colours, and the second's where the first has none."""
    known = first.sure > 0.0
    return RegionColours(np.where(known[:, None], first.lab, second.lab), np.where(known, first.sure, second.sure))


def measured_colours(frames: Iterable[tuple[int, UInt8[Array, "height width 3"]]], track: Track) -> RegionColours:
    """Return a person's colours, from some ten or more of the clip's frames, spread over it, with their numbers."""
    found: list[list[Array]] = [[] for _ in REGIONS]
    for number, rgb in frames:
        points = track.keypoints_px[number]
        for place, region in enumerate(REGIONS):
            at = _sample_points(region, points, track.confidences[number])
            found[place].append(_colours_at(rgb, at))
    samples = [lab_of(np.concatenate([np.zeros((0, 3)), *colours])) for colours in found]
    lab, sure = zip(*(_main_colour(one, _LIT) for one in samples), strict=True)
    return RegionColours(np.stack(lab), np.array(sure))


def colour_frames(track: Track, most: int = 24) -> list[int]:
    """Return the numbers of frames to measure a person's colours in: spread over the clip, the best of each part."""
    across = track.keypoints_px[:, BODY33_INDEX["left_ear"], 0] - track.keypoints_px[:, BODY33_INDEX["right_ear"], 0]
    towards = np.sign(np.nan_to_num(across))
    score = np.where(track.seen, track.confidences.mean(axis=1) + 0.5 * towards, -np.inf)
    bins = np.array_split(np.arange(len(score)), min(most, len(score)))
    best = [int(part[score[part].argmax()]) for part in bins]
    return [frame for frame in best if track.seen[frame]]


def character_colours(
    pictures: Sequence[tuple[UInt8[Array, "height width 4"], UInt8[Array, "height width"]]],
) -> RegionColours:
    """Return a character's own colours from pictures of it.

    Args:
        pictures: RGBA with straight alpha, each with the part (a place in ``PARTS``) of every pixel.
    """
    whole = [(rgba[..., 3] >= 250) & (parts < len(PARTS)) for rgba, parts in pictures]
    lab = np.concatenate(
        [lab_of(rgba[..., :3][seen].astype(np.float32)) for (rgba, _), seen in zip(pictures, whole, strict=True)]
    )
    parts = np.concatenate([parts[seen] for (_, parts), seen in zip(pictures, whole, strict=True)])
    found: dict[str, tuple[Array, float]] = {}
    for region, sources in _SOURCES.items():
        found[region] = (np.full(3, np.nan), 0.0)
        for names in sources:
            own = lab[np.isin(parts, [PARTS.index(name) for name in names])]
            if region in ("top", "bottom", "shoes") and found["skin"][1] > 0.0:
                own = own[~is_skin(own, found["skin"][0])]
            if len(own) >= _ENOUGH:
                colour, share = _main_colour(own, 50.0)
                found[region] = _in_the_light(own, colour), share
                break
    return RegionColours(np.stack([found[region][0] for region in REGIONS]), np.array([found[r][1] for r in REGIONS]))


_THIGHS, _SHINS = ("left_thigh", "right_thigh"), ("left_shin", "right_shin")
_SOURCES = {
    "skin": (("head", "neck"), ("left_hand", "right_hand")),
    "hair": (("hair",),),
    "top": (("torso",), ("left_upper_arm", "right_upper_arm")),
    "bottom": (("skirt",), _THIGHS, _SHINS),
    "shoes": (("left_foot", "right_foot"), _SHINS),
}
"""Parts that show a character's region; each next group where the one before shows too little."""


def _main_colour(lab: Float[Array, "sample 3"], brightness: float) -> tuple[Float[Array, "3"], float]:
    """Return the colour most samples agree on, and the share that does; its brightness is a percentile of theirs.

    Source: mean shift (Comaniciu and Meer 2002) from the fullest cell of a coarse histogram.
    """
    if len(lab) == 0:
        return np.full(3, np.nan), 0.0
    cells, inverse = np.unique(np.floor(lab / _ALIKE), axis=0, return_inverse=True)
    fullest = int(np.bincount(inverse.reshape(-1), minlength=len(cells)).argmax())
    middle = np.median(lab[inverse.reshape(-1) == fullest], axis=0)
    near = np.ones(len(lab), dtype=bool)
    for _ in range(8):
        near = _near(lab, middle)
        middle = lab[near].mean(axis=0)
    own = lab[near]
    colour = np.median(own, axis=0)
    colour[0] = np.percentile(own[:, 0], brightness)
    share = float(near.mean())
    return colour.astype(np.float64), share if share >= _LEAST_SHARE or len(lab) < _ENOUGH else 0.5 * share


def is_skin(lab: Float[Array, "sample 3"], skin: Float[Array, "3"]) -> Bool[Array, " sample"]:
    """Return whether drawn colours are skin in light or shadow, given the skin's own."""
    hues = np.arctan2(lab[:, 2], lab[:, 1]) - np.arctan2(skin[2], skin[1])
    same = np.abs(np.arctan2(np.sin(hues), np.cos(hues))) < _SKIN_HUE_RAD
    chroma = np.linalg.norm(lab[:, 1:], axis=1)
    return np.asarray(same & (chroma > _SKIN_CHROMA[0]) & (chroma < _SKIN_CHROMA[1]) & (lab[:, 0] > 0.5 * skin[0]))


def _in_the_light(lab: Float[Array, "sample 3"], colour: Float[Array, "3"]) -> Float[Array, "3"]:
    """Return a drawn colour as it is in the light, of which there may be less than of its shadow."""
    brighter = lab[:, :1] / max(float(colour[0]), 1.0)
    away = np.linalg.norm(lab[:, 1:] - colour[1:] * brighter, axis=1)
    own = lab[(away < 1.2 * _ALIKE) & (lab[:, 0] >= min(colour[0], float(lab[:, 0].max())))]
    steps = (own[:, 0] / _TONE).astype(int)
    often = np.bincount(steps)
    lit = int(np.flatnonzero(often >= _TONE_SHARE * often.max())[-1])
    return np.median(own[steps == lit], axis=0).astype(np.float64)


def away_from(lab: Float[Array, "sample 3"], base: Float[Array, "3"]) -> Float[Array, " sample"]:
    """Return how far colours are from what a base colour turns into in shadow, in light and in lines."""
    dark = np.clip(lab[:, :1] / max(float(base[0]), 1.0), 0.0, 1.0)
    return np.linalg.norm(lab[:, 1:] - base[1:].astype(lab.dtype) * dark, axis=1)


def _near(lab: Float[Array, "sample 3"], middle: Float[Array, "3"]) -> Bool[Array, " sample"]:
    """Whether samples are of one colour: shadow changes lightness more than colour."""
    away = (lab - middle) * np.array([0.6, 1.0, 1.0])
    near = np.asarray((away**2).sum(axis=1) < _ALIKE**2)
    return near if near.any() else np.ones(len(lab), dtype=bool)


def _sample_points(
    region: str, points_px: Float[Array, "keypoint=33 2"], sure: Float[Array, " keypoint=33"]
) -> Float[Array, "sample 2"]:
    """Return places of the picture that show a region; none where it is hidden or unknown."""

    def at(name: str) -> Array:
        return points_px[BODY33_INDEX[name]]

    names = _NEEDS[region]
    shown = min(float(sure[BODY33_INDEX[name]]) for name in names) > 0.5
    if not shown or not np.isfinite([at(name) for name in names]).all():
        return np.zeros((0, 2))
    if region in ("hair", "skin"):
        return _on_head(region, at)
    if region == "top":
        down = (at("left_hip") + at("right_hip") - at("left_shoulder") - at("right_shoulder")) / 2.0
        inner = 0.2 * (at("right_shoulder") - at("left_shoulder"))
        return _grid(at("left_shoulder") + inner + 0.2 * down, at("right_shoulder") - inner + 0.2 * down, 0.5, down)
    if region == "bottom":
        return np.concatenate([_along(at(f"{side}_hip"), at(f"{side}_knee"), 0.15, 0.6) for side in ("left", "right")])
    return np.concatenate([_along(at(f"{side}_heel"), at(f"{side}_toe"), 0.3, 0.85) for side in ("left", "right")])


def _on_head(region: str, at: Callable[[str], Array]) -> Float[Array, "sample 2"]:
    """Return places on the cheeks or over the forehead; in profile on the one cheek and behind the ear."""
    mouth, ears = (at("mouth_left") + at("mouth_right")) / 2.0, (at("left_ear") + at("right_ear")) / 2.0
    left, right = at("left_eye"), at("right_eye")
    across = at("left_ear") - at("right_ear")
    share = float((at("nose") - at("right_ear")) @ across) / max(float(across @ across), 1e-6)
    if across[0] > 0.0 and abs(share - 0.5) < 0.3:
        down = mouth - (left + right) / 2.0
        near, far = (0.35, 0.75) if region == "skin" else (-1.35, -1.8)
        return _grid(right + near * down, left + near * down, far - near, down)
    # Seen from behind the nose, which is guessed, lies between the ears.
    if np.linalg.norm(at("nose") - ears) > np.linalg.norm(across):
        return _along(ears, mouth, 0.45, 0.85) if region == "skin" else _along(ears, mouth, -0.4, -0.9)
    return np.zeros((0, 2))


_HEAD = ("left_eye", "right_eye", "mouth_left", "mouth_right", "nose", "left_ear", "right_ear")
_NEEDS = {
    "hair": _HEAD,
    "skin": _HEAD,
    "top": ("left_shoulder", "right_shoulder", "left_hip", "right_hip"),
    "bottom": ("left_hip", "right_hip", "left_knee", "right_knee"),
    "shoes": ("left_heel", "left_toe", "right_heel", "right_toe"),
}


def _grid(left: Array, right: Array, deep: float, down: Array) -> Float[Array, "sample 2"]:
    across, below = (grid.reshape(-1, 1) for grid in np.meshgrid(_SAMPLES, _SAMPLES * deep))
    return left + (right - left) * across + down * below


def _along(start: Array, end: Array, first: float, last: float) -> Float[Array, "sample 2"]:
    return start + (end - start) * np.linspace(first, last, 20)[:, None]


def _colours_at(rgb: UInt8[Array, "height width 3"], points_px: Float[Array, "sample 2"]) -> Float[Array, "inside 3"]:
    columns, rows = np.floor(points_px).astype(int).T
    inside = (columns >= 0) & (rows >= 0) & (columns < rgb.shape[1]) & (rows < rgb.shape[0])
    return rgb[rows[inside], columns[inside]].astype(np.float64)
