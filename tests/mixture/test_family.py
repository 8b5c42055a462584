import json
from pathlib import Path

import pytest

from core.errors import ChoiceError
from core.mixture.family import FAMILIES, Axis, Family, family

REFERENCE = Path(__file__).parents[1] / "reference"
COUNTS = json.loads((REFERENCE / "nmclustparams.json").read_text())


def test_the_filtered_product_of_the_axes_is_mclusts_14_models_in_its_order():
    assert " ".join(each.name for each in FAMILIES) == "EII VII EEI VEI EVI VVI EEE VEE EVE VVE EEV VEV EVV VVV"


def test_all_176_parameter_counts_are_mclusts():
    assert len(COUNTS) == 176
    for row in COUNTS:
        assert family(row["model"]).n_parameters(row["G"], row["d"]) == row["npar"], row


@pytest.mark.parametrize(("alias", "name"), [("full", "VVV"), ("tied", "EEE"), ("diag", "VVI"), ("spherical", "VII")])
def test_scikit_learns_names_are_aliases(alias, name):
    assert family(alias) == family(name)


def test_an_unknown_name_is_refused_with_the_names_there_are():
    with pytest.raises(ChoiceError, match=r"no covariance family 'QQQ'.*EII.*VVV"):
        family("QQQ")


def test_an_orientation_without_a_shape_is_no_family():
    with pytest.raises(ChoiceError):
        Family(Axis.EQUAL, Axis.IDENTITY, Axis.VARIABLE)


@pytest.mark.parametrize("each", FAMILIES, ids=lambda f: f.name)
@pytest.mark.parametrize(("components", "features"), [(1, 1), (1, 4), (3, 1), (3, 4), (3, 0)])
def test_the_reduced_family_counts_the_same_parameters(each, components, features):
    simplest = each.reduced(components, features)
    assert simplest.n_parameters(components, features) == each.n_parameters(components, features)
    assert each.contains(simplest) or features <= 1


def test_there_are_two_distinct_families_of_one_column_three_of_one_component_and_one_without_columns():
    assert {each.reduced(3, 0).name for each in FAMILIES} == {"EII"}
    assert {each.reduced(3, 1).name for each in FAMILIES} == {"EII", "VII"}
    assert {each.reduced(1, 4).name for each in FAMILIES} == {"EII", "EEI", "EEE"}


@pytest.mark.parametrize("free", FAMILIES, ids=lambda f: f.name)
@pytest.mark.parametrize("bound", FAMILIES, ids=lambda f: f.name)
def test_a_family_that_contains_another_has_at_least_its_parameters(free, bound):
    if free.contains(bound):
        assert free.n_parameters(4, 5) >= bound.n_parameters(4, 5)
