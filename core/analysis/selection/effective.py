"""How many components a Bayesian mixture needs, and how that depends on where it starts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy.typing as npt
import pandas as pd

from ...data.source import Source, as_source
from ...data.transform import Matrix
from ...errors import FitError, expect, whole_number
from ...mixture.bayes.variational import Bayes, BayesPlan, bayes
from ...mixture.em.stopping import Outcome
from ...progress import Joined, Watch, as_watch
from ..sampled import at_most
from . import words

STARTS = 10
MOST_ROWS = 20_000  # of a larger source a sample of so many is looked at

Map = Callable[[Callable[[int], Bayes | None], Iterable[int]], Iterable[Bayes | None]]


@dataclass(frozen=True)
class EffectiveComponents:
    """Bayesian mixtures of the same rows from several starts.

    Attributes:
        runs: Bayesian mixtures, one for each seed; after a cancel those that were carried through, or one that was not.
        seeds: seeds of the runs.
        rows: number of rows that they were fitted to.
        cancelled: whether a watch ended it; it is then what was done by that time.

    Examples:
        >>> plan = core.BayesPlan(components=4)
        >>> found = core.effective_components(core.toy("round", rows=60).points, plan, seeds=(0, 1))
        >>> found.numbers, found.best.effective_components
        ((3, 3), 3)
    """

    runs: tuple[Bayes, ...]
    seeds: tuple[int, ...]
    rows: int
    cancelled: bool = False

    @property
    def numbers(self) -> tuple[int, ...]:
        """The effective number of components of each run."""
        return tuple(run.effective_components for run in self.runs)

    @property
    def best(self) -> Bayes:
        """The run with the highest lower bound of the evidence."""
        return max(self.runs, key=lambda run: run.elbo[-1])

    @property
    def spread(self) -> tuple[int, int]:
        """The least and the greatest effective number."""
        return min(self.numbers), max(self.numbers)

    @property
    def most_common(self) -> tuple[int, int]:
        """The effective number that most runs have, the smallest of several such, and how many have it."""
        return max(Counter(sorted(self.numbers)).items(), key=lambda item: item[1])

    @property
    def frame(self) -> pd.DataFrame:
        """A row per run, the highest evidence first."""
        rows = [
            {
                "seed": seed,
                "groups": run.effective_components,
                "evidence": run.elbo[-1],
                "passes": len(run.elbo),
                "outcome": run.outcome.value,
            }
            for seed, run in zip(self.seeds, self.runs, strict=True)
        ]
        return pd.DataFrame(rows).sort_values("evidence", ascending=False, ignore_index=True)

    @property
    def sentence(self) -> str:
        """The effective number and its spread."""
        return words.effective_sentence(self)

    @property
    def grounds(self) -> str:
        """Between how many it could choose, and on what it rests."""
        return words.effective_grounds(self)


def effective_components(
    X: npt.ArrayLike | Matrix | Source,
    plan: BayesPlan | None = None,
    *,
    seeds: Iterable[int] = range(STARTS),
    watch: Watch | None = None,
    over: Map = map,
) -> EffectiveComponents:
    """Bayesian mixtures from one start per seed, on a sample of MOST_ROWS where there are more rows.

    The seeds stand in for the plan's own. over maps a function over the seeds; a thread pool's map spreads them over
    the cores and changes no result. A watch that returns False ends it with the runs that are done, or with the one
    that was under way. Raises what `bayes` raises, and FitError without a seed.

    Examples:
        >>> plan = core.BayesPlan(components=4)
        >>> core.effective_components(core.toy("round", rows=60).points, plan, seeds=(0, 1)).sentence
        'It needs 3 components from each of 2 starts.'
    """
    plan = BayesPlan() if plan is None else plan
    expect(plan, BayesPlan, "A BayesPlan")
    expect(seeds, Iterable, "A list of seeds")
    wanted = tuple(whole_number(each, "A seed", 0) for each in seeds)
    source = as_source(X)
    rows = X if source.n <= MOST_ROWS else at_most(source, MOST_ROWS, plan.seed)
    shared = Joined(as_watch(watch), "starts", len(wanted))

    def run(seed: int) -> Bayes | None:
        if not shared.goes_on:
            return None
        found = bayes(rows, replace(plan, seed=seed), watch=shared)
        shared.count()
        return found

    begun = [(seed, found) for seed, found in zip(wanted, over(run, wanted), strict=True) if found is not None]
    if not begun:
        raise FitError("There is no seed to start from.", remedy="Give it one at least.")
    through = [(seed, found) for seed, found in begun if found.outcome is not Outcome.CANCELLED]
    seeds, runs = zip(*(through or begun[:1]), strict=True)
    return EffectiveComponents(runs, seeds, min(source.n, MOST_ROWS), not shared.goes_on)
