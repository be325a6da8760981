"""Orders carried out: bought from sellers, moved through up to three countries, and what the books show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.random import Generator

from riskmodel.worlds.networks.book import LEAST_YEARLY, Book, Customs, draw_customs, order_book, projects
from riskmodel.worlds.networks.brokers import Exposure, spread, work
from riskmodel.worlds.networks.draws import stream
from riskmodel.worlds.networks.legal import Economies
from riskmodel.worlds.networks.shipments import RUSSIA, shipments
from riskmodel.worlds.networks.stage import NetworkStage

MOST_THROUGH = 480_000_000.0  # a year, chains of others included
LEAST_LINE = 400.0


@dataclass(frozen=True)
class Network:
    """What the network did.

    `moves`: its consignments (`SHIPMENTS`). `leaving`: one row for each part of an order and country that
    it left: country, good, code (declared), t, value, declared (US$ that export statistics to Russia can
    show). `supplied`: the same parts as they came in (value before the mark-ups): country, good, t, value.
    """

    moves: pl.DataFrame
    leaving: pl.DataFrame
    supplied: pl.DataFrame
    exposures: tuple[Exposure, ...]
    first_business: dict[str, int]


def network_trade(stage: NetworkStage, size: Economies) -> Network:
    """Let the network live, and write its consignments."""
    rng = stream(stage.seed, "orders")
    bills, active = projects(rng, stage, size)
    brokers = spread(stage)
    campaign = np.clip(active.sum(axis=0) / active[:, stage.war :].sum(axis=0).mean(), 0.25, 3.0)
    done = work(stage, brokers, campaign)
    customs = draw_customs(rng, len(stage.scored))
    book = order_book(rng, stage, size, brokers, done.level, active, customs)
    lines = _lines(rng, stage, book, bills)
    moves, leaving, supplied = _carried(rng, stage, size, book, lines, customs)
    started = {
        stage.scored[c]: int(max(stage.war, np.floor(done.starts[brokers.home == c].min())))
        for c in brokers.diverting
    }
    return Network(moves, leaving, supplied, done.exposures, started)


def _lines(rng: Generator, stage: NetworkStage, book: Book, bills: np.ndarray) -> pl.DataFrame:
    """Orders by goods: order, good, value (US$, of the seller).

    What the coalition still sells directly is hardly bought through brokers.
    """
    order, good = np.nonzero(bills[book.project] > 0)
    usd = book.usd[order] * bills[book.project[order], good] * rng.lognormal(-0.125, 0.5, len(order))
    usd *= np.where(book.month[order] >= stage.curbed[good], 1.0, 0.08)
    # Goods that came under control late must not leave a corridor with next to nothing.
    home = book.route[order, book.hops[order] - 1]
    total = np.bincount(home, usd, len(stage.scored))
    usd *= np.maximum(1.0, LEAST_YEARLY / 2 / np.maximum(total, 1.0))[home]
    kept = usd > LEAST_LINE
    order, good, usd = order[kept], good[kept], usd[kept]
    usd = usd * _limits(stage, book, order, usd)
    return pl.DataFrame({"order": order, "good": good, "value": usd})


def _limits(stage: NetworkStage, book: Book, order: np.ndarray, usd: np.ndarray) -> np.ndarray:
    """Factor by line that keeps every country below the largest published yearly amounts."""
    n = len(stage.scored)
    year = (book.month[order] + stage.months[0].month - 1) // 12
    through = np.zeros((n, year.max() + 2 if len(year) else 1))
    for stop in range(3):
        here = book.route[order, stop] >= 0
        np.add.at(through, (book.route[order[here], stop], year[here]), usd[here] * 2.0)
    cut = np.minimum(1.0, MOST_THROUGH / np.maximum(through.max(axis=1), 1.0))
    padded = np.r_[cut, 1.0]
    return padded[book.route[order]].min(axis=1)


def _carried(
    rng: Generator, stage: NetworkStage, size: Economies, book: Book, lines: pl.DataFrame, customs: Customs
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Carry the lines from stop to stop: part by part, with stock, mark-up and what the books show."""
    order, good, usd = (lines[c].to_numpy() for c in ("order", "good", "value"))
    sent = book.month[order] + stream(stage.seed, "sending").integers(0, 2, len(book.month))[order]
    moves = [_bought(rng, stage, size, book, order, good, usd, sent, customs)]
    part, when, share = _parts(rng, stage, book, sent, order)
    row_order, row_good, value = order[part], good[part], usd[part] * share
    leaving, supplied = [], []
    for stop in range(3):
        here = np.flatnonzero(book.hops[row_order] > stop)
        if not len(here):
            break
        this, o = book.route[row_order[here], stop], row_order[here]
        last = book.hops[o] == stop + 1
        markup = 1 + np.maximum(rng.normal(stage.p["markup"], 0.08, len(here)) / (1 + 0.5 * stop), 0.01)
        before, value[here] = value[here].copy(), np.minimum(value[here] * markup, value[here] * 2)
        t = when[stop][here]
        follow = np.where(last, -1, book.route[o, np.minimum(stop + 1, 2)])
        shown, code = _declared(rng, stage, row_good[here], this, customs)
        moves.append(_moved(rng, stage, row_good[here], this, follow, t, value[here], shown, code, customs))
        leaving.append(_left(stage, this, row_good[here], code, t, value[here], shown * last, stop))
        supplied.append(_left(stage, this, row_good[here], code, t, before, shown * 0, stop))
    return pl.concat(moves), pl.concat(leaving), pl.concat(supplied)


