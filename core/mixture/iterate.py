"""Plain EM for whoever wants to watch it pass by pass."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from core.data.patterns import has_blanks
from core.data.source import as_source
from core.mixture import missing
from core.mixture.em import m_step as em
from core.mixture.family import Family
from core.mixture.model import Mixture
from core.mixture.moments import pooled
from core.mixture.observed import Observed


def iterate(family: Family, mixture: Mixture, rows: npt.ArrayLike) -> Iterator[tuple[Mixture, float]]:
    """Each mixture of plain EM with its log-likelihood, for ever.

    rows are anything that `fit` takes, or a list of blocks of rows. Raises DegenerateError when a component loses its
    rows or its variance in some direction falls under the numerical floor, a 1e-10th of the columns' own.
    """
    source = as_source(rows)
    blanks = any(has_blanks(values) for values, _ in source.blocks())
    if blanks:
        variances = Observed.of(source).variances
    else:
        whole = pooled(source)
        variances = np.diagonal(whole.scatter[0]) / whole.weight[0]
    step = missing.e_step if blanks else em.e_step
    for now, found in em.passes(family, mixture, source, step, floor=em.NUMERICAL_FLOOR * variances):
        yield now, found.log_likelihood
