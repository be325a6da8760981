"""Article signals done slowly, a country and a day at a time, straight from their definitions."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pandas as pd

HALF_LIFE, EASING, STORY = 90, 180, 730
OWNERS = {"azattyq.org": "RFE", "svoboda.org": "RFE"}


def stories(table: pd.DataFrame, country: str, day: date) -> list[dict]:
    """The diversion stories of one country as they were known on a day."""
    found = []
    rows = table[
        (table["country"] == country)
        & table["is_diversion"].astype(bool)
        & ~table["retracted"].astype(bool)
        & ~table["about_listing"].astype(bool)
        & table["published_on"].notna()
    ]
    rows = rows.loc[[at for at in rows.index if rows["published_on"][at] <= day]]
    for name in sorted(set(rows["story_id"])):
        mine = rows[rows["story_id"] == name].sort_values(["published_on", "source"], na_position="first")
        first = min(mine["published_on"])
        if (day - first).days >= STORY:
            continue
        sources = [s for s in mine["source"] if isinstance(s, str)]
        found.append(
            {
                "age": (day - first).days,
                "p": max(mine["p_diversion"]),
                "easing": mine["polarity"].mean() < 0,
                "owner": OWNERS.get(sources[0], sources[0]) if sources else None,
                "goods": {family for goods in mine["goods"] for family in goods},
            }
        )
    return found


def rate(stories_known: list[dict]) -> float:
    """ln(1 + decayed stories per 30 days)."""
    decayed = math.fsum(story["p"] * 0.5 ** (story["age"] / HALF_LIFE) for story in stories_known)
    return math.log1p(decayed * 30 * math.log(2) / HALF_LIFE)


def reference(table: pd.DataFrame, country: str, day: date) -> dict[str, float | None]:
    """Every article signal of one country on one day."""
    stories_known = stories(table, country, day)
    recent = [story for story in stories_known if story["age"] <= EASING]
    owners = [story["owner"] for story in stories_known if story["owner"] is not None]
    shares = [owners.count(owner) / len(owners) for owner in sorted(set(owners))]
    return {
        "article_rate": rate(stories_known),
        "article_burst": burst(table, country, day),
        "article_easing": sum(s["easing"] for s in recent) / len(recent) if recent else 0.0,
        "source_diversity": -math.fsum(s * math.log(s) for s in shares) if shares else None,
        "n_stories": len(stories_known),
    }


def burst(table: pd.DataFrame, country: str, day: date) -> float | None:
    """z of the rate on the 24 rates before it, one every 30 days, once the table is a half-life old."""
    first = min(d for d in table["published_on"] if isinstance(d, date))
    days = [day - timedelta(days=30 * k) for k in range(1, 25)]
    past = [rate(stories(table, country, then)) for then in days if then >= first + timedelta(days=HALF_LIFE)]
    if len(past) < 12:
        return None
    mean = math.fsum(past) / len(past)
    spread = math.sqrt(math.fsum((r - mean) ** 2 for r in past) / (len(past) - 1))
    floor = math.log1p(30 * math.log(2) / HALF_LIFE)
    return (rate(stories(table, country, day)) - mean) / max(spread, floor)
