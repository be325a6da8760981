"""When each leg rose, where the flow moved next, and the placebos behind a surprise: lines for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from features.catalogue import BY_NAME
from features.reference.facts import country_names
from features.trade.measures.surprises import SUFFIX
from features.trade.moves import MOVES
from features.trade.surprises.behind import PLACEBOS
from riskmodel.explain.drivers import Driver
from riskmodel.explain.wording import NO_EFFECT
from riskmodel.report.words import clean, money, month

BREAKS: dict[str, pl.DataType] = {
    "country": pl.String(),
    **{
        f"{leg}_break{name}": pl.Date()
        for leg in ("inbound", "onward")
        for name in ("", "_earliest", "_latest")
    },
    "onward_after_months": pl.Int64(),
}
FILES = {"breaks": BREAKS, "moves": MOVES}

# Signal -> its kinds of placebo, each with how many there were and how many were at least as extreme.
Placebos = Mapping[str, Sequence[tuple[str, int, int]]]


def _empty(name: str) -> pl.DataFrame:
    return pl.DataFrame(schema=FILES[name])


@dataclass(frozen=True)
class Findings:
    """Tables of a run that are for people alone; empty without trade.

    Attributes
    ----------
    breaks: `features.trade.surprises.breaks.break_table`. moves: `features.trade.moves.leg_moves`.
    """

    breaks: pl.DataFrame = field(default_factory=lambda: _empty("breaks"))
    moves: pl.DataFrame = field(default_factory=lambda: _empty("moves"))


def placebos_of(placebos: pl.DataFrame | None) -> Placebos:
    """The counts behind the surprises of one country, of its rows of `behind.PLACEBOS`."""
    found: dict[str, list[tuple[str, int, int]]] = {}
    if placebos is not None:
        for signal, kind, n, k in placebos.select("signal", "kind", "placebos", "as_extreme").iter_rows():
            found.setdefault(signal, []).append((kind, n, k))
    return found


def read_findings(folder: Path) -> Findings:
    """The tables of a run; empty ones where an earlier version left none."""
    found = {
        name: pl.read_parquet(folder / f"{name}.parquet").select(
            pl.col(column).cast(dtype) for column, dtype in FILES[name].items()
        )
        for name in FILES
        if (folder / f"{name}.parquet").is_file()
    }
    return Findings(**found)


def run_csv(folder: Path, name: str, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """A table that a run folder holds as CSV only; empty where there is none.

    A column that an earlier version did not write yet is null.
    """
    path = folder / f"{name}.csv"
    if not path.is_file():
        return pl.DataFrame(schema=schema)
    read = pl.read_csv(path, schema_overrides=dict(schema))
    return read.select(
        pl.col(column) if column in read.columns else pl.lit(None, dtype).alias(column)
        for column, dtype in schema.items()
    )


def read_placebos(folder: Path) -> pl.DataFrame:
    """The counts behind the surprises of a run, `driver_placebos.csv`: a frame of `behind.PLACEBOS`."""
    return run_csv(folder, "driver_placebos", PLACEBOS)


# Kind of placebo -> what one is called, and several.
_CALLED = {
    "places": ("other country", "other countries"),
    "dates": ("earlier date of the countries", "earlier dates of the countries"),
    "goods": ("like-sized set of other goods", "like-sized sets of other goods"),
    "families": ("shuffle of its product families", "shuffles of its product families"),
    "links": ("shuffle of the senders' lost links", "shuffles of the senders' lost links"),
    "months": ("shift of the months", "shifts of the months"),
}
_DID = {
    "both_rise": "rose as much on both legs",
    "both_line_peak": "rose as much on both legs",
    "matched_lines": "matched as well on both legs",
    "displaced": "took up as much of what Russia no longer gets",
    "new_links": "had as many new senders",
    "displaced_links": "fitted as well",
    "timing": "moved together as much",
}
ROSE = "rose as much"
MOST_NAMED = 3  # places of a move
MOST_COUNTED = 6  # drivers with their placebos in a terminal


def kind_words(signal: str, kind: str, placebos: int, as_extreme: int) -> str:
    """One kind of placebo with its real counts.

    >>> kind_words("inbound_rise_surprise", "goods", 1000, 3)
    'of 1,000 like-sized sets of other goods, 3 rose as much'
    >>> kind_words("new_links_surprise", "places", 1, 0)
    'of 1 other country, none had as many new senders'
    """
    return compared_words(kind, placebos, as_extreme, _DID.get(signal.removesuffix(SUFFIX), ROSE))


def compared_words(kind: str, placebos: int, as_extreme: int, did: str) -> str:
    """How many placebos of a kind did as much.

    >>> compared_words("places", 62, 1, "rose as much"), compared_words("places", 62, 62, "rose as much")
    ('of 62 other countries, 1 rose as much', 'of 62 other countries, all rose as much')
    """
    one, several = _CALLED[kind]
    how_many = "none" if as_extreme == 0 else f"{as_extreme:,}"
    if 1 < placebos == as_extreme:
        how_many = "all"
    return f"of {placebos:,} {one if placebos == 1 else several}, {how_many} {did}"


def counted_words(signal: str, placebos: Placebos) -> str:
    """What a surprise says with the counts behind it; empty for a signal without any."""
    found = placebos.get(signal)
    if not found or signal not in BY_NAME:
        return ""
    return f"{BY_NAME[signal].label}: " + "; ".join(kind_words(signal, *one) for one in found)


def placebo_lines(drivers: Sequence[Driver], placebos: Placebos) -> list[str]:
    """`counted_words` of the first drivers that raise the score and have placebos, in their order."""
    said = [counted_words(driver.signal, placebos) for driver in drivers if driver.contribution > NO_EFFECT]
    return [words for words in said if words][:MOST_COUNTED]


def when_and_where(findings: Findings, country: str) -> list[str]:
    """Lines on the months in which the legs rose, and on where the flow moved as it fell; may be empty."""
    lines = []
    for row in findings.breaks.filter(pl.col("country") == country).iter_rows(named=True):
        lines += _break_lines(row)
    rows = findings.moves.filter(pl.col("country") == country).rows(named=True)
    return [*lines, *_move_lines(rows)]


def _break_lines(row: Mapping[str, Any]) -> list[str]:
    legs = [("arrivals of listed goods", "inbound"), ("exports of listed goods to Russia", "onward")]
    known = [f"{name} in {_break(row, leg)}" for name, leg in legs if row[f"{leg}_break"] is not None]
    if not known:
        return []
    first = f"New, higher level of {', and of '.join(known)}"
    return [f"{first}{_order(row)}. A change is found in most series: it says when, not whether."]


def _break(row: Mapping[str, Any], leg: str) -> str:
    earliest, latest = row[f"{leg}_break_earliest"], row[f"{leg}_break_latest"]
    sure = "" if earliest == latest else f" (90%: {month(earliest)} to {month(latest)})"
    return f"{month(row[f'{leg}_break'])}{sure}"


def _order(row: Mapping[str, Any]) -> str:
    after = row["onward_after_months"]
    if after is None:
        return ""
    if row["inbound_break_latest"] < row["onward_break_earliest"]:
        return f"; arrivals rose first, by {_months(after)}"
    if row["onward_break_latest"] < row["inbound_break_earliest"]:
        return f"; exports to Russia rose first, by {_months(-after)}"
    return "; which came first is not clear"


def _months(count: int) -> str:
    return f"{count} month{'' if count == 1 else 's'}"


def _move_lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    if not rows:
        return []
    first = rows[0]
    lines = [
        f"Arrivals of listed goods fell from {money(first['before_usd'])} to {money(first['newest_usd'])} in "
        f"the six months to {month(first['until'])}, against the six before."
    ]
    places = [row for row in rows if row["to_country"] != row["country"]]
    if places:
        said = "; ".join(_place(row) for row in places[:MOST_NAMED])
        lines.append(
            f"As they fell, the same goods rose toward {said}. That goods rise elsewhere does not show that "
            "they are the same."
        )
    lines += [
        f"Other codes of the same headings rose in the country as some fell: {_codes(row)}, "
        f"{money(row['moved_usd'])}."
        for row in rows
        if row["to_country"] == row["country"]
    ]
    return lines


def _place(row: Mapping[str, Any]) -> str:
    name = clean(country_names().get(row["to_country"], row["to_country"]), 48)
    border = ", a neighbour" if row["neighbour"] else ""
    return f"{name} ({money(row['moved_usd'])}, most of it in {_codes(row)}{border})"


def _codes(row: Mapping[str, Any]) -> str:
    return clean(", ".join((row["codes"] or "").split()), 40)
