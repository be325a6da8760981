"""Pages made from code say what the code says, and tables written by hand name what the code has."""

import ast
import re
from pathlib import Path

import pytest

from riskmodel.settings import default_models
from tools.documents.dropped_rows_page import KINDS, reasons_in_code, table, words_in_code
from tools.documents.pages import DOCS, PAGES, main

ROOT = DOCS.parent
MESSAGES = DOCS / "howto" / "troubleshooting.md"


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_fresh(name: str):
    text = (DOCS / name).read_text(encoding="utf-8")
    assert text == PAGES[name](), "run python -m tools.documents.pages --write"


def test_stale_pages_are_named(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setattr("tools.documents.pages.DOCS", tmp_path)
    monkeypatch.setattr("tools.documents.pages.PAGES", {"a.md": lambda: "now"})
    (tmp_path / "a.md").write_text("before", encoding="utf-8")
    assert main([]) == 1
    assert "a.md" in capsys.readouterr().err
    assert main(["--write"]) == 0
    assert main([]) == 0


def test_every_reason_to_drop_a_row_is_explained():
    """A reader that counts under a new reason needs a line of the table; a line needs a reader."""
    listed = {row["reason"] for row in table()}
    assert reasons_in_code() - listed == set()
    assert listed - words_in_code() == set()
    assert {row["kind"] for row in table()} == set(KINDS)
    assert all(row["meaning"] for row in table())


def test_reasons_of_the_code_are_found():
    assert {"other_flow", "state_part", "hs4_without_cn8", "earlier_vintage"} <= reasons_in_code()


def texts_of_the_code() -> list[str]:
    """Every text of the code, with `…` for what is put into it."""
    found = [(ROOT / "Makefile").read_text(encoding="utf-8")]
    for folder in ("riskmodel", "features", "data_contracts"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    parts = (one.value if isinstance(one, ast.Constant) else "…" for one in node.values)
                    found.append("".join(map(str, parts)))
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.append(node.value)
    return found


def messages() -> list[str]:
    return re.findall(r"^\| `([^`]+)` \|", MESSAGES.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.fixture(scope="module")
def code() -> list[str]:
    return texts_of_the_code()


@pytest.mark.parametrize("message", messages())
def test_every_message_of_the_page_is_one_of_the_code(message: str, code: list[str]):
    if message == "RISKMODEL_…: …":
        message = "RISKMODEL_…: …."
    parts = [re.escape(part) for part in message.split("…") if part.strip(" .,:;")]
    wanted = re.compile(".*".join(parts), re.DOTALL)
    assert any(wanted.search(text) for text in code)


def test_a_message_that_no_one_prints_is_noticed(code: list[str]):
    assert not any("this sentence is printed by nothing" in text for text in code)
    assert len(messages()) > 25


def test_the_page_on_hiding_is_of_the_champion():
    """Its figures are measured, which takes minutes, so only the name of the model is compared."""
    champion = (default_models() / "CHAMPION").read_text(encoding="utf-8").strip()
    page = (DOCS / "explanation" / "hiding.md").read_text(encoding="utf-8")
    assert f"Model {champion}, frozen" in page, "run python -m tools.documents.hiding --write"


def test_the_changes_of_the_model_begin_with_the_champion():
    champion = (default_models() / "CHAMPION").read_text(encoding="utf-8").strip()
    page = (DOCS / "reference" / "model_changes.md").read_text(encoding="utf-8")
    assert re.findall(r"`(\w+-[0-9a-f]{10})`", page)[0] == champion, "add a line for the new champion"
