"""GDELT GKG 2.1: places become countries, bad lines are counted, packing is checked, odd bytes do no harm."""

import gzip
import zipfile
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_contracts.checking.check import validate
from data_contracts.registry import CONTRACTS
from features.articles.gkg import CEILING, gkg_mentions
from riskmodel.errors import InputUnreadable
from riskmodel.sources.batch import Batch
from riskmodel.sources.files.find import Found, find
from riskmodel.sources.formats import in_memory
from riskmodel.sources.limits import ReadingLimits
from riskmodel.sources.news.gkg import GKG_SUFFIXES, GkgParts, is_gkg, read_parts
from riskmodel.sources.news.read import news_parts


def read_gkg(found: Found) -> Batch:
    return in_memory(GkgParts(found.sources, found.skipped))


def place(fips: str, offset: int, name: str = "Some Town") -> str:
    return f"4#{name}, Region, Country#{fips}#{fips}01#1234#41.5#69.25#-123456#{offset}"


def line(
    places: str = "",
    *,
    record: str = "20230702153000-1",
    date: str = "20230702153000",
    themes: str = "",
    first_places: str = "",
    tone: str = "-1.5,2,3,5,20,1,400",
    url: str = "https://paper.example/news/chips-go-on-to-moscow-again.html",
    last: str = "",
) -> str:
    fields = [""] * 27
    fields[0], fields[1], fields[3], fields[4] = record, date, "paper.example", url
    fields[8], fields[9], fields[10], fields[15], fields[26] = themes, first_places, places, tone, last
    return "\t".join(fields)


def write(tmp_path: Path, *lines: str, name: str = "a.gkg.csv") -> Path:
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def rows(path: Path) -> list[tuple]:
    batch = read_gkg(find([path], ()))
    return batch.frame.select("country", "n_locations", "near_russia", "themes").rows()


def test_places_become_countries_counted_and_measured_from_russia(tmp_path: Path) -> None:
    text = ";".join([place("TU", 100), place("TU", 900), place("RS", 350), place("KG", 2000), place("OS", 5)])
    themes = "SANCTIONS,380;SMUGGLING,5000;TAX_FNCACT_MINISTER,360;"
    batch = read_gkg(find([write(tmp_path, line(text, themes=themes))], ()))
    assert batch.frame.select("country", "n_locations", "near_russia", "themes").rows() == [
        ("KGZ", 1, False, ""),
        ("RUS", 1, True, "SANCTIONS"),
        ("TUR", 2, True, "SANCTIONS"),
    ]
    row = batch.frame.row(2, named=True)
    assert (row["record_id"], str(row["published_at"])) == ("20230702153000-1", "2023-07-02 15:30:00+00:00")
    assert (row["source"], row["tone"], row["source_row"]) == ("paper.example", -1.5, 1)
    checked = validate(CONTRACTS["gkg"], batch.frame)
    assert (checked.report.critical_failures, checked.quarantined.height) == ((), 0)


def test_first_places_stand_in_where_the_second_are_empty(tmp_path: Path) -> None:
    """They have no offsets, so nothing is said to be near."""
    text = "1#Turkey#TU#TU#39#35#TU;1#Russia#RS#RS#60#100#RS"
    assert rows(write(tmp_path, line(first_places=text))) == [("RUS", 1, False, ""), ("TUR", 1, False, "")]


def test_fips_codes_are_not_iso_codes(tmp_path: Path) -> None:
    codes = {"RS": "RUS", "CH": "CHN", "TU": "TUR", "GM": "DEU", "SZ": "CHE", "AM": "ARM", "AU": "AUT",
             "GG": "GEO", "UP": "UKR", "RI": "SRB", "KS": "KOR", "IZ": "IRQ", "TX": "TKM"}  # fmt: skip
    text = ";".join(place(fips, i * 1000) for i, fips in enumerate(codes))
    assert sorted(row[0] for row in rows(write(tmp_path, line(text)))) == sorted(codes.values())


def test_lines_that_are_no_records_are_counted(tmp_path: Path) -> None:
    good = line(place("TU", 1))
    path = write(
        tmp_path,
        good,
        "a\tb",
        good + "\textra",
        "",
        line(place("TU", 1), record="no id"),
        line(place("TU", 1), date="20231399000000"),
        line(place("TU", 1), date="soon"),
        line(),
        line("1#Nowhere#XX#####7"),
        line("#;;;#####;4#cut"),
        line(place("KZ", 1), record="20230702153000-T9", last="<PAGE_TITLE>a\rb</PAGE_TITLE>"),
    )
    batch = read_gkg(find([path], ()))
    assert batch.frame["country"].to_list() == ["TUR", "KAZ"]
    assert batch.dropped == {
        "blank_line": 1,
        "names_no_country": 3,
        "no_date": 2,
        "no_record_id": 1,
        "not_27_fields": 2,
    }
    assert batch.rows_read == batch.frame.height + sum(batch.dropped.values()) == 11


def test_parts_hold_what_the_whole_holds(tmp_path: Path) -> None:
    lines = [line(place("TU", i) + ";" + place("KZ", 9), record=f"20230702153000-{i}") for i in range(9)]
    path = write(tmp_path, *lines, "bad")
    whole = read_gkg(find([path], ()))
    parts = [frame for frame, _ in read_parts(find([path], (), ReadingLimits(gkg_records=2)).sources[0])]
    assert len(parts) == 5
    assert pl.concat(parts).equals(whole.frame)


