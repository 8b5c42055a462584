"""The store: results that all sessions may share, each under a key made of our own sha256 and of frozen choices.

Results are frozen, so a shared one cannot be changed under another session's feet. Keys begin with the sha256 of the
whole file, so nobody reaches what they do not have. What is dropped is computed again when it is asked for. A result
belongs to the sessions that have asked for it, and goes with the last of them. Nobody waits at the store while a result
is measured.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock
from typing import TypeVar, cast

import streamlit as st

from core.scale.size import Size, size_of
from pages.app.visits import session_id

T = TypeVar("T")

MOST_RESULTS = 2_000
MOST_BYTES = 400_000_000


def key(what: str, *choices: object) -> str:
    """A key of frozen choices: every field of theirs, with the names of their types."""
    return f"{what}: {choices!r}"


@dataclass
class _Kept:
    """A result, its size, and whose it is."""

    result: object
    holders: set[str]
    size: Size = field(default_factory=Size)
    finds: int = 0


class Store:
    """The results that were used last, as many as fit."""

    def __init__(self, most: int = MOST_RESULTS, most_bytes: int = MOST_BYTES) -> None:
        """An empty store."""
        self._most, self._most_bytes = most, most_bytes
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._held: dict[int, tuple[int, int]] = {}  # large buffers: by how many results each is held, and its bytes
        self._bytes = 0
        self._lock = RLock()  # dropping a result may run others' clean-up, which may ask for the store

    @property
    def bytes(self) -> int:
        """What all results take, each buffer counted once, as of the last look at them."""
        return self._bytes

    def put(self, key: str, result: object, holder: str = "") -> None:
        """Keep a result for a session, or "" for good; those not used for longest may go, the new one stays."""
        size = size_of(result)
        gone = []  # until others may look again, since letting go takes time as well
        with self._lock:
            before = self._drop(key) if key in self._kept else None
            kept = self._kept[key] = _Kept(result, {holder} | (before.holders if before else set()))
            self._weigh(kept, size)
            while len(self._kept) > 1 and (len(self._kept) > self._most or self._bytes > self._most_bytes):
                gone.append(self._drop(next(iter(self._kept))))

    def find(self, key: str, holder: str = "") -> object | None:
        """The result of a key, or None; it is this session's from now on as well."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None:
                return None
            self._kept.move_to_end(key)
            kept.holders.add(holder)
            kept.finds += 1
            due = kept.finds & (kept.finds - 1) == 0  # at times, since results work things out when they are asked
        if due:
            size = size_of(kept.result)
            with self._lock:
                if self._kept.get(key) is kept:
                    self._weigh(kept, size)
        return kept.result

    def release(self, holder: str) -> None:
        """Take back what a session held; what nobody else holds goes."""
        gone = []
        with self._lock:
            for key in [key for key, kept in self._kept.items() if holder in kept.holders]:
                self._kept[key].holders.discard(holder)
                if not self._kept[key].holders:
                    gone.append(self._drop(key))

    def _weigh(self, kept: _Kept, size: Size) -> None:
        self._put_down(kept)
        kept.size = size
        self._bytes += kept.size.rest
        for buffer, size in kept.size.large.items():
            holders, counted = self._held.get(buffer, (0, size))
            self._held[buffer] = holders + 1, counted
            self._bytes += 0 if holders else size

    def _put_down(self, kept: _Kept) -> None:
        self._bytes -= kept.size.rest
        for buffer in kept.size.large:
            holders, counted = self._held[buffer]
            if holders > 1:
                self._held[buffer] = holders - 1, counted
            else:
                del self._held[buffer]
                self._bytes -= counted
        kept.size = Size()

    def _drop(self, key: str) -> _Kept:
        kept = self._kept.pop(key)
        self._put_down(kept)
        return kept


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """The one store of the process."""
    return Store()


def recall(key: str) -> object | None:
    """The result of a key for this session, or None."""
    return store().find(key, session_id())


def kept(key: str, make: Callable[[], T]) -> T:
    """The result of a key, made now if it is not there; for work of well under a second."""
    result = recall(key)
    if result is None:
        result = make()
        store().put(key, result, session_id())
    return cast(T, result)
