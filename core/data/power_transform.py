"""Power transforms: those of one column that bring a skewed one nearer to a bell, and their way back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from ..arrays import Array
from .table import Shape

POWERS = (-4.0, 6.0)  # between which Yeo and Johnson's power is looked for; 1 leaves the column as it is
LEARNED_ROWS = 100_000  # a power is learned on a regular sample of at most so many
IQR_TO_SD = 1.349
TINY = 1e-12


@dataclass(frozen=True)
class PowerTransform:
    """A learned transform of one column: x -> log x, or Yeo and Johnson's (2000, eq. 1) of (x - center) / scale."""

    shape: Shape
    power: float = 0.0
    center: float = 0.0
    scale: float = 1.0

    def apply(self, values: Array) -> Array:
        """Transformed values; NaN where there is no logarithm."""
        if self.shape is Shape.LOG:
            return np.log(values, out=np.full(len(values), np.nan), where=values > 0)
        transformed: Array = _yeo_johnson((values - self.center) / self.scale, self.power)
        return transformed

    def undo(self, values: Array) -> Array:
        """The raw values of transformed ones; infinite beyond the last value that the transform reaches."""
        with np.errstate(over="ignore"):
            if self.shape is Shape.LOG:
                return np.exp(values)
            return _undo_yeo_johnson(values, self.power) * self.scale + self.center

    def log_slope(self, values: Array) -> Array:
        """The logarithm of the derivative at raw values."""
        if self.shape is Shape.LOG:
            return -self.apply(values)
        moved = (values - self.center) / self.scale
        return (self.power - 1) * np.sign(moved) * np.log1p(np.abs(moved)) - np.log(self.scale)


def learned_power(shape: Shape, present: Array) -> PowerTransform:
    """The power that makes values, at least one, most like a normal sample (Yeo and Johnson 2000, section 3).

    The power is learned on values brought to centre 0 and spread 1: their units would decide it otherwise.
    """
    if shape is Shape.LOG:
        return PowerTransform(shape)
    some = present[:: max(1, len(present) // LEARNED_ROWS)]
    lower, middle, upper = np.quantile(some, [0.25, 0.5, 0.75])
    scale = float(upper - lower) / IQR_TO_SD or float(np.ptp(some)) or 1.0
    moved = (some - middle) / scale
    if np.ptp(moved) == 0:
        return PowerTransform(shape, 1.0, float(middle), scale)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        found = optimize.minimize_scalar(lambda power: -_likelihood(moved, power), bounds=POWERS, method="bounded")
    return PowerTransform(shape, float(found.x), float(middle), scale)


def _likelihood(values: Array, power: float) -> float:
    """Yeo and Johnson's profile log-likelihood of a power; minus infinity where it cannot be computed."""
    found = float(stats.yeojohnson_llf(power, values))
    return found if np.isfinite(found) else -1e300


def _yeo_johnson(values: Array, power: float) -> Array:
    transformed = np.empty_like(values)
    up = values >= 0
    down = ~up  # also NaN, which stays so
    with np.errstate(over="ignore"):
        transformed[up] = _box_cox(values[up], power)
        transformed[down] = -_box_cox(-values[down], 2 - power)
    return transformed


def _box_cox(values: Array, power: float) -> Array:
    """((1 + x)^power - 1) / power, exact near x = 0 and near power = 0."""
    logs = np.log1p(values)
    return logs if abs(power) < TINY else np.expm1(power * logs) / power


def _undo_yeo_johnson(values: Array, power: float) -> Array:
    raw = np.empty_like(values)
    up = values >= 0
    down = ~up
    raw[up] = _undo_box_cox(values[up], power)
    raw[down] = -_undo_box_cox(-values[down], 2 - power)
    return raw


def _undo_box_cox(values: Array, power: float) -> Array:
    """(1 + power x)^(1 / power) - 1; infinite where a negative power does not reach."""
    if abs(power) < TINY:
        return np.expm1(values)
    inside = power * values
    logs = np.log1p(inside, out=np.full(len(values), -np.inf), where=~(inside <= -1))
    return np.expm1(logs / power)
