"""A score that reads its news part by part is the score of the news read at once, to the last byte."""

import json
from datetime import date
from pathlib import Path

import polars as pl

from features.articles.schema import COLUMNS
from riskmodel.mentions.spool import _owned, dated_mentions, read_news
from riskmodel.operations.progress import Steps
from riskmodel.scoring.request import ScoreRequest
from riskmodel.scoring.run import score
from riskmodel.settings import resolve_settings
from riskmodel.sources.limits import ReadingLimits
from riskmodel.sources.news.articles import read_articles
from riskmodel.sources.request import InputRequest

ROUTE = "Dealers in {place} sold {n} sanctioned microchips to Russia, according to customs records."
OTHERS = ("Tbilisi slept.", "Peru won the chess final in Lima.", "A court in Ankara heard witnesses.")
GERMAN = "Die Türkei liefert Mikrochips nach Russland, sagte der Minister in Berlin am Dienstag."


def article_rows() -> list[dict[str, str | None]]:
    """Forty articles, copies among them, one too late, one German, and four that the contract refuses."""
    rows: list[dict[str, str | None]] = []
    for i in range(40):
        place = ("Bishkek", "Yerevan", "Almaty")[i % 3]
        routed = ROUTE.format(place=place, n=i // 4) if i % 2 else ""
        rows.append(
            {
                "id": f"{i * 7919 % 40:02d}",
                "date": f"2024-0{1 + i % 5}-{1 + i % 28:02d}",
                "source": f"paper {i % 7}",
                "title": f"News of day {i}",
                "text": f"{routed} {OTHERS[i % 3]} Story {i // 4} went on for a while.",
            }
        )
    rows[5]["date"] = "2024-07-01"
    rows[8]["text"] = GERMAN
    rows[17]["date"] = "yesterday"
    rows[30]["date"] = None
    return [*rows, rows[3], {**rows[4], "text": "Another text under the same id."}]


def gkg_line(number: int) -> str:
    fields = [""] * 27
    fields[0], fields[1], fields[3] = f"20240301120000-{number}", "20240301120000", f"site{number}.example"
    fields[4], fields[8] = f"https://paper.example/{number}", "SANCTIONS,120;"
    code = ("TU", "KG")[number % 2]
    fields[10] = f"1#A#{code}#{code}##39#35#{code}#100;1#Russia#RS#RS##60#100#RS#150"
    return "\t".join(fields) if number else "no record"


def write_news(folder: Path) -> None:
    lines = "".join(json.dumps(row) + "\n" for row in article_rows())
    (folder / "articles.jsonl").write_text(lines, encoding="utf-8")
    pl.DataFrame(article_rows()[:3]).with_columns(pl.lit("Another text.").alias("text")).write_csv(
        folder / "more.csv"
    )
    (folder / "20240301.gkg.csv").write_text("\n".join(map(gkg_line, range(9))) + "\n")


SMALL = ReadingLimits(whole_bytes=10, table_rows=6, read_articles=5, gkg_records=2)


def in_small_parts(tiny, news: Path, out: Path) -> None:
    """Score with few rows in memory at once."""
    settings, windows = resolve_settings(None, None)
    files = (tiny.folder / "trade.csv",), (news,), (tiny.folder / "listings.csv",)
    request = ScoreRequest(date(2024, 6, 30), out, InputRequest(*files, limits=SMALL), windows)
    score(request, settings, Steps())


def test_one_part_and_many_give_the_same_run(tiny, run, tmp_path):
    news = tmp_path / "news"
    news.mkdir()
    write_news(news)
    whole, parted = tmp_path / "whole", tmp_path / "parted"
    ended = run(tiny.arguments(whole, articles=str(news)))
    assert ended.code == 0, ended.err
    in_small_parts(tiny, news, parted)
    names = sorted(path.relative_to(whole) for path in whole.rglob("*") if path.is_file())
    assert names == sorted(path.relative_to(parted) for path in parted.rglob("*") if path.is_file())
    assert Path("quarantine/articles.csv") in names
    for name in names:
        assert (whole / name).read_bytes() == (parted / name).read_bytes(), name
    counts = json.loads((parted / "manifest.json").read_text())["rows"]
    assert counts["articles"]["read"] == 45
    assert counts["articles"]["quarantined"] == 5
    assert counts["articles"]["of_accepted"] == {
        "not_known_at_as_of": 1, "not_read_language_de": 1, "used": 38
    }  # fmt: skip
    assert counts["gkg"]["dropped"] == {"not_27_fields": 1}
    quoted = pl.read_parquet(parted / "evidence.parquet").filter(pl.col("kind") == "article")
    assert quoted["source_file"].null_count() == 0
    assert set(quoted["source_file"]) >= {"articles.jsonl", "20240301.gkg.csv"}


def test_the_manifest_says_whether_the_second_reader_was_asked(tiny, run, tmp_path):
    quoted = {}
    for asked in (False, True):
        out = tmp_path / str(asked)
        ended = run([*tiny.arguments(out), *(["--second-reader"] if asked else [])])
        assert ended.code == 0, ended.err
        assert json.loads((out / "manifest.json").read_text())["settings"]["second_reader"] is asked
        articles = pl.read_parquet(out / "evidence.parquet").filter(pl.col("kind") == "article")
        quoted[asked] = articles["p_diversion"].to_list()
    assert quoted[False] != quoted[True]


def test_rows_for_own_panels_are_those_of_all_articles_at_once(tmp_path):
    """Dropping sentences and undated mentions changes no signal of any day."""
    from features.articles.mentions import find_mentions
    from features.articles.rates import article_signals

    write_news(tmp_path)
    articles = read_articles([tmp_path / "articles.jsonl"]).frame.filter(
        pl.col("published_at").is_not_null() & (pl.col("published_at").cast(pl.String) != "yesterday")
    )
    articles = articles.with_columns(
        pl.col("published_at").str.slice(0, 10).str.to_datetime(time_unit="us", time_zone="UTC")
    )
    days = [date(2024, month, 28) for month in range(1, 8)]
    at_once = find_mentions(articles, dated_stories=True)
    whole = [article_signals(at_once, day) for day in days]
    in_parts = dated_mentions(read_news(articles.lazy(), None, at_once=5))
    assert sum(found.height for found in whole) > 0
    assert all(article_signals(in_parts, day).equals(found) for day, found in zip(days, whole, strict=True))


def test_rows_that_are_kept_do_not_keep_the_text_of_the_others():
    """Polars shares the text of filtered rows with their table, which would hold every article in memory."""
    rows = pl.DataFrame({name: [None] for name in COLUMNS}, schema=COLUMNS)
    rows = pl.concat([rows] * 1_000).with_columns(
        is_diversion=pl.int_range(1_000) == 7,
        text=pl.format("{} {}", pl.int_range(1_000), pl.lit("long " * 200)),
    )
    chosen = rows.filter("is_diversion")
    assert _owned(chosen).equals(chosen)
    held = [
        sum(buffer.size for buffer in column.chunk(0).buffers() if buffer)
        for column in (
            frame.to_arrow(compat_level=pl.CompatLevel.newest())["text"] for frame in (chosen, _owned(chosen))
        )
    ]
    assert held[1] < 3_000 < 500_000 < held[0]
