"""News files: articles and GDELT records separated by what is in them, since they may lie in one folder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from riskmodel.errors import InputUnreadable
from riskmodel.sources.files.find import Source, ends_in, find
from riskmodel.sources.limits import ReadingLimits
from riskmodel.sources.news.formats import ARTICLE_SUFFIXES
from riskmodel.sources.news.gkg import GKG_SUFFIXES, GkgParts, is_gkg
from riskmodel.sources.news.parts import ArticleParts
from riskmodel.sources.news.plain_text import TEXT_SUFFIXES
from riskmodel.sources.news.warc import WARC_SUFFIXES

NewsParts = ArticleParts | GkgParts


def news_parts(
    paths: Sequence[Path],
    *,
    published_at: date | None = None,
    limits: ReadingLimits | None = None,
    strict: bool = False,
) -> tuple[NewsParts, ...]:
    """Article files, GDELT files (kind `gkg`), or both, each to be read part by part.

    Files of folders that were passed over are reported with the articles, where there are any; a file of a
    folder that cannot be read is set aside unless `strict`. Raises InputUnreadable.
    """
    found = find(paths, (*ARTICLE_SUFFIXES, *GKG_SUFFIXES), limits, strict=strict)
    records: list[Source] = []
    articles: list[Source] = []
    skipped = list(found.skipped)
    first: InputUnreadable | None = None
    for source in found.sources:
        try:
            (records if _holds_records(source) else articles).append(source)
        except InputUnreadable as error:
            skipped.append(source.set_aside(error))
            first = first or error
    if first is not None and not records and not articles:
        raise first
    parts: list[NewsParts] = []
    if articles:
        parts.append(ArticleParts(articles, published_at, tuple(skipped)))
    if records:
        parts.append(GkgParts(records, () if articles else tuple(skipped)))
    return tuple(parts)


def _holds_records(source: Source) -> bool:
    return not ends_in(source.name, (*TEXT_SUFFIXES, *WARC_SUFFIXES)) and is_gkg(source)
