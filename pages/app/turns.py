"""Turns: who may compute now, so that no visitor's long work holds up everyone else's.

A few jobs are at work at once, and one for each visitor. The next turn is the visitor's who has had the least time at
work so far (start-time fair queueing, Goyal, Vin and Cheng 1996): many jobs get nobody more than one does, and who
comes anew begins level with the others. Where others wait, a job gives way after a slice of time. A visitor's own
urgent job goes before the same visitor's job in the background.
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

    def __init__(
        self, at_once: int = AT_ONCE, slice_seconds: float = SLICE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """An empty queue."""
        self._at_once, self._slice, self._clock = at_once, slice_seconds, clock
        self._waiting: list[Ticket] = []
        self._working: list[Ticket] = []
        self._served: dict[str, float] = {}  # seconds at work of each owner, level with the others when it came
        self._gone: set[str] = set()  # owners who have left, but whose jobs have not yet
        self._level = 0.0  # the most that anybody had been served who then got a turn
        self._changed = Condition()

    def enter(self, ticket: Ticket, given_up: Callable[[], bool]) -> bool:
        """Wait for a turn and take it; False if the job was given up meanwhile."""
        with self._changed:
            if given_up():  # its owner may be forgotten already
                self._forget_the_gone()
                return False
            self._waiting.append(ticket)
            self._served[ticket.owner] = max(self._served.get(ticket.owner, 0.0), self._level)
            while self._next() is not ticket:
                if given_up():
                    self._waiting.remove(ticket)
                    self._forget_the_gone()
                    return False
                self._changed.wait(LOOK)
            self._waiting.remove(ticket)
            self._working.append(ticket)
            self._level = max(self._level, self._served[ticket.owner])
            ticket.since = self._clock()
            self._changed.notify_all()
            return True

    def leave(self, ticket: Ticket) -> None:
        """Give the turn back, if there is one."""
        with self._changed:
            if ticket in self._working:
                self._put_down(ticket)
                self._forget_the_gone()

    def give_way(self, ticket: Ticket, given_up: Callable[[], bool]) -> bool:
        """Let others go first if it is their turn, and wait for the next one; False if the job was given up."""
        with self._changed:
            if not self._is_due(ticket):
                return True
            self._put_down(ticket)
            return self.enter(ticket, given_up)

    def place(self, ticket: Ticket) -> int:
        """Place in the queue from 1, or 0 at work."""
        with self._changed:
            return self._queue().index(ticket) + 1 if ticket in self._waiting else 0

    def forget(self, owner: str) -> None:
        """What a visitor has had, once it has left and so has its last job."""
        with self._changed:
            self._gone.add(owner)
            self._forget_the_gone()

    @property
    def known(self) -> frozenset[str]:
        """Of whom it is known what they have had."""
        return frozenset(self._served)

    def _put_down(self, ticket: Ticket) -> None:
        self._working.remove(ticket)
        self._served[ticket.owner] += self._clock() - ticket.since
        self._changed.notify_all()

    def _forget_the_gone(self) -> None:
        here = {each.owner for each in (*self._waiting, *self._working)}
        for owner in self._gone - here:
            self._served.pop(owner, None)
        self._gone &= here

    def _queue(self) -> list[Ticket]:
        """Those who wait: who has had the least comes first, then who came first."""
        return sorted(self._waiting, key=lambda each: self._served[each.owner])

    def _next(self) -> Ticket | None:
        if len(self._working) >= self._at_once:
            return None
        busy = {each.owner for each in self._working}
        pressed = {each.owner for each in self._waiting if each.urgent}
        free = (w for w in self._queue() if w.owner not in busy and (w.urgent or w.owner not in pressed))
        return next(free, None)

    def _is_due(self, ticket: Ticket) -> bool:
        own = any(each.owner == ticket.owner and each.urgent for each in self._waiting)
        if own and not ticket.urgent:
            return True
        busy = {each.owner for each in self._working}
        others = any(each.owner not in busy for each in self._waiting)
        return others and len(self._working) >= self._at_once and self._clock() - ticket.since > self._slice
