"""The published baseline: a large generator taught by two judges (pix2pixHD; Wang and others, 2018).

Given the same sticks as ours, it tells what ours are worth. No weights of others are needed: instead of
a network that was taught to see, the judges' own features and plain colours compare pictures.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from manekko.paint.sticks import STICK_CHANNELS
from manekko.paint.train.losses import colour_loss, feature_loss, generator_loss, judge_loss
from manekko.paint.train.recipe import Pace, Terms, premultiplied
from manekko.paint.train.stick import PlainRecipe, StickBatch

_WIDTH, _BLOCKS = 32, 6
_MATCHED, _COLOURS = 10.0, 10.0
"""Weights of matched features, as published, and of colours, in the place of the network that sees."""


_WON, _WATCHED = 0.02, 10


def balance_alarm(told: Sequence[float]) -> str | None:
    """Return what is wrong between painter and judges, None if nothing.

    Args:
        told: the judges' latest losses; 0 for judges that always tell, a quarter for such that guess.
    """
    latest = told[-_WATCHED:]
    if len(latest) == _WATCHED and sum(latest) / _WATCHED < _WON:
        return "the judges tell every picture: the painter learns next to nothing from them any more"
    return None


class GlobalGenerator(nn.Module):
    """Sticks → picture by residual blocks at an eighth of the size."""

    def __init__(self, channels: int = len(STICK_CHANNELS), width: int = _WIDTH, blocks: int = _BLOCKS) -> None:
        """Make a generator.

        Args:
            channels: of what it is given.
            width: its channels at full size; 64 as published.
            blocks: residual blocks; 9 as published.
        """
        super().__init__()
        layers: list[nn.Module] = [*_layer(channels, width, 7)]
        for doubled in (1, 2, 4):
            layers += _layer(doubled * width, 2 * doubled * width, 3, stride=2)
        layers += [_Block(8 * width) for _ in range(blocks)]
        for doubled in (4, 2, 1):
            layers += [nn.Upsample(scale_factor=2.0, mode="nearest"), *_layer(2 * doubled * width, doubled * width, 3)]
        self.layers = nn.Sequential(*layers, nn.Conv2d(width, 4, 7, padding=3, padding_mode="reflect"))

    def forward(self, sticks: Tensor) -> Tensor:
        """Return the premultiplied picture (batch, 4, height, width) from sticks at a quarter of its size."""
        picture = torch.sigmoid(self.layers(_enlarged(sticks)).float())
        return torch.cat([picture[:, :3] * picture[:, 3:], picture[:, 3:]], dim=1)


class Judges(nn.Module):
    """Two judges of patches, one at half the size; each gives its inner features and at last its verdict."""

    def __init__(self, channels: int = len(STICK_CHANNELS) + 4, width: int = _WIDTH) -> None:
        super().__init__()
        self.scales = nn.ModuleList(_judge(channels, width) for _ in range(2))

    def forward(self, sticks: Tensor, picture: Tensor) -> list[list[Tensor]]:
        """Return of each scale the features of each layer."""
        seen = torch.cat([_enlarged(sticks), picture], dim=1)
        judged = []
        for number, layers in enumerate(self.scales):
            features = [functional.avg_pool2d(seen, 2) if number else seen]
            assert isinstance(layers, nn.ModuleList), "made above"
            for layer in layers:
                features.append(layer(features[-1]))
            judged.append([feature.float() for feature in features[1:]])
        return judged


class TeacherRecipe(PlainRecipe):
    """Keypoints → pictures, as published."""

    pace = Pace(2e-4, 0.5)
    """As published."""

    def networks(self) -> dict[str, nn.Module]:
        """Return the generator and its judges."""
        return {"painter": GlobalGenerator(), "judges": Judges()}

    def losses(
        self, networks: Mapping[str, nn.Module], batch: StickBatch, device: torch.device
    ) -> Iterator[tuple[str, Terms]]:
        """Yield the generator's terms, then its judges'."""
        truth = premultiplied(torch.from_numpy(batch.truth["rgba"]).to(device))
        sticks = torch.from_numpy(batch.sticks).to(device)
        painted = networks["painter"](sticks)
        # Judges are asked here, not taught: neither their weights nor other processes take part in this step.
        asked = getattr(networks["judges"], "module", networks["judges"])
        asked.requires_grad_(False)
        with torch.no_grad():
            judged_true = asked(sticks, truth)
        judged = asked(sticks, painted)
        yield (
            "painter",
            {
                "judged": generator_loss(judged),
                "matched": _MATCHED * feature_loss(judged_true, judged),
                "colour": _COLOURS * colour_loss(painted, truth, 1.0 + truth[:, 3:]),
                "alpha": _COLOURS * (painted[:, 3:] - truth[:, 3:]).abs().mean(),
            },
        )
        asked.requires_grad_(True)
        both = networks["judges"](torch.cat([sticks, sticks]), torch.cat([truth, painted.detach()]))
        halves = [[features.chunk(2) for features in scale] for scale in both]
        judged_true, judged = ([[pair[number] for pair in scale] for scale in halves] for number in (0, 1))
        yield "judges", {"told": judge_loss(judged_true, judged)}


class _Block(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(*_layer(width, width, 3), *_layer(width, width, 3)[:-1])

    def forward(self, known: Tensor) -> Tensor:
        return known + self.layers(known)


def _layer(into: int, out: int, side: int, stride: int = 1) -> list[nn.Module]:
    convolution = nn.Conv2d(into, out, side, stride=stride, padding=side // 2, padding_mode="reflect")
    return [convolution, nn.InstanceNorm2d(out, affine=True), nn.ReLU()]


def _judge(channels: int, width: int) -> nn.ModuleList:
    """Return layers, each of which gives features; the last gives a verdict on every patch."""
    sizes = [channels, width, 2 * width, 4 * width]
    layers = [
        nn.Sequential(
            nn.Conv2d(into, out, 4, stride=2, padding=1),
            *([nn.InstanceNorm2d(out)] if number else []),
            nn.LeakyReLU(0.2),
        )
        for number, (into, out) in enumerate(pairwise(sizes))
    ]
    return nn.ModuleList([*layers, nn.Conv2d(4 * width, 1, 4, padding=1)])


def _enlarged(sticks: Tensor) -> Tensor:
    return functional.interpolate(sticks, scale_factor=4.0, mode="bilinear", align_corners=False)
