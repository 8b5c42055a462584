"""Mixture: a mixture density, to evaluate, to draw from, and to take apart.

The density of a component is a product of two blocks: a Gaussian for d columns of numbers, and chances of the levels of
c columns of categories, which are independent given the component (Hunt and Jorgensen 1999). A row is then d + c
numbers: its values, and the codes of its categories from 0; NaN where blank.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.linalg.lapack import dtrtri
from scipy.special import logsumexp, softmax

from ..arrays import Array, closed, read_only
from ..data.level_codes import looked_up
from ..data.patterns import Mask, Patterns
from ..data.source import as_numbers, as_rows
from ..errors import ChoiceError, DegenerateError, whole_number
from . import chances as of_levels
from .em.constants import LOG_2PI

BLOCK_ROWS = 16_384  # rows evaluated at a time, so that scoring needs little beside its answer


@dataclass(frozen=True)
class Noise:
    """A component that is uniform over a box (Banfield and Raftery 1993).

    Attributes:
        weight: mixing weight of the noise component, between 0 and 1.
        log_volume: natural log of the volume of the box, in the units of the columns; the density in it is 1 / volume.
        log_sides: (d,) natural logs of the sides of the box along the columns, in which rows with blanks lie; None
            shares the volume out equally over the columns.

    Examples:
        >>> noise = core.Noise(weight=0.1, log_volume=np.log(100.0))
        >>> core.Mixture([0.9], [[0.0]], [[[1.0]]], noise).predict([[0.5], [40.0]]).tolist()
        [0, -1]
    """

    weight: float
    log_volume: float
    log_sides: tuple[float, ...] | None = None

    def observed_marginal(self, observed: Mask) -> Noise:
        """The noise of the columns that (d,) observed marks: uniform over those sides of the box along the columns."""
        if self.log_sides is None:
            return replace(self, log_volume=self.log_volume * float(observed.mean()))
        sides = np.array(self.log_sides)[observed]
        return replace(self, log_volume=float(sides.sum()), log_sides=tuple(sides.tolist()))

    def stretched(self, scale: Array) -> Noise:
        """The same box for values multiplied by (d,) scale."""
        log_scale = np.log(scale)
        sides = self.log_sides and tuple((np.array(self.log_sides) + log_scale).tolist())
        return replace(self, log_volume=self.log_volume + float(log_scale.sum()), log_sides=sides)


@dataclass(frozen=True)
class Mixture:
    """K components in d features and c categories with their mixing weights, and perhaps a uniform noise component.

    Attributes:
        weights: (K,) mixing weights, which sum to 1, or to 1 - noise.weight.
        means: (K, d) means of the components.
        covariances: (K, d, d) covariances of the components, whatever the family.
        noise: the uniform noise component; None where there is none.
        chances: of each column of categories, (K, L) chances of its levels, which sum to 1.

    Examples:
        >>> mixture = core.Mixture([0.5, 0.5], [[0.0], [10.0]], [[[1.0]], [[1.0]]])
        >>> mixture.predict([[1.0], [8.0]]).tolist()
        [0, 1]
    """

    weights: Array
    means: Array
    covariances: Array
    noise: Noise | None = None
    chances: tuple[Array, ...] = ()

    def __post_init__(self) -> None:
        """Make the arrays read-only. Raises ChoiceError where their shapes are not those of one mixture."""
        for name in ("weights", "means", "covariances"):
            try:
                object.__setattr__(self, name, read_only(getattr(self, name)))
            except (TypeError, ValueError):
                raise ChoiceError(f"The {name} of a mixture are numbers.") from None
        shape = self.means.shape
        if len(shape) != 2 or self.weights.shape != shape[:1] or self.covariances.shape != (*shape, shape[-1]):
            raise ChoiceError("A mixture has weights (K,), means (K, d) and covariances (K, d, d).")
        object.__setattr__(self, "chances", of_levels.checked(self.chances, len(self.weights)))

    @property
    def components(self) -> int:
        """K, without the noise component."""
        return len(self.weights)

    @property
    def features(self) -> int:
        """d."""
        return self.means.shape[1]

    @property
    def levels(self) -> tuple[int, ...]:
        """(c,) how many levels each column of categories has."""
        return tuple(each.shape[1] for each in self.chances)

    @property
    def columns(self) -> int:
        """d + c, of a row."""
        return self.features + len(self.chances)

    @cached_property
    def log_chances(self) -> tuple[Array, ...]:
        """Of each column of categories, (K, L) logs of its chances, or (K + 1, L) with those under noise last."""
        return of_levels.logs(self.chances, self.noise is not None)

    @property
    def noise_weight(self) -> float:
        """The mixing weight of the noise component, 0 without one."""
        return self.noise.weight if self.noise else 0.0

    @cached_property
    def factors(self) -> Array:
        """(K, d, d) Cholesky factors of the covariances. Raises DegenerateError if one is singular."""
        try:
            return closed(np.asarray(np.linalg.cholesky(self.covariances), dtype=np.float64))
        except np.linalg.LinAlgError:
            raise DegenerateError("A group's covariance is singular.", remedy="Try fewer groups.") from None

    @cached_property
    def whitening(self) -> Array:
        """(K, d, d) inverse Cholesky factors: L_k^-1 (x - mean_k) is white. Raises DegenerateError if singular."""
        if not self.features:
            return self.factors
        # Solving for a unit matrix would start the threads of BLAS, which cost milliseconds each time.
        return read_only(np.stack([dtrtri(factor, lower=1)[0] for factor in self.factors]))

    @cached_property
    def log_normalisers(self) -> Array:
        """(K,) log of weight over the square root of det(2 pi Sigma_k)."""
        log_roots = np.log(np.diagonal(self.whitening, axis1=1, axis2=2)).sum(axis=1)
        with np.errstate(divide="ignore"):
            return read_only(np.log(self.weights) + log_roots - self.features * LOG_2PI / 2)

    def log_joint(self, values: Array) -> Array:
        """(n, K) log of weight times density of (n, d + c) values; a last column for noise if there is any.

        Blanks are NaN; a row that has some is taken by the marginal of the columns that it has.
        """
        joint = np.empty((self.components + (self.noise is not None), len(values)))
        numbers, codes = values[:, : self.features], values[:, self.features :]
        for chosen, observed in Patterns.of(numbers):
            marginal, rows = self._of_numbers(observed), numbers[chosen]
            joint[:, chosen] = marginal._whole_log_joint(rows if observed.all() else rows[:, observed])
        for column, logs in zip(codes.T, self.log_chances, strict=True):
            joint += looked_up(logs, column)
        return joint.T

    def _whole_log_joint(self, values: Array) -> Array:
        """(K, n) the same of numbers without blanks, component by component."""
        joint = np.empty((self.components + (self.noise is not None), len(values)))
        for k, (mean, whitening) in enumerate(zip(self.means, self.whitening, strict=True)):
            with np.errstate(over="ignore", invalid="ignore"):  # of a row beyond all numbers away the density is zero
                white = whitening @ (values - mean).T
                squares = np.einsum("ij,ij->j", white, white)
            joint[k] = self.log_normalisers[k] - np.where(squares < np.inf, squares, np.inf) / 2
        if self.noise is not None:
            with np.errstate(divide="ignore"):
                joint[-1] = np.log(self.noise.weight) - self.noise.log_volume
        return joint

    def log_density(self, values: npt.ArrayLike) -> Array:
        """(n,) natural log of the density at (n, d + c) values; of the cells that a row has where some are NaN."""
        return self._by_blocks(values, lambda block: logsumexp(self.log_joint(block), axis=1))

    def responsibilities(self, values: npt.ArrayLike) -> Array:
        """(n, K) posterior probabilities of the components, noise last if any; zeros where the density is zero."""
        return self._by_blocks(values, lambda block: responsibilities_of(self.log_joint(block))[1])

    def predict(self, values: npt.ArrayLike) -> npt.NDArray[np.intp]:
        """(n,) the component, from 0, that each row most likely comes from; -1 where that is the noise component."""
        likeliest = self._by_blocks(values, lambda block: self.log_joint(block).argmax(axis=1))
        return np.where(likeliest < self.components, likeliest, -1)

    def sample(self, n: int, rng: np.random.Generator) -> Array:
        """(n, d + c) rows drawn by choosing a component and then a point of it."""
        return self.sample_labelled(n, rng)[0]

    def sample_labelled(self, n: int, rng: np.random.Generator) -> tuple[Array, npt.NDArray[np.intp]]:
        """(n, d + c) rows and the (n,) component of each; noise, a density without a place, is not drawn."""
        n = whole_number(n, "The number of rows to draw", 0)
        if not isinstance(rng, np.random.Generator):
            raise ChoiceError("Rows are drawn by a NumPy generator.", remedy="Give numpy.random.default_rng(0).")
        labels = rng.choice(self.components, n, p=self.weights / self.weights.sum())
        rows = rng.normal(size=(n, self.features))
        for k in range(self.components):
            mine = labels == k
            rows[mine] = self.means[k] + rows[mine] @ self.factors[k].T
        drawn = [of_levels.drawn(each[labels], rng) for each in self.chances]
        return (np.column_stack([rows, *drawn]) if drawn else rows), labels

    def marginal(self, columns: Sequence[int]) -> Mixture:
        """The mixture of some of the d + c columns, in the order given, numbers first; its noise is left out."""
        chosen = self._columns(columns)
        chances = tuple(self.chances[column - self.features] for column in chosen[chosen >= self.features])
        chosen = chosen[chosen < self.features]
        covariances = self.covariances[:, chosen[:, None], chosen[None, :]]
        return Mixture(self.weights / self.weights.sum(), self.means[:, chosen], covariances, None, chances)

    def observed_marginal(self, observed: Mask) -> Mixture:
        """The mixture of the columns that (d + c,) observed marks, as they are ordered, noise included."""
        if observed.all():
            return self
        numbers = self._of_numbers(observed[: self.features])
        words = np.flatnonzero(observed[self.features :])
        return replace(numbers, chances=tuple(self.chances[column] for column in words))

    def _of_numbers(self, observed: Mask) -> Mixture:
        """The mixture of the columns of numbers that (d,) observed marks, without categories."""
        if observed.all():
            return replace(self, chances=()) if self.chances else self
        noise = self.noise and self.noise.observed_marginal(observed)
        covariances = self.covariances[:, observed][:, :, observed]
        return Mixture(self.weights, self.means[:, observed], covariances, noise)

    def conditional(self, columns: Sequence[int], values: npt.ArrayLike) -> Mixture:
        """The mixture of the other columns, in their order, where some of the d + c columns have these values.

        Every component is regressed on the columns given, and weighs by how likely it makes their values (Bishop 2006,
        eqs. 2.81 and 2.82). Raises ChoiceError if no column is left.
        """
        given = self._columns(columns)
        known = np.zeros(self.columns, dtype=bool)
        known[given] = True
        if known.all():
            raise ChoiceError("Every column is given, so none is left to say anything about.", "", "Leave one out.")
        point = as_numbers(values, "Known values")
        if point.shape != given.shape or not np.isfinite(point).all():
            raise ChoiceError("Each known column has one known value.")
        point = point[np.argsort(given)]
        marginal, rest = self.observed_marginal(known), self.observed_marginal(~known)
        weights = softmax(marginal.log_joint(point[None, :])[0])
        known = known[: self.features]
        across = self.covariances[:, ~known][:, :, known]  # (K, blank numbers, known numbers)
        slopes = np.linalg.solve(marginal.covariances, across.transpose(0, 2, 1)).transpose(0, 2, 1)
        means = rest.means + np.einsum("krc,kc->kr", slopes, point[: marginal.features] - marginal.means)
        covariances = rest.covariances - slopes @ across.transpose(0, 2, 1)
        covariances = (covariances + covariances.transpose(0, 2, 1)) / 2
        noise = rest.noise and replace(rest.noise, weight=float(weights[-1]))
        return Mixture(weights[: self.components], means, covariances, noise, rest.chances)

    def only(self, chosen: Mask) -> Mixture:
        """Some of the components, by a (K,) mask, their weights summing to 1; without noise."""
        weights = self.weights[chosen]
        parts = weights / weights.sum(), self.means[chosen], self.covariances[chosen]
        return Mixture(*parts, None, tuple(each[chosen] for each in self.chances))

    @property
    def of_numbers(self) -> Mixture:
        """The mixture of the columns of numbers; noise is kept."""
        return self._of_numbers(np.ones(self.features, dtype=np.bool_))

    def for_new_rows(self, rows: float) -> Mixture:
        """What predicts rows that were not among the so many fitted: levels that a component lacks are rare there."""
        return (
            replace(self, chances=of_levels.for_new_rows(self.chances, rows * self.weights)) if self.chances else self
        )

    def affine(self, shift: Array, scale: Array) -> Mixture:
        """The mixture of shift + scale * x for x of this one; shift and scale are (d,), scale positive."""
        noise = self.noise and self.noise.stretched(scale)
        means, covariances = shift + scale * self.means, self.covariances * (scale[:, None] * scale)
        return Mixture(self.weights, closed(means), closed(covariances), noise, self.chances)

    def ordered(self, order: Sequence[int] | npt.NDArray[np.intp]) -> Mixture:
        """The same mixture with its components in another order."""
        chosen = np.asarray(order, dtype=np.intp)
        weights, means, covariances, *chances = (
            closed(each[chosen]) for each in (self.weights, self.means, self.covariances, *self.chances)
        )
        return Mixture(weights, means, covariances, self.noise, tuple(chances))

    @property
    def by_weight(self) -> Mixture:
        """The same mixture with its components in falling order of mixing weight."""
        return self.ordered(np.argsort(-self.weights, kind="stable"))

    def _columns(self, columns: Sequence[int]) -> npt.NDArray[np.intp]:
        """(c,) positions of columns. Raises ChoiceError for what are none, or one twice."""
        try:
            chosen = np.asarray([whole_number(each, "A column", 0) for each in columns], dtype=np.intp)
        except TypeError:
            raise ChoiceError("Columns are given by their positions from 0.") from None
        if len(set(chosen.tolist())) < len(chosen) or chosen.max(initial=0) >= self.columns:
            raise ChoiceError(f"Columns are different numbers from 0 to {self.columns - 1}.")
        return chosen

    def _by_blocks(self, values: npt.ArrayLike, function: Callable[[Array], Any]) -> Any:
        rows = as_rows(values, self.columns)
        blocks = [function(rows[at : at + BLOCK_ROWS]) for at in range(0, max(len(rows), 1), BLOCK_ROWS)]
        return np.concatenate(blocks)


def responsibilities_of(joint: Array) -> tuple[Array, Array]:
    """(n,) log densities and (n, K) responsibilities from (n, K) logs of weight times density; zeros for density zero.

    Responsibilities sum to 1 also where the logs are so large that their own last digits are beyond 1e-9.
    """
    largest = joint.max(axis=1)
    parts = np.exp(joint - np.where(np.isneginf(largest), 0.0, largest)[:, None])
    sums = parts.sum(axis=1)
    with np.errstate(divide="ignore"):
        log_density = largest + np.log(sums)
    return log_density, parts / np.where(sums > 0, sums, 1.0)[:, None]
