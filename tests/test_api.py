"""`from riskmodel import score, load_run, signals, explain`: the commands as functions."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

CHECKOUT = Path(__file__).resolve().parents[1]


def test_importing_the_package_imports_no_heavy_library() -> None:
    code = "import riskmodel, sys; dir(riskmodel); print(sorted(sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for heavy in ("polars", "pandas", "sklearn", "numpy", "great_expectations"):
        assert f"'{heavy}'" not in shown


def test_the_module_runs_as_a_command() -> None:
    asked = [sys.executable, "-m", "riskmodel", "scor"]
    ended = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert ended.returncode == 2 and "Did you mean score" in ended.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("score", "-trade", "x"), "Did you mean --trade?"),
        (("score", "x.csv", "--as-of", "2024-06-30", "--out", "r"), "Files are given by an option: --trade"),
        (("explan", "KGZ"), "Did you mean explain?"),
        (("zzz",), "There are: score, mentions"),
        (("models", "lst"), "Did you mean 'list'?"),
        (("store", "chek"), "Did you mean 'check'?"),
        (("score", "--trad", "x"), "'--trade'"),
        (("store", "list", "--stor", "x"), "'--store'"),
    ],
)
def test_a_slip_is_answered_with_what_was_meant(
    words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from riskmodel.cli import main

    with pytest.raises(SystemExit) as stopped:
        main(list(words))
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err


def every_command() -> list[tuple[str, ...]]:
    """Commands, and commands of commands, by their words."""
    from riskmodel.cli import cli

    found: list[tuple[str, ...]] = []
    waiting: list[tuple[tuple[str, ...], click.Command]] = [((), cli)]
    while waiting:
        words, command = waiting.pop()
        if words:
            found.append(words)
        if isinstance(command, click.Group):
            inside = click.Context(command)
            for name in command.list_commands(inside):
                below = command.get_command(inside, name)
                assert below is not None
                waiting.append(((*words, name), below))
    return sorted(found)


@pytest.mark.parametrize("words", every_command(), ids="-".join)
def test_help_of_every_command_ends_with_an_example(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    from riskmodel.cli import main

    with pytest.raises(SystemExit):
        main([*words, "--help"])
    example = capsys.readouterr().out.rpartition("Example:")[2].split()
    assert example[: 1 + len(words)] == ["riskmodel", *words]
    assert "Options:" not in example


@pytest.mark.parametrize("words", every_command(), ids="-".join)
def test_every_example_is_understood(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """The options and arguments of an example exist; a required one is not left out."""
    from riskmodel.cli import cli, main

    with pytest.raises(SystemExit):
        main([*words, "--help"])
    example = capsys.readouterr().out.rpartition("Example:")[2].partition(">")[0].split()
    command: click.Command = cli
    for word in words:
        assert isinstance(command, click.Group)
        command = command.get_command(click.Context(command), word) or command
    if isinstance(command, click.Group):
        command, example = _below(command, example[len(words) + 1 :])
        words = ()
    command.make_context("example", list(example[len(words) + 1 :] if words else example))


def _below(group: click.Group, words: list[str]) -> tuple[click.Command, list[str]]:
    found = group.get_command(click.Context(group), words[0])
    assert found is not None
    return found, words[1:]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_the_script_of_a_shell(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    from riskmodel.cli import main

    with pytest.raises(SystemExit) as ended:
        main(["completion", shell])
    script = capsys.readouterr().out
    assert ended.value.code == 0
    assert f"_RISKMODEL_COMPLETE={shell}_complete" in script
    assert script.startswith("#compdef riskmodel") == (shell == "zsh")


ASKED = {
    "bash": {"COMP_WORDS": "riskmodel score --trade-", "COMP_CWORD": "2"},
    "zsh": {"COMP_WORDS": "riskmodel score --trade-", "COMP_CWORD": "2"},
    "fish": {"COMP_WORDS": "riskmodel score --trade-", "COMP_CWORD": "--trade-"},
}


@pytest.mark.parametrize("shell", list(ASKED))
def test_the_command_answers_what_the_script_asks(shell: str) -> None:
    asked = ASKED[shell] | {"_RISKMODEL_COMPLETE": f"{shell}_complete"}
    ended = subprocess.run(
        [sys.executable, "-c", "from riskmodel.cli import main; main()"],
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--trade-format" in ended.stdout and "--articles" not in ended.stdout
    assert ended.stderr == ""


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_a_command_with_the_script(tmp_path: Path) -> None:
    """The script as a shell runs it: `sc` and Tab become `score`."""
    name = tmp_path / "riskmodel"
    name.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m riskmodel "$@"\n')
    name.chmod(0o755)
    steps = (
        "source <(riskmodel completion bash); COMP_WORDS=(riskmodel sc); COMP_CWORD=1; "
        '_riskmodel_completion riskmodel; echo "${COMPREPLY[@]}"; complete -p riskmodel'
    )
    ended = subprocess.run(
        ["bash", "--norc", "-c", steps],
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.splitlines()[0] == "score"
    assert "_riskmodel_completion riskmodel" in ended.stdout
