"""The doors: whatever is given to a public function, what leaves it is a value or a refusal in a sentence."""

from contextlib import suppress

import numpy as np
import pandas as pd
import pytest

import core

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(30, 2)) + np.repeat([[0.0, 0.0], [6.0, 3.0]], 15, axis=0)
FIT = core.fit(ROWS, components=2, restarts=1)
BLANKS = np.where(RNG.random((30, 2)) < 0.1, np.nan, ROWS)

NO_TABLES = {
    "nothing": None,
    "text": "abc",
    "a number": 5.0,
    "words": ["a", "b"],
    "numbers as text": np.array([["1", "2"], ["3", "4"]]),
    "text among numbers": np.array([["1", 1.0], [2.0, 3.0]], dtype=object),
    "anything": np.array([[object(), 1], [2, 3]], dtype=object),
    "complex": ROWS + 1j,
    "infinite": np.array([[np.inf, 1.0], [2.0, 3.0]]),
    "no rows": pd.DataFrame({"a": [], "b": []}),
    "three axes": np.zeros((2, 2, 2)),
    "days": np.array(["2020-01-01", "2020-01-02"], dtype="M8[D]"),
    "ragged": [[1, 2], [3]],
    "a dictionary": {"a": 1},
    "a frame of words": pd.DataFrame({"a": ["x", "y"], "b": [1, 2]}),
    "blocks of two tables": [np.zeros((2, 2)), np.zeros((2, 3))],
    "words for weights": [(np.ones((2, 2)), ["x", "y"])],
    "a source of words": core.ArraySource(np.array([["a", "b"]])),
}
BEYOND = {
    "too large": ROWS * 1e165,
    "too large, with blanks": BLANKS * 1e165,
    "too small": ROWS * 1e-200,
    "too small, with blanks": BLANKS * 1e-200,
}
NO_NUMBERS = [None, "3", 2.5, np.nan, -1, True, [2], 1j, np.zeros(2)]
WAYS_IN = {
    "fit": lambda X: core.fit(X, components=2, restarts=1),
    "bayes": lambda X: core.bayes(X, core.BayesPlan(2)),
    "effective_components": lambda X: core.effective_components(X, core.BayesPlan(2), seeds=(0,)),
    "sweep": lambda X: core.sweep(X, families=("EII",), components=(1, 2)),
    "k_means": lambda X: core.k_means(X, 2),
    "ladder": lambda X: core.ladder(X, 2),
    "held_out": lambda X: core.held_out(X, core.Search(families=("EII",), components=(1,))),
    "bootstrap_test": lambda X: core.bootstrap_test(X, core.family("EII"), 1, core.Bootstrap(sets=19)),
    "iterate": lambda X: next(core.iterate("VVV", FIT.mixture, X)),
}
SCORES = {
    "anomalies": lambda X: core.anomalies(FIT, X),
    "predict": lambda X: FIT.predict(X),
    "log_density": lambda X: FIT.mixture.log_density(X),
    "responsibilities": lambda X: FIT.mixture.responsibilities(X),
    "fill": lambda X: core.fill(FIT.mixture, X),
    "stability": lambda X: core.stability(FIT, X, draws=2),
    "intervals": lambda X: core.intervals(FIT, X, draws=2),
}


@pytest.mark.parametrize("given", NO_TABLES.values(), ids=NO_TABLES)
@pytest.mark.parametrize("way", (WAYS_IN | SCORES).values(), ids=WAYS_IN | SCORES)
def test_what_is_no_table_of_numbers_is_refused_by_every_way_in(way, given):
    with pytest.raises(core.CoreError) as refusal:
        way(given)
    assert len(str(refusal.value)) > 20


@pytest.mark.parametrize("given", BEYOND.values(), ids=BEYOND)
@pytest.mark.parametrize("way", list(WAYS_IN.values())[:6], ids=list(WAYS_IN)[:6])
def test_numbers_beyond_what_can_be_computed_with_are_refused_as_what_they_are(way, given):
    with pytest.raises(core.CoreError, match=r"too (large|small) to compute with|No model fits"):
        way(given)


