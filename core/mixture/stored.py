"""Stored: what the rows come to at the parameters that a fit holds, which are rounded to the user's units.

EM's units keep more digits than the user's: next to a mean of 1e12 nothing below 1e-4 is left. Where a density changes
by that, and where a covariance is so near singular that another order of its sums shows, EM's figures are not those
of the mixture that is handed out, which then is looked at once more.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np
from scipy.special import logsumexp

from ..data.rows import Rows, rows_of
from ..data.source import Source
from ..errors import DegenerateError
from .model import Mixture

NOTICED = 1e-10  # standard deviations by which rounding may shift a group, or share by which it may change a variance


@dataclass(frozen=True)
class Totals:
    """What weighted rows come to under a mixture."""

    weight: float  # the sum of the row weights
    log_likelihood: float
    entropy: float  # -sum of w r log r over rows and components
    log_largest: float  # sum of w log(largest r of the row)

    def __add__(self, other: Totals) -> Totals:
        """Of both sets of rows."""
        return Totals(
            self.weight + other.weight,
            self.log_likelihood + other.log_likelihood,
            self.entropy + other.entropy,
            self.log_largest + other.log_largest,
        )

    def weighing(self, rows: float) -> Totals | None:
        """Of the same rows with weights that sum to `rows`; None where there is no such number."""
        factor = rows / self.weight if self.weight > 0 else 1.0
        parts = (self.log_likelihood * factor, self.entropy * factor, self.log_largest * factor)
        return Totals(rows, *parts) if np.isfinite(parts).all() else None


def totals(mixture: Mixture, source: Source, rows: float) -> Totals | None:
    """Of all rows of a source that have a cell, their weights made to sum to `rows`; None where there is no density."""
    try:
        return reduce(add, (_of_block(mixture, block) for block in rows_of(source).blocks())).weighing(rows)
    except DegenerateError:
        return None


def _of_block(mixture: Mixture, rows: Rows) -> Totals:
    rows = rows.weighty()
    joint, w = mixture.log_joint(rows.together), rows.row_weights
    log_density = logsumexp(joint, axis=1)
    with np.errstate(invalid="ignore"):  # a row without a density makes no total
        log_shares = joint - log_density[:, None]
        each = -np.where(np.isneginf(log_shares), 0.0, np.exp(log_shares) * log_shares).sum(axis=1)
    largest = log_shares.max(axis=1)
    return Totals(float(w.sum()), float(w @ log_density), float(w @ each), float(w @ largest))


def is_rounded(mixture: Mixture) -> bool:
    """Whether rounding in the user's units changes what a density comes to by more than NOTICED."""
    eps = float(np.finfo(np.float64).eps)
    try:
        whitening = np.abs(np.linalg.inv(mixture.factors))  # its size is all that matters
    except (DegenerateError, np.linalg.LinAlgError):
        return True
    spreads = np.sqrt(np.diagonal(mixture.covariances, axis1=1, axis2=2))
    with np.errstate(over="ignore", invalid="ignore"):
        shifts = eps * (whitening @ np.abs(mixture.means)[..., None])
        shares = eps * (whitening @ spreads[..., None]) ** 2
    return not (shifts <= NOTICED).all() or not (shares <= NOTICED).all()
