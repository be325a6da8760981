"""News articles to canonical articles: tables under many column names, plain text, archives and feeds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from riskmodel.sources.batch import Batch
from riskmodel.sources.files.find import find
from riskmodel.sources.formats import in_memory
from riskmodel.sources.limits import ReadingLimits
from riskmodel.sources.news.formats import ARTICLE_SUFFIXES
from riskmodel.sources.news.parts import ArticleParts


def article_parts(
    paths: Sequence[Path],
    *,
    published_at: date | None = None,
    limits: ReadingLimits | None = None,
    strict: bool = False,
) -> ArticleParts:
    """Article files and folders, to be read part by part: JSON lines, JSON, CSV, Parquet, .txt, WARC, feeds.

    Columns may bear any name of `article_formats.ALIASES`, the first found counts. `published_at` dates the
    files that have no date column (plain text); without it they stay undated and the contract quarantines
    them. An article without id gets the first 16 hex digits of the SHA-256 of its url, source, title and
    text. A file of a folder that cannot be read is set aside unless `strict`. Raises InputUnreadable.
    """
    found = find(paths, ARTICLE_SUFFIXES, limits, strict=strict)
    return ArticleParts(found.sources, published_at, found.skipped)


def read_articles(paths: Sequence[Path], *, published_at: date | None = None) -> Batch:
    """Read article files and folders at once; arguments and errors as of `article_parts`."""
    return in_memory(article_parts(paths, published_at=published_at))
