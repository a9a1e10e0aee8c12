"""The report of the painters' bench, and a small scene really judged."""

import json
from pathlib import Path

import numpy as np
import pytest

from manekko.bench.paint import PaintFigures, kinds_of
from manekko.bench.paint_bars import DENSE, FINE, STICK, marks
from manekko.bench.paint_figures import blurred
from manekko.bench.paint_judge import Tribunal, WayRow, repeated, spoilt
from manekko.bench.paint_scenes import Drawn, held_back, open_studio, scenes
from manekko.character import default_model
from manekko.paint.painter import VERSION, open_painter
from manekko.paint.views import draw_views
from manekko.stage.figures import read_figure


def test_a_painter_is_judged_for_what_it_has_networks_for(tmp_path: Path) -> None:
    (tmp_path / "painter.json").write_text(json.dumps({"version": VERSION}), encoding="utf-8")
    painter = open_painter(tmp_path)
    assert kinds_of(painter, 256) == kinds_of(painter, 512) == []
    (tmp_path / "dense.onnx").touch()
    assert (kinds_of(painter, 256), kinds_of(painter, 512)) == ([DENSE], [FINE])
    (tmp_path / "stick.onnx").touch()
    assert kinds_of(painter, 256) == [DENSE]
    (tmp_path / "stick_paint.onnx").touch()
    assert (kinds_of(painter, 256), kinds_of(painter, 512)) == ([STICK, DENSE], [FINE])


def test_the_tables_say_what_was_found_and_what_was_not_run() -> None:
    row = WayRow(256, DENSE, 160, 0.876, 26.1, 0.98, 0.97, 0.8, warping_ratio=0.9)
    figures: dict[str, dict[str, float | None]] = {DENSE: {"ssim": 0.876, "iou": 0.12}}
    found = PaintFigures("painters/maneko", [row], figures, 2.31, None, ["no network for keypoints"], marks(figures))
    text = str(found)
    for words in ("0.876", "160", "not run: no network for keypoints", "FAIL", "not measured here", "2.31 MB"):
        assert words in text
    assert json.loads(json.dumps(found.as_dict()))["figures"] == figures


@pytest.mark.slow
@pytest.mark.weights
@pytest.mark.data
def test_a_scene_of_a_dance_that_was_never_learned_from_is_judged(
    weights_folder: Path, data_folder: Path, graphics: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from manekko.people.landmarks import BodyNet

    monkeypatch.setenv("MANEKKO_DATA", str(data_folder))
    figure = read_figure(default_model())
    tribunal, side = Tribunal(BodyNet()), 128
    ways = {
        "same": lambda drawn: drawn.rgba,
        "blurred": spoilt(lambda picture: blurred(picture, 2.0)),
        "nothing": repeated(np.zeros((side, side, 4), np.uint8)),
    }
    with open_studio(figure, side, draw_views(figure)) as studio:
        (scene,) = scenes(figure, held_back()[:1], 1, 4, 0)
        drawn: Drawn = studio.drawn(scene)
        tribunal.hear(drawn, ways, list(ways))
    same, soft, nothing = (tribunal.row(side, way) for way in ways)
    assert (same.ssim, same.iou, same.warping_ratio) == pytest.approx((1.0, 1.0, 1.0))
    assert nothing.iou == 0.0
    assert nothing.ssim < soft.ssim < 1.0
    pose = tribunal.pose("same")
    assert (pose.lost_points, pose.flips) == (0.0, 0.0)
    assert pose.truth_pck > 0.5
    assert tribunal.pose("nothing").pck == 0.0
    assert drawn.maps[0].parts.shape == (side, side)
    assert np.isfinite(drawn.flow_px[0]).any()
    assert np.isnan(drawn.flow_px[-1]).all()