@pytest.mark.parametrize("way", SCORES.values(), ids=SCORES)
def test_rows_with_another_number_of_columns_are_refused(way):
    for rows in (
        ROWS[:, :1],
        np.column_stack([ROWS, ROWS]),
        pd.DataFrame({"a": pd.array([1, None, 3], dtype="Int64")}),
    ):
        with pytest.raises(core.DataError, match="columns"):
            way(rows)


def test_rows_far_beyond_a_fit_have_a_density_of_zero_and_no_shares():
    rows = np.array([[1e200, 0.0], [-1e300, 1e300]])
    assert np.isneginf(FIT.mixture.log_density(rows)).all()
    np.testing.assert_array_equal(FIT.mixture.responsibilities(rows), 0.0)


@pytest.mark.parametrize("given", ["abc", ["a"], ROWS + 1j, np.full(30, np.nan), np.full(30, np.inf), -np.ones(30), {}])
@pytest.mark.parametrize("way", ["weights", "responsibilities"])
def test_weights_and_responsibilities_that_mean_nothing_are_refused(way, given):
    for fitted in (core.fit, core.bayes):
        with pytest.raises(core.CoreError):
            fitted(ROWS, core.Plan(components=2) if fitted is core.fit else core.BayesPlan(2), **{way: given})
    if way == "weights":
        with pytest.raises(core.DataError, match="weights"):
            core.k_means(ROWS, 2, weights=given)


@pytest.mark.parametrize("size", [1e-200, 1e200])
def test_row_weights_too_large_or_too_small_are_refused(size):
    with pytest.raises(core.DataError, match="too large or too small"):
        core.fit(ROWS, weights=np.full(30, size))


@pytest.mark.parametrize("given", NO_NUMBERS, ids=repr)
@pytest.mark.parametrize(
    "name", ["components", "restarts", "max_iterations", "seed", "start", "family", "prior", "bound"]
)
def test_choices_that_are_none_are_refused_by_a_plan(name, given):
    if given is None and name in ("prior", "bound"):
        return  # the default
    with pytest.raises(core.ChoiceError):
        core.Plan(**{name: given})


@pytest.mark.parametrize("given", [None, "3", np.nan, -1.0, 0.0, 1j, [2]], ids=repr)
def test_a_tolerance_is_a_positive_number(given):
    for plan in (core.Plan, core.BayesPlan):
        with pytest.raises(core.ChoiceError):
            plan(tolerance=given)


@pytest.mark.parametrize("given", ["3", np.nan, -1, 1j, np.eye(3) + 1j], ids=repr)
def test_priors_bounds_policies_plans_and_searches_refuse_what_they_cannot_take(given):
    makers = (
        core.EigenvalueRatio,
        core.ConjugatePrior,
        core.BayesPlan,
        core.Search,
        core.Quantile,
        core.TopRows,
        core.ExpectedFalseAlarms,
        core.FalseDiscoveryRate,
        lambda some: core.ConjugatePrior(dof=some),
        lambda some: core.fit(ROWS, prior=core.ConjugatePrior(mean=some)),
        lambda some: core.fit(ROWS, prior=core.ConjugatePrior(scale=some)),
        lambda some: core.sweep(ROWS, some),
        lambda some: core.anomalies(FIT, ROWS, some),
        lambda some: core.fit(ROWS, some),
        lambda some: core.bayes(ROWS, some),
        lambda some: core.k_means(ROWS, some),
        lambda some: core.k_means(ROWS, 2, some),
        lambda some: core.k_means(ROWS, 2, restarts=some),
    )
    for make in makers:
        with pytest.raises(core.CoreError):
            make(given)


def test_a_mixture_of_shapes_that_do_not_fit_is_refused():
    for weights, means, covariances in (
        (np.ones(2), np.zeros((1, 2)), np.eye(2)[None]),
        (np.ones(1), np.zeros(2), np.eye(2)[None]),
        (np.ones(1), np.zeros((1, 2)), np.eye(2)),
        ("a", np.zeros((1, 2)), np.eye(2)[None]),
    ):
        with pytest.raises(core.ChoiceError):
            core.Mixture(weights, means, covariances)


