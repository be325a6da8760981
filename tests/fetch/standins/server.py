"""Real HTTP servers on the loopback address, one for each source, and the record of what they were asked."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol
from urllib.parse import quote

from .exchange import Request, Response, not_found
from .wire import settled, write

Source = Callable[[Request], Response]


class Interference(Protocol):
    """What a fault is for the server: it may change the request, the answer, or both."""

    @property
    def where(self) -> str: ...

    @property
    def times(self) -> int | None: ...

    @property
    def after(self) -> int: ...

    def asked(self, request: Request) -> Request:
        """The request as the source shall see it."""
        ...

    def answered(self, request: Request, response: Response, turn: int) -> Response:
        """The answer as the client shall see it; `turn` counts the requests touched, from 1."""
        ...


@dataclass
class Record:
    """Every request that came, in order of arrival; `problems` are mistakes of the stand-ins themselves."""

    requests: list[Request] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def calls(self, pattern: str = "") -> list[Request]:
        """Requests whose line (`source METHOD path?query`, decoded) matches a regular expression."""
        return [request for request in list(self.requests) if re.search(pattern, request.line())]

    def hosts_that_saw(self, secret: str) -> set[str]:
        """Sources that were sent the text anywhere: request line, headers or body."""
        return {each.source for each in list(self.requests) if secret in _everything(each)}

    def addresses_with(self, secret: str) -> list[str]:
        """Request lines that hold the text, plain or percent-encoded: a key there ends up in logs."""
        forms = {secret, quote(secret, safe="")}
        return [each.target for each in list(self.requests) if any(form in each.target for form in forms)]

    def clear(self) -> None:
        """Forget what came so far."""
        self.requests.clear()


def _everything(request: Request) -> str:
    heads = "\n".join(f"{name}: {text}" for name, text in request.headers.items())
    return f"{request.line()}\n{heads}\n{request.body.decode(errors='replace')}"


@dataclass
class Desk:
    """The faults switched on, tried in order; each counts the requests that it matched and touched."""

    faults: list[Interference] = field(default_factory=list)
    matched: dict[int, int] = field(default_factory=dict)
    touched: dict[int, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def on(self, *faults: Interference) -> None:
        """Switch faults on, with fresh counts."""
        with self.lock:
            for fault in faults:
                self.matched[id(fault)] = self.touched[id(fault)] = 0
                self.faults.append(fault)

    def off(self, *faults: Interference) -> None:
        """Switch these faults off, or all where none is given. Their counts stay readable."""
        with self.lock:
            gone = [id(fault) for fault in faults or self.faults]
            self.faults = [fault for fault in self.faults if id(fault) not in gone]

    def count(self, fault: Interference) -> int:
        """How many requests a fault has touched."""
        return self.touched.get(id(fault), 0)

    def biting(self, request: Request) -> list[tuple[Interference, int]]:
        """The faults that touch this request, each with its turn."""
        found = []
        with self.lock:
            for fault in self.faults:
                if not re.search(fault.where, request.line()):
                    continue
                self.matched[id(fault)] += 1
                spent = fault.times is not None and self.touched[id(fault)] >= fault.times
                if self.matched[id(fault)] > fault.after and not spent:
                    self.touched[id(fault)] += 1
                    found.append((fault, self.touched[id(fault)]))
        return found


class Server:
    """One source behind its own address. Published paths are added to `origin`, `http://host:port`."""

    def __init__(
        self,
        name: str,
        source: Source,
        *,
        clock: Callable[[], datetime],
        desk: Desk,
        record: Record,
        switches: Callable[[], dict[str, bool]],
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.name, self.source, self.clock = name, source, clock
        self.desk, self.record, self.switches = desk, record, switches
        self.web = _Web((host, 0), _handler(self))
        if tls is not None:
            self.web.socket = tls.wrap_socket(
                self.web.socket, server_side=True, do_handshake_on_connect=False
            )
        scheme = "https" if tls is not None else "http"
        self.origin = f"{scheme}://{host}:{self.web.server_address[1]}"
        self.thread = threading.Thread(target=self.web.serve_forever, args=(0.02,), daemon=True, name=name)
        self.thread.start()

    def answer(self, request: Request) -> tuple[Response, datetime]:
        """What is sent, and the server's time: the source's answer with its faults, then its ranges."""
        self.record.requests.append(request)
        biting = self.desk.biting(request)
        for fault, _ in biting:
            request = fault.asked(request)
        response = self.source(request)
        for fault, turn in biting:
            response = fault.answered(request, response, turn)
        return settled(response, request, **self.switches()), request.now

    def close(self) -> None:
        """Stop serving and free the port; connections still open are closed."""
        self.web.shutdown()
        self.thread.join()
        self.web.close_connections()
        self.web.server_close()


class _Web(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.open: set[socket.socket] = set()
        super().__init__(address, handler)

    def server_bind(self) -> None:
        # without the name look-up of HTTPServer, which can take seconds
        socket.socket.setsockopt(self.socket, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def process_request(self, request: socket.socket, client_address: tuple[str, int]) -> None:  # type: ignore[override]
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        self.open.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        for connection in list(self.open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away, or refused the certificate, is what tests do; it is not reported."""


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30
        disable_nagle_algorithm = True

        def respond(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            host = self.headers.get("Host", "")
            request = Request(
                source=server.name,
                method=self.command,
                target=self.path,
                headers=dict(self.headers.items()),
                now=server.clock(),
                host=host,
                body=self.rfile.read(size) if size else b"",
                served_by=server.origin,
            )
            try:
                response, now = server.answer(request)
            except Exception as problem:
                server.record.problems.append(f"{request.line()}: {problem!r}")
                response, now = Response(repr(problem).encode(), 500, "text/plain"), request.now
            write(self, response, now, head=self.command == "HEAD")

        do_GET = do_HEAD = do_POST = respond

        def log_message(self, format: str, *words: object) -> None:
            """Nothing is printed: requests are in the record."""

    return Handler


def elsewhere(request: Request) -> Response:
    """Another host, where redirects of faults lead: it answers anything with a page of no use."""
    return replace(not_found(), status=200, body=b"answer of another host")
