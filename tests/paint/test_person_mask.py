import numpy as np

from manekko.paint.person_mask import people_in, person_shape
from manekko.people.keypoints import BODY33_INDEX
from tests.paint.test_plate import SIZE, draw, figure, track_of


def covered(mask: np.ndarray, picture: np.ndarray) -> float:
    """Share of what is drawn that lies under the mask."""
    drawn = picture.any(axis=-1)
    return float((mask[drawn] > 0).mean())


def test_a_person_is_covered_and_not_much_else() -> None:
    points = figure(160.0, 130.0, 168.0)
    picture = np.zeros((SIZE[1], SIZE[0], 3), np.uint8)
    draw(picture, points, 130.0, (255, 255, 255))
    mask = people_in([person_shape(track_of(points[None]))], 0, SIZE, SIZE)
    assert covered(mask, picture) > 0.999
    assert 0.08 < (mask > 0).mean() < 0.2


def test_a_small_mask_lies_where_the_large_one_does() -> None:
    shape = [person_shape(track_of(figure(160.0, 130.0, 168.0)[None]))]
    large, small = people_in(shape, 0, SIZE, SIZE), people_in(shape, 0, SIZE, (160, 90))
    np.testing.assert_allclose(small.mean(), large.mean(), rtol=0.1)
    for axis, length in ((0, 180), (1, 320)):
        large_at, small_at = (np.average(np.argwhere(mask > 0)[:, axis] + 0.5) for mask in (large, small))
        np.testing.assert_allclose(2.0 * small_at, large_at, atol=0.01 * length)


def test_foreshortened_limbs_make_nobody_thinner() -> None:
    points = np.stack([figure(160.0, 130.0, 168.0)] * 3)
    crouched = points[1].copy()
    for joint in ("knee", "ankle", "heel", "toe"):
        for side in ("left", "right"):
            crouched[BODY33_INDEX[f"{side}_{joint}"], 1] = 110.0
    points[1] = crouched
    statures = person_shape(track_of(points)).statures_px
    np.testing.assert_allclose(statures, statures[0], rtol=0.02)


def test_who_is_hidden_for_a_moment_is_still_there_and_later_gone() -> None:
    points = np.stack([figure(100.0, 120.0, 165.0)] * 90)
    points[30:] = np.nan
    shape = [person_shape(track_of(points))]
    assert people_in(shape, 40, SIZE, SIZE).any()
    assert not people_in(shape, 80, SIZE, SIZE).any()


def test_nobody_and_people_with_unknown_joints_are_no_trouble() -> None:
    assert not people_in([], 0, SIZE, SIZE).any()
    assert not people_in([person_shape(track_of(np.full((4, 33, 2), np.nan)))], 2, SIZE, SIZE).any()
    points = figure(160.0, 130.0, 168.0)[None].repeat(3, axis=0)
    points[:, BODY33_INDEX["left_wrist"]] = np.nan
    assert people_in([person_shape(track_of(points))], 1, SIZE, SIZE).any()
    far = np.full((3, 33, 2), 1e7)
    assert people_in([person_shape(track_of(far))], 1, SIZE, SIZE).shape == (SIZE[1], SIZE[0])
