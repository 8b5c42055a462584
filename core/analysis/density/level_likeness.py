"""Level likeness: whether the levels of synthetic rows come as often as those of the real ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...arrays import Array
from ...data.prepare import Matrix
from . import words


@dataclass(frozen=True, eq=False)
class LevelLikeness:
    """How often each level comes among real and among synthetic rows."""

    frame: pd.DataFrame  # a row per level: column, level, real, made

    @property
    def sentence(self) -> str:
        """The check in words; nothing without categories."""
        return words.level_likeness_sentence(self)


def level_likeness(matrix: Matrix, made: Array) -> LevelLikeness:
    """Compare the categories of a matrix's rows with those of (m, d + c) synthetic rows; blanks do not count."""
    d, rows = len(matrix.features), []
    for j, (name, levels) in enumerate(zip(matrix.categories, matrix.levels, strict=True)):
        known = matrix.codes[:, j][matrix.codes[:, j] >= 0]
        sides = [
            np.bincount(codes, minlength=len(levels)) / max(len(codes), 1)
            for codes in (known, made[:, d + j].astype(np.intp))
        ]
        rows += [
            {"column": name, "level": level, "real": real, "made": own}
            for level, real, own in zip(levels, *(side.tolist() for side in sides), strict=True)
        ]
    return LevelLikeness(pd.DataFrame(rows, columns=["column", "level", "real", "made"]))
