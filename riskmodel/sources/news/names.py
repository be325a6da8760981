"""Names that article files use for the columns of an article; without case and signs, the best first.

Of several the first that holds something counts, row by row: crawlers leave an empty text next to a filled
one. Days of publication come before days of change, and those before days on which a crawler saw the page:
where only a later one is known, nothing is known too early. Sources: news-please, newspaper4k, trafilatura,
JSON Feed 1.1, feedparser, NewsAPI, schema.org, Elasticsearch, WordPress, the Guardian, Diffbot, Event
Registry, the GDELT document service.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

ALIASES: dict[str, tuple[str, ...]] = {
    "article_id": ("article_id", "doc", "doc_id", "document_id", "id", "guid", "uuid", "_id"),
    "published_at": (
        "published_at", "published", "date_published", "published_on", "pub_date", "pubDate", "date_gmt",
        "dateTimePub", "datetime", "date", "publishedAt", "published_date", "date_publish", "publish_date",
        "publish_time", "published_time", "publication_date", "publication_time", "published_datetime",
        "date_time", "article:published_time", "post_date", "posted_at", "issued", "dateline",
        "webPublicationDate", "published_parsed", "published_dt", "published_date_dt", "pub_time",
        "publish_datetime", "publishing_date",
        "updated", "date_modified", "date_modify", "modified", "modified_at", "modified_gmt", "updated_at",
        "last_modified", "updated_parsed",
        "seendate", "date_seen", "first_seen", "date_download", "download_date", "crawl_date", "date_crawled",
        "crawled_at", "crawled", "fetched_at", "fetch_date", "scraped_at", "scrape_date", "retrieved_at",
        "filedate", "timestamp", "time",
    ),
    "source": (
        "source", "publisher", "feed", "outlet", "domain", "source_domain", "source_name", "hostname",
        "source-hostname", "site", "site_name", "sitename", "website", "publication", "media_name",
        "source_url",
    ),
    "language": ("language", "lang", "meta_lang", "language_code", "inLanguage", "humanLanguage"),
    "title": ("title", "headline", "title_page", "title_rss", "og_title", "webTitle"),
    "text": (
        "text", "body", "content", "content_text", "content_html", "article", "maintext", "full_text",
        "main_text", "articleBody", "article_text", "body_text", "text_content", "cleaned_text", "raw_text",
        "plain_text", "story_text", "selftext", "article_content", "page_content", "article_html",
        "body_html", "lead_paragraph", "abstract", "description", "summary", "excerpt", "snippet", "html",
    ),
    "url": (
        "url", "link", "article_url", "canonical_url", "web_url", "permalink", "original_url", "pageUrl",
        "requested_url", "href",
    ),
}  # fmt: skip
_TIME_LIKE = ("date", "time", "publi", "posted", "issued", "created", "stamp")
_LANGUAGES = {
    "arabic": "ar", "armenian": "hy", "azerbaijani": "az", "chinese": "zh", "dutch": "nl", "english": "en",
    "french": "fr", "georgian": "ka", "german": "de", "italian": "it", "kazakh": "kk", "korean": "ko",
    "kyrgyz": "ky", "japanese": "ja", "persian": "fa", "polish": "pl", "portuguese": "pt", "russian": "ru",
    "spanish": "es", "turkish": "tr", "ukrainian": "uk", "uzbek": "uz",
    "ara": "ar", "hye": "hy", "aze": "az", "zho": "zh", "chi": "zh", "nld": "nl", "eng": "en", "fra": "fr",
    "fre": "fr", "kat": "ka", "geo": "ka", "deu": "de", "ger": "de", "ita": "it", "kaz": "kk", "kor": "ko",
    "kir": "ky", "jpn": "ja", "fas": "fa", "per": "fa", "pol": "pl", "por": "pt", "rus": "ru", "spa": "es",
    "tur": "tr", "ukr": "uk", "uzb": "uz",
}  # fmt: skip


def bare(name: str) -> str:
    """A name without case and signs, and without the path that a search engine's tables put before it."""
    return "".join(c for c in name.lower().removeprefix("_source.") if c.isalnum())


def named_as(column: str, columns: Iterable[str]) -> list[str]:
    """The columns of a file that are names of an article's column, the best first.

    >>> named_as("published_at", ["Date_Publish", "title", "date"])
    ['date', 'Date_Publish']
    """
    found: dict[str, str] = {}
    for name in columns:
        found.setdefault(bare(name), name)
    exact = [name for name in ALIASES[column] if name in set(columns)]
    loose = [found[bare(name)] for name in ALIASES[column] if bare(name) in found]
    order = {bare(name): place for place, name in reversed(list(enumerate(ALIASES[column])))}
    return sorted(dict.fromkeys([*exact, *loose]), key=lambda name: order[bare(name)])


def is_time_like(name: str) -> bool:
    """Whether a column's name speaks of a time."""
    return any(part in bare(name) for part in _TIME_LIKE)


def language_code(text: str) -> str:
    """`en` for `English`, `eng` and `en-US`; what is no code and no name of a language stays as it is."""
    first = re.split(r"[-_ (,;]", text.strip().lower())[0]
    return _LANGUAGES.get(first, first if re.fullmatch("[a-z]{2,3}", first) else text)
