"""The progress display is silent in pipes and logs, and shows step names to a person."""

import io

import pytest
from rich.console import Console

from riskmodel.operations.progress import progress


def test_silent_when_stderr_is_no_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    with progress() as steps:
        steps.step("reading trade", total=3)
        steps.advance()
        steps.step("scoring")
    out, err = capfd.readouterr()
    assert out == err == ""


def test_silent_when_quiet() -> None:
    out = io.StringIO()
    with progress(quiet=True, console=Console(file=out, force_terminal=True)) as steps:
        steps.step("reading trade")
    assert out.getvalue() == ""


def test_names_the_steps_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    out = io.StringIO()
    with progress(console=Console(file=out, force_terminal=True, width=80)) as steps:
        steps.step("reading [trade]", total=2)
        steps.advance(2)
        steps.step("scoring")
    assert "reading [trade]" in out.getvalue()
    assert "100%" in out.getvalue()
    assert "scoring" in out.getvalue()


def test_an_error_inside_passes_through() -> None:
    with pytest.raises(ValueError, match="inner"), progress() as steps:
        steps.step("reading")
        raise ValueError("inner")
