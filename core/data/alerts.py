"""Alerts: what is special about a column, with the reason in words, and whether it is left out at first."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ..arrays import Array
from .code_numbers import AMBIGUOUS, codes_among, is_ambiguous, spelt
from .combinations import combinations
from .dates import dates
from .names import own_results
from .summary import Numbers
from .table import Alert, AlertKind, Column, Kind, Shape

FEW_VALUES = 10  # this many distinct values or fewer make spikes of a density
SPIKE_SHARE = 0.3  # more than this share of the rows at one value, worth a remark
MOSTLY = 0.5  # beyond which that value is the middle of the column: without it the others must bear a density
FAR_RARER = 5  # times rarer than it is each of these, so that it is a heap on them
MOST_OF_THESE = 6  # such columns that are fitted: rows are blank in so many ways, two to the power of it
NEARLY_ALL = 0.95
BLANK_SHARE = 0.2  # of the cells of a column, worth a remark
NEARLY_BLANK = 0.9  # beyond which the column says too little of the groups
COPY = 0.999  # correlation beyond which one column is nearly a copy of another
MOST_COMPARED = 300  # columns that are compared with each other
COMPARED_ROWS = 2_000
TAIL = 6.0  # distance of the 99.5 % quantile from the median, in upper quartile distances: 3.8 for a normal
TAIL_ROWS = 50
ID_NAME = re.compile(
    r"(^|[_\s.-])(id|ids|uuid|guid|key|index|idx|row|rownum|no|nr|number|code)$|^unnamed|\wID$|\wId$", re.I
)


def alerts_of(columns: Sequence[Column], numbers: Mapping[str, Numbers]) -> dict[str, list[Alert]]:
    """The alerts of each column, by name, the strongest reason first."""
    found: dict[str, list[Alert]] = {each.name: [] for each in columns}
    numeric = [each for each in columns if each.kind.is_numeric]
    for each in columns:
        found[each.name] += _own_alerts(each, numbers[each.name]) if each.kind.is_numeric else _word_alerts(each)
    _leave_out_most(found, numbers)
    for name in own_results([each.original for each in columns]) & found.keys():
        found[name].insert(0, Alert(AlertKind.OWN_RESULT, "a result of this app, from an earlier download", True))
    varied = [each.name for each in numeric if each.n_distinct > 1]
    for name, other in _duplicates(varied, numbers).items():
        found[name].insert(0, Alert(AlertKind.DUPLICATE, f"a copy of “{other}”", True))
    fitted = [name for name in varied if not any(alert.leaves_out for alert in found[name])][:MOST_COMPARED]
    if len(fitted) > 1:
        stacked = _some_rows([numbers[name].values for name in fitted])
        for name, reason in combinations(fitted, stacked).items():
            found[name].append(Alert(AlertKind.COMBINATION, reason, True))
        for name, alert in _near_copies(fitted, stacked):
            found[name].append(alert)
    return found


def _word_alerts(column: Column) -> list[Alert]:
    n = column.n_distinct
    if column.kind is Kind.TEXT and n > 20 and ID_NAME.search(column.original.strip()):
        return [Alert(AlertKind.IDENTIFIER, "an identifier", False)]
    if n == 1 and column.kind is not Kind.EMPTY:
        return [Alert(AlertKind.CONSTANT, "the same in every row", False)]
    return []


def _own_alerts(column: Column, numbers: Numbers) -> list[Alert]:
    """What a column's own values say."""
    n = len(numbers.values)
    alerts = _infinite(numbers)
    if numbers.n_distinct <= 1:
        return [Alert(AlertKind.CONSTANT, "the same value in every row", True), *alerts]
    if column.kind is Kind.DATE:
        alerts.append(Alert(AlertKind.DATE, "a date; it would count as a number of days", True))
    if column.kind is Kind.NUMBER and _is_identifier(column.original, numbers):
        alerts.append(Alert(AlertKind.IDENTIFIER, "an identifier or a running number", True))
    if column.n_missing > BLANK_SHARE * n:
        reason = f"{100 * column.n_missing / n:.0f} % of its cells are blank"
        alerts.append(Alert(AlertKind.BLANKS, reason, column.n_missing > NEARLY_BLANK * n))
    if numbers.n_distinct <= FEW_VALUES:
        alerts.append(Alert(AlertKind.FEW_VALUES, f"only {numbers.n_distinct} different values", True))
    alerts += _spike(numbers, column.kind)
    return alerts if column.kind is Kind.DATE else alerts + _code(numbers) + _tail(numbers)


def _leave_out_most(alerts: dict[str, list[Alert]], numbers: Mapping[str, Numbers]) -> None:
    """Of many columns mostly at one value, only those that are so the least are fitted."""
    spiked = [name for name, own in alerts.items() for alert in own if alert.kind is AlertKind.SPIKE]
    shares = {name: numbers[name].most_common[1] / len(numbers[name].present) for name in spiked}
    mostly = [name for name in spiked if shares[name] > MOSTLY and not any(each.leaves_out for each in alerts[name])]
    for name in sorted(mostly, key=shares.__getitem__)[MOST_OF_THESE:]:
        alerts[name] = [replace(each, leaves_out=each.kind is AlertKind.SPIKE) for each in alerts[name]]


