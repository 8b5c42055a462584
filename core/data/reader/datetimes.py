"""Datetimes: dates, times and durations as people write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Times = npt.NDArray[np.datetime64]
Spans = npt.NDArray[np.timedelta64]

# English, German, French, Spanish, Italian, Portuguese, Dutch; any beginning of three letters or more will do.
_MONTHS = (
    "january januar janvier enero gennaio janeiro",
    "february februar février fevrier febrero febbraio fevereiro",
    "march märz maerz mrz mars marzo março maart mrt",
    "april avril abril aprile",
    "may mai mayo maggio maio mei",
    "june juni juin junio giugno junho",
    "july juli juillet julio luglio julho",
    "august août aout agosto augustus",
    "september septembre septiembre settembre setembro",
    "october oktober octobre octubre ottobre outubro",
    "november novembre noviembre",
    "december dezember décembre decembre diciembre dicembre dezembro",
)
# Whatever may be a name, of which `month` tells: Arrow takes 10 ms for each column to compile a class of all letters.
_MONTH = r"(?P<mon>[^\d\s.,/:'-]{3,10})\.?"
WEEKDAY = (  # before a date
    r"(?i)^(?:(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?|(?:mon|diens|donners|frei|sams|sonn)tag"
    r"|mittwoch|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\.?,? +"
)
_CLOCK = r"(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,](?P<f>\d{1,9})\d*)?)?(?: ?(?P<p>[AaPp])\.?[Mm]\.?)?"
_ZONE = r"(?: ?(?P<z>Z|UTC|GMT|[-+]\d{2}:?\d{2}|[-+]\d{2}))?"
_TIME = rf"(?:(?:T| *,? +){_CLOCK}{_ZONE})?"
_YEAR = r"(?P<y>\d{4}|'?\d{2})"
_DATES = {
    "year first": r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})",
    "numbers by /": r"(?P<a>\d{1,2})/(?P<b>\d{1,2})/(?P<y>\d{4}|\d{2})",
    "numbers by .": r"(?P<a>\d{1,2})\.(?P<b>\d{1,2})\.(?P<y>\d{4}|\d{2})",
    "numbers by -": r"(?P<a>\d{1,2})-(?P<b>\d{1,2})-(?P<y>\d{4}|\d{2})",
    "day month year": rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?[-/. ]? ?(?:de |of )?{_MONTH}[-/., ]? ?(?:de )?{_YEAR}",
    "month day year": rf"{_MONTH}[-/. ]? ?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[-/., ]+(?P<y>\d{{4}}|'?\d{{2}})",
    "year month": r"(?P<y>[12]\d{3})[-/](?P<m>\d{1,2})",
    "month year": rf"{_MONTH}[-/., ]*(?P<y>\d{{4}}|'?\d{{2}})",
    "characters": r"(?P<y>\d{4})年(?P<m>\d{1,2})月(?P<d>\d{1,2})日",
    "compact": r"(?P<y>[12]\d{3})(?P<m>\d{2})(?P<d>\d{2})",
}
PATTERNS = {name: f"^{date}{_TIME}$" for name, date in _DATES.items() if name != "compact"}
ORDERED = tuple(name for name in PATTERNS if name.startswith("numbers"))  # may have the day or the month first
PATTERNS["compact"] = rf"^{_DATES['compact']}(?:T?(?P<H>\d{{2}})(?P<M>\d{{2}})(?P<S>\d{{2}})?)?$"
DURATION = (
    r"^(?P<sign>-)?(?:(?P<D>\d+) ?(?:d|days?),? ?)?"
    r"(?P<H>\d{1,4}):(?P<M>[0-5]\d)(?::(?P<S>[0-5]\d)(?:[.,](?P<f>\d{1,9}))?)?$"
)
CLOCK = rf"^{_CLOCK}$"
LAP = r"^(?P<sign>-)?(?P<M>\d{1,3}):(?P<S>[0-5]\d)[.,](?P<f>\d{1,9})$"  # minutes and seconds with a fraction
SPELT = (  # 1h 30m, 2 hours 5 min, PT45M
    r"(?i)^(?P<iso>PT)?(?:(?P<H>\d{1,4}) ?h(?:ours?|rs?)? ?)?(?:(?P<M>\d{1,4}) ?m(?:in(?:ute)?s?)? ?)?"
    r"(?:(?P<S>\d{1,5}) ?s(?:ec(?:ond)?s?)?)?$"
)
_SPELT_OUT = r"(?i)^(?:pt\d|\d+ ?h\D*\d+ ?m|\d+ ?m\D*\d+ ?s)"  # a single one is a unit
_SECONDS = r"^(?P<S>[0-5]?\d)[.,](?P<f>\d{1,9})$"  # beside laps: one of under a minute


_WEEKDAY = re.compile(WEEKDAY)
_READS = {name: re.compile(pattern) for name, pattern in PATTERNS.items()}
_MAY_BE_ORDERED = re.compile(r"\d[-/.]\d+[-/.]\d")
_SPAN_READS = (re.compile(DURATION), re.compile(CLOCK), re.compile(LAP))
FIRST, LAST = np.array(["0001-01-01", "9999-12-31T23:59:59.999999"], dtype="M8[us]")  # as Python and calendars have it
_YEAR_1990, _YEAR_2100 = 631_152_000.0, 4_102_444_800.0  # in seconds since 1970
_TIME_NAME = re.compile(
    r"(?i)(?:^|[^a-z])(?:ts|dt)(?:$|[^a-z])|time|date|epoch|unix|stamp|created|updated|modified|[_ ]at$|when"
)
FEW_EPOCHS = 5
_SPELT_READS, _PARTS = re.compile(SPELT), re.compile(_SPELT_OUT)
_NONE: Times = np.array("NaT", dtype="M8[us]")


def family(text: str) -> str | None:
    """How a text writes a date, of the names of PATTERNS; None if it is none. Eight plain digits count as none."""
    plain = _WEEKDAY.sub("", text.strip())
    for name, reads in _READS.items():
        found = reads.match(plain)
        if found and name != "compact" and ("mon" not in reads.groupindex or month(found["mon"])):
            return name
    return None


def ordered_family(text: str) -> str | None:
    """The same for the dates in numbers that may have the day or the month first."""
    found = family(text) if _MAY_BE_ORDERED.search(text) else None
    return found if found in ORDERED else None


def looks_like_datetime(text: str) -> bool:
    """Whether a text is a date, a time of day or a duration."""
    return family(text) is not None or is_span(text)


def is_span(text: str) -> bool:
    """Whether a text is a time of day or a duration."""
    plain = text.strip()
    return any(reads.match(plain) for reads in _SPAN_READS) or bool(_PARTS.match(plain) and _SPELT_READS.match(plain))


def month(name: str) -> int:
    """The number of a month by its name; 0 if it is none."""
    plain = name.lower()
    names = (at for at, full in enumerate(_MONTHS, start=1) if any(each.startswith(plain) for each in full.split()))
    return next(names, 0) if len(plain) >= 3 else 0


@dataclass(frozen=True)
class Votes:
    """How many dates can only have the day first, and how many only the month."""

    day_first: int = 0
    month_first: int = 0

    def __add__(self, other: Votes) -> Votes:
        """Both together."""
        return Votes(self.day_first + other.day_first, self.month_first + other.month_first)

    @property
    def majority(self) -> bool | None:
        """Whether the day comes first; None if nothing tells."""
        return None if self.day_first == self.month_first else self.day_first > self.month_first


def votes(texts: pa.Array) -> Votes:
    """What the dates written in numbers say about their order."""
    total = Votes()
    for name in ORDERED:
        found = pc.extract_regex(texts, PATTERNS[name]).drop_null()
        if len(found):
            first, second = _ints(found, "a"), _ints(found, "b")
            day, other = (first > 12) & (second <= 12), (second > 12) & (first <= 12)
            total += Votes(int(day.sum()), int(other.sum()))
    return total


def dates(texts: pa.Array, families: Sequence[str], day_first: bool) -> Times:
    """(n,) datetime64[us] of the texts that are dates in these families, NaT for the others; zones are taken to UTC."""
    instants = np.full(len(texts), _NONE)
    if any("month" in name for name in families):
        texts = pc.replace_substring_regex(texts, WEEKDAY, "")
    for name in families:
        found = pc.extract_regex(texts, PATTERNS[name])
        there = np.asarray(found.is_valid().to_numpy(zero_copy_only=False)) & np.isnat(instants)
        if there.any():
            instants[there] = _assembled(found.filter(pa.array(there)), day_first)
    return instants


def spans(texts: pa.Array) -> Spans:
    """(n,) timedelta64[us] of the texts that are durations or times of day, NaT for the others."""
    lengths: Spans = np.full(len(texts), np.timedelta64("NaT"), dtype="m8[us]")
    laps = pc.any(pc.match_substring_regex(texts, LAP)).as_py()
    spelt = pc.any(pc.match_substring_regex(texts, _SPELT_OUT)).as_py()
    for pattern in (DURATION, CLOCK, LAP, *([_SECONDS] if laps else []), *([SPELT] if spelt else [])):
        found = pc.extract_regex(texts, pattern)
        there = np.asarray(found.is_valid().to_numpy(zero_copy_only=False)) & np.isnat(lengths)
        if there.any():
            some = found.filter(pa.array(there))
            days = _ints(some, "D") if _has(some, "D") else 0
            sign = np.where(_equal(pc.struct_field(some, "sign"), "-"), -1, 1) if _has(some, "sign") else 1
            clock = _clock(some) if pattern in (DURATION, CLOCK) else _length(some)
            lengths[there] = (sign * (clock + days * 86_400_000_000)).astype("m8[us]")
    return lengths


def _length(found: pa.Array) -> Ints:
    """Microseconds of hours, minutes and seconds, as far as there are some."""
    hours, minutes, seconds = (_ints(found, name) if _has(found, name) else 0 for name in "HMS")
    whole = ((hours * 60 + minutes) * 60 + seconds) * 1_000_000
    return np.asarray(whole + (_fraction(found) if _has(found, "f") else 0), dtype=np.int64)


def _assembled(found: pa.Array, day_first: bool) -> Times:
    """The instants of the named groups; NaT where there is no such day."""
    years = _years(found)
    if _has(found, "a"):
        first, second = _ints(found, "a"), _ints(found, "b")
        months, days = (second, first) if day_first else (first, second)
    else:
        months = _ints(found, "m") if _has(found, "m") else _named_months(found)
        days = _ints(found, "d") if _has(found, "d") else np.ones(len(found), dtype=np.int64)
    clock = _clock(found)
    good = (months >= 1) & (months <= 12) & (days >= 1) & (days <= 31) & (clock >= 0)
    month_starts = ((years - 1970) * 12 + np.where(good, months, 1) - 1).astype("M8[M]")
    when = month_starts.astype("M8[D]") + (np.where(good, days, 1) - 1)
    good &= when.astype("M8[M]") == month_starts
    instants: Times = when.astype("M8[us]") + np.where(good, clock, 0).astype("m8[us]")
    if _has(found, "z"):
        instants = instants - _offsets(found)
    instants[~good | (instants < FIRST) | (instants > LAST)] = _NONE
    return instants


def epochs(name: str, values: npt.NDArray[np.float64]) -> Times | None:
    """(n,) instants of a column that counts seconds, or parts of one, since 1970; None if it does not.

    All lie in the years 1990 to 2100, and either the name tells of time or milliseconds and less run on in order.
    """
    known = values[~np.isnan(values)]
    if len(known) < 2 or not (known == np.round(known)).all():
        return None
    for unit, per_second in (("s", 1.0), ("ms", 1e3), ("us", 1e6)):
        if _YEAR_1990 * per_second <= known.min() and known.max() <= _YEAR_2100 * per_second:
            runs_on = unit != "s" and len(known) >= FEW_EPOCHS and bool((np.diff(known) > 0).all())
            if not (runs_on or _TIME_NAME.search(name)):
                return None
            whole = np.where(np.isnan(values), 0, values).astype(np.int64)
            when: Times = whole.astype(f"M8[{unit}]").astype("M8[us]")
            when[np.isnan(values)] = _NONE
            return when
    return None


def _clock(found: pa.Array) -> Ints:
    """Microseconds since midnight; -1 for no such time."""
    if not _has(found, "H"):
        return np.zeros(len(found), dtype=np.int64)
    hours, minutes, seconds = (_ints(found, name) for name in "HMS")
    good = (minutes < 60) & (seconds < 60)
    if _has(found, "p"):
        half = pc.utf8_lower(pc.struct_field(found, "p"))
        told, late = _equal(half, "", negate=True), _equal(half, "p")
        good &= ~told | ((hours >= 1) & (hours <= 12))
        hours = np.where(told, hours % 12 + 12 * late, hours)
    if not _has(found, "D"):
        good &= hours < 24
    total = ((hours * 60 + minutes) * 60 + seconds) * 1_000_000
    if _has(found, "f"):
        total = total + _fraction(found)
    return np.where(good, total, -1)


def _fraction(found: pa.Array) -> Ints:
    """Microseconds of the digits behind the seconds."""
    parts = pc.utf8_slice_codeunits(pc.utf8_rpad(pc.struct_field(found, "f"), 6, "0"), 0, 6)
    return np.asarray(pc.cast(parts, pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)


def _years(found: pa.Array) -> Ints:
    """Years of two digits lie between 1930 and 2029, as spreadsheets have it."""
    years = pc.replace_substring(pc.struct_field(found, "y"), "'", "")
    short = np.asarray(pc.less(pc.utf8_length(years), 3).to_numpy(zero_copy_only=False))
    numbers = pc.cast(years, pa.int64()).to_numpy(zero_copy_only=False)
    return np.where(short, numbers + np.where(numbers < 30, 2000, 1900), numbers)


def _named_months(found: pa.Array) -> Ints:
    coded = pc.dictionary_encode(pc.struct_field(found, "mon"))
    of = np.array([month(name) for name in coded.dictionary.to_pylist()], dtype=np.int64)
    return of[coded.indices.to_numpy(zero_copy_only=False)]


def _offsets(found: pa.Array) -> Spans:
    coded = pc.dictionary_encode(pc.struct_field(found, "z"))
    minutes = [_offset(zone) for zone in coded.dictionary.to_pylist()]
    return np.array(minutes, dtype="m8[m]")[coded.indices.to_numpy(zero_copy_only=False)].astype("m8[us]")


def _offset(zone: str) -> int:
    """Minutes east of Greenwich."""
    digits = zone[1:].replace(":", "")
    if not digits.isdigit():
        return 0
    return (-1 if zone[0] == "-" else 1) * (int(digits[:2]) * 60 + int(digits[2:] or 0))


def has_zone(texts: pa.Array, families: Sequence[str]) -> bool:
    """Whether dates of these families carry a zone."""
    zones = (pc.struct_field(pc.extract_regex(texts, PATTERNS[name]), "z") for name in families if name != "compact")
    return any(bool(pc.any(pc.greater(pc.binary_length(each), 0)).as_py()) for each in zones)


def _has(found: pa.Array, name: str) -> bool:
    return bool(found.type.get_field_index(name) >= 0)


def _equal(texts: pa.Array, what: str, *, negate: bool = False) -> npt.NDArray[np.bool_]:
    compare = pc.not_equal if negate else pc.equal
    return np.asarray(compare(texts, what).to_numpy(zero_copy_only=False), dtype=np.bool_)


def _ints(found: pa.Array, name: str) -> Ints:
    """The numbers of a group; 0 where it took no part."""
    texts = pc.struct_field(found, name)
    digits = pc.if_else(pc.equal(texts, ""), "0", texts)
    return np.asarray(pc.cast(digits, pa.int64()).to_numpy(zero_copy_only=False), dtype=np.int64)
