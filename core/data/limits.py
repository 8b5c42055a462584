"""Limits: how much time, memory and table one file may take."""

from __future__ import annotations

from dataclasses import dataclass

TOO_MUCH_MEMORY = 3  # the exit code of a reader that takes more than it may


@dataclass(frozen=True)
class Limits:
    """What reading one file may take; more is refused."""

    seconds: float = 15.0  # that a reader may need on a machine with nothing else to do
    memory: int = 480_000_000  # bytes beyond what the reader takes before it has seen the file
    bytes: int = 200_000_000  # of the file, also once it is unpacked
    cells: int = 50_000_000

    @property
    def wait(self) -> float:
        """Seconds by the clock after which a reader is ended; it may have to share the machine with many."""
        return 4 * self.seconds

    @property
    def work(self) -> int:
        """Seconds of all processors after which the system ends a reader; it spreads some of its work."""
        return int(2 * self.seconds) + 1
