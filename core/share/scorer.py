"""Places the rows of a CSV file in the groups of a model and scores how odd they are; it needs NumPy and nothing else.

    python THIS_FILE.py new_rows.csv > labelled.csv

or, from Python: `import THIS_FILE; found = THIS_FILE.scored({"column": [1.0, 2.0], ...})`.

Numbers are expected as 1234.5 (or with the decimal mark of the first file), dates as 2024-03-05, durations in hours.
"""

from __future__ import annotations

import csv
import datetime
import math
import re
import sys
from typing import Any

import numpy as np

MODEL: dict[str, Any] = {}

BLANK = {"", "na", "n/a", "nan", "null", "none", "-", "?"}
TRUE = {"true", "yes", "y", "t", "ja", "oui", "si", "s\u00ed"}
FALSE = {"false", "no", "n", "f", "nein", "non"}
LARGEST = 1e150  # numbers beyond it count as blank
LOG_2PI = math.log(2 * math.pi)


def scored(columns: dict[str, Any]) -> dict[str, Any]:
    """What the model says of rows, given by their columns: dictionaries and arrays with an entry a row.

    `group` counts from 0 and is -1 where a row has no value that can be used; `share` is (n, groups); `score` is
    -log p of the cells that a row has, the higher the odder; `odd` is True, False, or None where a row is blank in
    columns that no row was blank in when the line was drawn.
    """
    values, usable = prepared(columns)
    joint = log_joint(MODEL["mixture"], values)
    largest = joint.max(axis=1)
    parts = np.exp(joint - np.where(np.isneginf(largest), 0.0, largest)[:, None])
    sums = parts.sum(axis=1)
    shares = parts / np.where(sums > 0, sums, 1.0)[:, None]
    groups = np.column_stack([shares[:, part].sum(axis=1) for part in MODEL["parts"]])
    group = np.where(usable, groups.argmax(axis=1), -1)
    score = -log_density(MODEL["scoring"] or MODEL["mixture"], values)
    return {
        "group": group,
        "name": [MODEL["names"][k] if k >= 0 else None for k in group],
        "share": np.where(usable[:, None], groups, np.nan),
        "score": np.where(usable, score, np.nan),
        "odd": [is_odd(s, row) if use else None for s, row, use in zip(score, values, usable, strict=True)],
    }


def is_odd(score: float, row: Any) -> bool | None:
    """Whether a row lies beyond the line of rows that are blank in the same columns; None where there is none."""
    line = MODEL["lines"].get("".join("01"[int(cell == cell)] for cell in row), math.nan)
    return None if line != line else bool(score >= line)


def prepared(columns: dict[str, Any]) -> tuple[Any, Any]:
    """(n, d + c) numbers in the form that was fitted and codes of levels, NaN where blank, and (n,) whether of use."""
    fitted: list[Any] = []
    unlike: Any = False
    for feature in MODEL["features"]:
        cells = found(columns, feature)
        if feature["level"] is not None:
            raw, strange = indicator(cells, feature)
            unlike = unlike | strange
        else:
            raw = np.array([number(cell) for cell in cells], dtype=float)
            raw[~(np.abs(raw) <= LARGEST) | np.isin(raw, feature["heaps"])] = np.nan
        fitted.append((powered(raw, feature["power"]) - feature["center"]) / feature["scale"])
        if feature["positive"]:  # so were all numbers that were fitted
            unlike = unlike | (raw <= 0)
    for category in MODEL["categories"]:
        codes, strange = coded(found(columns, category), category)
        fitted.append(codes)
        unlike = unlike | strange
    values = np.column_stack(fitted)
    present = ~np.isnan(values)
    return values, (present.all(axis=1) if MODEL["drop"] else present.any(axis=1)) & ~unlike


def found(columns: dict[str, Any], feature: dict[str, Any]) -> Any:
    """The cells of a feature's column, under the name it is shown by or the one in the file."""
    for name in feature["names"]:
        if name in columns:
            return columns[name]
    raise SystemExit(f"There is no column {feature['names'][0]!r}.")


