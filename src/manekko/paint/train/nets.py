"""The networks that paint: a small U-Net that repairs copied colours, and smaller ones for face and hands.

Both take the arrays of a ``PoseMap`` as they are stored and scale them themselves, so that training, the exported
networks and their users cannot disagree. All convolutions are dense 3×3 or 1×1 and nothing is normalised: on a
processor that is what trains and runs fastest.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from manekko.stage.truths_parts import PARTS

NAMES = ("copied", "rest", "normals", "shade", "parts", "depth")
"""The arrays of a ``PoseMap``, in the order in which networks take them."""
_CODE = 4
CHANNELS = 4 + 3 + 3 + 1 + 1 + 1 + _CODE
"""Of a pose map as a network sees it; the copied colours and how sure they are come first."""
_SURE_OF_MASK = 6.0
_GAIN_RANGE = 0.75


class PoseMapChannels(nn.Module):
    """Turns the arrays of a pose map into the channels that convolutions take."""

    codes: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("codes", part_codes(), persistent=False)

    def forward(
        self, copied: Tensor, rest: Tensor, normals: Tensor, shade: Tensor, parts: Tensor, depth: Tensor
    ) -> Tensor:
        """Return the channels, (batch, CHANNELS, height, width), from the arrays (batch, height, width, …)."""
        colours = copied.float() * (1.0 / 255.0)
        mask = (parts < len(PARTS)).float().unsqueeze(-1)
        centred = (rest.float() * (2.0 / 65535.0) - 1.0) * mask
        coded = self.codes[parts.long().clamp(max=len(PARTS))]
        turned = torch.cat([normals.float(), shade.float().unsqueeze(-1)], dim=-1) * (1.0 / 127.0)
        last = [colours, mask, centred, turned, depth.float().unsqueeze(-1), coded]
        return torch.cat(last, dim=-1).permute(0, 3, 1, 2)


def part_codes() -> Tensor:
    """Return a direction, (part, 4), for each part and at last for nothing: the zero vector.

    Directions on a sphere: one unit of a network can tell any of them from all others. They are fixed, so that
    nothing need be learned back to the pixels themselves, which would cost a fifth of the time.
    """
    place = torch.arange(1, len(PARTS) + 1).double().unsqueeze(1)
    # A sequence that fills a cube evenly, bent to the bell curve, gives even directions.
    steps = torch.tensor([0.856674883855, 0.733891856627, 0.628706721045, 0.538597257286]).double()
    spread = torch.erfinv(((place * steps) % 1.0) * 1.96 - 0.98)
    directions = spread / spread.norm(dim=1, keepdim=True)
    return torch.cat([directions, torch.zeros(1, _CODE).double()]).float()


class Ladder(nn.Module):
    """The middle of a U-Net: down to ever smaller and wider levels and up again, each level added to what comes back.

    Source: Ronneberger et al., U-Net (2015), with sums in place of joined channels.
    """

    def __init__(self, widths: tuple[int, ...]) -> None:
        """Make a network with random weights.

        Args:
            widths: channels of the levels, each at half the size of the one before.
        """
        super().__init__()
        self.stem = nn.Conv2d(widths[0], widths[0], 3, padding=1)
        steps = list(pairwise(widths))
        self.down = nn.ModuleList(nn.Conv2d(upper, lower, 3, stride=2, padding=1) for upper, lower in steps)
        self.low = nn.ModuleList(nn.Conv2d(lower, lower, 3, padding=1) for _, lower in steps)
        self.up = nn.ModuleList(nn.Conv2d(lower, upper, 1) for upper, lower in steps)
        self.high = nn.ModuleList(nn.Conv2d(upper, upper, 3, padding=1) for upper, _ in steps)

    def levelled(self, known: Tensor) -> Tensor:
        """Return what is known at the first level's size, seen through all levels."""
        known = known + functional.relu(self.stem(known))
        levels = [known]
        for down, low in zip(self.down, self.low, strict=True):
            known = functional.relu(down(known))
            known = known + functional.relu(low(known))
            levels.append(known)
        for step in reversed(range(len(self.up))):
            known = functional.interpolate(self.up[step](known), scale_factor=2.0, mode="nearest") + levels[step]
            known = known + functional.relu(self.high[step](known))
        return known


