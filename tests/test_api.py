"""`from riskmodel import score, load_run, signals, explain`: the commands as functions."""

from __future__ import annotations

import subprocess
import sys

import pytest


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


def test_every_command_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    from riskmodel.cli import COMMANDS, main

    for name in COMMANDS:
        with pytest.raises(SystemExit):
            main([name, "--help"])
        assert f"Example:  riskmodel {name}" in " ".join(capsys.readouterr().out.split()).replace(
            "Example: ", "Example:  "
        )
