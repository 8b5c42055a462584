"""Axes of symmetric matrices by plane turns: eigenvectors of each of several, and common axes of all.

The matrices are small, and each is near the one before: turning the axes from where they stand costs less than a fresh
decomposition (Golub and Van Loan 2013, sec. 8.5). A turn of the plane of a and b by t replaces columns a and b by
a cos t + b sin t and b cos t - a sin t.

Four matrices are worked on at a time. They stand side by side: entry (i, j) of all of them, as many as `beside` says,
comes before entry (i, j + 1) of all of them; those beyond the last are anything finite. A matrix by itself is (d, d) in
C order. Rooms may hold anything before and after.
"""

from __future__ import annotations

import numpy as np

from .lanes import Lanes, fill4, load4, square_root, store, total, where_less
from .pointers import Pointer, inlined, inner, shared

ABREAST = 4
SWEEPS = 30  # far more than ever needed: convergence is quadratic
SMALL = 1e-22  # squares off the diagonal, as a share of those on it, at which a matrix is diagonal: no more is lost
UNITS_APART = 1e-10  # the least variance of a column over the largest from which small ones are looked at by themselves


@shared
def beside(components: int) -> int:
    """How many matrices there is room for side by side."""
    return (components + ABREAST - 1) // ABREAST * ABREAST


@inner
def spread_out(matrices: Pointer, components: int, d: int, found: Pointer) -> None:
    """Write matrices that follow each other side by side, the first once more for those beyond the last."""
    wide = beside(components)
    for i in range(d * d):
        for k in range(wide):
            found[i * wide + k] = matrices[(k if k < components else 0) * d * d + i]


@inner
def diagonalise(matrices: Pointer, axes: Pointer, wide: int, d: int, now: Pointer, room: Pointer) -> None:
    """Turn axes into eigenvectors of symmetric matrices; now is left holding D' S D. All are side by side.

    room is for (d, d, wide). Where columns differ much in units, what is off the diagonal is held against the two
    entries between which it lies, and small variances are as exact as large ones (Demmel and Veselic 1992).
    """
    for k in range(0, wide, ABREAST):
        graded = have_units_apart(matrices + k, wide, d)
        if total(graded) == 0.0:
            straighten(axes + k, wide, d, now + k, room + k)
        else:
            lie_along_columns(axes + k, wide, d)  # axes that were turned before are as exact as their largest entries
        rotate(matrices + k, axes + k, wide, d, now + k, room + k)
        for _ in range(SWEEPS):
            if are_diagonal(now + k, graded, wide, d):
                break
            for a in range(d - 1):
                for b in range(a + 1, d):
                    cosine, sine = turn_to_zero(now + k, wide, d, a, b)
                    turn_columns(axes + k, wide, d, a, b, cosine, sine)
                    turn_both(now + k, wide, d, a, b, cosine, sine)


@inlined
def turn_to_zero(matrices: Pointer, wide: int, d: int, a: int, b: int) -> tuple[Lanes, Lanes]:
    """Cosines and sines of the turns that make entry (a, b) zero; of the two angles that do, the smaller."""
    zero, one = fill4(0.0), fill4(1.0)
    off = load4(matrices, (a * d + b) * wide)
    is_off = off * off
    across = load4(matrices, (b * d + b) * wide) - load4(matrices, (a * d + a) * wide)
    ratio = across / where_less(zero, is_off, 2.0 * off, one)
    root = square_root(1.0 + ratio * ratio)
    tangent = where_less(zero, is_off, -1.0 / (ratio + where_less(ratio, zero, zero - root, root)), zero)
    cosine = 1.0 / square_root(1.0 + tangent * tangent)
    return cosine, tangent * cosine


@inner
def common_turn(rotated: Pointer, precision: Pointer, wide: int, d: int, a: int, b: int) -> tuple[float, float]:
    """Cosine and sine of the turn of the plane of a and b that minimises sum_kj precision_kj (D' W_k D)_jj.

    rotated holds D' W_k D side by side, precision (d, wide), 0 beyond the last. The sum is a constant plus
    p cos 2t + q sin 2t in the angle.
    """
    p, q = fill4(0.0), fill4(0.0)
    for k in range(0, wide, ABREAST):
        difference = load4(precision, a * wide + k) - load4(precision, b * wide + k)
        matrices = rotated + k
        p = p + difference * (load4(matrices, (a * d + a) * wide) - load4(matrices, (b * d + b) * wide))
        q = q + difference * load4(matrices, (a * d + b) * wide)
    return half_angle(-total(p) / 2.0, -total(q))


@inner
def half_angle(x: float, y: float) -> tuple[float, float]:
    """Cosine and sine of t with |t| <= pi / 2 and (cos 2t, sin 2t) along (x, y)."""
    length = np.hypot(x, y)
    if not length > 0.0:
        return 1.0, 0.0
    if x >= 0.0:
        cosine = np.sqrt((1.0 + x / length) / 2.0)
        return cosine, y / length / (2.0 * cosine)
    sine = np.copysign(np.sqrt((1.0 - x / length) / 2.0), y)
    return y / length / (2.0 * sine), sine


