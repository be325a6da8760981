"""Break months: found where planted, unknown where nothing is known, against a slow search."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st
from surprise_tables import AS_OF, COUNTRIES, LISTED, WINDOWS, leg_rows_of, random_table
from trade_tables import every_month, flows

from features.trade.surprises.breaks import break_table, upward_breaks


def table() -> pl.DataFrame:
    rows = []
    for place, country in enumerate(COUNTRIES):
        for at, code in enumerate(LISTED):
            wave = [5 + (7 * month * (place + 1) + 3 * at + place) % 11 for month in range(36)]
            rises = [(8, 60) if country == "TUR" else (1, 1)] * 36
            inbound = [
                20_000 * w * (r[0] if m >= 27 else 1)
                for m, (w, r) in enumerate(zip(wave, rises, strict=True))
            ]
            onward = [
                3_000 * w * (r[1] if m >= 29 else 1) for m, (w, r) in enumerate(zip(wave, rises, strict=True))
            ]
            rows += every_month("DEU", country, code, inbound)
            rows += every_month(country, "RUS", code, onward)
    return flows(rows)


def test_planted_breaks_are_found_in_order() -> None:
    found = (
        break_table(leg_rows_of(table()), WINDOWS, AS_OF)
        .filter(pl.col("country") == "TUR")
        .row(0, named=True)
    )
    assert found["inbound_break"] == date(2022, 4, 1)
    assert found["onward_break"] == date(2022, 6, 1)
    assert found["onward_after_months"] == 2
    assert found["inbound_break_earliest"] <= date(2022, 4, 1) <= found["inbound_break_latest"]


def test_a_leg_that_is_not_published_has_no_break() -> None:
    rows = leg_rows_of(table().filter(pl.col("reporter") != "TUR"))
    found = break_table(rows, WINDOWS, AS_OF).filter(pl.col("country") == "TUR").row(0, named=True)
    assert found["onward_break"] is None and found["onward_after_months"] is None
    assert found["inbound_break"] == date(2022, 4, 1)


def test_nothing_known_gives_an_empty_table() -> None:
    found = break_table(leg_rows_of(flows([])), WINDOWS, AS_OF)
    assert found.is_empty()
    assert found.schema["inbound_break"] == pl.Date


def test_later_rows_do_not_move_a_break() -> None:
    before = random_table(40)
    more = every_month("DEU", "KAZ", LISTED[0], [10**8] * 36, known_at=date(2023, 4, 1))
    after = pl.concat([before, flows(more)])
    one, two = (break_table(leg_rows_of(each), WINDOWS, AS_OF) for each in (before, after))
    assert one.equals(two)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), gap=st.floats(0, 4), share=st.sampled_from([1.0, 0.8]))
def test_breaks_are_those_of_a_slow_search(seed: int, gap: float, share: float) -> None:
    generator = np.random.default_rng(seed)
    series = generator.standard_normal((4, 36)) + gap * (np.arange(36) >= generator.integers(4, 33))
    known = generator.random((4, 36)) < share
    found = upward_breaks(series, known)
    for c in range(4):
        months = [m for m in range(36) if known[c, m]]
        squares = {}
        for m in months:
            old, new = ([series[c, i] for i in months if (i < m) == side] for side in (True, False))
            if min(len(old), len(new)) >= 3 and np.mean(new) > np.mean(old):
                squares[m] = sum((x - np.mean(old)) ** 2 for x in old) + sum(
                    (x - np.mean(new)) ** 2 for x in new
                )
        if len(months) < 24 or not squares:
            assert found.month[c] == found.earliest[c] == found.latest[c] == -1
            continue
        best = min(squares, key=lambda m: (squares[m], m))
        likely = [m for m in squares if len(months) * np.log(squares[m] / squares[best]) <= 2.706]
        assert (found.month[c], found.earliest[c], found.latest[c]) == (best, min(likely), max(likely))
