"""Who can be painted: named, trained by the user, or a model alone; and what is said of anybody else."""

import json
from pathlib import Path

import numpy as np
import pytest

from manekko.errors import FormatError, InputError
from manekko.paint.characters import read_character
from manekko.paint.painter import is_painter, shipped_painters
from manekko.stage.figures import read_figure
from tests.conftest import missing
from tests.files.model_samples import pmx_21
from tests.paint.small_networks import small_painter
from tests.paint.view_samples import two_plates


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "ミク.pmx"
    path.write_bytes(pmx_21())
    return path


def test_a_model_is_a_character_without_a_painter(model: Path) -> None:
    character = read_character(str(model))
    assert (character.name, character.painter) == ("ミク", None)
    assert character.figure is not None
    assert len(character.figure.mesh.positions_m) == 5


def test_a_painters_folder_brings_the_model_that_it_paints_on(tmp_path: Path, model: Path) -> None:
    folder = small_painter(tmp_path / "my painter", two_plates(), model=str(model))
    character = read_character(str(folder), threads=1)
    assert character.name == "my painter"
    assert character.painter is not None
    assert (character.painter.folder, character.painter.threads) == (folder, 1)
    assert character.figure is not None
    assert character.figure.rig.bones == read_figure(model).rig.bones


def test_the_body_in_a_painters_own_folder_goes_where_the_painter_goes(tmp_path: Path, model: Path) -> None:
    folder = small_painter(tmp_path / "painter", two_plates(), model="body/body.pmx")
    (folder / "body").mkdir()
    model.rename(folder / "body" / "body.pmx")
    folder.rename(tmp_path / "moved")
    character = read_character(str(tmp_path / "moved"))
    assert character.figure is not None
    assert character.figure.rig.bones == read_figure(tmp_path / "moved" / "body" / "body.pmx").rig.bones


def test_a_painter_whose_model_has_gone_says_which(tmp_path: Path) -> None:
    folder = small_painter(tmp_path / "painter", two_plates(), model="gone/Rin.pmx")
    with pytest.raises(InputError, match=r"gone/Rin\.pmx\) is not there; put it back"):
        read_character(str(folder))


@pytest.mark.parametrize("data", [None, {}, [], "text", {"model": ""}, {"model": None}, {"model": "a\0b"}])
def test_a_painter_that_tells_of_no_model_is_refused(tmp_path: Path, data: object) -> None:
    folder = small_painter(tmp_path / "painter", two_plates())
    told = {"version": 1, "character": "small"} | ({} if data is None else {"data": data})
    (folder / "painter.json").write_text(json.dumps(told))
    with pytest.raises(InputError, match="model that it was trained on") as refused:
        read_character(str(folder))
    assert "\n" not in str(refused.value)


def test_a_painter_that_paints_from_keypoints_needs_no_model(tmp_path: Path) -> None:
    folder = small_painter(tmp_path / "painter", two_plates(), model="")
    (folder / "dense.onnx").rename(folder / "plain.onnx")
    character = read_character(str(folder))
    assert character.figure is None
    assert character.painter is not None


@pytest.mark.parametrize("word", ["nobody", "folder/nobody.pmx", "maneko/x"])
def test_who_is_not_there_is_told_with_what_could_be_given(word: str) -> None:
    with pytest.raises(InputError, match=r"there is no character .*: give maneko, a model .* manekko train painter"):
        read_character(word)


def test_what_is_no_model_is_told(tmp_path: Path) -> None:
    (tmp_path / "song.wav").write_bytes(b"RIFF....WAVE")
    with pytest.raises(FormatError, match="this is no model"):
        read_character(str(tmp_path / "song.wav"))


@pytest.mark.slow
def test_tora_is_drawn_and_maneko_is_painted_by_name_in_any_case() -> None:
    tora = read_character("tora")
    assert tora.painter is None
    assert tora.figure is not None
    assert len(tora.figure.rig.bones) > 50
    if not is_painter(shipped_painters() / "maneko"):
        missing("no painter comes with this Manekko")
    maneko = read_character("Maneko", threads=1)
    assert maneko.painter is not None
    assert maneko.painter.folder == shipped_painters() / "maneko"
    # What it learned from is this very figure, in this very box.
    assert maneko.figure is not None
    views, positions = maneko.painter.views, maneko.figure.mesh.positions_m
    np.testing.assert_allclose(views.low_m, positions.min(0), atol=1e-6)
    np.testing.assert_allclose(views.low_m + views.span_m, positions.max(0), atol=1e-6)
