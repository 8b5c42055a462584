"""Turns: who may compute now, so that no visitor's long work holds up everyone else's.

A few jobs are at work at once, and one for each visitor. Where others wait, a job gives way after a slice of time and
queues again behind them. A visitor's own urgent job goes before the same visitor's job in the background.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition

AT_ONCE = 2
SLICE = 2.0  # seconds at work after which a job gives way
LOOK = 0.1  # seconds between two looks at whether a waiting job was given up


@dataclass(eq=False)
class Ticket:
    """One job's place: whose it is, whether the visitor waits for it, and since when it is at work."""

    owner: str
    urgent: bool = True
    since: float = 0.0


class Turns:
    """The queue of a process."""

    def __init__(self, at_once: int = AT_ONCE, slice_seconds: float = SLICE) -> None:
        """An empty queue."""
        self._at_once, self._slice = at_once, slice_seconds
        self._waiting: list[Ticket] = []
        self._working: list[Ticket] = []
        self._changed = Condition()

    def enter(self, ticket: Ticket, given_up: Callable[[], bool]) -> bool:
        """Wait for a turn and take it; False if the job was given up meanwhile."""
        with self._changed:
            self._waiting.append(ticket)
            while self._next() is not ticket:
                if given_up():
                    self._waiting.remove(ticket)
                    return False
                self._changed.wait(LOOK)
            self._waiting.remove(ticket)
            self._working.append(ticket)
            ticket.since = time.monotonic()
            self._changed.notify_all()
            return True

    def leave(self, ticket: Ticket) -> None:
        """Give the turn back, if there is one."""
        with self._changed:
            if ticket in self._working:
                self._working.remove(ticket)
                self._changed.notify_all()

    def give_way(self, ticket: Ticket, given_up: Callable[[], bool]) -> bool:
        """Let others go first if it is their turn, and wait for the next one; False if the job was given up."""
        with self._changed:
            due = self._is_due(ticket)
        if not due:
            return True
        self.leave(ticket)
        return self.enter(ticket, given_up)

    def place(self, ticket: Ticket) -> int:
        """Place in the queue from 1, or 0 at work."""
        with self._changed:
            return self._waiting.index(ticket) + 1 if ticket in self._waiting else 0

    def _next(self) -> Ticket | None:
        if len(self._working) >= self._at_once:
            return None
        busy = {each.owner for each in self._working}
        pressed = {each.owner for each in self._waiting if each.urgent}
        free = (w for w in self._waiting if w.owner not in busy and (w.urgent or w.owner not in pressed))
        return next(free, None)

    def _is_due(self, ticket: Ticket) -> bool:
        own = any(each.owner == ticket.owner and each.urgent for each in self._waiting)
        if own and not ticket.urgent:
            return True
        busy = {each.owner for each in self._working}
        others = any(each.owner not in busy for each in self._waiting)
        return others and len(self._working) >= self._at_once and time.monotonic() - ticket.since > self._slice
