"""Edge: random small fits at the edge of what numbers can bear, and what went wrong in them."""

import time
import warnings
from collections import Counter
from functools import partial
from itertools import pairwise

import numpy as np

import core

from .measuring import in_processes, measured

LEAST_FALL = 1e-9  # of a trace, relative to 1 + itself
CHUNK = 50
KINDS = ("escaped", "warned", "falls", "shares", "not a number", "density differs", "never refused, never fitted")
BOUNDED = ("EII", "VII", "EEI", "VVI", "EEE", "EEV", "VVE", "VVV")


def rows(full=False):
    """What 500 random fits, or 5,000, come to; none of the faults may occur."""
    yield from come_to("random small fits", case, 5_000 if full else 500)
    yield from come_to("random fits with categories", case_with_categories, 1_000 if full else 100)


def come_to(what, draw, number):
    """What so many random fits come to."""
    begun = time.perf_counter()
    chunks = [range(at, at + CHUNK) for at in range(0, number, CHUNK)]
    found = sum(in_processes(partial(counted, draw), chunks), Counter())
    for kind in ("fitted", "admissible", "collapsed", "refused"):
        yield measured(f"of {number:,} {what}: {kind}", found[kind], "", True)
    for kind in KINDS:
        yield measured(f"of {number:,} {what}: {kind}", found[kind], 0, not found[kind])
    yield measured("seconds", f"{time.perf_counter() - begun:.0f}", "", True)


def counted(draw, seeds):
    """How often each thing happened under some seeds."""
    found = Counter()
    for seed in seeds:
        kinds = outcome(*draw(seed))
        found.update(kinds)
        for kind in set(kinds) & set(KINDS):
            print(f"seed {seed}: {kind}", flush=True)
    return found


def case(seed):
    """(rows, plan, weights): n to 60, d to 6, K to 5, all choices, offsets to 1e12, scales 1e-200 to 1e200."""
    rng = np.random.default_rng([seed, 60])
    n, d, components = int(rng.integers(1, 61)), int(rng.integers(1, 7)), int(rng.integers(1, 6))
    values = shape(rng, n, d)
    values = values * 10.0 ** rng.choice([0.0, 0.0, 3.0, 6.0], d) if rng.random() < 0.3 else values
    values = values + rng.choice([0.0, 0.0, 1.0, 1e6, 1e9, 1e12]) * rng.choice([-1.0, 1.0], d)
    values = values * 10.0 ** (rng.uniform(-200, 200) if rng.random() < 0.5 else rng.uniform(-9, 9))
    if rng.random() < 0.3:
        values = np.where(rng.random((n, d)) < rng.choice([0.05, 0.3]), np.nan, values)
    weights = None
    if rng.random() < 0.4:
        weights = rng.choice([rng.integers(0, 3, n).astype(float), rng.exponential(size=n), rng.random(n) * 1e-9])
    name = rng.choice([each.name for each in core.FAMILIES])
    plan = {
        "family": str(name),
        "components": components,
        "restarts": int(rng.integers(1, 4)),
        "max_iterations": int(rng.choice([1, 30, 500])),
        "tolerance": float(rng.choice([1e-10, 1e-6])),
        "seed": seed,
        "noise": bool(rng.random() < 0.4),
        "accelerate": bool(rng.random() < 0.7),
        "frequency": bool(rng.random() < 0.2),
        "prior": core.ConjugatePrior(float(rng.choice([0.0, 0.01, 5.0]))) if rng.random() < 0.3 else None,
        "bound": core.EigenvalueRatio(float(rng.choice([1.0, 3.0, 10.0, 1e4])))
        if name in BOUNDED and rng.random() < 0.5
        else None,
        "start": (core.Hierarchical, core.KMeansPlusPlus, core.RandomRows)[int(rng.integers(3))](),
    }
    return values, plan, weights


