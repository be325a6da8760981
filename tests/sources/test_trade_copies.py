"""Copies are never added up and a part is never the whole: in every format, by one mechanism."""

import random
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from trade_samples import (
    BULK,
    CENSUS,
    COMTRADE,
    SAMPLES,
    SDMX,
    WIDE_ROWS,
    accepted,
    lines,
    read,
    whole,
    with_value,
    write,
)

from riskmodel.sources.trade.copies import CONFLICT, once
from riskmodel.sources.trade.read import read_trade


@pytest.mark.parametrize("name", SAMPLES)
def test_given_twice_or_in_overlapping_halves_gives_the_same_table(tmp_path: Path, name: str) -> None:
    header, rows = lines(name)
    expected = [*whole(name)]
    assert len(expected) >= 6
    twice = read(
        write(tmp_path / "a", name, header, rows), write(tmp_path / "b", name, header, [*rows, *rows])
    )
    assert {file.reader for file in twice.files} == {SAMPLES[name][0]}
    assert accepted(twice) == expected
    draw = random.Random(name)
    cuts = sorted(draw.sample(range(1, len(rows)), 2))
    mixed = draw.sample(rows, len(rows))
    halves = read(
        write(tmp_path / "c", name, header, mixed[: cuts[1]]),
        write(tmp_path / "d", name, header, mixed[cuts[0] :]),
    )
    assert accepted(halves) == expected
    assert halves.rows_read == (len(rows) + cuts[1] - cuts[0]) * WIDE_ROWS.get(name, 1)
    assert halves.rows_read == halves.frame.height + sum(halves.dropped.values())


@pytest.mark.parametrize("name", SAMPLES)
def test_a_download_that_says_more_is_a_copy_all_the_same(tmp_path: Path, name: str) -> None:
    """The same rows with and without a column of labels, which no reader uses."""
    header, rows = lines(name)
    sign = "\t" if "\t" in header else ","
    short = write(tmp_path / "a", name, header, rows)
    expected = [*whole(name)]
    more = write(
        tmp_path / "b", name, f"{header}{sign}Remark", [f"{row}{sign}n{n % 2}" for n, row in enumerate(rows)]
    )
    assert accepted(read(short, more)) == expected


MAY_LACK = {
    "cn8.csv": ("net_kg",), "comtrade.csv": ("netWgt", "isNetWgtEstimated"),
    "tariff.csv": ("netWgt",), "legacy.csv": ("Netweight (kg)",), "named.csv": ("quantity_t",),
    "india.csv": ("quantity", "unit"), "uk.csv": ("NetMass", "CountryCodeAlpha"),
    "bulk.csv": ("QUANTITY_KG", "SUPPL_UNIT", "TRADE_TYPE"),
}  # fmt: skip


@pytest.mark.parametrize("name", MAY_LACK)
def test_a_download_that_says_less_is_a_copy_all_the_same(tmp_path: Path, name: str) -> None:
    header, rows = lines(name)
    full = write(tmp_path / "a", name, header, rows)
    expected = [*whole(name)]
    kept = [n for n, column in enumerate(header.split(",")) if column not in MAY_LACK[name]]
    short_header, *short_rows = (",".join(line.split(",")[n] for n in kept) for line in (header, *rows))
    short = write(tmp_path / "b", name, short_header, short_rows)
    assert accepted(read(short, full)) == expected


@pytest.mark.parametrize("name", SAMPLES)
def test_rows_of_one_cell_that_disagree_are_not_used(tmp_path: Path, name: str) -> None:
    """Not summed, not chosen from: the whole canonical row is refused, all others stay."""
    header, rows = lines(name)
    expected = [*whole(name)]
    other = with_value(name, header, rows[0], "7654321")
    disagreeing = accepted(read(write(tmp_path / "b", name, header, [*rows, other])))
    assert len(disagreeing) == len(expected) - 1
    assert set(disagreeing) < set(expected)


def test_the_later_update_of_an_extract_counts_and_is_known_from_its_day(tmp_path: Path) -> None:
    header = SDMX + ",LAST UPDATE"
    row = "M,DE,KG,85423190,2,VALUE_IN_EUROS,2022-05,{},{}"
    old, new = row.format(1000, "15/07/22 11:00:00"), row.format(2000, "14/08/22 11:00:00")
    other = old.replace("85423190", "85423911")
    batch = read_trade([write(tmp_path, "t.csv", header, [new, old, other])])
    # A file of one extract says nothing of when its figures came out; a revision does.
    assert batch.frame.select("hs6", "value_usd", "known_at").rows() == [
        ("854231", 2106, date(2022, 8, 14)),
        ("854239", 1053, None),
    ]
    assert batch.dropped == {"earlier_vintage": 1}


