"""The training loop: steps, learning rates, averaged weights, checkpoints and samples, on any number of devices."""

import copy
import logging
import math
import signal
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from lightning_fabric import Fabric
from torch import nn

from manekko.ahead import ahead
from manekko.errors import InputError
from manekko.paint.train import run_folder
from manekko.paint.train.batches import Source, held_frames, sources
from manekko.paint.train.dense import DenseRecipe
from manekko.paint.train.export import export_painter
from manekko.paint.train.losses import structure_loss
from manekko.paint.train.options import TrainOptions
from manekko.paint.train.recipe import Recipe
from manekko.paint.train.stick import PlainRecipe, StickRecipe
from manekko.paint.train.teacher import TeacherRecipe, balance_alarm
from manekko.progress import Progress

_WARM_UP_STEPS = 100
_DECAY = 0.999
_LONGEST_GRADIENT = 1.0
_LOG_STEPS = 20
_SAMPLES = 4
_AHEAD = 2
_RECIPES: dict[str, type[Recipe]] = {
    "dense": DenseRecipe,
    "stick": StickRecipe,
    "plain": PlainRecipe,
    "teacher": TeacherRecipe,
}


@dataclass
class Run:
    """A run as it stands after some step."""

    options: TrainOptions
    recipe: Recipe
    fabric: Fabric
    networks: dict[str, nn.Module]
    optimizers: dict[str, Any]
    averaged: dict[str, nn.Module]
    """The networks with weights averaged over the last thousand steps: what is kept in the end."""
    step: int = 0
    elapsed_s: float = 0.0
    """Time learned so far, earlier parts included."""
    terms: dict[str, float] = field(default_factory=dict)
    """The last step's losses."""
    told: list[float] = field(default_factory=list)
    """The losses of judges so far, where there are any."""

    @property
    def done(self) -> float:
        """Share of the run that is behind it."""
        if self.options.steps is not None:
            return self.step / self.options.steps
        assert self.options.minutes is not None, "either is given"
        return float(self.fabric.broadcast(self.elapsed_s)) / (60.0 * self.options.minutes)


def train(options: TrainOptions, progress: Progress) -> Path:
    """Train as ``train_painter`` says."""
    torch.manual_seed(options.seed)
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    recipe = _RECIPES[options.kind]()
    found = sources(options.datasets, "train", recipe.arrays)
    # Where nothing is held back (a few pictures of one clip), samples show what was learned from.
    held = found[:1]
    if found[0].dataset.shards("held"):
        held = sources(options.datasets[:1], "held", recipe.arrays)
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)  # it tells its precision as news
    devices = 1 if not torch.cuda.is_available() else options.devices or torch.cuda.device_count()
    # A step without a face in view teaches the face's network nothing.
    strategy = "ddp_find_unused_parameters_true" if devices > 1 else "auto"
    fabric = Fabric(accelerator="auto", devices=devices, strategy=strategy, precision=_precision(options))
    fabric.launch()
    if fabric.global_rank == 0:
        run_folder.begin_run(options)
    fabric.barrier()
    run = new_run(options, recipe, fabric)
    _log_data(run, found)
    _learn(run, found, held, progress)
    if fabric.global_rank == 0:
        export_painter(options.out, recipe, run.averaged, found[0].dataset, held, options)
    return options.out


