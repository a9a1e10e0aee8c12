"""A VRM's own file with a dance in it: nodes are where our kinematics have the figure's bones."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from manekko.errors import FormatError, InputError, ManekkoError
from manekko.files.gltf import parse_glb
from manekko.files.vrm_read import read_model
from manekko.motion.motion import BoneTrack, Motion, RigMotion
from manekko.motion.rigged import motion_from_rotations
from manekko.skeleton.rotations import from_rotation_vectors
from manekko.skeleton.skeleton import default_skeleton
from manekko.stage.casting import Part, dancer
from manekko.stage.from_vrm import bare_figure_from_glb
from manekko.stage.perform import perform
from manekko.studio import performance as module
from manekko.studio.performance import performance
from tests.files.gltf_played import played_worlds
from tests.files.test_gltf import changed
from tests.files.vrm_samples import document_of, sample_vrm, sample_vrm0, with_document

FRAMES = 40


def waved(axis: tuple[float, float, float], swing_rad: float) -> np.ndarray:
    angles = swing_rad * np.sin(np.arange(FRAMES) / 6.0)
    return from_rotation_vectors(angles[:, None] * np.array(axis))


def dance() -> Motion:
    """Hips that turn and travel, an arm and a leg that swing, a smile that comes and goes."""
    hips = default_skeleton().rest_positions_m[0] + np.linspace(0.0, 0.4, FRAMES)[:, None] * np.array([1.0, 0.1, 0.5])
    turned = {
        "hips": waved((0.0, 1.0, 0.0), 1.2),
        "leftUpperArm": waved((0.0, 0.0, 1.0), 1.0),
        "leftUpperLeg": waved((1.0, 0.0, 0.0), 0.5),
    }
    smile = np.abs(np.sin(np.arange(FRAMES) / 9.0))
    return replace(motion_from_rotations(default_skeleton(), hips, turned, fps=30.0), expressions={"happy": smile})


def assert_danced(data: bytes, motion: Motion | RigMotion, *, swaying: bool) -> bytes:
    """The file's nodes are where the figure's bones are, in frames from first to last."""
    made = performance(data, "somebody", motion, swaying=swaying)
    found = bare_figure_from_glb(data, "somebody")
    danced = dancer(Part(Path("dance"), motion), found.figure).motion
    poses = list(perform(found.figure, danced, np.arange(danced.frame_count), swaying=swaying))
    for frame in sorted({*range(0, len(poses), 7), len(poses) - 1}):
        worlds = played_worlds(made, frame)
        places = np.array([worlds[node][:3, 3] for node in found.model.order])
        assert np.abs(places - poses[frame].positions_m).max() < 1e-5
    return made


@pytest.mark.parametrize("swaying", [False, True])
@pytest.mark.parametrize("sample", [sample_vrm, sample_vrm0])
def test_every_node_is_where_the_figures_bone_is(sample: Callable[[], bytes], swaying: bool) -> None:
    made = assert_danced(sample(), dance(), swaying=swaying)
    ends = [played_worlds(made, frame)[5][:3, 3] for frame in (0, FRAMES - 1)]
    assert np.abs(ends[1] - ends[0]).max() > 0.2, "the foot travels"


def test_nodes_with_axes_of_their_own_are_too() -> None:
    """The spine's axes are turned, larger, and given as a matrix; what hangs on it is turned back and smaller."""
    document, turn = document_of(sample_vrm()), [0.0, 0.0, 0.5**0.5, 0.5**0.5]
    spine = document["nodes"][1]
    spine["matrix"] = [0.0, 2.0, 0.0, 0.0, -2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 0.0, *spine.pop("translation"), 1.0]
    for child in spine["children"]:
        x, y, z = document["nodes"][child]["translation"]
        document["nodes"][child] |= {"translation": [y / 2.0, -x / 2.0, z / 2.0], "scale": [0.5, 0.5, 0.5]}
        document["nodes"][child]["rotation"] = [0.0, 0.0, -turn[2], turn[3]]
    data = with_document(sample_vrm(), document)
    assert read_model(data).nodes[1].local[1, 0] == 2.0
    assert_danced(data, dance(), swaying=True)


def test_swaying_moves_what_hangs_and_nothing_else() -> None:
    stiff, swung = (performance(sample_vrm(), "somebody", dance(), swaying=swaying) for swaying in (False, True))
    apart = np.array(
        [
            np.abs(a[:3, 3] - b[:3, 3]).max()
            for a, b in zip(played_worlds(stiff, 30), played_worlds(swung, 30), strict=True)
        ]
    )
    assert apart[16] > 0.003, "the ribbon's tip"
    assert apart[:15].max() < 1e-6


def test_expressions_are_weights_of_what_they_move() -> None:
    made = performance(sample_vrm(), "somebody", dance(), swaying=False)
    animation = document_of(made)["animations"][0]
    channel = next(one for one in animation["channels"] if one["target"]["path"] == "weights")
    assert channel["target"]["node"] == 17
    weights = parse_glb(made).accessor(animation["samplers"][channel["sampler"]]["output"], 1, "weights")[:, 0]
    assert np.allclose(weights, np.abs(np.sin(np.arange(FRAMES) / 9.0)), atol=1e-6)


def test_a_motion_made_for_mmd_is_danced_too() -> None:
    turns = from_rotation_vectors(np.array([[0.0, 0.0, 0.0], [0.0, 0.9, 0.0]]))
    shifts = np.array([[0.0, 0.0, 0.0], [0.5, 0.0, 0.0]])
    motion = RigMotion("", {"センター": BoneTrack(np.array([0, 20]), shifts, turns)})
    assert_danced(sample_vrm0(), motion, swaying=False)


def test_a_pose_of_one_frame_is_held() -> None:
    turn = from_rotation_vectors(np.array([[0.0, 0.0, -0.6]]))
    motion = RigMotion("", {"左腕": BoneTrack(np.array([0]), np.zeros((1, 3)), turn)})
    made = assert_danced(sample_vrm(), motion, swaying=False)
    assert document_of(made)["accessors"][document_of(made)["animations"][0]["samplers"][0]["input"]]["count"] == 1


def test_who_is_no_person_does_not_dance() -> None:
    document = document_of(sample_vrm())
    del document["extensions"], document["extensionsUsed"]
    for number, node in enumerate(document["nodes"]):
        node["name"] = f"part {number}"
    with pytest.raises(InputError, match="no bones of a person were found"):
        performance(with_document(sample_vrm(), document), "chair", dance(), swaying=False)


def test_a_motion_too_long_to_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_PLACES", 100)
    with pytest.raises(InputError, match="the motion lasts 0 minutes, too long for a character with 15 bones"):
        performance(sample_vrm(), "somebody", dance(), swaying=False)


def test_what_is_no_glb_is_refused() -> None:
    with pytest.raises(FormatError, match="a GLB begins with 'glTF'"):
        performance(b"PMX and more", "somebody", dance(), swaying=False)


@pytest.mark.slow
def test_hundreds_of_changed_documents_dance_or_are_refused() -> None:
    outcomes = [danced_or_refused(changed(seed), swaying=seed % 2 == 0) for seed in range(150)]
    assert 10 < sum(outcomes) < 140


def danced_or_refused(data: bytes, *, swaying: bool) -> bool:
    try:
        performance(data, "somebody", dance(), swaying=swaying)
    except ManekkoError:
        return False
    return True
