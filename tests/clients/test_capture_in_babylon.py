"""What capture writes, opened by babylon-mmd on a real model: the whole way from a clip to a dancing character."""

from pathlib import Path

import numpy as np
import pytest

from manekko.files.models import read_rig
from manekko.files.motions import read_motion
from manekko.motion.motion import RigMotion
from manekko.motion.rig_kinematics import pose_rig
from tests.clients.babylon_judge import babylon_positions
from tests.clients.page_judge import MMD_UNIT_M

pytestmark = [pytest.mark.client, pytest.mark.slow, pytest.mark.data, pytest.mark.weights]

BONES = "頭 首 左腕 右ひじ 左手首 右手首 左ひざ 右ひざ 左足首 右足首 左つま先 右つま先".split()
FRAMES = (0, 40, 90, 150, 220)


def test_a_captured_dance_is_danced_by_babylon_mmd_as_we_mean_it(captured: Path, data_folder: Path) -> None:
    model = data_folder / "mmd" / "models" / "trace_model.pmx"
    motion = read_motion(captured)
    assert isinstance(motion, RigMotion)
    ours = pose_rig(read_rig(model), motion, np.array(FRAMES))
    theirs = babylon_positions(model, captured, FRAMES, BONES)
    assert sorted(theirs) == sorted(BONES)
    for bone in BONES:
        assert np.abs(theirs[bone] - ours.positions_m(bone)).max() < 0.01 * MMD_UNIT_M, bone
    moved = np.ptp(theirs["左手首"], axis=0)
    assert np.linalg.norm(moved) > 0.3, "the hand dances"
