"""The session: one visitor's choices, and nothing that follows from them.

It is one frozen value made of parts, and each part is what a page, or a step on the way to it, lets choose. A part is
written where it is used and says after which others it comes: when one of those is chosen anew, it begins anew. So the
session knows no page, and no list says what is to be taken back.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar

import streamlit as st

from pages.app import jobs

KEY = "session"  # the one key of choices in Streamlit's session state; the others are widgets'


@dataclass(frozen=True)
class Part:
    """Choices that belong together; one without arguments is as it begins."""

    after: ClassVar[tuple[type[Part], ...]] = ()  # when one of these is chosen anew, so is this one
    ends_work: ClassVar[bool] = False  # whether what is at work is of no use once this is chosen anew


P = TypeVar("P", bound=Part)


@dataclass(frozen=True)
class Session:
    """All choices: the parts that are not as they begin, by their names; `session[kind]` is the part of a kind."""

    parts: tuple[Part, ...] = ()

    def __getitem__(self, kind: type[P]) -> P:
        return next((each for each in self.parts if isinstance(each, kind)), kind())

    def chosen(self, *parts: Part) -> Session:
        """The same with these parts; whatever comes after one of them, and is none of them, begins anew."""
        anew = {type(each) for each in parts}
        kept = (each for each in self.parts if type(each) not in anew and not comes_after(type(each), anew))
        changed = (each for each in (*kept, *parts) if each != type(each)())
        return Session(tuple(sorted(changed, key=lambda each: type(each).__name__)))


def comes_after(kind: type[Part], others: Set[type[Part]]) -> bool:
    """Whether a part comes after one of the others, at once or by way of further parts."""
    return any(each in others or comes_after(each, others) for each in kind.after)


def current() -> Session:
    """This visitor's choices."""
    session: Session = st.session_state.setdefault(KEY, Session())
    return session


def choice(kind: type[P]) -> P:
    """One part of this visitor's choices."""
    return current()[kind]


def choose(*parts: Part) -> None:
    """Replace some parts of this visitor's choices; what comes after them begins anew."""
    if any(each.ends_work for each in parts):
        jobs.cancel_all()
    st.session_state[KEY] = current().chosen(*parts)


def change(kind: type[Part], **fields: Any) -> None:
    """Choose a part of which only these fields are others than before."""
    choose(replace(choice(kind), **fields))
