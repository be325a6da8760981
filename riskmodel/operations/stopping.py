"""Ctrl-C and SIGTERM: the job ends with one sentence, soon, and never between two halves of a publication.

Python runs a signal's handler only when its main thread is back from compiled code, which a large query
may keep for minutes. A watching thread therefore ends the process when the handler had no chance within
`GRACE_SECONDS`; publication survives that as it survives kill -9.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FrameType

GRACE_SECONDS = 5.0
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopped(BaseException):
    """A person or a supervisor asked the job to stop; `exit_code` is 128 + the number of the signal.

    No KeyboardInterrupt: libraries catch that and say things of their own.
    """

    def __init__(self, signum: int) -> None:
        super().__init__()
        self.exit_code = 128 + signum


@dataclass
class _State:
    """What the handler, the watching thread and the publication tell each other; one for the process."""

    signum: int | None = None
    held: int = 0
    published: bool = False
    forced: list[Callable[[int, str], None]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)


_state = _State()


def outcome() -> str:
    """What became of the run so far."""
    return "the run was published before and is whole" if _state.published else "nothing was published"


def sentence() -> str:
    """What to say of a job that was stopped."""
    return f"Stopped; {outcome()}."


def requested() -> int | None:
    """The signal that asked to stop, or None."""
    return _state.signum


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Turn SIGINT and SIGTERM within the body into `Stopped`.

    Outside the main thread signals cannot be caught, and nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    global _state
    _state = state = _State()
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = {number: signal.signal(number, _handle) for number in SIGNALS}
    wakeup = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    watcher = threading.Thread(target=_watch, args=(reading, state), name="stop-watch", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        state.ended.set()
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(writing)  # the watching thread reads the end and leaves
        watcher.join(timeout=1.0)


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Let a request to stop wait until the body, which must be short, is done."""
    _state.held += 1
    try:
        yield
    finally:
        _state.held -= 1
    if _state.signum is not None and not _state.held:
        raise Stopped(_state.signum)


def published() -> None:
    """Note that the run is in place, so that a later stop does not claim the contrary."""
    _state.published = True


def when_forced(call: Callable[[int, str], None]) -> None:
    """Have `call(exit_code, sentence)` made before a process is ended that does not stop by itself."""
    _state.forced.append(call)


def _handle(signum: int, frame: FrameType | None) -> None:
    first = _state.signum is None
    if first:
        _state.signum = signum
    if first and not _state.held:
        raise Stopped(signum)


def _watch(reading: int, state: _State) -> None:
    # The reading end stays open to the last: a second signal writes to the pipe too.
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        while received := pipe.read(1):
            if received[0] in SIGNALS:
                break
        else:
            return
        while not state.ended.wait(GRACE_SECONDS):
            if not state.held:
                code = 128 + received[0]
                for call in state.forced:
                    with contextlib.suppress(Exception):
                        call(code, sentence())
                os._exit(code)
