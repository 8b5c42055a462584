"""Fit: a fitted mixture in the user's units with its criteria, and `fit`, which makes one from a Plan."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..data.prepare import Matrix, Transform
from ..data.source import ArraySource, Source, as_numbers, as_source, levels_of
from ..errors import ChoiceError, DataError, expect_call
from ..progress import Watch, heard
from . import chances
from .blas import one_thread
from .em.e_step import Map
from .em.run import Run, converge
from .em.stopping import Objection, Outcome
from .family import Family
from .model import Mixture
from .multistart import check, given, solve
from .plan import Plan
from .problem import Problem, pose
from .stored import Totals, is_rounded, totals

SAME = 1e-9  # relative difference of two log-likelihoods that are one


@dataclass(frozen=True)
class Fit:
    """A fitted mixture in the units of the data it was given, and how it came about.

    Attributes:
        plan: the plan that it was made by.
        mixture: the fitted density; its components fall by mixing weight, unless responsibilities were given.
        log_likelihood: natural log of the likelihood of all rows, a total, at this mixture.
        n_rows: sum of the row weights, which is the n of BIC.
        entropy: -sum of r log r over rows and components, of responsibilities r; 0 where every row is sure.
        log_largest: sum over rows of log(largest responsibility).
        trace: log-likelihood, or log posterior but for a constant, as each pass of the best run saw it.
        outcome: how the best run ended.
        objections: what speaks against this optimum; () where nothing does.
        features: names of the d columns that were fitted.
        transform: the way from raw columns to the fitted ones; None where no Matrix was fitted.
        data_id: sha256 of the rows that were fitted; None where they are not in memory.
        set_aside: number of rows that are blank in all columns, to which nothing is fitted.

    Examples:
        >>> fit = core.fit(core.toy("round", rows=60).points, components=3)
        >>> fit.admissible, fit.outcome.name, fit.n_parameters
        (True, 'CONVERGED', 17)
    """

    plan: Plan
    mixture: Mixture
    log_likelihood: float
    n_rows: float
    entropy: float
    log_largest: float
    trace: tuple[float, ...]
    outcome: Outcome
    objections: tuple[Objection, ...]
    features: tuple[str, ...]
    transform: Transform | None = None
    data_id: str | None = None
    set_aside: int = 0

    @property
    def family(self) -> Family:
        """The covariance family."""
        return self.plan.family

    @property
    def components(self) -> int:
        """K."""
        return self.plan.components

    def predict(self, values: npt.ArrayLike) -> npt.NDArray[np.intp]:
        """(n,) the component of each row, as `mixture.predict`; values are those that were fitted, not raw ones."""
        return self.mixture.predict(values)

    @property
    def admissible(self) -> bool:
        """Whether nothing speaks against this optimum."""
        return not self.objections

    @property
    def n_parameters(self) -> int:
        """Free parameters; a noise component counts two (its weight and its box, as in mclust)."""
        count = self.family.n_parameters(self.components, self.mixture.features)
        count += chances.n_parameters(self.components, self.mixture.levels)
        return count + 2 * (self.mixture.noise is not None)

    @property
    def bic(self) -> float:
        """-2 log L + p log n, lower is better (Schwarz 1978)."""
        return -2 * self.log_likelihood + self.n_parameters * math.log(self.n_rows)

    @property
    def aic(self) -> float:
        """-2 log L + 2 p, lower is better (Akaike 1974)."""
        return -2 * self.log_likelihood + 2 * self.n_parameters

    @property
    def aicc(self) -> float:
        """AIC + 2 p (p + 1) / (n - p - 1), lower is better (Hurvich and Tsai 1989); infinite without rows to spare."""
        spare = self.n_rows - self.n_parameters - 1
        return self.aic + 2 * self.n_parameters * (self.n_parameters + 1) / spare if spare > 0 else math.inf

    @property
    def icl(self) -> float:
        """BIC - 2 sum of log(largest responsibility), lower is better: the form with hard assignments, as mclust's."""
        return self.bic - 2 * self.log_largest

    @property
    def icl_entropy(self) -> float:
        """BIC + 2 entropy, lower is better: the form with soft assignments (Biernacki, Celeux and Govaert 2000)."""
        return self.bic + 2 * self.entropy


@dataclass(frozen=True)
class Origin:
    """What the fitted rows were: enough to score another file, and to know the training data again."""

    features: tuple[str, ...]
    transform: Transform | None
    data_id: str | None

    @classmethod
    def of(cls, X: npt.ArrayLike | Matrix | Source) -> Origin:
        """Names from a Matrix or a DataFrame, else x1, x2, ...; the identity of anything in memory."""
        if isinstance(X, Matrix):
            return cls(X.features, X.transform, X.data_id)
        source = as_source(X)
        names = (
            [str(name) for name in X.columns] if isinstance(X, pd.DataFrame) else [f"x{j + 1}" for j in range(source.d)]
        )
        return cls(tuple(names), None, source.data_id if isinstance(source, ArraySource) else None)


