"""A body described in a few words, or named; and what is said of words that mean none."""

from pathlib import Path

import pytest

from manekko.character.design import Design
from manekko.errors import FormatError, InputError
from manekko.paint.dataset.bodies import Body, design_of, read_body
from manekko.stage.figures import read_figure
from tests.files.model_samples import pmx_21


def test_a_description_says_what_differs_from_the_usual_figure() -> None:
    design = design_of("heads=5.5, hair=long,hair_length=1.3,outfit=sailor")
    assert (design.heads, design.hair, design.hair_length, design.outfit) == (5.5, "long", 1.3, "sailor")
    assert design_of("heads=4").outfit == Design().outfit
    assert design_of("heads=4").hair_rgb == Design().hair_rgb


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("heads=6,hiar=long", r"'hiar=long' says nothing of a body; known are heads=.*hair=bob\|.*outfit=sailor\|"),
        ("heads=6,long", "'long' says nothing of a body"),
        ("heads=6,", "'' says nothing of a body"),
        ("heads=66", "heads=66 cannot be: give a number from 2.5 to 8"),
        ("heads=nan", "heads=nan cannot be"),
        ("hair_length=much", "hair_length=much cannot be: give a number"),
        ("hair=mohawk", "hair=mohawk is not known; give one of bob, twintails, long, short"),
        ("outfit=", "outfit= is not known"),
        ("heads=5,heads=6", "heads is said twice"),
        ("name=x", "'name=x' says nothing of a body"),
        ("hair_rgb=red", "'hair_rgb=red' says nothing of a body"),
    ],
)
def test_what_a_description_cannot_mean_is_one_clear_line(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        read_body(text)
    assert "\n" not in str(refused.value)


def test_a_body_that_is_not_there_is_told_with_what_could_be_given() -> None:
    with pytest.raises(InputError, match=r"no body chibi: give a model .* or describe one, such as heads=6"):
        read_body("chibi")


def test_what_is_no_model_is_told(tmp_path: Path) -> None:
    (tmp_path / "song=1.wav").write_bytes(b"RIFF....WAVE")
    with pytest.raises(FormatError, match="this is no model"):
        read_body(str(tmp_path / "song=1.wav"))


def test_a_users_model_stays_where_it_is(tmp_path: Path) -> None:
    model = tmp_path / "heads=ミク.pmx"
    model.write_bytes(pmx_21())
    body = read_body(str(model))
    assert body.described is None
    assert body.made_of["model"] == str(model)
    assert body.figure.rig.bones == read_figure(model).rig.bones


def test_a_folder_with_views_of_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "views.npz").write_bytes(b"mine")
    model = tmp_path / "small.pmx"
    model.write_bytes(pmx_21())
    body = Body(read_figure(model), {}, None)
    with pytest.raises(InputError, match=r"holds a views\.npz that is no dataset's; give another folder"):
        body.check_place(tmp_path)
    assert (tmp_path / "views.npz").read_bytes() == b"mine"


@pytest.mark.slow
def test_a_described_body_is_written_once_and_read_as_it_was(tmp_path: Path, graphics: None) -> None:
    body = read_body("heads=3,hair=bob")
    views = body.put_into(tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    model = tmp_path / str(body.made_of["model"])
    assert read_figure(model).rig.bones == body.figure.rig.bones
    again = body.put_into(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    assert (again.low_m == views.low_m).all()
    body.take_back(tmp_path)
    assert list(tmp_path.iterdir()) == []
