"""GaussianMixture: the engine as a scikit-learn estimator, for pipelines and grid searches."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, DensityMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from .arrays import Array
from .data.distinct import distinct_rows
from .errors import CoreError, DegenerateError
from .mixture.em.constraint import EigenvalueRatio
from .mixture.em.prior import ConjugatePrior
from .mixture.em.stopping import Outcome
from .mixture.family import Family
from .mixture.fit import Fit, fit
from .mixture.model import Mixture
from .mixture.plan import Plan


class GaussianMixture(DensityMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A Gaussian mixture, fitted by EM from several starts to its best sound optimum; NaN is a blank.

    It keeps to scikit-learn's conventions, and refuses by ValueError in the words of `core.fit`.

    Args:
        n_components: number of components K.
        covariance_type: "full", "tied", "diag" or "spherical", or one of mclust's 14 names, such as "VEV".
        family: the same by another name; where it is given, it decides.
        tol: relative change of the log-likelihood at which a start has settled.
        max_iter: most passes over the data, for each start.
        n_init: number of starts; the best sound one is kept.
        random_state: seed of the starts; a number gives the same fit each time.
        noise: whether a uniform component takes scattered rows, which are then labelled -1.
        prior: a `ConjugatePrior`; None is one with its defaults, and a warning, only where the rows determine no
            covariance.
        bound: an `EigenvalueRatio`; None is no bound.

    Attributes:
        weights_: (K,) mixing weights.
        means_: (K, d) means of the components.
        covariances_: (K, d, d) covariances of the components, whatever the family.
        converged_ (bool): whether the fit settled.
        n_iter_ (int): its passes.
        lower_bound_ (float): log-likelihood for each row.
        fit_ (Fit): the `Fit`, with its criteria, trace, outcome and objections.
        mixture_: its `Mixture`.
        n_features_in_ (int): number of columns d.
        feature_names_in_ (Array): their names, where a DataFrame was fitted.

    Examples:
        >>> rows = np.array([[0.0], [0.1], [0.2], [9.0], [9.1], [9.3]])
        >>> core.GaussianMixture(2, covariance_type="tied").fit(rows).predict(rows).tolist()
        [0, 0, 0, 1, 1, 1]
    """

    def __init__(
        self,
        n_components: int = 1,
        *,
        covariance_type: str = "full",
        family: str | Family | None = None,
        tol: float = 1e-10,
        max_iter: int = 5_000,
        n_init: int = 20,
        random_state: int | np.random.RandomState | None = 0,
        noise: bool = False,
        prior: ConjugatePrior | None = None,
        bound: EigenvalueRatio | None = None,
    ) -> None:
        self.n_components = n_components
        self.covariance_type = covariance_type
        self.family = family
        self.tol = tol
        self.max_iter = max_iter
        self.n_init = n_init
        self.random_state = random_state
        self.noise = noise
        self.prior = prior
        self.bound = bound

    def fit(self, X: npt.ArrayLike, y: object = None, sample_weight: npt.ArrayLike | None = None) -> Self:
        """Fit the mixture to (n, d) rows.

        sample_weight (n,) are frequencies: a row that weighs two counts as two equal rows, one that weighs nothing as
        none. Rows are therefore put in an order of their own, equal ones as one. Raises ValueError.
        """
        rows = self._rows(X, reset=True)
        weights = _check_sample_weight(sample_weight, rows, dtype=np.float64, ensure_non_negative=True)
        try:
            self.fit_ = self._fit(*distinct_rows(rows, weights))
        except CoreError as refusal:
            raise ValueError(str(refusal)) from refusal
        self.converged_ = self.fit_.outcome is Outcome.CONVERGED
        self.n_iter_ = len(self.fit_.trace)
        self.lower_bound_ = self.fit_.log_likelihood / self.fit_.n_rows
        return self

    def predict(self, X: npt.ArrayLike) -> npt.NDArray[np.intp]:
        """(n,) the component, from 0, that each row most likely comes from; -1 where that is the noise component."""
        return self._fitted().predict(self._rows(X))

    def fit_predict(
        self, X: npt.ArrayLike, y: object = None, sample_weight: npt.ArrayLike | None = None
    ) -> npt.NDArray[np.intp]:
        """`predict` of the rows that are fitted."""
        return self.fit(X, y, sample_weight).predict(X)

    def predict_proba(self, X: npt.ArrayLike) -> Array:
        """(n, K) responsibilities: the probability of each component given the row, noise last if there is any."""
        return self._fitted().responsibilities(self._rows(X))

    def score_samples(self, X: npt.ArrayLike) -> Array:
        """(n,) natural log of the density at each row."""
        return self._fitted().log_density(self._rows(X))

    def score(self, X: npt.ArrayLike, y: object = None) -> float:
        """Mean log density of the rows."""
        return float(self.score_samples(X).mean())

    def bic(self, X: npt.ArrayLike) -> float:
        """-2 log L + p log n of these rows, lower is better (Schwarz 1978)."""
        density = self.score_samples(X)
        return float(-2 * density.sum() + self.fit_.n_parameters * np.log(len(density)))

    def aic(self, X: npt.ArrayLike) -> float:
        """-2 log L + 2 p of these rows, lower is better (Akaike 1974)."""
        return float(-2 * self.score_samples(X).sum() + 2 * self.fit_.n_parameters)

    def sample(self, n_samples: int = 1) -> tuple[Array, npt.NDArray[np.intp]]:
        """(n, d) rows drawn from the mixture, and the (n,) component of each."""
        mixture = self._fitted()
        seed = int(check_random_state(self.random_state).randint(2**31))
        return mixture.sample_labelled(n_samples, np.random.default_rng(seed))

    @property
    def mixture_(self) -> Mixture:
        """The fitted mixture."""
        return self.fit_.mixture

    @property
    def weights_(self) -> Array:
        """(K,) mixing weights."""
        return self.fit_.mixture.weights

    @property
    def means_(self) -> Array:
        """(K, d) means."""
        return self.fit_.mixture.means

    @property
    def covariances_(self) -> Array:
        """(K, d, d) covariances."""
        return self.fit_.mixture.covariances

    def __sklearn_tags__(self) -> Tags:
        tags: Tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _fit(self, rows: Array, frequencies: Array) -> Fit:
        """The fit as asked for, or with a weak prior where every start collapses: n <= d has no covariance else."""
        plan = self._plan()
        try:
            return fit(rows, plan, weights=frequencies)
        except DegenerateError as refusal:
            if plan.prior is not None or plan.bound is not None:
                raise
            warnings.warn(f"{refusal} A weak prior was added.", ConvergenceWarning, stacklevel=3)
            return fit(rows, replace(plan, prior=ConjugatePrior()), weights=frequencies)

    def _plan(self) -> Plan:
        seed = self.random_state
        if not isinstance(seed, int | np.integer):
            seed = int(check_random_state(seed).randint(2**31))
        return Plan(
            family=self.family or self.covariance_type,  # type: ignore[arg-type]  # a name is turned into its family
            components=self.n_components,
            restarts=self.n_init,
            tolerance=self.tol,
            max_iterations=self.max_iter,
            seed=int(seed),
            noise=self.noise,
            frequency=True,
            prior=self.prior,
            bound=self.bound,
        )

    def _fitted(self) -> Mixture:
        check_is_fitted(self, "fit_")
        return self.mixture_

    def _rows(self, X: npt.ArrayLike, *, reset: bool = False) -> Array:
        """(n, d) numbers, checked as scikit-learn checks them."""
        least = 2 if reset else 1
        rows = validate_data(
            self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan", ensure_min_samples=least
        )
        return np.asarray(rows)
