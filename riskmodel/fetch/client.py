"""One polite HTTP client: retries, waiting when asked to, resuming, and no host that was not agreed to."""

from __future__ import annotations

import email.utils
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatch
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from data_contracts.plain_text import one_line
from riskmodel.errors import FetchIncomplete
from riskmodel.fetch import partial
from riskmodel.fetch.keys import key_of, masked
from riskmodel.fetch.pace import Pace
from riskmodel.fetch.source import PublicSource, Request, number, setting
from riskmodel.operations import disk
from riskmodel.store.opened import MOST_TIMES, SMALL

TRIES = 5
MOST_CALLS = 1_000
LONGEST_WAIT_SECONDS = 120.0
MOST_REDIRECTS = 5
KEY_HEADER = "Ocp-Apim-Subscription-Key"
_BLOCK = 1 << 18
_PASSING = (408, 425, 500, 502, 503, 504)
_ABSENT = (404, 410)


@dataclass(frozen=True)
class Received:
    """A complete answer. `part` is None for 304 (unchanged) and 404 (absent).

    `delimited` says that the transfer itself showed where the answer ends, by a length or by chunks.
    """

    status: int
    part: Path | None = None
    media_type: str = ""
    etag: str = ""
    last_modified: str = ""
    size: int = 0
    delimited: bool = True


class SourceClosed(FetchIncomplete):
    """Nothing more can be had of a source in this run: it cannot be reached, trusted, or refuses the key."""


class Unreachable(SourceClosed):
    """There is no way to the source: no network, no such host, or no one answers there."""


class _Again(Exception):
    """The call may succeed later: after `wait` seconds where the source said so."""

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


