"""babylon-mmd beside our stage, for ``manekko bench stage``: ``python -m tests.clients.stage_judge`` prints JSON.

``{"ssim": {kind: {scene: likeness}}, "bones_units": {group: {model: largest distance}}}``, or ``{"error": why}`` where
the judge cannot be run. The measuring data is looked for in MANEKKO_DATA.
"""

import json
import os
import tempfile
from pathlib import Path

import pytest

from manekko.bench.ssim import figure_similarity
from manekko.character import default_model
from manekko.stage.figures import read_figure
from tests.clients.babylon_pictures import PictureScene, babylon_pictures
from tests.clients.material_scenes import CASES, character_scenes, material_scenes
from tests.clients.our_pictures import our_picture
from tests.clients.test_kinematics_in_babylon import BETWEEN_KEYS, deviations, fixture_models, written
from tests.motion.rig_samples import random_motion

Figures = dict[str, dict[str, float]]

_DANCE_FRAMES = [float(frame) + 0.5 for frame in range(0, 3000, 31)]
"""Between keys: on a steep curve's key babylon-mmd itself is off (see the tests of kinematics)."""


def likeness(data_folder: Path, folder: Path) -> Figures:
    """Return how alike our pictures and babylon-mmd's are, by what they exercise and by scene."""
    scenes: dict[str, tuple[str, PictureScene]] = {
        name: (CASES[name].about, scene) for name, scene in material_scenes(data_folder, folder).items()
    }
    scenes |= {name: ("our character", scene) for name, scene in character_scenes().items()}
    result: Figures = {}
    judged = babylon_pictures([scene for _, scene in scenes.values()])
    for (name, (kind, scene)), picture in zip(scenes.items(), judged, strict=True):
        result.setdefault(kind, {})[name] = figure_similarity(our_picture(scene), picture)
    return result


def bones(data_folder: Path, folder: Path) -> Figures:
    """Return how far any bone lies from babylon-mmd's at most [units of MMD], fixtures under wild keys and a dance."""
    fixtures = {}
    for name in fixture_models():
        model = data_folder / f"mmd/fixtures/{name}.pmx"
        motion = written(folder, random_motion(read_figure(model).rig, seed=3, switch_ik_off_at=40))
        fixtures[name], _ = deviations(model, motion, BETWEEN_KEYS)
    dance = data_folder / "mmd/motions/wavefile_lat.vmd"
    models = [*(data_folder / f"mmd/models/{name}.pmx" for name in ("trace_model", "yw_test_model")), default_model()]
    return {"fixtures": fixtures, "wavefile": {m.stem: deviations(m, dance, _DANCE_FRAMES)[0] for m in models}}


def _main() -> None:
    data_folder = Path(os.environ["MANEKKO_DATA"])
    with tempfile.TemporaryDirectory(prefix="manekko-judge-") as name:
        folder = Path(name)
        try:
            answer = {"ssim": likeness(data_folder, folder), "bones_units": bones(data_folder, folder)}
        except (pytest.skip.Exception, pytest.fail.Exception) as error:
            answer = {"error": str(error)}
    print(json.dumps(answer, ensure_ascii=False))


if __name__ == "__main__":
    _main()
