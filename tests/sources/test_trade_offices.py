"""BACI, India's export bank, and Comext as service, bulk and Easy Comext give it."""

import gzip
from pathlib import Path

import polars as pl
import pytest

from riskmodel.errors import InputUnreadable
from riskmodel.sources.trade import read_trade


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
    (tmp_path / "country_codes_V202301.csv").write_text("country_code,country_name\n4,Afghanistan\n")
    (tmp_path / "product_codes_HS17_V202301.csv").write_text("code,description\n010121,Horses\n")
    (tmp_path / "Readme.txt").write_text("note")
    batch = read_trade([tmp_path])
    assert batch.frame.height == 1
    assert batch.dropped == {"code_list_row": 2}


def test_india_fiscal_years_fold_exactly(tmp_path: Path) -> None:
    path = tmp_path / "india.parquet"
    pl.DataFrame(
        {
            "partner_iso3": ["RUS", "RUS", "RUS", "ARM"],
            "fy": ["2021-22", "2021-22", "2022-23", "2021-22"],
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
        '"Germany","Armenia","TOTAL-Total","EXPORT","Total","May. 2022",9',
    )
    batch = read(tmp_path, "Relational_View.csv", EASY + "\r\n".join(rows) + "\r\n")
    assert batch.frame.select("reporter", "partner", "hs6", "value_usd").rows() == [
        ("DEU", "KGZ", "854231", 1053),
        ("DEU", "ARM", "854231", 1053),
    ]
    assert batch.dropped == {
        "annual_row": 1,
        "reporter_not_a_country": 1,
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
