"""The session: one visitor's choices, and nothing that follows from them.

It is one frozen value made of parts, and each part is what a page, or a step on the way to it, lets choose. A part is
written where it is used and says after which others it comes: when one of those is chosen anew, it begins anew. So the
session knows no page, and no list says what is to be taken back. Since a session is one value, to undo a choice is to
take the session of before.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar

import streamlit as st

from pages.app import jobs

KEY, STEPS = "session", "steps"  # the keys of choices in Streamlit's session state; the others are widgets'
MOST_STEPS = 100  # that can be undone


@dataclass(frozen=True)
class Part:
    """Choices that belong together; one without arguments is as it begins."""

    after: ClassVar[tuple[type[Part], ...]] = ()  # when one of these is chosen anew, so is this one
    ends_work: ClassVar[bool] = False  # whether what is at work is of no use once this is chosen anew
    is_step: ClassVar[bool] = True  # whether to choose it can be undone; else it is a note of a widget's own
    is_beginning: ClassVar[bool] = False  # whether nothing before it can be had back


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

    @property
    def steps(self) -> Session:
        """The parts whose choice can be undone."""
        return Session(tuple(each for each in self.parts if each.is_step))


@dataclass(frozen=True)
class Steps:
    """What can be had back: the steps before the current ones, and those after them that were undone."""

    before: tuple[Session, ...] = ()
    after: tuple[Session, ...] = ()
    turns: int = 0  # counts the times that one went back or on, for widgets that keep choices themselves


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
    was, known = current(), steps()
    _go_to(was.chosen(*parts))
    if any(each.is_beginning for each in parts):
        st.session_state[STEPS] = Steps(turns=known.turns)
    elif current().steps != was.steps:
        st.session_state[STEPS] = Steps((*known.before, was.steps)[-MOST_STEPS:], turns=known.turns)


def change(kind: type[Part], **fields: Any) -> None:
    """Choose a part of which only these fields are others than before."""
    choose(replace(choice(kind), **fields))


def steps() -> Steps:
    """What can be undone and done again."""
    found: Steps = st.session_state.setdefault(STEPS, Steps())
    return found


def undo() -> None:
    """Take the last choice back."""
    known = steps()
    if known.before:
        after = (current().steps, *known.after)
        _step_to(known.before[-1])
        st.session_state[STEPS] = Steps(known.before[:-1], after, known.turns + 1)


def redo() -> None:
    """Choose again what was taken back last."""
    known = steps()
    if known.after:
        before = (*known.before, current().steps)
        _step_to(known.after[0])
        st.session_state[STEPS] = Steps(before, known.after[1:], known.turns + 1)


def begin_from(session: Session) -> None:
    """Take another session's choices; nothing before them can be had back."""
    _go_to(session)
    st.session_state[STEPS] = Steps(turns=steps().turns + 1)


def _step_to(steps: Session) -> None:
    """Go to these steps; what is none stays as it is."""
    _go_to(steps.chosen(*(each for each in current().parts if not each.is_step)))


def _go_to(session: Session) -> None:
    moved = {*current().parts} ^ {*session.parts}
    if any(each.ends_work for each in moved):
        jobs.cancel_all()
    st.session_state[KEY] = session
