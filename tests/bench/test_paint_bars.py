"""Figures of painters are held against their bars."""

import pytest

from manekko.bench.paint_bars import BARS, DENSE, FINE, KINDS, STICK, mark, marks

GOOD = {
    **{"ssim": 0.9, "psnr_db": 30.0, "iou": 0.98, "boundary_f": 0.95, "face_ssim": 0.8, "pck_lost_points": -0.2},
    **{"flips_percent": 0.0, "warping_ratio": 1.0, "flicker": 0.1, "noise_iou_lost": 0.0},
    **{"noise_pck_lost_points": 0.0, "network_fps": 60.0, "command_s": 30.0},
}


def test_a_good_painter_meets_every_bar() -> None:
    held = marks({kind: GOOD for kind in KINDS})
    assert all(one.passed for one in held)
    assert len(held) == 3 * len(BARS) - 2


@pytest.mark.parametrize(
    ("kind", "figure", "value"),
    [
        *(
            (STICK, name, value)
            for name, value in (("ssim", 0.69), ("iou", 0.9), ("flicker", 1.1), ("command_s", 46.0))
        ),
        *((DENSE, name, value) for name, value in (("psnr_db", 24.9), ("flips_percent", 0.4), ("network_fps", 39.0))),
        *((FINE, name, value) for name, value in (("face_ssim", 0.74), ("warping_ratio", 1.21), ("boundary_f", 0.89))),
    ],
)
def test_a_bar_that_is_missed_is_said_to_be(kind: str, figure: str, value: float) -> None:
    held = {one.what: one.passed for one in marks({kind: GOOD | {figure: value}})}
    assert held.pop(f"{kind}: {figure}") is False
    assert False not in held.values()


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    held = marks({DENSE: GOOD | {"command_s": None}})
    assert {one.passed for one in held if one.what.startswith(STICK)} == {None}
    assert [one.what for one in held if one.what.startswith(DENSE) and one.passed is None] == [f"{DENSE}: command_s"]


def test_no_number_meets_no_bar() -> None:
    assert mark("what", float("nan"), 1.0).passed is False
    assert mark("what", float("nan"), 1.0, at_least=True).passed is False
