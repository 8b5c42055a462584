"""Plain EM for whoever wants to watch it pass by pass."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from core.arrays import Array
from core.data.patterns import has_blanks
from core.data.source import Source, as_source
from core.errors import ChoiceError, FitError
from core.mixture import missing
from core.mixture.em import m_step as em
from core.mixture.family import Family
from core.mixture.family import family as named
from core.mixture.model import Mixture
from core.mixture.moments import pooled
from core.mixture.observed import Observed


def iterate(family: Family, mixture: Mixture, rows: npt.ArrayLike) -> Iterator[tuple[Mixture, float]]:
    """Each mixture of plain EM with its log-likelihood, for ever.

    rows are anything that `fit` takes, or a list of blocks of rows. Raises DegenerateError when a component loses its
    rows or its variance in some direction falls under the numerical floor, a 1e-10th of the columns' own.
    """
    source, family = as_source(rows), named(family)
    if not isinstance(mixture, Mixture) or mixture.features != source.d:
        raise ChoiceError(f"EM begins at a mixture of as many columns as the rows have, {source.d}.")
    blanks = any(has_blanks(values) for values, _ in source.blocks())
    with np.errstate(over="ignore", invalid="ignore"):
        variances = Observed.of(source).variances if blanks else _variances(source)
    if not np.isfinite(variances).all():
        raise FitError("The numbers are too large to compute with.", remedy="Divide the columns by a power of ten.")
    step = missing.e_step if blanks else em.e_step
    for now, found in em.passes(family, mixture, source, step, floor=em.NUMERICAL_FLOOR * variances):
        yield now, found.log_likelihood


def _variances(source: Source) -> Array:
    """(d,) variances of complete rows."""
    whole = pooled(source)
    return np.asarray(np.diagonal(whole.scatter[0]) / whole.weight[0])
