"""BACI, India's export bank, and Comext as service, bulk and Easy Comext give it."""

import gzip
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from riskmodel.errors import InputUnreadable
from riskmodel.sources.trade.read import read_trade


def read(folder: Path, name: str, text: str, **options):
    path = folder / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith("gz") else text.encode())
    batch = read_trade([path], **options)
    assert batch.rows_read == batch.frame.height + sum(batch.dropped.values())
    return batch


def test_baci_units_codes_edition_and_release(tmp_path: Path) -> None:
    batch = read(
        tmp_path,
        "BACI_HS17_Y2021_V202301.csv",
        "t,i,j,k,v,q\n2021,842,417,10121,1.234,0.5\n2021,490,417,854231,2,           NA\n"
        "2021,58,417,854231,2,1\n",
    )
    rows = batch.frame.select("reporter", "partner", "hs6", "value_usd", "net_kg", "hs_edition").rows()
    assert rows == [
        ("USA", "KGZ", "010121", 1234, 500, "HS2017"),
        ("TWN", "KGZ", "854231", 2000, None, "HS2017"),
    ]
    assert {str(d) for d in batch.frame["period"]} == {"2021-01-01"}
    assert {str(d) for d in batch.frame["known_at"]} == {"2023-01-31"}
    assert batch.dropped == {"reporter_not_a_country": 1}


def test_baci_without_edition_in_its_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadable, match="HS edition"):
        read(tmp_path, "mine.csv", "t,i,j,k,v,q\n2021,842,417,854231,1,1\n")


def test_folder_of_the_baci_archive_reads_with_its_code_lists(tmp_path: Path) -> None:
    (tmp_path / "BACI_HS17_Y2021_V202301.csv").write_text("t,i,j,k,v,q\n2021,842,417,854231,1,1\n")
    (tmp_path / "country_codes_V202401b.csv").write_text(
        "\ufeffcountry_code,country_name,country_iso2,country_iso3\n4,Afghanistan,AF,AFG\n"
    )
    (tmp_path / "product_codes_HS17_V202401b.csv").write_text("code,description,bec\n010121,Horses,1\n")
    (tmp_path / "Readme.txt").write_text("note")
    batch = read_trade([tmp_path])
    assert batch.frame.height == 1
    assert batch.dropped == {"code_list_row": 2}


def test_india_fiscal_years_fold_exactly(tmp_path: Path) -> None:
    path = tmp_path / "india.parquet"
    pl.DataFrame(
        {
            "partner_iso3": ["RUS", "RUS", "RUS", "ARM"],
            "fy": ["2021-22", "2021 - 2022", "2022-23", "2021-22"],
            "hs8": ["84715000", "84715010", "84715000", "84715000"],
            "value_usd_mn": [0.1, 0.2, 18.9, None],
            "quantity": [5.0, 6.0, 7.0, 1.0],
            "unit": ["KGS", "KGS", "NOS", "KGS"],
        },
        schema_overrides={"value_usd_mn": pl.Float32},
    ).write_parquet(path)
    batch = read_trade([path])
    assert batch.dropped == {"folded_into_hs6": 1, "no_value": 1}
    rows = batch.frame.select("partner", "hs6", "period", "value_usd", "net_kg").rows()
    assert [(p, h, str(d), v, k) for p, h, d, v, k in rows] == [
        ("RUS", "847150", "2021-04-01", 300_000, 11),
        ("RUS", "847150", "2022-04-01", 18_900_000, None),
    ]
    assert str(batch.frame["known_at"][0]) == "2022-06-30"


SDMX = "DATAFLOW,LAST UPDATE,freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE\n"


def sdmx(*rows: str) -> str:
    return SDMX + "".join(f"ESTAT:DS-045409(1.0),17/02/25 11:00:00,{row},\r\n" for row in rows)


def test_sdmx_value_and_quantity_are_joined_not_summed(tmp_path: Path) -> None:
    batch = read(
        tmp_path,
        "estat.csv.gz",
        sdmx(
            "M,DE,KG,85423190,2,VALUE_IN_EUROS,2022-05,1000",
            "M,DE,KG,85423190,2,QUANTITY_IN_100KG,2022-05,1.5",
            "M,DE,KG,85423190,2,SUPPLEMENTARY_QUANTITY,2022-05,77",
            "M,EL,XS,85423190,1,VALUE_IN_EUROS,2022-05,1000",
            "M,EU27_2020,KG,85423190,2,VALUE_IN_EUROS,2022-05,9000",
            "M,DE,QX,85423190,2,VALUE_IN_EUROS,2022-05,3",
            "M,DE,KG,8542,2,VALUE_IN_EUROS,2022-05,1000",
            "A,DE,KG,85423190,2,VALUE_IN_EUROS,2022,12000",
        ),
    )
    assert batch.frame.select("reporter", "partner", "flow", "value_usd", "net_kg").rows() == [
        ("DEU", "KGZ", "X", 1053, 150),
        ("GRC", "SRB", "M", 1053, None),
    ]
    assert batch.dropped == {
        "annual_row": 1,
        "hs4_overlaps_cn8": 1,
        "other_quantity": 1,
        "partner_not_a_country": 1,
        "quantity_row_joined_as_weight": 1,
        "reporter_not_a_country": 1,
    }


