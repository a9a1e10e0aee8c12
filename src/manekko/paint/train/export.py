"""A trained character as others use it: networks for ONNX Runtime, reference views, and a card that says what it is."""

import json
import shutil
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

from manekko.arrays import Array
from manekko.errors import InputError
from manekko.paint.dataset.shards import Dataset
from manekko.paint.heads import head_boxes
from manekko.paint.train.batches import Source, held_frames
from manekko.paint.train.nets import NAMES
from manekko.paint.train.options import TrainOptions

OPSET = 17
PARITY = 1e-3
"""How far an exported network may be from the trained one."""
LARGEST_BYTES = 10_000_000
"""Of all networks of a painter together."""
PAINTER_VERSION = 1
_CHECKED = 3


@dataclass(frozen=True, eq=False)
class Exported:
    """One network on its way out."""

    name: str
    network: nn.Module
    inputs: Mapping[str, Array]
    """One sample, of the kinds that users will give."""
    output: str = "rgba"


def export_painter(
    run: Path,
    averaged: Mapping[str, nn.Module],
    dataset: Dataset,
    held: Sequence[Source],
    options: TrainOptions,
    figures: Mapping[str, float] | None = None,
) -> Path:
    """Write ``RUN/painter``, whole or not at all, and return it.

    Args:
        run: the run's folder.
        averaged: its networks.
        dataset: what they learned from.
        held: frames on which the written networks are compared with the trained ones.
        options: what the run was told.
        figures: what was measured, for the card.

    Raises:
        InputError: the networks are too large, or do not compute what the trained ones do.
    """
    frames = list(held_frames(held, _CHECKED))
    with _whole_folder(run / "painter") as folder:
        sizes, parity = {}, 0.0
        network = averaged["painter"].to("cpu").to(memory_format=torch.contiguous_format).float().eval()
        samples = [_samples(network, frame) for frame in frames]
        for name in samples[0]:
            path = folder / f"{name}.onnx"
            write_onnx(samples[0][name], path)
            parity = max(parity, *(off_by(sample[name], path) for sample in samples if name in sample))
            sizes[name] = path.stat().st_size
        if sum(sizes.values()) > LARGEST_BYTES:
            raise InputError(f"the networks take {sum(sizes.values())} bytes; {LARGEST_BYTES} are allowed")
        views = dataset.folder / "views.npz"
        if views.is_file():
            shutil.copyfile(views, folder / "views.npz")
        facts = _facts(dataset, options, sizes, parity)
        (folder / "painter.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False), encoding="utf-8")
        (folder / "CARD.md").write_text(card(facts, figures or {}), encoding="utf-8")
    return run / "painter"


def write_onnx(exported: Exported, path: Path) -> None:
    """Write a network; height and width of what it takes are free, there is always one picture."""
    inputs = {name: _traceable(values) for name, values in exported.inputs.items()}
    free = {name: {1: "height", 2: "width"} for name in inputs if name != "coarse"}
    free |= {"coarse": {2: "height", 3: "width"}} if "coarse" in inputs else {}
    free |= {exported.output: {2: "height", 3: "width"}}
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
        trained = exported.network(*(_traceable(values) for values in exported.inputs.values())).numpy()
    worst = float(np.abs(np.asarray(written) - trained).max())
    if not worst <= PARITY:
        raise InputError(f"{path.name} is off by {worst:.2g} from the trained network; {PARITY} is allowed")
    return worst


def _samples(network: nn.Module, frame: Mapping[str, Array]) -> dict[str, Exported]:
    """Return the networks of a painter with what they take in a frame; without those whose part is not seen."""
    maps = {name: frame[name] for name in NAMES}
    dense = Exported("dense", network.get_submodule("dense"), {**maps, "previous": np.zeros_like(frame["rgba"])})
    with torch.no_grad():
        coarse = dense.network(*(_traceable(values) for values in dense.inputs.values())).numpy()
    found = {"dense": dense}
    for name, (x, y, side) in zip(("face", "hand", "hand"), head_boxes(frame["parts"][0]).tolist(), strict=True):
        # Where a part is not seen any square will do: the trained and the written network must agree there too.
        side = side or max(16, frame["parts"].shape[1] // 8)
        cut = {key: values[:, y : y + side, x : x + side] for key, values in maps.items()}
        cut["coarse"] = np.ascontiguousarray(coarse[:, :, y : y + side, x : x + side])
        cut = {key: np.ascontiguousarray(values) for key, values in cut.items()}
        found[name] = Exported(name, network.get_submodule(name), cut, "residual")
    return found


def _traceable(values: Array) -> torch.Tensor:
    return torch.from_numpy(values.astype(np.int32) if values.dtype == np.uint16 else values)


def _facts(dataset: Dataset, options: TrainOptions, sizes: Mapping[str, int], parity: float) -> dict[str, Any]:
    length = f"--steps {options.steps}" if options.steps is not None else f"--minutes {options.minutes}"
    return {
        "version": PAINTER_VERSION,
        "character": dataset.character,
        "kind": options.kind,
        "size_px": dataset.size_px,
        "networks": dict(sizes),
        "parity": parity,
        "data": dict(dataset.made_of),
        "command": f"manekko train {' '.join(map(str, options.datasets))} --kind {options.kind} {length} "
        f"--batch {options.batch} --seed {options.seed} --out {options.out}",
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
def _whole_folder(target: Path) -> Iterator[Path]:
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
