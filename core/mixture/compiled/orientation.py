"""The axes of covariances: each component's own, or common ones turned plane by plane."""

from __future__ import annotations

from .axes import ABREAST, beside, common_turn, diagonalise, rotate_alike, turn_both
from .blocks import Sizes
from .lanes import fill4
from .pointers import Pointer, fill, inner
from .structure import Structure, take_spread


@inner
def turn_each(size: Sizes, now: Structure) -> None:
    """Each component's own axes, and its spread along them, longest with longest."""
    d, wide = size.features, beside(size.components)
    diagonalise(now.scatter, now.orientation, wide, d, now.rotated, now.room)
    take_spread(size, now)
    for k in range(size.components):
        sort_axes(now.orientation + k, wide, now.spread + k * d, d)


@inner
def turn_back(size: Sizes, now: Structure) -> None:
    """The spread along the common axes of the last M-step."""
    d, wide = size.features, beside(size.components)
    sort_axes(now.common, 1, now.shape, d)  # the order in which planes are turned
    straighten_one(now.common, d, now.room)
    rotate_alike(now.scatter, now.common, wide, d, now.rotated, now.room)
    take_spread(size, now)


@inner
def turn_planes(size: Sizes, now: Structure) -> None:
    """Turn the common axes, plane by plane, each to its exact minimum (Flury and Gautschi 1986, shapes held fixed)."""
    d, wide, precision = size.features, beside(size.components), now.room
    rotate_alike(now.scatter, now.common, wide, d, now.rotated, now.room)
    fill(precision, d * wide, 0.0)
    for k in range(size.components):
        for j in range(d):
            precision[j * wide + k] = 1.0 / (now.volume[k] * now.shape[k * d + j])
    for a in range(d - 1):
        for b in range(a + 1, d):
            cosine, sine = common_turn(now.rotated, precision, wide, d, a, b)
            for i in range(d):
                left, right = now.common[i * d + a], now.common[i * d + b]
                now.common[i * d + a] = cosine * left + sine * right
                now.common[i * d + b] = cosine * right - sine * left
            for k in range(0, wide, ABREAST):
                turn_both(now.rotated + k, wide, d, a, b, fill4(cosine), fill4(sine))


@inner
def straighten_one(axes: Pointer, d: int, room: Pointer) -> None:
    """Bring the common axes back to right angles, as `straighten` does with four."""
    square, cube = room, room + d * d
    for i in range(d):
        for j in range(d):
            square[i * d + j] = 0.0
            for m in range(d):
                square[i * d + j] += axes[m * d + i] * axes[m * d + j]
    for i in range(d):
        for j in range(d):
            cube[i * d + j] = 0.0
            for m in range(d):
                cube[i * d + j] += axes[i * d + m] * square[m * d + j]
    for i in range(d * d):
        axes[i] = 1.5 * axes[i] - 0.5 * cube[i]


@inner
def sort_axes(axes: Pointer, step: int, values: Pointer, d: int) -> None:
    """Bring values, and the axes they belong to, into falling order; entries of a matrix are a step apart."""
    for a in range(d - 1):
        b = a
        for j in range(a + 1, d):
            b = j if values[j] > values[b] else b
        if b != a:
            values[a], values[b] = values[b], values[a]
            for i in range(d):
                left, right = (i * d + a) * step, (i * d + b) * step
                axes[left], axes[right] = axes[right], axes[left]
