"""The engine beside scikit-learn and mclust: CPU time of one pass, and of whole sweeps."""

import shutil
import subprocess
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

import core
from core.mixture import kernels
from core.mixture.em import m_step

REFERENCE = Path(__file__).parents[1] / "tests" / "reference"
PASSES = [(200_000, 8, 6, "VVV", 10), (20_000, 8, 6, "VVV", 8), (200_000, 20, 8, "VVV", 7), (50_000, 50, 5, "VVV", 3)]
DIAGONAL = (200_000, 8, 6, "VVI", 10)
THEIRS = {"VVV": "full", "VVI": "diag"}
ROUNDS = 5
MCLUST = """
suppressMessages(library(mclust)); X <- as.matrix(read.csv("{path}")); t <- proc.time()
invisible(capture.output(m <- Mclust(X, G = 1:9, verbose = FALSE))); d <- proc.time() - t
cat(d[["user.self"]] + d[["sys.self"]], -m$bic, m$modelName, m$G)
"""


def rows(full=False):
    kernels.warm_up()
    for n, d, components, family, wanted in [*PASSES, DIAGONAL]:
        yield one_pass(n, d, components, family, wanted)
    if shutil.which("Rscript"):
        for name in ("wreath", "crabs"):
            yield one_sweep(name)


def one_pass(n, d, components, family, wanted):
    """Median CPU time of an E-step and an M-step, from the same parameters, the two sides taking turns."""
    rng = np.random.default_rng(5)
    means = rng.normal(0, 3, (components, d))
    data = rng.normal(size=(n, d)) + means[rng.integers(0, components, n)]
    start = core.fit(
        data[:2_000], core.Plan(family=family, components=components, restarts=1, max_iterations=2)
    ).mixture
    chosen = core.family(family)
    step = kernels.diagonal_e_step if chosen.is_diagonal else kernels.e_step
    theirs = GaussianMixture(
        components, covariance_type=THEIRS[family], reg_covar=0.0, max_iter=1, warm_start=True, tol=0.0
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        theirs.fit(data[:5_000])
    mine, other = [], []
    for _ in range(ROUNDS):
        mine.append(cpu(lambda: m_step(chosen, step(start, data), start)))
        other.append(cpu(lambda: sklearn_pass(theirs, data)))
    return table_row(
        f"one pass, {family}, {n:,} x {d}, K={components}", mine, other, f"scikit-learn {sklearn.__version__}", wanted
    )


def sklearn_pass(mixture, data):
    """Its own E-step and M-step, without the K-Means start and the checks of fit."""
    _, log_responsibilities = mixture._e_step(data)
    mixture._m_step(data, log_responsibilities)


def one_sweep(name):
    """All 14 families at K = 1..9 with several starts, beside Mclust() with its one."""
    path = REFERENCE / f"{name}_X.csv"
    data = np.loadtxt(path, delimiter=",", skiprows=1)
    mine, other = [], []
    for _ in range(3):
        begun = time.process_time()
        board = core.sweep(data)
        mine.append(time.process_time() - begun)
        seconds, bic, model, groups = mclust(path)
        other.append(seconds)
    best = board.best()
    row = table_row(f"sweep 14 x 9, {name}", mine, other, "mclust", 10)
    return row | {"note": f"BIC {best.bic:.2f} {best.family.name},{best.components}; theirs {bic:.2f} {model},{groups}"}


def mclust(path):
    with tempfile.NamedTemporaryFile("w", suffix=".R") as script:
        script.write(MCLUST.format(path=path))
        script.flush()
        said = subprocess.run(["Rscript", script.name], capture_output=True, text=True, check=True).stdout.split()
    return float(said[0]), float(said[1]), said[2], said[3]


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
        "note": "",
    }
