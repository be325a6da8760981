"""The mention job: articles in, a sorted table of mentions out, in memory that does not follow their number.

Articles are checked and read some thousand at a time. What stories need of them is kept as sketches in files;
rows wait on disk until the stories are known and are then put in order piece by piece.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from riskmodel.engines.engine import Engine
from riskmodel.mentions.file import MentionFile
from riskmodel.mentions.spool import read_news
from riskmodel.operations.progress import Steps
from riskmodel.operations.scratch import Scratch
from riskmodel.sources.checked import Intake, refuse_failures, refuse_faults, take_in
from riskmodel.sources.request import InputRequest, open_input

_ORDER = ["article_id", "sentence_no", "country"]


@dataclass
class MentionCounts:
    """What became of the articles and records, and how many rows suggest diversion."""

    mentions: int = 0
    flagged: int = 0
    flagged_countries: set[str] = field(default_factory=set)
    articles_read: int = 0
    not_read_by_language: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    gkg_records: int = 0
    gkg_dropped: Mapping[str, int] = field(default_factory=dict)


def write_mentions(
    inputs: InputRequest, out: Path, jobs: int, steps: Steps, engine: Engine | None = None
) -> MentionCounts:
    """Write the mentions of article and GDELT files to `out`, sorted by article, sentence and country.

    The same input gives the same bytes for any number of `jobs` (processes) and any engine. Raises
    InputUnreadable, ContractFailed.
    """
    from data_contracts.checking.check import preload

    preload()
    counts = MentionCounts()
    taken: dict[str, Intake] = {}
    for parts in open_input("articles", inputs):
        steps.step(f"checking {parts.kind}")
        taken[parts.kind] = take_in(parts, None)
        refuse_failures([taken[parts.kind]])
        counts.refused += taken[parts.kind].rows_quarantined
    articles, records = (taken[kind].lazy() if kind in taken else None for kind in ("articles", "gkg"))
    steps.step("reading sentences")
    reading = read_news(articles, records, jobs, inputs.limits.read_articles, engine, inputs.second_reader)
    counts.articles_read, counts.not_read_by_language = reading.n_articles_read, reading.not_read_by_language
    steps.step("finding stories")
    stories = reading.stories()
    ids = [stories.table["article_id"]]
    if records is not None:
        ids.append(records.select(pl.col("record_id").unique()).collect(engine="streaming").to_series())
        counts.gkg_records, counts.gkg_dropped = len(ids[1]), taken["gkg"].dropped
    scratch = Scratch()
    waiting = _Waiting(scratch.folder / "sorted", pl.concat(ids), inputs.limits.sorted_articles)
    for rows in reading.mentions(stories):
        waiting.add(rows)
    del reading, stories, ids
    steps.step("writing")
    with MentionFile(out) as table:
        refuse_faults("mentions", _written(table, waiting.pieces(), counts), scratch.folder / "judged")
    return counts


def _written(
    table: MentionFile, pieces: Iterable[pl.DataFrame], counts: MentionCounts
) -> Iterator[pl.DataFrame]:
    """Each piece once it is written and counted."""
    for rows in pieces:
        table.write(rows)
        flagged = rows.filter("is_diversion")
        counts.mentions += rows.height
        counts.flagged += flagged.height
        counts.flagged_countries.update(flagged["country"])
        yield rows


class _Waiting:
    """Rows on disk, by the place of their article among all, so that each piece can be sorted by itself."""

    def __init__(self, folder: Path, article_ids: pl.Series, piece: int) -> None:
        folder.mkdir()
        self._folder, self._parts = folder, 0
        self._ends = article_ids.sort().gather_every(piece, offset=piece) if len(article_ids) else article_ids

    def add(self, rows: pl.DataFrame) -> None:
        piece = self._ends.search_sorted(rows["article_id"], side="right").alias("piece")
        for key, some in rows.with_columns(piece).partition_by("piece", as_dict=True).items():
            name = f"{int(key[0]):06d}-{self._parts:06d}.parquet"
            some.drop("piece").write_parquet(self._folder / name, compression="lz4")
        self._parts += 1

    def pieces(self) -> Iterator[pl.DataFrame]:
        """Sorted rows, piece after piece."""
        for piece in range(len(self._ends) + 1):
            files = sorted(self._folder.glob(f"{piece:06d}-*.parquet"))
            if files:
                yield pl.concat([pl.read_parquet(file) for file in files]).sort(_ORDER)
