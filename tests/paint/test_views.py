"""Reference pictures: colours come from where a place is shown, from nowhere else, and files of any bytes are borne."""

import io
import random
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from manekko.errors import FormatError, InputError
from manekko.paint.views import Views, draw_views, load_views, resting
from manekko.stage.truths_surface import projected
from manekko.stage.view import View
from tests.paint.view_samples import PIXEL_M, checkered, two_plates
from tests.stage.tube import RADIUS_M, tube_figure


def colours_at(views: Views, *places_m: tuple[float, float, float], pixel_m: float = PIXEL_M) -> list[list[int]]:
    return views.copied(np.array(places_m), pixel_m).tolist()


def test_places_get_the_colours_that_the_view_of_them_shows() -> None:
    red, green, blue = colours_at(two_plates(), (-0.08, 0.08, 0.05), (0.08, 0.08, 0.05), (0.08, 0.08, -0.05))
    assert (red[:3], green[:3], blue[:3]) == ([255, 0, 0], [0, 255, 0], [0, 0, 250])
    assert min(red[3], green[3], blue[3]) > 100


def test_a_place_that_something_hides_from_every_view_gets_no_colour() -> None:
    hidden, outside, above = colours_at(two_plates(), (0.0, 0.08, 0.0), (0.5, 0.0, 0.05), (0.08, 0.08, 0.09))
    assert hidden == outside == above == [0, 0, 0, 0]


def test_a_place_that_is_seen_a_little_behind_the_front_one_is_not_painted_like_it() -> None:
    ((*_, sure), (*_, behind)) = colours_at(two_plates(), (-0.08, 0.08, 0.05), (-0.08, 0.08, 0.04))
    assert behind < 0.2 * sure


def test_colours_between_two_pixels_are_mixed_in_proportion() -> None:
    mixed = np.array(colours_at(two_plates(), (0.25 * PIXEL_M, 0.08, 0.05)))[0, :3]
    np.testing.assert_allclose(mixed, [255 * 0.25, 255 * 0.75, 0], atol=1.5)


def test_large_pixels_get_the_middle_of_what_they_cover() -> None:
    fine = np.array(colours_at(checkered(slants=(1.0, 0.0)), (0.5 * PIXEL_M, 0.5 * PIXEL_M, 0.0)))[0]
    coarse = np.array(colours_at(checkered(slants=(1.0, 0.0)), (0.5 * PIXEL_M, 0.5 * PIXEL_M, 0.0), pixel_m=0.04))[0]
    assert set(fine[:3].tolist()) in ({0}, {255})
    np.testing.assert_allclose(coarse[:3], 127.5, atol=1.0)


def test_who_sees_a_place_from_in_front_counts_more_than_who_sees_it_aslant() -> None:
    def redness(*slants: float) -> float:
        views = checkered(slants=(slants[0], slants[1]))
        return float(np.array(colours_at(views, (0.0, 0.0, 0.0)))[0, 0] - 127.5) / 127.5

    assert redness(1.0, 0.3) < 0.1 < redness(1.0, 1.0) < 0.9 < redness(0.3, 1.0)


@given(st.lists(st.tuples(*[st.floats(0.0, 1.0)] * 3), min_size=1, max_size=20))
def test_stored_places_are_true_to_a_twentieth_of_a_millimetre(shares: list[tuple[float, float, float]]) -> None:
    views = Views(np.array([-0.9, 0.0, -0.4]), np.array([1.8, 2.0, 0.8]), (), (), (), np.zeros((0, 3, 4)))
    places_m = views.low_m + np.array(shares) * views.span_m
    stored = views.quantised(places_m)
    assert stored.dtype == np.uint16
    np.testing.assert_allclose(views.places_m(stored), places_m, atol=5e-5)


def test_places_outside_the_box_and_nowhere_are_stored_at_its_edge() -> None:
    views = two_plates()
    stored = views.quantised(np.array([[-9.0, 9.0, 0.0], [np.nan] * 3]))
    assert stored[0, :2].tolist() == [0, 65535]
    assert stored[1].tolist() == [0, 0, 0]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    two_plates().save(tmp_path / "views.npz")
    return tmp_path / "views.npz"


def test_what_was_saved_is_read_again(saved: Path) -> None:
    views, again = two_plates(), load_views(saved)
    assert [path.name for path in saved.parent.iterdir()] == ["views.npz"]
    np.testing.assert_array_equal(again.matrices, views.matrices)
    np.testing.assert_array_equal(np.stack([again.low_m, again.span_m]), np.stack([views.low_m, views.span_m]))
    np.testing.assert_array_equal(np.stack(again.pictures), np.stack(views.pictures))
    np.testing.assert_allclose(np.stack(again.depths_m), np.stack(views.depths_m), atol=1.3e-4)
    places_m = np.random.default_rng(0).uniform(-0.1, 0.1, (200, 3))
    again.save(saved.with_name("second.npz"))
    second = load_views(saved.with_name("second.npz"))
    np.testing.assert_array_equal(again.copied(places_m, 0.003), second.copied(places_m, 0.003))


def test_nothing_stays_nothing_on_disk(tmp_path: Path) -> None:
    views = two_plates()
    empty = np.full_like(views.depths_m[0], 1e3)
    Views(views.low_m, views.span_m, views.pictures[:1], (empty,), views.slants[:1], views.matrices[:1]).save(
        tmp_path / "empty.npz"
    )
    assert colours_at(load_views(tmp_path / "empty.npz"), (-0.08, 0.08, 0.05)) == [[0, 0, 0, 0]]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.npz cannot be read"):
        load_views(tmp_path / "gone.npz")


