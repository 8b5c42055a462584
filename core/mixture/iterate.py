"""Plain EM for whoever wants to watch it pass by pass."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from ..data.rows import rows_of
from ..data.source import as_source
from ..errors import ChoiceError, FitError
from .blas import one_thread
from .em.constants import FLOOR
from .em.e_step import over_all
from .em.m_step import MStep
from .em.passes import passes
from .family import Family
from .family import family as named
from .model import Mixture
from .observed import Observed


def iterate(family: Family, mixture: Mixture, rows: npt.ArrayLike) -> Iterator[tuple[Mixture, float]]:
    """Each mixture of plain EM with its log-likelihood, for ever.

    rows are anything that `fit` takes, or a list of blocks of rows. Raises DegenerateError when a component loses its
    rows or its variance in some direction falls under the numerical floor, a 1e-10th of the columns' own.

    Raises ChoiceError for what is no mixture of these columns, and FitError for numbers too large to compute with.

    Examples:
        >>> rows = np.array([[0.0], [1.0], [9.0], [10.0]])
        >>> begin = core.Mixture([0.5, 0.5], [[0.0], [5.0]], [[[9.0]], [[9.0]]])
        >>> passes = core.iterate("VVV", begin, rows)
        >>> (_, first), (_, second) = next(passes), next(passes)
        >>> first < second
        True
    """
    source, family = rows_of(as_source(rows)), named(family)
    if not isinstance(mixture, Mixture) or (mixture.features, mixture.levels) != (source.d, source.levels):
        raise ChoiceError(f"EM begins at a mixture of as many columns as the rows have, {source.d}.")
    with np.errstate(over="ignore", invalid="ignore"):
        variances = Observed.of(source).variances
    if not np.isfinite(variances).all():
        raise FitError("The numbers are too large to compute with.", remedy="Divide the columns by a power of ten.")
    m_step = MStep(family, FLOOR * variances)
    steps = passes(over_all(source, family.is_diagonal), m_step, mixture)
    while True:
        with one_thread():  # for each pass: between them whoever watches does what they want
            now, found = next(steps)
        yield now, found.log_likelihood