def test_sdmx_labels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadable, match="labels in place of codes"):
        read(
            tmp_path,
            "e.csv",
            sdmx('Monthly,Germany,Kyrgyzstan,"Waste, of ethylene",EXPORT,VALUE_IN_EUROS,2022-05,1'),
        )


@pytest.mark.parametrize(
    "header",
    [
        "DECLARANT,DECLARANT_ISO,PARTNER,PARTNER_ISO,PRODUCT_NC,FLOW,STAT_REGIME,PERIOD,VALUE_IN_EUROS,"
        "QUANTITY_IN_KG",
        "X,REPORTER,Y,PARTNER,PRODUCT_NC,FLOW,STAT_PROCEDURE,PERIOD,VALUE_EUR,QUANTITY_KG",
    ],
)
def test_bulk_adds_up_procedures_and_drops_whole_years(tmp_path: Path, header: str) -> None:
    lines = ["004,DE,083,KG,85423190,2,1,202205,600,3", "004,DE,083,KG,85423190,2,3,202205,400,4"]
    lines += ["004,DE,083,KG,85423190,2,1,202252,9999,3"]
    batch = read(tmp_path, "full202205.csv", "\n".join([header, *lines]) + "\n")
    assert batch.frame.select("reporter", "partner", "value_usd", "net_kg").rows() == [
        ("DEU", "KGZ", 1053, 7)
    ]
    assert batch.dropped == {"annual_row": 1, "folded_into_hs6": 1}


EASY = "REPORTER,PARTNER,PRODUCT,FLOW,STAT_PROCEDURE,PERIOD,VALUE_IN_EUR\r\n"


def test_easy_comext_codes_with_labels(tmp_path: Path) -> None:
    rows = (
        '"DE-Germany (incl. German Democratic Republic \'DD\' from 1991)","KG-Kyrgyz, Republic",'
        '"85423190-Chips, other",'
        '"2-EXPORT","T-Total","202205-May. 2022",1000',
        '"Germany (incl. more)","Armenia","85423190-Chips, other","EXPORT","Total","May. 2022",1000',
        '"Germany","Armenia","85423190-Chips, other","EXPORT","Normal","May. 2022",600',
        '"Germany","Armenia","85423190-Chips, other","EXPORT","Total","202252-Jan.-Dec. 2022",5000',
        '"European Union - 27 countries (AT, BE)","Armenia","85423190-Chips","EXPORT","Total","May. 2022",9',
        '"Euro area - 20 countries (AT, BE)","Armenia","85423190-Chips","EXPORT","Total","May. 2022",9',
        '"Germany","Armenia","85423190-Chips, other","EXPORT","Total","Jun. 2022",:',
        '"Germany","Armenia","TOTAL-Total","EXPORT","Total","May. 2022",9',
    )
    batch = read(tmp_path, "Relational_View.csv", EASY + "\r\n".join(rows) + "\r\n")
    assert batch.frame.select("reporter", "partner", "hs6", "value_usd").rows() == [
        ("DEU", "KGZ", "854231", 1053),
        ("DEU", "ARM", "854231", 1053),
    ]
    assert batch.dropped == {
        "annual_row": 1,
        "no_value": 1,
        "reporter_not_a_country": 2,
        "statistical_procedure_part": 1,
        "total_row": 1,
    }


def test_easy_comext_labels_without_codes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadable, match="labels without codes"):
        read(
            tmp_path,
            "v.csv",
            EASY + '"Germany","Armenia","Chips, other","EXPORT","Total","May. 2022",1000\r\n',
        )


WITS = (
    "Nomenclature,ReporterISO3,ProductCode,ReporterName,PartnerISO3,PartnerName,Year,TradeFlowName,"
    "TradeFlowCode,TradeValue in 1000 USD\r\n"
)