@pytest.mark.parametrize("how", ["plain", "gzip", "zip", "bom"])
def test_packing_is_recognised_by_content_and_records_by_shape(tmp_path: Path, how: str) -> None:
    data = ("not a record\n" + line(place("TU", 1)) + "\n").encode()
    path = tmp_path / "export.CSV"
    if how == "gzip":
        data = gzip.compress(data)
    if how == "bom":
        data = b"\xef\xbb\xbf" + line(place("TU", 1)).encode()
    path.write_bytes(data)
    if how == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("20230702153000.gkg.csv", data)
    assert is_gkg(find([path], ()).sources[0])
    assert [row[0] for row in rows(path)] == ["TUR"]


def test_articles_and_records_of_one_folder_are_kept_apart(tmp_path: Path) -> None:
    write(tmp_path, line(place("TU", 1)), name="20230702153000.gkg.csv")
    write(tmp_path, "id,date,title,text", "1,2023-01-02,t,x", name="articles.csv")
    (tmp_path / "one.txt").write_text("Text.")
    (tmp_path / "notes.md").write_text("no")
    batches = news_parts([tmp_path])
    assert [(b.kind, sum(frame.height for frame in b)) for b in batches] == [("articles", 2), ("gkg", 1)]
    assert [b.rows_read for b in batches] == [2, 1]
    assert [f.name for f in batches[0].files if f.reader.startswith("skipped")] == ["notes.md"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("cut", "truncated or corrupt zip archive"),
        ("two", "archive without a readable file"),
        ("bomb", "unpacks to more than 4,000 bytes"),
    ],
)
def test_bad_archives_are_refused_by_name(tmp_path: Path, content: str, sentence: str) -> None:
    path = tmp_path / "a.gkg.csv.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", (line(place("TU", 1)) + "\n") * 200)
        if content == "two":
            archive.writestr("b.csv", "x")
    if content == "cut":
        path.write_bytes(path.read_bytes()[:60])
    limits = ReadingLimits(unpacked_bytes=4_000) if content == "bomb" else None
    with pytest.raises(InputUnreadable, match=rf"a\.gkg\.csv\.zip .*{sentence}"):
        list(GkgParts(find([path], GKG_SUFFIXES, limits).sources))


def test_a_line_without_end_is_counted_not_kept(tmp_path: Path) -> None:
    path = write(tmp_path, line(last="x" * 9_000), line(place("TU", 1)))
    batch = read_gkg(find([path], (), ReadingLimits(line_bytes=2_000)))
    assert (batch.frame["country"].to_list(), dict(batch.dropped)) == (["TUR"], {"line_too_long": 1})


def mentions(tmp_path: Path, *lines: str) -> pl.DataFrame:
    checked = validate(CONTRACTS["gkg"], read_gkg(find([write(tmp_path, *lines)], ())).frame)
    assert checked.quarantined.height == 0
    return gkg_mentions(checked.accepted)


def test_mention_rows_say_that_nobody_read_a_text(tmp_path: Path) -> None:
    near = ";".join([place("TU", 100), place("RS", 200), place("US", 150), place("KZ", 9_000)])
    found = mentions(tmp_path, line(near, themes="SANCTIONS,150;"))
    by_country = {row["country"]: row for row in found.to_dicts()}
    assert sorted(by_country) == ["KAZ", "TUR", "USA"], "Russia has no row"
    turkey = by_country["TUR"]
    assert (turkey["role"], turkey["p_diversion"], turkey["is_diversion"]) == (
        "transit_to_russia",
        CEILING,
        True,
    )
    assert (turkey["text"], turkey["sentence_no"], turkey["polarity"]) == (None, 0, 0)
    assert "no text" in turkey["why"]
    # A country of the coalition is named as a speaker far more often than as a route.
    assert not by_country["USA"]["is_diversion"]
    assert not by_country["KAZ"]["is_diversion"]
    assert found["p_diversion"].max() <= CEILING < 0.5
    assert validate(CONTRACTS["mentions"], found).quarantined.height == 0


def test_copies_under_one_headline_are_one_story(tmp_path: Path) -> None:
    urls = [
        "https://a.example/2023/07/chips-go-on-to-moscow-again.html",
        "https://b.example/chips-go-on-to-moscow-again/?utm=1",
        "https://c.example/12345",
        "https://d.example/12345",
        "",
    ]
    found = mentions(
        tmp_path,
        *(line(place("TU", 1), url=url, record=f"20230702153000-{i}") for i, url in enumerate(urls)),
    )
    stories = found["story_id"].to_list()
    assert stories[0] == stories[1]
    assert len(set(stories)) == 4


cell = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\t\n"), max_size=30)
blocks = st.lists(
    st.one_of(
        cell, st.builds(place, st.sampled_from(["TU", "RS", "KG", "??"]), st.integers(-5, 10**12), cell)
    ),
    max_size=6,
).map(";".join)


records = st.builds(line, blocks, themes=blocks, first_places=blocks, tone=cell, url=cell, last=cell)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(records, max_size=5), st.binary(max_size=80))
def test_any_text_in_any_field_is_read_or_counted(tmp_path: Path, lines: list[str], noise: bytes) -> None:
    path = tmp_path / "a.gkg.csv"
    head = line(place("TU", 1)).encode()  # the first bytes tell the packing
    path.write_bytes(b"\n".join([head, *(text.encode() for text in lines), noise]) + b"\n")
    batch = read_gkg(find([path], ()))
    assert sum(Counter(batch.dropped).values()) + batch.frame["source_row"].n_unique() >= len(lines)
    found = gkg_mentions(batch.frame)
    assert found["p_diversion"].is_between(0, CEILING).all()
