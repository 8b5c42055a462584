"""Visits: who is there, and what is given back when somebody has left.

Streamlit says nothing when a visitor leaves. So a thread calls the roll for as long as anybody is there, and ends with
the last; it also has Python look for garbage. Whatever fails on the way, the rest is done, and should the thread end
all the same, the next run of any page starts another. Who has lost the connection has some time to come back to
everything; then the session is closed, since its widgets and links hold on to results as well.
"""

from __future__ import annotations

import gc
import logging
import time
from asyncio import Future
from collections.abc import Callable
from threading import Lock, Thread

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

GONE = 50.0  # seconds without a visitor after which what it held is given back
ROLL_CALL = 2.5  # seconds between two looks

_logger = logging.getLogger(__name__)


class Visits:
    """The visitors of a process, by their sessions."""

    def __init__(self, is_there: Callable[[str], bool], gone: float = GONE) -> None:
        """Nobody yet."""
        self._is_there, self._gone = is_there, gone
        self._last_there: dict[str, float] = {}  # when each was there last
        self._partings: list[Callable[[str], object]] = []
        self._called = False  # whether somebody calls the roll
        self._lock = Lock()

    def at_parting(self, do: Callable[[str], object]) -> None:
        """Have something done with each session that has left."""
        self._partings.append(do)

    def arrive(self, session: str, now: float) -> bool:
        """Note that a visitor is there; whether nobody calls the roll, which then is for the asker to do."""
        with self._lock:
            self._last_there[session] = now
            called, self._called = self._called, True
            return not called

    def end_if_empty(self) -> bool:
        """Call the roll no longer if nobody is there; whether that is so."""
        with self._lock:
            if not self._last_there:
                self._called = False
            return not self._last_there

    def have_another_call(self) -> None:
        """Leave the roll to the next who arrives, since whoever called it cannot."""
        with self._lock:
            self._called = False

    def call_the_roll(self, now: float) -> bool:
        """Give back what those hold who have left; whether anybody is left."""
        with self._lock:
            self._last_there |= {session: now for session in self._last_there if self._is_there(session)}
            left = [session for session, last in self._last_there.items() if now - last > self._gone]
            for session in left:
                del self._last_there[session]
            anybody = bool(self._last_there)
        for session in left:
            for part in self._partings:
                _tried(part, session)
        return anybody


def _tried(do: Callable[[str], object], session: str) -> None:
    """Do one thing of many, none of which may keep the others from being done."""
    try:
        do(session)
    except Exception:  # whatever it was, it is somebody else's work, and the log says what
        _logger.exception("Not all could be given back of a session that has left.")


@st.cache_resource(show_spinner=False)
def visits() -> Visits:
    """The visits of the process."""
    return Visits(is_there)


def welcome(when_empty: Callable[[], object]) -> None:
    """Note that this visitor is there; what is to be done when the last has left is the first's to say."""
    if visits().arrive(session_id(), time.monotonic()):
        start_calling(visits(), when_empty)


def start_calling(here: Visits, when_empty: Callable[[], object]) -> None:
    """Call the roll in a thread, or leave it to the next who arrives where the system has no room for one now."""
    try:
        Thread(target=call_until_empty, args=(here, when_empty), name="roll call", daemon=True).start()
    except (RuntimeError, MemoryError):
        here.have_another_call()
        _logger.exception("No thread can be started to see who has left.")


def call_until_empty(here: Visits, when_empty: Callable[[], object], pause: float = ROLL_CALL) -> None:
    """Call the roll as long as anybody is there, and then do what is to be done when nobody is."""
    try:
        while here.call_the_roll(time.monotonic()) or not _is_left_empty(here, pause):
            gc.collect()
            time.sleep(pause)
    except BaseException:
        here.have_another_call()
        raise
    when_empty()


def _is_left_empty(here: Visits, pause: float) -> bool:
    """Whether nobody has come either while sessions were closed."""
    time.sleep(pause)
    return here.end_if_empty()


def session_id() -> str:
    """Whose script runs; "" outside of any."""
    context = get_script_run_ctx()
    return context.session_id if context is not None else ""


def is_there(session: str) -> bool:
    """Whether a visitor's browser is connected."""
    return not runtime.exists() or runtime.get_instance().is_active_session(session)


def close(session: str) -> None:
    """Have Streamlit end a session that nobody comes back to."""
    if not runtime.exists():
        return
    app = runtime.get_instance()

    def end() -> None:
        if not app.is_active_session(session):
            app.close_session(session)

    stopped = app.stopped
    if isinstance(stopped, Future):  # the one thread on which sessions may be closed is that of its loop
        stopped.get_loop().call_soon_threadsafe(end)
