"""The background learned from pictures of a figure that walks before a known background."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, map_coordinates
from scipy.spatial.transform import Rotation

from manekko.paint.panorama import Panorama
from manekko.paint.person_mask import PersonShape, person_shape
from manekko.paint.plate import Plate
from manekko.paint.plate_learning import plate_of
from manekko.people.camera_path import CameraPath, default_focal_px
from manekko.people.keypoints import BODY33_INDEX, Track
from manekko.pixels.draw import draw_circle, draw_line

SIZE = (320, 180)
COUNT = 36
TURNS = 16
STANDING = {
    "nose": (0.0, 0.93), "ear": (0.03, 0.93), "eye": (0.02, 0.945), "mouth": (0.01, 0.9), "shoulder": (0.1, 0.82),
    "elbow": (0.14, 0.64), "wrist": (0.15, 0.48), "index": (0.15, 0.43), "pinky": (0.15, 0.43), "thumb": (0.14, 0.44),
    "hip": (0.06, 0.52), "knee": (0.06, 0.28), "ankle": (0.06, 0.04), "heel": (0.06, 0.01), "toe": (0.09, 0.0),
}  # fmt: skip
"""Right and up from between the feet, in statures."""
DRAWN = (
    ("shoulder", "elbow", 0.04), ("elbow", "wrist", 0.04), ("hip", "knee", 0.07), ("knee", "ankle", 0.06),
    ("shoulder", "hip", 0.08),
)  # fmt: skip


def figure(x_px: float, stature_px: float, feet_px: float) -> np.ndarray:
    points = np.zeros((33, 2))
    for name, index in BODY33_INDEX.items():
        side = -1.0 if "right" in name else 1.0
        bare = name.replace("left_", "").replace("right_", "").replace("_left", "").replace("_right", "")
        across, up = STANDING[bare.replace("_inner", "").replace("_outer", "")]
        points[index] = x_px + side * across * stature_px, feet_px - up * stature_px
    return points


def draw(rgb: np.ndarray, points: np.ndarray, stature_px: float, colour: tuple[int, int, int]) -> None:
    for a, b, breadth in DRAWN:
        for side in ("left", "right"):
            ends = points[BODY33_INDEX[f"{side}_{a}"]], points[BODY33_INDEX[f"{side}_{b}"]]
            draw_line(rgb, *ends, colour, breadth * stature_px)
    draw_circle(rgb, points[BODY33_INDEX["nose"]], 0.07 * stature_px, colour)


def scenery(size: tuple[int, int] = SIZE, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    blocks = random.integers(40, 215, (size[1] // 12 + 1, size[0] // 12 + 1, 3), dtype=np.uint8)
    picture = blocks.repeat(12, axis=0).repeat(12, axis=1)[: size[1], : size[0]]
    return (picture + random.integers(-8, 8, picture.shape)).astype(np.uint8)


def track_of(points: np.ndarray, camera: CameraPath | None = None) -> Track:
    count = len(points)
    return Track(
        1, np.arange(count) / 30.0, points, np.ones((count, 33)), np.zeros((count, 33, 3)), SIZE, camera=camera
    )


def walk() -> tuple[np.ndarray, list[tuple[int, np.ndarray]], list[PersonShape]]:
    """A background, pictures of a figure walking over it with a little noise, and the figure."""
    behind, random = scenery(), np.random.default_rng(1)
    points = np.stack([figure(40.0 + 240.0 * t / (COUNT - 1), 120.0, 165.0) for t in range(COUNT)])
    frames = []
    for number in range(COUNT):
        rgb = behind.copy()
        draw(rgb, points[number], 120.0, (220, 30, 60))
        frames.append((number, np.clip(rgb + random.normal(0, 1.5, rgb.shape), 0, 255).astype(np.uint8)))
    return behind, frames, [person_shape(track_of(points))]


@pytest.fixture(scope="module")
def walked() -> tuple[np.ndarray, list[tuple[int, np.ndarray]], Plate]:
    behind, frames, people = walk()
    return behind, frames, plate_of(frames, people)


def test_the_plate_is_the_background_wherever_it_was_seen(walked: tuple) -> None:
    behind, _, plate = walked
    assert plate.seen.mean() > 0.99
    assert np.abs(plate.rgb.astype(int) - behind)[plate.seen].max() <= 3
    assert np.abs(plate.rgb.astype(int) - behind)[plate.seen].mean() < 1.0


def test_people_are_replaced_by_what_is_behind_them_and_all_else_is_kept(walked: tuple) -> None:
    behind, frames, plate = walked
    number, rgb = frames[18]
    empty = plate.behind(rgb, number)
    assert np.abs(empty.astype(int) - behind).max() <= 12
    assert (np.abs(rgb.astype(int) - behind).max(axis=-1) > 60).mean() > 0.03
    np.testing.assert_array_equal(empty[:, :100], rgb[:, :100])


def test_what_grows_out_of_a_person_goes_with_them(walked: tuple) -> None:
    behind, frames, plate = walked
    number, rgb = frames[18]
    with_hair = rgb.copy()
    head = figure(40.0 + 240.0 * 18 / (COUNT - 1), 120.0, 165.0)[BODY33_INDEX["nose"]]
    draw_line(with_hair, head, head - np.array([0.0, 21.0]), (0, 0, 0), 6.0)
    empty = plate.behind(with_hair, number)
    assert np.abs(empty.astype(int) - behind).max() <= 14


def test_other_moving_things_stay(walked: tuple) -> None:
    _, frames, plate = walked
    number, rgb = frames[4]
    with_bird = rgb.copy()
    draw_circle(with_bird, (250.0, 30.0), 8.0, (250, 250, 250))
    np.testing.assert_array_equal(plate.behind(with_bird, number)[15:45, 235:265], with_bird[15:45, 235:265])


def test_a_change_of_exposure_shows_no_patch(walked: tuple) -> None:
    behind, frames, plate = walked
    number, rgb = frames[18]
    darker = (rgb * 0.8).astype(np.uint8)
    empty = plate.behind(darker, number).astype(float)
    assert np.abs(empty - behind * 0.8).max() <= 16
    assert abs(float((empty - behind * 0.8).mean())) < 1.0


def test_places_given_besides_are_replaced_too(walked: tuple) -> None:
    behind, frames, plate = walked
    number, rgb = frames[4]
    spoiled, also = rgb.copy(), np.zeros(rgb.shape[:2], dtype=bool)
    spoiled[60:100, 240:290], also[60:100, 240:290] = (255, 255, 0), True
    empty = plate.behind(spoiled, number, also=also)
    assert np.abs(empty[60:100, 240:290].astype(int) - behind[60:100, 240:290]).max() <= 14


def test_a_frame_without_people_is_itself(walked: tuple) -> None:
    _, frames, plate = walked
    nobody = Plate(plate.rgb, plate.seen, plate.size_px, ())
    assert nobody.behind(frames[0][1], 0) is frames[0][1]
    np.testing.assert_array_equal(plate.clean(7), plate.rgb)


def test_one_picture_is_enough_to_fill_from_what_is_around() -> None:
    rgb = np.full((SIZE[1], SIZE[0], 3), (90, 140, 200), np.uint8)
    points = figure(160.0, 120.0, 165.0)
    person = rgb.copy()
    draw(person, points, 120.0, (200, 40, 40))
    plate = plate_of([(0, person)], [person_shape(track_of(points[None]))])
    assert 0.7 < plate.seen.mean() < 0.95
    assert np.abs(plate.behind(person, 0).astype(int) - rgb).max() <= 3


def test_clothes_of_one_who_stays_are_not_taken_for_background() -> None:
    rgb = np.full((SIZE[1], SIZE[0], 3), (90, 140, 200), np.uint8)
    points = np.stack([figure(160.0 + 3.0 * np.sin(t), 120.0, 165.0) for t in range(COUNT)])
    frames = []
    for number in range(COUNT):
        person = rgb.copy()
        draw(person, points[number], 120.0, (200, 40, 40))
        # A wide skirt reaches beyond all limbs.
        draw_circle(person, (160.0, 100.0), 24.0, (200, 40, 40))
        frames.append((number, person))
    plate = plate_of(frames, [person_shape(track_of(points))])
    assert not ((np.abs(plate.rgb.astype(int) - (200, 40, 40)) < 40).all(axis=-1) & plate.seen).any()


def turned() -> tuple[np.ndarray, list[tuple[int, np.ndarray]], Track]:
    """What a camera sees that turns by 12° while someone walks through; the path told is wrong by a little."""
    random = np.random.default_rng(2)
    focal = default_focal_px(SIZE)
    world = lens(scenery((700, 240), 3))
    yaws = np.radians(np.linspace(-6.0, 6.0, TURNS))
    middle = (np.array(SIZE) - 1.0) / 2.0
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    behind, frames, points = [], [], []
    for number, yaw in enumerate(yaws):
        flat = (np.stack([x, y], axis=-1) - middle) / focal
        ray = np.stack([flat[..., 0], flat[..., 1], np.ones_like(flat[..., 0])], axis=-1)
        ray = ray @ Rotation.from_rotvec([0.0, yaw, 0.0]).as_matrix().T
        angles = np.arctan2(ray[..., 0], ray[..., 2]), np.arctan2(ray[..., 1], np.hypot(ray[..., 0], ray[..., 2]))
        at = [(angles[1] * focal + 120.0).clip(0, 239), (angles[0] * focal + 350.0).clip(0, 699)]
        picture = np.stack([map_coordinates(world[..., k].astype(float), at, order=1) for k in range(3)], axis=-1)
        behind.append(picture)
        points.append(figure(60.0 + 200.0 * number / TURNS, 110.0, 160.0))
        person = picture.astype(np.uint8).copy()
        draw(person, points[-1], 110.0, (220, 30, 60))
        frames.append((number, np.clip(person + random.normal(0, 1.5, person.shape), 0, 255).astype(np.uint8)))
    wrong = yaws - yaws[0] + np.radians(random.normal(0.0, 0.15, TURNS))
    turns = Rotation.from_rotvec(np.stack([0 * wrong, wrong - wrong[0], 0 * wrong], axis=1)).as_quat()
    path = CameraPath(np.arange(TURNS) / 30.0, turns, np.ones(TURNS), focal)
    return np.stack(behind), frames, track_of(np.stack(points), path)


def lens(rgb: np.ndarray) -> np.ndarray:
    """As sharp as a lens makes it: what is sharper than pixels cannot be turned without loss."""
    return gaussian_filter(rgb, (1.2, 1.2, 0))


def test_behind_a_turning_camera_people_are_replaced_too() -> None:
    behind, frames, track = turned()
    assert track.camera is not None
    plate = plate_of(frames, [person_shape(track)], Panorama(track.camera, SIZE, 1_000_000))
    for number in (3, 8, 13):
        empty = plate.behind(frames[number][1], number)
        away = np.abs(empty.astype(float) - behind[number])
        assert away.mean() < 2.5
        assert np.percentile(away, 99.5) < 30.0
        assert np.abs(plate.clean(number).astype(float) - behind[number]).mean() < 6.0
