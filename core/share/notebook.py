"""Notebook: the whole analysis with the engine, step by step, as a file for Jupyter (nbformat 4)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

from ..data.samples import SAMPLES
from ..version import __version__
from .recipe.recipe import Recipe

FORMAT, MINOR = 4, 5  # of notebooks


def notebook(recipe: Recipe) -> str:
    """An analysis as a notebook that reads the file anew, carries the recipe out and shows what comes of it.

    Names from the user stand in it as literals alone, never as code or as formatted text.

    Examples:
        >>> recipe = core.Recipe.of(core.sample("faithful").load())
        >>> core.notebook(recipe).count('"cell_type": "code"')
        6
    """
    cells = [_cell(kind, text, at) for at, (kind, text) in enumerate(_cells(recipe))]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": FORMAT, "nbformat_minor": MINOR}
    return json.dumps(whole, indent=1)


def _cell(kind: str, text: str, at: int) -> dict[str, Any]:
    own = {"cell_type": kind, "id": hashlib.sha256(f"{at} {text}".encode()).hexdigest()[:12], "metadata": {}}
    return {**own, "source": text, **({"execution_count": None, "outputs": []} if kind == "code" else {})}


def _cells(recipe: Recipe) -> Iterator[tuple[str, str]]:
    yield "markdown", "# The groups of a table, and the rows that do not belong"
    yield "code", f"import mixture_explorer as core  # version {__version__} or later; in a checkout: import core"
    yield "markdown", "Every choice of the analysis, with what came of it:"
    yield "code", f"recipe = core.Recipe.from_json(\n    {recipe.to_json()!a}\n)\nrecipe.data"
    yield "markdown", "The data that it was of. Give another path to fit the same analysis anew:"
    yield "code", _reading(recipe)
    yield "markdown", "The answer, and what is not as it was when the analysis was saved:"
    yield "code", "found = recipe.replay(table)\nanswer = found.answer\nprint(answer.sentence)\nfound.differs"
    yield "markdown", "What each group is like, in the table's own units:"
    yield "code", "answer.profiles.frame"
    yield "markdown", "Every row with its group (from 0; -1 for none), its score, and whether it is odd:"
    yield (
        "code",
        "rows = table.frame.assign(\n"
        "    **{\n"
        '        "group of this analysis": answer.labels,\n'
        '        "score of this analysis": answer.odd.score,\n'
        '        "odd in this analysis": answer.odd.flagged,\n'
        "    }\n"
        ")\n"
        'rows[rows["odd in this analysis"]]',
    )


def _reading(recipe: Recipe) -> str:
    """How the table is had: a sample by its key, a file by its name."""
    known = next((each.key for each in SAMPLES if each.title == recipe.data.name), None)
    if known is not None:
        return f"table = core.sample({known!a}).load()\ntable.n_rows"
    return f"table = core.read_table({recipe.data.name!a}, recipe.reading)\ntable.n_rows"
