"""Mosaics of categories: what a tile's edges say, what is summed up, and that names stay text."""

import json
import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import vl_convert

import core
from core.charts import theme
from core.charts.groups.mosaic import MOST_LEVELS, mosaic_by_category, mosaic_by_group
from core.charts.scene import Scene
from tests.charts.conftest import HOSTILE


def scene_of(levels=12, groups=6, n=1_200, seed=0):
    """Groups that a number tells apart, a column of hostile levels and one of five plain ones; some cells are blank."""
    rng = np.random.default_rng(seed)
    group = np.arange(n) % groups
    names = [*HOSTILE, *(f"level {at}" for at in range(levels))][:levels]
    said = rng.choice(levels, n, p=rng.dirichlet(np.ones(levels)))
    said[:levels] = np.arange(levels)
    frame = pd.DataFrame({"hours": rng.normal(8 * group, 1), HOSTILE[3]: [names[at] for at in said]})
    frame["how often"] = np.array(list("abcde"), dtype=object)[(said + rng.integers(2, size=n)) % 5]
    frame.loc[rng.random(n) < 0.1, "how often"] = None
    matrix = core.prepare(frame, core.Preparation(columns=("hours",), categories=tuple(frame)[1:]))
    fit = core.fit(matrix, core.Plan("EII", groups), responsibilities=np.eye(groups)[group])
    return Scene(matrix, fit, tuple(range(groups)))


@pytest.fixture(scope="module")
def hard():
    return scene_of()


def pictures(scene):
    return [mosaic_by_group(scene, 0), mosaic_by_category(scene, 0, 1), mosaic_by_category(scene, 1, 0)]


def tiles_of(chart):
    (rows,) = chart.to_dict()["datasets"].values()
    return pd.DataFrame(rows)


def test_a_tile_is_as_large_as_its_share_of_the_rows_and_all_fill_the_square(hard):
    for chart in pictures(hard):
        tiles = tiles_of(chart)
        area = (tiles["x1"] - tiles["x0"]) * (tiles["y1"] - tiles["y0"])
        assert np.allclose(area, tiles["rows"] / tiles["rows"].sum())
        assert area.sum() == pytest.approx(1.0)


def test_by_group_each_row_of_the_table_counts_in_its_level_and_group(hard):
    tiles = tiles_of(mosaic_by_group(hard, 1))
    codes, labels = hard.matrix.codes[:, 1], hard.labels
    for tile in tiles.itertuples():
        assert tile.rows == ((codes == tile.level) & (labels == tile.part)).sum()


def test_levels_beyond_twelve_are_summed_up():
    tiles = tiles_of(mosaic_by_group(scene_of(levels=30, groups=2), 0))
    assert tiles["level"].nunique() == MOST_LEVELS
    assert tiles["name"].iloc[-1] == "19 other levels"
    assert tiles["rows"].sum() == 1_200


def test_tiles_that_attract_each_other_are_green_and_others_brown(hard):
    tiles = tiles_of(mosaic_by_category(hard, 0, 1))
    seen = np.zeros((12, 5))
    seen[tiles["level"], tiles["part"]] = tiles["rows"]
    expected = np.outer(seen.sum(axis=1), seen.sum(axis=0)) / seen.sum()
    excess = ((seen - expected) / np.sqrt(expected))[tiles["level"], tiles["part"]]
    assert np.allclose(tiles["excess"], excess)


@pytest.mark.parametrize("width", [300, 700])
def test_names_stay_text_and_colours_are_the_themes(hard, width):
    known = {*theme.GROUPS, theme.GREY, *theme.DIVERGING, "#0E1117", "#FFFFFF", "#262730", "#FAFAFA"}
    known |= set(re.findall("#.{6}", str(theme.SOFT_INK)))
    for chart in pictures(hard):
        spec = chart.to_dict()
        assert spec["width"] == "container"
        assert set(re.findall(r"#[0-9A-Fa-f]{6}", json.dumps(spec))) <= known
        svg = vl_convert.vegalite_to_svg({**spec, "width": width})
        assert svg.count('aria-roledescription="rect mark"') == len(tiles_of(chart))
        assert "<img" not in svg
        assert len(tiles_of(chart)) > 20


def test_one_group_and_columns_without_a_common_row_break_no_mosaic():
    one = scene_of(levels=3, groups=1, n=60)
    assert "3 levels, 1 part" in mosaic_by_group(one, 0).description
    codes = one.matrix.codes.copy()
    codes[::2, 0], codes[1::2, 1] = -1, -1
    apart = replace(one, matrix=replace(one.matrix, codes=codes))
    assert "No row has a level in both" in mosaic_by_category(apart, 0, 1).description
