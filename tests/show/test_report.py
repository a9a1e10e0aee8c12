import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from manekko.show.report import PersonReport, Report, report_json, write_report
from manekko.show.verdicts import verdict_of
from tests.show.samples import dance_motion, dance_track, leave

VOID = {"meta", "br", "img", "path", "rect", "circle"}
HOSTILE = "\"><script>alert('x')</script><img src=x onerror=y> 踊ってみた & co.mp4"
METRICS = {
    "foot": {"slide_mean_mm_per_frame": 0.4, "planted_share": 0.8},
    "ground": {"penetration_p95_mm": 33.0},
    "jumps": {"frame_share": float("nan"), "events": ((12, "左手首"),)},
    "keys": {"total": 1234},
}


class Page(HTMLParser):
    """Fails where tags do not nest, and gathers what the page refers to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.references: list[str] = []
        self.tags: set[str] = set()
        self.words = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.references += [value or "" for name, value in attrs if name in ("href", "src", "xlink:href")]
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words += data


def sample(name: str = "dance.mp4", seconds: float = 4.0) -> Report:
    first = PersonReport(dance_track(seconds), dance_motion(seconds), {"vmd": f"{name}-p1.vmd"}, METRICS)
    late = replace(leave(dance_track(seconds), 0.0, 2.125), track_id=2)
    second = PersonReport(late, None, {}, {}, warnings=("too little was seen: no motion",))
    about = {"name": name, "kind": "video", "size_px": (360, 640), "fps": 24.0, "duration_s": seconds}
    files = {"preview": f"{name}-preview.mp4", "wav": "dance.wav"}
    return Report("0.1.0", about, (first, second), {"finding": 1.25, "solving": 0.5}, files, model_name=name)


def written(report: Report, folder: Path) -> tuple[dict, str]:
    write_report(report, folder / "r.json", folder / "r.html")
    assert sorted(path.name for path in folder.iterdir()) == ["r.html", "r.json"]
    return json.loads((folder / "r.json").read_text("utf-8")), (folder / "r.html").read_text("utf-8")


def test_json_keeps_its_contract(tmp_path: Path):
    told, _ = written(sample(), tmp_path)
    assert {"version", "input", "people", "timing_s"} <= told.keys()
    assert told["version"] == "0.1.0"
    assert told["timing_s"] == {"finding": 1.25, "solving": 0.5}
    first, second = told["people"]
    assert {"id", "frames", "seconds_seen", "files", "metrics", "warnings", "camera"} <= first.keys()
    assert (first["id"], first["frames"], first["seconds_seen"]) == (1, 96, 4.0)
    assert first["files"] == {"vmd": "dance.mp4-p1.vmd"}
    assert first["metrics"]["foot"]["slide_mean_mm_per_frame"] == 0.4
    assert (second["frames"], second["seconds_seen"]) == (45, 1.875)
    assert second["warnings"] == [
        "too little was seen: no motion",
        "out of view until 2.1 s: stands and waits",
    ]


def test_numbers_that_are_none_become_null():
    told = report_json(sample())
    people = told["people"]
    assert isinstance(people, list)
    assert people[0]["metrics"]["jumps"] == {"frame_share": None, "events": [[12, "左手首"]]}
    json.dumps(told, allow_nan=False)


@pytest.mark.parametrize("name", ["dance.mp4", HOSTILE, "javascript:alert(1)", "\udcff broken.mp4"])
def test_page_nests_loads_nothing_from_elsewhere_and_escapes_names(tmp_path: Path, name: str):
    _, text = written(sample(name), tmp_path)
    page = Page(text)
    assert page.references
    assert all(reference.startswith("./") for reference in page.references)
    assert not re.search(r"https?:|//|@import|url\(", text.replace("<!doctype html>", ""))
    assert not page.tags & {"script", "iframe", "object", "link"}
    assert name.replace("\udcff", "?") in page.words


def test_page_tells_verdicts_steps_and_warnings(tmp_path: Path):
    words = Page(written(sample(), tmp_path)[1]).words
    assert "What to do next in MMD" in words
    assert "dance.mp4-p1.vmd" in words
    assert "0.40 mm a frame" in words
    assert "33.0 mmpoor" in words
    assert "nan %" not in words
    assert "out of view until 2.1 s: stands and waits" in words


def test_what_to_look_at_is_named_and_nothing_contradicts_it(tmp_path: Path):
    words = Page(written(sample(), tmp_path)[1]).words
    assert "Nothing to warn of" not in words
    assert "Look at: feet sink into the floor by 33.0 mm." in words
    good = replace(sample(), people=(replace(sample().people[0], metrics={}),))
    (tmp_path / "good").mkdir()
    words = Page(written(good, tmp_path / "good")[1]).words
    assert "looks good" in words
    assert "Look at:" not in words


def test_each_fault_says_where_it_is_and_what_to_do(tmp_path: Path):
    metrics = {
        "foot": {"key_slide_mm_per_frame": 0.3},
        "jumps": {"frame_share": 0.02, "events": [(frame, "左手首") for frame in range(9)]},
        "hyper_extended_frames": {"左ひざ": 30},
        "hyper_extended_share": 0.2,
        "flights": {"count": 1, "height_max_mm": 312.0, "hang_mean_s": 0.5},
        "body": {"hands_inside_share": 0.0},
    }
    words = Page(written(one_person(metrics), tmp_path)[1]).words
    assert "足ＩＫ keys move at rest by0.30 mm a framefair" in words
    assert "What to do: copy the first 足ＩＫ key" in words
    assert "Frames: 0 左手首, 1 左手首, 2 左手首, 3 左手首, 4 左手首, 5 左手首 …" in words
    assert "左ひざ in 30 frames." in words
    assert "Highest jump31 cm" in words
    assert "Hands inside the body0.0 % of framesgood" in words
    assert "capture with --model for the model that dances; else turn 腕" not in words


def test_keys_in_every_frame_are_told_and_do_not_make_a_motion_worse(tmp_path: Path):
    words = Page(written(one_person({"keys": {"full_share": 1.0, "total": 9000}}), tmp_path)[1]).words
    assert "Keys, compared with one in every frame100 %fair" in words
    assert "--keys edit" in words
    assert "looks good" in words
    assert "Look at:" not in words


def test_it_is_said_from_where_times_count(tmp_path: Path):
    late = replace(sample(), input={**sample().input, "start_s": 12.5})
    assert "taken from 12.5 s on, from where all times here count" in Page(written(late, tmp_path)[1]).words


def one_person(metrics: dict[str, object]) -> Report:
    return replace(sample(), people=(replace(sample().people[0], metrics=metrics),))


@pytest.mark.slow
def test_page_of_a_long_clip_stays_small(tmp_path: Path):
    _, text = written(sample(seconds=240.0), tmp_path)
    Page(text)
    assert len(text) < 800_000
    assert max(path.count("L") for path in re.findall(r' d="([^"]*)"', text)) <= 2000


def test_nobody_found_still_gives_a_report(tmp_path: Path):
    told, text = written(replace(sample(), people=()), tmp_path)
    assert told["people"] == []
    assert "Nobody was found" in Page(text).words


def test_a_still_picture_gives_a_report_without_plots(tmp_path: Path):
    person = PersonReport(dance_track(0.03), dance_motion(0.03), {"vpd": "pose.vpd"}, METRICS)
    report = Report("0.1.0", {"name": "pose.png", "kind": "image"}, (person,), {}, {"preview": "pose-preview.png"})
    _, text = written(report, tmp_path)
    page = Page(text)
    assert "img" in page.tags
    assert "svg" not in page.tags
    assert "登録" in page.words
    for word in ("video", "The motion", "frame 0", "Feet on the floor", "of the clip", "a frame"):
        assert word not in page.words.split("All figures")[0], word
    assert "Feet sink into the floor by" in page.words


@pytest.mark.parametrize(
    ("key", "value", "verdict"),
    [
        ("ground.floating_mean_mm", 10.0, "good"),
        ("ground.floating_mean_mm", 10.1, "fair"),
        ("ground.floating_mean_mm", 31.0, "poor"),
        ("ground.floating_mean_mm", None, "plain"),
        ("smoothness.jitter_over_speed", float("nan"), "plain"),
        ("keys.total", 5.0, "plain"),
        ("unheard.of", 5.0, "plain"),
    ],
)
def test_a_verdict_follows_its_rule(key: str, value: float | None, verdict: str):
    assert verdict_of(key, value) == verdict


def test_unseen_people_do_not_break_the_page(tmp_path: Path):
    gone = leave(dance_track(), 0.0, 99.0)
    nothing = replace(gone, hands=None, confidences=np.zeros_like(gone.confidences))
    report = replace(sample(), people=(PersonReport(nothing, None, {}, {}),))
    assert "nobody was seen in the whole clip" in Page(written(report, tmp_path)[1]).words
