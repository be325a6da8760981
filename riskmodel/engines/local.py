"""Workers in processes of this machine: each has one order at a time, so that a lost one names its part."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections import deque
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path

from riskmodel.engines.crew import Answer
from riskmodel.engines.work import Order, do_order
from riskmodel.errors import WorkerLost

THREADS = ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
STILLBORN = 3  # workers that end without ever having had an order


@dataclass
class _Worker:
    process: subprocess.Popen[bytes]
    line: Connection
    order: Order | None = None


class LocalCrew:
    """`workers` processes; twice as many orders are taken, so that none waits for the next."""

    def __init__(self, workers: int) -> None:
        self._size = workers
        self._queue: deque[Order] = deque()
        self._workers: list[_Worker] = []
        self._stillborn = 0

    def width(self) -> int:
        """Twice the number of processes."""
        return 2 * self._size

    def start(self, order: Order) -> None:
        """Hand the order to a free process, or let it wait for one."""
        self._queue.append(order)
        self._hand_out()

    def next(self) -> Answer:
        """The next answer of any process; one that ended is replaced."""
        while True:
            self._hand_out()
            ready = wait([worker.line for worker in self._workers])
            for worker in [one for one in self._workers if one.line in ready]:
                answer = self._hear(worker)
                if answer is not None:
                    return answer

    def close(self) -> None:
        """End all processes at once."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.wait()
            worker.line.close()
        self._workers = []

    def _hand_out(self) -> None:
        free = [worker for worker in self._workers if worker.order is None]
        while self._queue:
            if not free:
                if len(self._workers) >= self._size:
                    return
                self._workers.append(_born(self._size))
                free = [self._workers[-1]]
            worker = free.pop()
            with contextlib.suppress(OSError):  # it ended while it was idle; `_hear` finds that
                worker.line.send(self._queue[0].message())
                worker.order = self._queue.popleft()
                continue
            self._bury(worker)

    def _hear(self, worker: _Worker) -> Answer | None:
        try:
            reply = worker.line.recv()
        except (EOFError, OSError):
            order = worker.order
            self._bury(worker)
            return None if order is None else Answer(order.number, None, 1)
        order, worker.order = worker.order, None
        self._stillborn = 0
        return None if order is None else Answer(order.number, reply)

    def _bury(self, worker: _Worker) -> None:
        worker.process.kill()
        worker.process.wait()
        worker.line.close()
        self._workers.remove(worker)
        self._stillborn += worker.order is None
        if self._stillborn >= STILLBORN:
            raise WorkerLost(
                "Worker processes end as soon as they start; see what they print, and try --engine local:1."
            )


def _born(size: int) -> _Worker:
    """A process of this interpreter; unlike multiprocessing's it runs no part of what started it."""
    ours, theirs = Pipe()
    start = f"from riskmodel.engines.local import live; live({theirs.fileno()})"
    with theirs:
        process = subprocess.Popen(  # noqa: S603 - nothing in it comes from outside
            [sys.executable, "-P", "-c", start],
            pass_fds=[theirs.fileno()],
            env=_surroundings(size),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            # Ctrl-C reaches every process of a terminal's session; only the first one is to answer it.
            start_new_session=True,
        )
    return _Worker(process, ours)


def _surroundings(size: int) -> dict[str, str]:
    """The environment, with the folder of this program and a share of the cores for each process."""
    paths = [str(Path(__file__).resolve().parents[2]), os.environ.get("PYTHONPATH", "")]
    threads = str(max(1, (os.cpu_count() or 1) // size))
    own = {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    return {**dict.fromkeys(THREADS, threads), **os.environ, **own}


def live(handle: int) -> None:
    """What a worker does: answer orders until the other end is closed, by whatever ended it."""
    with Connection(handle) as line, contextlib.suppress(EOFError, OSError):
        while True:
            line.send(do_order(line.recv()))
