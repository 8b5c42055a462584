"""Lifeline: a process that works for the app ends at once when the app is gone, whatever it is at."""

from __future__ import annotations

import os
import select
import signal
import sys
from threading import Thread


def end_with(pipe: int) -> None:
    """End this process when the other end of a pipe, on which nothing more is sent, is closed: the app has ended.

    On Linux the system itself does it, by a signal; elsewhere a thread, which waits for Python's lock.
    """
    if sys.platform == "linux":
        import fcntl

        signal.signal(signal.SIGIO, signal.SIG_DFL)  # to end
        fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)
        if select.select([pipe], [], [], 0)[0]:  # closed before the system was asked
            os._exit(0)
    else:
        Thread(target=_watch, args=(pipe,), daemon=True).start()


def _watch(pipe: int) -> None:
    os.read(pipe, 1)
    os._exit(0)
