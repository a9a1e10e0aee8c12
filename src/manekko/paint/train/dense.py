"""Training of the painter that is given pose maps, with its finer painters of face and hands."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from manekko.arrays import Array, Int
from manekko.paint.heads import head_boxes
from manekko.paint.train.batches import Batch, Source, batch_at, crop_side
from manekko.paint.train.losses import colour_loss, gradient_loss, part_weights, picture_losses, structure_loss
from manekko.paint.train.nets import NAMES, DensePainter, ResidualHead
from manekko.paint.train.options import TrainOptions
from manekko.paint.train.recipe import Exported, Pace, Terms, as_bytes, premultiplied, tensors, traceable

_DETAIL_WEIGHT = 0.5
_HEAD_NAMES = ("face", "hand", "hand")
"""The network of each of ``HEADS``: one paints either hand, the parts tell it which."""

Crop = tuple[int, Tensor, Tensor]
"""Which of ``HEADS``, the squares painted finer, and their truth."""


class DenseNetworks(nn.Module):
    """The painter and its details in one, so that one call of it does a whole step on any number of devices."""

    def __init__(self) -> None:
        super().__init__()
        self.dense = DensePainter()
        self.face = ResidualHead(24)
        self.hand = ResidualHead(16)

    def forward(
        self, maps: tuple[Tensor, ...], previous: Tensor, boxes: Int[Array, "sample detail 3"], truth: Tensor
    ) -> tuple[Tensor, list[Crop]]:
        """Return the coarse pictures, and the details that are wholly inside.

        Args:
            maps: the arrays of pose maps, in the order of ``NAMES``.
            previous: premultiplied bytes of what was painted before.
            boxes: of the details in each picture.
            truth: premultiplied pictures (batch, 4, height, width).
        """
        coarse = self.dense(*maps, previous)
        details = []
        for place in range(boxes.shape[1]):
            squares = [(sample, *boxes[sample, place].tolist()) for sample in np.flatnonzero(boxes[:, place, 2])]
            if squares:
                cut_maps = tuple(
                    torch.stack([values[n, y : y + s, x : x + s] for n, x, y, s in squares]) for values in maps
                )
                # What is coarse is taught by its own losses alone: details only add to it.
                cut = torch.stack([coarse[n, :, y : y + s, x : x + s] for n, x, y, s in squares]).detach()
                wanted = torch.stack([truth[n, :, y : y + s, x : x + s] for n, x, y, s in squares])
                details.append((place, cut + getattr(self, _HEAD_NAMES[place])(*cut_maps, cut), wanted))
        return coarse, details


class DenseRecipe:
    """Pose maps → pictures."""

    arrays = ("rgba", *NAMES)
    pace = Pace()

    def networks(self) -> dict[str, nn.Module]:
        """Return the painter with its details."""
        return {"painter": DenseNetworks()}

    def batch(self, found: Sequence[Source], options: TrainOptions, step: int, rank: int) -> Batch:
        """Return the crops of a step."""
        return batch_at(found, options.seed, step, rank, options.batch, crop_side(found, options.crop_px))

    def losses(
        self, networks: Mapping[str, nn.Module], batch: Batch, device: torch.device
    ) -> Iterator[tuple[str, Terms]]:
        """Yield the terms of the painter."""
        now = tensors(batch.now, device)
        truth = premultiplied(now["rgba"])
        maps = tuple(now[name] for name in NAMES)
        previous = torch.zeros_like(now["rgba"])
        painter = networks["painter"]
        if batch.recall:
            before = tensors(batch.before, device)
            no_boxes = batch.boxes[:, :0]
            previous = self._before(painter, tuple(before[name] for name in NAMES), previous, no_boxes)
        coarse, details = painter(maps, previous, batch.boxes, truth)
        terms = picture_losses(coarse, truth, part_weights(now["parts"]))
        for place, painted, wanted in details:
            terms[f"detail {place}"] = _DETAIL_WEIGHT * detail_loss(painted, wanted)
        yield "painter", terms

    @torch.no_grad()
    def _before(
        self, painter: nn.Module, maps: tuple[Tensor, ...], nothing: Tensor, boxes: Int[Array, "sample detail 3"]
    ) -> Tensor:
        """Return what the painter itself makes of the frames before."""
        return as_bytes(painter(maps, nothing, boxes, nothing)[0])

    def shown(
        self, networks: Mapping[str, nn.Module], frame: Mapping[str, Array], device: torch.device
    ) -> tuple[Tensor, ...]:
        """Return a whole frame's truth, the copied colours, and the picture with its details."""
        arrays = tensors({name: frame[name] for name in self.arrays}, device)
        boxes = head_boxes(frame["parts"][0])[None]
        truth = premultiplied(arrays["rgba"])
        maps = tuple(arrays[name] for name in NAMES)
        picture, details = networks["painter"](maps, torch.zeros_like(arrays["rgba"]), boxes, truth)
        for place, square, _ in details:
            x, y, side = boxes[0, place].tolist()
            picture[:, :, y : y + side, x : x + side] = square
        return truth, premultiplied(arrays["copied"]), picture.clamp(0.0, 1.0)

    def exported(self, networks: Mapping[str, nn.Module], frame: Mapping[str, Array]) -> dict[str, Exported]:
        """Return the painter and its details with a frame's arrays, cut where the details are."""
        network = networks["painter"]
        maps = {name: frame[name] for name in NAMES}
        dense = Exported(network.get_submodule("dense"), {**maps, "previous": np.zeros_like(frame["rgba"])})
        with torch.no_grad():
            coarse = dense.network(*(traceable(values) for values in dense.inputs.values())).numpy()
        found = {"dense": dense}
        for name, (x, y, side) in zip(_HEAD_NAMES, head_boxes(frame["parts"][0]).tolist(), strict=True):
            # Where a part is not seen any square will do: the trained and the written network must agree there too.
            side = side or max(16, frame["parts"].shape[1] // 8)
            cut = {key: values[:, y : y + side, x : x + side] for key, values in maps.items()}
            cut["coarse"] = coarse[:, :, y : y + side, x : x + side]
            cut = {key: np.ascontiguousarray(values) for key, values in cut.items()}
            found[name] = Exported(network.get_submodule(name), cut, "residual")
        return found


def detail_loss(painted: Tensor, truth: Tensor) -> Tensor:
    """Return how far a painted detail is off."""
    every = torch.ones_like(truth[:, :1])
    wrong = colour_loss(painted, truth, every) + (painted[:, 3:] - truth[:, 3:]).abs().mean()
    return wrong + 0.5 * gradient_loss(painted, truth, every) + 0.2 * structure_loss(painted, truth)
