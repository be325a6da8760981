"""Trade tables as packages, services and offices give them: each folded or set aside by name."""

import json
from datetime import date
from pathlib import Path

import pytest

from riskmodel.errors import InputUnreadable
from riskmodel.sources.trade.read import read_trade

KEYS = "freq,reporter,partner,product,flow,indicators"
CELL = "M,DE,KG,85423190,2"
TARIFF = (
    "typeCode,freqCode,refYear,refMonth,period,reporterCode,flowCode,partnerCode,partner2Code,"
    "classificationCode,cmdCode,aggrLevel,customsCode,mosCode,motCode,netWgt,isNetWgtEstimated,primaryValue\n"
)


def read(folder: Path, name: str, text: str, **options):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    batch = read_trade([path], **options)
    assert batch.rows_read == batch.frame.height + sum(batch.dropped.values())
    return batch


def cells(batch) -> list[tuple]:
    frame = batch.frame.select("reporter", "partner", "flow", "hs6", "period", "value_usd", "net_kg")
    return [(*row[:4], str(row[4]), *row[5:]) for row in frame.sort("period", "flow", "partner").rows()]


MAY = [
    ("DEU", "KGZ", "X", "854231", "2022-01-01", 1053, 200),
    ("DEU", "KGZ", "X", "854231", "2022-02-01", 2106, None),
]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "long.csv",
            f"{KEYS},TIME_PERIOD,values\n{CELL},VALUE_IN_EUROS,2022-01-01,1000\n"
            f"{CELL},QUANTITY_IN_100KG,2022-01-01,2\n{CELL},VALUE_IN_EUROS,2022-02-01,2000\n",
        ),
        (
            "older.csv",
            "reporter,partner,product,flow,indicators,time,values\n"
            "DE,KG,85423190,2,VALUE_IN_EUROS,2022-01,1000\nDE,KG,85423190,2,QUANTITY_IN_100KG,2022-01,2\n"
            "DE,KG,85423190,2,VALUE_IN_EUROS,2022-02,2000\n",
        ),
        (
            "service.tsv",
            f"{KEYS}\\TIME_PERIOD\t2022-01 \t2022-02 \n{CELL},VALUE_IN_EUROS\t1000 \t2000 p\n"
            f"{CELL},QUANTITY_IN_100KG\t2 \t: c\n",
        ),
        (
            "frame.csv",
            f"{KEYS}\\TIME_PERIOD,2022-01,2022-02\n{CELL},VALUE_IN_EUROS,1000.0,2000.0\n"
            f"{CELL},QUANTITY_IN_100KG,2.0,\n",
        ),
        (
            "flags.csv",
            f"{KEYS}\\TIME_PERIOD,2022-01_value,2022-01_flag,2022-02_value,2022-02_flag\n"
            f"{CELL},VALUE_IN_EUROS,1000,,2000,p\n{CELL},QUANTITY_IN_100KG,2,,,c\n",
        ),
    ],
)
def test_comext_of_the_packages_is_one_table(tmp_path: Path, name: str, text: str) -> None:
    assert cells(read(tmp_path, name, text)) == MAY


def test_years_of_comext_are_refused_not_taken_for_january(tmp_path: Path) -> None:
    text = f"{KEYS},TIME_PERIOD,values\nA,DE,KG,85423190,2,VALUE_IN_EUROS,2022-01-01,1000\n"
    with pytest.raises(InputUnreadable, match="only yearly rows"):
        read(tmp_path, "long.csv", text)


def test_months_without_a_value_in_euro_are_not_called_years(tmp_path: Path) -> None:
    text = f"{KEYS},TIME_PERIOD,OBS_VALUE\n{CELL},QUANTITY_IN_100KG,2022-05,\n"
    with pytest.raises(InputUnreadable, match="no month has a value in euro"):
        read(tmp_path, "sdmx.csv", text)


def line(
    code: str, value: float, *, kg: object = 10, customs: str = "C00", mot: int = 0, second: int = 0
) -> str:
    return f"C,M,2022,5,202205,276,X,417,{second},H6,{code},6,{customs},0,{mot},{kg},False,{value}\n"


