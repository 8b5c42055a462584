"""Isolation: a file is parsed in a child process with limits, so that no file can hurt or stall the app."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from core.data.table import Reading
from core.errors import ReadError

WALL_SECONDS = 60.0
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Answer:
    """What the child made of a file."""

    table: pa.Table  # columns named 0, 1, ...
    head: dict[str, Any]  # names, reading, notes, sheets


class Child:
    """A child process that is ready to read one file; start it early to save its start-up time."""

    def __init__(self) -> None:
        """Start it, with one thread and nothing of the environment that it does not need."""
        environment = {name: os.environ[name] for name in ("PATH", "LANG", "SYSTEMROOT", "HOME") if name in os.environ}
        environment |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
        environment |= {"PYTHONPATH": str(ROOT)}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "core.data.child"],
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

    def read(self, content: bytes, reading: Reading) -> Answer:
        """What it makes of the file; it ends with that. Raises ReadError, also when it crashes or takes too long."""
        request = json.dumps(asdict(reading)).encode()
        try:
            output, _ = self._process.communicate(
                len(request).to_bytes(8, "big") + request + content, timeout=WALL_SECONDS
            )
        except subprocess.TimeoutExpired:
            self.close()
            raise ReadError(
                "Reading this file took too long.", "It may be damaged or far too large.", "Try a smaller part of it."
            ) from None
        if self._process.returncode != 0 or len(output) < 8:
            raise ReadError(
                "This file could not be read.",
                "The reader ran out of its limits or met something it cannot handle.",
                "Save it as CSV or XLSX and try again.",
            )
        size = int.from_bytes(output[:8], "big")
        head = json.loads(output[8 : 8 + size])
        if "refusal" in head:
            raise ReadError(*head["refusal"])
        with pa.ipc.open_stream(pa.py_buffer(output).slice(8 + size)) as stream:
            return Answer(stream.read_all(), head)
