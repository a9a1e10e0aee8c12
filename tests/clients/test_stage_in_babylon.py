"""Our renderer against babylon-mmd's pictures of the same scenes, of every material fixture."""

from pathlib import Path

import pytest

from manekko.bench.ssim import figure_similarity
from tests.clients.babylon_pictures import babylon_pictures
from tests.clients.material_scenes import CASES, material_scenes
from tests.clients.our_pictures import our_picture

pytestmark = [pytest.mark.client, pytest.mark.slow, pytest.mark.data]

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


@pytest.mark.parametrize("name", CASES)
def test_a_fixture_looks_as_in_babylon_mmd(similarities: dict[str, float], name: str) -> None:
    assert similarities[name] > LEAST_ALIKE.get(CASES[name].about, 0.99)
