"""Cells of trade tables as spreadsheets leave them: file by file, whatever the size of the parts."""

from pathlib import Path

import polars as pl
import pytest

from riskmodel.errors import InputUnreadable
from riskmodel.sources.files.periods import plain_months
from riskmodel.sources.limits import ReadingLimits
from riskmodel.sources.trade.areas import area_names, country_of
from riskmodel.sources.trade.read import read_trade, trade_parts

HEADER = "reporter;partner;flow;hs6;hs_edition;period;value_usd"


def write(folder: Path, *rows: str, header: str = HEADER, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["202205.0"], ["2022-05"]),
        (["2022M05", "2022-M06", "2022/7"], ["2022-05", "2022-06", "2022-07"]),
        (["May-22", "Mai 2022", "f\u00e9vr. 2021", "2021 Dez"], ["2022-05", "2022-05", "2021-02", "2021-12"]),
        (["20220501", "44682", "05.2022"], ["2022-05-01", "2022-05-01", "2022-05"]),
        (["01/05/2022", "01/06/2022"], ["2022-05-01", "2022-06-01"]),
        (["05/01/2022", "06/01/2022"], ["2022-05-01", "2022-06-01"]),
        (["31/05/2022", "01/06/2022"], ["2022-05-31", "2022-06-01"]),
        (["01/05/2022"], ["01/05/2022"]),
        (["01/05/2022", "05/01/2022"], ["01/05/2022", "05/01/2022"]),
        (["202213", "44683", "2022", "22-May", "202252"], ["202213", "44683", "2022", "22-May", "202252"]),
    ],
)
def test_months(written: list[str], read: list[str]) -> None:
    assert plain_months(pl.Series(written)).to_list() == read


def test_codes_lose_what_a_spreadsheet_put_on_them_and_no_digit(tmp_path: Path) -> None:
    codes = ("854231.0", "8.54231E+05", "'854231", "8542.31", "8.5423E+05", "8542.3")
    rows = [f"DEU;KGZ;X;{code};HS2022;2022-05;{n}" for n, code in enumerate(codes)]
    found = read_trade([write(tmp_path, *rows)]).frame["hs6"].to_list()
    assert found == ["854231"] * 4 + ["8.5423E+05", "8542.3"]


def test_each_file_is_decided_by_itself(tmp_path: Path) -> None:
    german = write(
        tmp_path, "DEU;KGZ;X;854231;HS2022;2022-05;125.000", "DEU;KGZ;X;854232;HS2022;2022-05;1.234.000"
    )
    doubt = write(
        tmp_path, "DEU;RUS;X;854231;HS2022;2022-05;125.000", "DEU;TUR;X;854231;HS2022;2022-05;9", name="u.csv"
    )
    values = dict(
        read_trade([german, doubt]).frame.select(pl.concat_str("partner", "hs6"), "value_usd").rows()
    )
    assert values["KGZ854231"] == "125000"
    assert values["RUS854231"].startswith("125.000 (")


def test_a_later_part_decides_an_earlier_one(tmp_path: Path) -> None:
    rows = [f"DEU;KGZ;X;8542{n};HS2022;2022-05;{n}.000" for n in range(10, 40)]
    path = write(tmp_path, *rows, "DEU;KGZ;X;854290;HS2022;2022-05;1.234.000")
    limits = ReadingLimits(trade_rows=4, whole_bytes=1)
    found = pl.concat(list(trade_parts([path], limits=limits)))["value_usd"].to_list()
    assert found == [n * 1000 for n in range(10, 40)] + [1_234_000]


def test_a_later_part_says_which_number_of_a_date_is_the_month(tmp_path: Path) -> None:
    rows = [f"DEU;KGZ;X;8542{n};HS2022;02/01/2022;{n}" for n in range(10, 20)]
    path = write(tmp_path, *rows, "DEU;KGZ;X;854290;HS2022;01/13/2022;5")
    limits = ReadingLimits(trade_rows=4, whole_bytes=1)
    found = pl.concat(list(trade_parts([path], limits=limits)))["period"].cast(pl.String).to_list()
    assert found == ["2022-02-01"] * 10 + ["2022-01-13"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Russian Federation (Russia)", "RUS"), ("Iran, Islamic Republic of", "IRN"),
        ("Rep. of Korea", "KOR"),
        ("Dem. People's Rep. of Korea", "PRK"), ("Congo (Kinshasa)", "COD"), ("Congo (Brazzaville)", "COG"),
        ("Allemagne (incl. R\u00e9publique d\u00e9mocratique allemande 'DD' depuis 1991)", "DEU"),
        ("Kirgisistan", "KGZ"), ("Other Asia, nes", "TWN"), ("Türkiye", "TUR"), ("Turkey", "TUR"),
        ("UK", "GBR"), ("EL", "GRC"), ("XK", "XKX"), ("TW", "TWN"), ("deu", "DEU"), ("KYRGYZSTAN", "KGZ"),
        ("European Union - 27 countries (AT, BE)", ""), ("Ruritania", "Ruritania"),
        ("Ruritania (Russia)", "Ruritania (Russia)"),
        ("China (Taiwan)", "TWN"), ("XU", "XU"), ("NA", "NA"),
    ],
)  # fmt: skip
def test_names_and_codes(text: str, code: str) -> None:
    assert country_of(pl.Series([text])).to_list() == [code]


def test_numbers_are_looked_up_in_their_own_list() -> None:
    assert country_of(pl.Series(["051", "51", "842", "004"]), "m49").to_list() == ["ARM", "ARM", "USA", "AFG"]
    assert country_of(pl.Series(["004"]), "iso2", "comext").to_list() == ["4"]
    assert country_of(pl.Series(["NA"]), "iso2", "comext").to_list() == ["NAM"]


def test_no_name_of_the_table_is_another_country() -> None:
    assert len(area_names()) > 1000
    assert {area_names()[name] for name in ("niger", "nigeria", "guinea", "georgia")} == {
        "NER",
        "NGA",
        "GIN",
        "GEO",
    }


def test_a_leg_that_loses_its_largest_partner_stops(tmp_path: Path) -> None:
    rows = ["DEU;Ruritania;X;854231;HS2022;2022-05;500", "DEU;KGZ;X;854231;HS2022;2022-05;400"]
    with pytest.raises(InputUnreadable, match=r"^'Ruritania', the largest partner of 'DEU' in flow 'X'"):
        read_trade([write(tmp_path, *rows)])
    small = [rows[0].replace("500", "300"), rows[1]]
    assert read_trade([write(tmp_path, *small)]).frame["partner"].to_list() == ["Ruritania", "KGZ"]
