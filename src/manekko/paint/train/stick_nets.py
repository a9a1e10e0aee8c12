"""Networks that are given sticks: one guesses the body's surface, another paints at once."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from manekko.paint.sticks import STICK_CHANNELS
from manekko.paint.train.nets import Ladder
from manekko.stage.truths_parts import PARTS

_SMOOTH = 9
"""Channels of a guessed surface that are numbers: rest, normal, shade, depth, and how surely something is there."""

_CAPSULES = 8
"""Channels of the body as capsules, the last ones of sticks: rest, normal, depth, covered."""


class StickTrunk(Ladder):
    """Sticks, at a quarter of the picture's size → what is known at half of it. The picture's side: multiples of 32."""

    def __init__(self, widths: tuple[int, ...] = (48, 80, 112, 128), half: int = 24) -> None:
        super().__init__(widths)
        self.enter = nn.Conv2d(len(STICK_CHANNELS), widths[0], 1)
        self.unfolded = nn.Conv2d(widths[0], 4 * half, 1)
        self.refine = nn.Conv2d(half, half, 3, padding=1)

    def forward(self, sticks: Tensor) -> Tensor:
        """Return (batch, half, height / 2, width / 2) from (batch, channel, height / 4, width / 4)."""
        known = self.levelled(functional.relu(self.enter(sticks)))
        known = functional.pixel_shuffle(self.unfolded(known), 2)
        return known + functional.relu(self.refine(known))


class SurfaceGuesser(nn.Module):
    """Sticks → the surface of the body."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = StickTrunk(half=24)
        self.capsules = _capsule_surface()
        self.smooth = _faint(nn.Conv2d(24, 4 * _SMOOTH, 3, padding=1))
        self.parts = nn.Conv2d(24, len(PARTS), 1)

    def forward(self, sticks: Tensor) -> tuple[Tensor, Tensor]:
        """Return (batch, 9, height, width), the last before its sigmoid, and parts (batch, part, h / 2, w / 2)."""
        known = self.trunk(sticks)
        # The body as capsules, which sticks hold already, is where guessing starts from.
        rough = self.capsules(sticks[:, -_CAPSULES:]).float()
        rough = functional.interpolate(rough, scale_factor=4.0, mode="bilinear", align_corners=False)
        return rough + functional.pixel_shuffle(self.smooth(known), 2).float(), self.parts(known).float()


class WrittenSurface(nn.Module):
    """A guesser as it is written out: one picture of ``surface.SURFACE_CHANNELS``."""

    def __init__(self, guesser: SurfaceGuesser) -> None:
        super().__init__()
        self.guesser = guesser

    def forward(self, sticks: Tensor) -> Tensor:
        """Return (batch, 10, height, width)."""
        smooth, parts = self.guesser(sticks)
        part = parts.argmax(dim=1, keepdim=True).float()
        part = functional.interpolate(part, scale_factor=2.0, mode="nearest")
        return torch.cat([smooth[:, :8], torch.sigmoid(smooth[:, 8:]), part], dim=1)


class PlainPainter(nn.Module):
    """Sticks → picture, for characters of which there are only pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = StickTrunk(widths=(64, 96, 128, 160), half=48)
        self.colours = nn.Conv2d(48, 16, 3, padding=1)

    def forward(self, sticks: Tensor) -> Tensor:
        """Return the premultiplied picture (batch, 4, height, width), 0 to 1."""
        picture = torch.sigmoid(functional.pixel_shuffle(self.colours(self.trunk(sticks)), 2).float())
        return torch.cat([picture[:, :3] * picture[:, 3:], picture[:, 3:]], dim=1)


def _capsule_surface() -> nn.Conv2d:
    """Return the layer that turns capsules into a surface, as near as can be told of any character."""
    layer = nn.Conv2d(_CAPSULES, _SMOOTH, 1)
    assert layer.bias is not None, "asked for by default"
    with torch.no_grad():
        # Shares of a box about twice as large as half the body, from its middle on; depth from its hyperbolic tangent.
        weights = torch.diag(torch.tensor([0.5, 0.5, 0.5, 1.0, 1.0, 1.0, 0.0, 0.0]))
        layer.weight.copy_(torch.cat([weights, torch.zeros(1, _CAPSULES)])[:, :, None, None])
        layer.weight[7, 6], layer.weight[8, 7] = 0.5, 8.0
        layer.bias.copy_(torch.tensor([0.5, 0.5, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, -4.0]))
    return layer


def _faint(layer: nn.Conv2d) -> nn.Conv2d:
    """Return the layer with weights so small that what it adds begins at almost nothing."""
    with torch.no_grad():
        layer.weight.mul_(0.1)
    return layer
