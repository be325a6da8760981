"""How a command ended: one sentence and an exit code for every failure."""

from __future__ import annotations

from dataclasses import dataclass

import click

from data_contracts.plain_text import one_line
from riskmodel.errors import RiskmodelError
from riskmodel.operations import disk, stopping


@dataclass(frozen=True)
class Ending:
    """`code` is the exit code; `sentence` is empty where there is nothing to say."""

    code: int
    sentence: str
    expected: bool = True


def ending_of(error: BaseException) -> Ending:
    """Translate what ended a command.

    Exit codes: those of `riskmodel.errors`, 2 for a command line that cannot be understood, 130 for
    Ctrl-C, 143 for SIGTERM, 1 for the rest.
    """
    if isinstance(error, SystemExit):
        return Ending(error.code if isinstance(error.code, int) else int(error.code is not None), "")
    if isinstance(error, stopping.Stopped):
        return Ending(error.exit_code, stopping.sentence())
    if stopping.requested() is not None:
        # Libraries wrap what a callback of theirs raised, the request to stop included.
        return Ending(128 + int(stopping.requested() or 0), stopping.sentence())
    if isinstance(error, (KeyboardInterrupt, click.exceptions.Abort)):
        return Ending(130, stopping.sentence())
    if isinstance(error, click.ClickException):
        return Ending(2 if isinstance(error, click.UsageError) else error.exit_code, error.format_message())
    if isinstance(error, RiskmodelError):
        return Ending(error.exit_code, str(error))
    if disk.is_full(error):
        return Ending(1, f"The disk is full; {stopping.outcome()}. Free some space and run again.")
    if isinstance(error, PermissionError):
        name = one_line(str(error.filename or "a file"), 160)
        return Ending(1, f"No right to read or enter {name!r}; get the right to, or name another place.")
    if isinstance(error, MemoryError):
        return Ending(1, "Out of memory; give fewer or smaller files, or a machine with more memory.")
    words = f"Unexpected {type(error).__name__}: {error}. Run again with --debug for the traceback."
    return Ending(1, words, expected=False)
