"""A trained character as others use it: networks for ONNX Runtime, reference views, and a card that says what it is."""

import json
import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

from manekko.errors import InputError
from manekko.paint.dataset.bodies import FOLDER as BODY
from manekko.paint.dataset.shards import Dataset
from manekko.paint.train.batches import Source, held_frames
from manekko.paint.train.guessed import GUESSED
from manekko.paint.train.options import TrainOptions
from manekko.paint.train.recipe import Exported, Recipe, traceable

OPSET = 17
PARITY = 1e-3
"""How far an exported network may be from the trained one."""
LARGEST_BYTES = 10_000_000
"""Of all networks of a painter together."""
PAINTER_VERSION = 1
_CHECKED = 3


def export_painter(
    run: Path,
    recipe: Recipe,
    averaged: Mapping[str, nn.Module],
    dataset: Dataset,
    held: Sequence[Source],
    options: TrainOptions,
    figures: Mapping[str, float] | None = None,
) -> Path:
    """Write ``RUN/painter``, whole or not at all, and return it.

    Args:
        run: the run's folder.
        recipe: what kind of run it was.
        averaged: its networks.
        dataset: what they learned from.
        held: frames on which the written networks are compared with the trained ones.
        options: what the run was told.
        figures: what was measured, for the card.

    Raises:
        InputError: the networks are too large, or do not compute what the trained ones do.
    """
    frames = list(held_frames(held, _CHECKED))
    with whole_folder(run / "painter") as folder:
        sizes, parity = {}, 0.0
        networks = {name: network.to("cpu").eval() for name, network in averaged.items()}
        samples = [recipe.exported(networks, frame) for frame in frames]
        if GUESSED in dataset.made_of:
            # Details would cost as much again as they add where the maps themselves are guesses.
            samples = [{"stick_paint": sample["dense"]} for sample in samples]
        for name in samples[0]:
            path = folder / f"{name}.onnx"
            write_onnx(samples[0][name], path)
            parity = max(parity, *(off_by(sample[name], path) for sample in samples if name in sample))
            sizes[name] = path.stat().st_size
        # The baseline is there to be compared with, not to be shipped.
        if sum(sizes.values()) > LARGEST_BYTES and options.kind != "teacher":
            raise InputError(f"the networks take {sum(sizes.values())} bytes; {LARGEST_BYTES} are allowed")
        views = dataset.folder / "views.npz"
        if views.is_file():
            shutil.copyfile(views, folder / "views.npz")
        if (dataset.folder / BODY).is_dir():
            shutil.copytree(dataset.folder / BODY, folder / BODY)
        facts = _facts(dataset, options, sizes, parity)
        (folder / "painter.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False), encoding="utf-8")
        (folder / "CARD.md").write_text(card(facts, figures or {}), encoding="utf-8")
    return run / "painter"


def write_onnx(exported: Exported, path: Path) -> None:
    """Write a network; height and width of what it takes are free, there is always one picture."""
    inputs = {name: traceable(values) for name, values in exported.inputs.items()}
    planes = {
        name: 2 if values.dtype == np.float32 and values.ndim == 4 else 1 for name, values in exported.inputs.items()
    }
    free = {name: {first: "height", first + 1: "width"} for name, first in planes.items()}
    # What comes out may be larger than what goes in, so its axes have names of their own.
    free |= {exported.output: {2: "rows", 3: "columns"}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it is the older exporter, and what tracing does not follow
        # The newer one (dynamo) ties height and width to multiples that it guesses; this one leaves them free.
        torch.onnx.export(
            exported.network,
            tuple(inputs.values()),
            path,
            dynamo=False,
            opset_version=OPSET,
            input_names=list(inputs),
            output_names=[exported.output],
            dynamic_axes=free,
        )
    model = onnx.load(path)
    for entry in model.graph.input:
        # It knows no 16-bit integers without sign; what the graph does with its input, a cast, takes them all.
        kind = exported.inputs[entry.name].dtype
        entry.type.tensor_type.elem_type = onnx.helper.np_dtype_to_tensor_dtype(kind)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def off_by(exported: Exported, path: Path) -> float:
    """Return how far a written network's picture is from the trained one's, at its worst pixel.

    Raises:
        InputError: farther than allowed.
    """
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (written,) = session.run(None, dict(exported.inputs))
    with torch.no_grad():
        trained = exported.network(*(traceable(values) for values in exported.inputs.values())).numpy()
    worst = float(np.abs(np.asarray(written) - trained).max())
    if not worst <= PARITY:
        raise InputError(f"{path.name} is off by {worst:.2g} from the trained network; {PARITY} is allowed")
    return worst


def _facts(dataset: Dataset, options: TrainOptions, sizes: Mapping[str, int], parity: float) -> dict[str, Any]:
    return {
        "version": PAINTER_VERSION,
        "character": dataset.character,
        "kind": options.kind,
        "size_px": dataset.size_px,
        "networks": dict(sizes),
        "parity": parity,
        "data": dict(dataset.made_of),
        "command": options.command,
        "seed": options.seed,
    }


def card(facts: Mapping[str, Any], figures: Mapping[str, float]) -> str:
    """Return the model card: what it paints, what it learned from, how to make it again, how good it is."""
    licence = facts["data"].get("licence", "that of the character's model and of the motions it was drawn in")
    rows = [f"| {name} | {value:g} |" for name, value in figures.items()]
    # A long list of files would bury the rest; painter.json has it.
    data = {key: f"{len(value)} of them" if isinstance(value, list) else value for key, value in facts["data"].items()}
    measured = (
        "\n".join(["| figure | value |", "|---|---|", *rows]) if rows else "Not measured yet: manekko bench paint."
    )
    sizes = ", ".join(f"{name}.onnx {size / 1e6:.2f} MB" for name, size in facts["networks"].items())
    return f"""# Painter of {facts["character"]}

Paints one character from {"pose maps" if facts["kind"] == "dense" else "keypoints"}.
Trained on pictures of {facts["size_px"]}².

- Networks: {sizes}; ONNX opset {OPSET}, off by {facts["parity"]:.1g} from the trained ones at most.
- Data: {json.dumps(data, ensure_ascii=False)}
- Licence of the data: {licence}
- Made by: `{facts["command"]}`, seed {facts["seed"]}

{measured}
"""


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Give a temporary folder that takes the target's place at the end, or vanishes if anything fails."""
    temporary, old = (target.with_name(f".{target.name}.{end}") for end in ("part", "old"))
    for folder in (temporary, old):
        shutil.rmtree(folder, ignore_errors=True)  # what an earlier run left unfinished
    temporary.mkdir()
    try:
        yield temporary
        if target.exists():
            target.rename(old)
        temporary.rename(target)
    finally:
        for folder in (temporary, old):
            shutil.rmtree(folder, ignore_errors=True)
