"""The textbook tables hold what the cases say, before any score looks at them."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from .casting import CASTS, CONTROLS, DECOYS, DIVERTERS, INBOUND_ONLY, PLAIN, TableName
from .economy import Economy
from .goods import AS_OF, IS_LISTED, LISTED, MONTHS, SENDERS, Floats, month
from .tables import textbook

SEEDS = (1, 2, 3)
FULL_SPEED = slice(month(2022, 10), month(2023, 9) + 1)  # twelve months, all of them at full speed


def times(economy: Economy, leg: Floats, listed: bool = True) -> float:
    """Dollars of twelve recent months over the yearly mean of 2019 to 2021."""
    return float(leg[..., listed == IS_LISTED, FULL_SPEED].sum()) / economy.yearly(leg, listed)


def published(name: TableName, seed: int, case: str, leg: str) -> float:
    """The same growth in the published rows of listed goods: leg `inbound` or `onward`."""
    table = textbook(name, seed)
    country = pl.lit(table.label[case])
    inbound = pl.col("reporter").is_in(SENDERS) & (pl.col("partner") == country)
    onward = (pl.col("reporter") == country) & (pl.col("partner") == "RUS")
    rows = table.trade.filter(inbound if leg == "inbound" else onward, pl.col("flow") == "X")
    rows = rows.filter(pl.col("hs6").is_in([code for code, _ in LISTED]))
    recent = rows.filter(pl.col("period").is_between(MONTHS[FULL_SPEED.start], MONTHS[FULL_SPEED.stop - 1]))
    before = rows.filter(pl.col("period") < date(2022, 1, 1))
    return float(recent["value_usd"].sum()) / (float(before["value_usd"].sum()) / 3)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_plain_diverter_takes_in_8_times_and_sends_on_60_times_its_baseline(seed: int) -> None:
    assert published("plain", seed, "plain_diverter", "inbound") == pytest.approx(8, rel=0.15)
    assert published("plain", seed, "plain_diverter", "onward") == pytest.approx(60, rel=0.25)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("case", INBOUND_ONLY)
def test_inbound_only_countries_take_in_8_times_and_report_nothing_onward(case: str, seed: int) -> None:
    table = textbook("cases", seed)
    assert published("cases", seed, case, "inbound") == pytest.approx(8, rel=0.15)
    own = table.trade.filter(pl.col("reporter") == table.label[case], pl.col("flow") == "X")
    assert own.is_empty()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_customs_union_publishes_exports_but_none_to_russia(seed: int) -> None:
    table = textbook("cases", seed)
    own = table.trade.filter(pl.col("reporter") == table.label["customs_union"], pl.col("flow") == "X")
    assert set(own["partner"]) == {"WLD"}
    assert published("cases", seed, "customs_union", "inbound") == pytest.approx(6, rel=0.2)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_huge_economy_grows_little_and_diverts_much(seed: int) -> None:
    economy = textbook("cases", seed).economies["huge_economy"]
    assert times(economy, economy.inbound) < 1.5
    assert times(economy, economy.onward) > 4.5
    before = economy.yearly(economy.onward)
    assert economy.onward[IS_LISTED, FULL_SPEED].sum() - before > 1e8


@pytest.mark.parametrize("seed", SEEDS)
def test_the_tiny_economy_starts_from_200_000_dollars(seed: int) -> None:
    economy = textbook("cases", seed).economies["tiny_economy"]
    assert economy.yearly(economy.inbound) == pytest.approx(2e5, rel=0.35)
    assert economy.inbound[:, IS_LISTED, FULL_SPEED].sum() == pytest.approx(8e6, rel=0.25)


@pytest.mark.parametrize("seed", SEEDS)
def test_new_lines_had_nothing_before(seed: int) -> None:
    economy = textbook("cases", seed).economies["surge_new_lines"]
    before = economy.onward[IS_LISTED, :36].sum(axis=1)
    recent = economy.onward[IS_LISTED, FULL_SPEED].sum(axis=1)
    assert ((before == 0) & (recent > 25_000)).sum() >= 9


@pytest.mark.parametrize("seed", SEEDS)
def test_growth_and_relocation_know_no_list(seed: int) -> None:
    economies = textbook("cases", seed).economies
    for case in ("growth_of_everything", "relocation"):
        economy = economies[case]
        listed, unlisted = times(economy, economy.inbound), times(economy, economy.inbound, listed=False)
        assert min(listed, unlisted) > 2.3
        assert 0.7 < listed / unlisted < 1.4
    assert times(economies["relocation"], economies["relocation"].onward) < 1.8


@pytest.mark.parametrize("seed", SEEDS)
def test_own_industry_sells_more_of_everything_and_buys_no_more(seed: int) -> None:
    economy = textbook("cases", seed).economies["own_industry"]
    assert times(economy, economy.inbound) < 1.6
    assert min(times(economy, economy.onward), times(economy, economy.onward, listed=False)) > 2.5


@pytest.mark.parametrize("seed", SEEDS)
def test_a_price_boom_leaves_the_kilograms(seed: int) -> None:
    for number in (1, 2, 3):
        economy = textbook("cases", seed).economies[f"price_boom_{number}"]
        price = [
            economy.inbound[:, IS_LISTED, span].sum(axis=(0, 2))
            / economy.inbound_kg[:, IS_LISTED, span].sum(axis=(0, 2))
            for span in (FULL_SPEED, slice(0, 36))
        ]
        assert np.median(price[0] / price[1]) == pytest.approx(2.2, rel=0.15)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_project_is_one_product_and_nothing_onward(seed: int) -> None:
    economy = textbook("cases", seed).economies["one_project"]
    recent = economy.inbound[:, IS_LISTED, FULL_SPEED].sum(axis=(0, 2))
    assert recent.max() / recent.sum() > 0.5
    assert times(economy, economy.onward) < 1.8


@pytest.mark.parametrize("seed", SEEDS)
def test_the_crackdown_is_its_twin_until_june_2023(seed: int) -> None:
    economies = textbook("cases", seed).economies
    twin, country = economies["without_crackdown"], economies["crackdown"]
    turn = month(2023, 7)
    np.testing.assert_array_equal(country.inbound[..., :turn], twin.inbound[..., :turn])
    np.testing.assert_array_equal(country.onward[..., :turn], twin.onward[..., :turn])
    late = slice(turn + 1, None)
    assert country.onward[IS_LISTED, late].sum() < 0.25 * twin.onward[IS_LISTED, late].sum()


@pytest.mark.parametrize("name", CASTS)
def test_a_seed_alone_decides_a_table_of_unique_rows_known_40_to_90_days_later(name: TableName) -> None:
    made = textbook(name, 1)
    assert textbook.__wrapped__(name, 1).trade.equals(made.trade)
    assert not textbook(name, 2).trade.equals(made.trade)
    key = ["reporter", "partner", "flow", "hs6", "period"]
    assert made.trade.select(key).is_duplicated().sum() == 0
    assert made.trade["value_usd"].min() >= 1
    lag = (made.trade["known_at"] - made.trade["period"].dt.month_end()).unique()
    assert timedelta(days=40) <= lag.min() and lag.max() <= timedelta(days=90)
    assert made.trade["period"].min() == MONTHS[0] and made.trade["period"].max() < AS_OF


def test_every_case_has_a_place_and_says_what_to_expect() -> None:
    everyone = CASTS["plain"] | CASTS["cases"]
    assert set(INBOUND_ONLY | DIVERTERS | DECOYS | PLAIN | CONTROLS) < set(everyone)
    silent = [name for name, make in everyone.items() if not make.__doc__]
    assert silent == []
