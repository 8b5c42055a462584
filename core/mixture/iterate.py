"""Plain EM for whoever wants to watch it pass by pass."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from core.data.rows import rows_of
from core.data.source import as_source
from core.errors import ChoiceError, FitError
from core.mixture.em.constants import FLOOR
from core.mixture.em.e_step import over_all
from core.mixture.em.m_step import MStep
from core.mixture.em.passes import passes
from core.mixture.family import Family
from core.mixture.family import family as named
from core.mixture.model import Mixture
from core.mixture.observed import Observed


def iterate(family: Family, mixture: Mixture, rows: npt.ArrayLike) -> Iterator[tuple[Mixture, float]]:
    """Each mixture of plain EM with its log-likelihood, for ever.

    rows are anything that `fit` takes, or a list of blocks of rows. Raises DegenerateError when a component loses its
    rows or its variance in some direction falls under the numerical floor, a 1e-10th of the columns' own.
    """
    source, family = rows_of(as_source(rows)), named(family)
    if not isinstance(mixture, Mixture) or mixture.features != source.d:
        raise ChoiceError(f"EM begins at a mixture of as many columns as the rows have, {source.d}.")
    with np.errstate(over="ignore", invalid="ignore"):
        variances = Observed.of(source).variances
    if not np.isfinite(variances).all():
        raise FitError("The numbers are too large to compute with.", remedy="Divide the columns by a power of ten.")
    m_step = MStep(family, FLOOR * variances)
    for now, found in passes(over_all(source, family.is_diagonal), m_step, mixture):
        yield now, found.log_likelihood
