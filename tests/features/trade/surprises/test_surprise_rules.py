"""What surprises keep to: null in null out, no hindsight, monotone, the same bytes on any number of cores."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from surprise_tables import COUNTRIES, LISTED, UNLISTED, digest, printed_on_cores, random_table, surprises
from trade_tables import every_month, flows, month

from features.trade.surprises import rises
from features.trade.surprises.table import COLUMNS, SIGNALS

HERE = Path(__file__).parent
ONWARD = [name for name in COLUMNS if name.startswith(("onward", "both", "matched", "timing"))]
# Shuffles of families and moves in time are no sums of rises: what fits badly lowers them.
MONOTONE = [name for name in COLUMNS if not name.endswith(("_families", "_links", "_months"))]
SLOW = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))


def test_columns_and_types() -> None:
    for table in (surprises(random_table(20)), surprises(flows([]))):
        counts = [f"{name}_{part}" for name in COLUMNS for part in ("placebos", "as_extreme")]
        assert table.columns[: 1 + len(SIGNALS) + len(COLUMNS)] == ["country", *SIGNALS, *COLUMNS]
        assert table.columns[1 + len(SIGNALS) + len(COLUMNS) :] == counts
        assert all(table.schema[name] == pl.Float64 for name in (*SIGNALS, *COLUMNS))
        assert all(table.schema[name] == pl.Int64 for name in counts)
        assert table["country"].to_list() == sorted(set(table["country"]))


def test_a_country_that_never_publishes_has_no_onward_surprise() -> None:
    table = random_table(21).filter(pl.col("reporter") != "KAZ")
    found = surprises(table).filter(pl.col("country") == "KAZ")
    assert found.height == 1
    for name in COLUMNS:
        assert (found[name].item() is None) == (name in ONWARD), name
        assert (found[f"{name}_placebos"].item() is None) == (name in ONWARD), name


def test_without_coalition_reports_inbound_is_unknown() -> None:
    table = random_table(22).filter(pl.col("reporter").is_in(COUNTRIES))
    found = surprises(table)
    assert found.height > 0
    known = [name for name in COLUMNS if found[name].count()]
    assert known and all(name.startswith("onward") for name in known)


def test_old_reports_are_unknown() -> None:
    table = random_table(23).filter((pl.col("reporter") != "ARM") | (pl.col("period") < date(2022, 1, 1)))
    assert surprises(table, date(2023, 4, 30)).filter(country="ARM")["onward_rise"].item() is None
    assert surprises(random_table(23), date(2025, 1, 31))[
        [*COLUMNS]
    ].null_count().sum_horizontal().item() == (
        len(COLUMNS) * surprises(random_table(23), date(2025, 1, 31)).height
    )


def test_without_unlisted_goods_there_are_no_placebo_goods() -> None:
    found = surprises(random_table(24).filter(~pl.col("hs6").is_in(UNLISTED)))
    for name in COLUMNS:
        assert (found[name].count() == 0) == name.endswith("_goods"), name


def test_without_earlier_years_there_are_no_placebo_dates() -> None:
    found = surprises(random_table(25).filter(pl.col("period") >= date(2021, 1, 1)))
    for name in COLUMNS:
        # Two years are too short for moves in time as well: no country published 24 months.
        assert (found[name].count() == 0) == name.endswith(("_dates", "_months")), name


def test_surprises_stay_within_their_placebos() -> None:
    found = surprises(random_table(26))
    for name in COLUMNS:
        bound = (found[f"{name}_placebos"] + 1).log10()
        assert ((found[name] >= 0) & (found[name] <= bound + 1e-12)).all()
        assert (found[f"{name}_as_extreme"] <= found[f"{name}_placebos"]).all()


@SLOW
@given(seed=st.integers(100, 9_999), later=st.sampled_from([date(2023, 4, 1), date(2024, 1, 1)]))
def test_later_rows_change_nothing(seed: int, later: date) -> None:
    table = random_table(seed)
    changed = table.with_columns(pl.lit(later).alias("known_at"), (pl.col("value_usd") * 9 + 1))
    more = [
        *every_month("DEU", "VNM", LISTED[0], [10**7] * 36, known_at=later),
        *every_month("VNM", "RUS", "853290", [10**7] * 36, known_at=later),
        *every_month("DEU", "ARM", "853221", [10**7] * 24, start=-24, known_at=later),
    ]
    after = pl.concat([table, changed, flows(more)]).sample(fraction=1, shuffle=True, seed=seed)
    assert digest(surprises(after)) == digest(surprises(table))


@SLOW
@given(
    seed=st.integers(100, 9_999),
    leg=st.sampled_from(["inbound", "onward"]),
    country=st.sampled_from(COUNTRIES),
    factor=st.sampled_from([1.2, 3, 50]),
    codes=st.sets(st.sampled_from(LISTED), min_size=1),
)
@example(seed=2480, leg="onward", country="KAZ", factor=3, codes={"848210", "847150", "854233"})
def test_more_listed_dollars_never_lower_a_surprise(
    seed: int, leg: str, country: str, factor: float, codes: set[str]
) -> None:
    """At given growth of the world: among few countries one that rises lifts the median it is measured by."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(rises, "median_growth", lambda log_ratio, _: np.zeros(log_ratio.shape[1]))
        _more_dollars(seed, leg, country, factor, codes)


