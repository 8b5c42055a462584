"""What holds for every picture, whatever is drawn in it."""

import html
import json
import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest
import vl_convert

from core.analysis.anomaly.detectors import ask_detectors, compare_detectors
from core.analysis.anomaly.reasons import reasons
from core.analysis.density.synthetic import Drawing, synthetic_values
from core.analysis.density.what_if import what_if
from core.analysis.groups.identity import cluster_slots
from core.analysis.groups.merging import merging
from core.analysis.groups.profile import profiles
from core.analysis.kmeans_or_mixture.compare import agreement, crosstab
from core.analysis.kmeans_or_mixture.ladder import ladder
from core.analysis.new_rows import score_rows
from core.analysis.selection.effective import effective_components
from core.analysis.selection.held_out import held_out
from core.analysis.selection.sweep import sweep
from core.analysis.uncertainty.intervals import intervals
from core.charts import theme
from core.charts.anomaly.detectors import rank_scatter
from core.charts.anomaly.odd_rows import odd_scatter, score_histogram
from core.charts.anomaly.reasons import reason_bars
from core.charts.density.joint import joint_density, real_and_synthetic
from core.charts.density.marginal import marginal_density
from core.charts.density.what_if import what_if_density
from core.charts.drift import drift_ranges, group_shares
from core.charts.groups.first_picture import first_picture
from core.charts.groups.merging import entropy_plot
from core.charts.groups.profile_map import profile_map
from core.charts.groups.side_by_side import cluster_names, cluster_order, side_by_side
from core.charts.groups.tables import agreement_table, category_table, column_ranges
from core.charts.kmeans_or_mixture.elbow import calinski_harabasz, davies_bouldin, elbow, silhouette
from core.charts.kmeans_or_mixture.ladder import ladder_chart
from core.charts.selection.cell_map import cell_map
from core.charts.selection.curves import criterion_curves
from core.charts.selection.effective import weights_by_start
from core.charts.selection.held_out import held_out_curves
from core.charts.uncertainty.intervals import mean_intervals
from core.data.columns import profile
from core.kmeans import k_means, k_means_curve
from core.mixture.bayes.variational import BayesPlan

SCENES = (
    *("plain", "hostile", "same but plain", "one column", "one group", "dates"),
    *("merged", "merged into one", "many groups", "nothing odd", "logarithmic", "many rows"),
)
PICTURES = (
    *("first", "reasons", "k_means", "mixture", "density", "scores", "odd", "joint", "what_if", "synthetic"),
    *("agreement", "category", "profiles", "ranges", "detectors", "drift", "shares"),
)
NOT_OF_ODD_ROWS = ("agreement", "category", "profiles", "ranges", "joint", "what_if", "synthetic", "shares", "drift")
pytestmark = pytest.mark.xdist_group("gallery")  # drawn once, in one process
DARK = {"background": "#0E1117"}


def moved_table(scene):
    """The rows of a scene under the same names, the first column moved."""
    raw = scene.matrix.raw.copy()
    raw[:, 0] *= 1.2
    moved = pd.DataFrame(raw, columns=scene.features)
    for at in scene.matrix.transform.dates:
        moved.isetitem(at, pd.to_datetime(raw[:, at], unit="D"))
    return profile(moved, originals=scene.features)


