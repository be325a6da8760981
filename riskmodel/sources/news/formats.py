"""What an article file may look like: column names in use, endings, and cells to canonical articles."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time

import polars as pl

from data_contracts.checking.moments import moments
from data_contracts.plain_text import one_line
from data_contracts.tables import ARTICLES
from riskmodel.errors import InputUnreadable
from riskmodel.sources.files.cells import canonical, clean
from riskmodel.sources.files.csv_cells import Dialect
from riskmodel.sources.files.find import Source, ends_in
from riskmodel.sources.files.natures import is_pointer, root_of
from riskmodel.sources.files.table import FILE, ROW, TABLE_SUFFIXES, Table, refuse_other_natures
from riskmodel.sources.files.table_parts import load_parts
from riskmodel.sources.files.unpack import first_bytes
from riskmodel.sources.formats import Format, Reading, unused
from riskmodel.sources.news.cells import first_filled, seen, unwrapped
from riskmodel.sources.news.crawled_xml import CRAWLED, ROOTS, load_crawled
from riskmodel.sources.news.feed_names import other_xml
from riskmodel.sources.news.feeds import FEED, FEED_SUFFIXES, is_feed, load_feed
from riskmodel.sources.news.names import ALIASES as ALIASES
from riskmodel.sources.news.names import is_time_like, language_code, named_as
from riskmodel.sources.news.plain_text import TEXT, TEXT_SUFFIXES, load_text
from riskmodel.sources.news.warc import WARC, WARC_SUFFIXES, warc_parts
from riskmodel.sources.news.web_page import PAGE, PAGE_SUFFIXES, load_page

# Endings by which articles are found in folders.
ARTICLE_SUFFIXES = (*TABLE_SUFFIXES, *TEXT_SUFFIXES, *WARC_SUFFIXES, *FEED_SUFFIXES, *PAGE_SUFFIXES)
_CRAWL_INDEX = "an index of Common Crawl, which names pages but holds no text"
_FETCH = "fetch the pages at its addresses and give them as WARC or JSON lines"
_INDEX = re.compile(rb"\S+\)\S* \d{14} \{")
_FEDERAL_REGISTER = frozenset({"doc", "date", "title", "abstract", "url"})


def load_article_parts(source: Source, dialect_of: Callable[[frozenset[str]], Dialect]) -> Iterator[Table]:
    """The cells of one article file, some thousand rows at a time. Raises InputUnreadable."""
    if is_pointer(first_bytes(source, 1 << 10)):
        refuse_other_natures(source, first_bytes(source, 1 << 10))
    if ends_in(source.name, TEXT_SUFFIXES):
        yield load_text(source)
    elif ends_in(source.name, WARC_SUFFIXES):
        yield from warc_parts(source)
    elif (root := root_of(head := first_bytes(source, 1 << 14))).lower() == "html":
        if ends_in(source.name, FEED_SUFFIXES):
            raise source.refuse(other_xml("html"))
        yield load_page(source)
    elif root in ROOTS:
        yield load_crawled(source)
    elif _INDEX.match(head):
        raise source.refuse(f"is {_CRAWL_INDEX}; {_FETCH}")
    elif is_feed(source):
        yield load_feed(source)
    else:
        yield from load_parts(source, dialect_of)


def article_formats(published_at: date | None) -> tuple[Format, ...]:
    """The formats of articles; `published_at` dates those that have no date column."""
    return (
        Format(
            "plain-text",
            "a .txt file",
            lambda columns: TEXT in columns,
            lambda frame: seen(_read(frame, published_at, language=None)),
        ),
        Format(
            "warc",
            "a .warc or .warc.gz file",
            lambda columns: WARC in columns,
            lambda frame: _read(frame, published_at),
        ),
        Format(
            "feed",
            "an Atom or RSS file, .xml, .rss or .atom",
            lambda columns: FEED in columns,
            lambda frame: _read(frame, published_at),
        ),
        Format(
            "web-page",
            "an HTML page, .html or .htm",
            lambda columns: PAGE in columns,
            lambda frame: _read(frame, published_at),
        ),
        Format(
            "trafilatura-xml",
            "XML whose first element is doc or TEI",
            lambda columns: CRAWLED in columns,
            lambda frame: _read(frame, published_at),
        ),
        Format(
            "federal-register",
            ", ".join(sorted(_FEDERAL_REGISTER)),
            lambda columns: columns >= _FEDERAL_REGISTER and "source" not in columns,
            lambda frame: seen(_read(frame, published_at, source="federal_register", language="en")),
        ),
        Format(
            "gdelt-doc",
            "seendate, title, url and no text: an answer of GDELT's document service",
            lambda columns: columns >= {"seendate", "title", "url"} and not _has("text", columns),
            _no_text("an answer of GDELT's document service, which holds titles and addresses but no text"),
        ),
        Format(
            "crawl-index",
            "urlkey, timestamp, filename, offset: an index of Common Crawl",
            lambda columns: columns >= {"timestamp", "filename", "offset"} and not _has("text", columns),
            _no_text(_CRAWL_INDEX),
        ),
        Format(
            "article-table",
            "; ".join(f"{name}: {' or '.join(names[:5])}" for name, names in ALIASES.items())
            + " and the like; text and title or date must be there",
            lambda columns: (
                _has("text", columns) and (_has("title", columns) or _has("published_at", columns))
            ),
            lambda frame: seen(_read(frame, published_at)),
        ),
    )


def _has(name: str, columns: frozenset[str]) -> bool:
    return bool(named_as(name, columns))


def _no_text(what: str) -> Callable[[pl.DataFrame], Reading]:
    def refuse(_: pl.DataFrame) -> Reading:
        raise InputUnreadable(f"{what}; {_FETCH}")

    return refuse


def _read(
    frame: pl.DataFrame, published_at: date | None, *, source: str | None = None, language: str | None = None
) -> Reading:
    chosen = {name: named_as(name, [c for c in frame.columns if c not in (FILE, ROW)]) for name in ALIASES}
    named = frame.select(*(first_filled(frame, name, found) for name, found in chosen.items()), FILE, ROW)
    if not chosen["published_at"] and published_at is not None:
        _refuse_other_dates(frame, [c for found in chosen.values() for c in found])
        midnight = datetime.combine(published_at, time(), UTC)
        named = named.with_columns(pl.lit(midnight, pl.Datetime("us", "UTC")).alias("published_at"))
    if language is not None and not chosen["language"]:
        named = named.with_columns(pl.lit(language).alias("language"))
    named = unwrapped(named)
    if not chosen["url"] and named.schema["source"] == pl.String:  # trafilatura's source is the address
        named = named.with_columns(pl.col("source").str.extract(r"^(https?://[^/\s]+/\S+)$").alias("url"))
    table = canonical(named, ARTICLES).with_columns(_primary_language())
    table = table.with_columns(_source(source).alias("source")).with_columns(_ids(table))
    used = [c for found in chosen.values() for c in found]
    return Reading(table.select(*ARTICLES, FILE, ROW), ignored_columns=unused(frame, used))


def _refuse_other_dates(frame: pl.DataFrame, used: list[str]) -> None:
    """A date that a file gives is not overruled by the caller's, under whatever name it is given."""
    for column in unused(frame, used):
        if is_time_like(column) and moments(clean(frame[column]).drop_nulls().head(1000)).is_not_null().any():
            raise InputUnreadable(
                f"has dates in column {one_line(column, 80)!r}, which is no known name of the day of "
                "publication, so that --published-at is not used; rename it published_at, or remove it"
            )


