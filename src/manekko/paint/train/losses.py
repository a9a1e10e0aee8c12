"""What a painted picture is judged by while it is learned; no term needs weights of others.

Pictures are premultiplied, (batch, 4, height, width), 0 to 1; each term is a mean, 0 where picture and truth are equal.
"""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from manekko.paint.heads import FACE, LEFT_HAND, RIGHT_HAND
from manekko.stage.truths_parts import PARTS

FACE_WEIGHT, HAND_WEIGHT = 4.0, 2.0
_WINDOW_PX = 7
_C1, _C2 = 0.01**2, 0.03**2
_GREY = 0.5
_SCALES = 3


def part_weights(parts: Tensor) -> Tensor:
    """Return how much each pixel counts, (batch, 1, height, width), from parts (batch, height, width)."""
    table = torch.ones(len(PARTS) + 1, device=parts.device)
    table[FACE], table[LEFT_HAND], table[RIGHT_HAND] = FACE_WEIGHT, HAND_WEIGHT, HAND_WEIGHT
    return table[parts.long().clamp(max=len(PARTS))].unsqueeze(1)


def colour_loss(painted: Tensor, truth: Tensor, weights: Tensor) -> Tensor:
    """Return how far premultiplied colours are off."""
    return ((painted[:, :3] - truth[:, :3]).abs() * weights).mean()


def alpha_loss(painted: Tensor, truth: Tensor) -> Tensor:
    """Return how far opacities are off."""
    return (painted[:, 3:] - truth[:, 3:]).abs().mean()


def gradient_loss(painted: Tensor, truth: Tensor, weights: Tensor) -> Tensor:
    """Return how far steps between neighbours are off: lines and edges."""
    wrong = painted - truth
    across = (wrong[..., 1:] - wrong[..., :-1]).abs() * weights[..., 1:]
    down = (wrong[..., 1:, :] - wrong[..., :-1, :]).abs() * weights[..., 1:, :]
    return across.mean() + down.mean()


def structure_loss(painted: Tensor, truth: Tensor) -> Tensor:
    """Return 1 − structural similarity of brightness over grey (Wang and others, 2003), mean of three sizes.

    The window is a square of 7 pixels: all colours and the usual bell curve would cost as much as the network.
    """
    first, second = (_brightness(picture) for picture in (painted, truth))
    unlike = []
    for scale in range(_SCALES):
        if scale:
            first, second = functional.avg_pool2d(first, 2), functional.avg_pool2d(second, 2)
        unlike.append(1.0 - _similarity(first, second))
    return torch.stack(unlike).mean()


def _brightness(picture: Tensor) -> Tensor:
    """Return how bright a picture is over grey, (batch, 1, height, width)."""
    red, green, blue, alpha = picture.split(1, dim=1)
    return 0.299 * red + 0.587 * green + 0.114 * blue + (1.0 - alpha) * _GREY


def _similarity(first: Tensor, second: Tensor) -> Tensor:
    # About a middle grey, so that differences of squares keep their digits.
    first, second = first - _GREY, second - _GREY
    means = _boxed(torch.cat([first, second, first * first + second * second, first * second], dim=1))
    mean_1, mean_2, squares, product = means.split(first.shape[1], dim=1)
    cross, both = mean_1 * mean_2, mean_1 * mean_1 + mean_2 * mean_2
    spread, together = squares - both, product - cross
    light_1, light_2 = mean_1 + _GREY, mean_2 + _GREY
    lightness = (2.0 * light_1 * light_2 + _C1) / (light_1 * light_1 + light_2 * light_2 + _C1)
    return (lightness * (2.0 * together + _C2) / (spread + _C2)).mean()


def _boxed(values: Tensor) -> Tensor:
    side = min(_WINDOW_PX, values.shape[-1], values.shape[-2])
    return functional.avg_pool2d(functional.avg_pool2d(values, (1, side), 1), (side, 1), 1)


def picture_losses(painted: Tensor, truth: Tensor, weights: Tensor) -> dict[str, Tensor]:
    """Return the weighted terms of a whole picture; their sum is what is learned."""
    return {
        "colour": colour_loss(painted, truth, weights),
        "alpha": alpha_loss(painted, truth),
        "gradient": 0.5 * gradient_loss(painted, truth, weights),
        "structure": 0.2 * structure_loss(painted, truth),
    }


def generator_loss(judged: Sequence[Sequence[Tensor]]) -> Tensor:
    """Return how far a judge is from taking pictures for true (least squares; Mao and others, 2017).

    Args:
        judged: of each scale the judge's inner features, the verdict last.
    """
    return torch.stack([(features[-1] - 1.0).square().mean() for features in judged]).mean()


def judge_loss(judged_true: Sequence[Sequence[Tensor]], judged_painted: Sequence[Sequence[Tensor]]) -> Tensor:
    """Return how badly a judge tells true pictures (1) from painted ones (0)."""
    true = torch.stack([(features[-1] - 1.0).square().mean() for features in judged_true])
    painted = torch.stack([features[-1].square().mean() for features in judged_painted])
    return 0.5 * (true + painted).mean()


def feature_loss(judged_true: Sequence[Sequence[Tensor]], judged_painted: Sequence[Sequence[Tensor]]) -> Tensor:
    """Return how far a painted picture's features are from the true one's (Wang and others, 2018).

    Raises:
        ValueError: a judge gives only its verdict, so that there would be nothing to match.
    """
    if any(len(features) < 2 for features in judged_true):
        raise ValueError("the judge gives no inner features")
    terms = [
        (painted - true.detach()).abs().mean()
        for scale_true, scale_painted in zip(judged_true, judged_painted, strict=True)
        for true, painted in zip(scale_true[:-1], scale_painted[:-1], strict=True)
    ]
    return torch.stack(terms).mean()