def pictures(scene):
    parts = k_means(scene.matrix, scene.groups, restarts=1)
    own = cluster_slots(scene.labels, scene.slots, parts.labels, parts.components)
    category = pd.Series([f"kind {row % 13}" for row in range(len(scene.raw))])
    dates = [scene.features[at] for at in scene.matrix.transform.dates]
    found = profiles(scene.raw, scene.labels, scene.groups, scene.features, dates)
    drawn = {
        "first": first_picture(scene),
        "density": marginal_density(scene),
        "scores": score_histogram(scene, scene.odd),
        "agreement": agreement_table(
            agreement(scene.labels, parts.labels),
            scene.names,
            cluster_names(scene, parts, own),
            cluster_order(scene.slots, own),
        ),
        "category": category_table(crosstab(scene.labels, category, scene.groups), "a.b[0]", scene.names),
        "profiles": profile_map(found, scene.names),
        "ranges": column_ranges(found, 0, scene.slots, scene.names),
    }
    if scene.flagged.any():
        why = reasons(scene.fit, scene.matrix, scene.odd.ranking[:5])
        drawn["reasons"] = reason_bars(why, 0, scene.names_of(why.rows)[0])
    new_rows = score_rows(scene.fit, scene.matrix, scene.odd, moved_table(scene))
    drawn["drift"] = drift_ranges(scene.matrix, new_rows)
    drawn["shares"] = group_shares(new_rows, tuple(range(scene.fit.components)))
    others = compare_detectors(scene.odd, ask_detectors(scene.odd.scored, scene.matrix))
    drawn["detectors"] = rank_scatter(others, others.opinions[0], scene.names_of(others.rows))
    if len(scene.features) > 1:
        drawn["k_means"], drawn["mixture"] = side_by_side(scene, parts, own, regions=True, uncertainty=True)
        drawn["odd"] = odd_scatter(scene)
        drawn["joint"] = joint_density(scene)
        asked = 0 if scene.matrix.transform.dates else 1
        supposed = {scene.features[1 - asked]: float(scene.raw[0, 1 - asked])}
        drawn["what_if"] = what_if_density(scene, what_if(scene.fit.mixture, scene.matrix.transform, supposed), asked)
        made = synthetic_values(scene.fit.mixture, scene.matrix, Drawing(300))
        drawn["synthetic"] = real_and_synthetic(scene, made, (0, 1), "300 synthetic rows beside the real ones")
    return drawn


@pytest.fixture(scope="module")
def gallery(scenes):
    shown = {f"{name}: {which}": chart for name in SCENES for which, chart in pictures(scenes[name]).items()}
    X = scenes["plain"].matrix
    board = sweep(X, families=["EII", "VVI"], components=[1, 2, 3])
    curve = k_means_curve(X, range(1, 6))
    shown |= {
        "search: curves": criterion_curves(board, criteria=("bic", "aic"), chosen=("EII", 2)),
        "search: map": cell_map(board, chosen=("EII", 2)),
        "search: held out": held_out_curves(held_out(X, board.search)),
        "search: merging": entropy_plot(merging(board.cell("VVI", 3).fit, X)),
        "search: ladder": ladder_chart(ladder(X, 3)),
        "search: elbow": elbow(curve, chosen=2),
        "search: Bayesian": weights_by_start(effective_components(X, BayesPlan(5, max_iterations=20), seeds=range(3))),
        "search: spread": calinski_harabasz(curve, chosen=4),
        "search: intervals": mean_intervals(intervals(board.cell("VVI", 3).fit, X, draws=20), 1, list("abc"), range(3)),
        "search: worst": davies_bouldin(curve, chosen=2),
        "search: silhouette": silhouette(curve, chosen=4),
    }
    return {name: chart.to_dict() for name, chart in shown.items()}


def nodes(spec):
    """Every object in a specification, its data left out."""
    if isinstance(spec, dict):
        yield spec
        for key, value in spec.items():
            if key != "datasets":
                yield from nodes(value)
    elif isinstance(spec, list):
        for value in spec:
            yield from nodes(value)


def words_of(spec):
    """All that a title may say: its wrappings joined to one line each."""
    arrays = re.findall(r"\[('.*?')\]", spec["title"]["text"]["expr"])
    return {" ".join(json.loads('"' + part + '"') for part in re.findall(r"'(.*?)'", array)) for array in arrays}


def marks_in(svg):
    """How many marks of each kind were drawn."""
    return Counter(re.findall(r'role="graphics-symbol" aria-roledescription="([^"]*)"', svg))


def drawn_at(spec, width, config=None):
    sized = {**spec, "width": width, "autosize": {"type": "fit", "contains": "padding"}}
    sized["config"] = {**sized.get("config", {}), **(config or {})}
    return vl_convert.vegalite_to_svg(sized)


