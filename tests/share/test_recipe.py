import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import core
from benchmarks.recipes import outcome, saved_analysis, tampered
from core.analysis.anomaly.reviews import Review, Reviews
from core.share.recipe.codec import written
from core.share.recipe.recipe import VERSION

STORED = Path(__file__).parent / "recipes"
RNG = np.random.default_rng(5)
SIZES = (140, 60)
ROWS = np.concatenate([RNG.normal(m, 1.0, (n, 2)) for m, n in zip((0.0, 9.0), SIZES, strict=True)])


def as_file(rows, names=("width", "height")):
    """Rows as the bytes of a CSV."""
    return pd.DataFrame(rows, columns=names).round(3).to_csv(index=False).encode()


@pytest.fixture(scope="module")
def table():
    return core.read_table(as_file(ROWS))


@pytest.fixture(scope="module")
def saved(table):
    """An analysis with a name for each group, as it was saved."""
    return core.Recipe.of(table, names=("small", "large"), reviews=Reviews.of({4: Review.FINE})).carried_out(table)


@pytest.mark.parametrize(
    "choices",
    [
        {"plan": core.Plan("VVI", 3, start=core.InTurn((core.Lloyd(False), core.RandomRows())))},
        {"plan": core.Plan("VVV", 2, prior=core.ConjugatePrior(0.1, mean=(0.0, 1.0)))},
        {"plan": core.Plan("EEE", 2, bound=core.EigenvalueRatio(10))},
        {"search": core.Search(families=("EEE", "VVV"), components=(1, 2), noise=True)},
        {"policy": core.TopRows(4)},
        {"policy": core.ExpectedFalseAlarms(2)},
        {"preparation": core.Preparation(columns=("a", "é; DROP"), transforms={"a": "log"}, heaps={"a": 0.1})},
        {"reading": core.Reading(codes=("-999",), kinds=[("zip", "text")], turned=False)},
        {"reading": core.Reading(codes=False, blanks=[""])},
        {"names": ("\u202e<b>", "a" * 99), "left_out": (3, 1, 1), "groups": 2, "seed": 2**40},
    ],
    ids=lambda each: " ".join(each),
)
def test_every_choice_comes_back_from_its_json(table, choices):
    recipe = core.Recipe.of(table, **choices)
    again = core.Recipe.from_json(recipe.to_json())
    assert again == recipe
    assert core.Recipe.from_json(again.to_json()).to_json() == again.to_json()


def test_a_replay_from_json_and_file_has_the_same_numbers_to_the_last_bit(table):
    recipe = core.Recipe.of(
        table,
        reading=core.Reading(),
        plan=core.Plan("VVV", 3, restarts=2),
        groups=2,
        policy=core.TopRows(5),
        names=("one", "two"),
        reviews=Reviews.of({7: Review.ODD}),
        left_out=(0, 150),
    )
    first = recipe.replay(table)
    again = core.Recipe.from_json(recipe.with_result(first.answer).to_json())
    found = again.replay(core.read_table(as_file(ROWS), again.reading))
    assert found.same_data
    assert found.is_identical
    assert found.differs == ()
    for one, other in ((first.answer, found.answer),):
        np.testing.assert_array_equal(one.labels, other.labels)
        np.testing.assert_array_equal(one.odd.score, other.odd.score)
        assert (one.fit.bic, one.sentence, one.grouping, one.reviews) == (
            (other.fit.bic, other.sentence, other.grouping, other.reviews)
        )
    assert found.answer.labels[[0, 150]].tolist() == [-1, -1]
    assert not found.answer.took_part[[0, 150]].any()
    assert found.answer.odd.flagged.sum() == 5
    assert found.answer.groups == 2
    assert found.answer.fit.components == 3


def test_without_choices_a_replay_is_the_first_answer(table):
    first, found = core.first_answer(table), core.Recipe.of(table).replay(table).answer
    np.testing.assert_array_equal(first.labels, found.labels)
    np.testing.assert_array_equal(first.odd.score, found.odd.score)
    assert (first.sentence, first.verdict, first.grounds) == (found.sentence, found.verdict, found.grounds)


def test_on_another_file_it_is_fitted_anew_and_told_and_names_go_with_their_rows(saved):
    other = np.concatenate([ROWS[:30], ROWS[140:], ROWS[140:] + 0.1])  # what was the large group is the small one now
    found = core.Recipe.from_json(saved.to_json()).replay(core.read_table(as_file(other)))
    assert not found.same_data
    assert found.answer.grouping.names == ("large", "small")
    assert found.answer.reviews == Reviews()
    said = " ".join(found.differs)
    assert "other data" in said
    assert "reviews of odd rows belong to that file" in said