class DensePainter(Ladder):
    """Pose map and previous picture → picture. Height and width are multiples of 16 of any size."""

    def __init__(self, widths: tuple[int, ...] = (32, 48, 80, 128), full: int = 8) -> None:
        """Make a network with random weights.

        Args:
            widths: channels at a half, a quarter … of the picture's size.
            full: channels that come back to full size.
        """
        super().__init__(widths)
        self.channels = PoseMapChannels()
        self.folded = nn.Conv2d(CHANNELS + 4, widths[0], 2, stride=2)
        self.unfolded = nn.Conv2d(widths[0], 4 * full, 1)
        self.tail = nn.Conv2d(full + 5, 16, 3, padding=1)
        self.head = _small(nn.Conv2d(16, 8, 3, padding=1))

    def forward(
        self,
        copied: Tensor,
        rest: Tensor,
        normals: Tensor,
        shade: Tensor,
        parts: Tensor,
        depth: Tensor,
        previous: Tensor,
    ) -> Tensor:
        """Return the picture, premultiplied, (batch, 4, height, width), 0 to 1.

        Args:
            copied: bytes (batch, height, width, 4), and the others as in ``PoseMap`` behind them.
            rest: (batch, height, width, 3), 0–65535.
            normals: (batch, height, width, 3), ×127.
            shade: (batch, height, width), ×127.
            parts: (batch, height, width), 255 where nothing is.
            depth: (batch, height, width) [m].
            previous: premultiplied bytes (batch, height, width, 4); zeros where there is none.
        """
        seen = self.channels(copied, rest, normals, shade, parts, depth)
        before = previous.float().permute(0, 3, 1, 2) * (1.0 / 255.0)
        coarse = self.levelled(functional.relu(self.folded(torch.cat([seen, before], dim=1))))
        fine = functional.pixel_shuffle(self.unfolded(coarse), 2)
        fine = functional.relu(self.tail(torch.cat([fine, seen[:, :5]], dim=1)))
        return composed(self.head(fine).float(), seen)


def composed(painted: Tensor, seen: Tensor) -> Tensor:
    """Return the premultiplied picture that a painter's last eight channels mean.

    They are colour (3), how much of the copied colour is kept, its gain (3), and how opaque; the copied colours and
    the mask of the body are where all learning starts from.
    """
    copied, sure, mask = seen[:, :3].float(), seen[:, 3:4].float(), seen[:, 4:5].float()
    own, weight, change, opacity = painted.split((3, 1, 3, 1), dim=1)
    kept = torch.sigmoid(weight + 2.0) * sure
    colour = kept * copied * (1.0 + _GAIN_RANGE * torch.tanh(change)) + (1.0 - kept) * torch.sigmoid(own)
    opaque = torch.sigmoid(opacity + _SURE_OF_MASK * (mask - 0.5))
    return torch.cat([colour.clamp(max=1.0) * opaque, opaque], dim=1)


class ResidualHead(nn.Module):
    """Pose map and coarse picture of a square → what to add to the picture there; nothing at the square's border."""

    def __init__(self, width: int = 24, depth: int = 2) -> None:
        super().__init__()
        self.channels = PoseMapChannels()
        self.first = nn.Conv2d(CHANNELS + 4, width, 3, padding=1)
        self.folded = nn.Conv2d(width, 2 * width, 2, stride=2)
        self.middle = nn.ModuleList(nn.Conv2d(2 * width, 2 * width, 3, padding=1) for _ in range(depth))
        self.unfolded = nn.Conv2d(2 * width, 4 * width, 1)
        self.last = _small(nn.Conv2d(width, 4, 3, padding=1))

    def forward(
        self,
        copied: Tensor,
        rest: Tensor,
        normals: Tensor,
        shade: Tensor,
        parts: Tensor,
        depth: Tensor,
        coarse: Tensor,
    ) -> Tensor:
        """Return the residual, (batch, 4, height, width); ``coarse`` is the premultiplied picture so far."""
        seen = self.channels(copied, rest, normals, shade, parts, depth)
        fine = functional.relu(self.first(torch.cat([seen, coarse], dim=1)))
        known = functional.relu(self.folded(fine))
        for middle in self.middle:
            known = known + functional.relu(middle(known))
        fine = fine + functional.relu(functional.pixel_shuffle(self.unfolded(known), 2))
        return self.last(fine).float() * window(coarse)


def window(square: Tensor) -> Tensor:
    """Return weights (height, width) that rise from 0 at the border to 1 within an eighth of the side."""
    return _ramp(square[0, 0, :, 0]).unsqueeze(1) * _ramp(square[0, 0, 0, :]).unsqueeze(0)


def _ramp(line: Tensor) -> Tensor:
    # The length is asked for here, not given: while a network is written out it is no plain number.
    place = torch.arange(line.shape[0], device=line.device).float()
    return (torch.minimum(place, line.shape[0] - 1 - place) * (8.0 / line.shape[0])).clamp(max=1.0)


def _small(convolution: nn.Conv2d) -> nn.Conv2d:
    """Return the layer with weights so small that what it adds begins at almost nothing."""
    with torch.no_grad():
        convolution.weight.mul_(0.1)
        nn.init.zeros_(convolution.bias)  # pyright: ignore[reportArgumentType]
    return convolution
