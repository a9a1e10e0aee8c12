"""Our renderer against babylon-mmd's pictures of the same scenes, of every material fixture."""

from pathlib import Path

import pytest

from manekko.bench.ssim import figure_similarity
from manekko.character import default_model
from manekko.files.models import read_rig
from tests.clients.babylon_pictures import babylon_pictures
from tests.clients.material_scenes import CASES, character_scenes, material_scenes
from tests.clients.our_pictures import our_picture
from tests.clients.test_babylon import CLOSE_M, DANCE_BONES, largest_difference_m

pytestmark = [pytest.mark.client, pytest.mark.slow]

LEAST_ALIKE = {"toon": 0.92}
"""babylon-mmd reads toon ramps by the cosine of the light's angle, MMD and we by half of it and a half."""


@pytest.fixture(scope="module")
def similarities(data_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    scenes = material_scenes(data_folder, tmp_path_factory.mktemp("scenes"))
    judged = babylon_pictures(list(scenes.values()))
    return {
        name: figure_similarity(our_picture(scene), picture)
        for (name, scene), picture in zip(scenes.items(), judged, strict=True)
    }


@pytest.mark.data
@pytest.mark.parametrize("name", CASES)
def test_a_fixture_looks_as_in_babylon_mmd(similarities: dict[str, float], name: str) -> None:
    assert similarities[name] > LEAST_ALIKE.get(CASES[name].about, 0.99)


def test_our_character_opens_in_babylon_mmd_without_a_warning_and_looks_the_same() -> None:
    """Its toons, read in another way, make a difference in shade only."""
    scenes = character_scenes()
    for scene, picture in zip(scenes.values(), babylon_pictures(list(scenes.values())), strict=True):
        assert figure_similarity(our_picture(scene), picture) > 0.9, scene.name


@pytest.mark.data
def test_our_character_dances_as_in_babylon_mmd(data_folder: Path) -> None:
    motion, rig = data_folder / "mmd/motions/wavefile_lat.vmd", read_rig(default_model())
    assert largest_difference_m(default_model(), motion, rig, [0, 57, 245, 959, 1500], DANCE_BONES) < CLOSE_M
