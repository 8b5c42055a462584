"""Isolation: a file is parsed in a child process with limits, so that no file can hurt or stall the app."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from core.data.limits import Limits
from core.data.table import Reading
from core.errors import ReadError

ROOT = Path(__file__).parents[2]
TOO_MUCH_MEMORY = 3  # the child's exit code for it


@dataclass(frozen=True)
class Answer:
    """What the child made of a file."""

    table: pa.Table  # columns named 0, 1, ..., and lines if the rows' lines do not simply count up
    head: dict[str, Any]  # names, originals, reading, notes, sheets, first_line


class Child:
    """A child process that is ready to read one file; start it early to save its start-up time."""

    def __init__(self) -> None:
        """Start it, with few threads and nothing of the environment that it does not need."""
        environment = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT", "HOME") if name in os.environ}
        environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "4", "ARROW_DEFAULT_MEMORY_POOL": "system"}
        environment |= {"MALLOC_ARENA_MAX": "2", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
        # Large blocks go back to the system at once, so that what is reserved follows what is used, each time alike.
        environment |= {"MALLOC_MMAP_THRESHOLD_": "524288"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "core.data.reader.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=ROOT,
        )

    @property
    def alive(self) -> bool:
        """Whether it still waits for its file."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End it while another thread waits in `read`, which then refuses the file."""
        self._process.kill()

    def close(self) -> None:
        """End it without a file."""
        self._process.kill()
        self._process.communicate()
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):  # what was not sent is lost with it
                self._process.stdin.close()

    def read(self, content: bytes, reading: Reading, limits: Limits | None = None) -> Answer:
        """What it makes of the file; it ends with that. Raises ReadError, also when it crashes or takes too long."""
        limits = limits or Limits()
        request = json.dumps({"reading": asdict(reading), "limits": asdict(limits), "bytes": len(content)}).encode()
        try:
            output, _ = self._process.communicate(
                b"".join((len(request).to_bytes(8, "big"), request, content)), timeout=limits.seconds
            )
        except subprocess.TimeoutExpired:
            self.close()
            raise _too_long() from None
        if self._process.returncode != 0 or len(output) < 8:
            raise _died(self._process.returncode)
        size = int.from_bytes(output[:8], "big")
        head = json.loads(output[8 : 8 + size])
        if "refusal" in head:
            raise ReadError(*head["refusal"])
        with pa.ipc.open_stream(pa.py_buffer(output).slice(8 + size)) as stream:
            return Answer(stream.read_all(), head)


def _too_long() -> ReadError:
    return ReadError(
        "Reading this file took too long.", "It may be damaged or far too large.", "Try a smaller part of it."
    )


def _died(code: int) -> ReadError:
    """Why the child ended, as far as its exit code tells."""
    if code == -getattr(signal, "SIGXCPU", 0):
        return _too_long()
    if code in (TOO_MUCH_MEMORY, -getattr(signal, "SIGABRT", 0), -getattr(signal, "SIGKILL", 0)):
        return ReadError(
            "This file needs more memory than one file may take, or it is damaged.",
            remedy="Try a smaller part of it, or save it as CSV.",
        )
    return ReadError(
        "This file could not be read.",
        "It is damaged, or holds something that the reader cannot handle.",
        "Save it as CSV or XLSX and try again.",
    )
