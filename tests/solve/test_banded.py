import numpy as np
import pytest

from manekko.solve.banded import Normal
from tests.solve.scenes import dense


@pytest.mark.parametrize("frames", [1, 2, 3, 8])
def test_a_step_is_that_of_the_whole_matrix(frames: int):
    rng, n = np.random.default_rng(frames), 3
    rows = np.zeros((5 * frames, frames, n))
    for row, first in enumerate(np.repeat(np.arange(frames), 5)):
        rows[row, first : first + 3] = rng.normal(size=rows[row, first : first + 3].shape)
    whole = np.einsum("rfi,rgj->figj", rows, rows)
    normal = Normal.zeros(frames, n)
    for distance, blocks in enumerate((normal.diagonal, normal.next, normal.after_next)):
        for frame in range(frames - distance):
            blocks[frame] = whole[frame, :, frame + distance]
    normal.pull[:] = rng.normal(size=(frames, n))
    damping = rng.uniform(0.1, 1.0, n)
    flat = whole.reshape(frames * n, -1)
    np.testing.assert_allclose(dense(normal), flat)
    expected = np.linalg.solve(flat + np.diag(np.tile(damping, frames)), normal.pull.ravel())
    np.testing.assert_allclose(normal.step(damping).ravel(), expected, atol=1e-9)


def test_blocks_beyond_the_last_frame_are_not_read():
    rng = np.random.default_rng(0)
    normal = Normal.zeros(4, 2)
    normal.diagonal[:] = np.eye(2)
    normal.pull[:] = rng.normal(size=(4, 2))
    normal.next[-1:] = normal.after_next[-2:] = 1e6
    np.testing.assert_allclose(normal.step(np.ones(2)), normal.pull / 2.0)
