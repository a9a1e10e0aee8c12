"""The gallery holds what its command draws, small enough to be looked at online."""

import re

import numpy as np

from manekko.character import default_model
from manekko.files.models import read_rig
from manekko.motion.rig_kinematics import pose_rig
from tests.gallery.__main__ import ROOT, SHEETS
from tests.gallery.poses import POSES, motion_of
from tests.gallery.sheets import MOST_BYTES

FOLDER = ROOT / "docs" / "gallery"


def test_every_sheet_is_there_small_and_shown() -> None:
    shown = set(re.findall(r"\]\((\w+)\.webp\)", (FOLDER / "README.md").read_text("utf-8")))
    assert shown == set(SHEETS) == {path.stem for path in FOLDER.glob("*.webp")}
    sizes = [path.stat().st_size for path in FOLDER.glob("*.webp")]
    assert max(sizes) <= MOST_BYTES
    assert sum(sizes) <= 1_500_000


def test_poses_are_twenty_and_use_bones_and_morphs_that_the_character_has() -> None:
    rig = read_rig(default_model())
    assert len({case.name for case in POSES}) == 20
    assert {bone for case in POSES for bone, *_ in case.bends} <= set(rig.index)
    assert {morph for case in POSES for morph in case.morphs} <= set(rig.morphs)


def test_arms_point_where_a_pose_says() -> None:
    rig = read_rig(default_model())
    case = next(case for case in POSES if case.name == "arms crossed")
    posed = pose_rig(rig, motion_of(case, rig), np.array([0]))
    places = [posed.positions_m(f"左{part}")[0] for part in ("腕", "ひじ", "手首")]
    assert case.left_arm is not None
    for way, start, end in zip(case.left_arm, places[:-1], places[1:], strict=True):
        along = (end - start) / np.linalg.norm(end - start)
        assert np.allclose(along, np.array(way) / np.linalg.norm(way), atol=1e-6)
