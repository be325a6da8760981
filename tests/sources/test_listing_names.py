"""Who was listed: names and numbers as each form of a list gives them, and nobody who may be a person."""

import csv
import io
import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from data_contracts.checking.check import validate
from data_contracts.contract import Context
from data_contracts.listings.contract import CONTRACT
from riskmodel.sources.listings import read_listings
from riskmodel.sources.listings.read import FORMATS

DAY = date(2024, 3, 2)
OFAC_XML = (
    "<sdnList><publshInformation><Publish_Date>{day}</Publish_Date></publshInformation>{parties}</sdnList>"
)
ENTRY = (
    "<sdnEntry><uid>{number}</uid>{name}<sdnType>{kind}</sdnType><programList><program>RUSSIA-EO14024"
    "</program></programList><akaList><aka><uid>9</uid><lastName>ALIAS</lastName></aka></akaList>"
    "<addressList><address><country>Turkey</country></address></addressList></sdnEntry>"
)
ADVANCED = """<Sanctions><DateOfIssue><Year>2024</Year><Month>3</Month><Day>2</Day></DateOfIssue>
<AreaCodeValues/><CountryValues><Country ID="1" ISO2="TR">Turkey</Country></CountryValues>
<PartySubTypeValues><PartySubType ID="3" PartyTypeID="2">x</PartySubType></PartySubTypeValues>
<PartyTypeValues><PartyType ID="2">Entity</PartyType></PartyTypeValues>
<Locations><Location ID="1"><LocationCountry CountryID="1"/></Location></Locations>
<DistinctParties><DistinctParty><Profile ID="77" PartySubTypeID="3"><Identity Primary="true">
<Alias Primary="false"><DocumentedName><DocumentedNamePart><NamePartValue>ALIAS</NamePartValue>
</DocumentedNamePart></DocumentedName></Alias>
<Alias Primary="true"><DocumentedName><DocumentedNamePart><NamePartValue>ALFA</NamePartValue>
</DocumentedNamePart><DocumentedNamePart><NamePartValue>LTD</NamePartValue></DocumentedNamePart>
</DocumentedName></Alias></Identity>
<Feature><FeatureVersion><VersionLocation LocationID="1"/></FeatureVersion></Feature></Profile>
</DistinctParty></DistinctParties><SanctionsEntries><SanctionsEntry ProfileID="77">
<EntryEvent><Date><Year>2023</Year>
<Month>7</Month><Day>20</Day></Date></EntryEvent><SanctionsMeasure><Comment>RUSSIA-EO14024</Comment>
</SanctionsMeasure></SanctionsEntry></SanctionsEntries></Sanctions>"""
ENHANCED = """<sanctionsData><publicationInfo><dataAsOf>2024-03-02</dataAsOf></publicationInfo><entities>
<entity id="77"><generalInfo><entityType>Entity</entityType></generalInfo>
<sanctionsPrograms><sanctionsProgram>RUSSIA-EO14024</sanctionsProgram></sanctionsPrograms>
<names><name><isPrimary>false</isPrimary><translations><translation><formattedFullName>ALIAS</formattedFullName>
</translation></translations></name><name><isPrimary>true</isPrimary><translations><translation>
<formattedFullName>ALFA LTD</formattedFullName></translation></translations></name></names>
<addresses><address><country>Turkey</country></address></addresses></entity></entities></sanctionsData>"""
UK_XML = """<Designations dateGenerated="2024-03-02"><Designation><DateDesignated>07/03/2023</DateDesignated>
<UniqueID>RUS0001</UniqueID><Names><Name><Name6>ALIAS</Name6><NameType>Alias</NameType></Name>
<Name><Name6>Alfa Ltd </Name6><NameType>Primary name</NameType></Name></Names><RegimeName>Russia</RegimeName>
<IndividualEntityShip>Entity</IndividualEntityShip><Addresses><Address><AddressCountry>Turkey</AddressCountry>
</Address></Addresses></Designation></Designations>"""
UK_CSV = (
    "Report Date: 02-Mar-2024\nUnique ID,Name 6,Name type,Regime Name,Designation Type,Address Country,"
    "Date Designated\nRUS0001,ALIAS,Alias,Russia,Entity,Turkey,07/03/2023\n"
    "RUS0001,Alfa Ltd,Primary Name,Russia,Entity,,07/03/2023\n"
)
OFSI = (
    "Last Updated,05/08/2022\nName 6,Name 1,Country,Group Type,Alias Type,Regime,Listed On,"
    "UK Sanctions List Date Designated,Group ID\n"
    "ALIAS,,Turkey,Entity,AKA,Russia,15/03/2022,14/03/2022,12\n"
    "Alfa Ltd,,Turkey,Entity,Primary name,Russia,15/03/2022,14/03/2022,12\n"
)
EU_XML = """<export generationDate="2024-03-02"><sanctionEntity euReferenceNumber="EU.7.1" logicalId="7">
<regulation programme="UKR"/><subjectType code="enterprise"/><nameAlias wholeName=""/>
<nameAlias wholeName="Alfa Ltd"/><nameAlias wholeName="ALIAS"/><address countryIso2Code="TR"/>
</sanctionEntity></export>"""
EU_OLD_XML = """<WHOLE Date="02/03/2024"><ENTITY Id="7" Type="E" programme="UKR"><NAME Id="1"><LASTNAME/>
<WHOLENAME>Alfa Ltd</WHOLENAME></NAME><ADDRESS><COUNTRY>TUR</COUNTRY></ADDRESS></ENTITY></WHOLE>"""
EU_CSV = (
    "fileGenerationDate;Entity_LogicalId;Entity_EU_ReferenceNumber;Entity_SubjectType;"
    "Entity_Regulation_Programme;NameAlias_WholeName;Address_CountryIso2Code\n"
    "02/03/2024;7;EU.7.1;enterprise;UKR;;TR\n02/03/2024;7;EU.7.1;enterprise;UKR;Alfa Ltd;\n"
    "02/03/2024;7;EU.7.1;enterprise;UKR;ALIAS;\n"
)
EU_OLD_CSV = (
    "Date_file;Entity_logical_id;EU_ref_num;Subject_type;Programme;Naal_wholename;Addr_country\n"
    "02/03/2024;7;EU.7.1;E;UKR;Alfa Ltd;TR\n"
)
UN_XML = """<CONSOLIDATED_LIST dateGenerated="2024-03-02"><ENTITIES><ENTITY><DATAID>2</DATAID>
<FIRST_NAME>ALFA LTD</FIRST_NAME><REFERENCE_NUMBER>KPe.1</REFERENCE_NUMBER><LISTED_ON>2016-03-02</LISTED_ON>
<ENTITY_ALIAS><ALIAS_NAME>ALIAS</ALIAS_NAME></ENTITY_ALIAS><ENTITY_ADDRESS><COUNTRY>China</COUNTRY>
</ENTITY_ADDRESS></ENTITY></ENTITIES></CONSOLIDATED_LIST>"""
SWISS_XML = """<swiss-sanctions-list date="2024-03-02"><sanctions-program ssid="20"><program-name>Ukraine
</program-name><sanctions-set ssid="21"/></sanctions-program><target ssid="100">
<sanctions-set-id>21</sanctions-set-id><entity><identity ssid="2" main="false"><name name-type="primary-name">
<name-part><value>OTHER</value></name-part></name></identity><identity ssid="1" main="true">
<name name-type="alias"><name-part><value>ALIAS</value></name-part></name><name name-type="primary-name">
<name-part><value>Alfa Ltd</value><spelling-variant>Alpha</spelling-variant></name-part></name>
<address><country iso-code="TR"/></address></identity></entity>
<modification modification-type="listed" effective-date="2022-03-05"/></target></swiss-sanctions-list>"""
METI = (
    "target_country,name_raw,name_en,designated_date\n"
    "China,１ A,Alfa Ltd,2024-02-01\nChina,２ B,,2024-02-01\n"
)
FREEZES = (
    "区分,番号,告示日付,個人・団体,氏名（英語）,住所・所在地（国）（英語）,その他の情報\n"
    "30,030-1,2022/3/1,団体,Alfa Ltd,Turkey,ロシア\n30,030-2,2022/3/1,個人,Ivan Petrov,Turkey,ロシア\n"
)
END_USERS = "Country or Region,Company or Organization\nTurkey,Alfa Ltd\n"
OPEN = (
    "id,schema,name,countries,sanctions,dataset,last_seen\n"
    "NK-1,Company,Alfa,tr,x - 2023-06-24,US OFAC,2024-03-02\n"
    "NK-2,LegalEntity,Ivan Petrov,tr,x - 2023-06-24,US OFAC,2024-03-02\n"
    "NK-3,Person,Petr Ivanov,tr,x - 2023-06-24,US OFAC,2024-03-02\n"
)
FTM = json.dumps(
    {
        "id": "NK-1",
        "schema": "Company",
        "properties": {"name": ["Alfa", "ALIAS"], "country": ["tr"], "topics": ["sanction"]},
        "datasets": ["eu_fsf"],
        "last_seen": "2024-03-02T00:00:00",
    }
)
CSL = (
    "source,entity_number,type,programs,name,addresses,start_date\n"
    'Entity List (EL) - BIS,,,,Alfa Ltd,"Istanbul, TR",2023-03-02\n'
    'Entity List (EL) - BIS,,,,Ivan Petrov,"Istanbul, TR",2023-03-02\n'
    'Nationals (SDN) - Treasury,77,Entity,RUSSIA-EO14024,BRAVO,"Ankara, TR",2023-05-19\n'
    'Nationals (SDN) - Treasury,78,Individual,RUSSIA-EO14024,Petr Ivanov,"Ankara, TR",2023-05-19\n'
)
OFAC_RUSSIA = (
    "ent_num,name,sdn_type,iso3,first_seen_russia_eo14024\n77,ALFA LTD,entity,TUR,2023-05-19\n"
    "78,Ivan Petrov,individual,TUR,2023-05-19\n"
)
ANNEX = (
    "<html><body><p>23.6.2023</p><div><p>ANNEX IV</p><p>Ivan Petrov (Turkey)</p>"
    "<p>Alfa LLC (Turkey)</p></div></body></html>"
)
ANNEX_TABLE = (
    'celex,annex,name,address,startDate\n32014R0833,IV,Alfa Ltd,"Istanbul, TR",2023-06-23\n'
    '32014R0833,IV,Ivan Petrov,"Istanbul, TR",2023-06-23\n'
)
COUNTED = "country,listed_on,jurisdiction,list,n_entities,entities\n"
EVENTS = "list,event_date,iso3,n_entries,count_type,russia_related\nUS-BIS-EL,2023-04-17,TUR,2,exact,yes\n"

