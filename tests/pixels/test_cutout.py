import numpy as np
import pytest

from manekko.pixels.cutout import colour_cutout, known_cutout, masked, plain_cutout, squared
from manekko.pixels.draw import draw_circle, draw_line

SIZE = 160
SKIN, SHIRT = (236, 190, 170), (40, 70, 160)


def _figure(behind: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A little man whose bent arm leaves a hole, before a background; where he is, and his bones."""
    rgb, inside = behind.copy(), np.zeros_like(behind)
    bones = np.zeros_like(behind)
    limbs = (
        ((80, 55, 80, 100), SHIRT, 26.0), ((74, 100, 66, 140), SKIN, 11.0), ((86, 100, 94, 140), SKIN, 11.0),
        ((88, 60, 112, 78), SKIN, 9.0), ((112, 78, 90, 96), SKIN, 9.0), ((72, 60, 50, 84), SKIN, 9.0),
    )  # fmt: skip
    for ends, colour, width in limbs:
        start, end = np.array(ends, dtype=float).reshape(2, 2)
        draw_line(rgb, start, end, colour, width)
        draw_line(inside, start, end, (255, 255, 255), width)
        draw_line(bones, start, end, (255, 255, 255), 2.0)
    draw_circle(rgb, (80.0, 38.0), 14.0, SKIN)
    draw_circle(inside, (80.0, 38.0), 14.0, (255, 255, 255))
    return rgb, inside[..., 0] > 127, bones[..., 0] > 127


def _noisy(colour: tuple[int, int, int], seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(-4, 5, (SIZE, SIZE, 3))
    return np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)


def _run_of_colours() -> np.ndarray:
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    return np.stack([120 + 80 * y, 160 + 50 * x, 200 - 60 * y * y], axis=-1).astype(np.uint8)


def _wallpaper() -> np.ndarray:
    blocks = np.random.default_rng(3).integers(30, 226, (SIZE // 10, SIZE // 10, 3), dtype=np.uint8)
    return blocks.repeat(10, axis=0).repeat(10, axis=1)


def _around(bones: np.ndarray) -> np.ndarray:
    """Where the man mostly is: not far from his bones."""
    around = np.zeros((SIZE, SIZE, 3), dtype=np.uint8)
    for row, column in np.argwhere(bones)[::5]:
        draw_circle(around, (float(column), float(row)), 18.0, (255, 255, 255))
    return around[..., 0] > 0


def _overlap(rgba: np.ndarray, inside: np.ndarray) -> float:
    found = rgba[..., 3] > 127
    return float((found & inside).sum() / (found | inside).sum())


@pytest.mark.parametrize("behind", [_noisy((250, 250, 250)), _noisy((20, 170, 60)), _run_of_colours()])
def test_a_figure_before_a_plain_background_is_cut_out_to_the_pixel(behind: np.ndarray) -> None:
    rgb, inside, bones = _figure(behind)
    rgba = plain_cutout(rgb, bones)
    assert rgba is not None
    assert _overlap(rgba, inside) > 0.97
    assert rgba[80, 98, 3] == 0  # the hole that the bent arm leaves


def test_the_edge_has_the_figures_own_colours() -> None:
    behind = _noisy((20, 200, 60))
    rgb, _, bones = _figure(behind)
    rgba = plain_cutout(rgb, bones)
    assert rgba is not None
    soft = (rgba[..., 3] > 10) & (rgba[..., 3] < 245)
    assert soft.sum() > 50
    colours = rgba[soft, :3].astype(int)
    greenish = colours[:, 1] - np.maximum(colours[:, 0], colours[:, 2])
    assert (greenish > 10).mean() < 0.02


def test_clothes_of_the_backgrounds_colour_are_no_hole() -> None:
    behind = _noisy((250, 250, 250))
    rgb, inside, bones = _figure(behind)
    rgb[70:90, 72:89] = behind[70:90, 72:89]  # a white print on the shirt
    rgba = plain_cutout(rgb, bones)
    assert rgba is not None
    assert _overlap(rgba, inside) > 0.97


def test_a_wallpaper_is_not_plain() -> None:
    rgb, _, bones = _figure(_wallpaper())
    assert plain_cutout(rgb, bones) is None


def test_a_mark_beside_the_figure_is_left_out() -> None:
    rgb, inside, bones = _figure(_noisy((250, 250, 250)))
    rgb[10:20, 130:150] = (200, 30, 30)
    rgba = plain_cutout(rgb, bones)
    assert rgba is not None
    assert _overlap(rgba, inside) > 0.97


def test_what_differs_from_a_known_background_is_the_figure_and_not_its_shadow() -> None:
    behind = _wallpaper()
    shaded = behind.copy()
    shaded[136:150, 40:150] = (behind[136:150, 40:150] * 0.6).astype(np.uint8)
    rgb, inside, bones = _figure(shaded)
    around = _around(bones & (np.arange(SIZE) < 110)[:, None])
    assert _overlap(known_cutout(rgb, behind, bones, around), inside) > 0.93


def test_a_figure_is_known_by_its_colours() -> None:
    behind = _noisy((90, 120, 60))
    behind[100:] = _noisy((150, 140, 120))[100:]
    rgb, inside, bones = _figure(behind)
    assert plain_cutout(rgb, bones) is None
    rgba = colour_cutout(rgb, bones, _around(bones))
    assert _overlap(rgba, inside) > 0.9
    assert (rgba == colour_cutout(rgb, bones, _around(bones))).all()


def test_a_mask_tells_what_is_kept() -> None:
    rgb = _wallpaper()
    mask = np.zeros((SIZE, SIZE), np.uint8)
    mask[40:80, 40:80] = 255
    mask[80, 40:80] = 128
    rgba = masked(rgb, mask)
    assert (rgba[..., 3] == mask).all()
    assert (rgba[79, 40:80, :3] == rgb[79, 40:80]).all()
    assert (rgba[80, 40:80, :3] == rgb[79, 40:80]).all()  # the colour of the nearest pixel that is wholly inside


def test_a_square_shows_the_same_places_at_any_scale() -> None:
    rgba = np.zeros((SIZE, SIZE, 4), np.uint8)
    rgba[40:120, 60:100] = (200, 100, 50, 255)
    for side, output in ((160.0, 64), (160.0, 160), (80.0, 160), (320.0, 64)):
        cut = squared(rgba, 0.0, 0.0, side, output)
        scale = output / side
        rows, columns = np.nonzero(cut[..., 3] > 127)
        assert columns.min() == pytest.approx(60 * scale, abs=0.6)
        assert rows.min() == pytest.approx(40 * scale, abs=0.6)
        assert columns.max() + 1 == pytest.approx(min(100, side) * scale, abs=0.6)
        assert np.abs(cut[cut[..., 3] > 0, :3].astype(int) - (200, 100, 50)).max() <= 1


def test_a_square_beyond_the_picture_is_clear_there() -> None:
    rgba = np.full((40, 40, 4), 255, np.uint8)
    cut = squared(rgba, -40.0, -40.0, 120.0, 60)
    assert (cut[25:35, 25:35, 3] == 255).all()
    assert (cut[:18] == 0).all()
    assert (cut[:, 42:] == 0).all()
