import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from lightning_fabric import Fabric
from torch import nn

from manekko.errors import FormatError, InputError
from manekko.paint.train import TrainOptions, train_painter
from manekko.paint.train.batches import Batch, batch_at, sources
from manekko.paint.train.dense import DenseRecipe
from manekko.paint.train.loop import Run, new_run, rate_at, save, take_step
from manekko.paint.train.recipe import Terms
from manekko.paint.train.stick import StickRecipe
from manekko.video.folder import read_picture
from tests.paint.train.toy_sticks import stick_dataset


def options(toy: Path, out: Path, **changes: object) -> TrainOptions:
    values = TrainOptions((toy,), out, steps=6, batch=2, crop_px=32, threads=1, sample_steps=3, precision="32")
    return replace(values, **changes)


def weights(folder: Path, kind: str) -> dict[str, torch.Tensor]:
    return torch.load(folder / "checkpoint.pt", weights_only=True)[kind]["painter"]


def run_of(told: TrainOptions) -> Run:
    torch.manual_seed(told.seed)
    return new_run(told, DenseRecipe(), Fabric(accelerator="cpu"))


def test_learning_goes_on_bit_for_bit_where_it_was_left(toy: Path, tmp_path: Path) -> None:
    whole, parted = options(toy, tmp_path / "whole"), options(toy, tmp_path / "parted")
    found = sources((toy,), "train")
    straight = run_of(whole)
    for step in range(6):
        take_step(straight, batch_at(found, 0, step, 0, 2, 32))
    first = run_of(parted)
    for step in range(3):
        take_step(first, batch_at(found, 0, step, 0, 2, 32))
    parted.out.mkdir()
    save(first)
    second = run_of(replace(parted, resume=True, seed=0))
    assert second.step == 3
    for step in range(3, 6):
        take_step(second, batch_at(found, 0, step, 0, 2, 32))
    for kind in ("networks", "averaged"):
        ends = [getattr(run, kind)["painter"].state_dict() for run in (straight, second)]
        assert ends[0].keys() == ends[1].keys()
        assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])


@pytest.mark.slow
def test_a_run_that_ctrl_c_stopped_ends_as_if_it_had_not_been_stopped(toy: Path, tmp_path: Path) -> None:
    whole, parted = options(toy, tmp_path / "whole"), options(toy, tmp_path / "parted")
    train_painter(whole)
    pressed = threading.Event()

    def press(stage: str, done: int, total: int | None) -> None:
        if done >= 500 and not pressed.is_set():
            pressed.set()
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt, match="go on with --resume"):
        train_painter(parted, press)
    assert torch.load(parted.out / "checkpoint.pt", weights_only=True)["step"] == 3
    assert not (parted.out / "painter").exists()
    train_painter(replace(parted, resume=True))
    for kind in ("networks", "averaged"):
        ends = [weights(told.out, kind) for told in (whole, parted)]
        assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])
    samples = [read_picture(told.out / "samples" / "step-000006.png") for told in (whole, parted)]
    np.testing.assert_array_equal(samples[0], samples[1])


