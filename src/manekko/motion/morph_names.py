"""The same face under other names: MMD's morphs and VRM's expressions."""

from collections.abc import Collection, Mapping

import numpy as np

from manekko.arrays import Array

MMD_MORPHS_OF_EXPRESSION = {
    **{"aa": ("あ",), "ih": ("い",), "ou": ("う",), "ee": ("え",), "oh": ("お",)},
    "blink": ("まばたき",),
    "blinkLeft": ("ウィンク２", "ウィンク", "ｳｨﾝｸ２", "ｳｨﾝｸ"),
    "blinkRight": ("ｳｨﾝｸ２右", "ウィンク右", "ウィンク２右", "ｳｨﾝｸ右"),
    "happy": ("笑い", "にこり", "にっこり"),
    "angry": ("怒り",),
    "sad": ("困る", "悲しい"),
    "relaxed": ("なごみ",),
    "surprised": ("びっくり",),
}
"""VRM expression → MMD's morphs that show it, the nearest first."""

_EXPRESSION_OF_MMD_MORPH = {
    morph: expression for expression, morphs in MMD_MORPHS_OF_EXPRESSION.items() for morph in morphs
}

Keys = tuple[Array, Array]
"""(key frames, weights 0–1) of a morph."""


def morphs_for(keys: Mapping[str, Keys], known: Collection[str]) -> dict[str, Keys]:
    """Return the keys of morphs under the names that a figure knows.

    A name the figure has stays; otherwise a VRM expression becomes the nearest MMD morph that the figure has, an MMD
    morph the VRM expression. Names without a counterpart are left out. Where several become one, the larger weight
    counts in each frame.

    >>> sorted(morphs_for({"まばたき": (np.array([0]), np.array([1.0]))}, ["blink", "aa"]))
    ['blink']
    """
    result: dict[str, Keys] = {}
    for name, (frames, weights) in keys.items():
        target = name if name in known else _counterpart(name, known)
        if target is None or len(frames) == 0:
            continue
        both = result.get(target)
        result[target] = (frames, weights) if both is None else _larger(both, (frames, weights))
    return result


def _counterpart(name: str, known: Collection[str]) -> str | None:
    candidates = (*MMD_MORPHS_OF_EXPRESSION.get(name, ()), _EXPRESSION_OF_MMD_MORPH.get(name, ""))
    return next((candidate for candidate in candidates if candidate in known), None)


def _larger(first: Keys, second: Keys) -> Keys:
    frames = np.union1d(first[0], second[0])
    return frames, np.maximum(np.interp(frames, *first), np.interp(frames, *second))
