"""A cancel told anywhere ends the work everywhere, and the value says so."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Lock

import numpy as np
import pytest

import core
from core.analysis.selection.board import Search
from core.progress import Joined, Progress, heard, unwatched

ROWS = np.random.default_rng(0).normal(size=(60, 2)) + np.repeat([[0.0, 0.0], [5.0, 3.0]], 30, axis=0)


def test_what_ends_stays_ended_though_another_thread_is_told_to_go_on_meanwhile():
    asked, told = Event(), Event()

    def watch(progress):
        if progress.what == "the one":
            asked.set()  # under way when the other is told to end, and told to go on after that
            assert told.wait(10)
            return True
        assert asked.wait(10)
        return False

    joined = Joined(watch)
    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(joined, Progress("the one", 0, 1))
        other = pool.submit(joined, Progress("the other", 0, 1))
        assert not other.result()
        told.set()
        assert not one.result()
    assert not joined.goes_on


def test_a_watch_is_not_asked_again_once_it_has_said_no():
    answers = iter([True, False])
    watch = heard(lambda _: next(answers))
    assert [watch(Progress("passes", at, 9)) for at in range(5)] == [True, False, False, False, False]
    assert heard(None) is heard(unwatched) is unwatched


def test_the_whole_counts_works_that_are_done_and_the_one_that_is_under_way():
    told = []
    joined = Joined(lambda progress: told.append(progress) or True, "models", 12, each=4)
    for _ in range(3):
        joined(Progress("fits", 1, 2, -5.0))
        joined.count()
    joined(Progress("fits", 2, 2))
    assert [each.done for each in told] == [1, 5, 9, 12]
    assert {(each.what, each.total) for each in told} == {("models", 12)}
    assert told[0].log_likelihood == -5.0


class NoOnce:
    """A watch that says no to one thread, once, and yes to all others before and after."""

    def __init__(self, at):
        self.at, self.asked, self.after, self._lock = at, 0, 0, Lock()

    def __call__(self, _):
        with self._lock:
            self.asked += 1
            self.after += self.asked > self.at
            return self.asked != self.at


def over_two(function, items):
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(function, items))


def sweep(watch):
    board = core.sweep(ROWS, Search(components=(1, 2, 3), restarts=2), watch=watch, over=over_two)
    return board.cancelled


def fit(watch):
    plan = core.Plan(components=3, restarts=6, start=core.RandomRows())
    return core.fit(ROWS, plan, watch=watch, over=over_two).outcome is core.Outcome.CANCELLED


def bootstrap_test(watch):
    return core.bootstrap_test(ROWS, core.family("EII"), 1, watch=watch, over=over_two).cancelled


def stability(watch):
    return core.stability(core.fit(ROWS, components=2), ROWS, draws=20, watch=watch, over=over_two).cancelled


def intervals(watch):
    return core.intervals(core.fit(ROWS, components=2), ROWS, draws=40, watch=watch, over=over_two).cancelled


def held_out(watch):
    return core.held_out(ROWS, Search(components=(1, 2)), watch=watch, over=over_two).cancelled


def ladder(watch):
    return core.ladder(ROWS, 2, watch=watch).cancelled


def effective_components(watch):
    plan = core.BayesPlan(3, tolerance=1e-300, max_iterations=50)  # 51 passes each
    return core.effective_components(ROWS, plan, seeds=range(8), watch=watch, over=over_two).cancelled


WORKS = [sweep, fit, bootstrap_test, stability, intervals, held_out, ladder, effective_components]


def test_nothing_is_cancelled_that_was_carried_through():
    two = core.fit(ROWS, components=2)
    assert not core.bootstrap_test(ROWS, core.family("EII"), 1, core.Bootstrap(19)).cancelled
    assert not core.stability(two, ROWS, draws=2).cancelled
    assert not core.intervals(two, ROWS, draws=40).cancelled
    assert not core.held_out(ROWS, Search(components=(1, 2)), core.Folds(2, 1)).cancelled
    assert not core.ladder(ROWS, 2, [core.family("EII")]).cancelled
    assert not core.effective_components(ROWS, core.BayesPlan(3), seeds=(0,)).cancelled


@pytest.mark.parametrize("at", [1, 4])
def test_what_was_cancelled_can_be_told_however_early_it_was(at):
    def watch():
        return NoOnce(at)

    two = core.fit(ROWS, components=2)
    names = ("a", "b")
    said = [
        core.bootstrap_test(ROWS, core.family("EII"), 1, watch=watch()).sentence,
        core.stability(two, ROWS, watch=watch()).sentence(names),
        core.held_out(ROWS, Search(components=(1, 2)), watch=watch()).sentence,
        core.ladder(ROWS, 2, watch=watch()).sentence,
        core.effective_components(ROWS, core.BayesPlan(3, tolerance=1e-300), watch=watch()).sentence,
    ]
    assert all(each.startswith("Cancelled; this is how far it came. ") for each in said), said
    assert len(core.stability(two, ROWS, watch=watch()).frame(names)) == 2
    assert len(core.intervals(two, ROWS, watch=watch()).frame(names)) == 4
    assert core.held_out(ROWS, Search(components=(1, 2)), watch=watch()).grounds == ""


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.__name__)
def test_a_cancel_told_to_one_thread_once_ends_all_and_marks_the_value(work):
    watch = NoOnce(at=4 if work is not effective_components else 150)
    assert work(watch)
    assert watch.asked >= watch.at
    assert watch.after <= 1  # what the other thread was asking just then


def test_threads_that_wait_for_each_other_are_all_told():
    """Two starts at work at the same time: one is told to end, and the other's next pass is its last."""
    both = Barrier(2)

    def watch(_):
        watch.asked += 1
        if watch.asked <= 2:
            both.wait(10)
        return watch.asked != 3

    watch.asked = 0
    plan = core.Plan("VVV", 3, restarts=2, start=core.RandomRows(), tolerance=1e-300, max_iterations=50_000)
    found = core.fit(ROWS, plan, watch=watch, over=over_two)
    assert found.outcome is core.Outcome.CANCELLED
    assert watch.asked <= 4
