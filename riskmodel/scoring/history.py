"""Earlier scores from the same inputs: what the same model would have said, with what was known then."""

from __future__ import annotations

from datetime import date

import polars as pl

from data_contracts.months import end_of_month
from features.articles.rates import article_signals
from features.trade.measures.surprises import SUFFIX
from riskmodel.engines.engine import Engine
from riskmodel.explain.bands import band_of
from riskmodel.model.estimator import Model
from riskmodel.model.grade import with_grade
from riskmodel.report.view import HISTORY
from riskmodel.scoring.condensing import condenser
from riskmodel.scoring.days import panel_by_dates
from riskmodel.scoring.panel import official_days_for, panel_for
from riskmodel.scoring.request import Inputs, ScoreRequest
from riskmodel.settings import Settings


def score_history(
    inputs: Inputs,
    goods: pl.DataFrame,
    request: ScoreRequest,
    model: Model,
    settings: Settings,
    engine: Engine | None = None,
) -> pl.DataFrame:
    """Scores at the ends of the `request.history` months before that of as_of: a frame of `HISTORY`.

    Each date sees only rows that were public then; the goods list is that of as_of, so that all dates speak
    of the same goods. Abstained rows have no risk and no rank.
    """
    days = earlier_days(request.as_of, request.history)
    if not days:
        return pl.DataFrame(schema=HISTORY)
    trade = None
    if inputs.trade is not None:
        condense = condenser(inputs.trade, engine)
        trade = panel_by_dates(inputs.trade.lazy(), goods, request.windows, days, engine, condense)
    mentions = _mentions(inputs, request, engine)
    listings = inputs.listings.accepted if inputs.listings else None
    travels = official_days_for(model, inputs)
    parts = [pl.DataFrame(schema=HISTORY)]
    for day in days:
        mine = None if trade is None else trade.filter(pl.col("as_of") == day).drop("as_of")
        articles = None if mentions is None else article_signals(mentions, day, settings.article_windows)
        panel = panel_for(model, day, mine, articles, listings, travels)
        if panel.height:
            parts.append(_scored(model, panel))
    return pl.concat(parts)


def _mentions(inputs: Inputs, request: ScoreRequest, engine: Engine | None) -> pl.DataFrame | None:
    if not (inputs.articles or inputs.gkg):
        return None
    from riskmodel.mentions.spool import dated_mentions, read_news

    known = pl.col("published_at").dt.date() <= request.as_of
    articles, records = (
        intake.lazy().filter(known) if intake else None for intake in (inputs.articles, inputs.gkg)
    )
    at_once = request.inputs.limits.read_articles
    return dated_mentions(
        read_news(
            articles, records, at_once=at_once, engine=engine, second_reader=request.inputs.second_reader
        )
    )


def _scored(model: Model, panel: pl.DataFrame) -> pl.DataFrame:
    key = ["as_of", "country"]
    names = ("risk", "risk_low", "risk_high")
    table = panel.select(key).join(model.predict(panel).select(*key, *names), on=key)
    table = table.join(with_grade(panel).select(*key, "grade", "abstained"), on=key)
    table = table.with_columns(pl.when(~pl.col("abstained")).then(name).alias(name) for name in names)
    table = table.join(panel.select(*key, *rises_of(panel)), on=key)
    return (
        table.with_columns(
            pl.Series("band", [band_of(risk) for risk in table["risk"]], dtype=pl.String),
            pl.col("risk").rank("ordinal", descending=True).cast(pl.Int64).alias("rank"),
        )
        .sort("as_of", "rank", "country", nulls_last=True)
        .select(pl.col(name).cast(dtype) for name, dtype in HISTORY.items())
    )


def rises_of(panel: pl.DataFrame) -> list[pl.Expr]:
    """How unusual the rise of each leg is; null where the panel holds no trade."""
    return [
        (
            pl.col(rise) if (rise := f"{leg}_rise{SUFFIX}") in panel.columns else pl.lit(None, pl.Float64)
        ).alias(f"{leg}_surprise")
        for leg in ("inbound", "onward")
    ]


def earlier_days(as_of: date, months: int) -> list[date]:
    """Ends of the months before that of a day, oldest first.

    >>> earlier_days(date(2024, 6, 30), 2)
    [datetime.date(2024, 4, 30), datetime.date(2024, 5, 31)]
    """
    return [end_of_month(as_of, -back) for back in range(months, 0, -1)]
