"""The Bayesian Gaussian mixture: variational EM that may leave components empty, and how many it does not.

Posteriors take the place of parameters; the E-step asks for the expected log density of a component, which is that of
an adjusted Gaussian times a constant. So it is the E-step of a mixture whose weights do not sum to 1, made by the same
kernel, and the M-step is an update from the same Moments (Attias 2000; Bishop 2006, section 10.2).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from ...arrays import Array, read_only
from ...data.source import Source, as_numbers, as_source
from ...data.transform import Matrix, Transform
from ...errors import ChoiceError, FitError, is_number
from ...progress import Watch, as_watch
from ..blas import one_thread
from ..em.drivers import Stepped
from ..em.e_step import over_all
from ..em.passes import EStep, passes
from ..em.prior import matrix_of, vector_of
from ..em.run import Running
from ..em.stopping import Outcome
from ..fit import Origin
from ..model import Mixture
from ..moments import Moments
from ..multistart import check, given_moments
from ..plan import Plan, check_components, check_passes
from ..problem import Problem, Units, pose
from ..starts.first_moments import of_shares
from ..starts.start import KMeansPlusPlus, Start, one_hot
from .posterior import DirichletProcess, LevelPosterior, NormalWishart, WeightPosterior, WeightPrior

LEAST_LOG_WEIGHT = -690.0  # beside the largest: exp of less is zero, and its log has no digits
LEAST_ROWS = 1.0  # rows' worth of weight that a component holds to count as one


@dataclass(frozen=True)
class ComponentPrior:
    """What is believed of every component beforehand, in the units of the data; None is learned from the data.

    Attributes:
        mean: (d,) mean that is expected; None is the mean of all rows.
        strength: number of rows that this mean is worth, above 0.
        dof: degrees of freedom of the Wishart distribution of the precision, above d - 1; None is d.
        scatter: (d, d) dof times the covariance that is expected; None is the covariance of all rows.
        per_level: rows that each level of a category is worth beforehand, above 0.

    Examples:
        >>> core.BayesPlan(prior=core.ComponentPrior(mean=[0, 0], strength=2.0)).prior.mean
        (0.0, 0.0)
    """

    mean: tuple[float, ...] | None = None
    strength: float = 1.0
    dof: float | None = None
    scatter: tuple[tuple[float, ...], ...] | None = None
    per_level: float = 1.0

    def __post_init__(self) -> None:
        """Take anything that numpy takes for a vector and a matrix. Raises ChoiceError."""
        object.__setattr__(self, "mean", vector_of(self.mean))
        object.__setattr__(self, "scatter", matrix_of(self.scatter))
        if self.dof is not None and not is_number(self.dof):
            raise ChoiceError("The degrees of freedom of a prior are a number.")
        if not is_number(self.strength) or not self.strength > 0:
            raise ChoiceError("The strength of a prior must be a positive number.")
        if not is_number(self.per_level) or not self.per_level > 0:
            raise ChoiceError("What a prior is worth in each level must be a positive number.")

    def learned(self, units: Units, rows: float) -> NormalWishart:
        """The prior of one component in EM's units. Raises ChoiceError where it does not fit the columns."""
        d = len(units.centre)
        mean = units.centre if self.mean is None else np.array(self.mean)
        scatter = units.covariance * rows / max(rows - 1, 1.0)
        if self.scatter is not None:
            scatter = np.array(self.scatter) / units.scale**2
        dof = float(max(d, 1) if self.dof is None else self.dof)
        if mean.shape != (d,) or scatter.shape != (d, d):
            raise ChoiceError(f"The prior is not one of {d} columns.")
        if not dof > d - 1 or np.linalg.eigvalsh(scatter).min(initial=np.inf) <= 0:
            raise ChoiceError("The prior's degrees of freedom or its scatter are too small for so many columns.")
        mean = (mean - units.centre) / units.scale
        return NormalWishart(mean[None], np.array([self.strength]), np.array([dof]), scatter[None])


