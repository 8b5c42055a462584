"""A sweep: rounds, of which none leaves a cell worse than the one before."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import core
from core.analysis.selection import sweep as sweeps
from core.analysis.selection.board import Search
from core.analysis.selection.sweep import Rounds, sweep
from core.data.source import as_source
from core.mixture import multistart as runs
from core.mixture.family import FAMILIES
from core.mixture.multistart import first_moments
from core.mixture.problem import pose
from core.progress import unwatched
from core.scale.threads import over_cores

REFERENCE = Path(__file__).parents[2] / "reference"


def matrix(name):
    return np.loadtxt(REFERENCE / f"{name}_X.csv", delimiter=",", skiprows=1)


def small_board(**choices):
    return sweep(matrix("faithful"), families=("EEE", "VVV"), components=range(1, 4), **choices)


def rounds_on(name, search):
    problem = pose(as_source(matrix(name)))
    return Rounds(problem, search, first_moments(problem, search.start, search.seed), unwatched)


def test_each_round_keeps_the_better_of_what_it_finds_and_what_was_known():
    search = Search(components=(2,))
    rounds = rounds_on("crabs", search)
    cells = [(each, 2) for each in FAMILIES]
    first = {cell: rounds.fit_once(cell) for cell in cells}
    second = {cell: rounds.fit_from_neighbours(cell, first[cell], rounds.ended(first)) for cell in cells}
    third = {cell: rounds.fit_thoroughly(second[cell], search.plan(*cell)) for cell in cells}
    sound = [cell for cell in cells if not first[cell].run.objections]

    def gains(before, after):
        return [after[cell].run.trace[-1] - before[cell].run.trace[-1] for cell in sound]

    assert min(gains(first, second)) >= 0
    assert max(gains(first, second)) > 50  # families share what one of them found
    assert min(gains(second, third)) > -1e-6


def test_a_family_takes_over_from_the_neighbours_with_the_lowest_bic_and_the_highest_log_likelihood(monkeypatch):
    rounds = rounds_on("crabs", Search(components=(3,)))
    cells = [(core.family(name), 3) for name in ("EEE", "VEV", "VVV", "EII")]
    solved = {cell: rounds.fit_once(cell) for cell in cells}
    ended = rounds.ended(solved)
    begun = []

    def taken_over(problem, plan, watch, place, known):
        begun.append(place)
        return known

    monkeypatch.setattr(sweeps, "from_neighbour", taken_over)

    def begins_of(cell, neighbours):
        begun.clear()
        assert rounds.fit_from_neighbours(cell, solved[cell], neighbours) == solved[cell]
        return list(begun)

    for cell in cells:
        others = [each for each in ended if each.cell != cell]
        wanted = {each.cell: each.run.found for each in (others[0], max(others, key=lambda each: each.height))}
        assert others[0].bic == min(each.bic for each in others)
        assert begins_of(cell, ended) == list(wanted.values())
    assert begins_of(cells[0], [each for each in ended if each.cell == cells[0]]) == []  # nobody is its own neighbour


def test_cells_are_looked_at_hard_that_are_lowest_best_of_their_k_or_unsound_though_they_need_not_be():
    search = Search(components=(1, 2, 3))
    rounds = rounds_on("faithful", search)
    solved = {cell: rounds.fit_once(cell) for cell in search.cells(2)}
    ended = rounds.ended(solved)
    plans = rounds.plans(solved)
    lowest = {each.cell for each in ended[:6]}
    assert all(plans[cell] == search.plan(*cell) for cell in lowest)
    leaders = {min((e for e in ended if e.cell[1] == k), key=lambda e: e.bic).cell for k in (1, 2, 3)}
    assert leaders - lowest
    assert all(plans[cell] == replace(search.plan(*cell), restarts=1) for cell in leaders - lowest)
    assert len(plans) < len(solved)
    quick = Search(components=(1, 2, 3), restarts=1, tolerance=1e-6)
    assert rounds_on("faithful", quick).plans(solved) == {}


def test_a_sweep_over_threads_is_the_same():
    one, several = small_board(), small_board(over=over_cores)
    assert one.frame.equals(several.frame)


def test_a_watch_is_told_of_steps_that_never_fall_of_a_total_that_stands():
    heard = []

    def watch(progress):
        heard.append((progress.what, progress.done, progress.total))
        return True

    small_board(watch=watch)
    assert {(what, total) for what, _, total in heard} == {("fits", 3 * 5 + 1)}  # with one group the two are one
    assert [done for _, done, _ in heard] == sorted(done for _, done, _ in heard)


def test_families_that_cannot_differ_are_fitted_once_and_agree():
    board = sweep(matrix("faithful"), components=[1])
    by_family = board.frame.set_index("family")["log_likelihood"]
    assert by_family["VVV"] == by_family["EEE"] == by_family["EVE"]
    assert len(set(by_family)) == 3


def test_one_column_has_two_families():
    board = sweep(matrix("faithful")[:, 1], components=[1, 2])
    assert sorted(set(board.frame["family"])) == ["EII", "VII"]


def test_a_cell_that_cannot_be_fitted_says_why_and_the_others_stand():
    board = sweep(matrix("faithful")[:5], families=("EII", "VVV"), components=[1, 9])
    cell = board.cell("EII", 9)
    assert cell.fit is None
    assert "9 groups cannot be found in 5 rows" in cell.reason
    assert board.best().components == 1


def test_a_search_without_an_admissible_cell_is_refused():
    rows = np.column_stack([np.arange(20.0), np.arange(20.0)])
    with pytest.raises(core.FitError, match="No model fits"):
        sweep(rows, families=("VVV",), components=[1, 2])


def test_a_cancelled_sweep_keeps_what_was_done_and_marks_the_rest():
    heard = []

    def watch(progress):
        heard.append(progress.done)
        return progress.done < 2

    board = sweep(matrix("faithful"), families=("EEE", "VVV"), components=range(1, 4), watch=watch)
    assert board.cancelled
    assert [cell.fit is not None for cell in board.cells] == [True, True, True, False, False, False]


def test_the_best_model_is_challenged_from_starts_that_were_not_tried():
    rounds, begun = rounds_on("crabs", Search(components=(2,), restarts=3)), []
    cell = (core.family("VVV"), 2)
    solved = rounds.fit_once(cell)

    def noted(components, attempt):
        begun.append(attempt)
        return rounds.first(components, attempt)

    again = replace(rounds, first=noted).challenge(cell, solved)
    assert begun == [3, 4, 5]
    assert again.run.trace[-1] >= solved.run.trace[-1]
    assert again.plan == rounds.search.plan(*cell)
    for search, unchanged in ((Search(restarts=1), cell), (Search(), (core.family("EII"), 1))):
        assert replace(rounds, search=search, first=noted).challenge(unchanged, solved) is solved


def test_few_distinct_families_get_starts_for_the_best_at_each_number():
    column = np.random.default_rng(0).gamma(2.0, size=150)
    search = Search(components=range(1, 8))  # of 14 families, two differ with one column
    problem = pose(as_source(column))
    rounds = Rounds(problem, search, first_moments(problem, search.start, search.seed), unwatched)
    solved = {cell: rounds.fit_once(cell) for cell in search.cells(1)}
    assert {plan.restarts for plan in rounds.plans(solved).values()} == {search.restarts}


@pytest.mark.parametrize(("n", "d"), [(12, 20), (30, 29), (40, 90)])
def test_wide_tables_are_swept_to_the_end_whatever_one_family_makes_of_what_another_found(n, d):
    rng = np.random.default_rng(d)
    rows = rng.normal(size=(n, d)) @ rng.normal(size=(d, d)) * 10.0 ** rng.integers(-3, 4, d)
    rows[:, : d // 4] = np.round(rows[:, : d // 4] > rows[:, : d // 4].mean(axis=0) + rows[:, : d // 4].std(axis=0))
    rows = rows[:, rows.std(axis=0) > 0]
    with suppress(core.FitError):  # not one is sound
        board = core.sweep(rows, families=("EII", "VVI", "EEE", "VVV"), components=(1, 2, 3))
        assert all(cell.fit is not None or cell.reason for cell in board.cells)


def test_a_neighbour_that_a_family_cannot_begin_with_costs_no_cell(monkeypatch):
    def refuse(*_):
        raise core.ChoiceError("This family cannot begin there.")

    rows = np.random.default_rng(0).normal(size=(40, 2))
    search = core.Search(families=("EII", "VVI"), components=(1, 2), restarts=1)
    monkeypatch.setattr(runs, "begun", refuse)
    board = core.sweep(rows, search)
    assert all(cell.fit is not None for cell in board.cells)


def test_whatever_one_cell_is_refused_for_is_its_outcome(monkeypatch):
    def refuse_two(problem, plan):
        if plan.components == 2:
            raise core.DataError("Two are never enough.")

    monkeypatch.setattr(sweeps, "check", refuse_two)
    board = core.sweep(np.random.default_rng(0).normal(size=(40, 2)), families=("EII",), components=(1, 2))
    assert board.cell("EII", 1).fit is not None
    assert board.cell("EII", 2).reason == "Two are never enough."


@pytest.mark.parametrize("part", [{"families": ("EEE",)}, {"components": (1, 2)}, {"seed": 1}])
def test_a_search_and_its_parts_are_never_both_taken(part):
    with pytest.raises(core.CoreError, match="never both"):
        sweep(matrix("faithful"), Search(families=("EII",), components=(1,)), **part)


def test_many_groups_are_found_by_all_families_where_one_finds_them():
    rng = np.random.default_rng(3)
    places = np.array([[x, y] for x in range(6) for y in range(5)]) * 7.0 + rng.uniform(-1, 1, (30, 2))
    rows = np.repeat(places, 60, axis=0) + rng.normal(size=(1_800, 2))
    truth = np.eye(30)[np.repeat(np.arange(30), 60)]
    board = core.sweep(rows, families=("EII", "VII", "EEI", "VVI", "EEE", "VVV"), components=(29, 30, 31))
    assert board.best().components == 30
    for cell in board.cells:
        if cell.components == 30:
            known = core.fit(rows, family=cell.family, components=30, responsibilities=truth)
            assert cell.fit.bic < known.bic + 1
