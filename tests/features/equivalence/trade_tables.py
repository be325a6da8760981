"""Trade tables for tests: made by hand from short lines, or by hypothesis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from random import Random
from typing import Any

import polars as pl
from hypothesis import strategies as st

from data_contracts.tables import GOODS, TRADE_FLOWS

SENDERS = ("DEU", "POL", "USA")
TRANSIT = ("ARM", "KAZ", "TUR")
CONTROLS = ("BOL", "CHL", "ECU", "KEN", "PER", "URY")
# 854800 and 852589 exist in HS2022 only; 854231 is in every edition; 871410 has a neighbour in its heading.
CODES = ("854231", "854232", "854239", "852910", "848210", "854800", "854890", "852589", "853400", "847150")


def month(index: int) -> date:
    """The `index`-th month after January 2020."""
    return date(2020 + index // 12, index % 12 + 1, 1)


def flows(rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    """Canonical trade_flows from short dicts: reporter, partner, hs6, period, value_usd and what differs."""
    plain: dict[str, Any] = {
        "flow": "X",
        "hs_edition": "HS2017",
        "net_kg": None,
        "known_at": None,
        "source": "test",
    }
    frame = pl.DataFrame([{**plain, **row} for row in rows], schema=TRADE_FLOWS)
    return frame.with_columns(
        pl.when(pl.col("period") >= date(2022, 1, 1))
        .then(pl.lit("HS2022"))
        .otherwise(pl.lit("HS2017"))
        .alias("hs_edition")
    )


def every_month(
    reporter: str,
    partner: str,
    hs6: str,
    values: Sequence[int | None],
    start: int = 0,
    **more: Any,
) -> list[dict[str, Any]]:
    """One row for each value that is not None, month by month from month `start`."""
    return [
        {
            "reporter": reporter,
            "partner": partner,
            "hs6": hs6,
            "period": month(start + i),
            "value_usd": v,
            **more,
        }
        for i, v in enumerate(values)
        if v is not None
    ]


def goods(codes: Sequence[str] = CODES, **dates: date) -> pl.DataFrame:
    """A goods list without dates (or with the same dates for all), tiers in turn."""
    tiers = ("1", "2", "3.A", "3.B", "4.A")
    return pl.DataFrame(
        [
            {
                "hs6": code,
                "tier": tiers[i % len(tiers)],
                "family": None,
                "valid_from": dates.get("valid_from"),
                "valid_to": None,
                "source": "test",
            }
            for i, code in enumerate(codes)
        ],
        schema=GOODS,
    )


@st.composite
def trade_tables(draw: st.DrawFn, most_rows: int = 120) -> pl.DataFrame:
    """Random canonical tables: sparse months, vintages, missing publication days, imports and re-exports."""
    n = draw(st.integers(20, most_rows))
    rng = draw(st.randoms(use_true_random=False))
    rows = []
    for _ in range(n):
        kind = rng.random()
        if kind < 0.45:
            reporter, partner = rng.choice(SENDERS), rng.choice((*TRANSIT, *CONTROLS))
        elif kind < 0.6:
            reporter, partner = rng.choice(SENDERS), "RUS"
        elif kind < 0.85:
            reporter, partner = rng.choice(TRANSIT), rng.choice(("RUS", "RUS", "RUS", "KAZ", "DEU"))
        else:
            reporter, partner = rng.choice(("BLR", "RUS", "ARM", "USA")), rng.choice(("RUS", "WLD", "TWN"))
        flow = rng.choice(("X", "X", "X", "X", "X", "M", "RX"))
        first = rng.randrange(24)
        for index in rng.choice(((first,), (first, first + 12, first + 24), tuple(range(first, 36, 3)))):
            value = rng.choice((0, rng.randrange(1, 90_000), rng.randrange(50_000, 9_000_000)))
            known = rng.choice((None, None, month(index + 2), month(index + 9)))
            rows.append(
                {
                    "reporter": reporter,
                    "partner": partner,
                    "flow": flow,
                    "hs6": rng.choice((*CODES, "010121")),
                    "period": month(index),
                    "value_usd": value,
                    "net_kg": rng.choice((None, value // 50)),
                    "known_at": known,
                }
            )
    return flows(rows).unique(
        ["reporter", "partner", "flow", "hs6", "period", "known_at"], keep="first", maintain_order=True
    )


def long_table(seed: int) -> pl.DataFrame:
    """Long monthly series with weights, imports, unlisted neighbours and other chapters."""
    rng = Random(seed)
    first = rng.choice((0, 0, -24))
    rows: list[dict[str, Any]] = []

    def series(reporter: str, partner: str, hs6: str, **more: Any) -> None:
        level = rng.choice((20_000, 200_000, 2_000_000))
        begin = rng.choice((first, first, first, 30))
        for index in range(begin, 36):
            if rng.random() < 0.9:
                value = int(level * rng.uniform(0.2, 2) * (rng.choice((1, 4)) if index >= 26 else 1))
                kg = rng.choice((None, value // 40 + 1, value // 40 + 1))
                row = {"reporter": reporter, "partner": partner, "hs6": hs6, "period": month(index)}
                rows.append({**row, "value_usd": value, "net_kg": kg, **more})

    codes = rng.sample(CODES, 4)
    for sender in SENDERS[: rng.randint(1, 3)]:
        series(sender, "RUS", rng.choice(codes))
        for country in TRANSIT:
            for code in codes:
                series(sender, country, code)
            for neighbour in ("854290", "852990", "847141"):
                series(sender, country, neighbour)
    for country in TRANSIT[: rng.randint(1, 3)]:
        for code in codes[: rng.randint(1, 4)]:
            series(country, "RUS", code)
            series(country, rng.choice(SENDERS), code, flow="M")
            series(country, "DEU", code)
    for chapter in range(10, 10 + rng.choice((5, 30))):
        rows += every_month(
            rng.choice((*TRANSIT, *SENDERS)), "KAZ", f"{chapter}0110", [rng.randrange(1, 9_000_000)]
        )
    return flows(rows).unique(
        ["reporter", "partner", "flow", "hs6", "period"], keep="first", maintain_order=True
    )
