"""The command line: a lazy group, so that `riskmodel --help` imports no heavy library."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from typing import Any

import click

from riskmodel.errors import RiskmodelError

# name -> (module in riskmodel.commands, one line for --help); a command module is imported when it runs.
COMMANDS = {
    "score": ("score", "Score transit countries as of a date and publish a run folder."),
    "mentions": ("mentions", "Find diversion mentions in articles."),
    "validate": ("validate", "Check input files against their contract."),
    "simulate": ("simulate", "Make a simulated world with planted diversion and a truth table."),
    "retrain": ("retrain", "Train, backtest and store a new model."),
    "explain": ("explain", "Explain one country's score from a run folder."),
}


class LazyGroup(click.Group):
    """Lists commands from a table and imports the chosen one only."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"riskmodel.commands.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, words) for name, (_, words) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="export-diversion-risk", prog_name="riskmodel")
@click.option("--debug", is_flag=True, help="Show a traceback instead of one sentence on errors.")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """Score the risk that controlled goods reach Russia through third countries.

    A score is a reason to look, not proof. Exit codes: 0 done, 2 wrong usage, 3 a critical contract
    failed, 4 model refused, 5 input unreadable, 1 anything unforeseen.
    """
    ctx.obj = {"debug": debug}


def main(argv: list[str] | None = None) -> Any:
    """Run the command line and translate every failure to one sentence and an exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    debug = "--debug" in arguments
    if debug:  # accepted anywhere, since people add it to the end of a command that just failed
        arguments = ["--debug", *(word for word in arguments if word != "--debug")]
    signal.signal(signal.SIGTERM, _terminate)
    try:
        code = cli.main(args=arguments, prog_name="riskmodel", standalone_mode=False)
    except click.exceptions.Abort:
        _say("Stopped; nothing was published.")
        code = 130
    except click.ClickException as error:
        error.show()
        code = 2 if isinstance(error, click.UsageError) else error.exit_code
    except RiskmodelError as error:
        if debug:
            raise
        _say(str(error))
        code = error.exit_code
    except KeyboardInterrupt:
        _say("Stopped; nothing was published.")
        code = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    except MemoryError:
        _say("Out of memory; give fewer or smaller files, or a machine with more memory.")
        code = 1
    except Exception as error:
        if debug:
            raise
        _say(f"Unforeseen {type(error).__name__}: {error}. Run again with --debug for the traceback.")
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _terminate(signum: int, frame: object) -> None:
    raise KeyboardInterrupt


def _say(sentence: str) -> None:
    click.echo(f"riskmodel: {' '.join(sentence.split())}", err=True)


if __name__ == "__main__":
    main()
