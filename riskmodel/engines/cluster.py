"""Workers of a Dask cluster: orders go by `Client.submit`, answers come by `as_completed`."""

from __future__ import annotations

import contextlib
import logging
import time
import uuid
from typing import Any

from data_contracts.plain_text import one_line
from riskmodel.engines.crew import Answer
from riskmodel.engines.work import Order, do_order
from riskmodel.errors import WorkerLost, WrongUsage

LOUD = ("distributed", "distributed.client", "tornado.application")
CONNECT_SECONDS = 10
LOOK_SECONDS = 0.05
COUNT_SECONDS = 2.0
ALONE_SECONDS = 60.0  # without any worker, before the job ends


class DaskCrew:
    """The workers of a scheduler at `HOST:PORT`; twice as many orders as they have threads are out at once.

    Raises WrongUsage where `distributed` is not installed or no scheduler answers.
    """

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client, as_completed
        except ImportError:
            raise WrongUsage(
                "--engine dask:// needs Dask: pip install 'export-diversion-risk[cluster]', here and on the "
                "workers."
            ) from None
        for name in LOUD:  # one sentence of ours says it
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._address = address
        try:
            self._client = Client(f"tcp://{address}", timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise WrongUsage(
                f"No Dask scheduler answers at {one_line(address, 100)} ({type(error).__name__}); "
                "start one with dask scheduler, and workers with dask worker."
            ) from None
        self._completed = as_completed(loop=self._client.loop, raise_errors=False)
        self._orders: dict[str, tuple[Any, Order]] = {}
        self._threads, self._counted, self._seen = 0, 0.0, time.monotonic()

    def width(self) -> int:
        """Twice the threads of all workers that are there now; two where there are none yet."""
        return max(2, 2 * self._count())

    def start(self, order: Order) -> None:
        """Submit the order under a name of its own: another try is another task."""
        key = f"riskmodel-{order.number}-{uuid.uuid4().hex}"
        future = self._client.submit(do_order, order.message(), key=key, pure=False, retries=0)
        self._orders[key] = (future, order)
        self._completed.add(future)

    def next(self) -> Answer:
        """The next answer; raises WorkerLost where no worker is left, or the scheduler is gone."""
        while True:
            while not self._completed.has_ready():
                time.sleep(LOOK_SECONDS)
                self._refuse_loneliness()
            future = next(self._completed)
            answer = self._answer(future, self._orders[future.key][1])
            if answer is not None:
                del self._orders[future.key]
                return answer
            self._completed.add(future)  # its worker died with the answer; the scheduler has it done again

    def close(self) -> None:
        """Cancel what is out and leave; a worker ends the part that it is at, and its result is not used."""
        with contextlib.suppress(Exception):
            if self._orders:
                self._client.cancel([future for future, _ in self._orders.values()], force=True)
        with contextlib.suppress(Exception):
            self._client.close(timeout=COUNT_SECONDS)

    def _answer(self, future: Any, order: Order) -> Answer | None:
        from distributed import KilledWorker

        status = future.status
        if status == "finished":
            try:
                return Answer(order.number, future.result(timeout=COUNT_SECONDS))
            except OSError:  # a time-out, or a connection that is closed
                self._counted = 0.0
                self._count()
                return None
        if status == "cancelled":
            raise self._gone()
        if status != "error":
            return None
        error = future.exception()
        if isinstance(error, KilledWorker):
            return Answer(order.number, None, 1 + int(error.allowed_failures))
        words = one_line(f"{type(error).__name__}: {error}", 200)
        raise WorkerLost(f"A worker cannot do its work: {words}. Is this program installed on every machine?")

    def _count(self) -> int:
        now = time.monotonic()
        if now - self._counted >= COUNT_SECONDS:
            try:
                self._threads = sum(self._client.nthreads().values())
            except Exception:
                raise self._gone() from None
            self._counted = now
            if self._threads:
                self._seen = now
        return self._threads

    def _refuse_loneliness(self) -> None:
        self._count()
        if time.monotonic() - self._seen > ALONE_SECONDS:
            raise WorkerLost(
                f"No worker is left at {one_line(self._address, 100)}; start workers and run again: parts "
                "that are done are kept."
            )

    def _gone(self) -> WorkerLost:
        return WorkerLost(
            f"The Dask scheduler at {one_line(self._address, 100)} is gone; start it and run again: parts "
            "that are done are kept."
        )
