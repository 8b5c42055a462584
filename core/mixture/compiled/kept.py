"""Kept: what was compiled, on disk and sealed, so that a damaged file is forgotten and its function compiled again.

Numba unpickles whatever lies in its cache folder and runs the machine code in it; here nothing is unpickled that does
not bear the digest it was written with. What was compiled from other sources is not taken either: Numba looks only at
the file of the outermost function, here all of its folder counts.
"""

from __future__ import annotations

import hashlib
import io
import logging
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite
import numba
import numpy as np
from numba.core.caching import FunctionCache, IndexDataCacheFile

from ..em import constants

SEAL = 32  # bytes

_logger = logging.getLogger(__name__)


class Kept(FunctionCache):
    """The compiled forms of one function; where keeping them fails, they serve this process all the same."""

    def __init__(self, function: Callable[..., Any]) -> None:
        """What is there already. Raises RuntimeError where no folder can be written to."""
        super().__init__(function)
        stamp = _stamp(Path(function.__code__.co_filename).parent)
        self._cache_file = _Sealed(self._cache_path, self._impl.filename_base, stamp)

    def load_overload(self, signature: Any, target: Any) -> Any:
        """A compiled form, or None where there is none that is whole."""
        try:
            return super().load_overload(signature, target)
        except Exception as fault:  # sealed and still of no use: Numba may raise anything of its own or of LLVM's
            _say("could not be loaded and is compiled again", fault)
            return None

    def save_overload(self, signature: Any, data: Any) -> None:
        """Keep a compiled form, if the folder takes it."""
        try:
            super().save_overload(signature, data)
        except OSError as fault:
            _say("could not be kept", fault)


class _Sealed(IndexDataCacheFile):
    """An index and its data files, each with a digest of its bytes at the end, which Numba leaves unread."""

    def _load_index(self) -> dict[Any, str]:
        return super()._load_index() if _is_whole(Path(self._index_path)) else {}

    def _load_data(self, name: str) -> Any:
        return super()._load_data(name) if _is_whole(Path(self._data_path(name))) else None

    @contextmanager
    def _open_for_write(self, path: str) -> Iterator[io.BytesIO]:
        """Written beside its place and put there in one step, so that two processes may do it at once."""
        content = io.BytesIO()
        yield content
        if Path(path).is_dir():
            shutil.rmtree(path)
        with super()._open_for_write(path) as file:
            file.write(content.getvalue() + _seal(content.getvalue()))


def _is_whole(path: Path) -> bool:
    """Whether a file is there and is what was written."""
    try:
        content = path.read_bytes()
    except OSError:
        return False
    return _seal(content[:-SEAL]) == content[-SEAL:]


def _seal(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


@cache
def _stamp(folder: Path) -> str:
    """What compiled code depends on: a folder's sources, the constants, and the versions of what compiles them."""
    digest = hashlib.sha256(repr((numba.__version__, llvmlite.__version__, np.__version__)).encode())
    for source in [*sorted(folder.glob("*.py")), Path(constants.__file__)]:
        digest.update(source.name.encode() + source.read_bytes())
    return digest.hexdigest()


def _say(what: str, fault: Exception) -> None:
    _logger.warning("What was compiled %s: %s", what, str(fault).partition("\n")[0])
