"""Axes of symmetric matrices by plane turns: eigenvectors of one matrix, and common axes of several.

The matrices are small, and each is near the one before: turning the axes from where they stand costs less than a fresh
decomposition (Golub and Van Loan 2013, sec. 8.5). A turn of the plane of a and b by t replaces columns a and b by
a cos t + b sin t and b cos t - a sin t. All matrices are (d, d) in C order; rooms may hold anything before and after.
"""

from __future__ import annotations

import numpy as np

from core.mixture.compiled.pointers import Pointer, fill, inner

SWEEPS = 30  # far more than ever needed: convergence is quadratic
SMALL = 1e-32  # squares off the diagonal, as a share of those on it, at which a matrix is diagonal


@inner
def diagonalise(matrix: Pointer, axes: Pointer, d: int, now: Pointer, room: Pointer) -> None:
    """Turn axes into eigenvectors of a symmetric matrix; now is left holding D' S D."""
    straighten(axes, d, now, room)
    rotate(matrix, axes, d, now, room)
    for _ in range(SWEEPS):
        if is_diagonal(now, d):
            return
        for a in range(d - 1):
            for b in range(a + 1, d):
                off = now[a * d + b]
                if off != 0.0:
                    # Of the two angles that make this entry zero, the smaller.
                    ratio = (now[b * d + b] - now[a * d + a]) / (2.0 * off)
                    tangent = -1.0 / (ratio + np.copysign(np.sqrt(1.0 + ratio * ratio), ratio))
                    cosine = 1.0 / np.sqrt(1.0 + tangent * tangent)
                    turn_columns(axes, d, a, b, cosine, tangent * cosine)
                    turn_both(now, d, a, b, cosine, tangent * cosine)


@inner
def common_turn(rotated: Pointer, precision: Pointer, components: int, d: int, a: int, b: int) -> tuple[float, float]:
    """Cosine and sine of the turn of the plane of a and b that minimises sum_kj precision_kj (D' W_k D)_jj.

    rotated (K, d, d) holds D' W_k D, precision is (K, d). The sum is a constant plus p cos 2t + q sin 2t in the angle.
    """
    p, q = 0.0, 0.0
    for k in range(components):
        difference = precision[k * d + a] - precision[k * d + b]
        matrix = rotated + k * d * d
        p += difference * (matrix[a * d + a] - matrix[b * d + b])
        q += difference * matrix[a * d + b]
    return half_angle(-p / 2.0, -q)


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


@inner
def rotate(matrix: Pointer, axes: Pointer, d: int, found: Pointer, room: Pointer) -> None:
    """Write D' S D to found."""
    multiply(matrix, axes, d, room)
    multiply_turned(axes, room, d, found)


@inner
def multiply(left: Pointer, right: Pointer, d: int, found: Pointer) -> None:
    """Write A B to found."""
    fill(found, d * d, 0.0)
    for i in range(d):
        for m in range(d):
            for j in range(d):
                found[i * d + j] += left[i * d + m] * right[m * d + j]


@inner
def multiply_turned(left: Pointer, right: Pointer, d: int, found: Pointer) -> None:
    """Write A' B to found."""
    fill(found, d * d, 0.0)
    for m in range(d):
        for i in range(d):
            for j in range(d):
                found[i * d + j] += left[m * d + i] * right[m * d + j]


@inner
def straighten(axes: Pointer, d: int, now: Pointer, room: Pointer) -> None:
    """Bring axes that rounding has bent a little back to right angles: D (3 I - D'D) / 2 (Bjorck and Bowie 1971)."""
    multiply_turned(axes, axes, d, room)
    multiply(axes, room, d, now)
    for i in range(d * d):
        axes[i] = 1.5 * axes[i] - 0.5 * now[i]


@inner
def is_diagonal(matrix: Pointer, d: int) -> bool:
    """Whether what is off the diagonal is rounding; also of what is not a number."""
    on, off = 0.0, 0.0
    for a in range(d):
        on += matrix[a * d + a] ** 2
        for b in range(a + 1, d):
            off += matrix[a * d + b] ** 2
    return not off > SMALL * on


@inner
def turn_columns(matrix: Pointer, d: int, a: int, b: int, cosine: float, sine: float) -> None:
    """Turn columns a and b."""
    for i in range(d):
        left, right = matrix[i * d + a], matrix[i * d + b]
        matrix[i * d + a] = cosine * left + sine * right
        matrix[i * d + b] = cosine * right - sine * left


@inner
def turn_both(matrix: Pointer, d: int, a: int, b: int, cosine: float, sine: float) -> None:
    """Turn columns and then rows a and b."""
    turn_columns(matrix, d, a, b, cosine, sine)
    for j in range(d):
        left, right = matrix[a * d + j], matrix[b * d + j]
        matrix[a * d + j] = cosine * left + sine * right
        matrix[b * d + j] = cosine * right - sine * left
