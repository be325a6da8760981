"""The batch scoring job: inputs in, a published run out. Orchestration only; numbers live elsewhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from data_contracts.contract import ContractReport
from features.articles.rates import ArticleWindows, article_signals
from features.catalogue import SIGNALS
from features.panel import panel_schema
from features.reference.facts import priority_list, product_names
from features.trade.flows.accounting import account
from features.trade.flows.families import HindsightError
from features.trade.flows.windows import Windows
from features.trade.products import product_table
from features.trade.series import SERIES, leg_series
from features.trade.signals import TradeSignals, trade_signals
from features.trade.surprises.products import product_surprises
from riskmodel.engines.engine import Engine
from riskmodel.errors import ContractFailed, RiskmodelError, TooFewScored, WrongUsage
from riskmodel.explain.drivers import explanations
from riskmodel.explain.evidence import article_evidence, goods_evidence, listing_evidence, trade_evidence
from riskmodel.explain.listing import listing_explanations
from riskmodel.model.estimator import Model
from riskmodel.model.grade import with_grade
from riskmodel.model.listing import ListingModel
from riskmodel.operations.progress import Steps
from riskmodel.outcomes.already_met import ALREADY_MET, already_met, code_of_family, legs_known
from riskmodel.publication.publish import check_target, exclusive, publish
from riskmodel.registry.champion import identify, load
from riskmodel.report.view import ReportInput
from riskmodel.scoring.behind import driver_rows, findings_of, leg_coverage, newest_dates
from riskmodel.scoring.condensing import condenser
from riskmodel.scoring.earlier import earlier_run
from riskmodel.scoring.history import score_history
from riskmodel.scoring.manifest import make_manifest
from riskmodel.scoring.nights import counted, refuse_too_few, remove_older
from riskmodel.scoring.panel import official_days_for, panel_for, why_empty
from riskmodel.scoring.request import Inputs, ScoreRequest, read_inputs
from riskmodel.scoring.run_folder import write_refusal, write_run
from riskmodel.scoring.tables import country_scores, product_scores
from riskmodel.scoring.unchanged import fingerprint, refuse_changed, run_in_place
from riskmodel.settings import Settings
from riskmodel.sources.checked import refuse_failures
from riskmodel.sources.goods import read_product_names

if TYPE_CHECKING:
    from riskmodel.mentions.spool import NewsMentions


def score(
    request: ScoreRequest, settings: Settings, steps: Steps, engine: Engine | None = None
) -> ReportInput | None:
    """Score and publish; returns what the printed table and the report show.

    None means that the run is in place already, made from the same inputs, settings, code and model; it is
    computed again only with `request.force`. `engine` does parts of the work; it changes no byte.

    Raises
    ------
    WrongUsage, InputUnreadable, ContractFailed, ModelRefused, TooFewScored: see `riskmodel.errors`; then
        nothing of the run is published. A refused batch leaves verdicts and refused rows in `<out>-refused`.
    """
    if not request.inputs.paths().keys() - {"goods"}:
        raise WrongUsage("Nothing to score: give at least one of --trade, --articles, --listings.")
    check_target(request.out)
    with exclusive(request.out) as repaired:
        steps.step("loading the model")
        stored = identify(request.model_id, settings.models_dir)
        steps.note(model_id=stored.model_id, repaired=list(repaired))
        steps.step("comparing with the run in place")
        asked = fingerprint(request, settings, stored)
        done = None if request.force else run_in_place(request.out, asked.digest)
        if done is not None:
            refuse_too_few(*counted(request.out), request)
            steps.note(run_id=done, unchanged=True, removed=list(remove_older(request)))
            return None
        model = load(stored.model_id, settings.models_dir)
        inputs = read_inputs(request, steps, engine)
        refuse_changed(inputs.given(), asked)
        if any(intake.failures for intake in inputs.given()):
            refuse_failures(inputs.given(), _refused(inputs, request.out))
        try:
            report = score_inputs(inputs, request, model, settings, steps, engine)
        except ContractFailed:
            _refused(inputs, request.out)
            raise
        manifest = replace(report.manifest, request_digest=asked.digest)
        report = replace(report, manifest=manifest)
        silent = int(report.countries["abstained"].sum())
        steps.note(countries_scored=report.countries.height - silent, countries_abstained=silent)
        try:
            refuse_too_few(report.countries.height - silent, report.countries.height, request)
        except TooFewScored:
            _refused(inputs, request.out)
            raise
        steps.step("writing the run")
        entry = {
            "run_id": manifest.run_id,
            "as_of": manifest.as_of.isoformat(),
            "simulated": manifest.simulated,
        }
        quarantined = {intake.kind: intake.quarantined for intake in inputs.given()}
        publish(request.out, lambda folder: write_run(report, quarantined, folder), entry)
        steps.note(run_id=manifest.run_id, removed=list(remove_older(request)))
    return report


def score_inputs(
    inputs: Inputs,
    request: ScoreRequest,
    model: Model,
    settings: Settings,
    steps: Steps,
    engine: Engine | None = None,
) -> ReportInput:
    """Compute every table of the run from checked inputs; writes nothing."""
    as_of, windows = request.as_of, request.windows
    goods = inputs.goods.accepted if inputs.goods else priority_list()
    trade = _trade(inputs, goods, request, steps, engine)
    mentions = _mentions(inputs, request, settings.evidence_sentences, steps, engine)
    steps.step("building signals")
    panel = _panel(inputs, model, trade, mentions, request, settings)
    panel_check = _check_panel(panel, windows, inputs)
    steps.step("scoring")
    graded = with_grade(panel)
    manifest = make_manifest(
        request=request,
        settings=settings,
        intakes=inputs.given(),
        trade=trade,
        goods=goods,
        model=model,
        panel=panel,
        outcomes=_outcomes_of_rows(inputs, trade, mentions, as_of),
        panel_contract=panel_check,
        newest=newest_dates(
            trade, _news(inputs), inputs.listings.accepted if inputs.listings else None, as_of
        ),
    )
    countries = country_scores(
        panel,
        graded,
        model.predict(panel),
        listing_explanations(model, panel) if isinstance(model, ListingModel) else explanations(model, panel),
        _met(trade, request, panel["country"].to_list()),
        trade,
        model.model_id,
        manifest.run_id,
    )
    ranked = product_scores(
        product_table(trade) if trade else None,
        product_surprises(trade.lines, windows, as_of) if trade else None,
        graded,
        as_of,
    )
    steps.step("checking scores")
    own = [panel_check, _check_own("scores_country", countries)]
    if not ranked.is_empty():  # without trade no product is ranked
        own.append(_check_own("scores_product", ranked))
    return ReportInput(
        countries=countries,
        products=ranked,
        evidence=_evidence(inputs, trade, mentions, request, settings).join(
            panel.select("country"), on="country", how="semi", maintain_order="left"
        ),
        series=_series(trade, windows),
        signals=panel,
        contracts=(*(intake.report for intake in inputs.given()), *own),
        manifest=manifest,
        product_names=_product_names(request.inputs.goods),
        coverage=leg_coverage(trade, windows),
        history=_history(inputs, goods, request, model, settings, steps, engine),
        behind=driver_rows(
            trade,
            mentions.counted if mentions else None,
            inputs.listings.accepted if inputs.listings else None,
            panel.select("country"),
            windows,
            settings.article_windows,
            as_of,
        ),
        findings=findings_of(trade),
        before=None if request.previous is None else earlier_run(request.previous),
    )


def _news(inputs: Inputs) -> pl.LazyFrame | None:
    parts = [intake.lazy().select("published_at") for intake in (inputs.articles, inputs.gkg) if intake]
    return pl.concat(parts) if parts else None


def _history(
    inputs: Inputs,
    goods: pl.DataFrame,
    request: ScoreRequest,
    model: Model,
    settings: Settings,
    steps: Steps,
    engine: Engine | None,
) -> pl.DataFrame:
    if request.history:
        steps.step("scoring earlier dates")
    return score_history(inputs, goods, request, model, settings, engine)


def _panel(
    inputs: Inputs,
    model: Model,
    trade: TradeSignals | None,
    mentions: NewsMentions | None,
    request: ScoreRequest,
    settings: Settings,
) -> pl.DataFrame:
    """The panel that the model reads: of the signals alone, or of the target `listing`."""
    as_of = request.as_of
    measured = trade.countries if trade else None
    articles = _article_signals(mentions.counted, as_of, settings.article_windows) if mentions else None
    listings = inputs.listings.accepted if inputs.listings else None
    return panel_for(model, as_of, measured, articles, listings, official_days_for(model, inputs))


def _trade(
    inputs: Inputs, goods: pl.DataFrame, request: ScoreRequest, steps: Steps, engine: Engine | None
) -> TradeSignals | None:
    if inputs.trade is None:
        return None
    steps.step("computing trade signals")
    try:
        return trade_signals(
            inputs.trade.lazy(),
            goods,
            request.windows,
            request.as_of,
            allow_hindsight=request.allow_hindsight,
            condense=condenser(inputs.trade, engine),
        )
    except HindsightError as error:
        raise WrongUsage(str(error)) from None


def _met(trade: TradeSignals | None, request: ScoreRequest, countries: list[str]) -> pl.DataFrame:
    if trade is None:
        return pl.DataFrame(schema=ALREADY_MET)
    legs = legs_known(trade.cells, trade.reported)
    codes = code_of_family(trade.cells)
    return already_met(legs, request.as_of, countries, request.windows, codes)


def _mentions(
    inputs: Inputs, request: ScoreRequest, quotes: int, steps: Steps, engine: Engine | None
) -> NewsMentions | None:
    if not (inputs.articles or inputs.gkg):
        return None
    from riskmodel.mentions.spool import mentions_of, read_news

    # Later articles are left out before anything is learnt from them: clusters of copies are made here.
    known = pl.col("published_at").dt.date() <= request.as_of
    articles, records = (
        intake.lazy().filter(known) if intake else None for intake in (inputs.articles, inputs.gkg)
    )
    steps.step("reading sentences")
    at_once = request.inputs.limits.read_articles
    reading = read_news(
        articles, records, at_once=at_once, engine=engine, second_reader=request.inputs.second_reader
    )
    steps.step("finding stories")
    return mentions_of(reading, request.as_of, quotes)


def _article_signals(mentions: pl.DataFrame, as_of: date, windows: ArticleWindows) -> pl.DataFrame:
    # A country whose only stories are about a designation has a rate of 0 and still shows its sentences.
    named = mentions.filter("is_diversion").select("country").unique()
    return named.join(article_signals(mentions, as_of, windows), on="country", how="left")


def _outcomes_of_rows(
    inputs: Inputs, trade: TradeSignals | None, mentions: NewsMentions | None, as_of: date
) -> dict[str, dict[str, int]]:
    """What became of the accepted rows of each input, by reason; each adds up to its accepted rows."""
    outcomes: dict[str, dict[str, int]] = {}
    if inputs.trade and trade:
        outcomes["trade_flows"] = account(
            inputs.trade.lazy(), trade.goods, trade.broken_codes, trade.counts, as_of
        )
    if inputs.articles and mentions:
        unread = {f"not_read_language_{code}": n for code, n in sorted(mentions.not_read_by_language.items())}
        late = inputs.articles.rows_accepted - mentions.n_articles_read - sum(unread.values())
        outcomes["articles"] = {"not_known_at_as_of": late, **unread, "used": mentions.n_articles_read}
    if inputs.gkg:
        later = (pl.col("published_at").dt.date() > as_of).sum()
        late = int(inputs.gkg.lazy().select(later).collect(engine="streaming").item())
        outcomes["gkg"] = {"not_known_at_as_of": late, "used": inputs.gkg.rows_accepted - late}
    if inputs.listings:
        rows = inputs.listings.accepted
        used = rows.filter((pl.col("listed_on") <= as_of) & (pl.col("goods_diversion") != "false")).height
        late = rows.filter(pl.col("listed_on") > as_of).height
        outcomes["listings"] = {
            "not_known_at_as_of": late,
            "not_about_goods": rows.height - late - used,
            "used": used,
        }
    if inputs.goods:
        outcomes["goods"] = {"used": inputs.goods.accepted.height}
    return outcomes


def _check_panel(panel: pl.DataFrame, windows: Windows, inputs: Inputs) -> ContractReport:
    if panel.is_empty():
        raise ContractFailed(why_empty(inputs))
    known = [panel[signal.name].null_count() < panel.height for signal in SIGNALS]
    if not any(known):
        named = ", ".join(panel["country"].head(5)) + (" and others" if panel.height > 5 else "")
        raise ContractFailed(
            f"The inputs speak of {named}, but no signal of theirs can be known: recent months are compared "
            f"with the same calendar months of the baseline {windows.baseline_start:%Y-%m} to "
            f"{windows.baseline_end:%Y-%m}, and no reporter gives both. Add those months, choose another "
            "--baseline, or give articles or listings too."
        )
    return _check_own("signals", panel.select(*panel_schema()))


def _check_own(kind: str, table: pl.DataFrame) -> ContractReport:
    """The report of a table of our own; a broken rule is a defect of the program."""
    from data_contracts.checking.check import validate
    from data_contracts.registry import CONTRACTS

    checked = validate(CONTRACTS[kind], table)
    if checked.report.critical_failures or checked.quarantined.height:
        broken = [result for result in checked.report.results if not result.passed]
        raise RiskmodelError(
            f"Our own {kind} fail their contract ({broken[0].rule}: {broken[0].detail}); nothing was "
            "published. This is a defect of the program: please report it with the input's header."
        )
    return checked.report


def _evidence(
    inputs: Inputs,
    trade: TradeSignals | None,
    mentions: NewsMentions | None,
    request: ScoreRequest,
    settings: Settings,
) -> pl.DataFrame:
    from data_contracts.tables import EVIDENCE

    parts = [pl.DataFrame(schema=EVIDENCE)]
    if inputs.trade and trade:
        flows = inputs.trade.lazy()
        parts.append(trade_evidence(flows, trade, request.windows, request.as_of, settings.evidence_rows))
    if mentions:
        news = [intake.lazy() for intake in (inputs.articles, inputs.gkg) if intake]
        parts.append(article_evidence(mentions.quoted, news))
        parts.append(goods_evidence(mentions.counted, request.as_of, settings.article_windows))
    if inputs.listings:
        parts.append(listing_evidence(inputs.listings.accepted, request.as_of, settings.evidence_rows))
    return pl.concat(parts)


def _series(trade: TradeSignals | None, windows: Windows) -> pl.DataFrame:
    if trade is None:
        return pl.DataFrame(schema=SERIES)
    return leg_series(trade.cells, trade.reported, windows)


def _product_names(goods: Path | None) -> dict[str, str]:
    return product_names() if goods is None else {**product_names(), **read_product_names(goods)}


def _refused(inputs: Inputs, out: Path) -> Path:
    """Leave verdicts and refused rows of a batch that cannot be scored next to `out`; returns where."""
    place = out.with_name(f"{out.name}-refused")
    check_target(place)
    with exclusive(place):
        publish(place, lambda folder: write_refusal(inputs.given(), folder))
    return place
