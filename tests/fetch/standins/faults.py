"""Bad weather as objects: each says which requests it touches (`where`), how many (`times`), after how many.

`where` is a regular expression searched in `source METHOD path?query` (decoded); `times` None means all.
"""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
from dataclasses import dataclass, replace
from datetime import timedelta

from .comtrade import quota_used_up, too_fast
from .comtrade_rows import with_parts
from .exchange import Request, Response, http_time, json_answer, not_found, redirect

ROWS = r"^comtrade GET /(data/v1/get|public/v1/preview)/"
PAGE = b"<!DOCTYPE html><html><head><title>Maintenance</title></head><body><h1>Back soon</h1></body></html>"


@dataclass(frozen=True, eq=False)
class Fault:
    """A fault that changes nothing: the base of the others."""

    where: str = ""
    times: int | None = 1
    after: int = 0

    def asked(self, request: Request) -> Request:
        """The request as the source shall see it."""
        return request

    def answered(self, request: Request, response: Response, turn: int) -> Response:
        """The answer as the client shall see it."""
        return response


@dataclass(frozen=True, eq=False)
class ExactlyRowLimit(Fault):
    """A full answer: exactly `limit` rows with status 200 and an empty `error`, however many there are."""

    where: str = ROWS
    limit: int = 500

    def answered(self, request: Request, response: Response, turn: int) -> Response:
        content = _content(response)
        if not content or not content["data"]:
            return response
        rows = content["data"]
        filled = [rows[n % len(rows)] | {"primaryValue": float(n)} for n in range(self.limit)]
        return json_answer(content | {"count": self.limit, "data": filled})


@dataclass(frozen=True, eq=False)
class QuotaUsedUp(Fault):
    """403 with the words of the gateway, from request `after` + 1 on."""

    where: str = "^comtrade GET /data/"
    times: int | None = None

    def answered(self, request: Request, response: Response, turn: int) -> Response:
        return quota_used_up(request)


@dataclass(frozen=True, eq=False)
class TooManyRequests(Fault):
    """429; `seconds` None leaves out Retry-After and the words about it, `dated` gives it as an HTTP date."""

    seconds: int | None = 1
    dated: bool = False

    def answered(self, request: Request, response: Response, turn: int) -> Response:
        late = too_fast(self.seconds)
        if self.dated and self.seconds is not None:
            return late.having(Retry_After=http_time(request.now + timedelta(seconds=self.seconds)))
        return late


@dataclass(frozen=True, eq=False)
class ServerErrors(Fault):
    """500 (or another status) five times, then as ever."""

    times: int | None = 5
    status: int = 500

    def answered(self, request: Request, response: Response, turn: int) -> Response:
        return json_answer({"statusCode": self.status, "message": "Internal server error"}, self.status)


@dataclass(frozen=True, eq=False)
class EmptyAnswer(Fault):
    """No rows, count 0, status 200, where availability goes on announcing rows."""

    where: str = ROWS
    times: int | None = None

    def answered(self, request: Request, response: Response, turn: int) -> Response:
        return json_answer({"elapsedTime": "0.02 secs", "count": 0, "data": [], "error": ""})


@dataclass(frozen=True, eq=False)
class WrongAreaCode(Fault):
    """Rows come back under another reporter's code, such as the M49 code of the one asked for."""

    where: str = ROWS
    code: int = 840

    def answered(self, request: Request, response: Response, turn: int) -> Response:
        content = _content(response)
        if not content or not content.get("data"):
            return response
        return json_answer(content | {"data": [row | {"reporterCode": self.code} for row in content["data"]]})


@dataclass(frozen=True, eq=False)
class PlusRows(Fault):
    """The breakdown comes with the totals although `classic` was asked for."""

    where: str = ROWS
    times: int | None = None

    def answered(self, request: Request, response: Response, turn: int) -> Response:
        content = _content(response)
        if not content or any(row["customsCode"] != "C00" for row in content.get("data", [])):
            return response
        rows = with_parts(content["data"])
        return json_answer(content | {"count": len(rows), "data": rows})