@dataclass(frozen=True)
class BayesPlan:
    """Everything that decides a Bayesian mixture, beside the data.

    Attributes:
        components: most components K that it may use; those that it does not need are left empty.
        weights: prior of the mixing weights: `DirichletProcess()`, the default, or `Dirichlet()`.
        prior: prior of each component's mean and covariance, by default `ComponentPrior()`.
        start: how first groups are chosen: `KMeansPlusPlus()`, the default, or another.
        tolerance: relative change of the evidence bound at which a run has settled.
        max_iterations: most passes over the data.
        seed: seed of the start; the same seed gives the same mixture.

    Examples:
        >>> plan = core.BayesPlan(components=5, weights=core.Dirichlet())
        >>> core.bayes(core.toy("round", rows=60).points, plan).effective_components
        3
    """

    components: int = 10
    weights: WeightPrior = field(default_factory=DirichletProcess)
    prior: ComponentPrior = field(default_factory=ComponentPrior)
    start: Start = field(default_factory=KMeansPlusPlus)
    tolerance: float = 1e-8
    max_iterations: int = 2_000
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be carried out. Raises ChoiceError."""
        check_components(self.components)
        check_passes(self.max_iterations, self.tolerance, self.start, self.seed)
        if not isinstance(self.weights, WeightPrior) or not isinstance(self.prior, ComponentPrior):
            raise ChoiceError("The priors of a Bayesian mixture are one of weights and one of components.")


@dataclass(frozen=True)
class Bayes:
    """A Bayesian mixture in the units of the data it was given, and how it came about.

    Attributes:
        plan: the plan that it was made by.
        mixture: expected weights and means; covariances are the inverses of the expected precisions.
        counts: (K,) rows' worth of weight that each component holds.
        elbo: lower bound of the log evidence, in nats, at each pass.
        outcome: how it ended.
        n_rows: sum of the row weights.
        features: names of the d columns that were fitted.
        transform: the way from raw columns to the fitted ones; None where no Matrix was fitted.
        data_id: sha256 of the rows that were fitted; None where they are not in memory.

    Examples:
        >>> found = core.bayes(core.toy("round", rows=60).points, core.BayesPlan(components=4))
        >>> found.counts.round().tolist()
        [20.0, 20.0, 20.0, 0.0]
    """

    plan: BayesPlan
    mixture: Mixture
    counts: Array
    elbo: tuple[float, ...]
    outcome: Outcome
    n_rows: float
    features: tuple[str, ...]
    transform: Transform | None = None
    data_id: str | None = None

    def __post_init__(self) -> None:
        """Make the array read-only."""
        object.__setattr__(self, "counts", read_only(self.counts))

    @property
    def weights(self) -> Array:
        """(K,) expected mixing weights."""
        return self.mixture.weights

    @property
    def effective_components(self) -> int:
        """Components that hold at least one row's worth of weight."""
        return int((self.counts >= LEAST_ROWS).sum())


@dataclass(frozen=True)
class Posterior:
    """What variational EM knows at one pass."""

    weights: WeightPosterior
    components: NormalWishart
    levels: LevelPosterior

    @property
    def mixture(self) -> Mixture:
        """The mixture at the expectations."""
        numbers = self.components.mean, self.components.covariances
        return Mixture(self.weights.means, *numbers, None, self.levels.means)

    @property
    def expected(self) -> tuple[Mixture, float]:
        """A mixture whose log densities are the expected ones less a constant, and the constant."""
        logs = self.weights.expected_logs + self.components.log_shrinkage
        unnormalised = np.exp(np.maximum(logs - logs.max(), LEAST_LOG_WEIGHT))
        numbers = self.components.mean, self.components.covariances
        return Mixture(unnormalised, *numbers, None, self.levels.expected), float(logs.max())


@dataclass(frozen=True)
class Update:
    """What takes the M-step's place: from Moments to the posterior."""

    weights: WeightPrior
    components: NormalWishart
    per_level: float = 1.0  # rows in each level of a category

    def __call__(self, found: Moments, previous: Posterior | None = None) -> Posterior:
        """The posterior, whatever the one before."""
        levels = LevelPosterior.of(found.counts, self.per_level)
        return Posterior(self.weights.updated(found.weight), self.components.updated(found), levels)

    def value(self, posterior: Posterior, found: Moments) -> float:
        """The evidence bound, which never falls (Bishop 2006, eq. 10.3)."""
        of_components = posterior.components.divergence(self.components) + posterior.levels.divergence
        return found.log_likelihood - posterior.weights.divergence - of_components


