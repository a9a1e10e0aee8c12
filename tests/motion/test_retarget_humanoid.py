"""Motions on figures of VRM's kind: what points where, and how high feet are."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from manekko.arrays import Array
from manekko.errors import InputError
from manekko.files.models import read_rig
from manekko.files.vmd import parse_vmd, rig_motion_from_vmd
from manekko.files.vrm_read import read_model
from manekko.motion.motion import Motion
from manekko.motion.retarget_humanoid import retarget_humanoid
from manekko.motion.rig_kinematics import RigPose, pose_rig
from manekko.motion.rigged import motion_from_rig_motion
from manekko.skeleton.kinematics import global_rotations
from manekko.skeleton.rig import Rig, RigBone
from manekko.skeleton.rotations import angle_between, from_rotation_vectors, rotate
from manekko.skeleton.skeleton import HUMANOID, HUMANOID_PARENTS, JOINT_INDEX, Skeleton, default_skeleton
from tests.lift.dancers import Dance, degrees_apart

SIDES = ("left", "right")
LIMBS = [
    (side + a, side + b)
    for side in SIDES
    for a, b in (("UpperArm", "LowerArm"), ("LowerArm", "Hand"), ("UpperLeg", "LowerLeg"), ("LowerLeg", "Foot"))
]


@pytest.fixture(scope="module")
def motion() -> Motion:
    return Dance(3, turn_rad_s=0.5).motion(3.0)


def humanoid_rig(
    skeleton: Skeleton, *, without: tuple[str, ...] = (), arms_down_rad: float = 0.0
) -> tuple[Rig, dict[str, int]]:
    """A rig with a bone for each joint, below a root and with a bone of no person between hips and spine."""
    places = skeleton.rest_positions_m.copy()
    for side, sign in (("left", -1.0), ("right", 1.0)):
        turn = from_rotation_vectors(np.array([0.0, 0.0, sign * arms_down_rad]))
        shoulder = places[JOINT_INDEX[side + "UpperArm"]].copy()
        for name in HUMANOID:
            if name.startswith((side + "LowerArm", side + "Hand")) or any(
                name.startswith(side + finger) for finger in ("Thumb", "Index", "Middle", "Ring", "Little")
            ):
                places[JOINT_INDEX[name]] = shoulder + rotate(turn, places[JOINT_INDEX[name]] - shoulder)
    bones = [RigBone("root", -1, (0.0, 0.0, 0.0))]
    number = {"": 0}
    for name, parent in HUMANOID_PARENTS.items():
        while parent in without:
            parent = HUMANOID_PARENTS[parent]
        if name not in without:
            x, y, z = (float(part) for part in places[JOINT_INDEX[name]])
            above = number[parent or ""]
            if name == "spine":
                bones.append(RigBone("belt", above, (x, y, z)))
                above = len(bones) - 1
            number[name] = len(bones)
            bones.append(RigBone(f"j_{name}", above, (x, y, z)))
    del number[""]
    return Rig("person", tuple(bones), morphs=("aa", "まばたき")), number


def longer(skeleton: Skeleton, legs: float, arms: float = 1.0) -> Skeleton:
    offsets = skeleton.rest_offsets_m.copy()
    for name, index in JOINT_INDEX.items():
        share = legs if "Leg" in name or "Foot" in name or "Toes" in name or name == "hips" else 1.0
        offsets[index] *= arms if "Arm" in name or "Hand" in name else share
    return Skeleton(offsets)


def danced(motion: Motion, rig: Rig, humanoid: dict[str, int]) -> RigPose:
    return pose_rig(rig, retarget_humanoid(motion, rig, humanoid), np.arange(motion.frame_count))


def soles(positions: dict[str, Array], turns: dict[str, Array], rest: dict[str, Array]) -> Array:
    """Height of each foot's lowest of heel and ball, (frame, side) [m]."""
    heights = []
    for side in SIDES:
        ankle, ball = rest[side + "Foot"], rest[side + "Toes"]
        heel = np.array([0.0, -ankle[1], -0.5 * ankle[1]])
        low = positions[side + "Foot"][:, 1] + rotate(turns[side + "Foot"], heel)[:, 1]
        heights.append(np.minimum(low, positions[side + "Toes"][:, 1] - ball[1]))
    return np.stack(heights, axis=1)


