"""Density: one column of a mixture as a distribution in raw units, and the regions that hold most of two columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from ...arrays import Array, read_only
from ...data.prepare import Matrix, Transform
from ...errors import ChoiceError
from ...mixture.model import Mixture
from ...numbers import count, share
from .geometry import Plane, box, density_curves, peaks

MASSES = (0.5, 0.8, 0.95)
REGION_DRAWS = 20_000  # rows drawn to find the height that encloses a mass: its share is then known to 0.4 %
NO_MASS = 1e-6
MOST_NAMED = 3  # columns in a sentence
# Standard normal abscissas and weights of the trapezoidal rule, which is exact to rounding for smooth functions.
_NODES = np.linspace(-10.0, 10.0, 2_001)
_MASS = np.exp(-(_NODES**2) / 2) / np.exp(-(_NODES**2) / 2).sum()


@dataclass(frozen=True)
class Marginal:
    """One column's distribution under a mixture, noise left out, in raw units."""

    mixture: Mixture  # of this column alone, in fitted units
    transform: Transform
    column: int  # its position among the d columns of the transform

    @cached_property
    def deviations(self) -> Array:
        """(K,) standard deviations in fitted units."""
        return read_only(np.sqrt(self.mixture.covariances[:, 0, 0]))

    def raw(self, fitted: npt.ArrayLike) -> Array:
        """(m,) raw units of (m,) fitted values."""
        values = np.atleast_1d(np.asarray(fitted, dtype=np.float64))
        return self.transform.column_to_raw(self.column, values)

    def cdf(self, raw: npt.ArrayLike) -> Array:
        """(m,) the chance of at most each raw value; a value without a logarithm lies below all others."""
        values = np.atleast_1d(np.asarray(raw, dtype=np.float64))
        fitted = self.transform.column_forward(self.column, values)
        return self._cdf(np.where(np.isnan(fitted) & ~np.isnan(values), -np.inf, fitted))

    def density(self, raw: Array) -> Array:
        """(m,) the density per raw unit at (m,) raw values; 0 at values that the column cannot have."""
        fitted = self.transform.column_forward(self.column, raw)
        possible = np.isfinite(fitted)
        power = self.transform.powers[self.column]
        found = np.zeros(len(raw))
        log_density = self.mixture.log_density(fitted[possible][:, None])
        if power is not None:
            log_density = log_density + power.log_slope(raw[possible])
        found[possible] = np.exp(log_density) / self.transform.scales[self.column]
        return found

    def quantile(self, probability: float) -> float:
        """The raw value that a share `probability` lies below, by bracketed root finding on the exact cdf.

        Raises ChoiceError unless 0 < probability < 1. Units only stretch the axis, so the root is carried over.
        """
        if not 0 < probability < 1:
            raise ChoiceError("A quantile is asked for by a share between 0 and 1.")
        own = self.mixture.means[:, 0] + self.deviations * ndtri(probability)
        low, high = float(own.min()), float(own.max())
        if low == high:
            return float(self.raw(low)[0])
        margin = 1e-9 * (high - low)
        root = brentq(lambda at: float(self._cdf(np.array([at]))[0]) - probability, low - margin, high + margin)
        return float(self.raw(root)[0])

    @cached_property
    def mean(self) -> float:
        """The expected raw value; infinite where a transformed column has none."""
        return float(self._weights @ self._moments[0])

    @cached_property
    def sd(self) -> float:
        """The standard deviation in raw units; infinite where a transformed column has none."""
        means, variances = self._moments
        if not np.isfinite(means).all():
            return float("inf")
        return float(np.sqrt(self._weights @ (variances + (means - self.mean) ** 2)))

    @property
    def _weights(self) -> Array:
        return self.mixture.weights[self.mixture.weights > 0]

    @cached_property
    def _moments(self) -> tuple[Array, Array]:
        """Means and variances in raw units of the components with a weight, by quadrature behind a power transform."""
        some = self.mixture.weights > 0
        centres, deviations = self.mixture.means[some, 0], self.deviations[some]
        if self.transform.powers[self.column] is None:
            return self.raw(centres), (deviations * self.transform.scales[self.column]) ** 2
        moments = [
            self._moments_through(at + deviation * _NODES) for at, deviation in zip(centres, deviations, strict=True)
        ]
        means, variances = np.array(moments).T
        return means, variances

    def _moments_through(self, fitted: Array) -> tuple[float, float]:
        """Mean and variance over nodes; those beyond the transform's reach are left out if that is next to no mass."""
        raw = self.raw(fitted)
        reached = np.isfinite(raw)
        if _MASS[~reached].sum() > NO_MASS:
            return float("inf"), float("inf")
        mass = _MASS[reached] / _MASS[reached].sum()
        mean = float(raw[reached] @ mass)
        return mean, float((raw[reached] - mean) ** 2 @ mass)

    def _cdf(self, fitted: Array) -> Array:
        standard = (fitted[:, None] - self.mixture.means[:, 0]) / self.deviations
        return np.asarray(ndtr(standard) @ self.mixture.weights)