def test_damaged_files_are_refused_or_read_but_never_break(saved: Path) -> None:
    data, damaged, rng = saved.read_bytes(), saved.with_name("damaged.npz"), random.Random(3)
    refused: list[str] = []
    for number in range(300):
        broken = bytearray(data[: rng.randrange(len(data))] if number % 3 == 0 else data)
        for _ in range(rng.randrange(1, 4) if broken else 0):
            broken[rng.randrange(len(broken))] ^= 1 << rng.randrange(8)
        damaged.write_bytes(broken)
        try:
            load_views(damaged)
        except FormatError as error:
            refused.append(str(error))
    assert len(refused) > 200
    assert all(line.startswith(f"{damaged}: ") and "\n" not in line for line in refused)


def _packed(**arrays: object) -> bytes:
    packed = io.BytesIO()
    named = {name: np.asarray(values) for name, values in arrays.items()}
    np.savez_compressed(packed, allow_pickle=True, **named)
    return packed.getvalue()


def _sound() -> dict[str, object]:
    with np.load(io.BytesIO(_saved_bytes())) as stored:
        return {name: stored[name] for name in stored.files}


def _saved_bytes() -> bytes:
    views = two_plates()
    whole = np.zeros((8, 8, 4), np.uint8)
    depth, slant = np.zeros((8, 8), np.uint16), np.zeros((8, 8), np.uint8)
    return _packed(
        low_m=views.low_m, span_m=views.span_m, matrices=views.matrices[:1], picture0=whole, depth0=depth, slant0=slant
    )


_NAN, _FLAT = np.full((1, 3, 4), np.nan), np.zeros((1, 3, 4))


@pytest.mark.parametrize(
    "change",
    [
        {"matrices": np.zeros((2, 3, 4))},
        {"matrices": np.float64(1.0)},
        {"matrices": np.zeros((0, 3, 4))},
        {"matrices": _NAN},
        {"matrices": _FLAT},
        {"matrices": np.array(["a"])},
        {"low_m": np.zeros(2)},
        {"span_m": np.zeros(3)},
        {"span_m": np.array([1.0, np.inf, 1.0])},
        {"picture0": np.zeros((8, 8, 3), np.uint8)},
        {"picture0": np.zeros((8, 8, 4), np.float32)},
        {"picture0": np.zeros((12, 12, 4), np.uint8), "depth0": np.zeros((12, 12)), "slant0": np.zeros((12, 12))},
        {"picture0": np.zeros((0, 0, 4), np.uint8), "depth0": np.zeros((0, 0)), "slant0": np.zeros((0, 0))},
        {"depth0": np.zeros((8, 4), np.uint16)},
        {"slant0": np.array("x")},
    ],
)
def test_arrays_of_other_kinds_are_refused(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "views.npz"
    path.write_bytes(_packed(**_sound()))
    load_views(path)
    path.write_bytes(_packed(**{**_sound(), **change}))
    with pytest.raises(FormatError, match="no reference pictures"):
        load_views(path)


@pytest.mark.parametrize("data", [b"", b"PK\3\4", b"\x93NUMPY\1\0", b"not at all", "Ünsinn".encode()])
def test_other_files_are_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "views.npz"
    path.write_bytes(data)
    with pytest.raises(FormatError):
        load_views(path)


def test_a_plain_array_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "views.npz").open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(FormatError):
        load_views(tmp_path / "views.npz")


def test_what_would_fill_the_memory_is_not_unpacked(saved: Path) -> None:
    data = bytearray(saved.read_bytes())
    struct.pack_into("<I", data, data.index(b"PK\1\2") + 24, 3_000_000_000)  # its size when unpacked, as it says itself
    saved.write_bytes(data)
    with pytest.raises(FormatError, match="too large"):
        load_views(saved)


@pytest.mark.slow
@pytest.mark.usefixtures("graphics")
def test_views_that_are_drawn_of_a_figure_show_its_own_colours_all_around() -> None:
    figure = tube_figure()
    views = draw_views(figure)
    assert views.low_m.tolist() == figure.mesh.positions_m.min(0).tolist()
    assert {picture.shape for picture in views.pictures} == {(768, 768, 4)}
    around = np.radians(np.arange(0, 360, 10))
    ring = np.stack([np.sin(around) * RADIUS_M, np.full(36, 1.42), np.cos(around) * RADIUS_M], axis=1)
    rgba = views.copied(ring, 0.004).astype(float)
    assert rgba[:, 3].min() > 120
    # The arm is (.8, .6, .5): lit from each camera itself, it is nowhere darker than half, and everywhere of one hue.
    assert np.abs(rgba[:, 1] / rgba[:, 0] - 0.75).max() < 0.05
    assert rgba[:, 0].min() > 100
    # The plate, and the hole in it.
    beside, hole = views.copied(np.array([[-0.2, 0.7, -0.4], [0.15, 1.1, -0.4]]), 0.004)
    assert beside[2] > beside[0]
    assert beside[3] > 100 > hole[3]


def test_a_resting_figure_stands_as_it_was_built() -> None:
    figure = tube_figure()
    pose = resting(figure)
    view = View(np.array([0.0, 1.0, 3.0]), np.array([1.0, 0.0, 0.0, 0.0]), (64, 64), 60.0)
    np.testing.assert_array_equal(projected(view, pose.positions_m)[0], [[32.0, 42.0], [32.0, 32.0]])
    assert pose.rotations_xyzw.tolist() == [[0.0, 0.0, 0.0, 1.0]] * 2