# Form -> file name, text, and what the rows say of who was listed.
FORMS: dict[str, tuple[str, str, list[str | None]]] = {
    "ofac-xml": (
        "sdn.xml",
        OFAC_XML.format(
            day="03/02/2024",
            parties=ENTRY.format(number=77, name="<lastName>ALFA LTD</lastName>", kind="Entity")
            + ENTRY.format(number=78, name="<lastName>PETROV</lastName>", kind="Individual"),
        ),
        ["ALFA LTD [77]"],
    ),
    "ofac-advanced-xml": ("advanced.xml", ADVANCED, ["ALFA LTD [77]"]),
    "ofac-enhanced-xml": ("enhanced.xml", ENHANCED, ["ALFA LTD [77]"]),
    "uk-xml": ("uk.xml", UK_XML, ["Alfa Ltd [RUS0001]"]),
    "uk-table": ("uk.csv", UK_CSV, ["Alfa Ltd [RUS0001]"]),
    "eu-fsf-xml": ("eu.xml", EU_XML, ["Alfa Ltd [EU.7.1]"]),
    "eu-fsf-old-xml": ("eu_old.xml", EU_OLD_XML, ["Alfa Ltd [7]"]),
    "eu-fsf-csv": ("eu.csv", EU_CSV, ["Alfa Ltd [EU.7.1]"]),
    "un-xml": ("un.xml", UN_XML, ["ALFA LTD [KPe.1]"]),
    "swiss-xml": ("ch.xml", SWISS_XML, ["Alfa Ltd [100]"]),
    "japan-russia": ("meti.csv", METI, ["Alfa Ltd; ２ B"]),
    "japan-freezes": ("freezes.csv", FREEZES, ["Alfa Ltd [030-1]"]),
    "japan-end-users": ("end_users.csv", END_USERS, ["Alfa Ltd"]),
    "opensanctions": ("open.csv", OPEN, ["Alfa [NK-1]; (name not shown) [NK-2]"]),
    "opensanctions-ftm": ("ftm.json", FTM + "\n" + FTM + "\n", ["Alfa [NK-1]"]),
    "screening-list": ("csl.csv", CSL, ["Alfa Ltd; and 1 more", "BRAVO [77]"]),
    "ofac-russia": ("ofac.csv", OFAC_RUSSIA, ["ALFA LTD [77]"]),
    "eu-annex-iv": ("annex.html", ANNEX, ["Alfa LLC (Turkey); and 1 more"]),
    "eu-annex-iv-table": ("annex.csv", ANNEX_TABLE, ["Alfa Ltd; and 1 more"]),
    "canonical": ("l.csv", COUNTED + "TUR,2023-05-19,US,X,3,Alfa [1];Bravo; and 1 more\n",
                  ["Alfa [1]; Bravo; and 1 more"]),
    "designation-events": ("events.csv", EVENTS, [None]),
}  # fmt: skip