def test_columns_and_numbers_of_rows_that_a_mixture_does_not_have_are_refused():
    rng = np.random.default_rng(0)
    refused = (
        lambda: FIT.mixture.marginal([2]),
        lambda: FIT.mixture.marginal([0, 0]),
        lambda: FIT.mixture.marginal("a"),
        lambda: FIT.mixture.conditional([0], ["x"]),
        lambda: FIT.mixture.conditional([0], [1.0, 2.0]),
        lambda: FIT.mixture.conditional([-1], [1.0]),
        lambda: FIT.mixture.sample(-1, rng),
        lambda: FIT.mixture.sample(2.5, rng),
        lambda: FIT.mixture.sample(3, None),
    )
    for each in refused:
        with pytest.raises(core.CoreError):
            each()


def test_steps_of_em_refuse_what_does_not_fit_together():
    refused = (
        lambda: core.moments(ROWS, np.ones((29, 1))),
        lambda: core.moments(ROWS, "a"),
        lambda: core.moments(ROWS[:, 0], np.ones((30, 1))),
        lambda: core.moments(np.where(ROWS > 7, np.inf, ROWS), np.ones((30, 1))),
        lambda: core.moments(ROWS, np.ones((30, 1)), np.ones(29)),
        lambda: core.m_step("VVV", ROWS),
        lambda: core.m_step("XYZ", core.moments(ROWS, np.ones((30, 1)))),
        lambda: next(core.iterate("VVV", FIT.mixture, ROWS[:, :1])),
        lambda: next(core.iterate("VVV", FIT, ROWS)),
    )
    for each in refused:
        with pytest.raises(core.CoreError):
            each()


def test_masked_cells_and_blanks_of_pandas_are_blanks():
    frame = pd.DataFrame({"a": pd.array([1, None, 3], dtype="Int64"), "b": pd.array([0.5, 1.5, None], dtype="Float64")})
    masked = np.ma.masked_array([[1, 0.5], [9, 1.5], [3, 9]], mask=[[0, 0], [1, 0], [0, 1]])
    wanted = np.array([[1, 0.5], [np.nan, 1.5], [3, np.nan]])
    for rows in (frame, masked):
        np.testing.assert_array_equal(core.as_source(rows).values, wanted)


def test_a_column_of_tiny_numbers_that_differ_is_not_called_constant():
    rows = np.column_stack([ROWS[:, 0], ROWS[:, 1] * 1e-160])
    with pytest.raises(core.FitError, match="column 2 are too small"):
        core.fit(rows, components=2)
    with pytest.raises(core.FitError, match="Column 2 has the same value"):
        core.fit(np.column_stack([ROWS[:, 0], np.full(30, 1e-160)]), components=2)


