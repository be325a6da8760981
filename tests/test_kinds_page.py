"""The table of kinds of input counts what is there, and names no test or case that is not."""

from pathlib import Path

import pytest

from tools import kinds_page
from tools.sections import section

ROOT = Path(__file__).parents[1]


def test_every_test_of_a_kind_is_there() -> None:
    for kind in kinds_page.kinds():
        for test in kind["tests"]:
            file, _, name = test.partition("::")
            text = (ROOT / file).read_text(encoding="utf-8")
            assert f"def {name or 'test'}" in text, test


def test_every_case_is_named_by_a_real_test() -> None:
    cases = [case for kind in kinds_page.kinds() for case in kind["cases"]]
    assert len(set(cases)) == len(cases) == 15
    assert [case for case in cases if not kinds_page.naming(case)] == []
    assert kinds_page.naming("00-no-such-case") == []


def test_tests_are_counted_by_collecting_them() -> None:
    assert kinds_page.collected(["tests/test_kinds_page.py::test_verdicts"]) == 4


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        (["held", "held"], "held"),
        (["held", "failure"], "failed"),
        (["skipped"], "not here"),
        ([], "not here"),
    ],
)
def test_verdicts(results: list[str], verdict: str) -> None:
    assert kinds_page._verdict(results) == verdict


def test_the_page_has_every_kind() -> None:
    page = section((ROOT / "docs" / "formats.md").read_text(encoding="utf-8"), kinds_page.SECTION)
    assert [k["name"] for k in kinds_page.kinds() if f"| {k['name']} |" not in page] == []
