"""VRM files that we read and write, as pixiv's three-vrm and Khronos' validator see them."""

from pathlib import Path

import numpy as np
import pytest

from manekko.arrays import Array, Float
from manekko.character import default_model
from manekko.character.vrm import vrm_of_figure
from manekko.files.vrm_write import PRESET_EXPRESSIONS
from manekko.motion.motion import BoneTrack, RigMotion
from manekko.skeleton.rotations import as_axes, from_rotation_vectors
from manekko.stage.figure import Figure, GroupMorph, Pose, VertexMorph
from manekko.stage.figures import read_figure
from manekko.stage.from_vrm import figure_from_glb
from manekko.stage.perform import perform
from tests.clients.three_vrm_judge import judge_vrm

pytestmark = [pytest.mark.client, pytest.mark.slow]

CLOSE_M = 0.001
TURNS_RAD = {
    "hips": (0.1, 0.6, -0.1),
    "spine": (0.3, 0.2, 0.1),
    "head": (0.2, -0.4, 0.1),
    "leftUpperArm": (0.3, -0.5, -0.9),
    "leftLowerArm": (0.2, -1.1, 0.0),
    "rightUpperArm": (-0.4, 0.3, 0.7),
    "rightHand": (0.5, 0.2, 0.4),
    "leftUpperLeg": (-0.9, 0.2, 0.1),
    "leftLowerLeg": (1.2, 0.0, 0.0),
    "rightFoot": (0.4, 0.3, 0.0),
}


def posed(figure: Figure) -> Pose:
    turns = {
        figure.rig.bones[figure.humanoid[name]].name: from_rotation_vectors(np.array(turn))
        for name, turn in TURNS_RAD.items()
        if name in figure.humanoid
    }
    still = np.zeros((1, 3))
    tracks = {name: BoneTrack(np.array([0]), still, turn[None]) for name, turn in turns.items()}
    return next(perform(figure, RigMotion("", tracks), np.array([0]), swaying=False))


def vertices(figure: Figure, pose: Pose) -> Float[Array, "vertex 3"]:
    mesh, rest = figure.mesh, np.array([bone.rest_position_m for bone in figure.rig.bones])
    axes = as_axes(pose.rotations_xyzw)
    places = np.zeros_like(mesh.positions_m)
    for corner in range(4):
        bone = mesh.bones[:, corner]
        moved = np.einsum("vij,vj->vi", axes[bone], mesh.positions_m - rest[bone]) + pose.positions_m[bone]
        places += mesh.weights[:, corner, None] * moved
    return places


def farthest(figure: Figure, name: str) -> float:
    morphs = dict(figure.morphs)
    group = morphs[name]
    assert isinstance(group, GroupMorph)
    shifts = np.zeros_like(figure.mesh.positions_m)
    for number, share in zip(group.morphs, group.shares, strict=True):
        target = figure.morphs[number][1]
        assert isinstance(target, VertexMorph)
        shifts[target.vertices] += share * target.shifts_m
    return float(np.linalg.norm(shifts, axis=1).max())


def assert_read_alike(path: Path, figure: Figure, *, faces_back: bool) -> None:
    """Bones at rest, bones and drawn vertices in a pose, and expressions are where three-vrm has them."""
    side = -1.0 if faces_back else 1.0
    turns = {
        name: from_rotation_vectors(np.array(turn) * [side, 1.0, side]).tolist() for name, turn in TURNS_RAD.items()
    }
    expressions = [name for name, morph in figure.morphs if isinstance(morph, GroupMorph)]
    judged = judge_vrm(path, pose=turns, expressions=expressions)
    assert set(judged.bones) == set(figure.humanoid)
    pose = posed(figure)
    for name, bone in figure.humanoid.items():
        rest = np.array(figure.rig.bones[bone].rest_position_m)
        assert np.abs(judged.bones[name] - rest).max() < CLOSE_M, name
        assert np.abs(judged.posed_bones[name] - pose.positions_m[bone]).max() < CLOSE_M, name
    drawn = vertices(figure, pose)
    assert np.abs(judged.posed_box - [drawn.min(0), drawn.max(0)]).max() < CLOSE_M
    assert set(judged.farthest) == set(expressions)
    for name, far in judged.farthest.items():
        assert abs(far - farthest(figure, name)) < CLOSE_M, name


@pytest.mark.data
@pytest.mark.parametrize("name", ["cc0_humanoid.vrm", "godette_ccby.vrm"])
def test_a_vrm0_file_is_read_as_three_vrm_reads_it(data_folder: Path, name: str) -> None:
    path = data_folder / "avatars" / name
    assert_read_alike(path, figure_from_glb(path.read_bytes(), name), faces_back=True)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A VRM of the default character."""
    figure = read_figure(default_model())
    path = tmp_path_factory.mktemp("vrm") / "character.vrm"
    path.write_bytes(vrm_of_figure(figure, name="Maneko"))
    return path


def test_our_vrm_moves_in_three_vrm_as_in_manekko(written: Path) -> None:
    assert_read_alike(written, figure_from_glb(written.read_bytes(), "ours"), faces_back=False)


def test_our_vrm_has_all_that_vrm_has_a_name_for(written: Path) -> None:
    judged = judge_vrm(written)
    assert judged.version == "1"
    assert set(judged.known) == set(PRESET_EXPRESSIONS)
    assert len(judged.bones) >= 52
    assert judged.springs > 50
    assert judged.colliders > 5
    assert all(toon for _, toon in judged.materials)
    assert judged.licence == "https://vrm.dev/licenses/1.0/"
    assert written.stat().st_size <= 3_000_000


def test_khronos_validator_finds_nothing_wrong_with_our_vrm(written: Path) -> None:
    # It does not know VRM's extensions; MToon beside its unlit substitute is how VRM wants it.
    known = {"UNSUPPORTED_EXTENSION", "MULTIPLE_EXTENSIONS", "UNUSED_OBJECT"}
    issues = [issue for issue in judge_vrm(written).issues if issue["code"] not in known or issue["severity"] == 0]
    assert not issues