def test_every_chart_says_what_to_see_and_how_to_read_it(gallery):
    for name, spec in gallery.items():
        said = {" ".join(each.split()) for each in words_of(spec)}
        assert len(said) == 1, name
        (title,) = said
        assert len(title) > 10, name
        assert title[:20] in " ".join(spec["description"].split()), name
        assert spec["title"]["subtitle"], name
        assert max(len(line) for line in spec["title"]["subtitle"]) <= 52, name


def test_every_chart_is_as_wide_as_its_container_and_sets_no_background(gallery):
    for name, spec in gallery.items():
        assert spec["width"] == "container", name
        assert 200 <= spec["height"] <= 900, name
        assert "background" not in spec, name
        assert "background" not in spec["config"], name


def test_no_field_bears_a_columns_name(gallery):
    for name, spec in gallery.items():
        fields = {node["field"] for node in nodes(spec) if isinstance(node.get("field"), str)}
        assert all(re.fullmatch(r"[a-z]\w*", field) for field in fields), name
        columns = {key for rows in spec["datasets"].values() for row in rows for key in row}
        assert all(re.fullmatch(r"[a-z]\w*", column) for column in columns), name


def test_every_colour_is_the_themes(gallery):
    known = {
        *theme.GROUPS, theme.ACCENT, theme.GREY, *theme.SEQUENTIAL, *theme.DIVERGING, *theme.TINTS_DARK,
        *theme.TINTS_LIGHT, "#000000", "#FFFFFF",
    }  # fmt: skip
    known |= {colour for ink in (theme.INK, theme.SOFT_INK, theme.PAPER) for colour in re.findall("#.{6}", str(ink))}
    for name, spec in gallery.items():
        assert set(re.findall(r"#[0-9A-Fa-f]{6}", json.dumps(spec))) <= known, name


def test_colour_and_shape_scales_fix_domain_and_range(gallery):
    for name, spec in gallery.items():
        for node in nodes(spec):
            for channel in ("color", "shape"):
                scale = node.get(channel, {}).get("scale") if isinstance(node.get(channel), dict) else None
                if scale is not None:
                    assert {"domain", "range"} <= set(scale), f"{name} {channel}"


def test_the_accent_is_for_odd_rows_only(gallery):
    for name, spec in gallery.items():
        accented = theme.ACCENT in json.dumps(spec)
        if "nothing odd" in name or name.split(": ")[1] in NOT_OF_ODD_ROWS:
            assert not accented, name


def test_no_dataset_is_larger_than_a_browser_likes(gallery):
    for name, spec in gallery.items():
        assert max(len(rows) for rows in spec["datasets"].values()) <= 5_000, name


@pytest.mark.parametrize("width", [350, 1000])
@pytest.mark.parametrize("which", PICTURES)
def test_hostile_names_draw_like_any_other(gallery, which, width):
    hostile, plain = (drawn_at(gallery[f"{name}: {which}"], width) for name in ("hostile", "same but plain"))
    assert marks_in(hostile) == marks_in(plain)
    text = " ".join(re.findall(r"<text[^>]*>([^<]*)<", hostile))
    assert not re.search(r"\bundefined\b|\bNaN\b|\bnull\b|\[object", text)
    assert "NaN" not in " ".join(re.findall(r'(?: d|transform)="([^"]*)"', hostile))


def test_every_chart_draws_marks(gallery):
    for name, spec in gallery.items():
        svg = drawn_at(spec, 600)
        assert marks_in(svg), name


def test_text_follows_the_background(gallery):
    spec = gallery["plain: odd"]
    light, dark = drawn_at(spec, 600), drawn_at(spec, 600, DARK)
    assert "#FAFAFA" in dark
    assert "#FAFAFA" not in light
    assert "#262730" in light


def test_a_title_takes_more_lines_on_a_phone(gallery):
    spec = gallery["plain: first"]
    title = re.search(r'class="mark-text role-title-text".*?</g>', drawn_at(spec, 350), re.S)
    wide = re.search(r'class="mark-text role-title-text".*?</g>', drawn_at(spec, 1000), re.S)
    assert title.group(0).count("<tspan") > wide.group(0).count("<tspan")


