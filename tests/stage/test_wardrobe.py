from pathlib import Path

import numpy as np
import pytest

from manekko.stage.wardrobe import Wardrobe, shared_toon
from tests.clients.small_textures import encoded


def test_shared_toons_have_mmds_first_and_last_colours_and_break_in_the_middle() -> None:
    ends = [(tuple(shared_toon(n)[0, 0, :3].tolist()), tuple(shared_toon(n)[-1, 0, :3].tolist())) for n in range(10)]
    assert ends[0] == ((255, 255, 255), (205, 205, 205))
    assert ends[1] == ((255, 255, 255), (245, 225, 225))
    assert ends[2] == ((255, 255, 255), (154, 154, 154))
    assert ends[3] == ((255, 255, 255), (248, 239, 235))
    assert ends[4] == ((255, 255, 255), (255, 231, 221))
    assert ends[5] == ((255, 237, 97), (195, 172, 3))
    assert ends[6:] == [((255, 255, 255), (255, 255, 255))] * 4
    column = shared_toon(0)[:, 0, 0]
    assert (column[:16] == 255).all()
    assert (column[16:] == 205).all()


def test_a_toon_of_mmds_name_is_the_shared_one_unless_it_lies_beside_the_model(tmp_path: Path) -> None:
    wardrobe = Wardrobe(tmp_path)
    assert wardrobe.textures[wardrobe.toon("Toon03.bmp")].rgba[-1, 0, 0] == 154
    own = np.full((4, 4, 4), (1, 2, 3, 255), np.uint8)
    (tmp_path / "toon03.bmp").write_bytes(encoded("x.bmp", own))
    other = Wardrobe(tmp_path)
    assert other.textures[other.toon("Toon03.bmp")].rgba[0, 0].tolist() == [1, 2, 3, 255]
    assert wardrobe.warnings == other.warnings == []


def test_a_ramp_is_made_once(tmp_path: Path) -> None:
    wardrobe = Wardrobe(tmp_path)
    assert wardrobe.ramp(2) == wardrobe.ramp(2) == 0
    assert wardrobe.ramp(10) == -1
    assert len(wardrobe.textures) == 1


def test_missing_pictures_are_told_in_one_line_however_many_they_are(tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"no picture")
    wardrobe = Wardrobe(tmp_path)
    for name in ("a.png", "bad.png", "b.png", "A.png", "c.png"):
        assert wardrobe.picture(name) == -1
    told, other = wardrobe.warnings
    assert told == "3 textures are not beside the model ('a.png', 'b.png', …); what wears them is drawn plain"
    assert "bad.png" in other


@pytest.mark.parametrize("name", ["", " ", "\0", ".", "/"])
def test_a_name_without_letters_is_no_picture(tmp_path: Path, name: str) -> None:
    assert Wardrobe(tmp_path).picture(name) == -1
