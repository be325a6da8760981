"""Start the stand-ins of a world and hand their addresses to a client through its settings."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from .certificate import self_signed
from .server import Desk, Interference, Record, Server, elsewhere
from .sources import SOURCES
from .world import World


@dataclass
class StandIns:
    """Running servers. `record` has every request, `faults` switches faults on and off."""

    world: World
    servers: dict[str, Server] = field(default_factory=dict)
    record: Record = field(default_factory=Record)
    faults: Desk = field(default_factory=Desk)

    def url(self, source: str) -> str:
        """The origin of a source, `http://127.0.0.1:PORT`: published paths are added to it as they are."""
        return self.servers[source].origin

    def environment(self, paths: Mapping[str, str] | None = None) -> dict[str, str]:
        """Settings for a client. `paths` adds a path per source, for a client whose setting includes it."""
        more = paths or {}
        running = [name for name in SOURCES if name in self.servers]
        return {SOURCES[name].setting: self.url(name) + more.get(name, "") for name in running}

    def on(self, *faults: Interference) -> None:
        """Switch faults on."""
        self.faults.on(*faults)


@contextmanager
def serve(
    world: World | None = None, *sources: str, https: bool = False, faults: tuple[Interference, ...] = ()
) -> Iterator[StandIns]:
    """Run stand-ins (all sources where none is named) until the block ends.

    With `https` they show a certificate that no one signed. The source `elsewhere` is always there: another
    host, where the redirects of faults lead. `World(ofac_files_elsewhere=True)` adds the host `ofac-files`.
    """
    made = StandIns(world or World())
    tls = self_signed() if https else None
    world = made.world
    try:
        for name in sources or tuple(SOURCES):
            made.servers[name] = _server(made, name, partial(SOURCES[name].answer, world), "127.0.0.1", tls)
        made.servers["elsewhere"] = _server(made, "elsewhere", elsewhere, _other_host(), None)
        if "ofac" in made.servers and world.ofac_files_elsewhere:
            files = partial(SOURCES["ofac"].answer, world)
            made.servers["ofac-files"] = _server(made, "ofac-files", files, _other_host(), tls)
            world.kept["ofac files"] = made.url("ofac-files")
        for fault in faults:
            made.on(fault)
        yield made
    finally:
        with ThreadPoolExecutor(max(len(made.servers), 1)) as closing:
            list(closing.map(Server.close, made.servers.values()))
    if made.record.problems:
        raise RuntimeError("a stand-in could not answer: " + "; ".join(made.record.problems))


def _server(made: StandIns, name: str, source: object, host: str, tls: object) -> Server:
    world = made.world
    return Server(
        name,
        source,  # type: ignore[arg-type]
        clock=lambda: world.clock,
        desk=made.faults,
        record=made.record,
        switches=lambda: {"validators": world.validators, "ranges": world.ranges},
        host=host,
        tls=tls,  # type: ignore[arg-type]
    )


def _other_host() -> str:
    """Another loopback address where the system has one, else the name of this one."""
    with socket.socket() as trial:
        try:
            trial.bind(("127.0.0.2", 0))
        except OSError:
            return "localhost"
    return "127.0.0.2"
