"""Codec: choices and results as JSON and back, by the types of their fields.

Which types there are stands in a table here: a JSON can ask for no other, and none is looked up by a name in it. Fields
that a JSON lacks have the defaults of their class, so that what an earlier engine saved still opens; fields that it has
besides are refused, since what they would change is not known.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np

from ...analysis.anomaly.policies import ExpectedFalseAlarms, FalseDiscoveryRate, Policy, Quantile, TopRows
from ...arrays import owned
from ...errors import ChoiceError
from ...mixture.family import Family, family
from ...mixture.starts.start import Hierarchical, InTurn, KMeansPlusPlus, Lloyd, RandomRows, Start

MOST_CHARACTERS = 50_000_000  # of a whole text
LONGEST_TEXT = 20_000  # characters of one text in it, as of a column's name
DEEPEST = 60  # lists and records in one another
LARGEST = 1.7e308
MOST_SIZE, MOST_AXES = 1_000_000, 3  # of an array without a number
BEYOND = "infinity"  # how a number beyond all others is written, which JSON lacks
SHAPE = "shape"  # the key under which an array without a number has its shape
KIND = "is"  # the key under which a record says which of several it is

# Which classes may stand where a field takes any of several.
ONE_OF: Mapping[Any, tuple[type, ...]] = {
    Start: (Hierarchical, InTurn, KMeansPlusPlus, Lloyd, RandomRows),
    Policy: (Quantile, TopRows, ExpectedFalseAlarms, FalseDiscoveryRate),
}
_SEVERAL = {each for some in ONE_OF.values() for each in some}


def written(value: Any) -> str:
    """A choice or a result as JSON."""
    return json.dumps(_packed(value), ensure_ascii=False, allow_nan=False)


def loaded(text: str | bytes) -> dict[str, Any]:
    """The record that a JSON holds. Raises ChoiceError for what is none."""
    if not isinstance(text, str | bytes) or len(text) > MOST_CHARACTERS:
        raise refusal("it is no text, or far too long a one")
    try:
        found = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)
    except (ValueError, RecursionError):  # also of bytes that are no text
        raise refusal("it is no JSON, or was cut off") from None
    if not isinstance(found, dict):
        raise refusal("it holds no record")
    return found


def read(found: Any, hint: Any, where: str = "") -> Any:
    """A value of JSON as the type that a hint names. Raises ChoiceError, saying which field is wrong."""
    if where.count(".") + where.count("[") > DEEPEST:
        raise refusal("it is nested too deeply")
    origin = get_origin(hint)
    if hint is Family:
        return family(_plain(found, str, where)[:20])
    if hint in ONE_OF:
        return _one_of_several(found, ONE_OF[hint], where)
    if origin is Union or origin is UnionType:
        return _either(found, get_args(hint), where)
    if origin is tuple:
        return _listed(found, get_args(hint), where)
    if origin is np.ndarray:
        return _array(found, where)
    if is_dataclass(hint) and isinstance(hint, type):
        return record(found, hint, where)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _member(found, hint, where)
    return _plain(found, hint, where)


def record(found: Any, kind: Any, where: str = "") -> Any:
    """A record of JSON as a dataclass. Raises ChoiceError."""
    if not isinstance(found, dict):
        raise refusal(f"{_named(where)} is no record")
    known, hints = _fields(kind)
    strange = found.keys() - known.keys()
    if strange:
        raise refusal(f"{_named(where)} has a field {min(strange)[:40]!r}, which is not known here")
    lacking = [name for name, each in known.items() if name not in found and _is_needed(each)]
    if lacking:
        raise refusal(f"{_named(where)} lacks {lacking[0]!r}")
    values = {name: read(each, hints[name], f"{where}.{name}" if where else name) for name, each in found.items()}
    try:
        return kind(**values)
    except (TypeError, ValueError, OverflowError):
        raise refusal(f"{_named(where)} holds what does not go together") from None


def refusal(why: str) -> ChoiceError:
    """Why a text is no saved analysis."""
    remedy = "Bring the file as it was saved, or save the analysis again."
    return ChoiceError("This saved analysis cannot be opened.", f"{why[:1].upper()}{why[1:]}.", remedy)


def _packed(value: Any) -> Any:
    """A value as what JSON has."""
    if isinstance(value, Family):
        return value.name
    if isinstance(value, Enum):
        return value.name.lower()  # its value may be a sentence for the user, whose words may change
    if is_dataclass(value):
        own = {each.name: _packed(getattr(value, each.name)) for each in fields(value) if each.init}
        return {KIND: type(value).__name__, **own} if type(value) in _SEVERAL else own
    if isinstance(value, np.ndarray) and not value.size:
        return {SHAPE: list(value.shape)}  # which lists of nothing do not tell
    if isinstance(value, np.ndarray | np.generic):
        return _packed(value.tolist())
    if isinstance(value, tuple | list):
        return [_packed(each) for each in value]
    return BEYOND if isinstance(value, float) and value == math.inf else value


def _unique(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """A record whose names come once. Raises ValueError."""
    if len(dict(pairs)) < len(pairs):
        raise ValueError("a name twice")
    return dict(pairs)


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _named(where: str) -> str:
    return f"its field {where}" if where else "it"


def _is_needed(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


@cache
def _fields(kind: Any) -> tuple[dict[str, Field[Any]], dict[str, Any]]:
    """The fields that make up a dataclass, and their types."""
    return {each.name: each for each in fields(kind) if each.init}, get_type_hints(kind)


def _one_of_several(found: Any, kinds: Sequence[type], where: str) -> Any:
    named = {each.__name__: each for each in kinds}
    name = found.get(KIND) if isinstance(found, dict) else None
    if not isinstance(name, str) or name not in named:
        raise refusal(f"{_named(where)} is none of {', '.join(named)}")
    return record({key: value for key, value in found.items() if key != KIND}, named[name], where)


def _either(found: Any, hints: tuple[Any, ...], where: str) -> Any:
    """The first of several types that the value is of."""
    if found is None and NoneType in hints:
        return None
    *others, last = (each for each in hints if each is not NoneType)
    for hint in others:
        try:
            return read(found, hint, where)
        except ChoiceError:
            continue
    return read(found, last, where)


def _listed(found: Any, hints: tuple[Any, ...], where: str) -> tuple[Any, ...]:
    if not isinstance(found, list):
        raise refusal(f"{_named(where)} is no list")
    if hints[-1] is not Ellipsis and len(found) != len(hints):
        raise refusal(f"{_named(where)} has {len(found):,} entries in the place of {len(hints)}")
    own = hints[:1] * len(found) if hints[-1] is Ellipsis else hints
    return tuple(read(each, hint, f"{where}[{at}]") for at, (each, hint) in enumerate(zip(found, own, strict=True)))


def _array(found: Any, where: str) -> Any:
    """Finite numbers in a list, a list of lists and so on, all equally long; of none of them their shape."""
    if isinstance(found, dict) and list(found) == [SHAPE]:
        return _of_nothing(found[SHAPE], where)
    try:
        array = np.array(found if isinstance(found, list) else None)
    except ValueError:
        array = np.empty(0, dtype=object)
    if array.dtype.kind not in "if" or not np.isfinite(array).all():
        raise refusal(f"{_named(where)} is no table of numbers")
    return owned(array.astype(np.float64))


def _of_nothing(shape: Any, where: str) -> Any:
    """An array without a number."""
    sizes = shape if isinstance(shape, list) else [1]
    small = all(type(each) is int and 0 <= each < MOST_SIZE for each in sizes)
    if not small or len(sizes) > MOST_AXES or 0 not in sizes:
        raise refusal(f"{_named(where)} is no table of numbers")
    return owned(np.empty(sizes))


def _member(found: Any, kind: type[Enum], where: str) -> Any:
    known = {each.name.lower(): each for each in kind}
    if not isinstance(found, str) or found not in known:
        raise refusal(f"{_named(where)} is none of {', '.join(known)}")
    return known[found]


def _plain(found: Any, kind: Any, where: str) -> Any:
    """A text, a truth or a number; whole numbers stand for others too."""
    if kind is float:
        return _number(found, where)
    if kind not in (str, bool, int) or type(found) is not kind:
        raise refusal(f"{_named(where)} is no {_WORDS.get(kind, 'value that is known here')}")
    if kind is str and (len(found) > LONGEST_TEXT or not _is_writable(found)):
        raise refusal(f"{_named(where)} is too long a text, or has letters that there are not")
    return found


_WORDS = {str: "text", bool: "truth", int: "whole number"}


def _number(found: Any, where: str) -> float:
    if found == BEYOND:
        return math.inf
    if type(found) not in (int, float) or not abs(found) <= LARGEST:
        raise refusal(f"{_named(where)} is no number")
    return float(found)


def _is_writable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
