"""Words: an answer as a person reads it."""

from __future__ import annotations

import numpy as np

from ...arrays import Array
from ...mixture.fit import Fit
from ...numbers import count, share
from ..anomaly.odd_rows import Anomalies
from ..groups.grouping import Grouping

CLEAR = 0.8  # a row is clearly in a group that holds at least this share of it


def in_words(groups: int, largest: Array, odd: Anomalies) -> str:
    """An answer in a sentence: how many groups, how clearly rows belong, how many are odd; largest is (n,)."""
    clear = float(np.mean(largest >= CLEAR))
    return f"{_groups(groups, clear)}; {_odd(len(odd.ranking))}."


def odd_in_words(odd: Anomalies) -> str:
    """The odd rows in a sentence."""
    rows, flagged = len(odd.score), len(odd.ranking)
    said = (
        "No row looks odd"
        if flagged == 0
        else f"{count(flagged, 'row')} of {rows:,} {'looks' if flagged == 1 else 'look'} odd"
    )
    return f"{said}; chance alone would flag {odd.by_chance}."


def scored_over(fitted: Fit, odd: Anomalies) -> str:
    """Over which components the score sums, in words."""
    kept, all_of_them = odd.scored.mixture.components, fitted.components
    if kept == all_of_them:
        return count(kept, "component")
    left_out = count(all_of_them - kept, "small one")
    return f"{kept} of {count(all_of_them, 'component')}, without {left_out} far from the others"


def far_groups_in_words(fitted: Fit, odd: Anomalies, grouping: Grouping) -> str:
    """Which groups do not count when rows are scored, being small and far from the others; nothing if all do."""
    kept = {mean.tobytes() for mean in odd.scored.mixture.means}
    gone = [mean.tobytes() not in kept for mean in fitted.mixture.means]
    far = [group for group, part in enumerate(grouping.parts) if all(gone[k] for k in part)]
    if not far:
        return ""
    rows = share(sum(float(fitted.mixture.weights[list(grouping.parts[group])].sum()) for group in far))
    names = grouping.in_words(far)
    if len(far) == 1:
        return f"{names} is small ({rows} of the rows) and far from the others, so its rows are scored by those."
    return f"{names} are small ({rows} of the rows) and far from the others, so their rows are scored by those."


def _groups(groups: int, share_clear: float) -> str:
    if groups == 1:
        return "One group: these columns do not split the rows"
    clear = "every row is" if share_clear == 1 else f"{share(share_clear)} of rows are"
    return f"{groups} groups; {clear} clearly in one"


def _odd(count: int) -> str:
    if count == 0:
        return "no row looks odd"
    return "1 row looks odd" if count == 1 else f"{count:,} rows look odd"
