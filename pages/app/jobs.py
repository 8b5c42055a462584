"""Jobs: work of more than a moment, in a thread, with progress and a Cancel that works.

A session has one job that its visitor waits for, and one in the background that goes on when pages are switched; of
the two, one is at work. Other choices cancel the job of the choices before. No Streamlit call is made in the thread.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from enum import Enum
from itertools import count
from threading import Event, Lock, Thread
from typing import TypeVar, cast
from weakref import WeakSet

import streamlit as st
from streamlit import runtime
from streamlit.runtime.runtime import RuntimeState

from core.errors import CoreError
from core.progress import Progress, Watch
from pages.app.memory import trim
from pages.app.store import recall, store
from pages.app.turns import Ticket, Turns
from pages.app.visits import GONE, is_there, session_id

T = TypeVar("T")

MOMENT = 0.3  # seconds before a progress card is drawn
POLL = 0.5  # seconds between two looks at the progress
LOOK = 0.4  # seconds that a look lasts
ROLL_CALL = 1.0  # seconds between two looks at whether the visitor is there
KEY = "jobs"  # where a session keeps the handles of its jobs

_adding = Lock()
_logger = logging.getLogger(__name__)


class Lane(Enum):
    """Whether the visitor waits for a job, or asked for it and may do something else."""

    FRONT = "front"
    BACKGROUND = "background"


class Job:
    """One piece of work: waiting, at work, or over with a value, a refusal, or neither where it was cancelled."""

    def __init__(self, key: str, title: str, lane: Lane, owner: str, stop: Callable[[], None] | None = None) -> None:
        """A job that has not begun; stop ends what cannot look at a watch."""
        self.key, self.title, self.lane = key, title, lane
        self.progress = Progress("", 0, 0)
        self.value: object | None = None
        self.refusal: CoreError | None = None
        self.has_begun = True  # but for a thread that could not be had
        self._stop = stop
        self._turns = turns()
        self._ticket = Ticket(owner, lane is Lane.FRONT)
        self._ended, self._over = Event(), Event()
        self._pausing = Lock()
        self._seen = self._looked = self._asked = time.monotonic()

    def start(self, work: Callable[[Watch], object]) -> None:
        """Begin in a thread that does not outlive the process; refused where the system has none left."""
        try:
            Thread(target=self._run, args=(work,), name=self.title, daemon=True).start()
        except RuntimeError:
            self.refusal = CoreError("This could not begin.", "The server is too busy.", "Try again in a moment.")
            self.has_begun = False
            self._over.set()

    def wait(self, seconds: float) -> bool:
        """Whether it is over, after at most so many seconds since it was asked for."""
        return self._over.wait(max(0.0, self._asked + seconds - time.monotonic()))

    def ends_within(self, seconds: float) -> bool:
        """Whether it is over, after at most so many seconds from now."""
        return self._over.wait(seconds)

    @property
    def over(self) -> bool:
        """Whether its thread has ended."""
        return self._over.is_set()

    @property
    def cancelled(self) -> bool:
        """Whether it was asked to end."""
        return self._ended.is_set()

    @property
    def place(self) -> int:
        """Place in the queue from 1, or 0 at work."""
        return self._turns.place(self._ticket)

    @property
    def owner(self) -> str:
        """Whose it is."""
        return self._ticket.owner

    def take(self) -> object | None:
        """Its value, which it no longer holds then."""
        value, self.value = self.value, None
        return value

    def cancel(self) -> None:
        """End it soon."""
        if not self.over:
            self._ended.set()
            if self._stop is not None:
                self._stop()

    def _run(self, work: Callable[[Watch], object]) -> None:
        try:
            if self._turns.enter(self._ticket, self._given_up):
                self.value = work(self._watch)
        except CoreError as refusal:
            self.refusal = refusal
        except Exception:  # the end of a thread: whatever it was, the visitor gets a sentence and the log the rest
            _logger.exception("The job %r failed.", self.title)
            self.refusal = CoreError(
                "This could not be computed.", "Something went wrong inside the app.", "Try other columns or settings."
            )
        finally:
            self._turns.leave(self._ticket)
            self._over.set()
            trim()

    def _watch(self, progress: Progress) -> bool:
        self.progress = progress
        if self._given_up():
            return False
        with self._pausing:  # a job that spreads over threads gives way with all of them
            return self._turns.give_way(self._ticket, self._given_up)

    def _given_up(self) -> bool:
        now = time.monotonic()
        if now - self._looked > ROLL_CALL:
            self._looked = now
            if is_there(self._ticket.owner):
                self._seen = now
            elif now - self._seen > GONE or _is_closing():
                self._ended.set()
        return self._ended.is_set()


@st.cache_resource(show_spinner=False)
def turns() -> Turns:
    """The queue of the process."""
    return Turns()


def result(
    key: str,
    title: str,
    work: Callable[[Watch], T],
    *,
    lane: Lane = Lane.FRONT,
    stop: Callable[[], None] | None = None,
) -> T | None:
    """The result of a piece of work, or None while it is not there, with its progress drawn in its place.

    key says all that the result depends on; the work passes its watch on. A refusal of the work is raised here. After
    a cancel the page offers to start again.
    """
    kept = recall(key)
    if kept is not None:
        return cast(T, kept)
    job = _job(key, title, lane, work, stop)
    job.wait(MOMENT)
    if job.cancelled:
        _cancelled_card(job)
        return None
    if not job.over:
        _progress_card(job)
        return None
    if job.refusal is not None:
        raise job.refusal.with_traceback(None)
    _jobs().pop(lane, None)
    value = job.take()
    store().put(key, value, session_id())
    return cast(T, value)


def running(lane: Lane) -> Job | None:
    """The session's job of a lane, if it is not over."""
    job = _jobs().get(lane)
    return job if job is not None and not job.over and not job.cancelled else None


