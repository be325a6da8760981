"""Files as people have them: lists of sanctions, forms of trade tables, and the sentences they get.

Sums of each reader are compared with a reading by the standard library or pandas on the real sample.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import polars as pl
import pytest
from click.testing import CliRunner

from riskmodel.cli import cli
from riskmodel.errors import InputUnreadable
from riskmodel.sources.listings import read_listings
from riskmodel.sources.trade.read import read_trade

pytestmark = pytest.mark.real
MOST = 400


@pytest.fixture(scope="session")
def cases(real_data: Path) -> Path:
    folder = real_data.parent / "cases"
    if not folder.is_dir():
        pytest.skip("the cases of bug reports are not there")
    return folder


def folder_of(cases: Path, number: str) -> Path:
    return next(folder for folder in cases.iterdir() if folder.name.startswith(f"{number}-"))


FORMS = {
    "eurostat_wide.tsv": ("comext-wide", [("DEU", "KGZ", "X", "854231", "2022-01-01", 1053)]),
    "eurostat_r.csv": ("comext-long", [("DEU", "KGZ", "X", "854231", "2022-01-01", 1053)]),
    "tariff_line.csv": ("comtrade", [("DEU", "KGZ", "X", "854231", "2022-05-01", 1000)]),
    "comtrade_bulk_before_2014.csv": (
        "comtrade-legacy",
        [("IND", "KGZ", "X", "854231", "2010-01-01", 109)],
    ),
    "tradestatistics.csv": (
        "tradestatistics",
        [
            ("DEU", "KGZ", "M", "854231", "2021-01-01", 5),
            ("DEU", "KGZ", "X", "854231", "2021-01-01", 1000),
        ],
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_forms_that_users_have_are_read(cases: Path, name: str) -> None:
    reader, rows = FORMS[name]
    batch = read_trade([folder_of(cases, "30") / name], hs_edition="HS2012")
    frame = batch.frame.select("reporter", "partner", "flow", "hs6", "period", "value_usd").sort("flow")
    assert batch.files[0].reader == reader
    assert [(*row[:4], str(row[4]), row[5]) for row in frame.rows()] == rows


SENTENCES = {
    "no_price_yet.csv": "no month has a value in euro",
    "only_second_partners.csv": "All 2 rows were dropped as second_partner_part",
    "t.xls": "workbook",
}


@pytest.mark.parametrize("name", SENTENCES)
def test_sentences_name_what_is_the_matter(cases: Path, name: str) -> None:
    result = CliRunner().invoke(cli, ["validate", "trade", str(folder_of(cases, "25") / name)])
    sentence = str(result.exception)
    assert SENTENCES[name] in sentence
    assert "There are no rows" not in sentence and "not UTF-8" not in sentence
    assert len(sentence) <= MOST


def sample(real_data: Path, *parts: str) -> Path:
    return real_data.joinpath("format-samples", *parts)


def records(path: Path, *names: str) -> Iterator[ElementTree.Element]:
    for element in ElementTree.parse(path).iter():
        if element.tag.rpartition("}")[2] in names:
            yield element


def test_un_list_against_its_records(real_data: Path) -> None:
    path = sample(real_data, "un-xml", "UN_consolidated.xml")
    pairs = set()
    for entity in records(path, "ENTITY"):
        listed = entity.findtext("LISTED_ON")
        for place in entity.iter("ENTITY_ADDRESS"):
            if (place.findtext("COUNTRY") or "").strip():
                pairs.add((entity.findtext("REFERENCE_NUMBER"), place.findtext("COUNTRY").strip(), listed))
    frame = read_listings([path]).frame
    assert frame["n_entities"].sum() == len(pairs) == 21
    days = Counter(listed for _, _, listed in pairs)
    found = frame.group_by(pl.col("listed_on").cast(pl.String)).agg(pl.col("n_entities").sum())
    assert dict(found.rows()) == days


def test_screening_list_against_its_rows(real_data: Path) -> None:
    path = sample(real_data, "us-csl", "csl_2019.csv")
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    short = table["source"].str.extract(r"\(([A-Z]+)\)")[0]
    related = ~table["source"].str.contains("Treasury|Denied Persons|Debarred|Nonproliferation") | (
        table["source"].str.contains("Treasury") & table["programs"].str.contains("RUSSIA|UKRAINE|BELARUS")
    )
    kept = table[related & ~table["type"].str.lower().isin(["individual", "vessel", "aircraft"])]
    pairs = {
        (short[i], row["entity_number"] or row["name"].strip().casefold(), code)
        for i, row in kept.iterrows()
        for part in row["addresses"].split(";")
        if row["start_date"] and (code := (re.findall(r"\b([A-Z]{2})\s*$", part.strip()) or [""])[0])
    }
    frame = read_listings([path]).frame
    assert frame["n_entities"].sum() == len(pairs)
    by_list = Counter(f"US-CSL-{name}" for name, *_ in pairs)
    assert dict(frame.group_by("list").agg(pl.col("n_entities").sum()).rows()) == by_list


def test_ofac_russia_against_its_rows(real_data: Path) -> None:
    path = real_data / "ofac-russia-designations" / "ofac_ru14024_entity_country.csv"
    with path.open(encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["sdn_type"] == "entity" and r["iso3"]]
    first: dict[tuple[str, str], str] = {}
    for row in rows:
        key = (row["ent_num"], row["iso3"])
        first[key] = min(first.get(key, "9999"), row["first_seen_russia_eo14024"])
    frame = read_listings([path]).frame
    counted = Counter((country, day) for (_, country), day in first.items())
    found = frame.select("country", pl.col("listed_on").cast(pl.String), "n_entities").rows()
    assert {(country, day): n for country, day, n in found} == counted


@pytest.mark.parametrize(
    ("sample_name", "file", "reader", "rows"),
    [
        ("ofac-sdn-xml", "SDN.cut.xml", "ofac-xml", 2),
        ("eu-fsf-xml", "FULL-1_1.cut.xml", "eu-fsf-xml", 2),
        ("uk-sanctions-xml", "UK-Sanctions-List.cut.xml", "uk-xml", 2),
    ],
)
def test_real_lists_without_parties_for_russia(
    real_data: Path, sample_name: str, file: str, reader: str, rows: int
) -> None:
    batch = read_listings([sample(real_data, sample_name, file)])
    assert (batch.files[0].reader, batch.rows_read, batch.frame.height) == (reader, rows, 0)
    assert sum(batch.dropped.values()) == rows


def test_advanced_xml_from_its_fragments(real_data: Path, tmp_path: Path) -> None:
    """The sample is fragments of the real file; put under one root they read as the file does."""
    folder = sample(real_data, "ofac-advanced-xml")
    names = ("ReferenceValueSets", "Locations", "DistinctParties", "SanctionsEntries")
    parts = [(folder / f"minified_{name}.xml").read_text(encoding="utf-8") for name in names]
    body = "".join(re.sub(r"<\?xml[^>]*\?>", "", part) for part in parts)
    path = tmp_path / "sdn_advanced.xml"
    path.write_text(f"<Sanctions>{body}</Sanctions>", encoding="utf-8")
    batch = read_listings([path])
    assert (batch.files[0].reader, batch.frame.height) == ("ofac-advanced-xml", 0)
    assert sum(batch.dropped.values()) == batch.rows_read == 2


def test_opensanctions_sample_has_persons_and_positions_only(real_data: Path) -> None:
    batch = read_listings([sample(real_data, "opensanctions", "entities.ftm.json")])
    assert batch.dropped == {"not_an_entity": 150}


def test_baci_with_readable_names_against_pandas(real_data: Path) -> None:
    path = real_data / "baci-china-russia-hs6" / "baci_hs17_china_russia_2017_2023.csv.gz"
    table = pd.read_csv(path, dtype={"hs6_2017": str})
    code = table["hs6_2017"].str.zfill(6)
    table = table[~code.str.startswith(("98", "99"))]
    table["usd"] = (table["value_kusd"] * 1000 + 0.5).astype("int64")
    expected = table.groupby(["exporter", "year"])["usd"].sum().to_dict()
    batch = read_trade([path])
    assert batch.files[0].reader == "baci-named"
    sums = batch.frame.group_by("reporter", pl.col("period").dt.year()).agg(pl.col("value_usd").sum())
    found = {(r, y): v for r, y, v in sums.rows()}
    assert found.keys() == expected.keys()
    assert all(abs(found[key] - expected[key]) <= len(table) for key in found)
    assert found["CHN", 2023] / 1e9 == pytest.approx(110.0, abs=0.1)


NATIONAL = {
    "armenia_armstat_myXls.xls": ("armenia-totals", 198),
    "uzbekistan_sdmx_data_1105.csv": ("uzbekistan-totals", 228),
}


@pytest.mark.parametrize("name", NATIONAL)
def test_national_tables_are_set_aside_by_name(real_data: Path, name: str) -> None:
    batch = read_trade([sample(real_data, "national-files", name)])
    assert (batch.files[0].reader, batch.rows_read) == NATIONAL[name]
    assert batch.dropped == {"total_without_products": batch.rows_read}


@pytest.mark.parametrize(
    ("folder", "file", "reader"),
    [
        ("imf-imts-russia", "RU_trade.csv.gz", "imf-imts"),
        ("national-partner-totals", "national_partner_totals.csv.gz", "partner-totals"),
        ("russia-hs2-by-partner", "russia_trade_hs2_by_partner_2000_2020.csv.gz", "hs2-totals"),
        ("us-exports-monthly", "us_exports_total_by_country_monthly_2013_2024.csv.gz", "census-totals"),
        ("eu27-exports-totals", "eu_members_totals_monthly.csv.gz", "comext-totals"),
    ],
)
def test_totals_are_set_aside_by_name(real_data: Path, folder: str, file: str, reader: str) -> None:
    batch = read_trade([real_data / folder / file])
    assert batch.files[0].reader == reader
    assert sum(batch.dropped.values()) == batch.rows_read == len(pd.read_csv(real_data / folder / file))


def test_a_list_of_the_wrong_kind_is_named(real_data: Path) -> None:
    with pytest.raises(InputUnreadable, match="give it as --listings") as caught:
        read_trade([sample(real_data, "us-csl", "csl_2019.csv")])
    assert len(str(caught.value)) <= MOST


def test_screening_list_without_dates_takes_the_day_of_publication(real_data: Path) -> None:
    path = sample(real_data, "us-csl", "csl_2019.csv")
    dated = read_listings([path]).frame["n_entities"].sum()
    given = read_listings([path], published_at=date(2019, 12, 31)).frame
    assert given["n_entities"].sum() > dated
    assert given["listed_on"].max() == date(2019, 12, 31)


def test_ofac_csv_against_its_rows(real_data: Path) -> None:
    """The samples are cut independently, so few parties have their addresses in them."""
    folder = real_data / "format-samples" / "ofac-csv"
    paths = [folder / name for name in ("sdn.csv", "add.csv", "alt.csv", "sdn_comments.csv", "cons_prim.csv")]

    def table(name: str) -> list[list[str]]:
        text = (folder / name).read_text(encoding="latin-1").replace("\x1a", "")
        return [[c.strip() for c in row] for row in csv.reader(text.splitlines()) if len(row) > 1]

    russian = {
        row[0]
        for row in (*table("sdn.csv"), *table("cons_prim.csv"))
        if row[2].lower() in ("-0-", "entity") and re.search("RUSSIA|UKRAINE|BELARUS", row[3])
    }
    pairs = {(row[0], row[4]) for row in table("add.csv") if row[0] in russian and row[4] != "-0-"}
    pairs = {pair for pair in pairs if not pair[1].startswith(("Region: Crimea", "Undetermined"))}
    batch = read_listings(paths, published_at=date(2024, 3, 2))
    assert batch.rows_read == batch.frame.height + sum(batch.dropped.values())
    assert batch.frame["n_entities"].sum() == len(pairs)
    without = russian - {number for number, _ in pairs}
    assert batch.dropped["no_country"] == len(without) > 0
