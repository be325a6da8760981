"""Countries of a world, and which roles the seed gives them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_contracts.codes.countries import country_codes
from features.reference.facts import (
    NEVER_SCORED,
    RUSSIA,
    coalition,
    control_candidates,
    country_names,
)
from riskmodel.worlds.firms.settings import FirmSettings

DECOYS = (
    "warehouse_move",
    "plant_project",
    "ordinary_trader",
    "new_assembler",
    "seat_move",
    "own_maker",
    "ghost_destination",
)
DECOY_WEIGHTS = np.array([0.16, 0.22, 0.22, 0.14, 0.08, 0.10, 0.08])
REST = "WLD"  # buyers anywhere else; seen only inside world totals


@dataclass(frozen=True)
class Places:
    """Countries by place: members of the coalition, then scored countries, then Russia, then the rest.

    Attributes
    ----------
    codes: ISO3 by place. n_members, n_scored: how many. silent: members that never publish (by place).
    imports_usd: yearly imports of the world's goods from the coalition, by scored country.
    member_weight: share of each member in coalition exports. kinship: pull between member and scored
        country, (n_members, n_scored + 1), the last column for Russia. near_russia: weight of trade with
        Russia by scored country, mean about 1.
    diverters: places of the diverting countries. decoy: decoy name or "" by scored country.
    """

    codes: np.ndarray
    n_members: int
    n_scored: int
    silent: np.ndarray
    imports_usd: np.ndarray
    member_weight: np.ndarray
    kinship: np.ndarray
    near_russia: np.ndarray
    diverters: np.ndarray
    decoy: np.ndarray

    @property
    def scored(self) -> np.ndarray:
        """Places of the scored countries."""
        return np.arange(self.n_members, self.n_members + self.n_scored)

    @property
    def russia(self) -> int:
        """Place of Russia."""
        return self.n_members + self.n_scored

    @property
    def rest(self) -> int:
        """Place of everybody else."""
        return self.russia + 1

    def with_decoy(self, name: str) -> np.ndarray:
        """Places of the scored countries with a decoy."""
        return self.n_members + np.flatnonzero(self.decoy == name)


def draw_places(settings: FirmSettings) -> Places:
    """Draw who trades, how large each country is, and who has which role."""
    rng = settings.rng("places")
    members, silent = _members(settings, rng)
    scored = _scored(settings, rng)
    n_members, n_scored = len(members), len(scored)
    near = rng.lognormal(-0.8, 1.3, n_scored)
    diverters = _diverters(settings, rng, near)
    weight = rng.pareto(1.2, n_members) + 0.3
    return Places(
        codes=np.array([*members, *scored, RUSSIA, REST]),
        n_members=n_members,
        n_scored=n_scored,
        silent=silent,
        imports_usd=np.clip(
            settings["median_import_usd"] * rng.lognormal(0, settings["spread_import"], n_scored), 3e5, 5e9
        ),
        member_weight=weight / weight.sum(),
        kinship=rng.lognormal(0, 1.0, (n_members, n_scored + 1)),
        near_russia=near,
        diverters=n_members + diverters,
        decoy=_decoys(settings, rng, n_scored, diverters),
    )


def _members(settings: FirmSettings, rng: np.random.Generator) -> tuple[list[str], np.ndarray]:
    """Coalition members that sell these goods; some of them never publish their tables."""
    every = sorted(coalition(settings.last))
    n_silent = settings.whole("n_silent_members")
    n = min(len(every), settings.whole("n_reporting_members") + n_silent)
    chosen = sorted(rng.choice(every, n, replace=False).tolist())
    return chosen, np.sort(rng.choice(n, n_silent, replace=False))


def _scored(settings: FirmSettings, rng: np.random.Generator) -> list[str]:
    """Countries that may be scored; at least six of far-away subregions among them."""
    known = set(country_names()) & set(country_codes())
    every = sorted(known - coalition(settings.last) - NEVER_SCORED)
    far = sorted(set(control_candidates(settings.last)) & set(every))
    first = rng.choice(far, 6, replace=False).tolist()
    others = [code for code in every if code not in first]
    return sorted([*first, *rng.choice(others, settings.whole("n_scored") - 6, replace=False).tolist()])


def _diverters(settings: FirmSettings, rng: np.random.Generator, near: np.ndarray) -> np.ndarray:
    """Diverting countries; easy trade with Russia helps but does not decide."""
    n = max(2, round(settings["diverter_share"] * len(near)))
    pull = np.sqrt(near) * rng.lognormal(0, 0.6, len(near))
    return np.sort(rng.choice(len(near), n, replace=False, p=pull / pull.sum()))


def _decoys(settings: FirmSettings, rng: np.random.Generator, n: int, diverters: np.ndarray) -> np.ndarray:
    """One decoy at most for a country; a seventh of the diverters has one on top."""
    decoy = np.full(n, "", dtype=object)
    free = np.setdiff1d(np.arange(n), diverters)
    chosen = rng.choice(free, max(7, round(settings["decoy_share"] * len(free))), replace=False)
    decoy[chosen[:7]] = rng.permutation(DECOYS)
    decoy[chosen[7:]] = rng.choice(DECOYS, len(chosen) - 7, p=DECOY_WEIGHTS)
    on_top = diverters[rng.random(len(diverters)) < 1 / 7]
    decoy[on_top] = rng.choice(DECOYS, len(on_top), p=DECOY_WEIGHTS)
    return decoy
