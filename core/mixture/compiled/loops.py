"""EM from pass to pass without leaving compiled code: what small data need, where a call from Python costs a pass."""

from __future__ import annotations

from typing import NamedTuple

from numba import types

from core.arrays import Array
from core.mixture.compiled.blocks import Sizes
from core.mixture.compiled.covariance import Freedom, Sweeps, take_apart
from core.mixture.compiled.passes import OUT, ROW_WEIGHTS, ROWS, VECTOR
from core.mixture.compiled.pointers import copy, entry, fill, pointer
from core.mixture.compiled.steps import e_step, lay_out, m_step, prepare, rows_room, state_in, state_room

GOING, SETTLED, DEGENERATE = 0, 1, 2  # how a loop ended: the values of core.mixture.loops.End


class Task(NamedTuple):
    """What a loop does."""

    components: int
    columns: int
    volume: int  # how free each axis of the family is
    shape: int
    orientation: int
    sweeps: int  # at most, of a family's inner iterations in each M-step
    sweep_tolerance: float  # relative change of their objective at which they end
    tolerance: float  # change of the log-likelihood, relative to 1 + itself, at which EM has settled


__all__ = ["Sizes", "Task", "loop_room", "plain"]

TASK = types.NamedTuple([types.int64] * 6 + [types.float64] * 2, Task)


@entry(types.UniTuple(types.int64, 2)(ROWS, ROW_WEIGHTS, TASK, VECTOR, OUT, OUT))
def plain(values: Array, weights: Array, task: Task, floor: Array, room: Array, trace: Array) -> tuple[int, int]:
    """Plain EM for at most len(trace) passes: how it ended, and how many it took.

    room begins with the mixture and ends with the last mixture and its moments, as in State; the rest of its
    loop_room(n, size) doubles may hold anything.
    """
    size = Sizes(values.shape[1], task.components, task.columns)
    family, sweeps = Freedom(task.volume, task.shape, task.orientation), Sweeps(task.sweep_tolerance, task.sweeps)
    state = state_in(pointer(room), size)
    mixture = size.columns + size.components * size.features * (1 + size.features)
    last = state.structure.room + size.components * size.features + 2 * size.features**2
    rows = lay_out(values, weights, state.block, last + mixture)
    take_apart(family, size, state.structure)
    fill(last, size.features, 0.0)
    if not prepare(family, size, state, last):  # the first mixture is taken as it is, whatever the floor
        return DEGENERATE, 0
    e_step(family, size, state, rows)
    trace[0] = state.found.totals[0]
    for done in range(1, len(trace)):
        copy(state.mixing, last, mixture)
        if not m_step(family, size, state, sweeps) or not prepare(family, size, state, pointer(floor)):
            copy(last, state.mixing, mixture)
            return DEGENERATE, done
        e_step(family, size, state, rows)
        trace[done] = state.found.totals[0]
        if abs(trace[done] - trace[done - 1]) <= task.tolerance * (1.0 + abs(trace[done])):
            return SETTLED, done + 1
    return GOING, len(trace)


def loop_room(n: int, size: Sizes) -> int:
    """Doubles that a loop over n rows needs."""
    mixture = size.columns + size.components * size.features * (1 + size.features)
    return state_room(size) + mixture + rows_room(n, size)
