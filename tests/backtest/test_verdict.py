"""The verdict of a backtest says in words what its tables say in figures, and never more."""

from dataclasses import replace

import pytest

from riskmodel.backtest.page import backtest_page
from riskmodel.backtest.results import (
    AlarmResult,
    Alarms,
    Backtest,
    Evaluation,
    FamilyLine,
    MethodResult,
    SliceResult,
)
from riskmodel.backtest.verdict import verdict_lines


def method(precision, between=None, *, ten=0.3, error=0.01):
    return MethodResult(precision, between, ten, 0.5, 0.1, 0.2, None, error)


def backtest(mine, other, **parts):
    methods = {"model": mine, "persistence": other, "climatology": method(0.05)}
    slices = {"all": SliceResult(1000, 80, 50, 0.08, methods)}
    evaluation = Evaluation(slices=slices, **parts)
    return Backtest("Protocol.", True, "model", {}, evaluation, {}, ())


@pytest.mark.parametrize(
    ("mine", "other", "words"),
    [
        (method(0.6, (0.5, 0.7)), method(0.3, (0.2, 0.4)), "is clearly better than the best yardstick"),
        (method(0.6, (0.4, 0.7)), method(0.5, (0.3, 0.6)), "not beyond doubt, since the intervals overlap"),
        (method(0.6), method(0.5), "is better than the best yardstick:"),
        (method(0.5, (0.4, 0.6)), method(0.5, (0.3, 0.6)), "is no better than the best yardstick"),
    ],
)
def test_first_comes_whether_it_is_better_than_the_best_yardstick(mine, other, words):
    first = verdict_lines(backtest(mine, other))[0]
    assert words in first
    assert "of persistence (1,000 rows, 80 events, 8.0 %)" in first


def test_ten_highest_are_compared_with_ten_by_chance():
    line = verdict_lines(backtest(method(0.6, ten=0.4), method(0.3)))[1]
    assert "4 had an event" in line
    assert "at random would hold 0.8" in line


@pytest.mark.parametrize(
    ("precision", "word"), [(0.06, "hardly finds"), (0.3, "finds some of"), (0.7, "finds what is new")]
)
def test_what_is_new_is_said_apart(precision, word):
    known = backtest(method(0.6), method(0.3))
    onset = SliceResult(900, 20, 50, 0.02, {"model": method(precision)})
    slices = {**known.evaluation.slices, "onset_only": onset}
    lines = verdict_lines(replace(known, evaluation=replace(known.evaluation, slices=slices)))
    assert any(word in line and "2.2 %" in line for line in lines)


def test_probabilities_that_are_off_are_called_so():
    good, bad = (verdict_lines(backtest(method(0.6, error=e), method(0.3))) for e in (0.01, 0.12))
    assert any("can be taken as they are here" in line for line in good)
    assert any("are off here" in line and "12 points" in line for line in bad)


def test_alarms_and_authors_are_counted():
    alarms = Alarms(50, {"model": AlarmResult(20, 0.25, 3.0, 0.84)})
    lines = {
        "firms": FamilyLine(500, 30, {"model": 0.35, "persistence": 0.2}, ("persistence",), 0.6),
        "markets": FamilyLine(500, 50, {"model": 0.55, "persistence": 0.58}, ("persistence",), 0.8),
    }
    known = replace(backtest(method(0.6), method(0.3), alarms=alarms), families=lines)
    said = " ".join(verdict_lines(known))
    assert "finds 25 % of the 20 spells" in said
    assert "0.8 false alarms a quarter" in said
    assert "best in markets (0.55) and worst in firms (0.35); a yardstick does as well in markets" in said
    page = backtest_page(known)
    assert page.index("Verdict") < page.index("Author by author") < page.index("Ranking and probability")
    assert "markets: model 0.55, yardstick 0.58, chance 0.10, who knew 0.80" in page


def test_nothing_is_said_where_nothing_was_judged():
    empty = Evaluation(slices={"all": SliceResult(10, 0)})
    assert verdict_lines(Backtest("Protocol.", True, "model", {}, empty, {}, ())) == []


def test_lines_of_a_chart_differ_without_colour():
    curves = dict.fromkeys(("model", "persistence", "climatology"), ((0.0, 1.0), (1.0, 0.1)))
    page = backtest_page(replace(backtest(method(0.6), method(0.3)), curves=curves))
    for place, name in enumerate(("this model", "climatology", "persistence")):
        assert name in page
        assert f'<polyline class="c{place}"' in page
    for place in (1, 2, 3):
        assert f".chart polyline.c{place} {{ stroke-dasharray" in page
