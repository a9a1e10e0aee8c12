import numpy as np

from manekko.paint.shadows import contact_shadow
from manekko.skeleton.rotations import from_rotation_vectors
from manekko.stage.truths_surface import projected
from manekko.stage.view import View


def camera() -> View:
    """A camera 1.4 m over the floor and 4 m in front of the origin."""
    facing = from_rotation_vectors(np.array([np.pi, 0.0, 0.0]))
    return View(np.array([0.0, 1.4, 4.0]), facing, (320, 240), 200.0)


def foot(x_m: float, height_m: float = 0.0) -> np.ndarray:
    return np.array([[x_m, height_m, -0.1], [x_m, height_m, 0.1]])


def darkest(height_m: float, strength: float = 1.0) -> float:
    shadow = contact_shadow(camera(), foot(0.0, height_m)[None], strength=strength)
    assert shadow is not None
    return float(shadow.darkness.max())


def test_the_shadow_is_darkest_under_the_foot() -> None:
    shadow = contact_shadow(camera(), foot(0.5)[None])
    assert shadow is not None
    row, column = np.unravel_index(shadow.darkness.argmax(), shadow.darkness.shape)
    at = projected(camera(), np.array([[0.5, 0.0, 0.0]]))[0][0]
    np.testing.assert_allclose((column + shadow.corner[0] + 0.5, row + shadow.corner[1] + 0.5), at, atol=6.0)
    assert 0.3 < shadow.darkness.max() <= 0.7


def test_a_raised_foot_throws_a_fainter_shadow() -> None:
    assert darkest(0.0) > 1.3 * darkest(0.1) > 1.5 * darkest(0.5)


def test_strength_scales_and_nothing_comes_of_unknown_feet_or_none() -> None:
    np.testing.assert_allclose(darkest(0.0, 0.5), darkest(0.0) / 2, rtol=1e-5)
    assert contact_shadow(camera(), np.full((2, 2, 3), np.nan)) is None
    assert contact_shadow(camera(), np.zeros((0, 2, 3))) is None
    assert contact_shadow(camera(), foot(0.0)[None], strength=0.0) is None
    assert contact_shadow(camera(), foot(50.0)[None]) is None


def test_the_shadow_lies_below_the_horizon_and_fades_to_nothing() -> None:
    shadow = contact_shadow(camera(), np.stack([foot(-0.2), foot(0.2)]))
    assert shadow is not None
    assert shadow.corner[1] > 120
    edge = np.concatenate([shadow.darkness[0], shadow.darkness[-1], shadow.darkness[:, 0], shadow.darkness[:, -1]])
    assert edge.max() < 0.02
