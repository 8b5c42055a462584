"""Words: what another file comes to under a fit, as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..numbers import count, figure, share
from .level_drift import level_drift_in_words

if TYPE_CHECKING:
    from .comparable import Unlike
    from .new_rows import NewRows


def new_rows_sentence(found: NewRows) -> str:
    """What came of it."""
    flagged, rows = int(found.odd.flagged.sum()), len(found.matrix.values)
    said = f"{count(flagged, 'row')} of {rows:,} look{'s' if flagged == 1 else ''} odd"
    said = said if flagged else f"None of {count(rows, 'row')} looks odd"
    return f"{said}; about {figure(found.expected, 2)} would if they were like the rows that were fitted"


def new_rows_unlike_sentences(found: NewRows) -> tuple[str, ...]:
    """How many rows cannot be compared, and what of each column."""
    if not found.unlike:
        return ()
    rows = len(found.not_comparable)
    is_ = "is marked so, neither odd nor usual" if rows == 1 else "are marked so, neither odd nor usual"
    return (f"{count(rows, 'row')} cannot be compared and {is_}.", *(each.sentence for each in found.unlike))


def new_rows_drift_sentence(found: NewRows) -> str:
    """What has moved."""
    moved = found.drift[found.drift["moved"]]
    if not len(moved):
        return "No column has moved by much"
    worst = int(moved["ks"].fillna(1.0).to_numpy().argmax())
    if moved["column"].iloc[worst] in found.matrix.categories and moved["blank_now"].iloc[worst] < 1.0:
        how = level_drift_in_words(found.levels, moved["column"].iloc[worst])
        return how if len(moved) == 1 else f"{count(len(moved), 'column')} have moved; {how}"
    shift, name = float(moved["shift"].iloc[worst]), moved["column"].iloc[worst]
    if moved["blank_now"].iloc[worst] == 1.0:
        return f"{name} is blank in every row"
    if np.isnan(shift):
        return f"{name} has moved away from the one value that it had"
    how = f"{name} has moved {'up' if shift > 0 else 'down'} by {figure(abs(shift), 2)} standard deviations"
    return how if len(moved) == 1 else f"{count(len(moved), 'column')} have moved; {how}"


def new_rows_groups_sentence(found: NewRows) -> str:
    """Which group's share has changed most."""
    then, now = (found.groups[each].to_numpy() for each in ("then", "now"))
    most = int(np.abs(now - then).argmax())
    return f"{found.groups['group'].iloc[most]} holds {share(now[most])} of the new rows; it held {share(then[most])}"


def comparable_sentence(found: Unlike) -> str:
    """Which column, in how many rows, and why."""
    return f"{found.column}: {found.why}, in {count(int(found.rows.sum()), 'row')}."
