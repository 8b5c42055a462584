"""Blocks: a few rows at a time, features apart, small enough to stay in the fastest cache."""

from __future__ import annotations

from typing import NamedTuple

from ...arrays import Array
from ..em.constants import TILE
from .elementary import LEAST_EXPONENT, exp, log
from .lanes import (
    LINE,
    aligned,
    fill4,
    fill16,
    fold4,
    load4,
    load16,
    square_root,
    store,
    total,
    turn,
    where_less,
)
from .pointers import Pointer, fill, inlined, inner, pointer, shared

LANES = 8
WIDE = 16  # lanes of the loops that are one long chain for each row
BYTES = 8  # of a double
BLOCK = 256  # rows
STRIDE = BLOCK + LANES  # between features: a power of two would make them share the same few lines of the cache
LEAST_ROOTED = 0.999 * LEAST_EXPONENT  # a difference of less has no root that is not 0
LOWEST = -1.7e308  # no finite log density is less


class Sizes(NamedTuple):
    """How much there is of everything."""

    features: int  # d
    components: int  # K
    columns: int  # K, or K + 1 with noise
    parts: int  # g, joint levels of a row
    joint: int  # S, all joint levels that there are
    levels: int  # T, the levels of all columns of categories; 0 where chances are not looked for


class Parts(NamedTuple):
    """A mixture as the pass over rows uses it."""

    means: Pointer  # (K, d)
    factors: Pointer  # (K, d (d + 1) / 2) packed whitening factors, or (K, d), one over standard deviations
    log_normalisers: Pointer  # (columns,); noise has its log density here
    log_chances: Pointer  # (columns, S) of joint levels


class Block(NamedTuple):
    """Rows under work, and what is computed of them. Features and components are STRIDE apart.

    A row's share in a component is its responsibility times the row's weight. Where there are many products of
    features, their square roots are kept: the scatter is then a product of one array with itself.
    """

    values: Pointer  # (d, STRIDE)
    weights: Pointer  # (STRIDE,) row weights, 0 beyond the last row
    centred: Pointer  # (d, STRIDE) rows about a mean, or that times roots of their shares
    joint: Pointer  # (columns, STRIDE) log joint densities, then shares or their roots
    log_density: Pointer  # (STRIDE,)
    levels: Pointer  # (g, STRIDE) joint levels


class Sums(NamedTuple):
    """What a pass adds up, about the current means."""

    weight: Pointer  # (columns,)
    first: Pointer  # (K, d)
    second: Pointer  # (K, d, d), the lower triangle or the diagonal
    totals: Pointer  # (4,) log-likelihood, rows, entropy, log of the largest responsibility
    counts: Pointer  # (K, S) shares by joint level
    levels: Pointer  # (K, T) the same by level


@inner
def block_in(room: Pointer, size: Sizes) -> Block:
    """A block in block_room(size) doubles of room."""
    values = aligned(room)
    centred = values + size.features * STRIDE
    joint = centred + max(size.features, 1) * STRIDE  # what makes shares is kept there even without features
    weights = joint + size.columns * STRIDE
    return Block(values, weights, centred, joint, weights + STRIDE, weights + 2 * STRIDE)


def block_room(size: Sizes) -> int:
    """Doubles that a block needs."""
    return (size.features + max(size.features, 1) + size.columns + 2 + size.parts) * STRIDE + LINE // BYTES


@inner
def sums_in(room: Pointer, size: Sizes) -> Sums:
    """Sums in sums_room(size) doubles of room, one field after the other."""
    first = room + size.columns
    second = first + size.components * size.features
    totals = second + size.components * size.features * size.features
    counts = totals + 4
    return Sums(room, first, second, totals, counts, counts + size.components * size.joint)


@inlined
def end_of_sums(sums: Sums, size: Sizes) -> Pointer:
    """What comes after sums."""
    return sums.levels + size.components * size.levels


@shared
def sums_room(size: Sizes) -> int:
    """Doubles that sums need."""
    moments = size.features * (1 + size.features) + size.joint + size.levels
    return size.columns + size.components * moments + 4


@inlined
def filled_up(rows: int) -> int:
    """Rows that a block works on where so many are asked for."""
    return (rows + WIDE - 1) // WIDE * WIDE


