"""Our kinematics against babylon-mmd, which has its own readers of PMX, PMD and VMD and its own IK."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from manekko.files.models import read_rig, standard_rig
from manekko.files.vmd import parse_vmd, rig_motion_from_vmd, vmd_from_rig_motion, write_vmd
from manekko.motion.motion import RigMotion
from manekko.motion.rig_kinematics import pose_rig
from manekko.skeleton.rig import Rig
from tests.clients.babylon_judge import babylon_positions
from tests.clients.page_judge import MMD_UNIT_M
from tests.files.model_samples import pmd_bytes_of
from tests.motion.rig_samples import random_motion

pytestmark = [pytest.mark.client, pytest.mark.slow]

CLOSE_M = 0.01 * MMD_UNIT_M
DANCE_BONES = "センター 頭 左ひじ 左手首 右手首 左人指３ 左足 左ひざ 右ひざ 左足首 右足首 右つま先".split()


def largest_difference_m(model: Path, motion: Path, rig: Rig, frames: list[int], bones: list[str]) -> float:
    judged = babylon_positions(model, motion, frames, bones)
    assert set(judged) == set(bones)
    ours = pose_rig(rig, rig_motion_from_vmd(parse_vmd(motion.read_bytes())), np.array(frames), bones)
    return max(float(np.abs(ours.positions_m(name) - judged[name]).max()) for name in bones)


def written(folder: Path, motion: RigMotion) -> Path:
    path = folder / "motion.vmd"
    path.write_bytes(write_vmd(vmd_from_rig_motion(motion)))
    return path


@pytest.mark.data
@pytest.mark.parametrize("name", ["trace_model", "trace_model_leg_ik", "mmt_test_model", "yw_test_model"])
def test_a_dance_puts_every_bone_where_babylon_mmd_puts_it(data_folder: Path, name: str) -> None:
    model, motion = data_folder / f"mmd/models/{name}.pmx", data_folder / "mmd/motions/wavefile_lat.vmd"
    rig = read_rig(model)
    assert largest_difference_m(model, motion, rig, [0, 57, 245, 959, 1500], DANCE_BONES) < CLOSE_M


@pytest.mark.data
@pytest.mark.parametrize(
    "name",
    [
        *("test_append_bone", "test_fix_axis", "test_basic_bone", "test_semi_basic_bone", "constraint_test"),
        *("test_given_bone_comprehensive", "test_hair_physics", "bone_hierarchy_test", "qdef-twist-cylinder"),
    ],
)
def test_wild_keys_agree_on_small_models_too(data_folder: Path, tmp_path: Path, name: str) -> None:
    """Append parents, fixed axes, IK that is switched off half-way, curves of any shape."""
    model = data_folder / f"mmd/fixtures/{name}.pmx"
    rig = read_rig(model)
    motion = written(tmp_path, random_motion(rig, seed=3, switch_ik_off_at=40))
    # Not at a key itself: babylon-mmd ends its search on a curve early, up to 1 mm off where the curve is steep.
    assert largest_difference_m(model, motion, rig, [5, 7, 13, 30, 39, 40, 59], [b.name for b in rig.bones]) < CLOSE_M


def test_a_pmd_model_is_read_and_posed_as_by_babylon_mmd(tmp_path: Path) -> None:
    """Without the leg IK: babylon-mmd 1.3.0 takes the degrees of a PMD's knee limit for radians."""
    model = tmp_path / "model.pmd"
    model.write_bytes(pmd_bytes_of(standard_rig()))
    rig = read_rig(model)
    states = {"左足ＩＫ": False, "右足ＩＫ": False, "左つま先ＩＫ": True, "右つま先ＩＫ": True}
    motion = written(tmp_path, replace(random_motion(rig, seed=5), ik_states=((0, states),)))
    bones = "頭 左手首 左足 右ひざ 左ひざ 左足首 右足首 左つま先 右つま先 左足ＩＫ".split()
    assert largest_difference_m(model, motion, rig, [5, 13, 30, 47], bones) < CLOSE_M
