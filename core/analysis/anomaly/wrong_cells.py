"""Wrong cells: the fewest cells of a row without which the rest of it is usual.

With P the precision of a component and e = x - mean, blanking cell j lowers the squared distance e' P e by
(P e)_j^2 / P_jj, and leaves the precision P - P_:j P_j: / P_jj of the others (the marginal's). Cells are blanked one
after the other, each time the one that brings the rest nearest to some component, until the rest is usual there.
"""

from __future__ import annotations

import numpy as np
from scipy import stats

from ...arrays import Array
from ...mixture.model import Mixture

RARE = 0.01  # chance of rows of a component that lie as far out: a row with less needs a reason
USUAL = 0.001  # the rest of it, with more, needs none: one row of a thousand is as far out without any wrong cell


def wrong_cells(mixture: Mixture, values: Array) -> list[tuple[int, ...]]:
    """For each of (n, d) rows without blanks the cells that make it odd, the worst first.

    () for a row that lies within some component, and where no fewer than all cells would have to go.
    """
    precisions = np.einsum("kji,kjl->kil", mixture.whitening, mixture.whitening)
    chances = np.append(np.full(mixture.features, USUAL), RARE)
    limits = np.asarray(stats.chi2(np.arange(mixture.features + 1)).isf(chances))  # by how many cells are left
    return [_of_row(precisions, row - mixture.means, limits) for row in values]


def _of_row(precisions: Array, gaps: Array, limits: Array) -> tuple[int, ...]:
    """The cells to blank of a row with (K, d) gaps to the means, under (K, d, d) precisions."""
    left, out = list(range(gaps.shape[1])), list[int]()
    while left:
        pulls = np.einsum("kij,kj->ki", precisions, gaps)
        squares = (gaps * pulls).sum(axis=1)
        if squares.min() <= limits[len(left)]:
            return tuple(out)
        precise = np.diagonal(precisions, axis1=1, axis2=2)
        at = int((squares[:, None] - pulls**2 / precise).min(axis=0).argmin())
        out.append(left.pop(at))
        across = np.delete(precisions[:, at], at, axis=1)
        precisions = np.delete(np.delete(precisions, at, axis=1), at, axis=2)
        precisions = precisions - across[:, :, None] * across[:, None] / precise[:, at, None, None]
        gaps = np.delete(gaps, at, axis=1)
    return ()
