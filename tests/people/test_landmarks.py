import json
from pathlib import Path

import numpy as np
import pytest

from manekko.people.landmarks import roi_of_detection
from manekko.people.tracker import Networks
from manekko.video.source import open_clip

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "people.json"
RECORDED = tuple(json.loads(GOLDEN.read_text())["frames"])


def _assert_as_recorded(name: str, path: Path, networks: Networks) -> None:
    answers = json.loads(GOLDEN.read_text())["frames"][name]
    last = max(int(number) for number in answers)
    checked = 0
    for frame in open_clip(path).frames():
        if frame.index > last:
            break
        if str(frame.index) not in answers:
            continue
        answer = answers[str(frame.index)]
        (found, *_) = networks.people.find(frame.rgb, 0.5)
        pose = networks.body.look(frame.rgb, roi_of_detection(found))
        apart_px = np.linalg.norm(pose.keypoints_px - np.array(answer["keypoints_px"]), axis=1)
        apart_m = np.linalg.norm(pose.world_m - np.array(answer["world_m"]), axis=1)
        assert apart_px.mean() < 0.1
        assert apart_m.mean() < 0.001
        # Our confidence is their visibility, lowered by the presence that they do not tell.
        assert (pose.confidences <= np.array(answer["visibility"]) + 0.01).all()
        checked += 1
    assert checked == len(answers)


@pytest.mark.weights
def test_keypoints_of_the_example_are_those_of_mediapipe_itself(networks: Networks) -> None:
    _assert_as_recorded("examples/dance.mp4", ROOT / "examples" / "dance.mp4", networks)


@pytest.mark.data
@pytest.mark.weights
@pytest.mark.parametrize("name", [name for name in RECORDED if not name.startswith("examples/")])
def test_keypoints_are_those_of_mediapipe_itself(name: str, data_folder: Path, networks: Networks) -> None:
    _assert_as_recorded(name, data_folder / name, networks)
