"""An engine for tests that stop a job, or kill a worker, after one of its parts."""

from collections.abc import Callable

from riskmodel.engines.engine import Engine


class Acting:
    """Hands all to an engine, counts its parts and does something after one of them."""

    def __init__(self, engine: Engine, moment: int, act: Callable[[], object]) -> None:
        self._engine, self._moment, self._act, self.done = engine, moment, act, 0

    def map(self, work, arguments, shared=()):
        for result in self._engine.map(work, arguments, shared):
            if self.done == self._moment:
                self._act()
            self.done += 1
            yield result
