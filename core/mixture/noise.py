"""The box of the uniform noise component."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..arrays import Array
from ..data.rows import RowSource
from .model import Noise


def noise_over(source: RowSource, axes: Array | None) -> Noise:
    """Noise without weight, over the smaller of the bounding box and that along (d, d) axes (mclust's hypvol).

    Rows with blanks cannot be turned: for them there are no axes, and the box is the one along the columns.
    """
    sides = _log_sides(source.d, (rows.with_blanks for rows in source.blocks()))
    volume = float(sides.sum())
    if axes is not None:
        turned = _log_sides(source.d, (rows.values @ axes for rows in source.blocks()))
        volume = min(volume, float(turned.sum()))
    return Noise(0.0, volume, tuple(sides.tolist()))


def _log_sides(d: int, blocks: Iterable[Array]) -> Array:
    """(d,) logs of the sides of the smallest box around all rows; blanks are passed over."""
    low, high = np.full(d, np.inf), np.full(d, -np.inf)
    for values in blocks:
        low, high = np.fmin(low, np.fmin.reduce(values)), np.fmax(high, np.fmax.reduce(values))
    return np.log(high - low)
