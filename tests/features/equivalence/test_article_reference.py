"""The fast article signals agree with the slow reference to 1e-9."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference_articles import reference, stories

from features.articles.rates import SIGNALS, article_signals, goods_mix

AS_OF = date(2024, 6, 30)
SCHEMA = {
    "country": pl.String,
    "story_id": pl.String,
    "published_on": pl.Date,
    "p_diversion": pl.Float64,
    "is_diversion": pl.Boolean,
    "polarity": pl.Int8,
    "about_listing": pl.Boolean,
    "retracted": pl.Boolean,
    "source": pl.String,
    "goods": pl.List(pl.String),
}
rows = st.tuples(
    st.sampled_from(["KGZ", "TUR"]),
    st.integers(0, 9).map("s{}".format),
    st.integers(-40, 900).map(lambda age: AS_OF - timedelta(days=age)),
    st.floats(0, 1),
    st.booleans(),
    st.sampled_from([-1, 0, 1]),
    st.sampled_from([False, False, False, True]),
    st.sampled_from([False, False, False, True]),
    st.sampled_from([None, "azattyq.org", "svoboda.org", "one.example", "two.example"]),
    st.lists(st.sampled_from(["chips", "drones", "cars"]), max_size=3, unique=True),
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(rows, min_size=1, max_size=60))
def test_article_signals_agree(table: list[tuple]) -> None:
    mentions = pl.DataFrame(table, schema=SCHEMA, orient="row")
    slow = pd.DataFrame(mentions.to_dicts())
    fast = article_signals(mentions, AS_OF)
    expected = [c for c in ("KGZ", "TUR") if stories(slow, c, AS_OF)]
    assert fast["country"].to_list() == expected
    for row in fast.to_dicts():
        wanted = reference(slow, row["country"], AS_OF)
        assert set(wanted) == set(SIGNALS)
        for name, value in wanted.items():
            assert row[name] == (value if value is None else pytest.approx(value, rel=1e-9, abs=1e-9)), name


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(rows, min_size=1, max_size=40))
def test_goods_mix_agrees(table: list[tuple]) -> None:
    mentions = pl.DataFrame(table, schema=SCHEMA, orient="row")
    slow = pd.DataFrame(mentions.to_dicts())
    found = {(c, f): (n, share) for c, f, n, share in goods_mix(mentions, AS_OF).rows()}
    wanted = {}
    for country in ("KGZ", "TUR"):
        known = stories(slow, country, AS_OF)
        for family in {f for story in known for f in story["goods"]}:
            count = sum(family in story["goods"] for story in known)
            wanted[country, family] = (count, pytest.approx(count / len(known)))
    assert found == wanted
