"""Odd rows: false alarms and false discoveries as promised, and how soon a million rows are scored and shown."""

import io
import time
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from streamlit.testing.v1 import AppTest

import core
from benchmarks.measuring import in_processes, measured, wall
from core.analysis.anomaly.odd_rows import flag, q_values, scored
from core.analysis.answer.first import FIRST_SEARCH
from core.analysis.selection.objections import with_objections
from core.mixture import compiled

APP = Path(__file__).parents[1] / "app.py"
FITTED, FRESH = 20_000, 2_000
SEEDS = 200
ROWS, PLANTED = 2_000, 40  # planted outliers are 2 % of the rows
SIMULATIONS = 100


def rows(full=False):
    compiled.warm_up()
    yield false_alarms(truth, "")
    yield false_alarms(with_categories, " with categories")
    yield from false_discoveries(scattered)
    yield from false_discoveries(clustered)
    yield a_million_rows()
    yield from redraws()


def truth(d=4):
    """Three groups of uneven weight and shape, partly overlapping."""
    rng = np.random.default_rng(7)
    factors = np.eye(d) + rng.normal(0, 0.4, (3, d, d))
    means = np.array([np.zeros(d), np.full(d, 3.0), np.r_[4.0, np.full(d - 1, -3.0)]])
    return core.Mixture(np.array([0.5, 0.3, 0.2]), means, factors @ factors.transpose(0, 2, 1))


def with_categories():
    """The same groups in two columns of numbers and three of categories, one with a rare level in each group."""
    rng = np.random.default_rng(8)
    rare = np.array([[0.6, 0.395, 0.005], [0.3, 0.695, 0.005], [0.005, 0.2, 0.795]])
    chances = (rng.dirichlet(np.ones(2), 3), rng.dirichlet(np.ones(3), 3), rare)
    numbers = truth(2)
    return core.Mixture(numbers.weights, numbers.means, numbers.covariances, None, chances)


def false_alarms(make, of, expected=5.0):
    """Mean number of fresh rows flagged by ExpectedFalseAlarms, each seed with its own fit and its own simulation."""
    flagged = in_processes(partial(flagged_of_fresh, make, expected), range(SEEDS))
    mean, error = np.mean(flagged), np.std(flagged) / np.sqrt(SEEDS)
    rows = f"{FITTED:,} rows{of} fitted, {FRESH:,} fresh ones scored"
    what = f"{rows}, {SEEDS} seeds: flagged where {expected:g} are expected"
    return measured(what, f"{mean:.2f} +- {error:.2f}", "4.5 to 5.5", 4.5 <= mean <= 5.5)


def flagged_of_fresh(make, expected, seed):
    rng = np.random.default_rng([seed, FITTED])
    levels = tuple(each.shape[1] for each in make().chances)
    fitted, fresh = (core.ArraySource(make().sample(n, rng), levels=levels) for n in (FITTED, FRESH))
    fit = core.fit(fitted, core.Plan(components=3, restarts=2, tolerance=1e-8, seed=seed))
    policy = core.ExpectedFalseAlarms(expected)
    return int(core.anomalies(fit, fresh, policy, scoring=core.Fresh(), seed=seed).flagged.sum())


def false_discoveries(plant, rate=0.1):
    """Share of the flagged rows that are none, and power beside the same rule under the true parameters."""
    found = np.array(in_processes(partial(discoveries, plant, rate), range(SIMULATIONS)))
    wrong, power, best = found.mean(axis=0)
    what = f"{SIMULATIONS} simulations, {PLANTED} of {ROWS:,} rows {plant.__name__}, rate {rate:.0%}"
    yield measured(f"{what}: flagged wrongly", f"{wrong:.1%}", "12 % at most", wrong <= 0.12)
    ratio = power / best
    yield measured(f"{what}: power over that of the true model, {best:.2f}", f"{ratio:.2f}", "0.8", ratio >= 0.8)


def discoveries(plant, rate, seed):
    """(false discovery proportion, power, power under the true parameters), the model chosen as the first answer's."""
    values = plant(seed)
    fit = with_objections(core.sweep(values, FIRST_SEARCH)).best()
    flagged = core.anomalies(fit, values, core.FalseDiscoveryRate(rate), seed=seed).flagged
    wrong = flagged[PLANTED:].sum() / max(flagged.sum(), 1)
    known = -np.sort(truth().log_density(truth().sample(1_000_000, np.random.default_rng([seed, 1]))))[::-1]
    score = -truth().log_density(values)
    p_value = (1 + len(known) - np.searchsorted(known, score)) / (len(known) + 1)
    return wrong, flagged[:PLANTED].mean(), (q_values(p_value)[:PLANTED] <= rate).mean()


def scattered(seed):
    """(n, d) rows of the true mixture, the first of them instead anywhere in the box of the others, widened by half."""
    rng = np.random.default_rng([seed, ROWS])
    values = truth().sample(ROWS, rng)
    low, high = values.min(axis=0), values.max(axis=0)
    margin = (high - low) / 4
    values[:PLANTED] = rng.uniform(low - margin, high + margin, (PLANTED, values.shape[1]))
    return values


def clustered(seed):
    """(n, d) rows of the true mixture, the first of them instead in one tight cluster far from its groups."""
    rng = np.random.default_rng([seed, ROWS, 1])
    values = truth().sample(ROWS, rng)
    values[:PLANTED] = 0.2 * rng.normal(size=(PLANTED, values.shape[1])) + np.resize([-6.0, 6.0], values.shape[1])
    return values


def a_million_rows(n=1_000_000, d=8, components=6):
    """Wall time from a fit to a line drawn, simulation included, on one thread."""
    values = apart(n, d, components)
    fit = core.fit(values[:20_000], core.Plan(components=components, restarts=1, max_iterations=30))
    seconds = [wall(lambda: flag(scored(fit, values))) for _ in range(3)]
    best = min(seconds)
    return measured(f"{n:,} x {d}, K={components}, scored and judged", f"{best:.2f} s", "2 s at most", best <= 2.0)


def apart(n, d, components):
    rng = np.random.default_rng(5)
    return rng.normal(size=(n, d)) + rng.normal(0, 3, (components, d))[rng.integers(0, components, n)]


def redraws(n=1_000_000, d=8):
    """Wall time of the page's script, its pictures made, once the line has moved; 300 rows of a million are far off."""
    values = apart(n, d, 3)
    values[:300] = np.random.default_rng(6).uniform(-20, 20, (300, d))
    content = io.BytesIO()
    pd.DataFrame(values, columns=[f"measure {j + 1}" for j in range(d)]).to_parquet(content)
    app = AppTest.from_file(str(APP), default_timeout=300).run()
    settled(app.file_uploader(key="upload").upload("rows.parquet", content.getvalue(), "application/octet-stream"))
    settled(app.switch_page("pages/odd_rows_page.py"))
    for alarms in (5.0, 10.0, 20.0):
        seconds = wall(app.select_slider(key="alarms").set_value(alarms).run)
        what = f"page Odd rows, {n:,} x {d}, redrawn for {alarms:g} false alarms"
        yield measured(what, f"{seconds:.2f} s", "1 s at most", seconds <= 1.0)


def settled(app):
    """Run an app until no job shows its progress."""
    app = app.run()
    while any(str(each.key).startswith("cancel-") for each in app.button):
        time.sleep(0.05)
        app.run()
