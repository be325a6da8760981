"""Reading news part by part: what sentences and records say waits on disk until all stories are known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from features.articles.gkg import gkg_mentions
from features.articles.mentions import PARTITION, PartReading, with_stories
from features.articles.rates import most_telling
from features.articles.schema import COLUMNS
from features.articles.stories.clusters import Stories, stories_of, story_histories
from features.articles.stories.minhash import SketchFiles
from riskmodel.engines.engine import Engine, InProcesses
from riskmodel.mentions.parts import READING
from riskmodel.operations.scratch import Scratch

FOR_SIGNALS = (
    "country",
    "story_id",
    "published_on",
    "p_diversion",
    "is_diversion",
    "polarity",
    "source",
    "goods",
    "about_listing",
    "retracted",
)


@dataclass
class NewsReading:
    """Articles and GDELT records that were read; memory does not follow the number of their rows.

    Attributes
    ----------
    not_read_by_language: articles that were not read for their language, by language.
    n_articles_read: articles that were read, with mentions or without.
    """

    records: pl.LazyFrame | None = None
    n_articles_read: int = 0
    not_read_by_language: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._scratch = Scratch()
        self._rows = self._scratch.folder / "rows"
        self._rows.mkdir()
        sketches = self._scratch.folder / "sketches"
        sketches.mkdir()
        self._sketches = SketchFiles(sketches)

    def add(self, number: int, part: PartReading) -> None:
        """Keep what part `number` says."""
        part.rows.write_parquet(self._rows / f"{number:06d}.parquet", compression="lz4")
        self._sketches.append(part.sketches)
        self.n_articles_read += part.n_articles_read
        self.not_read_by_language.update(part.not_read_by_language)

    def stories(self) -> Stories:
        """The stories of all articles."""
        return stories_of(self._sketches.read())

    def mentions(self, stories: Stories) -> Iterator[pl.DataFrame]:
        """Yield mention rows (`mentions.COLUMNS`) part after part, those of records last; once only."""
        for file in sorted(self._rows.iterdir()):
            yield with_stories(pl.read_parquet(file), stories)
            file.unlink()
        if self.records is not None:
            for part in self.records.collect_batches(maintain_order=True, engine="streaming"):
                yield gkg_mentions(part)

    def story_histories(self) -> pl.DataFrame:
        """What each article's story was, day by day; see `stories.story_histories`."""
        return story_histories(self._sketches.read())


def read_news(
    articles: pl.LazyFrame | None,
    records: pl.LazyFrame | None,
    jobs: int = 1,
    at_once: int = PARTITION,
    engine: Engine | None = None,
    second_reader: bool = False,
) -> NewsReading:
    """Read canonical articles, by `engine` or in `jobs` processes, and GKG records; None where not given.

    `at_once` is the number of articles in memory at once; neither it nor the engine changes a row.
    `second_reader`: see `features.articles.mentions.read_part`.
    """
    reading = NewsReading(records)
    engine = engine or InProcesses(jobs)
    if articles is not None:
        for number, part in enumerate(engine.map(READING, _numbered(articles, at_once), (second_reader,))):
            reading.add(number, part)
    return reading


def _numbered(articles: pl.LazyFrame, at_once: int) -> Iterator[tuple[pl.DataFrame, int]]:
    """Parts of the articles and the number of the first article of each."""
    first = 0
    for batch in articles.collect_batches(chunk_size=at_once, maintain_order=True, engine="streaming"):
        for part in batch.iter_slices(at_once):
            yield part, first
            first += part.height


@dataclass(frozen=True)
class NewsMentions:
    """What a score needs of mention rows.

    Attributes
    ----------
    counted: see `counted`. quoted: the most telling rows of each country, all columns.
    n_articles_read, not_read_by_language: as of `NewsReading`.
    """

    counted: pl.DataFrame
    quoted: pl.DataFrame
    n_articles_read: int
    not_read_by_language: Mapping[str, int]


def mentions_of(reading: NewsReading, as_of: date, quotes: int) -> NewsMentions:
    """Go through all mention rows once; `quotes` rows of each country are kept whole."""
    quoted = pl.DataFrame(schema=COLUMNS)

    def narrowed() -> Iterator[pl.DataFrame]:
        nonlocal quoted
        for rows in reading.mentions(reading.stories()):
            quoted = _owned(most_telling(pl.concat([quoted, rows]), as_of, quotes))
            yield rows

    rows = counted(narrowed())
    return NewsMentions(rows, quoted, reading.n_articles_read, dict(reading.not_read_by_language))


def dated_mentions(reading: NewsReading) -> pl.DataFrame:
    """`counted` with `story_history`, for signals as of several dates (`clusters.as_known_on`)."""
    rows = counted(reading.mentions(reading.stories()), "article_id")
    histories = reading.story_histories()
    return rows.join(histories, on="article_id", how="left", maintain_order="left").drop("article_id")


def counted(parts: Iterable[pl.DataFrame], *more: str) -> pl.DataFrame:
    """The mention rows that article signals look at, without their sentences, and `more` columns.

    These are the rows of diversion, and the earliest of the others of each source, which tell how far the
    news reach back and since when an outlet is known.
    """
    schema = {name: COLUMNS[name] for name in (*FOR_SIGNALS, *more)}
    kept = [pl.DataFrame(schema=schema), *(_counted(part.select(list(schema))) for part in parts)]
    return _counted(pl.concat(kept))


def _counted(rows: pl.DataFrame) -> pl.DataFrame:
    diversion = pl.col("is_diversion")
    others = rows.filter(~diversion).sort("published_on", maintain_order=True)
    others = others.unique("source", keep="first", maintain_order=True)
    return _owned(pl.concat([rows.filter(diversion), others]))


def _owned(rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows with text of their own: in polars a few chosen rows keep the text of all alive."""
    owned = pl.from_arrow(rows.to_arrow(compat_level=pl.CompatLevel.oldest()))
    assert isinstance(owned, pl.DataFrame)
    return owned
