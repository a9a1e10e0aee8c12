from pathlib import Path

import pytest
import torch
from lightning_fabric import Fabric

from manekko.paint.sticks import STICK_CHANNELS
from manekko.paint.train import TrainOptions, train_painter
from manekko.paint.train.batches import sources
from manekko.paint.train.loop import new_run, take_step
from manekko.paint.train.teacher import GlobalGenerator, Judges, TeacherRecipe, balance_alarm
from tests.paint.train.toy_sticks import stick_dataset


class SmallTeacher(TeacherRecipe):
    def networks(self) -> dict[str, torch.nn.Module]:
        return {"painter": GlobalGenerator(width=8, blocks=1), "judges": Judges(width=8)}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stick_dataset(tmp_path_factory.mktemp("teacher") / "data").folder


def test_judges_give_features_of_two_sizes_and_a_verdict() -> None:
    judged = Judges(width=8)(torch.randn(1, len(STICK_CHANNELS), 16, 16), torch.rand(1, 4, 64, 64))
    assert [[tuple(features.shape[1:]) for features in scale] for scale in judged] == [
        [(8, 32, 32), (16, 16, 16), (32, 8, 8), (1, 7, 7)],
        [(8, 16, 16), (16, 8, 8), (32, 4, 4), (1, 3, 3)],
    ]


def test_painter_and_judges_both_learn_and_each_only_from_its_own_terms(data: Path, tmp_path: Path) -> None:
    told = TrainOptions((data,), tmp_path, kind="teacher", steps=10, batch=1, precision="32")
    torch.manual_seed(0)
    recipe = SmallTeacher()
    run = new_run(told, recipe, Fabric(accelerator="cpu"))
    found = sources((data,), "train", recipe.arrays)
    before = {name: [p.clone() for p in network.parameters()] for name, network in run.networks.items()}
    steps = recipe.losses(run.networks, recipe.batch(found, told, 0, 0), run.fabric.device)
    name, terms = next(steps)
    assert name == "painter"
    assert all(float(term.detach()) > 0.0 for term in terms.values())
    sum(terms.values(), torch.zeros(())).backward()
    assert all(weight.grad is None for weight in run.networks["judges"].parameters())
    assert all(weight.grad is not None for weight in run.networks["painter"].parameters())
    take_step(run, recipe.batch(found, told, 0, 0))
    for name, network in run.networks.items():
        changed = [not torch.equal(now, old) for now, old in zip(network.parameters(), before[name], strict=True)]
        assert any(changed), name


def test_judges_that_always_win_raise_an_alarm() -> None:
    assert balance_alarm([0.25] * 30) is None
    assert balance_alarm([0.001] * 5) is None
    assert balance_alarm([0.25] * 5 + [0.001] * 10) is not None
    assert balance_alarm([0.001] * 10 + [0.2] * 5) is None


@pytest.mark.slow
def test_the_baseline_trains_by_the_same_command(data: Path, tmp_path: Path) -> None:
    run = train_painter(TrainOptions((data,), tmp_path / "run", kind="teacher", steps=2, batch=1, threads=1))
    assert (run / "painter" / "plain.onnx").is_file()
