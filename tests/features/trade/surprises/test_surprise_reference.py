"""The fast surprises are those of a slow reference, count by count."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reference_surprises import Reference
from surprise_tables import AS_OF, WINDOWS, random_table, surprises

from features.trade.flows.windows import Windows
from features.trade.surprises.table import COLUMNS, KINDS, LEAST_PLACEBOS


def found(table: pl.DataFrame) -> dict[tuple[str, str], tuple[int, int]]:
    """Placebos and as extreme by country and column, of the surprises that are known."""
    return {
        (row["country"], name): (row[f"{name}_placebos"], row[f"{name}_as_extreme"])
        for row in table.iter_rows(named=True)
        for name in COLUMNS
        if row[name] is not None
    }


def assert_same(table: pl.DataFrame, as_of: date, windows: Windows, n_months: int) -> None:
    fast = found(surprises(table, as_of, windows, n_months))
    slow = {
        key: counts
        for key, counts in Reference(table, windows, as_of, n_months).answers().items()
        if counts[0] > 0
    }
    assert fast == slow


@pytest.mark.parametrize(("seed", "n_months"), [(1, 3), (2, 6), (3, 12), (4, 3)])
def test_full_tables(seed: int, n_months: int) -> None:
    table = random_table(seed)
    fast = surprises(table, n_months=n_months)
    # The equality would say little of columns that are never known.
    assert min(fast[name].count() for name in COLUMNS) > 0
    assert_same(table, AS_OF, WINDOWS, n_months)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    seed=st.integers(10, 10_000),
    sizes=st.tuples(st.integers(1, 9), st.integers(0, 5), st.integers(1, 9)),
    as_of=st.sampled_from([date(2022, 3, 31), date(2022, 10, 31), date(2024, 2, 29)]),
    start=st.sampled_from([date(2019, 1, 1), date(2020, 1, 1), date(2021, 1, 1)]),
    n_months=st.sampled_from([3, 5]),
)
def test_thin_tables(seed: int, sizes: tuple[int, int, int], as_of: date, start: date, n_months: int) -> None:
    table = random_table(seed, *sizes).sample(fraction=0.5, seed=seed)
    assert_same(table, as_of, Windows(start, date(2021, 12, 1)), n_months)


def test_surprises_follow_from_the_counts() -> None:
    table = surprises(random_table(5))
    for signal, kinds in KINDS.items():
        names = [f"{signal}_{kind}" for kind in kinds]
        for name in names:
            share = (table[f"{name}_as_extreme"] + 1) / (table[f"{name}_placebos"] + 1)
            assert np.allclose(-share.log10().drop_nulls(), table[name].drop_nulls())
            assert share.is_null().equals(table[name].is_null())
        # Kinds with too few placebos to reach one in ten are left out of the mean.
        telling = [pl.when(pl.col(f"{name}_placebos") >= LEAST_PLACEBOS).then(pl.col(name)) for name in names]
        mean = table.select(pl.mean_horizontal(telling)).to_series()
        assert np.allclose(mean.drop_nulls(), table[signal].drop_nulls())
        assert mean.is_null().equals(table[signal].is_null())
