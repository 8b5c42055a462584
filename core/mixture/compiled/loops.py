"""EM from pass to pass without leaving compiled code: what small data need, where a call from Python costs a pass.

Plain, or accelerated as in core.mixture.em.acceleration; a loop that took all its passes can be taken up again.
"""

from __future__ import annotations

from typing import NamedTuple

from numba import types

from ...arrays import Array
from ..em.constants import BLURRED, DEGENERATE, FELL, GOING, IDENTITY, PAIRS, ROUNDING, SETTLED
from .blocks import Sizes, Sums, end_of_sums, sums_in, sums_room
from .factors import Factored, factorise
from .forms import average
from .frame import (
    Frame,
    Mix,
    factored_in,
    factored_room,
    frame_in,
    frame_room,
    mix_in,
    mix_room,
    moments_of,
    move_frame,
    vector_length,
    vector_of,
)
from .levels import Spelling
from .memory import (
    BEGUN,
    PAUSE,
    Memory,
    adapt,
    forget,
    is_ready,
    memory_in,
    memory_room,
    place_for_pair,
    propose,
    weigh_pair,
)
from .pointers import (
    MATRIX,
    OUT,
    ROW_WEIGHTS,
    ROWS,
    VECTOR,
    Pointer,
    copy,
    entry,
    fill,
    inner,
    pointer,
)
from .steps import (
    Rows,
    State,
    after_state,
    e_step,
    lay_out,
    m_step,
    prepare,
    rows_in,
    rows_room,
    state_in,
    state_room,
)
from .structure import Freedom, Structure, Sweeps, axes_length, take_apart

__all__ = ["Sizes", "Task", "loop_room", "run"]

FROM_MIXTURE, FROM_LOOP, FROM_MOMENTS = 0, 1, 2  # how a loop begins
# What is under way: a first pass as the mixture is, or after an M-step; a plain step; an accelerated one; a plain one
# instead of it.
AS_GIVEN, AFTER_M_STEP, PLAIN, TRIAL, BACK = 0, 1, 2, 3, 4


class Task(NamedTuple):
    """What a loop does."""

    components: int
    columns: int
    volume: int  # how free each axis of the family is
    shape: int
    orientation: int
    sweeps: int  # at most, of a family's inner iterations in each M-step
    accelerates: int  # whether it does: 0 or 1
    begins: int  # with the mixture that room begins with, the loop that it holds, or the moments in it
    sweep_tolerance: float  # relative change of their objective at which they end
    tolerance: float  # change of the log-likelihood, relative to 1 + itself, at which EM has settled


TASK = types.NamedTuple([types.int64] * 8 + [types.float64] * 2, Task)


@inner
def is_lower(after: float, before: float, share: float) -> bool:
    """As in core.mixture.em.stopping."""
    return not after >= before - share * (1.0 + abs(before))


@inner
def settled(after: float, before: float, tolerance: float) -> bool:
    """Whether a log-likelihood has hardly changed."""
    return abs(after - before) <= tolerance * (1.0 + abs(after))


class Desk(NamedTuple):
    """Everything a loop keeps from pass to pass."""

    state: State
    last: Mix  # the mixture before a step
    last_found: Sums  # and its moments
    last_factored: Factored
    plain: Mix  # where plain EM's step leads
    axes: Pointer  # volume, shape and orientation there
    wanted: Sums  # moments whose M-step is an accelerated step
    frame: Frame
    memory: Memory
    rows: Pointer


@inner
def desk_in(room: Pointer, size: Sizes, independent: bool) -> Desk:
    """A desk in loop_room(n, size) doubles; the mixture and its moments come first."""
    d = size.features
    state = state_in(room, size)
    last = mix_in(after_state(state, size), size)
    last_found = sums_in(last.chances + size.components * size.levels, size)
    last_factored = factored_in(end_of_sums(last_found, size), size)
    plain = mix_in(last_factored.roots + factored_room(size), size)
    axes = plain.chances + size.components * size.levels
    wanted = sums_in(axes + axes_length(size), size)
    frame = frame_in(end_of_sums(wanted, size), size)
    memory = memory_in(frame.room + 2 * d * d, vector_length(size, independent))
    return Desk(state, last, last_found, last_factored, plain, axes, wanted, frame, memory, memory.shares + PAIRS)


