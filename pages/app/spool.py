"""The spool: where the bytes of an upload lie while a session holds it."""

from __future__ import annotations

import errno
import tempfile
import weakref
from threading import Lock

from core.errors import CoreError, ReadError


class Spool:
    """Bytes in a file without a name that only this process can read; it is closed when nothing refers to it."""

    def __init__(self, content: bytes) -> None:
        """Write them. Raises ReadError; what was written by then is gone with it."""
        try:
            self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (it stays open)
        except OSError as fault:
            raise _not_kept(fault) from None
        self._lock = Lock()  # the place in the file is one for all threads
        self.close = weakref.finalize(self, self._file.close)  # to be called early by who knows that nobody will read
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as fault:
            self._file.close()
            raise _not_kept(fault) from None

    def content(self) -> bytes:
        """The bytes. Raises ReadError where the disk does not give them back."""
        try:
            with self._lock:
                self._file.seek(0)
                return self._file.read()
        except (OSError, ValueError):
            raise gone() from None


def gone() -> CoreError:
    """The refusal of an upload whose bytes are lost."""
    return ReadError(
        "The file that you uploaded is no longer there.",
        "The server could not keep it.",
        "Upload it again.",
    )


def _not_kept(fault: OSError) -> CoreError:
    full = fault.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    why = "The disk of the server is full." if full else f"The system says: {fault.strerror}."
    return ReadError("The file could not be kept on the server.", why, "Try again later, or with a smaller file.")
