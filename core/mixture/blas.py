"""One thread for BLAS: at these shapes several are slower, and the cores are better used for blocks and fits."""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import lru_cache

from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[object]:
    """Hold BLAS to one thread inside the context."""
    return _controller().limit(limits=1, user_api="blas")


@lru_cache(maxsize=1)
def _controller() -> ThreadpoolController:
    """Found once: looking for the loaded libraries takes milliseconds."""
    return ThreadpoolController()
