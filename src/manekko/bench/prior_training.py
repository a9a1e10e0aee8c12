"""``python -m manekko.bench.prior_training``: trains the second prior anew and writes its weights.

Bodies come from motion capture, the detector's errors from pictures drawn for it (``detector_noise``). The loss is the
distance between true and told directions, and for each bone's error along the view its likelihood. Takes about
a quarter of an hour on one core.
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from manekko.arrays import Array, Float
from manekko.bench.detector_noise import read_errors
from manekko.bench.prior_bodies import Batch, captured_bodies, drawn_batch
from manekko.lift.second_prior import BONES, POINTS, STEPS, WEIGHTS, evened, packed

UNITS, FRAME_UNITS, LAYERS = 256, 96, 2
_WINDOWS, _RATE, _WARM_UP, _DECAY = 320, 2e-3, 200, 0.01
_MOMENTS = (0.9, 0.999)
_SOFT, _LIKELIHOOD = 0.01, 0.05
_FIRST_SIGMA = np.log(0.3)

Net = dict[str, Array]


def first_net(rng: np.random.Generator) -> Net:
    """Return a net that knows nothing yet."""
    inputs = 3 * len(POINTS)

    def matrix(rows: int, columns: int, share: float = 1.0) -> Array:
        return (rng.uniform(-1.0, 1.0, (rows, columns)) * share / np.sqrt(rows)).astype(np.float32)

    net: Net = {"frame": matrix(inputs, FRAME_UNITS), "window": matrix(FRAME_UNITS * len(STEPS), UNITS)}
    for layer in range(LAYERS):
        net |= {f"inner{layer}": matrix(UNITS, UNITS), f"outer{layer}": matrix(UNITS, UNITS)}
        net |= {f"shift{layer}": np.zeros(UNITS, np.float32)}
    net["bones"] = matrix(UNITS, 4 * len(BONES), 0.1)
    shift = np.zeros((len(BONES), 4), np.float32)
    shift[:, 3] = _FIRST_SIGMA
    shifts = {"frame_shift": np.zeros(FRAME_UNITS, np.float32), "window_shift": np.zeros(UNITS, np.float32)}
    return net | shifts | {"bones_shift": shift.ravel()}


def loss_and_slopes(net: Net, batch: Batch) -> tuple[float, Net]:
    """Return the mean distance between directions told and true, and the slopes of the whole loss."""
    count, steps = batch.flat_m.shape[:2]
    inputs = np.concatenate([batch.flat_m.reshape(count * steps, -1), batch.confidences.reshape(count * steps, -1)], 1)
    inputs = inputs.astype(np.float32)
    frame = np.maximum(inputs @ net["frame"] + net["frame_shift"], 0.0)
    row = frame.reshape(count, -1)
    hidden = [np.maximum(row @ net["window"] + net["window_shift"], 0.0)]
    inner = []
    for layer in range(LAYERS):
        inner.append(np.maximum(evened(hidden[-1]) @ net[f"inner{layer}"] + net[f"shift{layer}"], 0.0))
        hidden.append(hidden[-1] + inner[-1] @ net[f"outer{layer}"])
    told = evened(hidden[-1]) @ net["bones"] + net["bones_shift"]
    distance, slope = _of_directions(told.reshape(count, len(BONES), 4), batch.directions)
    slope = slope.reshape(count, -1).astype(np.float32)
    slopes = {"bones": evened(hidden[-1]).T @ slope, "bones_shift": slope.sum(0)}
    back = _through_evened(hidden[-1], slope @ net["bones"].T)
    for layer in reversed(range(LAYERS)):
        slopes[f"outer{layer}"] = inner[layer].T @ back
        within = (back @ net[f"outer{layer}"].T) * (inner[layer] > 0.0)
        slopes[f"inner{layer}"] = evened(hidden[layer]).T @ within
        slopes[f"shift{layer}"] = within.sum(0)
        back = back + _through_evened(hidden[layer], within @ net[f"inner{layer}"].T)
    back = back * (hidden[0] > 0.0)
    slopes |= {"window": row.T @ back, "window_shift": back.sum(0)}
    back = (back @ net["window"].T).reshape(count * steps, -1) * (frame > 0.0)
    return distance, slopes | {"frame": inputs.T @ back, "frame_shift": back.sum(0)}


def _of_directions(
    told: Float[Array, "window bone 4"], true: Float[Array, "window bone 3"]
) -> tuple[float, Float[Array, "window bone 4"]]:
    """Return the mean distance, and the slopes; the error's own estimate does not move the directions."""
    away = told[..., :3] - true
    distance = np.sqrt((away**2).sum(-1) + _SOFT)
    log_sigma = np.clip(told[..., 3], -4.0, 1.0)
    of_sigma = _LIKELIHOOD * (1.0 - away[..., 2] ** 2 * np.exp(-2.0 * log_sigma))
    slopes = np.concatenate([away / distance[..., None], of_sigma[..., None]], axis=-1) / distance.size
    return float(distance.mean()), slopes