def read(folder: Path, name: str, text: str, **options):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    batch = read_listings([path], published_at=DAY, **options)
    assert batch.rows_read == batch.frame.height + sum(batch.dropped.values())
    return batch


def names(batch) -> list[str | None]:
    return batch.frame.sort("country", "listed_on", "list")["entities"].to_list()


@pytest.mark.parametrize("form", FORMS)
def test_each_form_says_who_was_listed(tmp_path: Path, form: str) -> None:
    name, text, expected = FORMS[form]
    batch = read(tmp_path, name, text)
    assert batch.files[0].reader == form
    assert names(batch) == expected
    assert not any("Petr" in (cell or "") for cell in batch.frame["entities"])  # persons


def test_every_form_is_tested() -> None:
    assert {form.name for form in FORMATS} == {*FORMS, "ofac-csv"}


@pytest.mark.parametrize(("name", "text"), [("ConList.csv", OFSI), ("old.csv", EU_OLD_CSV)])
def test_older_forms_say_who_was_listed(tmp_path: Path, name: str, text: str) -> None:
    assert names(read(tmp_path, name, text)) == [
        {"O": "Alfa Ltd [EU.7.1]", "C": "Alfa Ltd [12]"}[name[0].upper()]
    ]


def test_ofac_without_header_says_who_was_listed(tmp_path: Path) -> None:
    blank = ",".join(["-0- "] * 8)
    rows = (
        f'77,"ALFA LTD",-0- ,"RUSSIA-EO14024",{blank}\n'
        f'78,"PETROV, Ivan","individual","RUSSIA-EO14024",{blank}\n'
    )
    (tmp_path / "sdn.csv").write_text(rows)
    (tmp_path / "add.csv").write_text('77,1,"x","y","Turkey",-0- \n78,2,"x","y","Turkey",-0- \n')
    assert names(read_listings([tmp_path], published_at=DAY)) == ["ALFA LTD [77]"]


