"""The page of all commands, made from the parser: what `--help` prints, and the exit codes."""

from __future__ import annotations

import inspect

import click

from riskmodel import errors
from riskmodel.cli import COMMANDS, cli

WIDTH = 96
_INTRODUCTION = """# Commands

Generated from the parser and the errors by `python -m tools.documents.pages --write`; do not edit.

`riskmodel COMMAND --help` prints the same. `--debug`, `--json` and `--verbose` may be given anywhere on
the line.
"""


def page() -> str:
    """The page, as Markdown."""
    # As the command line makes it: a context made by hand knows nothing of -h.
    root = cli.make_context("riskmodel", [], resilient_parsing=True, terminal_width=WIDTH)
    parts = [_INTRODUCTION, "## riskmodel\n", _fenced(cli.get_help(root)), ""]
    for name in COMMANDS:
        command = cli.get_command(root, name)
        assert command is not None
        parts += _of_command(command, root, name)
    return "\n".join([*parts, "## Exit codes\n", *_exit_codes(), ""])


def _of_command(command: click.Command, parent: click.Context, name: str) -> list[str]:
    inside = click.Context(command, info_name=name, parent=parent, terminal_width=WIDTH)
    words = [f"## {inside.command_path.removeprefix('riskmodel ')}\n", _fenced(command.get_help(inside)), ""]
    if isinstance(command, click.Group):
        for below in command.list_commands(inside):
            found = command.get_command(inside, below)
            assert found is not None
            words += _of_command(found, inside, below)
    return words


def _fenced(text: str) -> str:
    lines = [line.rstrip() for line in text.strip("\n").splitlines()]
    return "\n".join(["```text", *lines, "```"])


def _exit_codes() -> list[str]:
    """A row for each code, in the words of the errors that end with it."""
    meanings: dict[int, list[str]] = {
        0: ["Done, or nothing to do."],
        130: ["Stopped by Ctrl-C."],
        143: ["Stopped by SIGTERM."],
    }
    for _, error in inspect.getmembers(errors, inspect.isclass):
        if issubclass(error, errors.RiskmodelError) and error is not errors.RiskmodelError:
            text = " ".join((inspect.getdoc(error) or "").split())
            meanings.setdefault(error.exit_code, []).append(text.split(" (exit")[0].rstrip(".") + ".")
    meanings[1].append("A full disk, too little memory, or a defect: with `--debug` a traceback.")
    rows = [f"| {code} | {' '.join(words)} |" for code, words in sorted(meanings.items())]
    return [
        "What to do about each is in [operations](../operations.md#exit-codes).\n",
        "| code | meaning |",
        "|---|---|",
        *rows,
    ]
