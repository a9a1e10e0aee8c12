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
        """Lower bands: row d holds the entries d below the diagonal. In memory a column is in one piece, as solved."""
        frames, n = self.pull.shape
        columns = np.zeros((frames, n, 3 * n))
        for j in range(n):
            # Below entry j of a frame's diagonal block: the rest of its column, and those of the two blocks beneath.
            columns[:, j, : n - j] = self.diagonal[:, j:, j]
            columns[:-1, j, n - j : 2 * n - j] = self.next[:-1, j]
            columns[:-2, j, 2 * n - j : 3 * n - j] = self.after_next[:-2, j]
        columns[..., 0] += damping
        return columns.reshape(frames * n, 3 * n).T
