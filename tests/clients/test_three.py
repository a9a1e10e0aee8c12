"""Our reading of files and our kinematics against three.js r170's own MMD loader, the second reader from outside.

Left out is what that loader does not do as MMD does, by its own account or by its code:

- IK. Its solver is a plain CCD that clamps Euler angles, with no turn of knees about their hinge first: in a dance
  made by hand knees lie up to 0.45 units from MMD's and babylon-mmd's, ankles 0.1. So bones that IK turns are compared
  with IK switched off; with it on only in what we capture, whose leg bones carry the bend already, and more loosely.
- IK states in a VMD, which it does not read: the judge is told instead.
- Fixed axes, append of shifts, local append. The motions here turn 捩 bones about their own axis, so that nothing hangs
  on the first; no model here has the others.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from manekko.files.models import read_rig
from manekko.files.vmd import parse_vmd, rig_motion_from_vmd, vmd_from_rig_motion, write_vmd
from manekko.motion.motion import RigMotion
from manekko.motion.rig_kinematics import needed_bones, pose_rig
from manekko.skeleton.rig import Rig
from tests.clients.page_judge import MMD_UNIT_M
from tests.clients.three_judge import three_positions, three_weights

pytestmark = [pytest.mark.client, pytest.mark.slow, pytest.mark.data]

CLOSE_M = 0.01 * MMD_UNIT_M
UPPER_BONES = set(
    "センター グルーブ 上半身 上半身2 首 頭 左腕 左ひじ 左手首 右腕 右ひじ 右手首 左親指２ 右人指３ 両目".split()
)
LEG_BONES = set("左足 左ひざ 左足首 左つま先 右足 右ひざ 右足首 右つま先".split())


def motion_in(path: Path) -> RigMotion:
    return rig_motion_from_vmd(parse_vmd(path.read_bytes()))


def model_in(data_folder: Path, name: str) -> Path:
    return data_folder / "mmd" / "models" / f"{name}.pmx"


def bones_that_no_ik_turns(rig: Rig) -> list[str]:
    links = {link.bone for bone in rig.bones if bone.ik is not None for link in bone.ik.links}
    return [name for name, number in rig.index.items() if links.isdisjoint(needed_bones(rig, [number]))]


def assert_alike(
    model: Path, motion: Path, frames: list[int], bones: list[str], *, ik: bool, within_m: float = CLOSE_M
) -> None:
    rig, played = read_rig(model), motion_in(motion)
    if not ik:
        chains = {bone.name: False for bone in rig.bones if bone.ik is not None}
        played = replace(played, ik_states=((0, chains),))
    judged = three_positions(model, motion, frames, bones, ik=ik)
    ours = pose_rig(rig, played, np.array(frames))
    assert set(judged) == set(bones)
    apart = {name: float(np.abs(ours.positions_m(name) - judged[name]).max()) for name in bones}
    assert max(apart.values()) < within_m, {name: far for name, far in apart.items() if far >= within_m}


@pytest.mark.parametrize("name", ["trace_model", "trace_model_leg_ik", "mmt_test_model", "yw_test_model"])
def test_a_dance_puts_every_bone_that_no_ik_turns_where_three_puts_it(data_folder: Path, name: str) -> None:
    model, motion = model_in(data_folder, name), data_folder / "mmd/motions/wavefile_lat.vmd"
    bones = bones_that_no_ik_turns(read_rig(model))
    assert set(bones) >= UPPER_BONES
    keys = motion_in(motion).bones["左腕"].frames
    # Keys of an arm, and frames between them, where curves decide.
    frames = sorted({*(int(key) for key in keys[[0, 100, 200, 300, 400]]), 57, 245, 1500})
    assert_alike(model, motion, frames, bones, ik=True)


def test_a_dance_without_ik_puts_legs_too_where_three_puts_them(data_folder: Path) -> None:
    model, motion = model_in(data_folder, "mmt_test_model"), data_folder / "mmd/motions/wavefile_lat.vmd"
    bones = list(read_rig(model).index)
    assert set(bones) >= LEG_BONES
    assert_alike(model, motion, [0, 57, 245, 959, 1500], bones, ik=False)


@pytest.mark.weights
def test_a_captured_dance_is_danced_by_three_as_we_mean_it(captured: Path, data_folder: Path) -> None:
    model = model_in(data_folder, "trace_model")
    bones = bones_that_no_ik_turns(read_rig(model))
    assert set(bones) >= UPPER_BONES
    frames = [0, 40, 90, 150, 220]
    assert_alike(model, captured, frames, bones, ik=True)
    assert_alike(model, captured, frames, sorted(LEG_BONES), ik=True, within_m=5 * CLOSE_M)


@pytest.mark.weights
def test_a_dance_captured_with_fk_legs_is_danced_down_to_the_toes(captured_without_ik: Path, data_folder: Path) -> None:
    model = model_in(data_folder, "trace_model")
    bones = list(read_rig(model).index)
    assert set(bones) >= UPPER_BONES | LEG_BONES
    assert_alike(model, captured_without_ik, [0, 40, 90, 150, 220], bones, ik=False)
    knee = pose_rig(read_rig(model), motion_in(captured_without_ik), np.arange(0, 220, 10)).positions_m("左ひざ")
    assert np.ptp(knee, axis=0).max() > 0.03, "the leg dances by its own bones"


def test_a_face_has_the_weights_that_three_gives_it(data_folder: Path) -> None:
    model, motion = model_in(data_folder, "trace_model"), data_folder / "mmd/motions/face16.vmd"
    morphs = motion_in(motion).morphs
    judged = three_weights(model, motion, [0, 10], list(morphs))
    assert len(judged) >= 18
    assert {name for name, weights in judged.items() if weights[0] > 0} >= {"困る", "下", "瞳小"}
    for name, weights in judged.items():
        assert np.abs(weights - morphs[name][1][0]).max() < 1e-6, name


def test_weights_that_we_write_arrive_at_their_frames(data_folder: Path, tmp_path: Path) -> None:
    names, frames = ["まばたき", "笑い", "あ", "にこり"], np.array([0, 1, 12, 40, 41])
    weights = np.random.default_rng(6).uniform(size=(len(names), len(frames)))
    morphs = {name: (frames, row) for name, row in zip(names, weights, strict=True)}
    path = tmp_path / "face.vmd"
    path.write_bytes(write_vmd(vmd_from_rig_motion(RigMotion("face", {}, morphs))))
    judged = three_weights(model_in(data_folder, "trace_model"), path, frames.tolist(), names)
    for name, row in zip(names, weights, strict=True):
        # The judge is asked 1e-5 s after a key: 0.0003 of a frame, in which a weight may go from 0 to 1.
        assert np.abs(judged[name] - row).max() < 1e-3, name
