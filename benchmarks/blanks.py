"""Fitting with blanks: what labels survive of them, beside dropping rows and filling medians, and what a pass costs."""

import time

import numpy as np
from sklearn.metrics import adjusted_rand_score

import core
from benchmarks.engine import REFERENCE
from core.data.rows import Rows
from core.mixture import compiled
from core.mixture.em.e_step import e_step
from core.mixture.em.m_step import m_step

SHARES = [("iris", 0.2), ("penguins", 0.2), ("banknote", 0.2), ("crabs", 0.2), ("iris", 0.4), ("crabs", 0.4)]
DRAWS = 20
NO_WORSE = 0.02  # than dropping rows, in adjusted Rand index
PASS = (100_000, 8, 4, 0.05)
TIMES = 5  # what a pass with blanks may cost, in complete passes


def rows(full=False):
    compiled.warm_up()
    for name, share in SHARES:
        yield labels_kept(name, share, 100 if full else DRAWS)
    for family in ("VVV", "VVI"):
        yield one_pass(*PASS, family)


def labels_kept(name, share, draws):
    """Adjusted Rand index to the labels of the best fit to the complete data, mean over draws of the blanks.

    Every fit is of the family and number of groups that BIC chose on the complete data, and labels the rows with
    blanks by marginals.
    """
    data = np.loadtxt(REFERENCE / f"{name}_X.csv", delimiter=",", skiprows=1)
    data = (data - data.mean(axis=0)) / data.std(axis=0)
    best = core.sweep(data, components=range(1, 7)).best("bic")
    truth = best.mixture.responsibilities(data).argmax(axis=1)
    found = np.array([one_draw(data, truth, best.plan, share, seed) for seed in range(draws)])
    ours, dropped, medians = found.mean(axis=0)
    judged = share == 0.2 and name != "crabs"
    kept = ours > medians and ours >= dropped - NO_WORSE
    return table_row(
        f"{name}, {share:.0%} blank, {best.family.name} K={best.components}: ARI over {draws} draws",
        f"{ours:.3f}",
        f"rows dropped {dropped:.3f}, medians {medians:.3f}",
        f"above medians, dropping less {NO_WORSE}" if judged else "reported",
        ("yes" if kept else "no") if judged else "",
    )


def one_draw(data, truth, plan, share, seed):
    rng = np.random.default_rng([seed, 7])
    blank = rng.random(data.shape) < share
    seen = np.where(blank, np.nan, data)
    seen[blank.all(axis=1)] = np.nan
    complete = seen[~blank.any(axis=1)]
    filled = np.where(blank, np.nanmedian(seen, axis=0), data)
    return [agreement(each, seen, truth, plan) for each in (seen, complete, filled)]


def agreement(fitted_to, seen, truth, plan):
    """The index of a fit's labels; 0, as for chance, where there are too few rows to fit."""
    try:
        fit = core.fit(fitted_to, plan)
    except core.FitError:
        return 0.0
    return adjusted_rand_score(truth, fit.mixture.responsibilities(seen).argmax(axis=1))


def one_pass(n, d, components, share, family):
    """Least CPU time of an E-step and an M-step with and without blanks, the two taking turns."""
    rng = np.random.default_rng(5)
    means = rng.normal(0, 3, (components, d))
    data = rng.normal(size=(n, d)) + means[rng.integers(0, components, n)]
    start = core.fit(data[:2_000], core.Plan(family=family, components=components, restarts=1)).mixture
    chosen = core.family(family)
    seen = np.where(rng.random(data.shape) < share, np.nan, data)
    kinds = [Rows.of(data), Rows.of(seen)]  # put in order once, as a fit has them
    spent = [[], []]
    for _ in range(7):
        for rows, mine in zip(kinds, spent, strict=True):
            begun = time.process_time()
            m_step(chosen, e_step(start, rows, chosen.is_diagonal), start)
            mine.append(time.process_time() - begun)
    complete, ours = (1e3 * min(each) for each in spent)
    return table_row(
        f"one pass, {family}, {n:,} x {d}, K={components}, {share:.0%} blank",
        f"{ours:.1f} ms",
        f"complete {complete:.1f} ms",
        f"{TIMES}x",
        f"{ours / complete:.1f}x",
    )


def table_row(what, ours, theirs, wanted, found):
    return {"what": what, "with blanks": ours, "beside it": theirs, "wanted": wanted, "found": found}
