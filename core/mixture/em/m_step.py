"""EM for Gaussian mixtures, as the textbook has it (Dempster, Laird and Rubin 1977; McLachlan and Peel 2000, ch. 3).

The E-step turns rows into Moments, the M-step turns Moments into a Mixture, and `passes` alternates for ever; the
caller decides when to stop. Moments of blocks add, so the rows may lie anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import reduce
from operator import add

import numpy as np
from scipy.special import logsumexp

from core.arrays import Array
from core.data.source import Source
from core.errors import ChoiceError, DegenerateError
from core.mixture.em.covariance import TO_THE_END, Sweeps, estimate
from core.mixture.family import Family
from core.mixture.family import family as named
from core.mixture.model import Mixture
from core.mixture.moments import Moments, moments

TINY = 1e-14  # share of the rows under which a component is taken to be lost

NUMERICAL_FLOOR = 1e-10  # variance along a direction, in units of the columns' variances, at which EM ends

EStep = Callable[[Mixture, Array, Array | None], Moments]
Estimator = Callable[[Family, Array, Array, Array | None, Sweeps], Array]


def e_step(mixture: Mixture, values: Array, weights: Array | None = None) -> Moments:
    """Moments of (n, d) values under the responsibilities that the mixture gives them."""
    joint = mixture.log_joint(values)
    log_density = logsumexp(joint, axis=1)
    # A row of density zero belongs to no component.
    responsibilities = np.exp(joint - np.where(np.isneginf(log_density), 0.0, log_density)[:, None])
    rows = np.ones(len(values)) if weights is None else weights
    found = replace(moments(values, responsibilities, rows), log_likelihood=float(rows @ log_density))
    return found.noise_last() if mixture.noise else found


def m_step(
    family: Family,
    found: Moments,
    previous: Mixture | None = None,
    floor: Array | None = None,
    sweeps: Sweeps = TO_THE_END,
    estimator: Estimator = estimate,
) -> Mixture:
    """The mixture of a family that maximises the expected log-likelihood of some Moments.

    previous warm-starts families with inner iterations and hands on the noise component's box; an estimator has the
    arguments of `estimate`. Raises DegenerateError if a component has no rows, or a direction in which its variance is
    under that of floor (d,).
    """
    family = named(family)
    if not isinstance(found, Moments):
        raise ChoiceError("An M-step takes moments.", remedy="Make them with core.moments.")
    check_rows(found)
    try:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            warm = None if previous is None else previous.covariances
            covariances = estimator(family, found.weight, found.scatter, warm, sweeps)
            stands = _stands(covariances, floor)
    except np.linalg.LinAlgError:
        stands = False
    if not stands:
        raise DegenerateError("A group is squeezed flat onto a line or a point.", remedy="Try fewer groups or columns.")
    noise = previous.noise if previous else None
    if noise is not None:
        noise = replace(noise, weight=found.noise_weight / found.rows)
    return Mixture(found.weight / found.rows, found.mean, covariances, noise)


def check_rows(found: Moments) -> None:
    """Raise DegenerateError if a component has lost its rows."""
    if found.weight.min() <= TINY * found.rows:
        raise DegenerateError("A group has lost all its rows.", remedy="Try fewer groups.")


def _stands(covariances: Array, floor: Array | None) -> bool:
    """Whether no (K, d, d) covariance is flatter than the floor (d,) in any direction."""
    if floor is not None:
        roots = np.sqrt(floor)
        covariances = covariances / np.outer(roots, roots)
    if not np.isfinite(covariances).all():
        return False
    return bool(np.linalg.eigvalsh(covariances).min() > (0.0 if floor is None else 1.0))


def passes(
    family: Family,
    mixture: Mixture,
    source: Source,
    step: EStep = e_step,
    floor: Array | None = None,
    sweeps: Sweeps = TO_THE_END,
) -> Iterator[tuple[Mixture, Moments]]:
    """Each mixture of plain EM with the Moments of all rows under it, for ever."""
    while True:
        found = reduce(add, (step(mixture, values, weights) for values, weights in source.blocks()))
        yield mixture, found
        mixture = m_step(family, found, mixture, floor, sweeps)
