"""The data grade: each thing that was not reported costs a step, and below D nothing is said."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import polars as pl
import pytest

from features.panel import panel_schema
from riskmodel.model.grade import SHORTFALLS, with_grade

WHOLE = {
    "as_of": date(2023, 3, 31),
    "country": "ARM",
    "inbound_surge": 0.4,
    "onward_surge": 0.2,
    "inbound_age_months": 2,
    "inbound_coverage": 1.0,
    "onward_age_months": 2,
    "onward_coverage": 1.0,
    "direct_coverage": 1.0,
    "counterfactual": "controls",
}
# One at a time: what a country lacks, in the order of the shortfalls that it costs.
LACKS: list[dict[str, Any]] = [
    {"onward_surge": None, "onward_coverage": 0.0, "onward_age_months": None},
    {"inbound_coverage": 0.79},
    {"inbound_age_months": 7},
    {"direct_coverage": 0.0},
    {"counterfactual": "none"},
]


def graded(**differs: Any) -> dict[str, Any]:
    """The grade of a country of which everything was reported but for what differs."""
    row = with_grade(pl.DataFrame([{**WHOLE, **differs}], schema=panel_schema())).row(0, named=True)
    return {**row, "shortfalls": json.loads(row["shortfalls"])}


@pytest.mark.parametrize(("lacks", "grade"), [*enumerate(["A", "B", "C", "D", None, None])])
def test_every_shortfall_costs_a_grade_and_below_d_nothing_is_said(lacks: int, grade: str | None) -> None:
    found = graded(**{name: value for lack in LACKS[:lacks] for name, value in lack.items()})
    assert (found["grade"], found["abstained"]) == (grade, grade is None)
    assert len(found["shortfalls"]) == lacks


@pytest.mark.parametrize("lack", LACKS)
def test_one_shortfall_alone_is_grade_b_and_has_its_words(lack: dict[str, Any]) -> None:
    found = graded(**lack)
    assert (found["grade"], found["abstained"], len(found["shortfalls"])) == ("B", False, 1)
    assert found["shortfalls"][0] in {item.words for item in SHORTFALLS}


@pytest.mark.parametrize(
    ("differs", "grade"),
    [
        ({"inbound_coverage": 0.8}, "A"),
        ({"inbound_coverage": 0.4}, "B"),
        ({"inbound_coverage": 0.39}, "C"),  # part is missing, and most is
        ({"onward_coverage": 0.5}, "A"),
        ({"onward_coverage": 0.49}, "B"),
        ({"onward_age_months": 6}, "A"),
        ({"onward_age_months": 7}, "B"),
        ({"onward_age_months": 7, "onward_coverage": 0.1}, "B"),  # few or old: one shortfall
        ({"inbound_age_months": 6}, "A"),
    ],
)
def test_where_a_shortfall_begins(differs: dict[str, Any], grade: str) -> None:
    assert graded(**differs)["grade"] == grade


def test_an_unknown_inbound_leg_abstains_however_much_else_was_reported() -> None:
    found = graded(inbound_surge=None)
    assert (found["grade"], found["abstained"]) == (None, True)
    assert found["shortfalls"] == ["the coalition's exports to the country are unknown"]


def test_unknown_coverage_is_no_shortfall() -> None:
    """A run without a trade table has no coverage at all: only the legs themselves say what is missing."""
    assert graded(inbound_coverage=None, direct_coverage=None, counterfactual=None)["grade"] == "A"
