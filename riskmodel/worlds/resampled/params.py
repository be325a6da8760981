"""What differs from world to world of this family, drawn from the seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from riskmodel.worlds.planting.months import month_number
from riskmodel.worlds.planting.view import stream


@dataclass(frozen=True)
class Params:
    """Parameters of one world; shares lie between 0 and 1, months are numbers (`months.month_number`).

    Attributes
    ----------
    first, last: months of the world. countries, members, listed, unlisted: how many.
    diverters: share of the scored countries.
    inbound_rows: figures of members' sales to scored countries that the world has about; of real series more
        are left out the larger the library is: its pairs are neighbours and most pairs of a world are not.
    same_code: share of codes that keep their own real series; the others take that of another code of the
        chapter. block: shortest and longest block in months.
    likeness: how much larger or smaller, in logarithms, a donor may well be. growth_power: 0 no growth, 1 the
        donor's. exports, imports, re_exports, weights: shares of countries that report these.
    late, sparse, stopping: shares of countries with such habits. revised: share of figures that are revised.
    decoys: share of the countries for each kind of decoy. coverage: stories of the press per diverter;
        0: no mentions in this world. listings: chance that a diverter is listed; None: no list in this world.
    """

    first: int
    last: int
    countries: int
    members: int
    listed: int
    unlisted: int
    diverters: float
    inbound_rows: int
    same_code: float
    block: tuple[int, int]
    likeness: float
    growth_power: float
    exports: float
    imports: float
    re_exports: float
    weights: float
    late: float
    sparse: float
    stopping: float
    revised: float
    decoys: float
    coverage: float
    listings: float | None

    @property
    def months(self) -> int:
        """Number of months."""
        return self.last - self.first + 1


def draw_params(seed: int) -> Params:
    """Parameters of a seed; ranges are wide on purpose, so that worlds of the family are not all alike."""
    rng = stream(seed, "resampled", "params")
    first = month_number(date(int(rng.choice([2019, 2020])), 1, 1))
    return Params(
        first=first,
        last=month_number(date(2023, 12, 1)) + int(rng.integers(0, 10)),
        countries=int(rng.integers(40, 91)),
        members=int(rng.integers(8, 15)),
        listed=int(rng.integers(25, 46)),
        unlisted=int(rng.integers(20, 46)),
        inbound_rows=int(rng.integers(60_000, 200_000)),
        diverters=float(rng.choice([rng.uniform(0.05, 0.15), 0.20], p=[0.85, 0.15])),
        same_code=float(rng.uniform(0.3, 0.8)),
        block=(3, int(rng.integers(6, 13))),
        likeness=float(rng.uniform(0.5, 1.2)),
        growth_power=float(rng.uniform(0.5, 1.2)),
        exports=float(rng.uniform(0.4, 0.85)),
        imports=float(rng.uniform(0.3, 0.8)),
        re_exports=float(rng.uniform(0.05, 0.3)),
        weights=float(rng.uniform(0.5, 1.0)),
        late=float(rng.uniform(0.1, 0.4)),
        sparse=float(rng.uniform(0.05, 0.25)),
        stopping=float(rng.uniform(0.03, 0.15)),
        revised=float(rng.uniform(0.01, 0.08)),
        decoys=float(rng.uniform(0.02, 0.06)),
        coverage=float(rng.choice([0.0, rng.uniform(0.5, 4.0)], p=[0.33, 0.67])),
        listings=None if rng.random() < 0.33 else float(rng.uniform(0.2, 0.7)),
    )
