from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from manekko.paint.heads import FACE, LEFT_HAND
from manekko.paint.train.losses import (
    FACE_WEIGHT,
    HAND_WEIGHT,
    alpha_loss,
    colour_loss,
    feature_loss,
    generator_loss,
    gradient_loss,
    judge_loss,
    part_weights,
    picture_losses,
    structure_loss,
)

ONES = torch.ones(2, 1, 32, 32)
TERMS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "colour": lambda painted, truth: colour_loss(painted, truth, ONES),
    "alpha": alpha_loss,
    "gradient": lambda painted, truth: gradient_loss(painted, truth, ONES),
    "structure": structure_loss,
}


def pictures(seed: int = 0) -> tuple[Tensor, Tensor]:
    """Two smooth premultiplied pictures."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(4, 4, 6, 6, generator=generator)
    smooth = torch.nn.functional.interpolate(coarse, size=(32, 32), mode="bicubic").clamp(0.05, 0.95)
    smooth[:, :3] *= smooth[:, 3:]
    return smooth[:2], smooth[2:]


@pytest.mark.parametrize("term", TERMS)
def test_a_term_is_nothing_where_picture_and_truth_are_equal(term: str) -> None:
    painted, truth = pictures()
    assert TERMS[term](truth, truth).item() == pytest.approx(0.0, abs=1e-5)
    assert TERMS[term](painted, truth).item() > 0.01


@pytest.mark.parametrize("term", TERMS)
def test_a_terms_gradient_is_that_of_finite_differences(term: str) -> None:
    painted, truth = (picture.double() for picture in pictures())
    painted.requires_grad_()
    TERMS[term](painted, truth).backward()
    assert painted.grad is not None
    assert painted.grad.abs().max() > 0.0
    step = 1e-6
    for place in ((0, 3, 10, 12), (1, 0, 20, 5)):
        ahead, behind = painted.detach().clone(), painted.detach().clone()
        ahead[place] += step
        behind[place] -= step
        slope = (TERMS[term](ahead, truth) - TERMS[term](behind, truth)) / (2.0 * step)
        assert painted.grad[place].item() == pytest.approx(slope.item(), abs=1e-8, rel=1e-3)


@pytest.mark.parametrize("term", TERMS)
def test_going_down_a_terms_slope_lowers_it(term: str) -> None:
    painted, truth = pictures()
    painted.requires_grad_()
    before = TERMS[term](painted, truth)
    before.backward()
    assert painted.grad is not None
    nearer = painted.detach() - 0.01 * painted.grad / painted.grad.abs().max()
    assert TERMS[term](nearer, truth) < before


def test_all_terms_of_a_picture_together_reach_every_channel() -> None:
    painted, truth = pictures()
    painted.requires_grad_()
    torch.stack(list(picture_losses(painted, truth, ONES).values())).sum().backward()
    assert painted.grad is not None
    assert (painted.grad.abs().amax(dim=(0, 2, 3)) > 0.0).all()


def test_structure_is_that_of_a_naive_window() -> None:
    painted, truth = pictures()
    weights = np.array([0.299, 0.587, 0.114])
    grey = [
        np.einsum("c,cyx->yx", weights, picture[0, :3].numpy()) + 0.5 * (1.0 - picture[0, 3].numpy())
        for picture in (painted, truth)
    ]
    unlike = []
    for _ in range(3):
        alike = []
        side = min(7, *grey[0].shape)
        for row in range(grey[0].shape[0] - side + 1):
            for column in range(grey[0].shape[1] - side + 1):
                x, y = (picture[row : row + side, column : column + side] for picture in grey)
                covariance = ((x - x.mean()) * (y - y.mean())).mean()
                light = (2.0 * x.mean() * y.mean() + 1e-4) / (x.mean() ** 2 + y.mean() ** 2 + 1e-4)
                alike.append(light * (2.0 * covariance + 9e-4) / (x.var() + y.var() + 9e-4))
        unlike.append(1.0 - np.mean(alike))
        grey = [picture.reshape(len(picture) // 2, 2, -1, 2).mean(axis=(1, 3)) for picture in grey]
    assert structure_loss(painted[:1], truth[:1]).item() == pytest.approx(np.mean(unlike), abs=1e-4)


def test_faces_and_hands_count_more() -> None:
    parts = torch.tensor([[[FACE, LEFT_HAND, 3, 255]]], dtype=torch.uint8)
    assert part_weights(parts).flatten().tolist() == [FACE_WEIGHT, HAND_WEIGHT, 1.0, 1.0]


def judged(values: float) -> list[list[Tensor]]:
    return [
        [torch.full((1, 2, 4, 4), values, requires_grad=True), torch.full((1, 1, 2, 2), values, requires_grad=True)]
    ]


def test_a_judge_that_tells_them_apart_has_no_loss_and_its_painter_has() -> None:
    assert judge_loss(judged(1.0), judged(0.0)).item() == 0.0
    assert judge_loss(judged(0.0), judged(1.0)).item() == 1.0
    assert generator_loss(judged(0.0)).item() == 1.0
    assert generator_loss(judged(1.0)).item() == 0.0


def test_features_are_matched_towards_the_true_ones_only() -> None:
    true, painted = judged(1.0), judged(0.25)
    loss = feature_loss(true, painted)
    assert loss.item() == pytest.approx(0.75)
    loss.backward()
    assert painted[0][0].grad is not None
    assert painted[0][0].grad.abs().sum() > 0.0
    assert true[0][0].grad is None


def test_a_judge_without_inner_features_is_refused() -> None:
    verdict = [[torch.zeros(1, 1, 2, 2)]]
    with pytest.raises(ValueError, match="no inner features"):
        feature_loss(verdict, verdict)


@pytest.mark.parametrize(
    "loss", [lambda values: generator_loss(values), lambda values: judge_loss(judged(1.0), values)]
)
def test_judges_losses_have_gradients(loss: Callable[[list[list[Tensor]]], Tensor]) -> None:
    values = judged(0.5)
    loss(values).backward()
    assert values[0][-1].grad is not None
    assert values[0][-1].grad.abs().sum() > 0.0
