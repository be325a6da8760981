"""Tables of statistical offices under titles: the Data Browser is read, totals say what they are."""

from pathlib import Path

import pytest

from riskmodel.errors import InputUnreadable
from riskmodel.sources.checked import take_in
from riskmodel.sources.trade.read import FORMATS, read_trade

KAZAKHSTAN = """ Основные показатели внешней торговли Республики Казахстан по странам,,,,,,
за январь-май 2031 года,,,,,,
,,,,тыс. долларов США,,
Наименование страны,Товарооборот,,Экспорт,,Импорт,
,Всего,удельный вес,Всего,удельный вес,Всего,удельный вес
Всего,300.5,100,200.25,100,100.25,100
Страны СНГ,"30,5",10,20,10,"10,5",10
Армения,7,2.3,5,2.5,2,2
* предварительные данные,,,,,,
"""
KYRGYZSTAN = """4.03.00.99 өлкөлөр боюнча товарлардын импорту 1,Импорт товаров по странам,Import,,
 (миң доллар),(тыс. долларов),(thousand dollars),,
Көрсөткүчтөрдүн аталышы,Наименование показателей,Items,2030,2031
,,,,
Бардыгы 2,Всего 2,Total 2,10.5,11
  Армения,Армения,Armenia,...,3
1 Маалыматтар,1 Данные,1 Data,,
"""
RUSSIA = """Экспорт и импорт товаров Российской Федерации по группам стран,,,,,,
(млрд долларов США),,,,,,
,Экспорт,,,Импорт,,
,январь-май 2030,январь-май 2031,"темп роста, %",январь-май 2030,январь-май 2031,"темп роста, %"
Весь мир,12.5,11.5,92,7.5,8,106
в том числе:,0,0,,0,0,
ЕВРОПА,5.5,2.5,45,3,1,33
"""
IMF = {
    "Exports by Country.csv": "Scale: Millions\n",
    "Goods, Value of Exports, Free o.csv": ",2030,2031\nArmenia,3615054,\n\"Africa not specified\",5,6\n",
    "Tooltip.csv": ',2030\nArmenia,"Country: Elsewhere\nTime: 2030\nValue: 3"\n',
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "reader", "rows", "notes", "words"),
    [
        (KAZAKHSTAN, "kazakhstan-totals", 3, 6, "Kazakhstan's trade by country"),
        (KYRGYZSTAN, "kyrgyzstan-totals", 2, 4, "Kyrgyzstan's trade by country"),
        (RUSSIA, "russia-totals", 3, 4, "Russia's trade by country or continent"),
    ],
)
def test_totals_of_national_offices_say_what_they_are_and_what_to_ask_for(
    tmp_path: Path, text: str, reader: str, rows: int, notes: int, words: str
) -> None:
    (tmp_path / "t.csv").write_text(text, encoding="utf-8-sig")
    batch = read_trade([tmp_path / "t.csv"])
    assert [file.reader for file in batch.files] == [reader]
    assert batch.dropped == {"total_without_products": rows, "title_or_note": notes}
    assert batch.rows_read == rows + notes
    (sentence,) = take_in(batch, None).failures
    assert f"All {rows + notes} rows were dropped" in sentence
    assert words in sentence
    assert "ask " in sentence
    assert len(sentence) <= 400


def test_a_table_of_products_under_such_titles_is_not_taken_for_totals(tmp_path: Path) -> None:
    text = KAZAKHSTAN.replace("Наименование страны", "Наименование страны и код ТН ВЭД")
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(InputUnreadable):
        read_trade([tmp_path / "t.csv"])


def test_sheets_of_the_imf_are_totals(tmp_path: Path) -> None:
    for name, text in IMF.items():
        (tmp_path / name).write_text(text)
    batch = read_trade([tmp_path])
    assert {file.reader for file in batch.files} == {"imf-dots"}
    assert batch.dropped == {"total_without_products": 2, "title_or_note": 4}


