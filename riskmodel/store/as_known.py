"""The store as known on a day: the newest vintage of each publication, and what cannot be reconstructed."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import polars as pl

from data_contracts.tables import TRADE_FLOWS
from features.reference.facts import reporter_lags
from riskmodel.errors import WrongUsage
from riskmodel.operations import disk
from riskmodel.publication.digests import digest_file
from riskmodel.sources.trade.areas import country_of
from riskmodel.store import ledger, rates
from riskmodel.store.articles import federal_register, link_slots
from riskmodel.store.coverage import coverage_table, notes_of
from riskmodel.store.gathering import Gathering, gaps
from riskmodel.store.layout import Store
from riskmodel.store.ledger import Entry
from riskmodel.store.lists import listings_known
from riskmodel.store.trade_rows import CELL, comext_cells, comtrade_rows, is_last_page, uk_month
from riskmodel.store.vintages import Vintage, known_on, of_covers, of_files, of_pages

DOCUMENTS, SLOTS = "federal_register.jsonl", "gkg"
LEGS = ("onward", "inbound", "arrival")
_LAG_OF = {"comext": "DEU", "uk-trade": "GBR"}
_PART_OF = {"comext": "month", "uk-trade": "ots"}
_NAMED = {"comext": "eurostat_comext", "uk-trade": "uk_trade_info"}
# Of two sources of one reporter's exports the first that has the month is used, and the other is left out.
PRECEDENCE = ("eurostat_comext", "uk_trade_info", "un_comtrade")


@dataclass(frozen=True)
class View:
    """Files for the readers, the coverage table, and the sentences on what is not whole."""

    trade: tuple[Path, ...]
    listings: tuple[Path, ...]
    articles: tuple[Path, ...]
    coverage: pl.DataFrame
    notes: tuple[str, ...]
    folder: Path


def as_known(store: Store, as_of: date) -> View:
    """Write the view of a day, or find it; the same ledger and day give the same bytes.

    Raises WrongUsage where the store holds nothing that a score needs.
    """
    entries, _ = ledger.read(store.ledger)
    if not ledger.holding(entries):
        raise WrongUsage(f"The store {store.root.name!r} is empty; run: riskmodel fetch starter --store DIR")
    gathering = Gathering(store, entries, as_of)
    trade, listings = _trade(gathering), listings_known(gathering)
    documents, slots = _documents(gathering), _slots(gathering)
    coverage = coverage_table(gathering.pieces)
    notes = notes_of(coverage, as_of.isoformat())
    folder = _publish(store, as_of, trade, listings, coverage, documents, slots)
    return View(
        tuple([folder / "trade.parquet"] if trade.height else []),
        tuple(folder / name for name, table in listings.items() if table.height),
        tuple(p for p in (folder / DOCUMENTS, folder / SLOTS) if p.exists()),
        coverage,
        tuple(notes),
        folder,
    )


def _trade(g: Gathering) -> pl.DataFrame:
    parts = [_comtrade(g), _comext(g), _uk(g)]
    rows = pl.concat([part for part in parts if part.height] or [pl.DataFrame(schema=TRADE_FLOWS)])
    return _one_source(rows).sort(*CELL, "known_at")


def _one_source(rows: pl.DataFrame) -> pl.DataFrame:
    """Leave out exports of a reporter and month that a preferred source has; then one row a cell."""
    ranked = rows.with_columns(
        pl.col("source")
        .replace_strict(list(PRECEDENCE), range(len(PRECEDENCE)), return_dtype=pl.Int64)
        .alias("rank")
    )
    best = pl.col("rank").min().over("reporter", "period", "flow")
    kept = ranked.filter((pl.col("flow") != "X") | (pl.col("rank") == best)).drop("rank")
    return kept.sort(*CELL, "known_at", "value_usd").unique(CELL, keep="last", maintain_order=True)


def _comtrade(g: Gathering) -> pl.DataFrame:
    parts = [pl.DataFrame(schema=TRADE_FLOWS)]
    for leg in LEGS:
        chosen = []
        for (reporter, period), vintages in sorted(of_covers(g.entries, "comtrade", leg).items()):
            if not vintages:
                g.note("comtrade", leg, period, "cut", _iso(reporter))
                continue
            known = known_on(vintages, g.as_of)
            g.note("comtrade", leg, period, known, _iso(reporter))
            if known.vintage:
                for entry in known.vintage.entries:
                    chosen.append((entry.sha256, entry, _iso(reporter), period, known.vintage.known_at))
        parts += _rows_of_units(g.store, chosen)
    _expected(g)
    return pl.concat(parts)


@cache
def _iso(reporter: str) -> str:
    return str(country_of(pl.Series([reporter]), "m49", "comtrade")[0])


def _rows_of_units(store: Store, chosen: Sequence[tuple[str, Entry, str, str, date]]) -> list[pl.DataFrame]:
    """Of each answer the rows of the reporters and months whose vintage it is."""
    schema = {"reporter": pl.String, "period": pl.Date, "known_at": pl.Date}
    found = []
    for sha256 in sorted({one[0] for one in chosen}):
        mine = [one for one in chosen if one[0] == sha256]
        units = [(iso, date(int(p[:4]), int(p[4:6]), 1), known) for _, _, iso, p, known in mine]
        table = pl.DataFrame(units, schema=schema, orient="row").unique(
            ["reporter", "period"], maintain_order=True
        )
        rows = comtrade_rows(store, mine[0][1]).join(table, on=["reporter", "period"], maintain_order="left")
        found.append(rows.with_columns(pl.lit("un_comtrade").alias("source")).select(TRADE_FLOWS.keys()))
    return found


def _expected(g: Gathering) -> None:
    """Months that availability lists and the store does not hold."""
    held = {unit for leg in LEGS for unit in of_covers(g.entries, "comtrade", leg)}
    listed: dict[tuple[str, str], None] = {}
    for dataset, vintages in of_files(g.entries, "comtrade").items():
        if dataset.startswith("availability/"):
            path = g.store.object(vintages[-1].entries[0].sha256)
            for row in ledger.json_rows(path, "data"):
                listed[str(row.get("reporterCode")), str(row.get("period"))] = None
    for reporter, period in listed:
        if (reporter, period) not in held and reporter != "643":
            g.note("comtrade", "onward", period, "failed", _iso(reporter))


def _comext(g: Gathering) -> pl.DataFrame:
    files = of_files(g.entries, "comext")
    months = {
        name.removeprefix("month/"): found for name, found in files.items() if name.startswith("month/")
    }
    rows = _monthly(g, "comext", "EUR", months, lambda entries: comext_cells(g.store, entries[0]))
    gaps(g, "comext", "month/")
    return rows


def _uk(g: Gathering) -> pl.DataFrame:
    countries = ledger.newest(g.entries, "uk-trade", "Country")
    if countries is None:
        return pl.DataFrame(schema=TRADE_FLOWS)
    months = of_pages(g.entries, "uk-trade", "ots/", lambda entry: is_last_page(g.store, entry))
    _gaps_of_pages(g, months)
    with_rows = {
        month: [vintage for vintage in found if sum(entry.rows for entry in vintage.entries)]
        for month, found in months.items()
    }
    return _monthly(
        g, "uk-trade", "GBP", with_rows, lambda entries: uk_month(g.store, entries, countries)
    )  # fmt: skip


def _gaps_of_pages(g: Gathering, months: Mapping[str, Sequence[Vintage]]) -> None:
    """Months of UK trade that are not out, or of which a page is missing."""
    asked = {e.dataset.split("/")[1]: e for e in g.entries if e.dataset.startswith("ots/")}
    begun = {e.dataset.split("/")[1] for e in ledger.holding(g.entries) if e.dataset.startswith("ots/")}
    for month, last in asked.items():
        if month not in months:
            lost = "absent at source" if last.outcome == "absent" else "failed"
            g.note("uk-trade", "ots", month, "cut" if month in begun else lost, month)
        elif not any(entry.rows for vintage in months[month] for entry in vintage.entries):
            g.note("uk-trade", "ots", month, "absent at source", month)


def _monthly(
    g: Gathering,
    source: str,
    currency: str,
    months: Mapping[str, Sequence[Vintage]],
    read: Callable[[Sequence[Entry]], pl.DataFrame],
) -> pl.DataFrame:
    """Rows of a source that gives each month by itself, in dollars."""
    parts = [pl.DataFrame(schema=TRADE_FLOWS)]
    table = rates.monthly_rates(g.store, g.entries)
    for month, vintages in sorted(months.items()):
        if not vintages:
            continue
        first = _first_public(month, _LAG_OF[source])
        known = known_on([replace(v, first_public=first) for v in vintages], g.as_of)
        g.note(source, _PART_OF[source], month, known, f"{_PART_OF[source]}/{month}")
        if known.vintage:
            cells = rates.in_dollars(read(known.vintage.entries), table, currency)
            if cells["value_usd"].null_count():
                g.note("ecb", f"rates of {currency}", month, "failed", month)
            parts.append(
                cells.drop_nulls("value_usd")
                .with_columns(
                    pl.lit(known.vintage.known_at).alias("known_at"), pl.lit(_NAMED[source]).alias("source")
                )
                .select(TRADE_FLOWS.keys())
            )
    return pl.concat(parts)


def _first_public(month: str, reporter: str) -> date:
    """When a month is documented to come out: its end and the lag of the reporter. Neither source says it."""
    year, number = int(month[:4]), int(month[4:6])
    lag = dict(reporter_lags().iter_rows())[reporter]
    return date(year, number, monthrange(year, number)[1]) + timedelta(days=lag)


def _documents(g: Gathering) -> str:
    """Documents of the Federal Register known by the day, as JSON lines; empty without any."""
    lines = []
    for dataset, vintages in sorted(of_files(g.entries, "federal-register").items()):
        known = known_on(vintages, g.as_of)
        g.note("federal-register", "documents", vintages[-1].entries[0].period, known, dataset)
        if known.vintage:
            lines += federal_register(g.store, known.vintage.entries[0])
    gaps(g, "federal-register", "documents/")
    return "".join(f"{line}\n" for line in lines)


def _slots(g: Gathering) -> list[Entry]:
    """Quarters of an hour of GDELT that were public by the day."""
    found: list[Entry] = []
    for dataset, vintages in sorted(of_files(g.entries, "gdelt").items()):
        if dataset.startswith("gkg/"):
            known = known_on(vintages, g.as_of)
            g.note("gdelt", "gkg", vintages[-1].entries[0].period, known, dataset)
            found += known.vintage.entries if known.vintage else ()
    gaps(g, "gdelt", "gkg/")
    return found


def _publish(
    store: Store,
    as_of: date,
    trade: pl.DataFrame,
    listings: dict[str, pl.DataFrame],
    coverage: pl.DataFrame,
    documents: str,
    slots: list[Entry],
) -> Path:
    """Put the view in place under a name made of its content; one that is there is kept."""
    store.views.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".new-", dir=store.views))
    try:
        if trade.height:
            trade.write_parquet(aside / "trade.parquet")
        for name, table in listings.items():
            if table.height:
                table.write_csv(aside / name)
        coverage.write_csv(aside / "coverage.csv")
        if documents:
            (aside / DOCUMENTS).write_text(documents, encoding="utf-8")
        (aside / "slots.txt").write_text("".join(f"{e.name} {e.sha256}\n" for e in slots), encoding="utf-8")
        if slots:
            link_slots(store, slots, aside / SLOTS)
        digests = {path.name: digest_file(path) for path in sorted(aside.iterdir()) if path.is_file()}
        digest = hashlib.sha256(json.dumps(digests, sort_keys=True).encode()).hexdigest()[:12]
        place = store.views / f"{as_of}-{digest}"
        if not place.is_dir():
            disk.flush_tree(aside)
            try:
                aside.replace(place)
            except OSError:  # another process made the same view
                if not place.is_dir():
                    raise
        return place
    finally:
        shutil.rmtree(aside, ignore_errors=True)
