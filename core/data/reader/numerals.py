"""Numerals: numbers as people write them, with thousands, currencies, percents and brackets."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from .sheet import Mask

Floats = npt.NDArray[np.float64]

FIRST = 100  # cells
FEW_GROUPED = 3  # cells of a column with groups of thousands that tell of them
LARGEST_INTEGER = 2**53  # whole numbers beyond it are not exact as floats: they are identifiers
CURRENCY = (
    r"(?:(?:US|CA|AU|NZ|HK|R)?\$|[€£¥₹₽₩₪₺฿₫₦₴¢]|zł|Kč|kr\.?|Rs\.?|Fr\.?"
    r"|(?:USD|EUR|GBP|CHF|JPY|CNY|INR|CAD|AUD|SEK|NOK|DKK|PLN|CZK|BRL|MXN|ZAR)\b)"
)
SPACES = "[ \u00a0\u2009\u202f]"
_BY = {".": (",", "'", "’", SPACES), ",": (r"\.", "'", "’", SPACES)}  # what may stand between groups of three digits
_INDIAN = r"|[1-9]\d?(?:,\d{2})+,\d{3}"  # groups of two that end in one of three


def _pattern(decimal: str) -> str:
    """The whole of a number: brackets, sign, currency, digits, power, percent."""
    mark, some = re.escape(decimal), SPACES + "*"
    groups = r"[1-9]\d{0,2}(?:" + "|".join(rf"(?:{by}\d{{3}})+" for by in _BY[decimal]) + ")"
    whole = groups + (_INDIAN if decimal == "." else "") + r"|\d+"
    before = rf"(?P<open>\()?{some}(?P<sign>[-+−–])?{some}{CURRENCY}?{some}(?P<after>[-+−])?(?P<inner>\()?"
    number = rf"(?P<digits>(?:{whole})(?:{mark}\d*)?|{mark}\d+)(?P<power>[eE][-+]?\d{{1,3}}|[dD][-+]\d{{1,3}})?"
    behind = rf"{some}(?P<part>[%‰])?{some}{CURRENCY}?{some}(?P<behind>[-−])?(?P<close>\))?{some}(?P<last>%)?"
    return f"^{before}{number}{behind}$"


PATTERNS = {decimal: _pattern(decimal) for decimal in (".", ",")}
_READS = {decimal: re.compile(pattern) for decimal, pattern in PATTERNS.items()}
_SEPARATED = re.compile(r"\d[.,]\d")
# Numbers that can only be read with this decimal mark, as nearly all of a file are: three digits could be thousands.
_TELLING = {mark: re.compile(rf"[-+]?\d+{re.escape(mark)}(?:\d\d?|\d{{4,}})") for mark in PATTERNS}


def looks_like_number(text: str, decimal: str | None = None) -> bool:
    """Whether a text is a number, with this decimal mark or with either."""
    plain = text.strip()
    return any(_READS[mark].match(plain) for mark in ([decimal] if decimal else PATTERNS))


def marks(texts: Sequence[str]) -> tuple[int, int]:
    """How many texts are numbers only with a decimal point, and how many only with a decimal comma."""
    found = [_mark(text) for text in texts]
    return found.count("."), found.count(",")


def _mark(text: str) -> str:
    """The decimal mark without which a text is no number; "" where it is none, or a number with either."""
    for mark, telling in _TELLING.items():
        if telling.fullmatch(text):
            return mark
    if not _SEPARATED.search(text):
        return ""
    with_point, with_comma = looks_like_number(text, "."), looks_like_number(text, ",")
    return "" if with_point == with_comma else "." if with_point else ","


def plain_numbers(texts: pa.Array) -> Floats | None:
    """The quick way: (n,) numbers that need no looking into, NaN for null; None if any text is something else."""
    try:
        # Arrow words a complaint about every cell that it cannot read: a look at the first few spares that for text.
        pc.cast(texts[:FIRST], pa.float64())
        values = pc.cast(texts, pa.float64())
    except pa.ArrowInvalid:
        return None
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64)


def numbers(texts: pa.Array, decimal: str) -> Floats:
    """(n,) the texts that are numbers, NaN for the others; decimal is "." or ","."""
    found = pc.extract_regex(texts, PATTERNS[decimal])
    if found.null_count == len(found):
        return np.full(len(texts), np.nan)
    digits = pc.replace_substring_regex(
        _field(found, "digits"), SPACES + ("|[,'’]" if decimal == "." else "|[.'’]"), ""
    )
    digits = pc.replace_substring(digits, decimal, ".") if decimal == "," else digits
    power = pc.replace_substring_regex(_field(found, "power"), "[dD]", "e")  # as Fortran writes it
    values = pc.cast(pc.binary_join_element_wise(digits, power, ""), pa.float64())
    size = np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64)
    opened = _is(found, "open", "(") | _is(found, "inner", "(")
    negative = opened | np.logical_or.reduce([_is(found, name, "-−–") for name in ("sign", "after", "behind")])
    percent = _is(found, "part", "%") | _is(found, "last", "%")
    size = np.where(percent, size / 100, np.where(_is(found, "part", "‰"), size / 1000, size))
    unread = np.asarray(found.is_null().to_numpy(zero_copy_only=False)) | (opened != _is(found, "close", ")"))
    return np.where(unread, np.nan, np.where(negative, -size, size))


def currencies(texts: pa.Array) -> list[str]:
    """The currency that stands in each text, as it is written; "" without."""
    if not pc.any(pc.match_substring_regex(texts, CURRENCY)).as_py():
        return [""] * len(texts)
    found = pc.struct_field(pc.extract_regex(texts, f"(?P<currency>{CURRENCY})"), "currency").to_pylist()
    return [(currency or "").rstrip(".") for currency in found]


def has_leading_zeros(texts: pa.Array) -> bool:
    """Whether a whole number is written with zeros before it, as codes are."""
    zeros = pc.or_(pc.starts_with(texts, "0"), pc.or_(pc.starts_with(texts, "-0"), pc.starts_with(texts, "+0")))
    some = texts.filter(zeros.fill_null(False))
    return len(some) > 0 and bool(pc.any(pc.match_substring_regex(some, r"^[-+]?0\d+$")).as_py())


def are_codes(texts: pa.Array) -> bool:
    """Whether whole numbers with a power such as 100E00 are codes: programs write a sign or a point, or one digit."""
    texts = texts.drop_null()
    powers = texts.filter(pc.match_substring_regex(texts, "[eE]").fill_null(False))
    coded = pc.match_substring_regex(powers, r"^\d+[eE]\d{2,}$")
    return (
        len(powers) >= min(2, len(texts))
        and bool(pc.all(coded).as_py())
        and not pc.any(pc.match_substring(texts, ".")).as_py()
    )


def are_grouped(texts: pa.Array, mark: str) -> bool:
    """Whether a mark must stand between thousands: three digits follow it, numbers without it are under 1,000."""
    grouped = rf"^[-+]?[1-9]\d{{0,2}}(?:{re.escape(mark)}\d{{3}})+$"
    some = texts.filter(pc.not_equal(texts, ""))
    for part in (some[:FIRST], some):  # nearly always the first cells tell already
        known = pc.or_(pc.match_substring_regex(part, r"^[-+]?\d{1,3}$"), pc.match_substring_regex(part, grouped))
        if not pc.all(known).as_py():
            return False
    count = pc.sum(pc.match_substring_regex(some, grouped)).as_py() or 0
    return FEW_GROUPED <= count < len(some)


def may_be_grouped(texts: Sequence[str], mark: str) -> bool:
    """Whether the numbers of a column can be read with a mark between thousands or before decimals."""
    marked = [text.strip() for text in texts if mark in text]
    reads = re.compile(rf"[-+]?[1-9]\d{{0,2}}{re.escape(mark)}\d{{3}}")
    return len(marked) >= FEW_GROUPED and 2 * len(marked) > len(texts) and all(map(reads.fullmatch, marked))


def is_long_whole(texts: pa.Array, values: Floats) -> bool:
    """Whether a whole number has more digits than a float keeps."""
    with np.errstate(invalid="ignore"):
        long = np.abs(values) >= LARGEST_INTEGER
    if not long.any():
        return False
    some = texts.filter(pa.array(long))
    return bool(pc.any(pc.match_substring_regex(some, r"^[-+]?\d{16,}$")).as_py())


def share_of(texts: pa.Array, character: str) -> float:
    """The share of texts that hold a character."""
    return float(pc.mean(pc.cast(pc.match_substring(texts, character), pa.float64())).as_py() or 0.0)


def _field(found: pa.Array, name: str) -> pa.Array:
    return pc.struct_field(found, name)


def _is(found: pa.Array, name: str, characters: str) -> Mask:
    """Where a group is one of some characters."""
    some = pc.is_in(_field(found, name), pa.array(list(characters)))
    return np.asarray(some.to_numpy(zero_copy_only=False), dtype=np.bool_)
