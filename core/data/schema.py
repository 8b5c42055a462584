"""Schema: JSON that nobody vouches for becomes frozen dataclasses, strictly, or is refused."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

MOST_DIGITS = 16  # of a whole number in digits: all are exact as floats
LONGEST_TEXT = 20_000  # characters of one text
MOST_ITEMS = 100_000  # of one list
MOST_PARTS = 300_000  # lists and records in all, each of which takes many times the bytes of its brackets


def loaded(text: bytes, kind: type[T]) -> T:
    """A frozen dataclass from its JSON: every field there, none besides, each of its type. Raises ValueError."""
    if text.count(b"[") + text.count(b"{") > MOST_PARTS:
        raise ValueError("too many parts")
    try:
        found: T = checked(json.loads(text.decode(), parse_int=_whole), kind)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    return found


def checked(value: Any, hint: Any) -> Any:
    """A value of JSON as the type that a hint names: a dataclass, a tuple of lists, an enum, a plain type, or several.

    Raises ValueError where it is none of that type.
    """
    origin = get_origin(hint)
    if origin is Union or origin is UnionType:
        return _one_of(value, get_args(hint))
    if origin is tuple:
        return _listed(value, get_args(hint))
    if is_dataclass(hint) and isinstance(hint, type):
        return _record(value, hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(_plain(value, str))
    return _plain(value, hint)


def _one_of(value: Any, hints: tuple[Any, ...]) -> Any:
    if value is None and NoneType in hints:
        return None
    *others, last = (each for each in hints if each is not NoneType)
    for hint in others:
        with suppress(ValueError):
            return checked(value, hint)
    return checked(value, last)


def _listed(value: Any, hints: tuple[Any, ...]) -> tuple[Any, ...]:
    if not isinstance(value, list) or len(value) > MOST_ITEMS:
        raise ValueError("no list, or too long a one")
    if hints[-1] is Ellipsis:
        return tuple(checked(each, hints[0]) for each in value)
    return tuple(checked(each, hint) for each, hint in zip(value, hints, strict=True))


def _record(value: Any, kind: Any) -> Any:
    hints = _hints(kind)
    if not isinstance(value, dict) or value.keys() != hints.keys():
        raise ValueError(f"no {kind.__name__}")
    return kind(**{name: checked(value[name], hint) for name, hint in hints.items()})


@cache
def _hints(kind: Any) -> dict[str, Any]:
    """The types of a dataclass's fields."""
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in fields(kind)}


def _plain(value: Any, kind: type[Any]) -> Any:
    """A text that can be written as UTF-8, a truth, or a number; a truth may stand for a whole number."""
    if not isinstance(value, kind):
        raise ValueError(f"no {kind.__name__}")
    if isinstance(value, str) and len(value.encode()) > LONGEST_TEXT:
        raise ValueError("too long a text")
    return value


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError("too large a number")
    return int(digits)
