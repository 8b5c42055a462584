"""Recipes: analyses that are saved and carried out again, and saved analyses that were tampered with.

The files are those of the corpus that lies beside the project (../shared/corpus), the choices drawn by number.
"""

import json
import random
from collections import Counter
from pathlib import Path

import numpy as np

from benchmarks.measuring import measured
from core.analysis.anomaly.policies import ExpectedFalseAlarms, FalseDiscoveryRate, Quantile, TopRows
from core.analysis.anomaly.reviews import Review, Reviews
from core.data.columns import default_columns
from core.data.prepare import Preparation
from core.data.read import read_table
from core.data.samples import sample
from core.data.table import Reading
from core.errors import CoreError
from core.mixture.family import FAMILIES
from core.mixture.plan import Plan
from core.scale.threads import over_cores
from core.share.recipe.recipe import Recipe

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
FOLDERS = ("d_business", "b_clustering", "c_anomaly")
LARGEST = 400_000  # bytes of a file that is analysed
MOST_ROWS = 3_000
EXTREMES = (0, -1, 1, 2**31, 2**63, 10**400, 1e308, -1e-300, 0.5, True, False, None, "", "VVV", "\ud800", "𝔾" * 50)


def rows(full=False):
    yield from fuzz_rows(10_000 if full else 1_000)
    if CORPUS.exists():
        yield from round_trip_rows(200 if full else 8)


def fuzz_rows(count):
    """What became of so many saved analyses that were tampered with."""
    whole = saved_analysis()
    found = Counter(outcome(tampered(whole, number)) for number in range(count))
    others = sum(number for what, number in found.items() if what not in ("refused", "valid"))
    said = ", ".join(f"{what} {number:,}" for what, number in sorted(found.items()))
    yield measured(f"tampered recipes: {said}", f"{others} others", "0", not others)


def saved_analysis():
    """The JSON of an analysis in which hardly a choice is left open."""
    table = sample("customers").load()
    recipe = Recipe.of(
        table,
        reading=Reading(decimal=",", blanks=("-9",), kinds=(("region", "category"),)),
        preparation=Preparation(
            columns=("yearly_spend", "visits_per_year", "basket_value"),
            transforms={"yearly_spend": "log", "basket_value": "yeo-johnson"},
            encode=("plan",),
            heaps={"visits_per_year": 5.0},
        ),
        plan=Plan("EEE", 3, restarts=2),
        groups=2,
        policy=FalseDiscoveryRate(0.1),
        names=("regular", "=cmd|'/C calc'!A0"),
        reviews=Reviews.of({3: Review.FINE, 7: Review.ODD}),
        left_out=(1, 5),
        row_name="name",
    )
    return recipe.carried_out(table).to_json()


def tampered(text, number):
    """A saved analysis, changed in one to four places or cut, by its number."""
    rng = random.Random(number)
    if rng.random() < 0.2:
        return damaged_text(text, rng)
    tree = json.loads(text)
    for _ in range(rng.randint(1, 4)):
        holder, key = rng.choice(list(places(tree)))
        change(holder, key, tree, rng)
    return json.dumps(tree)


def damaged_text(text, rng):
    """Letters changed, a part cut out, or the end cut off."""
    at = rng.randrange(len(text))
    cut = text[: rng.randrange(at, len(text))] if rng.random() < 0.3 else text[:at] + text[at + rng.randrange(40) :]
    return cut[:at] + rng.choice('{}[]",:0e-\x00é') + cut[at:]


def places(tree):
    """Every holder and key in a JSON."""
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree):
        yield tree, key
        if isinstance(value, dict | list) and value:
            yield from places(value)


def change(holder, key, tree, rng):
    """One place of a JSON made another."""
    way = rng.randrange(6)
    if way == 0:
        holder[key] = rng.choice(EXTREMES)
    elif way == 1:
        holder[key] = json.loads(json.dumps(rng.choice([other[at] for other, at in places(tree)])))
    elif way == 2 and isinstance(holder, dict):
        del holder[key]
        holder["x" * rng.randint(0, 60)] = 1
    elif way == 3:
        holder[key] = [holder[key]] * rng.randint(0, 3)
    elif way == 4 and isinstance(holder[key], int | float):
        holder[key] = holder[key] * rng.choice((-1, 0, 2, 1e9, 1e-9))
    else:
        holder[key] = {"is": rng.choice(("TopRows", "Lloyd", "os.system", "Recipe")), "count": rng.choice(EXTREMES)}


