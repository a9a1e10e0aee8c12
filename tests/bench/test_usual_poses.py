import json
from importlib.resources import files

import numpy as np
import pytest

from manekko.bench.usual_poses import Captured, captured, usual_limbs
from manekko.skeleton.rotations import angle_between, from_rotation_vectors, multiply, normalized
from manekko.skeleton.skeleton import HUMANOID, JOINT_INDEX
from manekko.solve.joints import elbow_axis, forearm_axis
from manekko.solve.usual import DATA, PARTS

HANGING = from_rotation_vectors(np.array([0.0, 0.0, -1.0]))


def people(moments: int = 4000, *, crook_rad: float = 0.0) -> Captured:
    """Made-up people whose arms hang, more or less, and whose elbows bend about an axis turned by ``crook_rad``."""
    rng = np.random.default_rng(0)
    local = np.tile([0.0, 0.0, 0.0, 1.0], (moments, len(HUMANOID), 1))
    crook = from_rotation_vectors(crook_rad * forearm_axis("left"))
    for side, mirror in (("left", np.ones(4)), ("right", np.array([1.0, -1.0, -1.0, 1.0]))):
        arm = multiply(HANGING, from_rotation_vectors(rng.normal(0.0, [0.1, 0.2, 0.3], (moments, 3))))
        bend = from_rotation_vectors(rng.normal(1.0, 0.4, moments)[:, None] * elbow_axis("left"))
        local[:, JOINT_INDEX[side + "UpperArm"]] = multiply(arm, crook * [-1, -1, -1, 1]) * mirror
        local[:, JOINT_INDEX[side + "LowerArm"]] = multiply(crook, multiply(bend, crook * [-1, -1, -1, 1])) * mirror
        knee = rng.normal(0.5, 0.2, moments)[:, None] * np.array([1.0, 0.0, 0.0])
        local[:, JOINT_INDEX[side + "LowerLeg"]] = from_rotation_vectors(knee)
        leg = from_rotation_vectors(rng.normal(0.0, [0.3, 0.1, 0.1], (moments, 3)))
        local[:, JOINT_INDEX[side + "UpperLeg"]] = leg * mirror
    for joint in ("spine", "chest", "neck", "head"):
        local[:, JOINT_INDEX[joint]] = from_rotation_vectors(rng.normal(0.05, 0.1, (moments, 3)))
    return Captured(normalized(local))


@pytest.mark.parametrize("crook", [0.0, 0.6])
def test_arms_are_found_as_they_hang_wherever_the_capture_has_its_elbows(crook: float):
    arm = usual_limbs(people(crook_rad=crook))["arm"]
    assert float(angle_between(np.array(arm["means_xyzw"][0]), HANGING)) < np.radians(2.0)
    assert arm["mean_angles_rad"] == pytest.approx([1.0, 0.0], abs=0.03)
    sigma = np.sqrt(np.diag(arm["covariance_rad2"]))
    assert sigma == pytest.approx(1.25 * np.array([0.1, 0.2, 0.3, 0.4, np.radians(30.0)]), rel=0.1)


def test_a_shared_bend_is_told_for_its_first_joint_and_heads_look_ahead():
    limbs = usual_limbs(people())
    spine = np.sqrt(np.diag(limbs["spine"]["covariance_rad2"]))
    assert spine == pytest.approx(np.full(3, 0.1 * np.sqrt(2.0) / 2.0), rel=0.1)
    x, y, z, _ = limbs["head"]["means_xyzw"][0]
    assert x > 0.03
    assert (y, z) == (0.0, 0.0)


def test_every_limb_is_told():
    limbs = usual_limbs(people(200))
    assert set(limbs) == set(PARTS)
    for limb in limbs.values():
        assert np.linalg.eigvalsh(limb["covariance_rad2"]).min() > 0.0


@pytest.mark.data
@pytest.mark.slow
def test_the_packages_own_file_is_what_motion_capture_says(data_folder, monkeypatch):
    monkeypatch.setenv("MANEKKO_DATA", str(data_folder))
    found = usual_limbs(captured())
    own = json.loads((files("manekko.solve") / DATA).read_text("utf-8"))
    assert set(own) == set(found)
    for name, limb in own.items():
        for values, again in zip(limb["means_xyzw"], found[name]["means_xyzw"], strict=True):
            assert float(angle_between(np.array(values), np.array(again))) < np.radians(0.2)
        assert limb["mean_angles_rad"] == pytest.approx(found[name]["mean_angles_rad"], abs=np.radians(0.2))
        np.testing.assert_allclose(limb["covariance_rad2"], found[name]["covariance_rad2"], atol=2e-3)
