"""Copies are never added up and a part is never the whole: in every format, by one mechanism."""

import random
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from riskmodel.sources.batch import Batch
from riskmodel.sources.trade.copies import CONFLICT, once
from riskmodel.sources.trade.read import read_trade

COMTRADE = ("typeCode,freqCode,refMonth,period,reporterCode,flowCode,partnerCode,partner2Code,"
            "classificationCode,cmdCode,aggrLevel,customsCode,mosCode,motCode,netWgt,isNetWgtEstimated,"
            "primaryValue")  # fmt: skip
LEGACY = ("Classification,Year,Period,Aggregate Level,Trade Flow Code,Reporter Code,Partner Code,"
          "Mode of Transport Code,Commodity Code,Netweight (kg),Trade Value (US$)")  # fmt: skip
SDMX = "freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE"
BULK = "REPORTER,PARTNER,TRADE_TYPE,PRODUCT_NC,FLOW,STAT_PROCEDURE,SUPPL_UNIT,PERIOD,VALUE_EUR,QUANTITY_KG"
CENSUS = "CTY_CODE,E_COMMODITY,ALL_VAL_MO,SUMMARY_LVL,COMM_LVL,YEAR,MONTH"
WITS = ("Nomenclature,ReporterISO3,ProductCode,ReporterName,PartnerISO3,PartnerName,Year,TradeFlowName,"
        "TradeFlowCode,TradeValue in 1000 USD")  # fmt: skip
CODES = ("854231", "854232", "853221")
MONTHS = ("01", "02", "03")


def lines(name: str) -> tuple[str, list[str]]:
    """Header and all rows of a small table of a format; rows of one canonical row are among them."""
    draw = random.Random(name)
    value = lambda: draw.randrange(1, 10**6)  # noqa: E731 (short)
    cells = [(code, month, partner) for code in CODES for month in MONTHS for partner in (0, 1)]
    if name == "canonical.csv":
        rows = [f"DEU,{('KGZ', 'RUS')[p]},X,{c},HS2022,2022-{m}-01,{value()},5" for c, m, p in cells]
        return "reporter,partner,flow,hs6,hs_edition,period,value_usd,net_kg", rows
    if name == "cn8.csv":
        rows = [f"DEU,{('KGZ', 'RUS')[p]},2022-{m},{c}{e},{value()},5"
                for c, m, p in cells for e in (10, 90)]  # fmt: skip
        return "reporter_iso3,partner_iso3,month,code,value_eur,net_kg", rows
    if name == "easy.csv":
        rows = [f"Germany,{('Kyrgyzstan', 'Russian Federation (Russia)')[p]},{c}{e}-Goods,2-EXPORT,T-Total,"
                f"2022{m}-Month,{value()}" for c, m, p in cells for e in (10, 90)]  # fmt: skip
        return "REPORTER,PARTNER,PRODUCT,FLOW,STAT_PROCEDURE,PERIOD,VALUE_IN_EUR", rows
    if name == "sdmx.csv":
        rows = [f"M,DE,{('KG', 'RU')[p]},{c}{e},2,{i},2022-{m},{value()}"
                for c, m, p in cells for e in (10, 90)
                for i in ("VALUE_IN_EUROS", "QUANTITY_IN_100KG")]  # fmt: skip
        return SDMX, rows
    if name == "bulk.csv":
        rows = [f"DE,{('XU', 'XI')[p]},E,{c}{e},2,{s},NO_SU,2022{m},{value()},5"
                for c, m, p in cells for e in (10, 90) for s in (1, 2)]  # fmt: skip
        return BULK, rows
    if name == "comtrade.csv":
        rows = [f"C,M,{int(m)},2022{m},276,X,{(417, 643)[p]},0,H6,{c},6,C00,0,{mode},5,False,{value()}"
                for c, m, p in cells for mode in (1000, 2100, 3000)]  # fmt: skip
        return COMTRADE, rows
    if name == "legacy.csv":
        rows = [f"H5,2021,2021{m},6,2,276,{(417, 643)[p]},,{c},5,{value()}" for c, m, p in cells]
        return LEGACY, rows
    if name == "BACI_HS22_Y2022.csv":
        return "t,i,j,k,v,q", [
            f"{2019 + int(m)},276,{(417, 643)[p]},{c},{value()}.125,1" for c, m, p in cells
        ]
    if name == "india.csv":
        rows = [f"{('KGZ', 'RUS')[p]},2022-23,{c}{m},{value()}.25,5,KGS" for c, m, p in cells]
        return "partner_iso3,fy,hs8,value_usd_mn,quantity,unit", rows
    if name == "census.csv":
        return CENSUS, [f"{(4634, 4621)[p]},{c},{value()},DET,HS6,2022,{m}" for c, m, p in cells]
    rows = [f"H6,DEU,{c},Germany,{('KGZ', 'RUS')[p]},X,20{m[1]}1,Export,6,{value()}.5" for c, m, p in cells]
    return WITS, rows


