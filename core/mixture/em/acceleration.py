"""Accelerated EM: limited-memory quasi-Newton steps in coordinates in which plain EM is the first approximation.

The step of EM is, to first order, the gradient of the log-likelihood divided by the complete-data information (Lange
1995). In coordinates in which that information is the unit matrix EM is therefore steepest ascent, and the changes of
its steps from pass to pass tell of the curvature that it misses; the two-loop recursion of BFGS (Nocedal 1980) turns
them into a better step, as Jamshidian and Jennrich (1997) did with full matrices. Such a step goes uphill whatever the
curvature, is bounded in length, ends within the family by an M-step, and stands only if the log-likelihood does not
fall; otherwise the step of plain EM does.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from ...arrays import Array
from ...errors import DegenerateError
from ..model import Mixture
from ..moments import Moments
from .constants import (
    CALM,
    FIRST_RADIUS,
    LEAST_CHANCE,
    LEAST_COSINE,
    LEAST_WEIGHT,
    MOST_CHANGE,
    MOST_STRETCH,
    PAIRS,
)
from .passes import EStep, Update
from .stopping import is_lower


def _mixing(mixture: Mixture) -> Array:
    """(K,) or (K + 1,) mixing weights, noise last, none of them zero."""
    noise = () if mixture.noise is None else (mixture.noise.weight,)
    return np.maximum(np.concatenate((mixture.weights, noise)), LEAST_WEIGHT)


def _flat(chances: tuple[Array, ...]) -> Array:
    """(K, levels of all columns) chances, none of them zero."""
    rows = len(chances[0]) if chances else 0
    return np.maximum(np.concatenate([*chances, np.empty((rows, 0))], axis=1), LEAST_CHANCE)


class Frame:
    """Coordinates of mixtures near one, the origin, where the complete-data information of a row is the unit matrix.

    A vector holds, each times the root of its component's weight: changes of log weights, noise last; changes of means
    in standard deviations; Cholesky factors of whitened covariances, the diagonal in logs; and changes of log chances,
    each times the root of the chance as well.
    """

    def __init__(self, origin: Mixture) -> None:
        """About a mixture."""
        self._origin = origin
        self._factors = origin.factors
        self._roots = np.sqrt(_mixing(origin))
        # In the covariance an entry of its factor counts once, an entry on the diagonal twice.
        self._share = np.tril(np.ones(origin.covariances.shape[1:])) + (np.sqrt(2) - 1) * np.eye(origin.features)
        self._chances = _flat(origin.chances)  # (K, levels of all columns)

    def vector(self, mixture: Mixture) -> Array:
        """(p,) coordinates of a mixture."""
        roots = self._roots[: mixture.components]
        logs = self._roots * (np.log(_mixing(mixture)) - np.log(_mixing(self._origin)))
        whitening = self._origin.whitening
        shifts = roots[:, None] * np.einsum("kij,kj->ki", whitening, mixture.means - self._origin.means)
        turns = whitening @ mixture.factors
        diagonal = np.arange(mixture.features)
        turns[:, diagonal, diagonal] = np.log(turns[:, diagonal, diagonal])
        turned = (roots[:, None, None] * self._share * turns).ravel()
        if not mixture.chances:
            return np.concatenate((logs, shifts.ravel(), turned))
        levels = roots[:, None] * np.sqrt(self._chances) * (np.log(_flat(mixture.chances)) - np.log(self._chances))
        return np.concatenate((logs, shifts.ravel(), turned, levels.ravel()))

    def moments(self, vector: Array, rows: float) -> Moments:
        """What an M-step makes the mixture at (p,) coordinates of, or the nearest one in its family."""
        components, features = self._origin.means.shape
        columns, diagonal = len(self._roots), np.arange(features)
        sizes = columns, components * features, components * features**2
        logs, shifts, turns, levels = np.split(vector, np.cumsum(sizes))
        with np.errstate(over="ignore", invalid="ignore"):  # a component without weight may run away: the M-step looks
            mixing = _mixing(self._origin) * np.exp(logs / self._roots)
            weight = rows * mixing / mixing.sum()
            roots = self._roots[:components, None]
            shifts = shifts.reshape(components, features) / roots
            means = self._origin.means + np.einsum("kij,kj->ki", self._factors, shifts)
            turns = np.tril(turns.reshape(components, features, features)) / roots[:, None] / self._share.clip(1)
            turns[:, diagonal, diagonal] = np.exp(turns[:, diagonal, diagonal])
            factors = self._factors @ turns
            scatter = weight[:components, None, None] * (factors @ factors.transpose(0, 2, 1))
            counts = self._counts(levels, weight[:components]) if self._origin.chances else ()
        noise = float(weight[components:].sum())
        return Moments(weight[:components], means, scatter, rows=rows, noise_weight=noise, counts=counts)

    def _counts(self, levels: Array, weight: Array) -> tuple[Array, ...]:
        """Counts of (K,) rows in each level at some coordinates."""
        roots = self._roots[: len(weight), None]
        logs = levels.reshape(self._chances.shape) / (roots * np.sqrt(self._chances))
        chances = self._chances * np.exp(np.clip(logs, -MOST_CHANGE, MOST_CHANGE))
        return tuple(
            weight[:, None] * each / each.sum(axis=1, keepdims=True)
            for each in np.split(chances, np.cumsum(self._origin.levels)[:-1], axis=1)
            if each.shape[1]
        )


class Acceleration:
    """Longer steps, by what the last ones taught: pairs of a step and the fall of EM's own step over it."""

    def __init__(self) -> None:
        """Nothing learnt yet."""
        self._pairs: deque[tuple[Array, Array]] = deque(maxlen=PAIRS)
        self._frame: Frame | None = None
        self._ascent = np.zeros(0)
        self._radius = FIRST_RADIUS
        self._length = 0.0  # of the last proposal
        self._failures = 0  # in a row
        self._pause = 0  # plain steps to take before the next proposal

    def leap(
        self, mixture: Mixture, found: Moments, plain: Mixture, e_step: EStep[Mixture], m_step: Update[Mixture]
    ) -> tuple[Mixture, Moments] | None:
        """As in Accelerator."""
        self.learn(mixture, plain)
        if not self.is_ready:
            return None
        try:
            trial = m_step(self.proposal(found.rows), plain)
            landed = trial, e_step(trial)
        except DegenerateError:
            landed = None
        stands = landed is not None and not is_lower(landed[1].log_likelihood, found.log_likelihood)
        self.adapt(stands)
        return landed if stands else None

    def learn(self, mixture: Mixture, plain: Mixture) -> None:
        """Take note of where EM is and of where its plain step leads."""
        if self._frame is not None:
            step = self._frame.vector(mixture)
            ascent = self._frame.vector(plain) - step
            self._pairs.append((step, self._ascent - ascent))
        self._frame = Frame(mixture)
        self._ascent = self._frame.vector(plain)
        self._pause = max(self._pause - 1, 0)

    @property
    def is_ready(self) -> bool:
        """Whether there is something to propose."""
        return bool(self._pairs) and not self._pause and float(self._ascent @ self._ascent) <= CALM**2

    def proposal(self, rows: float) -> Moments:
        """The moments whose M-step is the next step, over rows."""
        step = _two_loops(self._ascent, list(self._pairs))
        self._length = float(np.linalg.norm(step))
        assert self._frame is not None
        return self._frame.moments(step * (self._radius / max(self._length, self._radius)), rows)

    def adapt(self, stands: bool) -> None:
        """Widen the steps after a long one that stood; after one that fell, shorten them, forget, and pause."""
        if stands:
            self._failures = 0
            self._radius *= 2 if self._length >= self._radius else 1
            return
        self._failures += 1
        self._pause = 2**self._failures // 2
        self._radius = min(self._radius, self._length) / 4
        for _ in range(len(self._pairs) // 2 + 1):
            self._pairs.popleft()


def _two_loops(ascent: Array, pairs: list[tuple[Array, Array]]) -> Array:
    """The ascent times BFGS's approximation of the inverse curvature, from the oldest pair to the newest."""
    known = [(step, fall, float(step @ fall)) for step, fall in pairs]
    known = [(s, y, sy) for s, y, sy in known if sy > LEAST_COSINE * np.linalg.norm(s) * np.linalg.norm(y)]
    found = ascent.copy()
    shares = []
    for step, fall, product in reversed(known):
        shares.append(float(step @ found) / product)
        found -= shares[-1] * fall
    found *= _stretch(*pairs[-1])
    for (step, fall, product), share in zip(known, reversed(shares), strict=True):
        found += (share - float(fall @ found) / product) * step
    return found


def _stretch(step: Array, fall: Array) -> float:
    """How many times EM's own step the curvature along the last step allows."""
    along = float(step @ fall)
    size = float(fall @ fall)
    stretch = along / size if along > 0 else float(np.linalg.norm(step)) / np.sqrt(size) if size > 0 else 1.0
    return min(max(stretch, 1.0), MOST_STRETCH)