def loop_room(n: int, patterns: int, size: Sizes) -> int:
    """Doubles that a loop over n rows needs, blank in as many patterns."""
    mixtures = 2 * (mix_room(size) + sums_room(size)) + axes_length(size) + factored_room(size)
    learnt = frame_room(size) + memory_room(vector_length(size, False))
    return state_room(size) + mixtures + learnt + rows_room(n, patterns, size)


@inner
def learn(size: Sizes, desk: Desk, independent: bool) -> None:
    """Take note of where EM was and of where its plain step has led."""
    memory, here = desk.memory, mix_in(desk.state.mixing, size)
    if memory.counters[BEGUN] > 0.0:
        place = place_for_pair(memory)
        step, fall = memory.steps + place * memory.length, memory.falls + place * memory.length
        vector_of(desk.frame, size, independent, desk.last, desk.last_factored.roots, step)
        vector_of(desk.frame, size, independent, here, desk.state.factored.roots, fall)
        for i in range(memory.length):
            fall[i] = memory.ascent[i] + step[i] - fall[i]
        weigh_pair(memory, place)
    move_frame(desk.frame, size, desk.last, desk.last_factored)
    vector_of(desk.frame, size, independent, here, desk.state.factored.roots, memory.ascent)
    memory.counters[BEGUN] = 1.0
    memory.counters[PAUSE] = max(memory.counters[PAUSE] - 1.0, 0.0)


@inner
def begin(family: Freedom, size: Sizes, desk: Desk, from_moments: bool) -> None:
    """Make ready for the first pass; from moments, as an M-step without a mixture before it begins."""
    state, d = desk.state, size.features
    forget(desk.memory)
    fill(desk.last.mixing, d, 0.0)
    if from_moments:
        copy(state.found.weight, desk.wanted.weight, sums_room(size))
        average(True, size, state.found.weight, state.found.second, state.structure.covariances)
    take_apart(family, size, state.structure)
    if from_moments:
        fill(state.structure.volume, size.components, 1.0)


@inner
def set_out(size: Sizes, desk: Desk) -> None:
    """Remember where EM is; the next M-step is that of its moments."""
    copy(desk.state.mixing, desk.last.mixing, mix_room(size))
    copy(desk.state.factored.roots, desk.last_factored.roots, factored_room(size))
    copy(desk.state.found.weight, desk.last_found.weight, sums_room(size))
    copy(desk.state.found.weight, desk.wanted.weight, sums_room(size))


@inner
def set_out_further(size: Sizes, desk: Desk, independent: bool) -> None:
    """Remember where plain EM has led; the next M-step is that of an accelerated step."""
    copy(desk.state.mixing, desk.plain.mixing, mix_room(size))
    copy(desk.state.structure.volume, desk.axes, axes_length(size))
    propose(desk.memory)
    moments_of(desk.frame, size, independent, desk.memory.proposal, desk.wanted)


@inner
def fall_back(size: Sizes, desk: Desk) -> None:
    """Return to where plain EM has led."""
    copy(desk.plain.mixing, desk.state.mixing, mix_room(size))
    copy(desk.axes, desk.state.structure.volume, axes_length(size))


@inner
def go_back(size: Sizes, desk: Desk) -> None:
    """Return to where EM was before its last step."""
    copy(desk.last.mixing, desk.state.mixing, mix_room(size))
    copy(desk.last_found.weight, desk.state.found.weight, sums_room(size))


@inner
def is_near_singular(size: Sizes, now: Structure, flattest: Pointer) -> bool:
    """Whether a covariance is not wider than flattest (d,) in every direction."""
    d, wider = size.features, 0
    for k in range(size.components):
        wider += factorise(now.covariances + k * d * d, flattest, 1.0, d, now.room)
    return wider < size.components


class Loop(NamedTuple):
    """What does not change from pass to pass, and the desk at which all else does."""

    family: Freedom
    size: Sizes
    sweeps: Sweeps
    accelerates: int
    tolerance: float
    rows: Rows
    floor: Pointer
    desk: Desk


@inner
def take_step(loop: Loop, way: int) -> bool:
    """The M-step where one is due, and what a pass needs of its mixture; False where that has no density."""
    family, size, desk, spelling = loop.family, loop.size, loop.desk, loop.rows.spelling
    if way not in (AS_GIVEN, BACK) and not m_step(family, size, desk.state, spelling, desk.wanted, loop.sweeps):
        return False
    return prepare(family, size, desk.state, spelling, desk.last.mixing if way == AS_GIVEN else loop.floor)