def own_soles(motion: Motion) -> Array:
    joints, turned = motion.joint_positions_m(), global_rotations(motion.local_rotations_xyzw)
    names = [side + part for side in SIDES for part in ("Foot", "Toes")]
    return soles(
        {name: joints[:, JOINT_INDEX[name]] for name in names},
        {name: turned[:, JOINT_INDEX[name]] for name in names},
        {name: motion.skeleton.rest_positions_m[JOINT_INDEX[name]] for name in names},
    )


def their_soles(pose: RigPose, rig: Rig, humanoid: dict[str, int]) -> Array:
    names = {side + part: rig.bones[humanoid[side + part]].name for side in SIDES for part in ("Foot", "Toes")}
    return soles(
        {joint: pose.positions_m(bone) for joint, bone in names.items()},
        {joint: pose.rotations_xyzw(bone) for joint, bone in names.items()},
        {joint: rig.rest(bone) for joint, bone in names.items()},
    )


def worst_direction(motion: Motion, pose: RigPose, rig: Rig, humanoid: dict[str, int], pairs: list) -> float:
    """Largest angle between a limb of the dancer and the figure's [degrees]."""
    joints = motion.joint_positions_m()
    angles = []
    for a, b in pairs:
        own = joints[:, JOINT_INDEX[b]] - joints[:, JOINT_INDEX[a]]
        theirs = pose.positions_m(rig.bones[humanoid[b]].name) - pose.positions_m(rig.bones[humanoid[a]].name)
        angles.append(
            degrees_apart(
                own / np.linalg.norm(own, axis=1, keepdims=True), theirs / np.linalg.norm(theirs, axis=1, keepdims=True)
            ).max()
        )
    return float(max(angles))


def test_a_figure_of_the_same_proportions_dances_the_same(motion: Motion) -> None:
    rig, humanoid = humanoid_rig(motion.skeleton)
    pose = danced(motion, rig, humanoid)
    joints = motion.joint_positions_m()
    for name, bone in humanoid.items():
        far = np.abs(pose.positions_m(rig.bones[bone].name) - joints[:, JOINT_INDEX[name]]).max()
        # A leg that is stretched is kept a hair from straight.
        assert far < 0.004, name


def test_a_t_pose_leaves_the_figure_at_rest(motion: Motion) -> None:
    still = np.tile([0.0, 0.0, 0.0, 1.0], (2, len(HUMANOID), 1))
    skeleton = default_skeleton()
    standing = replace(
        motion,
        skeleton=skeleton,
        root_positions_m=np.tile(skeleton.rest_positions_m[0], (2, 1)),
        local_rotations_xyzw=still,
        confidences=np.ones((2, len(HUMANOID))),
        contacts=np.ones((2, 4), dtype=bool),
    )
    rig, humanoid = humanoid_rig(longer(skeleton, 0.6))
    pose = danced(standing, rig, humanoid)
    for name, bone in humanoid.items():
        # A knee is kept a hair from straight, which shows most in itself.
        close = 0.02 if "LowerLeg" in name else 0.003
        assert np.allclose(pose.positions_m(rig.bones[bone].name), rig.bones[bone].rest_position_m, atol=close), name


@pytest.mark.parametrize("legs", [0.5, 0.8, 1.3])
def test_feet_are_as_high_as_the_dancers_in_proportion(motion: Motion, legs: float) -> None:
    rig, humanoid = humanoid_rig(longer(motion.skeleton, legs))
    heights, own = their_soles(danced(motion, rig, humanoid), rig, humanoid), own_soles(motion)
    low = own < 0.02
    assert 0.5 < low.mean() < 1.0
    assert np.abs(heights - own * legs)[low].max() < 0.001
    assert heights.min() > -0.005


def test_planted_feet_stay_where_they_are(motion: Motion) -> None:
    rig, humanoid = humanoid_rig(longer(motion.skeleton, 0.7))
    pose = danced(motion, rig, humanoid)
    planted = Dance(3, turn_rad_s=0.5).planted(np.arange(motion.frame_count) / motion.fps)
    for side, name in enumerate(SIDES):
        ball = pose.positions_m(rig.bones[humanoid[name + "Toes"]].name)
        stays = planted[1:, side] & planted[:-1, side]
        assert np.linalg.norm(np.diff(ball, axis=0), axis=1)[stays].max() < 0.002


