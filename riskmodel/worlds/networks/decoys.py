"""What looks like diversion without being it: trade that the same world brings forth in other ways.

Each kind is a function that returns consignments, or changes how much a country's own statistics cover.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.random import Generator

from riskmodel.worlds.networks.draws import stream
from riskmodel.worlds.networks.legal import Economies, consignments
from riskmodel.worlds.networks.shipments import ELSEWHERE, RUSSIA, shipments
from riskmodel.worlds.networks.stage import CHIP_HEADINGS, NetworkStage

DEVICES = ("8471", "8517", "8525", "8526", "8529")


@dataclass(frozen=True)
class NetworkDecoys:
    """Decoys of a world: `kinds` country to kind, `notes` country to words, their consignments, and
    `covered`: part of its trade that a scored country's own statistics show, by country and month.
    """

    kinds: dict[str, str]
    notes: dict[str, str]
    moves: pl.DataFrame
    covered: np.ndarray


@dataclass(frozen=True)
class _Case:
    """One decoy to be written: where, from when, and its yearly value in US$."""

    rng: Generator
    stage: NetworkStage
    size: Economies
    country: int
    yearly: float


def decoys(stage: NetworkStage, size: Economies, diverting: frozenset[str]) -> NetworkDecoys:
    """Draw decoys among the countries that do not divert, and a few for those that do."""
    rng, n = stream(stage.seed, "decoys"), len(stage.scored)
    whole = rng.random(n) < 0.6
    covered = np.where(whole, 1.0, rng.uniform(0.88, 1.0, n))[:, None] * np.ones(stage.length)
    free = [c for c in range(n) if stage.scored[c] not in diverting]
    count = min(len(free), round(stage.p["decoy_share"] * n))
    chosen = rng.choice(free, count, replace=False)
    names = list(KINDS)
    kinds = [names[k] for k in rng.permutation(np.arange(count) % len(names))]
    kinds = [k if rng.random() < 0.6 else str(rng.choice(names)) for k in kinds]
    both = [c for c in range(n) if stage.scored[c] in diverting and rng.random() < 0.2]
    pairs = [*zip(chosen, kinds, strict=True), *((c, str(rng.choice(names))) for c in both)]
    moves, notes, kind_of = [_contracts(rng, stage, size)], {}, {}
    for country, kind in pairs:
        yearly = float(np.clip(size.imports[country] * 10 ** rng.uniform(-1.0, 0.6), 3e5, 3e8))
        frames, words = KINDS[kind](_Case(rng, stage, size, int(country), yearly), covered)
        moves += frames
        notes[stage.scored[country]] = words
        if stage.scored[country] not in diverting:
            kind_of[stage.scored[country]] = kind
    return NetworkDecoys(kind_of, notes, pl.concat(moves), covered)


def _contracts(rng: Generator, stage: NetworkStage, size: Economies) -> pl.DataFrame:
    """One-off contracts that any country may have: some goods bought together for a few months."""
    frames = []
    for country in np.flatnonzero(rng.random(len(stage.scored)) < 0.8):
        yearly = float(np.clip(size.imports[country] * 10 ** rng.uniform(-1.6, -0.2), 1e5, 2e8))
        case = _Case(rng, stage, size, int(country), yearly)
        begin = int(rng.integers(0, stage.length - 2))
        goods = _some(rng, np.arange(len(stage.goods)), 2, 10)
        frames.append(_inflow(case, goods, _span(stage, begin, begin + int(rng.integers(2, 9))), "legal"))
    return pl.concat(frames)


def _some(rng: Generator, places: np.ndarray, least: int, most: int) -> np.ndarray:
    count = min(len(places), int(rng.integers(least, most + 1)))
    return rng.choice(places, count, replace=False)


def _listed(stage: NetworkStage, headings: tuple[str, ...] = ("",)) -> np.ndarray:
    """Places of listed goods under the headings; all listed goods where there are fewer than three."""
    found = [g for g in range(stage.n_listed) if stage.goods[g].startswith(headings)]
    return np.array(found if len(found) >= 3 else range(stage.n_listed))


def _unlisted(stage: NetworkStage) -> np.ndarray:
    return np.arange(stage.n_listed, len(stage.goods))


def _span(stage: NetworkStage, begin: int, end: int, ramp: float = 1.0) -> np.ndarray:
    time = np.arange(stage.length)
    return np.clip((time - begin + 1) / ramp, 0, 1) * (time >= begin) * (time < end)


def _inflow(
    case: _Case, goods: np.ndarray, path: np.ndarray, layer: str = "decoy", shown_m: float = 1.0
) -> pl.DataFrame:
    """Purchases from coalition members: `yearly` US$ at a path of 1, split over the goods."""
    rng, stage = case.rng, case.stage
    keys = np.log(case.size.exporter_share.T[goods]) + rng.gumbel(size=(len(goods), len(stage.exporters)))
    best = (-keys).argsort(axis=1)[:, : int(rng.integers(1, 4))]
    good = np.repeat(goods, best.shape[1])
    weight = rng.lognormal(0, 0.8, len(good))
    typical = stage.p["consignment_usd"] * rng.lognormal(0, 0.4, len(good)) * 1.5
    factor = path * stage.season[case.country]
    row, month, usd = consignments(
        rng, case.yearly * weight / weight.sum(), np.broadcast_to(factor, (len(good), stage.length)), typical
    )
    return shipments(
        layer,
        origin=np.array(stage.exporters)[best.ravel()[row]],
        dest=[stage.scored[case.country]] * len(row),
        good=good[row],
        t_x=month,
        t_m=month + (rng.random(len(row)) < 0.3),
        value=usd,
        shown_m=np.full(len(row), shown_m),
    )


def _outflow(
    case: _Case, goods: np.ndarray, path: np.ndarray, partners: list[str], gain: float, foreign: bool
) -> pl.DataFrame:
    """Sales to partners: `gain` times the yearly value of the case at a path of 1."""
    rng, stage = case.rng, case.stage
    good, partner = (a.ravel() for a in np.meshgrid(goods, np.arange(len(partners)), indexing="ij"))
    weight = rng.lognormal(0, 1.0, len(good))
    typical = stage.p["consignment_usd"] * rng.lognormal(0, 0.4, len(good))
    row, month, usd = consignments(
        rng,
        gain * case.yearly * weight / weight.sum(),
        np.broadcast_to(path, (len(good), stage.length)),
        typical,
    )
    return shipments(
        "decoy",
        origin=[stage.scored[case.country]] * len(row),
        dest=np.array(partners)[partner[row]],
        good=good[row],
        t_x=month,
        t_m=month + (rng.random(len(row)) < 0.3),
        value=usd,
        foreign=np.full(len(row), foreign),
    )


Written = tuple[list[pl.DataFrame], str]


def _since(case: _Case, earliest: int, latest: int) -> tuple[int, str]:
    stage = case.stage
    begin = int(case.rng.integers(max(0, earliest), max(1, min(latest, stage.length - 4))))
    return begin, f"{stage.months[begin]:%Y-%m}"


def _regional_hub(case: _Case, covered: np.ndarray) -> Written:
    stage, rng = case.stage, case.rng
    begin, said = _since(case, stage.war - 18, stage.war + 18)
    goods = _some(rng, _listed(stage), 6, 20)
    others = [c for c in stage.scored if c != stage.scored[case.country]]
    partners = [str(c) for c in rng.choice(others, int(rng.integers(4, 11)), replace=False)]
    path = _span(stage, begin, stage.length, 6)
    later = np.r_[np.zeros(2), path[:-2]]
    out = _outflow(case, goods, later, [*partners, ELSEWHERE], float(rng.uniform(1.0, 1.3)), True)
    return [_inflow(case, goods, path), out], f"distribution centre for a region, from {said}"


def _assembler(case: _Case, covered: np.ndarray) -> Written:
    stage, rng = case.stage, case.rng
    begin, said = _since(case, stage.war - 24, stage.war + 16)
    path = _span(stage, begin, stage.length, 8)
    parts = _some(rng, _listed(stage, (*CHIP_HEADINGS, "8536", "8504")), 4, 12)
    made = _some(rng, _unlisted(stage), 1, 3)
    out = _outflow(case, made, np.r_[np.zeros(2), path[:-2]], [ELSEWHERE], float(rng.uniform(1.5, 3)), False)
    return [_inflow(case, parts, path), out], f"assembly of electronics under a new contract, from {said}"


def _rearmament(case: _Case, covered: np.ndarray) -> Written:
    stage, rng = case.stage, case.rng
    begin, said = _since(case, stage.war - 4, stage.war + 20)
    path = _span(stage, begin, begin + int(rng.integers(3, 15)), 2)
    goods = _some(rng, _listed(stage), 5, 15)
    return [_inflow(case, goods, path)], f"the country's own armed forces buy, or are given aid, from {said}"


def _disaster(case: _Case, covered: np.ndarray) -> Written:
    stage, rng = case.stage, case.rng
    begin, said = _since(case, stage.war - 12, stage.war + 20)
    time = np.arange(stage.length)
    path = (time >= begin) * 3 * np.exp(-np.maximum(time - begin, 0) / rng.uniform(3, 9))
    goods = _some(rng, np.arange(len(stage.goods)), 8, 25)
    return [_inflow(case, goods, path)], f"replacement investment after a disaster, from {said}"


def _digital_customs(case: _Case, covered: np.ndarray) -> Written:
    begin, said = _since(case, case.stage.war - 6, case.stage.war + 18)
    covered[case.country, :begin] *= case.rng.uniform(0.15, 0.6)
    return [], f"customs go digital and record far more, from {said}"


def _stockist(case: _Case, covered: np.ndarray) -> Written:
    stage, rng = case.stage, case.rng
    begin = max(0, stage.month(2021, int(rng.integers(3, 9))))
    end = stage.month(2022, int(rng.integers(5, 13)))
    goods = _some(rng, _listed(stage, CHIP_HEADINGS), 3, 10)
    late = _span(stage, end, end + int(rng.integers(4, 12)), 2)
    out = _outflow(case, goods, late, [ELSEWHERE], 0.8, True)
    return [_inflow(case, goods, _span(stage, begin, end, 3)), out], "spot stock in the component shortage"


def _own_maker(case: _Case, covered: np.ndarray) -> Written:
    stage, rng = case.stage, case.rng
    begin, said = _since(case, stage.war - 2, stage.war + 14)
    path = _span(stage, begin, stage.length, 10)
    listed = _outflow(case, _some(rng, _listed(stage), 1, 4), path, [RUSSIA], 0.3, False)
    other = _outflow(case, _some(rng, _unlisted(stage), 2, 8), path, [RUSSIA, ELSEWHERE], 0.7, False)
    return [listed, other], f"sells goods of its own make to Russia, from {said}"


def _rollout(case: _Case, covered: np.ndarray) -> Written:
    stage, rng = case.stage, case.rng
    begin, said = _since(case, stage.war - 10, stage.war + 18)
    path = _span(stage, begin, begin + int(rng.integers(8, 26)), 4)
    return [_inflow(case, _some(rng, _listed(stage, DEVICES), 2, 6), path)], (
        f"a new generation of networks is built, from {said}"
    )


def _relocated(case: _Case, covered: np.ndarray) -> Written:
    stage, rng = case.stage, case.rng
    begin, said = _since(case, stage.war, stage.war + 5)
    time = np.arange(stage.length)
    path = (time >= begin) * np.exp(-np.maximum(time - begin, 0) / rng.uniform(5, 20))
    goods = _some(rng, _listed(stage, DEVICES), 2, 7)
    more = _some(rng, _unlisted(stage), 2, 6)
    return [_inflow(case, np.r_[goods, more], path)], f"firms and staff move in with equipment, from {said}"


def _ghost(case: _Case, covered: np.ndarray) -> Written:
    stage, rng = case.stage, case.rng
    begin, said = _since(case, stage.war + 1, stage.war + 16)
    path = _span(stage, begin, begin + int(rng.integers(5, 24)), 3)
    goods = _some(rng, _listed(stage), 4, 16)
    return [_inflow(case, goods, path, shown_m=0.0)], (
        f"named as destination on papers only; the goods never come, from {said}"
    )


def _parallel(case: _Case, covered: np.ndarray) -> Written:
    stage, rng = case.stage, case.rng
    begin, said = _since(case, stage.war + 1, stage.war + 14)
    path = _span(stage, begin, stage.length, 5)
    goods = _some(rng, _unlisted(stage), 5, 20)
    out = _outflow(case, goods, np.r_[0.0, path[:-1]], [RUSSIA], float(rng.uniform(0.7, 1.2)), True)
    return [_inflow(case, goods, path), out], f"lawful resale of unlisted goods to Russia, from {said}"


KINDS: dict[str, Callable[[_Case, np.ndarray], Written]] = {
    "regional_hub": _regional_hub,
    "assembler": _assembler,
    "rearmament_or_aid": _rearmament,
    "disaster_replacement": _disaster,
    "digital_customs": _digital_customs,
    "shortage_stockist": _stockist,
    "own_maker": _own_maker,
    "network_rollout": _rollout,
    "relocated_firms": _relocated,
    "ghost_destination": _ghost,
    "parallel_trade": _parallel,
}
