import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from lightning_fabric import Fabric

from manekko.arrays import Array
from manekko.errors import InputError
from manekko.paint.dataset.shards import open_dataset
from manekko.paint.pose_map import NOTHING
from manekko.paint.stick_parts import STANDARD_BODY_M
from manekko.paint.sticks import STICK_CHANNELS
from manekko.paint.surface import SURFACE_CHANNELS, guessed_map, sticks_of
from manekko.paint.train import TrainOptions, train_painter
from manekko.paint.train.batches import sources
from manekko.paint.train.guessed import guess_dataset
from manekko.paint.train.loop import Run, new_run, take_step
from manekko.paint.train.recipe import Recipe
from manekko.paint.train.stick import PlainRecipe, StickRecipe, detected, surface_losses
from manekko.paint.train.stick_nets import PlainPainter, SurfaceGuesser, WrittenSurface
from tests.paint.train.toy import toy_frame
from tests.paint.train.toy_sticks import stick_dataset, toy_keypoints, toy_views


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stick_dataset(tmp_path_factory.mktemp("sticks") / "data").folder


def options(data: Path, out: Path, **changes: object) -> TrainOptions:
    values = TrainOptions((data,), out, kind="stick", steps=3, batch=2, threads=1, precision="32")
    return replace(values, **changes)  # pyright: ignore[reportArgumentType]


def run_of(told: TrainOptions, recipe: Recipe) -> Run:
    torch.manual_seed(0)
    return new_run(told, recipe, Fabric(accelerator="cpu"))


def true_surface(angle: float) -> tuple[torch.Tensor, torch.Tensor, dict[str, torch.Tensor]]:
    """What a perfect guesser would tell of a toy frame, and the truth that it is judged by."""
    frame = toy_frame(64, angle)
    frame["depth"] = frame["depth"].astype(np.float32)
    truth = {name: torch.from_numpy(values[None]) for name, values in frame.items()}
    there = (truth["parts"] != NOTHING).float()[:, None]
    rest = truth["rest"].float().permute(0, 3, 1, 2) / 65535.0
    normals = truth["normals"].float().permute(0, 3, 1, 2) / 127.0
    numbers = [rest, normals, truth["shade"].float()[:, None] / 127.0, truth["depth"][:, None], 40.0 * (there - 0.5)]
    half = truth["parts"][:, ::2, ::2].long()
    parts = 40.0 * torch.nn.functional.one_hot(half.clamp(max=17), 18).permute(0, 3, 1, 2).float()
    return torch.cat(numbers, dim=1), parts, truth


def test_a_perfectly_guessed_surface_has_no_loss() -> None:
    smooth, parts, truth = true_surface(0.4)
    for name, value in surface_losses(smooth, parts, truth).items():
        assert value.item() == pytest.approx(0.0, abs=1e-4), name


def test_every_term_of_a_surface_has_a_gradient_on_its_own_channels() -> None:
    channels = {"rest": (0, 3), "normals": (3, 6), "shade": (6, 7), "depth": (7, 8), "alpha": (8, 9)}
    for term, (first, last) in channels.items():
        smooth, parts, truth = true_surface(0.4)
        smooth = (smooth + 0.1).clamp(-3.0, 3.0).requires_grad_()
        surface_losses(smooth, parts, truth)[term].backward()
        assert smooth.grad is not None
        strengths = smooth.grad.abs().sum(dim=(0, 2, 3))
        assert (strengths[first:last] > 0.0).all()
        assert strengths.sum() == pytest.approx(strengths[first:last].sum().item())
    smooth, parts, truth = true_surface(0.4)
    parts = (0.01 * parts).requires_grad_()
    surface_losses(smooth, parts, truth)["parts"].backward()
    assert parts.grad is not None
    assert parts.grad.abs().sum() > 0.0


def test_a_true_surface_becomes_the_true_map_again() -> None:
    smooth = true_surface(0.4)[0]
    frame = toy_frame(64, 0.4)
    part = np.where(frame["parts"] == NOTHING, 0, frame["parts"])[None].astype(np.float32)
    surface = np.concatenate([smooth[0, :8].numpy(), (smooth[0, 8:] > 0).float().numpy(), part])
    assert len(surface) == len(SURFACE_CHANNELS)
    told = guessed_map(surface, toy_keypoints(64, 0.4), STANDARD_BODY_M, toy_views())
    for name in ("rest", "normals", "shade", "parts", "depth"):
        np.testing.assert_allclose(getattr(told, name).astype(float), frame[name].astype(float), atol=1.0)
    assert not told.copied[frame["parts"] == NOTHING].any()


@pytest.mark.parametrize("network", [SurfaceGuesser(), PlainPainter()])
def test_networks_of_sticks_are_small(network: torch.nn.Module) -> None:
    assert sum(values.numel() for values in network.parameters()) < 1_500_000


def test_what_is_written_tells_the_likeliest_part() -> None:
    torch.manual_seed(0)
    guesser = SurfaceGuesser()
    sticks = torch.randn(1, len(STICK_CHANNELS), 16, 16)
    smooth, parts = guesser(sticks)
    surface = WrittenSurface(guesser)(sticks)
    assert surface.shape == (1, len(SURFACE_CHANNELS), 64, 64)
    assert torch.equal(surface[:, 9, ::2, ::2], parts.argmax(1).float())
    assert torch.equal(surface[:, 8], torch.sigmoid(smooth[:, 8]))


