"""How far the detector is thought to be off."""

import numpy as np
import pytest

from manekko.lift.detector_error import image_sigmas_m, repeated
from manekko.people.keypoints import BODY33_INDEX


def test_surer_points_are_thought_nearer():
    sigmas = image_sigmas_m(np.linspace(0.0, 1.0, 21)[:, None] * np.ones(33))
    limbs = [BODY33_INDEX[f"left_{part}"] for part in ("elbow", "wrist", "index", "knee", "ankle", "toe")]
    assert (np.diff(sigmas[:, limbs], axis=0) <= 0.0).all()
    assert 0.01 < sigmas[-1].min() < sigmas[0].max() < 0.15


def test_both_sides_are_thought_alike():
    sigmas = image_sigmas_m(np.full((1, 33), 0.4))[0]
    for name, place in BODY33_INDEX.items():
        assert sigmas[place] == sigmas[BODY33_INDEX[name.replace("left", "right")]]


@pytest.mark.parametrize("lasts_s", [0.12, 0.5])
def test_errors_that_last_are_not_averaged_away(lasts_s: float):
    # A first-order autoregression, summed over a long time, spreads as `repeated` says.
    rng, fps, frames = np.random.default_rng(3), 30.0, 2000
    alike = np.exp(-1.0 / (fps * lasts_s))
    noise = rng.normal(size=(frames, 400))
    for frame in range(1, frames):
        noise[frame] = alike * noise[frame - 1] + np.sqrt(1.0 - alike**2) * noise[frame]
    assert noise.mean(0).std() * np.sqrt(frames) == pytest.approx(repeated(fps, lasts_s), rel=0.15)
