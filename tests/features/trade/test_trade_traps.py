"""The traps of trade data, one test each: every one fails without the guard it names."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest
from trade_tables import CONTROLS, every_month, flows, goods

from features.reference.facts import coalition, priority_list
from features.trade.flows.families import HindsightError
from features.trade.flows.windows import Windows
from features.trade.signals import TradeSignals, trade_signals

WINDOWS = Windows(date(2020, 1, 1), date(2021, 12, 1))
AS_OF = date(2023, 3, 31)
WAR = 26  # months before March 2022
CHIPS, BEARINGS, CARS = "854231", "848210", "870323"
Rows = list[dict[str, Any]]


def signals(rows: Rows, listed: pl.DataFrame | None = None, as_of: date = AS_OF) -> TradeSignals:
    return trade_signals(flows(rows), goods() if listed is None else listed, WINDOWS, as_of)


def row(rows: Rows, country: str, listed: pl.DataFrame | None = None) -> dict[str, Any]:
    countries = signals(rows, listed).countries
    return countries.row(by_predicate=pl.col("country") == country, named=True)


def step(reporter: str, partner: str, hs6: str, before: int, after: int, **more: Any) -> Rows:
    """A monthly series that steps from one value to another in March 2022."""
    return every_month(reporter, partner, hs6, [before] * WAR + [after] * (36 - WAR), **more)


def even_controls(hs6: str, before: int = 1_000_000, after: int = 1_000_000) -> Rows:
    return [r for name in CONTROLS for r in step("DEU", name, hs6, before, after)]


@pytest.mark.parametrize(
    ("old", "new"),
    [("854890", "854800"), ("852580", "852589"), ("854150", "854151"), ("880330", "880730")],
)
def test_trap_1_renamed_codes_are_no_surge(old: str, new: str) -> None:
    """Six priority codes exist in HS2022 only: their families carry the old codes' baseline."""
    sent = every_month("DEU", "KAZ", old, [2_000_000] * 24) + every_month(
        "DEU", "KAZ", new, [2_000_000] * 12, 24
    )
    onward = every_month("KAZ", "RUS", old, [1_000_000] * 24) + every_month(
        "KAZ", "RUS", new, [1_000_000] * 12, 24
    )
    # Something comparable, so that the country has a row where the code has no clean family at all.
    steady = step("DEU", "KAZ", CHIPS, 1_000_000, 1_000_000)
    found = row(sent + onward + steady, "KAZ", goods((new, CHIPS)))
    assert found["inbound_surge"] == pytest.approx(0, abs=1e-12)
    assert found["inbound_excess_usd"] == found["onward_excess_usd"] == found["matched_transit_usd"] == 0
    assert found["new_routes"] in (0, None)


def test_trap_1_renaming_every_new_code_creates_no_alert() -> None:
    """All six priority codes that exist in HS2022 only, each renamed in the month before the invasion."""
    renamed = (
        *(("854890", "854800"), ("852580", "852589"), ("854140", "854149")),
        *(("854150", "854151"), ("854150", "854159"), ("880330", "880730")),
    )
    steady = step("DEU", "KAZ", CHIPS, 1_000_000, 1_000_000) + step("KAZ", "RUS", CHIPS, 500_000, 500_000)
    rows = list(steady)
    for old, new in dict(renamed).items():
        for route in (("DEU", "KAZ"), ("KAZ", "RUS")):
            rows += every_month(*route, old, [2_000_000] * 24) + every_month(
                *route, new, [2_000_000] * 12, 24
            )
    listed = goods((CHIPS, *(new for _, new in renamed)))
    found, before = row(rows, "KAZ", listed), row(steady, "KAZ", listed)
    for name in ("inbound_excess_usd", "onward_excess_usd", "matched_transit_usd", "displaced_usd"):
        assert found[name] in (0, None)
    assert found["inbound_surge"] == pytest.approx(before["inbound_surge"], abs=1e-12)
    assert found["onward_surge"] == pytest.approx(before["onward_surge"], abs=1e-12)


def test_trap_1_late_adoption_is_no_surge_and_broken_families_are_named() -> None:
    late = every_month("DEU", "KAZ", "854890", [2_000_000] * 30)
    late += every_month("DEU", "KAZ", "854800", [2_000_000] * 6, 30)
    found = signals([*late, *step("DEU", "KAZ", "854149", 1, 9_000_000)], goods(("854800", "854149")))
    assert found.countries["inbound_excess_usd"].to_list() == [0]
    assert found.broken_codes == ("854149",)


def test_trap_2_listed_goods_are_seen_where_the_total_falls() -> None:
    """Kazakhstan's total exports to Russia fell while chips through it rose."""
    total = step("KAZ", "RUS", "270900", 900_000_000, 700_000_000)
    chips = step("DEU", "KAZ", CHIPS, 100_000, 2_000_000) + step("KAZ", "RUS", CHIPS, 50_000, 1_800_000)
    found = row(total + chips, "KAZ")
    assert found["onward_surge"] > 2
    assert found["matched_transit_usd"] > 10_000_000
    # The trap itself: with the total as the goods list nothing is seen.
    assert row(total + chips, "KAZ", goods((CHIPS, "270900")))["onward_surge"] < 0


