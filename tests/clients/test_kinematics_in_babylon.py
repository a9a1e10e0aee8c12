"""Whole rigs as they perform, against babylon-mmd: where every bone is and how it is turned; and VMD cameras.

Not compared, because babylon-mmd 1.3 is not as MMD there:

- Frames on a key. It ends its search on a Bézier curve early, so that a key is missed by up to 0.015 units where the
  curve is steep; frames between keys are off by less than 0.001.
- Bones that several bone morphs turn at once. It blends each turn with what the morphs before have left, in the order
  in which they were first used, so that a morph at full weight undoes the others; here they follow each other.
- Bones of one name. It takes keys for the last, we for all of them.
- IK whose links append what its own chain carries, and IK on the target of other IK: it goes round in circles there.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from manekko.files.names import encode_name
from manekko.files.pmx import parse_pmx, write_pmx
from manekko.files.vmd import (
    CAMERA_KEY,
    CAMERA_MODEL_NAME,
    MODEL_NAME_BYTES,
    VmdFile,
    parse_vmd,
    rig_motion_from_vmd,
    vmd_from_rig_motion,
    write_vmd,
)
from manekko.files.vmd_camera import camera_track
from manekko.motion.motion import RigMotion
from manekko.skeleton.rotations import as_axes
from manekko.stage.figure import BoneMorph, Figure
from manekko.stage.figures import read_figure
from manekko.stage.morphs import sample_weights
from manekko.stage.perform import perform
from manekko.stage.vmd_view import view_of
from tests.clients.babylon_judge import babylon_bones, babylon_camera
from tests.clients.page_judge import MMD_UNIT_M
from tests.motion.rig_samples import random_motion
from tests.motion.wild_models import morphing, wild_model

pytestmark = [pytest.mark.client, pytest.mark.slow, pytest.mark.data]

CLOSE_UNITS = 0.01
CLOSE_RAD = 0.003
BETWEEN_KEYS = [5.0, 7.0, 13.0, 20.5, 30.0, 33.25, 41.0, 47.0, 59.0]


def deviations(model: Path, motion: Path, frames: list[float]) -> tuple[float, float]:
    """Return how far apart all bones lie at most: their places in MMD's units, their turns [rad]."""
    figure = read_figure(model)
    played = rig_motion_from_vmd(parse_vmd(motion.read_bytes()))
    poses = list(perform(figure, played, np.array(frames), swaying=False))
    theirs_m, their_axes = babylon_bones(model, motion, frames)
    ours_m = np.stack([pose.positions_m for pose in poses])
    axes = np.stack([as_axes(pose.rotations_xyzw) for pose in poses])
    fair = ~blended(figure, played, frames)
    assert fair.mean() > 0.95
    far = np.abs(ours_m - theirs_m).max(-1)[fair].max() / MMD_UNIT_M
    # Between rotations by an angle a, the matrices' difference has the norm √8 · sin(a / 2).
    turned = np.linalg.norm(axes - their_axes, axis=(-1, -2))[fair].max() / np.sqrt(2.0)
    return float(far), float(turned)


def blended(figure: Figure, motion: RigMotion, frames: list[float]) -> np.ndarray:
    """Return (frame, bone) where several bone morphs are at work on a bone or one that carries it."""
    weights = sample_weights(figure.morphs, motion, np.array(frames))
    count = np.zeros((len(frames), len(figure.rig.bones)), int)
    for number, (_, morph) in enumerate(figure.morphs):
        if isinstance(morph, BoneMorph):
            count[:, morph.bones] += (weights[:, number] != 0.0)[:, None]
    result = count > 1
    for bone, record in enumerate(figure.rig.bones):
        if record.parent >= 0:
            result[:, bone] |= result[:, record.parent]
    return result


def written(folder: Path, motion: RigMotion) -> Path:
    path = folder / "motion.vmd"
    path.write_bytes(write_vmd(vmd_from_rig_motion(motion)))
    return path


def fixture_models() -> Sequence[str]:
    """Return all fixtures with a skeleton of their own; the many with one bone of no constraint are alike."""
    return """bdef2-two-bone-strip bdef4-twist-cylinder bone_flag_test bone_hierarchy_test bone_hierarchy_test2
        constraint_test constraint_test2 constraint_test3 constraint_test4 test_1bone_cube test_append_bone
        test_basic_bone test_fix_axis test_given_bone_comprehensive test_hair_physics test_semi_basic_bone
        test_vertex_morph uv_morph_test""".split()


