"""Stories about countries and how a reader of them judges each sentence: the mentions table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from data_contracts.tables import MENTIONS
from riskmodel.worlds.markets.attention import Notice
from riskmodel.worlds.markets.cast import MarketCast
from riskmodel.worlds.markets.parameters import Array, Index, Mask, Parameters
from riskmodel.worlds.markets.world_building import MarketEconomy

TRANSIT, EASING, OTHER = 0, 1, 2
OUTLETS = 40
MOST_COPIES = 12
MISTAKEN_ROLE = 0.05  # sentences below one half that still carry the role of transit
CALM_ROLES = ("destination_not_russia", "origin", "other_mention", "sanctioning_or_speaker")
WORDS = {
    TRANSIT: "Simulated sentence about a label: goods are described as passing through {} to Russia.",
    EASING: "Simulated sentence about a label: {} is described as limiting exports to Russia.",
    OTHER: "Simulated sentence about a label: the trade of {} is described.",
}


@dataclass(frozen=True)
class _Stories:
    """One element a story: country, month, kind."""

    country: Index
    month: Index
    kind: Index


def mentions(p: Parameters, e: MarketEconomy, n: Notice) -> pl.DataFrame:
    """Stories follow what is noticed, late; some have no ground; copies share a story."""
    rng = p.rng("press")
    stories = _stories(p, rng, n)
    copies = np.minimum(
        1 + rng.geometric(0.45, len(stories.kind)) - 1 + rng.poisson(0.3, len(stories.kind)), MOST_COPIES
    )
    story = np.repeat(np.arange(len(copies)), np.maximum(copies, 1))
    base = rng.integers(0, 28, len(copies))
    delay = rng.integers(0, 4, len(story)) * (np.diff(story, prepend=-1) == 0)
    first = np.array([(m - date(1970, 1, 1)).days for m in e.cast.months])
    day = first[stories.month[story]] + base[story] + delay
    outlet = np.minimum(rng.zipf(1.4, len(story)), OUTLETS)
    sentences = 1 + rng.binomial(2, 0.3, len(story))
    article = np.repeat(np.arange(len(story)), sentences)
    number = np.arange(len(article)) - np.repeat(np.cumsum(sentences) - sentences, sentences)
    country, kind = stories.country[story[article]], stories.kind[story[article]]
    frame = _judged(p, rng, e.cast, country, kind).with_columns(
        article_id=pl.format("m-{}", pl.Series(article)),
        published_on=pl.Series(day[article].astype(np.int32)).cast(pl.Date),
        source=pl.format("daily-{}.example", pl.Series(outlet[article])),
        story_id=pl.format("s-{}", pl.Series(story[article])),
        sentence_no=pl.Series(number, dtype=pl.Int64),
        goods=_goods(rng, e, country, kind),
    )
    end = e.cast.months[-1]
    whole = pl.concat([frame, _speakers(rng, e.cast, frame, kind)], how="diagonal")
    ordered = whole.select(pl.col(name).cast(dtype) for name, dtype in MENTIONS.items())
    return ordered.filter(pl.col("published_on") < pl.lit(end).dt.offset_by("1mo")).sort(
        "published_on", "article_id", "sentence_no", "country"
    )


def _stories(p: Parameters, rng: np.random.Generator, n: Notice) -> _Stories:
    noticed = p["press_sight"] * n.visible * 0.15 + p["press_leak"] * (n.leak + 0.5 * n.papers) * 0.25
    interest, weight = n.interest[None, :], n.weight[:, None]
    rates = {
        TRANSIT: np.minimum(interest * (noticed + p["false_stories"] * weight), 12.0),
        EASING: interest * (0.12 * np.minimum(n.eased, 3.0) + 0.003 * weight),
        OTHER: p["press_rate"] * weight * (0.6 + 0.8 * interest),
    }
    parts = []
    for kind, rate in rates.items():
        country, month = np.nonzero(np.ones_like(rate))
        count = rng.poisson(np.broadcast_to(rate, n.visible.shape).ravel())
        parts.append(
            np.stack([np.repeat(country, count), np.repeat(month, count), np.full(count.sum(), kind)])
        )
    country, month, kind = np.concatenate(parts, axis=1)
    order = np.lexsort((kind, country, month))
    return _Stories(country[order], month[order], kind[order])


def _judged(
    p: Parameters, rng: np.random.Generator, c: MarketCast, country: Index, kind: Index
) -> pl.DataFrame:
    """The reader's noisy probability, role and polarity of each sentence."""
    size = len(kind)
    mean = np.select([kind == TRANSIT, kind == EASING], [p["reader_skill"], -0.3], -p["reader_skill"] - 0.8)
    chance = np.clip(1 / (1 + np.exp(-rng.normal(mean, 1.3))), 0.001, 0.999).round(4)
    diverts = chance >= 0.5
    calm = rng.choice(len(CALM_ROLES), size=size, p=[0.25, 0.2, 0.45, 0.1])
    transit = diverts | (rng.random(size) < MISTAKEN_ROLE)
    role = np.where(transit, "transit_to_russia", np.array(CALM_ROLES)[calm])
    luck = rng.random(size)
    polarity = np.select(
        [kind == TRANSIT, kind == EASING],
        [np.where(luck < 0.45, 1, np.where(luck < 0.92, 0, -1)), np.where(luck < 0.75, -1, 0)],
        np.where(luck < 0.04, 1, np.where(luck < 0.08, -1, 0)),
    )
    text = np.array([WORDS[int(k)].format(c.codes[s]) for k, s in zip(kind, country, strict=True)])
    return pl.DataFrame(
        {
            "country": pl.Series(list(c.codes)).gather(country),
            "role": role,
            "p_diversion": chance,
            "is_diversion": diverts,
            "polarity": polarity.astype(np.int8),
            "text": text,
        }
    )


