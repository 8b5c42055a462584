"""The box of the uniform noise component."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from core.arrays import Array
from core.data.source import Source
from core.mixture.model import Noise


def noise_over(source: Source, covariance: Array | None) -> Noise:
    """Noise without weight, over the smaller of the bounding box and that along the principal axes (mclust's hypvol).

    covariance is the (d, d) covariance of all rows. Without it, as for rows with blanks, which cannot be turned, the
    box is the one along the columns.
    """
    sides = _log_sides(source.d, (values for values, _ in source.blocks()))
    volume = float(sides.sum())
    if covariance is not None:
        axes = np.linalg.eigh(covariance)[1]
        turned = _log_sides(source.d, (values @ axes for values, _ in source.blocks()))
        volume = min(volume, float(turned.sum()))
    return Noise(0.0, volume, tuple(sides.tolist()))


def _log_sides(d: int, blocks: Iterable[Array]) -> Array:
    """(d,) logs of the sides of the smallest box around all rows; blanks are passed over."""
    low, high = np.full(d, np.inf), np.full(d, -np.inf)
    for values in blocks:
        low, high = np.fmin(low, np.fmin.reduce(values)), np.fmax(high, np.fmax.reduce(values))
    return np.log(high - low)
