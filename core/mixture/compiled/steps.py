"""The E-step and the M-step on rows in memory, for loops that stay compiled from one pass to the next."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...arrays import Array
from ..em.constants import IDENTITY, LOG_2PI, LOST
from .axes import beside
from .blocks import (
    BLOCK,
    LANES,
    STRIDE,
    Block,
    Parts,
    Sizes,
    Sums,
    block_in,
    block_room,
    end_of_sums,
    sums_in,
    sums_room,
    take_rows,
)
from .covariance import estimate
from .estep import add_block
from .factors import Factored, whiten, whiten_apart
from .frame import factored_in, factored_room
from .lanes import aligned
from .levels import Spelling, estimate_chances, gather_levels, spell_out, take_levels
from .marginals import (
    Marginals,
    clear,
    complete,
    complete_apart,
    count,
    marginals_in,
    marginals_room,
    parts_of,
    sums_of,
    take_marginal,
    take_marginal_apart,
)
from .pointers import Pointer, copy, fill, inlined, inner, pointer
from .structure import Freedom, Structure, Sweeps, structure_in, structure_room


class Rows(NamedTuple):
    """All rows, laid out in blocks once for all passes; each pattern of blanks begins a new block."""

    values: Pointer  # (blocks, d, STRIDE)
    weights: Pointer  # (blocks, STRIDE)
    patterns: Pointer  # (P, 2 + d) the row at which each ends, log density of noise, 1 for each column it observes
    n_patterns: int
    levels: Pointer  # (blocks, g, STRIDE) joint levels
    spelling: Spelling
    marginals: Marginals


class State(NamedTuple):
    """Where EM stands, with the room that its steps need."""

    mixing: Pointer  # (columns,) mixing weights, noise last
    means: Pointer  # (K, d)
    structure: Structure
    chances: Pointer  # (K, T)
    noise_density: Pointer  # (1,) log density of noise
    found: Sums  # moments at this mixture; first and second are means and scatter once they are centred
    parts: Parts
    block: Block
    factored: Factored  # of the covariances
    logs: Pointer  # (columns, T) of the chances, noise last


@inner
def state_in(room: Pointer, size: Sizes) -> State:
    """A state in state_room(size) doubles of room: a mixture as in Mix, noise and moments come first."""
    d = size.features
    vectors, matrices = size.components * d, size.components * d * d
    means = room + size.columns
    covariances = means + vectors
    chances = covariances + matrices
    noise_density = chances + size.components * size.levels
    found = sums_in(noise_density + 1, size)
    factors = end_of_sums(found, size)
    log_normalisers = factors + matrices + vectors
    log_chances = log_normalisers + size.columns
    block = block_in(log_chances + size.columns * size.joint, size)
    structure = structure_in(covariances, block.levels + size.parts * STRIDE, size)
    parts = Parts(means, factors, log_normalisers, log_chances)
    factored = factored_in(structure.room + beside(size.components) * d * d + 2 * d * d, size)
    logs = factored.roots + factored_room(size)
    return State(room, means, structure, chances, noise_density, found, parts, block, factored, logs)


@inner
def after_state(state: State, size: Sizes) -> Pointer:
    """What comes after a state."""
    return state.logs + size.columns * size.levels


def state_room(size: Sizes) -> int:
    """Doubles that a state needs."""
    vectors, matrices = size.components * size.features, size.components * size.features**2
    mixture = size.columns + vectors + matrices + size.components * size.levels + 1
    parts = matrices + vectors + size.columns * (1 + size.joint + size.levels)
    return mixture + sums_room(size) + parts + block_room(size) + structure_room(size) + factored_room(size)


def rows_room(n: int, patterns: int, size: Sizes) -> int:
    """Doubles that rows laid out in blocks need at most."""
    return (n // BLOCK + patterns) * (size.features + 1 + size.parts) * STRIDE + marginals_room(size) + LANES


@inner
def rows_in(values: Array, patterns: Array, spelling: Spelling, size: Sizes, room: Pointer) -> Rows:
    """Rows in rows_room(n, P, size) doubles."""
    blocks = len(values) // BLOCK + len(patterns)
    room = aligned(room)
    weights = room + blocks * size.features * STRIDE
    levels = weights + blocks * STRIDE
    marginals = marginals_in(levels + blocks * size.parts * STRIDE, size)
    return Rows(room, weights, pointer(patterns), len(patterns), levels, spelling, marginals)


@inner
def lay_out(values: Array, weights: Array, joint: Array, block: Block, rows: Rows) -> None:
    """Write rows in blocks."""
    features, parts, at, b = values.shape[1], joint.shape[1], 0, 0
    for p in range(rows.n_patterns):
        end = end_of(rows, features, p)
        for start in range(at, end, BLOCK):
            own = block_of(rows, features, parts, b, block)
            found = take_rows(own, values[:end], weights[:end], start)
            take_levels(own, joint[:end], start, found)
            b += 1
        at = end


@inlined
def end_of(rows: Rows, features: int, p: int) -> int:
    """The row at which pattern p ends."""
    return int(rows.patterns[p * (2 + features)])


@inlined
def block_of(rows: Rows, features: int, parts: int, b: int, own: Block) -> Block:
    """Block b of the rows, with one's own room to work in."""
    values, weights = rows.values + b * features * STRIDE, rows.weights + b * STRIDE
    return Block(values, weights, own.centred, own.joint, own.log_density, rows.levels + b * parts * STRIDE)


