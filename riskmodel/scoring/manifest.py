"""The manifest of a run: digests, settings, versions and row counts; no time, no path of a machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from importlib.metadata import version

import polars as pl

from data_contracts.codes.countries import WORLD
from data_contracts.codes.never_scored import never_scored
from data_contracts.contract import ContractReport
from features.articles.rates import ArticleWindows
from features.reference.facts import coalition
from features.trade.signals import TradeSignals
from riskmodel.explain.drift import recorded_signals, signal_drift
from riskmodel.model.estimator import Model
from riskmodel.publication.digests import code_digest, digest_json
from riskmodel.publication.libraries import library_versions
from riskmodel.publication.typed_json import to_json
from riskmodel.report.manifest import (
    GoodsOfRun,
    InputOfRun,
    ModelOfRun,
    Revision,
    RowsOfRun,
    RunManifest,
    SettingsOfRun,
)
from riskmodel.scoring.request import ScoreRequest
from riskmodel.settings import Settings
from riskmodel.sources.checked import Intake, is_simulated

FORMAT = 1
UNKNOWN_BEFORE = ("run_id", "cite", "request_digest", "files")


def make_manifest(
    *,
    request: ScoreRequest,
    settings: Settings,
    intakes: Sequence[Intake],
    trade: TradeSignals | None,
    goods: pl.DataFrame,
    model: Model,
    panel: pl.DataFrame,
    outcomes: Mapping[str, Mapping[str, int]],
    panel_contract: ContractReport,
    newest: Mapping[str, date],
) -> RunManifest:
    """Everything that decides the scores, so that the same manifest means the same run."""
    simulated = sorted(intake.kind for intake in intakes if is_simulated(intake.lazy()))
    members = sorted(coalition(request.as_of))
    manifest = RunManifest(
        format=FORMAT,
        as_of=request.as_of,
        simulated=bool(simulated),
        simulated_inputs=tuple(simulated),
        model=ModelOfRun(
            model.model_id, *(model.manifest.get(name) for name in ("target", "trained_on", "horizon_months"))
        ),
        settings=SettingsOfRun(
            request.windows.words(),
            request.windows.recent_months,
            request.windows.oldest_usable_months,
            settings.article_windows,
            request.inputs.second_reader,
        ),
        goods=_goods(request, goods, trade, intakes),
        inputs=tuple(
            InputOfRun(intake.kind, file.name, file.sha256, file.bytes, file.reader, file.rows)
            for intake in intakes
            for file in intake.files
        ),
        rows={
            intake.kind: RowsOfRun(**asdict(intake.counts()), of_accepted=dict(outcomes[intake.kind]))
            for intake in intakes
        },
        ignored_columns={intake.kind: intake.ignored_columns for intake in intakes},
        contracts={
            **{intake.kind: intake.report.digest for intake in intakes},
            "signals": panel_contract.digest,
        },
        revisions=tuple(Revision(**row) for row in trade.revisions.to_dicts()) if trade else (),
        control_countries=tuple(trade.growth.controls) if trade else (),
        coalition=tuple(members),
        not_scored=_not_scored(members),
        drift=signal_drift(panel, recorded_signals(model.manifest)),
        signals_sha256=digest_json(panel.to_dicts()),
        code_sha256=code_digest(),
        versions={"export-diversion-risk": version("export-diversion-risk"), **library_versions()},
        notes=tuple(_notes(request, settings, model, trade, panel)),
        newest=newest,
    )
    run_id = _run_id(manifest)
    return replace(manifest, run_id=run_id, cite=_citation(manifest, run_id))


def _citation(manifest: RunManifest, run_id: str) -> str:
    made_up = "SIMULATED data; " if manifest.simulated else ""
    return (
        f"export-diversion-risk {manifest.versions['export-diversion-risk']}, screening as of "
        f"{manifest.as_of} ({made_up}run {run_id}, model {manifest.model.id}). "
        "A score is a reason to look, not proof."
    )


def _run_id(manifest: RunManifest) -> str:
    body = to_json(manifest)
    return digest_json({name: body[name] for name in body if name not in UNKNOWN_BEFORE})[:16]


def _not_scored(members: Sequence[str]) -> dict[str, str]:
    reasons = {row.code: row.reason for row in never_scored() if row.code != WORLD}
    return {**dict.fromkeys(members, "applies the controls itself"), **reasons}


def _goods(
    request: ScoreRequest, goods: pl.DataFrame, trade: TradeSignals | None, intakes: Sequence[Intake]
) -> GoodsOfRun:
    given = next((intake.files[0].name for intake in intakes if intake.kind == "goods"), None)
    return GoodsOfRun(
        name=given or "Common High Priority List",
        codes=trade.goods.n_codes if trade else goods.height,
        digest=digest_json(goods.drop("source_file", "source_row", strict=False).to_dicts()),
        dated=trade.goods.dated if trade else bool(goods["valid_from"].null_count() < goods.height),
        hindsight=bool(trade and trade.goods.hindsight),
        hs_edition_breaks=tuple(trade.broken_codes) if trade else (),
    )


def _notes(
    request: ScoreRequest,
    settings: Settings,
    model: Model,
    trade: TradeSignals | None,
    panel: pl.DataFrame,
) -> list[str]:
    notes = list(request.store_notes)
    learnt = {**asdict(ArticleWindows()), **dict(model.manifest.get("inputs", {}).get("article_windows", {}))}
    if request.inputs.articles and asdict(settings.article_windows) != learnt:
        notes.append("The article signals look back otherwise than those that the model learnt from.")
    if trade is not None and trade.goods.hindsight:
        notes.append("The goods list is younger than the as_of date (hindsight, allowed on request).")
    if trade is not None and not trade.goods.dated:
        notes.append("The goods list has no dates, so hindsight cannot be ruled out.")
    if trade is not None and not trade.growth.controls:
        notes.append("No control countries in the table: baselines are not scaled by world growth.")
    if trade is not None and trade.broken_codes:
        codes = ", ".join(trade.broken_codes)
        notes.append(
            f"Left out of comparisons because their HS edition changed without a clean match: {codes}."
        )
    reporters = (
        0 if trade is None else trade.sums.coverage.filter(pl.col("leg") != "onward")["reporter"].n_unique()
    )
    if trade is not None:
        notes.append(
            f"{reporters} of {len(coalition(request.as_of))} coalition members report in the trade table."
        )
        notes += _revised(trade.revisions)
    if panel.is_empty():
        notes.append("No transit country appears in the inputs.")
    return notes


def _revised(revisions: pl.DataFrame) -> list[str]:
    if revisions.is_empty():
        return []
    rows, first, latest = revisions.select(pl.col("months", "first_usd", "latest_usd").sum()).row(0)
    moved = revisions.group_by("reporter").agg(pl.col("latest_usd").sum() - pl.col("first_usd").sum())
    name, by = moved.sort(pl.col("latest_usd").abs(), "reporter", descending=[True, False]).row(0)
    return [
        f"Later vintages changed {rows:,} monthly figures of {moved.height} reporters, from US$ {first:,} to "
        f"{latest:,} in all; the largest change is {name}'s ({by:+,}). The manifest lists them by reporter."
    ]
