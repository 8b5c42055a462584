"""Page: the whole report in one HTML file from which no request leaves, and that prints as it reads."""

from __future__ import annotations

import base64

from ...charts import palette
from ...numbers import count
from ..answered import Answered
from ..recipe.recipe import Recipe
from ..workbook import file_name
from .markup import Markup, tag
from .sections import how_many, odd_rows, the_answer, the_data, the_groups
from .statistician import for_the_statistician

POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
STYLE = f"""
:root {{ color-scheme: light; }}
body {{ font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; color: {palette.PRINTED};
  background: white; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }}
h1 {{ font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; }}
h2 {{ font-size: 1.25rem; margin: 2.5rem 0 .5rem; border-top: 1px solid {palette.LINE_PRINTED}; padding-top: 1rem; }}
h3 {{ font-size: 1rem; margin: 1.5rem 0 .25rem; }}
p {{ margin: .25rem 0 .5rem; }}
.lead {{ font-size: 1.25rem; }}
.soft, figcaption {{ color: {palette.SOFT_PRINTED}; font-size: .875rem; }}
figure {{ margin: 1rem 0; }}
svg {{ width: 100%; height: auto; font-size: 12px; fill: {palette.PRINTED}; }}
svg .soft {{ fill: {palette.SOFT_PRINTED}; font-size: 13px; }}
svg .name {{ font-weight: 600; font-size: 14px; paint-order: stroke; stroke: white; stroke-width: 4px; }}
svg .frame {{ fill: none; stroke: {palette.LINE_PRINTED}; }}
svg.strip {{ width: 10rem; min-width: 8rem; display: block; }}
.wide {{ overflow-x: auto; }}
table {{ border-collapse: collapse; width: 100%; font-size: .875rem; }}
th, td {{ text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0;
  border-bottom: 1px solid {palette.LINE_PRINTED}; overflow-wrap: break-word; min-width: 3.5rem; }}
th {{ font-weight: 600; background: {palette.SHADE_PRINTED}; }}
.group table {{ min-width: 38rem; }}
.number {{ text-align: right; font-variant-numeric: tabular-nums; }}
.chip {{ display: inline-block; width: .8em; height: .8em; border-radius: 50%; margin-right: .5em; }}
pre {{ white-space: pre-wrap; font-size: .7rem; color: {palette.SOFT_PRINTED}; }}
@media print {{
  body {{ max-width: none; margin: 0; font-size: 11pt; }}
  h2, h3 {{ break-after: avoid; }}
  figure, tr, .group h3, .group p {{ break-inside: avoid; }}
  figure svg {{ max-height: 11cm; }}
  .wide {{ overflow: visible; }}
  .group table {{ min-width: 0; }}
  .screen {{ display: none; }}
  * {{ print-color-adjust: exact; -webkit-print-color-adjust: exact; }}
}}
@page {{ margin: 16mm; }}
"""


def html_report(answer: Answered, recipe: Recipe | None = None) -> str:
    """An answer as one HTML file, for a manager first and a statistician last, with the analysis inside.

    It names none of the rows but odd ones, and asks for nothing from anywhere.

    Examples:
        >>> table = core.sample("faithful").load()
        >>> page = core.html_report(core.Answered.of(table, core.first_answer(table)))
        >>> "default-src 'none'" in page, "<script" in page
        (True, False)
    """
    title = f"Groups in {answer.table.name}"
    parts = [
        ("", the_answer(answer)),
        ("What the groups are like", the_groups(answer)),
        (f"Why {'one group' if answer.groups == 1 else count(answer.groups, 'group')}", how_many(answer)),
        ("Rows that do not belong", odd_rows(answer)),
        ("What was read and used", the_data(answer)),
        ("For the statistician", for_the_statistician(answer, recipe)),
    ]
    sections = [tag("section", tag("h2", name) if name else Markup(), body) for name, body in parts]
    kept = Markup() if recipe is None else _kept(answer, recipe)
    body = tag("body", tag("main", tag("h1", title), *sections, kept))
    return f'<!DOCTYPE html>\n<html lang="en">{_head(title)}{body}</html>\n'


def _head(title: str) -> Markup:
    """Title, look, and the policy by which a browser lets nothing be asked for."""
    metas = [
        '<meta charset="utf-8">',
        Markup(f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'),
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
    ]
    return tag("head", *map(Markup, metas), tag("title", title), Markup(f"<style>{STYLE}</style>"))


def _kept(answer: Answered, recipe: Recipe) -> Markup:
    """The recipe as a file to save, and as text."""
    text = recipe.to_json()
    coded = base64.b64encode(text.encode()).decode()
    name = file_name(answer, "analysis", "json")
    link = tag("a", "Save the analysis", href=f"data:application/json;base64,{coded}", download=name)
    way = tag("p", link, " and open it in Mixture Explorer with the data.")
    whole = tag("details", tag("summary", "As text"), tag("pre", text))
    return tag("section", tag("h2", "The analysis, to be opened again"), way, whole, class_="screen")
