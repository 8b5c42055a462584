"""Stability: whether each group is found again when the rows are drawn anew (Hennig 2007)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...arrays import Array, read_only
from ...data.prepare import Matrix
from ...data.source import Source
from ...errors import DegenerateError, FitError
from ...mixture.em.stopping import Outcome
from ...mixture.fit import Fit, fit, polish
from ...progress import Joined, Watch, as_watch
from ..groups.grouping import Grouping
from ..sampled import Sampled, some_rows
from . import words
from .resampling import DrawMap, carried_out, expect_draws

MOST_ROWS = 5_000  # that are drawn anew
RESTARTS = 3
TOLERANCE = 1e-6
DISSOLVED = 0.5  # similarity under which a group was not found again


@dataclass(frozen=True)
class Stability:
    """How well each of G groups is found again.

    Attributes:
        similarities: (B, G) Jaccard similarity of each group to the most similar one of each of B draws.
        rows: number of rows that were drawn from.
        of: number of rows there are.
        cancelled: whether a watch ended it; it is then what was done by that time.

    Examples:
        >>> rows = core.toy("round", rows=60).points
        >>> found = core.stability(core.fit(rows, components=3, family="EII"), rows, draws=2)
        >>> found.similarities.shape, found.words[0]
        ((2, 3), 'very stable')
    """

    similarities: Array
    rows: int
    of: int
    cancelled: bool = False

    @property
    def mean(self) -> Array:
        """(G,) mean similarity; NaN without a draw."""
        draws, groups = self.similarities.shape
        return read_only(self.similarities.mean(axis=0) if draws else np.full(groups, np.nan))

    @property
    def dissolved(self) -> npt.NDArray[np.intp]:
        """(G,) draws in which each group was not found again."""
        return (self.similarities < DISSOLVED).sum(axis=0)

    @property
    def words(self) -> tuple[str, ...]:
        """How stable each group is."""
        return tuple(
            next((word for least, word in words.GRADES if value >= least), words.UNKNOWN) for value in self.mean
        )

    def frame(self, names: Sequence[str]) -> pd.DataFrame:
        """A row for each group."""
        return pd.DataFrame(
            {"group": list(names), "similarity": self.mean, "lost": self.dissolved, "stability": list(self.words)}
        )

    def sentence(self, names: Sequence[str]) -> str:
        """The groups that would not be found again, or that all would."""
        return words.stability_sentence(self, names)


def stability(
    fitted: Fit,
    X: Matrix | npt.ArrayLike | Source,
    *,
    grouping: Grouping | None = None,
    draws: int = 50,
    seed: int = 0,
    watch: Watch | None = None,
    over: DrawMap[Array] = map,
) -> Stability:
    """Fit rows drawn with replacement, and compare the groups on the rows that were drawn, as far as watch lets it.

    Each draw is fitted from starts of its own and from the fit, and the likelier counts. With a grouping, components go
    to the groups that most of their rows came from.

    Raises ChoiceError for what is no Fit or no number of draws, and DataError for rows that are not of its columns.

    Examples:
        >>> rows = core.toy("round", rows=60).points
        >>> core.stability(core.fit(rows, components=3, family="EII"), rows, draws=2).mean.round().tolist()
        [1.0, 1.0, 1.0]
    """
    expect_draws(fitted, draws, seed)
    grouping = grouping or Grouping.apart(fitted.components)
    some = some_rows(X, MOST_ROWS, seed)
    own = _labels(fitted, some.values, grouping)
    plan = replace(fitted.plan, restarts=RESTARTS, tolerance=max(TOLERANCE, fitted.plan.tolerance))
    begin = replace(fitted, plan=plan, data_id=None)
    shared = Joined(as_watch(watch), "draws", draws)

    def draw(number: int) -> Array | None:
        drawn, counts = _drawn(some, [seed, number])
        rows, anew = some.weighed(drawn, counts[drawn].astype(np.float64)), replace(plan, seed=number)
        fits = [*_tried(lambda: polish(rows, begin, watch=shared)), *_tried(lambda: fit(rows, anew, watch=shared))]
        if any(each.outcome is Outcome.CANCELLED for each in fits):
            return None
        if not fits:
            return np.zeros(grouping.groups)
        again = max(fits, key=lambda each: (each.admissible, each.log_likelihood))
        found = _labels(again, rows.values, Grouping.apart(again.components))
        return similarity(own[drawn], joined(found, own[drawn], grouping), grouping.groups)

    found = tuple(carried_out(draw, draws, shared, over))
    similarities = np.array(found).reshape(len(found), grouping.groups)
    return Stability(read_only(similarities), some.rows, some.of, not shared.goes_on)


def _drawn(some: Sampled, seed: list[int]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """As many rows as there are, drawn with replacement: which they are, and (n,) how often each was drawn."""
    chance = some.weights / some.weights.sum()
    counts = np.bincount(np.random.default_rng(seed).choice(some.rows, some.rows, p=chance), minlength=some.rows)
    return np.flatnonzero(counts), counts


def _tried(make: Callable[[], Fit]) -> list[Fit]:
    """The fit, if there is one."""
    try:
        return [make()]
    except (FitError, DegenerateError):
        return []


def similarity(own: npt.NDArray[np.intp], other: npt.NDArray[np.intp], groups: int) -> Array:
    """(G,) the largest Jaccard similarity of each group 0 .. G - 1 to any group of (n,) other labels; 0 for none."""
    best = np.zeros(groups)
    for k in range(groups):
        mine = own == k
        for each in np.unique(other):
            theirs = other == each
            both = int((mine & theirs).sum())
            if both:
                best[k] = max(best[k], both / int((mine | theirs).sum()))
    return best


def joined(found: npt.NDArray[np.intp], own: npt.NDArray[np.intp], grouping: Grouping) -> npt.NDArray[np.intp]:
    """Components as groups: where some components make up one group, new ones go to where most of their rows were."""
    if grouping.groups == len(grouping.of):
        return found
    home = {each: int(np.bincount(own[found == each]).argmax()) for each in np.unique(found).tolist()}
    return np.array([home[each] for each in found.tolist()], dtype=np.intp)


def _labels(fitted: Fit, values: Array, grouping: Grouping) -> npt.NDArray[np.intp]:
    """(n,) group of each row; noise counts as one more."""
    component = fitted.mixture.responsibilities(values).argmax(axis=1)
    home = np.append(np.array(grouping.of, dtype=np.intp), grouping.groups)
    return home[component]
