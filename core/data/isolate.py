"""Isolation: a file is parsed in a child process with limits, so that no file can hurt or stall the app."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from threading import Event, Thread
from typing import IO

import pyarrow as pa

from ..errors import ReadError
from .answer import Answer, opened, sizes, unsound
from .limits import TOO_MUCH_MEMORY, Limits
from .table import Reading

ROOT = Path(__file__).parents[2]
PATIENCE = 5.0  # seconds that a child has to end once it has answered
_PASSED_ON = ("PATH", "LANG", "SYSTEMROOT", "HOME")  # of the environment
_OWN = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "4",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    "MALLOC_ARENA_MAX": "2",
    # Large blocks go back to the system at once, so that what is reserved follows what is used, each time alike.
    "MALLOC_MMAP_THRESHOLD_": "524288",
    "PYTHONPATH": str(ROOT),
    "PYTHONUTF8": "1",
}


class Child:
    """A child process that is ready to read one file; start it early to save its start-up time."""

    def __init__(self) -> None:
        """Start it, with few threads and nothing of the environment that it does not need. Raises ReadError."""
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", f"{__package__}.reader.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _PASSED_ON if name in os.environ} | _OWN,
                cwd=ROOT,
                bufsize=0,
            )
        except OSError as fault:
            raise _not_started(fault) from None
        self._stopped = False

    @property
    def alive(self) -> bool:
        """Whether it still waits for its file."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End it while another thread waits in `read`, which then refuses the file."""
        self._stopped = True
        self._process.kill()

    def close(self) -> None:
        """End it without a file."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was not sent is lost with it
                    pipe.close()

    def read(self, content: bytes, reading: Reading, limits: Limits | None = None) -> Answer:
        """What it makes of the file; it ends with that. Raises ReadError, also when it crashes or takes too long."""
        limits = limits or Limits()
        request = json.dumps({"reading": asdict(reading), "limits": asdict(limits), "bytes": len(content)}).encode()
        call = _Call(self._process, (len(request).to_bytes(8, "big"), request, content), limits)
        try:
            in_time = call.over.wait(limits.wait)
            if in_time and call.refusal is None:
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(PATIENCE)
        finally:
            code = self._process.poll()
            self.close()
        if not in_time:
            raise _too_long()
        if call.refusal is not None:
            raise call.refusal
        if code != 0 or call.answer is None:
            raise self._died(code)
        return opened(*call.answer, limits)

    def _died(self, code: int | None) -> ReadError:
        """Why the child ended, as far as that can be told."""
        if self._stopped:
            return ReadError("Reading this file was cancelled.", remedy="Upload it again to read it.")
        return _died(code)


class _Call:
    """One request and its answer, on two threads: neither side can hold up the other, nor the one who waits."""

    def __init__(self, process: subprocess.Popen[bytes], request: Sequence[bytes], limits: Limits) -> None:
        """Begin at once."""
        self.over = Event()
        self.answer: tuple[bytes, pa.Buffer] | None = None  # head and buffers, whole
        self.refusal: ReadError | None = None
        assert process.stdin is not None
        assert process.stdout is not None
        Thread(target=self._ask, args=(process.stdin, request), daemon=True).start()
        Thread(target=self._listen, args=(process.stdout, limits), daemon=True).start()

    def _ask(self, stream: IO[bytes], request: Sequence[bytes]) -> None:
        """Send the request. The pipe stays open: the child sees by it that the app is still there."""
        with suppress(OSError, ValueError):  # the child has ended, which the other thread sees
            for part in request:
                rest = memoryview(part)
                while rest:
                    rest = rest[stream.write(rest) :]

    def _listen(self, stream: IO[bytes], limits: Limits) -> None:
        """Take in what was announced and may be, and not a byte more."""
        try:
            start = _filled(stream, 16)
            if len(start) == 16:
                head, body = (_filled(stream, size) for size in sizes(bytes(start), limits))
                self.answer = bytes(head), pa.py_buffer(body)
        except ReadError as refusal:
            self.refusal = refusal
        except MemoryError:
            self.refusal = short_of_memory()
        except (OSError, ValueError):  # the child was ended meanwhile
            pass
        finally:
            self.over.set()


def _filled(stream: IO[bytes], size: int) -> bytearray:
    """So many bytes of a stream, or as many as there are."""
    content = bytearray(size)
    place = 0
    while place < size and (count := stream.readinto(memoryview(content)[place:])):  # type: ignore[attr-defined]
        place += count
    return content if place == size else content[:place]


def short_of_memory() -> ReadError:
    """The refusal of a table for which this process has no room."""
    return ReadError(
        "There is no room for this table.",
        "The server is short of memory at the moment.",
        "Wait a little, then upload the file again, or a part of it.",
    )


def _too_long() -> ReadError:
    return ReadError(
        "Reading this file took too long.", "It may be damaged or far too large.", "Try a smaller part of it."
    )


def _not_started(fault: OSError) -> ReadError:
    """Why no child could be started."""
    short = fault.errno in (errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE)
    why = (
        "The server is short of memory or processes at the moment." if short else f"The system says: {fault.strerror}."
    )
    return ReadError("The reader of files could not be started.", why, "Wait a little, then upload the file again.")


def _died(code: int | None) -> ReadError:
    """Why the child ended, as far as its exit code tells."""
    if code == -getattr(signal, "SIGXCPU", 0):
        return _too_long()
    if code in (TOO_MUCH_MEMORY, -getattr(signal, "SIGABRT", 0)):
        return ReadError(
            "This file needs more memory than one file may take, or it is damaged.",
            remedy="Try a smaller part of it, or save it as CSV.",
        )
    if code in (-getattr(signal, name, 0) for name in ("SIGKILL", "SIGTERM", "SIGINT", "SIGHUP")):
        return ReadError(
            "The reading of this file was ended from outside, before it was done.",
            "The server may be short of memory.",
            "Upload it again; if that fails too, try a smaller part of it.",
        )
    return unsound()
