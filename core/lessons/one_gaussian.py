"""One Gaussian: a bell over the plane by its five numbers, and what it says of a point."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import chdtr, chdtrc

from ..arrays import Array
from ..errors import FitError
from ..mixture.family import family
from ..mixture.fit import fit
from ..mixture.model import Mixture
from ..mixture.plan import Plan

SIGMAS = (1, 2, 3)
FEWEST = 4  # points that one bell is fitted to: three always lie on an ellipse of their own


@dataclass(frozen=True)
class Spot:
    """What a bell says of one point."""

    density: float  # per unit of both axes
    score: float  # -log density
    distance: float  # Mahalanobis, in standard deviations along the way to the point
    beyond: float  # the share of rows that lie as far out or farther


@dataclass(frozen=True)
class Bell:
    """A Gaussian in the plane."""

    mean: tuple[float, float]
    spreads: tuple[float, float]  # standard deviations
    correlation: float  # between -1 and 1, both excluded

    @cached_property
    def mixture(self) -> Mixture:
        """The same as a mixture of one component."""
        (a, b), r = self.spreads, self.correlation
        covariance = np.array([[a * a, r * a * b], [r * a * b, b * b]])
        return Mixture(np.ones(1), np.array([self.mean]), covariance[None])

    def at(self, point: tuple[float, float]) -> Spot:
        """What it says of a point."""
        log_density = float(self.mixture.log_density(np.array([point]))[0])
        white = self.mixture.whitening[0] @ (np.array(point) - self.mixture.means[0])
        squared = float(white @ white)
        return Spot(float(np.exp(log_density)), -log_density, squared**0.5, float(chdtrc(2, squared)))


def within(sigma: float, features: int = 2) -> float:
    """The share of rows within so many standard deviations, by the chi-square distribution of squared distances."""
    return float(chdtr(features, sigma**2))


def some_points() -> pd.DataFrame:
    """A few points to begin with."""
    return pd.DataFrame({"x": [-2.0, -1.0, 0.5, 1.0, 2.5, 3.0], "y": [-1.5, 0.0, 0.2, 1.4, 1.0, 2.6]})


def points_of(typed: pd.DataFrame) -> Array:
    """(n, 2) the points of a table, those that are not whole left out."""
    return typed.dropna().to_numpy(dtype=np.float64).reshape(-1, 2)


def bell_of(points: npt.ArrayLike) -> Bell:
    """The bell under which (n, 2) points are likeliest. Raises FitError for too few, or for points on a line."""
    rows = np.asarray(points, dtype=np.float64)
    if len(rows) < FEWEST:
        raise FitError("A bell needs points to be fitted to.", f"There are {len(rows)}.", f"Add {FEWEST} or more.")
    if np.linalg.matrix_rank(rows - rows.mean(axis=0)) < rows.shape[1]:
        raise FitError("The points lie on a line.", "A bell has some spread in every direction.", "Move one off it.")
    found = fit(rows, Plan(family=family("VVV"), components=1)).mixture
    sd = np.sqrt(np.diagonal(found.covariances[0]))
    (x, y), (a, b) = found.means[0].tolist(), sd.tolist()
    return Bell((x, y), (a, b), float(found.covariances[0, 0, 1] / (a * b)))
