"""Performances as the page asks for them: a GLB with the dance in it, or words that say why not."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from manekko.files.vmd import vmd_from_rig_motion, write_vmd
from manekko.motion.motion import BoneTrack, RigMotion
from manekko.skeleton.rotations import from_rotation_vectors
from manekko.studio import performances
from manekko.studio.shelf import Shelf
from tests.files.vrm_samples import document_of, sample_vrm
from tests.studio.serving import Answer, Site, made_page, running


@dataclass(frozen=True)
class Stage:
    """A server with a VRM and a motion on its shelf."""

    site: Site
    folder: Path
    model: str
    motion: str

    def performance(self, **query: str) -> Answer:
        asked = {"model": self.model, "motion": self.motion, "physics": "0"} | query
        return self.site.ask("api/performances?" + "&".join(f"{name}={value}" for name, value in asked.items()))

    def stored(self, name: str, data: bytes) -> str:
        return json.loads(self.site.ask("api/files", method="POST", body=data, x_name=name).body)["id"]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    turns = from_rotation_vectors(np.array([[0.0, 0.0, 0.0], [0.0, 0.9, 0.0]]))
    shifts = np.array([[0.0, 0.0, 0.0], [0.4, 0.0, 0.0]])
    motion = RigMotion("", {"センター": BoneTrack(np.array([0, 9]), shifts, turns)})
    (tmp_path / "踊り.vmd").write_bytes(write_vmd(vmd_from_rig_motion(motion)))
    (tmp_path / "she.vrm").write_bytes(sample_vrm())
    shelf = Shelf(tmp_path)
    with running(shelf, made_page(tmp_path)) as site:
        yield Stage(site, tmp_path, shelf.put(tmp_path / "she.vrm").id, shelf.put(tmp_path / "踊り.vmd").id)


def reason(answer: Answer) -> str:
    return json.loads(answer.body)["error"]


def test_a_character_of_the_shelf_dances_to_a_motion_of_the_shelf(stage: Stage) -> None:
    answer = stage.performance()
    assert answer.status == 200
    (animation,) = document_of(answer.body)["animations"]
    assert animation["name"] == "dance"
    assert {channel["target"]["path"] for channel in animation["channels"]} == {"rotation", "translation"}


def test_files_that_the_page_has_sent_dance_too(stage: Stage) -> None:
    model, motion = (
        stage.stored("her.vrm", sample_vrm()),
        stage.stored("it.vmd", (stage.folder / "踊り.vmd").read_bytes()),
    )
    assert stage.performance(model=model, motion=motion).body == stage.performance().body


def test_hair_swings_where_it_is_asked_for(stage: Stage) -> None:
    stiff, swung = (document_of(stage.performance(physics=physics).body)["animations"][0] for physics in "01")
    assert len(swung["channels"]) > len(stiff["channels"])


def test_what_was_made_is_not_made_again(stage: Stage) -> None:
    first = stage.performance()
    made = list(stage.folder.glob("made-*.glb"))
    assert stage.performance().body == first.body
    assert list(stage.folder.glob("made-*.glb")) == made
    assert len(made) == 1


def test_only_so_many_are_kept(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(performances, "MOST_KEPT", 1)
    first = stage.performance()
    stage.performance(physics="1")
    assert len(list(stage.folder.glob("made-*.glb"))) == 1
    assert stage.performance().body == first.body


@pytest.mark.parametrize("lost", ["model", "motion"])
@pytest.mark.parametrize("number", ["f99", "", "../she.vrm"])
def test_what_is_not_on_the_shelf_does_not_dance(stage: Stage, lost: str, number: str) -> None:
    answer = stage.performance(**{lost: number})
    assert (answer.status, reason(answer)) == (404, f"there is no such {lost}")


def test_files_of_other_kinds_are_told_from_dances(stage: Stage) -> None:
    answer = stage.performance(motion=stage.model)
    assert (answer.status, "no motion file" in reason(answer)) == (422, True)
    answer = stage.performance(model=stage.motion)
    assert (answer.status, "a GLB begins with 'glTF'" in reason(answer)) == (422, True)
    answer = stage.performance(motion=stage.stored("cut.vmd", b"Vocaloid Motion Data 0002"))
    assert answer.status == 422


def test_a_character_that_is_gone_is_told(stage: Stage) -> None:
    (stage.folder / "she.vrm").unlink()
    answer = stage.performance()
    assert (answer.status, "she.vrm cannot be read any more" in reason(answer)) == (422, True)
