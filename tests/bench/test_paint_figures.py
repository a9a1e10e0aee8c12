"""Laws of the figures that painted pictures are judged by."""

import numpy as np
import pytest

from manekko.bench.paint_figures import (
    ANCHORS,
    BEST_DB,
    NO_HEAD,
    Looks,
    Rgba,
    blurred,
    boundary_f,
    face_box,
    looks,
    mean_looks,
    on_grey,
    overlap,
    shifted,
    shown_box,
)

HEAD = np.array([30.0, 20.0])


def figure(seed: int = 1, side: int = 96) -> Rgba:
    """A striped blob with soft edges on nothing."""
    rng = np.random.default_rng(seed)
    rows, columns = np.mgrid[:side, :side]
    distance = np.hypot((columns - 0.45 * side) / 0.6, rows - 0.5 * side)
    alpha = np.clip(255.0 * (0.42 * side - distance), 0.0, 255.0)
    stripes = rng.integers(0, 256, (side // 4, side // 4, 3)).repeat(4, axis=0).repeat(4, axis=1)
    return np.concatenate([stripes, alpha[..., None]], axis=-1).astype(np.uint8)


def test_a_picture_is_wholly_like_itself() -> None:
    found = looks(figure(), figure(), HEAD)
    assert found.ssim == pytest.approx(1.0)
    assert found.psnr_db == BEST_DB
    assert (found.iou, found.boundary_f) == (1.0, 1.0)
    assert found.face_ssim == pytest.approx(1.0)


def test_every_anchor_is_worse_than_the_truth_and_more_blur_is_worse_than_less() -> None:
    found = [looks(figure(), spoil(figure()), HEAD) for spoil in ANCHORS.values()]
    assert all(0.0 < one.ssim < 0.999 and one.psnr_db < 50.0 and one.face_ssim < 0.999 for one in found)
    assert found[2].ssim < found[1].ssim
    assert found[2].psnr_db < found[1].psnr_db


def test_it_does_not_matter_which_picture_is_the_true_one() -> None:
    first, second = figure(1), shifted(figure(2), 3)
    assert looks(first, second, HEAD) == pytest.approx(looks(second, first, HEAD))


def test_colours_where_nothing_is_seen_do_not_count() -> None:
    spoilt = figure()
    spoilt[spoilt[..., 3] == 0] = [255, 0, 9, 0]
    assert looks(figure(), spoilt, HEAD).ssim == pytest.approx(1.0)


def test_an_empty_picture_is_as_bad_as_can_be() -> None:
    found = looks(figure(), np.zeros_like(figure()), HEAD)
    assert (found.iou, found.boundary_f) == (0.0, 0.0)
    assert found.ssim < 0.5


def test_areas_are_shared_as_counted_by_hand() -> None:
    first, second = np.zeros((2, 20, 20, 4), np.uint8)
    first[5:10, 5:10, 3], second[5:10, 6:11, 3] = 255, 255
    assert overlap(first, second) == pytest.approx(20 / 30)


def test_outlines_agree_up_to_two_pixels() -> None:
    truth = np.zeros((60, 60, 4), np.uint8)
    truth[15:45, 15:45, 3] = 255
    assert boundary_f(truth, shifted(truth, 2)) == 1.0
    assert boundary_f(truth, shifted(truth, 3)) < 0.9


def test_the_picture_s_edge_is_no_outline() -> None:
    whole = np.full((30, 30, 4), 255, np.uint8)
    half = whole.copy()
    half[:, 10:] = 0
    assert boundary_f(whole, whole) == 1.0
    assert boundary_f(whole, half) == 0.0


def test_the_box_holds_both_figures_and_no_more() -> None:
    first, second = np.zeros((2, 40, 50, 4), np.uint8)
    first[5:8, 7:9, 3], second[20:22, 30:41, 3] = 255, 30
    assert shown_box(first, second) == (slice(5, 22), slice(7, 41))


def test_a_head_outside_the_picture_has_no_face() -> None:
    assert np.isnan(looks(figure(), figure(), NO_HEAD).face_ssim)
    assert face_box(np.array([-1.0, 20.0]), 96) is None
    assert face_box(np.array([128.0, 2.0]), 256) == (slice(0, 26), slice(104, 152))


def test_blur_keeps_the_colour_of_the_edge() -> None:
    picture = np.zeros((40, 40, 4), np.uint8)
    picture[10:30, 10:30] = [200, 100, 50, 255]
    soft = blurred(picture, 2.0)
    assert 100 < soft[20, 10, 3] < 200
    assert np.abs(soft[20, 10, :3].astype(int) - [200, 100, 50]).max() <= 1


def test_nothing_is_grey() -> None:
    assert (on_grey(np.zeros((2, 3, 3, 4), np.uint8)) == 128.0).all()


def test_a_mean_leaves_out_what_is_not_told() -> None:
    unknown = Looks(0.5, 20.0, 0.8, 0.6, float("nan"))
    found = mean_looks([unknown, Looks(1.0, 30.0, 1.0, 1.0, 0.4)])
    assert found == pytest.approx(Looks(0.75, 25.0, 0.9, 0.8, 0.4))
    assert np.isnan(mean_looks([unknown]).face_ssim)