def test_good_rows_next_to_totals_are_used(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(KAZAKHSTAN)
    (tmp_path / "b.csv").write_text(
        "reporter,partner,flow,hs6,hs_edition,period,value_usd\nDEU,KGZ,X,854231,HS2022,2022-05,7\n"
    )
    batch = read_trade([tmp_path])
    assert batch.frame["value_usd"].to_list() == [7]
    assert batch.dropped == {"total_without_products": 3, "title_or_note": 6}


@pytest.mark.parametrize(
    ("header", "row", "reader", "reason"),
    [
        ("partner_iso3,partner,year,value_eur", "KGZ,Kyrgyzstan,2031,5", "comext-annual-totals",
         "total_without_products"),
        ("DECL_LAB,PERIOD_LAB,PRCCODE_LAB,INDICATORS_LAB,INDICATOR_VALUE", "France,2031,/x,PRODQNT,7",
         "prodcom", "production_not_trade"),
        ("fileUrl,fileSize,reporterCode", "https://example.org,1,417", "comtrade-file-list", "list_of_files"),
        ("country,year,Time Period,import (countries of origin)", "Iran,2031,1,5", "armenia-totals",
         "total_without_products"),
    ],
)  # fmt: skip
def test_other_tables_without_trade_by_product(
    tmp_path: Path, header: str, row: str, reader: str, reason: str
) -> None:
    (tmp_path / "t.csv").write_text(f"{header}\n{row}\n")
    batch = read_trade([tmp_path / "t.csv"])
    assert [file.reader for file in batch.files] == [reader]
    assert batch.dropped == {reason: 1}


def test_every_format_that_is_set_aside_says_which_table_is_needed() -> None:
    silent = [form.name for form in FORMATS if form.lacks and not form.advice]
    assert silent == ["comext-browser-notes"]  # part of a workbook whose other sheets are read
    long = [form.name for form in FORMATS if len(form.advice) > 260]
    assert long == []


def browser(product: str, indicator: str, *rows: str, flow: str = "EXPORT") -> str:
    """A sheet of Eurostat's Data Browser as it is saved as text, a column of flags behind each month."""
    return "\n".join(
        (
            "Data extracted on 01/02/2023 10:00:00 from [ESTAT],,,,,",
            "Dataset: ,EU trade since 1988 by HS2-4-6 and CN8 [DS-045409__custom_1],,,,",
            "Last updated: ,13/01/2023 11:00,,,,",
            ",,,,,",
            f'PRODUCT [PRODUCT],,"{product}",,,',
            f"FLOW,,{flow},,,",
            f"INDICATORS,,{indicator},,,",
            ",,,,,",
            "TIME,TIME,2022-05,,2022-06,",
            "FREQ (Labels),FREQ (Labels),Monthly,,Monthly,",
            "REPORTER (Labels),PARTNER (Labels),,,,",
            *rows,
            ",,,,,",
            "Special value,,,,,",
            ":,not available,,,,",
        )
    )


GERMANY = "Germany (incl. German Democratic Republic 'DD' from 1991)"


def test_sheets_of_the_data_browser_are_read_together(tmp_path: Path) -> None:
    chips = "Processors, other [85423190]"
    (tmp_path / "Sheet 1.csv").write_text(
        browser(
            chips, "VALUE_IN_EUROS", f"{GERMANY},Kyrgyzstan,1.0E3,p,:,c", f"{GERMANY},Armenia,:,c,2000,",
            "European Union - 27 countries (AT, BE),Armenia,9,,9,".replace("(AT, BE)", "(AT)"),
        )
    )  # fmt: skip
    (tmp_path / "Sheet 2.csv").write_text(
        browser(chips, "QUANTITY_IN_100KG", f"{GERMANY},Kyrgyzstan,2.5,,:,c", f"{GERMANY},Armenia,:,,:,")
    )
    (tmp_path / "Sheet 3.csv").write_text(
        browser("Chips [85423110]", "VALUE_IN_EUROS", f"{GERMANY},Kyrgyzstan,500,,7,", flow="IMPORT")
    )
    batch = read_trade([tmp_path])
    rows = batch.frame.with_columns(batch.frame["period"].dt.month()).sort("partner", "flow", "period")
    assert rows.select("reporter", "partner", "flow", "hs6", "period", "value_usd", "net_kg").rows() == [
        ("DEU", "ARM", "X", "854231", 6, 2106, None),
        ("DEU", "KGZ", "M", "854231", 5, 527, None),
        ("DEU", "KGZ", "M", "854231", 6, 7, None),
        ("DEU", "KGZ", "X", "854231", 5, 1053, 250),
    ]
    assert batch.rows_read == batch.frame.height + sum(batch.dropped.values())
    assert {file.reader for file in batch.files} == {"comext-browser"}


def test_a_sheet_by_mode_of_transport_is_a_part(tmp_path: Path) -> None:
    sheet = browser("Chips [85423110]", "VALUE_IN_EUROS", f"{GERMANY},Kyrgyzstan,500,,7,")
    (tmp_path / "t.csv").write_text(sheet.replace("FLOW,,", "TRANSPORT_MODE,,Air,,,\nFLOW,,"))
    batch = read_trade([tmp_path / "t.csv"])
    assert (batch.frame.height, batch.dropped["transport_mode_part"]) == (0, 2)
    total = sheet.replace("FLOW,,", "TRANSPORT_MODE,,Total,,,\nFLOW,,")
    (tmp_path / "t.csv").write_text(total)
    assert read_trade([tmp_path / "t.csv"]).frame.height == 2
