"""What the last steps taught: the compiled twin of core.mixture.em.acceleration.Acceleration."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..em.constants import CALM, FIRST_RADIUS, LEAST_COSINE, MOST_STRETCH, PAIRS
from .blocks import LANES
from .lanes import fill8, load8, store, total
from .pointers import Pointer, copy, inner

COUNT, FIRST, RADIUS, LENGTH, FAILURES, PAUSE, BEGUN = range(7)  # places among the counters
COUNTERS = 7


class Memory(NamedTuple):
    """Pairs of a step and the fall of EM's own step over it, in a ring, and what is known of steps' success."""

    counters: Pointer  # (COUNTERS,)
    ascent: Pointer  # (p,) EM's own step
    proposal: Pointer  # (p,)
    steps: Pointer  # (PAIRS, p)
    falls: Pointer  # (PAIRS, p)
    products: Pointer  # (PAIRS,) of step and fall, 0 where the pair tells of no curvature
    shares: Pointer  # (PAIRS,) room
    length: int  # p, the coordinates and zeros up to full lanes


@inner
def memory_in(room: Pointer, length: int) -> Memory:
    """A memory in memory_room(length) doubles."""
    ascent = room + COUNTERS
    steps = ascent + 2 * length
    falls = steps + PAIRS * length
    products = falls + PAIRS * length
    return Memory(room, ascent, ascent + length, steps, falls, products, products + PAIRS, length)


def memory_room(length: int) -> int:
    """Doubles that a memory takes."""
    return COUNTERS + 2 * length + 2 * PAIRS * length + 2 * PAIRS


@inner
def forget(memory: Memory) -> None:
    """Begin with nothing."""
    for i in range(COUNTERS):
        memory.counters[i] = 0.0
    memory.counters[RADIUS] = FIRST_RADIUS


@inner
def place_of(memory: Memory, age: int) -> int:
    """Where in the ring the pair stands that came so many after the oldest."""
    return (int(memory.counters[FIRST]) + age) % PAIRS


@inner
def place_for_pair(memory: Memory) -> int:
    """Make room for a pair; the oldest gives way."""
    count = int(memory.counters[COUNT])
    if count == PAIRS:
        memory.counters[FIRST] = float(place_of(memory, 1))
        count -= 1
    memory.counters[COUNT] = count + 1.0
    return place_of(memory, count)


@inner
def weigh_pair(memory: Memory, place: int) -> None:
    """Note what a pair tells of curvature."""
    step, fall = memory.steps + place * memory.length, memory.falls + place * memory.length
    product = dot(step, fall, memory.length)
    sizes = np.sqrt(dot(step, step, memory.length) * dot(fall, fall, memory.length))
    memory.products[place] = product if product > LEAST_COSINE * sizes else 0.0


@inner
def is_ready(memory: Memory) -> bool:
    """Whether there is something to propose."""
    is_calm = dot(memory.ascent, memory.ascent, memory.length) <= CALM * CALM
    return memory.counters[COUNT] > 0.0 and memory.counters[PAUSE] == 0.0 and is_calm


@inner
def propose(memory: Memory) -> None:
    """The two-loop recursion (Nocedal 1980) on EM's own step, cut to the radius."""
    length, count, found = memory.length, int(memory.counters[COUNT]), memory.proposal
    copy(memory.ascent, found, length)
    for age in range(count - 1, -1, -1):
        place = place_of(memory, age)
        if memory.products[place] > 0.0:
            share = dot(memory.steps + place * length, found, length) / memory.products[place]
            memory.shares[place] = share
            add_scaled(memory.falls + place * length, -share, length, found)
    scale(stretch(memory, place_of(memory, count - 1)), length, found)
    for age in range(count):
        place = place_of(memory, age)
        if memory.products[place] > 0.0:
            share = dot(memory.falls + place * length, found, length) / memory.products[place]
            add_scaled(memory.steps + place * length, memory.shares[place] - share, length, found)
    size = np.sqrt(dot(found, found, length))
    memory.counters[LENGTH] = size
    if size > memory.counters[RADIUS]:
        scale(memory.counters[RADIUS] / size, length, found)


@inner
def stretch(memory: Memory, place: int) -> float:
    """How many times EM's own step the curvature along a pair's step allows."""
    step, fall = memory.steps + place * memory.length, memory.falls + place * memory.length
    along, size = dot(step, fall, memory.length), dot(fall, fall, memory.length)
    if not size > 0.0:
        return 1.0
    found = along / size if along > 0.0 else np.sqrt(dot(step, step, memory.length) / size)
    return min(max(found, 1.0), MOST_STRETCH)


@inner
def adapt(memory: Memory, stands: bool) -> None:
    """Widen the steps after a long one that stood; after one that fell, shorten them, forget, and pause."""
    c = memory.counters
    if stands:
        c[FAILURES] = 0.0
        if c[LENGTH] >= c[RADIUS]:
            c[RADIUS] *= 2.0
        return
    c[FAILURES] += 1.0
    c[PAUSE] = np.floor(2.0 ** c[FAILURES] / 2.0)
    c[RADIUS] = min(c[RADIUS], c[LENGTH]) / 4.0
    lost = int(c[COUNT]) // 2 + 1
    c[FIRST] = float(place_of(memory, lost))
    c[COUNT] -= lost


@inner
def dot(left: Pointer, right: Pointer, length: int) -> float:
    """The sum of products."""
    found = fill8(0.0)
    for i in range(0, length, LANES):
        found = found + load8(left, i) * load8(right, i)
    return total(found)


@inner
def add_scaled(source: Pointer, factor: float, length: int, target: Pointer) -> None:
    """Add a multiple."""
    for i in range(0, length, LANES):
        store(target, i, load8(target, i) + factor * load8(source, i))


@inner
def scale(factor: float, length: int, target: Pointer) -> None:
    """Multiply."""
    for i in range(0, length, LANES):
        store(target, i, factor * load8(target, i))
