"""News files: articles and GDELT records told apart by what is in them, since they may lie in one folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from riskmodel.sources.articles import ARTICLE_SUFFIXES, read_articles
from riskmodel.sources.batch import Batch
from riskmodel.sources.files import Found, Source, find
from riskmodel.sources.gkg import GKG_SUFFIXES, is_gkg, read_gkg
from riskmodel.sources.plain_text import TEXT_SUFFIXES
from riskmodel.sources.warc import WARC_SUFFIXES


@dataclass(frozen=True)
class News:
    """Article files and GDELT files; files that were passed over are reported with the articles."""

    articles: Found
    gkg: Found


def parted(paths: Sequence[Path]) -> News:
    """Find the files of `paths` and tell what they are. Raises InputUnreadable."""
    found = find(paths, (*ARTICLE_SUFFIXES, *GKG_SUFFIXES))
    records = [source for source in found.sources if _holds_records(source)]
    articles = [source for source in found.sources if source not in records]
    skipped = found.skipped
    return News(
        Found(tuple(articles), skipped if articles else ()),
        Found(tuple(records), () if articles else skipped),
    )


def read_news(paths: Sequence[Path], *, published_at: date | None = None) -> tuple[Batch, ...]:
    """Read article and GDELT files into a batch of articles, one of records (kind `gkg`), or both.

    Raises InputUnreadable.
    """
    news = parted(paths)
    batches = []
    if news.articles.sources:
        batch = read_articles([source.path for source in news.articles.sources], published_at=published_at)
        batches.append(replace(batch, files=(*batch.files, *news.articles.skipped)))
    if news.gkg.sources:
        batches.append(read_gkg(news.gkg))
    return tuple(batches)


def _holds_records(source: Source) -> bool:
    return not source.name.lower().endswith((*TEXT_SUFFIXES, *WARC_SUFFIXES)) and is_gkg(source)
