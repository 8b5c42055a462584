import pytest

from core.analysis.groups.grouping import LONGEST_NAME, Grouping

THREE = Grouping.apart(3)


def test_groups_go_by_their_numbers_until_they_are_named():
    assert THREE.names == ("Group 1", "Group 2", "Group 3")
    assert THREE.labels == ("1", "2", "3")
    assert not THREE.is_named


def test_names_that_are_given_stand_for_the_numbers_and_an_empty_one_gives_the_number_back():
    named = THREE.called(["", "  small   cars ", ""])
    assert named.names == ("Group 1", "small cars", "Group 3")
    assert named.labels == ("1", "small cars", "3")
    assert named.is_named
    assert not named.called(["", ""]).is_named


@pytest.mark.parametrize("given", [("x", "x", "x"), ("Group 2", "", "Group 2"), ("a" * 500, "a" * 499, "")])
def test_names_are_unique_and_short_enough_for_a_key(given):
    names = THREE.called(given).names
    assert len(set(names)) == 3
    assert max(map(len, names)) <= LONGEST_NAME + len(" (2)")


def test_a_name_is_one_line_of_what_shows_and_no_name_of_what_is_no_group():
    names = THREE.called(["a\x00b\u202ec\u200b", "Noise", "\u200b"]).names
    assert names == ("a b c", "Noise (2)", "Group 3")


@pytest.mark.parametrize("given", [("Group A", "A", ""), ("2", "", "")])
def test_labels_are_unique_too(given):
    assert len(set(THREE.called(given).labels)) == 3


def test_names_beyond_the_groups_are_passed_over():
    assert Grouping.together(((0, 2), (1,))).called(["a", "b", "c"]).names == ("a", "b")


def test_some_groups_are_told_in_words():
    assert THREE.in_words([1]) == "Group 2"
    assert THREE.in_words([0, 2]) == "Groups 1 and 3"
    assert THREE.called(["few"]).in_words([0, 2]) == "few and Group 3"


def test_names_change_nothing_but_names():
    named = THREE.called(["few"])
    assert (named.of, named.parts, named.merges) == (THREE.of, THREE.parts, THREE.merges)
