"""Lines on placebos, break months and moves: real counts, careful words, nothing where nothing is known."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from features.trade.moves import MOVES
from features.trade.surprises.behind import PLACEBOS, placebo_counts
from features.trade.surprises.table import KINDS
from riskmodel.report.findings import (
    BREAKS,
    Findings,
    counted_words,
    kind_words,
    placebos_of,
    read_findings,
    read_placebos,
    when_and_where,
)


def breaks(inbound: tuple[int, int, int] | None, onward: tuple[int, int, int] | None) -> pl.DataFrame:
    """Break, earliest and latest as months of 2022."""
    days = [date(2022, m, 1) if m else None for m in (*(inbound or (0, 0, 0)), *(onward or (0, 0, 0)))]
    after = onward[0] - inbound[0] if inbound and onward else None
    return pl.DataFrame([("KGZ", *days, after)], schema=BREAKS, orient="row")


@pytest.mark.parametrize(
    ("inbound", "onward", "said"),
    [
        ((3, 2, 4), (6, 5, 8), "arrivals rose first, by 3 months"),
        ((6, 5, 8), (4, 4, 4), "exports to Russia rose first, by 2 months"),
        ((3, 2, 5), (4, 3, 6), "which came first is not clear"),
        ((3, 2, 5), None, "arrivals of listed goods in Mar 2022 (90%: Feb 2022 to May 2022). A change"),
    ],
)
def test_which_leg_rose_first_is_said_only_where_the_intervals_part(
    inbound: tuple[int, int, int], onward: tuple[int, int, int] | None, said: str
) -> None:
    (line,) = when_and_where(Findings(breaks=breaks(inbound, onward)), "KGZ")
    assert said in line and "says when, not whether" in line


def test_where_nothing_is_known_nothing_is_said() -> None:
    assert when_and_where(Findings(), "KGZ") == []
    assert when_and_where(Findings(breaks=breaks(None, None)), "KGZ") == []
    assert counted_words("inbound_rise_surprise", {}) == ""
    assert counted_words("no_signal", {"no_signal": [("places", 3, 1)]}) == ""


def test_a_move_names_place_amount_codes_and_its_limits() -> None:
    rows = [
        ("KAZ", "KGZ", True, date(2023, 6, 1), 9_000_000, 2_000_000, 3_000_000, "854231 853400"),
        ("KAZ", "KAZ", None, date(2023, 6, 1), 9_000_000, 2_000_000, 500_000, "854239"),
    ]
    found = Findings(moves=pl.DataFrame(rows, schema=MOVES, orient="row"))
    fall, place, own = when_and_where(found, "KAZ")
    assert "from US$9.0m to US$2.0m in the six months to Jun 2023" in fall
    assert "Kyrgyzstan (US$3.0m, most of it in 854231, 853400, a neighbour)" in place
    assert "does not show" in place and "854239" in own
    assert when_and_where(found, "KGZ") == []


def test_placebos_are_worded_with_their_real_counts() -> None:
    assert kind_words("inbound_rise_surprise", "goods", 1000, 3) == (
        "of 1,000 like-sized sets of other goods, 3 rose as much"
    )
    assert kind_words("onward_rise_surprise", "places", 62, 0) == "of 62 other countries, none rose as much"
    assert (
        kind_words("x_surprise", "dates", 240, 5) == "of 240 earlier dates of the countries, 5 rose as much"
    )
    for signal, kinds in KINDS.items():
        for kind in kinds:
            assert kind_words(f"{signal}_surprise", kind, 9, 2).startswith("of 9 ")


def test_counts_come_from_the_table_and_unknown_ones_have_no_row(tmp_path: Path) -> None:
    names = [f"{signal}_{kind}" for signal, kinds in KINDS.items() for kind in kinds]
    counts_of = {f"{name}_{part}": pl.Int64() for name in names for part in ("placebos", "as_extreme")}
    schema = {"country": pl.String(), **dict.fromkeys(names, pl.Float64()), **counts_of}
    row = {
        "inbound_rise_goods": 2.398,
        "inbound_rise_goods_placebos": 999,
        "inbound_rise_goods_as_extreme": 3,
    }
    surprises = pl.DataFrame([{**dict.fromkeys(schema), "country": "KGZ", **row}], schema=schema)
    counts = placebo_counts(surprises)
    assert dict(counts.schema) == PLACEBOS
    assert counts.rows() == [("KGZ", "inbound_rise_surprise", "goods", 999, 3, 2.398, True)]
    words = counted_words("inbound_rise_surprise", placebos_of(counts))
    assert words.endswith(": of 999 like-sized sets of other goods, 3 rose as much")
    counts.write_csv(tmp_path / "driver_placebos.csv")
    assert read_placebos(tmp_path).equals(counts)


def test_runs_of_an_earlier_version_have_none(tmp_path: Path) -> None:
    assert read_placebos(tmp_path).is_empty() and read_findings(tmp_path).breaks.is_empty()
    assert placebos_of(None) == {}
