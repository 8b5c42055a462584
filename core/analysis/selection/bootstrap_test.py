"""The bootstrap likelihood-ratio test: is one group more worth having, or would chance do as well?

Twice the gain in log-likelihood from K to K + 1 components has no known distribution, so it is compared with what
sets gain that are drawn from the fitted K components (McLachlan 1987). Where the first sets show that chance often does
as well, the test ends early, which leaves its size as it is (Besag and Clifford 1991).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ...data.prepare import Matrix
from ...data.source import ArraySource
from ...errors import ChoiceError, FitError, expect, whole_number
from ...mixture.em.stopping import Outcome
from ...mixture.family import Family
from ...mixture.fit import fit
from ...mixture.model import Mixture
from ...mixture.plan import Plan
from ...numbers import count
from ...progress import Joined, Watch, as_watch
from ..sampled import some_rows
from . import words

TESTED_ROWS = 2_000  # at most; every drawn set has as many
SIGNIFICANT = 0.05
BATCH = 8  # sets drawn at a time: results do not depend on it, only how soon the test ends

SetMap = Callable[[Callable[[int], float | None], Iterable[int]], Iterable[float | None]]


@dataclass(frozen=True)
class Bootstrap:
    """How many sets to draw, and when enough of them have gained as much as the rows.

    Attributes:
        sets: most sets that are drawn, 19 or more.
        enough: number of sets that gain as much as the rows, with which the test ends.
        restarts: number of starts of each fit.
        tolerance: relative change of the log-likelihood at which each of them has settled.
        seed: seed of the draws and the starts.

    Examples:
        >>> core.Bootstrap(sets=199)
        Bootstrap(sets=199, enough=10, restarts=3, tolerance=1e-08, seed=0)
    """

    sets: int = 99
    enough: int = 10
    restarts: int = 3
    tolerance: float = 1e-8
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse fewer than 19 sets, which cannot reach 5 %. Raises ChoiceError."""
        whole_number(self.restarts, "The number of starts")
        whole_number(self.seed, "A seed", 0)
        if whole_number(self.sets, "Sets", 0) < 19 or whole_number(self.enough, "Enough", 0) < 1:
            raise ChoiceError("A bootstrap test needs at least 19 sets, with fewer it can never reach 5 %.")


@dataclass(frozen=True)
class BootstrapTest:
    """K components against K + 1 of the same family.

    Attributes:
        family: covariance family of both.
        components: number of components K that is tested against K + 1.
        statistic: twice the gain in log-likelihood from K to K + 1; 0 without a sound fit with K + 1, NaN if cancelled.
        drawn: the same of each set drawn from the fitted K components.
        enough: number of sets that gain as much after which the test ends.
        rows: number of rows that were fitted.
        of: number of rows there are.
        cancelled: whether a watch ended it; it is then what was done by that time.

    Examples:
        >>> rows = core.toy("round", rows=60).points
        >>> test = core.bootstrap_test(rows, core.family("EII"), 2, core.Bootstrap(sets=19, restarts=1))
        >>> test.significant, test.p_value
        (True, 0.05)
    """

    family: Family
    components: int
    statistic: float
    drawn: tuple[float, ...]
    enough: int
    rows: int
    of: int
    cancelled: bool = False

    @property
    def as_much(self) -> int:
        """Drawn sets that gain at least as much as the rows."""
        return sum(each >= self.statistic for each in self.drawn)

    @property
    def p_value(self) -> float:
        """How often chance does as well: (sets that do, and the rows themselves) over all sets.

        Where the test ended early the last set that does as well is the rows' stand-in (Besag and Clifford 1991).
        """
        ended = self.as_much >= self.enough
        return self.as_much / len(self.drawn) if ended else (self.as_much + 1) / (len(self.drawn) + 1)

    @property
    def significant(self) -> bool:
        """Whether chance does as well at most once in 20 times."""
        return self.p_value <= SIGNIFICANT

    @property
    def sentence(self) -> str:
        """Whether one component more is worth having."""
        return words.bootstrap_test_sentence(self)

    @property
    def grounds(self) -> str:
        """The numbers behind the sentence; nothing where no set was drawn."""
        return words.bootstrap_test_grounds(self)


