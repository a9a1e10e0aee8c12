from dataclasses import replace

import numpy as np
import pytest

from manekko.errors import InputError
from manekko.lift.lift import lift_track
from manekko.people.keypoints import BODY33_INDEX, Track
from manekko.skeleton.rotations import from_rotation_vectors, rotate
from tests.lift.dancers import LIMBS, UP, Dance, degrees_apart, directions, seen

TIMES_S = np.arange(121) / 30
HIPS = [BODY33_INDEX["left_hip"], BODY33_INDEX["right_hip"]]


def _errors_deg(dance: Dance, track: Track) -> np.ndarray:
    lifted = lift_track(track)
    truth = dance.keypoints_m(np.arange(len(lifted.positions_m)) / 30)
    return degrees_apart(directions(lifted.positions_m, LIMBS), directions(truth, LIMBS))


@pytest.mark.parametrize(
    "view",
    [{}, {"place_m": (1.5, 0.0, 4.0)}, {"place_m": (-1.0, 0.3, 3.0)}, {"pitch_rad": 0.26, "place_m": (0.0, 1.1, 4.0)}],
    ids=["ahead", "beside", "near", "looking down"],
)
def test_a_dance_seen_clearly_is_recovered(view):
    dance = Dance(3, turn_rad_s=0.5)
    assert _errors_deg(dance, seen(dance, TIMES_S, **view)).mean() < 2.0


def test_a_dance_seen_with_ordinary_noise_is_recovered():
    dance = Dance(3)
    errors = _errors_deg(dance, seen(dance, TIMES_S, noise_m=0.02, noise_px=2.0))
    assert errors.mean() < 4.0


def test_a_wrong_guess_of_depth_gives_way_to_the_picture():
    dance = Dance(5)
    track = seen(dance, TIMES_S)
    flat = replace(track, world_m=track.world_m * np.array([1.0, 1.0, 0.7]))
    assert _errors_deg(dance, flat).mean() < 8.0


@pytest.mark.parametrize("pitch_deg", [-15.0, 0.0, 15.0])
def test_up_is_found_under_a_tilted_camera(pitch_deg):
    pitch = np.radians(pitch_deg)
    track = seen(Dance(2), TIMES_S, pitch_rad=pitch, place_m=(0.0, 4.0 * np.tan(pitch), 4.0), noise_m=0.01)
    up_in_camera = rotate(from_rotation_vectors(np.array([pitch, 0.0, 0.0])), -UP)
    found = rotate(lift_track(track).upright_xyzw, up_in_camera)
    assert degrees_apart(found, UP) < 4.0


def test_the_world_is_right_handed_with_the_camera_at_plus_z():
    dance = Dance(1)
    lifted = lift_track(seen(dance, TIMES_S))
    left, right = (lifted.positions_m[:, BODY33_INDEX[f"{s}_shoulder"]] for s in ("left", "right"))
    head, hips = lifted.positions_m[:, 0], lifted.positions_m[:, HIPS].mean(1)
    across = (left - right).mean(0)
    assert across[0] > 0.25
    assert (head - hips)[:, 1].mean() > 0.5
    toe, heel = (lifted.positions_m[:, BODY33_INDEX[f"left_{p}"]] for p in ("toe", "heel"))
    assert (toe - heel)[:, 2].mean() > 0.1


@pytest.mark.slow
def test_walking_towards_the_camera_is_seen_as_such():
    dance = Dance(1)
    track = seen(dance, TIMES_S)
    near, far = (seen(dance, TIMES_S, place_m=(0.0, 0.0, z)) for z in (3.0, 5.0))
    assert lift_track(near).start_m[2] - lift_track(far).start_m[2] == pytest.approx(2.0, abs=0.1)
    assert np.ptp(lift_track(track).positions_m[:, HIPS, 2].mean(1)) < 0.5


def test_a_single_frame_is_lifted():
    dance = Dance(3)
    lifted = lift_track(seen(dance, np.zeros(1)))
    assert lifted.positions_m.shape == (1, 33, 3)
    truth = dance.keypoints_m(np.zeros(1))
    assert degrees_apart(directions(lifted.positions_m, LIMBS), directions(truth, LIMBS)).mean() < 12.0


def test_keypoints_never_seen_are_put_where_the_detector_guesses_them():
    dance = Dance(3)
    track = seen(dance, TIMES_S)
    keypoints, confidences = track.keypoints_px.copy(), track.confidences.copy()
    lost = [BODY33_INDEX[name] for name in ("left_index", "right_heel", "nose")]
    keypoints[:, lost], confidences[:, lost] = np.nan, 0.0
    lifted = lift_track(replace(track, keypoints_px=keypoints, confidences=confidences))
    assert np.isfinite(lifted.positions_m).all()
    assert (lifted.confidences[:, lost] == 0.0).all()
    truth = dance.keypoints_m(TIMES_S)
    assert degrees_apart(directions(lifted.positions_m, LIMBS), directions(truth, LIMBS)).mean() < 3.0


