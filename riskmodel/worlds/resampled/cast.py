"""Who takes part in a world: labels drawn at random, and which real donors lie behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.reference.facts import NEVER_SCORED, coalition, country_names, priority_list
from riskmodel.worlds.planting.months import first_day
from riskmodel.worlds.planting.view import stream
from riskmodel.worlds.resampled.background import MEMBERS, Background, mark
from riskmodel.worlds.resampled.params import Params

DECOYS = (
    "own_demand",
    "legal_growth",
    "entrepot",
    "code_shift",
    "one_off",
    "late_starter",
    "supplier_switch",
    "price_rise",
)
LARGEST_USD = 3e10  # scaled totals of a near neighbour of one reporter can exceed all that is plausible
SIZE_NOISE = 0.3


@dataclass(frozen=True)
class ResampledCast:
    """Countries and members by place, with what they borrow.

    Attributes
    ----------
    countries, members, listed, unlisted: labels and codes, sorted. roles: role of each country.
    size_usd: what a country buys of the library's goods in a year. growth: row of the background's growth.
    taker: donor partner of each country. sender: donor reporter of each member.
    """

    countries: tuple[str, ...]
    members: tuple[str, ...]
    listed: tuple[str, ...]
    unlisted: tuple[str, ...]
    roles: tuple[str, ...]
    size_usd: npt.NDArray[np.float64]
    growth: npt.NDArray[np.int64]
    taker: npt.NDArray[np.int64]
    sender: npt.NDArray[np.int64]

    @property
    def goods(self) -> tuple[str, ...]:
        """All codes: listed ones, then the others."""
        return self.listed + self.unlisted


def draw_cast(seed: int, params: Params, background: Background) -> ResampledCast:
    """Draw labels, roles, donors; which label gets which donor is a permutation of the seed."""
    rng = stream(seed, "resampled", "cast")
    ever_members = coalition(first_day(params.last)) | MEMBERS
    scored = sorted(set(country_names()) - ever_members - NEVER_SCORED)
    count = min(params.countries, len(scored))
    countries = sorted(rng.choice(scored, count, replace=False).tolist())
    members = sorted(rng.choice(sorted(MEMBERS), params.members, replace=False).tolist())
    size = rng.choice(background.sizes, count) * np.exp(SIZE_NOISE * rng.standard_normal(count))
    size = np.minimum(size, LARGEST_USD)
    listed, unlisted = _goods(rng, params, background)
    return ResampledCast(
        countries=tuple(countries),
        members=tuple(members),
        listed=listed,
        unlisted=unlisted,
        roles=_roles(rng, params, count),
        size_usd=size,
        growth=_alike(
            rng, size, background.growth_sizes, params.likeness, own_series(countries, background, "growth")
        ),
        taker=_alike(
            rng, size, taker_sizes(background), params.likeness, own_series(countries, background, "taker")
        ),
        sender=_senders(rng, background, own_series(members, background, "sender")),
    )


def taker_sizes(background: Background) -> npt.NDArray[np.float64]:
    """US$ a year that each donor partner of the library takes."""
    takers = background.pairs["taker"].to_numpy()
    sizes = np.bincount(takers, weights=background.pairs["yearly_usd"].to_numpy())
    return np.asarray(sizes, dtype=np.float64)


def _senders(
    rng: np.random.Generator, background: Background, own: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    """Donor reporters, larger ones likelier; each once as long as there are enough, none to itself."""
    members, donors = own.shape
    weights = np.sqrt(
        np.bincount(background.pairs["sender"].to_numpy(), weights=background.pairs["yearly_usd"].to_numpy())
    )
    places = np.arange(donors, dtype=np.int64)
    chosen = rng.choice(places, members, replace=members > donors, p=weights / weights.sum())
    for at in np.flatnonzero(own[np.arange(members), chosen]):
        others = weights * ~own[at]
        chosen[at] = rng.choice(places, p=others / others.sum())
    return np.asarray(chosen, dtype=np.int64)


def own_series(names: Sequence[str], background: Background, kind: str) -> npt.NDArray[np.bool_]:
    """Names by donors of a kind (see `Background.marks`): whether the donor is the name's own country."""
    return np.array([mark(name) for name in names])[:, None] == background.marks[kind][None, :]


def _alike(
    rng: np.random.Generator,
    size: npt.NDArray[np.float64],
    donors: npt.NDArray[np.float64],
    likeness: float,
    own: npt.NDArray[np.bool_],
) -> npt.NDArray[np.int64]:
    """For each size a donor; the more alike in size, the likelier, and never its own."""
    far = np.abs(np.log(size)[:, None] - np.log(donors)[None, :])
    weights = np.exp(-(far - far.min(axis=1, keepdims=True)) / likeness) * ~own
    edges = np.cumsum(weights / weights.sum(axis=1, keepdims=True), axis=1)
    return np.minimum((rng.random(len(size))[:, None] > edges).sum(axis=1), len(donors) - 1)


def _goods(
    rng: np.random.Generator, params: Params, background: Background
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Listed codes, and unlisted ones: first of the same headings, the rest from the whole library."""
    every = priority_list()["hs6"].sort().to_list()
    listed = sorted(rng.choice(every, params.listed, replace=False).tolist())
    known = background.keys["hs6"].unique().sort().to_list()
    codes = [code for code in _current(known) if code not in set(every)]
    headings = {code[:4] for code in listed}
    near = [code for code in codes if code[:4] in headings]
    far = [code for code in codes if code[:4] not in headings]
    n_near = min(len(near), params.unlisted // 2)
    chosen = [*rng.choice(near, n_near, replace=False)] if n_near else []
    n_far = min(len(far), params.unlisted - n_near)
    chosen += [*rng.choice(far, n_far, replace=False)] if n_far else []
    return tuple(listed), tuple(sorted(str(code) for code in chosen))


def _current(codes: list[str]) -> list[str]:
    from data_contracts.codes.hs_codes import edition_codes

    return [code for code in codes if {("HS2022", code), ("HS2017", code)} <= edition_codes()]


def _roles(rng: np.random.Generator, params: Params, count: int) -> tuple[str, ...]:
    """Diverters, then each decoy for at least one country, in an order drawn at random."""
    n_diverters = max(2, round(params.diverters * count))
    n_decoy = max(1, round(params.decoys * count))
    roles = ["diverter"] * n_diverters
    for decoy in DECOYS:
        roles += [decoy] * n_decoy
    roles = (roles + ["ordinary"] * count)[:count]
    return tuple(roles[place] for place in rng.permutation(count))
