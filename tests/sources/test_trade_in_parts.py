"""Trade tables whose rows depend on one another are the same read whole and in parts of any size."""

import random
import re
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from trade_samples import BULK, COMTRADE, SAMPLES, SDMX, lines, write

from data_contracts.tables import TRADE_FLOWS
from riskmodel.errors import InputUnreadable
from riskmodel.sources.files.csv_cells import NO_DIALECT
from riskmodel.sources.files.find import find
from riskmodel.sources.files.table import TABLE_SUFFIXES
from riskmodel.sources.files.table_parts import load_parts
from riskmodel.sources.limits import ReadingLimits
from riskmodel.sources.trade.pool import Pool
from riskmodel.sources.trade.read import FORMATS, trade_parts

ROWS = (13, 60)
CN8 = "reporter_iso3,partner_iso3,month,code,value_eur,net_kg"


def outcome(path: Path, rows: int | None = None) -> Any:
    """All that reading gives, or the sentence it ends with."""
    limits = ReadingLimits() if rows is None else ReadingLimits(trade_rows=rows, whole_bytes=1)
    table = trade_parts([path], limits=limits)
    try:
        frames = [frame.select(pl.col(c).cast(pl.String) for c in frame.columns) for frame in table]
    except InputUnreadable as error:
        return str(error)
    if rows is not None:
        assert max(frame.height for frame in frames) <= rows
    frame = pl.concat(frames)
    assert frame.columns[: len(TRADE_FLOWS)] == list(TRADE_FLOWS)
    return frame.rows(), table.dropped, table.rows_read, table.ignored_columns, table.files


def same_in_parts(path: Path) -> Any:
    whole = outcome(path)
    for rows in ROWS:
        assert outcome(path, rows) == whole, rows
    return whole


def test_every_format_whose_rows_depend_on_one_another_can_be_read_in_parts() -> None:
    giving = {form.name for form in FORMATS if not form.lacks and not form.by_row}
    assert {form.name for form in FORMATS if form.by_cell is not None} == giving


@pytest.mark.parametrize("name", SAMPLES)
def test_samples(tmp_path: Path, name: str) -> None:
    header, rows = lines(name)
    draw = random.Random(name)
    rows = draw.sample([*rows, *draw.sample(rows, 9)], len(rows) + 9)
    write(tmp_path, name, header, rows)
    write(tmp_path, f"more{Path(name).suffix}", header, draw.sample(rows, 15))
    assert same_in_parts(tmp_path)[0]


def comtrade(pick: Callable, chance: float) -> list:
    yearly = chance < 0.2
    year, month = pick((2021, 2022)), pick((1, 2, 3))
    period = str(year) if yearly else f"{year}{month:02}"
    levels = {"854231": 6, "854232": 6, "10121": 6, "8542": 4, "TOTAL": 0}
    code = pick((*levels, "85423100", "85423110", "990000"))
    return [
        "C", "A" if yearly else "M", 52 if yearly else month, period, pick((276, 251, 97)), pick("XXM"),
        pick((417, 643, 0, 899)), pick((0, 0, 36)), pick(("H6", "H5", "S4")), code, levels.get(code, ""),
        pick(("C00", "C00", "C01")), 0, pick((0, 0, 1000, 2000, 2100)), pick((5, "", "12.5", "heavy", 0)),
        pick((False, True)), pick((100, 100, 250, "", "1.5", "n/a", "lots")),
    ]  # fmt: skip


def sdmx(pick: Callable, _: float) -> list:
    month = pick(("2022-01", "2022-02", "2021", "1990-05"))
    return [
        "A" if len(month) == 4 else "M", pick(("DE", "FR", "EU")),
        pick(("KG", "RU", "XI", "XU", "GB", "WORLD", "XC")),
        pick(("85423110", "85423190", "854231", "8542", "85", "TOTAL", "9902", "85423XX")), 2,
        pick(("VALUE_IN_EUROS", "VALUE_IN_EUROS", "QUANTITY_IN_100KG", "SUP_QUANTITY")), month,
        pick((100, 100, 200, ":", ": c", "", "x1")), pick(("01/02/23 11:00:00", "01/03/23 11:00:00", "")),
    ]  # fmt: skip


def bulk(pick: Callable, _: float) -> list:
    return [
        pick(("DE", "FR", "EU")), pick(("KG", "RU", "XI", "XU", "GB", "QP", "IC")), pick("EEI"),
        pick(("85423110", "85423190", "854231", "8542", "85", "TOTAL", "99020000")), pick("12"),
        pick("1234"), pick(("NO_SU", "NO_SU", "")), pick((202201, 202202, 202252, 199005, "later")),
        pick((100, 100, 200, "", "1e17")), pick((5, 6, "")),
    ]  # fmt: skip


def cn8(pick: Callable, _: float) -> list:
    return [
        pick(("LTU", "EU27")), pick(("KGZ", "RUS", "XI", "GBR", "IC", "ESP")),
        pick(("2022-01", "2022-02", "202203", "1990-05", "05/2022", "later")),
        pick(("85423110", "85423190", "854231", "8542", "85", "TOTAL", "84713000")),
        pick((100, 200, "", "x")), pick((5, "")),
    ]  # fmt: skip


def uk(pick: Callable, chance: float) -> list:
    if chance < 0.15:
        return ["", "", "", "", pick((83, 75, 600)), pick(("KG", "RU", "XI")), "", "", ""]
    number, alpha = pick(((83, "KG"), (75, ""), (600, ""), (601, "GB"), (9, "QS")))
    code = pick(("85423110", "85423190", "8542", "-5", "1012100"))
    month = pick(("202201", "202202"))
    return [month, pick("12345"), 0, code, number, alpha, pick("12"), pick((100, 200, "x")), pick((5, ""))]


