"""Everything can be told apart and read, on white and on black."""

import re
from itertools import combinations

import numpy as np
import pytest

from core.charts import theme

BACKGROUNDS = ("#FFFFFF", "#0E1117", "#171614")


def contrast(one, other):
    light, dark = sorted((theme.luminance(theme.ramped([c, c], 0.0)) for c in (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def oklab(colour):
    """Ottosson 2020."""
    linear = np.array(
        [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in theme.ramped([colour] * 2, 0)]
    )
    to_cones = np.array([
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ])  # fmt: skip
    to_lab = np.array([
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ])  # fmt: skip
    return to_lab @ np.cbrt(to_cones @ linear)


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colour", [*theme.GROUPS, theme.ACCENT, theme.GREY])
def test_every_mark_stands_out_on_light_and_dark(colour):
    assert all(contrast(colour, background) >= 3 for background in BACKGROUNDS)


@pytest.mark.parametrize("tints", [theme.TINTS_LIGHT, theme.TINTS_DARK])
def test_a_mark_stands_out_on_the_tint_of_its_own_region(tints):
    for colour, tint in zip(theme.GROUPS, tints, strict=True):
        assert min(contrast(each, tint) for each in (colour, theme.ACCENT, theme.GREY)) >= 3


@pytest.mark.parametrize("ink", [theme.INK, theme.SOFT_INK])
def test_text_reaches_the_contrast_of_text_on_its_own_side(ink):
    on_dark, on_light = re.findall(r"#[0-9A-F]{6}", str(ink))
    assert min(contrast(on_dark, background) for background in BACKGROUNDS[1:]) >= 4.5
    assert contrast(on_light, BACKGROUNDS[0]) >= 4.5


@pytest.mark.parametrize("ramp", [theme.SEQUENTIAL, theme.SEQUENTIAL[::-1], theme.DIVERGING])
def test_numbers_on_cells_are_readable_at_every_shade(ramp):
    for at in np.linspace(0, 1, 201):
        cell = "#" + "".join(f"{round(255 * c):02X}" for c in theme.ramped(ramp, at))
        assert contrast(cell, theme.text_on(ramp, at)) >= 4.5


def test_the_first_42_groups_look_different():
    looks = {(theme.colour(slot), theme.shape(slot)) for slot in range(42)}
    assert len(looks) == 42


def test_the_accent_is_no_groups_colour_nor_shape():
    assert theme.ACCENT_SHAPE not in theme.SHAPES
    assert theme.CENTRE_SHAPE not in theme.SHAPES
    assert all(np.linalg.norm(oklab(theme.ACCENT) - oklab(colour)) >= 0.15 for colour in theme.GROUPS)


def test_no_two_groups_are_nearly_one_colour():
    assert all(np.linalg.norm(oklab(a) - oklab(b)) >= 0.09 for a, b in combinations((*theme.GROUPS, theme.GREY), 2))


def test_regions_that_enclose_one_another_have_fills_of_their_own_on_either_background():
    fills = [each.to_dict()["expr"] for each in theme.enclosing(3)]
    colours = [re.findall("#[0-9A-F]{6}", each) for each in fills]
    assert all(set(each) <= set(theme.SEQUENTIAL) for each in colours)
    for side in zip(*colours, strict=True):
        assert len(set(side)) == 3
