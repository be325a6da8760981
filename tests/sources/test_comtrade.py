"""UN Comtrade in its guises: rows that must not be summed, codes that are not ISO, estimated weights."""

import json
from pathlib import Path

import polars as pl
import pytest

from riskmodel.errors import InputUnreadable
from riskmodel.sources.trade.read import read_trade

ROW = {
    "typeCode": "C", "freqCode": "M", "refMonth": 5, "period": "202305", "reporterCode": 792, "flowCode": "X",
    "partnerCode": 643, "partner2Code": 0, "classificationCode": "H6", "cmdCode": "854231", "aggrLevel": 6,
    "customsCode": "C00", "motCode": 0, "netWgt": 12.5, "isNetWgtEstimated": False, "primaryValue": 1000.5,
    "legacyEstimationFlag": 0, "isAggregate": True,
}  # fmt: skip


def read(folder: Path, *changes: dict, **options):
    path = folder / "answer.json"
    path.write_text(
        json.dumps({"elapsedTime": "0.1 secs", "count": 1, "data": [ROW | c for c in changes], "error": ""})
    )
    batch = read_trade([path], **options)
    assert batch.rows_read == batch.frame.height + sum(batch.dropped.values())
    return batch


def test_a_plain_row(tmp_path: Path) -> None:
    batch = read(tmp_path, {})
    row = batch.frame.row(0, named=True)
    assert (row["reporter"], row["partner"], row["flow"], row["hs6"]) == ("TUR", "RUS", "X", "854231")
    assert (row["hs_edition"], str(row["period"]), row["value_usd"], row["net_kg"]) == (
        "HS2022",
        "2023-05-01",
        1001,
        13,
    )
    assert row["known_at"] is None
    assert "isAggregate" in batch.ignored_columns


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"typeCode": "S"}, "services_row"),
        ({"classificationCode": "S4"}, "not_hs_classification"),
        ({"flowCode": "DX"}, "other_flow"),
        ({"flowCode": "RM"}, "other_flow"),
        ({"customsCode": "C01"}, "customs_procedure_part"),
        ({"partner2Code": 276}, "second_partner_part"),
        ({"mosCode": "1"}, "supply_mode_part"),
        ({"motCode": 2100}, "transport_mode_part"),
        ({"partnerCode": 899}, "partner_not_a_country"),
        ({"partnerCode": 837}, "partner_not_a_country"),
        ({"reporterCode": 97}, "reporter_not_a_country"),
        ({"cmdCode": "TOTAL", "aggrLevel": 0}, "total_row"),
        ({"cmdCode": "8542", "aggrLevel": 4}, "heading_not_hs6"),
        ({"cmdCode": "999999"}, "special_code"),
        ({"refMonth": 52, "period": "2023"}, "annual_row_next_to_months"),
    ],
)
def test_what_must_not_be_summed_is_dropped_under_a_reason(tmp_path: Path, change: dict, reason: str) -> None:
    batch = read(tmp_path, {}, change)
    assert batch.frame["value_usd"].to_list() == [1001]
    assert batch.dropped == {reason: 1}


def test_is_aggregate_is_no_filter(tmp_path: Path) -> None:
    assert read(tmp_path, {"isAggregate": True}, {"isAggregate": False, "partnerCode": 51}).frame.height == 2


def test_re_exports_keep_their_own_flow(tmp_path: Path) -> None:
    assert read(tmp_path, {}, {"flowCode": "RX"}).frame["flow"].to_list() == ["X", "RX"]


@pytest.mark.parametrize(
    ("code", "country"),
    [
        (842, "USA"),
        (251, "FRA"),
        (699, "IND"),
        (757, "CHE"),
        (579, "NOR"),
        (490, "TWN"),
        (0, "WLD"),
        (516, "NAM"),
        ("051", "ARM"),
        (987, "987"),
    ],
)
def test_codes_that_are_not_iso(tmp_path: Path, code: int | str, country: str) -> None:
    assert read(tmp_path, {"partnerCode": code}).frame["partner"].to_list() == [country]


@pytest.mark.parametrize(
    "change",
    [
        {"isNetWgtEstimated": True},
        {"legacyEstimationFlag": 4},
        {"legacyEstimationFlag": 6},
        {"netWgt": 0},
        {"netWgt": None},
    ],
)
def test_estimated_and_missing_weights_are_null(tmp_path: Path, change: dict) -> None:
    assert read(tmp_path, change).frame["net_kg"].to_list() == [None]


def test_modes_are_added_up_only_without_a_total_and_children_not_with_their_parents(tmp_path: Path) -> None:
    batch = read(
        tmp_path,
        {"motCode": 3200, "primaryValue": 10},
        {"motCode": 2000, "primaryValue": 5},
        {"motCode": 2100, "primaryValue": 5},
        {"motCode": 9300, "primaryValue": 1, "netWgt": None},
    )
    assert batch.frame.select("value_usd", "net_kg").rows() == [(16, None)]
    assert batch.dropped == {"transport_mode_part": 1, "transport_modes_added_up": 2}


def test_yearly_table_stands_at_january_and_is_not_known_before_july_after(tmp_path: Path) -> None:
    row = read(tmp_path, {"freqCode": "A", "refMonth": 52, "period": "2022"}).frame.row(0, named=True)
    assert (str(row["period"]), str(row["known_at"])) == ("2022-01-01", "2023-07-01")


def test_empty_answer_is_an_empty_batch(tmp_path: Path) -> None:
    batch = read(tmp_path)
    assert batch.frame.height == batch.rows_read == 0
    assert "value_usd" in batch.frame.columns


def test_totals_only_are_refused_with_their_count(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadable, match=r"answer\.json: only totals and headings .*total_row 1"):
        read(tmp_path, {"cmdCode": "TOTAL", "aggrLevel": 0})


