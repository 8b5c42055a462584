"""Groups: the first answer's number of groups and their agreement with the truth, on real sets with classes, beside
scikit-learn's best by BIC; with --full also on drawn tables with known truth, where those lie beside the project.

Agreement is the adjusted Rand index (Hubert and Arabie 1985). Columns of words are what is to be found, and left out.
"""

import importlib.util
import io
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture
from sklearn.preprocessing import StandardScaler

import core

SHARED = Path(__file__).parents[2] / "shared"
REAL = {  # file, column of the classes, columns that are no measurements
    "banknote": ("reference/data/banknote.csv", "Status", ()),
    "crabs": ("reference/data/crabs.csv", "sp+sex", ("index",)),
    "iris": ("reference/data/iris.csv", "Species", ()),
    "penguins": ("reference/data/penguins.csv", "species", ("year",)),
    "cross": ("reference/data/cross.csv", "group", ()),
    "faithful with noise": ("reference/data/faithful_noise.csv", None, ("is_noise",)),
    "wine": ("corpus/b_clustering/sklearn/wine_data.csv", -1, ()),
    "breast_cancer": ("corpus/b_clustering/sklearn/breast_cancer.csv", -1, ()),
    "digits": ("corpus/b_clustering/sklearn/digits.csv.gz", -1, ()),
}
TYPES = ("full", "tied", "diag", "spherical")
WORDS = ("survey", "words_and_numbers", "words_only")  # kinds that are told by words
DRAWS, PEER_DRAWS = 20, 5  # of each kind, for us and for scikit-learn


def rows(full=False):
    agreements, verdicts = [], []
    for name, (path, classes, others) in REAL.items():
        if (SHARED / path).exists():
            frame, truth = real(SHARED / path, classes, others)
            ours, verdict, seconds = told(frame)
            theirs = by_scikit_learn(frame)
            if truth is not None:
                agreements.append([adjusted_rand_score(truth, each) for each in (ours, theirs)])
                verdicts.append(Verdict(len(np.unique(truth)), verdict))
            yield line(name, len(frame), truth, ours, theirs, seconds, verdict)
    if agreements:
        mean = np.mean(agreements, axis=0)
        yield cells("mean", "", "", "", f"{mean[0]:.3f}", "", f"{mean[1]:.3f}", "", tally(verdicts), "")
    if full:
        yield from drawn()


COLUMNS = ("set", "rows", "classes", "groups", "ARI", "sklearn", "its ARI", "CPU s", "verdict", "odd rows, planted / ‰")


def cells(*told_so):
    return dict(zip(COLUMNS, told_so, strict=True))


def line(name, n, truth, ours, theirs, seconds, verdict):
    of = "" if truth is None else len(np.unique(truth))
    agree = ["" if truth is None else f"{adjusted_rand_score(truth, each):.3f}" for each in (ours, theirs)]
    groups = [len(np.unique(each)) for each in (ours, theirs)]
    said = "sure" if verdict.sure else " or ".join(map(str, verdict.possible))
    return cells(name, n, of, groups[0], agree[0], groups[1], agree[1], f"{seconds:.2f}", said, "")


@dataclass(frozen=True)
class Verdict:
    """What was said of a table, and the number of groups that it has."""

    truth: int
    said: core.Certainty

    @property
    def holds(self):
        """Whether the number is right where it is called sure, and among those named where it is not."""
        return self.truth in self.said.possible


def tally(verdicts):
    """How often verdicts are sure, and how often each kind of verdict holds."""
    sure = [each.holds for each in verdicts if each.said.sure]
    unsure = [each.holds for each in verdicts if not each.said.sure]
    return f"sure {len(sure)}, right {sum(sure)}; unsure {len(unsure)}, named {sum(unsure)}"


def real(path, classes, others):
    """The columns that are measured, and the class of each row."""
    if isinstance(classes, int):
        frame = pd.read_csv(path, header=None, skiprows=1 if path.suffix == ".csv" else 0)
        return frame.iloc[:, :-1].set_axis([f"x{j}" for j in range(frame.shape[1] - 1)], axis=1), frame.iloc[:, -1]
    frame = pd.read_csv(path)
    truth = None
    if classes is not None:
        truth = frame[classes.split("+")].astype(str).agg(" ".join, axis=1)
    measured = frame.drop(columns=[*(classes or "").split("+"), *others], errors="ignore").select_dtypes("number")
    usable = measured.notna().any(axis=1)  # a row without a number is in no group
    return measured[usable], None if truth is None else truth[usable]


def told(frame):
    """(n,) the first answer's groups of a table as an upload, how sure it is, and its CPU time."""
    table = core.read_table(io.BytesIO(frame.to_csv(index=False).encode()))
    begun = time.process_time()
    answer = core.first_answer(table)
    return answer.labels, answer.certainty, time.process_time() - begun


def by_scikit_learn(frame, most=9):
    """(n,) the components of the fit with the lowest BIC over four types and K = 1..9, on standardised columns."""
    values = StandardScaler().fit_transform(frame.fillna(frame.median()))
    fits = []
    for kind in TYPES:
        for k in range(1, most + 1):
            fits.append(GaussianMixture(k, covariance_type=kind, random_state=0).fit(values))
    return min(fits, key=lambda each: each.bic(values)).predict(values)


def drawn():
    """Share of draws with the right number, agreement, odd rows and verdicts, by kind."""
    path = SHARED / "tools"
    if not path.exists():
        return
    tables, score = (_module(path / f"{name}.py") for name in ("tables", "tables_score"))
    every = []
    for name, make in tables.KINDS.items():
        if name in WORDS:
            continue
        verdicts = []
        begun = time.process_time()
        right, agreement, planted, others, refused = score.score(make, DRAWS, telling_to(make, verdicts))
        seconds = (time.process_time() - begun) / DRAWS
        theirs = score.score(make, PEER_DRAWS, peer)
        every += verdicts
        ours = f"{right:.0%} right, {refused} refused", f"{agreement:.2f}"
        peers = f"{theirs[0]:.0%} right", f"{theirs[1]:.2f}"
        odd = f"{planted:.2f} / {others:.2f}"
        yield cells(name, f"{DRAWS} draws", "", *ours, *peers, f"{seconds:.2f}", tally(verdicts), odd)
    yield cells("all kinds", *[""] * 7, tally(every), "")


def telling_to(make, verdicts):
    """What the first answer tells of a file, for the score, its verdict put down in a list."""

    def telling(path):
        answer = core.first_answer(core.read_table(path))
        truth = make(np.random.default_rng([len(verdicts), 77]))[1]  # the same draw
        verdicts.append(Verdict(len(set(truth)), answer.certainty))
        return answer.groups, answer.labels, answer.odd.flagged

    return telling


def peer(path):
    """What scikit-learn's lowest BIC tells of a file, which calls no row odd."""
    frame = pd.read_csv(path).select_dtypes("number")
    labels = by_scikit_learn(frame.loc[:, frame.notna().any()])
    return len(set(labels.tolist())), labels, np.zeros(len(labels), dtype=bool)


def _module(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
