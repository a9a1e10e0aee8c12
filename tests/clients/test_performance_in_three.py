"""VRMs that dance, as three.js plays them and as Khronos' validator reads them, against our own kinematics."""

from pathlib import Path

import numpy as np
import pytest

from manekko.character import named_model
from manekko.files.motions import read_motion
from manekko.motion.motion import Motion, RigMotion
from manekko.stage.casting import Part, dancer
from manekko.stage.figure import Pose
from manekko.stage.from_vrm import GlbFigure, bare_figure_from_glb
from manekko.stage.perform import perform
from manekko.studio.performance import performance
from tests.clients.three_vrm_judge import Dance, judge_dance

pytestmark = [pytest.mark.client, pytest.mark.slow, pytest.mark.data]

CLOSE_M = 0.001
FRAMES = (0, 57, 245, 959, 1500)


def own_vrm(name: str) -> Path:
    return named_model(Path(name)).with_suffix(".vrm")


def poses(found: GlbFigure, motion: Motion | RigMotion, *, swaying: bool) -> list[Pose]:
    danced = dancer(Part(Path("dance"), motion), found.figure).motion
    every = list(perform(found.figure, danced, np.arange(max(FRAMES) + 1), swaying=swaying))
    return [every[frame] for frame in FRAMES]


def judged(model: Path, motion: Motion | RigMotion, folder: Path, *, swaying: bool) -> Dance:
    path = folder / "dance.glb"
    path.write_bytes(performance(model.read_bytes(), "somebody", motion, swaying=swaying))
    return judge_dance(path, [frame / 30.0 for frame in FRAMES])


def assert_danced_alike(model: Path, motion: Motion | RigMotion, folder: Path, *, swaying: bool) -> Dance:
    found = bare_figure_from_glb(model.read_bytes(), "somebody")
    dance = judged(model, motion, folder, swaying=swaying)
    assert dance.name == "dance"
    # What other people's files have of their own, short of errors, is not ours to judge.
    assert not [issue for issue in dance.issues if issue["severity"] == 0 or "animations" in issue.get("pointer", "")]
    places = np.array([pose.positions_m for pose in poses(found, motion, swaying=swaying)])
    drawn = [bone for bone, node in enumerate(found.model.order) if node in dance.places]
    assert len(drawn) >= len(found.figure.humanoid)
    for bone in drawn:
        apart = np.abs(dance.places[found.model.order[bone]] - places[:, bone]).max()
        assert apart < CLOSE_M, (found.figure.rig.bones[bone].name, apart)
    hips = places[:, found.figure.humanoid["hips"]]
    assert np.ptp(hips, axis=0).max() > 0.1, "she dances"
    return dance


@pytest.mark.parametrize("swaying", [False, True])
def test_our_vrm_dances_in_three_as_in_manekko(data_folder: Path, tmp_path: Path, swaying: bool) -> None:
    motion = read_motion(data_folder / "mmd/motions/wavefile_lat.vmd")
    assert_danced_alike(own_vrm("maneko"), motion, tmp_path, swaying=swaying)


@pytest.mark.parametrize("name", ["cc0_humanoid.vrm", "godette_ccby.vrm"])
def test_a_vrm0_dances_in_three_as_in_manekko(data_folder: Path, tmp_path: Path, name: str) -> None:
    motion = read_motion(data_folder / "mmd/motions/wavefile_lat.vmd")
    assert_danced_alike(data_folder / "avatars" / name, motion, tmp_path, swaying=name.startswith("godette"))


def test_a_face_has_the_weights_in_three_that_it_has_in_manekko(data_folder: Path, tmp_path: Path) -> None:
    motion = read_motion(data_folder / "mmd/motions/wavefile_lat.vmd")
    found = bare_figure_from_glb(own_vrm("maneko").read_bytes(), "maneko")
    dance = judged(own_vrm("maneko"), motion, tmp_path, swaying=False)
    first = len(found.figure.morphs) - len(found.targets)
    seen = 0
    for number, pose in enumerate(poses(found, motion, swaying=False)):
        for (mesh, target), weight in zip(found.targets, pose.morph_weights[first:], strict=True):
            for node, worn in enumerate(found.model.nodes):
                if worn.mesh == mesh:
                    # Times are single precision: a lid that shuts fast is early or late by microseconds.
                    assert abs(dance.weights[node][number, target] - weight) < 1e-4
                    seen += weight > 0.1
    assert seen >= 3, "mouth and eyes move"
