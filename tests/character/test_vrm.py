"""The character as VRM 1.0: in T-pose, on VRM's bones, with a face and springs."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from manekko.character import default_model
from manekko.character.vrm import vrm_of_figure
from manekko.character.vrm_pose import humanoid_bones, t_posed, taken_over
from manekko.errors import InputError
from manekko.files.standard_rig import standard_rig
from manekko.files.vrm_read import read_model
from manekko.files.vrm_write import PRESET_EXPRESSIONS
from manekko.motion.motion import RigMotion
from manekko.skeleton.rig import Rig
from manekko.stage.figure import Figure
from manekko.stage.figures import read_figure
from manekko.stage.from_vrm import figure_from_glb
from manekko.stage.perform import perform


@pytest.fixture(scope="module")
def figure() -> Figure:
    """The default character with its springs."""
    return read_figure(default_model())


@pytest.fixture(scope="module")
def written(figure: Figure) -> bytes:
    return vrm_of_figure(figure, name="Maneko")


@pytest.mark.slow
def test_arms_and_fingers_lie_straight_out_to_the_sides(figure: Figure) -> None:
    rest, bones = t_posed(figure), humanoid_bones(figure.rig)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        places = [rest.bones_m[bones[side + part]] for part in ("UpperArm", "LowerArm", "Hand", "MiddleProximal")]
        assert np.ptp([place[1] for place in places]) < 1e-6
        assert np.ptp([place[2] for place in places]) < 1e-6
        assert all(sign * (after[0] - before[0]) > 0.0 for before, after in pairwise(places))
        for finger in ("Index", "Middle", "Ring", "Little"):
            joints = [rest.bones_m[bones[side + finger + part]] for part in ("Proximal", "Intermediate", "Distal")]
            assert np.ptp([joint[1] for joint in joints]) < 1e-6, finger
        thumb = rest.bones_m[bones[side + "ThumbDistal"]] - rest.bones_m[bones[side + "ThumbMetacarpal"]]
        assert thumb[2] > 0.0, "thumbs point forwards when the palms face down"


@pytest.mark.slow
def test_the_vrm_has_the_same_figure_and_is_small(figure: Figure, written: bytes) -> None:
    assert len(written) <= 3_000_000
    other = figure_from_glb(written, "file")
    rest = t_posed(figure)
    assert np.allclose(other.mesh.positions_m.min(0), rest.positions_m.min(0), atol=1e-5)
    assert np.allclose(other.mesh.positions_m.max(0), rest.positions_m.max(0), atol=1e-5)
    assert len(other.mesh.triangles) == len(figure.mesh.triangles)
    assert other.warnings == ()
    assert {"hips", "leftThumbMetacarpal", "rightLittleDistal", "leftToes", "rightEye"} <= set(other.humanoid)
    assert not any("捩" in bone.name or bone.name.endswith("D") for bone in other.rig.bones)


@pytest.mark.slow
def test_the_same_character_gives_the_same_bytes(figure: Figure, written: bytes) -> None:
    assert vrm_of_figure(figure, name="Maneko") == written


@pytest.mark.slow
def test_every_expression_that_vrm_knows_moves_the_face(written: bytes) -> None:
    model = read_model(written)
    assert {face.name for face in model.expressions} == set(PRESET_EXPRESSIONS)
    face = model.meshes[0]
    assert face.name == "Face"
    for expression in model.expressions:
        moved = [
            np.linalg.norm(model.vertices[primitive.vertices].targets[target].shifts_m, axis=1).max(initial=0.0)
            for _, target, _ in expression.binds
            for primitive in face.primitives
        ]
        assert (max(moved, default=0.0) > 0.002) == (expression.name != "neutral"), expression.name
    shut = {face.name for face in model.expressions if face.shuts_eyes}
    assert shut == {"happy", "relaxed"}, "a blink that blocks blinks would block itself"


@pytest.mark.slow
def test_hair_and_skirt_sway_in_the_vrm_too(figure: Figure, written: bytes) -> None:
    model = read_model(written)
    assert len(model.springs) == len(figure.springs) > 0
    assert len(model.colliders) == len(figure.capsules) > 0
    other = figure_from_glb(written, "file")
    for spring, before in zip(other.springs, figure.springs, strict=True):
        assert len(spring.bones) == len(before.bones)
        assert spring.radius_m == pytest.approx(before.radius_m, abs=1e-4)
        assert spring.drag == pytest.approx(before.drag, abs=0.01)
        assert spring.gravity == pytest.approx(before.gravity, abs=0.01)
    poses = list(perform(other, RigMotion("", {}), np.arange(10)))
    moved = np.linalg.norm(poses[-1].positions_m - poses[0].positions_m, axis=1)
    assert moved.max() < 0.02, "at rest it hangs still"


@pytest.mark.slow
def test_it_says_that_everybody_may_do_anything(written: bytes) -> None:
    meta = read_model(written).meta
    assert meta["authors"] == "Manekko"
    assert meta["licenseUrl"] == "https://vrm.dev/licenses/1.0/"
    assert "creativecommons.org/publicdomain/zero/1.0" in meta["otherLicenseUrl"]
    assert "CC0" in meta["copyrightInformation"]


def test_helper_bones_give_their_vertices_to_the_bone_that_moves_alike() -> None:
    rig = standard_rig()
    bones = humanoid_bones(rig)
    kept = {bone: node for node, bone in enumerate(bones.values())}
    nodes = taken_over(rig, kept)
    names = list(bones)
    expected = {
        **{"左足D": "leftUpperLeg", "右ひざD": "rightLowerLeg", "左足首D": "leftFoot", "左腕捩": "leftUpperArm"},
        **{"右手捩": "rightLowerArm", "全ての親": "hips", "腰": "hips", "左足先EX": "leftToes"},
    }
    assert {name: names[nodes[rig.index[name]]] for name in expected} == expected


def test_a_model_that_is_no_person_is_refused_in_words() -> None:
    bones = tuple(replace(bone, name="x" + bone.name) if bone.name == "頭" else bone for bone in standard_rig().bones)
    with pytest.raises(InputError, match="lacks the bones 頭, which a VRM needs"):
        humanoid_bones(Rig("robot", bones))