def expecting(step: EStep[Mixture]) -> EStep[Posterior]:
    """The E-step under the expected log densities; its log-likelihood is the sum over rows of the log of their sum.

    Blank cells are integrated out.
    """

    def under(posterior: Posterior) -> Moments:
        mixture, constant = posterior.expected
        found = step(mixture)
        return replace(found, log_likelihood=found.log_likelihood + found.rows * constant)

    return under


def bayes(
    X: npt.ArrayLike | Matrix | Source,
    plan: BayesPlan | None = None,
    *,
    weights: npt.ArrayLike | None = None,
    responsibilities: npt.ArrayLike | None = None,
    watch: Watch | None = None,
) -> Bayes:
    """A Bayesian mixture by variational EM from one start.

    X, weights, responsibilities and watch are those of `fit`. Raises DataError, ChoiceError or FitError for what
    cannot be fitted.

    Examples:
        >>> found = core.bayes(core.toy("round", rows=60).points, core.BayesPlan(components=4))
        >>> found.effective_components, found.elbo[-1] > found.elbo[0]
        (3, True)
    """
    plan, origin = BayesPlan() if plan is None else plan, Origin.of(X)
    if not isinstance(plan, BayesPlan):
        raise ChoiceError("The plan of a Bayesian mixture is a BayesPlan.")
    problem = pose(as_source(X, weights), seed=plan.seed)
    check(problem, Plan(components=plan.components))
    if plan.prior.scatter is None and problem.units.collinear:
        raise FitError(
            "Some columns are exact combinations of others, or there are no more rows than columns.",
            remedy="Leave some columns out.",
        )
    if responsibilities is None:
        return _by_count(_run(problem, plan, _first_moments(problem, plan), origin, as_watch(watch)))
    first = given_moments(problem, Plan(components=plan.components), as_numbers(responsibilities, "Responsibilities"))
    return _run(problem, plan, first, origin, as_watch(watch))


def _first_moments(problem: Problem, plan: BayesPlan) -> Moments:
    """The moments that the plan's start gives, scaled up from the rows it looks at to all."""
    labels = plan.start.labels(problem.start, plan.components, 0, plan.seed)
    rows = problem.start_rows
    weights = rows.row_weights * (problem.rows / rows.row_weights.sum())
    found = of_shares(replace(rows, weights=weights), one_hot(labels, plan.components))
    falling = np.argsort(-found.weight, kind="stable")  # a stick is broken from its large end (Kurihara et al. 2007)
    ordered = {name: getattr(found, name)[falling] for name in ("weight", "mean", "scatter")}
    return replace(found, **ordered, counts=tuple(each[falling] for each in found.counts))


def _run(problem: Problem, plan: BayesPlan, first: Moments, origin: Origin, watch: Watch) -> Bayes:
    """Variational EM to its end."""
    update = Update(plan.weights, plan.prior.learned(problem.units, problem.rows), plan.prior.per_level)
    steps = passes(expecting(over_all(problem.source)), update, update(first))
    driver = Stepped(steps, update.value, plan.tolerance)
    running = Running(driver, plan.max_iterations)
    with one_thread():
        running.go(watch)
    assert running.outcome is not None
    posterior, found = driver.last
    known = origin.features, origin.transform, origin.data_id
    bound = tuple(running.trace)
    ended = Bayes(plan, posterior.mixture, found.weight, bound, running.outcome, problem.rows, *known)
    return _finished(problem, ended)


def _finished(problem: Problem, found: Bayes) -> Bayes:
    """From EM's units to the user's."""
    units, jacobian = problem.units, problem.log_jacobian
    return replace(
        found,
        mixture=found.mixture.affine(units.centre, np.full(len(units.centre), units.scale)),
        elbo=tuple(value + jacobian for value in found.elbo),
    )


def _by_count(found: Bayes) -> Bayes:
    """The same with its components in falling order of what they hold."""
    falling = np.argsort(-found.counts, kind="stable")
    return replace(found, mixture=found.mixture.ordered(falling), counts=found.counts[falling])
