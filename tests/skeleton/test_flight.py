import numpy as np
import pytest

from manekko.skeleton.flight import airborne_frames

FPS = 30.0


def _jump(height_m: float) -> tuple[np.ndarray, np.ndarray]:
    """Contacts and hips of someone who stands, jumps after one second and lands."""
    hang_s = 2.0 * np.sqrt(2.0 * height_m / 9.81)
    times_s = np.arange(90) / FPS - 1.0
    inside = (times_s > 0.0) & (times_s < hang_s)
    hips = np.where(inside, 0.5 * 9.81 * times_s * (hang_s - times_s), 0.0)
    return np.repeat(~inside[:, None], 4, axis=1), hips + 0.9


@pytest.mark.parametrize("height_m", [0.05, 0.2, 0.5])
def test_a_jump_is_in_the_air_as_long_as_nothing_touches_the_floor(height_m):
    contacts, hips = _jump(height_m)
    assert (airborne_frames(contacts, hips, fps=FPS) == ~contacts.any(1)).all()


def test_a_glide_without_contact_is_no_jump():
    contacts, hips = _jump(0.2)
    assert not airborne_frames(contacts, np.full_like(hips, 0.9), fps=FPS).any()


def test_one_foot_on_the_floor_is_no_jump():
    contacts, hips = _jump(0.2)
    contacts[:, 1] = True
    assert not airborne_frames(contacts, hips, fps=FPS).any()


def test_nobody_flies_for_longer_than_a_second():
    contacts = np.zeros((90, 4), dtype=bool)
    assert not airborne_frames(contacts, -0.5 * 9.81 * (np.arange(90) / FPS) ** 2, fps=FPS).any()
    assert airborne_frames(np.zeros((1, 4), dtype=bool), np.zeros(1), fps=FPS).tolist() == [False]