@inner
def goes_further(loop: Loop) -> bool:
    """Whether an accelerated step is to be tried from where plain EM has led; set out for it."""
    size, desk, independent = loop.size, loop.desk, loop.family.orientation == IDENTITY
    learn(size, desk, independent)
    if not is_ready(desk.memory):
        return False
    set_out_further(size, desk, independent)
    return True


@inner
def helps(loop: Loop, stands: bool) -> bool:
    """Whether an accelerated step is taken; else return to where plain EM has led."""
    desk = loop.desk
    taken = stands and not is_lower(desk.state.found.totals[0], desk.last_found.totals[0], ROUNDING)
    adapt(desk.memory, taken)
    if not taken:
        fall_back(loop.size, desk)
    return taken


@inner
def take_passes(loop: Loop, way: int, trace: Pointer, most: int) -> tuple[int, int, int]:
    """The passes of `run` from a desk that is laid out."""
    size, desk, state, done, passes = loop.size, loop.desk, loop.desk.state, 0, 0
    while way != PLAIN or passes < most:
        if way == PLAIN:
            set_out(size, desk)
        begins, stands = way in (AS_GIVEN, AFTER_M_STEP), take_step(loop, way)
        if not stands and (begins or way == PLAIN):
            if way == PLAIN:
                copy(desk.last.mixing, state.mixing, mix_room(size))
            return DEGENERATE, done, passes
        if way == PLAIN and loop.accelerates == 1 and goes_further(loop):
            way = TRIAL
            continue
        if stands:
            e_step(loop.family, size, state, loop.rows)
            passes += 1
        if way == TRIAL and not helps(loop, stands):
            way = BACK
            continue
        now, before = state.found.totals[0], desk.last_found.totals[0]
        if not begins and is_lower(now, before, ROUNDING):
            go_back(size, desk)
            return FELL if is_lower(now, before, BLURRED) else SETTLED, done, passes
        trace[done] = now
        done += 1
        if not begins and settled(now, before, loop.tolerance):
            return SETTLED, done, passes
        way = PLAIN
    return GOING, done, passes


@entry(types.UniTuple(types.int64, 4)(ROWS, ROW_WEIGHTS, ROWS, MATRIX, VECTOR, MATRIX, TASK, VECTOR, VECTOR, OUT, OUT))
def run(
    values: Array,
    weights: Array,
    joint: Array,
    places: Array,
    starts: Array,
    patterns: Array,
    task: Task,
    floor: Array,
    flattest: Array,
    room: Array,
    trace: Array,
) -> tuple[int, int, int, int]:
    """EM for len(trace) passes: how it ended, how many mixtures it went through, how many passes it took.

    Last, whether a covariance is near-singular, not wider than flattest (d,) in every direction.
    joint is (n, g) joint levels, which places and starts spell as in Spelling.
    patterns is (P, 2 + d), as in Rows, of rows in the order of their patterns; what is blank in values is 0.
    room has loop_room(n, P, size) doubles. It begins with a mixture and its moments as in State, one of which is
    needed, or holds a loop to take up; it ends with the last of both. A first mixture is taken as it is, whatever the
    floor.
    An accelerated step at the end may take a pass more.
    """
    levels = int(starts[-1])
    size = Sizes(values.shape[1], task.components, task.columns, joint.shape[1], places.shape[0], levels)
    spelling = Spelling(pointer(places), places.shape[1], pointer(starts), len(starts) - 1)
    family = Freedom(task.volume, task.shape, task.orientation)
    desk = desk_in(pointer(room), size, task.orientation == IDENTITY)
    rows, way = rows_in(values, patterns, spelling, size, desk.rows), PLAIN
    if task.begins != FROM_LOOP:
        way = AS_GIVEN if task.begins == FROM_MIXTURE else AFTER_M_STEP
        lay_out(values, weights, joint, desk.state.block, rows)
        begin(family, size, desk, way == AFTER_M_STEP)
    sweeps = Sweeps(task.sweep_tolerance, task.sweeps)
    loop = Loop(family, size, sweeps, task.accelerates, task.tolerance, rows, pointer(floor), desk)
    end, done, passes = take_passes(loop, way, pointer(trace), len(trace))
    near_singular = is_near_singular(size, desk.state.structure, pointer(flattest))
    return end, done, passes, int(near_singular)