def outcome(text):
    """What becomes of it: refused in a sentence, valid and the same when saved again, or else what happened."""
    try:
        recipe = Recipe.from_json(text)
        again = recipe.to_json()
        return "valid" if Recipe.from_json(again).to_json() == again else "not the same again"
    except CoreError as refusal:
        return "refused" if str(refusal).endswith(".") and len(str(refusal)) < 600 else "refused at length"
    except Exception as fault:  # whatever else it is, is counted
        return type(fault).__name__


def round_trip_rows(count):
    """How many of so many drawn analyses come out the same from their JSON and their file."""
    files = analysed_files()
    found, misses, number = Counter(), [], 0
    while found.total() < count and number < 3 * count:
        path = files[number % len(files)]
        what = round_trip(path, number)
        number += 1
        if what != "refused":
            found[what] += 1
            misses += [f"{path.name}: {what}"] if what != "identical" else []
    same = found["identical"]
    yield measured(
        f"analyses that came out the same {misses[:5] or ''}", f"{same} of {found.total()}", count, same == count
    )


def analysed_files():
    """Files of moderate size, in a drawn order."""
    files = [each for folder in FOLDERS for each in sorted((CORPUS / folder).rglob("*"))]
    some = [each for each in files if each.suffix in (".csv", ".xlsx", ".json", ".parquet")]
    return random.Random(0).sample([each for each in some if each.stat().st_size < LARGEST], k=len(some) // 2)


def round_trip(path, number):
    """Whether an analysis with drawn choices is the same from its JSON and the file as it was the first time."""
    try:
        table = read_table(path)
        if table.n_rows > MOST_ROWS:
            return "refused"
        recipe = drawn(table, random.Random(number))
        first = recipe.replay(table, over=over_cores)
        text = recipe.with_result(first.answer).to_json()
    except CoreError:
        return "refused"
    again = Recipe.from_json(text)
    found = again.replay(read_table(path, again.reading), over=over_cores)
    return compared(first.answer, found)


def drawn(table, rng):
    """A recipe with some choices made at random."""
    names = default_columns(table)
    some = tuple(rng.sample(names, rng.randint(1, len(names)))) if names else None
    preparation = Preparation(
        columns=some, scale=rng.choice(("standard", "robust")), blanks=rng.choice(("keep", "drop"))
    )
    policy = rng.choice((TopRows(5), Quantile(0.02), ExpectedFalseAlarms(2.0), FalseDiscoveryRate(0.1)))
    chosen = rng.random() < 0.5
    left_out = tuple(rng.sample(range(table.n_rows), min(3, table.n_rows // 20)))
    return Recipe.of(
        table,
        reading=Reading() if rng.random() < 0.5 else Recipe.of(table).reading,
        preparation=preparation if rng.random() < 0.6 and names else None,
        plan=Plan(rng.choice(FAMILIES), rng.randint(1, 4), restarts=2, seed=rng.randrange(9)) if chosen else None,
        groups=rng.choice((None, 1, 2)),
        policy=rng.choice((None, policy)),
        names=rng.choice(((), ("one", ""), ("a & b", "<c>"))),
        reviews=Reviews.of({rng.randrange(table.n_rows): Review.ODD}),
        left_out=left_out if rng.random() < 0.3 else (),
        seed=rng.randrange(3),
    )


def compared(first, again):
    """The word for what differs first, or that nothing does."""
    other = again.answer
    pairs = {
        "labels": np.array_equal(first.labels, other.labels),
        "scores": np.array_equal(first.odd.score, other.odd.score, equal_nan=True),
        "odd rows": np.array_equal(first.odd.flagged, other.odd.flagged),
        "BIC": first.fit.bic == other.fit.bic,
        "sentences": (first.sentence, first.verdict, first.grounds) == (other.sentence, other.verdict, other.grounds),
        "names": first.grouping == other.grouping and first.reviews == other.reviews,
        "the result": again.is_identical and again.same_data and not again.differs,
    }
    return next((what for what, same in pairs.items() if not same), "identical")