def _source(fixed: str | None) -> pl.Expr:
    """The host of a source given as address; where there is none the format's, the url's host, the file."""
    return pl.coalesce(
        _host("source"), pl.col("source"), pl.lit(fixed, pl.String), _host("url"), pl.col(FILE)
    )


def _primary_language() -> pl.Expr:
    """`en` for `en-US`, `EN`, `eng` and `English`; what is no code stays as it is."""
    return pl.col("language").map_elements(language_code, return_dtype=pl.String).alias("language")


def _host(column: str) -> pl.Expr:
    return pl.col(column).str.extract(r"^[a-z]+://(?:[^/@]*@)?(?:www\.)?([^/:?#]+)").str.to_lowercase()


def _ids(table: pl.DataFrame) -> pl.Series:
    """Given ids, or made ones."""
    ids = table["article_id"]
    if not ids.null_count():
        return ids
    parts = table.select(pl.col("url", "source", "title", "text").cast(pl.String).fill_null("")).rows()
    made = [
        i or hashlib.sha256("\x1f".join(p).encode()).hexdigest()[:16] for i, p in zip(ids, parts, strict=True)
    ]
    return pl.Series("article_id", made, pl.String)


def number_of(column: str) -> pl.Expr:
    """A number in place of a text."""
    return pl.col(column).hash()


def ambiguous_ids(used: pl.DataFrame) -> pl.Series:
    """Ids, as numbers, that several files use for different texts; columns article_id, text, source_file."""
    return (
        used.group_by("article_id")
        .agg(pl.col(FILE).n_unique(), pl.col("text").n_unique())
        .filter(pl.col(FILE) > 1, pl.col("text") > 1)["article_id"]
        .sort()
    )


def named_apart(frame: pl.DataFrame, ambiguous: pl.Series) -> pl.DataFrame:
    """Articles with the file's name behind an id that is not unique."""
    if not len(ambiguous):
        return frame
    named = pl.concat_str("article_id", FILE, separator="@")
    other = number_of("article_id").is_in(ambiguous.implode())
    return frame.with_columns(pl.when(other).then(named).otherwise("article_id").alias("article_id"))