def test_arms_point_where_the_dancers_do_from_any_rest_pose(motion: Motion) -> None:
    rig, humanoid = humanoid_rig(longer(motion.skeleton, 1.0, arms=1.2), arms_down_rad=0.7)
    pose = danced(motion, rig, humanoid)
    assert worst_direction(motion, pose, rig, humanoid, LIMBS[:2] + LIMBS[4:6]) < 0.1


def test_legs_bend_as_the_dancers_do(motion: Motion) -> None:
    rig, humanoid = humanoid_rig(longer(motion.skeleton, 0.8))
    assert worst_direction(motion, danced(motion, rig, humanoid), rig, humanoid, LIMBS) < 5.0


def test_bones_that_the_figure_lacks_are_made_up_for(motion: Motion) -> None:
    without = ("chest", "leftShoulder", "rightShoulder", "neck", "leftToes", "rightToes", "leftEye", "rightEye")
    rig, humanoid = humanoid_rig(motion.skeleton, without=without)
    pose = danced(motion, rig, humanoid)
    turned = global_rotations(motion.local_rotations_xyzw)
    for name in ("head", "leftHand"):
        apart = angle_between(pose.rotations_xyzw(rig.bones[humanoid[name]].name), turned[:, JOINT_INDEX[name]])
        assert apart.max() < 1e-6, name
    chest = pose.rotations_xyzw(rig.bones[humanoid["spine"]].name)
    assert angle_between(chest, turned[:, JOINT_INDEX["chest"]]).max() < 1e-6


def test_faces_come_along_under_names_that_the_figure_knows(motion: Motion) -> None:
    rig, humanoid = humanoid_rig(motion.skeleton)
    weights = np.linspace(0.0, 1.0, motion.frame_count)
    expressive = replace(motion, expressions={"aa": weights, "blink": weights, "happy": weights})
    morphs = retarget_humanoid(expressive, rig, humanoid).morphs
    assert set(morphs) == {"aa", "まばたき"}
    assert np.array_equal(morphs["aa"][1], weights)


def test_a_figure_without_bones_of_a_person_stands_still(motion: Motion) -> None:
    assert retarget_humanoid(motion, humanoid_rig(motion.skeleton)[0], {}).bones == {}


def test_a_figure_without_legs_is_refused_in_words(motion: Motion) -> None:
    rig, humanoid = humanoid_rig(motion.skeleton, without=("leftLowerLeg",))
    with pytest.raises(InputError, match="'person' lacks the bones leftLowerLeg; choose a whole humanoid"):
        retarget_humanoid(motion, rig, humanoid)


@pytest.mark.data
@pytest.mark.slow
def test_a_hand_made_dance_keeps_its_feet_on_the_floor_of_a_vrm(data_folder: Path) -> None:
    dance = rig_motion_from_vmd(parse_vmd((data_folder / "mmd" / "motions" / "wavefile_lat.vmd").read_bytes()))
    motion = motion_from_rig_motion(dance, read_rig(data_folder / "mmd" / "models" / "yw_test_model.pmx"))
    model = read_model((data_folder / "avatars" / "godette_ccby.vrm").read_bytes())
    places = np.zeros((len(model.nodes), 3))
    for node in model.order:
        above = places[model.nodes[node].parent] if model.nodes[node].parent >= 0 else 0.0
        places[node] = above + model.nodes[node].local[:3, 3]
    # VRM 0.x faces backwards.
    bones = [
        RigBone(f"{number} {node.name}", node.parent, (float(-x), float(y), float(-z)))
        for number, (node, (x, y, z)) in enumerate(zip(model.nodes, places, strict=True))
    ]
    rig = Rig("godette", tuple(bones))
    pose = danced(motion, rig, model.humanoid)
    legs = [side + part for side in SIDES for part in ("LowerLeg", "Foot")]
    own_legs = [np.linalg.norm(motion.skeleton.rest_offsets_m[JOINT_INDEX[name]]) for name in legs]
    their_legs = [np.linalg.norm(model.nodes[model.humanoid[name]].local[:3, 3]) for name in legs]
    heights, own = their_soles(pose, rig, model.humanoid), own_soles(motion)
    on_floor = own < 0.01
    assert on_floor.mean() > 0.5
    apart = np.abs(heights - own * sum(their_legs) / sum(own_legs))
    assert np.percentile(apart[on_floor], 99.9) < 0.01
