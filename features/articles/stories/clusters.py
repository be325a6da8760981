"""Stories: articles that report the same thing, so that a syndicated report counts once.

Articles whose sketches agree in one band are candidates and join when enough of the whole signature
agrees. Bands are found by sorting, so the work is linear in the number of articles. Articles are taken in
the order of publication: the stories of a day are what the articles published until then make by themselves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from features.articles.stories.minhash import Sketches

AGREEMENT = 0.4  # share of equal signature places from which two texts count as the same story
_CHUNK = 1 << 16  # pairs whose signatures are compared at once
_A_DAY = 86_400_000_000  # microseconds
_FIRST_DAY = date.min.toordinal() - date(1970, 1, 1).toordinal()
STORY_STATE = pl.Struct(
    {
        "known_on": pl.Date(),
        "story_id": pl.String(),
        "about_listing": pl.Boolean(),
        "retracted": pl.Boolean(),
    }
)


@dataclass(frozen=True)
class Stories:
    """`table`: article_id, story_id, about_listing, retracted; one row for each article_id."""

    table: pl.DataFrame

    def of(self, articles: pl.Series) -> pl.DataFrame:
        """The rows of `table` for some article ids, found without going through all of it."""
        wanted = articles.unique().drop_nulls().rename("article_id")
        if self._sorted.is_empty():
            return self._sorted
        places = self._sorted["article_id"].search_sorted(wanted)
        near = self._sorted[places.clip(upper_bound=self._sorted.height - 1)]
        return near.filter(near["article_id"] == wanted)

    @cached_property
    def _sorted(self) -> pl.DataFrame:
        return self.table.sort("article_id")


@dataclass(frozen=True)
class _Links:
    """Articles in the order of publication, and pairs of places in it that are one story.

    `order`: place -> row of the sketches. `pairs`: (n, 2), the later article second, sorted by it.
    """

    order: NDArray[np.int64]
    pairs: NDArray[np.int64]


def stories_of(sketches: Sketches) -> Stories:
    """Stories of sketched articles.

    A story's id is made from the id of its first article, so that later articles do not rename it.
    `about_listing`: every article of the story announces a designation in its title. `retracted`: some
    article of it takes it back.
    """
    links = _links(sketches)
    ids = sketches.ids.gather(links.order)
    roots = _roots(len(links.order), links.pairs)
    table = (
        pl.DataFrame(
            {
                "article_id": ids,
                "root": roots,
                "about_listing": sketches.about_listing[links.order],
                "retracted": sketches.retracts[links.order],
            }
        )
        .with_columns(
            story_id=_story_ids(ids, roots),
            about_listing=pl.col("about_listing").all().over("root"),
            retracted=pl.col("retracted").any().over("root"),
        )
        .select("article_id", "story_id", "about_listing", "retracted")
    )
    return Stories(table.unique("article_id", keep="first", maintain_order=True))


def story_histories(sketches: Sketches) -> pl.DataFrame:
    """What each article's story was, day by day.

    `article_id`, `story_history` (List of `STORY_STATE`, oldest first): an entry for the day of publication
    and for each later day on which another article joined the story to an older one, took it back, or
    showed that it is about more than a designation.
    """
    links = _links(sketches)
    ids = sketches.ids.gather(links.order)
    days = np.floor_divide(sketches.at[links.order], _A_DAY)
    flags = (sketches.about_listing[links.order].tolist(), sketches.retracts[links.order].tolist())
    entries = [
        (place, _day(int(days[on])), *state) for on, place, *state in _changes(len(ids), links.pairs, flags)
    ]
    schema = {"place": pl.Int64, "known_on": pl.Date, "root": pl.Int64}
    schema |= {"about_listing": pl.Boolean, "retracted": pl.Boolean}
    changes = pl.DataFrame(entries, schema=schema, orient="row")
    roots = changes["root"].to_numpy()
    return (
        changes.with_columns(article_id=ids.gather(changes["place"]), story_id=_story_ids(ids, roots))
        .unique(["place", "known_on"], keep="last", maintain_order=True)
        .group_by("place", maintain_order=True)
        .agg(pl.col("article_id").first(), story_history=pl.struct(*(f.name for f in STORY_STATE.fields)))
        .drop("place")
        .unique("article_id", keep="first", maintain_order=True)
    )


_Change = tuple[int, int, int, bool, bool]


def _changes(n: int, pairs: NDArray[np.int64], flags: tuple[list[bool], list[bool]]) -> Iterator[_Change]:
    """Yield (place that brought the change, place that changed, root, about_listing, retracted), in order."""
    about, retracted = flags
    parent = list(range(n))
    members: dict[int, list[int]] = {}
    at = 0
    for place in range(n):
        members[place] = [place]
        before: dict[int, tuple[bool, bool]] = {}  # flags of the stories that the article joins
        renamed = [place]
        while at < len(pairs) and pairs[at, 1] == place:
            older, newer = sorted((_root(parent, int(pairs[at, 0])), _root(parent, place)))
            at += 1
            if older == newer:
                continue
            before.setdefault(older, (about[older], retracted[older]))
            parent[newer] = older
            joined = members.pop(newer)
            members[older] += joined
            renamed = list(dict.fromkeys([*renamed, *joined]))
            about[older] = about[older] and about[newer]
            retracted[older] = retracted[older] or retracted[newer]
        root = _root(parent, place)
        state = (about[root], retracted[root])
        for member in renamed if state == before.get(root) else members[root]:
            yield place, member, root, *state


def _links(sketches: Sketches) -> _Links:
    n = len(sketches.ids)
    order = (
        pl.DataFrame({"at": sketches.at, "id": sketches.ids, "row": np.arange(n)})
        .sort("at", "id", "row")["row"]
        .to_numpy()
    )
    found = np.zeros(0, dtype=np.int64)
    for band in sketches.bands:
        keys = band[order]
        by_key = np.argsort(keys, kind="stable")
        same = np.flatnonzero(keys[by_key[1:]] == keys[by_key[:-1]])
        one, two = by_key[same], by_key[same + 1]
        alike = [
            _alike(sketches, order[one[i : i + _CHUNK]], order[two[i : i + _CHUNK]])
            for i in range(0, len(one), _CHUNK)
        ]
        kept = np.concatenate(alike) if alike else np.zeros(0, dtype=np.bool_)
        found = np.unique(np.concatenate([found, two[kept] * n + one[kept]]))
    pairs = np.stack([found % n, found // n], axis=1) if n else np.zeros((0, 2), dtype=np.int64)
    return _Links(order, pairs)


def _alike(sketches: Sketches, one: NDArray[np.int64], two: NDArray[np.int64]) -> NDArray[np.bool_]:
    equal = sketches.signatures[one] == sketches.signatures[two]
    return np.asarray(equal.mean(axis=1) >= AGREEMENT)


def _roots(n: int, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Place of the first article of each article's story."""
    ones = np.ones(len(pairs), dtype=np.bool_)
    graph = csr_matrix((ones, (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    _, labels = connected_components(graph, directed=False)
    _, first, story = np.unique(labels, return_index=True, return_inverse=True)
    return np.asarray(first[story], dtype=np.int64)


def _root(parent: list[int], i: int) -> int:
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


def _story_ids(ids: pl.Series, roots: NDArray[np.int64]) -> pl.Series:
    """Ids of the stories whose first articles are at `roots`, made piece by piece."""
    parts = [pl.Series("story_id", [], dtype=pl.String)]
    for start in range(0, len(roots), _CHUNK):
        first = ids.gather(roots[start : start + _CHUNK]).to_list()
        made = ["s" + hashlib.sha256(name.encode()).hexdigest()[:12] for name in first]
        parts.append(pl.Series("story_id", made, dtype=pl.String))
    return pl.concat(parts)


def _day(number: int) -> date:
    """The day with this number from 1970; articles without a date were there from the first."""
    return date.min if number < _FIRST_DAY else date(1970, 1, 1) + timedelta(days=number)


def as_known_on(mentions: pl.DataFrame, day: date) -> pl.DataFrame:
    """Mention rows with `story_id`, `about_listing` and `retracted` as they were on a day.

    `story_history` (List of `STORY_STATE`, oldest first) says when an article's story changed: a later
    article joined two stories, or took one back. Rows without a history are returned as they are.
    """
    if "story_history" not in mentions.columns:
        return mentions
    known = pl.element().filter(pl.element().struct.field("known_on") <= day)
    state = pl.col("story_history").list.eval(known).list.last()
    return mentions.with_columns(
        pl.coalesce(state.struct.field(name), *({name} & set(mentions.columns))).alias(name)
        for name in ("story_id", "about_listing", "retracted")
    )
