"""What help() tells of the public names: every field, and an example that runs."""

import doctest
import re
from dataclasses import fields, is_dataclass
from functools import cache
from inspect import getdoc, isclass, isroutine

import numpy as np
import pytest

import core

DESCRIBED = [name for name in core.__all__ if isclass(getattr(core, name)) or isroutine(getattr(core, name))]
DATACLASSES = [name for name in DESCRIBED if isclass(getattr(core, name)) and is_dataclass(getattr(core, name))]
NAMES = {"core": core, "np": np}


def described_fields(name):
    """The names in the Attributes section of a docstring of which something is said, in their order."""
    section = re.search(r"^Attributes:\n((?:    .*\n|\n)+)", getdoc(getattr(core, name)) + "\n", re.MULTILINE)
    return re.findall(r"^    (\w+): .+$", section[1], re.MULTILINE) if section else []


@cache
def examples(name):
    """The doctests of a public object, by whose docstring they stand in: its own, and those of its methods."""
    return {each.name: each for each in doctest.DocTestFinder().find(getattr(core, name), name, globs=NAMES)}


def test_functions_and_classes_are_most_of_the_public_names():
    assert set(core.__all__) - set(DESCRIBED) == {"FAMILIES", "SAMPLES", "TOYS"}


@pytest.mark.parametrize("name", DATACLASSES)
def test_the_docstring_says_of_every_field_what_it_is_and_of_nothing_else(name):
    assert described_fields(name) == [each.name for each in fields(getattr(core, name))]


@pytest.mark.parametrize("name", DESCRIBED)
def test_the_docstring_has_an_example_in_its_last_section(name):
    assert examples(name)[name].examples
    assert all(line.startswith("    ") for line in getdoc(getattr(core, name)).split("\nExamples:\n")[1].splitlines())


@pytest.mark.parametrize("name", DESCRIBED)
def test_the_example_runs_as_it_stands(name):
    said, runner = [], doctest.DocTestRunner(verbose=False)
    for each in examples(name).values():
        runner.run(each, out=said.append)
    assert not said, "".join(said)
