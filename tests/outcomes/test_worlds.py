"""Rows from simulated worlds: what is labelled, and what a scorer could have known."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

import polars as pl
import pytest

from data_contracts.tables import TRADE_FLOWS
from riskmodel.outcomes.rows import FRAME, Tables, labelled_frame
from riskmodel.outcomes.simulated_rows import (
    WorldJob,
    country_roles,
    held_out_jobs,
    planted,
    training_jobs,
    undeclared_transit,
)
from riskmodel.worlds.corridors.truth import TRUTH, TRUTH_MONTHLY
from riskmodel.worlds.corridors.world import CorridorWorld

MONTH = date(2023, 1, 1)
RowsOf = Callable[[Tables], pl.DataFrame]


def moved(episode: str, country: str, onward: int, declared: int, via: str | None = None) -> dict:
    names = {"episode_id": episode, "country": country, "via": via, "hs6": "847150", "period": MONTH}
    return {**names, "inbound_usd": onward, "between_usd": 0, "onward_usd": onward, "declared_usd": declared}


def fake(rows: list[dict], reporters: list[str], ghosts: tuple[str, ...] = ()) -> SimpleNamespace:
    flows = [(c, "RUS", "X", "847150", "HS2017", MONTH, 1, None, MONTH, "simulated") for c in reporters]
    truth = [{"episode_id": row["episode_id"], "country": row["country"], "via": row["via"]} for row in rows]
    kinds = [{**t, "kind": "ghost_trade" if t["episode_id"] in ghosts else "diversion"} for t in truth]
    return SimpleNamespace(
        trade_flows=pl.DataFrame(flows, schema=TRADE_FLOWS, orient="row"),
        truth=pl.DataFrame(kinds, schema=TRUTH),
        truth_monthly=pl.DataFrame(rows, schema=TRUTH_MONTHLY),
    )


@pytest.mark.parametrize(
    ("rows", "reporters", "ghosts", "expected"),
    [
        ([moved("d1", "KGZ", 100, 30)], ["KGZ"], (), {"KGZ": 70}),  # published: what was left out
        ([moved("d1", "KGZ", 100, 30)], [], (), {"KGZ": 100}),  # never published: all of it
        ([moved("d1", "KGZ", 100, 100)], ["KGZ"], (), {}),
        ([moved("d1", "KGZ", 100, 100, via="KAZ")], ["KAZ"], (), {"KGZ": 100, "KAZ": 100}),
        ([moved("g1", "KGZ", 100, 0)], ["KGZ"], ("g1",), {}),  # ghost goods never come in
    ],
)
def test_undeclared_transit_is_what_the_tables_do_not_show(
    rows: list[dict], reporters: list[str], ghosts: tuple[str, ...], expected: dict[str, int]
) -> None:
    found = undeclared_transit(fake(rows, reporters, ghosts))
    assert dict(found.select("country", "value_usd").iter_rows()) == expected


def test_held_out_worlds_share_no_seed_and_no_ranges_with_training() -> None:
    train, test = training_jobs(6, 1000), held_out_jobs(6, 501000)
    assert not {job.params.seed for job in train} & {job.params.seed for job in test}
    for other in test:
        assert all(job.params.lump_sd != other.params.lump_sd for job in train)


@pytest.fixture(scope="module")
def rows_of(world_job: WorldJob) -> RowsOf:
    windows = world_job.windows()
    return lambda tables: labelled_frame(tables, [date(2023, 3, 31)], windows, "transit", "seed-5")


@pytest.fixture(scope="module")
def whole(rows_of: RowsOf, tables: Tables) -> pl.DataFrame:
    return rows_of(tables)


def test_signals_of_a_row_ignore_what_became_known_later(
    tables: Tables, rows_of: RowsOf, whole: pl.DataFrame
) -> None:
    """The label sees the future, the signals never do."""
    known = pl.col("known_at") <= date(2023, 3, 31)
    short = Tables(
        tables.trade.filter(known),
        tables.goods,
        tables.mentions.filter(pl.col("published_on") <= date(2023, 3, 31)),
        tables.listings.filter(pl.col("listed_on") <= date(2023, 3, 31)),
    )
    signals = [
        name
        for name in FRAME
        if name not in {"target", "why_null", "past_event", "onset", "past_onward_usd", "world"}
    ]
    rows = rows_of(short)
    assert rows.select(signals).equals(whole.select(signals))
    assert whole["target"].sum() > 0
    assert rows["target"].null_count() == whole.height


def test_planted_countries_have_most_of_the_events(whole: pl.DataFrame, world: CorridorWorld) -> None:
    rows = whole.join(country_roles(world), on="country", how="left")
    planted = rows.filter(pl.col("role") == "diversion")["target"].mean()
    others = rows.filter(pl.col("role") != "diversion")["target"].mean()
    assert planted > 0.4 > 3 * others


def test_the_diverted_share_is_of_what_comes_in(world: CorridorWorld) -> None:
    found = planted(world)
    assert found["diversion_share"].is_between(0, 1, closed="none").all()
    row = found.row(0, named=True)
    usual = world.trade_flows.filter(
        pl.col("flow") == "X",
        pl.col("partner") == row["country"],
        pl.col("period").dt.year() == 2021,
        pl.col("hs6").is_in(world.goods["hs6"].to_list()),
    )
    newest = usual.sort("known_at").unique(["reporter", "hs6", "period"], keep="last")["value_usd"].sum()
    amount = row["diversion_usd_per_year"]
    assert row["diversion_share"] == pytest.approx(amount / (amount + newest))
