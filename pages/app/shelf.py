"""A shelf: sessions kept under keys that cannot be guessed, each for a time."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from threading import Lock

from pages.app.choices import DataChoice
from pages.app.opening import Saved
from pages.app.session import Session
from pages.app.uploads import Upload

MOST_KEPT = 200  # analyses, the ones not seen for longest going first
MOST_BYTES = 1_000_000_000  # of what they hold


@dataclass(frozen=True)
class Kept:
    """A session's choices, and until when they are kept."""

    session: Session
    until: float


class Shelf:
    """Sessions under keys, as many as there is room for."""

    def __init__(self, seconds: float) -> None:
        """An empty shelf that keeps each session so long; nothing at all where that is 0."""
        self.seconds = seconds
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._there: dict[str, str] = {}  # whose key it is, of visitors that are there
        self._lock = Lock()

    def put(self, session: Session, key: str | None = None, visitor: str = "") -> str:
        """Keep a session for its time from now on, and while the visitor is there; its key. One without data goes."""
        key = key or secrets.token_urlsafe(32)
        with self._lock:
            if self.seconds > 0 and session[DataChoice].is_there:
                self._kept[key] = Kept(session, time.monotonic() + self.seconds)
                self._kept.move_to_end(key)
                self._make_room()
            else:
                self._kept.pop(key, None)
            if visitor:
                self._there[visitor] = key
        return key

    def find(self, key: str | None) -> Session | None:
        """The session of a key; None where it has none, or its time is over."""
        self.clear_out()
        with self._lock:
            kept = self._kept.get(key) if key else None
        return None if kept is None else kept.session

    def forget(self, key: str | None) -> None:
        """Keep the session of a key no longer."""
        with self._lock:
            self._kept.pop(key or "", None)

    def forget_all_of(self, upload: Upload) -> None:
        """Keep no session of this upload."""
        with self._lock:
            for key in [key for key, kept in self._kept.items() if kept.session[DataChoice].upload is upload]:
                del self._kept[key]

    def part(self, visitor: str) -> None:
        """Begin to count the time of a visitor's session, who has left."""
        with self._lock:
            key = self._there.pop(visitor, "")
            if key in self._kept:
                self._kept[key] = Kept(self._kept[key].session, time.monotonic() + self.seconds)

    def clear_out(self) -> None:
        """Let go of what has been kept for its time."""
        now = time.monotonic()
        with self._lock:
            there = set(self._there.values())
            for key in [key for key, kept in self._kept.items() if kept.until <= now and key not in there]:
                del self._kept[key]

    def uploads(self) -> list[Upload]:
        """The uploads of all sessions that are kept."""
        with self._lock:
            return [each for kept in self._kept.values() for each in uploads_of(kept.session)]

    def _make_room(self) -> None:
        while len(self._kept) > 1 and (len(self._kept) > MOST_KEPT or self._bytes() > MOST_BYTES):
            self._kept.popitem(last=False)

    def _bytes(self) -> int:
        """What the sessions hold, each file and each text counted once."""
        held = {id(each): size for kept in self._kept.values() for each, size in _held(kept.session)}
        return sum(held.values())


class Files:
    """The files of visitors, each closed once neither a visitor who is there nor a shelf holds its upload.

    What else refers to an upload, such as work that is over, may do so for long.
    """

    def __init__(self, shelves: Callable[[], Iterable[Shelf]]) -> None:
        """No files yet; shelves gives those that may hold some."""
        self._shelves = shelves
        self._there: dict[str, list[Upload]] = {}  # by visitor
        self._open: dict[int, Upload] = {}
        self._lock = Lock()

    def hold(self, visitor: str, session: Session) -> None:
        """Note which uploads a visitor who is there has."""
        with self._lock:
            self._there[visitor] = uploads_of(session)
            self._open |= {id(each): each for each in self._there[visitor]}

    def let_go(self, visitor: str) -> None:
        """Note that a visitor has left."""
        with self._lock:
            self._there.pop(visitor, None)
        self.close_unheld()

    def close_unheld(self) -> None:
        """Close what nobody holds any more."""
        shelves = [each for shelf in self._shelves() for each in shelf.uploads()]
        with self._lock:
            held = {id(each) for each in (*shelves, *(each for own in self._there.values() for each in own))}
            for each in [key for key in self._open if key not in held]:
                self._open.pop(each).close()


def uploads_of(session: Session) -> list[Upload]:
    """The uploads that a session's parts hold."""
    return [value for value, _ in _held(session) if isinstance(value, Upload)]


def _held(session: Session) -> Iterator[tuple[object, int]]:
    """The files and texts of a session's parts, with their bytes."""
    for part in session.parts:
        for value in vars(part).values():
            if isinstance(value, Upload):
                yield value, value.bytes
            elif isinstance(value, Saved):
                yield value, len(value.text)
