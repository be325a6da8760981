"""Planting in a small made-up table: nothing is lost, everything adds up, and the truth is contained."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from data_contracts.tables import TRADE_FLOWS
from features.reference.facts import MIRROR_CIF, NEVER_SCORED, coalition
from riskmodel.errors import WrongUsage
from riskmodel.scoring.manifest import is_simulated
from riskmodel.worlds.planting import Episode, Injection, InjectionSettings, inject, plant, without_planted
from riskmodel.worlds.planting.months import booking_calendar, numbered

GOODS = ("854231", "853400", "854149", "847150")
OTHERS = ("870323", "010121")
MEMBERS = ("DEU", "USA", "JPN")
THIRD = ("KEN", "PER", "VNM", "MYS", "ARG", "EGY")
REPORTING = ("PER", "VNM", "MYS")  # of them MYS yearly
MONTHS = pl.date_range(date(2021, 1, 1), date(2023, 12, 1), "1mo", eager=True).to_list()


def _table(seed: int = 0) -> pl.DataFrame:
    """Monthly exports of members and of some third countries, with revisions, weights and world totals."""
    rng = np.random.default_rng(seed)
    rows = []
    for reporter in (*MEMBERS, *REPORTING):
        months = [m for m in MONTHS if m.month == 1] if reporter == "MYS" else MONTHS
        for month in months:
            edition = "HS2022" if month >= date(2022, 1, 1) else "HS2017"
            known = (
                None if reporter == "JPN" else date(month.year + month.month // 12, month.month % 12 + 1, 25)
            )
            for hs6 in (*GOODS, *OTHERS):
                code = "854140" if (hs6, edition) == ("854149", "HS2017") else hs6
                total = 0
                for partner in (*THIRD, "RUS", "FRA"):
                    if partner == reporter or rng.random() < 0.5:
                        continue
                    value = int(rng.lognormal(10, 1))
                    total += value
                    kg = value // 50 if reporter != "USA" else None
                    rows.append((reporter, partner, "X", code, edition, month, value, kg, known, "office"))
                    if rng.random() < 0.1 and known:
                        later = date(month.year + 1, month.month, 28)
                        rows.append(
                            (reporter, partner, "X", code, edition, month, value + 9, kg, later, "office")
                        )
                rows.append((reporter, "WLD", "X", code, edition, month, total + 50, None, known, None))
    for month in MONTHS:  # PER also reports imports
        edition = "HS2022" if month >= date(2022, 1, 1) else "HS2017"
        rows.append(("PER", "DEU", "M", "853400", edition, month, 5_000, 100, month, "office"))
    return pl.DataFrame(rows, schema=TRADE_FLOWS, orient="row")


@pytest.fixture(scope="module")
def trade() -> pl.DataFrame:
    return _table()


@pytest.fixture(scope="module")
def planted(trade: pl.DataFrame) -> Injection:
    return inject(trade, GOODS, 7, InjectionSettings(countries=4, amount_usd=(500_000, 5_000_000)))


def _sum(frame: pl.DataFrame, column: str = "value_usd") -> int:
    return int(frame[column].sum())


def test_table_without_what_was_planted_is_the_original(trade: pl.DataFrame, planted: Injection) -> None:
    assert without_planted(planted).equals(trade)
    kept = planted.trade_flows.head(trade.height)
    untouched = ~kept["source"].fill_null("").str.starts_with("simulated")
    assert kept.filter(untouched).equals(trade.filter(untouched))
    assert 0 < untouched.not_().sum() < trade.height


def test_same_seed_same_bytes_and_another_seed_another_draw(trade: pl.DataFrame, planted: Injection) -> None:
    again = inject(trade, GOODS, 7, InjectionSettings(countries=4, amount_usd=(500_000, 5_000_000)))
    for name in ("trade_flows", "diverted", "roles", "planted", "shipments"):
        assert getattr(again, name).equals(getattr(planted, name), null_equal=True)
    other = inject(trade, GOODS, 8, InjectionSettings(countries=4, amount_usd=(500_000, 5_000_000)))
    assert not other.diverted.equals(planted.diverted)


def test_order_of_rows_moves_no_draw(trade: pl.DataFrame, planted: Injection) -> None:
    settings = InjectionSettings(countries=4, amount_usd=(500_000, 5_000_000))
    shuffled = inject(trade.sample(fraction=1, shuffle=True, seed=3), GOODS, 7, settings)
    assert shuffled.planted.equals(planted.planted)
    assert shuffled.diverted.equals(planted.diverted)


def test_inbound_dollars_add_up_to_the_amounts(planted: Injection) -> None:
    for episode in planted.episodes:
        sent = planted.planted.filter(pl.col("reporter").is_in(MEMBERS), partner=episode.country, flow="X")
        assert _sum(sent) == episode.amount_usd
        arrived = _sum(planted.shipments.filter(country=episode.country), "arrived_usd")
        assert arrived == pytest.approx(episode.amount_usd * 0.9, rel=0.01)


def test_what_left_came_in_first(planted: Injection) -> None:
    for episode in planted.episodes:
        left = planted.diverted.filter(country=episode.country).sort("period")
        came = planted.shipments.filter(country=episode.country).sort("month")
        for month in left["period"].unique().to_list():
            until = month.year * 12 + month.month - 2  # one month of lag at least
            out, into = _sum(left.filter(pl.col("period") <= month)), came.filter(pl.col("month") <= until)
            assert 0 < out <= (1 + 1.5 * 0.15) * _sum(into, "arrived_usd") + into.height
        gone = came.filter(pl.col("leaves") <= 2023 * 12 + 11)
        assert (
            _sum(left) == _sum(gone, "left_usd") == pytest.approx(1.15 * _sum(gone, "arrived_usd"), rel=0.03)
        )


def test_what_is_declared_is_contained_in_published_exports(trade: pl.DataFrame, planted: Injection) -> None:
    for episode in planted.episodes:
        onward = planted.planted.filter(reporter=episode.country, partner="RUS", flow="X")
        shown = planted.diverted.filter(country=episode.country)
        assert _sum(onward) == _sum(shown, "declared_usd")
        assert (shown["declared_usd"] <= shown["value_usd"]).all()
        if episode.country not in REPORTING:
            assert onward.is_empty() and not _sum(shown, "declared_usd")
        else:
            assert _sum(onward) == pytest.approx(0.7 * _sum(shown), rel=0.15)
    assert {e.country for e in planted.episodes} & set(REPORTING)


def test_world_totals_rise_with_their_parts(planted: Injection) -> None:
    exports = planted.planted.filter(flow="X")
    parts, world = exports.filter(pl.col("partner") != "WLD"), exports.filter(partner="WLD")
    assert _sum(parts) == _sum(world) > 0


def test_a_total_begins_with_a_good_that_was_not_sold_before(trade: pl.DataFrame) -> None:
    without = trade.filter(~((pl.col("reporter") == "VNM") & (pl.col("hs6") == "847150")))
    episode = Episode("VNM", ("847150",), date(2022, 6, 1), 12, 1_000_000)
    rows = plant(without, GOODS, [episode], 1).planted.filter(reporter="VNM", hs6="847150")
    russia, world = (rows.filter(partner=one).drop("partner", "net_kg") for one in ("RUS", "WLD"))
    assert russia.height and russia.equals(world)


def test_imports_show_what_arrived_with_freight(trade: pl.DataFrame) -> None:
    episode = Episode("PER", ("853400",), date(2022, 6, 1), 12, 1_000_000, ghost_share=0.25)
    done = plant(trade, GOODS, [episode], 1)
    imports = done.planted.filter(reporter="PER", flow="M")
    assert _sum(imports) == pytest.approx(750_000 * MIRROR_CIF, rel=0.1)
    assert without_planted(done).equals(trade)


def test_codes_follow_the_edition_of_the_month(trade: pl.DataFrame) -> None:
    episode = Episode("EGY", ("854149",), date(2021, 10, 1), 8, 2_000_000, ramp=0)
    done = plant(trade, GOODS, [episode], 1)
    codes = (
        done.planted.group_by(pl.col("period") < date(2022, 1, 1)).agg(pl.col("hs6").unique()).sort("period")
    )
    assert codes["hs6"].to_list() == [["854149"], ["854140"]]
    assert done.diverted["hs6"].unique().to_list() == ["854149"]


def test_misdeclared_goods_are_true_goods_in_the_truth_only(trade: pl.DataFrame) -> None:
    aliases = (("853400", "870323"),)
    episode = Episode("PER", ("853400", "847150"), date(2022, 6, 1), 12, 900_000, misdeclared=aliases)
    done = plant(trade, GOODS, [episode], 1)
    assert set(done.planted["hs6"]) == {"870323", "847150"}
    assert set(done.diverted["hs6"]) == {"853400", "847150"}
    assert _sum(done.planted.filter(reporter="PER", partner="RUS")) == _sum(done.diverted, "declared_usd") > 0
    assert without_planted(done).equals(trade)
    with pytest.raises(WrongUsage, match="some edition"):
        plant(trade, GOODS, [replace(episode, misdeclared=(("853400", "000000"),))], 1)


def test_new_rows_have_the_vintages_and_weights_of_the_reporter(planted: Injection) -> None:
    new = planted.trade_flows.filter(source="simulated_planted", flow="X")
    assert new.height >= planted.planted.filter("new_row", flow="X").height > 0
    assert new.filter(reporter="JPN")["known_at"].null_count() == new.filter(reporter="JPN").height > 0
    assert new.filter(pl.col("reporter") != "JPN")["known_at"].null_count() == 0
    assert (new["known_at"].drop_nulls() > new.filter(pl.col("known_at").is_not_null())["period"]).all()
    assert new.filter(reporter="USA")["net_kg"].null_count() == new.filter(reporter="USA").height
    weighed = new.filter(reporter="DEU").drop_nulls("net_kg")
    assert (weighed["value_usd"] / weighed["net_kg"].clip(1)).median() == pytest.approx(50, rel=0.1)


def test_yearly_reporters_book_in_their_year(trade: pl.DataFrame) -> None:
    calendar = booking_calendar(trade).filter(reporter="MYS", flow="X")
    assert calendar.height == 36 and calendar["period"].n_unique() == 3
    episode = Episode("MYS", ("853400",), date(2022, 3, 1), 6, 3_000_000)
    onward = plant(trade, GOODS, [episode], 2).planted.filter(reporter="MYS", partner="RUS")
    assert onward["period"].to_list() == [date(2022, 1, 1)]


def test_countries_drawn_may_be_scored_and_differ_between_seeds(trade: pl.DataFrame) -> None:
    settings = InjectionSettings(countries=2)
    drawn = [{e.country for e in inject(trade, GOODS, seed, settings).episodes} for seed in range(12)]
    assert set.union(*drawn) == set(THIRD)
    assert not set.union(*drawn) & (coalition(date(2023, 12, 1)) | NEVER_SCORED)
    roles = inject(trade, GOODS, 0, settings).roles
    assert roles["country"].to_list() == sorted(THIRD)
    assert roles.filter(role="diverter").height == 2


def test_only_exports_to_russia(trade: pl.DataFrame) -> None:
    to_russia = trade.filter(pl.col("reporter").is_in(REPORTING), partner="RUS", flow="X")
    done = inject(to_russia, GOODS, 3, InjectionSettings(countries=2))
    assert set(done.planted["partner"]) == {"RUS"}
    assert _sum(done.planted) == _sum(done.diverted, "declared_usd") > 0
    assert without_planted(done).equals(to_russia)


def test_only_coalition_exports(trade: pl.DataFrame) -> None:
    inbound = trade.filter(pl.col("reporter").is_in(MEMBERS), pl.col("partner") != "WLD")
    done = inject(inbound, GOODS, 3, InjectionSettings(countries=3))
    assert set(done.planted["reporter"]) <= set(MEMBERS)
    assert not _sum(done.diverted, "declared_usd") and _sum(done.diverted)


def test_stopped_reporters_get_nothing(trade: pl.DataFrame) -> None:
    gone = pl.col("reporter").is_in(["DEU", "USA"]) & (pl.col("period") >= date(2022, 6, 1))
    done = inject(trade.filter(~gone), GOODS, 3, InjectionSettings(first_month=date(2022, 6, 1)))
    assert set(done.planted.filter(pl.col("reporter").is_in(MEMBERS))["reporter"]) == {"JPN"}
    with pytest.raises(WrongUsage, match="whose suppliers report"):
        without_jpn = trade.filter(~gone, pl.col("reporter") != "JPN")
        inject(without_jpn, GOODS, 3, InjectionSettings(first_month=date(2022, 6, 1)))


def test_an_injected_table_says_that_it_is_simulated(trade: pl.DataFrame, planted: Injection) -> None:
    assert is_simulated(planted.trade_flows) and not is_simulated(trade)
    touched = planted.trade_flows.with_columns(numbered().alias("m")).filter(
        pl.col("source").str.starts_with("simulated_planted")
    )
    assert (
        touched.select("reporter", "partner", "flow", "hs6", "period").unique().height
        == planted.planted.height
    )


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"countries": 7}, "7 cannot be drawn"),
        ({"first_month": date(2019, 1, 1)}, "outside the trade table"),
        ({"first_month": date(2022, 1, 2)}, "first day"),
        ({"amount_usd": (5, 1)}, "range of amount"),
        ({"ghost_share": 1.5}, "ghost share"),
        ({"lag": -1}, "negative"),
        ({"duration": 0}, "one month"),
    ],
)
def test_settings_that_cannot_be_used(trade: pl.DataFrame, settings: dict[str, object], words: str) -> None:
    with pytest.raises(WrongUsage, match=words):
        inject(trade, GOODS, 0, InjectionSettings(**settings))  # type: ignore[arg-type]


def test_tables_that_cannot_be_used(trade: pl.DataFrame) -> None:
    with pytest.raises(WrongUsage, match="no row"):
        inject(trade.clear(), GOODS, 0)
    with pytest.raises(WrongUsage, match="none of the goods"):
        inject(trade, ["901210"], 0)
    with pytest.raises(WrongUsage, match="one episode"):
        plant(trade, GOODS, [Episode("PER", ("853400",), date(2022, 6, 1), 3, 1000)] * 2, 0)


def test_a_longer_table_of_a_third_country_moves_no_start(trade: pl.DataFrame) -> None:
    late = trade.filter(reporter="VNM", period=date(2023, 12, 1))
    later = pl.concat([trade, late.with_columns(period=pl.lit(date(2024, 9, 1)), known_at=None)])
    starts = {
        e.first_month
        for s in range(5)
        for e in inject(later, GOODS, s, InjectionSettings(countries=3)).episodes
    }
    assert max(starts) <= date(2023, 7, 1)