@pytest.mark.slow
def test_a_runs_folder_holds_options_log_samples_and_the_painter(toy: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    folder = train_painter(options(toy, tmp_path / "run", steps=20), lambda *step: told.append(step))
    assert json.loads((folder / "options.json").read_text())["steps"] == 20
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    logged = next(line for line in lines if "rate" in line)
    assert {"painter colour", "painter alpha", "painter gradient", "painter structure"} <= logged.keys()
    assert {line["step"] for line in lines if "held_l1" in line} >= {3, 18, 20}
    assert read_picture(folder / "samples" / "step-000003.png").shape == (4 * 64, 3 * 64, 3)
    assert {path.name for path in (folder / "painter").iterdir()} >= {"dense.onnx", "face.onnx", "hand.onnx", "CARD.md"}
    assert told[-1] == ("training", 1000, 1000)
    assert [step[1] for step in told] == sorted(step[1] for step in told)


@pytest.mark.slow
def test_learning_lowers_the_loss_on_frames_that_were_held_back(toy: Path, tmp_path: Path) -> None:
    folder = train_painter(options(toy, tmp_path / "run", steps=60, batch=4, crop_px=64, sample_steps=20))
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    wrong = [line["held_l1"] for line in lines if "held_l1" in line]
    assert wrong[-1] < 0.6 * wrong[0]


def test_the_learning_rate_rises_falls_and_never_is_below_zero() -> None:
    rates = [rate_at(step / 1000, step, 1e-3) for step in range(1200)]
    assert min(rates) > 0.0
    assert max(rates) <= 1e-3
    assert rates[99] > 0.95e-3
    assert all(later <= earlier for earlier, later in pairwise(rates[100:]))


class AstrayRecipe(DenseRecipe):
    """Learning that goes wrong at its second step."""

    def losses(
        self, networks: Mapping[str, nn.Module], batch: Batch, device: torch.device
    ) -> Iterator[tuple[str, Terms]]:
        for name, terms in super().losses(networks, batch, device):
            yield name, {**terms, "colour": terms["colour"] * float("nan")}


def test_a_loss_that_is_not_finite_stops_the_run_before_it_spoils_the_weights(toy: Path, tmp_path: Path) -> None:
    run = run_of(options(toy, tmp_path / "run"))
    batch = batch_at(sources((toy,), "train"), 0, 0, 0, 2, 32)
    take_step(run, batch)
    kept = {name: values.clone() for name, values in run.networks["painter"].state_dict().items()}
    run.recipe = AstrayRecipe()
    with pytest.raises(InputError, match=r"went astray at step 2: the loss is nan; go on from the checkpoint"):
        take_step(run, batch)
    assert all(torch.equal(values, kept[name]) for name, values in run.networks["painter"].state_dict().items())


def test_averaged_weights_follow_the_present_ones_slowly(toy: Path, tmp_path: Path) -> None:
    run = run_of(options(toy, tmp_path / "run"))
    found = sources((toy,), "train")
    before = run.averaged["painter"].get_parameter("dense.stem.weight").clone()
    for step in range(20):
        take_step(run, batch_at(found, 0, step, 0, 2, 32))
    averaged = run.averaged["painter"].get_parameter("dense.stem.weight")
    now = run.networks["painter"].get_parameter("dense.stem.weight")
    assert 0.0 < (averaged - before).norm() < (now - before).norm()


def test_another_run_is_not_overwritten_and_not_gone_on_with_otherwise(toy: Path, tmp_path: Path) -> None:
    told = options(toy, tmp_path / "run")
    told.out.mkdir()
    (told.out / "options.json").write_text('{"kind": "dense", "seed": 1}')
    with pytest.raises(InputError, match="add --resume"):
        train_painter(told)
    with pytest.raises(InputError, match="began with seed 1"):
        train_painter(replace(told, resume=True))


def test_a_missing_or_damaged_checkpoint_is_told_in_a_line(toy: Path, tmp_path: Path) -> None:
    told = options(toy, tmp_path / "run", resume=True)
    with pytest.raises(InputError, match="holds no checkpoint"):
        train_painter(told)
    (told.out / "checkpoint.pt").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(FormatError, match="damaged"):
        train_painter(told)


def test_a_run_may_begin_with_anothers_weights_but_not_with_other_networks(toy: Path, tmp_path: Path) -> None:
    first = run_of(options(toy, tmp_path / "first"))
    take_step(first, batch_at(sources((toy,), "train"), 0, 0, 0, 2, 32))
    first.options.out.mkdir()
    save(first)
    second = run_of(options(toy, tmp_path / "second", start=first.options.out, seed=5))
    kept, begun = first.averaged["painter"].state_dict(), second.networks["painter"].state_dict()
    assert all(torch.equal(kept[name], begun[name]) for name in kept)
    assert second.step == 0
    with pytest.raises(InputError, match="other networks"):
        new_run(options(toy, tmp_path / "third", start=first.options.out), StickRecipe(), Fabric(accelerator="cpu"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["dense", "teacher"])
def test_two_processes_learn_the_same_from_different_crops(kind: str, tmp_path: Path) -> None:
    data = stick_dataset(tmp_path / "data").folder
    script = Path(__file__).with_name("two_processes.py")
    told = subprocess.run(
        [sys.executable, script, kind, data], capture_output=True, text=True, cwd=Path(__file__).parents[3]
    )
    assert "2 processes agree" in told.stdout, told.stderr[-2000:]