def fit(
    X: npt.ArrayLike | Matrix | Source,
    plan: Plan | None = None,
    *,
    weights: npt.ArrayLike | None = None,
    responsibilities: npt.ArrayLike | None = None,
    watch: Watch | None = None,
    over: Map = map,
    **choices: Any,
) -> Fit:
    """The best admissible optimum that the plan's starts lead to.

    The plan is a Plan, or its fields as keywords: fit(X, components=3, family="VVV").

    X is an (n, d) array, a DataFrame of numbers, a Matrix or a Source; weights are (n,) row weights. Blanks
    are NaN: the fit is to the cells that are there. Responsibilities
    (n, K) start it with an M-step instead of the plan's starts, and components then keep their order. watch is told
    of every pass, and ends the fit by returning False. over maps starts, and a pass over chunks of many rows: a thread
    pool's map spreads them over the cores and changes no bit, and watch is then told from each of its threads. Raises
    DataError, ChoiceError or FitError for what cannot be fitted.

    Examples:
        >>> rows = core.toy("round", rows=60).points
        >>> fit = core.fit(rows, core.Plan(family="EII", components=3))
        >>> fit.mixture.means.shape, bool(fit.bic < core.fit(rows, components=1).bic)
        ((3, 2), True)
    """
    plan = _the_plan(plan, choices)
    expect_call(over, "What work is mapped over by")
    source = as_source(X, weights)
    problem = pose(source, plan.frequency, plan.seed)
    check(problem, plan)
    with one_thread():
        if responsibilities is None:
            run = solve(problem, plan, heard(watch), over=over)
        else:
            first = given(problem, plan, as_numbers(responsibilities, "Responsibilities"))
            run = converge(problem, plan, first, heard(watch), over)
    ordered = run.mixture.by_weight if responsibilities is None else run.mixture
    return finish(problem, plan, run, ordered, Origin.of(X))


def _the_plan(plan: Plan | None, choices: dict[str, Any]) -> Plan:
    """The plan that was given, or that of its fields. Raises ChoiceError for both, and for what is no field."""
    if plan is not None and choices:
        raise ChoiceError(
            "A plan and its fields cannot both be given.", remedy="Put the fields into the plan, or give no plan."
        )
    unknown = choices.keys() - {each.name for each in fields(Plan)}
    if unknown:
        known = ", ".join(each.name for each in fields(Plan))
        raise ChoiceError(f"A plan has no field {sorted(unknown)[0]!r}.", remedy=f"Choose among {known}.")
    if plan is not None and not isinstance(plan, Plan):
        raise ChoiceError("A fit takes a Plan.", remedy="Give core.Plan(components=3), or components=3.")
    return plan or Plan(**choices)


def finish(problem: Problem, plan: Plan, run: Run, ordered: Mixture, origin: Origin) -> Fit:
    """A run as a Fit, in the user's units; ordered is its mixture with the components in the order they are to have.

    Its trace is what EM saw, in its own units; its log-likelihood and entropies are those of the mixture that it holds,
    which differ where that is rounded.
    """
    units, found, objections = problem.units, run.found, run.objections
    jacobian = problem.log_jacobian
    mixture = ordered.affine(units.centre, np.full(len(units.centre), units.scale))
    summed = Totals(problem.rows, found.log_likelihood + jacobian, found.entropy, found.log_largest)
    if is_rounded(mixture):
        again = totals(mixture, problem.raw, problem.rows)
        if again is None and Objection.SPIKE not in objections:
            objections = (*objections, Objection.SPIKE)
        summed = again or summed
    return Fit(
        plan=plan,
        mixture=mixture,
        log_likelihood=summed.log_likelihood,
        n_rows=problem.rows,
        entropy=summed.entropy,
        log_largest=summed.log_largest,
        trace=tuple(value + jacobian for value in run.trace),
        outcome=run.outcome,
        objections=objections,
        features=origin.features,
        transform=origin.transform,
        data_id=origin.data_id,
        set_aside=problem.set_aside,
    )


def polish(
    X: npt.ArrayLike | Matrix | Source,
    fitted: Fit,
    *,
    weights: npt.ArrayLike | None = None,
    tolerance: float | None = None,
    watch: Watch | None = None,
    over: Map = map,
) -> Fit:
    """EM on all rows from where a fit ended, to the plan's tolerance or a tighter one; weights are those of `fit`.

    Where the fit was to the same rows with the same weights, its trace goes on; else it begins anew. Components whose
    weights fell go on falling by weight; others keep their order.
    """
    plan = fitted.plan if tolerance is None else replace(fitted.plan, tolerance=tolerance)
    origin = Origin.of(X)
    source = as_source(X, weights)
    if (source.d, levels_of(source)) != (fitted.mixture.features, fitted.mixture.levels):
        raise DataError(f"These rows have {source.d} columns; {fitted.mixture.features} were fitted.")
    problem = pose(source, plan.frequency, plan.seed)
    units = problem.units
    ones = np.ones(len(units.centre))
    scaled = fitted.mixture.affine(-units.centre, ones).affine(0 * ones, ones / units.scale)
    with one_thread():
        run = converge(problem, plan, scaled, heard(watch), over)
    fell = (np.diff(fitted.mixture.weights) <= 0).all()
    polished = finish(problem, plan, run, run.mixture.by_weight if fell else run.mixture, origin)
    goes_on = math.isclose(polished.trace[0], fitted.trace[-1], rel_tol=SAME, abs_tol=SAME)
    if origin.data_id is None or origin.data_id != fitted.data_id or not goes_on:
        return polished
    return replace(polished, trace=fitted.trace + polished.trace[1:])