@inner
def prepare(family: Freedom, size: Sizes, state: State, spelling: Spelling, floor: Pointer) -> bool:
    """Bring factors, normalisers and chances up to date; False if a covariance is flatter than the floor (d,)."""
    d, independent = size.features, family.orientation == IDENTITY
    for k in range(size.components):
        covariance = state.structure.covariances + k * d * d
        root, inverse = state.factored.roots + k * d * d, state.factored.inverses + k * d * d
        if independent:
            log_root = whiten_apart(covariance, floor, d, root, inverse, state.parts.factors + k * d)
        else:
            log_root = whiten(covariance, floor, d, root, inverse, state.parts.factors + k * (d * (d + 1) // 2))
        if not np.isfinite(log_root):
            return False
        state.parts.log_normalisers[k] = np.log(state.mixing[k]) + log_root - d * LOG_2PI / 2
    for k in range(size.components, size.columns):
        state.parts.log_normalisers[k] = np.log(state.mixing[k]) + state.noise_density[0]
    spell_out(spelling, size, state.chances, state.logs, state.parts.log_chances)
    return True


@inner
def e_step(family: Freedom, size: Sizes, state: State, rows: Rows) -> None:
    """The moments of all rows under the mixture as prepared."""
    d, found, independent = size.features, state.found, family.orientation == IDENTITY
    covariances, marginals, at, b = state.structure.covariances, rows.marginals, 0, 0
    clear(size, found)
    fill(found.counts, size.components * size.joint, 0.0)
    for p in range(rows.n_patterns):
        end, pattern = end_of(rows, d, p), rows.patterns + (p * (2 + d) + 1)
        parts, sums, is_whole = state.parts, found, count(pattern + 1, d) == d
        if not is_whole:
            parts, sums = parts_of(state.parts, marginals), sums_of(found, marginals)
            clear(size, sums)
            if independent:
                take_marginal_apart(pattern, size, state.mixing, covariances, marginals)
            else:
                take_marginal(pattern, size, state.mixing, covariances, marginals)
        for start in range(at, end, BLOCK):
            block = block_of(rows, d, size.parts, b, state.block)
            add_block(block, min(BLOCK, end - start), parts, size, sums, independent)
            b += 1
        if not is_whole:
            if independent:
                complete_apart(pattern + 1, size, covariances, sums, found)
            else:
                complete(pattern + 1, size, marginals, found)
        at = end
    gather_levels(rows.spelling, size, found.counts, found.levels)
    centre(independent, size, state.means, found)


@inner
def centre(independent: bool, size: Sizes, means: Pointer, found: Sums) -> None:
    """Sums about the mixture's means, in place, as moments about the components' own."""
    d = size.features
    for k in range(size.components):
        mean, scatter, weight = found.first + k * d, found.second + k * d * d, found.weight[k]
        for j in range(d):
            mean[j] /= weight if weight > 0.0 else 1.0
        for i in range(d):
            for j in range(i if independent else 0, i + 1):
                entry = scatter[i * d + j] - mean[i] * mean[j] * weight
                scatter[i * d + j] = entry
                scatter[j * d + i] = entry
        for j in range(d):
            mean[j] += means[k * d + j]


@inner
def m_step(family: Freedom, size: Sizes, state: State, spelling: Spelling, found: Sums, sweeps: Sweeps) -> bool:
    """Move the mixture to the maximum for some moments; False, with nothing moved, if a component has no rows."""
    rows = found.totals[1]
    for k in range(size.components):
        if not found.weight[k] > LOST * rows:
            return False
    for k in range(size.columns):
        state.mixing[k] = found.weight[k] / rows
    copy(found.first, state.means, size.components * size.features)
    estimate_chances(spelling, size, found.levels, state.chances)
    estimate(family, size, found.weight, found.second, state.structure, sweeps)
    return True
