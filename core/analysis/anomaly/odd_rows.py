"""Odd rows: the score -log p(x), what chance alone would give, and which rows a policy flags."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from ...arrays import Array, read_only
from ...data.patterns import Mask, Patterns
from ...data.prepare import Matrix
from ...data.rows import patterns_of
from ...data.source import Source, as_source
from ...errors import ChoiceError, expect, whole_number
from ...mixture.fit import Fit
from ...mixture.model import Mixture
from ...numbers import figure
from ...progress import Watch
from .null import Null, as_rare, null_of
from .policies import NEVER, ExpectedFalseAlarms, Policy
from .scorers import Pruned, Scoring, scores_under

DRAWS = 200_000  # so that every chance down to 1e-12 is known to some 2 %
DRAWN_CELLS = 8_000_000  # at most, of many columns
SECTIONS = 1_000  # into which a range is parted to find a score
PATTERN_DRAWS = 500_000  # of all missing patterns together, where rows have blanks
LEAST_PATTERN_DRAWS = 500


@dataclass(frozen=True)
class Scored:
    """Rows with their scores under a mixture, before any line is drawn."""

    score: Array  # (n,), -log p of the cells that are there, high is odd
    mixture: Mixture
    draws: int  # rows to simulate when chance has to be known
    seed: int
    patterns: Patterns  # of the rows, by blanks

    @cached_property
    def null(self) -> Null:
        """How the score is distributed over rows of the mixture."""
        return null_of(self.mixture, self.draws, self.seed)

    @cached_property
    def _calibrated(self) -> tuple[Array, Array]:
        """(n,) p-values and (n,) levels, each row's against rows that are blank in the same columns."""
        if self.patterns.are_complete:  # the level is the score then, and downloads hold it once
            return self.null.tail(self.score), self.score
        p_value, level = np.ones(len(self.score)), np.full(len(self.score), self.null.least)
        for (chosen, _), null in zip(self.patterns, self._nulls(), strict=True):
            if null is not None:
                p_value[chosen] = null.tail(self.score[chosen])
                own = self.score[chosen]
                level[chosen] = own if null is self.null else as_rare(own, null, self.null)
        return p_value, level

    def _nulls(self) -> Iterator[Null | None]:
        """The null of each pattern; None for rows that have no cell."""
        patterns = self.patterns
        draws = int(np.clip(PATTERN_DRAWS // len(patterns.observed), LEAST_PATTERN_DRAWS, self.draws))
        for observed in patterns.observed:
            if observed.all():
                yield self.null
            elif observed.any():
                yield null_of(self.mixture.observed_marginal(observed), draws, self.seed + 1)
            else:
                yield None

    def lines(self, threshold: float) -> Iterator[tuple[Mask, float]]:
        """The least score of rows that are blank in the same columns whose level is at the threshold, by pattern.

        Patterns are (d,) whether a column is observed; rows that have no cell are passed over.
        """
        for observed, null in zip(self.patterns.observed, self._nulls(), strict=True):
            if null is self.null:
                yield observed, threshold
            elif null is not None:
                yield observed, self._line(null, threshold)

    def _line(self, null: Null, threshold: float) -> float:
        """The least score with such a level under a null, to the last bit; infinite where none has it."""
        top = float(null.quantile(0.0))
        low, high = null.least - 1, top + max(threshold - float(self.null.quantile(0.0)), 0.0) + 1
        if not as_rare(high, null, self.null) >= threshold:
            return NEVER
        if as_rare(low, null, self.null) >= threshold:
            return -NEVER
        while np.nextafter(low, high) < high:
            between = np.linspace(low, high, SECTIONS)
            first = int((as_rare(between, null, self.null) >= threshold).argmax())
            low, high = float(between[first - 1]), float(between[first])
        return high

    @property
    def level(self) -> Array:
        """(n,) the score of an equally rare row without blanks, by simulation: what rows are compared by.

        Densities of rows that are blank in different columns have different units.
        """
        return self._calibrated[1]

    @cached_property
    def p_value(self) -> Array:
        """(n,) chance of a row at least as odd under the fitted mixture, blank in the same columns, by simulation."""
        return read_only(self._calibrated[0])

    @cached_property
    def q_value(self) -> Array:
        """(n,) least false discovery rate at which each row is flagged (Benjamini and Hochberg 1995)."""
        return read_only(q_values(self.p_value))


@dataclass(frozen=True)
class Anomalies:
    """Scored rows and the line drawn between them.

    Attributes:
        scored: the rows with their scores and chances, before any line is drawn.
        policy: the rule that drew the line.
        threshold: the least score that counts as odd, in nats; infinite where none does.

    Examples:
        >>> rows = np.append(np.random.default_rng(0).normal(size=29), 9.0)
        >>> found = core.anomalies(core.fit(rows), rows)
        >>> found.ranking.tolist(), found.by_chance
        ([29], 'about 1.00')
    """

    scored: Scored
    policy: Policy
    threshold: float

    @property
    def score(self) -> Array:
        """(n,) -log p of each row, of the cells that it has; high is odd."""
        return self.scored.score

    @property
    def level(self) -> Array:
        """(n,) the score of an equally rare row without blanks: what the threshold is for. The score without blanks."""
        return self.scored.level

    @property
    def p_value(self) -> Array:
        """(n,) chance of a row at least as odd under the fitted mixture, by simulation."""
        return self.scored.p_value

    @property
    def q_value(self) -> Array:
        """(n,) least false discovery rate at which each row is flagged (Benjamini and Hochberg 1995)."""
        return self.scored.q_value

    @cached_property
    def flagged(self) -> npt.NDArray[np.bool_]:
        """(n,) whether each row is odd."""
        return self.level >= self.threshold

    @cached_property
    def ranking(self) -> npt.NDArray[np.intp]:
        """(m,) positions of the flagged rows, the oddest first."""
        rows = np.flatnonzero(self.flagged)
        return rows[np.argsort(-self.level[rows], kind="stable")]

    @cached_property
    def expected_false_alarms(self) -> float:
        """How many rows chance alone would flag at this threshold."""
        if self.threshold == NEVER:
            return 0.0
        return len(self.score) * float(self.scored.null.rarity(self.threshold))

    @property
    def by_chance(self) -> str:
        """How many rows chance alone would flag, in words: "about 1.0", "fewer than 0.1"."""
        chance = self.expected_false_alarms
        return "fewer than 0.1" if chance < 0.1 else f"about {figure(chance, 2)}"


def anomalies(
    fitted: Fit,
    X: npt.ArrayLike | Matrix | Source,
    policy: Policy | None = None,
    *,
    scoring: Scoring | None = None,
    seed: int = 0,
    watch: Watch | None = None,
) -> Anomalies:
    """Score rows by -log p and flag those that a policy finds odd; about one false alarm is expected by default.

    Raises ChoiceError for what is no Fit or no policy, and DataError for rows that are not of the fit's columns.

    Examples:
        >>> rows = np.append(np.random.default_rng(0).normal(size=29), 9.0)
        >>> found = core.anomalies(core.fit(rows), rows, core.ExpectedFalseAlarms(1.0), scoring=core.InSample())
        >>> found.flagged.sum().item(), found.score.argmax().item()
        (1, 29)
    """
    return flag(scored(fitted, X, scoring=scoring, seed=seed, watch=watch), policy)


def scored(
    fitted: Fit,
    X: npt.ArrayLike | Matrix | Source,
    *,
    scoring: Scoring | None = None,
    seed: int = 0,
    watch: Watch | None = None,
) -> Scored:
    """Score rows by -log p; several policies can then draw a line through the same scores."""
    expect(fitted, Fit, "A Fit")
    whole_number(seed, "A seed", 0)
    source, scoring = as_source(X), Pruned() if scoring is None else scoring
    return _scored(scoring.scores(fitted, source, watch), scoring.mixture(fitted), source, seed)


def scored_alike(known: Scored, X: npt.ArrayLike | Matrix | Source) -> Scored:
    """Other rows scored by the mixture that some were scored by, so that a line drawn among those holds for them."""
    source = as_source(X)
    return _scored(scores_under(known.mixture, source), known.mixture, source, known.seed)


def _scored(score: Array, mixture: Mixture, source: Source, seed: int) -> Scored:
    return Scored(read_only(score), mixture, min(DRAWS, DRAWN_CELLS // mixture.columns), seed, patterns_of(source))


def flag(rows: Scored, policy: Policy | None = None) -> Anomalies:
    """Flag the rows that a policy finds odd; about one false alarm is expected by default."""
    policy = ExpectedFalseAlarms(1.0) if policy is None else policy
    if not isinstance(policy, Policy):
        raise ChoiceError("The line is drawn by a policy.", remedy="Give core.ExpectedFalseAlarms(1.0), for one.")
    return Anomalies(rows, policy, policy.threshold(rows))


def q_values(p_values: Array) -> Array:
    """(n,) Benjamini and Hochberg's adjusted p-values."""
    order = np.argsort(p_values)[::-1]
    scaled = p_values[order] * len(p_values) / np.arange(len(p_values), 0, -1)
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum.accumulate(np.minimum(scaled, 1.0))
    return adjusted