@pytest.mark.parametrize(
    ("rows", "value", "dropped"),
    [
        ([line("8542310010", 600), line("8542310090", 400.4)], 1000, {"tariff_lines_added_up": 1}),
        # A total next to its parts is used, parts without a total are added up.
        (
            [line("8542310010", 600), line("8542310010", 350, mot=1000), line("8542310010", 250, mot=2000)],
            600,
            {"part_of_tariff_line": 2},
        ),
        (
            [
                line("8542310010", 350, customs="C04", second=156),
                line("8542310010", 250, customs="C05", second=36),
            ],
            600,
            {"tariff_lines_added_up": 1},
        ),
        # Lines under a given six-digit row are parts of it.
        ([line("854231", 1000), line("8542310010", 600)], 1000, {"tariff_line_of_given_hs6": 1}),
        ([line("8542310010", 600), line("8542310010", 600)], 600, {"exact_duplicate": 1}),
    ],
)
def test_tariff_lines_are_added_up_to_six_digits(tmp_path: Path, rows, value: int, dropped) -> None:
    batch = read(tmp_path, "tariff.csv", TARIFF + "".join(rows))
    assert [row[:6] for row in cells(batch)] == [("DEU", "KGZ", "X", "854231", "2022-05-01", value)]
    assert batch.dropped == dropped


def test_weight_of_tariff_lines_is_known_where_every_line_has_one(tmp_path: Path) -> None:
    both = read(tmp_path, "a.csv", TARIFF + line("8542310010", 1, kg=7.4) + line("8542310090", 1, kg=2.6))
    assert both.frame["net_kg"].to_list() == [10]
    one = read(tmp_path, "b.csv", TARIFF + line("8542310010", 1, kg=7) + line("8542310090", 1, kg=""))
    assert one.frame["net_kg"].to_list() == [None]


def test_a_tariff_line_that_cannot_be_read_keeps_its_text(tmp_path: Path) -> None:
    batch = read(tmp_path, "tariff.csv", TARIFF + line("8542310010", 600) + line("8542310090", "many"))
    assert batch.frame.sort("hs6")["value_usd"].to_list() == ["600", "many"]


def test_bulk_files_of_comtrade_before_2014(tmp_path: Path) -> None:
    text = (
        "Year,Reporter Code,Trade Flow Code,Partner Code,Classification,Commodity Code,Netweight (kg),Value,"
        "Estimation Code\n2010,699,2,417,H3,854231,2,109,0\n2010,699,2,417,H3,854232,2,10,4\n"
    )
    batch = read(tmp_path, "bulk.csv", text)
    assert cells(batch) == [
        ("IND", "KGZ", "X", "854231", "2010-01-01", 109, 2),
        ("IND", "KGZ", "X", "854232", "2010-01-01", 10, None),
    ]


TIDY = "year,reporter_iso,partner_iso,commodity_code,trade_value_usd_exp,trade_value_usd_imp\n"


def test_tradestatistics_gives_two_flows_a_row(tmp_path: Path) -> None:
    text = TIDY + "2021,deu,kgz,854231,1000,5\n2021,deu,all,854231,9,9\n2021,deu,kgz,10121,7,\n"
    batch = read(tmp_path, "tidy.csv", text, hs_edition="HS2012")
    assert sorted(row[2:6] for row in cells(batch)) == [
        ("M", "854231", "2021-01-01", 5),
        ("X", "010121", "2021-01-01", 7),
        ("X", "854231", "2021-01-01", 1000),
    ]
    assert batch.dropped == {"no_value": 1, "partner_not_a_country": 2}
    assert batch.frame["known_at"].unique().to_list() == [date(2022, 7, 1)]
    with pytest.raises(InputUnreadable, match="--hs-edition"):
        read(tmp_path, "tidy.csv", text)