class Client:
    """Makes the calls to one source, one after the other."""

    def __init__(
        self,
        source: PublicSource,
        folder: Path,
        pace: Pace,
        on_bytes: Callable[[int], None] = lambda _: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._source, self._partial, self._pace = source, folder, pace
        self._on_bytes, self._sleep = on_bytes, sleep
        self._backoff = number("RISKMODEL_FETCH_BACKOFF", 2.0)
        self._timeout = (15.0, number("RISKMODEL_FETCH_TIMEOUT", 180.0))
        self._session = requests.Session()
        self._session.headers["User-Agent"] = user_agent()

    def get(self, request: Request, etag: str = "", last_modified: str = "") -> Received:
        """Make one call and keep its body in a partial file; `etag` and `last_modified` ask for news only.

        Raises FetchIncomplete in one sentence: unreachable, refused, quota used up, too large, redirected to
        a host that is not allowed. OSError where the disk is full.
        """
        part = self._partial / partial.part_name(request)
        failures, began = 0, partial.begun(part)[0]
        for _ in range(MOST_CALLS):
            self._pace.before_call(free=request.free)
            wait: float | None = None
            try:
                return self._once(request, part, etag, last_modified)
            except _Again as again:
                why, wait = str(again), again.wait
            except (requests.exceptions.SSLError, urllib3.exceptions.SSLError):
                raise self._closed("its certificate does not hold, so the answer cannot be trusted") from None
            except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema):
                raise self._closed("its address cannot be used; check the setting") from None
            except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
                if disk.is_full(error):
                    raise
                why = _in_words(error)
                if _unreachable(error) and failures >= 1:
                    raise Unreachable(self._sentence(why)) from None
            if wait is not None and wait > LONGEST_WAIT_SECONDS:
                raise self._failed(f"it asks to wait for {wait:,.0f} seconds; run the same command later")
            reached = partial.begun(part)[0]
            # A download that gets on may be interrupted as often as it likes.
            failures = 1 if reached > began else failures + 1
            began = max(began, reached)
            if failures >= TRIES:
                break
            self._sleep(self._backoff_after(failures) if wait is None else wait)
        raise self._failed(f"{why}; what came before is stored, run the same command again")

    def _backoff_after(self, failures: int) -> float:
        """Seconds, doubled each time, and never the same for two clients that failed together."""
        return float(self._backoff * 2 ** (failures - 1) * random.uniform(0.5, 1.0))  # noqa: S311

    def discard(self, request: Request) -> None:
        """Forget what is left of a download."""
        partial.drop(self._partial / partial.part_name(request))

    def _once(self, request: Request, part: Path, etag: str, last_modified: str) -> Received:
        start, validator = partial.begun(part)
        headers = {
            "Accept-Encoding": _accepts(request),
            **request.headers,
        }
        if start:
            headers |= {"Range": f"bytes={start}-", "If-Range": validator}
        elif etag:
            headers["If-None-Match"] = etag
        elif last_modified:
            headers["If-Modified-Since"] = last_modified
        if request.with_key:
            headers[KEY_HEADER] = key_of(self._source.name)
        with self._following(request, headers) as response:
            if response.status_code == 416:
                partial.drop(part)
            self._judge_status(response)
            if response.status_code == 304 or response.status_code in _ABSENT:
                return Received(response.status_code)
            return self._received(request, response, part, start)

    def _following(self, request: Request, headers: dict[str, str]) -> requests.Response:
        """The answer after allowed redirects; a key goes to the first host only."""
        url, params = request.url, dict(request.params)
        for _ in range(MOST_REDIRECTS + 1):
            response = self._session.get(
                url,
                params=params,
                headers=headers,
                stream=True,
                allow_redirects=False,
                timeout=self._timeout,
                auth=_no_auth,
            )
            target = response.headers.get("Location")
            if response.status_code not in (301, 302, 303, 307, 308) or not target:
                return response
            response.close()
            there = _encrypted(response.url, urljoin(response.url, target))
            self._allow(response.url, there)
            if _place(there) != _place(url):
                headers = {name: value for name, value in headers.items() if name != KEY_HEADER}
            url, params = there, {}
        raise self._failed("it redirects in a circle")

    def _allow(self, here: str, there: str) -> None:
        old, new = urlsplit(here), urlsplit(there)
        host = new.hostname or ""
        known = _place(there) in (_place(self._source.url), _place(_encrypted("https:", self._source.url)))
        known = known or any(fnmatch(host, pattern) for pattern in self._source.hosts)
        if not known or new.scheme not in ("http", "https"):
            allow = setting(self._source.name, "redirect_hosts")
            raise self._failed(
                f"it redirects to another host, {one_line(host)[:80] or 'none'}, which is not followed; "
                f"where that is right, name it in {allow}"
            )
        if old.scheme == "https" and new.scheme != "https":
            raise self._failed("it redirects to an address without encryption, which is not followed")

    def _judge_status(self, response: requests.Response) -> None:
        status = response.status_code
        if status in (200, 206, 304) or status in _ABSENT:
            return
        words = _start_of(response)
        if status in (403, 429) and "quota" in words.lower():
            raise self._pace.stop_for_today(words)
        if status == 429 or (status == 503 and "Retry-After" in response.headers):
            raise _Again("it asks to slow down", _retry_after(response.headers.get("Retry-After", ""), words))
        if status in _PASSING:
            raise _Again(f"it answers with error {status}")
        if status == 416:
            raise _Again("it cannot resume")
        if status == 401:
            raise self._closed("it refuses the key (status 401)")
        if status == 403:
            raise self._failed("it refuses the request or the key (status 403)")
        raise self._failed(f"it answers with status {status}: {words[:200]}")

    def _received(self, request: Request, response: requests.Response, part: Path, start: int) -> Received:
        resumed = response.status_code == 206 and _resumes_at(response, start)
        if response.status_code == 206 and not resumed:
            partial.drop(part)
            raise _Again("it sent another part than was asked for")
        if not resumed:
            start = 0
            partial.drop(part)
        length = _length(response)
        if start + (length or 0) > request.expects.most_bytes:
            partial.drop(part)
            raise self._failed(f"{request.name or request.dataset} is larger than it may be")
        headers = response.headers
        partial.note(part, headers.get("ETag", ""), headers.get("Last-Modified", ""))
        size = self._write(request, response, part, start)
        if length is not None and size - start != length:
            raise _Again("the connection ended in the middle of an answer")
        # What was asked for unpacked is kept unpacked; only JSON is asked for packed, and kept as it came.
        if (
            headers.get("Content-Encoding", "").strip().lower().endswith("gzip")
            and _accepts(request) != "gzip"
        ):
            size = self._unwrapped(request, part, size)
        return Received(
            200,
            part,
            headers.get("Content-Type", "").split(";")[0].strip().lower(),
            headers.get("ETag", ""),
            headers.get("Last-Modified", ""),
            size,
            length is not None or "chunked" in headers.get("Transfer-Encoding", "").lower(),
        )

    def _unwrapped(self, request: Request, part: Path, size: int) -> int:
        most = min(request.expects.most_bytes, max(SMALL, MOST_TIMES * size))
        try:
            return partial.unwrap(part, most)
        except partial.TooLarge:
            partial.drop(part)
            raise self._failed("its answer unpacks to far more than such an answer holds") from None
        except ValueError:
            partial.drop(part)
            raise _Again("the packed transfer is cut or damaged") from None

    def _write(self, request: Request, response: requests.Response, part: Path, start: int) -> int:
        size = start
        with part.open("ab" if start else "wb") as file:
            while block := response.raw.read(_BLOCK, decode_content=False):
                size += len(block)
                if size > request.expects.most_bytes:
                    file.close()
                    partial.drop(part)
                    raise self._failed(f"{request.name or request.dataset} is larger than it may be")
                file.write(block)
                self._on_bytes(len(block))
        return size

    def _failed(self, why: str) -> FetchIncomplete:
        return FetchIncomplete(self._sentence(why))

    def _closed(self, why: str) -> SourceClosed:
        return SourceClosed(self._sentence(why))

    def _sentence(self, why: str) -> str:
        return masked(f"{self._source.title} ({urlsplit(self._source.url).hostname}): {why}.")


