"""The engine beside scikit-learn and mclust: passes, optima, memory, and whole sweeps."""

import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

import core
from benchmarks import problems
from core.data.rows import Rows
from core.mixture import compiled
from core.mixture.blas import one_thread
from core.mixture.em.acceleration import Acceleration
from core.mixture.em.covariance import ONE_ROUND, TO_THE_END
from core.mixture.em.e_step import e_step
from core.mixture.em.m_step import MStep, m_step
from core.mixture.em.passes import passes
from core.mixture.model import Mixture
from core.scale.threads import Threads

REFERENCE = Path(__file__).parents[1] / "tests" / "reference"
PASSES = [(200_000, 8, 6, "VVV", 10), (20_000, 8, 6, "VVV", 8), (200_000, 20, 8, "VVV", 7), (50_000, 50, 5, "VVV", 3)]
DIAGONAL = (200_000, 8, 6, "VVI", 10)
THEIRS = {"VVV": "full", "VVI": "diag"}
ROUNDS = 5
AS_MCLUST = core.Search(restarts=1, tolerance=1e-5)
# Best BIC of mclust 6.0.0 at its defaults, and of scikit-learn 1.9.1 over K = 1..9 without spikes, lower is better.
BEST = {
    "faithful": (2314.316, 2315.645),
    "faithful_noise": (3309.411, 3309.442),
    "iris": (561.728, 574.018),
    "crabs": (2842.298, 2927.385),
    "banknote": (1607.574, 1607.644),
    "geyser": (2768.568, 2768.577),
    "cross": (5638.326, 5644.500),
    "penguins": (10505.225, 10520.330),
    "wreath": (12355.535, 11956.663),
}
MCLUST = """
suppressMessages(library(mclust)); X <- as.matrix(read.csv("{path}")); t <- proc.time()
invisible(capture.output(m <- Mclust(X, G = 1:9, verbose = FALSE))); d <- proc.time() - t
cat(d[["user.self"]] + d[["sys.self"]], -m$bic, m$modelName, m$G)
"""


def rows(full=False):
    compiled.warm_up()
    for n, d, components, family, wanted in [*PASSES, DIAGONAL]:
        yield one_pass(n, d, components, family, wanted)
    yield distance_to_limit()
    yield two_threads()
    for name, wanted in (("separated", 20), ("overlapping", 30)):
        yield to_an_optimum(name, 1_000_000 if full else 200_000, wanted)
    yield data_passes("slow", problems.slow(), 5)
    yield data_passes("overlapping(50,000)", problems.overlapping(50_000), 6)
    yield peak_memory()
    if shutil.which("Rscript"):
        for name in ("wreath", "crabs"):
            yield one_sweep(name, AS_MCLUST, "one start a model, as mclust")
            yield one_sweep(name, core.Search(), "all starts")
    for name in BEST:
        yield best_model(name)


def one_pass(n, d, components, family, wanted):
    """Median CPU time of an E-step and an M-step, from the same parameters, the two sides taking turns.

    Both on one thread, BLAS too: its threads are slower at these shapes, and those that wait for work count as CPU time
    of whoever is at work meanwhile.
    """
    rng = np.random.default_rng(5)
    means = rng.normal(0, 3, (components, d))
    data = rng.normal(size=(n, d)) + means[rng.integers(0, components, n)]
    start = core.fit(
        data[:2_000], core.Plan(family=family, components=components, restarts=1, max_iterations=2)
    ).mixture
    chosen = core.family(family)
    rows = Rows.of(data)
    theirs = GaussianMixture(
        components, covariance_type=THEIRS[family], reg_covar=0.0, max_iter=1, warm_start=True, tol=0.0
    )
    mine, other = [], []
    with one_thread():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            theirs.fit(data[:5_000])
        for _ in range(ROUNDS):
            mine.append(cpu(lambda: m_step(chosen, e_step(start, rows, chosen.is_diagonal), start)))
            other.append(cpu(lambda: sklearn_pass(theirs, data)))
    return table_row(
        f"one pass, {family}, {n:,} x {d}, K={components}", mine, other, f"scikit-learn {sklearn.__version__}", wanted
    )


