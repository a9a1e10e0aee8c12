from functools import cache

import numpy as np
import pytest

from manekko.arrays import Array, Float
from manekko.character.design import Design, head_frame
from manekko.character.face_surface import face_surface
from manekko.character.parts import Part
from tests.character.heads import head


def skin() -> Part:
    return head().parts[0]


@cache
def openings() -> list[list[int]]:
    """Loops of vertices round the openings of the face: eyes and mouth."""
    edges = {(int(triangle[i]), int(triangle[i - 2])) for triangle in skin().triangles for i in range(3)}
    once = {a: b for a, b in edges if (b, a) not in edges}
    loops = []
    while once:
        loop = [next(iter(once))]
        while loop[-1] in once:
            loop.append(once.pop(loop[-1]))
        loops.append(loop)
    frame = head_frame(Design())
    return [loop for loop in loops if skin().positions_m[loop, 2].min() > frame.centre_z + 0.15 * frame.height]


def moved(weights: dict[str, float]) -> Float[Array, "vertex 3"]:
    points = skin().positions_m.copy()
    for name, weight in weights.items():
        rows, shifts = skin().morphs[name]
        np.add.at(points, rows, weight * shifts)
    return points


def area(loop: list[int], weights: dict[str, float]) -> float:
    """Area of an opening as seen from the front [cm²]."""
    x, y = moved(weights)[loop[:-1], :2].T * 100.0
    return abs(float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))) / 2.0


def eye(side: float) -> list[int]:
    return next(loop for loop in openings() if side * skin().positions_m[loop, 0].mean() > 0.02)


def mouth() -> list[int]:
    return next(loop for loop in openings() if abs(skin().positions_m[loop, 0].mean()) < 0.005)


def test_the_face_has_two_eyes_and_a_mouth() -> None:
    assert len(openings()) == 3


def test_the_mouth_is_closed_at_rest_and_the_eyes_are_open() -> None:
    assert area(mouth(), {}) < 1e-3
    assert area(eye(1.0), {}) == pytest.approx(area(eye(-1.0), {}), rel=1e-6)
    assert area(eye(1.0), {}) > 8.0


@pytest.mark.parametrize("name", ["まばたき", "笑い", "なごみ", "はぅ"])
def test_closed_lids_leave_nothing_open(name: str) -> None:
    for side in (1.0, -1.0):
        assert area(eye(side), {name: 1.0}) < 1e-3
        assert 0.2 < area(eye(side), {name: 0.5}) / area(eye(side), {}) < 0.8


@pytest.mark.parametrize(
    ("name", "side"), [("ウィンク", 1.0), ("ウィンク２", 1.0), ("ウィンク右", -1.0), ("ｳｨﾝｸ２右", -1.0)]
)
def test_a_wink_closes_its_own_eye_only(name: str, side: float) -> None:
    assert area(eye(side), {name: 1.0}) < 1e-3
    assert area(eye(-side), {name: 1.0}) == pytest.approx(area(eye(-side), {}), rel=1e-9)


def test_surprise_opens_the_eyes_wider_and_a_flat_look_narrows_them() -> None:
    rest = area(eye(1.0), {})
    assert area(eye(1.0), {"びっくり": 1.0}) > 1.1 * rest
    assert area(eye(1.0), {"じと目": 1.0}) < 0.8 * rest


def test_vowels_open_the_mouth_each_in_its_own_way() -> None:
    sizes = {vowel: area(mouth(), {vowel: 1.0}) for vowel in "あいうえお"}
    assert sizes["あ"] > sizes["え"] > sizes["い"] > sizes["う"]
    assert sizes["あ"] > sizes["お"] > sizes["う"] > 0.1

    def proportion(vowel: str) -> float:
        x, y = moved({vowel: 1.0})[mouth(), :2].T
        return float(np.ptp(x) / np.ptp(y))

    assert proportion("い") > 1.5 * proportion("え") > 1.5 * 1.5 * proportion("お")


def test_a_singer_may_smile_and_blink() -> None:
    assert area(eye(1.0), {"あ": 1.0, "笑い": 1.0}) < 1e-3
    assert area(mouth(), {"あ": 1.0, "笑い": 1.0}) == pytest.approx(area(mouth(), {"あ": 1.0}), rel=1e-6)


def test_the_skin_never_folds_over_when_expressions_move_it() -> None:
    for name in skin().morphs:
        corners = moved({name: 1.0})[skin().triangles]
        facing = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        rest = skin().positions_m[skin().triangles]
        before = np.cross(rest[:, 1] - rest[:, 0], rest[:, 2] - rest[:, 0])
        front = before[:, 2] > 0.7 * np.linalg.norm(before, axis=1)
        assert -facing[front, 2].clip(max=0.0).sum() < 0.01 * before[front, 2].sum(), name


def test_points_of_the_front_view_lie_on_the_skin() -> None:
    x, y = np.meshgrid(np.linspace(-0.26, 0.26, 9), np.linspace(0.20, 0.60, 9))
    view = np.stack([x.ravel(), y.ravel()], axis=1)
    surface = face_surface(Design())
    chart = surface.chart(view)
    np.testing.assert_allclose(surface.at(chart[:, 0], chart[:, 1])[:, :2], view, atol=1e-6)
