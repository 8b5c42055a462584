"""What a mixture expects of some columns when others are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp, softmax

from core.arrays import Array, read_only
from core.errors import ChoiceError
from core.mixture.model import BLOCK_ROWS, LOG_2PI, Mixture, Noise


@dataclass(frozen=True)
class Expected:
    """Each column of each row as the mixture expects it, given the row's other columns."""

    mean: Array  # (n, d) in the columns' units; of the Gaussian components
    deviation: Array  # (n, d) standard deviation in the columns' units; of the Gaussian components
    surprisal: Array  # (n, d) -log p(x_j | the other columns), noise included


def conditional(mixture: Mixture, known: Mapping[int, float]) -> Mixture:
    """The mixture of the other columns, in their order, when some columns (by position) have known values.

    Weights are the responsibilities of the known values (Bishop 2006, eqs. 2.81, 2.82 and section 9.2). Noise stays
    uniform over the sides left. Raises ChoiceError unless some column is left and all known exist and are finite.
    """
    columns = sorted(known)
    given = np.array([known[column] for column in columns], dtype=np.float64)
    if not set(columns) < set(range(mixture.features)):
        raise ChoiceError("Columns that are known must exist, and at least one must be left.")
    if not np.isfinite(given).all():
        raise ChoiceError("A known value must be a number.", remedy="Leave the column out of what is known.")
    if not columns:
        return mixture
    observed = np.isin(np.arange(mixture.features), columns)
    shares = softmax(mixture.seen_in(observed).log_joint(given[None]), axis=1)[0]
    cross = mixture.covariances[:, ~observed][:, :, observed]
    slopes = np.linalg.solve(mixture.covariances[:, observed][:, :, observed], np.swapaxes(cross, 1, 2))
    means = mixture.means[:, ~observed] + np.einsum("kom,ko->km", slopes, given - mixture.means[:, observed])
    covariances = mixture.covariances[:, ~observed][:, :, ~observed] - cross @ slopes
    covariances = (covariances + np.swapaxes(covariances, 1, 2)) / 2
    noise = mixture.noise and replace(mixture.noise.seen_in(~observed), weight=float(shares[-1]))
    return Mixture(shares[: mixture.components], means, covariances, noise)


def expected(mixture: Mixture, values: npt.ArrayLike) -> Expected:
    """What each cell of (n, d) values is expected to be given the rest of its row, and how surprising it is.

    In closed form from the precisions P_k: given the rest, column j of component k has the mean
    x_j - (P_k (x - mean_k))_j / P_kjj and the variance 1 / P_kjj (Rue and Held 2005, theorem 2.3).

    A row with a blank is NaN.
    """
    rows = np.asarray(values, dtype=np.float64)
    blocks = [_expected(mixture, rows[at : at + BLOCK_ROWS]) for at in range(0, max(len(rows), 1), BLOCK_ROWS)]
    mean, deviation, surprisal = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    return Expected(read_only(mean), read_only(deviation), read_only(surprisal))


def _expected(mixture: Mixture, rows: Array) -> tuple[Array, Array, Array]:
    K = mixture.components
    precisions = np.swapaxes(mixture.whitening, 1, 2) @ mixture.whitening
    variances = 1 / np.diagonal(precisions, axis1=1, axis2=2)[:, None]  # (K, 1, d)
    away = np.einsum("kij,knj->kni", precisions, rows - mixture.means[:, None]) * variances  # (K, n, d)
    own = -(away**2 / variances + np.log(variances) + LOG_2PI) / 2
    joint = mixture.log_joint(rows).T  # (K or K + 1, n)
    rest = joint[:K, :, None] - own  # log of weight_k p_k(the other columns)
    shares = softmax(rest, axis=0)
    step = (shares * away).sum(axis=0)
    deviation = np.sqrt((shares * (variances + (away - step) ** 2)).sum(axis=0))
    if mixture.noise is not None:
        rest = np.concatenate([rest, np.broadcast_to(_noise_without(mixture.noise, rows.shape[1]), (1, *rows.shape))])
    surprisal = logsumexp(rest, axis=0) - logsumexp(joint, axis=0)[:, None]
    blank = np.isnan(rows).any(axis=1)
    surprisal[blank] = np.nan
    return rows - step, deviation, surprisal


def _noise_without(noise: Noise, features: int) -> Array:
    """(d,) log of the noise's weight times its density of all columns but one."""
    volumes = [noise.seen_in(np.arange(features) != column).log_volume for column in range(features)]
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(noise.weight) - np.array(volumes), dtype=np.float64)