def test_trap_3_growth_alone_neither_displaces_nor_matches() -> None:
    """Ranked by growth Trinidad and Tobago ranks next to Kyrgyzstan; displacement parts them."""
    direct = step("DEU", "RUS", CHIPS, 5_000_000, 0) + step("DEU", "RUS", BEARINGS, 1_000_000, 1_000_000)
    diverter = step("DEU", "KGZ", CHIPS, 500_000, 3_000_000)
    grower = step("DEU", "TTO", BEARINGS, 500_000, 3_000_000)
    found = signals(direct + diverter + grower).countries
    by_country = {r["country"]: r for r in found.to_dicts()}
    assert by_country["TTO"]["inbound_surge"] == by_country["KGZ"]["inbound_surge"]
    assert by_country["TTO"]["displaced_usd"] == 0 < by_country["KGZ"]["displaced_usd"]


def test_trap_5_goods_from_russia_are_on_no_leg() -> None:
    """Gold, diamonds and oil come from Russia; a reverse flow is never counted as transit."""
    gold = step("RUS", "ARM", CHIPS, 100_000, 90_000_000) + step("ARM", "ARE", CHIPS, 100_000, 90_000_000)
    chips = step("DEU", "ARM", CHIPS, 1_000_000, 1_000_000)
    found = row(gold + chips, "ARM")
    assert found["inbound_surge"] == 0
    assert found["onward_excess_usd"] == found["matched_transit_usd"] == 0


def test_trap_6_a_legal_hub_is_compared_with_its_own_history() -> None:
    hub = step("USA", "HKG", CHIPS, 80_000_000, 80_000_000) + step(
        "HKG", "RUS", CHIPS, 20_000_000, 20_000_000
    )
    newcomer = step("USA", "KGZ", CHIPS, 100_000, 2_000_000) + step("KGZ", "RUS", CHIPS, 0, 1_500_000)
    by_country = {r["country"]: r for r in signals(hub + newcomer).countries.to_dicts()}
    assert by_country["HKG"]["matched_transit_usd"] == 0 < by_country["KGZ"]["matched_transit_usd"]


def test_trap_7_cars_do_not_match_chips() -> None:
    """Each family matches itself only: cars in and chips out are no transit."""
    listed = goods((CHIPS, CARS))
    apart = step("USA", "GEO", CARS, 100_000, 5_000_000) + step("GEO", "RUS", CHIPS, 0, 4_000_000)
    assert row(apart, "GEO", listed)["matched_transit_usd"] == 0
    same = step("USA", "GEO", CARS, 100_000, 5_000_000) + step("GEO", "RUS", CARS, 0, 4_000_000)
    assert row(same, "GEO", listed)["matched_transit_usd"] > 20_000_000


def test_trap_8_own_industry_needs_arrivals_too() -> None:
    """China makes what it sells: exports without coalition arrivals match nothing."""
    made = step("CHN", "RUS", CHIPS, 500_000, 9_000_000)
    arrivals = step("USA", "CHN", CHIPS, 9_000_000, 9_000_000)
    everywhere = [
        r
        for chapter in range(10, 40)
        for name in ("CHN", "VNM", "USA")
        for r in step(name, "BRA", f"{chapter}0110", 1_000_000, 1_000_000)
    ]
    chips = step("CHN", "BRA", CHIPS, 8_000_000, 8_000_000)
    through = step("VNM", "RUS", CHIPS, 0, 2_000_000)
    by_country = {
        r["country"]: r for r in signals(made + arrivals + everywhere + chips + through).countries.to_dicts()
    }
    assert by_country["CHN"]["matched_transit_usd"] == 0
    assert by_country["CHN"]["rca_mismatch"] == 0
    assert by_country["VNM"]["rca_mismatch"] == 1


def test_trap_9_a_price_rise_everywhere_is_no_surge() -> None:
    rows = even_controls(CHIPS, 1_000_000, 2_000_000) + step("DEU", "KAZ", CHIPS, 1_000_000, 2_000_000)
    found = signals(rows)
    assert len(found.growth.controls) == len(CONTROLS)
    kaz = found.countries.row(by_predicate=pl.col("country") == "KAZ", named=True)
    assert kaz["inbound_surge"] == pytest.approx(0, abs=0.02)
    assert kaz["inbound_excess_usd"] < 500_000
    alone = row(step("DEU", "KAZ", CHIPS, 1_000_000, 2_000_000), "KAZ")
    assert alone["counterfactual"] == "none"
    assert alone["inbound_surge"] > 0.4


