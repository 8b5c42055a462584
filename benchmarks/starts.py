"""Where EM begins: at a known number of groups, whether a sound optimum is missed that scikit-learn reaches.

Family VVV on both sides. Theirs is the best of ten k-means starts, carried on by our EM to the optimum it lies at, so
that neither a tolerance nor a covariance that is propped up decides. Sets: drawn ones, the reference sets, and what
lies beside the project (../shared/corpus), there also in the form of Gagolewski's clustering-data-v1.
"""

import time
import warnings
from pathlib import Path

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture

import core
from benchmarks import problems
from benchmarks.measuring import in_processes
from core.mixture import compiled
from core.mixture.blas import one_thread

REFERENCE = Path(__file__).parents[1] / "tests" / "reference"
CORPUS = Path(__file__).parents[2] / "shared" / "corpus" / "b_clustering"
GROUPS = {
    "banknote": 2,
    "crabs": 4,
    "cross": 4,
    "faithful": 2,
    "faithful_noise": 3,
    "geyser": 4,
    "iris": 3,
    "penguins": 3,
    "wreath": 14,
}
CORPUS_COLUMNS = {"iris": 4, "wine_data": 13, "breast_cancer": 30}
MISSED = 1.0  # of BIC
MOST_ROWS, MOST_CELLS = 10_500, 120_000
DRAWN = {
    "unequal": (problems.unequal, 10),
    "dots of 15": (lambda seed: problems.scattered_dots(seed, 15), 15),
    "dots of 25": (lambda seed: problems.scattered_dots(seed, 25), 25),
    "dots of 31": (lambda seed: problems.scattered_dots(seed, 31, 100), 31),
    "curved": (problems.curved, 6),
    "close": (lambda seed: problems.round_ones(2_000, 3, 6, 2.0, seed), 6),
    "turned": (lambda seed: problems.turned(1_500, 5, 7, 2.0, seed), 7),
}


def rows(full=False):
    missed, found = 0, []
    for row in in_processes(side_by_side, jobs(4 if full else 1)):
        missed += row["note"] == "missed"
        found.append(row)
        yield row
    known = [(row["ARI ours"], row["ARI theirs"]) for row in found if row["ARI ours"] != ""]
    ours, theirs = np.mean(np.array(known, dtype=float), axis=0) if known else (np.nan, np.nan)
    cpu = [sum(float(row[side]) for row in found) for side in ("CPU ours", "CPU theirs")]
    whole = [f"all {len(found)}", "", "", f"{missed} missed", "", *(f"{each:.1f}" for each in cpu)]
    yield dict(zip(found[0], [*whole, f"{ours:.3f}", f"{theirs:.3f}", "missed" if missed else ""], strict=True))


def jobs(seeds):
    """(name, seed or None) of each set."""
    drawn = [(name, seed) for name in DRAWN for seed in range(seeds)]
    beside = [f"sklearn/{name}" for name in CORPUS_COLUMNS if (CORPUS / "sklearn" / f"{name}.csv").exists()]
    public = [str(path.relative_to(CORPUS)) for path in sorted(CORPUS.rglob("*.data.gz"))]
    return drawn + [(name, None) for name in (*GROUPS, *beside, *public)]


def read(name, seed):
    """(n, d) rows, the number of groups, and labels where they are known; a label below 0 is nobody's."""
    if seed is not None:
        draw, groups = DRAWN[name]
        return draw(seed), groups, None
    if name in GROUPS:
        return np.loadtxt(REFERENCE / f"{name}_X.csv", delimiter=",", skiprows=1), GROUPS[name], None
    if name.startswith("sklearn/"):
        table = np.loadtxt(CORPUS / f"{name}.csv", delimiter=",", skiprows=1)
        labels = table[:, -1].astype(int)
        return table[:, :-1], len(set(labels)), labels
    path = CORPUS / name
    labels = np.loadtxt(path.with_name(path.name.replace(".data.", ".labels0.")), dtype=int) - 1
    return np.loadtxt(path, ndmin=2), int(labels.max()) + 1, labels


def side_by_side(job):
    """One set on both sides."""
    data, groups, labels = read(*job)
    name = job[0].removesuffix(".data.gz") + ("" if job[1] is None else f" {job[1]}")
    blank = {"set": name, "n x d, K": f"{data.shape[0]:,} x {data.shape[1]}, {groups}"}
    if len(data) > MOST_ROWS or data.size > MOST_CELLS:
        return (
            blank
            | dict.fromkeys(("BIC ours", "less theirs", "sound"), "")
            | {"CPU ours": "0", "CPU theirs": "0", "ARI ours": "", "ARI theirs": "", "note": "too large"}
        )
    compiled.warm_up()
    with one_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        ours, mine = timed(lambda: core.fit(data, components=groups))
        other, theirs = timed(lambda: GaussianMixture(groups, n_init=10, random_state=0).fit(data))
    end = ended(data, groups, other)
    gap = np.nan if end is None else ours.bic - end.bic
    missed = end is not None and end.admissible and (not ours.admissible or gap > MISSED)
    sound = "".join("-" if each is None else "ny"[each.admissible] for each in (ours, end))
    return blank | {
        "BIC ours": f"{ours.bic:.1f}",
        "less theirs": f"{gap:+.1f}",
        "sound": sound,
        "CPU ours": f"{mine:.2f}",
        "CPU theirs": f"{theirs:.2f}",
        "ARI ours": agreement(labels, ours.predict(data)),
        "ARI theirs": agreement(labels, other.predict(data)),
        "note": "missed" if missed else "",
    }


def timed(work):
    """What some work comes to, and its seconds of CPU."""
    begun = time.process_time()
    return work(), time.process_time() - begun


def ended(data, groups, theirs):
    """The optimum at which theirs lies; None where it is none of EM's."""
    try:
        return core.fit(data, components=groups, responsibilities=theirs.predict_proba(data))
    except core.CoreError:
        return None


def agreement(labels, found):
    """The adjusted Rand index over rows that have a label."""
    return "" if labels is None else f"{adjusted_rand_score(labels[labels >= 0], found[labels >= 0]):.3f}"
