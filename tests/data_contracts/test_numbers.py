"""Numbers as other countries write them are decided by the column, or marked and never guessed."""

import polars as pl
import pytest

from data_contracts.checking.grammar import whole_numbers
from data_contracts.checking.numbers import decimal_signs, nothing_said, plain_numbers

READ = [
    (["125.340", "999", "1.234.567"], ["125340", "999", "1234567"]),
    (["1.234,50", "12.345"], ["1234.50", "12345"]),
    (["125340,5", "999,0", "10,25"], ["125340.5", "999", "10.25"]),
    (["1,00,000", "12,34,567.50", "12,345"], ["100000", "1234567.50", "12345"]),
    (["1'234'567.50", "12\u2019345"], ["1234567.50", "12345"]),
    (["1\u202f234\u202f567,5", "1 000", "2\u00a0000"], ["1234567.5", "1000", "2000"]),
    (["$1,234.50", "(1,234)", "7-", "\u22126", "USD 5", "-$ 3"], ["1234.50", "-1234", "-7", "-6", "5", "-3"]),
    (["0.500", "125.000"], ["0.500", "125"]),
    (["1234.567", "12.345"], ["1234.567", "12.345"]),
    (["1,5E+06", "12.345"], ["1.5E+06", "12345"]),
    (["NA", ": c", "#N/A", "NaN", "..", "-", "5"], [None] * 6 + ["5"]),
]


@pytest.mark.parametrize(("cells", "plain"), READ)
def test_a_column_that_shows_its_way_is_read(cells: list[str], plain: list[str | None]) -> None:
    column = pl.Series(cells)
    assert plain_numbers(column, decimal_signs(column, "USD"), "USD").to_list() == plain


@pytest.mark.parametrize(
    "cells",
    [["125.000", "25.000"], ["1,234"], ["1.234", "1,234"], ["12.5", "1.234.567"], ["1,5", "1,234,567"]],
)
def test_what_no_cell_or_two_cells_decide_is_never_a_number(cells: list[str]) -> None:
    column = pl.Series(cells)
    marked = plain_numbers(column, decimal_signs(column))
    assert all(cell.startswith(f"{text} (is the sign") for text, cell in zip(cells, marked, strict=True))
    assert whole_numbers(column).to_list() == [None] * len(cells)


@pytest.mark.parametrize("cell", ["1000 EUR", "€ 7", "1.2.3", "1,23,4", "12 34", "many", "1e6 lots"])
def test_other_money_and_other_text_stay_as_written(cell: str) -> None:
    column = pl.Series([cell, "7"])
    assert plain_numbers(column, frozenset("."), "USD")[0].startswith(cell)
    assert whole_numbers(column)[0] is None


def test_a_word_for_nothing_is_no_number() -> None:
    assert nothing_said(pl.Series([" NA ", "x", "0", "Nauru"])).to_list() == [True, True, False, False]