def test_a_described_table_given_twice_counts_once(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(TIDY + "2021,deu,kgz,854231,1000,5\n")
    batch = read_trade([tmp_path], hs_edition="HS2012")
    assert batch.frame.height == 2
    assert batch.dropped == {"exact_duplicate": 2}


def test_baci_with_readable_names(tmp_path: Path) -> None:
    text = "year,exporter,importer,hs6_2017,value_kusd,quantity_t\n2021,CHN,RUS,010620,48.641,3.124\n"
    batch = read(tmp_path, "baci.csv", text)
    assert cells(batch) == [("CHN", "RUS", "X", "010620", "2021-01-01", 48641, 3124)]
    assert batch.frame.select("hs_edition", "known_at").row(0) == ("HS2017", date(2023, 1, 31))


def uk(**more: object) -> dict:
    return {
        "MonthId": 202205, "FlowTypeId": 4, "SuppressionIndex": 0, "CommodityId": 85423190, "CountryId": 83,
        "PortId": 1, "Value": 1000, "NetMass": 5, **more,
    }  # fmt: skip


COUNTRIES = {
    "value": [{"CountryId": 83, "CountryCodeAlpha": "KG"}, {"CountryId": 959, "CountryCodeAlpha": "QV"}]
}


def test_uk_trade_info_with_its_table_of_countries(tmp_path: Path) -> None:
    records = [uk(), uk(PortId=2, Value=500), uk(PortId=2, Value=500), uk(CountryId=959), uk(CommodityId=-9)]
    (tmp_path / "Country.json").write_text(json.dumps(COUNTRIES))
    (tmp_path / "OTS.json").write_text(json.dumps({"@odata.context": "x", "value": records}))
    batch = read_trade([tmp_path])
    assert batch.rows_read == batch.frame.height + sum(batch.dropped.values())
    # 1,500 pounds at 1.2371.
    assert cells(batch) == [("GBR", "KGZ", "X", "854231", "2022-05-01", 1856, 10)]
    assert batch.dropped == {
        "code_list_row": 2,
        "exact_duplicate": 1,
        "partner_not_a_country": 1,
        "ports_added_up": 1,
        "secret_code": 1,
    }


def test_uk_trade_info_without_countries_says_what_to_give(tmp_path: Path) -> None:
    text = json.dumps({"value": [uk()]})
    with pytest.raises(InputUnreadable, match=r"api\.uktradeinfo\.com/Country"):
        read(tmp_path, "OTS.json", text)
    text = json.dumps({"value": [uk(Country={"CountryCodeAlpha": "KG"})]})
    assert cells(read(tmp_path, "OTS.json", text))[0][1] == "KGZ"


def test_wits_without_nomenclature_asks_for_the_edition(tmp_path: Path) -> None:
    text = (
        "ReporterISO3,ProductCode,PartnerISO3,Year,TradeFlowCode,TradeValue in 1000 USD\n"
        "SGP,854231,KGZ,2021,6,1.5\n"
    )
    batch = read(tmp_path, "wits.csv", text, hs_edition="HS2017")
    assert [(*row[:6],) for row in cells(batch)] == [("SGP", "KGZ", "X", "854231", "2021-01-01", 1500)]
    assert batch.frame["hs_edition"].to_list() == ["HS2017"]
    with pytest.raises(InputUnreadable, match="--hs-edition"):
        read(tmp_path, "wits.csv", text)


PAGE = (
    '\n\t<html xmlns:x="urn:x"><head><style>td {color: red}</style></head><body><table>'
    "<tr><td>country</td><td>year</td><td>Time Period</td><td>export</td></tr>"
    "<tr><td>Russian Federation</td><td>2023</td><td>1</td><td>234522.3</td></tr></table></body></html>"
)


@pytest.mark.parametrize(
    ("name", "text", "reader", "reason"),
    [
        ("armenia.xls", PAGE, "armenia-totals", "total_without_products"),
        (
            "uzbekistan.csv",
            "\ufeffCode,Klassifikator,Klassifikator_en,2022,2023\n192,Kuba,Cuba,1.5,0.7\n",
            "uzbekistan-totals",
            "total_without_products",
        ),
        (
            "imf.csv",
            "COUNTRY.ID,COUNTERPART_COUNTRY.ID,INDICATOR.ID,2022\nRUS,TUV,MG_CIF_USD,0.1\n",
            "imf-imts",
            "total_without_products",
        ),
        (
            "hs2.csv",
            "partner_m49,flow,year,hs2,value_usd\n100,import,2000,30,5\n",
            "hs2-totals",
            "heading_not_hs6",
        ),
    ],
)
def test_tables_without_products_are_set_aside_by_name(
    tmp_path: Path, name: str, text: str, reader: str, reason: str
) -> None:
    batch = read(tmp_path, name, text)
    assert (batch.files[0].reader, dict(batch.dropped), batch.frame.height) == (reader, {reason: 1}, 0)
