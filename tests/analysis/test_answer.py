import numpy as np
import pandas as pd

from core.analysis.answer import complete_rows, first_answer
from core.data.prepare import prepare


def test_rows_with_blanks_are_left_to_the_refinement_where_most_rows_have_none():
    rows = np.random.default_rng(0).normal(size=(400, 3)) + 6 * (np.arange(400) % 2)[:, None]
    rows[::10, 1] = np.nan
    answer = first_answer(prepare(pd.DataFrame(rows, columns=list("abc"))))
    assert answer.searched == 360
    assert "all 360 rows without blanks" in answer.method
    assert answer.fit.components == 2
    assert len(answer.largest) == 400
    rows[::2, 0] = np.nan
    rows[1::20, 0] = np.nan
    assert complete_rows(prepare(pd.DataFrame(rows, columns=list("abc")))).all()
