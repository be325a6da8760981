"""Parts by way of a place: arguments are written there, orders handed out, results read in order.

At most `Crew.width` parts are with the workers at once. A part that is done is noted in the ledger of the
place, and a restart reads its result. A worker that is lost costs time only: the parts that may be to blame
are done again one at a time, and the one whose workers die then is named.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

from data_contracts.plain_text import one_line
from riskmodel import errors
from riskmodel.engines.crew import Answer, Crew
from riskmodel.engines.ledger import Ledger, Receipt
from riskmodel.engines.parcel import pack, unpack
from riskmodel.engines.places import Place
from riskmodel.engines.work import Arguments, Order, Result, Work, digest_bytes, environment
from riskmodel.errors import RiskmodelError, WorkerLost
from riskmodel.publication.digests import digest_json

ALLOWED_DEATHS = 3  # of workers that had one part, the last of them alone, before the part is named
_numbers = count(1)


class Parts:
    """The engine of a crew and a place."""

    def __init__(self, place: Place, crew: Crew) -> None:
        for left in ("given", "shared"):  # by a job that was killed
            place.remove(left)
        self._place, self._crew, self._ledger = place, crew, Ledger(place)
        self._used: set[str] = set()

    def map(
        self, work: Work[Result], arguments: Iterable[Arguments], shared: Arguments = ()
    ) -> Iterator[Result]:
        """As `Engine.map`. Raises WorkerLost where a part ends its workers, or what a part raises."""
        flow = _Flow(self._place, self._crew, self._ledger, work, shared)
        for receipt in flow.receipts(arguments):
            self._used.add(receipt.file)
            yield work.from_parcel(unpack(self._place.read(receipt.file)))

    def tidy(self) -> None:
        """Remove the results of parts that the job has used; called once the job has ended well."""
        for name in sorted(self._used):
            self._place.remove(name)


class _Flow:
    """One pass over the parts of one work."""

    def __init__(self, place: Place, crew: Crew, ledger: Ledger, work: Work[Any], shared: Arguments) -> None:
        self._place, self._crew, self._ledger, self._work = place, crew, ledger, work
        self._flying: dict[int, Order] = {}
        self._suspects: deque[Order] = deque()
        self._alone: Order | None = None  # the part that is tried with no other at work
        self._deaths: dict[str, int] = {}
        self._done: dict[str, Receipt] = {}
        self._pending: set[str] = set()  # keys of parts that were begun and are not done
        self._shared = ""
        if shared:
            content = pack(work.share(*shared))
            self._shared = digest_bytes(content)
            place.write(f"shared/{self._shared}", content)

    def receipts(self, arguments: Iterable[Arguments]) -> Iterator[Receipt]:
        """The receipt of each part, in order; results that are early wait at the place, not in memory."""
        coming = (self._order(each) for each in arguments)
        turn: deque[str] = deque()
        more = True
        while True:
            while more and self._may_start():
                order = next(coming, None)
                if order is None:
                    more = False
                    break
                turn.append(order.key)
                if order.key not in self._done and order.key not in self._pending:
                    self._start(order)
                elif turn[0] in self._done:
                    break
            if self._suspects and not self._flying:
                self._alone = self._suspects.popleft()
                self._start(self._alone)
            while turn and turn[0] in self._done:
                yield self._done[turn.popleft()]
            if self._flying:
                self._settle(self._crew.next())
            elif not more and not self._suspects:
                break
        if self._shared:
            self._place.remove(f"shared/{self._shared}")

    def _may_start(self) -> bool:
        """Whether another part may join those at work: none joins one tried alone, or due to be."""
        return not self._suspects and self._alone is None and len(self._flying) < self._crew.width()

    def _order(self, each: Arguments) -> Order:
        """Write the arguments of a part, unless its result is there."""
        content = pack(self._work.give(*each))
        key = digest_json([self._work.name, environment(), self._shared, digest_bytes(content)])
        order = Order(
            next(_numbers),
            self._work.describe(*each),
            self._work.name,
            self._place.name,
            key,
            self._shared,
            environment(),
        )
        receipt = self._ledger.find(key)
        if key not in self._done and receipt is not None and self._is_whole(receipt):
            self._done[key] = receipt
        if key not in self._done and key not in self._pending:
            self._place.write(order.given, content)
        return order

    def _is_whole(self, receipt: Receipt) -> bool:
        try:
            return digest_bytes(self._place.read(receipt.file)) == receipt.sha256
        except FileNotFoundError:
            return False

    def _start(self, order: Order) -> None:
        self._crew.start(order)
        self._flying[order.number] = order
        self._pending.add(order.key)

    def _settle(self, answer: Answer) -> None:
        order = self._flying.pop(answer.number, None)
        if order is None:  # of an earlier pass that was given up
            return
        alone, self._alone = order == self._alone, None
        if answer.reply is None:
            self._mourn(order, answer.deaths, alone)
        elif "failed" in answer.reply:
            raise self._failure(order, str(answer.reply["failed"]), str(answer.reply["words"]))
        else:
            receipt = Receipt(
                self._work.title, order.key, str(answer.reply["sha256"]), int(answer.reply["bytes"])
            )
            self._ledger.add(receipt)
            self._done[order.key] = receipt
            self._pending.remove(order.key)
            self._place.remove(order.given)

    def _mourn(self, order: Order, deaths: int, alone: bool) -> None:
        self._deaths[order.key] = self._deaths.get(order.key, 0) + deaths
        if alone and self._deaths[order.key] >= ALLOWED_DEATHS:
            raise WorkerLost(
                f"{self._named(order)} ends its workers: {self._deaths[order.key]} were lost, the last with "
                "no other part at work. Give the workers more memory, or take that part out of the input"
                f"{self._kept}."
            )
        self._suspects.append(order)

    def _failure(self, order: Order, kind: str, words: str) -> RiskmodelError:
        known = getattr(errors, kind, None) if kind else None
        if isinstance(known, type) and issubclass(known, RiskmodelError):
            return known(words)
        return RiskmodelError(f"{self._named(order)} cannot be done{self._kept}: {words}")

    @property
    def _kept(self) -> str:
        return "; parts that are done are kept" if self._place.lasting else ""

    def _named(self, order: Order) -> str:
        return one_line(f"A part of {self._work.title} ({order.words})", 160)
