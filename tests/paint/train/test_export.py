import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from manekko.arrays import Array
from manekko.errors import InputError
from manekko.paint.train import export
from manekko.paint.train.batches import held_frames, sources
from manekko.paint.train.dense import DenseNetworks, DenseRecipe
from manekko.paint.train.export import PARITY, card, export_painter, off_by
from manekko.paint.train.nets import NAMES
from manekko.paint.train.options import TrainOptions
from manekko.paint.train.recipe import Exported
from tests.paint.train.toy import toy_dataset, toy_frame

RAW = {"copied": "uint8", "rest": "uint16", "normals": "int8", "shade": "int8", "parts": "uint8", "depth": "float32"}


@pytest.fixture(scope="module")
def painter(toy: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("run")
    torch.manual_seed(0)
    held = sources((toy,), "held")
    told = TrainOptions((toy,), run, steps=1)
    return export_painter(run, DenseRecipe(), {"painter": DenseNetworks()}, held[0].dataset, held, told, {"ssim": 0.9})


def opened(painter: Path, name: str) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(painter / f"{name}.onnx", providers=["CPUExecutionProvider"])


def raw(size_px: int) -> dict[str, Array]:
    frame = toy_frame(size_px, 1.0)
    return {name: frame[name][None].astype(kind) for name, kind in RAW.items()}


def test_networks_take_arrays_as_they_are_stored(painter: Path) -> None:
    for name, last in (("dense", "previous"), ("face", "coarse"), ("hand", "coarse")):
        graph = onnx.load(painter / f"{name}.onnx").graph
        kinds = {entry.name: entry.type.tensor_type.elem_type for entry in graph.input}
        assert list(kinds) == [*NAMES, last]
        for field, kind in RAW.items():
            assert kinds[field] == onnx.helper.np_dtype_to_tensor_dtype(np.dtype(kind))


@pytest.mark.parametrize("size_px", [32, 64, 80])
def test_one_network_paints_every_size(painter: Path, size_px: int) -> None:
    previous = np.zeros((1, size_px, size_px, 4), np.uint8)
    (rgba,) = opened(painter, "dense").run(None, {**raw(size_px), "previous": previous})
    rgba = np.asarray(rgba)
    assert rgba.shape == (1, 4, size_px, size_px)
    assert rgba.dtype == np.float32
    assert rgba.min() >= 0.0
    assert rgba.max() <= 1.0


def test_details_add_nothing_at_their_border(painter: Path) -> None:
    coarse = np.random.default_rng(0).random((1, 4, 32, 32), dtype=np.float32)
    for name in ("face", "hand"):
        (residual,) = opened(painter, name).run(None, {**raw(32), "coarse": coarse})
        residual = np.asarray(residual)
        assert residual.shape == coarse.shape
        assert not residual[..., 0].any()
        assert not residual[..., -1, :].any()
        assert residual[..., 16, 16].any()


def test_written_networks_paint_what_the_trained_ones_do(painter: Path) -> None:
    facts = json.loads((painter / "painter.json").read_text(encoding="utf-8"))
    assert 0.0 <= facts["parity"] <= PARITY
    assert sum(facts["networks"].values()) < 10_000_000


def test_a_network_that_paints_something_else_is_refused(painter: Path, toy: Path) -> None:
    frame = next(held_frames(sources((toy,), "held"), 1))
    inputs = {**{name: frame[name] for name in NAMES}, "previous": np.zeros_like(frame["rgba"])}
    torch.manual_seed(1)
    with pytest.raises(InputError, match=r"dense.onnx is off by"):
        off_by(Exported(DenseNetworks().dense, inputs), painter / "dense.onnx")


def test_a_failed_export_leaves_the_painter_that_was_there(
    toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = sources((toy,), "held")
    told = TrainOptions((toy,), tmp_path, steps=1)
    networks: Mapping[str, torch.nn.Module] = {"painter": DenseNetworks()}
    painter = export_painter(tmp_path, DenseRecipe(), networks, held[0].dataset, held, told)
    before = (painter / "dense.onnx").read_bytes()
    monkeypatch.setattr(export, "LARGEST_BYTES", 1000)
    with pytest.raises(InputError, match="1000 are allowed"):
        export_painter(tmp_path, DenseRecipe(), networks, held[0].dataset, held, told)
    assert (painter / "dense.onnx").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["painter"]


def test_the_card_says_what_it_was_made_of_and_how_good_it_is(painter: Path, tmp_path: Path) -> None:
    told = (painter / "CARD.md").read_text(encoding="utf-8")
    for word in ("toy", "CC0", "manekko train painter", "--steps 1", "seed 0", "| ssim | 0.9 |"):
        assert word in told
    facts = json.loads((painter / "painter.json").read_text(encoding="utf-8"))
    assert "Not measured yet" in card(facts, {})


def test_reference_views_come_along(tmp_path: Path) -> None:
    dataset = toy_dataset(tmp_path / "data")
    (dataset.folder / "views.npz").write_bytes(b"views")
    held = sources((dataset.folder,), "held")
    told = TrainOptions((dataset.folder,), tmp_path, steps=1)
    painter = export_painter(tmp_path, DenseRecipe(), {"painter": DenseNetworks()}, dataset, held, told)
    assert (painter / "views.npz").read_bytes() == b"views"
