"""How much a reader takes at once, and how far a packed file may grow."""

from __future__ import annotations

from dataclasses import dataclass

from riskmodel.settings import Settings, read_settings


@dataclass(frozen=True)
class ReadingLimits:
    """Sizes of reading. Other sizes of parts give the same rows; the limits refuse what no input needs.

    Attributes
    ----------
    unpacked_bytes: most that a packed file may unpack to. unpacked_ratio: and how many times its packed size,
        once past `small_bytes`.
    whole_bytes: a file up to this size is read at once, a larger one in parts.
    trade_rows, table_rows: rows of a part of a trade table, of another table.
    warc_records, gkg_records: records of a part of an archive.
    page_bytes: most that is kept of a page in an archive. line_bytes: of a GDELT line. feed_bytes: of a feed.
    engine_bytes: trade files of fewer bytes together are read here, though there is an engine.
    read_articles: articles whose sentences are read at once. sorted_articles: sorted at once.
    """

    unpacked_bytes: int = 8 << 30
    unpacked_ratio: int = 200
    small_bytes: int = 64 << 20
    whole_bytes: int = 16 << 20
    trade_rows: int = 1_000_000
    table_rows: int = 5_000
    warc_records: int = 500
    gkg_records: int = 20_000
    page_bytes: int = 64 << 20
    line_bytes: int = 16 << 20
    feed_bytes: int = 64 << 20
    engine_bytes: int = 16 << 20
    read_articles: int = 4_000
    sorted_articles: int = 5_000

    def unpacked(self, packed: int) -> int:
        """Bytes that a file of `packed` bytes may unpack to."""
        return min(self.unpacked_bytes, max(self.small_bytes, self.unpacked_ratio * packed))


def reading_limits() -> ReadingLimits:
    """The limits that the settings ask for. Raises WrongUsage where a setting is wrong."""
    return limits_of(read_settings())


def limits_of(settings: Settings) -> ReadingLimits:
    """The limits that these settings ask for."""
    return ReadingLimits(settings.unpacked_gigabytes << 30, settings.unpacked_ratio)
