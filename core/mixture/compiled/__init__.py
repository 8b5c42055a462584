"""The compiled inner loops of EM, loaded when they are first needed: importing Numba takes longer than all of core.

What was compiled is kept beside the sources, or in the user's own cache folder. Where Numba is missing, cannot compile,
or has nowhere to keep the result, `load` says so once in the log and the caller goes on in NumPy.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from threading import Lock
from types import ModuleType

MODULES = ("passes", "loops", "hierarchy")

_logger = logging.getLogger(__name__)
_building = Lock()  # held while a child process compiles, so that nobody compiles the same in the meantime


def build() -> None:
    """Compile every module in a process of its own: it takes seconds, and would hold Python's lock here.

    In one, since what several modules call is then compiled once. What it compiled is on disk then; where that fails,
    `load` compiles, or says why it cannot.
    """
    engine = __name__.removesuffix(".mixture.compiled")
    command = (
        f"from {engine}.data.lifeline import end_with; end_with(0); "
        f"from {engine}.mixture import compiled; list(map(compiled.load, compiled.MODULES))"
    )
    with _building:
        root = Path(__file__).parents[3]
        child = subprocess.Popen(
            [sys.executable, "-c", command], cwd=root, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        with child:  # which closes the pipe once it has ended, as it would when the app ends
            child.wait()


@cache
def load(name: str) -> ModuleType | None:
    """A module of this package, compiled; None where that is impossible."""
    try:
        from numba.core.errors import NumbaError
    except ImportError as reason:
        _say(reason)
        return None
    try:
        with _building:
            return import_module(f"{__name__}.{name}")
    except (ImportError, OSError, RuntimeError, NumbaError) as reason:
        _say(reason)
        return None


def warm_up() -> None:
    """Compile every pass and loop, or load what an earlier start compiled, so that no fit has to wait for it."""
    build()
    for name in MODULES:
        load(name)


def _say(reason: Exception) -> None:
    _logger.warning("Computing in NumPy, which is slower: %s", str(reason).partition("\n")[0])
