"""Marginals: a mixture as rows see it that are blank in some columns, for the compiled pass.

A column that is blank in a pattern gets zeros in the whitening factors, so its cells have no say. What the pass sums
about the mixture's means is linear in the rows, so the sums of all patterns are completed together and added
(Ghahramani and Jordan 1994; `core.mixture.missing` has it for one pattern).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from ..arrays import Array
from ..data.patterns import Mask
from ..errors import DegenerateError
from .em.constants import LOG_2PI, TILE
from .model import Mixture


@dataclass(frozen=True)
class Marginals:
    """A mixture as the rows of P patterns see it."""

    packed: Array  # (P, K, ...) whitening factors as compiled code reads them, zero in blank columns
    log_normalisers: Array  # (P, K), or (P, K + 1) with the log density of noise last
    slope: Array | None = None  # (P, K, d, d) from observed columns to all; None where blank ones are unrelated to them
    covariance: Array | None = None  # (P, K, d, d) that remains of the blank columns; None where there are none

    @classmethod
    def of(cls, mixture: Mixture, observed: Mask, diagonal: bool = False) -> Marginals:
        """Over (P, d) observed columns; diagonal where all covariances are. Raises DegenerateError if one is singular.

        The first pattern is that of complete rows if there are any.
        """
        if observed.all():
            return cls._whole(mixture, diagonal)
        if diagonal:
            packed, log_roots, slope, covariance = _diagonal_factors(mixture, observed)
        else:
            packed, log_roots, slope, covariance = _full_factors(mixture, observed)
        with np.errstate(divide="ignore"):
            cells = observed.sum(axis=1)[:, None]
            normalisers = np.log(mixture.weights) + log_roots - cells * (LOG_2PI / 2)
            if mixture.noise is not None:
                volumes = [mixture.noise.observed_marginal(each).log_volume for each in observed]
                normalisers = np.column_stack([normalisers, np.log(mixture.noise.weight) - np.array(volumes)])
        return cls(packed, np.ascontiguousarray(normalisers), slope, covariance)

    @classmethod
    def _whole(cls, mixture: Mixture, diagonal: bool) -> Marginals:
        """Over all columns, which is the mixture itself."""
        if diagonal:
            packed = np.diagonal(mixture.whitening, axis1=1, axis2=2).copy()
        else:
            packed = np.ascontiguousarray(mixture.whitening[:, *packed_order(mixture.features)])
        normalisers = mixture.log_normalisers
        if mixture.noise is not None:
            with np.errstate(divide="ignore"):
                log_noise = np.log(mixture.noise.weight) - mixture.noise.log_volume
            normalisers = np.append(normalisers, log_noise)
        return cls(packed[None], normalisers[None])

    def completed(self, mixture: Mixture, observed: Mask, sums: Array) -> Array:
        """(s,) sums over all columns, from (P, s) sums about the mixture's means over each pattern's own."""
        if self.covariance is None:
            return np.asarray(sums.sum(axis=0))
        components, features = mixture.means.shape
        edges = np.cumsum((self.log_normalisers.shape[1], components * features, components * features**2))
        weight, first, second, totals = np.split(sums, edges, axis=1)
        present = observed[:, None, :]
        first = first.reshape(-1, components, features) * present
        lower = second.reshape(-1, components, features, features)
        square = (lower + np.tril(lower, -1).swapaxes(2, 3)) * (present[..., None] & present[:, :, None, :])
        if self.slope is not None:
            first = (self.slope @ first[..., None])[..., 0]
            square = self.slope @ square @ self.slope.swapaxes(2, 3)
        square = square + weight[:, :components, None, None] * self.covariance
        found = (weight, first, np.tril(square), totals)
        return np.concatenate([each.sum(axis=0).ravel() for each in found])


def _full_factors(mixture: Mixture, observed: Mask) -> tuple[Array, Array, Array | None, Array]:
    """Packed factors, their log determinants, slopes and what remains; blank columns have a variance of 1 meanwhile."""
    both = observed[:, None, :, None] & observed[:, None, None, :]
    eye = np.eye(mixture.features)
    blank = ~observed[:, None, :, None]
    present = np.where(both, mixture.covariances, blank * eye)
    try:
        whitening = np.tril(np.linalg.inv(np.linalg.cholesky(present)))
    except np.linalg.LinAlgError:
        raise DegenerateError("A group's covariance is singular.", remedy="Try fewer groups.") from None
    log_roots = np.log(np.diagonal(whitening, axis1=2, axis2=3)).sum(axis=2)
    whitening *= both
    crossing = np.where(blank & observed[:, None, None, :], mixture.covariances, 0.0)
    explained = crossing @ whitening.swapaxes(2, 3)
    remaining = np.where(blank & blank.swapaxes(2, 3), mixture.covariances, 0.0) - explained @ explained.swapaxes(2, 3)
    slope = explained @ whitening + (both & (eye > 0))
    packed = np.ascontiguousarray(whitening[:, :, *packed_order(mixture.features)])
    return packed, log_roots, slope, remaining


def _diagonal_factors(mixture: Mixture, observed: Mask) -> tuple[Array, Array, Array | None, Array]:
    """The same of diagonal covariances, where no column says anything of another."""
    variances = np.diagonal(mixture.covariances, axis1=1, axis2=2)
    if not variances.min() > 0:
        raise DegenerateError("A group's covariance is singular.", remedy="Try fewer groups.")
    present = observed[:, None, :]
    log_roots = -np.where(present, np.log(variances), 0.0).sum(axis=2) / 2
    remaining = np.where(present, 0.0, variances)[..., None] * np.eye(mixture.features)
    return np.where(present, 1 / np.sqrt(variances), 0.0), log_roots, None, remaining


@lru_cache(maxsize=16)
def packed_order(features: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Rows and columns of a lower triangle as compiled.full.pack orders them: by tiles of four rows, then by column."""
    head = features % TILE
    rows, columns = np.tril_indices(features)
    tile = np.where(rows < head, rows, head + (rows - head) // TILE * TILE)
    order = np.lexsort((rows, columns, tile))
    return rows[order], columns[order]
