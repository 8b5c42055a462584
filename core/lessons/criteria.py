"""BIC and AIC by their parts, what more rows do to them, and a Bayesian mixture whose weights die out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ..analysis.selection.board import Board, Search
from ..analysis.selection.sweep import sweep
from ..arrays import Array, read_only
from ..errors import FitError
from ..kmeans import k_means
from ..mixture.bayes.posterior import DirichletProcess
from ..mixture.bayes.variational import LEAST_ROWS, BayesPlan, bayes
from ..mixture.family import family
from .toys import toy

MOST = 8  # groups that are tried
STARTS = 8  # of each, more than a sweep takes for its best: here every K is shown
SIZES = (50, 100, 200, 500, 1_000, 2_000)  # rows, to see what more of them do
BEGINS = 10  # components of the Bayesian mixture
PASSES = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377)


@dataclass(frozen=True, eq=False)
class Criteria:
    """The free mixture for every K, and what BIC and AIC are made of."""

    rows: int
    board: Board

    @cached_property
    def frame(self) -> pd.DataFrame:
        """A row per K: components, parameters, misfit (-2 log-likelihood), bic_penalty, aic_penalty, bic, aic."""
        fits = [cell.fit for cell in self.board.cells if cell.fit is not None and cell.fit.admissible]
        found = pd.DataFrame(
            {
                "components": [each.components for each in fits],
                "parameters": [each.n_parameters for each in fits],
                "misfit": [-2 * each.log_likelihood for each in fits],
            }
        )
        found["bic_penalty"] = found["parameters"] * np.log(self.rows)
        found["aic_penalty"] = 2.0 * found["parameters"]
        return found.assign(bic=found["misfit"] + found["bic_penalty"], aic=found["misfit"] + found["aic_penalty"])

    @property
    def by_bic(self) -> int:
        """K at which BIC turns."""
        return self._least("bic")

    @property
    def by_aic(self) -> int:
        """K at which AIC turns."""
        return self._least("aic")

    def _least(self, criterion: str) -> int:
        return int(self.frame["components"].to_numpy()[self.frame[criterion].to_numpy().argmin()])


def criteria(points: Array, most: int = MOST) -> Criteria:
    """BIC (Schwarz 1978) and AIC (Akaike 1974) of the free mixture on (n, d) points, for K = 1, 2, ...

    Raises FitError if no number of groups has an optimum.
    """
    search = Search(families=(family("VVV"),), components=tuple(range(1, most + 1)), restarts=STARTS)
    found = Criteria(len(points), sweep(points, search))
    if found.frame.empty:
        raise FitError("No number of groups has a good fit here.", remedy="Take more points.")
    return found


def with_more_rows(key: str, sizes: Sequence[int] = SIZES, seed: int = 0) -> Iterator[Criteria]:
    """The same on more and more points of one toy set."""
    for rows in sizes:
        yield criteria(toy(key, rows, seed).points)


@dataclass(frozen=True, eq=False)
class DyingOut:
    """The expected weights of a Bayesian mixture as its passes go by."""

    passes: tuple[int, ...]
    weights: Array  # (passes, K)
    effective: int  # components that hold a row's worth of weight at the end


def dying_out(points: Array, concentration: float, seed: int = 0) -> DyingOut:
    """Variational EM on (n, d) points from K-Means' clusters, looked at after some numbers of passes."""
    start = np.eye(BEGINS)[k_means(points, BEGINS, seed=seed).labels]
    runs = [
        bayes(
            points,
            BayesPlan(components=BEGINS, weights=DirichletProcess(concentration), max_iterations=passes),
            responsibilities=start,
        )
        for passes in PASSES
    ]
    effective = int((runs[-1].counts >= LEAST_ROWS).sum())
    return DyingOut(PASSES, read_only(np.stack([each.weights for each in runs])), effective)