def new_run(options: TrainOptions, recipe: Recipe, fabric: Fabric) -> Run:
    """Return the run at its beginning, or where it was left.

    Raises:
        InputError: there is nothing to go on with or to start from.
        FormatError: a checkpoint is damaged.
    """
    made = recipe.networks()
    if options.start is not None and not options.resume:
        begun = run_folder.load_checkpoint(options.start)
        for name in made:
            _load(made[name], begun, "averaged", name, options.start)
    averaged = {name: copy.deepcopy(network).to(fabric.device).eval() for name, network in made.items()}
    networks, optimizers = {}, {}
    for name, network in made.items():
        network.to(memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
        betas = (recipe.pace.momentum, 0.99)
        optimizer = torch.optim.AdamW(network.parameters(), lr=recipe.pace.rate, betas=betas, weight_decay=1e-4)
        networks[name], optimizers[name] = fabric.setup(network, optimizer)
    run = Run(options, recipe, fabric, networks, optimizers, averaged)
    if options.resume:
        _take_up(run, run_folder.load_checkpoint(options.out))
    return run


def rate_at(done: float, step: int, highest: float) -> float:
    """Return the learning rate: a short rise, then half a cosine down to a hundredth; never below zero."""
    rise = min(1.0, (step + 1) / _WARM_UP_STEPS)
    fall = 0.5 * (1.0 + math.cos(math.pi * min(max(done, 0.0), 1.0)))
    return highest * rise * max(fall, 0.01)


def take_step(run: Run, batch: Any) -> None:
    """Learn from one batch.

    Raises:
        InputError: a loss is not finite.
    """
    rate = rate_at(run.done, run.step, run.options.rate or run.recipe.pace.rate)
    terms = {}
    for name, losses in run.recipe.losses(run.networks, batch, run.fabric.device):
        total = torch.stack(list(losses.values())).sum()
        if not bool(total.isfinite()):
            raise InputError(
                f"learning went astray at step {run.step + 1}: the loss is {float(total.detach())}; go on from the "
                f"checkpoint in {run.options.out} with --resume, or train anew with another --seed"
            )
        optimizer = run.optimizers[name]
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.zero_grad(set_to_none=True)
        run.fabric.backward(total)
        run.fabric.clip_gradients(run.networks[name], optimizer, max_norm=_LONGEST_GRADIENT)
        optimizer.step()
        terms |= {f"{name} {term}": value.detach() for term, value in losses.items()}
    run.step += 1
    _average(run)
    if run.step % _LOG_STEPS == 0:
        run.terms = {term: round(float(value), 6) for term, value in terms.items()} | {"rate": rate}
        run.told += [value for term, value in run.terms.items() if term == "judges told"]


@torch.no_grad()
def _average(run: Run) -> None:
    """Move the averaged weights a little towards the present ones."""
    share = 1.0 - min(_DECAY, (1.0 + run.step) / (10.0 + run.step))
    for name, network in run.averaged.items():
        for kept, now in zip(network.parameters(), run.networks[name].parameters(), strict=True):
            kept.lerp_(now, share)


def _learn(run: Run, found: Sequence[Source], held: Sequence[Source], progress: Progress) -> None:
    """Take steps until the run is over.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed.
    """
    options, rank = run.options, run.fabric.global_rank
    coming = (run.recipe.batch(found, options, step, rank) for step in count(run.step))
    began_s, before_s = time.monotonic(), run.elapsed_s
    saved_s = began_s
    with ExitStack() as stack:
        stopped = stack.enter_context(_stoppable())
        made = stack.enter_context(closing(ahead(coming, _AHEAD)))
        for batch in made:
            # All processes stop at the same step, or those that go on would wait for the others for ever.
            if run.fabric.broadcast(run.done >= 1.0 or stopped.is_set()):
                break
            take_step(run, batch)
            run.elapsed_s = before_s + time.monotonic() - began_s
            progress("training", round(1000 * min(run.done, 1.0)), 1000)
            if run.step % _LOG_STEPS == 0:
                _log_step(run)
            if run.step % options.sample_steps == 0:
                _sample(run, held)
            if time.monotonic() - saved_s > 60.0 * options.checkpoint_minutes:
                save(run)
                saved_s = time.monotonic()
    save(run)
    if run.done < 1.0:
        raise KeyboardInterrupt(f"stopped after step {run.step}; go on with --resume")
    if run.step % options.sample_steps:
        _sample(run, held)


def save(run: Run) -> None:
    """Write the checkpoint."""
    if run.fabric.global_rank == 0:
        values = {"step": run.step, "elapsed_s": run.elapsed_s, "kind": run.options.kind}
        for key, modules in (("networks", run.networks), ("averaged", run.averaged), ("optimizers", run.optimizers)):
            values[key] = {name: module.state_dict() for name, module in modules.items()}
        run_folder.save_checkpoint(run.options.out, values)


def _take_up(run: Run, values: Mapping[str, Any]) -> None:
    for key, modules in (("networks", run.networks), ("averaged", run.averaged), ("optimizers", run.optimizers)):
        for name, module in modules.items():
            _load(module, values, key, name, run.options.out)
    run.step, run.elapsed_s = int(values.get("step", 0)), float(values.get("elapsed_s", 0.0))


def _load(module: Any, values: Mapping[str, Any], key: str, name: str, folder: Path) -> None:
    """Give a network or optimiser what a checkpoint holds for it.

    Raises:
        InputError: the checkpoint is of another kind of run, or of another version of the networks.
    """
    try:
        module.load_state_dict(values[key][name])
    except (KeyError, RuntimeError, ValueError):
        raise InputError(f"{folder} holds a run of other networks; begin with one of the same kind, or anew") from None


def _log_data(run: Run, found: Sequence[Source]) -> None:
    if run.fabric.global_rank == 0:
        frames = {str(source.dataset.folder): source.frames for source in found}
        sizes = {name: sum(p.numel() for p in network.parameters()) for name, network in run.averaged.items()}
        told = {"device": str(run.fabric.device), "processes": run.fabric.world_size, "step": run.step}
        run_folder.log(run.options.out, **told, frames=str(frames), parameters=str(sizes))


def _log_step(run: Run) -> None:
    if run.fabric.global_rank == 0:
        alarm = balance_alarm(run.told)
        warned = {} if alarm is None else {"alarm": alarm}
        run_folder.log(run.options.out, step=run.step, seconds=round(run.elapsed_s, 1), **run.terms, **warned)


@torch.no_grad()
def _sample(run: Run, held: Sequence[Source]) -> None:
    """Paint frames of the held-back motions with the averaged weights, the truth beside them."""
    if run.fabric.global_rank != 0:
        return
    rows, unlike, wrong = [], 0.0, 0.0
    for frame in held_frames(held, _SAMPLES):
        with run.fabric.autocast():
            shown = [picture.float() for picture in run.recipe.shown(run.averaged, frame, run.fabric.device)]
        unlike += float(structure_loss(shown[-1], shown[0])) / _SAMPLES
        wrong += float((shown[-1] - shown[0]).abs().mean()) / _SAMPLES
        rows.append(tuple(run_folder.over_grey(picture[0].cpu().numpy()) for picture in shown))
    run_folder.save_sample(run.options.out / "samples" / f"step-{run.step:06d}.png", rows)
    run_folder.log(run.options.out, step=run.step, held_structure=round(1.0 - unlike, 4), held_l1=round(wrong, 5))


@contextmanager
def _stoppable() -> Iterator[threading.Event]:
    """Give an event that Ctrl-C sets, so that a step is never cut in the middle."""
    stopped = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stopped
        return

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield stopped
    finally:
        signal.signal(signal.SIGINT, before)


def _precision(options: TrainOptions) -> Any:
    """Return what convolutions compute with, in Fabric's word."""
    if options.precision == "auto":
        # On a processor without instructions for it bf16 is slower.
        known = getattr(torch.cpu, "get_capabilities", dict)()
        fast = torch.cuda.is_bf16_supported() if torch.cuda.is_available() else bool(known.get("avx512_bf16"))
        return "bf16-mixed" if fast else "32-true"
    return "bf16-mixed" if options.precision == "bf16" else "32-true"
