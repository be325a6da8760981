"""Lists as their sources give them: every address, days of listing, programmes, and forms."""

import json
import zipfile
from datetime import date
from pathlib import Path

import pytest

from riskmodel.sources.listings import read_listings
from riskmodel.sources.listings.countries import in_address
from riskmodel.sources.listings.days import day_first

LISTS = Path(__file__).parent / "lists"
SDN = (LISTS / "sdn.xml").read_text(encoding="utf-8")
ADVANCED = (LISTS / "sdn_advanced.xml").read_text(encoding="utf-8")
ENHANCED = (LISTS / "sdn_enhanced.xml").read_text(encoding="utf-8")
UK = (LISTS / "uk.xml").read_text(encoding="utf-8")
OFSI = (LISTS / "ConList.csv").read_text(encoding="utf-8")
EU = (LISTS / "eu.xml").read_text(encoding="utf-8")
EU_CSV = (LISTS / "eu.csv").read_text(encoding="utf-8")
UN = (LISTS / "un.xml").read_text(encoding="utf-8")
SWISS = (LISTS / "swiss.xml").read_text(encoding="utf-8")
JAPAN = (LISTS / "japan.csv").read_text(encoding="utf-8")
ANNEX = (LISTS / "annex.html").read_text(encoding="utf-8")
ANNEX_LIST = (LISTS / "annex_list.html").read_text(encoding="utf-8")
UK_HEADER = (
    "Last Updated,Unique ID,OFSI Group ID,Name 6,Name 1,Regime Name,Designation Type,Address Country,"
    "Date Designated\n"
)
UK_ROWS = (
    '01/03/2024,RUS0001,1,A LTD,,"The Russia (Sanctions), etc",Entity,Turkey,07/03/2023\n'
    '01/03/2024,RUS0001,1,A TRADING,,"The Russia (Sanctions), etc",Entity,Turkey,07/03/2023\n'
    '01/03/2024,RUS0001,1,A LTD,,"The Russia (Sanctions), etc",Entity,Kyrgyzstan,07/03/2023\n'
    "01/03/2024,SYR0001,2,B,,Syria,Entity,Syria,07/03/2023\n"
)


def rows(batch) -> list[tuple]:
    assert batch.rows_read == batch.frame.height + sum(batch.dropped.values())
    frame = batch.frame.select("country", "listed_on", "n_entities").sort("country", "listed_on")
    return [(country, str(day), n) for country, day, n in frame.rows()]


def read(folder: Path, name: str, text: str, **options):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_listings([path], **options)


def test_sdn_xml_counts_a_party_once_for_a_country_on_the_day_of_the_list(tmp_path: Path) -> None:
    batch = read(tmp_path, "sdn.xml", SDN, published_at=date(2020, 1, 1))
    assert rows(batch) == [("ARE", "2024-03-02", 1), ("TUR", "2024-03-02", 1)]
    assert batch.dropped == {"no_country": 1, "not_an_entity": 1, "not_russia_related": 1}
    assert batch.frame["list"].unique().to_list() == ["US-OFAC"]


def test_lists_of_ofac_as_json_are_their_xml(tmp_path: Path) -> None:
    entry = {
        "uid": "1",
        "sdnType": "Entity",
        "programList": {"program": ["UKRAINE-EO13662", "RUSSIA-EO14024"]},
        "addressList": {"address": [{"country": "Turkey"}, {"country": "Kyrgyzstan"}]},
    }
    given = {"sdnList": {"publshInformation": {"Publish_Date": "03/02/2024"}, "sdnEntry": [entry]}}
    batch = read(tmp_path, "sdn.json", json.dumps(given))
    assert rows(batch) == [("KGZ", "2024-03-02", 1), ("TUR", "2024-03-02", 1)]


def test_advanced_xml_has_days_of_listing_and_locations(tmp_path: Path) -> None:
    batch = read(tmp_path, "sdn_advanced.xml", ADVANCED)
    # The entry of 2010 is of another programme.
    assert rows(batch) == [("KGZ", "2023-07-20", 1), ("TUR", "2023-07-20", 1)]
    assert batch.dropped == {"not_an_entity": 1}


def test_enhanced_xml_has_days_of_listing(tmp_path: Path) -> None:
    assert rows(read(tmp_path, "sdn_enhanced.xml", ENHANCED)) == [("KGZ", "2023-07-20", 1)]


def test_forms_of_one_list_are_copies_and_its_day_of_listing_counts(tmp_path: Path) -> None:
    for name, text in {"sdn.xml": SDN, "advanced.xml": ADVANCED}.items():
        (tmp_path / name).write_text(text)
    batch = read_listings([tmp_path])
    assert rows(batch) == [
        ("ARE", "2024-03-02", 1),
        ("KGZ", "2023-07-20", 1),
        ("TUR", "2023-07-20", 1),
    ]
    assert batch.dropped["dated_copy"] == 1