def test_the_twelve_first_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    parties = "".join(
        ENTRY.format(number=n, name=f"<lastName>F{n:02d}</lastName>" if n else "", kind="Entity")
        for n in range(20)
    )
    frame = read(tmp_path, "sdn.xml", OFAC_XML.format(day="03/02/2024", parties=parties)).frame
    parts = frame["entities"][0].split("; ")
    assert parts == [*(f"F{n:02d} [{n}]" for n in range(1, 13)), "and 8 more"]
    assert frame["n_entities"].to_list() == [20]


def test_the_name_is_that_of_the_earliest_copy_that_has_one(tmp_path: Path) -> None:
    paths = []
    for file, day, name in (("a", "06/05/2023", "NEW"), ("b", "02/03/2023", "OLD"), ("c", "01/02/2023", "")):
        paths.append(tmp_path / f"{file}.xml")
        party = ENTRY.format(number=7, name=f"<lastName>{name}</lastName>" if name else "", kind="Entity")
        paths[-1].write_text(OFAC_XML.format(day=day, parties=party))
    for order in (paths, paths[::-1]):
        frame = read_listings(order).frame
        assert frame.select("listed_on", "n_entities", "entities").rows() == [
            (date(2023, 1, 2), 1, "OLD [7]")
        ]


def test_a_number_that_a_person_has_too_does_not_bring_their_name(tmp_path: Path) -> None:
    head, row, _ = OFAC_RUSSIA.splitlines()
    person = "77,Ivan Petrov,individual,TUR,2023-05-19"
    assert names(read(tmp_path, "ofac.csv", "\n".join([head, person, row, ""]))) == ["ALFA LTD [77]"]