@dataclass(frozen=True, eq=False)
class RenamedArchive(Fault):
    """A file has another name, at its place and in the listing alike; under the old one there is 404."""

    where: str = "^comext "
    times: int | None = None
    old: str = "full_v2_"
    new: str = "full_v3_"

    def asked(self, request: Request) -> Request:
        if self.new in request.target:
            return request.with_target(self.new, self.old)
        return request.with_target(self.old, "gone_")

    def answered(self, request: Request, response: Response, turn: int) -> Response:
        place = response.headers.get("Location", "").replace(self.old, self.new)
        named = response.headers.get("Content-Disposition", "").replace(self.old, self.new)
        given = {"Location": place, "Content-Disposition": named}
        headers = response.headers | {name: text for name, text in given.items() if text}
        body = response.body
        if "text" in response.kind or "json" in response.kind:
            body = body.replace(self.old.encode(), self.new.encode())
        return replace(response, headers=headers, body=body)


@dataclass(frozen=True, eq=False)
class Period52(Fault):
    """Under the name of a month comes the archive of the year (PERIOD YYYY52)."""

    where: str = r"^comext GET .*/download/"
    times: int | None = None

    def asked(self, request: Request) -> Request:
        found = re.search(r"_(\d{4})(\d\d)\.7z", request.target)
        return request.with_target(f"_{found[1]}{found[2]}.7z", f"_{found[1]}52.7z") if found else request


@dataclass(frozen=True, eq=False)
class AsynchronousEnvelope(Fault):
    """Status 200 with a note that the answer is being prepared, as XML, or as JSON with `form="json"`."""

    form: str = "xml"

    def answered(self, request: Request, response: Response, turn: int) -> Response:
        if self.form == "json":
            return json_answer({"warning": {"status": 413, "label": "ASYNCHRONOUS_RESPONSE"}, "id": "b-0001"})
        text = (
            '<?xml version="1.0" encoding="UTF-8"?><env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/">'
            "<env:Body><asyncResponse><status><key>b-0001</key><status>SUBMITTED</status></status></asyncResponse>"
            "</env:Body></env:Envelope>"
        )
        return Response(text.encode(), 200, "application/xml")


@dataclass(frozen=True, eq=False)
class HtmlPage(Fault):
    """An HTML page with status 200; `kind` "" keeps the media type of the true answer, which then lies."""

    kind: str = "text/html; charset=utf-8"

    def answered(self, request: Request, response: Response, turn: int) -> Response:
        return Response(PAGE, 200, self.kind or response.kind)


@dataclass(frozen=True, eq=False)
class ShorterList(Fault):
    """A list with only this share of its entries: half, unless said otherwise."""

    times: int | None = None
    share: float = 0.5

    def asked(self, request: Request) -> Request:
        return replace(request, share=self.share)


@dataclass(frozen=True, eq=False)
class CutAt(Fault):
    """The connection ends after so many bytes of the body, although Content-Length announced them all."""

    byte: int = 0

    def answered(self, request: Request, response: Response, turn: int) -> Response:
        at = min(self.byte, len(response.body))
        return replace(response, wire=replace(response.wire, cut_at=at))


@dataclass(frozen=True, eq=False)
class CutEveryKilobyte(Fault):
    """Every answer ends after 1,024 bytes: a client that resumes gets the whole, one kilobyte a call.

    The cut is made on the wire, so a range that is asked for begins where it was asked.
    """

    times: int | None = None

    def answered(self, request: Request, response: Response, turn: int) -> Response:
        return replace(response, wire=replace(response.wire, cut_at=1024))


@dataclass(frozen=True, eq=False)
class ConnectionReset(Fault):
    """A reset (RST) after so many bytes of the body; 0 is at once after the head."""

    byte: int = 0

    def answered(self, request: Request, response: Response, turn: int) -> Response:
        return replace(response, wire=replace(response.wire, reset_at=self.byte))


@dataclass(frozen=True, eq=False)
class SlowDrip(Fault):
    """The body comes in small pieces with a pause after each."""

    piece: int = 64
    pause: float = 0.02

    def answered(self, request: Request, response: Response, turn: int) -> Response:
        return replace(response, wire=replace(response.wire, piece=self.piece, pause=self.pause))


