"""What of a motion does not reach a character is said."""

from dataclasses import replace

import numpy as np

from manekko.motion.motion import BoneTrack, RigMotion
from manekko.stage.casting import unmoved
from manekko.stage.scene import Dancer
from tests.stage.dolls import doll, sliding

TRACK = BoneTrack(np.array([0]), np.zeros((1, 3)), np.array([[0.0, 0.0, 0.0, 1.0]]))


def moved(*names: str) -> RigMotion:
    return RigMotion("doll", dict.fromkeys(names, TRACK))


def test_a_character_with_the_motions_bones_has_nothing_said() -> None:
    assert unmoved(Dancer(doll(), sliding((1.0, 0.0, 0.0)))) == []
    assert unmoved(Dancer(doll(), moved("センター", "左腕", "頭"))) == []


def test_a_motion_of_nothing_lacks_nothing() -> None:
    assert unmoved(Dancer(doll(), replace(moved(), morphs={"あ": (np.array([0]), np.array([1.0]))}))) == []


def test_a_character_with_none_of_the_bones_stands_still() -> None:
    assert unmoved(Dancer(doll(), moved("左腕", "左足ＩＫ"))) == [
        "it has none of the bones that the motion moves: it stands still"
    ]


def test_missing_leg_ik_is_named() -> None:
    (said,) = unmoved(Dancer(doll(), moved("センター", "左足ＩＫ", "右足ＩＫ")))
    assert said.startswith("it has no 左足ＩＫ, 右足ＩＫ, so its legs may go wrong")