def user_agent() -> str:
    """Who asks, and where to complain: the program and its version, nothing about the machine."""
    return f"export-diversion-risk/{version('export-diversion-risk')} (requests {requests.__version__})"


def _place(url: str) -> tuple[str, int | None]:
    """Host and port of an address."""
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _encrypted(here: str, there: str) -> str:
    """An address that an encrypted one leads to, with encryption too where it names no port.

    The Publications Office names its texts by http addresses, also to those who ask by https.
    """
    parts = urlsplit(there)
    if here.startswith("https:") and parts.scheme == "http" and parts.port is None:
        return parts._replace(scheme="https").geturl()
    return there


def _unreachable(error: Exception) -> bool:
    cut = bool(error.args) and isinstance(error.args[0], urllib3.exceptions.ProtocolError)
    return isinstance(error, requests.exceptions.ConnectionError) and not cut


def _accepts(request: Request) -> str:
    return "gzip" if request.expects.kind == "json" else "identity"


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps a user's .netrc out of the calls."""
    return request


def _resumes_at(response: requests.Response, start: int) -> bool:
    return response.headers.get("Content-Range", "").replace(" ", "").startswith(f"bytes{start}-")


def _length(response: requests.Response) -> int | None:
    text = response.headers.get("Content-Length", "")
    return int(text) if text.isascii() and text.isdigit() else None


def _retry_after(header: str, words: str) -> float | None:
    """Seconds to wait: from the header (seconds or a date), else from the text of the answer."""
    if header.strip().isdigit():
        return float(header)
    if header:
        try:
            moment = email.utils.parsedate_to_datetime(header)
            return max(0.0, (moment - datetime.now(UTC)).total_seconds())
        except (ValueError, TypeError):
            pass
    digits = "".join(c if c.isdigit() else " " for c in words.partition("Try again in")[2][:12]).split()
    return float(digits[0]) if digits else None


def _start_of(response: requests.Response) -> str:
    try:
        raw = response.raw.read(4096, decode_content=True) or b""
    except urllib3.exceptions.HTTPError:
        return ""
    return masked(" ".join(raw[:4096].decode("utf-8", "replace").split()))


def _in_words(error: Exception) -> str:
    if isinstance(error, (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError)):
        return "it did not answer in time"
    if isinstance(error, requests.exceptions.ConnectionError):
        return "it cannot be reached; is there a network"
    return "the connection ended in the middle of an answer"