def test_a_gap_is_bridged_with_falling_confidence():
    dance = Dance(3)
    track = seen(dance, TIMES_S)
    gap = slice(60, 75)
    keypoints, confidences, world = track.keypoints_px.copy(), track.confidences.copy(), track.world_m.copy()
    keypoints[gap], confidences[gap], world[gap] = np.nan, 0.0, np.nan
    lifted = lift_track(replace(track, keypoints_px=keypoints, confidences=confidences, world_m=world))
    assert np.isfinite(lifted.positions_m).all()
    assert not lifted.seen[61:74].any()
    assert lifted.seen[:60].all()
    middle = lifted.confidences[67].mean()
    assert 0.1 < middle < 0.5
    assert lifted.confidences[62].mean() > middle


def test_a_person_never_seen_is_refused_in_words():
    track = seen(Dance(1), TIMES_S[:5])
    with pytest.raises(InputError, match="person 1 is never seen"):
        lift_track(replace(track, keypoints_px=np.full_like(track.keypoints_px, np.nan)))


def test_hips_never_seen_are_refused_in_words():
    track = seen(Dance(1), TIMES_S[:5])
    keypoints = track.keypoints_px.copy()
    keypoints[:, HIPS] = np.nan
    with pytest.raises(InputError, match="never: the hips"):
        lift_track(replace(track, keypoints_px=keypoints))


def test_points_all_in_one_place_are_refused_in_words():
    track = seen(Dance(1), TIMES_S[:5])
    with pytest.raises(InputError, match="no body at any distance"):
        lift_track(replace(track, keypoints_px=np.full_like(track.keypoints_px, 100.0)))


def test_hips_that_are_always_doubtful_are_lifted_all_the_same():
    track = seen(Dance(1), TIMES_S[:20])
    confidences = track.confidences.copy()
    confidences[:, HIPS] = 0.05
    assert np.isfinite(lift_track(replace(track, confidences=confidences)).positions_m).all()


def _times(rate: str, seconds: float) -> np.ndarray:
    if rate == "variable":
        steps = np.random.default_rng(1).choice([1 / 60, 1 / 30, 1 / 20], 400)
        times = np.concatenate([[0.0], np.cumsum(steps)])
        return times[times <= seconds]
    fps = float(rate)
    return np.arange(int(np.floor(seconds * fps + 1e-9)) + 1) / fps


@pytest.mark.parametrize(
    "rate",
    [
        *"12 24 29.97 60 variable".split(),
        *(pytest.param(rate, marks=pytest.mark.slow) for rate in "25 30 50 120".split()),
    ],
)
def test_every_frame_rate_gives_thirty_frames_a_second_and_stays_in_step(rate):
    seconds, beat = 4.0, 2.6
    times = _times(rate, seconds)
    dance = Dance(6)
    track = _with_hit(seen(dance, times), times, beat)
    lifted = lift_track(track)
    assert len(lifted.positions_m) == int(np.floor(times[-1] * 30 + 1e-6)) + 1
    wrist = lifted.positions_m[:, BODY33_INDEX["left_wrist"], 1] - _without_hit(dance, times)
    assert int(wrist.argmax()) == pytest.approx(beat * 30, abs=1)


def _with_hit(track: Track, times: np.ndarray, beat: float) -> Track:
    """The left hand is thrown up and down again around a beat."""
    shape = np.exp(-(((times - beat) / 0.15) ** 2))[:, None]
    hand = [BODY33_INDEX[f"left_{part}"] for part in ("wrist", "index", "pinky", "thumb")]
    keypoints, world = track.keypoints_px.copy(), track.world_m.copy()
    keypoints[:, hand, 1] -= 70.0 * shape
    world[:, hand, 1] -= 0.19 * shape
    return replace(track, keypoints_px=keypoints, world_m=world)


def _without_hit(dance: Dance, times: np.ndarray) -> np.ndarray:
    return lift_track(seen(dance, times)).positions_m[:, BODY33_INDEX["left_wrist"], 1]


def test_legs_that_the_clip_never_shows_stand_still_under_the_hips():
    track = seen(Dance(4), TIMES_S, place_m=(0.0, 0.9, 2.2))
    legs = [BODY33_INDEX[f"{s}_{p}"] for s in ("left", "right") for p in ("knee", "ankle", "heel", "toe")]
    below = (track.keypoints_px[:, legs, 1] > track.image_size_px[1]).mean()
    assert below > 0.9, "the picture ends at the thighs"
    lifted = lift_track(track)
    for side in ("left", "right"):
        hip, knee, ankle = (lifted.positions_m[:, BODY33_INDEX[f"{side}_{p}"]] for p in ("hip", "knee", "ankle"))
        down = degrees_apart((knee - hip) / np.linalg.norm(knee - hip, axis=-1, keepdims=True), np.array([0, -1.0, 0]))
        shin = degrees_apart(
            (ankle - knee) / np.linalg.norm(ankle - knee, axis=-1, keepdims=True), np.array([0, -1.0, 0])
        )
        assert down.max() < 25.0
        assert shin.max() < 25.0
    assert lifted.confidences[:, legs].max() == 0.0