def bootstrap_test(
    X: Matrix | npt.ArrayLike,
    family: Family,
    components: int,
    bootstrap: Bootstrap | None = None,
    *,
    watch: Watch | None = None,
    over: SetMap = map,
) -> BootstrapTest:
    """Test K components against K + 1 on (n, d) rows in fitted units, as far as watch lets it.

    Drawn sets have blanks and row weights in the same places as the rows.

    over spreads the sets as in `sweep`, and changes no result. Raises FitError if K components do not fit soundly.

    Examples:
        >>> rows = np.random.default_rng(0).normal(size=(30, 1))
        >>> core.bootstrap_test(rows, core.family("EII"), 1, core.Bootstrap(sets=19, enough=1)).significant
        False
    """
    bootstrap = Bootstrap() if bootstrap is None else bootstrap
    expect(bootstrap, Bootstrap, "A Bootstrap")
    some = some_rows(X, TESTED_ROWS, bootstrap.seed)
    shared = Joined(as_watch(watch), "drawn sets", bootstrap.sets)
    own = _gain(some.source, family, components, bootstrap, shared)
    if own is None:
        return BootstrapTest(family, components, math.nan, (), bootstrap.enough, some.rows, some.of, cancelled=True)
    if not own.sound:
        raise FitError(
            f"{family.name} with {count(components, 'component')} does not fit soundly: nothing can be drawn from it.",
            remedy="Choose another model.",
        )

    def draw(number: int) -> float | None:
        rng = np.random.default_rng([bootstrap.seed, components, number])
        gain = _gain(some.drawn(own.null.sample(some.rows, rng)), family, components, bootstrap, shared)
        shared.count()
        return None if gain is None else gain.statistic

    drawn = _until_enough(_in_batches(draw, bootstrap.sets, over), own.statistic, bootstrap.enough)
    ended = not shared.goes_on
    return BootstrapTest(family, components, own.statistic, drawn, bootstrap.enough, some.rows, some.of, ended)


def _until_enough(statistics: Iterable[float | None], own: float, enough: int) -> tuple[float, ...]:
    """The statistics up to one that was ended, or with which enough of them are as large as the rows' own."""
    drawn: list[float] = []
    as_much = 0
    for statistic in statistics:
        if statistic is None:
            break
        drawn.append(statistic)
        as_much += statistic >= own
        if as_much == enough:
            break
    return tuple(drawn)


def _in_batches(draw: Callable[[int], float | None], sets: int, over: SetMap) -> Iterator[float | None]:
    """The statistics of the sets in their order, worked out some at a time."""
    for at in range(0, sets, BATCH):
        yield from over(draw, range(at, min(at + BATCH, sets)))


@dataclass(frozen=True)
class _Gain:
    """What K + 1 components gain on some rows."""

    statistic: float
    null: Mixture  # the fitted K components
    sound: bool  # whether they are admissible


def _gain(rows: ArraySource, family: Family, components: int, bootstrap: Bootstrap, watch: Watch) -> _Gain | None:
    """Twice the gain in log-likelihood of the best sound K + 1 components over the best K; None where it was ended."""
    plan = Plan(family, components, restarts=bootstrap.restarts, tolerance=bootstrap.tolerance, seed=bootstrap.seed)
    fewer = fit(rows, plan, watch=watch)
    if fewer.outcome is Outcome.CANCELLED:
        return None
    try:
        more = fit(rows, replace(plan, components=components + 1), watch=watch)
    except FitError:
        return _Gain(0.0, fewer.mixture, fewer.admissible)
    if more.outcome is Outcome.CANCELLED:
        return None
    gain = 2 * (more.log_likelihood - fewer.log_likelihood) if more.admissible else 0.0
    return _Gain(max(gain, 0.0), fewer.mixture, fewer.admissible)
