"""Linear systems whose unknowns touch only their neighbours in time: one block a frame, two blocks to either side."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_solve_banded, cholesky_banded

from manekko.arrays import Array, Float


@dataclass(frozen=True)
class Normal:
    """Normal equations of a least-squares problem over a clip; arrays are added to in place."""

    diagonal: Float[Array, "frame n n"]
    next: Float[Array, "frame n n"]
    """``next[t]`` couples frame t (rows) to t + 1 (columns); the last is unused."""
    after_next: Float[Array, "frame n n"]
    """``after_next[t]`` couples frame t (rows) to t + 2 (columns); the last two are unused."""
    pull: Float[Array, "frame n"]
    """Minus half the gradient."""

    @staticmethod
    def zeros(frames: int, n: int) -> "Normal":
        """Return the equations of no term at all."""
        diagonal, after, later = (np.zeros((frames, n, n)) for _ in range(3))
        return Normal(diagonal, after, later, np.zeros((frames, n)))

    def step(self, damping: Float[Array, " n"]) -> Float[Array, "frame n"]:
        """Solve for the step, the diagonal raised by ``damping`` (Levenberg–Marquardt).

        Raises:
            numpy.linalg.LinAlgError: when the equations are not positive definite.
        """
        bands = self._bands(damping)
        factor = cholesky_banded(bands, lower=True, overwrite_ab=True, check_finite=False)
        return cho_solve_banded((factor, True), self.pull.reshape(-1), check_finite=False).reshape(self.pull.shape)

    def _bands(self, damping: Array) -> Float[Array, "band unknown"]:
        """Lower bands: row d holds the entries d below the diagonal."""
        frames, n = self.pull.shape
        bands = np.zeros((3 * n, frames, n))
        rows, columns = np.tril_indices(n)
        bands[rows - columns, :, columns] = self.diagonal[:, rows, columns].T
        bands[0] += damping
        i, j = np.indices((n, n)).reshape(2, -1)
        for distance, blocks in ((1, self.next), (2, self.after_next)):
            if frames > distance:
                # Entry (row i of frame t + distance, column j of frame t) of a symmetric matrix.
                bands[distance * n + i - j, :-distance, j] = blocks[:-distance, j, i].T
        return bands.reshape(3 * n, frames * n)