def _infinite(numbers: Numbers) -> list[Alert]:
    count = numbers.n_infinite
    cells = "cell is infinite and counts" if count == 1 else "cells are infinite and count"
    return [Alert(AlertKind.INFINITE, f"{count:,} {cells} as blank", False)] if count else []


def _spike(numbers: Numbers, of: Kind) -> list[Alert]:
    most, count = numbers.most_common
    share = count / len(numbers.present)
    if share <= SPIKE_SHARE or count < 2:
        return []
    kind = AlertKind.NEAR_CONSTANT if share > NEARLY_ALL else AlertKind.SPIKE
    percent = "over 99" if 0.995 <= share < 1 else f"{100 * share:.0f}"
    value = dates([most])[0] if of is Kind.DATE else f"{most:,.6g}"
    out = share > NEARLY_ALL or (share > MOSTLY and not _is_heap_on_a_density(numbers, most, count))
    return [Alert(kind, f"{percent} % of the rows hold the one value {value}", out)]


def _is_heap_on_a_density(numbers: Numbers, most: float, count: int) -> bool:
    """Whether a column has more than a few other values, each far rarer than the commonest."""
    _, counts = np.unique(numbers.ordered[numbers.ordered != most], return_counts=True)
    return len(counts) > FEW_VALUES and bool(FAR_RARER * counts.max() <= count)


def _code(numbers: Numbers) -> list[Alert]:
    codes = codes_among(numbers) or ((AMBIGUOUS,) if is_ambiguous(numbers) else ())
    if not codes:
        return []
    code = spelt(codes[0])
    what = f"{code} stands {numbers.count(codes[0]):,} times, far from the rest: it may mean blank"
    return [Alert(AlertKind.CODE, what, False, code=code)]


def _tail(numbers: Numbers) -> list[Alert]:
    """A long tail to the right, which a logarithm or a power transform would shorten."""
    if len(numbers.ordered) < TAIL_ROWS or numbers.n_distinct <= FEW_VALUES:
        return []
    low, lower, middle, upper, high = (numbers.quantile(share) for share in (0.005, 0.25, 0.5, 0.75, 0.995))
    right, left = (high - middle) / max(upper - middle, 1e-300), (middle - low) / max(middle - lower, 1e-300)
    if not (right > TAIL and right > 1.5 * left and np.isfinite(right)):
        return []
    if numbers.ordered[0] > 0:
        return [Alert(AlertKind.HEAVY_TAIL, "a long tail: try its logarithm", False, Shape.LOG)]
    what = "a long tail: try evening it out"
    return [Alert(AlertKind.HEAVY_TAIL, what, False, Shape.YEO_JOHNSON)]


def _is_identifier(original: str, numbers: Numbers) -> bool:
    """Nearly all different, and either running on in equal steps or whole numbers whose name says so."""
    present, ordered = numbers.present, numbers.ordered
    if len(present) < 3 or numbers.n_distinct < 0.98 * len(present):
        return False
    steps, ups = ordered[1:] - ordered[:-1], present[1:] - present[:-1]
    onward = max(np.count_nonzero(ups > 0), np.count_nonzero(ups < 0)) / len(ups) > 0.98
    if not (present == np.rint(present)).all():
        return bool(onward and len(present) >= 10 and steps.max() - steps.min() <= 1e-6 * steps.mean())
    return (
        bool(onward and np.count_nonzero(steps <= 1) / len(steps) > 0.98)
        or ID_NAME.search(original.strip()) is not None
    )


def _duplicates(names: Sequence[str], numbers: Mapping[str, Numbers]) -> dict[str, str]:
    """Columns that repeat an earlier one exactly, and which."""
    first: dict[bytes, str] = {}
    found = {}
    for name in names:
        digest = hashlib.blake2b(np.ascontiguousarray(numbers[name].values + 0.0).data, digest_size=16).digest()
        if digest in first:
            found[name] = first[digest]
        first.setdefault(digest, name)
    return found


def _some_rows(columns: Sequence[Array]) -> Array:
    """(m, d) a regular sample of the rows; infinite cells are blank."""
    step = max(1, len(columns[0]) // COMPARED_ROWS)
    rows = np.column_stack([values[::step] for values in columns])
    return np.where(np.isfinite(rows), rows, np.nan)


def _near_copies(names: Sequence[str], rows: Array) -> list[tuple[str, Alert]]:
    """Columns that move exactly with an earlier one."""
    strength = np.abs(_correlation(rows))
    found = []
    for later in range(1, len(names)):
        before = np.nan_to_num(strength[later, :later])
        at = int(before.argmax())
        if before[at] > COPY:
            found.append((names[later], Alert(AlertKind.CORRELATED, f"moves exactly with “{names[at]}”", False)))
    return found


def _correlation(rows: Array) -> Array:
    """(d, d) correlations, each pair over the rows where both are there."""
    present = ~np.isnan(rows)
    with np.errstate(all="ignore"):
        scale = np.nanmax(np.abs(rows), axis=0)
        rows = rows / np.where(scale > 0, scale, 1.0)
        centred = np.where(present, rows - np.nanmean(rows, axis=0), 0.0)
        squares = (centred**2).T @ present.astype(float)
        correlation: Array = (centred.T @ centred) / np.sqrt(squares * squares.T)
    return correlation