HOSTILE = "=cmd|'/c'!A1;\n<script>alert(1)</script>\u202e[x] " + "A" * 500 + " LTD"


def quoted(*cells: object) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def test_a_hostile_name_is_one_bounded_line(tmp_path: Path) -> None:
    row = quoted("9]\n;" * 99, HOSTILE, "entity", "TUR", "2023-05-19")
    table = read(tmp_path, "o.csv", OFAC_RUSSIA.splitlines()[0] + "\n" + row).frame
    given = read(tmp_path, "l.csv", COUNTED + quoted("TUR", "2023-05-19", "US", "X", 3, HOSTILE * 100)).frame
    (mine,), (theirs,) = table["entities"], given["entities"]
    assert len(mine) <= 165 and mine.count("[") == mine.count("]") == 1 and ";" not in mine
    assert len(theirs) <= 12 * 166 + 20 and theirs.endswith("more")
    for cell in (mine, theirs):
        assert not set(cell) & {"\n", "\u202e"}


def test_no_cell_holds_json(tmp_path: Path) -> None:
    cells = names(
        read(tmp_path, "l.csv", COUNTED + quoted("TUR", "2023-05-19", "US", "X", 1, '[{"a": "B"}]'))
    )
    assert cells == ['(("a": "B"))']


def test_canonical_files_may_have_names_and_copies_of_a_row_with_and_without_are_copies(
    tmp_path: Path,
) -> None:
    row = "TUR,2023-05-19,US,X,3"
    (tmp_path / "a.csv").write_text(COUNTED + row + ",Alfa [1]\n")
    (tmp_path / "b.csv").write_text(COUNTED.replace(",entities", "") + row + "\n")
    without = read_listings([tmp_path / "b.csv"]).frame
    assert without["entities"].to_list() == [None] and without.schema["entities"] == pl.String
    both = read_listings([tmp_path]).frame.with_columns(source=pl.lit("one"))
    for frame in (both, both[::-1]):
        checked = validate(CONTRACT, frame, Context(as_of=DAY, today=DAY))
        assert checked.accepted.height == 1
        assert checked.quarantined.select("broke_exact_duplicate", "broke_conflicting_duplicate").rows() == [
            (True, False)
        ]
    old = validate(CONTRACT, without.drop("entities"), Context(as_of=DAY, today=DAY))
    assert old.accepted["entities"].to_list() == [None] and old.report.passed
