"""Plain text files: one article each."""

from __future__ import annotations

import re

import polars as pl

from riskmodel.sources.files.find import Source, sha256_of
from riskmodel.sources.files.table import FILE, ROW, Table
from riskmodel.sources.files.unpack import utf8_file

TEXT_SUFFIXES = (".txt",)
COLUMNS = ("article_id", "title", "text")
TEXT = "<text>"  # is among the columns, so that no table can pass for a text file
_TITLE_LIMIT = 120
_ENDING = re.compile(r"\.txt(?:\.(?:gz|bz2|xz|zst))?$", re.IGNORECASE)


def load_text(source: Source) -> Table:
    """Read one article: its id is the file's stem, its first line is the title if it reads like one.

    A title is a line of at most 120 characters that ends in no full stop, comma, colon or quotation mark and
    has text after it. Raises InputUnreadable where the file is not UTF-8 or blank.
    """
    with utf8_file(source) as path:
        text = path.read_text(encoding="utf-8-sig").strip()
    if not text:
        raise source.refuse("holds no text")
    first, _, rest = text.partition("\n")
    title = first.strip()
    if not rest.strip() or len(title) > _TITLE_LIMIT or title.endswith((".", ",", ":", ";", '"', "”", "’")):
        title, rest = "", text
    stem = re.sub(_ENDING, "", source.name)
    cells = {
        "article_id": [stem],
        "title": [title or None],
        "text": [rest.strip()],
        ROW: [1],
        FILE: [source.name],
    }
    schema = {**dict.fromkeys((*COLUMNS, FILE), pl.String()), ROW: pl.Int64()}
    frame = pl.DataFrame(cells, schema_overrides=schema)
    return Table(source, frame, (*COLUMNS, TEXT), sha256_of(source.origin), source.origin.stat().st_size)
