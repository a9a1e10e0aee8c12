"""Which colours a character takes on for a person of a clip: none, some of the person's, or those asked for."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from manekko.arrays import Array
from manekko.errors import InputError
from manekko.paint.characters import Character
from manekko.paint.region_colours import REGIONS
from manekko.paint.resemblance import Resemblance, own_colours, resemblances
from manekko.people.keypoints import Track
from manekko.pixels.lab import lab_of, rgb_of
from manekko.stage.truths_parts import PARTS
from manekko.video.source import Clip, open_clip
from tests.clips import write_clip
from tests.stage.dolls import doll
from tests.test_painting import MAGENTA, dancer, filmed

TOP = REGIONS.index("top")
RED_DOLL = Character("doll", doll(), None)
"""All torso: of the regions it has a top only."""


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return open_clip(write_clip(tmp_path_factory.mktemp("clip") / "magenta.mp4", filmed([dancer()]), fps=24))


def only(
    clip: Clip, strength: float, asked: str = "own", track: Track | None = None, character: Character = RED_DOLL
) -> Resemblance:
    (found,) = resemblances(strength, asked, clip, [track or dancer()], [character])
    assert found is not None
    return found


def away(first: Array, second: Array) -> float:
    return float(np.linalg.norm(first - second))


@pytest.mark.slow
@pytest.mark.usefixtures("graphics")
def test_a_characters_own_colours_are_seen_at_rest() -> None:
    own = own_colours(doll())
    assert (own.sure > 0.0).tolist() == [region == "top" for region in REGIONS]
    lightness, red, _ = own.lab[TOP]
    assert red > 30.0
    assert 10.0 < lightness < 70.0


def test_who_is_to_stay_as_they_are_wear_nothing_and_the_clip_is_not_read(tmp_path: Path, clip: Clip) -> None:
    gone = Clip(replace(clip.info, path=tmp_path / "gone.mp4"))
    assert resemblances(0.0, "own", gone, [dancer(), dancer()], [RED_DOLL, RED_DOLL]) == (None, None)


@pytest.mark.slow
@pytest.mark.usefixtures("graphics")
def test_the_persons_colour_is_taken_part_of_the_way(clip: Clip) -> None:
    whole, half = only(clip, 1.0), only(clip, 0.5)
    own = whole.own.lab[TOP]
    person = lab_of(np.array(MAGENTA, dtype=float))
    assert away(whole.wanted.lab[TOP], person) < 0.6 * away(own, person)
    np.testing.assert_allclose(half.wanted.lab[TOP], (own + whole.wanted.lab[TOP]) / 2.0, atol=1e-6)


@pytest.mark.slow
@pytest.mark.usefixtures("graphics")
def test_what_is_asked_for_counts_whole_whatever_the_person_wears(clip: Clip) -> None:
    for strength in (0.0, 0.3, 1.0):
        found = only(clip, strength, "top=#2040ff")
        assert found.wanted.hex_of("top") == "#2040ff"
        assert found.strength == 1.0


@pytest.mark.slow
@pytest.mark.usefixtures("graphics")
def test_a_picture_is_worn_in_the_new_colours(clip: Clip) -> None:
    found = only(clip, 0.0, "top=#2040ff")
    rgba = np.zeros((32, 32, 4), np.uint8)
    parts = np.full((32, 32), 255, np.uint8)
    rgba[8:24, 8:24, 3], parts[8:24, 8:24] = 255, PARTS.index("torso")
    rgba[8:24, 8:24, :3] = np.round(rgb_of(found.own.lab[TOP]))
    worn = found.worn(rgba, parts)
    assert np.abs(worn[16, 16].astype(int) - [0x20, 0x40, 0xFF, 255]).max() < 12
    assert not worn[0, 0].any()


@pytest.mark.slow
@pytest.mark.usefixtures("graphics")
def test_people_are_measured_each_for_themselves_in_one_pass(clip: Clip) -> None:
    nowhere = dancer(shift_px=5000.0)
    seen, unseen = resemblances(1.0, "own", clip, [dancer(), nowhere], [RED_DOLL, RED_DOLL])
    assert seen is not None
    assert unseen is not None
    assert seen.wanted.sure[TOP] > 0.0
    assert unseen.wanted.sure.tolist() == [0.0] * len(REGIONS)
    rgba = np.full((8, 8, 4), 200, np.uint8)
    np.testing.assert_array_equal(unseen.worn(rgba, np.full((8, 8), PARTS.index("torso"), np.uint8)), rgba)


@pytest.mark.slow
@pytest.mark.usefixtures("graphics")
def test_only_the_time_of_the_tracks_is_looked_at(clip: Clip) -> None:
    later = dancer().between(0.25, None)
    (found,) = resemblances(1.0, "own", clip, [later], [RED_DOLL], start_s=0.25)
    assert found is not None
    assert away(found.wanted.lab[TOP], only(clip, 1.0).wanted.lab[TOP]) < 12.0


def test_colours_that_cannot_be_read_are_told(clip: Clip) -> None:
    with pytest.raises(InputError, match="nose is none of hair, skin, top, bottom, shoes"):
        resemblances(0.0, "nose=#ffffff", clip, [dancer()], [RED_DOLL])
