"""The anomaly score as a landscape: where a line lies, and why neither the units nor a fixed number can draw it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from ..analysis.anomaly.odd_rows import Anomalies, Scored, flag, scored
from ..analysis.anomaly.policies import ExpectedFalseAlarms
from ..analysis.anomaly.scorers import InSample
from ..analysis.density.geometry import Plane
from ..analysis.density.marginal import MASSES, DensityRegions, regions_above
from ..arrays import Array
from ..kmeans import k_means
from ..mixture.em.constants import LOG_2PI
from ..mixture.family import family
from ..mixture.fit import Fit, fit
from ..mixture.model import Mixture
from ..mixture.plan import Plan

PLANE = Plane((0, 1), 2)
DIMENSIONS = (1, 2, 5, 10, 20, 50)
USUAL = (0.05, 0.5, 0.95)  # quantiles between which most rows lie
DRAWS = 4_000  # rows from which those are known


@dataclass(frozen=True, eq=False)
class Landscape:
    """A fit to rows in the plane, and their scores under it."""

    rows: Array  # (n, 2)
    fit: Fit
    scored: Scored

    def flagged_at(self, rate: float) -> Anomalies:
        """The rows beyond the line that a share `rate` of rows drawn from the fit would pass."""
        return flag(self.scored, ExpectedFalseAlarms(rate * len(self.rows)))

    def regions(self, rate: float) -> DensityRegions:
        """Where half, four fifths and 95 % of rows lie, and last all but the share `rate`, whose border is the line."""
        masses = tuple(sorted({*(mass for mass in MASSES if mass < 1 - rate), 1 - rate}))
        heights = np.array([-self.flagged_at(1 - mass).threshold for mass in masses])
        return regions_above(self.fit.mixture, PLANE, self.rows, heights, masses)


def landscape(rows: Array, components: int, seed: int = 0) -> Landscape:
    """The free mixture of so many components on (n, 2) rows, and their scores."""
    fitted = fit(rows, Plan(family=family("VVV"), components=components, seed=seed))
    return Landscape(rows, fitted, scored(fitted, rows, scoring=InSample(), seed=seed))


@dataclass(frozen=True)
class Rescaled:
    """What becomes of odd rows when x is measured in another unit."""

    shift: float  # by which every score rises
    odd: int  # rows that were odd
    still_odd: int  # of those, rows among as many with the highest scores
    nearest_kept: int  # of as many rows far from K-Means' centres, those that still are


def rescaled(found: Landscape, odd: Anomalies, factor: float, seed: int = 0) -> Rescaled:
    """The same rows with x times a factor: by the fit's score, and by the distance to K-Means' nearest centre."""
    scale = np.array([factor, 1.0])
    mixture = found.fit.mixture.affine(np.zeros(2), scale)
    again = -mixture.log_density(found.rows * scale)
    most = len(odd.ranking)
    K = found.fit.components
    before, after = (far_from_centres(rows, K, seed) for rows in (found.rows, found.rows * scale))
    return Rescaled(
        float(np.mean(again - odd.score)),
        most,
        len(np.intersect1d(_top(again, most), odd.ranking)),
        len(np.intersect1d(_top(before, most), _top(after, most))),
    )


def far_from_centres(rows: Array, components: int, seed: int = 0) -> Array:
    """(n,) distance of each row to the nearest of K-Means' centres."""
    parts = k_means(rows, components, seed=seed)
    return np.asarray(np.linalg.norm(rows - parts.centers[parts.labels], axis=1))


def _top(scores: Array, most: int) -> npt.NDArray[np.intp]:
    return np.argsort(-scores, kind="stable")[:most]


@dataclass(frozen=True)
class Usual:
    """Scores of rows that are nothing but usual, drawn from one Gaussian of unit spreads in d columns."""

    features: int
    low: float  # quantiles of simulated scores
    middle: float
    high: float

    @cached_property
    def least(self) -> float:
        """The score at the mean, which no row can undercut."""
        return self.features * LOG_2PI / 2

    def chance(self, score: float) -> float:
        """The share of rows with that score or a higher one, by the chi-square distribution of squared distances."""
        return float(chdtrc(self.features, max(2 * (score - self.least), 0.0)))


def usual_scores(features: Sequence[int] = DIMENSIONS, seed: int = 0) -> tuple[Usual, ...]:
    """Scores of usual rows, by the number of columns."""
    found = []
    for d in features:
        bell = Mixture(np.ones(1), np.zeros((1, d)), np.eye(d)[None])
        scores = -bell.log_density(bell.sample(DRAWS, np.random.default_rng([seed, d])))
        found.append(Usual(d, *np.quantile(scores, USUAL).tolist()))
    return tuple(found)
