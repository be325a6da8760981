"""The trade table of a world, one reporter at a time, so that large worlds need little memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from data_contracts.tables import TRADE_FLOWS
from riskmodel.worlds.corridors.params import WorldParams
from riskmodel.worlds.corridors.plan import CorridorPlan
from riskmodel.worlds.corridors.rows import CorridorLeg, consignments, leg_rows
from riskmodel.worlds.corridors.streams import stream

WORLD = "WLD"
RE_EXPORTED = 0.9


def trade_rows(plan: CorridorPlan) -> Iterator[pl.DataFrame]:
    """One frame for each reporter, canonical and sorted; a country that does not report yields nothing.

    Exports of the coalition come first, because what the others import follows from them.
    """
    imports: dict[str, list[CorridorLeg]] = {country: [] for country in (*plan.cast.transit, "RUS")}
    for w, reporter in enumerate(plan.cast.coalition):
        values, booked = _coalition_values(plan, w)
        _book_imports(plan, reporter, values, booked, imports)
        partners = (*plan.cast.receivers, "RUS", WORLD)
        yield _rows(plan, CorridorLeg.of(reporter, "X", partners, values))
    for country in plan.cast.transit:
        legs = [*_transit_legs(plan, country, imports["RUS"]), *imports.pop(country)]
        if plan.habits[country].reports:
            yield pl.concat([_rows(plan, leg) for leg in _merged(legs)])
    yield from (_rows(plan, leg) for leg in _merged(imports.pop("RUS")))


def trade_table(plan: CorridorPlan) -> pl.DataFrame:
    """The whole trade table, in the order of `trade_rows`."""
    return pl.concat([pl.DataFrame(schema=TRADE_FLOWS), *trade_rows(plan)])


def _rows(plan: CorridorPlan, leg: CorridorLeg) -> pl.DataFrame:
    return leg_rows(plan.params, plan.cast, plan.habits[leg.reporter], leg, plan.expected.price)


def _merged(legs: list[CorridorLeg]) -> list[CorridorLeg]:
    """Legs of one reporter and flow put together, so that rows are made once."""
    merged: dict[str, CorridorLeg] = {}
    for leg in legs:
        merged[leg.flow] = merged[leg.flow].plus(leg) if leg.flow in merged else leg
    return list(merged.values())


def _coalition_values(plan: CorridorPlan, w: int) -> tuple[np.ndarray, np.ndarray]:
    """Dollars of one coalition reporter, and the part of them that the receivers book before CIF.

    Both are (receivers + RUS, P, T); the first has one partner more, the world total.
    """
    params, cast, base = plan.params, plan.cast, plan.baseline
    draw = stream(params.seed, "coalition-exports", cast.coalition[w])
    moving = base.quantity * plan.expected.price
    inbound = plan.expected.inbound * base.supplier[w][:, :, None]
    direct = base.direct[w][:, None] * moving * plan.direct_left
    values = np.concatenate([consignments(draw, inbound, params), consignments(draw, direct[None], params)])
    elsewhere = consignments(draw, base.exports[w][:, None] * moving, params)
    low, spread = params.mirror_level
    level = np.minimum(1.2, low * draw.lognormal(0, spread, (values.shape[0], 1, 1)))
    booked = np.rint(values * level).astype(np.int64)
    for flows in plan.planted:
        c = cast.receivers.index(flows.episode.country)
        values[c] += flows.inbound[w]
        booked[c] += flows.booked[w]
    total = values.sum(axis=0, keepdims=True) + elsewhere
    return np.concatenate([values, total]), booked


def _book_imports(
    plan: CorridorPlan,
    supplier: str,
    values: np.ndarray,
    booked: np.ndarray,
    imports: dict[str, list[CorridorLeg]],
) -> None:
    """Imports of listed goods as the receiver books them: CIF, a quarter of the cells a month later."""
    params, cast = plan.params, plan.cast
    receivers = (*cast.receivers, "RUS")
    for country in imports:
        habits = plan.habits[country]
        if not (habits.imports and habits.reports):
            continue
        draw = stream(params.seed, "imports", country, supplier)
        sent = booked[receivers.index(country)] * np.array(cast.listed)[:, None]
        later = draw.random(sent.shape) < 0.25
        arrived = np.where(later, 0, sent)
        arrived[:, 1:] += np.where(later, sent, 0)[:, :-1]
        seen = _cif(params, arrived * draw.lognormal(-0.005, 0.1, sent.shape))
        imports[country].append(CorridorLeg.of(country, "M", (supplier,), seen[None]))


def _transit_legs(plan: CorridorPlan, country: str, russian_imports: list[CorridorLeg]) -> list[CorridorLeg]:
    """Exports of one transit country: to Russia, to two neighbours, down the chain, and to the world."""
    params, cast = plan.params, plan.cast
    draw = stream(params.seed, "transit-exports", country)
    c = cast.receivers.index(country)
    to_russia = consignments(draw, plan.expected.onward[c], params)
    elsewhere = consignments(draw, plan.expected.world[c], params)
    russian_imports.append(CorridorLeg.of("RUS", "M", (country,), _cif(params, to_russia[None])))
    exports = _to_neighbours(plan, draw, c)
    for flows in plan.planted:
        episode = flows.episode
        if country == (episode.via or episode.country):
            to_russia = to_russia + flows.declared
        elif country == episode.country and episode.via is not None:
            exports[episode.via] = exports.get(episode.via, 0) + flows.between
    total = sum(exports.values(), to_russia + elsewhere)
    values = np.stack([*exports.values(), to_russia, total])
    legs = [CorridorLeg.of(country, "X", (*exports, "RUS", WORLD), values)]
    if params.decoys.legal_hubs and country in plan.roles.hubs:
        again = np.rint(values[-2:] * RE_EXPORTED).astype(np.int64)
        legs.append(CorridorLeg.of(country, "RX", ("RUS", WORLD), again))
    return legs


def _to_neighbours(plan: CorridorPlan, draw: np.random.Generator, c: int) -> dict[str, np.ndarray]:
    base = plan.baseline.neighbours[c]
    others = np.flatnonzero(base.any(axis=1))
    moving = plan.baseline.quantity * plan.expected.price
    near = consignments(draw, base[others][:, :, None] * moving, plan.params)
    return {plan.cast.transit[other]: values for other, values in zip(others, near, strict=True)}


def _cif(params: WorldParams, values: np.ndarray) -> np.ndarray:
    return np.rint(values * params.cif).astype(np.int64)