@pytest.mark.parametrize("recipe", [StickRecipe(), PlainRecipe()])
def test_sticks_teach(recipe: Recipe, data: Path, tmp_path: Path) -> None:
    told = options(data, tmp_path / "run", steps=200, rate=1e-2)
    run, found = run_of(told, recipe), sources((data,), "train", recipe.arrays)
    losses = []
    for step in range(12):
        batch = recipe.batch(found, told, 0, 0)
        ((_, terms),) = recipe.losses(run.networks, batch, run.fabric.device)
        losses.append(float(sum(term.detach() for term in terms.values())))
        take_step(run, batch)
        assert run.step == step + 1
    assert losses[-1] < 0.9 * losses[0]


def test_a_batch_of_sticks_depends_on_seed_and_step_alone(data: Path, tmp_path: Path) -> None:
    recipe, told = StickRecipe(), options(data, tmp_path)
    found = sources((data,), "train", recipe.arrays)
    first, again, other = (recipe.batch(found, told, step, 0) for step in (5, 5, 6))
    np.testing.assert_array_equal(first.sticks, again.sticks)
    assert not np.array_equal(first.sticks, other.sticks)


def test_detected_keypoints_stay_true_but_for_trembling_ones() -> None:
    true = toy_keypoints(256, 0.3)
    far, lost = [], 0
    for seed in range(200):
        found, hands = detected(true, None, np.random.default_rng(seed))
        assert hands is None
        missing = np.isnan(found[:, 0])
        lost += bool(missing.any())
        far.append(np.abs(found[~missing, :2] - true[~missing, :2]).max())
        assert (found[~missing, 3] >= 0.7).all()
    assert np.mean(np.array(far) < 1e-4) == pytest.approx(0.7, abs=0.12)
    assert 0 < lost < 100


def test_hands_are_not_found_now_and_then() -> None:
    true, hand = toy_keypoints(256, 0.3), np.full((2, 21, 4), 3.0)
    missing = np.zeros(2)
    for seed in range(200):
        _, hands = detected(true, hand, np.random.default_rng(seed))
        assert hands is not None
        missing += np.isnan(hands[..., 0]).all(-1)
    assert missing / 200.0 == pytest.approx(0.15, abs=0.08)


def test_pictures_of_an_odd_size_are_refused_in_a_line(tmp_path: Path) -> None:
    odd = stick_dataset(tmp_path / "odd", size_px=48).folder
    recipe = StickRecipe()
    with pytest.raises(InputError, match="multiple of 32"):
        recipe.batch(sources((odd,), "train", recipe.arrays), options(odd, tmp_path), 0, 0)


def run_network(path: Path, frame: dict[str, Array]) -> Array:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, frame)[0])


@pytest.mark.slow
def test_one_command_trains_a_painter_of_keypoints(data: Path, tmp_path: Path) -> None:
    run = train_painter(options(data, tmp_path / "run", steps=6))
    painter = run / "painter"
    facts = json.loads((painter / "painter.json").read_text(encoding="utf-8"))
    assert set(facts["networks"]) == {"stick", "stick_paint"}
    assert "--kind stick --steps 6" in facts["command"]
    sticks = sticks_of(toy_keypoints(64, 0.2), None, 64, STANDARD_BODY_M)
    surface = run_network(painter / "stick.onnx", {"sticks": sticks})
    assert surface.shape == (1, len(SURFACE_CHANNELS), 64, 64)
    guessed = open_dataset(run / "guessed")
    assert {shard.info.split for shard in guessed.all_shards} == {"train", "held"}
    with pytest.raises(InputError, match="add --resume"):
        train_painter(options(data, tmp_path / "run", steps=6))
    before = (painter / "stick_paint.onnx").read_bytes()
    train_painter(options(data, tmp_path / "run", steps=6, resume=True))
    assert (painter / "stick_paint.onnx").read_bytes() == before


@pytest.mark.slow
def test_pictures_alone_train_a_plain_painter(tmp_path: Path) -> None:
    pictures = stick_dataset(tmp_path / "pictures", surface=False).folder
    run = train_painter(options(pictures, tmp_path / "run", kind="plain", steps=4))
    sticks = sticks_of(toy_keypoints(64, 0.2), None, 64, STANDARD_BODY_M)
    rgba = run_network(run / "painter" / "plain.onnx", {"sticks": sticks})
    assert rgba.shape == (1, 4, 64, 64)
    assert not (run / "painter" / "views.npz").exists()
    with pytest.raises(InputError, match="kind plain"):
        train_painter(options(pictures, tmp_path / "other"))


def test_without_reference_views_nothing_is_guessed(data: Path, tmp_path: Path) -> None:
    blind = stick_dataset(tmp_path / "blind")
    (blind.folder / "views.npz").unlink()
    with pytest.raises(InputError, match="no reference views"):
        guess_dataset(tmp_path / "stick.onnx", blind, tmp_path / "out", lambda *step: None)
