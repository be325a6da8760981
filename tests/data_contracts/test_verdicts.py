"""Judging each value once gives every row the verdict that judging every row gives."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from data_contracts.checking.judge import _kind, _written_once, breaking_rows
from data_contracts.checking.judged_values import BETWEEN, BY_VALUE, Verdicts
from data_contracts.contract import Rule
from data_contracts.registry import CONTRACTS
from data_contracts.rules import one_of, within

pytestmark = pytest.mark.xdist_group("contracts")


def not_null(column: str) -> Rule:
    return Rule(
        f"{column}_given",
        2,
        "critical",
        (column,),
        "x",
        "y.",
        "expect_column_values_to_not_be_null",
        {"column": column},
    )


RULES = (
    within("low", ("n",), "n", "x", "y.", least=-2),
    within("high", ("n",), "n", "x", "y.", most=3),
    within("both", ("f",), "f", "x", "y.", least=-1.5, most=2.5),
    not_null("m"),
    within("one", ("m",), "m", "x", "y.", least=1, most=1),
    one_of("letter", "s", ("a", "b"), "x", "y."),
    not_null("s"),
    one_of("number", "k", (1, 2), "x", "y."),
    # As n and m are judged, so that their values are judged in one go.
    within("low_too", ("n_too",), "n_too", "x", "y.", least=-2),
    within("high_too", ("n_too",), "n_too", "x", "y.", most=3),
    not_null("m_too"),
    within("one_too", ("m_too",), "m_too", "x", "y.", least=1, most=1),
)
FLOATS = st.one_of(st.none(), st.sampled_from([-0.0, 0.0, -1.5, 2.5, 2.6, float("nan"), float("inf")]))
ROW = st.fixed_dictionaries(
    {
        "n": st.one_of(st.none(), st.integers(-5, 6)),
        "f": FLOATS,
        "m": st.sampled_from([None, 0, 1]),
        "s": st.sampled_from([None, "a", "b", "c", "", "\x00"]),
        "k": st.sampled_from([None, 1, 2, 3]),
        "n_too": st.one_of(st.none(), st.integers(-5, 6)),
        "m_too": st.sampled_from([None, 0, 1]),
    }
)
SCHEMA = {"n": pl.Int64(), "f": pl.Float64(), "m": pl.Int8(), "s": pl.String(), "k": pl.Int64()}
SCHEMA |= {"n_too": pl.Int64(), "m_too": pl.Int8()}


def plain(frame: pl.DataFrame) -> dict[str, list[int]]:
    """The slow and obvious way: great-expectations on every row."""
    return {rule: sorted(rows) for rule, rows in breaking_rows("all", frame, RULES).items()}


@settings(max_examples=25, deadline=None, derandomize=True, phases=[Phase.generate])
@given(parts=st.lists(st.lists(ROW, min_size=1, max_size=12), min_size=1, max_size=3), few=st.booleans())
def test_each_value_once_equals_every_row(parts: list[list[dict[str, object]]], few: bool) -> None:
    """In several parts: what was learnt in one is used in the next, and forgotten where it is much."""
    verdicts = Verdicts("all", RULES)
    with pytest.MonkeyPatch.context() as patch:
        if few:
            patch.setattr("data_contracts.checking.judged_values.REMEMBERED", 1)
            patch.setattr("data_contracts.checking.judged_values.CHUNKS", (1, 2))
        for rows in parts:
            frame = pl.DataFrame(rows, schema=SCHEMA)
            found = verdicts.broken(frame)
            assert {rule: np.flatnonzero(mask).tolist() for rule, mask in found.items()} == plain(frame)


def test_every_rule_of_every_contract_judges_one_value() -> None:
    """A rule on a pair of columns, or on a share of rows, has no verdict by value."""
    for contract in CONTRACTS.values():
        for rule in (*contract.row_rules, *contract.set_rules):
            assert rule.expectation in BY_VALUE
            assert "mostly" not in rule.kwargs


def test_another_type_of_rule_is_refused() -> None:
    rule = Rule(
        "rising", 2, "critical", ("n",), "x", "y.", "expect_column_values_to_be_increasing", {"column": "n"}
    )
    with pytest.raises(ValueError, match="rising of all must be one of"):
        Verdicts("all", [rule])


def test_known_values_are_not_judged_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second part holds values of the first and one beyond: only that one goes to the judge."""
    asked: list[pl.DataFrame] = []

    def spy(name: str, frame: pl.DataFrame, rules: list[Rule]) -> dict[str, list[int]]:
        asked.append(frame)
        return dict(breaking_rows(name, frame, rules))

    monkeypatch.setattr("data_contracts.checking.judged_values.breaking_rows", spy)
    verdicts = Verdicts("all", RULES[:2])
    assert not verdicts.broken(pl.DataFrame({"n": [-1, 0, 2]}))["low"].any()
    assert asked[0]["n"].to_list() == [-1, 2]
    asked.clear()
    assert verdicts.broken(pl.DataFrame({"n": [1, 0, -9, 2]}))["low"].tolist() == [False, False, True, False]
    assert [frame["n"].to_list() for frame in asked] == [[-9]]