def _bought(
    rng: Generator,
    stage: NetworkStage,
    size: Economies,
    book: Book,
    order: np.ndarray,
    good: np.ndarray,
    usd: np.ndarray,
    sent: np.ndarray,
    customs: Customs,
) -> pl.DataFrame:
    """From the seller in the coalition to the first country."""
    keys = np.log(size.exporter_share.T[good]) + rng.gumbel(size=(len(good), len(stage.exporters)))
    first = book.route[order, 0]
    renamed = rng.random(len(good)) < stage.p["relabelled_at_origin"]
    code = np.where(renamed, stage.lookalike[good], good)
    return shipments(
        "network",
        origin=np.array(stage.exporters)[keys.argmax(axis=1)],
        dest=np.array(stage.scored)[first],
        good=good,
        code_x=code,
        code_m=code,
        t_x=sent,
        t_m=sent + (rng.random(len(good)) < 0.3),
        value=usd,
        shown_m=(rng.random(len(good)) < customs.records[first]).astype(float),
    )


def _parts(
    rng: Generator, stage: NetworkStage, book: Book, sent: np.ndarray, order: np.ndarray
) -> tuple[np.ndarray, list[np.ndarray], np.ndarray]:
    """Split stocked orders in two to four parts; all lines of an order leave together (consolidated).

    Returns the line of each part, the months of leaving by stop, and the share of the line.
    """
    count = len(book.month)
    stocked = rng.random(count) < stage.p["stock_chance"]
    pieces = np.where(stocked, rng.integers(2, 5, count), 1)
    weight = rng.uniform(0.4, 1.6, (count, 4)) * (np.arange(4) < pieces[:, None])
    weight = weight / weight.sum(axis=1, keepdims=True)
    quick = rng.integers(0, 3, (count, 4, 3))
    slow = np.sort(rng.gamma(2.0, stage.p["stock_months"] / 2, (count, 4)), axis=1).astype(int)
    quick[:, :, 0] += np.where(stocked[:, None], slow, 0)
    leave = quick.cumsum(axis=2)
    line = np.repeat(np.arange(len(order)), pieces[order])
    start = np.cumsum(pieces[order]) - pieces[order]
    piece = np.arange(len(line)) - np.repeat(start, pieces[order])
    of = order[line]
    return line, [sent[line] + leave[of, piece, stop] for stop in range(3)], weight[of, piece]


def _declared(
    rng: Generator, stage: NetworkStage, good: np.ndarray, country: np.ndarray, customs: Customs
) -> tuple[np.ndarray, np.ndarray]:
    """Share of the value that export statistics show, and the code they show it under."""
    shown = (rng.random(len(good)) < customs.declares[country]) * customs.undervalues[country]
    renamed = rng.random(len(good)) < customs.renames[country]
    return shown, np.where(renamed, stage.lookalike[good], good)


def _moved(
    rng: Generator,
    stage: NetworkStage,
    good: np.ndarray,
    country: np.ndarray,
    follow: np.ndarray,
    t: np.ndarray,
    value: np.ndarray,
    shown: np.ndarray,
    code: np.ndarray,
    customs: Customs,
) -> pl.DataFrame:
    return shipments(
        "network",
        origin=np.array(stage.scored)[country],
        dest=np.array([*stage.scored, RUSSIA])[follow],
        good=good,
        code_x=code,
        code_m=code,
        t_x=t,
        t_m=t,
        value=value,
        shown_x=shown,
        shown_m=(rng.random(len(good)) < customs.records[follow]) * 1.0,
        foreign=np.ones(len(good), dtype=bool),
    )


def _left(
    stage: NetworkStage,
    country: np.ndarray,
    good: np.ndarray,
    code: np.ndarray,
    t: np.ndarray,
    value: np.ndarray,
    shown: np.ndarray,
    stop: int,
) -> pl.DataFrame:
    rows = {
        "country": np.array(stage.scored)[country],
        "good": good,
        "code": code,
        "t": t,
        "value": value,
        "declared": value * shown,
        "stop": np.full(len(good), stop),
    }
    return pl.DataFrame(rows).filter(pl.col("t") < stage.length)
