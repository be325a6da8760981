"""What is generated from the contracts and committed must be what the contracts say now."""

from pathlib import Path

import pytest

from data_contracts.registry import CONTRACTS
from tools.contracts import golden, rules_page
from tools.sections import renewed

pytestmark = pytest.mark.xdist_group("contracts")
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "contracts.md"


@pytest.mark.parametrize("contract", CONTRACTS)
def test_golden_file_is_fresh(contract: str) -> None:
    path = golden.golden_path(contract)
    assert path.read_text(encoding="utf-8") == golden.golden_text(CONTRACTS[contract]), (
        "run python -m tools.contracts.golden --write, and raise the version of the contract"
    )


def test_golden_command_names_stale_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(golden, "golden_path", lambda name: tmp_path / f"{name}.json")
    assert golden.main([]) == 1
    assert "goods" in capsys.readouterr().err
    assert golden.main(["--write"]) == 0
    assert golden.main([]) == 0


def test_golden_files_hold_no_ids_and_no_versions() -> None:
    for contract in CONTRACTS:
        text = golden.golden_path(contract).read_text(encoding="utf-8")
        assert '"id"' not in text
        assert "great_expectations_version" not in text


def test_document_is_fresh() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    fresh = renewed(text, {rules_page.SECTION: rules_page.rule_tables()})
    assert fresh == text, "run python -m tools.contracts.rules_page --write docs/contracts.md"


def test_document_says_that_every_rule_fails() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert "does not fail" not in text
    assert "nothing yet" not in text
