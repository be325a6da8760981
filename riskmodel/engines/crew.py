"""What local workers and a cluster have in common: they take orders and answer them one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from riskmodel.engines.work import Order


@dataclass(frozen=True)
class Answer:
    """What became of one order: the worker's reply, or `deaths` of workers that had it."""

    number: int
    reply: Mapping[str, Any] | None
    deaths: int = 0


class Crew(Protocol):
    """Workers, here or elsewhere."""

    def width(self) -> int:
        """How many orders may be with the crew at once; at least one."""

    def start(self, order: Order) -> None:
        """Hand over an order."""

    def next(self) -> Answer:
        """Wait for an answer; raises WorkerLost where none can come."""

    def close(self) -> None:
        """End: whatever is being worked on is given up."""
