"""The folder of a training run: what it was told, what happened, what it looked like, and where it is."""

import json
import pickle
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from manekko.arrays import Array, Float, UInt8
from manekko.errors import FormatError, InputError
from manekko.paint.train.options import TrainOptions
from manekko.video.png import encode_png
from manekko.whole import make_folder, whole_file

_GREY = 0.5


def begin_run(options: TrainOptions) -> None:
    """Make the folder and write the options into it.

    Raises:
        InputError: another run is there and it is not to be gone on with, or was told otherwise.
        MissingToolError: the folder cannot be made.
    """
    path = options.out / "options.json"
    told = resolved(options)
    if path.exists():
        if not options.resume:
            raise InputError(
                f"{options.out} holds a training run; add --resume to go on with it, or give another folder"
            )
        _check_same(path, told)
    make_folder(options.out / "samples")
    with whole_file(path) as temporary:
        temporary.write_text(json.dumps(told, indent=1, ensure_ascii=False), encoding="utf-8")


def resolved(options: TrainOptions) -> dict[str, Any]:
    """Return the options as JSON has them."""
    values = asdict(options)
    values["datasets"] = [str(folder) for folder in options.datasets]
    values["out"] = str(options.out)
    values["start"] = None if options.start is None else str(options.start)
    return values


def _check_same(path: Path, told: dict[str, Any]) -> None:
    """Check that a run is gone on with as it began: other data or another seed would be another run."""
    try:
        before = json.loads(path.read_bytes())
    except ValueError:
        raise FormatError("damaged JSON; train anew into another folder").at(path) from None
    for name in ("kind", "seed", "batch", "crop_px", "rate"):
        if before.get(name) != told[name]:
            raise InputError(f"this run began with {name} {before.get(name)}; go on with the same, or train anew")


def log(folder: Path, **values: float | int | str) -> None:
    """Add a line to the run's log."""
    with (folder / "log.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(values, ensure_ascii=False) + "\n")


def save_sample(path: Path, rows: list[tuple[UInt8[Array, "height width 3"], ...]]) -> None:
    """Write pictures side by side, one row below the other."""
    tall = np.concatenate([np.concatenate(row, axis=1) for row in rows], axis=0)
    with whole_file(path) as temporary:
        temporary.write_bytes(encode_png(tall))


def over_grey(picture: Float[Array, "4 height width"]) -> UInt8[Array, "height width 3"]:
    """Return a premultiplied picture, 0 to 1, as it looks over a middle grey."""
    rgb = picture[:3] + (1.0 - picture[3:]) * _GREY
    return np.round(np.clip(rgb, 0.0, 1.0) * 255.0).astype(np.uint8).transpose(1, 2, 0)


def save_checkpoint(folder: Path, values: dict[str, Any]) -> None:
    """Write all that a run needs to go on, whole or not at all."""
    with whole_file(folder / "checkpoint.pt") as temporary:
        torch.save(values, temporary)


def load_checkpoint(folder: Path) -> dict[str, Any]:
    """Return what ``save_checkpoint`` wrote.

    Raises:
        InputError: there is none.
        FormatError: it is damaged.
    """
    path = folder / "checkpoint.pt"
    if not path.is_file():
        raise InputError(f"{folder} holds no checkpoint; train without --resume")
    try:
        values = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, pickle.UnpicklingError, zipfile.BadZipFile, KeyError):
        raise FormatError("damaged; train anew into another folder").at(path) from None
    if not isinstance(values, dict):
        raise FormatError("no checkpoint of Manekko").at(path)
    return values
