"""Words: how synthetic rows resemble the real ones, as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...numbers import figure

if TYPE_CHECKING:
    from .level_likeness import LevelLikeness
    from .synthetic import Likeness


def synthetic_sentence(found: Likeness) -> str:
    """The check in words."""
    shift = (found.frame["mean_made"] - found.frame["mean_real"]).abs() / found.frame["sd_real"]
    spread = (found.frame["sd_made"] / found.frame["sd_real"] - 1).abs()
    gap = found.frame["ks"]
    name = found.frame["column"]
    said = (
        f"Means differ by at most {figure(float(shift.max()), 2)} standard deviations ({name[shift.argmax()]}), "
        f"standard deviations by at most {figure(100 * float(spread.max()), 2)} % ({name[spread.argmax()]})"
    )
    if found.pair is not None:
        between = " and ".join(found.pair)
        said += f", correlations by at most {figure(found.correlation_gap, 2)} ({between})"
    return (
        f"{said}. The shares of rows up to any value differ by at most "
        f"{figure(100 * float(gap.max()), 2)} percentage points ({name[gap.argmax()]})."
    )


def level_likeness_sentence(found: LevelLikeness) -> str:
    """The check in words; nothing without categories."""
    if not len(found.frame):
        return ""
    gap = (found.frame["made"] - found.frame["real"]).abs()
    worst = found.frame.iloc[int(gap.to_numpy().argmax())]
    points = figure(100 * float(gap.max()), 2)
    return f"Shares of levels differ by at most {points} percentage points ({worst['level']} of {worst['column']})."
