"""For each contract a sound batch, and for each of its rules a batch that breaks only it.

The tests feed them to the contracts, and the table of rules in the documentation is made from them.
Countries and amounts are invented for the examples.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from data_contracts.codes.countries import country_codes
from data_contracts.codes.never_scored import NEVER_SCORED
from data_contracts.contract import Context
from data_contracts.signals.contract import SIGNALS_PANEL
from data_contracts.tables import MENTIONS, SCORES_COUNTRY, SCORES_PRODUCT

ROWS = 40
ROW = 4  # the row, counted from 1, that a broken cell is in
TODAY = date(2024, 1, 31)
AS_OF = date(2023, 10, 31)
CONTEXT = Context(as_of=AS_OF, today=TODAY)
Make = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True)
class Break:
    """One way to break one rule.

    Attributes
    ----------
    words: how the batch differs from the sound one. make: the sound batch to the broken one.
    also: rules that cannot hold either when this one fails. context: what the check knows.
    """

    contract: str
    rule: str
    words: str
    make: Make
    also: tuple[str, ...] = ()
    context: Context = CONTEXT


def sound(contract: str) -> pl.DataFrame:
    """A batch that keeps every rule of a contract, with bookkeeping columns."""
    frame = _SOUND[contract]()
    return frame.with_columns(
        source_file=pl.lit("example.csv"), source_row=pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
    )


# What the check of a sound batch knows: also an earlier batch to compare with.
SOUND_CONTEXT = Context(
    as_of=AS_OF,
    today=TODAY,
    previous={"rows_accepted": ROWS, "reporters": ["DEU", "FRA"], "lists": ["US-EL"]},
)


def _trade() -> pl.DataFrame:
    months = pl.date_range(date(2022, 2, 1), date(2023, 9, 1), "1mo", eager=True).dt.strftime("%Y-%m-%d")
    rows = [(reporter, month) for reporter in ("DEU", "FRA") for month in months]
    return pl.DataFrame(
        {
            "reporter": [reporter for reporter, _ in rows],
            "partner": ["KGZ"] * ROWS,
            "flow": ["X"] * ROWS,
            "hs6": ["854231"] * ROWS,
            "hs_edition": ["HS2022"] * ROWS,
            "period": [month for _, month in rows],
            "value_usd": [str(1_000_000 + place) for place in range(ROWS)],
            "net_kg": [str(100 + place) for place in range(ROWS)],
            "known_at": ["2023-10-15"] * ROWS,
            "source": ["example"] * ROWS,
        }
    )


def _articles() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "article_id": [f"a{place}" for place in range(ROWS)],
            "published_at": [f"2023-10-{1 + place % 28:02d}T08:00:00Z" for place in range(ROWS)],
            "source": ["example.org"] * ROWS,
            "language": ["en"] * ROWS,
            "title": [f"Title {place}" for place in range(ROWS)],
            "text": [f"Customs reported shipment number {place}." for place in range(ROWS)],
            "url": [f"https://example.org/{place}" for place in range(ROWS)],
        }
    )


def _gkg() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "record_id": [f"20231001000000-{place}" for place in range(ROWS)],
            "published_at": [f"2023-10-{1 + place // 8:02d}T08:15:00Z" for place in range(ROWS)],
            "source": [f"site{place % 5}.example.org" for place in range(ROWS)],
            "url": [f"https://example.org/{place}" for place in range(ROWS)],
            "country": ["KGZ", "TUR"] * (ROWS // 2),
            "n_locations": ["3"] * ROWS,
            "near_russia": ["true", "false"] * (ROWS // 2),
            "themes": ["SANCTIONS;TAX_FNCACT"] * ROWS,
            "tone": ["-2.5"] * ROWS,
        }
    )


def _mentions() -> pl.DataFrame:
    columns: dict[str, list[Any]] = {
        "article_id": [f"a{place // 4}" for place in range(ROWS)],
        "published_on": [AS_OF] * ROWS,
        "source": ["example.org"] * ROWS,
        "story_id": [f"a{place // 4}" for place in range(ROWS)],
        "sentence_no": [place % 4 for place in range(ROWS)],
        "country": _transit(ROWS),
        "role": ["transit_to_russia", "other_mention"] * (ROWS // 2),
        "p_diversion": [0.9, 0.1] * (ROWS // 2),
        "is_diversion": [True, False] * (ROWS // 2),
        "polarity": [1, 0] * (ROWS // 2),
        "goods": [["854231"], []] * (ROWS // 2),
        "text": ["Chips went on to Russia, customs said."] * ROWS,
    }
    return pl.DataFrame(columns, schema=MENTIONS)


def _listings() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "country": ["ARE", "TUR"] * (ROWS // 2),
            "listed_on": [f"2023-{1 + place % 10:02d}-{1 + place % 28:02d}" for place in range(ROWS)],
            "jurisdiction": ["US"] * ROWS,
            "list": ["US-EL"] * ROWS,
            "n_entities": ["2"] * ROWS,
            "goods_diversion": ["true"] * ROWS,
            "source": [f"notice {place}" for place in range(ROWS)],
        }
    )


def _goods() -> pl.DataFrame:
    codes = [f"8542{place:02d}" for place in range(ROWS)]
    return pl.DataFrame(
        {
            "hs6": codes,
            "tier": ["1"] * ROWS,
            "family": codes,
            "valid_from": ["2023-02-24"] * ROWS,
            "valid_to": [None] * ROWS,
            "source": ["example"] * ROWS,
        },
        schema_overrides={"valid_to": pl.String()},
    )


def _transit(count: int) -> list[str]:
    return [code for code in country_codes() if code not in NEVER_SCORED][:count]


def _signals() -> pl.DataFrame:
    values: dict[str, Any] = dict.fromkeys(SIGNALS_PANEL, 0.5)
    values |= {name: 1_000 for name, dtype in SIGNALS_PANEL.items() if dtype == pl.Int64()}
    values |= {"as_of": AS_OF, "counterfactual": "controls"}
    values |= {"inbound_age_months": 2, "onward_age_months": 2, "n_stories": 3}
    columns = {name: [value] * ROWS for name, value in values.items()}
    return pl.DataFrame(columns | {"country": _transit(ROWS)}, schema=SIGNALS_PANEL)


def _scores_country() -> pl.DataFrame:
    scored = ROWS - 2
    blank = [None] * 2
    risks = [0.9 - place / 50 for place in range(scored)]
    columns: dict[str, list[Any]] = {
        "as_of": [AS_OF] * ROWS,
        "country": _transit(ROWS),
        "name": _transit(ROWS),
        "rank": [*range(1, scored + 1), *blank],
        "risk": [*risks, *blank],
        "risk_low": [*(risk - 0.05 for risk in risks), *blank],
        "risk_high": [*(risk + 0.05 for risk in risks), *blank],
        "event_risk": [*(risk - 0.01 for risk in risks), *blank],
        "event_risk_low": [*(risk - 0.1 for risk in risks), *blank],
        "event_risk_high": [*(risk + 0.08 for risk in risks), *blank],
        "event_met": [*[True, False] * (scored // 2), *blank],
        "event_met_usd": [*[1_500_000, 900_000] * (scored // 2), *blank],
        "event_met_codes": [*["854231 847150"] * scored, *blank],
        "event_met_until": [*[date(2023, 7, 1)] * scored, *blank],
        "band": [*["low"] * scored, *blank],
        "excess_transit_usd": [*[1_000] * scored, *blank],
        "grade": [*["B"] * scored, *blank],
        "abstained": [*[False] * scored, True, True],
        "drivers": ["[]"] * ROWS,
        "counter_evidence": ["[]"] * ROWS,
        "lowers": ["[]"] * ROWS,
        "model_id": ["example"] * ROWS,
        "run_id": ["example"] * ROWS,
    }
    return pl.DataFrame(columns, schema=SCORES_COUNTRY)


def _scores_product() -> pl.DataFrame:
    columns: dict[str, list[Any]] = {
        "as_of": [AS_OF] * ROWS,
        "country": _transit(ROWS),
        "hs6": ["854231"] * ROWS,
        "family": ["854231"] * ROWS,
        "tier": ["1"] * ROWS,
        "score": [0.5] * ROWS,
        "inbound_excess_usd": [900] * ROWS,
        "onward_excess_usd": [800] * ROWS,
        "displaced_usd": [700] * ROWS,
        "matched_transit_usd": [600] * ROWS,
        "inbound_surprise": [1.0] * ROWS,
        "inbound_placebos": [49] * ROWS,
        "inbound_as_extreme": [4] * ROWS,
        "onward_surprise": [1.0] * ROWS,
        "onward_placebos": [19] * ROWS,
        "onward_as_extreme": [1] * ROWS,
        "grade": ["B"] * ROWS,
    }
    return pl.DataFrame(columns, schema=SCORES_PRODUCT)


_SOUND: dict[str, Callable[[], pl.DataFrame]] = {
    "trade_flows": _trade,
    "articles": _articles,
    "gkg": _gkg,
    "listings": _listings,
    "goods": _goods,
    "mentions": _mentions,
    "signals": _signals,
    "scores_country": _scores_country,
    "scores_product": _scores_product,
}


def cell(
    contract: str, rule: str, column: str, value: Any, *, row: int = ROW, also: tuple[str, ...] = ()
) -> Break:
    """One cell of the sound batch replaced; text makes the whole column text, as in a file."""

    def make(frame: pl.DataFrame) -> pl.DataFrame:
        held = pl.col(column).cast(pl.String) if isinstance(value, str) else pl.col(column)
        here = pl.col("source_row") == row
        return frame.with_columns(pl.when(here).then(pl.lit(value)).otherwise(held).alias(column))

    shown = "empty" if value is None else repr(value) if isinstance(value, str) else str(value)
    shown = shown if len(shown) <= 30 else f"{len(str(value)):,} characters long"
    return replace(Break(contract, rule, f"{column} is {shown} in one row", make), also=also)


def rows_repeated(contract: str, rule: str, **changed: Any) -> Break:
    """The first row given again at the end, with some cells changed."""

    def make(frame: pl.DataFrame) -> pl.DataFrame:
        again = frame.head(1).with_columns(
            *(pl.lit(value).alias(column) for column, value in changed.items()),
            source_row=pl.lit(frame.height + 1, pl.Int64),
        )
        return pl.concat([frame, again])

    words = "one row is given twice"
    if changed:
        words += ", then with another " + " and ".join(changed)
    return Break(contract, rule, words, make)


def whole_column(
    contract: str, rule: str, column: str, value: Any, words: str, *, also: tuple[str, ...] = ()
) -> Break:
    """A column with one value in every row."""
    return Break(contract, rule, words, lambda frame: frame.with_columns(pl.lit(value).alias(column)), also)


def empty_breaks(contract: str, filled: str, given: str) -> tuple[Break, ...]:
    """No rows, and a required column without a value; `given` is the row rule that this breaks too."""
    words = f"{filled} is empty in every row"
    return (
        Break(contract, "has_rows", "no rows", lambda frame: frame.clear()),
        whole_column(contract, "required_columns_filled", filled, None, words, also=(given,)),
    )


def schema_breaks(
    contract: str, column: str, reads: str, *, refusal: str = "some_rows_accepted"
) -> tuple[Break, ...]:
    """A missing column, and a column that holds something else throughout."""
    return (
        Break(contract, "columns_present", f"no column {column}", lambda frame: frame.drop(column)),
        whole_column(
            contract,
            "columns_have_their_type",
            column,
            "n/a",
            f"{column} is 'n/a' in every row",
            also=(reads, refusal),
        ),
    )