def test_the_columns_that_a_file_lacks_are_all_named(saved):
    with pytest.raises(core.DataError, match="'width', 'height'"):
        saved.replay(core.read_table(as_file(ROWS, ("a", "b"))))


def test_the_same_file_read_otherwise_is_told_and_loses_what_belongs_to_its_rows(saved):
    found = saved.replay(core.read_table(as_file(ROWS), core.Reading(foot=1)))
    assert not found.same_data
    assert "read otherwise" in found.differs[0]


def test_a_saved_result_places_and_scores_other_rows_as_the_answer_did(table, saved):
    found = core.Recipe.from_json(saved.to_json()).result.labelled(table)
    answer = saved.replay(table).answer
    shares = found.grouping.shares(found.fit.mixture.responsibilities(found.matrix.values))
    np.testing.assert_array_equal(shares.argmax(axis=1), answer.labels)
    np.testing.assert_array_equal(found.odd.score, answer.odd.score)
    np.testing.assert_array_equal(found.odd.flagged, answer.odd.flagged)


def test_a_recipe_says_nothing_of_the_rows_it_was_of(saved):
    found = json.loads(saved.to_json())
    assert "ROWS" not in found
    cells = {each for each in map(repr, ROWS.round(3).ravel().tolist()) if len(each) > 5}
    kept = saved.to_json()
    assert sum(each in kept for each in cells) < len(cells) / 100  # but for what a mean may share by chance


@pytest.mark.parametrize("path", sorted(STORED.glob("*.json")), ids=lambda path: path.stem)
def test_an_analysis_that_an_earlier_engine_saved_opens_and_scores(path):
    recipe = core.Recipe.from_json(path.read_bytes())
    table = core.sample("customers").load()
    found = recipe.result.labelled(table)
    shares = found.grouping.shares(found.fit.mixture.responsibilities(found.matrix.values))
    assert np.bincount(shares.argmax(axis=1)).tolist() == [790, 210]
    assert found.odd.flagged.sum() == 52
    assert recipe.names == ("regular", "=cmd|'/C calc'!A0")
    assert recipe.plan == core.Plan("EEE", 3, restarts=2)
    assert recipe.policy == core.FalseDiscoveryRate(0.1)
    assert dict(recipe.preparation.transforms)["yearly_spend"] == "log"


def test_the_present_version_is_among_the_stored_ones():
    assert (STORED / f"version_{VERSION}.json").exists()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "cut off"),
        (b"\xff\xfe", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[1]", "no record"),
        ("{}", "not saved by Mixture Explorer"),
        ('{"format": "mixture-explorer analysis", "version": 2}', "later version"),
        ('{"format": "mixture-explorer analysis", "version": "1"}', "no version"),
        ('{"format": "mixture-explorer analysis", "version": 1}', "lacks 'data'"),
        ('{"a": 1, "a": 2}', "no JSON"),
        ('{"a": NaN}', "no JSON"),
        (5, "no text"),
    ],
)
def test_what_is_no_recipe_is_refused_in_a_sentence(text, why):
    with pytest.raises(core.ChoiceError, match=why):
        core.Recipe.from_json(text)


@pytest.mark.parametrize(
    ("where", "value", "why"),
    [
        (("plan", "components"), 10**9, "more work"),
        (("plan", "family"), "os.system", "family"),
        (("plan", "start"), {"is": "Popen"}, "is none of"),
        (("left_out",), [10**9], "rows that its table has not"),
        (("result", "fit", "mixture", "weights"), [0.5, 0.4], "no density"),
        (("result", "fit", "mixture", "means"), [[1.0, 2.0], [3.0]], "no table of numbers"),
        (("result", "grouping", "of"), [0, 10**12], "numbered from 0"),
        (("result", "threshold"), "-infinity", "no number"),
        (("surprise",), 1, "not known"),
        (("row_name",), "\ud800", "letters"),
        (("seed",), True, "whole number"),
    ],
    ids=lambda each: ".".join(each) if isinstance(each, tuple) else "",
)
def test_a_recipe_that_was_tampered_with_is_refused_and_says_where(saved, where, value, why):
    planned = dataclasses.replace(saved, plan=core.Plan("VVV", 2))
    tree = json.loads(planned.to_json())
    holder = tree
    for each in where[:-1]:
        holder = holder[each]
    holder[where[-1]] = value
    with pytest.raises(core.ChoiceError, match=why):
        core.Recipe.from_json(json.dumps(tree))


def test_nothing_but_refusals_comes_of_recipes_that_were_tampered_with():
    whole = saved_analysis()
    assert {outcome(tampered(whole, number)) for number in range(300)} == {"refused", "valid"}


def test_a_choice_is_written_with_its_fields_by_name():
    assert json.loads(written(core.TopRows(3))) == {"is": "TopRows", "count": 3}
