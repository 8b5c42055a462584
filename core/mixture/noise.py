"""The box of the uniform noise component."""

from __future__ import annotations

import numpy as np

from core.arrays import Array
from core.data.source import Source


def log_box_volume(source: Source, covariance: Array) -> float:
    """Log volume of the smaller of the bounding box and the box along the principal axes (as mclust's hypvol).

    covariance is the (d, d) covariance of all rows.
    """
    axes = np.linalg.eigh(covariance)[1]
    return min(_log_volume(source, np.eye(source.d)), _log_volume(source, axes))


def _log_volume(source: Source, axes: Array) -> float:
    low, high = np.full(source.d, np.inf), np.full(source.d, -np.inf)
    for values, _ in source.blocks():
        turned = values @ axes
        low, high = np.minimum(low, turned.min(axis=0)), np.maximum(high, turned.max(axis=0))
    return float(np.log(high - low).sum())