FRAME = pd.DataFrame(ROWS, columns=["a", "b"])
TABLE = core.sample("iris").load()
MATRIX = core.prepare(FRAME)
FITTED = core.fit(MATRIX, components=2, restarts=1)
ODD = core.anomalies(FITTED, MATRIX)
LABELS = np.repeat([0, 1], 15)
SHARES, DENSITY = FITTED.mixture.responsibilities(MATRIX.values), FITTED.mixture.log_density(MATRIX.values)
CSV = b"a,b\n1,2\n3,4\n"
HOSTILE = {
    "nothing": None,
    "text": "abc",
    "bytes": b"\0\1",
    "a number": 2.5,
    "no number": np.nan,
    "negative": -1,
    "yes": True,
    "complex": 1j,
    "an empty list": [],
    "words": ["x", "y"],
    "a dictionary": {"z": 1},
    "a set": {1, 2},
    "no cells": np.empty(0),
    "no rows": np.empty((0, 2)),
    "blanks": np.full((30, 2), np.nan),
    "infinite rows": np.full((30, 2), np.inf),
    "negative rows": -np.ones((30, 2)),
    "complex rows": ROWS + 1j,
    "three axes": np.zeros((2, 2, 2)),
    "an empty frame": pd.DataFrame(),
    "a frame of words": pd.DataFrame({"a": ["x", "y"]}),
}
DOORS = {
    "read_table": core.read_table,
    "read_table's reading": lambda it: core.read_table(CSV, it),
    "read_table's limits": lambda it: core.read_table(CSV, limits=it),
    "prepare": core.prepare,
    "prepare's preparation": lambda it: core.prepare(FRAME, it),
    "columns": lambda it: core.prepare(FRAME, core.Preparation(columns=it)),
    "scale": lambda it: core.Preparation(scale=it),
    "blanks": lambda it: core.Preparation(blanks=it),
    "transforms": lambda it: core.prepare(FRAME, core.Preparation(transforms=it)),
    "a transform": lambda it: core.Preparation(transforms=(("a", it),)),
    "a transformed column": lambda it: core.Preparation(transforms=((it, "log"),)),
    "encode": lambda it: core.prepare(FRAME, core.Preparation(encode=it)),
    "weight": lambda it: core.prepare(FRAME, core.Preparation(weight=it)),
    "row_name": lambda it: core.prepare(FRAME, core.Preparation(row_name=it)),
    "first_answer": core.first_answer,
    "first_answer's seed": lambda it: core.first_answer(MATRIX, it),
    "default_columns": core.default_columns,
    "toy": core.toy,
    "toy's points": lambda it: core.toy("round", it),
    "toy's seed": lambda it: core.toy("round", 30, it),
    "sample": core.sample,
    "merging": lambda it: core.merging(it, MATRIX),
    "merging's rows": lambda it: core.merging(FITTED, it),
    "what_if": lambda it: core.what_if(it, MATRIX.transform, {"a": 0.0}),
    "what_if's transform": lambda it: core.what_if(FITTED.mixture, it, {"a": 0.0}),
    "what_if's columns": lambda it: core.what_if(FITTED.mixture, MATRIX.transform, it),
    "what_if's value": lambda it: core.what_if(FITTED.mixture, MATRIX.transform, {"a": it}),
    "examples": lambda it: core.examples(it, SHARES, 0),
    "examples' shares": lambda it: core.examples(DENSITY, it, 0),
    "examples' group": lambda it: core.examples(DENSITY, SHARES, it),
    "examples' number": lambda it: core.examples(DENSITY, SHARES, 0, it),
    "classify": core.classify,
    "Drawing": core.Drawing,
    "Drawing's seed": lambda it: core.Drawing(5, seed=it),
    "synthetic_values": lambda it: core.synthetic_values(it, MATRIX, core.Drawing(5)),
    "synthetic_values' matrix": lambda it: core.synthetic_values(FITTED.mixture, it, core.Drawing(5)),
    "synthetic_values' drawing": lambda it: core.synthetic_values(FITTED.mixture, MATRIX, it),
    "synthetic_frame": lambda it: core.synthetic_frame(it, MATRIX, TABLE),
    "synthetic_frame's matrix": lambda it: core.synthetic_frame(ROWS, it, TABLE),
    "synthetic_frame's table": lambda it: core.synthetic_frame(ROWS, MATRIX, it),
    "likeness": lambda it: core.likeness(it, ROWS, ("a", "b")),
    "likeness' other rows": lambda it: core.likeness(ROWS, it, ("a", "b")),
    "likeness' names": lambda it: core.likeness(ROWS, ROWS, it),
    "agreement": lambda it: core.agreement(it, LABELS),
    "agreement's second": lambda it: core.agreement(LABELS, it),
    "agreement's uncertainty": lambda it: core.agreement(LABELS, LABELS, it),
    "association": core.association,
    "crosstab": lambda it: core.crosstab(it, FRAME["a"], 2),
    "crosstab's column": lambda it: core.crosstab(LABELS, it, 2),
    "crosstab's groups": lambda it: core.crosstab(LABELS, FRAME["a"], it),
    "anomalies": lambda it: core.anomalies(it, ROWS),
    "anomalies' policy": lambda it: core.anomalies(FITTED, ROWS, it),
    "anomalies' seed": lambda it: core.anomalies(FITTED, ROWS, seed=it),
    "TopRows": lambda it: core.anomalies(FITTED, ROWS, core.TopRows(it)),
    "Quantile": lambda it: core.anomalies(FITTED, ROWS, core.Quantile(it)),
    "ExpectedFalseAlarms": lambda it: core.anomalies(FITTED, ROWS, core.ExpectedFalseAlarms(it)),
    "FalseDiscoveryRate": lambda it: core.anomalies(FITTED, ROWS, core.FalseDiscoveryRate(it)),
    "score_rows": lambda it: core.score_rows(it, MATRIX, ODD, TABLE),
    "score_rows' matrix": lambda it: core.score_rows(FITTED, it, ODD, TABLE),
    "score_rows' odd rows": lambda it: core.score_rows(FITTED, MATRIX, it, TABLE),
    "score_rows' table": lambda it: core.score_rows(FITTED, MATRIX, ODD, it),
    "score_rows' grouping": lambda it: core.score_rows(FITTED, MATRIX, ODD, TABLE, it),
    "fill": lambda it: core.fill(it, ROWS),
    "fill's rows": lambda it: core.fill(FITTED.mixture, it),
    "bayes' plan": lambda it: core.bayes(ROWS, it),
    "bayes' components": lambda it: core.bayes(ROWS, core.BayesPlan(it)),
    "effective_components' plan": lambda it: core.effective_components(ROWS, it, seeds=(0,)),
    "effective_components' seeds": lambda it: core.effective_components(ROWS, core.BayesPlan(2), seeds=it),
    "effective_components' seed": lambda it: core.effective_components(ROWS, core.BayesPlan(2), seeds=(it,)),
    "k_means' groups": lambda it: core.k_means(ROWS, it),
    "stability": lambda it: core.stability(it, ROWS, draws=2),
    "stability's draws": lambda it: core.stability(FITTED, ROWS, draws=it),
    "intervals": lambda it: core.intervals(it, ROWS, draws=2),
    "held_out's search": lambda it: core.held_out(ROWS, 0 if it is None else it),
    "Folds": core.Folds,
    "bootstrap_test": lambda it: core.bootstrap_test(ROWS, core.family("EII"), 1, 0 if it is None else it),
    "Bootstrap": core.Bootstrap,
}


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)
def test_every_door_gives_a_value_or_a_refusal_whatever_it_is_given(door):
    for given in HOSTILE.values():
        with suppress(core.CoreError):
            door(given)
    with pytest.raises(core.CoreError) as refusal:
        door(object())
    assert len(str(refusal.value)) > 20


