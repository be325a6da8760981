"""What a source is, what is asked of it, and what a right answer must look like."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from typing import Any, Literal
from urllib.parse import urlsplit

from data_contracts.plain_text import one_line
from riskmodel.errors import WrongUsage

Kind = Literal["json", "csv", "xml", "xhtml", "zip", "7z", "text"]
# Where the setting that replaces a base address is not named after the source.
_SETTINGS = {"eu-annex-iv": "EULEX", "references": "COMTRADE"}


@dataclass(frozen=True)
class PublicSource:
    """A publisher: address, hosts of redirects, pace, daily calls (None: no limit is known), licence."""

    name: str
    title: str
    url: str
    hosts: tuple[str, ...]
    pace_seconds: float
    daily_calls: int | None
    licence: str
    licence_note: str = ""

    def at(self, path: str) -> str:
        """The address of a path; a base address that holds the start of the path already does not repeat it.

        >>> one = PublicSource("gdelt", "GDELT", "http://mirror.example/gdeltv2/", (), 1.0, None, "")
        >>> one.at("gdeltv2/lastupdate.txt")
        'http://mirror.example/gdeltv2/lastupdate.txt'
        """
        base, steps = self.url.rstrip("/"), path.lstrip("/").split("/")
        given = urlsplit(base).path.strip("/").split("/")
        for n in range(min(len(given), len(steps)), 0, -1):
            if given[-n:] == steps[:n]:
                return "/".join([base, *steps[n:]])
        return "/".join([base, *steps])


@dataclass(frozen=True)
class Expectation:
    """What an answer must be before it may be used; see `riskmodel.fetch.guards`.

    Attributes
    ----------
    kind: the container. header: columns that a table, or the fields that a JSON row, must have.
    rows_at: key of the list in a JSON object. row_element: name of the XML element that is one row.
    row_limit: a full answer has fewer rows; one with exactly as many was cut.
    announced: rows that the source says there are; None where it does not say.
    must_have_rows: an empty answer is wrong, since availability says that there are rows.
    least_share: least share of the rows of the answer before; 0 where a fall is normal.
    only: columns that may hold certain values only, such as the reporters that were asked for.
    list_column: column that names the list of a row; each list is compared by itself.
    digest: `md5:...`, `sha1:...` or `sha256:...` of the publisher; size: bytes of the publisher.
    member: what a name in an archive must end with, and `inside` what it must hold.
    most_bytes: packed; most_unpacked: once unpacked.
    """

    kind: Kind
    header: tuple[str, ...] = ()
    rows_at: str = ""
    row_element: str = ""
    row_limit: int | None = None
    announced: int | None = None
    must_have_rows: bool = False
    least_share: float = 0.0
    list_column: str = ""
    only: Mapping[str, frozenset[str]] = field(default_factory=dict)
    digest: str = ""
    size: int | None = None
    member: str = ""
    inside: str = ""
    most_bytes: int = 1 << 30
    most_unpacked: int = 8 << 30


@dataclass(frozen=True)
class Request:
    """One call: `dataset` is the name under which its answers are vintages of one another.

    `goal` is set where a question was split: all codes that its parts must give before they may be used.
    """

    source: str
    dataset: str
    url: str
    expects: Expectation
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    period: str = ""
    name: str = ""
    published_at: str = ""
    published_field: str = ""
    covers: tuple[Mapping[str, Any], ...] = ()
    goal: str = ""
    with_key: bool = False
    free: bool = False

    def logged(self) -> dict[str, Any]:
        """The request as the ledger keeps it: no header, so no key."""
        return {"url": self.url, "params": dict(sorted(self.params.items()))}


@dataclass(frozen=True)
class Estimate:
    """What a source will cost: calls and bytes, and what they are for."""

    source: str
    what: str
    calls: int
    bytes: int
    note: str = ""


@cache
def facts() -> tuple[dict[str, str], ...]:
    """The table of public sources as it is written, without the settings of the environment."""
    text = (files("riskmodel.fetch") / "sources.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def source_names() -> tuple[str, ...]:
    """All sources, in the order of the table."""
    return tuple(row["name"] for row in facts())


def setting(source: str, what: str) -> str:
    """The environment variable of a source: `RISKMODEL_COMTRADE_URL`.

    >>> setting("eu-annex-iv", "url"), setting("uk-list", "pace")
    ('RISKMODEL_EULEX_URL', 'RISKMODEL_UK_LIST_PACE')
    """
    named = _SETTINGS.get(source, source.upper().replace("-", "_"))
    return f"RISKMODEL_{named}_{what.upper()}"


def source(name: str) -> PublicSource:
    """A source with the settings of the environment. Raises WrongUsage for a wrong name or setting."""
    row = next((row for row in facts() if row["name"] == name), None)
    if row is None:
        raise WrongUsage(unknown(name))
    url = os.environ.get(setting(name, "url")) or row["url"]
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        raise WrongUsage(f"{setting(name, 'url')} is not an http address; give one like {row['url']}")
    hosts = os.environ.get(setting(name, "redirect_hosts")) or row["hosts"]
    return PublicSource(
        name,
        row["title"],
        url,
        tuple(host for host in hosts.split(";") if host),
        number(setting(name, "pace"), float(row["pace_seconds"])),
        _daily(setting(name, "daily_calls"), row["daily_calls"]),
        row["licence"],
        row["licence_note"],
    )


def unknown(name: str) -> str:
    """What to say to a name that is no source: the nearest one, and all of them."""
    near = get_close_matches(name.lower().replace("_", "-"), ["starter", *source_names()], n=1, cutoff=0.5)
    guess = f"; did you mean {near[0]}?" if near else "."
    return f"unknown source {one_line(name)[:40]!r}{guess} Known are starter, {', '.join(source_names())}."


def number(name: str, default: float) -> float:
    """A setting that is a number of at least 0. Raises WrongUsage."""
    text = os.environ.get(name, "")
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        raise WrongUsage(f"{name} is not a number.") from None
    if not 0 <= value < 1e9:
        raise WrongUsage(f"{name} must be a number from 0 to 1e9.")
    return value


def _daily(name: str, default: str) -> int | None:
    calls = int(number(name, float(default or 0)))
    return calls or None


def months(since: str, until: str) -> list[str]:
    """Months from `since` to `until`, both included, as YYYYMM.

    >>> months("2023-11", "2024-02")
    ['202311', '202312', '202401', '202402']
    """
    first, last = (int(text[:4]) * 12 + int(text[5:7]) - 1 for text in (since, until))
    return [f"{n // 12}{n % 12 + 1:02d}" for n in range(first, last + 1)]


def pieces(items: Sequence[str], size: int) -> list[list[str]]:
    """Items in lists of at most `size`."""
    return [list(items[i : i + size]) for i in range(0, len(items), size)]
