"""Every number a simulated world depends on, in one frozen dataclass, with the source of its size."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from riskmodel.errors import WrongUsage

Range = tuple[float, float]


@dataclass(frozen=True)
class CorridorDecoys:
    """Switches for what looks like diversion and is not, or hides it. Each changes its own flows only.

    The `decoys` module describes what each switch does, one docstring a switch.
    """

    legal_hubs: bool = True
    industrial_growth: bool = True
    relocation: bool = True
    big_project: bool = True
    price_boom: bool = True
    own_goods: bool = True
    edition_switch: bool = True
    late_reporters: bool = True
    missing_reporters: bool = True
    underreported_onward: bool = True
    confidentiality: bool = True
    ghost_trade: bool = True
    syndication: bool = True
    retractions: bool = True
    attention: bool = True
    attention_listings: bool = True

    @classmethod
    def none(cls) -> CorridorDecoys:
        """All switches off: diversion in an otherwise ordinary, fully reported world."""
        return cls(**{switch.name: False for switch in dataclasses.fields(cls)})


@dataclass(frozen=True)
class WorldParams:
    """What a world is drawn from. Money in US dollars, ranges are (low, high), shares in 0..1.

    Attributes
    ----------
    seed: any integer >= 0; with the other fields it fixes every byte of the world.
    size: name of the preset, kept for the record.
    n_transit, n_control, n_coalition: countries of each pool (places.csv).
    all_goods: all 50 priority codes and their unlisted neighbours, or the 17 + 8 of a small world.
    first, last: first and last month, each the first day of the month.
    n_diverters: countries with planted diversion (one hop); n_chains: pairs c1 -> c2 (two hops).
    growth: inbound listed goods at the peak of diversion, as a multiple of the baseline. Published:
        EU27 exports of listed CN8 goods Mar-Nov 2022 on Mar-Nov 2021, x1.8 (UZB) to x7.9 (KGZ);
        down to x1.2 so that some diversion is hard to see.
    diverted_usd_per_year: limits of the diverted amount at its peak (the EU rule starts at 1m;
        India's priority goods to Russia rose by about US$500m a year).
    pass_through: share of what is diverted that goes on to Russia.
    markup: price onward over price inbound.
    inbound_usd_per_year: ordinary coalition exports of listed goods to one transit country (19 priority
        codes from the EU in 2021: KGZ EUR 3m, ARM 9m, UZB 28m, KAZ 128m; larger economies: billions).
    onward_usd_per_year: ordinary exports of listed goods to Russia by one transit country (HS 8542
        before 2022: ARM US$1k, TUR 5k, KAZ 13k a month; 45 codes from TUR to Russia and five
        neighbours: US$28m a year); at most onward_cap of what the country imports of them.
    direct_usd_per_year: coalition exports of the listed goods to Russia before controls (19 codes from
        the EU: EUR 2.2bn in 2021).
    direct_fall: share of direct exports of a listed code that ends once it is controlled (the 19 codes
        fell by 97 %; all 2,223 CN8 codes by 60 %).
    unlisted_fall: the same for goods that are not listed (firms leave of their own accord).
    start_after_control: months from a code's control to the start of its diversion; early starts are
        likelier (EU exports of listed codes to KGZ and ARM had multiplied within nine months).
    ramp_months: months from the start to the peak.
    p_crackdown: probability that authorities press and diversion falls; crackdown_after: months after
        the start; crackdown_left: share that remains.
    p_stop: probability that an episode ends; stop_after: months after the start.
    lag_weights: share of onward goods that leave 0, 1, 2 and 3 months after they came in.
    russian_pull: multiple that ordinary exports to Russia reach within a year of the invasion, as Russia
        turns to whoever still sells (all goods 2021 to 2022: Uzbekistan x1.5, Kazakhstan x1.3).
    lot_usd: size of an ordinary consignment; it sets how many months are empty (EU exports of 19 codes:
        3 % of reporter-code-months filled for KGZ, 14 % KAZ, 47 % RUS).
    lump_sd: standard deviation of the log of a month's value in one cell (the same data: 1.0 to 1.5).
    pair_sd: standard deviation of the log of a reporter's share in one code and partner (all filled cells
        of a partner in the same data: 2.0 to 2.9, lumps included).
    drift_sd: monthly standard deviation of the log drift of one country's demand.
    inflation: yearly.
    cif: import over export value of the same goods. mirror_level: median and log standard deviation of
        the share of a supplier's ordinary exports that the receiver books (Lithuania to Kazakhstan before the
        war: 9 of 28). arrival: share of diverted goods that the country they pass through books as imports
        (Kyrgyz imports from the EU rose by US$676m from 2021 to 2023, EU exports there by about 2,650m).
    mirror_share: transit countries that also report imports. weight_share: rows with reported weight.
    revised_share: rows that appear again, changed, in a later vintage; delayed_share: rows missing in
        the first release.
    coalition_lag_days, transit_lag_days: days from month end to release.
    late_share, late_days: transit reporters that are later, and by how much.
    confidential_share: reporters that hide one code.
    missing_share: transit countries that never report; sparse_share, sparse_gap: those that leave
        months out, and which share; stopped_share: those that stop reporting after 2022-03.
    underreported_share: diverters whose exports to Russia mostly go undeclared (customs union);
        underreported_kept: the share that is declared.
    n_hubs, n_industry, n_relocation, n_projects, n_own_goods, n_ghost, n_attention: countries for each
        decoy.
    n_news_only: further countries that are in the news and in no trade table.
    stories_per_month: diversion stories about a country with US$100m a year diverted; false_stories:
        those about any country, without ground; ordinary_stories: other stories a month, whole world.
    extraction_noise: how far p_diversion of the simulated mentions strays from the truth (0 none).
    """

    seed: int
    size: str = "small"
    n_transit: int = 45
    n_control: int = 6
    n_coalition: int = 12
    all_goods: bool = False
    first: date = date(2020, 1, 1)
    last: date = date(2024, 5, 1)
    n_diverters: int = 5
    n_chains: int = 1
    growth: Range = (1.2, 7.9)
    diverted_usd_per_year: Range = (1e6, 6e8)
    pass_through: Range = (0.55, 0.98)
    markup: Range = (1.05, 1.6)
    inbound_usd_per_year: Range = (2e6, 1.5e9)
    onward_usd_per_year: Range = (2e4, 3e7)
    onward_cap: float = 0.15
    direct_usd_per_year: float = 4e9
    direct_fall: Range = (0.60, 0.97)
    unlisted_fall: Range = (0.10, 0.60)
    start_after_control: Range = (0, 18)
    ramp_months: Range = (2, 12)
    p_crackdown: float = 0.4
    crackdown_after: Range = (9, 24)
    crackdown_left: Range = (0.1, 0.6)
    p_stop: float = 0.25
    stop_after: Range = (10, 26)
    lag_weights: tuple[float, float, float, float] = (0.45, 0.3, 0.15, 0.1)
    russian_pull: Range = (0.7, 1.8)
    lot_usd: float = 10_000
    lump_sd: float = 1.3
    pair_sd: float = 2.3
    drift_sd: float = 0.025
    inflation: float = 0.04
    cif: float = 1.08
    mirror_level: tuple[float, float] = (0.8, 0.4)
    arrival: Range = (0.2, 1.0)
    mirror_share: float = 0.5
    weight_share: float = 0.8
    revised_share: float = 0.02
    delayed_share: float = 0.01
    coalition_lag_days: Range = (35, 60)
    transit_lag_days: Range = (40, 110)
    late_share: float = 0.12
    late_days: Range = (60, 240)
    confidential_share: float = 0.08
    missing_share: float = 0.12
    sparse_share: float = 0.12
    sparse_gap: Range = (0.1, 0.5)
    stopped_share: float = 0.05
    underreported_share: float = 0.25
    underreported_kept: Range = (0.0, 0.3)
    n_hubs: int = 3
    n_industry: int = 3
    n_relocation: int = 1
    n_projects: int = 2
    n_own_goods: int = 2
    n_ghost: int = 1
    n_attention: int = 3
    n_news_only: int = 2
    stories_per_month: float = 2.0
    false_stories: float = 0.02
    ordinary_stories: float = 14.0
    extraction_noise: float = 0.15
    decoys: CorridorDecoys = field(default_factory=CorridorDecoys)

    def __post_init__(self) -> None:
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or self.seed < 0:
            raise WrongUsage(f"seed is {self.seed!r}; give a whole number, 0 or more")
        if self.first.day != 1 or self.last.day != 1 or self.first > date(2021, 1, 1):
            raise WrongUsage("first and last must be first days of months, and first 2021-01-01 or earlier")
        if self.last < date(2022, 12, 1):
            raise WrongUsage(f"last is {self.last}; give 2022-12-01 or later, so that controls can show")
        needed = self.n_roles
        if needed > self.n_transit:
            raise WrongUsage(f"{needed} roles do not fit {self.n_transit} transit countries; raise n_transit")

    @property
    def n_roles(self) -> int:
        """Countries that need a role of their own."""
        decoys = (self.n_hubs, self.n_industry, self.n_relocation, self.n_projects, self.n_own_goods)
        return self.n_diverters + 2 * self.n_chains + sum(decoys) + self.n_ghost + self.n_attention

    @classmethod
    def small(cls, seed: int, **changes: Any) -> WorldParams:
        """45 transit countries, 25 codes, 53 months: a second or two."""
        return cls(seed=seed, **changes)

    @classmethod
    def medium(cls, seed: int, **changes: Any) -> WorldParams:
        """100 transit countries, all 50 priority codes and 22 unlisted ones, 2019-2024."""
        preset: dict[str, Any] = {
            "size": "medium",
            "n_transit": 100,
            "n_control": 12,
            "n_coalition": 16,
            "all_goods": True,
            "first": date(2019, 1, 1),
            "last": date(2024, 12, 1),
            "n_diverters": 12,
            "n_chains": 2,
            "n_hubs": 5,
            "n_industry": 7,
            "n_relocation": 3,
            "n_projects": 5,
            "n_own_goods": 4,
            "n_ghost": 3,
            "n_attention": 7,
            "n_news_only": 4,
            "ordinary_stories": 25.0,
        }
        return cls(seed=seed, **{**preset, **changes})

    @classmethod
    def large(cls, seed: int, **changes: Any) -> WorldParams:
        """112 transit countries and 30 coalition reporters, 2017-2025; written reporter by reporter."""
        preset: dict[str, Any] = {
            "size": "large",
            "n_transit": 112,
            "n_control": 16,
            "n_coalition": 30,
            "first": date(2017, 1, 1),
            "last": date(2025, 6, 1),
            "lot_usd": 6_000.0,
        }
        return cls.medium(seed, **{**preset, **changes})

    @classmethod
    def sample(cls) -> WorldParams:
        """The bundled sample: a small world of a fixed seed.

        The seed was taken because no role of its world falls on a country that public warnings name, so
        that the table is not taken for news; not by how well anything scores it.
        """
        return cls.small(SAMPLE_SEED, size="sample")


SAMPLE_SEED = 131
PRESETS = ("small", "medium", "large")
