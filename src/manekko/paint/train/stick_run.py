"""Training of a painter of keypoints, from one command: guess the surface, then learn to paint what is guessed."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from manekko.errors import InputError
from manekko.paint.dataset.bodies import FOLDER as BODY
from manekko.paint.dataset.shards import open_dataset
from manekko.paint.train.export import LARGEST_BYTES, card, whole_folder
from manekko.paint.train.guessed import guess_dataset
from manekko.paint.train.loop import train
from manekko.paint.train.options import TrainOptions
from manekko.progress import Progress

_SURFACE_SHARE = 0.65
"""Of the whole run: what is guessed wrong, no painter puts right."""


def train_stick_painter(options: TrainOptions, progress: Progress) -> Path:
    """Train as ``train_painter`` says; ``options.start`` may be a run of kind dense, whose networks come along.

    Raises:
        InputError: a dataset has no reference views, or what the two parts raise.
    """
    surface = _part(options, "surface", _SURFACE_SHARE)
    if surface.out.exists() and not options.resume:
        raise InputError(f"{options.out} holds a training run; add --resume to go on with it, or give another folder")
    if not (surface.out / "painter").exists():
        train(replace(surface, start=None), progress)
    dataset = open_dataset(options.datasets[0])
    stick = surface.out / "painter" / "stick.onnx"
    guessed = guess_dataset(stick, dataset, options.out / "guessed", progress)
    paint = replace(_part(options, "paint", 1.0 - _SURFACE_SHARE), kind="dense", datasets=(guessed.folder,))
    if not (paint.out / "painter").exists():
        train(paint, progress)
    parts = [surface.out, paint.out, *([options.start] if options.start is not None else [])]
    join_painters([part / "painter" for part in parts], options.out / "painter", options.command)
    return options.out


def _part(options: TrainOptions, name: str, share: float) -> TrainOptions:
    """Return the options of a part of the run, to be gone on with if it was begun."""
    out = options.out / name
    begun = options.resume and (out / "checkpoint.pt").is_file()
    steps = None if options.steps is None else max(1, round(share * options.steps))
    minutes = None if options.minutes is None else share * options.minutes
    return replace(options, out=out, steps=steps, minutes=minutes, resume=begun, devices=1)


def join_painters(folders: Sequence[Path], target: Path, command: str) -> None:
    """Write one painter with the networks of several of the same character; of two of one name the first counts.

    Args:
        folders: the painters.
        target: folder of the new one.
        command: that made it.

    Raises:
        InputError: together they are too large.
    """
    told = [json.loads((folder / "painter.json").read_bytes()) for folder in folders]
    sizes: dict[str, int] = {}
    with whole_folder(target) as made:
        for folder, facts in zip(folders, told, strict=True):
            for name, size in facts["networks"].items():
                if name not in sizes:
                    shutil.copyfile(folder / f"{name}.onnx", made / f"{name}.onnx")
                    sizes[name] = size
        if sum(sizes.values()) > LARGEST_BYTES:
            raise InputError(f"the networks take {sum(sizes.values())} bytes; {LARGEST_BYTES} are allowed")
        shutil.copyfile(folders[0] / "views.npz", made / "views.npz")
        if (folders[0] / BODY).is_dir():
            shutil.copytree(folders[0] / BODY, made / BODY)
        facts = told[0] | {"networks": sizes, "parity": max(one["parity"] for one in told), "command": command}
        (made / "painter.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False), encoding="utf-8")
        (made / "CARD.md").write_text(card(facts, {}), encoding="utf-8")
