"""In every trade format: a part is never the whole, and numbers are read by one grammar."""

from itertools import chain, cycle
from pathlib import Path

import polars as pl
import pytest
from trade_samples import COMTRADE, SAMPLES, accepted, lines, read, sign_of, with_value, write

from data_contracts.checking.check import validate
from data_contracts.trade_flows.contract import CONTRACT
from riskmodel.sources.trade.copies import part_columns
from riskmodel.sources.trade.read import FORMATS


def test_every_format_that_gives_rows_has_a_sample_here() -> None:
    apart = ("baci-code-list", "comext-browser")  # holds no rows; its sheets have their own tests
    giving = {form.name for form in FORMATS if not form.lacks and form.name not in apart}
    assert giving == {reader for reader, _, _ in SAMPLES.values()}


@pytest.mark.parametrize(
    ("name", "column"), list(zip(SAMPLES, cycle(("STATE", "End use", "district")), strict=False))
)
def test_rows_of_a_part_neither_join_nor_replace_the_whole(tmp_path: Path, name: str, column: str) -> None:
    header, rows = lines(name)
    sign, rows = sign_of(header), rows[:24]
    expected = accepted(read(write(tmp_path / "a", name, header, rows)))
    assert expected
    parts = [[with_value(name, header, row, str(n)) + sign + part for n, part in enumerate(("CA", "TX"), 1)]
             for row in rows]  # fmt: skip
    both = [[f"{row}{sign}Total", *some] for row, some in zip(rows, parts, strict=True)]
    batch = read(write(tmp_path / "b", name, header + sign + column, [*chain(*both)]))
    assert accepted(batch) == expected
    reason = part_columns()["".join(filter(str.isalnum, column.lower()))]
    assert batch.dropped[reason] % (2 * len(rows)) == 0


@pytest.mark.parametrize("modes", [("1000",), ("1000", "2100")])
def test_a_flow_in_one_mode_of_transport_is_a_part_and_one_in_several_a_whole(
    tmp_path: Path, modes: tuple[str, ...]
) -> None:
    row = "C,M,{},2022{},276,X,417,0,H6,854231,6,C00,0,{},5,False,100"
    rows = [row.format(int(month), month, mode) for month in ("05", "06") for mode in modes]
    batch = read(write(tmp_path, "t.csv", COMTRADE, rows))
    if len(modes) == 1:
        assert (batch.frame.height, batch.dropped) == (0, {"transport_mode_part": 2})
    else:
        assert batch.frame["value_usd"].to_list() == [200, 200]


def swapped(text: str) -> str:
    return text.translate(str.maketrans(",.", ".,"))


SPELLINGS = {
    "decimal comma": lambda n, _: swapped(f"{n:,.2f}"),
    "apostrophes": lambda n, _: f"{n:,.2f}".replace(",", "\u2019"),
    "narrow blanks": lambda n, _: swapped(f"{n:,.2f}").replace(".", "\u202f"),
    "groups as in India": lambda n, _: f"{n // 100_000},{n // 1000 % 100:02},{n % 1000:03}.00",
    "signs of money": lambda n, sign: f"{sign}{n:,.2f}",
}
MONEY = {"USD": "US$ ", "EUR": "\u20ac ", "GBP": "\u00a3"}


def spelled(folder: Path, name: str, values: list[str]) -> Path:
    """The first rows of a sample with these values, cells between semicolons."""
    header, rows = lines(name)
    sign, place = sign_of(header), "<value>"
    divided = sign if sign == "\t" else ";"
    cells = [with_value(name, header, row, place).split(sign) for row in rows[: len(values)]]
    written = [divided.join(row).replace(place, text) for row, text in zip(cells, values, strict=True)]
    return write(folder, name, divided.join(header.split(sign)), written)


@pytest.mark.parametrize("name", SAMPLES)
def test_numbers_are_read_as_their_column_shows(tmp_path: Path, name: str) -> None:
    numbers = [1_234_567, 125_000, 123_456, 7_125_340]
    money = MONEY[SAMPLES[name][2]]
    plain = read(spelled(tmp_path / "plain", name, [f"{n}" for n in numbers]))
    expected = plain.frame.drop("source_file").rows()
    assert any(value is not None for value in plain.frame["value_usd"])
    for way, spell in SPELLINGS.items():
        batch = read(spelled(tmp_path / way, name, [spell(n, money) for n in numbers]))
        assert batch.frame.drop("source_file").rows() == expected, way


@pytest.mark.parametrize("name", SAMPLES)
def test_negative_numbers_stay_negative(tmp_path: Path, name: str) -> None:
    for number, text in enumerate(("1.234,50-", "(1.234,50)", "-1.234,50")):
        batch = read(spelled(tmp_path / str(number), name, [text, text]))
        values = [float(value) for value in batch.frame["value_usd"].drop_nulls()]
        assert min(values) < -1000


@pytest.mark.parametrize("name", SAMPLES)
def test_a_number_that_no_cell_decides_is_refused_under_the_rule(tmp_path: Path, name: str) -> None:
    batch = read(spelled(tmp_path, name, ["125.000", "125.000"]))
    result = validate(CONTRACT, batch.frame)
    refused = result.quarantined.filter("broke_value_usd_is_whole_number")
    assert refused.height >= 1
    assert refused["value_usd"].cast(pl.String).str.contains("decimal or between thousands").all()