def test_uk_list_as_xml(tmp_path: Path) -> None:
    batch = read(tmp_path, "uk.xml", UK)
    assert rows(batch) == [("ARE", "2023-03-07", 1), ("TUR", "2023-03-07", 1)]
    assert batch.dropped == {"not_an_entity": 1, "not_russia_related": 1}
    assert batch.frame["jurisdiction"].unique().to_list() == ["UK"]


@pytest.mark.parametrize("first", ["Report Date: 02-Mar-2024\n", ""])
def test_uk_list_as_csv_has_a_row_for_each_name(tmp_path: Path, first: str) -> None:
    batch = read(tmp_path, "uk.csv", first + UK_HEADER + UK_ROWS)
    assert rows(batch) == [("KGZ", "2023-03-07", 1), ("TUR", "2023-03-07", 1)]
    assert batch.dropped == {"further_row_of_one_entity": 1, "not_russia_related": 1}


def test_uk_list_as_ods(tmp_path: Path) -> None:
    lines = [["Report Date: 02-Mar-2024"], UK_HEADER.strip().split(",")]
    lines += [
        line.replace('"The Russia (Sanctions), etc"', "Russia").split(",") for line in UK_ROWS.split("\n")
    ]
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'.format
    blank = '<table:table-cell table:number-columns-repeated="2"/>'
    table = "".join(
        "<table:table-row>"
        + "".join(cell(c) if c else "<table:table-cell/>" for c in line)
        + blank
        + "</table:table-row>"
        for line in lines
    )
    urn = "urn:oasis:names:tc:opendocument:xmlns:{}:1.0".format
    names = "".join(f' xmlns:{name}="{urn(name)}"' for name in ("office", "table", "text"))
    sheet = f'<office:spreadsheet><table:table table:name="List">{table}</table:table></office:spreadsheet>'
    content = f"<office:document-content{names}><office:body>{sheet}</office:body></office:document-content>"
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    path = tmp_path / "uk.ods"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{urn("manifest")}"/>')
        archive.writestr("content.xml", content)
    assert rows(read_listings([path])) == [("KGZ", "2023-03-07", 1), ("TUR", "2023-03-07", 1)]


def test_list_of_ofsi(tmp_path: Path) -> None:
    batch = read(tmp_path, "ConList.csv", OFSI)
    assert rows(batch) == [("TUR", "2022-03-14", 1)]


def test_eu_list_uses_the_day_of_designation_never_that_of_a_regulation(tmp_path: Path) -> None:
    expected = [("ARM", "2023-06-23", 1), ("ARM", "2024-03-02", 1), ("RUS", "2023-06-23", 1)]
    xml = read(tmp_path, "eu.xml", EU)
    assert rows(xml) == expected
    assert xml.dropped == {"not_an_entity": 1, "not_russia_related": 1}
    table = read(tmp_path, "eu.csv", EU_CSV)
    assert rows(table) == expected


def test_un_list_is_kept_as_no_diversion(tmp_path: Path) -> None:
    batch = read(tmp_path, "un.xml", UN)
    assert rows(batch) == [("CHN", "2016-03-02", 1), ("PRK", "2016-03-02", 1)]
    assert batch.frame["goods_diversion"].to_list() == ["false", "false"]


def test_swiss_list_is_dated_by_its_listing_though_the_party_was_removed(tmp_path: Path) -> None:
    batch = read(tmp_path, "ch.xml", SWISS)
    assert rows(batch) == [("ARM", "2022-03-05", 1), ("RUS", "2022-03-05", 1)]
    assert batch.dropped == {"not_an_entity": 1, "not_russia_related": 1}


def test_japanese_bans_are_diversion_abroad_only(tmp_path: Path) -> None:
    batch = read(tmp_path, "meti.csv", JAPAN)
    assert rows(batch) == [("CHN", "2024-06-21", 1), ("HKG", "2024-06-21", 1), ("RUS", "2022-03-01", 1)]
    assert dict(batch.frame.select("country", "goods_diversion").rows()) == {
        "CHN": "true",
        "HKG": "true",
        "RUS": "unknown",
    }


def test_annex_iv_of_eur_lex(tmp_path: Path) -> None:
    batch = read(tmp_path, "page.html", ANNEX)
    assert rows(batch) == [("ARE", "2023-06-23", 1), ("HKG", "2023-06-23", 1), ("RUS", "2014-09-12", 1)]
    assert set(batch.frame["list"]) == {"EU-ANNEX-IV"}


