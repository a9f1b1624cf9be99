"""Before and after: what is drawn is what the table says, and nothing overlaps."""

import numpy as np
import pandas as pd
import pytest

from dsrct_edu import figures
from dsrct_edu.classroom import paired
from dsrct_edu.errors import InputError


def table(count, n=24, long=False):
    rng = np.random.default_rng(3)
    cells = rng.multinomial(n, [0.2, 0.4, 0.1, 0.3], size=count).T
    always, gained, lost, _ = cells
    parts = {
        "before": paired.share(always + lost, n),
        "after": paired.share(always + gained, n),
        "change": paired.change(*cells),
    }
    made = pd.DataFrame({"about": [f"what question {k} asks" for k in range(count)], "n": n})
    if long:
        made["about"] += " of a reader who has a lot of time"
    for name, part in parts.items():
        limits = ("ci_low", "ci_high") if name == "change" else (f"{name}_low", f"{name}_high")
        made[name], made[limits[0]], made[limits[1]] = part.value, part.low, part.high
    return made


def test_estimates_and_intervals_stand_where_the_table_says(found):
    rows = table(4)
    figure = figures.before_and_after(rows)
    for row in rows.itertuples():
        for name in ("before", "after", "change"):
            (point,) = found(figure, f"estimate:{name}_{row.about}".replace(" ", "_"))
            assert point.get_xdata()[0] == getattr(row, name)
    assert len(found(figure, "interval")) == 12


def test_the_words_give_the_ends_and_count_the_intervals():
    rows = table(3)
    rows["change"], rows["ci_low"], rows["ci_high"] = (
        [0.5, -0.3, 0.1],
        [0.2, -0.5, -0.1],
        [0.7, -0.1, 0.3],
    )
    words = figures.before_and_after(rows, level=0.9).words
    assert "a change of +50 points (+20 to +70)" in words
    assert "a change of −30 points (−50 to −10)" in words
    assert "question 2" not in words
    assert "1 of 3 intervals lies above no change, 1 below. Bars: 90% intervals" in words


@pytest.mark.parametrize(("count", "n", "long"), [(1, 3, False), (12, 24, True), (20, 1, False)])
def test_nothing_overlaps(count, n, long, assert_legible):
    assert_legible(figures.before_and_after(table(count, n, long), title="A class"))


def test_a_share_beyond_one_is_refused():
    with pytest.raises(InputError, match="after"):
        figures.before_and_after(table(2).assign(after=1.2))
    with pytest.raises(InputError, match="before_low"):
        figures.before_and_after(table(2).drop(columns="before_low"))