def number(cell: Any) -> float:
    """A cell as a number: dates as days since 1970, durations as hours; NaN where it is blank."""
    if cell is None or isinstance(cell, (int, float, np.number)):
        return math.nan if cell is None else float(cell)
    if isinstance(cell, datetime.timedelta):
        return cell.total_seconds() / 3600
    if isinstance(cell, (datetime.date, np.datetime64)):
        moment: Any = np.datetime64(str(cell).replace(" ", "T"), "us")
        return float((moment - np.datetime64("1970-01-01", "us")) / np.timedelta64(1, "D"))
    text = str(cell).strip()
    if text.lower() in BLANK or text in MODEL["blanks"]:
        return math.nan
    if re.match(r"\d{4}-\d\d-\d\d", text):
        return number(np.datetime64(text.replace(" ", "T", 1)))
    plain = text.replace(",", ".") if MODEL["decimal"] == "," else text
    try:
        return float(plain[:-1]) / 100 if plain.endswith("%") else float(plain)
    except ValueError:
        raise SystemExit(f"{text[:60]!r} is no number.") from None


def indicator(cells: Any, feature: dict[str, Any]) -> tuple[Any, Any]:
    """1 where cells are of a level, 0 where of another, NaN where blank, and whether they are of no known one."""
    keys = [level_of(cell, feature["truths"]) for cell in cells]
    raw = np.array([math.nan if key is None else float(key == feature["level"]) for key in keys])
    return raw, np.array([key is not None and key not in feature["known"] for key in keys])


def coded(cells: Any, category: dict[str, Any]) -> tuple[Any, Any]:
    """Codes of levels, NaN where blank, and whether cells are of no level that was fitted."""
    if category["numbers"]:
        keys = [measured(cell, category["blanks"]) for cell in cells]
    else:
        keys = [level_of(cell, category["truths"]) for cell in cells]
    raw = np.array([category["codes"].get(each, math.nan) for each in keys], dtype=float)
    return raw, np.array([each is not None for each in keys], dtype=bool) & np.isnan(raw)


def measured(cell: Any, blanks: list[float]) -> str | None:
    """A number that stands for an answer by what it is compared by; None where it is blank."""
    value = number(cell)
    if value != value or value in blanks:
        return None
    return str(int(value)) if value.is_integer() else repr(value)


def level_of(cell: Any, truths: bool) -> str | None:
    """A cell of a category by what it is compared by; None where it is blank."""
    if cell is None or cell != cell or str(cell).strip() == "" or str(cell) in MODEL["blanks"]:
        return None
    text = str(cell).strip()
    if truths and text.lower() in TRUE | FALSE:
        return str(text.lower() in TRUE)
    whole = re.fullmatch(r"(-?\d+)\.0+", text)
    return whole[1] if whole else text


def powered(raw: Any, power: Any) -> Any:
    """Raw numbers as they are, by their logarithm, or by Yeo and Johnson's power."""
    if power is None:
        return raw
    if power[0] == "log":
        return np.log(raw, out=np.full(len(raw), np.nan), where=raw > 0)
    _, exponent, center, scale = power
    moved = (raw - center) / scale
    up = moved >= 0
    with np.errstate(over="ignore"):
        return np.where(
            up, box_cox(np.where(up, moved, 0.0), exponent), -box_cox(np.where(up, 0.0, -moved), 2 - exponent)
        )


def box_cox(values: Any, power: float) -> Any:
    """((1 + x)^power - 1) / power."""
    logs = np.log1p(values)
    return logs if abs(power) < 1e-12 else np.expm1(power * logs) / power


def log_density(mixture: dict[str, Any], values: Any) -> Any:
    """(n,) natural log of the density of the cells that rows have."""
    joint = log_joint(mixture, values)
    largest = joint.max(axis=1)
    with np.errstate(divide="ignore"):
        return largest + np.log(np.exp(joint - np.where(np.isneginf(largest), 0.0, largest)[:, None]).sum(axis=1))


