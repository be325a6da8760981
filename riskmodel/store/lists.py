"""Lists as known on a day: each of its newest version, read into listings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from riskmodel.store.annex_iv import annex_four
from riskmodel.store.gathering import Gathering, gaps
from riskmodel.store.ledger import Entry
from riskmodel.store.listing_rows import listings_of
from riskmodel.store.vintages import Vintage, known_on, of_files

LISTS = {
    "csl": ("consolidated.csv",),
    "uk-list": ("UK-Sanctions-List.xml",),
    "ofac": ("SDN_ADVANCED.XML", "CONS_ADVANCED.XML"),
    "opensanctions": ("sanctions/targets.simple.csv",),
}


def listings_known(g: Gathering) -> dict[str, pl.DataFrame]:
    """Tables of listings by file name; those of OFAC are taken from OFAC, which gives the days."""
    found: dict[str, pl.DataFrame] = {}
    for source, datasets in LISTS.items():
        files = of_files(g.entries, source)
        vintages: list[Vintage] = []
        for dataset in datasets:
            _gaps_of_list(g, source, dataset)
            if dataset not in files:
                continue
            known = known_on(files[dataset], g.as_of)
            g.note(source, dataset, "", known, dataset)
            vintages += [known.vintage] if known.vintage else []
        if vintages:
            name = Path(vintages[0].entries[0].dataset).stem.lower()
            found[f"{source}-{name}.csv"] = _listing(g, source, vintages)
    found["eu-annex-iv.csv"] = _annex_four(g)
    if any(name.startswith("ofac-") for name in found) and "csl-consolidated.csv" in found:
        table = found["csl-consolidated.csv"]
        found["csl-consolidated.csv"] = table.filter(~pl.col("source").fill_null("").str.contains("Treasury"))
    return found


def _gaps_of_list(g: Gathering, source: str, dataset: str) -> None:
    last = next((e for e in reversed(g.entries) if e.source == source and e.dataset == dataset), None)
    if last is not None and dataset not in of_files(g.entries, source):
        g.note(source, dataset, "", "absent at source" if last.outcome == "absent" else "failed", dataset)


def _listing(g: Gathering, source: str, vintages: Sequence[Vintage]) -> pl.DataFrame:
    paths = [g.store.object(vintage.entries[0].sha256) for vintage in vintages]
    if source in ("uk-list", "ofac"):
        return listings_of(paths, max(vintage.known_at for vintage in vintages))
    return pl.read_csv(paths[0], infer_schema=False, truncate_ragged_lines=True)


def _annex_four(g: Gathering) -> pl.DataFrame:
    """Entries of the newest text that was in force by the day."""
    texts: list[Entry] = []
    for dataset, vintages in sorted(of_files(g.entries, "eu-annex-iv").items()):
        if dataset.startswith("02014R0833/"):
            # A dated text is never replaced: before its day it is not out, and nothing is lost.
            known = known_on([replace(v, first_public=v.known_at) for v in vintages], g.as_of)
            g.note("eu-annex-iv", "consolidated texts", dataset[-8:-2], known, dataset)
            texts += known.vintage.entries if known.vintage else ()
    gaps(g, "eu-annex-iv", "02014R0833/")
    table = annex_four(g.store, texts)
    if texts and not table.height:
        g.note("eu-annex-iv", "entries", texts[-1].period[:6], "failed", "no entry with a country was found")
    return table
