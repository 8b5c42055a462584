"""When to stop, how a run ended, and what counts as a sound optimum."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from ...arrays import Array
from ..family import Family
from .constants import BLURRED, ROUNDING, SPIKE


class Outcome(Enum):
    """How a fit ended; the value is the sentence for the user.

    Examples:
        >>> core.fit([[0.0], [1.0], [5.0]]).outcome.name
        'CONVERGED'
        >>> print(core.Outcome.CONVERGED.value)
        The fit settled: another pass would change nothing that matters.
    """

    CONVERGED = "The fit settled: another pass would change nothing that matters."
    ITERATION_LIMIT = "The fit was still improving when it reached its limit of passes."
    CANCELLED = "The fit was cancelled; this is how far it came."
    COLLAPSED = "A group closed in on a line or a point, or lost all its rows, so the fit stopped there."
    FELL = "A pass lowered the likelihood, which none should, so the fit stopped before it."


class Objection(Enum):
    """Why an optimum is not to be trusted; the value is the sentence for the user.

    Examples:
        >>> [each.name for each in core.fit([[0.0], [0.1], [0.2], [5.0]], components=2).objections]
        ['SPIKE', 'FEW_ROWS']
    """

    SPIKE = "A group lies on a line or a point, so its density is without bound."
    FEW_ROWS = "A group has fewer rows than its own shape needs."
    HANDFUL = "A group has only a handful of rows; they are rather odd rows than a group."
    SCATTERED = "A small group is far wider than the others; its rows are rather scattered odd rows than a group."
    OVERFULL = "It has too many numbers to estimate for so few rows."
    FELL = "A pass lowered the likelihood, which none should, so this end is not to be trusted."
    COLLINEAR = "Some columns are exact combinations of others, or there are no more rows than columns."


@dataclass(frozen=True)
class Stopping:
    """Stop when a pass changes the log-likelihood by less than tolerance * (1 + |log-likelihood|)."""

    tolerance: float

    def settled(self, before: float, after: float) -> bool:
        """Whether the log-likelihoods of two passes in a row differ by too little to go on."""
        return abs(after - before) <= self.tolerance * (1 + abs(after))


def is_lower(after: float, before: float, share: float = ROUNDING) -> bool:
    """Whether a log-likelihood is under another by more than a share of it, or no number."""
    return not after >= before - share * (1 + abs(before))


def is_blurred(after: float, before: float) -> bool:
    """Whether rounding explains a fall: then no pass can tell better from worse, and EM has settled."""
    return not is_lower(after, before, BLURRED)


def flattest(deviations: Array) -> Array:
    """(d,) variances along the columns: a covariance without a spike is wider in every direction."""
    return SPIKE * deviations**2


def is_flatter(covariances: Array, flattest: Array) -> bool:
    """Whether one of (K, d, d) covariances is not wider in every direction than one of (d,) variances."""
    try:
        np.linalg.cholesky(covariances - np.diag(flattest))
    except np.linalg.LinAlgError:  # what is left is not positive definite
        return True
    return False


def has_few_rows(family: Family, components: int, features: int, least_weight: float) -> bool:
    """Whether the smallest of several components has fewer rows than its own parameters need.

    A small component is no spike where nothing is its own: mclust's best on swiss has one of 3 rows at d = 6.
    """
    return components > 1 and least_weight < family.minimum_rows(features) - 1e-9
