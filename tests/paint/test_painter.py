"""Painters in use: what is fed to their networks, and what is said when they are damaged."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from manekko.errors import FormatError, InputError, ManekkoError
from manekko.paint.heads import FACE, LEFT_HAND, head_boxes
from manekko.paint.painter import Painter, is_painter, open_painter, shipped_painters
from manekko.paint.pose_map import FIELDS, NOTHING, PoseMap
from tests.conftest import missing
from tests.paint.small_networks import dense_network, small_painter
from tests.paint.train.toy import toy_frame
from tests.paint.view_samples import two_plates

SIDE_PX = 64


def toy_map(angle: float = 0.0) -> PoseMap:
    frame = toy_frame(SIDE_PX, angle)
    return PoseMap(**{name: frame[name] for name in FIELDS})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return small_painter(tmp_path / "painter", two_plates())


def test_a_painter_paints_what_it_is_told(folder: Path) -> None:
    painter, told = open_painter(folder, threads=1), toy_map()
    painted = painter.painted(told)
    body = (told.parts != NOTHING)[..., None]
    wanted = np.where(body, np.concatenate([told.copied[..., :3], np.full_like(told.copied[..., :1], 255)], -1), 0)
    np.testing.assert_allclose(painted.rgba, 0.75 * wanted, atol=0.51)
    np.testing.assert_array_equal(painted.rgba, painted.plain)
    assert painted.rgba.dtype == np.uint8
    assert painter.character == "small"


def test_the_frame_before_is_painted_on(folder: Path) -> None:
    painter, told = open_painter(folder), toy_map()
    first = painter.painted(told)
    second = painter.painted(told, first.plain)
    np.testing.assert_allclose(second.rgba, first.rgba + 0.25 * first.plain, atol=1.01)
    np.testing.assert_array_equal(painter.painted(told).rgba, first.rgba)


def test_any_side_is_painted(folder: Path) -> None:
    told = toy_map()
    large = PoseMap(**{name: np.tile(values, (2, 2, 1)[: values.ndim]) for name, values in vars(told).items()})
    painter = open_painter(folder)
    np.testing.assert_array_equal(painter.painted(large).rgba[SIDE_PX:, :SIDE_PX], painter.painted(told).rgba)


def test_details_are_painted_a_second_time_in_their_squares_only(tmp_path: Path) -> None:
    told = toy_map()
    plain = open_painter(small_painter(tmp_path / "plain", two_plates())).painted(told)
    painter = open_painter(small_painter(tmp_path / "faced", two_plates(), details=["face"]))
    assert (painter.has("face"), painter.has("hand"), painter.has("stick")) == (True, False, False)
    painted = painter.painted(told)
    left, top, side = head_boxes(told.parts)[0].tolist()
    face = np.zeros((SIDE_PX, SIDE_PX), bool)
    face[top : top + side, left : left + side] = True
    assert side == SIDE_PX // 4
    assert (painted.rgba[face] == 255).all()
    np.testing.assert_array_equal(painted.rgba[~face], plain.rgba[~face])
    # The next frame is painted after the coarse picture: what is painted twice must not build up.
    np.testing.assert_array_equal(painted.plain, plain.plain)


def test_hands_have_a_network_of_their_own_and_need_not_be_seen(tmp_path: Path) -> None:
    told = toy_map()
    painter = open_painter(small_painter(tmp_path / "handed", two_plates(), details=["hand"]))
    boxes = head_boxes(told.parts).tolist()
    rgba = painter.painted(told).rgba
    for left, top, side in boxes[1:]:
        assert (rgba[top : top + side, left : left + side] == 255).all()
    assert not (rgba[boxes[0][1] : boxes[0][1] + 16, boxes[0][0] : boxes[0][0] + 16] == 255).all()
    parts = np.where(np.isin(told.parts, [FACE, LEFT_HAND]), told.parts, NOTHING).astype(np.uint8)
    one_handed = painter.painted(PoseMap(**{**{name: getattr(told, name) for name in FIELDS}, "parts": parts}))
    left, top, side = boxes[2]
    assert (one_handed.rgba[top : top + side, left : left + side] == 0).all()


def test_its_views_come_with_it(folder: Path) -> None:
    np.testing.assert_array_equal(open_painter(folder).views.low_m, two_plates().low_m)
    (folder / "views.npz").write_bytes(b"PK")
    with pytest.raises(FormatError, match=r"views\.npz"):
        _ = open_painter(folder).views


def test_a_folder_without_a_painter_is_told(tmp_path: Path) -> None:
    assert not is_painter(tmp_path)
    with pytest.raises(InputError, match=r"is no painter .*make one with: manekko train painter"):
        open_painter(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000, '{"version": 2}', '"painter"', "\xff"])
def test_what_a_painter_says_of_itself_is_checked(folder: Path, text: str) -> None:
    (folder / "painter.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(FormatError, match=r"painter\.json: .*train .*again") as refused:
        open_painter(folder)
    assert "\n" not in str(refused.value)


def broken(data: bytes) -> list[Callable[[], bytes]]:
    return [lambda: b"", lambda: b"no network", lambda: data[: len(data) // 2], lambda: data + b"\xff" * 9]


@pytest.mark.parametrize("change", range(4))
def test_a_damaged_network_is_told_in_one_line(folder: Path, change: int) -> None:
    (folder / "dense.onnx").write_bytes(broken(dense_network())[change]())
    with pytest.raises(FormatError, match=r"dense\.onnx: this network is damaged or no painter's") as refused:
        open_painter(folder).painted(toy_map())
    assert "\n" not in str(refused.value)


def test_a_missing_network_is_told(folder: Path) -> None:
    (folder / "dense.onnx").unlink()
    painter = open_painter(folder)
    assert not painter.has("dense")
    with pytest.raises(InputError, match=r"dense\.onnx cannot be read .*train the painter again"):
        painter.painted(toy_map())


def test_a_network_of_another_kind_is_told(tmp_path: Path) -> None:
    folder = small_painter(tmp_path / "painter", two_plates(), details=["face"])
    (folder / "dense.onnx").write_bytes((folder / "face.onnx").read_bytes())
    with pytest.raises(FormatError, match=r"dense\.onnx"):
        open_painter(folder).painted(toy_map())


def test_networks_with_flipped_bits_are_told_or_run_but_never_break(folder: Path) -> None:
    data, rng, told = dense_network(), random.Random(1), toy_map()
    refused = 0
    for _ in range(150):
        flipped = bytearray(data)
        flipped[rng.randrange(len(flipped))] ^= 1 << rng.randrange(8)
        (folder / "dense.onnx").write_bytes(flipped)
        try:
            assert open_painter(folder, threads=1).painted(told).rgba.shape == (SIDE_PX, SIDE_PX, 4)
        except ManekkoError:
            refused += 1
    assert refused > 50


@pytest.fixture(scope="module")
def shipped() -> Painter:
    """The painter that comes with Manekko."""
    path = shipped_painters() / "maneko"
    if not is_painter(path):
        missing(f"no painter at {path}; train one with manekko train painter")
    return open_painter(path, threads=1)


def test_the_painter_that_ships_is_small_and_says_what_it_is(shipped: Painter) -> None:
    networks = list(shipped.folder.glob("*.onnx"))
    assert shipped.has("dense")
    assert sum(path.stat().st_size for path in networks) <= 10_000_000
    card = (shipped.folder / "CARD.md").read_text(encoding="utf-8").lower()
    for word in ("data", "licen", "seed", "manekko train painter"):
        assert word in card


@pytest.mark.slow
def test_what_ships_paints_nothing_where_nothing_is(shipped: Painter) -> None:
    nothing = PoseMap(**{name: np.zeros_like(values) for name, values in vars(toy_map()).items()})
    empty = PoseMap(**{**vars(nothing), "parts": np.full_like(nothing.parts, NOTHING)})
    assert shipped.painted(empty).rgba[..., 3].max() < 8


def test_only_the_part_with_the_figure_is_painted_and_looks_as_if_all_were(shipped: Painter) -> None:
    told = toy_map()
    room = 3 * SIDE_PX
    around = {name: np.zeros((room, room, *values.shape[2:]), values.dtype) for name, values in vars(told).items()}
    around["parts"][:] = NOTHING
    for name, values in vars(told).items():
        around[name][SIDE_PX : 2 * SIDE_PX, SIDE_PX : 2 * SIDE_PX] = values
    large = PoseMap(**around)
    painted = shipped.painted(large).plain.astype(float)
    inputs = {name: getattr(large, name)[None] for name in FIELDS}
    inputs["depth"] = inputs["depth"].astype(np.float32)
    whole = shipped.run("dense", {**inputs, "previous": np.zeros_like(inputs["copied"])})[0].transpose(1, 2, 0) * 255.0
    assert np.abs(painted - whole).mean() < 0.05
    assert (painted[: SIDE_PX // 2] == 0.0).all()
