"""Reading the next part while the present one is worked on."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def ahead(parts: Iterable[T]) -> Iterator[T]:
    """The items of `parts` in their order, the next one made in a thread meanwhile; at most two are held.

    What `parts` raises is raised here. Where the caller stops early, so does the thread after its item.

    >>> list(ahead(range(4)))
    [0, 1, 2, 3]
    """
    made: queue.Queue[tuple[T | None, BaseException | None, bool]] = queue.Queue(maxsize=1)
    stopped = threading.Event()

    def give(item: T | None, error: BaseException | None, more: bool) -> None:
        while not stopped.is_set():
            try:
                made.put((item, error, more), timeout=0.1)
                return
            except queue.Full:
                continue

    def work() -> None:
        try:
            for item in parts:
                give(item, None, True)
                if stopped.is_set():
                    return
            give(None, None, False)
        except BaseException as error:
            give(None, error, False)

    threading.Thread(target=work, name="reading-ahead", daemon=True).start()
    try:
        while True:
            item, error, more = made.get()
            if error is not None:
                raise error
            if not more:
                return
            yield item  # type: ignore[misc]
            del item
    finally:
        stopped.set()
