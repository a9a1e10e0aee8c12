"""A character that is painted from keypoints alone follows them, in a square of its own."""

from dataclasses import replace

import numpy as np
import pytest

from manekko.arrays import Array, Bool
from manekko.paint.characters import Character, read_character
from manekko.paint.stick_parts import STANDARD_BODY_M
from manekko.paint.stick_portraits import SIDE_PX, StickSitting
from manekko.paint.surface import body_of
from manekko.people.keypoints import BODY33_INDEX, Track
from tests.paint.small_networks import plain_network, small_painter
from tests.paint.view_samples import two_plates
from tests.show.samples import dance_track, hide

FRAMES = 6
FOCAL_PX = 500.0


@pytest.fixture(scope="module")
def character(tmp_path_factory: pytest.TempPathFactory) -> Character:
    """Somebody without a body, painted white wherever the sticks are strong."""
    folder = small_painter(tmp_path_factory.mktemp("plain") / "painter", two_plates(), model="")
    (folder / "dense.onnx").unlink()
    (folder / "plain.onnx").write_bytes(plain_network())
    return read_character(str(folder), threads=1)


def track() -> Track:
    return replace(dance_track(FRAMES / 24.0, size=(240, 320)), hands=None)


def sitting(character: Character, seen: Track, shown: Bool[Array, " frame"] | None = None) -> StickSitting:
    assert character.painter is not None
    everywhere = np.ones(len(seen.times_s), dtype=bool)
    return StickSitting(character, character.painter, seen, everywhere if shown is None else shown, FOCAL_PX)


def test_what_is_painted_lies_where_the_keypoints_are(character: Character) -> None:
    seen = track()
    for frame, portrait in enumerate(sitting(character, seen).portraits("sticks")):
        assert portrait is not None
        assert portrait.rgba.shape == (SIDE_PX, SIDE_PX, 4)
        assert portrait.view is None
        rows, columns = np.nonzero(portrait.rgba[..., 3] > 127)
        scale = portrait.square.side / SIDE_PX
        x, y = portrait.square.left + columns * scale, portrait.square.top + rows * scale
        limbs = [BODY33_INDEX[name] for name in ("left_hip", "right_hip", "left_knee", "right_knee")]
        for point in seen.keypoints_px[frame, limbs]:
            assert np.hypot(x - point[0], y - point[1]).min() < 8.0
        points = seen.keypoints_px[frame]
        assert np.median(x) == pytest.approx(np.median(points[:, 0]), abs=15.0)


def test_squares_hold_all_keypoints_and_room_for_hair(character: Character) -> None:
    seen = track()
    for square, points in zip(sitting(character, seen).squares(), seen.keypoints_px, strict=True):
        assert square.left < points[:, 0].min() - 5.0
        assert square.top < points[:, 1].min() - 5.0
        assert square.left + square.side > points[:, 0].max() + 5.0
        assert square.top + square.side > points[:, 1].max() + 2.0


def test_who_is_not_shown_is_not_painted(character: Character) -> None:
    shown = np.arange(FRAMES) < 3
    one = sitting(character, track(), shown)
    assert [portrait is not None for portrait in one.portraits("sticks")] == shown.tolist()
    assert np.isfinite(one.distances_m()).tolist() == shown.tolist()


def test_who_looks_half_as_large_is_twice_as_far(character: Character) -> None:
    near = track()
    far = replace(near, keypoints_px=near.keypoints_px / 2.0 + 60.0)
    ratio = sitting(character, far).distances_m() / sitting(character, near).distances_m()
    np.testing.assert_allclose(ratio, 2.0, rtol=0.05)


def test_lost_joints_are_filled_in_for_a_moment(character: Character) -> None:
    whole = dance_track(1.0, size=(240, 320))
    gap = hide(whole, ["left_knee", "left_ankle", "left_heel", "left_toe"], 0.4, 0.5)
    filled = sitting(character, gap).keypoints
    assert np.isfinite(filled[:, BODY33_INDEX["left_knee"], :2]).all()
    off = filled[:, BODY33_INDEX["left_knee"], :2] - sitting(character, whole).keypoints[:, 25, :2]
    assert np.abs(off).max() < 8.0


def test_hands_go_with_the_wrists_of_the_characters_body(character: Character) -> None:
    seen = dance_track(FRAMES / 24.0, size=(240, 320))
    assert seen.hands is not None
    with_hands, without = sitting(character, seen), sitting(character, track())
    np.testing.assert_array_equal(with_hands.keypoints, without.keypoints)
    found = with_hands.hands
    assert found is not None
    wrists = with_hands.keypoints[:, [BODY33_INDEX["left_wrist"], BODY33_INDEX["right_wrist"]]]
    assert np.abs(found[:, :, 0, :3] - wrists[..., :3]).max() < 0.5
    own = seen.hands.keypoints_px[..., 9, :] - seen.hands.keypoints_px[..., 0, :]
    turned = found[..., 9, :2] - found[..., 0, :2]
    share = np.linalg.norm(turned, axis=-1) / np.linalg.norm(own, axis=-1)
    assert np.ptp(share) < 0.2 * share.mean(), "all hands are as much larger or smaller"
    assert without.hands is None


def test_a_hand_that_is_seen_elsewhere_is_none_of_hers(character: Character) -> None:
    seen = dance_track(FRAMES / 24.0, size=(240, 320))
    assert seen.hands is not None
    places = seen.hands.keypoints_px.copy()
    places[:, 0] += 60.0
    found = sitting(character, replace(seen, hands=replace(seen.hands, keypoints_px=places))).hands
    assert found is not None
    assert np.isnan(found[:, 0]).all()
    assert np.isfinite(found[:, 1, :, :3]).all()


def test_the_same_again_is_the_same(character: Character) -> None:
    first, second = (
        [portrait.rgba for portrait in sitting(character, track()).portraits("sticks") if portrait is not None]
        for _ in range(2)
    )
    np.testing.assert_array_equal(np.stack(first), np.stack(second))


@pytest.mark.parametrize("told", [None, "short", [[0.0, 1.0]], [[1], [2, 3]], {"a": 1}, [10**400]])
def test_a_painter_that_tells_no_proportions_gets_usual_ones(told: object) -> None:
    np.testing.assert_array_equal(body_of({"body_m": told}), STANDARD_BODY_M)
    np.testing.assert_array_equal(body_of({"body_m": (2.0 * STANDARD_BODY_M).tolist()}), 2.0 * STANDARD_BODY_M)


def test_the_painter_of_a_character_without_a_body_has_no_dense_network(character: Character) -> None:
    assert character.figure is None
    assert character.painter is not None
    assert (character.painter.has("plain"), character.painter.has("dense")) == (True, False)
