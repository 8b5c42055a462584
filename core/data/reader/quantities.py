"""Quantities: numbers with a unit, a multiplier, a side of the world or a mark behind them, and limits of detection."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from . import datetimes, numerals
from .sheet import Mask

MOSTLY = 0.9  # of the numbers of a column, that have the one unit
_ABOUT = r"^[~≈]\s*"
_MARK = r"(?:\s*(?:[*†‡§¶!?^]+|\^[a-z0-9]|\((?:[a-zA-Z]{1,3}|est|prov|prel)\.?\)|\[(?:\d{1,3}|[a-z]|note \d{1,2})\]))+$"
# What may be a unit, of which _IS_UNIT tells: Arrow would take 20 ms for each column to compile classes of all letters.
_RAISED = r"^(.*\d)\s?[¹²³⁰⁴-⁹]{1,2}$"  # the number of a footnote
_POWER = r"^10[¹²³⁰⁴-⁹]+$"
_FLAGS = re.compile(r"[bcdefinprsuz]{1,2}")  # of a number that is estimated, provisional and so on: 301 b
_UNIT = r"^(?P<number>.*[\d.])(?P<gap>[ \x{a0}\x{202f}]?)(?P<unit>[^\d\s.,]\D*[23²³]?)$"
_IS_UNIT = re.compile(r"(?:[^\W\d_]|[°µ])(?:[^\W\d_]|[°µ/·^ ]){0,11}[23²³]?")
_LIMIT = r"^[<>≤≥]=? ?(?:[-+]?[\d.,]+ ?[^\d\s()\[\]]*|[A-Z]{2,5})$"
_LIMIT_WORDS = frozenset(
    {"bdl", "bql", "blq", "lod", "<lod", "lloq", "bloq", "below detection", "below detection limit"}
)
_NO_UNITS = frozenset({"am", "pm", "st", "nd", "rd", "th", "e", "x"})
MULTIPLIERS = {
    **dict.fromkeys(("k", "K", "thousand", "Tsd"), 1e3),
    **dict.fromkeys(("M", "mn", "mln", "mio", "Mio", "MM", "million"), 1e6),
    **dict.fromkeys(("B", "b", "bn", "Bn", "bln", "Mrd", "billion"), 1e9),
    **dict.fromkeys(("tn", "trillion"), 1e12),
}
_ALONE = frozenset({"K", "M", "B", "b", "MM"})  # units of their own where they stand apart: 300 K is a temperature
_SAME = {"EUR": "€", "GBP": "£", "PLN": "zł", "CZK": "Kč", "US$": "USD", "CA$": "CAD", "AU$": "AUD", "NZ$": "NZD"}
_SIDES = ({"N": 1.0, "S": -1.0}, {"E": 1.0, "W": -1.0})


def _none() -> Mask:
    return np.zeros(0, dtype=np.bool_)


@dataclass(frozen=True)
class Quantities:
    """Texts taken apart."""

    values: numerals.Floats  # (n,) NaN where there is no number
    units: tuple[str, ...] = ()  # (n,) "" without
    currencies: tuple[str, ...] = ()  # (n,) "" without
    marked: Mask = field(default_factory=_none)  # (n,) whether a mark was left off
    limits: Mask = field(
        default_factory=_none
    )  # (n,) whether it says that a value is below or above what can be measured
    apart: Mask = field(default_factory=_none)  # (n,) whether a space stands before the unit
    unit: str = ""  # the one of the column, or its currency
    bare: Mask = field(default_factory=_none)  # (n,) which numbers are without it
    multiplied: bool = False  # whether thousands and millions were worked out

    def some(self, at: Sequence[int]) -> Quantities:
        """Those of some of the texts, each by itself as yet."""
        units, paid = tuple(self.units[i] for i in at), tuple(self.currencies[i] for i in at)
        return Quantities(self.values[at], units, paid, self.marked[at], self.limits[at], self.apart[at])


class Apart:
    """The different texts of some short columns taken apart at once, since a call costs more than such a column."""

    def __init__(self, texts: pa.Array | None = None) -> None:
        different = [] if texts is None else texts.drop_null().unique().to_pylist()
        self._at = {text: at for at, text in enumerate(different)}
        self._found: dict[str, Quantities] = {}

    def of(self, texts: Sequence[str], decimal: str) -> Quantities:
        """Some texts taken apart, by themselves where they are not among those."""
        at = [self._at.get(text, -1) for text in texts] if self._at else [-1]
        if -1 in at:
            return quantities(pa.array(texts, pa.string()), decimal)
        if decimal not in self._found:
            self._found[decimal] = quantities(pa.array(self._at, pa.string()), decimal)
        return self._found[decimal].some(at)

    def numbers(self, texts: pa.Array, decimal: str) -> numerals.Floats:
        """(n,) the numbers of texts with nothing behind them; NaN for the others."""
        if not self._at:
            return numerals.numbers(texts, decimal)
        found = self.of(texts.to_pylist(), decimal)
        more = found.marked | np.array([bool(unit) for unit in found.units], dtype=np.bool_)
        return np.where(more, np.nan, found.values)

    def share(self, texts: Sequence[str], counts: Sequence[int], decimal: str) -> float:
        """The share of cells that are numbers, with or without something behind them, or limits."""
        if not texts:
            return 0.0
        found = self.of(texts, decimal)
        good = ~np.isnan(found.values) | found.limits
        return float((good * np.asarray(counts)).sum() / max(1, sum(counts)))


def quantities(texts: pa.Array, decimal: str) -> Quantities:
    """Texts taken apart, each by itself."""
    bare = pc.replace_substring_regex(pc.replace_substring_regex(texts, _MARK, ""), _ABOUT, "")
    powers = pc.match_substring_regex(texts, _POWER)
    bare = pc.if_else(powers, bare, pc.replace_substring_regex(bare, _RAISED, r"\1"))
    marked = _mask(pc.not_equal(bare, texts))
    plain = numerals.numbers(bare, decimal)
    found = pc.extract_regex(bare, _UNIT)
    parted = numerals.numbers(pc.struct_field(found, "number"), decimal)
    gaps = pc.struct_field(found, "gap").to_pylist()
    units = [_unit(text, gap) for text, gap in zip(pc.struct_field(found, "unit").to_pylist(), gaps, strict=True)]
    there = np.isnan(plain) & ~np.isnan(parted) & np.array([bool(unit) for unit in units], dtype=np.bool_)
    values = np.where(there, parted, plain)
    apart = there & _mask(pc.equal(pc.struct_field(found, "gap"), " "))
    limits = _mask(pc.match_substring_regex(texts, _LIMIT)) | _mask(
        pc.is_in(pc.utf8_lower(texts), pa.array(sorted(_LIMIT_WORDS)))
    )
    kept = tuple(unit if has else "" for unit, has in zip(units, there.tolist(), strict=True))
    written = numerals.currencies(pc.if_else(pa.array(there), pc.struct_field(found, "number"), bare))
    paid = tuple(each if value == value else "" for each, value in zip(written, values.tolist(), strict=True))
    return Quantities(values, kept, paid, marked & ~np.isnan(values), limits & np.isnan(values), apart)


def settled(found: Quantities, counts: npt.NDArray[np.intp]) -> Quantities | None:
    """The quantities of one column, in one unit and one currency; None where those differ.

    A few cells in another than nearly all are left without a value. counts says how often each text stands.
    """
    paid = _in_one_currency(found, counts)
    return None if paid is None else _in_one_unit(paid, counts)


def _in_one_currency(found: Quantities, counts: npt.NDArray[np.intp]) -> Quantities | None:
    """The same, as far as currencies go: numbers without one are in that of the others, however few those are."""
    paid = [_SAME.get(each, each) for each in found.currencies]
    told = _told(paid, found.values, counts)
    del told[""]
    if not told:
        return found
    main, most = told.most_common(1)[0]
    if most < MOSTLY * told.total():
        return None
    own = np.array([each in ("", main) for each in paid])
    values = np.where(own, found.values, np.nan)
    bare = np.array([not each for each in paid]) & ~np.isnan(values)
    written = next(each for each, same in zip(found.currencies, paid, strict=True) if same == main)
    return replace(found, values=values, unit=written, bare=bare)


def _in_one_unit(found: Quantities, counts: npt.NDArray[np.intp]) -> Quantities | None:
    """The same, as far as units go; thousands and millions are worked out, and go with plain numbers."""
    told = _told(found.units, found.values, counts)
    usual = {unit: count for unit, count in told.items() if unit}
    if not usual:
        return found
    if 2 * told[""] >= told.total() and all(_FLAGS.fullmatch(unit) for unit in usual):
        flagged = np.array([bool(unit) for unit in found.units], dtype=np.bool_)
        if found.apart[flagged].all():
            return replace(found, units=(), marked=found.marked | flagged)
    sides = next((sides for sides in _SIDES if told.keys() == set(sides)), None)
    if sides:
        return replace(found, values=found.values * np.array([sides.get(unit, 1.0) for unit in found.units]))
    unit = max(usual, key=lambda each: usual[each])
    scales = {"": 1.0, **MULTIPLIERS} if unit in MULTIPLIERS and not _is_alone(unit, found) else {unit: 1.0}
    if sum(count for each, count in told.items() if each in scales) < MOSTLY * told.total():
        return None
    if "" in scales:
        values = found.values * np.array([scales.get(each, np.nan) for each in found.units])
        return replace(found, values=values, multiplied=True)
    bare = np.array([not each for each in found.units]) & ~np.isnan(found.values)
    own = bare | np.array([each == unit for each in found.units])
    return replace(found, values=np.where(own, found.values, np.nan), unit=unit, bare=bare)


def _told(words: Sequence[str], values: numerals.Floats, counts: npt.NDArray[np.intp]) -> Counter[str]:
    """In how many cells each word stands beside a number."""
    told = Counter[str]()
    for word, value, count in zip(words, values.tolist(), counts.tolist(), strict=True):
        if value == value:
            told[word] += count
    return told


def _is_alone(unit: str, found: Quantities) -> bool:
    """Whether a letter that could multiply stands apart from its numbers, and no other multiplier beside it."""
    others = set(found.units) & MULTIPLIERS.keys() - {unit}
    apart = any(each == unit for each, gap in zip(found.units, found.apart.tolist(), strict=True) if gap)
    return unit in _ALONE and not others and apart


def units_of(found: Quantities) -> list[str]:
    """The different units and currencies, the most usual first."""
    paid = (_SAME.get(each, each) for each in found.currencies)
    return [unit for unit, _ in Counter(unit for unit in (*found.units, *paid) if unit).most_common()]


def _unit(text: str | None, gap: str | None) -> str:
    unit = (text or "").strip()
    if unit == "e" and gap:
        return unit  # for estimated
    return unit if _IS_UNIT.fullmatch(unit) and unit.lower() not in _NO_UNITS and not datetimes.month(unit) else ""


def _mask(found: pa.Array) -> Mask:
    return np.asarray(found.fill_null(False).to_numpy(zero_copy_only=False), dtype=np.bool_)
