"""What one kind of training is: its networks, what is taken off their losses, and how the result paints."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor, nn

from manekko.arrays import Array
from manekko.paint.train.batches import Source
from manekko.paint.train.options import TrainOptions

Terms = dict[str, Tensor]
"""Weighted terms of a loss; their sum is what is learned."""


@dataclass(frozen=True)
class Pace:
    """How fast networks of a kind learn unless told otherwise."""

    rate: float = 1.5e-3
    """Highest learning rate."""
    momentum: float = 0.9
    """How much of the last steps' direction is kept (Adam's β₁)."""


@dataclass(frozen=True, eq=False)
class Exported:
    """One network on its way out."""

    network: nn.Module
    inputs: Mapping[str, Array]
    """One sample, of the kinds that users will give."""
    output: str = "rgba"


@runtime_checkable
class Recipe(Protocol):
    """One kind of training; knows no optimisers, devices or files."""

    @property
    def arrays(self) -> Sequence[str]:
        """What a dataset must hold."""
        ...

    @property
    def pace(self) -> Pace:
        """How fast it learns."""
        ...

    def networks(self) -> dict[str, nn.Module]:
        """Return new networks, each of which gets an optimiser of its own."""
        ...

    def batch(self, found: Sequence[Source], options: TrainOptions, step: int, rank: int) -> Any:
        """Return what is learned from in a step: of these arguments alone, whatever came before."""
        ...

    def losses(
        self, networks: Mapping[str, nn.Module], batch: Any, device: torch.device
    ) -> Iterator[tuple[str, Terms]]:
        """Yield the terms of one network after another; each is learned from before the next are asked for."""
        ...

    def shown(
        self, networks: Mapping[str, nn.Module], frame: Mapping[str, Array], device: torch.device
    ) -> tuple[Tensor, ...]:
        """Return a whole frame's truth, perhaps more to look at, and at last what is painted without what was before.

        Pictures are premultiplied, (1, 4, height, width), 0 to 1.
        """
        ...

    def exported(self, networks: Mapping[str, nn.Module], frame: Mapping[str, Array]) -> dict[str, Exported]:
        """Return the networks that a painter needs, by name, with what they take in a frame."""
        ...


def tensors(arrays: Mapping[str, Array], device: torch.device) -> dict[str, Tensor]:
    """Return arrays as tensors on a device."""
    return {name: torch.from_numpy(values).to(device, non_blocking=True) for name, values in arrays.items()}


def traceable(values: Array) -> Tensor:
    """Return an array as a tensor that can be followed while a network is written out."""
    return torch.from_numpy(values.astype(np.int32) if values.dtype == np.uint16 else values)


def premultiplied(rgba: Tensor) -> Tensor:
    """Return (batch, 4, height, width), 0 to 1, from bytes (batch, height, width, 4) with straight alpha."""
    picture = rgba.permute(0, 3, 1, 2).float() * (1.0 / 255.0)
    return torch.cat([picture[:, :3] * picture[:, 3:], picture[:, 3:]], dim=1)


def as_bytes(picture: Tensor) -> Tensor:
    """Return a picture (batch, 4, height, width), 0 to 1, as bytes (batch, height, width, 4)."""
    return (picture.clamp(0.0, 1.0) * 255.0).round().to(torch.uint8).permute(0, 2, 3, 1)
