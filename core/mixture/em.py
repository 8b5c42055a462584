"""EM for Gaussian mixtures, as the textbook has it (Dempster, Laird and Rubin 1977; McLachlan and Peel 2000, ch. 3).

The E-step turns rows into Moments, the M-step turns Moments into a Mixture, and `iterate` alternates for ever; the
caller decides when to stop. Moments of blocks add, so the rows may lie anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from operator import add

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

from core.arrays import Array
from core.data.source import Source, as_source
from core.mixture.covariance import estimate
from core.mixture.family import Family
from core.mixture.model import Mixture, Noise
from core.mixture.moments import Moments, moments

EStep = Callable[[Mixture, Array, Array | None], Moments]


def e_step(mixture: Mixture, values: Array, weights: Array | None = None) -> Moments:
    """Moments of (n, d) values under the responsibilities that the mixture gives them."""
    joint = mixture.log_joint(values)
    log_density = logsumexp(joint, axis=1)
    responsibilities = np.exp(joint - log_density[:, None])
    rows = np.ones(len(values)) if weights is None else weights
    found = moments(values, responsibilities, rows)
    noise = float(rows @ responsibilities[:, -1]) if mixture.noise else 0.0
    gaussian = slice(mixture.components)
    return Moments(
        found.weight[gaussian],
        found.mean[gaussian],
        found.scatter[gaussian],
        float(rows @ log_density),
        found.rows,
        noise,
        found.entropy,
        found.log_largest,
    )


def m_step(
    family: Family, found: Moments, previous: Mixture | None = None, floor: Array | None = None
) -> Mixture:
    """The mixture of a family that maximises the expected log-likelihood of some Moments.

    previous warm-starts families with inner iterations and hands on the noise component's box; floor (d,) is the
    least variance allowed along each column.
    """
    floor = np.zeros(found.mean.shape[1]) if floor is None else floor
    warm = None if previous is None else previous.covariances
    covariances = estimate(family, found.weight, found.scatter, warm, floor)
    noise = previous.noise if previous else None
    if noise is not None:
        noise = Noise(found.noise_weight / found.rows, noise.log_volume)
    return Mixture(found.weight / found.rows, found.mean, covariances, noise)


def passes(
    family: Family, mixture: Mixture, source: Source, step: EStep = e_step, floor: Array | None = None
) -> Iterator[tuple[Mixture, Moments]]:
    """Each mixture of plain EM with the Moments of all rows under it, for ever."""
    while True:
        found = reduce(add, (step(mixture, values, weights) for values, weights in source.blocks()))
        yield mixture, found
        mixture = m_step(family, found, mixture, floor)


def iterate(family: Family, mixture: Mixture, rows: npt.ArrayLike) -> Iterator[tuple[Mixture, float]]:
    """Each mixture of plain EM with its log-likelihood, for ever; rows are anything that `fit` takes, or a list of them."""
    for now, found in passes(family, mixture, as_source(rows)):
        yield now, found.log_likelihood
