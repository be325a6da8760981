"""The progress of a fetch: calls, bytes and time left for each source, silent unless a person is watching."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from riskmodel.fetch.source import Estimate
from riskmodel.operations.progress import Steps

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID


class FetchSteps(Steps):
    """Steps that count calls against the plan, and bytes; a step is one source."""

    def __init__(self, display: Progress, plan: Sequence[Estimate]) -> None:
        super().__init__()
        self._shown, self._bytes = display, 0
        self._planned = {
            name: sum(e.calls for e in plan if e.source == name) for name in {e.source for e in plan}
        }
        self._row: TaskID | None = None

    def step(self, name: str, total: int | None = None) -> None:
        """Begin a source, named last in `name`."""
        self.finish()
        planned = self._planned.get(name.rpartition(" ")[2])
        self._bytes, self._row = 0, self._shown.add_task(name, total=planned, size="0.0 MB")

    def advance(self, parts: int = 1) -> None:
        """Count calls."""
        if self._row is not None:
            self._shown.advance(self._row, parts)

    def received(self, size: int) -> None:
        """Count bytes."""
        self._bytes += size
        if self._row is not None:
            self._shown.update(self._row, size=f"{self._bytes / 1e6:,.1f} MB")

    def finish(self) -> None:
        """Mark the source as done; a plan is an estimate, so the calls that were made become the total."""
        if self._row is not None:
            done = self._shown.tasks[-1].completed
            self._shown.update(self._row, total=done or 1, completed=done or 1)
        self._row = None


@contextmanager
def display(plan: Sequence[Estimate], quiet: bool = False, console: Console | None = None) -> Iterator[Steps]:
    """Show a line for each source on stderr while the body runs; nothing where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = console or Console(stderr=True)
    if quiet or not console.is_terminal or console.is_dumb_terminal:
        yield Steps()
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TextColumn("calls {task.fields[size]}", markup=False),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as shown:
        steps = FetchSteps(shown, plan)
        yield steps
        steps.finish()
