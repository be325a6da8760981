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
    firsts = {name: min(rows[rows["story_id"] == name]["published_on"]) for name in set(rows["story_id"])}
    heard: dict[str, date] = {}  # by voice, the day of its last story that moves the rates
    for name in sorted(firsts, key=lambda name: (firsts[name], name)):
        mine = rows[rows["story_id"] == name].sort_values(["published_on", "source"], na_position="first")
        first = firsts[name]
        tellers = [s for s in mine[mine["published_on"] == first]["source"] if isinstance(s, str)]
        voice = voice_of(table, tellers[0], first) if tellers else None
        moves = voice is None or voice not in heard or (first - heard[voice]).days >= HALF_LIFE
        if moves and voice is not None:
            heard[voice] = first
        if (day - first).days >= STORY:
            continue
        sources = [s for s in mine["source"] if isinstance(s, str)]
        found.append(
            {
                "age": (day - first).days,
                "moves": moves,
                "p": max(mine["p_diversion"]),
                "tone": mine["polarity"].mean(),
                "owner": OWNERS.get(sources[0], sources[0]) if sources else None,
                "goods": {family for goods in mine["goods"] for family in goods},
            }
        )
    return found


def voice_of(table: pd.DataFrame, source: str, day: date) -> str:
    """Whose story it is: an owner's, or that of all outlets that are new to the table."""
    if source in OWNERS:
        return OWNERS[source]
    dated = table[table["published_on"].notna()]
    named = dated.loc[[at for at in dated.index if isinstance(dated["source"][at], str)]]
    since = min(named[named["source"] == source]["published_on"])
    grown_up = timedelta(days=HALF_LIFE)
    came_late = since >= min(named["published_on"]) + grown_up
    return "new" if came_late and day < since + grown_up else source


def rate(stories_known: list[dict]) -> float:
    """ln(1 + decayed stories per 30 days)."""
    decayed = math.fsum(
        story["p"] * 0.5 ** (story["age"] / HALF_LIFE) for story in stories_known if story["moves"]
    )
    return math.log1p(decayed * 30 * math.log(2) / HALF_LIFE)


def reference(table: pd.DataFrame, country: str, day: date) -> dict[str, float | None]:
    """Every article signal of one country on one day."""
    stories_known = stories(table, country, day)
    recent = [story for story in stories_known if story["moves"] and story["age"] <= EASING]
    easing, worsening = (sum(sign * s["tone"] > 0 for s in recent) for sign in (-1, 1))
    owners = [story["owner"] for story in stories_known if story["owner"] is not None]
    shares = [owners.count(owner) / len(owners) for owner in sorted(set(owners))]
    return {
        "article_rate": rate(stories_known),
        "article_burst": burst(table, country, day),
        "article_easing": min(easing, worsening) / len(recent) if recent else 0.0,
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
