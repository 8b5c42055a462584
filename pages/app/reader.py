"""The reader: child processes that wait for the next file, and one that reads it."""

from __future__ import annotations

from threading import Lock

import streamlit as st

from core.data.isolate import Child
from core.data.read import read_table
from core.data.table import Reading, Table
from core.errors import ReadError
from core.progress import Progress, Watch
from pages.app.uploads import Upload


class Readers:
    """A reader that has started already, ready for the next file, for as long as anybody is there to bring one."""

    def __init__(self) -> None:
        """Start the first."""
        self._lock = Lock()
        self._waiting = _started()

    def get_ready(self) -> None:
        """Start one, if none waits."""
        with self._lock:
            if self._waiting is None or not self._waiting.alive:
                self._let_go()
                self._waiting = _started()

    def take(self) -> Child:
        """The one that waits, or a new one if that has ended; the next is started. Raises ReadError."""
        with self._lock:
            taken, self._waiting = self._waiting, _started()
        if taken is not None and taken.alive:
            return taken
        if taken is not None:
            taken.close()
        return Child()

    def rest(self) -> None:
        """End the one that waits: nobody is there."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting.close()


def _started() -> Child | None:
    """A reader, or None where the system has no room for one at the moment: it is asked again with the next file."""
    try:
        return Child()
    except ReadError:
        return None


class Read:
    """The reading of one file, as work that can be stopped."""

    def __init__(self, readers: Readers, upload: Upload, reading: Reading) -> None:
        """Nothing is read before it is called."""
        self._readers, self._upload, self._reading = readers, upload, reading
        self._child: Child | None = None

    def __call__(self, watch: Watch) -> Table:
        """The table. Raises ReadError."""
        content = self._upload.content()
        self._child = self._readers.take()
        if not watch(Progress("", 0, 0)):
            self._child.stop()
        return read_table(content, self._reading, child=self._child)

    def stop(self) -> None:
        """End the child that reads; the work then ends with a refusal that nobody sees."""
        if self._child is not None:
            self._child.stop()


@st.cache_resource(show_spinner=False)
def readers() -> Readers:
    """The readers of the process."""
    return Readers()
