"""Ordinary trade: relations between countries, each a point process of consignments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.random import Generator

from riskmodel.worlds.networks.draws import ar1, stream
from riskmodel.worlds.networks.shipments import ELSEWHERE, RUSSIA, shipments
from riskmodel.worlds.networks.stage import NetworkStage

MOST_A_MONTH = 12.0  # consignments of one relation; larger trade goes in larger consignments
LEAST_A_MONTH = 0.02
INBOUND_SHARE_OF_ROWS = 0.38
MOST_SOLD = 1200  # goods that countries sell to others, counted over all countries: bounds the rows


@dataclass(frozen=True)
class Economies:
    """Sizes: yearly imports of all goods of the world by scored country (US$), and shares by good.

    `to_russia` is the yearly export to Russia by scored country before the war; `makes` says by scored
    country and good whether it exports the good from its own production; `taste` is the share of each
    good in the imports of each scored country.
    """

    imports: np.ndarray
    exporter_share: np.ndarray
    to_russia: np.ndarray
    makes: np.ndarray
    taste: np.ndarray
    direct: np.ndarray  # yearly US$ from all exporters to Russia before the war, by good


def economies(stage: NetworkStage) -> Economies:
    """Draw the sizes of a world; no size depends on which country it is."""
    rng, p = stream(stage.seed, "economies"), stage.p
    n, g = len(stage.scored), len(stage.goods)
    imports = np.clip(p["median_import_usd"] * 10 ** rng.normal(0, p["spread_import_log10"], n), 3e5, 2.0e10)
    strength = np.exp(
        rng.normal(0, 0.9, (len(stage.exporters), g)) + rng.normal(0, 0.8, (len(stage.exporters), 1))
    )
    weight = np.exp(rng.normal(0, 1.1, g))
    taste = weight * np.exp(rng.normal(0, 0.7, (n, g)))
    direct = weight * np.exp(rng.normal(0, 0.6, g))
    direct[: stage.n_listed] *= p["direct_total_usd"] / direct[: stage.n_listed].sum()
    direct[stage.n_listed :] *= p["direct_total_usd"] * rng.uniform(0.8, 2.5) / direct[stage.n_listed :].sum()
    makes = rng.random((n, g)) < np.clip(rng.beta(1.2, 5, n), 0.02, 0.5)[:, None]
    ties = np.where(rng.random(n) < 0.75, 10 ** rng.normal(-1.6, 0.8, n), 0.0)
    return Economies(
        imports=imports,
        exporter_share=strength / strength.sum(axis=0),
        to_russia=np.clip(imports * ties, 0.0, 2.0e9),
        makes=makes,
        taste=taste / taste.sum(axis=1, keepdims=True),
        direct=direct,
    )


def legal_trade(stage: NetworkStage, size: Economies) -> pl.DataFrame:
    """All consignments that have nothing to do with the network or with decoys."""
    return pl.concat(
        [_inbound(stage, size), _direct(stage, size), _to_russia(stage, size), _to_others(stage, size)]
    )


def consignments(
    rng: Generator, yearly: np.ndarray, factor: np.ndarray, typical: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw relations by months: (relation, month, US$). `factor` scales how often goods are sent."""
    rate = np.clip(yearly / 12 / typical, LEAST_A_MONTH, MOST_A_MONTH)
    each = yearly / 12 / rate
    count = rng.poisson(np.minimum(rate[:, None] * factor, 60.0))
    row, month = np.nonzero(count)
    drawn = rng.gamma(1.3 * count[row, month]) / 1.3
    return row, month, drawn * each[row]


def _spans(rng: Generator, rows: int, months: int) -> np.ndarray:
    """1 while a relation lives: many live through, others begin or end (Besedes and Prusa, 2006)."""
    begin = np.where(rng.random(rows) < 0.25, rng.integers(0, months, rows), 0)
    end = np.where(rng.random(rows) < 0.25, rng.integers(0, months, rows), months)
    time = np.arange(months)
    return (time >= begin[:, None]) & (time < np.maximum(end, begin + 6)[:, None])


def _typical(rng: Generator, stage: NetworkStage, good: np.ndarray) -> np.ndarray:
    of_good = stream(stage.seed, "consignment").normal(0, 0.5, len(stage.goods))
    return stage.p["consignment_usd"] * np.exp(of_good[good] + rng.normal(0, 0.4, len(good)))


def _inbound(stage: NetworkStage, size: Economies) -> pl.DataFrame:
    rng, p, months = stream(stage.seed, "inbound"), stage.p, stage.length
    value = size.imports[:, None, None] * size.taste[:, None, :] * size.exporter_share[None]
    value = value * np.exp(rng.normal(-(p["relation_noise"] ** 2) / 2, p["relation_noise"], value.shape))
    yearly, place = _chosen(rng, value, p, months)
    country, exporter, good = np.unravel_index(place, value.shape)
    factor = stage.growth[country] * stage.season[country] * stage.exporter_season[exporter]
    factor = factor * stage.wave[good] * _spans(rng, len(place), months)
    factor *= np.exp(ar1(rng, len(place), months, 0.9, p["cell_shock"]) - p["cell_shock"] ** 2 / 2)
    row, month, usd = consignments(rng, yearly, factor, _typical(rng, stage, good))
    return shipments(
        "legal",
        origin=np.array(stage.exporters)[exporter[row]],
        dest=np.array(stage.scored)[country[row]],
        good=good[row],
        t_x=month,
        t_m=month + (rng.random(len(row)) < 0.3),
        value=usd,
    )