def test_annex_iv_as_a_list_of_names_is_dated_by_the_text(tmp_path: Path) -> None:
    batch = read(tmp_path, "page.html", ANNEX_LIST)
    assert rows(batch) == [("HKG", "2023-06-23", 1), ("UZB", "2023-06-23", 1)]
    assert batch.dropped == {"no_country": 1}


def test_screening_list_as_json(tmp_path: Path) -> None:
    party = {
        "source": "Entity List (EL) - Bureau of Industry and Security",
        "name": "A",
        "programs": [],
        "addresses": [
            {"address": "1 x", "city": "Yerevan", "country": "AM"},
            {"address": "2 x", "city": "Istanbul", "country": "TR"},
        ],
        "start_date": "2023-03-02",
    }
    batch = read(tmp_path, "consolidated.json", json.dumps({"results": [party, party]}))
    assert rows(batch) == [("ARM", "2023-03-02", 1), ("TUR", "2023-03-02", 1)]
    assert batch.dropped == {"further_row_of_one_entity": 2}


OPEN = "id,schema,name,countries,sanctions,program_ids,dataset,first_seen,last_seen\n"


def test_opensanctions_first_seen_is_not_listed_on(tmp_path: Path) -> None:
    text = (
        OPEN + "a,Company,A,tr;kg,US-X - Block - 2023-06-24;EU-Y - 2022-05-01 - 2023-01-01,,US OFAC SDN List,"
        "2021-01-01T10:00:00,2024-03-02T10:00:00\n"
        "b,Company,B,tr,No day here,,EU Financial Sanctions,2021-01-01T10:00:00,2024-03-02T10:00:00\n"
        "c,Company,C,tr,Answer - 2023-01-01,CN-AFS,Chinese counter sanctions,2021-01-01,2024-03-02T10:00:00\n"
        "d,Person,D,tr,x,,US OFAC,2021-01-01,2024-03-02T10:00:00\n"
        "e,Company,E,tr,,,Wikidata,2021-01-01,2024-03-02T10:00:00\n"
        "f,Company,F,ua-cri;suhh,x,,US OFAC,2021-01-01,2024-03-02T10:00:00\n"
    )
    batch = read(tmp_path, "targets.simple.csv", text)
    assert rows(batch) == [("KGZ", "2022-05-01", 1), ("TUR", "2022-05-01", 1), ("TUR", "2024-03-02", 1)]
    assert batch.dropped == {"no_country": 1, "not_an_entity": 1, "not_sanctioned": 2}


def ftm(key: str, schema: str, **properties: object) -> str:
    seen = {"first_seen": "2021-01-01T00:00:00", "last_seen": "2024-03-02T00:00:00"}
    return json.dumps({"id": key, "schema": schema, "properties": properties, "datasets": ["eu_fsf"], **seen})


@pytest.mark.parametrize("topic", ["sanction.counter", "sanction.linked", "export.risk", "debarment", "gov"])
def test_topics_that_are_no_sanction_here(tmp_path: Path, topic: str) -> None:
    lines = [
        ftm("a", "Company", country=["am"], topics=[topic]),
        ftm("b", "Company", country=["am"], topics=[topic, "sanction"], addressEntity=["addr-1"]),
        ftm("s", "Sanction", entity=["b"], startDate=["2023-07-01"], listingDate=["2023-06-24"]),
        ftm("t", "Sanction", entity=["b"], startDate=["2020-01-01"], programId=["RU-COUNTER"]),
        ftm("addr-1", "Address", country=["tr"]),
        ftm("c", "Company", country=["am"], topics=["export.control"]),
    ]
    batch = read(tmp_path, "entities.ftm.json", "\n".join(lines) + "\n")
    assert rows(batch) == [("ARM", "2023-06-24", 1), ("ARM", "2024-03-02", 1), ("TUR", "2023-06-24", 1)]
    assert batch.dropped == {"not_an_entity": 3, "not_sanctioned": 1}


def test_nested_opensanctions(tmp_path: Path) -> None:
    sanction = {"schema": "Sanction", "properties": {"startDate": ["2023-06-24"]}}
    line = ftm("a", "Company", country=["am"], topics=["sanction"], sanctions=[sanction])
    assert rows(read(tmp_path, "targets.nested.json", line + "\n" + line + "\n")) == [
        ("ARM", "2023-06-24", 1)
    ]


def test_eu_list_as_csv_under_a_line_with_its_date(tmp_path: Path) -> None:
    text = (
        "fileGenerationDate;2024-03-02\n"
        "Entity_LogicalId;Entity_SubjectType;Entity_Regulation_Programme;Address_CountryIso2Code;Name\n"
        "1;enterprise;UKR;AM;A\n"
    )
    assert rows(read(tmp_path, "eu.csv", text)) == [("ARM", "2024-03-02", 1)]


