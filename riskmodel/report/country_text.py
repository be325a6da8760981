"""One country's score as plain lines for a terminal: drivers, counter-evidence, evidence, what moved."""

from __future__ import annotations

import json
from collections.abc import Sequence

import polars as pl

from data_contracts.plain_text import one_line
from features.catalogue import BY_NAME, MODEL_SIGNALS
from features.reference.facts import product_names
from riskmodel.explain.drivers import read_drivers
from riskmodel.explain.evidence import TO_READ
from riskmodel.report.event import event_risk_words, met_words, probability
from riskmodel.report.findings import Findings, placebo_lines, placebos_of, when_and_where
from riskmodel.report.manifest import RunManifest
from riskmodel.report.products import product_lines
from riskmodel.report.rows import CountryScore, EvidenceRow, rows_of


def country_lines(
    row: CountryScore,
    signals: pl.DataFrame,
    evidence: pl.DataFrame,
    manifest: RunManifest,
    limit: int,
    moved: Sequence[str] = (),
    findings: Findings | None = None,
    placebos: pl.DataFrame | None = None,
    products: pl.DataFrame | None = None,
) -> list[str]:
    """The explanation as lines of text, nothing from inputs left unescaped.

    Parameters
    ----------
    row: of scores_country. signals: the country's row of the panel. evidence: the country's rows. limit: how
        many evidence rows of each kind are listed. moved: what drifted or changed, in words. findings: those
        of the run. placebos: its `driver_placebos`. products: its `scores_product`.
    """
    lines = [f"{one_line(row.name or row.country, 120)} ({row.country}), as of {row.as_of}"]
    if manifest.simulated:
        lines.append("SIMULATED data: nothing here says anything about a real country.")
    if row.abstained:
        lines.append("No score: what came in from the coalition is not known. Not reported is not zero.")
    else:
        lines.append(
            f"risk {probability(row.risk, row.risk_low, row.risk_high)}, band {row.band}, "
            f"grade {row.grade}, rank {row.rank}"
        )
        lines.append(f"event risk, of the declared event on published figures: {event_risk_words(row)}")
    lines.append(f"declared event already met: {met_words(row)}")
    drivers = read_drivers(row.drivers)
    lines += _section("What drives it", [f"{d.contribution:+.2f}  {d.words}" for d in drivers])
    mine = None if placebos is None else placebos.filter(pl.col("country") == row.country)
    counted = placebo_lines(drivers, placebos_of(mine))
    lines += _section("Against placebos of the same table", counted)
    lines += _section("Products, highest score first", product_lines(products, row.country, product_names()))
    lines += _section("When and where", when_and_where(findings or Findings(), row.country))
    unknown = _unknown(signals, {d.signal for d in drivers})
    lines += _section("Not known, so it moves nothing", unknown)
    lines += _section("What speaks against it", json.loads(row.counter_evidence or "[]"))
    lines += _section("What would lower it", json.loads(row.lowers or "[]"))
    lines += _section("What moved", list(moved))
    lines += _section("Evidence", _evidence(evidence, limit))
    return [*lines, "", "A score is a reason to look, not proof."]


def _section(title: str, items: list[str]) -> list[str]:
    return ["", title, *(f"  - {one_line(item, 400)}" for item in items)] if items else []


def _unknown(signals: pl.DataFrame, named: set[str]) -> list[str]:
    if signals.is_empty():
        return []
    row = signals.row(0, named=True)
    return [BY_NAME[name].label for name in MODEL_SIGNALS if name not in named and row.get(name) is None]


def _evidence(evidence: pl.DataFrame, limit: int) -> list[str]:
    lines = []
    for kind in ("trade", "article", TO_READ, "listing"):
        mine = evidence.filter(pl.col("kind") == kind)
        lines += [_evidence_line(row) for row in rows_of(EvidenceRow, mine.head(limit))]
        if mine.height > limit:
            lines.append(f"and {mine.height - limit} more {kind} rows in evidence.parquet")
    return lines


def _evidence_line(row: EvidenceRow) -> str:
    where = f"[{row.source_file}, row {row.source_row}]"
    if row.kind == "trade":
        month = f"{row.period:%Y-%m}"
        return f"{row.leg}: {row.reporter} to {row.partner}, {row.hs6}, {month}, US${row.value_usd:,} {where}"
    if row.kind in ("article", TO_READ):
        note = "to read, not counted, " if row.kind == TO_READ else ""
        return f'{note}article {row.article_id}, sentence {row.sentence_no}: "{row.text}" {where}'
    listed = f"listing by {row.jurisdiction}, {row.known_at}, {row.n_entities} entities"
    who = f" listed: {row.entities}" if row.entities else ""
    return f"{listed}: {row.text} {where}{who}"