def sklearn_pass(mixture, data):
    """Its own E-step and M-step, without the K-Means start and the checks of fit."""
    _, log_responsibilities = mixture._e_step(data)
    mixture._m_step(data, log_responsibilities)


def distance_to_limit(n=200_000, d=20, components=8):
    """CPU time of a pass over what its products would take at dgemm's rate and its exponentials at NumPy's."""
    rng = np.random.default_rng(5)
    data = rng.normal(size=(n, d))
    start = Mixture(
        np.full(components, 1 / components), rng.normal(size=(components, d)), np.tile(np.eye(d), (components, 1, 1))
    )
    square, many = rng.normal(size=(1_000, 1_000)), -rng.random(n * components)
    seconds, limits, rows = [], [], Rows.of(data)
    with one_thread():
        for _ in range(ROUNDS):
            seconds.append(cpu(lambda: e_step(start, rows)))
            per_flop = cpu(lambda: square @ square) / 2e9
            limits.append(2 * n * components * d * (d + 1) * per_flop + cpu(lambda: np.exp(many)))
    times = np.median(seconds) / np.median(limits)
    return measured(f"pass {n:,} x {d}, K={components}, over its limit", f"{times:.2f}x", "2.5x at most", times <= 2.5)


def two_threads(n=1_000_000, d=8, components=6):
    """Wall time on one thread over that on two."""
    data = problems.separated(n)
    start = core.fit(data[:5_000], core.Plan(components=components, restarts=1, max_iterations=3)).mixture
    alone, both = [], []
    two, rows = Threads.of(2), Rows.of(data)
    for _ in range(ROUNDS):
        alone.append(wall(lambda: e_step(start, rows)))
        both.append(wall(lambda: e_step(start, rows, over=two)))
    ratio = min(alone) / min(both)
    return measured(f"two threads over one, {n:,} x {d}", f"{ratio:.2f}x", "1.8x", ratio >= 1.8)


def to_an_optimum(name, n, wanted):
    """Wall time to a log-likelihood no worse than scikit-learn's best of five starts."""
    data = getattr(problems, name)(n)
    theirs = GaussianMixture(6, n_init=5, tol=1e-6, max_iter=100, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        other = wall(lambda: theirs.fit(data))
    reached = theirs.score(data) * n
    fits = []
    mine = wall(lambda: fits.append(core.fit(data, core.Plan(components=6, tolerance=1e-8), over=Threads.of(2))))
    gain = fits[0].log_likelihood - reached
    ratio = other / mine
    what = f"to an optimum, {name}, {n:,} x 8: {mine:.2f} s, theirs {other:.1f} s, log-likelihood {gain:+.1f}"
    return measured(what, f"{ratio:.0f}x", f"{wanted}x", ratio >= wanted and gain > -1e-3)


def data_passes(name, data, components):
    """Passes to within 1e-3 nats of the best of both, rejected ones counted, plain over accelerated."""
    for seed in range(20):
        plain, fast = (converged(accelerated, data, components, seed) for accelerated in (False, True))
        best = max(plain[-1][1], fast[-1][1])
        if min(plain[-1][1], fast[-1][1]) >= best - 1e-3:  # from most starts the two end in different optima
            break
    taken = [next(passes for passes, value in trace if value >= best - 1e-3) for trace in (plain, fast)]
    what = f"passes on {name}: {taken[1]:.0f} accelerated, {taken[0]:.0f} plain, to the same optimum"
    return measured(what, f"{taken[0] / taken[1]:.1f}x", "4x", taken[0] >= 4 * taken[1])


def converged(accelerated, data, components, seed):
    """(passes, log-likelihood) of each mixture from random rows to where 20 steps change it by less than 1e-7."""
    chosen = data[np.random.default_rng(seed).choice(len(data), components, replace=False)]
    nearest = ((data[:, None] - chosen) ** 2).sum(axis=2).argmin(axis=1)
    first = core.m_step(core.family("VVV"), core.moments(data, np.eye(components)[nearest]))
    counted, trace = Counted(data), []
    step = MStep(core.family("VVV"), sweeps=ONE_ROUND if accelerated else TO_THE_END)
    steps = passes(counted, step, first, Acceleration() if accelerated else None)
    while len(trace) < 20 or trace[-1][1] - trace[-20][1] > 1e-7:
        found = next(steps)[1]
        trace.append((counted.passes, found.log_likelihood))
    return trace


class Counted:
    """An E-step that counts its passes over all rows."""

    def __init__(self, data):
        self.rows, self.passes = Rows.of(data), 0

    def __call__(self, mixture):
        self.passes += 1
        return e_step(mixture, self.rows)


def peak_memory(n=4_000_000):
    """What a fit takes beside X, in a process of its own."""
    script = (
        "import resource, numpy as np, core; from core.mixture import compiled; compiled.warm_up();"
        f"X = np.random.default_rng(0).normal(size=({n}, 8)); X[::2] += 3;"
        "core.fit(X[:50_000], core.Plan(components=6, max_iterations=3));"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; before = peak();"
        "core.fit(X, core.Plan(components=6, max_iterations=10)); print((peak() - before) / 1e3)"
    )
    root = Path(__file__).parents[1]
    said = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True).stdout
    megabytes = float(said)
    return measured(f"memory of a fit beside X, {n:,} x 8", f"{megabytes:.0f} MB", "200 MB", megabytes <= 200)


