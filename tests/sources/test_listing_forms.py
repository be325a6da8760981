"""Lists in further forms of their sources, and days of which the whole file says what comes first."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest

from riskmodel.errors import InputUnreadable
from riskmodel.sources.files.day_order import DOUBT
from riskmodel.sources.listings import read_listings
from riskmodel.sources.listings.read import FORMATS, JOINED

CANONICAL = "country,listed_on,jurisdiction,list,n_entities,goods_diversion\n"
UK = (
    "Last Updated,Unique ID,OFSI Group ID,Name 6,Regime Name,Designation Type,Address Country,"
    "Date Designated\n"
)
CSL = "source,entity_number,type,programs,name,addresses,start_date\n"


def rows(batch) -> list[tuple]:
    assert batch.rows_read == batch.frame.height + sum(batch.dropped.values())
    frame = batch.frame.select("country", "listed_on", "n_entities").sort("country", "listed_on")
    return [(country, str(day), n) for country, day, n in frame.rows()]


def read(folder: Path, name: str, text: str | bytes, **options):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_listings([path], **options)


@pytest.mark.parametrize(
    ("written", "days"),
    [
        (["01/05/2022", "13/05/2022"], ["2022-05-01", "2022-05-13"]),
        (["01/05/2022", "01/13/2022"], ["2022-01-05", "2022-01-13"]),
        (["01/05/2022", "02/05/2022"], ["01/05/2022" + DOUBT, "02/05/2022" + DOUBT]),
        (["01/05/2022", "13/05/2022", "05/13/2022"], ["01/05/2022" + DOUBT, "2022-05-13", "2022-05-13"]),
        (["1.5.2022", "20220502"], ["2022-05-01", "2022-05-02"]),
    ],
)
def test_days_of_a_table_of_no_known_source(tmp_path: Path, written: list[str], days: list[str]) -> None:
    text = CANONICAL + "".join(f"TUR,{day},US,L{i},1,unknown\n" for i, day in enumerate(written))
    found = read(tmp_path, "a.csv", text).frame.sort("list")["listed_on"]
    assert [str(day) for day in found] == days


def test_each_file_decides_for_itself(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CANONICAL + "TUR,01/05/2022,US,A,1,\nTUR,13/05/2022,US,B,1,\n")
    (tmp_path / "b.csv").write_text(CANONICAL + "TUR,01/05/2022,US,C,1,\nTUR,01/13/2022,US,D,1,\n")
    frame = read_listings([tmp_path]).frame.sort("list")
    assert [str(day) for day in frame["listed_on"]] == [
        "2022-05-01",
        "2022-05-13",
        "2022-01-05",
        "2022-01-13",
    ]


@pytest.mark.parametrize(
    ("days", "first"),
    [
        (("07/03/2023", "08/03/2023"), "2023-03-07"),  # as the source writes
        (("3/7/2023", "3/13/2023"), "2023-03-07"),  # as an American spreadsheet saves it
        (("14/03/2023", "3/13/2023"), "2023-03-13"),
    ],
)
def test_a_list_saved_again_by_a_spreadsheet_of_another_country(
    tmp_path: Path, days: tuple[str, str], first: str
) -> None:
    lines = [f"x,RUS{i},{i},A{i},Russia,Entity,Turkey,{day}\n" for i, day in enumerate(days)]
    assert rows(read(tmp_path, "uk.csv", UK + "".join(lines)))[0] == ("TUR", first, 1)


def test_lists_of_the_united_states_write_the_month_first(tmp_path: Path) -> None:
    line = 'Entity List (EL) - BIS,{0},Entity,,A{0},"Istanbul, TR",{1}\n'
    assert rows(read(tmp_path, "a.csv", CSL + line.format(1, "5/1/2023"))) == [("TUR", "2023-05-01", 1)]
    other = CSL + line.format(1, "5/1/2023") + line.format(2, "13/1/2023")
    assert rows(read(tmp_path, "b.csv", other)) == [("TUR", "2023-01-05", 1), ("TUR", "2023-01-13", 1)]


def test_countries_of_counted_tables_may_be_names(tmp_path: Path) -> None:
    text = CANONICAL + "".join(
        f"{name},2022-05-01,US,{i},1,unknown\n"
        for i, name in enumerate(("Turkey", "TR", "Hong Kong", "Narnia"))
    )
    assert read(tmp_path, "a.csv", text).frame["country"].to_list() == ["TUR", "TUR", "HKG", "Narnia"]


SDN = '1,"A LTD",-0- ,"RUSSIA-EO14024"' + ",-0- " * 8 + '\r\n2,"B, INC",-0- ,"UKRAINE-EO13662"' + ",-0- " * 8
ADD = '1,10,"x","Istanbul","Turkey",-0- \r\n2,12,"y","Bishkek","Kyrgyzstan",-0- \r\n'


def delimited(text: str, sign: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=sign).writerows(csv.reader(io.StringIO(text)))
    return out.getvalue() + "\x1a"


@pytest.mark.parametrize(("ending", "sign"), [("CSV", ","), ("PIP", "|"), ("DEL", "@")])
def test_lists_of_ofac_between_any_signs(tmp_path: Path, ending: str, sign: str) -> None:
    (tmp_path / f"SDN.{ending}").write_text(delimited(SDN, sign))
    (tmp_path / f"ADD.{ending}").write_text(delimited(ADD, sign))
    batch = read_listings([tmp_path], published_at=date(2024, 3, 2))
    assert rows(batch) == [("KGZ", "2024-03-02", 1), ("TUR", "2024-03-02", 1)]


def test_files_that_are_read_together_have_no_reader_of_their_own() -> None:
    assert [form.name for form in JOINED] == ["ofac-csv"]
    assert all(hasattr(form, "read") for form in FORMATS if form not in JOINED)


OLD_EU = (
    '<WHOLE Date="02/03/2024"><ENTITY Id="1" Type="E" reg_date="2014-03-17" programme="UKR"><ADDRESS>'
    '<COUNTRY>TR</COUNTRY></ADDRESS></ENTITY><ENTITY Id="2" Type="P" programme="UKR"/>'
    '<ENTITY Id="3" Type="E" programme="SYR"><ADDRESS><COUNTRY>SY</COUNTRY></ADDRESS></ENTITY></WHOLE>'
)
OLD_EU_CSV = (
    "Date_file;Entity_logical_id;Subject_type;Programme;Naal_wholename;Addr_country;Entity_logical_id\n"
    "02/03/2024;1;E;UKR;A;;1\n02/03/2024;1;E;UKR;;TR;1\n02/03/2024;2;P;UKR;B;TR;2\n"
)


@pytest.mark.parametrize(("name", "text"), [("eu.xml", OLD_EU), ("eu.csv", OLD_EU_CSV)])
def test_the_older_form_of_the_list_of_the_eu(tmp_path: Path, name: str, text: str) -> None:
    batch = read(tmp_path, name, text)
    assert rows(batch) == [("TUR", "2024-03-02", 1)]
    assert batch.dropped["not_an_entity"] == 1


def test_a_day_in_one_row_of_a_party_is_that_of_the_party(tmp_path: Path) -> None:
    head = "Entity_LogicalId;Entity_DesignationDate;Entity_SubjectType;Entity_Regulation_Programme;"
    text = head + "Address_CountryIso2Code\n1;;enterprise;UKR;TR\n1;2023-06-23;enterprise;;KG\n"
    batch = read(tmp_path, "eu_2024-03-02.csv", text)
    assert rows(batch) == [("KGZ", "2023-06-23", 1), ("TUR", "2023-06-23", 1)]


def test_a_list_of_japan_in_its_own_encoding(tmp_path: Path) -> None:
    head = "区分,番号,告示日付,個人・団体,住所・所在地（国）（英語）,その他の情報\n"
    text = head + "24,1,2022年3月1日,団体,Turkey,ロシア\n24,2,2022年3月1日,個人,Turkey,ロシア\n"
    for encoding in ("cp932", "utf-8"):
        assert rows(read(tmp_path, "shisan.csv", text.encode(encoding))) == [("TUR", "2022-03-01", 1)]


@pytest.mark.parametrize("text", ["", CANONICAL, CANONICAL + "TUR,2022-05-01,US,L,0,unknown\n"])
def test_tables_of_no_row_and_of_no_entity(tmp_path: Path, text: str) -> None:
    if not text:
        with pytest.raises(InputUnreadable, match="empty"):
            read(tmp_path, "a.csv", text)
    else:
        assert read(tmp_path, "a.csv", text).frame.height == text.count("\n") - 1


def test_copies_of_one_list_in_json_and_xml_count_once(tmp_path: Path) -> None:
    entity = {"@logicalId": "1", "@designationDate": "2023-06-23", "regulation": {"@programme": "UKR"},
              "subjectType": {"@code": "enterprise"}, "address": [{"@countryIso2Code": "TR"}]}  # fmt: skip
    (tmp_path / "a.json").write_text(json.dumps({"export": {"sanctionEntity": [entity]}}))
    (tmp_path / "b.xml").write_text(OLD_EU)
    batch = read_listings([tmp_path])
    assert rows(batch) == [("TUR", "2023-06-23", 1)]
    assert batch.dropped["dated_copy"] == 1