def test_columns_under_the_same_terms_are_judged_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """One expectation for both, each with its own verdicts; other bounds and other types are kept apart."""
    asked: list[tuple[dict[str, list[object]], list[str]]] = []

    def spy(name: str, frame: pl.DataFrame, rules: list[Rule]) -> dict[str, list[int]]:
        asked.append((frame.to_dict(as_series=False), [rule.name for rule in rules]))
        return dict(breaking_rows(name, frame, rules))

    monkeypatch.setattr("data_contracts.checking.judged_values.breaking_rows", spy)
    bounds = {"a": 3, "b": 3, "c": 4, "d": 3}
    rules = [within(f"{name}_rule", (name,), name, "x", "y.", most=most) for name, most in bounds.items()]
    frame = pl.DataFrame({"a": [1, 9], "b": [None, 4], "c": [4, 4], "d": [1.0, 3.5]})
    found = Verdicts("alike", rules).broken(frame)
    assert {name: mask.tolist() for name, mask in found.items()} == {
        "a_rule": [False, True],
        "b_rule": [False, True],
        "c_rule": [False, False],
        "d_rule": [False, True],
    }
    assert [rules for _, rules in asked] == [["a_rule", "c_rule", "d_rule"]]
    assert asked[0][0]["a"] == [1, 9, 4, None]


def test_an_expectation_writes_its_configuration_once() -> None:
    """The library asks for it ninety times in a validation; its own class writes it each time."""
    terms = {"column": "n", "min_value": 0, "max_value": 3, "meta": {"rule": "low"}}
    plain, once = _kind(BETWEEN)(**terms), _written_once(BETWEEN)(**terms)
    assert plain.configuration is not plain.configuration
    assert once.configuration is once.configuration
    assert once.configuration.kwargs == plain.configuration.kwargs
    assert once.configuration is not _written_once(BETWEEN)(**terms).configuration


@pytest.mark.parametrize("rest", [[float("nan")], [None], [float("inf")], [-1.0], [9.0]])
def test_ends_alone_settle_a_column_only_where_all_is_known(rest: list[float | None]) -> None:
    """Values within known ends need no verdict; what is not a number, nothing, or beyond them does."""
    rules = [within("f_rule", ("f",), "f", "x", "y.", least=0, most=3)]
    frame = pl.DataFrame({"f": [2.0, *rest]}, schema={"f": pl.Float64})
    verdicts = Verdicts("ends", rules)
    assert not verdicts.broken(pl.DataFrame({"f": [0.0, 1.0, 3.0]}))["f_rule"].any()
    assert (
        verdicts.broken(frame)["f_rule"].tolist() == Verdicts("ends", rules).broken(frame)["f_rule"].tolist()
    )


def test_dates_are_judged() -> None:
    rule = one_of("day", "d", (date(2022, 5, 1),), "x", "y.")
    found = Verdicts("days", [rule]).broken(pl.DataFrame({"d": [date(2022, 5, 1), date(2022, 5, 2), None]}))
    assert found["day"].tolist() == plain_day(rule)


def plain_day(rule: Rule) -> list[bool]:
    frame = pl.DataFrame({"d": [date(2022, 5, 1), date(2022, 5, 2), None]})
    return [place in breaking_rows("days", frame, [rule])["day"] for place in range(3)]
