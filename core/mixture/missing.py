"""EM with blanks, as the textbook has it: blank cells are data that were not seen (Ghahramani and Jordan 1994).

Responsibilities come from the marginal of the columns that a row has. In the moments a blank cell counts with its
expected value given the row's other cells, component by component, and the scatter gains its conditional covariance.
These are Moments like any other, so every family, criterion and acceleration takes them. All of this holds where
cells are blank at random given the cells that are not (Little and Rubin 2002, section 6.2).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.arrays import Array, read_only
from core.data.patterns import Mask, Patterns
from core.data.source import as_rows
from core.mixture.em import m_step as em
from core.mixture.model import Mixture
from core.mixture.moments import Moments


@dataclass(frozen=True)
class Regression:
    """What the observed columns say of all columns, in each component: x is mean + slope (x_o - mean_o)."""

    slope: Array  # (K, d, o), the identity for columns that are observed
    covariance: Array  # (K, d, d) that remains, zero for columns that are observed

    @classmethod
    def of(cls, mixture: Mixture, observed: Mask) -> Regression:
        """On the columns that (d,) observed marks."""
        seen, blank = np.flatnonzero(observed), np.flatnonzero(~observed)
        covariances = mixture.covariances
        slope = np.zeros((mixture.components, mixture.features, len(seen)))
        slope[:, seen, np.arange(len(seen))] = 1.0
        remaining = np.zeros_like(covariances)
        within = covariances[:, blank[:, None], blank]
        if len(seen):
            between = covariances[:, seen[:, None], blank]  # (K, o, m)
            solved = np.linalg.solve(covariances[:, seen[:, None], seen], between)
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


def e_step(mixture: Mixture, values: Array, weights: Array | None = None) -> Moments:
    """Expected moments of (n, d) values, NaN where blank, under the responsibilities of what is observed."""
    rows = np.ones(len(values)) if weights is None else weights
    total = Moments.zero(*mixture.means.shape)
    for chosen, observed in Patterns.of(values):
        part = em.e_step(mixture.seen_in(observed), values[chosen][:, observed], rows[chosen])
        total = total + Regression.of(mixture, observed).completed(part, mixture, observed)
    return total


def first_moments(values: Array, responsibilities: Array, weights: Array | None = None) -> Moments:
    """Moments to begin with, of (n, d) values with blanks under (n, K) responsibilities, from observed cells alone.

    Means and variances are those of each component's cells in each column, and columns are taken to be unrelated. A
    column of which a component has no cells, or only equal ones, takes its mean or variance from all rows.
    """
    seen = ~np.isnan(values)
    rows = np.ones(len(values)) if weights is None else weights
    filled = np.where(seen, values, 0.0)
    everywhere = np.ones((len(values), 1))
    whole_mean, whole_variance = _cell_moments(filled, seen, everywhere * rows[:, None])
    weighted = responsibilities * rows[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean, variance = _cell_moments(filled, seen, weighted)
    mean = np.where(np.isnan(mean), whole_mean, mean)
    variance = np.where(variance > 0, variance, whole_variance)
    weight = weighted.sum(axis=0)
    scatter = weight[:, None, None] * variance[:, :, None] * np.eye(values.shape[1])
    return Moments(weight, mean, scatter, rows=float(rows.sum()))


def _cell_moments(filled: Array, seen: Mask, weighted: Array) -> tuple[Array, Array]:
    """(K, d) means and variances over the cells that are seen."""
    weight = weighted.T @ seen
    # About a common centre first, so that the sums of a large offset lose no digits.
    centre = filled.sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    mean = centre + weighted.T @ np.where(seen, filled - centre, 0.0) / weight
    squares = [w @ np.where(seen, filled - each, 0.0) ** 2 for w, each in zip(weighted.T, mean, strict=True)]
    return mean, np.stack(squares) / weight


@dataclass(frozen=True)
class Filled:
    """Rows with each blank cell's expected value given the cells that its row has."""

    values: Array  # (n, d)
    deviations: Array  # (n, d) conditional standard deviations; 0 where the cell was not blank


def fill(mixture: Mixture, X: npt.ArrayLike) -> Filled:
    """Expected values of the blank cells of (n, d) rows under a mixture, with their spread.

    A blank cell's distribution is a mixture of Gaussians, one for each component; a noise component has no say in it.
    """
    values = as_rows(X, mixture.features)
    filled, deviations = values.copy(), np.zeros_like(values)
    for chosen, observed in Patterns.of(values):
        if observed.all():
            continue
        shares, expected, spread = _conditional(mixture, values[chosen][:, observed], observed)
        mean = np.einsum("nk,knm->nm", shares, expected)
        with np.errstate(over="ignore"):  # beyond all numbers away the spread is so, too
            square = np.einsum("nk,knm->nm", shares, (expected - mean) ** 2 + spread[:, None, :])
        cells = np.ix_(np.arange(len(values))[chosen], np.flatnonzero(~observed))
        filled[cells], deviations[cells] = mean, np.sqrt(square)
    return Filled(read_only(filled), read_only(deviations))


def _conditional(mixture: Mixture, rows: Array, observed: Mask) -> tuple[Array, Array, Array]:
    """(n, K) responsibilities, (K, n, m) expected values and (K, m) variances of the blank columns."""
    regression = Regression.of(mixture, observed)
    shares = mixture.seen_in(observed).responsibilities(rows)[:, : mixture.components]
    total = shares.sum(axis=1, keepdims=True)
    # Where noise has all of a row, components count by their weights.
    shares = np.where(total > 0, shares / np.where(total > 0, total, 1.0), mixture.weights / mixture.weights.sum())
    shift = rows[None] - mixture.means[:, None, observed]
    expected = mixture.means[:, None, ~observed] + shift @ regression.slope[:, ~observed].transpose(0, 2, 1)
    variances = np.diagonal(regression.covariance, axis1=1, axis2=2)[:, ~observed]
    return shares, expected, np.maximum(variances, 0.0)