def case_with_categories(seed):
    """(source, plan, weights): n to 120, d to 3, up to four columns of two to five levels, blanks, all families."""
    rng = np.random.default_rng([seed, 61])
    n, d, c = int(rng.integers(5, 121)), int(rng.integers(0, 4)), int(rng.integers(1, 5))
    levels = tuple(int(each) for each in rng.integers(2, 6, c))
    group = rng.integers(0, 3, n)
    chances = [rng.dirichlet(np.full(each, rng.choice([0.2, 1.0])), 3) for each in levels]
    codes = np.column_stack([[rng.choice(each.shape[1], p=each[k]) for k in group] for each in chances]).astype(float)
    values = np.column_stack([shape(rng, n, d), codes]) if d else codes
    if rng.random() < 0.5:
        values = np.where(rng.random(values.shape) < 0.1, np.nan, values)
    _, plan, _ = case(seed)
    plan |= {"bound": None} if not d else {}
    weights = rng.choice([rng.integers(0, 3, n).astype(float), rng.exponential(size=n)]) if rng.random() < 0.4 else None
    return core.ArraySource(values, weights, levels=levels), plan, None


def shape(rng, n, d):
    """(n, d) rows: clumps, whole numbers, repeated rows, combinations of columns, heavy tails, a far row."""
    kind = rng.integers(6)
    values = rng.normal(size=(n, d)) + rng.normal(0, 4, (3, d))[rng.integers(0, 3, n)]
    if kind == 1:
        return np.round(values)
    if kind == 2:
        return values[rng.integers(0, max(n // 4, 1), n)]
    if kind == 3 and d > 1:
        values[:, -1] = values[:, :-1].sum(axis=1)
    if kind == 4:
        return rng.standard_cauchy((n, d))
    if kind == 5:
        values[0] *= 10.0 ** rng.integers(1, 9)
    return values


def outcome(values, plan, weights):
    """What one fit came to, and its faults."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            found = core.fit(values, core.Plan(**plan), weights=weights)
            if isinstance(values, core.ArraySource):
                values, weights = counting(values)
            kinds = ["fitted", *faults(found, values, weights)]
        except core.CoreError as refusal:
            kinds = ["refused"] if len(str(refusal)) > 20 else ["never refused, never fitted"]
        except Exception:  # whatever else comes out is what is counted here
            kinds = ["escaped"]
    return kinds + ["warned"] * bool(warned)


def counting(source):
    """(values, weights) of the rows that count: a level of no such row is of chance 0, as it should be."""
    if source.weights is None:
        return source.values, None
    some = source.weights > 0
    return source.values[some], source.weights[some]


def faults(found, values, weights):
    """What a fit is, and what is wrong with it."""
    if found.admissible:
        yield "admissible"
    if found.outcome is core.Outcome.COLLAPSED:
        yield "collapsed"
    falls = any(not after >= before - LEAST_FALL * (1 + abs(before)) for before, after in pairwise(found.trace))
    if falls or found.outcome is core.Outcome.FELL:
        yield "falls"
    mixture = found.mixture
    shares, rows = mixture.responsibilities(values), mixture.log_density(values)
    if abs(mixture.weights.sum() + mixture.noise_weight - 1) > 1e-9 or np.abs(shares.sum(axis=1) - 1).max() > 1e-9:
        yield "shares"
    figures = (found.log_likelihood, found.bic, found.icl, found.icl_entropy, *found.trace)
    arrays = (mixture.weights, mixture.means, mixture.covariances, shares, rows)
    if not (np.isfinite(figures).all() and all(np.isfinite(each).all() for each in arrays)):
        yield "not a number"
    if abs(total(rows, values, weights, found) - found.log_likelihood) > 1e-9 * (1 + abs(found.log_likelihood)):
        yield "density differs"


def total(log_densities, values, weights, found):
    """The sum of the log densities of the rows that have a cell, by their weights, which sum to the fit's."""
    some = ~np.isnan(values).all(axis=1)
    given = np.ones(len(values)) if weights is None else weights
    return float(given[some] @ log_densities[some]) * found.n_rows / given[some].sum()
