"""Which part is blamed where workers die with several at once, as a cluster reports it."""

from collections import deque

import pytest

from riskmodel.engines.crew import Answer
from riskmodel.engines.parts import Parts
from riskmodel.engines.places import Folder
from riskmodel.engines.work import Order, do_order
from riskmodel.errors import WorkerLost


class OneWorkerForAll:
    """A crew whose only worker has all parts at once: one that kills takes the others with it."""

    def __init__(self, deadly: set[str], deaths: int) -> None:
        self._deadly, self._deaths, self._orders = deadly, deaths, deque[Order]()
        self._lost: deque[Order] = deque()
        self.together: list[set[str]] = []

    def width(self) -> int:
        return 3

    def start(self, order: Order) -> None:
        self._orders.append(order)

    def next(self) -> Answer:
        if not self._lost:
            self.together.append({order.words for order in self._orders})
            if any(order.words in self._deadly for order in self._orders):
                self._lost, self._orders = self._orders, deque()
        if self._lost:
            return Answer(self._lost.popleft().number, None, self._deaths)
        order = self._orders.popleft()
        return Answer(order.number, do_order(order.message()))

    def close(self) -> None:
        pass


@pytest.mark.parametrize("deaths", [1, 4])
def test_innocent_parts_are_done_and_the_one_to_blame_is_named(deaths, tmp_path):
    from engine_works import SQUARE

    crew = OneWorkerForAll({"number 1"}, deaths)
    engine = Parts(Folder(tmp_path / "parts"), crew)
    results = engine.map(SQUARE, ((n, "", str(tmp_path)) for n in range(6)))
    assert next(results)["square"].item() == 0
    with pytest.raises(WorkerLost, match=r"\(number 1\) ends its workers: [38] were lost"):
        list(results)
    assert crew.together[0] == {"number 0", "number 1", "number 2"}
    assert {"number 1"} in crew.together


def test_parts_that_only_died_with_others_are_never_blamed(tmp_path):
    from engine_works import SQUARE

    crew = OneWorkerForAll({"number 1"}, 4)
    engine = Parts(Folder(tmp_path / "parts"), crew)
    results = engine.map(SQUARE, ((n, "", str(tmp_path)) for n in range(6)))
    assert next(results)["square"].item() == 0
    crew._deadly.clear()  # the machine was the cause, and it is replaced
    assert [rows["square"].item() for rows in results] == [1, 4, 9, 16, 25]
