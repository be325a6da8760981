"""One polite HTTP client: retries, waiting when asked to, resuming, and no host that was not agreed to."""

from __future__ import annotations

import email.utils
import hashlib
import json
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

from riskmodel.errors import FetchIncomplete
from riskmodel.fetch.keys import key_of, masked
from riskmodel.fetch.pace import Pace
from riskmodel.fetch.source import Request, Source, number
from riskmodel.operations import disk

TRIES = 5
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
    encoding: str = ""
    etag: str = ""
    last_modified: str = ""
    size: int = 0
    delimited: bool = True


class _Again(Exception):
    """The call may succeed later: after `wait` seconds where the source said so."""

    def __init__(self, why: str, wait: float | None = None) -> None:
        super().__init__(why)
        self.wait = wait


class Client:
    """Makes the calls to one source, one after the other."""

    def __init__(
        self,
        source: Source,
        partial: Path,
        pace: Pace,
        on_bytes: Callable[[int], None] = lambda _: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._source, self._partial, self._pace = source, partial, pace
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
        part = self._partial / _part_name(request)
        why = ""
        for attempt in range(TRIES):
            self._pace.before_call(free=request.free)
            try:
                return self._once(request, part, etag, last_modified)
            except _Again as again:
                why = str(again)
                wait = again.wait
            except (requests.exceptions.SSLError, urllib3.exceptions.SSLError):
                raise self._failed("its certificate does not hold, so the answer cannot be trusted") from None
            except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema):
                raise self._failed("its address cannot be used; check the setting") from None
            except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError) as error:
                if disk.is_full(error):
                    raise
                why, wait = _in_words(error), None
                if (
                    isinstance(error, requests.exceptions.ConnectionError)
                    and attempt >= 1
                    and not part.exists()
                ):
                    break
            if wait is not None and wait > LONGEST_WAIT_SECONDS:
                raise self._failed(f"it asks to wait for {wait:,.0f} seconds; run the same command later")
            if attempt + 1 < TRIES:
                self._sleep(self._backoff * 2**attempt * random.uniform(0.5, 1.0) if wait is None else wait)  # noqa: S311
        raise self._failed(f"{why}; what came before is stored, run the same command again")

    def discard(self, request: Request) -> None:
        """Forget what is left of a download."""
        part = self._partial / _part_name(request)
        part.unlink(missing_ok=True)
        _note_of(part).unlink(missing_ok=True)

    def _once(self, request: Request, part: Path, etag: str, last_modified: str) -> Received:
        start, validator = _begun(part)
        headers = {
            "Accept-Encoding": "gzip" if request.expects.kind == "json" else "identity",
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
                _drop(part)
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
            there = urljoin(response.url, target)
            self._allow(response.url, there)
            if urlsplit(there).netloc != urlsplit(url).netloc:
                headers = {name: value for name, value in headers.items() if name != KEY_HEADER}
            url, params = there, {}
        raise self._failed("it redirects in a circle")

    def _allow(self, here: str, there: str) -> None:
        old, new = urlsplit(here), urlsplit(there)
        host, first = new.hostname or "", urlsplit(self._source.url)
        known = (new.netloc == first.netloc) or any(fnmatch(host, pattern) for pattern in self._source.hosts)
        if not known or new.scheme not in ("http", "https"):
            raise self._failed(f"it redirects to another host, {host or 'none'}, which is not followed")
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
        if status in (401, 403):
            raise self._failed(f"it refuses the request or the key (status {status})")
        raise self._failed(f"it answers with status {status}: {words[:200]}")

    def _received(self, request: Request, response: requests.Response, part: Path, start: int) -> Received:
        resumed = response.status_code == 206 and _resumes_at(response, start)
        if response.status_code == 206 and not resumed:
            _drop(part)
            raise _Again("it sent another part than was asked for")
        if not resumed:
            start = 0
            _drop(part)
        length = _length(response)
        if start + (length or 0) > request.expects.most_bytes:
            _drop(part)
            raise self._failed(f"{request.name or request.dataset} is larger than it may be")
        headers = response.headers
        _note(part, headers.get("ETag", ""), headers.get("Last-Modified", ""))
        size = self._write(request, response, part, start)
        if length is not None and size - start != length:
            raise _Again("the connection ended in the middle of an answer")
        return Received(
            200,
            part,
            headers.get("Content-Type", "").split(";")[0].strip().lower(),
            headers.get("Content-Encoding", "").strip().lower(),
            headers.get("ETag", ""),
            headers.get("Last-Modified", ""),
            size,
            length is not None or "chunked" in headers.get("Transfer-Encoding", "").lower(),
        )

    def _write(self, request: Request, response: requests.Response, part: Path, start: int) -> int:
        size = start
        with part.open("ab" if start else "wb") as file:
            while block := response.raw.read(_BLOCK, decode_content=False):
                size += len(block)
                if size > request.expects.most_bytes:
                    file.close()
                    _drop(part)
                    raise self._failed(f"{request.name or request.dataset} is larger than it may be")
                file.write(block)
                self._on_bytes(len(block))
        return size

    def _failed(self, why: str) -> FetchIncomplete:
        return FetchIncomplete(
            masked(f"{self._source.title} ({urlsplit(self._source.url).hostname}): {why}.")
        )


def user_agent() -> str:
    """Who asks, and where to complain: the program and its version, nothing about the machine."""
    return f"export-diversion-risk/{version('export-diversion-risk')} (requests {requests.__version__})"


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps a user's .netrc out of the calls."""
    return request


def _part_name(request: Request) -> str:
    asked = json.dumps([request.source, request.logged()], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()[:32] + ".part"


def _note_of(part: Path) -> Path:
    return part.with_suffix(".json")


def _note(part: Path, etag: str, last_modified: str) -> None:
    """Keep what proves that the rest is of the same answer; a weak tag proves nothing."""
    part.parent.mkdir(parents=True, exist_ok=True)
    validator = last_modified if etag.startswith("W/") else etag or last_modified
    disk.replace_text(_note_of(part), json.dumps({"validator": validator}) + "\n")


def _begun(part: Path) -> tuple[int, str]:
    """Bytes that are there, and the validator to ask for the rest with; 0 where it must begin again."""
    try:
        validator = json.loads(_note_of(part).read_text(encoding="utf-8"))["validator"]
        size = part.stat().st_size
    except (OSError, ValueError, LookupError, TypeError):
        return 0, ""
    return (size, validator) if size and isinstance(validator, str) and validator else (0, "")


def _drop(part: Path) -> None:
    part.unlink(missing_ok=True)
    _note_of(part).unlink(missing_ok=True)


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
