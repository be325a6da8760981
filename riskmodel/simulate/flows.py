"""The trade table of a world, one reporter at a time, so that large worlds need little memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from data_contracts.tables import TRADE_FLOWS
from riskmodel.simulate.decoys import DecoyNote, Expected, apply_decoys, expected_flows
from riskmodel.simulate.gravity import Baseline, draw_baseline
from riskmodel.simulate.lists import Cast, draw_cast
from riskmodel.simulate.months import n_months
from riskmodel.simulate.params import WorldParams
from riskmodel.simulate.planted import PlantedFlows, plant
from riskmodel.simulate.reporting import Habits, draw_habits
from riskmodel.simulate.roles import Roles, draw_roles
from riskmodel.simulate.rows import Leg, consignments, leg_rows
from riskmodel.simulate.streams import stream


@dataclass(frozen=True)
class Plan:
    """Everything drawn before a row is written. Arrays as described where they are made."""

    params: WorldParams
    cast: Cast
    roles: Roles
    baseline: Baseline
    expected: Expected
    direct_left: np.ndarray  # (P, T), share of direct exports to Russia that controls leave
    planted: tuple[PlantedFlows, ...]
    notes: tuple[DecoyNote, ...]
    habits: dict[str, Habits]


def draw_plan(params: WorldParams) -> Plan:
    """Draw countries, roles, expected flows, planted dollars and reporting habits."""
    cast = draw_cast(params)
    baseline = draw_baseline(params, cast)
    roles = draw_roles(params, cast, baseline.inbound_listed_per_year(cast))
    expected = expected_flows(baseline)
    notes = apply_decoys(params, cast, roles, expected)
    planted = tuple(plant(params, cast, roles.controls, e) for e in (*roles.episodes, *roles.ghosts))
    direct_left = _direct_left(params, cast, roles.controls)
    return Plan(
        params, cast, roles, baseline, expected, direct_left, planted, tuple(notes), draw_habits(params, cast)
    )


def _direct_left(params: WorldParams, cast: Cast, controls: np.ndarray) -> np.ndarray:
    """Controls end most direct exports within four months of a code's control, less so of unlisted codes."""
    draw = stream(params.seed, "direct")
    goods = cast.goods.height
    listed = np.array(cast.listed)
    fall = np.where(
        listed, draw.uniform(*params.direct_fall, goods), draw.uniform(*params.unlisted_fall, goods)
    )
    over = draw.integers(1, 5, goods)
    done = np.clip((np.arange(n_months(params)) - controls[:, None] + 1) / over[:, None], 0, 1)
    return 1 - fall[:, None] * done


def trade_rows(plan: Plan) -> Iterator[pl.DataFrame]:
    """One frame for each reporter, canonical and sorted; a country that does not report yields nothing."""
    partners = plan.cast.receivers
    mirror: dict[str, list[pl.DataFrame]] = {}
    for w, reporter in enumerate(plan.cast.coalition):
        values, ghost = _coalition_values(plan, w)
        habits = plan.habits[reporter]
        leg = Leg(reporter, "X", (*partners, "RUS"), values, plan.expected.price)
        yield leg_rows(plan.params, plan.cast, habits, leg)
        values[: len(partners)] -= ghost
        for country, rows in _mirror_rows(plan, reporter, values):
            mirror.setdefault(country, []).append(rows)
    for country in plan.cast.transit:
        frames = [*_transit_rows(plan, country), *mirror.pop(country, [])]
        if frames:
            yield pl.concat(frames)


def trade_table(plan: Plan) -> pl.DataFrame:
    """The whole trade table, in the order of `trade_rows`."""
    return pl.concat([pl.DataFrame(schema=TRADE_FLOWS), *trade_rows(plan)])


def _coalition_values(plan: Plan, w: int) -> tuple[np.ndarray, np.ndarray]:
    """Dollars of one coalition reporter to all receivers and Russia; and the part that never arrives."""
    params, cast, base = plan.params, plan.cast, plan.baseline
    draw = stream(params.seed, "inbound", cast.coalition[w])
    expected = plan.expected.inbound * base.supplier[w][:, :, None]
    direct = base.direct[w][:, None] * base.quantity * plan.expected.price * plan.direct_left
    values = np.concatenate([consignments(draw, expected, params), consignments(draw, direct[None], params)])
    ghost = np.zeros((len(cast.receivers), *direct.shape), np.int64)
    for flows in plan.planted:
        c = cast.receivers.index(flows.episode.country)
        values[c] += flows.inbound[w]
        if flows.episode.ghost:
            ghost[c] += flows.inbound[w]
    return values, ghost


def _mirror_rows(plan: Plan, supplier: str, values: np.ndarray) -> Iterator[tuple[str, pl.DataFrame]]:
    """Imports of listed goods as the receiving country reports them: CIF, a quarter of them a month later."""
    params, cast = plan.params, plan.cast
    for c, country in enumerate(cast.transit):
        habits = plan.habits[country]
        if not (habits.imports and habits.reports):
            continue
        draw = stream(params.seed, "mirror", country, supplier)
        sent = values[c] * np.array(cast.listed)[:, None]
        later = draw.random(sent.shape) < 0.25
        arrived = np.where(later, 0, sent)
        arrived[:, 1:] += np.where(later, sent, 0)[:, :-1]
        seen = np.rint(arrived * params.cif * draw.lognormal(-0.005, 0.1, sent.shape)).astype(np.int64)
        yield (
            country,
            leg_rows(params, cast, habits, Leg(country, "M", (supplier,), seen[None], plan.expected.price)),
        )


def _transit_rows(plan: Plan, country: str) -> Iterator[pl.DataFrame]:
    params, cast, habits = plan.params, plan.cast, plan.habits[country]
    if not habits.reports:
        return
    draw = stream(params.seed, "onward", country)
    c = cast.receivers.index(country)
    partners = ["RUS"]
    values = [consignments(draw, plan.expected.onward[c], params)]
    for flows in plan.planted:
        episode = flows.episode
        if country == (episode.via or episode.country):
            values[0] = values[0] + flows.declared
        elif country == episode.country and episode.via is not None:
            partners.append(episode.via)
            values.append(flows.between)
    yield leg_rows(
        params, cast, habits, Leg(country, "X", tuple(partners), np.stack(values), plan.expected.price)
    )
