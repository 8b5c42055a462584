"""Effective components: their number over starts, and what is said of it."""

from dataclasses import replace

import numpy as np
import pytest

import core
from core.analysis.selection.effective import MOST_ROWS
from core.scale.threads import over_cores

ROWS = np.random.default_rng(1).normal(size=(300, 2)) + np.repeat([[0, 0], [8, 0]], 150, axis=0)
QUICK = core.BayesPlan(5, max_iterations=40)


@pytest.fixture(scope="module")
def found():
    return core.effective_components(ROWS, QUICK, seeds=range(4))


def with_counts(found, *numbers):
    """The same runs with other effective numbers; the first has the highest evidence."""
    runs = [
        replace(found.runs[0], counts=np.repeat([60.0, 0.0], [k, 5 - k]), elbo=(-float(at),))
        for at, k in enumerate(numbers)
    ]
    return replace(found, runs=tuple(runs), seeds=tuple(range(len(runs))))


def test_there_is_a_run_for_every_seed_and_it_is_that_of_bayes(found):
    assert found.seeds == (0, 1, 2, 3)
    for seed, run in zip(found.seeds, found.runs, strict=True):
        assert run.elbo == core.bayes(ROWS, replace(QUICK, seed=seed)).elbo
    assert found.numbers == tuple(run.effective_components for run in found.runs)
    assert found.best.elbo[-1] == max(run.elbo[-1] for run in found.runs)


def test_spreading_the_starts_over_cores_changes_nothing(found):
    spread = core.effective_components(ROWS, QUICK, seeds=range(4), over=over_cores)
    assert [run.elbo for run in spread.runs] == [run.elbo for run in found.runs]


def test_the_sentence_says_the_number_and_its_spread(found):
    assert with_counts(found, 2, 2, 2).sentence == "It needs 2 components from each of 3 starts."
    assert with_counts(found, 1).sentence == "It needs a single component from its one start."
    several = with_counts(found, 3, 2, 4, 2)
    assert several.spread == (2, 4)
    assert several.most_common == (2, 2)
    assert several.sentence == (
        "It needs 2 to 4 components, most often 2 (2 of 4 starts); the start with the highest evidence needs 3."
    )
    assert with_counts(found, 2, 3).sentence.startswith("It needs 2 to 3 components over 2 starts; ")


def test_the_table_has_a_row_for_every_run_by_falling_evidence(found):
    assert list(found.frame["evidence"]) == sorted((run.elbo[-1] for run in found.runs), reverse=True)
    assert sorted(found.frame["groups"]) == sorted(found.numbers)


def test_using_all_that_was_given_is_no_answer(found):
    assert "may need more" in with_counts(found, 5, 2).grounds
    assert "left the others empty" in with_counts(found, 3, 2).grounds


def test_a_cancel_keeps_the_runs_that_are_done_or_the_one_that_was_under_way():
    told = []

    def watch(progress):
        told.append(progress)
        return progress.done < 2

    found = core.effective_components(ROWS, QUICK, seeds=range(4), watch=watch)
    assert found.seeds == (0, 1)
    assert found.cancelled
    assert {(each.what, each.total) for each in told} == {("starts", 4)}
    cut = core.effective_components(ROWS, QUICK, watch=lambda _: False)
    assert cut.seeds == (0,)
    assert cut.best.outcome is core.Outcome.CANCELLED
    assert cut.cancelled
    with pytest.raises(core.FitError, match="no seed to start from"):
        core.effective_components(ROWS, QUICK, seeds=())


def test_many_rows_are_sampled_and_the_sample_is_counted():
    rows = np.random.default_rng(0).normal(size=(MOST_ROWS + 5_000, 1))
    found = core.effective_components(rows, core.BayesPlan(2, max_iterations=2), seeds=(0,))
    assert found.rows == MOST_ROWS
    assert found.best.n_rows == MOST_ROWS