def _more_dollars(seed: int, leg: str, country: str, factor: float, codes: set[str]) -> None:
    table = random_table(seed)
    recent = pl.col("hs6").is_in(sorted(codes)) & (pl.col("period") >= date(2022, 1, 1))
    side = {
        "inbound": (pl.col("partner") == country) & (pl.col("reporter") == "DEU"),
        "onward": (pl.col("reporter") == country) & (pl.col("partner") == "RUS"),
    }[leg]
    swollen = table.with_columns(
        pl.when(recent & side)
        .then((pl.col("value_usd") * factor).cast(pl.Int64))
        .otherwise("value_usd")
        .alias("value_usd")
    )
    # New months as well, where the country already trades.
    sender, partner = ("DEU", country) if leg == "inbound" else (country, "RUS")
    published = table.filter(pl.col("reporter") == sender)["period"].unique()
    rows = every_month(sender, partner, min(codes), [int(1e5 * factor)] * 3, start=30, known_at=month(35))
    extra = flows([row for row in rows if row["period"] in published])
    key = ["reporter", "partner", "flow", "hs6", "period"]
    swollen = pl.concat([swollen, extra.join(swollen, on=key, how="anti")])
    before, after = (surprises(each).filter(pl.col("country") == country) for each in (table, swollen))
    for name in MONOTONE if before.height else []:
        if (
            name.startswith((leg, "both", "matched", *(["new"] if leg == "inbound" else [])))
            and before[name].item() is not None
        ):
            assert after[name].item() >= before[name].item() - 1e-12, name


SCRIPT = """
from surprise_tables import digest, random_table, surprises
print(digest(surprises(random_table(30))))
"""


def test_same_bytes_on_one_core_and_on_two() -> None:
    assert printed_on_cores(SCRIPT) == {digest(surprises(random_table(30)))}


def test_a_plain_diverter_surprises_on_every_signal() -> None:
    """Takes in 8 times and sends on 60 times its baseline, in half of the listed codes; the others waver."""
    rows = []
    for place, country in enumerate(COUNTRIES):
        for at, code in enumerate((*LISTED, *UNLISTED)):
            wave = [5 + (7 * month * (place + 1) + 3 * at + place) % 11 for month in range(36)]
            much = country == "TUR" and code in LISTED[::2]
            rises = [(8, 60) if much and month >= 26 else (1, 1) for month in range(36)]
            for sender in ("DEU", "POL"):
                inbound = [2_000 * w * rise[0] for w, rise in zip(wave, rises, strict=True)]
                rows += every_month(sender, country, code, inbound)
            onward = [100 * w * rise[1] for w, rise in zip(wave, rises, strict=True)]
            rows += every_month(country, "RUS", code, onward)
            rows += every_month("DEU", "RUS", code, [50_000] * 26 + [0 if code in LISTED else 50_000] * 10)
    found = surprises(flows(rows).unique(maintain_order=True))
    diverter = found.filter(pl.col("country") == "TUR")
    lines = ("inbound_lines", "inbound_line_peak")  # every inbound line was filled before
    for name in SIGNALS:
        if name not in lines:
            assert diverter[name].item() == found[name].max(), name
    assert diverter["onward_lines"].item() > 0.9
    assert diverter["both_rise_places_as_extreme"].item() == 0
    assert diverter["inbound_rise_goods_as_extreme"].item() < 50


@pytest.mark.parametrize("factor", [10, 1000])
def test_same_share_in_another_currency_of_counts(factor: int) -> None:
    """Surprises of lines do not know dollars: a table of other prices has the same."""
    table = random_table(32).filter(pl.col("value_usd") >= 1_000)
    dearer = table.with_columns(pl.col("value_usd") * factor)
    lines = ["country", *(name for name in COLUMNS if "line" in name and not name.endswith("goods"))]
    assert digest(surprises(table)[lines]) == digest(surprises(dearer)[lines])
