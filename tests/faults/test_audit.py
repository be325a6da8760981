"""An audit that could not look anything up is no pass."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / ".ci" / "audit.py"


@pytest.fixture
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SOUND = {"name": "a", "version": "1", "vulns": []}
BAD = {"name": "b", "version": "2", "vulns": [{"id": "X-1", "fix_versions": ["3"]}]}
UNKNOWN = {"name": "c", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("found", "code", "words"),
    [
        ([SOUND], 0, "1 of 1 packages looked up: 0 with advisories"),
        ([SOUND, BAD], 1, "b 2: X-1; fixed in 3"),
        ([SOUND, UNKNOWN], 2, "NOT LOOKED UP: c"),
        ([UNKNOWN], 2, "NOTHING IS KNOWN"),
        ([BAD, UNKNOWN], 1, "NOT LOOKED UP: c"),
    ],
)
def test_what_is_not_known_is_said(
    audit: ModuleType, capsys: pytest.CaptureFixture[str], found: list[dict], code: int, words: str
) -> None:
    assert audit.tell(found) == code
    assert words in capsys.readouterr().out


def test_no_answer_at_all(
    audit: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake = tmp_path / "pip-audit"
    fake.write_text("#!/bin/sh\necho 'connection refused' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setattr(audit.sys, "executable", str(tmp_path / "python"))
    assert audit.main("requirements.lock") == 2
    assert "connection refused" in capsys.readouterr().out
