"""Names of core that scripts rely on."""

import pytest

import core


@pytest.mark.parametrize(("earlier", "present"), core.EARLIER.items())
def test_an_earlier_spelling_is_the_same_thing_and_is_no_longer_listed(earlier, present):
    assert getattr(core, earlier) is getattr(core, present)
    assert earlier not in core.__all__
    assert earlier not in dir(core)


def test_a_name_that_never_was_is_no_attribute():
    with pytest.raises(AttributeError):
        core.certainty  # noqa: B018
