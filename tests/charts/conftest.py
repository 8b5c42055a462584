"""Scenes that are quick to fit and hard to draw: hostile names, few rows, many rows, one column, many groups."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from core.analysis.anomaly.odd_rows import anomalies
from core.analysis.anomaly.policies import TopRows
from core.analysis.groups.grouping import Grouping
from core.charts.scene import Scene
from core.data.prepare import Preparation, prepare
from core.mixture.fit import fit
from core.mixture.plan import Plan

HOSTILE = (
    "a.b",
    "x[0]",
    "mean(x):Q",
    "![x](http://h/) <img onerror=alert(1)>",
    "back\\slash 'quote' \"double\" {brace} datum.c0",
    "a\nnew\u2028line\u202e and \U0001f600 " + "long " * 1000,
)

PLAIN = ("height", "width", "weight", "age", "income", "visits")


def named(matrix, names):
    return dataclasses.replace(matrix, transform=dataclasses.replace(matrix.transform, features=tuple(names)))


def dated(scene):
    """The same scene, its first column being dates."""
    transform = dataclasses.replace(scene.matrix.transform, dates=(0,))
    return dataclasses.replace(scene, matrix=dataclasses.replace(scene.matrix, transform=transform))


def make_scene(groups, d, rows=40, flagged=3, names=HOSTILE, logs=(), seed=0, apart=8.0, blank=0.0):
    """K groups of equally many rows in d columns; the fit starts from the truth, so its order is known."""
    rng = np.random.default_rng(seed)
    centres = apart * np.column_stack([rng.permutation(groups) for _ in range(d)])
    labels = np.repeat(np.arange(groups), rows)
    values = 500 + 20 * (centres[labels] + rng.normal(size=(len(labels), d)))
    values[rng.random(values.shape) < blank] = np.nan
    frame = pd.DataFrame(values, columns=[f"v{j}" for j in range(d)])
    choice = Preparation(columns=tuple(frame.columns), transforms=tuple((f"v{j}", "log") for j in logs))
    matrix = named(prepare(frame, choice), names[:d])
    plan = Plan("VVI" if d > 1 else "VII", groups)
    fitted = fit(matrix, plan, responsibilities=np.eye(groups)[labels[matrix.row_ids]])
    return Scene(matrix, fitted, tuple(range(groups)), anomalies(fitted, matrix, TopRows(flagged)))


@pytest.fixture(scope="session")
def scenes():
    return {
        "plain": make_scene(3, 4, names=PLAIN, apart=1.5),
        "hostile": make_scene(2, 6),
        "same but plain": make_scene(2, 6, names=PLAIN),
        "blanks": make_scene(3, 3, names=PLAIN, blank=0.15),
        "blanks in logarithms": make_scene(2, 2, names=PLAIN, logs=(0,), blank=0.15),
        "one column": make_scene(2, 1),
        "one group": make_scene(1, 2, rows=60),
        "dates": dated(make_scene(2, 2, names=PLAIN, apart=2.0)),
        "merged": dataclasses.replace(make_scene(4, 2), merged=Grouping((0, 0, 1, 2)), slots=(0, 2, 3)),
        "merged into one": dataclasses.replace(make_scene(3, 1), merged=Grouping((0, 0, 0)), slots=(0,)),
        "many groups": make_scene(9, 2),
        "nothing odd": make_scene(2, 2, flagged=0),
        "logarithmic": make_scene(2, 2, logs=(0, 1)),
        "many rows": make_scene(3, 3, rows=2_000, flagged=300, apart=4.0),
    }