@pytest.mark.parametrize("name", fixture_models())
def test_wild_keys_put_every_bone_where_babylon_mmd_puts_it(data_folder: Path, tmp_path: Path, name: str) -> None:
    model = data_folder / f"mmd/fixtures/{name}.pmx"
    motion = written(tmp_path, random_motion(read_figure(model).rig, seed=3, switch_ik_off_at=40))
    far, turned = deviations(model, motion, BETWEEN_KEYS)
    assert far < CLOSE_UNITS
    assert turned < CLOSE_RAD


@pytest.mark.parametrize("seed", [2, 5, 7, 9, 21, 23])
def test_models_with_everything_at_once_agree(data_folder: Path, tmp_path: Path, seed: int) -> None:
    """Bones before their parents, chains of append of all kinds, fixed axes, IK with limits, bone and group morphs."""
    base = parse_pmx((data_folder / "mmd/fixtures/test_append_bone.pmx").read_bytes())
    model = tmp_path / "model.pmx"
    model.write_bytes(write_pmx(wild_model(base, seed=seed)))
    keys = random_motion(read_figure(model).rig, seed=seed, switch_ik_off_at=40)
    far, turned = deviations(model, written(tmp_path, morphing(keys, seed=seed)), BETWEEN_KEYS)
    assert far < CLOSE_UNITS
    assert turned < CLOSE_RAD


@pytest.mark.parametrize("name", ["trace_model", "yw_test_model"])
def test_a_dance_puts_every_bone_where_babylon_mmd_puts_it(data_folder: Path, name: str) -> None:
    frames = sorted(
        {*map(float, range(0, 3000, 23)), *np.random.default_rng(1).uniform(0.0, 3000.0, 40).round(2).tolist()}
    )
    model, motion = data_folder / f"mmd/models/{name}.pmx", data_folder / "mmd/motions/wavefile_lat.vmd"
    far, turned = deviations(model, motion, frames)
    assert far < CLOSE_UNITS
    assert turned < CLOSE_RAD


@pytest.mark.parametrize(
    ("model", "motion"),
    [
        ("fixtures/test_1bone_cube", "fixtures/test_1bone_cube_motion"),
        ("fixtures/test_append_bone", "fixtures/test_append_bone"),
        ("fixtures/test_vertex_morph", "fixtures/test_vertex_morph_motion"),
        ("models/yw_test_model", "motions/azusa_bow1"),
    ],
)
def test_motions_made_for_a_model_agree(data_folder: Path, model: str, motion: str) -> None:
    frames = [float(frame) for frame in range(0, 120, 4)]
    far, turned = deviations(data_folder / f"mmd/{model}.pmx", data_folder / f"mmd/{motion}.vmd", frames)
    assert far < CLOSE_UNITS
    assert turned < CLOSE_RAD


def test_a_camera_stands_looks_and_cuts_as_babylon_mmds(data_folder: Path, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    keys = np.zeros(7, CAMERA_KEY)
    keys["frame"] = [0, 15, 30, 31, 60, 61, 100]
    keys["distance"] = -rng.uniform(5.0, 60.0, 7)
    keys["distance"][4] = 7.0
    keys["centre"], keys["rotation_rad"] = rng.normal(size=(7, 3)) * 8.0, rng.normal(size=(7, 3)) * 2.0
    keys["curves"], keys["view_angle_deg"] = rng.integers(0, 128, (7, 24)), rng.integers(10, 100, 7)
    path = tmp_path / "camera.vmd"
    path.write_bytes(write_vmd(VmdFile(encode_name(CAMERA_MODEL_NAME, MODEL_NAME_BYTES), cameras=keys)))
    frames = [-1.0, 3.0, 7.5, 14.0, 22.3, 29.9, 30.0, 30.5, 31.0, 45.0, 60.0, 60.25, 61.0, 80.0, 99.0, 100.0, 130.0]
    positions, axes, view_angles = babylon_camera(data_folder / "mmd/fixtures/test_1bone_cube.pmx", path, frames)
    track = camera_track(parse_vmd(path.read_bytes()))
    assert track is not None
    for number, frame in enumerate(frames):
        state = track.at(frame)
        view = view_of(state, (1280, 720))
        assert np.abs(view.position_m - positions[number]).max() < CLOSE_UNITS * MMD_UNIT_M, frame
        assert np.abs(as_axes(view.rotation_xyzw) * [1.0, -1.0, 1.0] - axes[number]).max() < CLOSE_RAD, frame
        assert abs(state.view_angle_rad - view_angles[number]) < 1e-3, frame
