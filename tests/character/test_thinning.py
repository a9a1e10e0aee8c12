import numpy as np
import pytest
from scipy.spatial import KDTree

from manekko.character.body import body_sheet
from manekko.character.sheets import Sheet, clipped, edges_of, refined, split_quads, strip_quads
from manekko.character.thinning import thinned


def flat(weights_of_x: bool = False) -> Sheet:
    """Return a square metre of 20 × 20 cells; its two weights are equal everywhere or fade linearly along x."""
    x, y = np.meshgrid(np.linspace(0.0, 1.0, 21), np.linspace(0.0, 1.0, 21))
    points = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], axis=1)
    triangles = split_quads(points, strip_quads(np.arange(x.size).reshape(x.shape)[:, ::-1], closed=False))
    share = points[:, 0] if weights_of_x else np.full(x.size, 0.5)
    return Sheet(points, triangles, {"weights": np.stack([share, 1.0 - share], axis=1)})


def areas(sheet: Sheet) -> np.ndarray:
    corners = sheet.points_m[sheet.triangles]
    return np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]) / 2.0


@pytest.mark.parametrize("fading", [False, True])
def test_a_plane_keeps_its_outline_and_area_in_few_triangles(fading: bool) -> None:
    before, after = flat(fading), thinned(flat(fading), 0.001)
    assert len(after.triangles) < 0.2 * len(before.triangles)
    assert areas(after).sum(axis=0) == pytest.approx(areas(before).sum(axis=0))
    assert (areas(after) @ areas(before)[0] > 0.0).all(), "none is turned over"
    assert after.points_m.min(axis=0)[:2].tolist() == [0.0, 0.0]
    assert after.points_m.max(axis=0)[:2].tolist() == [1.0, 1.0]


def test_vertices_stay_where_weights_bend() -> None:
    sheet = flat()
    share = np.clip(4.0 * (sheet.points_m[:, 0] - 0.375), 0.0, 1.0)
    bending = Sheet(sheet.points_m, sheet.triangles, {"weights": np.stack([share, 1.0 - share], axis=1)})
    after = thinned(bending, 0.001)
    at = np.clip(4.0 * (after.points_m[:, 0] - 0.375), 0.0, 1.0)
    assert after.fields["weights"][:, 0] == pytest.approx(at)
    assert len(after.triangles) > 1.5 * len(thinned(sheet, 0.001).triangles)


def test_a_thinned_body_lies_on_the_body_and_stays_in_one_piece() -> None:
    trunk = clipped(body_sheet(), (0.0 - body_sheet().field("arm"))[:, None])
    after = thinned(trunk, 0.0010)
    assert len(after.triangles) < 0.9 * len(trunk.triangles)
    _, uses = np.unique(
        np.sort(np.concatenate([after.triangles[:, pair] for pair in ([0, 1], [1, 2], [2, 0])]), axis=1),
        axis=0,
        return_counts=True,
    )
    assert uses.max() == 2
    count, edges = len(after.points_m), edges_of(after.triangles)
    first = len(trunk.points_m) - len(edges_of(trunk.triangles)) + len(trunk.triangles)
    assert count - len(edges) + len(after.triangles) == first, "no hole more, none less"
    fine = refined(after)
    distance, _ = KDTree(refined(refined(trunk)).points_m).query(fine.points_m)
    assert np.quantile(distance, 0.99) < 0.006


def test_thinning_twice_changes_little_more() -> None:
    once = thinned(body_sheet(), 0.0005)
    twice = thinned(once, 0.0005)
    assert len(once.triangles) < len(body_sheet().triangles)
    assert len(twice.triangles) > 0.8 * len(once.triangles)


def test_the_last_bits_of_numbers_choose_nothing() -> None:
    sheet = body_sheet()
    noise = np.random.default_rng(3).normal(0.0, 1e-14, sheet.points_m.shape)
    other = thinned(Sheet(sheet.points_m + noise, sheet.triangles, sheet.fields), 0.0005)
    assert np.array_equal(other.triangles, thinned(sheet, 0.0005).triangles)
