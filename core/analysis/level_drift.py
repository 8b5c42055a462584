"""Level drift: whether the levels of categories come as often in other rows as in those that were fitted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import chi2_contingency

from ..data.prepare import Matrix
from ..numbers import share

LEAST_GAP = 0.1  # in shares of rows: below it a shift is no news, however many rows prove it
BY_CHANCE = 0.01  # of all pairs of samples as large, these differ by more
COLUMNS = ["column", "level", "then", "now"]


def level_drift(training: Matrix, new: Matrix) -> tuple[list[dict[str, object]], pd.DataFrame]:
    """A line of drift for each category, and a row per level: column, level, share then and now; blanks do not count.

    The gap of two distributions of levels is half the sum of their differences (total variation).
    """
    lines: list[dict[str, object]] = []
    frames = [pd.DataFrame(columns=COLUMNS)]
    both = zip(training.categories, training.levels, training.codes.T, new.codes.T, strict=True)
    for name, levels, before, after in both:
        counts = np.stack([np.bincount(codes[codes >= 0], minlength=len(levels)) for codes in (before, after)])
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        gap = float(np.abs(shares[1] - shares[0]).sum() / 2)
        line = {"column": name, "blank_then": float((before < 0).mean()), "blank_now": float((after < 0).mean())}
        line |= dict.fromkeys(("mean_then", "mean_now", "shift", "sd_ratio", "beyond"), np.nan)
        lines.append(line | {"ks": gap, "moved": bool(gap > LEAST_GAP and not _by_chance(counts))})
        own = {"column": name, "level": levels, "then": shares[0], "now": shares[1]}
        frames.append(pd.DataFrame(own, columns=COLUMNS))
    return lines, pd.concat(frames[1:] or frames, ignore_index=True)


def level_drift_in_words(levels: pd.DataFrame, column: str) -> str:
    """Which level of a category has moved most."""
    own = levels[levels["column"] == column]
    most = own.iloc[int((own["now"] - own["then"]).abs().to_numpy().argmax())]
    return (
        f"{column} has moved: {most['level']} in {share(most['now'])} of the rows, where it was {share(most['then'])}"
    )


def _by_chance(counts: npt.NDArray[np.int64]) -> bool:
    """Whether two samples of one distribution would differ as much, by Pearson's test of homogeneity."""
    if not counts.sum(axis=1).all():
        return not counts.sum(axis=1).any()
    seen = counts[:, counts.sum(axis=0) > 0]
    return seen.shape[1] < 2 or float(chi2_contingency(seen).pvalue) > BY_CHANCE
