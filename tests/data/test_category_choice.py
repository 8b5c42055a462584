import numpy as np
import pandas as pd

from core.data.category_choice import left_out_words, possible_categories
from core.data.columns import profile


def staff(n=300):
    rng = np.random.default_rng(0)
    return profile(
        pd.DataFrame(
            {
                "name": [f"Person {at}" for at in range(n)],
                "team": rng.choice(["a", "b", "c"], n),
                "town": rng.choice([f"town {at}" for at in range(40)], n),
                "country": np.where(np.arange(n) < 2, "there", "here"),
                "remark": np.where(np.arange(n) < n // 15, rng.choice(["late", "early"], n), None),
                "rating": rng.integers(1, 6, n),
                "pay": rng.normal(50, 5, n),
            }
        )
    )


def test_words_and_answers_of_few_values_are_offered():
    found = possible_categories(staff())
    assert {"team", "rating"} <= set(found)
    assert not {"name", "town", "pay"} & set(found)


def test_each_column_of_words_that_is_left_out_has_its_reason():
    found = {each.name: each.reason for each in left_out_words(staff(), ("team",))}
    assert set(found) == {"name", "town", "country", "remark"}
    assert found["name"].startswith("nearly every row has a value of its own")
    assert found["town"].startswith("40 different values")
    assert found["country"] == "nearly all rows hold one value"
    assert found["remark"] == "93 % of its cells are blank"
