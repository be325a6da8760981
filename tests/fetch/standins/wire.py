"""From an answer to bytes on a connection: conditional requests, ranges, cuts, pauses, resets."""

from __future__ import annotations

import re
import socket
import struct
import time
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler

from .exchange import Request, Response, http_time

RANGE = re.compile(r"bytes=(\d*)-(\d*)$")


def settled(response: Response, request: Request, *, validators: bool, ranges: bool) -> Response:
    """The answer after If-None-Match, If-Modified-Since, Range and If-Range, with its headers written out."""
    if response.status != 200 or response.modified is None or not validators:
        return response
    marks = {"Last-Modified": http_time(response.modified)} | (
        {"ETag": response.etag} if response.tagged else {}
    )
    marked = replace(response, headers=response.headers | marks)
    if _unchanged(response, request):
        return replace(marked, body=b"", status=304)
    if not ranges:
        return marked
    return _part(marked.having(Accept_Ranges="bytes"), request)


def _unchanged(response: Response, request: Request) -> bool:
    wanted = request.header("If-None-Match")
    if wanted:
        return response.tagged and response.etag in [
            tag.strip().removeprefix("W/") for tag in wanted.split(",")
        ]
    since = _moment(request.header("If-Modified-Since"))
    return bool(since and response.modified and response.modified.replace(microsecond=0) <= since)


def _part(response: Response, request: Request) -> Response:
    asked = RANGE.match(request.header("Range").replace(" ", ""))
    guard = request.header("If-Range")
    if not asked or asked[0] == "bytes=-" or (guard and not _same(guard, response)):
        return response
    size = len(response.body)
    start = int(asked[1]) if asked[1] else max(size - int(asked[2]), 0)
    end = min(int(asked[2]), size - 1) if asked[1] and asked[2] else size - 1
    if start >= size or end < start:
        return replace(response, body=b"", status=416).having(Content_Range=f"bytes */{size}")
    part = replace(response, body=response.body[start : end + 1], status=206)
    return part.having(Content_Range=f"bytes {start}-{end}/{size}")


def _same(guard: str, response: Response) -> bool:
    if guard.startswith(('"', "W/")):
        return guard == response.headers.get("ETag")
    return guard == response.headers.get("Last-Modified")


def _moment(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if text else None
    except ValueError:
        return None


def write(handler: BaseHTTPRequestHandler, response: Response, now: datetime, *, head: bool) -> None:
    """Send an answer as its wire says; a cut or reset answer closes the connection."""
    wire = response.wire
    handler.send_response_only(response.status)
    given = {"Date": http_time(now), "Content-Type": response.kind, "Content-Length": str(len(response.body))}
    if response.status == 304:
        del given["Content-Length"], given["Content-Type"]
    for name, text in (given | response.headers).items():
        handler.send_header(name, text)
    broken = wire.cut_at is not None or wire.reset_at is not None
    if broken:
        handler.close_connection = True
    handler.end_headers()
    if head or response.status == 304:
        return
    last = min(at for at in (wire.cut_at, wire.reset_at, len(response.body)) if at is not None)
    for start in range(0, last, wire.piece):
        handler.wfile.write(response.body[start : min(start + wire.piece, last)])
        handler.wfile.flush()
        if wire.pause:
            time.sleep(wire.pause)
    if wire.reset_at is not None:
        reset(handler)


def reset(handler: BaseHTTPRequestHandler) -> None:
    """Close with a reset (RST) instead of an orderly end."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
