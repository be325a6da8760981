"""Errors a user can act on: one sentence each, with the exit code of the batch job.

Every message names the file, the row or column, and how to fix it. The command line prints the sentence
and exits with `exit_code`; a traceback appears only with `--debug`.
"""


class RiskmodelError(Exception):
    """Base of every error that is shown to a user as one sentence."""

    exit_code = 1


class WorkerLost(RiskmodelError):
    """A process that did a part of the work was lost (exit 1)."""


class WrongUsage(RiskmodelError):
    """The command was called with arguments that cannot be used (exit 2)."""

    exit_code = 2


class ContractFailed(RiskmodelError):
    """A critical rule of an input contract failed; nothing is scored (exit 3)."""

    exit_code = 3


class ModelRefused(RiskmodelError):
    """The model's digest, features, contracts or libraries do not match (exit 4)."""

    exit_code = 4


class InputUnreadable(RiskmodelError):
    """An input file is missing, empty, corrupt or of no known format (exit 5)."""

    exit_code = 5


class ColumnsMissing(InputUnreadable):
    """A file is nearly canonical but lacks columns that its contract requires (exit 3)."""

    exit_code = 3


class TooFewScored(RiskmodelError):
    """Fewer countries could be scored than are needed to replace the last run; it stays (exit 7)."""

    exit_code = 7


class FetchIncomplete(RiskmodelError):
    """A source did not answer, answered wrongly, or its quota is used up; what came is stored (exit 6)."""

    exit_code = 6