def test_the_later_release_of_a_bulk_file_counts_and_is_known_from_its_day(tmp_path: Path) -> None:
    """Comtrade's bulk files have their day of release in their name; unpacked ones end in .txt."""
    row = "C,M,5,202205,276,X,{},0,H6,854231,6,C00,0,0,5,False,{}"
    tabs = "\n".join
    for day, first in (("2022-08-03", 1000), ("2023-01-03", 2000), ("1900-01-01", 2000)):
        name = f"COMTRADE-FINAL-CM276202205H6[{day}].txt"
        text = tabs([COMTRADE, row.format(417, first), row.format(643, 7)]).replace(",", "\t")
        (tmp_path / name).write_text(text + "\n")
    batch = read_trade([tmp_path])
    assert batch.frame.select("partner", "value_usd", "known_at").sort("partner").rows() == [
        ("KGZ", 2000, date(2023, 1, 3)),
        ("RUS", 7, None),
    ]
    assert batch.dropped == {"earlier_vintage": 1, "exact_duplicate": 3}


def test_a_version_without_a_day_disagrees_with_dated_ones() -> None:
    days = [date(2022, 8, 3), date(2023, 1, 3), None, None]
    rows = pl.DataFrame({"key": ["a"] * 4, "v": [1, 2, 2, 3], "day": days})
    kept, dropped = once(rows, ["key"], ["v"], "day")
    assert kept["v"].to_list() == [2, 3]
    assert kept[CONFLICT].to_list() == [True, True]
    assert dropped == {"exact_duplicate": 1, "earlier_vintage": 1}


def test_figures_are_compared_as_numbers_and_null_equals_null() -> None:
    rows = pl.DataFrame({"key": ["a", "a", None, None, "b", "b"], "v": ["1", "1.0", "2", "2", "3", "4"]})
    kept, dropped = once(rows, ["key"], ["v"])
    assert kept["v"].to_list() == ["1", "2", "3", "4"]
    assert kept[CONFLICT].to_list() == [False, False, True, True]
    assert dropped == {"exact_duplicate": 2}


def test_parts_of_the_united_kingdom_never_join_the_whole(tmp_path: Path) -> None:
    row = "M,DE,{},85423190,2,VALUE_IN_EUROS,2022-0{},{}"
    rows = [row.format("GB", 5, 1100), row.format("XU", 5, 1000), row.format("XI", 5, 100),
            row.format("XU", 6, 1000), row.format("XI", 6, 100)]  # fmt: skip
    batch = read_trade([write(tmp_path, "t.csv", SDMX, rows)])
    assert batch.frame.sort("period").select("partner", "value_usd").rows() == [("GBR", 1158), ("GBR", 1158)]
    assert batch.dropped == {"part_of_united_kingdom": 2, "folded_into_hs6": 1}
    alone = read_trade([write(tmp_path, "t.csv", SDMX, [rows[2], row.format("KG", 5, 1)])])
    assert alone.frame["partner"].to_list() == ["KGZ"]


@pytest.mark.parametrize(
    ("column", "words", "reason"),
    [
        ("STATE", ("-", "CA", "TX"), "state_part"),
        ("PORT", ("", "2704", "5301"), "port_part"),
        ("DF", ("-", "1", "2"), "domestic_or_foreign_part"),
    ],
)
def test_one_state_or_port_is_not_the_nation(tmp_path: Path, column: str, words, reason: str) -> None:
    rows = [f"4634,854231,{v},DET,HS6,2022,05,{w}" for w, v in zip(words, (300, 200, 100), strict=True)]
    batch = read_trade([write(tmp_path, "t.csv", f"{CENSUS},{column}", rows)])
    assert batch.frame["value_usd"].to_list() == [300]
    assert batch.dropped == {reason: 2}
    parts = read_trade([write(tmp_path, "t.csv", f"{CENSUS},{column}", rows[1:])])
    assert (parts.frame.height, parts.dropped) == (0, {reason: 2})


def test_a_procedure_counts_only_without_its_total(tmp_path: Path) -> None:
    row = "DE,KG,E,85423190,2,{},NO_SU,2022{},{},1"
    rows = [row.format("T", "05", 1000), row.format(1, "05", 600), row.format(2, "05", 400),
            row.format(1, "06", 600), row.format(2, "06", 400)]  # fmt: skip
    batch = read_trade([write(tmp_path, "t.csv", BULK, rows)])
    assert batch.frame.sort("period")["value_usd"].to_list() == [1053, 1053]
    assert batch.dropped == {"statistical_procedure_part": 2, "folded_into_hs6": 1}


def test_a_year_stays_where_only_another_partner_has_months(tmp_path: Path) -> None:
    row = "C,{},{},{},276,X,{},0,H6,854231,6,C00,0,0,5,False,{}"
    rows = [row.format("A", 52, 2022, 417, 50), row.format("A", 52, 2022, 643, 70),
            row.format("M", 5, 202205, 643, 7)]  # fmt: skip
    batch = read_trade([write(tmp_path, "t.csv", COMTRADE, rows)])
    assert sorted(batch.frame.select("partner", "value_usd").rows()) == [("KGZ", 50), ("RUS", 7)]
    assert batch.dropped == {"annual_row_next_to_months": 1}
