import numpy as np
import pytest
import torch

from manekko.paint.train.nets import NAMES, DensePainter, ResidualHead, part_codes
from tests.paint.train.toy import toy_frame


def maps(size_px: int, angle: float = 0.4) -> tuple[torch.Tensor, ...]:
    frame = toy_frame(size_px, angle)
    frame["depth"] = frame["depth"].astype(np.float32)
    return tuple(torch.from_numpy(frame[name][None]) for name in NAMES)


def nothing(size_px: int) -> torch.Tensor:
    return torch.zeros((1, size_px, size_px, 4), dtype=torch.uint8)


@pytest.mark.parametrize("size_px", [32, 48, 64])
def test_pictures_have_the_maps_size_and_stay_in_range(size_px: int) -> None:
    painted = DensePainter()(*maps(size_px), nothing(size_px))
    assert painted.shape == (1, 4, size_px, size_px)
    assert painted.min() >= 0.0
    assert (painted[:, :3] <= painted[:, 3:] + 1e-6).all()
    assert painted.max() <= 1.0


def test_an_untaught_painter_already_copies() -> None:
    torch.manual_seed(0)
    frame = toy_frame(64, 0.4)
    painted = DensePainter()(*maps(64), nothing(64))[0].detach().numpy()
    shown = frame["parts"] != 255
    assert painted[3][shown].min() > 0.7
    assert painted[3][~shown].max() < 0.3
    copied = frame["copied"][..., :3].transpose(2, 0, 1) / 255.0
    assert np.abs(painted[:3] - copied)[:, shown].mean() < 0.15


def test_what_was_painted_before_makes_a_difference() -> None:
    painter = DensePainter()
    before = torch.full_like(nothing(32), 200)
    assert (painter(*maps(32), nothing(32)) - painter(*maps(32), before)).abs().max() > 0.0


def test_a_detail_changes_nothing_at_its_border() -> None:
    head = ResidualHead()
    torch.nn.init.normal_(head.last.weight)
    residual = head(*maps(32), torch.rand(1, 4, 32, 32))
    assert residual.shape == (1, 4, 32, 32)
    for edge in (residual[..., 0], residual[..., -1], residual[..., 0, :], residual[..., -1, :]):
        assert not edge.any()
    assert residual[..., 16, 16].any()


def test_a_linear_unit_can_tell_every_part_from_all_others() -> None:
    codes = part_codes()
    assert not codes[-1].any()
    alike = codes[:-1] @ codes[:-1].T
    alike.fill_diagonal_(0.0)
    assert alike.max() < 0.95


def test_the_networks_are_small() -> None:
    networks = [DensePainter(), ResidualHead(24), ResidualHead(16)]
    assert sum(values.numel() for network in networks for values in network.parameters()) < 1_500_000
