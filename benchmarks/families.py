"""Families: at the known number of groups, the agreement of the model that BIC prefers, ours and scikit-learn's.

Ours is of fourteen families, theirs of four types with ten k-means starts each.

Agreement is the adjusted Rand index (Hubert and Arabie 1985), over the sets of `starts` whose labels are known.
"""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

import core
from benchmarks.measuring import in_processes
from benchmarks.starts import MOST_CELLS, MOST_ROWS, agreement, jobs, read, timed
from core.mixture import compiled
from core.mixture.blas import one_thread

TYPES = ("full", "tied", "diag", "spherical")


def rows(full=False):
    known = [job for job in jobs(1) if _is_labelled(job)]
    found = [row for row in in_processes(side_by_side, known if full else known[:8]) if row is not None]
    yield from found
    if found:
        means = {side: np.mean([float(row[side]) for row in found]) for side in ("ARI ours", "ARI theirs")}
        whole = dict.fromkeys(found[0], "") | {"set": f"all {len(found)}"}
        missed = "" if means["ARI ours"] >= means["ARI theirs"] else "missed"
        yield whole | {side: f"{mean:.3f}" for side, mean in means.items()} | {"note": missed}


def _is_labelled(job):
    data, _, labels = read(*job)
    return labels is not None and len(data) <= MOST_ROWS and data.size <= MOST_CELLS


def side_by_side(job):
    """One set on both sides; None where either has no answer."""
    data, groups, labels = read(*job)
    compiled.warm_up()
    with one_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        ours, mine = timed(lambda: best(data, groups))
        other, theirs = timed(lambda: best_of_theirs(data, groups))
    if ours is None:
        return None
    return {
        "set": job[0].removesuffix(".data.gz"),
        "n x d, K": f"{data.shape[0]:,} x {data.shape[1]}, {groups}",
        "family": ours.family.name,
        "type": other.covariance_type,
        "CPU ours": f"{mine:.1f}",
        "CPU theirs": f"{theirs:.1f}",
        "ARI ours": agreement(labels, ours.predict(data)),
        "ARI theirs": agreement(labels, other.predict(data)),
        "note": "",
    }


def best(data, groups):
    """Our sound fit of the lowest BIC; None where there is none."""
    try:
        return core.sweep(data, core.Search(components=(groups,))).best()
    except core.CoreError:
        return None


def best_of_theirs(data, groups):
    """scikit-learn's of the lowest BIC."""
    fits = [GaussianMixture(groups, covariance_type=each, n_init=10, random_state=0).fit(data) for each in TYPES]
    return min(fits, key=lambda each: each.bic(data))