@inner
def take_rows(block: Block, values: Array, weights: Array, start: int) -> int:
    """Copy rows from `start` on into the block; returns their number, filled up with rows of weight 0.

    No weights at all stand for weights of 1.
    """
    found = min(BLOCK, len(values) - start)
    rows = filled_up(found)
    turned = found // TILE * TILE if values.strides[1] == BYTES else 0
    turn_rows(pointer(values) + start * (values.strides[0] // BYTES), values, turned, block.values)
    for r in range(turned, rows):
        row = start + min(r, found - 1)
        for j in range(values.shape[1]):
            block.values[j * STRIDE + r] = values[row, j]
    fill(block.weights, found, 1.0)
    fill(block.weights + found, rows - found, 0.0)
    for r in range(found if len(weights) > 0 else 0):
        block.weights[r] = weights[start + r]
    return rows


@inner
def turn_rows(first: Pointer, values: Array, rows: int, found: Pointer) -> None:
    """Write rows, each a run of numbers in memory, with their features apart, by squares of four rows and features."""
    d, step = values.shape[1], values.strides[0] // BYTES
    for r in range(0, rows, TILE):
        place = first + r * step
        for j in range(0, d if d >= TILE else 0, TILE):
            at = min(j, d - TILE)  # the last square may overlap the one before
            square = turn(
                load4(place, at), load4(place, step + at), load4(place, 2 * step + at), load4(place, 3 * step + at)
            )
            for i in range(TILE):
                store(found, (at + i) * STRIDE + r, square[i])
        for j in range(d if d < TILE else 0):
            for i in range(TILE):
                found[j * STRIDE + r + i] = place[i * step + j]


@inner
def find_noise(block: Block, rows: int, parts: Parts, size: Sizes) -> None:
    """The constant log density that stands after the components, if any."""
    for k in range(size.components, size.columns):
        for r in range(0, rows, WIDE):
            store(block.joint, k * STRIDE + r, fill16(parts.log_normalisers[k]))


@inner
def compare(block: Block, rows: int, columns: int, rooted: bool, totals: Pointer) -> None:
    """Turn log joint densities into densities over that of the row's best component, and add to the totals.

    What makes shares of them is left in the first of the centred features. A row whose density is 0 under every
    component belongs to none: its shares are 0, its log density is -inf.
    """
    joint, part = block.joint, 0.5 if rooted else 1.0
    zero, one, least, lowest = fill16(0.0), fill16(1.0), fill16(LEAST_EXPONENT), fill16(LOWEST)
    small = fill16(LEAST_ROOTED)
    likelihood, weight, logs, differences = fill4(0.0), fill4(0.0), fill4(0.0), fill4(0.0)
    for r in range(0, rows, WIDE):
        top = load16(joint, r)
        for k in range(1, columns):
            other = load16(joint, k * STRIDE + r)
            top = where_less(top, other, other, top)
        base = where_less(top, lowest, zero, top)
        density, weighted = where_less(top, lowest, one, zero), zero
        for k in range(columns):
            difference = load16(joint, k * STRIDE + r) - base
            bounded = where_less(difference, least, least, difference)
            relative = exp(part * bounded)
            if rooted:
                root = where_less(bounded, small, zero, relative)
                relative = root * root
                store(joint, k * STRIDE + r, root)
            else:
                store(joint, k * STRIDE + r, relative)
            density = density + relative
            weighted = weighted + relative * bounded
        log_sum = log(density)
        w = load16(block.weights, r)
        scale = w / density
        store(block.centred, r, square_root(scale) if rooted else scale)
        store(block.log_density, r, top + log_sum)
        likelihood = likelihood + fold4(where_less(zero, w, w * (top + log_sum), zero))
        weight = weight + fold4(w)
        logs = logs + fold4(w * log_sum)
        differences = differences + fold4(scale * weighted)
    totals[0] += total(likelihood)
    totals[1] += total(weight)
    totals[2] += total(logs - differences)
    totals[3] -= total(logs)


@inner
def share_out(block: Block, rows: int, columns: int, rooted: bool, weight: Pointer) -> None:
    """Turn compared densities into shares, or roots of shares, and add up each component's."""
    for k in range(columns):
        found = fill16(0.0)
        for r in range(0, rows, WIDE):
            share = load16(block.joint, k * STRIDE + r) * load16(block.centred, r)
            store(block.joint, k * STRIDE + r, share)
            if rooted:
                share = share * share
            found = found + share
        weight[k] += total(found)
