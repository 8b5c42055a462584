"""What a row's observed cells say of its blank ones, component by component."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ..arrays import Array, read_only
from ..data.patterns import Mask, Patterns
from ..data.source import as_rows
from ..errors import expect
from .model import Mixture
from .moments import Moments


@dataclass(frozen=True)
class Regression:
    """What the observed columns say of all columns, in each component: x is mean + slope (x_o - mean_o)."""

    slope: Array  # (K, d, o), the identity for columns that are observed
    covariance: Array  # (K, d, d) that remains, zero for columns that are observed

    @classmethod
    def of(cls, mixture: Mixture, observed: Mask) -> Regression:
        """On the columns that (d,) observed marks."""
        present, blank = np.flatnonzero(observed), np.flatnonzero(~observed)
        covariances = mixture.covariances
        slope = np.zeros((mixture.components, mixture.features, len(present)))
        slope[:, present, np.arange(len(present))] = 1.0
        remaining = np.zeros_like(covariances)
        within = covariances[:, blank[:, None], blank]
        if len(present):
            between = covariances[:, present[:, None], blank]  # (K, o, m)
            solved = np.linalg.solve(covariances[:, present[:, None], present], between)
            slope[:, blank] = solved.transpose(0, 2, 1)
            within = within - slope[:, blank] @ between
        remaining[:, blank[:, None], blank] = within
        return cls(slope, remaining)

    def completed(self, found: Moments, mixture: Mixture, observed: Mask) -> Moments:
        """Moments of the observed columns as expected moments of all columns."""
        shift = found.mean - mixture.means[:, observed]
        mean = mixture.means + (self.slope @ shift[:, :, None])[:, :, 0]
        scatter = self.slope @ found.scatter @ self.slope.transpose(0, 2, 1)
        return replace(found, mean=mean, scatter=scatter + found.weight[:, None, None] * self.covariance)


@dataclass(frozen=True)
class Filled:
    """Rows with each blank cell's expected value given the cells that its row has.

    Attributes:
        values: (n, d) rows, with an expected value in each cell that was blank.
        deviations: (n, d) conditional standard deviations of the cells; 0 where the cell was not blank.

    Examples:
        >>> mixture = core.Mixture([1.0], [[0.0, 0.0]], [[[1.0, 0.8], [0.8, 1.0]]])
        >>> core.fill(mixture, [[2.0, np.nan]]).deviations.round(2).tolist()
        [[0.0, 0.6]]
    """

    values: Array
    deviations: Array


def fill(mixture: Mixture, X: npt.ArrayLike) -> Filled:
    """Expected values of the blank numbers of (n, d + c) rows under a mixture, with their spread.

    A blank cell's distribution is a mixture of Gaussians, one for each component; a noise component has no say in it.

    Raises ChoiceError for what is no Mixture, and DataError for rows that are not of its columns.

    Examples:
        >>> mixture = core.Mixture([1.0], [[0.0, 0.0]], [[[1.0, 0.8], [0.8, 1.0]]])
        >>> core.fill(mixture, [[2.0, np.nan]]).values.round(2).tolist()
        [[2.0, 1.6]]
    """
    expect(mixture, Mixture, "A Mixture")
    rows = as_rows(X, mixture.columns)
    values, codes = rows[:, : mixture.features], rows[:, mixture.features :]
    filled, deviations = values.copy(), np.zeros_like(values)
    for chosen, observed in Patterns.of(values):
        if observed.all():
            continue
        shares, expected, spread = _conditional(mixture, values[chosen][:, observed], codes[chosen], observed)
        mean = np.einsum("nk,knm->nm", shares, expected)
        with np.errstate(over="ignore"):  # beyond all numbers away the spread is so, too
            square = np.einsum("nk,knm->nm", shares, (expected - mean) ** 2 + spread[:, None, :])
        cells = np.ix_(np.arange(len(values))[chosen], np.flatnonzero(~observed))
        filled[cells], deviations[cells] = mean, np.sqrt(square)
    return Filled(read_only(filled), read_only(deviations))


def _conditional(mixture: Mixture, rows: Array, codes: Array, observed: Mask) -> tuple[Array, Array, Array]:
    """(n, K) responsibilities, (K, n, m) expected values and (K, m) variances of the blank columns."""
    regression = Regression.of(mixture, observed)
    marginal = mixture.observed_marginal(np.append(observed, np.ones(len(mixture.chances), dtype=np.bool_)))
    shares = marginal.responsibilities(np.column_stack([rows, codes]))[:, : mixture.components]
    total = shares.sum(axis=1, keepdims=True)
    # Where noise has all of a row, components count by their weights.
    shares = np.where(total > 0, shares / np.where(total > 0, total, 1.0), mixture.weights / mixture.weights.sum())
    shift = rows[None] - mixture.means[:, None, observed]
    expected = mixture.means[:, None, ~observed] + shift @ regression.slope[:, ~observed].transpose(0, 2, 1)
    variances = np.diagonal(regression.covariance, axis1=1, axis2=2)[:, ~observed]
    return shares, expected, np.maximum(variances, 0.0)