FORMATS = ("canonical.csv", "cn8.csv", "easy.csv", "sdmx.csv", "bulk.csv", "comtrade.csv", "legacy.csv",
           "BACI_HS22_Y2022.csv", "india.csv", "census.csv", "wits.csv")  # fmt: skip


def accepted(batch: Batch) -> list[tuple[object, ...]]:
    """What the contract accepts of a batch, sorted, without where it came from."""
    from data_contracts.checking.check import validate
    from data_contracts.trade_flows.contract import CONTRACT

    rows = validate(CONTRACT, batch.frame).accepted.drop("source_file", "source_row")
    return rows.sort(rows.columns).rows()


def write(folder: Path, name: str, header: str, rows: list[str]) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


@pytest.mark.parametrize("name", FORMATS)
def test_given_twice_or_in_overlapping_halves_gives_the_same_table(tmp_path: Path, name: str) -> None:
    header, rows = lines(name)
    whole = read_trade([write(tmp_path / "a", name, header, rows)])
    expected = accepted(whole)
    assert len(expected) >= 6
    twice = read_trade([tmp_path / "a" / name, write(tmp_path / "b", name, header, rows)])
    assert accepted(twice) == expected
    again = read_trade([write(tmp_path / "c", name, header, [*rows, *rows])])
    assert accepted(again) == expected
    draw = random.Random(7)
    for number in range(2):
        cuts = sorted(draw.sample(range(1, len(rows)), 2))
        mixed = draw.sample(rows, len(rows))
        first = write(tmp_path / f"d{number}", name, header, mixed[: cuts[1]])
        second = write(tmp_path / f"e{number}", name, header, mixed[cuts[0] :])
        halves = read_trade([first, second])
        assert accepted(halves) == expected
        assert halves.rows_read == len(rows) + cuts[1] - cuts[0]


@pytest.mark.parametrize("name", FORMATS)
def test_rows_of_one_cell_that_disagree_are_not_used(tmp_path: Path, name: str) -> None:
    """Not summed, not chosen from: the whole canonical row is refused, all others stay."""
    header, rows = lines(name)
    expected = accepted(read_trade([write(tmp_path / "a", name, header, rows)]))
    cells = rows[0].split(",")
    place = header.split(",").index(next(
        c for c in header.split(",") if c.lower().replace("_", "") in VALUES
    ))  # fmt: skip
    cells[place] = "7654321"
    disagreeing = accepted(read_trade([write(tmp_path / "b", name, header, [*rows, ",".join(cells)])]))
    assert len(disagreeing) == len(expected) - 1
    assert set(disagreeing) < set(expected)


VALUES = {"valueusd", "valueeur", "valueineur", "obsvalue", "primaryvalue", "trade value (us$)", "v",
          "valueusdmn", "allvalmo", "tradevalue in 1000 usd"}  # fmt: skip


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
