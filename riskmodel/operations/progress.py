"""A progress display for long work, silent unless a person is watching."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID


class Steps:
    """Named steps of one job: `step` ends the step before it and begins the next."""

    def __init__(self, display: Progress | None = None, quiet: bool = True) -> None:
        self._display = display
        self._quiet = quiet
        self._task: TaskID | None = None

    def step(self, name: str, total: int | None = None) -> None:
        """Begin a step; `total` is its number of parts, or None when it cannot be known."""
        if self._display is None:
            return
        self.finish()
        self._task = self._display.add_task(name, total=total)

    def advance(self, parts: int = 1) -> None:
        """Say that parts of the present step are done."""
        if self._display is not None and self._task is not None:
            self._display.advance(self._task, parts)

    def note(self, **counts: Any) -> None:
        """Take the counts of the present step; a job that is watched logs them, the display does not."""

    def say(self, sentence: str) -> None:
        """Print a sentence that a user has to see, on stderr, unless nothing is to be printed."""
        if self._display is not None:
            self._display.console.print(sentence, markup=False, highlight=False, soft_wrap=True)
        elif not self._quiet:
            sys.stderr.write(f"{sentence}\n")

    def finish(self) -> None:
        """Mark the present step as done."""
        if self._display is None or self._task is None:
            return
        total = self._display.tasks[-1].total or 1
        self._display.update(self._task, total=total, completed=total)
        self._task = None


@contextmanager
def progress(quiet: bool = False, console: Console | None = None) -> Iterator[Steps]:
    """Show named steps on stderr while the body runs, and leave nothing behind.

    Writes nothing at all with `quiet`, or when stderr is no terminal: logs and pipes stay clean.

    >>> with progress(quiet=True) as steps:
    ...     steps.step("reading trade", total=2)
    ...     steps.advance()
    """
    if quiet:
        yield Steps()
        return
    # Rich takes a tenth of a second to import, which `riskmodel --help` cannot spare.
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        SpinnerColumn,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    console = console or Console(stderr=True)
    if not console.is_terminal or console.is_dumb_terminal:
        yield Steps(quiet=False)
        return
    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as display:
        steps = Steps(display)
        yield steps
        steps.finish()