def log_joint(mixture: dict[str, Any], values: Any) -> Any:
    """(n, K) log of weight times density by component, and a last column for noise if there is any."""
    weights, noise = np.array(mixture["weights"]), mixture["noise"]
    means = np.array(mixture["means"])
    d = means.shape[1]
    covariances = np.array(mixture["covariances"]).reshape(len(weights), d, d)
    joint = np.zeros((len(values), len(weights) + (noise is not None)))
    present = ~np.isnan(values[:, :d])
    for observed in np.unique(present, axis=0) if d else [np.ones(0, dtype=bool)]:
        rows = np.flatnonzero((present == observed).all(axis=1))
        for k in range(len(weights)):
            joint[rows, k] = gaussian(
                values[np.ix_(rows, observed)], means[k, observed], covariances[k][np.ix_(observed, observed)]
            )
        if noise is not None:
            joint[rows, -1] = noise_density(noise, observed)
    with np.errstate(divide="ignore"):
        joint[:, : len(weights)] += np.log(weights)
    for codes, chances in zip(values[:, d:].T, mixture["chances"], strict=True):
        joint += log_chances(np.array(chances), codes, noise is not None)
    return joint


def log_chances(chances: Any, codes: Any, noise: bool) -> Any:
    """(n, K) log chances of levels by component; under noise all are equally likely. 0 where blank."""
    if noise:
        chances = np.vstack([chances, np.full(chances.shape[1], 1 / chances.shape[1])])
    blank = np.isnan(codes)
    with np.errstate(divide="ignore"):
        logs = np.log(chances)[:, np.where(blank, 0, codes).astype(int)].T
    return np.where(blank[:, None], 0.0, logs)


def gaussian(values: Any, mean: Any, covariance: Any) -> Any:
    """(n,) log density of one Gaussian."""
    if not len(mean):
        return np.zeros(len(values))
    factor = np.linalg.cholesky(covariance)
    with np.errstate(over="ignore", invalid="ignore"):
        squares = (np.linalg.solve(factor, (values - mean).T) ** 2).sum(axis=0)
    squares = np.where(squares < np.inf, squares, np.inf)
    return -np.log(np.diagonal(factor)).sum() - (len(mean) * LOG_2PI + squares) / 2


def noise_density(noise: dict[str, Any], observed: Any) -> float:
    """Log of weight times density of the noise component in the columns that are there."""
    sides = noise["log_sides"]
    volume = noise["log_volume"] if observed.all() or sides is None else float(np.array(sides)[observed].sum())
    share = 1.0 if observed.all() or sides is not None else float(observed.mean())
    return math.log(noise["weight"]) - volume * share if noise["weight"] > 0 else -math.inf


def main(path: str) -> None:
    """The rows of a CSV file with what was found of them, to standard output."""
    with sys.stdin if path == "-" else open(path, encoding="utf-8-sig", newline="") as file:
        names, *rows = csv.reader(file, delimiter=MODEL["delimiter"])
    result = scored({name: [row[j] if j < len(row) else "" for row in rows] for j, name in enumerate(names)})
    out = csv.writer(sys.stdout, delimiter=MODEL["delimiter"], lineterminator="\n")
    out.writerow([*names, "group", "share of the group", "score (-log p)", "odd"])
    words = {True: "yes", False: "no", None: ""}
    for at, (row, name) in enumerate(zip(rows, result["name"], strict=True)):
        share, score = float(result["share"][at].max()), float(result["score"][at])
        placed = ["", "", ""] if name is None else [safe(name), repr(share), repr(score)]
        out.writerow([*row, *placed, words[result["odd"][at]]])


def safe(text: str) -> str:
    """A name of a group with an apostrophe before it where a spreadsheet would run it."""
    return f"'{text}" if text[:1] in tuple("=+-@\t\r\n") else text


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