def test_side_by_side_shares_axes_and_title_heights(scenes):
    for name in ("plain", "hostile", "many groups", "many rows", "logarithmic"):
        drawn = pictures(scenes[name])
        left, right = drawn["k_means"].to_dict(), drawn["mixture"].to_dict()
        domains = [
            {json.dumps(node[axis]["scale"]["domain"]) for node in nodes(spec) if isinstance(node.get(axis), dict)
             and "scale" in node[axis]}
            for axis in ("x", "y") for spec in (left, right)
        ]  # fmt: skip
        assert domains[0] == domains[1], name
        assert domains[2] == domains[3], name
        assert len(domains[0]) == len(domains[2]) == 1, name
        assert len(left["title"]["subtitle"]) == len(right["title"]["subtitle"]), name
        counts = [
            [array.count("',") for array in re.findall(r"\[('.*?')\]", spec["title"]["text"]["expr"])]
            for spec in (left, right)
        ]
        assert counts[0] == counts[1], name


def test_every_flagged_row_is_drawn_when_rows_are_sampled(scenes):
    scene = scenes["many rows"]
    for chart in (first_picture(scene), odd_scatter(scene)):
        rows = [row for rows in chart.to_dict()["datasets"].values() for row in rows if "held" in row]
        assert len(rows) == 5_000
        odd = {row["row"] for row in rows if row["look"] == "odd"}
        assert odd == set(scene.names_of(scene.odd.ranking))
        assert "5,000 of 6,000 rows drawn" in " ".join(chart.to_dict()["title"]["subtitle"])


def test_points_are_in_raw_units(scenes):
    scene = scenes["plain"]
    rows = [
        row for rows in first_picture(scene, (1, 3)).to_dict()["datasets"].values() for row in rows if "held" in row
    ]
    order = [int(row["row"].split()[1].replace(",", "")) - 1 for row in rows]
    np.testing.assert_allclose([[row["c0"], row["c1"]] for row in rows], scene.matrix.raw[order][:, [1, 3]], rtol=1e-10)


def test_tables_draw_a_cell_and_a_number_for_each_pair(gallery):
    cells = marks_in(drawn_at(gallery["many groups: profiles"], 700))
    assert cells["rect mark"] == cells["text mark"] == 9 * 2
    cells = marks_in(drawn_at(gallery["search: map"], 700))
    assert cells["rect mark"] == 6 + 6 + 2  # shaded, to be clicked, and the two outlines
    assert cells["text mark"] == 6


def test_a_point_is_drawn_for_each_row(gallery, scenes):
    for which in ("first", "k_means", "mixture"):
        points = marks_in(drawn_at(gallery[f"plain: {which}"], 700))["point"]
        assert points >= len(scenes["plain"].raw), which


def test_a_hostile_name_is_shown_as_written(gallery):
    text = html.unescape(" ".join(re.findall(r"<text[^>]*>([^<]*)<", drawn_at(gallery["hostile: profiles"], 1000))))
    for name in ("a.b", "x[0]", "mean(x):Q"):
        assert name in text
    assert "datum.c0" in text


def test_dates_are_drawn_and_told_as_dates(gallery):
    """Their days are 500 and more: in 1971 and 1972."""
    axes = ("first", "k_means", "mixture", "density", "odd", "joint", "what_if", "synthetic", "ranges")
    for which in axes:
        svg = drawn_at(gallery[f"dates: {which}"], 700)
        labels = re.findall(r"<text[^>]*>([^<]*)</text>", svg)
        assert any(re.fullmatch(r"(\d+ )?(\w{3} )?197[0-3]", label) for label in labels), which
    for which in ("density", "what_if", "ranges", "drift"):
        assert re.search(r"197[0-3]-\d\d-\d\d", gallery[f"dates: {which}"]["description"]), which
    assert re.search(r"197[0-3]-\d\d-\d\d", json.dumps(gallery["dates: profiles"]["datasets"]))
    assert re.search(r"197[0-3]-\d\d-\d\d [^ ]+ [\d.]+ days", json.dumps(gallery["dates: reasons"]["datasets"]))