def test_an_open_file_that_cannot_be_read_is_refused(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(CSV)
    with path.open("rb") as file:
        assert core.read_table(file).n_rows == 2
    with pytest.raises(core.ReadError, match="cannot be read"):
        core.read_table(file)


SWITCHES = ("noise", "accelerate", "frequency")
WRONG_CALLS = {
    **{
        f"Plan({name}={value!r})": (lambda n=name, v=value: core.Plan(**{n: v}))
        for name in SWITCHES
        for value in (None, 1, "a")
    },
    "rows of a buffer": lambda: core.fit(memoryview(np.array([["a", "b"]])), components=1),
    "a watch that is none": lambda: core.fit(ROWS, components=1, watch=1.5),
    "a watch of an array": lambda: core.bayes(ROWS, core.BayesPlan(2), watch=ROWS),
    "a map that is none": lambda: core.fit(ROWS, components=1, over=0),
    "a sweep's map that is none": lambda: core.sweep(ROWS, families=("EII",), over=0),
    "a sweep's watch that is none": lambda: core.sweep(ROWS, families=("EII",), watch=ROWS),
    "a seed of rows": lambda: core.sweep(ROWS, families=("EII",), seed=ROWS),
    "a concentration in words": lambda: core.Dirichlet("3"),
    "a concentration of many": lambda: core.DirichletProcess([]),
    "folds in words": lambda: core.CrossFitted("3"),
    "no folds": lambda: core.CrossFitted(None),
    "profiles of numbers": lambda: core.profiles(0, 0, 0, 0),
    "detectors of numbers": lambda: core.ask_detectors(0, 0),
}


@pytest.mark.parametrize("call", WRONG_CALLS.values(), ids=WRONG_CALLS)
def test_what_is_of_the_wrong_kind_is_refused_in_a_sentence(call):
    with pytest.raises(core.CoreError, match=r"\.$"):
        call()


def test_a_buffer_of_numbers_is_rows():
    assert core.fit(memoryview(ROWS), components=1, family="EII").bic == core.fit(ROWS, components=1, family="EII").bic
