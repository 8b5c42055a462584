"""Categories: optima and time beside StepMix 3.0.0's known figures, and a pass with categories beside one without."""

import json
import time
from pathlib import Path

import numpy as np

import core
from core.data.rows import Rows
from core.data.source import ArraySource
from core.mixture.em.e_step import e_step

REFERENCE = Path(__file__).parents[1] / "tests" / "reference"
STARTS = 40  # as many as StepMix had
STEPMIX_SECONDS = {"heart": 15.0}  # of its process, K = 1..4; on another machine of this kind
ROWS, LEVELS, REPEATS = 200_000, (5, 5, 5, 5), 9


def rows(full=False):
    for name, known in json.loads((REFERENCE / "stepmix.json").read_text()).items():
        yield optima(name, known)
    yield passes()


def optima(name, known):
    """The worst of K = 1..4 against StepMix's best, and how long all four took."""
    values = np.loadtxt(REFERENCE / f"{name}_mixed.csv", delimiter=",", skiprows=1)
    numbers = values[:, : known["numbers"]]
    values[:, : known["numbers"]] = (numbers - numbers.mean(axis=0)) / numbers.std(axis=0)
    source = ArraySource(values, levels=tuple(known["levels"]))
    core.fit(source, components=2, family="VVI", restarts=1)  # compiled code is loaded before the clock runs
    begun, behind = time.process_time(), []
    for components, theirs in known["fits"].items():
        found = core.fit(source, components=int(components), family="VVI", restarts=STARTS)
        behind.append((theirs["log_likelihood"] - found.log_likelihood) / abs(theirs["log_likelihood"]))
    seconds = time.process_time() - begun
    times = f", {STEPMIX_SECONDS[name] / seconds:.0f} times as fast" if name in STEPMIX_SECONDS else ""
    measured = f"{max(behind):.1e} behind, {seconds:.2f} s{times}"
    return {"what": f"{name}, K = 1..4, {STARTS} starts, against StepMix", "measured": measured, "bound": "1e-6, 20x"}


def passes():
    """A pass over numbers and categories against one over the numbers alone."""
    rng = np.random.default_rng(0)
    numbers, codes = rng.normal(size=(ROWS, 8)), rng.integers(0, 5, (ROWS, len(LEVELS))).astype(float)
    parts = np.full(6, 1 / 6), rng.normal(size=(6, 8)), np.stack([np.cov(rng.normal(size=(8, 50))) for _ in range(6)])
    chances = tuple(rng.dirichlet(np.ones(each), 6) for each in LEVELS)
    both = (
        (core.Mixture(*parts), Rows.of(numbers)),
        (
            core.Mixture(*parts, None, chances),
            Rows.of(np.column_stack([numbers, codes]), levels=LEVELS),
        ),
    )
    times = [[], []]
    for _ in range(REPEATS):
        for side, (mixture, some) in enumerate(both):
            begun = time.thread_time()
            e_step(mixture, some)
            times[side].append(time.thread_time() - begun)
    ratio = np.median(times[1]) / np.median(times[0])
    return {"what": f"pass of {ROWS:,} x (8 + 4), K = 6, over 8 alone", "measured": f"{ratio:.2f}", "bound": "1.6"}
