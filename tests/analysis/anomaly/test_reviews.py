import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.anomaly.reviews import Review, Reviews

ODD, FINE = Review.ODD, Review.FINE
SAID = st.dictionaries(st.integers(0, 50), st.sampled_from(Review))


def test_a_judgement_can_be_given_changed_and_taken_back():
    first = Reviews().changed({7: ODD, 3: FINE})
    assert first.said == ((3, FINE), (7, ODD))
    assert first.changed({7: FINE}).by_row == {3: FINE, 7: FINE}
    assert first.changed({7: None, 99: None}).said == ((3, FINE),)


@given(SAID, st.dictionaries(st.integers(0, 50), st.one_of(st.none(), st.sampled_from(Review))))
def test_changes_made_twice_are_made_once(said, changes):
    once = Reviews.of(said).changed(changes)
    assert once.changed(changes) == once
    assert [row for row, _ in once.said] == sorted(once.by_row)


def test_words_stand_beside_the_rows_they_were_said_of():
    said = Reviews.of({4: ODD, 9: FINE})
    assert said.words(np.array([9, 5, 4])).tolist() == ["fine", None, "really odd"]


def test_the_count_says_how_many_reviewed_rows_are_really_odd():
    nine = dict.fromkeys(range(9), ODD) | dict.fromkeys(range(9, 12), FINE)
    assert Reviews.of(nine).sentence(np.arange(12)) == "Of 12 reviewed rows, 9 are really odd."
    assert Reviews().sentence(np.arange(3)) == "No row is reviewed yet."


def test_the_count_says_which_labels_the_line_misses():
    said = Reviews.of({0: ODD, 1: ODD, 2: FINE})
    assert said.sentence(np.array([0, 2, 5])) == (
        "Of 3 reviewed rows, 2 are really odd; of the 2 among them that are flagged now, 1 is."
        " 1 really odd row is not flagged by this line."
    )
    assert said.sentence(np.array([5])) == (
        "Of 3 reviewed rows, 2 are really odd. 2 really odd rows are not flagged by this line."
    )
