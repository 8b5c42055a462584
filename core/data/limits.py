"""Limits: how much time, memory and table one file may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What reading one file may take; more is refused."""

    seconds: float = 15.0
    memory: int = 480_000_000  # bytes beyond what the reader takes before it has seen the file
    bytes: int = 200_000_000  # of the file, also once it is unpacked
    cells: int = 50_000_000
