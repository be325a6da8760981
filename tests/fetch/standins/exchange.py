"""What is asked and what is answered, before anything goes over the wire."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import parse_qs, quote, unquote


@dataclass(frozen=True)
class Request:
    """One request as received.

    `path` is percent-decoded, `target` is the request line's own text, `now` the clock of the world then.
    `share` and `member_prefix` are how faults ask a source for a shorter list or for bad member names.
    """

    source: str
    method: str
    target: str
    headers: dict[str, str]
    now: datetime
    host: str = ""
    body: bytes = b""
    share: float = 1.0
    member_prefix: str = ""
    served_by: str = ""

    @property
    def path(self) -> str:
        return unquote(self.target.partition("?")[0])

    @property
    def query_text(self) -> str:
        return self.target.partition("?")[2]

    @property
    def query(self) -> dict[str, str]:
        """Query parameters, repeated ones joined by commas."""
        read = parse_qs(self.query_text, keep_blank_values=True)
        return {name: ",".join(values) for name, values in read.items()}

    def header(self, name: str) -> str:
        """A header whatever its case, "" where it is missing."""
        return next((text for key, text in self.headers.items() if key.lower() == name.lower()), "")

    def line(self) -> str:
        """What the patterns of faults are searched in: source, method, decoded path and query."""
        return f"{self.source} {self.method} {unquote(self.target)}"

    def aimed_at(self, path: str) -> Request:
        """The same request for another path, without its query."""
        return replace(self, target=quote(path))

    def with_target(self, old: str, new: str) -> Request:
        """The same request with some text of its decoded target replaced."""
        return replace(
            self, target=self.target.replace(old, new).replace(quote(old, safe=""), quote(new, safe=""))
        )


@dataclass(frozen=True)
class Wire:
    """How bytes travel: closed after `cut_at` body bytes, reset after `reset_at`, in pieces with a pause."""

    cut_at: int | None = None
    reset_at: int | None = None
    piece: int = 1 << 20
    pause: float = 0.0


@dataclass(frozen=True)
class Response:
    """One answer. `modified` and `tagged` give Last-Modified, ETag, conditional requests and ranges."""

    body: bytes = b""
    status: int = 200
    kind: str = "application/octet-stream"
    modified: datetime | None = None
    tagged: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    wire: Wire = field(default_factory=Wire)

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:20]}"' if self.tagged else ""

    def having(self, **headers: str) -> Response:
        """The same answer with more headers; `Retry_After` is written `Retry-After`."""
        more = {name.replace("_", "-"): text for name, text in headers.items()}
        return replace(self, headers=self.headers | more)


def http_time(moment: datetime) -> str:
    """A moment as HTTP writes it, to the second, in GMT."""
    return format_datetime(moment.astimezone(UTC).replace(microsecond=0), usegmt=True)


def json_answer(content: object, status: int = 200, **headers: str) -> Response:
    """Content as JSON, without validators: an answer of a programme, not a file."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(body, status, "application/json; charset=utf-8").having(**headers)


def file_answer(body: bytes, kind: str, modified: datetime, name: str = "") -> Response:
    """A file with ETag and Last-Modified; `name` goes to Content-Disposition."""
    given = {"Content-Disposition": f"attachment; filename={name}"} if name else {}
    return Response(body, 200, kind, modified, True, given)


def redirect(place: str, status: int = 302) -> Response:
    """A redirect; a place that begins with a slash is at the same host."""
    return Response(b"", status, "text/html", headers={"Location": place})


def not_found(what: str = "Not Found") -> Response:
    """404 with a page, as web servers give."""
    return Response(f"<html><body><h1>404</h1>{what}</body></html>".encode(), 404, "text/html")


def lines(rows: Iterable[str], end: str = "\n") -> bytes:
    """Rows as UTF-8 text, each with its line end."""
    return "".join(f"{row}{end}" for row in rows).encode()
