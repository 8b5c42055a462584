"""Memory: what Python has let go of is handed back to the system, which its allocators would rather keep."""

from __future__ import annotations

import ctypes
import gc
import sys
from pathlib import Path

import pyarrow as pa

MMAP_THRESHOLD, TRIM_THRESHOLD, ARENA_MAX = -3, -1, -8  # names of settings in malloc.h
LARGE = 4_000_000  # bytes from which an array lies apart and is handed back when it is freed
SPARE = 8_000_000  # free bytes at the end of a heap that it keeps
MAPPINGS = Path("/proc/self/maps")
MADV_DONTNEED = 4  # in mman.h
ARENAS = 2  # heaps that threads share; by default there are eight for each core, and each keeps what was freed in it


def keep_little() -> None:
    """Few heaps for many threads, each with little to spare, and Arrow in the same ones as all others.

    By default the C library hands out ever larger arrays from its heaps, up to 32 MB, and lets each heap keep twice
    that. First answers cost 0.05 to 0.1 s more with this, and a third of the memory less.
    """
    pa.set_memory_pool(pa.system_memory_pool())
    set_option = getattr(_c_library(), "mallopt", None)
    if set_option is not None:
        set_option(MMAP_THRESHOLD, LARGE)
        set_option(TRIM_THRESHOLD, SPARE)
        set_option(ARENA_MAX, ARENAS)


def trim() -> None:
    """Hand back what lies free between what is used."""
    hand_back = getattr(_c_library(), "malloc_trim", None)
    if hand_back is not None:
        hand_back(0)


def clear_out() -> None:
    """Look for garbage everywhere, also among what was put aside, and hand it back; and code at rest with it."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    trim()
    put_code_aside()


def put_code_aside() -> None:
    """Let go of the pages that hold libraries' code, which the system brings back where they are needed.

    They take some 120 MB, the most for the compiler, which has done its work once all is loaded.
    """
    library = _c_library()
    if library is None:
        return
    for line in MAPPINGS.read_text().splitlines():
        addresses, access, _, _, inode, *_ = line.split(maxsplit=5)
        if access == "r-xp" and inode != "0":  # code of a file: loaders change what is data alone
            start, stop = (int(each, 16) for each in addresses.split("-"))
            library.madvise(ctypes.c_void_p(start), ctypes.c_size_t(stop - start), MADV_DONTNEED)


def _c_library() -> ctypes.CDLL | None:
    """That of Linux; others have no such settings."""
    return ctypes.CDLL(None) if sys.platform == "linux" else None
