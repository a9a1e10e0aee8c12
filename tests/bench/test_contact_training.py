import numpy as np
import pytest

from manekko.bench import contact_training
from manekko.bench.contact_training import in_jerks, standing, trained, with_held_poses
from manekko.bench.synthetic_motions import sole_points_m
from manekko.motion.motion import Motion
from tests.lift.dancers import Dance


@pytest.fixture(scope="module")
def dance() -> Motion:
    return Dance(1).motion(4.0)


def test_feet_of_a_known_dance_stand_where_they_stood(dance):
    times_s = np.arange(dance.frame_count) / 30.0
    truth = np.repeat(Dance(1).planted(times_s), 2, axis=1)
    assert (standing(dance) == truth).mean() > 0.9


def test_held_poses_hold_and_visit_the_same_places(dance):
    held = with_held_poses(dance, np.random.default_rng(0))
    steps = np.linalg.norm(np.diff(sole_points_m(held), axis=0), axis=-1).max(1)
    assert (steps == 0.0).sum() > 20
    assert steps.max() < 1.2 * np.linalg.norm(np.diff(sole_points_m(dance), axis=0), axis=-1).max()


def test_jerks_stop_at_once(dance):
    jerky = in_jerks(dance, np.random.default_rng(0))
    steps = np.linalg.norm(np.diff(jerky.root_positions_m, axis=0), axis=-1)
    still = steps == 0.0
    assert 0.2 < still.mean() < 0.8
    assert np.linalg.norm(jerky.local_rotations_xyzw, axis=-1) == pytest.approx(1.0)


def test_a_net_learns_what_no_plane_divides(monkeypatch):
    monkeypatch.setattr(contact_training, "_EPOCHS", 40)
    rng = np.random.default_rng(0)
    features = rng.normal(size=(4000, 2))
    planted = features[:, 0] * features[:, 1] > 0.0
    net = {name: np.array(values) for name, values in trained(features, planted, rng).items()}
    log_odds = np.tanh(features @ net["hidden"] + net["hidden_bias"]) @ net["out"] + net["out_bias"]
    assert ((log_odds > 0.0) == planted).mean() > 0.85


@pytest.mark.data
@pytest.mark.slow
def test_a_training_clip_becomes_examples(data_folder):
    rng = np.random.default_rng(0)
    true = next(contact_training.training_motions(rng))
    features, planted = contact_training.examples(true, 1, 1.0)
    assert features.shape[:2] == planted.shape == (len(planted), 4)
    assert np.isfinite(features).all()
    assert 0.05 < planted.mean() < 0.95
