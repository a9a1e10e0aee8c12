"""Every vertex belongs to the part of the body that one would say."""

from dataclasses import replace

import numpy as np
import pytest

from manekko.character import default_model
from manekko.skeleton.rig import Rig
from manekko.stage.figure import Figure, Spring
from manekko.stage.figures import read_figure
from manekko.stage.truths_parts import PARTS, vertex_parts
from tests.stage.tube import tube_figure


@pytest.fixture(scope="module")
def character() -> Figure:
    return read_figure(default_model())


def parts_of(figure: Figure, name: str) -> set[str]:
    """Parts of the vertices of one material."""
    material = next(material for material in figure.materials if material.name == name)
    worn = figure.mesh.triangles[material.first_triangle : material.first_triangle + material.triangle_count]
    return {PARTS[part] for part in np.unique(vertex_parts(figure)[worn])}


def test_our_character_is_told_apart(character: Figure) -> None:
    assert parts_of(character, "髪") == {"hair"}
    assert parts_of(character, "スカート") == {"skirt"}
    assert parts_of(character, "顔") <= {"head", "neck"}
    assert parts_of(character, "靴") <= {f"{side}_{part}" for side in ("left", "right") for part in ("foot", "shin")}
    assert {"left_hand", "right_hand", "left_forearm"} <= parts_of(character, "肌")


def test_left_is_the_figures_own_left(character: Figure) -> None:
    parts, x = vertex_parts(character), character.mesh.positions_m[:, 0]
    assert x[parts == PARTS.index("left_hand")].min() > 0.2
    assert x[parts == PARTS.index("right_hand")].max() < -0.2


def test_bones_of_vrm_are_known_by_what_they_are() -> None:
    figure = tube_figure()
    bones = tuple(replace(bone, name=name) for bone, name in zip(figure.rig.bones, ("J_1", "J_2"), strict=True))
    unnamed = replace(figure, rig=Rig("tube", bones))
    assert {PARTS[part] for part in vertex_parts(unnamed)} == {"other"}
    told = replace(unnamed, humanoid={"rightUpperLeg": 0, "rightLowerLeg": 1})
    assert {PARTS[part] for part in vertex_parts(told)} == {"right_thigh", "right_shin"}


def test_what_sways_on_the_head_is_hair_and_on_the_hips_skirt() -> None:
    figure = tube_figure()
    spring = Spring((1,), radius_m=0.01, stiffness=0.5, drag=0.5, gravity=0.0)
    for carrier, part in {"頭": "hair", "下半身": "skirt", "左手首": "other"}.items():
        bones = (replace(figure.rig.bones[0], name=carrier), replace(figure.rig.bones[1], name="tail"))
        swaying = replace(figure, rig=Rig("tube", bones), springs=(spring,))
        top = figure.mesh.positions_m[:, 1] > 1.2
        assert {PARTS[number] for number in vertex_parts(swaying)[top & (figure.mesh.weights[:, 1] > 0.5)]} == {part}


def test_bones_that_hang_on_each_other_in_a_circle_end() -> None:
    figure = tube_figure()
    bones = tuple(replace(bone, name=f"b{number}", parent=1 - number) for number, bone in enumerate(figure.rig.bones))
    assert {PARTS[part] for part in vertex_parts(replace(figure, rig=Rig("tube", bones)))} == {"other"}
