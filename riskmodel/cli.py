"""The command line: a lazy group, so that `riskmodel --help` imports no heavy library."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
import sys
import threading
from difflib import get_close_matches
from typing import Any, NoReturn

import click

from data_contracts.plain_text import one_line
from riskmodel.errors import RiskmodelError
from riskmodel.operations import stopping
from riskmodel.operations.ending import ending_of
from riskmodel.operations.plain_output import speak_plainly

# Imports and tables make a million objects that stay: looking through them for circles of garbage every 700
# new ones takes a fifth of a short run. All else is freed at once whatever these numbers are.
GARBAGE = (50_000, 20, 100)
ANYWHERE = ("--debug", "--json", "--verbose")

# name -> (module in riskmodel.commands, one line for --help, an example); a command module is imported when
# it runs.
COMMANDS = {
    "score": (
        "score",
        "Score transit countries as of a date and publish a run folder.",
        "score --trade flows.parquet --articles news.jsonl --as-of 2024-06-30 --out runs/june",
    ),
    "mentions": (
        "mentions",
        "Find diversion mentions in articles.",
        "mentions --articles news/ --out mentions.parquet",
    ),
    "validate": (
        "validate",
        "Check input files against their contract.",
        "validate trade flows.csv --report flows.html",
    ),
    "formats": (
        "formats",
        "List every format that is read, and what to ask its source for.",
        "formats trade",
    ),
    "simulate": (
        "simulate",
        "Make a simulated world with planted diversion and a truth table.",
        "simulate --sample --out runs/sample-world",
    ),
    "inject": (
        "inject",
        "Plant diversion drawn at random in a trade table, with the truth.",
        "inject --trade flows.parquet --seed 7 --out runs/injected",
    ),
    "retrain": ("retrain", "Train, backtest and store a new model.", "retrain --models my-models"),
    "backtest": (
        "backtest",
        "Judge the model against simple rules; write JSON and a page.",
        "backtest --out runs/backtest",
    ),
    "models": ("models", "List, show, promote or roll back stored models.", "models list"),
    "doctor": (
        "doctor",
        "Check the installation, the model and data files; say what to fix.",
        "doctor --data my-data/",
    ),
    "fetch": (
        "fetch",
        "Fetch public data into a store that remembers every version.",
        "fetch starter --plan --store store",
    ),
    "store": ("store", "List, check, prune or export what was fetched.", "store list --store store"),
    "explain": (
        "explain",
        "Explain one country's score from a run folder.",
        "explain Kyrgyzstan --run runs/june --html kyrgyzstan.html",
    ),
    "completion": (
        "completion",
        "Print the script that completes commands with Tab (bash, zsh, fish).",
        "completion bash > ~/.local/share/bash-completion/completions/riskmodel",
    ),
}


def example(words: str) -> str:
    """The last line of a command's help; the control character keeps click from breaking it in mid-word."""
    return f"\b\nExample:  riskmodel {words}"


class LazyGroup(click.Group):
    """Lists commands from a table and imports the chosen one only."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"riskmodel.commands.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        command.epilog = example(COMMANDS[cmd_name][2])
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and name not in COMMANDS:
            near = get_close_matches(name, COMMANDS, n=2, cutoff=0.6)
            hint = f"Did you mean {' or '.join(near)}?" if near else f"There are: {', '.join(COMMANDS)}."
            ctx.fail(f"No such command {one_line(name, 40)!r}. {hint}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:  # polars raises its own; click would print an empty line for it
            raise stopping.Stopped(signal.SIGINT) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words, _) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="export-diversion-risk", prog_name="riskmodel")
@click.option("--debug", is_flag=True, help="Show a traceback instead of one sentence on errors.")
@click.option("--json", "as_json", is_flag=True, help="Log to stderr, one JSON object a line.")
@click.option("--verbose", is_flag=True, help="Log each step with its counts to stderr.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@click.pass_context
def cli(ctx: click.Context, debug: bool, as_json: bool, verbose: bool, quiet: bool) -> None:
    """Score the risk that controlled goods reach Russia through third countries.

    A score is a reason to look, not proof. Exit codes: 0 done, 2 wrong usage, 3 a critical contract
    failed, 4 model refused, 5 input unreadable, 6 fetch incomplete, 7 too few countries scored, 130 or
    143 stopped, 1 anything unexpected.
    """
    ctx.obj = {"debug": debug, "log": "json" if as_json else "lines" if verbose else "none", "quiet": quiet}


def main(argv: list[str] | None = None) -> Any:
    """Run the command line and translate every failure to one sentence and an exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    # Accepted anywhere, since people add them to the end of a command that just failed.
    lifted = [word for word in ANYWHERE if word in arguments]
    arguments = [*lifted, *(word for word in arguments if word not in lifted)]
    style = "json" if "--json" in lifted else "none"
    speak_plainly()
    if argv is None:  # a process of our own
        gc.set_threshold(*GARBAGE)
    with stopping.stoppable():
        stopping.when_forced(lambda code, sentence: _say(sentence, code, style))
        try:
            code = _run(arguments, style, "--debug" in lifted)
        except stopping.Stopped as stopped:  # it came while another error was being printed
            code = stopped.exit_code
            _say(stopping.sentence(), code, style)
    if argv is None:
        _leave(code)
    sys.exit(code)


def _run(arguments: list[str], style: str, debug: bool) -> int:
    try:
        returned = cli.main(args=arguments, prog_name="riskmodel", standalone_mode=False)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except click.UsageError as error:
        error = _hinted(error, arguments)
        if style != "json":
            error.show()
            return 2
        _say(error.format_message(), 2, style)
        return 2
    except BaseException as error:  # compiled libraries raise panics that are no Exception
        ending = ending_of(error)
        if debug and (isinstance(error, RiskmodelError) or not ending.expected):
            raise
        if ending.sentence:
            _say(ending.sentence, ending.code, style)
        return ending.code
    return returned if isinstance(returned, int) else 0


def _hinted(error: click.UsageError, arguments: list[str]) -> click.UsageError:
    """Add what was probably meant: `--trade` for `-trade`, or an option before a file."""
    known = [name for one in (error.ctx.command.params if error.ctx else ()) for name in one.opts]
    if isinstance(error, click.NoSuchOption):
        # click takes `-trade` for the short options t, r, a, d, e.
        single = next(
            (word for word in arguments if word[:1] == "-" != word[1:2] and f"-{word}" in known), None
        )
        if single:
            word = one_line(single, 40)
            return click.UsageError(f"No such option {word!r}. Did you mean -{word}?", error.ctx)
    elif "unexpected extra argument" in error.message:
        files = [name for name in ("--trade", "--articles", "--listings", "--run") if name in known]
        if files:
            words = f"{error.message}. Files are given by an option: {', '.join(files)} PATH."
            return click.UsageError(words, error.ctx)
    return error


def _leave(code: int) -> NoReturn:
    """End the process, at once where another thread is still at work: a normal exit waits or crashes then."""
    for number in stopping.SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    importing = any(thread.name == "great-expectations-import" for thread in threading.enumerate())
    if importing or stopping.requested() is not None:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _say(sentence: str, code: int, style: str) -> None:
    if style == "json":
        from riskmodel.operations.logs import log

        log("json", "failed", level="error", sentence=one_line(sentence, 2000), exit_code=code)
        return
    with contextlib.suppress(OSError):
        click.echo(f"riskmodel: {one_line(sentence, 2000)}", err=True)


if __name__ == "__main__":
    main()
