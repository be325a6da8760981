"""Why a score is what it is: drivers, counter-evidence, and what would lower it. Pure functions."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from features.catalogue import BY_NAME, MODEL_SIGNALS
from riskmodel.explain.bands import LOWER_BOUNDS, Band, band_of, next_lower
from riskmodel.explain.figures import count, money, one_in, percent, times
from riskmodel.explain.wording import NO_EFFECT, driver_words, noun, say
from riskmodel.model.design import LOG_USD_SCALE, matrix, untransformed
from riskmodel.model.estimator import Model
from riskmodel.model.head import AdditiveHead
from riskmodel.model.shapes import Vector
from riskmodel.publication.typed_json import from_json, to_json

_SHARES = np.arange(1, 401) / 400
STAYS = "what comes in above the baseline is not seen going on to Russia in the country's own reports"


@dataclass(frozen=True)
class Driver:
    """What one known signal does to a score.

    Attributes
    ----------
    value: in `unit`, whole for US dollars. contribution: on the model's log-odds scale. quantile: share of
        the other countries of the date with a lower value, None where no other's is known. words: all of it.
    """

    signal: str
    value: int | float
    unit: str
    contribution: float
    quantile: float | None
    words: str


def read_drivers(cell: str | None) -> tuple[Driver, ...]:
    """The drivers in a `drivers` cell; a null or unreadable cell holds none.

    >>> read_drivers('[{"signal": "article_rate"}]'), read_drivers(None)
    ((), ())
    """
    try:
        return from_json(tuple[Driver, ...], cell or "[]")
    except ValueError:
        return ()


def explanations(model: Model, panel: pl.DataFrame) -> pl.DataFrame:
    """as_of, country, drivers, counter_evidence, lowers: JSON strings, one row for each panel row, in order.

    An abstained row has empty lists.
    """
    terms = model.contributions(panel)
    key = ["as_of", "country"]
    rows = panel.select(key)
    parts = (drivers(terms, panel), counter_evidence(terms, panel))
    for part in parts:
        rows = rows.join(part, on=key, how="left", maintain_order="left")
    asked = [json.dumps(said, ensure_ascii=False) for said in _lowers(model, panel)]
    return rows.with_columns(
        pl.col("drivers", "counter_evidence").fill_null("[]"), pl.Series("lowers", asked, dtype=pl.String)
    )


def with_quantiles(contributions: pl.DataFrame) -> pl.DataFrame:
    """Add `quantile`: share of the other countries of the same date with a strictly lower value.

    Null where the value is unknown or no other country's is known.
    """
    group = ["as_of", "signal"]
    lower = pl.col("value").rank("min").over(group) - 1
    others = pl.col("value").count().over(group) - 1
    return contributions.with_columns(
        pl.when((others > 0) & pl.col("value").is_not_null()).then(lower / others).alias("quantile")
    )


def drivers(contributions: pl.DataFrame, panel: pl.DataFrame) -> pl.DataFrame:
    """as_of, country, drivers: JSON list of `Driver`.

    Largest absolute contribution first, then catalogue order; unknown signals, which contribute exactly 0,
    are left out. Peers are the other countries of `panel` on the same date, also those that abstain.
    """
    peers = panel.select("as_of", "country", pl.col(MODEL_SIGNALS).cast(pl.Float64)).unpivot(
        index=["as_of", "country"], on=list(MODEL_SIGNALS), variable_name="signal", value_name="value"
    )
    quantiles = with_quantiles(peers).select("as_of", "country", "signal", "quantile")
    table = contributions.filter(pl.col("value").is_not_null()).join(
        quantiles, on=["as_of", "country", "signal"], how="left", maintain_order="left"
    )
    ordered = table.sort(pl.col("contribution").abs(), descending=True, maintain_order=True)
    return _as_json(
        ordered,
        "drivers",
        lambda row: to_json(_driver(row["signal"], row["value"], row["contribution"], row["quantile"])),
    )


def _driver(signal: str, value: float, contribution: float, quantile: float | None) -> Driver:
    return Driver(
        signal=signal,
        value=int(value) if BY_NAME[signal].unit == "US$" else round(value, 6),
        unit=BY_NAME[signal].unit,
        contribution=contribution,
        quantile=None if quantile is None else round(quantile, 4),
        words=driver_words(signal, value, quantile, contribution),
    )


def counter_evidence(contributions: pl.DataFrame, panel: pl.DataFrame) -> pl.DataFrame:
    """as_of, country, counter_evidence: JSON list of words, what speaks against suspicion, strongest first.

    Signals that lower the score below that of a typical country; then facts that the score does not weigh
    so (arrivals that are not seen going on, unlisted neighbours that rose as much); last, what else could
    explain the strongest driver.
    """
    key = ["as_of", "country"]
    known = contributions.filter(pl.col("value").is_not_null())
    against = known.filter(pl.col("contribution") < -NO_EFFECT).sort("contribution", maintain_order=True)
    listed = _as_json(against, "counter_evidence", lambda row: say(row["signal"], row["value"]))
    strongest = (
        known.filter(pl.col("contribution") > NO_EFFECT)
        .sort("contribution", descending=True, maintain_order=True)
        .unique(key, keep="first", maintain_order=True)
        .select(*key, pl.col("signal").alias("strongest"))
    )
    both = contributions.select(key).unique(maintain_order=True)
    facts = panel.select(
        *key,
        ((pl.col("inbound_excess_usd") > 0) & (pl.col("onward_excess_usd") == 0)).alias("stays"),
        ((pl.col("inbound_surge") > 0) & (pl.col("placebo_gap") <= 0)).alias("placebo"),
    )
    for part in (listed, facts, strongest):
        both = both.join(part, on=key, how="left", maintain_order="left")
    words = []
    for found, stays, placebo, driver in both.select(
        "counter_evidence", "stays", "placebo", "strongest"
    ).iter_rows():
        items = json.loads(found) if found else []
        items += [STAYS] if stays else []
        items += [say("placebo_gap", 0.0)] if placebo else []
        items += (
            [f"what else could explain the strongest driver: {BY_NAME[driver].counter}"] if driver else []
        )
        words.append(json.dumps(list(dict.fromkeys(items)), ensure_ascii=False))
    return both.select(*key, pl.Series("counter_evidence", words, dtype=pl.String))


def _as_json(table: pl.DataFrame, name: str, item: Callable[[dict[str, Any]], object]) -> pl.DataFrame:
    found: dict[tuple[object, object], list[object]] = {}
    for row in table.iter_rows(named=True):
        found.setdefault((row["as_of"], row["country"]), []).append(item(row))
    return pl.DataFrame(
        [(*key, json.dumps(items, ensure_ascii=False)) for key, items in found.items()],
        schema={"as_of": pl.Date(), "country": pl.String(), name: pl.String()},
        orient="row",
    )


@dataclass(frozen=True)
class Change:
    """A change of one signal that alone moves the score one band down.

    Attributes
    ----------
    signal: name. value, needed: now and then, in the signal's unit. share: of the value that must go (0..1).
    """

    signal: str
    value: float
    needed: float
    share: float


def changes(model: Model, panel_row: pl.DataFrame) -> list[Change]:
    """Every single change that moves the country one band down, smallest relative change first.

    Only signals that a country can influence are changed, and only downward. Empty for a row that abstains
    or is in the lowest band already.
    """
    out = model.predict(panel_row)
    risk = out["risk"][0]
    if risk is None or next_lower(_band(risk)) is None:
        return []
    head = model.heads[out["head"][0]]
    row = matrix(panel_row, tuple(head.signals))[0]
    return _changes(head, row, _excess(out["logit"][0], _band(risk)))


def lowers(model: Model, panel_row: pl.DataFrame) -> list[str]:
    """What would move the country one band down, in words; at most three single changes.

    Where no single signal suffices, all that the country can influence are scaled down together. It is a
    statement about the model, not a forecast. Empty for a row that abstains.
    """
    return _lowers(model, panel_row)[0]


def _lowers(model: Model, panel: pl.DataFrame) -> list[list[str]]:
    out = model.predict(panel)
    seen = {name: matrix(panel, tuple(head.signals)) for name, head in model.heads.items()}
    found = []
    for place, (name, risk, logit) in enumerate(out.select("head", "risk", "logit").iter_rows()):
        found.append([] if risk is None else _row_lowers(model.heads[name], seen[name][place], risk, logit))
    return found


def _row_lowers(head: AdditiveHead, row: Vector, risk: float, logit: float) -> list[str]:
    lower = next_lower(_band(risk))
    if lower is None:
        return ["the score is already in the lowest band"]
    excess = _excess(logit, _band(risk))
    singles = _changes(head, row, excess)
    if singles:
        return [_single_words(change, _band(risk), lower) for change in singles[:3]]
    return [_joint_words(head, row, excess, _band(risk), lower)]


def _band(risk: float) -> Band:
    band = band_of(risk)
    assert band is not None
    return band


def _excess(logit: float, band: Band) -> float:
    """Log-odds above the lower bound of the band."""
    bound = LOWER_BOUNDS[band]
    return float(logit - np.log(bound / (1 - bound)))


def _changes(head: AdditiveHead, row: Vector, excess: float) -> list[Change]:
    found = [change for place in _steerable(head, row) if (change := _single(head, row, place, excess))]
    return sorted(found, key=lambda change: (change.share, change.signal))


def _steerable(head: AdditiveHead, row: Vector) -> list[int]:
    """Places of signals that are known, can be influenced, and would lower the score when they shrink."""
    return [
        place
        for place, name in enumerate(head.signals)
        if BY_NAME[name].steerable and BY_NAME[name].direction > 0 and row[place] > 0
    ]


def _falls(head: AdditiveHead, row: Vector, place: int) -> Vector:
    """How far the log-odds fall when the signal loses each of `_SHARES` of its value."""
    value = untransformed(head.signals[place], float(row[place]))
    left = value * (1 - _SHARES)
    if BY_NAME[head.signals[place]].transform == "log_usd":
        left = np.log1p(left / LOG_USD_SCALE)
    return head.shape(place, row[place : place + 1])[0] - head.shape(place, left)


def _single(head: AdditiveHead, row: Vector, place: int, excess: float) -> Change | None:
    hit = np.flatnonzero(_falls(head, row, place) > excess)
    if not hit.size:
        return None
    share = float(_SHARES[hit[0]])
    value = untransformed(head.signals[place], float(row[place]))
    return Change(head.signals[place], value, value * (1 - share), share)


def _single_words(change: Change, band: Band, lower: Band) -> str:
    then, now = _shown(change.signal, change.value), _shown(change.signal, change.needed)
    less = "" if then != now else f" (by {100 * change.share:.1f}%)"
    return (
        f"To drop from {band} to {lower}: {noun(change.signal)} would have to fall from {then} to "
        f"{now}{less}, all else as it is"
    )


def _shown(signal: str, value: float) -> str:
    unit = BY_NAME[signal].unit
    if unit == "US$":
        return money(value)
    if unit == "log ratio":
        return f"{times(value)} the expected"
    if unit == "surprise":
        return f"what {one_in(value)} placebos show"
    if unit == "share":
        return percent(value)
    return f"{count(value)} ({unit[7:-1]})" if unit.startswith("ln(1 + ") else f"{value:.2f} ({unit})"


def _joint_words(head: AdditiveHead, row: Vector, excess: float, band: Band, lower: Band) -> str:
    falls = {place: _falls(head, row, place) for place in _steerable(head, row)}
    together = sum(falls.values(), np.zeros_like(_SHARES))
    hit = np.flatnonzero(together > excess)
    if not hit.size:
        return "no change of the signals that the country can influence would move the score one band down"
    largest = sorted(falls, key=lambda place: (-falls[place][hit[0]], place))[:3]
    names = "; ".join(noun(head.signals[place]) for place in largest)
    return (
        f"To drop from {band} to {lower}: no single change would do; all that the country can influence "
        f"would have to fall together by {100 * _SHARES[hit[0]]:.0f}%, above all {names}"
    )
