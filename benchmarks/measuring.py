"""What several benchmarks need: times, processes side by side, and a row without a peer's time."""

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor

WORKERS = 2


def measured(what, figure, wanted, kept):
    """A figure that has no peer's time beside it."""
    return {"what": what, "figure": figure, "wanted": wanted, "note": "" if kept else "missed"}


def in_processes(work, jobs):
    """The results of independent jobs, in their order, from WORKERS processes."""
    with ProcessPoolExecutor(WORKERS, multiprocessing.get_context("spawn")) as workers:
        return list(workers.map(work, jobs))


def wall(work):
    """Seconds by the clock."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