def test_unreadable_value_keeps_its_text(tmp_path: Path) -> None:
    assert read(tmp_path, {"primaryValue": "plenty"}, {"partnerCode": 51}).frame["value_usd"].to_list() == [
        "plenty",
        "1001",
    ]


def test_download_has_latin1_trailing_commas_and_blanks(tmp_path: Path) -> None:
    header = ",".join(ROW) + ",partnerDesc"
    line = ",".join(f'"{value} "' for value in ROW.values()) + ',"Türkiye",'
    path = tmp_path / "TradeData.csv"
    path.write_bytes(f"{header}\n{line}\n".encode("latin-1"))
    batch = read_trade([path])
    assert batch.frame["value_usd"].to_list() == [1001]
    assert [f.reader for f in batch.files] == ["comtrade"]


def test_spreadsheet_copy_without_trailing_commas_and_leading_zeros(tmp_path: Path) -> None:
    changed = ROW | {"cmdCode": 10121, "isNetWgtEstimated": "TRUE", "reporterCode": "8.0"}
    path = tmp_path / "TradeData.csv"
    path.write_text(",".join(ROW) + "\n" + ",".join(map(str, changed.values())) + "\n")
    row = read_trade([path]).frame.row(0, named=True)
    assert (row["hs6"], row["net_kg"], row["reporter"]) == ("010121", None, "ALB")


def test_copy_of_a_data_frame_with_index_and_fractional_codes(tmp_path: Path) -> None:
    """Codes alongside gaps become fractions, an index a column without a name; the month must not be lost."""
    names = [n for n in ROW if n not in ("aggrLevel", "netWgt")]
    codes = {"reporterCode": "842.0", "partnerCode": "0.0", "partner2Code": "0.0", "motCode": "0.0"}
    yearly = ROW | codes | {"period": "2021.0", "refMonth": "52.0", "cmdCode": "10121"}
    monthly = ROW | codes | {"period": "202305.0", "refMonth": "5.0", "cmdCode": "854231.0"}
    path = tmp_path / "frame.csv"
    lines = [f"{i}," + ",".join(str(row[n]) for n in names) for i, row in enumerate((yearly, monthly))]
    path.write_text("," + ",".join(names) + "\n" + "\n".join(lines) + "\n")
    batch = read_trade([path])
    assert batch.frame.select("reporter", "partner", "hs6", pl.col("period").cast(pl.String)).rows() == [
        ("USA", "WLD", "010121", "2021-01-01"),
        ("USA", "WLD", "854231", "2023-05-01"),
    ]


def test_a_code_of_no_hs_classification_is_not_restored(tmp_path: Path) -> None:
    """Five digits are a product of SITC; only HS codes always come in pairs."""
    batch = read(tmp_path, {"classificationCode": None, "cmdCode": "77641", "aggrLevel": None}, {})
    assert batch.frame["hs6"].to_list() == ["77641", "854231"]


def test_bulk_file_is_tab_separated_without_names(tmp_path: Path) -> None:
    path = tmp_path / "bulk.txt"
    path.write_text("\t".join(ROW) + "\n" + "\t".join(map(str, ROW.values())) + "\n")
    assert read_trade([path]).frame["reporter"].to_list() == ["TUR"]


def test_names_of_other_clients_and_alphabetic_codes(tmp_path: Path) -> None:
    record = {
        "classification_code": "H5", "period": "2021-05", "reporter_iso": "KAZ", "flow_code": "x",
        "partner_iso": "S19", "cmd_code": "854231", "primary_value": "10",
    }  # fmt: skip
    path = tmp_path / "old.json"
    path.write_text(json.dumps({"dataset": [record, record | {"partner_iso": "_X "}]}))
    batch = read_trade([path])
    assert batch.frame.select("reporter", "partner", "flow", "hs_edition").rows() == [
        ("KAZ", "TWN", "X", "HS2017")
    ]
    assert batch.dropped == {"partner_not_a_country": 1}
    assert batch.files[0].reader == "comtrade"


LEGACY = (
    "Classification,Year,Period,Aggregate Level,Trade Flow Code,Reporter Code,Partner Code,Partner ISO,"
    "2nd Partner Code,Customs Proc. Code,Mode of Transport Code,Commodity Code,Netweight (kg),"
    "Trade Value (US$),Flag\n"
    "H4,2014,201405,6,{flow},360,{partner},XXX,,,,010129,3600,9653,{flag}\n"
)
MACHINE = (
    "pfCode,yr,period,rgCode,rtCode,ptCode,cmdCode,TradeValue,NetWeight,estCode\n"
    "H4,2014,201405,{flow},360,{partner},010129,9653,3600,{flag}\n"
)


@pytest.mark.parametrize("text", [LEGACY, MACHINE])
def test_the_old_site_in_both_its_headers(tmp_path: Path, text: str) -> None:
    path = tmp_path / "comtrade.csv"
    path.write_text(text.format(flow=2, partner=0, flag=0))
    row = read_trade([path]).frame.row(0, named=True)
    assert (row["reporter"], row["partner"], row["flow"], row["hs_edition"]) == ("IDN", "WLD", "X", "HS2012")
    assert (row["value_usd"], row["net_kg"]) == (9653, 3600)
    path.write_text(text.format(flow=3, partner=842, flag=4))
    row = read_trade([path]).frame.row(0, named=True)
    assert (row["partner"], row["flow"], row["net_kg"]) == ("USA", "RX", None)


def test_file_without_edition_needs_to_be_told(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadable, match="HS edition"):
        read(tmp_path, {"classificationCode": None})
    assert (
        read(tmp_path, {"classificationCode": None}, hs_edition="HS2017").frame["hs_edition"][0] == "HS2017"
    )
