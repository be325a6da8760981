"""The mention job: articles in, a sorted table of mentions out, in memory that does not follow their number.

Articles are checked and read some thousand at a time. What stories need of them is kept as sketches in files;
rows wait on disk until the stories are known and are then put in order piece by piece.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from features.articles.gkg import gkg_mentions
from features.articles.mentions import PARTITION, PartReading, read_part, with_stories
from features.articles.sketches import SketchFiles
from features.articles.stories import stories_of
from riskmodel.intake import Intake, refuse_failures, refuse_faults
from riskmodel.mention_file import MentionFile
from riskmodel.report.progress import Steps
from riskmodel.sources.article_parts import ArticleParts
from riskmodel.sources.gkg import GkgParts
from riskmodel.sources.news import parted

PIECE = 5_000  # articles whose rows are put in order at once
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
    paths: Sequence[Path], out: Path, published_at: date | None, jobs: int, steps: Steps
) -> MentionCounts:
    """Write the mentions of article and GDELT files to `out`, sorted by article, sentence and country.

    The same input gives the same bytes for any number of `jobs` (processes). Raises InputUnreadable,
    ContractFailed.
    """
    from data_contracts.runner import preload

    preload()
    news, counts = parted(paths), MentionCounts()
    with TemporaryDirectory() as name:
        spill = Path(name)
        (spill / "rows").mkdir()
        (spill / "sketches").mkdir()
        sketches = SketchFiles(spill / "sketches")
        if news.articles.sources:
            steps.step("checking articles")
            parts = ArticleParts(news.articles.sources, published_at)
            articles = _checked("articles", parts, spill / "articles", counts)
            steps.step("reading sentences")
            _read(articles, spill / "rows", sketches, jobs, counts)
        steps.step("finding stories")
        stories = stories_of(sketches.read())
        ids = [stories.table["article_id"]]
        if news.gkg.sources:
            steps.step("checking GDELT records")
            records = _checked("gkg", GkgParts(news.gkg.sources), spill / "gkg", counts)
            ids.append(records.select(pl.col("record_id").unique()).collect(engine="streaming").to_series())
        waiting = _Waiting(spill / "sorted", pl.concat(ids))
        for file in sorted((spill / "rows").iterdir()):
            waiting.add(with_stories(pl.read_parquet(file), stories))
            file.unlink()
        del stories
        if news.gkg.sources:
            counts.gkg_records = len(ids[1])
            for part in records.collect_batches(maintain_order=True, engine="streaming"):
                waiting.add(gkg_mentions(part))
        steps.step("writing")
        with MentionFile(out) as table:
            refuse_faults("mentions", _written(table, waiting.pieces(), counts), spill / "judged")
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


def _checked(kind: str, parts: ArticleParts | GkgParts, folder: Path, counts: MentionCounts) -> pl.LazyFrame:
    """Accepted rows, on disk."""
    from data_contracts.contract import Context
    from data_contracts.parts import validate_parts
    from data_contracts.registry import CONTRACTS

    folder.mkdir()
    checked = validate_parts(CONTRACTS[kind], parts, Context(), folder)
    report = checked.report
    verdict = Intake(
        kind=kind,
        rows=checked.accepted,
        quarantined=checked.quarantined,
        report=report.to_dict(),
        files=tuple(parts.files),
        rows_read=report.rows_in,
        dropped=parts.dropped,
        failures=tuple(f"{result.rule}: {result.detail}" for result in report.critical_failures),
        headline=report.headline,
    )
    refuse_failures([verdict])
    counts.refused += report.rows_quarantined
    if isinstance(parts, GkgParts):
        counts.gkg_dropped = +parts.dropped
    return checked.accepted


def _read(
    articles: pl.LazyFrame, folder: Path, sketches: SketchFiles, jobs: int, counts: MentionCounts
) -> None:
    """Read the sentences of all articles, in several processes; rows go to `folder`."""
    for number, part in enumerate(_readings(articles, jobs)):
        part.rows.write_parquet(folder / f"{number:06d}.parquet", compression="lz4")
        sketches.append(part.sketches)
        counts.articles_read += part.n_articles_read
        counts.not_read_by_language.update(part.not_read_by_language)


def _readings(articles: pl.LazyFrame, jobs: int) -> Iterable[PartReading]:
    parts = _numbered(articles)
    if jobs == 1:
        return (read_part(part, first) for part, first in parts)
    from joblib import Parallel, delayed

    pool = Parallel(n_jobs=jobs, return_as="generator", pre_dispatch=2 * jobs)
    readings: Iterator[PartReading] = pool(delayed(read_part)(part, first) for part, first in parts)
    return readings


def _numbered(articles: pl.LazyFrame) -> Iterator[tuple[pl.DataFrame, int]]:
    """Parts of the articles and the number of the first article of each."""
    first = 0
    for batch in articles.collect_batches(chunk_size=PARTITION, maintain_order=True, engine="streaming"):
        for part in batch.iter_slices(PARTITION):
            yield part, first
            first += part.height


class _Waiting:
    """Rows on disk, by where their article stands among all, so that each piece can be sorted by itself."""

    def __init__(self, folder: Path, article_ids: pl.Series) -> None:
        folder.mkdir()
        self._folder, self._parts = folder, 0
        self._ends = article_ids.sort().gather_every(PIECE, offset=PIECE) if len(article_ids) else article_ids

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
