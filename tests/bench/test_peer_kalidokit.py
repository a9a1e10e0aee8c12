"""KalidoKit itself runs where node is."""

import shutil

import numpy as np
import pytest

from manekko.bench import peer_kalidokit
from manekko.bench.peer_kalidokit import kalidokit_motion
from manekko.errors import MissingToolError
from manekko.files.models import standard_rig
from manekko.motion.rig_kinematics import pose_rig
from tests.bench.test_naive import standing
from tests.conftest import missing


@pytest.mark.client
def test_kalidokit_moves_the_arms_of_a_standing_person_little():
    if shutil.which("node") is None or shutil.which("npm") is None:
        missing("node and npm are not installed: KalidoKit cannot run")
    rig = standard_rig()
    try:
        motion = kalidokit_motion(standing(30), rig)
    except MissingToolError as error:
        missing(str(error))
        return
    assert motion.frame_count == 30
    pose = pose_rig(rig, motion, np.array([29]), ["左手首", "右手首"])
    # Arms that hang stay below the shoulders, left stays left.
    assert pose.positions_m("左手首")[0, 0] > 0 > pose.positions_m("右手首")[0, 0]
    assert pose.positions_m("左手首")[0, 1] < rig.rest("左腕")[1]


def test_missing_node_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(peer_kalidokit.shutil, "which", lambda tool: None)
    with pytest.raises(MissingToolError, match=r"node is missing; install Node\.js"):
        kalidokit_motion(standing(3), standard_rig())