@dataclass(frozen=True, eq=False)
class RedirectElsewhere(Fault):
    """A redirect to the same path at another host: `StandIns.url("elsewhere")`."""

    to: str = ""
    status: int = 302

    def answered(self, request: Request, response: Response, turn: int) -> Response:
        return redirect(self.to + request.target, self.status)


@dataclass(frozen=True, eq=False)
class GzipBomb(Fault):
    """A small body with `Content-Encoding: gzip` that unpacks to `size` bytes of blanks."""

    size: int = 64 << 20

    def answered(self, request: Request, response: Response, turn: int) -> Response:
        packed = replace(response, body=bomb(self.size), modified=None, tagged=False)
        return packed.having(Content_Encoding="gzip")


@dataclass(frozen=True, eq=False)
class ZipBomb(Fault):
    """In place of a zip: the same member names, each unpacking to `size` bytes of blanks."""

    size: int = 64 << 20

    def answered(self, request: Request, response: Response, turn: int) -> Response:
        if not response.body.startswith(b"PK"):
            return response
        stream = io.BytesIO()
        names = zipfile.ZipFile(io.BytesIO(response.body)).namelist()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in names:
                archive.writestr(name, b" " * self.size)
        return replace(response, body=stream.getvalue())


@dataclass(frozen=True, eq=False)
class PathInFileName(Fault):
    """File names lead out of the folder: in Content-Disposition, in archive members and in listings."""

    times: int | None = None
    prefix: str = "../../../"

    def asked(self, request: Request) -> Request:
        return replace(request, member_prefix=self.prefix)

    def answered(self, request: Request, response: Response, turn: int) -> Response:
        name = request.path.rsplit("/", 1)[-1] or "answer"
        return response.having(Content_Disposition=f'attachment; filename="{self.prefix}{name}"')


@dataclass(frozen=True, eq=False)
class ClockBackwards(Fault):
    """The server's clock is `days` early: an older vintage, with older Last-Modified and Date."""

    days: int = 60

    def asked(self, request: Request) -> Request:
        return replace(request, now=request.now - timedelta(days=self.days))


@dataclass(frozen=True, eq=False)
class Gone(Fault):
    """404 for what was there before."""

    times: int | None = None

    def answered(self, request: Request, response: Response, turn: int) -> Response:
        return not_found()


@dataclass(frozen=True, eq=False)
class KeyInErrorText(Fault):
    """An error whose text repeats the key that was sent, and the address asked for."""

    where: str = "^comtrade GET /data/"
    status: int = 401

    def answered(self, request: Request, response: Response, turn: int) -> Response:
        key = request.header("Ocp-Apim-Subscription-Key") or request.query.get("subscription-key", "")
        words = (
            f"Access denied due to invalid subscription key {key} for {request.target}?subscription-key={key}"
        )
        return json_answer({"statusCode": self.status, "message": words}, self.status)


@dataclass(frozen=True, eq=False)
class OtherBytesMidway(Fault):
    """The file changes between two requests: another body with another ETag, so a range must start again."""

    addition: bytes = b"\n"

    def answered(self, request: Request, response: Response, turn: int) -> Response:
        if response.modified is None:
            return response
        later = response.modified + timedelta(hours=1)
        return replace(response, body=response.body + self.addition, modified=later)


def bomb(size: int) -> bytes:
    """Gzip that unpacks to so many blanks."""
    stream = io.BytesIO()
    with gzip.GzipFile(fileobj=stream, mode="wb", mtime=0) as packed:
        for start in range(0, size, 1 << 20):
            packed.write(b" " * min(1 << 20, size - start))
    return stream.getvalue()


def cuts(length: int, step: int = 1024, where: str = "") -> list[CutAt]:
    """A cut at every kilobyte of a body of that length, one object for each."""
    return [CutAt(where, byte=at) for at in range(0, length, step)]


def _content(response: Response) -> dict | None:
    if response.status != 200 or "json" not in response.kind:
        return None
    content = json.loads(response.body)
    return content if isinstance(content, dict) and "data" in content else None
