"""Training of the second prior."""

from functools import cache

import numpy as np
import pytest

from manekko.bench.prior_bodies import Batch, Bodies, Errors, drawn_batch, varied
from manekko.bench.prior_training import first_net, loss_and_slopes, trained
from manekko.lift.second_prior import BONES, OF_POINTS, POINTS, STEPS, evaluated, inputs_of
from manekko.people.keypoints import BODY33_INDEX
from manekko.skeleton.rotations import normalized
from tests.lift.dancers import Dance

HIPS = [POINTS.index("left_hip"), POINTS.index("right_hip")]


@cache
def dancing() -> Bodies:
    clips = [Dance(seed).keypoints_m(np.arange(90) / 30.0)[:, [BODY33_INDEX[p] for p in POINTS]] for seed in range(4)]
    points = np.concatenate([clip - clip[:, HIPS].mean(1, keepdims=True) for clip in clips])
    first = np.repeat(np.arange(4) * 90, 90)
    return Bodies(points, first, first + 89, np.linspace(1.0 / 360.0, 1.0, 360))


def exact() -> Errors:
    return Errors(np.zeros((30, len(POINTS), 2)), np.full((30, len(POINTS)), 0.9), np.array([0]), np.array([29]))


def batch_of(count: int, seed: int = 0) -> Batch:
    return drawn_batch(np.random.default_rng(seed), dancing(), exact(), count)


def told(net: dict, batch: Batch) -> np.ndarray:
    count = len(batch.flat_m)
    inputs = inputs_of(batch.flat_m.reshape(-1, len(POINTS), 2), batch.confidences.reshape(-1, len(POINTS)))
    wide = {name: values.astype(np.float64) for name, values in net.items()}
    return evaluated(wide, inputs, np.arange(count * len(STEPS)).reshape(count, len(STEPS)))


@pytest.mark.parametrize("name", ["frame", "window", "inner0", "outer1", "shift1", "bones", "window_shift"])
def test_slopes_are_those_of_the_loss(name: str):
    net, batch, rng = first_net(np.random.default_rng(1)), batch_of(6), np.random.default_rng(2)
    net["bones"] = net["bones"] * 5.0
    depths = (told(net, batch)[..., :3] - batch.directions)[..., 2]

    def loss(changed: dict) -> float:
        found = told(changed, batch)
        far = np.sqrt(((found[..., :3] - batch.directions) ** 2).sum(-1) + 0.01).mean()
        return far + 0.05 * (found[..., 3] + 0.5 * depths**2 * np.exp(-2.0 * found[..., 3])).mean()

    _, slopes = loss_and_slopes(net, batch)
    way = rng.normal(size=net[name].shape)
    moved = [{**net, name: net[name].astype(np.float64) + sign * 1e-5 * way} for sign in (1.0, -1.0)]
    expected = (loss(moved[0]) - loss(moved[1])) / 2e-5
    assert float((slopes[name] * way).sum()) == pytest.approx(expected, rel=2e-3, abs=1e-5)


@pytest.mark.slow
def test_a_net_learns_how_a_few_dancers_move():
    rng, heard = np.random.default_rng(0), []
    bodies, errors = dancing(), exact()
    net = trained(
        lambda: drawn_batch(rng, bodies, errors, 48),
        first_net(rng),
        rounds=250,
        told=lambda number, far: heard.append((number, far)),
    )
    start, _ = loss_and_slopes(first_net(np.random.default_rng(0)), batch_of(48, seed=9))
    end, _ = loss_and_slopes(net, batch_of(48, seed=9))
    assert heard[-1][0] == 250
    assert end < 0.65 * start


def test_varied_bodies_hang_together_and_keep_each_length_through_a_window():
    bodies = dancing().points_m[:90].reshape(10, 9, len(POINTS), 3)
    result = varied(np.random.default_rng(4), bodies, bodies[::-1])
    np.testing.assert_allclose(result[:, :, HIPS].mean(2), 0.0, atol=1e-12)
    lengths = np.linalg.norm(np.einsum("bk,nskc->nsbc", OF_POINTS, result), axis=-1)
    limbs = [place for place, bone in enumerate(BONES) if bone.endswith(("arm", "thigh", "shin"))]
    np.testing.assert_allclose(lengths[:, :, limbs], np.broadcast_to(lengths[:, :1, limbs], lengths[:, :, limbs].shape))
    assert lengths[:, 0, limbs].std(0).min() > 0.005


def test_what_is_asked_is_what_is_seen_across_the_view():
    batch = batch_of(64)
    flat = normalized(np.einsum("bk,nkc->nbc", OF_POINTS, batch.flat_m[:, STEPS.index(0)]))
    asked = normalized(batch.directions[..., :2])
    shins = [place for place, bone in enumerate(BONES) if bone.endswith(("shin", "thigh"))]
    # Most legs are seen where they are; some are hidden or put elsewhere.
    assert np.median((flat * asked).sum(-1)[:, shins]) > 0.97