def test_japanese_freezes_are_about_russia_by_their_row_or_their_category(tmp_path: Path) -> None:
    text = (
        "\ufeff区分,番号,告示日付,告示番号,個人・団体,氏名（英語）,住所・所在地（国）（英語）,国連参照番号,その他の情報\n"
        "30,030-1,2022/3/1,1,団体,A JSC,Russia,,\n"
        "30,030-2,2024/6/21,2,団体,B Ltd,China；Hong Kong,,\n"
        "30,030-3,2022/3/1,1,個人,C,Russia,,\n"
        "30,030-4,2022/4/12 (改訂),1,団体,D JSC,Russia,,\n"
        "16,016-1,2013/4/5,1,団体,E Bank,North Korea,,\n"
        "14,014-1,2017/1/1,1,団体,F,China,KPe.1,\n"
        "33,033-1,2025/1/10,1,団体,G,Turkey,,ロシア連邦\n"
    )
    batch = read(tmp_path, "shisantouketsu20260828.csv", text)
    assert rows(batch) == [
        ("CHN", "2024-06-21", 1),
        ("HKG", "2024-06-21", 1),
        ("RUS", "2022-03-01", 1),
        ("RUS", "2022-04-12", 1),
        ("TUR", "2025-01-10", 1),
    ]
    assert batch.dropped == {"not_an_entity": 1, "not_russia_related": 2}


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2022-3-7", "2022-03-07"),
        ("2022/3/7", "2022-03-07"),
        ("2022-03-07T00:00:00+02:00", "2022-03-07"),
        ("07/03/2022", "2022-03-07"),
        ("7.3.2022", "2022-03-07"),
        ("07-Mar-2022", "2022-03-07"),
        ("7 March 2022", "2022-03-07"),
        ("2022 年03 月07 日", "2022-03-07"),
        ("31/02/2022", "31/02/2022"),
        ("circa 2022", "circa 2022"),
        ("", None),
    ],
)
def test_days_as_lists_write_them(written: str, day: str | None) -> None:
    assert day_first(written) == day


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("Unit 1, Yerevan, Armenia, AM", "ARM"),
        ("Dubai, United Arab Emirates.", "ARE"),
        ("Kowloon, Hong Kong, China", "HKG"),
        ("Moscow, 119049, RU", "RUS"),
        ("Phoenix, AZ, 85043", None),
        ("Simferopol, Crimea", ""),
        ("somewhere", None),
        ("", None),
    ],
)
def test_country_at_the_end_of_an_address(address: str, country: str | None) -> None:
    assert in_address(address) == country


PARTIES = (
    '1,"A",-0- ,"UKRAINE-EO13662] [RUSSIA-EO14024",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n'
    '2,"B","individual","RUSSIA-EO14024",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n'
    '3,"C",-0- ,"CUBA",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \r\n\x1a\r\n'
)
ADDRESSES = (
    '1,11,"x","Istanbul","Turkey",-0- \r\n1,12,"y","Ankara","Turkey",-0- \r\n'
    '1,13,-0- ,-0- ,"Kyrgyzstan",-0- \r\n'
    "3,14,-0- ,-0- ,-0- ,-0- \r\n\x1a\r\n"
)


def test_lists_of_ofac_without_header_are_joined_with_their_addresses(tmp_path: Path) -> None:
    (tmp_path / "sdn.csv").write_text(PARTIES)
    (tmp_path / "add.csv").write_text(ADDRESSES)
    (tmp_path / "alt.csv").write_text('1,21,"aka","A AND CO",-0- \r\n1,22,"aka","A LIMITED",-0- \r\n')
    batch = read_listings([tmp_path], published_at=date(2024, 3, 2))
    assert rows(batch) == [("KGZ", "2024-03-02", 1), ("TUR", "2024-03-02", 1)]
    assert batch.dropped == {
        "address_row_of_ofac": 4,
        "name_row_of_ofac": 2,
        "not_an_entity": 1,
        "not_russia_related": 1,
    }


def test_addresses_of_another_day_are_not_joined(tmp_path: Path) -> None:
    for day, country in (("2023-01-02", "Turkey"), ("2024-03-02", "Armenia")):
        (tmp_path / day).mkdir()
        (tmp_path / day / "sdn.csv").write_text(PARTIES)
        (tmp_path / day / "add.csv").write_text(
            f'1,11,"x","y","{country}",-0- \n1,12,"x","y","{country}",-0- \n'
        )
    assert rows(read_listings([tmp_path])) == [("ARM", "2024-03-02", 1), ("TUR", "2023-01-02", 1)]
