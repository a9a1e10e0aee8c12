"""Training of what is given sticks: a guesser of the body's surface, and a painter for pictures without one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from manekko.arrays import Array, Float
from manekko.errors import InputError
from manekko.paint.surface import body_of, sticks_of
from manekko.paint.train.batches import Source, frame_of, taken
from manekko.paint.train.losses import part_weights, picture_losses
from manekko.paint.train.options import TrainOptions
from manekko.paint.train.recipe import Exported, Pace, Terms, premultiplied, tensors
from manekko.paint.train.stick_nets import PlainPainter, SurfaceGuesser, WrittenSurface
from manekko.stage.truths_parts import PARTS

_JITTERED, _JITTER_PX = 0.3, 1.5
"""Share of samples whose keypoints tremble, and the largest σ: more costs sharpness, and ours are smoothed in time."""
_LOST = 0.05
"""Share of those samples' keypoints that are missing."""
_NO_HAND = 0.15
"""Share of the hands whose points are not found at all."""
_SEEN, _HIDDEN = (0.7, 1.0), (0.2, 0.8)
"""Confidences that detectors give keypoints that are seen, and hidden ones."""


@dataclass(frozen=True, eq=False)
class StickBatch:
    """Whole frames of one size."""

    sticks: Float[Array, "sample channel height width"]
    truth: dict[str, Array]


def stick_batch(
    found: Sequence[Source], options: TrainOptions, step: int, rank: int, names: Sequence[str]
) -> StickBatch:
    """Return the frames of a step with their sticks, which tremble now and then as detected ones do.

    Raises:
        InputError: the datasets' pictures are too small or of a side that the networks cannot halve so often.
    """
    rng = np.random.default_rng((options.seed, step, rank))
    source = taken(found, options.seed, step)
    if source.dataset.size_px % 32:
        raise InputError(
            f"{source.dataset.folder} has pictures of {source.dataset.size_px} px; sticks need a multiple of 32"
        )
    frames, sticks = [], []
    for _ in range(options.batch):
        shard = source.shards[int(rng.integers(len(source.shards)))]
        frame = frame_of(shard, int(rng.integers(shard.info.frames)), (*names, "keypoints", "hands"))
        keypoints, hands = detected(frame["keypoints"], frame.get("hands"), rng)
        body = body_of(source.dataset.made_of)
        sticks.append(sticks_of(keypoints, hands, source.dataset.size_px, body)[0])
        frames.append(frame)
    return StickBatch(np.stack(sticks), {name: np.stack([frame[name] for frame in frames]) for name in names})


def detected(
    keypoints: Float[Array, "33 4"], hands: Float[Array, "2 21 4"] | None, rng: np.random.Generator
) -> tuple[Float[Array, "33 4"], Float[Array, "2 21 4"] | None]:
    """Return true keypoints as a detector might have found them."""
    trembles = rng.random() < _JITTERED
    sigma_px = float(rng.uniform(0.0, _JITTER_PX)) if trembles else 0.0
    if hands is not None:
        hands = np.where((rng.random(2) < _NO_HAND)[:, None, None], np.nan, hands)
    result = []
    for points in (keypoints, hands):
        if points is None:
            result.append(None)
            continue
        points = np.array(points, dtype=np.float64)
        seen = points[..., 3] > 0.5
        points[..., 3] = np.where(seen, rng.uniform(*_SEEN, seen.shape), rng.uniform(*_HIDDEN, seen.shape))
        points[..., :2] += rng.normal(0.0, sigma_px, points[..., :2].shape) if trembles else 0.0
        points[(rng.random(seen.shape) < _LOST) & trembles] = np.nan
        result.append(points)
    return result[0], result[1]