def _through_evened(values: Float[Array, "window unit"], slope: Float[Array, "window unit"]) -> Array:
    """Return the slopes before ``evened`` from those behind it."""
    away = values - values.mean(-1, keepdims=True)
    spread = np.sqrt((away**2).mean(-1, keepdims=True) + 1e-5)
    even = away / spread
    return (slope - slope.mean(-1, keepdims=True) - even * (slope * even).mean(-1, keepdims=True)) / spread


def trained(draw: Callable[[], Batch], net: Net, *, rounds: int, told: Callable[[int, float], None]) -> Net:
    """Return the net after ``rounds`` steps of Adam with decaying weights (Loshchilov & Hutter 2019).

    Args:
        draw: gives a new batch each time.
        net: to begin with; left as it is.
        rounds: how many steps; the rate falls to nothing along half a cosine.
        told: is told the number of steps done and their mean distance, now and then.
    """
    net = {name: values.copy() for name, values in net.items()}
    first = {name: np.zeros_like(values) for name, values in net.items()}
    second = {name: np.zeros_like(values) for name, values in net.items()}
    distances: list[float] = []
    for number in range(1, rounds + 1):
        distance, slopes = loss_and_slopes(net, draw())
        distances.append(distance)
        size = np.sqrt(sum(float((slope**2).sum()) for slope in slopes.values()))
        rate = _RATE * min(1.0, number / _WARM_UP) * 0.5 * (1.0 + np.cos(np.pi * number / rounds))
        for name, slope in slopes.items():
            slope = slope / max(size, 1.0)
            first[name] += (1.0 - _MOMENTS[0]) * (slope - first[name])
            second[name] += (1.0 - _MOMENTS[1]) * (slope**2 - second[name])
            mean = first[name] / (1.0 - _MOMENTS[0] ** number)
            spread = np.sqrt(second[name] / (1.0 - _MOMENTS[1] ** number)) + 1e-8
            net[name] -= (rate * (mean / spread + _DECAY * net[name])).astype(np.float32)
        if number % 250 == 0 or number == rounds:
            told(number, float(np.mean(distances[-250:])))
    return net


def main() -> None:
    """Train and write the weights."""
    parser = argparse.ArgumentParser(prog="python -m manekko.bench.prior_training", description=__doc__)
    default = Path(__file__).parents[1] / "lift" / WEIGHTS
    parser.add_argument("--out", type=Path, default=default, help="file for the weights; by default the package's own")
    parser.add_argument("errors", type=Path, help="file that `python -m manekko.bench.detector_noise --out` wrote")
    parser.add_argument("--rounds", type=int, default=9000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    errors, bodies, begun = read_errors(given.errors), captured_bodies(), time.monotonic()
    net = trained(
        lambda: drawn_batch(rng, bodies, errors, _WINDOWS),
        first_net(rng),
        rounds=given.rounds,
        told=lambda number, far: print(f"{number} {time.monotonic() - begun:.0f} s {far:.4f}", flush=True),
    )
    stored: dict[str, Any] = packed(net)
    np.savez_compressed(given.out, **stored)


if __name__ == "__main__":
    main()