def test_trap_9_estimated_or_missing_weights_price_nothing() -> None:
    codes = ("854231", "854232", "848210")
    weighed: Rows = []
    for code in codes:
        weighed += every_month("DEU", "KAZ", code, [1_000_000] * 36, net_kg=1_000)
        weighed += every_month("KAZ", "RUS", code, [500_000] * 36, net_kg=250)
    assert row(weighed, "KAZ")["unit_value_premium"] == pytest.approx(0.6931, abs=1e-3)
    unweighed = [{**r, "net_kg": None} if r["partner"] == "RUS" else r for r in weighed]
    assert row(unweighed, "KAZ")["unit_value_premium"] is None


def test_trap_10_one_project_is_concentrated_and_stays() -> None:
    """A power plant's machines: much in one family, nothing onward."""
    plant = step("DEU", "TUR", BEARINGS, 100_000, 9_000_000) + step("TUR", "RUS", CHIPS, 10_000, 10_000)
    found = row(plant, "TUR")
    assert found["matched_transit_usd"] == 0
    assert found["pass_through"] == 0
    assert found["excess_concentration"] == 1


def test_trap_11_re_exports_are_inside_exports() -> None:
    """Summing X and RX would count Hong Kong twice."""
    rows = step("USA", "HKG", CHIPS, 100_000, 5_000_000) + step("HKG", "RUS", CHIPS, 0, 1_000_000)
    again = rows + step("HKG", "RUS", CHIPS, 0, 1_000_000, flow="RX")
    assert row(rows, "HKG")["onward_excess_usd"] == row(again, "HKG")["onward_excess_usd"]
    # The world row stands for the sum of its partners and is no destination.
    world = rows + step("USA", "WLD", CHIPS, 100_000, 5_000_000)
    assert signals(world).countries.equals(signals(rows).countries)


def test_trap_12_confidential_codes_are_no_products() -> None:
    rows = step("DEU", "KAZ", CHIPS, 1_000_000, 1_000_000)
    hidden = (
        rows
        + step("DEU", "KAZ", "999999", 100_000, 90_000_000)
        + step("DEU", "KAZ", "854299", 1_000, 9_000_000)
    )
    assert row(hidden, "KAZ")["inbound_excess_usd"] == 0


def test_trap_13_a_list_is_not_used_before_its_date() -> None:
    rows = step("DEU", "KAZ", CHIPS, 1_000_000, 3_000_000)
    with pytest.raises(HindsightError, match="allow-hindsight"):
        trade_signals(flows(rows), priority_list(), WINDOWS, date(2023, 3, 31))
    asked = trade_signals(flows(rows), priority_list(), WINDOWS, date(2023, 3, 31), allow_hindsight=True)
    assert asked.goods.hindsight
    sizes = {
        as_of: trade_signals(flows(rows), priority_list(), WINDOWS, as_of).goods.n_codes
        for as_of in (date(2023, 9, 19), date(2024, 2, 22), date(2024, 2, 23))
    }
    assert list(sizes.values()) == [45, 45, 50]


def test_trap_14_the_coalition_is_dated() -> None:
    assert "TWN" not in coalition(date(2022, 1, 31))
    rows = step("TWN", "KAZ", CHIPS, 1_000_000, 5_000_000) + step("DEU", "TWN", CHIPS, 1_000_000, 5_000_000)
    late = signals(rows + step("DEU", "KAZ", CHIPS, 1, 1)).countries
    assert late["country"].to_list() == ["KAZ"]
    assert late["inbound_excess_usd"].item() > 30_000_000
    windows = Windows(date(2020, 1, 1), date(2020, 12, 1))
    early = trade_signals(flows(rows), goods(), windows, date(2022, 1, 31)).countries
    assert early["country"].to_list() == ["TWN"]


def test_trap_15_scores_come_down_when_trade_does() -> None:
    up, down = [100_000] * WAR + [5_000_000] * 10, [100_000] * WAR + [5_000_000] * 10 + [100_000] * 14
    high = row(every_month("DEU", "TUR", CHIPS, up) + every_month("TUR", "RUS", CHIPS, up), "TUR")
    after = every_month("DEU", "TUR", CHIPS, down) + every_month("TUR", "RUS", CHIPS, down)
    low = signals(after, as_of=date(2024, 3, 31)).countries.row(0, named=True)
    assert high["matched_transit_usd"] > 10_000_000 > 1_000_000 > low["matched_transit_usd"]


def test_a_control_that_diverts_does_not_hide_the_others() -> None:
    """The growth of control countries leaves out the largest riser of each family."""
    quiet = even_controls(CHIPS)
    one_bad = [r for r in quiet if r["partner"] != CONTROLS[0]] + step(
        "DEU", CONTROLS[0], CHIPS, 1_000_000, 30_000_000
    )
    target = step("DEU", "KAZ", CHIPS, 500_000, 3_000_000)
    assert row(one_bad + target, "KAZ")["inbound_excess_usd"] == pytest.approx(
        row(quiet + target, "KAZ")["inbound_excess_usd"], rel=0.02
    )