def _goods(rng: np.random.Generator, e: MarketEconomy, country: Index, kind: Index) -> pl.Series:
    """Up to three goods of a sentence: those that are diverted, mostly, or any listed ones."""
    listed = np.flatnonzero(e.cast.goods.listed)
    left = e.diversion.left.sum(axis=2).astype(np.float64)
    named = rng.binomial(3, np.where(kind == OTHER, 0.1, 0.3))
    pick, luck = rng.integers(0, len(listed), (len(kind), 3)), rng.random((len(kind), 3))
    share = np.cumsum(left, axis=1) / np.maximum(left.sum(axis=1, keepdims=True), 1.0)
    out = []
    for s, count, places, u in zip(country, named, pick, luck, strict=True):
        known = left[s].any() and u[0] < 0.8
        chosen = np.searchsorted(share[s], u[:count]) if known else places[:count]
        out.append(sorted({e.cast.goods.codes[int(at)] for at in np.minimum(chosen, len(listed) - 1)}))
    return pl.Series("goods", out, dtype=pl.List(pl.String))


def _speakers(rng: np.random.Generator, c: MarketCast, frame: pl.DataFrame, kind: Index) -> pl.DataFrame:
    """Coalition members that speak in some of the sentences."""
    speaks: Mask = rng.random(len(kind)) < np.where(kind == OTHER, 0.1, 0.4)
    member = c.n_scored + rng.choice(len(c.origins), size=int(speaks.sum()), p=c.origins)
    chance: Array = np.clip(rng.beta(1.0, 14.0, int(speaks.sum())), 0.001, 0.49).round(4)
    return frame.filter(pl.Series(speaks)).with_columns(
        country=pl.Series(list(c.codes)).gather(member),
        role=pl.Series(rng.choice(["sanctioning_or_speaker", "origin"], size=len(member), p=[0.75, 0.25])),
        p_diversion=pl.Series(chance),
        is_diversion=pl.lit(False),
    )