class StickRecipe:
    """Keypoints → the body's surface."""

    arrays = ("rest", "normals", "shade", "parts", "depth", "keypoints")
    pace = Pace()

    def networks(self) -> dict[str, nn.Module]:
        """Return the guesser."""
        return {"guesser": SurfaceGuesser()}

    def batch(self, found: Sequence[Source], options: TrainOptions, step: int, rank: int) -> StickBatch:
        """Return the frames of a step."""
        return stick_batch(found, options, step, rank, self.arrays[:-1])

    def losses(
        self, networks: Mapping[str, nn.Module], batch: StickBatch, device: torch.device
    ) -> Iterator[tuple[str, Terms]]:
        """Yield the terms of the guesser."""
        truth = tensors(batch.truth, device)
        smooth, parts = networks["guesser"](torch.from_numpy(batch.sticks).to(device))
        yield "guesser", surface_losses(smooth, parts, truth)

    def shown(
        self, networks: Mapping[str, nn.Module], frame: Mapping[str, Array], device: torch.device
    ) -> tuple[Tensor, ...]:
        """Return places on the body as colours: true and guessed."""
        arrays = tensors({name: frame[name] for name in self.arrays}, device)
        smooth, _ = networks["guesser"](torch.from_numpy(whole_sticks(frame)).to(device))
        alpha = torch.sigmoid(smooth[:, 8:].float())
        there = (arrays["parts"] < len(PARTS)).float().unsqueeze(1)
        true = arrays["rest"].float().permute(0, 3, 1, 2) * (1.0 / 65535.0)
        guessed = smooth[:, :3].float().clamp(0.0, 1.0)
        return torch.cat([true * there, there], dim=1), torch.cat([guessed * alpha, alpha], dim=1)

    def exported(self, networks: Mapping[str, nn.Module], frame: Mapping[str, Array]) -> dict[str, Exported]:
        """Return the guesser, written as one picture of numbers."""
        guesser = networks["guesser"]
        assert isinstance(guesser, SurfaceGuesser), "no other network is made here"
        return {"stick": Exported(WrittenSurface(guesser).eval(), {"sticks": whole_sticks(frame)}, "surface")}


def surface_losses(smooth: Tensor, parts: Tensor, truth: Mapping[str, Tensor]) -> Terms:
    """Return the terms of a guessed surface; all but its outline count only where there is a body."""
    there = (truth["parts"] < len(PARTS)).unsqueeze(1)
    weights = part_weights(truth["parts"]) * there
    total = weights.sum().clamp(min=1.0)

    def off(guessed: Tensor, true: Tensor) -> Tensor:
        return ((guessed - true).abs() * weights).sum() / total

    rest = truth["rest"].float().permute(0, 3, 1, 2) * (1.0 / 65535.0)
    normals = truth["normals"].float().permute(0, 3, 1, 2) * (1.0 / 127.0)
    # Of each square of four pixels the first: parts are told at half the size.
    half = truth["parts"][:, ::2, ::2].long()
    known = torch.where(half < len(PARTS), half, torch.full_like(half, -100))
    return {
        "rest": 10.0 * off(smooth[:, :3], rest),
        "normals": 0.1 * off(smooth[:, 3:6], normals),
        "shade": 0.1 * off(smooth[:, 6:7], truth["shade"].float().unsqueeze(1) * (1.0 / 127.0)),
        "depth": off(smooth[:, 7:8], truth["depth"].float().unsqueeze(1)),
        "alpha": functional.binary_cross_entropy_with_logits(smooth[:, 8:], there.float()),
        "parts": 0.1 * functional.cross_entropy(parts, known, ignore_index=-100),
    }


class PlainRecipe:
    """Keypoints → pictures."""

    arrays = ("rgba", "keypoints")
    pace = Pace()

    def networks(self) -> dict[str, nn.Module]:
        """Return the painter."""
        return {"painter": PlainPainter()}

    def batch(self, found: Sequence[Source], options: TrainOptions, step: int, rank: int) -> StickBatch:
        """Return the frames of a step."""
        return stick_batch(found, options, step, rank, ("rgba",))

    def losses(
        self, networks: Mapping[str, nn.Module], batch: StickBatch, device: torch.device
    ) -> Iterator[tuple[str, Terms]]:
        """Yield the terms of the painter."""
        truth = premultiplied(torch.from_numpy(batch.truth["rgba"]).to(device))
        painted = networks["painter"](torch.from_numpy(batch.sticks).to(device))
        # No parts are known; what is there counts more than what is not, or nothing would be painted for long.
        yield "painter", picture_losses(painted, truth, 1.0 + 2.0 * truth[:, 3:])

    def shown(
        self, networks: Mapping[str, nn.Module], frame: Mapping[str, Array], device: torch.device
    ) -> tuple[Tensor, ...]:
        """Return a frame's truth and its picture."""
        truth = premultiplied(torch.from_numpy(frame["rgba"]).to(device))
        return truth, networks["painter"](torch.from_numpy(whole_sticks(frame)).to(device)).float()

    def exported(self, networks: Mapping[str, nn.Module], frame: Mapping[str, Array]) -> dict[str, Exported]:
        """Return the painter."""
        return {"plain": Exported(networks["painter"], {"sticks": whole_sticks(frame)})}


def whole_sticks(frame: Mapping[str, Array]) -> Float[Array, "1 channel height width"]:
    """Return the sticks of a whole frame as it is."""
    size_px = int(next(values.shape[1] for name, values in frame.items() if name in ("rgba", "parts")))
    hands = frame["hands"][0] if "hands" in frame else None
    return sticks_of(frame["keypoints"][0].astype(np.float64), hands, size_px, frame["body_m"])