@inlined
def rotate(matrices: Pointer, axes: Pointer, wide: int, d: int, found: Pointer, room: Pointer) -> None:
    """Write D' S D of four matrices to found."""
    multiply(matrices, axes, wide, d, room)
    multiply_turned(axes, room, wide, d, found)


@inner
def rotate_alike(matrices: Pointer, axes: Pointer, wide: int, d: int, found: Pointer, room: Pointer) -> None:
    """Write D' S D of all matrices to found, D the same (d, d) for all."""
    for k in range(0, wide, ABREAST):
        for i in range(d):
            for j in range(d):
                sums = fill4(0.0)
                for m in range(d):
                    sums = sums + axes[m * d + j] * load4(matrices + k, (i * d + m) * wide)
                store(room + k, (i * d + j) * wide, sums)
        for i in range(d):
            for j in range(d):
                sums = fill4(0.0)
                for m in range(d):
                    sums = sums + axes[m * d + i] * load4(room + k, (m * d + j) * wide)
                store(found + k, (i * d + j) * wide, sums)


@inlined
def multiply(left: Pointer, right: Pointer, wide: int, d: int, found: Pointer) -> None:
    """Write A B of four pairs to found."""
    for i in range(d):
        for j in range(d):
            sums = fill4(0.0)
            for m in range(d):
                sums = sums + load4(left, (i * d + m) * wide) * load4(right, (m * d + j) * wide)
            store(found, (i * d + j) * wide, sums)


@inlined
def multiply_turned(left: Pointer, right: Pointer, wide: int, d: int, found: Pointer) -> None:
    """Write A' B of four pairs to found."""
    for i in range(d):
        for j in range(d):
            sums = fill4(0.0)
            for m in range(d):
                sums = sums + load4(left, (m * d + i) * wide) * load4(right, (m * d + j) * wide)
            store(found, (i * d + j) * wide, sums)


@inlined
def straighten(axes: Pointer, wide: int, d: int, now: Pointer, room: Pointer) -> None:
    """Bring axes that rounding has bent a little back to right angles: D (3 I - D'D) / 2 (Bjorck and Bowie 1971)."""
    multiply_turned(axes, axes, wide, d, room)
    multiply(axes, room, wide, d, now)
    for i in range(d * d):
        store(axes, i * wide, 1.5 * load4(axes, i * wide) - 0.5 * load4(now, i * wide))


@inlined
def have_units_apart(matrices: Pointer, wide: int, d: int) -> Lanes:
    """1 for each of four matrices whose columns differ much in units, 0 for the others."""
    least, most = load4(matrices, 0), load4(matrices, 0)
    for a in range(1, d):
        entry = load4(matrices, (a * d + a) * wide)
        least, most = where_less(entry, least, entry, least), where_less(most, entry, entry, most)
    return where_less(least, UNITS_APART * most, fill4(1.0), fill4(0.0))


@inlined
def lie_along_columns(axes: Pointer, wide: int, d: int) -> None:
    """Let the axes of four matrices be the columns."""
    for i in range(d):
        for j in range(d):
            store(axes, (i * d + j) * wide, fill4(1.0 if i == j else 0.0))


@inlined
def are_diagonal(matrices: Pointer, graded: Lanes, wide: int, d: int) -> bool:
    """Whether what is off the diagonal is rounding in all four; also of what is not a number.

    Those that are graded, 1 and not 0, are held against the two entries on the diagonal that they lie between.
    """
    on, off, zero, one = fill4(0.0), fill4(0.0), fill4(0.0), fill4(1.0)
    between = zero
    for a in range(d):
        entry = load4(matrices, (a * d + a) * wide)
        on = on + entry * entry
        for b in range(a + 1, d):
            beyond = load4(matrices, (a * d + b) * wide)
            off = off + beyond * beyond
            most = SMALL * entry * load4(matrices, (b * d + b) * wide)
            between = between + graded * where_less(most, beyond * beyond, one, zero)
    return total(where_less(SMALL * on, off, one, zero) + between) == 0.0


@inlined
def turn_columns(matrices: Pointer, wide: int, d: int, a: int, b: int, cosine: Lanes, sine: Lanes) -> None:
    """Turn columns a and b of four matrices."""
    for i in range(d):
        left, right = load4(matrices, (i * d + a) * wide), load4(matrices, (i * d + b) * wide)
        store(matrices, (i * d + a) * wide, cosine * left + sine * right)
        store(matrices, (i * d + b) * wide, cosine * right - sine * left)


@inlined
def turn_both(matrices: Pointer, wide: int, d: int, a: int, b: int, cosine: Lanes, sine: Lanes) -> None:
    """Turn columns and then rows a and b of four matrices."""
    turn_columns(matrices, wide, d, a, b, cosine, sine)
    for j in range(d):
        left, right = load4(matrices, (a * d + j) * wide), load4(matrices, (b * d + j) * wide)
        store(matrices, (a * d + j) * wide, cosine * left + sine * right)
        store(matrices, (b * d + j) * wide, cosine * right - sine * left)