def peaks_in_words(mixture: Mixture, matrix: Matrix) -> str:
    """Which columns have several peaks under a mixture fitted to a matrix."""
    d = mixture.features
    if not d:
        return f"{count(len(matrix.categories), 'column')} of words, and none of numbers"
    several = []
    for at, name in enumerate(matrix.features):
        curves = density_curves(mixture, Plane((at, at), d, matrix.transform), matrix.values)
        if len(peaks(curves.at, curves.density)) > 1:
            several.append(name)
    if d == 1:
        return f"{matrix.features[0]} has {'several peaks' if several else 'a single peak'}"
    if not several:
        return "Every column has a single peak"
    more = " and more" if len(several) > MOST_NAMED else ""
    has = "has" if len(several) == 1 else "have"
    return f"{len(several):,} of {d:,} columns {has} several peaks: {', '.join(several[:MOST_NAMED])}{more}"


def noise_in_words(mixture: Mixture) -> str:
    """What densities and draws leave out where a mixture has noise, which has no place of its own; "" without any."""
    if not mixture.noise_weight:
        return ""
    return (
        f"Noise takes {share(mixture.noise_weight)} of the rows: scattered ones that no group claims. Curves, regions, "
        "expected values and synthetic rows are of the groups alone."
    )


def marginal(mixture: Mixture, transform: Transform, column: int, kept: tuple[int, ...] | None = None) -> Marginal:
    """The distribution of one of the transform's d columns; kept says which of them the mixture is of, if not all."""
    at = column if kept is None else kept.index(column)
    return Marginal(mixture.marginal([at]), transform, column)


@dataclass(frozen=True)
class DensityRegions:
    """Rectangles of a plane, each by the smallest of the masses whose highest-density region it lies in."""

    masses: tuple[float, ...]  # rising
    level: npt.NDArray[np.intp]  # (m,) position in masses
    left: Array  # (m,) raw units, as are the next three
    right: Array
    bottom: Array
    top: Array


def density_regions(
    mixture: Mixture, plane: Plane, rows: Array, masses: tuple[float, ...] = MASSES, cells: int = 180
) -> DensityRegions:
    """The smallest regions of two columns that hold given masses (Hyndman 1996), around (n, d) fitted rows.

    The height that encloses a mass is a quantile of the density at rows drawn from the mixture (his section 3.2).
    """
    shown = mixture.marginal(plane.columns)
    drawn = shown.sample(REGION_DRAWS, np.random.default_rng(REGION_DRAWS))
    heights = np.quantile(_log_raw_density(shown, plane, drawn), 1 - np.asarray(masses))
    return regions_above(shown, plane, rows, heights, masses, cells)


def regions_above(
    shown: Mixture, plane: Plane, rows: Array, heights: Array, masses: tuple[float, ...], cells: int = 180
) -> DensityRegions:
    """Where the density of a plane's two columns is above falling log heights, which hold rising masses."""
    low, high = box(rows[:, list(plane.columns)])
    edges = np.linspace(low, high, cells + 1)
    centre = (edges[:-1] + edges[1:]) / 2
    x, y = np.meshgrid(centre[:, 0], centre[:, 1])
    density = _log_raw_density(shown, plane, np.column_stack([x.ravel(), y.ravel()]))
    level = (density[:, None] < heights).sum(axis=1).reshape(cells, cells)
    starts = np.column_stack([np.ones(cells, dtype=bool), level[:, 1:] != level[:, :-1]])
    row, first = np.nonzero(starts)
    last = np.append(first[1:], 0)
    last[last == 0] = cells
    inside = level[row, first] < len(masses)
    row, first, last = row[inside], first[inside], last[inside]
    raw = plane.raw(edges)
    return DensityRegions(masses, level[row, first], raw[first, 0], raw[last, 0], raw[row, 1], raw[row + 1, 1])


def _log_raw_density(shown: Mixture, plane: Plane, points: Array) -> Array:
    """(m,) log density per raw unit of both columns, at (m, 2) fitted points, up to a constant."""
    log_density = shown.log_density(points)
    if plane.transform is None or plane.transform.linear:
        return log_density
    raw = plane.raw(points)
    with np.errstate(invalid="ignore"):
        for at, column in enumerate(plane.columns):
            power = plane.transform.powers[column]
            if power is not None:
                log_density = log_density + power.log_slope(raw[:, at])
    return np.where(np.isnan(log_density), -np.inf, log_density)