def test_wits_thousands_flows_old_codes_and_lost_zeros(tmp_path: Path) -> None:
    rows = (
        "H5,ROM,854231,Romania,OAS,Taiwan,2021,Export,6,1.2345",
        "H5,KAZ,10121,Kazakhstan,WLD,World,2021,Import,5,2",
        "H5,KAZ,8542,Kazakhstan,RUS,Russia,2021,Export,6,3",
        "H5,KAZ,854231,Kazakhstan,EUN,European Union,2021,Export,6,4",
        "S2,KAZ,77641,Kazakhstan,RUS,Russia,2021,Export,6,5",
        "H5,KAZ,999999,Kazakhstan,RUS,Russia,2021,Export,6,6",
        "H5,KAZ,854231,Kazakhstan,RUS,Russia,2021,Re-Export,7,7",
    )
    batch = read(tmp_path, "wits.csv", WITS + "\r\n".join(rows) + "\r\n")
    assert batch.frame.select("reporter", "partner", "flow", "hs6", "hs_edition", "value_usd").rows() == [
        ("ROU", "TWN", "X", "854231", "HS2017", 1235),
        ("KAZ", "WLD", "M", "010121", "HS2017", 2000),
    ]
    assert {str(day) for day in batch.frame["period"]} == {"2021-01-01"}
    assert {str(day) for day in batch.frame["known_at"]} == {"2022-07-01"}
    assert batch.dropped == {
        "heading_not_hs6": 1,
        "not_hs_classification": 1,
        "other_flow": 1,
        "partner_not_a_country": 1,
        "special_code": 1,
    }


def test_wits_headings_only_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputUnreadable, match=r"only headings of 2 or 4 digits \(1 rows\)"):
        read(tmp_path, "wits.csv", WITS + "H6,SGP,91,Singapore,RUS,Russia,2023,Export,6,1\n")


CENSUS = "CTY_CODE,CTY_NAME,{value},AIR_VAL_MO,AIR_WGT_MO,MONTH,SUMMARY_LVL,COMM_LVL,{code},YEAR\n"


@pytest.mark.parametrize(
    ("value", "code", "flow"), [("GEN_VAL_MO", "I_COMMODITY", "M"), ("ALL_VAL_MO", "E_COMMODITY", "X")]
)
def test_us_census_groups_and_parts_are_not_summed(tmp_path: Path, value: str, code: str, flow: str) -> None:
    rows = (
        "4631,ARMENIA,700,300,2,01,DET,HS6,854231,2022",
        "-,TOTAL FOR ALL COUNTRIES,9000,1,1,01,DET,HS6,854231,2022",
        "4XXX,EUROPE,8000,1,1,01,CGP,HS6,854231,2022",
        "0003,EUROPEAN UNION,7000,1,1,01,CGP,HS6,854231,2022",
        "4631,ARMENIA,900,1,1,01,DET,HS4,8542,2022",
        "4631,ARMENIA,900,1,1,01,DET,HS6,980100,2022",
    )
    batch = read(tmp_path, "census.csv", CENSUS.format(value=value, code=code) + "\n".join(rows) + "\n")
    assert batch.frame.select("reporter", "partner", "flow", "value_usd", "net_kg", "hs_edition").rows() == [
        ("USA", "ARM", flow, 700, None, "HS2022"),
        ("USA", "WLD", flow, 9000, None, "HS2022"),
    ]
    assert batch.dropped == {"country_group": 2, "other_commodity_level": 1, "special_code": 1}
    assert batch.files[0].reader == "us-census"


def test_a_baci_number_that_is_no_year_is_left_to_the_contract(tmp_path: Path) -> None:
    """A lost comma makes a year of ten digits; polars raises where such a date is built."""
    path = tmp_path / "BACI_HS17_Y2021.csv"
    path.write_text("t,i,j,k,v,q\n2021854231,276,417,854231,1.5,0.2\n2021,276,417,854231,1.5,0.2\n")
    frame = read_trade([path]).frame
    assert frame["period"].to_list() == ["2021854231", "2021-01-01"]
    assert frame["known_at"].to_list() == [None, date(2023, 1, 31)]


def test_us_census_answer_is_a_list_of_lists(tmp_path: Path) -> None:
    """The first list names the columns; a name in the predicate comes twice; a short row is counted."""
    header = '["CTY_CODE","ALL_VAL_MO","E_COMMODITY","COMM_LVL","SUMMARY_LVL","time","COMM_LVL"]'
    rows = ('["4631","700","854231","HS6","DET","2022-01","HS6"]', '["4631","700"]')
    batch = read(tmp_path, "answer.json", "[" + ",\n".join((header, *rows)) + "]")
    assert batch.frame.select("partner", "flow", "value_usd", "hs_edition").rows() == [
        ("ARM", "X", 700, "HS2022")
    ]
    assert batch.dropped == {"not_a_json_object": 1}
