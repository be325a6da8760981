"""Who does what in a world: episodes of diversion and the countries of each decoy, drawn at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodel.worlds.corridors.cast import CorridorCast
from riskmodel.worlds.corridors.months import INVASION, LAST_PHASE, n_months, position
from riskmodel.worlds.corridors.params import Range, WorldParams
from riskmodel.worlds.corridors.streams import stream

TIER_WEIGHT = {"1": 6.0, "2": 4.0, "3.A": 3.0, "3.B": 2.0, "4.A": 2.0, "4.B": 1.5}


@dataclass(frozen=True)
class CorridorEpisode:
    """One planted diversion; months are array positions.

    Attributes
    ----------
    country: where the goods arrive from the coalition. via: second country of a chain, or None.
    weights: shape (P,), how the diverted value spreads over the goods, 0 for unlisted; sums to 1.
    usd_per_year: diverted into `country` at the peak. crackdown, stop: None if it does not happen.
    arrival: share of the inbound goods that `country` books as imports; 0 for ghost trade.
    onward_kept: share of the last leg to Russia that is declared (1 when all of it).
    ghost: the goods leave the coalition for `country` and never arrive there.
    """

    episode_id: str
    country: str
    via: str | None
    weights: np.ndarray
    usd_per_year: float
    pass_through: float
    markup: float
    start: int
    ramp_months: int
    crackdown: int | None
    crackdown_left: float
    stop: int | None
    onward_kept: float
    arrival: float
    ghost: bool = False

    def profile(self, months: int) -> np.ndarray:
        """Share of the peak in each month, shape (months,)."""
        t = np.arange(months)
        level = np.clip((t - self.start + 1) / self.ramp_months, 0, 1)
        if self.crackdown is not None:
            level = np.where(t >= self.crackdown, level * self.crackdown_left, level)
        if self.stop is not None:
            level = np.where(t >= self.stop, 0.0, level)
        return level


@dataclass(frozen=True)
class Roles:
    """Countries of each role; a country has at most one.

    controls: shape (P,), month position at which each code comes under control (unlisted: the invasion).
    """

    controls: np.ndarray
    episodes: tuple[CorridorEpisode, ...]
    ghosts: tuple[CorridorEpisode, ...]
    hubs: tuple[str, ...]
    industry: tuple[str, ...]
    relocation: tuple[str, ...]
    projects: tuple[str, ...]
    own_goods: tuple[str, ...]
    attention: tuple[str, ...]


def draw_roles(params: WorldParams, cast: CorridorCast, inbound_usd_per_year: np.ndarray) -> Roles:
    """Draw all roles. `inbound_usd_per_year`: ordinary listed imports of each transit country, shape (C,).

    Every role has its own slots in one shuffled list of countries, whether its switch is on or not.
    """
    shuffled = stream(params.seed, "roles").permutation(len(cast.transit))
    names = [cast.transit[i] for i in shuffled]
    sizes = dict(zip(cast.transit, inbound_usd_per_year.tolist(), strict=True))
    taken = iter(names)

    def take(count: int) -> tuple[str, ...]:
        return tuple(next(taken) for _ in range(count))

    controls = _draw_controls(params, cast)
    single = [(country, None) for country in take(params.n_diverters)]
    chains = [
        (country, via) for country, via in zip(take(params.n_chains), take(params.n_chains), strict=True)
    ]
    routes: list[tuple[str, str | None]] = [*single, *chains]
    ghosts = take(params.n_ghost)
    episodes = [
        _draw_episode(params, cast, controls, f"d{n:02d}", country, via, sizes)
        for n, (country, via) in enumerate(routes, start=1)
    ]
    ghost_episodes = [
        _draw_episode(params, cast, controls, f"g{n:02d}", country, None, sizes, ghost=True)
        for n, country in enumerate(ghosts, start=1)
    ]
    return Roles(
        controls=controls,
        episodes=tuple(episodes),
        ghosts=tuple(ghost_episodes) if params.decoys.ghost_trade else (),
        hubs=take(params.n_hubs),
        industry=take(params.n_industry),
        relocation=take(params.n_relocation),
        projects=take(params.n_projects),
        own_goods=take(params.n_own_goods),
        attention=take(params.n_attention),
    )


def _draw_controls(params: WorldParams, cast: CorridorCast) -> np.ndarray:
    """EU export controls were phased in until January 2024: most codes at once, the rest one by one."""
    draw = stream(params.seed, "controls")
    invasion = position(params, INVASION)
    last_phase = min(position(params, LAST_PHASE), n_months(params) - 6)
    count = cast.goods.height
    later = draw.integers(invasion + 1, last_phase + 1, count)
    at_once = draw.random(count) < 0.6
    listed = np.array(cast.listed)
    return np.where(listed & ~at_once, later, invasion)


def _draw_episode(
    params: WorldParams,
    cast: CorridorCast,
    controls: np.ndarray,
    episode_id: str,
    country: str,
    via: str | None,
    sizes: dict[str, float],
    ghost: bool = False,
) -> CorridorEpisode:
    draw = stream(params.seed, "episode", episode_id)
    weights = _draw_goods_mix(draw, cast)
    first_control = int(np.min(controls[weights > 0]))
    start = first_control + _soon(draw, params.start_after_control)
    start = min(start, n_months(params) - 4)
    growth = _log_uniform(draw, params.growth)
    amount = float(np.clip((growth - 1) * sizes[country], *params.diverted_usd_per_year))
    pass_through, markup = draw.uniform(*params.pass_through), draw.uniform(*params.markup)
    crackdown = start + whole(draw, params.crackdown_after)
    crackdown_left = draw.uniform(*params.crackdown_left)
    stop = start + whole(draw, params.stop_after)
    has_crackdown, has_stop = draw.random() < params.p_crackdown, draw.random() < params.p_stop
    hides = draw.random() < params.underreported_share and params.decoys.underreported_onward
    kept, arrival = draw.uniform(*params.underreported_kept), draw.uniform(*params.arrival)
    if has_stop and stop <= crackdown:
        has_crackdown = False
    return CorridorEpisode(
        episode_id=episode_id,
        country=country,
        via=via,
        weights=weights,
        usd_per_year=amount,
        pass_through=float(pass_through),
        markup=float(markup),
        start=start,
        ramp_months=max(1, whole(draw, params.ramp_months)),
        crackdown=crackdown if has_crackdown and crackdown < n_months(params) else None,
        crackdown_left=float(crackdown_left),
        stop=stop if has_stop and stop < n_months(params) else None,
        onward_kept=0.0 if ghost else (float(kept) if hides else 1.0),
        arrival=0.0 if ghost else float(arrival),
        ghost=ghost,
    )


def _draw_goods_mix(draw: np.random.Generator, cast: CorridorCast) -> np.ndarray:
    tiers = cast.goods["tier"].to_list()
    base = np.array([TIER_WEIGHT.get(tier or "", 0.0) for tier in tiers]) * np.sqrt(
        cast.goods["scale"].to_numpy()
    )
    mix = base * draw.gamma(0.7, 1.0, base.size)
    share = draw.uniform(0.3, 1.0)
    keep = draw.random(base.size) < share
    keep[int(np.argmax(mix))] = True
    mix = np.where(keep, mix, 0.0)
    return mix / mix.sum()


def _soon(draw: np.random.Generator, limits: Range) -> int:
    """Whole number between the limits, early ones likelier: a quarter of the way in is the median."""
    low, high = limits
    return int(np.floor(low + (high + 1 - low) * draw.random() ** 2))


def whole(draw: np.random.Generator, limits: Range) -> int:
    """Whole number, uniform between the limits, both included."""
    return int(draw.integers(int(limits[0]), int(limits[1]) + 1))


def _log_uniform(draw: np.random.Generator, limits: Range) -> float:
    return float(np.exp(draw.uniform(np.log(limits[0]), np.log(limits[1]))))
