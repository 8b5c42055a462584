"""Odd rows of labelled data: the area under the ROC curve on sets of ADBench, beside other detectors.

The protocol is ADBench's (Han et al. 2022): at most 10,000 rows, 70 % to fit without their labels and 30 % to score,
columns scaled to 0..1 by the former. The sets lie beside the project (../shared/corpus); with --full, five seeds.
"""

from pathlib import Path

import numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import LocalOutlierFactor

import core
from benchmarks.measuring import in_processes
from core.analysis.answer.first import FIRST_ROWS, FIRST_SEARCH
from core.analysis.selection.objections import with_objections
from core.data.source import ArraySource
from core.mixture.fit import polish

CORPUS = Path(__file__).parents[2] / "shared" / "corpus" / "c_anomaly" / "adbench"
MOST_ROWS = 10_000
WANTED = {"25_musk": 0.95, "16_http": 0.95}  # tight clusters of odd rows
WANTED_MEAN = 0.79
DETECTORS = ("ours", "plain BIC", "one Gaussian", "Isolation Forest", "LOF")


def rows(full=False):
    names = sorted(path.stem for path in CORPUS.glob("*.npz"))
    if not names:
        print(f"no sets of ADBench at {CORPUS}")
        return
    seeds = 5 if full else 1
    jobs = [(name, seed) for name in names for seed in range(seeds)]
    areas = np.reshape(in_processes(areas_of, jobs), (len(names), seeds, len(DETECTORS))).mean(axis=1)
    for name, found in zip(names, areas, strict=True):
        yield row(name, found, WANTED.get(name))
    yield row(f"mean of {len(names)}", areas.mean(axis=0), WANTED_MEAN)


def row(name, areas, wanted):
    figures = {detector: f"{area:.3f}" for detector, area in zip(DETECTORS, areas, strict=True)}
    kept = wanted is None or areas[0] >= wanted
    return {"set": name, **figures, "wanted": wanted or "", "note": "" if kept else "missed"}


def areas_of(job):
    """The area under the ROC curve of each detector, for a set and a seed."""
    name, seed = job
    train, test, odd = split(name, seed)
    scores = (
        *by_mixtures(train, test, seed),
        -IsolationForest(random_state=seed).fit(train).score_samples(test),
        -LocalOutlierFactor(novelty=True).fit(train).score_samples(test),
    )
    return [roc_auc_score(odd, score) for score in scores]


def split(name, seed):
    """Rows to fit and rows to score, scaled by the former and without its constant columns, and which are odd."""
    with np.load(CORPUS / f"{name}.npz") as stored:
        values, odd = stored["X"].astype(float), stored["y"].astype(int)
    if len(values) > MOST_ROWS:
        values, _, odd, _ = train_test_split(values, odd, train_size=MOST_ROWS, stratify=odd, random_state=seed)
    train, test, _, truth = train_test_split(values, odd, test_size=0.3, stratify=odd, random_state=seed)
    low, reach = train.min(axis=0), np.ptp(train, axis=0)
    varied = reach > 0
    return *((part - low)[:, varied] / reach[varied] for part in (train, test)), truth


def by_mixtures(train, test, seed):
    """Scores by the app's first model as odd rows are judged, by the model with the lowest BIC, and by one Gaussian."""
    ours, plain = models(train, seed)
    judged = core.anomalies(ours, test, core.TopRows(1))
    return judged.score, *(-fit.mixture.log_density(test) for fit in (plain, one_gaussian(train)))


def models(train, seed):
    """The model that the app would begin with, and the best by BIC; where none is sound, one without correlations."""
    some = train[np.random.default_rng(seed).choice(len(train), min(FIRST_ROWS, len(train)), replace=False)]
    try:
        board = core.sweep(ArraySource(some), FIRST_SEARCH)
        return polish(train, with_objections(board).best()), polish(train, board.best())
    except core.FitError:
        return (along_the_columns(train),) * 2


def one_gaussian(train):
    try:
        return core.fit(train, core.Plan(components=1), responsibilities=np.ones((len(train), 1)))
    except core.FitError:
        return along_the_columns(train)


def along_the_columns(train):
    """One Gaussian without correlations; started from all rows, for a column may be constant in a sample."""
    return core.fit(train, core.Plan(family="VVI", components=1), responsibilities=np.ones((len(train), 1)))