def best_model(name):
    """The sweep's best BIC beside mclust's and scikit-learn's admissible best (10 starts, its four families)."""
    data = np.loadtxt(REFERENCE / f"{name}_X.csv", delimiter=",", skiprows=1)
    best, (theirs, sklearns) = core.sweep(data).best(), BEST[name]
    what = f"best BIC, {name}: {best.family.name},{best.components}; mclust {theirs:.2f}, scikit-learn {sklearns:.2f}"
    target = min(theirs, sklearns)
    return measured(what, f"{best.bic:.2f}", f"{target + 0.1:.2f}", best.bic <= target + 0.1)


def measured(what, figure, wanted, kept):
    """A figure that has no peer's time beside it."""
    blank = {"ours, ms": "", "peer, ms": ""}
    return {"what": what, **blank, "ratio": figure, "wanted": wanted, "peer": "", "note": "" if kept else "missed"}


def one_sweep(name, search, how):
    """All 14 families at K = 1..9, beside Mclust() with its one start and its tolerance of 1e-5."""
    path = REFERENCE / f"{name}_X.csv"
    data = np.loadtxt(path, delimiter=",", skiprows=1)
    mine, other = [], []
    for _ in range(3):
        begun = time.process_time()
        board = core.sweep(data, search)
        mine.append(time.process_time() - begun)
        seconds, bic, model, groups = mclust(path)
        other.append(seconds)
    best = board.best()
    row = table_row(f"sweep 14 x 9, {name}, {how}", mine, other, "mclust", 10)
    said = f"BIC {best.bic:.2f} {best.family.name},{best.components}; theirs {bic:.2f} {model},{groups}"
    return row | {"note": f"{row['note']} {said}".strip()}


def mclust(path):
    with tempfile.NamedTemporaryFile("w", suffix=".R") as script:
        script.write(MCLUST.format(path=path))
        script.flush()
        said = subprocess.run(["Rscript", script.name], capture_output=True, text=True, check=True).stdout.split()
    return float(said[0]), float(said[1]), said[2], said[3]


def wall(work):
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def cpu(work):
    begun = time.process_time()
    work()
    return time.process_time() - begun


def table_row(what, mine, other, peer, wanted):
    ours, theirs = np.median(mine), np.median(other)
    return {
        "what": what,
        "ours, ms": f"{1e3 * ours:.1f}",
        "peer, ms": f"{1e3 * theirs:.1f}",
        "ratio": f"{theirs / ours:.1f}x",
        "wanted": f"{wanted}x",
        "peer": peer,
        "note": "" if theirs >= wanted * ours else "missed",
    }