UK = "MonthId,FlowTypeId,SuppressionIndex,CommodityId,CountryId,CountryCodeAlpha,PortId,Value,NetMass"
MESSES = {
    "comtrade": (COMTRADE, comtrade),
    "sdmx": (f"{SDMX},LAST UPDATE", sdmx),
    "bulk": (BULK, bulk),
    "cn8": (CN8, cn8),
    "uk": (UK, uk),
}


def drawn(name: str, seed: object, number: int, fits: str = "") -> list[str]:
    """Rows in disorder, those that match a pattern."""
    draw, found = random.Random(f"{name}{seed}"), []
    while len(found) < number:
        row = ",".join(map(str, MESSES[name][1](draw.choice, draw.random())))
        found += [row] if re.search(fits, row) else []
    return found


@pytest.mark.parametrize("name", MESSES)
@pytest.mark.parametrize("seed", range(3))
def test_tables_in_disorder(tmp_path: Path, name: str, seed: int) -> None:
    """Copies, revisions, aggregates next to parts, modes, tariff lines, parts of countries, bad cells."""
    draw = random.Random(seed)
    number = draw.choice((30, 90))
    for file in range(draw.choice((1, 2, 3))):
        day = f"[2023-0{draw.randint(1, 4)}-01]" if name == "comtrade" else ""
        write(tmp_path, f"t{file}{day}.csv", MESSES[name][0], drawn(name, (seed, file), number))
    same_in_parts(tmp_path)


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("comtrade", ",8542,4,|,TOTAL,0,"),
        ("bulk", ",8542,|,85,"),
        ("bulk", ",199005,"),
        ("sdmx", "^A"),
        ("sdmx", "^M.*QUANTITY"),
        ("uk", ",75,,"),
    ],
)
def test_what_refuses_a_table_as_a_whole(tmp_path: Path, name: str, fits: str) -> None:
    header = MESSES[name][0]
    assert isinstance(same_in_parts(write(tmp_path, "a.csv", header, drawn(name, 1, 60, fits))), str)
    # In a folder next to a sound file it is read with it.
    write(tmp_path, "b.csv", header, drawn(name, 2, 60))
    same_in_parts(tmp_path)


@pytest.mark.parametrize(
    ("values", "months"),
    [
        (["1.234,50", "7", "125.000"], ["202201"]),
        (["125.000", "125.340"], ["202201"]),
        (["1.5", "1,5", "8"], ["202201"]),
        (["0.5", "125.000", "n/a"], ["202201"]),
        (["5"], ["01/02/2022", "13/02/2022"]),
        (["5"], ["01/02/2022", "01/03/2022", "03/01/2022"]),
    ],
)
@pytest.mark.parametrize("name", ["comtrade", "bulk"])
def test_spelling_is_that_of_the_whole_file(
    tmp_path: Path, name: str, values: list[str], months: list[str]
) -> None:
    draw = random.Random(3)
    if name == "bulk":
        header, row = BULK, "DE;KG;E;854231{:02};2;1;NO_SU;{};{};5"
    else:
        header, row = COMTRADE, "C;M;1;{1};276;X;417;0;H6;8542{0:02};6;C00;0;0;5;False;{2}"
    rows = [row.format(n, draw.choice(months), "3") for n in range(10, 50)]
    for n, place in enumerate(draw.sample(range(40), max(len(values), len(months)))):
        rows[place] = row.format(50 + n, months[n % len(months)], values[n % len(values)])
    found = same_in_parts(write(tmp_path, "t.csv", header.replace(",", ";"), rows))
    assert found[0]


def test_files_with_other_columns_and_kinds_are_put_together(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", BULK, drawn("bulk", 5, 80))
    header, *rows = (
        ",".join(cell for n, cell in enumerate(row.split(",")) if n not in (2, 6))
        for row in (BULK, *drawn("bulk", 6, 80))
    )
    write(tmp_path, "b.csv", header, rows)
    typed = pl.read_csv(tmp_path / "a.csv", infer_schema_length=0).with_columns(pl.col("FLOW").cast(pl.Int64))
    typed.with_columns(NOTE=pl.lit(1.5)).write_parquet(tmp_path / "c.parquet")
    same_in_parts(tmp_path)


def test_latin_text_and_a_last_separator_of_comtrade(tmp_path: Path) -> None:
    rows = [f"{row},C\xf4te d'Ivoire," for row in drawn("comtrade", 6, 60)]
    path = tmp_path / "t.csv"
    path.write_bytes("\n".join([f"{COMTRADE},partnerDesc", *rows, ""]).encode("cp1252"))
    assert same_in_parts(path)[0]


def test_a_broken_file_of_a_folder_is_set_aside(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", COMTRADE, drawn("comtrade", 7, 60))
    *rows, last = drawn("comtrade", 8, 30)
    write(tmp_path, "b.csv", COMTRADE, [*rows, f"{last},1,2"])
    found = same_in_parts(tmp_path)
    assert any("set aside" in file.reader for file in found[4])


def test_rows_that_wait_on_disk_are_not_held_in_memory_too(tmp_path: Path) -> None:
    path = write(tmp_path, "a.csv", BULK, drawn("bulk", 9, 40))
    source = find([path], TABLE_SUFFIXES, ReadingLimits(whole_bytes=1)).sources[0]
    pool, frames = Pool(next(form for form in FORMATS if form.name == "comext-bulk"), 5), []
    for table in load_parts(source, lambda _: NO_DIALECT, 10):
        frames.append(weakref.ref(table.frame))
        pool.add(table)
    del table
    assert len(frames) == 4
    assert pool.large
    assert all(frame() is None for frame in frames)
    assert sum(table.frame.height for table in pool.tables([source])) == 40
