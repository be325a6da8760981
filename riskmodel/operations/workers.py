"""Work in several processes: a worker that is lost ends the command with one sentence, never with a wait."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import Any, TypeVar

from riskmodel.errors import WorkerLost

Result = TypeVar("Result")
IDLE_SECONDS = 3600  # workers that wait between two pieces of work stay, and need no start
LOOK_SECONDS = 0.5
_REFUSAL = (
    "A worker process ended before its work was done: out of memory, or killed. Run again with a smaller "
    "--jobs, or on a machine with more memory."
)


def in_processes(
    function: Callable[..., Result], arguments: Iterable[tuple[Any, ...]], jobs: int
) -> Iterator[Result]:
    """Yield `function(*each)` for each of `arguments`, in their order, from `jobs` processes.

    Arguments are taken when they are needed, a few ahead. With one job all is done in this process. Raises
    WorkerLost where a process ends without an answer, and what `function` raises.
    """
    if jobs == 1:
        for each in arguments:
            yield function(*each)
        return
    from joblib import Parallel, delayed

    # Joblib warns where a worker idled out as work came in, and starts another. Where warnings are errors the
    # thread that manages the workers would end by it, and nothing would ever be answered.
    warnings.filterwarnings("ignore", message="A worker stopped while some jobs were given")
    pool = Parallel(
        n_jobs=jobs, return_as="generator", pre_dispatch=2 * jobs, idle_worker_timeout=IDLE_SECONDS
    )
    try:
        with _watched(pool):
            yield from pool(delayed(function)(*each) for each in arguments)
    except BrokenProcessPool as error:
        raise WorkerLost(_REFUSAL) from error


@contextmanager
def _watched(pool: Any) -> Iterator[None]:
    """Fail what waits for an answer where the thread that would bring it has ended."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(LOOK_SECONDS):
            executor = getattr(getattr(pool, "_backend", None), "_workers", None)
            manager = getattr(executor, "_executor_manager_thread", None)
            if executor is None or manager is None or manager.ident is None or manager.is_alive():
                continue
            for work in list(executor._pending_work_items.values()):
                if not work.future.done():
                    work.future.set_exception(BrokenProcessPool(_REFUSAL))
            return

    threading.Thread(target=watch, name="workers-watch", daemon=True).start()
    try:
        yield
    finally:
        done.set()