def _chosen(
    rng: Generator, value: np.ndarray, p: Mapping[str, float], months: int
) -> tuple[np.ndarray, np.ndarray]:
    """Relations that exist: small ones seldom do, as few as the row target asks for."""
    flat = value.ravel()
    luck = rng.random(len(flat))
    for floor in np.geomspace(2e3, 5e8, 35):
        place = np.flatnonzero(luck < -np.expm1(-flat / floor))
        rate = np.clip(flat[place] / 12 / p["consignment_usd"], LEAST_A_MONTH, MOST_A_MONTH)
        if -np.expm1(-rate).sum() * months * 0.8 < p["row_target"] * INBOUND_SHARE_OF_ROWS:
            break
    return flat[place], place


def _direct(stage: NetworkStage, size: Economies) -> pl.DataFrame:
    """Coalition members to Russia: curbed by product, and some firms leave before they must."""
    rng, months = stream(stage.seed, "direct"), stage.length
    value = size.direct[None] * size.exporter_share
    value = value * np.exp(rng.normal(0, 0.4, value.shape))
    exporter, good = np.nonzero(value > 20_000)
    ahead = rng.integers(0, 6, len(good)) * (rng.random(len(good)) < 0.5)
    curbed = np.maximum(stage.war, stage.curbed[good] - ahead)
    left = np.where(rng.random(len(good)) < 0.35, 0.3, 1.6) * stage.left[good]
    most = np.where(good < stage.n_listed, 0.42, 1.0)
    time = np.arange(months)[None]
    since = np.clip((time - curbed[:, None] + 1) / 3.0, 0, 1)
    path = 1 - since * (1 - np.minimum(left, most))[:, None]
    uneasy = np.where((time >= stage.war) & (since == 0), rng.uniform(0.4, 1.0, len(good))[:, None], 1.0)
    factor = path * uneasy * stage.wave[good] * stage.exporter_season[exporter]
    row, month, usd = consignments(rng, value[exporter, good], factor, 2 * _typical(rng, stage, good))
    return shipments(
        "legal",
        origin=np.array(stage.exporters)[exporter[row]],
        dest=[RUSSIA] * len(row),
        good=good[row],
        t_x=month,
        value=usd,
    )


def _to_russia(stage: NetworkStage, size: Economies) -> pl.DataFrame:
    """Scored countries' own sales to Russia; after the war some grow by themselves, others shrink."""
    rng, months = stream(stage.seed, "own sales to Russia"), stage.length
    sells = rng.random(size.makes.shape) < np.where(size.makes, 0.6, 0.05)
    # Listed goods were a small part of it: repairs, returns and a few makers.
    listed = np.arange(len(stage.goods)) < stage.n_listed
    weight = sells * np.exp(rng.normal(0, 1.0, sells.shape)) * np.where(listed, 0.25, 1.0)
    value = size.to_russia[:, None] * weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)
    country, good = np.nonzero(value > 2_000)
    change = np.exp(rng.normal(0.25, 0.5, len(stage.scored)))[country]
    change = np.where(listed[good], np.minimum(change, 1.5), change)
    since = np.clip((np.arange(months) - stage.war - 1) / rng.uniform(3, 18), 0, 1)[None]
    factor = stage.season[country] * stage.wave[good] * (1 + since * (change - 1)[:, None])
    factor = factor * np.exp(ar1(rng, len(country), months, 0.8, 0.3)) * _spans(rng, len(country), months)
    row, month, usd = consignments(rng, value[country, good], factor, _typical(rng, stage, good))
    return shipments(
        "legal",
        origin=np.array(stage.scored)[country[row]],
        dest=[RUSSIA] * len(row),
        good=good[row],
        t_x=month,
        t_m=month + (rng.random(len(row)) < 0.4),
        value=usd,
        foreign=rng.random(len(row)) < 0.1,
    )


def _to_others(stage: NetworkStage, size: Economies) -> pl.DataFrame:
    """Scored countries' sales to places that are not named, and to a few named neighbours."""
    rng, months, n = stream(stage.seed, "own sales to others"), stage.length, len(stage.scored)
    partners = [*stage.scored, ELSEWHERE]
    country, good = np.nonzero(size.makes | (rng.random(size.makes.shape) < 0.12))
    pairs = np.sort(rng.permutation(len(country))[:MOST_SOLD])
    country, good = country[pairs], good[pairs]
    links = np.array([[n, *rng.choice(n, 3, replace=False)] for _ in range(n)])
    share = np.array([1.0, 0.12, 0.06, 0.03])
    yearly = size.imports[country] * np.exp(rng.normal(-4.6, 1.3, len(country)))
    country, good, yearly = (np.repeat(a, 4) for a in (country, good, yearly))
    kind = np.tile(np.arange(4), len(country) // 4)
    partner = links[country, kind]
    value = yearly * share[kind] * np.exp(rng.normal(0, 0.5, len(kind)))
    kept = np.flatnonzero(
        (value > 4_000) & (partner != country) & ((kind == 0) | (rng.random(len(kind)) < 0.4))
    )
    country, good, partner, value = (a[kept] for a in (country, good, partner, value))
    factor = stage.season[country] * stage.growth[country] * stage.wave[good] * _spans(rng, len(kept), months)
    row, month, usd = consignments(rng, value, factor, 3 * _typical(rng, stage, good))
    return shipments(
        "legal",
        origin=np.array(stage.scored)[country[row]],
        dest=np.array(partners)[partner[row]],
        good=good[row],
        t_x=month,
        t_m=month + (rng.random(len(row)) < 0.3),
        value=usd,
        foreign=rng.random(len(row)) < 0.12,
    )
