"""Placed stories: what one owner prints, or outlets that are new, counts as one story in a while.

Anyone can print ten different reports on one site, or open ten sites. So the first teller's owner has one
story for a country in each `days`; outlets that are new to the table and that the table of owners does not
know count together as one owner. What another owner reports in words of its own is a story of its own.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from features.articles.stories.owners import known_owner, owner_of

NEW = "(new outlets)"


def first_days(mentions: pl.DataFrame) -> dict[str, date]:
    """The day from which each source is in a table of mentions (`source`, `published_on`)."""
    if "source" not in mentions.columns:
        return {}
    first = (
        mentions.drop_nulls(["source", "published_on"]).group_by("source").agg(pl.col("published_on").min())
    )
    return dict(first.sort("source").iter_rows())


def without_placed(stories: pl.DataFrame, seen: dict[str, date], days: int) -> pl.DataFrame:
    """Stories that count.

    `stories`: country, story_id, published_on, source (that reported it first; null: unknown, always counts).
    `seen`: `first_days` of the whole table. What an earlier day showed, later stories do not change.
    """
    if not seen:
        return stories
    begins = min(seen.values())
    last: dict[tuple[str, str], date] = {}
    kept = []
    ordered = stories.with_row_index("place").sort("country", "published_on", "story_id", "place")
    for place, country, day, source in ordered.select(
        "place", "country", "published_on", "source"
    ).iter_rows():
        voice = _voice(source, day, seen, begins, days)
        if voice is not None:
            before = last.get((country, voice))
            if before is not None and (day - before).days < days:
                continue
            last[(country, voice)] = day
        kept.append(place)
    return stories.filter(pl.int_range(pl.len()).is_in(sorted(kept)))


def _voice(source: str | None, day: date, seen: dict[str, date], begins: date, days: int) -> str | None:
    """Whose story it is; `NEW` for an outlet that came to a table that was there before."""
    owner = owner_of(source)
    if owner is None or source is None or known_owner(source):
        return owner
    since = seen.get(source, day)
    while_new = timedelta(days=days)
    return NEW if since >= begins + while_new and day < since + while_new else owner
