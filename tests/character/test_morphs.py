import numpy as np
import pytest

from manekko.character.design import Design, head_frame
from manekko.character.face import BLUSH
from manekko.character.face_surface import face_surface
from manekko.character.mouth import INSIDE
from manekko.character.parts import Part
from tests.character.heads import head as piece

STANDARD = (
    *("まばたき", "笑い", "ウィンク", "ウィンク２", "ウィンク右", "ｳｨﾝｸ２右", "なごみ", "はぅ", "びっくり"),
    *("じと目", "ｷﾘｯ", "瞳小", "真面目", "困る", "にこり", "怒り", "上", "下", "前"),
    *("あ", "い", "う", "え", "お", "▲", "∧", "ω", "にやり", "にっこり", "ぺろっ", "口角上げ", "口角下げ", "照れ"),
)


def with_morph(part: Part, name: str) -> np.ndarray:
    rows, shifts = part.morphs[name]
    points = part.positions_m.copy()
    points[rows] += shifts
    return points


def test_all_standard_morphs_are_there_and_no_others() -> None:
    names = {name for part in piece().parts for name in part.morphs}
    assert names == set(STANDARD)


@pytest.mark.parametrize("name", STANDARD)
def test_a_morph_moves_something_and_nothing_far(name: str) -> None:
    shifts = [part.morphs[name][1] for part in piece().parts if name in part.morphs]
    size = np.linalg.norm(np.vstack(shifts), axis=1)
    assert np.isfinite(size).all()
    assert 0.001 < size.max() < 0.25 * head_frame(Design()).height
    for part in piece().parts:
        rows, _ = part.morphs.get(name, (np.zeros(0, int), None))
        assert len(set(rows.tolist())) == len(rows)


def test_the_blush_waits_behind_the_skin_and_comes_before_it() -> None:
    surface = face_surface(Design())
    frame = surface.frame
    for blush in (part for part in piece().parts if part.material == BLUSH):
        points = (blush.positions_m - [0.0, frame.chin_y, frame.centre_z]) / frame.height
        skin = surface.world(surface.front(points[:, :2]))[:, 2]
        assert (blush.positions_m[:, 2] < skin - 0.002).all()
        assert (with_morph(blush, "照れ")[:, 2] > skin + 0.0005).all()


def test_teeth_and_tongue_show_only_in_an_open_mouth() -> None:
    inside = [part for part in piece().parts if part.material == INSIDE]
    assert len(inside) == 3
    for part in inside[1:]:
        low, high = part.positions_m[:, 1].min(), part.positions_m[:, 1].max()
        opened = with_morph(part, "あ")[:, 1]
        assert opened.max() - opened.min() > 1.2 * (high - low)
