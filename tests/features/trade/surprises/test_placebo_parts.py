"""The parts: counts, sets of goods, dates and shuffles, on numbers small enough to check by hand."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.trade.surprises.dates import earlier_dates, own_spread
from features.trade.surprises.goods import N_SETS, other_goods, placebo_sets, size_classes
from features.trade.surprises.pairs import displaced_families, matched_families, shuffles
from features.trade.surprises.places import place_surprises
from features.trade.surprises.rises import median_growth
from features.trade.surprises.shares import Counts, among, other_places, other_places_on_both

NAN = float("nan")


def numbers(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def test_surprise_of_a_count() -> None:
    counts = Counts(np.array([999, 999, 0, 9]), np.array([3, 999, 0, 0]))
    assert np.allclose(counts.surprises(), [-np.log10(0.004), 0, NAN, 1], equal_nan=True)


def test_other_places_leave_out_the_country_and_the_unknown() -> None:
    counts = other_places(numbers(1, 3, NAN, 3, 2))
    assert counts.placebos.tolist() == [3, 3, 0, 3, 3]
    assert counts.as_extreme.tolist() == [3, 1, 0, 1, 2]


def test_both_statistics_at_once() -> None:
    counts = other_places_on_both(numbers(1, 3, 2, NAN), numbers(5, 1, 4, 9))
    assert counts.placebos.tolist() == [2, 2, 2, 0]
    assert counts.as_extreme.tolist() == [0, 0, 0, 0]


@given(st.lists(st.sampled_from([0.0, 1.0, 1.5, NAN]), min_size=1), st.lists(st.floats(-2, 2)))
def test_among_counts_what_a_loop_counts(values: list[float], pool: list[float]) -> None:
    counts = among(numbers(*values), numbers(*pool))
    for i, value in enumerate(values):
        known = not np.isnan(value)
        assert counts.placebos[i] == known * len(pool)
        assert counts.as_extreme[i] == known * sum(round(x, 9) >= value for x in pool)


def test_surprises_are_as_rare_as_they_say() -> None:
    """Where nothing happens, one in ten reaches 1, in small and large tables."""
    generator = np.random.default_rng(1)
    for n in (20, 100):
        surprises = [other_places(generator.standard_cauchy(n)).surprises() for _ in range(200)]
        assert np.mean(np.concatenate(surprises) >= 1) == pytest.approx(0.1, abs=0.001)
        dated = [
            earlier_dates(draw[0], draw[1:], 1.0).surprises()
            for draw in generator.standard_normal((200, 7, n))
        ]
        assert np.mean(np.concatenate(dated) >= 1) == pytest.approx(0.1, abs=0.02)


def test_few_sets_are_all_sets() -> None:
    listed = np.array([True, False, True, False, True, False, False])
    sets = placebo_sets(np.zeros(7, dtype=np.int64), listed, seed=1)
    every = set(combinations(range(7), 3)) - {(0, 2, 4)}
    assert {tuple(np.flatnonzero(each)) for each in sets} == every
    assert len(sets) == len(every)


def test_many_sets_are_drawn_class_by_class() -> None:
    listed = np.arange(40) % 2 == 0
    classes = size_classes(np.arange(40.0), listed)
    assert np.bincount(classes).tolist() == [10, 10, 10, 10]
    sets = placebo_sets(classes, listed, seed=1)
    assert sets.shape == (N_SETS, 40)
    for each in range(4):
        assert (sets[:, classes == each].sum(axis=1) == listed[classes == each].sum()).all()


def test_too_few_listed_or_unlisted_goods_give_no_sets() -> None:
    for n in (2, 5):
        assert placebo_sets(np.zeros(7, dtype=np.int64), np.arange(7) < n, seed=1).shape == (0, 7)


def test_classes_need_three_of_both_kinds() -> None:
    listed = np.arange(40) >= 20
    assert set(size_classes(np.arange(40.0), listed)) == {0}  # the unlisted ones are all smaller


def test_listed_goods_that_rise_alone_surprise() -> None:
    listed = np.arange(12) < 6
    sets = placebo_sets(np.zeros(12, dtype=np.int64), listed, seed=1)
    rises = np.vstack([np.where(listed, 1.0, 0.0), np.ones(12), np.where(listed, NAN, 0.0)])
    counts = other_goods(rises, listed, sets)
    assert counts.placebos.tolist() == [923, 923, 0]  # 12 over 6, less the list itself
    assert counts.as_extreme.tolist() == [0, 923, 0]


def test_own_noise_counts() -> None:
    """The same rise is a surprise where trade was steady, and none where it always jumped."""
    ups_and_downs = np.array([1.0, -1.0, 1.0, -1.0])
    past = np.outer(ups_and_downs, [0.1, 3.0, 0.1, 0.2, 0.2])
    counts = earlier_dates(numbers(2, 2, 0, 0, 0), past, horizon=1.0)
    assert counts.placebos.tolist() == [20] * 5
    assert counts.as_extreme[0] == 0 < counts.as_extreme[1]


def test_far_from_the_baseline_needs_more() -> None:
    past = np.random.default_rng(2).standard_normal((8, 30))
    near, far = (earlier_dates(np.arange(30.0) / 5, past, horizon).as_extreme[15:] for horizon in (1.0, 9.0))
    assert (far >= near).all()
    assert far.sum() > near.sum()


def test_spread_leans_on_the_others_where_dates_are_few() -> None:
    strayed = np.full((8, 5), 1.0)
    strayed[:, :2], strayed[1:, 0] = 4.0, NAN
    few, many, *others = own_spread(strayed)
    assert 1 < few < many < 4
    assert others == [1, 1, 1]


def test_matched_families_need_the_same_families() -> None:
    orders = shuffles(10, seed=1)
    legs = np.arange(10.0)[None]
    same, crossed = (matched_families(legs, other, orders) for other in (legs, legs[:, ::-1]))
    assert same.as_extreme[0] == 0
    assert crossed.as_extreme[0] == len(orders)
    nothing = matched_families(-legs, legs, orders)
    assert nothing.as_extreme[0] == len(orders)


def test_displaced_families_follow_the_fall() -> None:
    orders = shuffles(10, seed=1)
    rises = np.vstack([np.arange(10.0), -np.arange(10.0), np.zeros(10), np.full(10, NAN)])
    counts = displaced_families(rises, np.arange(10.0), orders)
    assert counts.placebos.tolist() == [999, 999, 999, 0]
    assert counts.as_extreme.tolist() == [0, 999, 999, 0]


def test_growth_of_the_world_is_a_median_over_countries() -> None:
    ratios = np.column_stack([np.arange(8) / 10, np.full(8, 0.2)])
    counted = np.ones((8, 2), dtype=bool)
    assert np.allclose(median_growth(ratios, counted), [0.35, 0.2])
    counted[:5, 0] = False  # three countries: the median of all
    assert np.allclose(median_growth(ratios, counted), [0.2, 0.2])
    assert median_growth(ratios[:7], counted[:7]).tolist() == [0, 0]
    assert median_growth(ratios + 9, counted).tolist() == [np.log(4), np.log(4)]


def test_places_of_any_signal() -> None:
    signals = pl.DataFrame(
        {"country": ["ARM", "GEO", "KAZ"], "displaced_usd": [5, None, 7], "easing": [0.1, 0.2, 0.3]}
    )
    found = place_surprises(signals, {"displaced_usd": 1, "easing": -1})
    assert found["displaced_usd_places"].to_list() == [0.0, None, pytest.approx(np.log10(2))]
    assert found["displaced_usd_places_placebos"].to_list() == [1, None, 1]
    assert found["easing_places_as_extreme"].to_list() == [0, 1, 2]
    assert found.schema["easing_places_placebos"] == pl.Int64
