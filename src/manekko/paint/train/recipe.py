"""What one kind of training is: its networks, what is taken off their losses, and how the result paints."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from manekko.arrays import Array
from manekko.paint.train.batches import Batch

Terms = dict[str, Tensor]
"""Weighted terms of a loss; their sum is what is learned."""


@runtime_checkable
class Recipe(Protocol):
    """One kind of training; knows no optimisers, devices or files."""

    arrays: Sequence[str]
    """What a dataset must hold."""

    def networks(self) -> dict[str, nn.Module]:
        """Return new networks, each of which gets an optimiser of its own."""
        ...

    def losses(
        self, networks: Mapping[str, nn.Module], batch: Batch, device: torch.device
    ) -> Iterator[tuple[str, Terms]]:
        """Yield the terms of one network after another; each is learned from before the next are asked for."""
        ...

    def painted(self, networks: Mapping[str, nn.Module], frame: Mapping[str, Array], device: torch.device) -> Tensor:
        """Return a whole frame's picture, premultiplied, (1, 4, side, side), without what was before."""
        ...


def tensors(arrays: Mapping[str, Array], device: torch.device) -> dict[str, Tensor]:
    """Return arrays as tensors on a device."""
    return {name: torch.from_numpy(values).to(device, non_blocking=True) for name, values in arrays.items()}


def premultiplied(rgba: Tensor) -> Tensor:
    """Return (batch, 4, height, width), 0 to 1, from bytes (batch, height, width, 4) with straight alpha."""
    picture = rgba.permute(0, 3, 1, 2).float() * (1.0 / 255.0)
    return torch.cat([picture[:, :3] * picture[:, 3:], picture[:, 3:]], dim=1)


def as_bytes(picture: Tensor) -> Tensor:
    """Return a picture (batch, 4, height, width), 0 to 1, as bytes (batch, height, width, 4)."""
    return (picture.clamp(0.0, 1.0) * 255.0).round().to(torch.uint8).permute(0, 2, 3, 1)
