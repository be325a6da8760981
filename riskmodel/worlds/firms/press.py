"""Articles about trading firms, listings and crackdowns; false stories; and mentions that say nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from data_contracts.tables import MENTIONS
from riskmodel.worlds.firms.enforcement import day_of
from riskmodel.worlds.firms.places import Places
from riskmodel.worlds.firms.products import Products
from riskmodel.worlds.firms.settings import FirmSettings
from riskmodel.worlds.firms.traders import Host, Trader

TRANSIT, ELSEWHERE, SPEAKER, ORIGIN, OTHER = (
    "transit_to_russia",
    "destination_not_russia",
    "sanctioning_or_speaker",
    "origin",
    "other_mention",
)
HOSTS = tuple(
    f"{kind}-{number}.example" for kind in ("daily", "agency", "trade-news") for number in range(1, 13)
)
TEXTS = {
    TRANSIT: "Simulated: goods under controls are said to pass through {0}.",
    ELSEWHERE: "Simulated: the goods were for buyers in {0}.",
    SPEAKER: "Simulated: officials of {0} spoke of export controls.",
    ORIGIN: "Simulated: the maker of the goods is in {0}.",
    OTHER: "Simulated: the report names {0} in passing.",
}
EASING = "Simulated: authorities of {0} say that they now check such shipments."


@dataclass(frozen=True)
class FirmStory:
    """What an article is about: country (place), month, role, polarity, products, and how it is read."""

    place: int
    when: float
    role: str
    polarity: int
    goods: tuple[int, ...]
    reading: tuple[float, float]  # parameters of the Beta distribution of `p_diversion`


def mentions_table(
    settings: FirmSettings,
    places: Places,
    products: Products,
    hosts: Sequence[Host],
    traders: Sequence[Trader],
) -> pl.DataFrame:
    """Mentions of the world up to its last month: `MENTIONS`, sorted."""
    rng = settings.rng("press")
    true = _of_traders(settings, rng, products, hosts, traders)
    stories = [
        *true,
        *_false(settings, rng, places, products, len(true)),
        *_noise(settings, rng, places, products),
    ]
    stories = [story for story in stories if 0 <= story.when < settings.n_months]
    stories.sort(key=lambda story: (story.when, story.place, story.role))
    rows = [
        row
        for number, story in enumerate(stories)
        for row in _articles(settings, rng, places, products, number, story)
    ]
    frame = pl.DataFrame(rows, schema=MENTIONS, orient="row")
    return frame.sort("published_on", "article_id", "sentence_no", "country")


def _of_traders(
    settings: FirmSettings,
    rng: np.random.Generator,
    products: Products,
    hosts: Sequence[Host],
    traders: Sequence[Trader],
) -> list[FirmStory]:
    """Reports on firms, sooner and more about large ones; reports on their listing; and on crackdowns."""
    stories = []
    for firm in traders:
        place = hosts[firm.host].place
        size = np.log10(max(firm.yearly_usd, 1e5) / 1e5)
        for _ in range(rng.poisson(0.1 + 0.35 * size)):
            when = firm.start + rng.gamma(2, 4)
            stories.append(FirmStory(place, when, TRANSIT, 1, _goods(rng, products), (6, 2.2)))
        if not np.isnan(firm.listed) and rng.random() < 0.6:
            stories.append(
                FirmStory(
                    place, firm.listed + rng.exponential(0.3), TRANSIT, 1, _goods(rng, products), (7, 2)
                )
            )
    for host in hosts:
        if host.crackdown < settings.n_months:
            for _ in range(rng.poisson(2.5)):
                when = host.crackdown + rng.exponential(1.0)
                stories.append(FirmStory(host.place, when, TRANSIT, -1, (), (3, 3)))
    return stories


def _false(
    settings: FirmSettings, rng: np.random.Generator, places: Places, products: Products, n_true: int
) -> list[FirmStory]:
    """False stories: of countries with a decoy or near Russia more often than of others; promises too."""
    weight = (1 + 3 * (places.decoy != "")) * (0.5 + np.minimum(places.near_russia, 4))
    n = rng.poisson(settings["false_stories"] * n_true + 3)
    place = rng.choice(places.scored, n, p=weight / weight.sum())
    when = rng.uniform(settings.controls, settings.n_months, n)
    polarity = np.where(rng.random(n) < 0.8, 1, -1)
    return [
        FirmStory(
            int(place[at]), float(when[at]), TRANSIT, int(polarity[at]), _goods(rng, products), (4, 2.6)
        )
        for at in range(n)
    ]


def _noise(
    settings: FirmSettings, rng: np.random.Generator, places: Places, products: Products
) -> list[FirmStory]:
    """Mentions of any country that say nothing of diversion, more of them since the controls."""
    n = rng.poisson(settings["mention_noise"] * settings.n_months)
    when = rng.triangular(0, settings.n_months, settings.n_months, n)
    place = rng.choice(places.scored, n)
    roles = rng.choice([ELSEWHERE, SPEAKER, ORIGIN, OTHER, TRANSIT], n, p=[0.3, 0.2, 0.1, 0.35, 0.05])
    return [FirmStory(int(place[at]), float(when[at]), str(roles[at]), 0, (), (1.2, 7)) for at in range(n)]


def _goods(rng: np.random.Generator, products: Products) -> tuple[int, ...]:
    """Products that a report names, often none."""
    if rng.random() < 0.5:
        return ()
    listed = np.flatnonzero(products.listed)
    return tuple(sorted(int(one) for one in rng.choice(listed, int(rng.integers(1, 4)), replace=False)))


def _articles(
    settings: FirmSettings,
    rng: np.random.Generator,
    places: Places,
    products: Products,
    number: int,
    story: FirmStory,
) -> list[tuple[object, ...]]:
    """Rows of the first article of a story and of its copies in the days after."""
    rows = []
    copies = min(int(rng.geometric(0.45)), 9)
    sources = rng.choice(len(HOSTS), copies, replace=False)
    companion = str(places.codes[rng.integers(places.n_members)])
    for copy in range(copies):
        day = day_of(settings, min(story.when + copy * rng.exponential(0.05), settings.n_months - 0.02))
        head = (
            f"firms-{settings.seed}-{number}-{copy}",
            day,
            HOSTS[sources[copy]],
            f"firms-{settings.seed}-{number}",
        )
        p = float(np.clip(rng.beta(*story.reading), 0.01, 0.99))
        goods = [str(products.codes[one]) for one in story.goods]
        rows.append(
            (
                *head,
                int(rng.integers(0, 3)),
                *_said(str(places.codes[story.place]), story.role, p, story.polarity, goods),
            )
        )
        if story.role == TRANSIT and rng.random() < 0.6:
            role = str(rng.choice([SPEAKER, ORIGIN]))
            rows.append(
                (*head, int(rng.integers(3, 9)), *_said(companion, role, float(rng.beta(1, 9)), 0, []))
            )
    return rows


def _said(country: str, role: str, p: float, polarity: int, goods: list[str]) -> tuple[object, ...]:
    p = round(p if role == TRANSIT else min(p, 0.49), 4)
    text = (EASING if polarity < 0 else TEXTS[role]).format(country)
    return country, role, p, p >= 0.5, polarity, goods, text