def end_those_of(session: str) -> None:
    """End whatever a session that has left has at work, and let go of what it came to."""
    with _adding:
        theirs = [job for job in _all() if job.owner == session]
    for job in theirs:
        job.cancel()
        job.take()


def cancel_all() -> None:
    """End whatever the session has at work."""
    for job in _jobs().values():
        job.cancel()
    _jobs().clear()


def forget_refused() -> None:
    """Let what was refused be tried again, as when the same file is brought once more."""
    for lane, job in list(_jobs().items()):
        if job.over and job.refusal is not None:
            del _jobs()[lane]


def share(progress: Progress) -> float:
    """How much is done, from 0 to 1; a single fit has no known end, so its bar only moves on."""
    if progress.total <= 0:
        return 0.0
    if progress.what == "passes":
        return progress.done / (progress.done + 50)
    return min(1.0, progress.done / progress.total)


def in_words(job: Job) -> str:
    """Where a job stands."""
    place = job.place
    if not place:
        return _so_far(job.progress) or "getting ready"
    done = _so_far(job.progress)
    return f"waiting for its turn, number {place} in the queue" + (f", after {done}" if done else "")


def _so_far(progress: Progress) -> str:
    """What is done, and of how much; nothing at the beginning."""
    if progress.total <= 0:
        return ""
    if progress.what == "passes":
        return f"pass {progress.done:,}"
    return f"{progress.done:,} of {progress.total:,} {progress.what}"


@st.cache_resource(show_spinner=False)
def _all() -> WeakSet[Job]:
    """The jobs of all sessions."""
    return WeakSet()


def _jobs() -> dict[Lane, Job]:
    handles: dict[Lane, Job] = st.session_state.setdefault(KEY, {})
    return handles


def _job(key: str, title: str, lane: Lane, work: Callable[[Watch], object], stop: Callable[[], None] | None) -> Job:
    """The session's job if it is this one; otherwise a new one, and the one before is cancelled."""
    before = _jobs().get(lane)
    if before is not None and before.key == key and before.has_begun:
        return before
    if before is not None:
        before.cancel()
    job = _jobs()[lane] = Job(key, title, lane, session_id(), stop)
    with _adding:
        _all().add(job)
    job.start(work)
    return job


def _is_closing() -> bool:
    """Whether the app is being shut down."""
    return runtime.exists() and runtime.get_instance().state in (RuntimeState.STOPPING, RuntimeState.STOPPED)


def _cancelled_card(job: Job) -> None:
    def forget() -> None:
        _jobs().pop(job.lane, None)

    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{job.title}:** cancelled.", width="stretch")
        st.button("Start again", key=f"again-{job.lane.value}", on_click=forget)


def _progress_card(job: Job) -> None:
    drawn = count()

    @st.fragment(run_every=POLL)
    def card() -> None:
        if job.over or job.cancelled:
            st.rerun()
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.progress(share(job.progress), text=f"**{job.title}:** {in_words(job)}")
            st.button("Cancel", key=f"cancel-{job.lane.value}", on_click=job.cancel)
        # The first time the rest of the page is drawn below; from then on the card is all there is to do, and an end
        # is seen at once.
        if next(drawn) and job.ends_within(LOOK):
            st.rerun()

    card()
