"""Facts of a trade table: what a revision changes, and a few reporters at a time give the same as all."""

from datetime import date

import polars as pl
import pytest

from data_contracts.checking.check import validate
from data_contracts.contract import Context
from data_contracts.registry import CONTRACTS
from tools.contracts.examples import SOUND_CONTEXT, sound

pytestmark = pytest.mark.xdist_group("contracts")
TRADE = CONTRACTS["trade_flows"]


def months(rows: list[tuple[str, int, str, int, str | None]]) -> pl.DataFrame:
    """Rows of (reporter, month of 2023, hs6, value, known_at)."""
    names = ("reporter", "month", "hs6", "value_usd", "known_at")
    table = pl.DataFrame(rows, schema=names, orient="row", infer_schema_length=None)
    return table.select(
        "reporter",
        "hs6",
        "value_usd",
        pl.col("known_at").cast(pl.String),
        period=pl.format("2023-{}-01", pl.col("month").cast(pl.String).str.zfill(2)),
        partner=pl.lit("KGZ"),
        flow=pl.lit("X"),
        hs_edition=pl.lit("HS2022"),
        net_kg=pl.lit(None, pl.Int64),
        source=pl.lit("example"),
    )


def jumps(table: pl.DataFrame) -> tuple[int, str]:
    evidence = validate(TRADE, table, Context(today=date(2024, 6, 30))).report.evidence
    return evidence["n_jumps"], evidence["largest_jump"]


STEADY = [
    ("DEU", month, code, value, "2023-06-30")
    for month in range(1, 5)
    for code, value in (("854231", 50_000_000), ("854232", 10_000))
]


def test_one_revised_row_does_not_stand_for_its_month() -> None:
    """A later known_at on the small product of March must not make March look like that product alone."""
    revised = ("DEU", 3, "854232", 11_000, "2023-09-30")
    assert jumps(months([*STEADY, revised])) == (0, "")


def test_a_revision_replaces_the_row_and_is_not_added() -> None:
    smaller = [("DEU", month, "854231", 2_000_000, "2023-03-01") for month in (1, 2)]
    revised = [("DEU", month, "854231", 90_000_000, "2023-09-30") for month in (1, 2)]
    later = [("DEU", 3, "854231", 91_000_000, "2023-09-30")]
    assert jumps(months([*smaller, *revised, *later])) == (0, "")
    assert jumps(months([*smaller, *later])) == (1, "DEU to KGZ (X) 2023-03, 46 times")


def test_a_row_without_a_day_is_older_than_one_with() -> None:
    unknown = [("DEU", 1, "854231", 1_000, None), ("DEU", 1, "854231", 60_000_000, "2023-09-30")]
    assert jumps(months([*unknown, ("DEU", 2, "854231", 61_000_000, None)])) == (0, "")


def test_a_refused_revision_replaces_nothing() -> None:
    refused = ("DEU", 3, "854231", -5, "2023-09-30")
    assert jumps(months([*STEADY, refused])) == (0, "")


def test_the_largest_jumps_are_named_and_the_rest_counted() -> None:
    codes = ("AUT", "BEL", "DEU", "ESP", "FRA", "ITA", "NLD")
    leaps = [
        row
        for times, code in enumerate(codes, start=30)
        for row in ((code, 1, "854231", 1_000_000, None), (code, 2, "854231", times * 1_000_000, None))
    ]
    count, named = jumps(months(leaps))
    assert count == 7
    assert named.startswith("NLD to KGZ (X) 2023-02, 36 times, ITA")
    assert named.endswith(" and 2 more")


def test_a_few_reporters_at_a_time_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    world = sound("trade_flows").filter(pl.col("reporter") == "FRA").with_columns(partner=pl.lit("WLD"))
    leap = sound("trade_flows").with_columns(
        value_usd=pl.when(pl.col("source_row") % 7 == 0).then(pl.lit("900000000")).otherwise("value_usd"),
    )
    table = pl.concat([leap, world])
    whole = validate(TRADE, table, SOUND_CONTEXT).report
    monkeypatch.setattr("data_contracts.trade_flows.evidence.AT_ONCE", 1)
    assert whole.evidence["n_above_world"]
    assert whole.evidence["n_jumps"]
    assert validate(TRADE, table, SOUND_CONTEXT).report.to_dict() == whole.to_dict()
